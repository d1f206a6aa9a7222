package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/commands"
)

func percentDecoded(s string) (string, error) { return url.PathUnescape(s) }

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// app gives the current version of the app that the path names; it answers 404 when there is none.
func (s *Server) app(c *gin.Context) (*apps.App, bool) {
	app := s.Apps.Current(c.Param("org") + "/" + c.Param("app"))
	if app == nil {
		s.fail(c, &commands.Error{Kind: commands.NotFound, Code: commands.CodeAppUnknown, Message: "there is no such app"})
	}
	return app, app != nil
}

// applicationMetadata is GET {org}/{app}/api/v1/applicationmetadata; it needs no login, as in Altinn.
func (s *Server) applicationMetadata(c *gin.Context) {
	if app, ok := s.app(c); ok {
		c.Data(http.StatusOK, "application/json; charset=utf-8", app.Metadata.Raw)
	}
}

// metaProcess is GET {org}/{app}/api/v1/meta/process.
func (s *Server) metaProcess(c *gin.Context) {
	if app, ok := s.app(c); ok {
		c.Data(http.StatusOK, "text/xml; charset=utf-8", app.BPMN)
	}
}

// jsonSchema is GET {org}/{app}/api/jsonschema/{data type}.
func (s *Server) jsonSchema(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	model, ok := app.Models[c.Param("name")]
	if !ok {
		s.fail(c, &commands.Error{Kind: commands.NotFound, Code: commands.CodeDataTypeUnknown, Message: "the app has no model of this name"})
		return
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", model.Schema)
}
