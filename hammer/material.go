package hammer

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"strconv"

	"github.com/hovedbok/hovedbok/domain/document"
)

// The sample services that the load is made for, and what in them the hammer relies on.
const (
	sourceApp  = "nordvik/skjenkebevilling"
	targetApp  = "nordvik/skjenkesak"
	targetOrg  = "nordvik"
	sourceLink = "til-saksbehandling"
	formType   = "skjenkebevilling"
	targetForm = "sak"
	taskFill   = "Task_1"
	taskSend   = "Task_2"
	placeName  = "/lokale/navn"          // goes into lists, and along to B
	contact    = "/soeker/kontaktperson" // goes into nothing else
	typePlan   = "tegning"               // at most 5 of an instance
	typeLease  = "leiekontrakt"          // at most 3
	maxFiles   = 8                       // of both types
	mediaPDF   = "application/pdf"
	mediaJSON  = "application/json"
	boundary   = "hovedbok-hammer-1c9a2f70"
	nameMarker = "«navn på lokalet»"
)

// material is what requests are made of, prepared once so that a request costs the client next to nothing. It never changes.
type material struct {
	files    []prepared // the two attachments
	start    map[int][]byte
	complete map[int][2][]byte // multipart body by party, cut at the name of the place
}

// prepared is an attachment of the sample data.
type prepared struct {
	dataType, name string
	content        []byte
}

// newMaterial reads the sample data: skjenkebevilling.json, tegning.pdf and leiekontrakt.pdf.
func newMaterial(data fs.FS) (*material, error) {
	m := &material{start: map[int][]byte{}, complete: map[int][2][]byte{}}
	for _, dataType := range []string{typePlan, typeLease} {
		content, err := fs.ReadFile(data, dataType+".pdf")
		if err != nil {
			return nil, fmt.Errorf("sample data: %w", err)
		}
		m.files = append(m.files, prepared{dataType, dataType + ".pdf", content})
	}
	form, err := markedForm(data)
	if err != nil {
		return nil, err
	}
	for _, u := range applicants {
		template := []byte(`{"instanceOwner":{"partyId":"` + strconv.Itoa(u.party) + `"}}`)
		m.start[u.party] = template
		body, err := m.multipart(template, form)
		if err != nil {
			return nil, err
		}
		before, after, ok := bytes.Cut(body, []byte(nameMarker))
		if !ok {
			return nil, fmt.Errorf("sample data: the form has no place for a name at %s", placeName)
		}
		m.complete[u.party] = [2][]byte{before, after}
	}
	return m, nil
}

// markedForm is the complete form with a mark where the name of the place stands.
func markedForm(data fs.FS) ([]byte, error) {
	src, err := fs.ReadFile(data, formType+".json")
	if err != nil {
		return nil, fmt.Errorf("sample data: %w", err)
	}
	form, err := document.Parse(src)
	if err != nil {
		return nil, fmt.Errorf("sample data: %s.json: %w", formType, err)
	}
	pointer, err := document.ParsePointer(placeName)
	if err == nil {
		form, err = document.Patch{{Op: document.OpReplace, Path: pointer, Value: document.String(nameMarker)}}.Apply(form)
	}
	if err != nil {
		return nil, fmt.Errorf("sample data: %s.json: %w", formType, err)
	}
	return form.AppendJSON(nil), nil
}

// multipart writes the body that creates an instance with its form and attachments.
func (m *material) multipart(template, form []byte) ([]byte, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(boundary); err != nil {
		return nil, err
	}
	parts := []struct {
		name, file, media string
		body              []byte
	}{
		{"instance", "", mediaJSON, template}, {formType, "", mediaJSON, form},
	}
	for _, f := range m.files {
		parts = append(parts, struct {
			name, file, media string
			body              []byte
		}{f.dataType, f.name, mediaPDF, f.content})
	}
	for _, p := range parts {
		disposition := fmt.Sprintf("form-data; name=%q", p.name)
		if p.file != "" {
			disposition += fmt.Sprintf("; filename=%q", p.file)
		}
		out, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {p.media}})
		if err != nil {
			return nil, err
		}
		if _, err := out.Write(p.body); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// completeBody is the body that creates a complete instance whose place has a name.
func (m *material) completeBody(party int, name string) []byte {
	halves := m.complete[party]
	text := quoted(name)
	out := make([]byte, 0, len(halves[0])+len(text)+len(halves[1]))
	out = append(out, halves[0]...)
	out = append(out, text...)
	return append(out, halves[1]...)
}

// quoted is a text as it stands between the quotes of JSON.
func quoted(s string) []byte {
	b := document.String(s).AppendJSON(nil)
	return b[1 : len(b)-1]
}

// sent is the two attachments as they must be found again.
func (m *material) sent() []File {
	out := make([]File, len(m.files))
	for i, f := range m.files {
		out[i] = File{f.dataType, f.name, int64(len(f.content)), sha256.Sum256(f.content)}
	}
	return out
}

// attachment makes a file whose contents no other one has, and its description.
func (m *material) attachment(n int, mark string) ([]byte, File) {
	p := m.files[0]
	if n >= 5 {
		p = m.files[1]
	}
	body := make([]byte, 0, len(p.content)+len(mark)+3)
	body = append(body, p.content...)
	body = append(append(append(body, '%', ' '), mark...), '\n') // a comment after the end of the PDF
	return body, File{p.dataType, p.dataType + "-" + strconv.Itoa(n) + ".pdf", int64(len(body)), sha256.Sum256(body)}
}

// patchBody is the body that gives one text of a form a value. fresh says that the object around it is not there yet.
func patchBody(element, pointer, value string, fresh bool) []byte {
	op := document.Operation{Op: document.OpReplace, Path: mustPointer(pointer), Value: document.String(value)}
	if fresh {
		last := len(op.Path) - 1
		op = document.Operation{Op: document.OpAdd, Path: op.Path[:last], Value: document.NewObject().Set(op.Path[last], op.Value)}
	}
	b := make([]byte, 0, 256)
	b = append(b, `{"patches":[{"dataElementId":"`...)
	b = append(append(b, element...), `","patch":`...)
	return append(document.Patch{op}.AppendJSON(b), `}]}`...)
}

func mustPointer(s string) document.Pointer {
	p, err := document.ParsePointer(s)
	if err != nil {
		panic("hammer: " + err.Error())
	}
	return p
}

// made is what is read of an answer that gives an instance.
type made struct {
	ID   string `json:"id"`
	Data []struct {
		ID       string `json:"id"`
		DataType string `json:"dataType"`
	} `json:"data"`
}

func readMade(body []byte) (m made, err error) {
	err = json.Unmarshal(body, &m)
	return m, err
}
