package datamodel_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps/datamodel"
)

const schema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","@xsdRootElement":"skjema","type":"object","properties":{
	"navn":{"type":"string"},"antall":{"type":"integer"},"sum":{"type":["number","null"]},"ja":{"type":"boolean"},
	"rader":{"type":"array","items":{"$ref":"#/$defs/Rad"}},"merker":{"type":"array","items":{"type":"string"}},
	"beløp i kr":{"type":"number"},"fritt":{},
	"orid":{"type":"object","properties":{"orid":{"type":"integer","const":"4711","@xsdType":"XmlAttribute"},"value":{"type":"string","@xsdText":true}}}},
	"$defs":{"Rad":{"type":"object","properties":{"a":{"type":"string"},"n":{"type":"number"},"id":{"type":"string","@xsdAttribute":true},
	"under":{"type":"array","items":{"$ref":"#/$defs/Rad"}}}}}}`

const open = `<?xml version="1.0" encoding="utf-8"?><skjema xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">`

func TestToXML(t *testing.T) {
	t.Parallel()
	m := ofSchema(t, schema)
	for _, c := range []struct{ name, doc, want string }{
		{"nothing", `{}`, ``},
		{"null is nothing", `{"navn":null,"rader":null}`, ``},
		{"an empty list is nothing", `{"rader":[]}`, ``},
		{"an empty text is an element", `{"navn":""}`, `<navn></navn>`},
		{"order of the model", `{"ja":true,"antall":2,"navn":"Kari"}`, `<navn>Kari</navn><antall>2</antall><ja>true</ja>`},
		{"decimals to the last digit", `{"sum":12345678901234567890.10}`, `<sum>12345678901234567890.10</sum>`},
		{"no exponent", `{"sum":-1.5e3}`, `<sum>-1500</sum>`},
		{"no negative exponent", `{"sum":15E-5}`, `<sum>0.00015</sum>`},
		{"doubles keep it", `{"sum":1e999999}`, `<sum>1e999999</sum>`},
		{"escapes", `{"navn":"<a & \"b\">\r\n"}`, "<navn>&lt;a &amp; \"b\"&gt;&#xD;\n</navn>"},
		{"illegal characters", `{"navn":"a\u0000\u0007\u0085\uffffb"}`, "<navn>a\uFFFD\uFFFD\uFFFD\uFFFDb</navn>"},
		{"rows", `{"rader":[{"altinnRowId":"r1","n":1,"a":"x"},null,{"id":"\"\t7"}]}`,
			`<rader altinnRowId="r1"><a>x</a><n>1</n></rader><rader xsi:nil="true" /><rader id="&quot;&#x9;7"></rader>`},
		{"an unset row id", `{"rader":[{"altinnRowId":"00000000-0000-0000-0000-000000000000"}]}`, `<rader></rader>`},
		{"texts in a list", `{"merker":["a","b"]}`, `<merker>a</merker><merker>b</merker>`},
		{"names that XML lacks", `{"beløp i kr":1}`, `<beløp_x0020_i_x0020_kr>1</beløp_x0020_i_x0020_kr>`},
		{"a constant attribute is written", `{"orid":{"value":"x"}}`, `<orid orid="4711">x</orid>`},
		{"a wrapper of nothing is not", `{"orid":{"orid":4711,"value":" "}}`, ``},
		{"what the model says nothing of", `{"fritt":{"b":1,"a":[{"c":true},2]}}`, `<fritt><b>1</b><a><c>true</c></a><a>2</a></fritt>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := m.ToXML(parse(t, c.doc))
			if err != nil {
				t.Fatal(err)
			}
			if want := open + c.want + `</skjema>`; string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestToXML_Refuses(t *testing.T) {
	t.Parallel()
	m := ofSchema(t, schema)
	for _, c := range []struct{ name, doc, code string }{
		{"an unknown field", `{"hemmelig":1}`, datamodel.CodeUnknown},
		{"an unknown field of a row", `{"rader":[{"hemmelig":1}]}`, datamodel.CodeUnknown},
		{"a list for a value", `{"navn":["hemmelig"]}`, datamodel.CodeStructure},
		{"an object for a value", `{"navn":{"hemmelig":1}}`, datamodel.CodeStructure},
		{"a value for an object", `{"orid":"hemmelig"}`, datamodel.CodeStructure},
		{"an object for an attribute", `{"rader":[{"id":{"hemmelig":1}}]}`, datamodel.CodeStructure},
		{"a list in a list", `{"rader":[[{"a":"hemmelig"}]]}`, datamodel.CodeStructure},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := m.ToXML(parse(t, c.doc))
			wantCode(t, err, c.code)
		})
	}
}

// wantCode also checks that the error tells nothing of what was sent: every document of these tests calls its contents "hemmelig".
func wantCode(t *testing.T, err error, code string) *datamodel.Error {
	t.Helper()
	var known *datamodel.Error
	if !errors.As(err, &known) {
		t.Fatalf("got %v, want an error of the package", err)
	}
	if known.Code != code {
		t.Errorf("got code %s (%v), want %s", known.Code, err, code)
	}
	if strings.Contains(err.Error(), "hemmelig") {
		t.Errorf("the error repeats what was sent: %v", err)
	}
	return known
}

func TestFromXML(t *testing.T) {
	t.Parallel()
	m := ofSchema(t, schema)
	for _, c := range []struct{ name, xml, want string }{
		{"nothing", `<skjema/>`, `{}`},
		{"nil", `<skjema xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`, `{}`},
		{"any order", `<skjema><ja>1</ja><navn>Kari</navn></skjema>`, `{"navn":"Kari","ja":true}`},
		{"foreign namespaces", `<x:skjema xmlns:x="urn:x"><y:navn xmlns:y="urn:y">Kari</y:navn></x:skjema>`, `{"navn":"Kari"}`},
		{"a single row is a list", `<skjema><rader><a>x</a></rader></skjema>`, `{"rader":[{"a":"x"}]}`},
		{"rows apart", `<skjema><merker>a</merker><navn>n</navn><merker>b</merker></skjema>`, `{"navn":"n","merker":["a","b"]}`},
		{"row ids", `<skjema><rader altinnRowId="r1" id="7"/></skjema>`, `{"rader":[{"altinnRowId":"r1","id":"7"}]}`},
		{"row id unset", `<skjema><rader altinnRowId="00000000-0000-0000-0000-000000000000"/></skjema>`, `{"rader":[{}]}`},
		{"unknown elements and attributes", `<skjema b="1"><ukjent><navn>x</navn></ukjent><navn c="2">y</navn></skjema>`, `{"navn":"y"}`},
		{"decimals", `<skjema><antall> +007 </antall><sum>-.50</sum></skjema>`, `{"antall":7,"sum":-0.50}`},
		{"decimals to the last digit", `<skjema><sum>12345678901234567890.10</sum></skjema>`, `{"sum":12345678901234567890.10}`},
		{"texts stay texts", `<skjema><navn>007 </navn></skjema>`, `{"navn":"007 "}`},
		{"an empty text", `<skjema><navn></navn><antall></antall></skjema>`, `{"navn":"","antall":null}`},
		{"nil rows", `<skjema xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><merker i:nil="true"/><merker>b</merker></skjema>`, `{"merker":[null,"b"]}`},
		{"character data", `<skjema><navn>a&amp;&#x42;<![CDATA[<c>]]><!-- d --></navn></skjema>`, `{"navn":"a&B<c>"}`},
		{"a byte order mark", "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<skjema/>\n<!-- end -->", `{}`},
		{"Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><skjema><navn>\xd8</navn></skjema>", `{"navn":"Ø"}`},
		{"names that XML lacks", `<skjema><beløp_x0020_i_x0020_kr>1</beløp_x0020_i_x0020_kr></skjema>`, `{"beløp i kr":1}`},
		{"text content", `<skjema><orid orid="4711">x</orid></skjema>`, `{"orid":{"orid":4711,"value":"x"}}`},
		{"blank text content", `<skjema><orid orid="4711"> </orid></skjema>`, `{"orid":{"orid":4711}}`},
		{"what the model says nothing of", `<skjema><fritt><b>1</b><a><c>t</c></a><a/></fritt></skjema>`, `{"fritt":{"b":"1","a":[{"c":"t"},""]}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := m.FromXML([]byte(c.xml))
			if err != nil {
				t.Fatal(err)
			}
			if toJSON(got) != c.want {
				t.Errorf("got  %s\nwant %s", toJSON(got), c.want)
			}
		})
	}
}

func TestFromXML_Refuses(t *testing.T) {
	t.Parallel()
	m := ofSchema(t, schema)
	deep := func(name string, n int) string {
		return strings.Repeat("<"+name+">", n) + strings.Repeat("</"+name+">", n)
	}
	for _, c := range []struct {
		name, xml, code string
		line            int
	}{
		{"no text", ``, datamodel.CodeSyntax, 1},
		{"a cut", "<skjema>\n<navn>hemmelig", datamodel.CodeSyntax, 2},
		{"a wrong end", "<skjema>\n<navn>x</hemmelig></skjema>", datamodel.CodeSyntax, 2},
		{"text after the end", `<skjema/>hemmelig`, datamodel.CodeSyntax, 1},
		{"two roots", `<skjema/><skjema/>`, datamodel.CodeSyntax, 1},
		{"another root", `<hemmelig/>`, datamodel.CodeRoot, 1},
		{"bytes that are no text", "<skjema><navn>\xff</navn></skjema>", datamodel.CodeSyntax, 1},
		{"another encoding", `<?xml version="1.0" encoding="hemmelig"?><skjema/>`, datamodel.CodeEncoding, 1},
		{"an external entity", `<!DOCTYPE skjema [<!ENTITY x SYSTEM "file:///etc/passwd">]><skjema><navn>&x;</navn></skjema>`, datamodel.CodeForbidden, 1},
		{"a billion laughs", `<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><skjema><navn>&b;</navn></skjema>`, datamodel.CodeForbidden, 1},
		{"a declaration inside", `<skjema><!DOCTYPE x></skjema>`, datamodel.CodeForbidden, 1},
		{"an undeclared entity", `<skjema><navn>&hemmelig;</navn></skjema>`, datamodel.CodeSyntax, 1},
		{"a number", "<skjema>\n\n<sum>hemmelig</sum></skjema>", datamodel.CodeValue, 3},
		{"a boolean", `<skjema><ja>hemmelig</ja></skjema>`, datamodel.CodeValue, 1},
		{"elements in a value", `<skjema><navn><hemmelig/></navn></skjema>`, datamodel.CodeValue, 1},
		{"a second value", `<skjema><navn>hemmelig</navn><navn>b</navn></skjema>`, datamodel.CodeRepeated, 1},
		{"depth", "<skjema>" + strings.Repeat("<rader>", 1) + deep("under", 40) + "</rader></skjema>", datamodel.CodeTooDeep, 1},
		{"depth of the unknown", "<skjema>" + deep("x", 100) + "</skjema>", datamodel.CodeTooDeep, 1},
		{"size", "<skjema>" + strings.Repeat(" ", 9<<20) + "</skjema>", datamodel.CodeTooLarge, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := m.FromXML([]byte(c.xml))
			if known := wantCode(t, err, c.code); known.Line != c.line {
				t.Errorf("got line %d, want %d: %v", known.Line, c.line, err)
			}
		})
	}
}
