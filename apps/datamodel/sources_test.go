package datamodel_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/domain/document"
)

const plainSchema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{
	"a":{"type":"string"},"b":{"$ref":"#/$defs/B"},"c":{"type":"number"}},"$defs":{"B":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}}}}}`

const csharp = `using System;
namespace Altinn.App.Models
{
    // [XmlRoot(ElementName = "wrong")]
    [XmlRoot(ElementName = "melding", Namespace = "http://example.com/form")]
    public class Form
    {
        [XmlElement("c", Order = 1)]
        [JsonProperty("c")]
        [JsonPropertyName("c")]
        public decimal? Sum { get; set; }

        [Range(Double.MinValue, Double.MaxValue)]
        [RegularExpression(@"^[0-9]{9}$")]
        [XmlElement("navn", Order = 2)]
        [JsonPropertyName("a")]
        public string? FulltNavn { get; set; } /* the name */

        [XmlElement("b", Order = 3)]
        [JsonPropertyName("b")]
        public Models.Del? Del { get; set; }

        public bool ShouldSerializeSum() => Sum.HasValue;
    }

    public class Del
    {
        [XmlAttribute("x")]
        [BindNever]
        public string x { get; set; } = "";

        [XmlText()]
        [JsonIgnore]
        public string y { get; set; }

        [XmlIgnore]
        [JsonPropertyName("y")]
        public string yNullable { get => y; set { y = value; } }
    }
}`

const xsd = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:f" targetNamespace="urn:f" elementFormDefault="%s">
	<xs:element name="Form"><xs:complexType><xs:sequence><xs:element name="c" type="xs:decimal"/><xs:element name="b" type="B"/><xs:element name="a" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
	<xs:complexType name="B"><xs:sequence><xs:element name="y" type="xs:string"/></xs:sequence><xs:attribute name="x" type="xs:string"/></xs:complexType></xs:schema>`

const heads = `<?xml version="1.0" encoding="utf-8"?>`
const std = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"`

// Each source adds to what the ones before it say.
func TestSources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want string
		files      map[string]string
	}{
		{"schema", `<Form` + std + `><a>A</a><b><x>X</x><y>Y</y></b><c>1</c></Form>`, map[string]string{}},
		{"XML Schema, qualified", `<Form` + std + ` xmlns="urn:f"><c>1</c><b x="X"><y>Y</y></b><a>A</a></Form>`, map[string]string{"form.xsd": fmt.Sprintf(xsd, "qualified")}},
		{"XML Schema, unqualified", `<q1:Form` + std + ` xmlns:q1="urn:f"><c>1</c><b x="X"><y>Y</y></b><a>A</a></q1:Form>`, map[string]string{"Form.xsd": fmt.Sprintf(xsd, "unqualified")}},
		{"XML Schema of another form", `<Form` + std + `><a>A</a><b><x>X</x><y>Y</y></b><c>1</c></Form>`, map[string]string{"form.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="other"/></xs:schema>`}},
		{"a broken XML Schema", `<Form` + std + `><a>A</a><b><x>X</x><y>Y</y></b><c>1</c></Form>`, map[string]string{"form.xsd": `<xs:schema`}},
		{"C#", `<melding` + std + ` xmlns="http://example.com/form"><c>1</c><navn>A</navn><b x="X">Y</b></melding>`, map[string]string{"Form.cs": csharp}},
		{"C# of another class", `<Form` + std + `><a>A</a><b><x>X</x><y>Y</y></b><c>1</c></Form>`, map[string]string{"Other.cs": `public class Other { public string a { get; set; } }`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.files["form.schema.json"] = plainSchema
			m := ofFiles(t, c.files)
			doc := parse(t, `{"a":"A","b":{"x":"X","y":"Y"},"c":1}`)
			got, err := m.ToXML(doc)
			if err != nil || string(got) != heads+c.want {
				t.Fatalf("got  %s %v\nwant %s", got, err, heads+c.want)
			}
			back, err := m.FromXML(got)
			if err != nil || !document.Equal(back, doc) {
				t.Errorf("came back as %s, %v", toJSON(back), err)
			}
		})
	}
}

// C# names count in prefill.
func TestSources_CSharpNames(t *testing.T) {
	t.Parallel()
	m := ofFiles(t, map[string]string{"form.schema.json": plainSchema, "Form.cs": csharp})
	got, err := m.Set(parse(t, `{}`), "fulltnavn", "Kari")
	if err != nil || toJSON(got) != `{"a":"Kari"}` {
		t.Errorf("got %s, %v", toJSON(got), err)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	app := example(t, "nordvik", "skjenkebevilling")
	if first, second := model(t, app, "skjenkebevilling"), model(t, app, "skjenkebevilling"); first != second {
		t.Error("the model was built twice")
	}
	for _, dataType := range []string{"ukjent", "tegning"} {
		if _, err := datamodel.New(app, dataType); err == nil {
			t.Errorf("%s has a model", dataType)
		}
	}
	bare, faults := apps.Load(folderOf(t, nil), apps.Options{Org: "nordvik", Name: "skjenkebevilling"})
	if bare == nil {
		t.Fatal(faults)
	}
	m := model(t, bare, "form")
	if name, space := m.RootElement(); name != "Form" || space != "" {
		t.Errorf("root %s %s", name, space)
	}
	got, err := m.FromXML([]byte(`<Form><a>1</a></Form>`))
	if err != nil || toJSON(got) != `{"a":"1"}` {
		t.Errorf("got %s, %v", toJSON(got), err)
	}
}

// The names of the root elements of Altinn's own apps.
func TestRootElement_AltinnsApps(t *testing.T) {
	t.Parallel()
	want := map[string]string{"frontend-test/ServiceModel-test": "Skjema", "frontend-test/message": "Message", "template-v8/model": "model"}
	for _, folder := range altinnApps(t) {
		app := load(t, folder, "ttd")
		for dataType := range app.Models {
			key := app.Name + "/" + dataType
			if name, _ := model(t, app, dataType).RootElement(); want[key] != "" && name != want[key] {
				t.Errorf("%s: root %s, want %s", filepath.ToSlash(key), name, want[key])
			}
		}
	}
}
