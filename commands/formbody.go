package commands

import (
	"errors"
	"io"
	"mime"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/domain/document"
)

// maxFormXML is the largest form in bytes of XML: tags are written twice, and JSON's names once.
const maxFormXML = 4 * MaxForm

// readForm reads a form from a body, as JSON or as XML, and checks that it fits the model.
func (w *work) readForm(dt apps.DataType, contentType string, body io.Reader) (*document.Node, error) {
	media, _, err := mime.ParseMediaType(contentType)
	read, limit := readJSON, MaxForm
	switch {
	case err == nil && media == "application/json":
	case err == nil && (media == "application/xml" || media == "text/xml"):
		read, limit = w.readXML, maxFormXML
	default:
		return nil, fail(UnsupportedMedia, CodeFormContentType, "form data of type %s must be sent as application/json or application/xml", dt.ID)
	}
	src, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	if err != nil {
		return nil, readError(err)
	}
	if len(src) > limit {
		return nil, fail(TooLarge, CodeEventTooLarge, "a form can be at most %d bytes", limit)
	}
	form, err := read(dt, src)
	if err != nil {
		return nil, err
	}
	return form, w.fits(dt, form)
}

func readJSON(_ apps.DataType, src []byte) (*document.Node, error) {
	form, err := document.Parse(src)
	if err != nil {
		return nil, &Error{Kind: Invalid, Code: CodeFormMalformed, Message: "the form data are not valid JSON: " + err.Error()}
	}
	return form, nil
}

func (w *work) readXML(dt apps.DataType, src []byte) (*document.Node, error) {
	model, err := datamodel.New(w.app, dt.ID)
	if err != nil {
		return nil, err
	}
	form, err := model.FromXML(src)
	var fault *datamodel.Error
	if errors.As(err, &fault) {
		return nil, &Error{Kind: Invalid, Code: CodeFormMalformed, Message: "the form data cannot be read as XML of the model: " + fault.Error()}
	}
	if err == nil && len(form.AppendJSON(nil)) > MaxForm {
		return nil, fail(TooLarge, CodeEventTooLarge, "a form can be at most %d bytes as JSON", MaxForm)
	}
	return form, err
}

// withRowIDs gives every row of a form that has no id one. Clients and differences tell rows apart by them.
func (w *work) withRowIDs(form *document.Node) *document.Node {
	out, _ := datamodel.RowIDs(form, w.svc.NewID)
	return out
}

// sameButRowIDs tells whether a form that comes in is the one that is there, but for the ids of rows, which clients that read without
// them send without them.
func sameButRowIDs(there, in *document.Node) bool {
	_, missing := datamodel.RowIDs(there, func() uuid.UUID { return uuid.Nil })
	return !missing && document.Equal(datamodel.StripRowIDs(there), datamodel.StripRowIDs(in))
}
