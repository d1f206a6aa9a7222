package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/commands"
)

// writeForm answers with a form, as XML for clients that would rather have it. As in Altinn, rows keep their ids only with
// includeRowId=true.
func (s *Server) writeForm(c *gin.Context, data commands.Data) {
	form := data.Element.Form
	if include, _ := strconv.ParseBool(query(c, "includeRowId")); !include {
		form = datamodel.StripRowIDs(form)
	}
	c.Header("Vary", "Accept")
	media := xmlWanted(c.Request.Header.Values("Accept"))
	if media == "" {
		write(c, http.StatusOK, form)
		return
	}
	model, err := datamodel.New(data.App, data.Element.DataType)
	if err != nil {
		s.fail(c, err)
		return
	}
	text, err := model.ToXML(form)
	if err != nil {
		s.fail(c, &commands.Error{
			Kind: commands.Unprocessable, Code: commands.CodeFormMismatch, Message: "the form cannot be written as XML; ask for application/json", Err: err,
		})
		return
	}
	c.Data(http.StatusOK, media+"; charset=utf-8", text)
}

// xmlWanted gives the XML media type that a client prefers to JSON, or nothing. As in Altinn, a client that takes everything, as
// browsers do, gets JSON.
func xmlWanted(accept []string) string {
	best, chosen := 0.0, ""
	for _, part := range strings.Split(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		switch media {
		case "*/*":
			return ""
		case "application/json", "text/json", "application/*", "application/xml", "text/xml":
			if q := quality(params["q"]); q > best {
				best, chosen = q, media
			}
		}
	}
	if !strings.HasSuffix(chosen, "xml") {
		return ""
	}
	return chosen
}

// quality reads a q value (RFC 9110 section 12.4.2); none is 1.
func quality(q string) float64 {
	if q == "" {
		return 1
	}
	v, err := strconv.ParseFloat(q, 64)
	if err != nil || v < 0 || v > 1 {
		return 0
	}
	return v
}
