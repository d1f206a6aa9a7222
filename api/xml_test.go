package api_test

import (
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/domain/document"
)

const (
	declared = `<?xml version="1.0" encoding="utf-8"?><skjenkebevilling xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">`
	someXML  = `<lokale><navn>Kroa &amp; bua</navn><antallGjester>85</antallGjester></lokale></skjenkebevilling>`
)

// What is put as XML comes back as XML and as JSON, whichever the client prefers.
func TestForm_XMLAndJSON(t *testing.T) {
	t.Parallel()
	a := common(t)
	m, token := a.draft(t), a.person(t, ingrid)
	path := m.path + "/data/" + m.form
	a.must(t, 201, call{method: "PUT", path: path, token: token, body: declared + someXML, header: map[string]string{"Content-Type": "application/xml"}})
	const json = `{"lokale":{"navn":"Kroa & bua","antallGjester":85}}`
	for _, c := range []struct{ accept, media, body string }{
		{"", "application/json; charset=utf-8", json},
		{"application/json", "application/json; charset=utf-8", json},
		{"application/xml", "application/xml; charset=utf-8", declared + someXML},
		{"text/xml, application/json;q=0.9", "text/xml; charset=utf-8", declared + someXML},
		{"application/xml;q=0.4, application/json;q=0.5", "application/json; charset=utf-8", json},
		{"application/json;q=0, application/xml;q=0.1", "application/xml; charset=utf-8", declared + someXML},
		{"application/xml;q=0", "application/json; charset=utf-8", json},
		{"application/xml, */*;q=0.1", "application/json; charset=utf-8", json},
		{"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/json; charset=utf-8", json},
		{"no such thing;;", "application/json; charset=utf-8", json},
	} {
		r := a.must(t, 200, call{method: "GET", path: path, token: token, header: map[string]string{"Accept": c.accept}})
		if got := strings.TrimSpace(string(r.body)); got != c.body || r.header.Get("Content-Type") != c.media {
			t.Errorf("Accept %q: got %s %s", c.accept, r.header.Get("Content-Type"), got)
		}
	}
}

func TestForm_RefusesOtherBodies(t *testing.T) {
	t.Parallel()
	a := common(t)
	m, token := a.draft(t), a.person(t, ingrid)
	for _, c := range []struct {
		media, body, code string
		status            int
	}{
		{"application/xml", "<skjenkebevilling>", "form_malformed", 400},
		{"text/xml", `<!DOCTYPE skjenkebevilling><skjenkebevilling/>`, "form_malformed", 400},
		{"text/plain", "hei", "form_content_type_unsupported", 415},
	} {
		r := a.must(t, c.status, call{method: "PUT", path: m.path + "/data/" + m.form, token: token, body: c.body, header: map[string]string{"Content-Type": c.media}})
		if at(t, r.tree(t), "code") != c.code {
			t.Errorf("%s: got %s, want code %s", c.media, r.body, c.code)
		}
	}
}

// Rows keep their ids in the log; GET shows them to those who ask.
func TestForm_RowIDsAreShownOnRequest(t *testing.T) {
	t.Parallel()
	a := common(t)
	token := a.machine(t, "politiet")
	r := a.must(t, 201, call{method: "POST", path: "/politiet/vandelsvurdering/instances", token: token, body: map[string]any{
		"instanceOwner": map[string]any{"organisationNumber": "310000140"},
	}})
	instance := "/politiet/vandelsvurdering/instances/" + at(t, r.tree(t), "id").(string)
	path := instance + "/data/" + at(t, r.tree(t), "data", 0, "id").(string)
	patched := a.must(t, 200, call{method: "PATCH", path: path, token: token, body: jsonText(`{"patch":[{"op":"add","path":"/personer","value":[{}]}]}`)})
	id, _ := at(t, patched.tree(t), "newDataModel", "personer", 0, document.RowID).(string)
	if len(id) != 36 {
		t.Fatalf("a row without id: %s", patched.body)
	}
	for query, shown := range map[string]bool{"": false, "?includeRowId=false": false, "?includeRowId=true": true, "?INCLUDEROWID=True": true} {
		for _, accept := range []string{"application/json", "application/xml"} {
			got := a.must(t, 200, call{method: "GET", path: path + query, token: token, header: map[string]string{"Accept": accept}})
			if strings.Contains(string(got.body), id) != shown || !strings.Contains(string(got.body), "personer") {
				t.Errorf("%s as %s: %s", query, accept, got.body)
			}
		}
	}
}
