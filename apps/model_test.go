package apps_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
)

// schemaModel compiles a schema as that of the only form of an app.
func schemaModel(t testing.TB, schema string) *apps.Model {
	t.Helper()
	app := application.with(files{soknad: schema, "ui/Task_1/Settings.json": "", "ui/Task_1/layouts/side1.json": ""}).load(t)
	return app.Models["soknad"]
}

func decode(t testing.TB, text string) any {
	t.Helper()
	doc, err := apps.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// found gives "path keyword limit" of each issue.
func found(issues []apps.SchemaIssue) []string {
	all := []string{}
	for _, issue := range issues {
		all = append(all, strings.TrimSpace(issue.Path+" "+issue.Keyword+" "+issue.Limit))
	}
	return all
}

func TestValidate_NamesWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	m := application.load(t).Models["soknad"]
	for _, c := range []struct{ name, doc, want string }{
		{"sound", `{"soeker": {"navn": "Kari"}, "antall": 3, "beloep": 19.99, "dato": "2024-02-29", "postnummer": "0150"}`, ""},
		{"missing", `{}`, "soeker required"},
		{"missing inside", `{"soeker": {}}`, "soeker.navn required"},
		{"short", `{"soeker": {"navn": "K"}}`, "soeker.navn minLength 2"},
		{"several", `{"soeker": {"navn": "K"}, "antall": 101, "postnummer": "12345"}`, "antall maximum 100;postnummer maxLength 4;postnummer pattern ^[0-9]{4}$;soeker.navn minLength 2"},
		{"type", `{"soeker": {"navn": "Kari"}, "antall": "3"}`, "antall type integer"},
		{"fraction", `{"soeker": {"navn": "Kari"}, "antall": 3.5}`, "antall type integer"},
		{"whole number with decimals", `{"soeker": {"navn": "Kari"}, "antall": 3.0}`, ""},
		{"exact decimals", `{"soeker": {"navn": "Kari"}, "beloep": 0.07}`, ""},
		{"too many decimals", `{"soeker": {"navn": "Kari"}, "beloep": 1.005}`, "beloep multipleOf 0.01"},
		{"beyond float64", `{"soeker": {"navn": "Kari"}, "beloep": 90071992547409930.001}`, "beloep multipleOf 0.01"},
		{"enum", `{"soeker": {"navn": "Kari"}, "vandel": {"konklusjon": "ok"}}`, "vandel.konklusjon enum god, daarlig"},
		{"date", `{"soeker": {"navn": "Kari"}, "dato": "2023-02-29"}`, "dato format date"},
		{"date before the limit", `{"soeker": {"navn": "Kari"}, "dato": "2019-12-31"}`, "dato formatMinimum 2020-01-01"},
		{"email", `{"soeker": {"navn": "Kari"}, "epost": "kari"}`, "epost format email"},
		{"row", `{"soeker": {"navn": "Kari"}, "ansatte": [{"navn": "Ola"}, {"navn": 1}]}`, "ansatte[1].navn type string"},
		{"too many rows", `{"soeker": {"navn": "Kari"}, "ansatte": [{}, {}, {}, {}]}`, "ansatte maxItems 3"},
		{"unknown member", `{"soeker": {"navn": "Kari"}, "ansatte": [{"alias": "O"}]}`, "ansatte[0].alias additionalProperties"},
		{"row id", `{"soeker": {"navn": "Kari"}, "ansatte": [{"altinnRowId": "x", "navn": "Ola"}]}`, ""},
		{"null is no value", `{"soeker": {"navn": "Kari"}, "antall": null, "dato": null, "vandel": {"konklusjon": null}}`, ""},
		{"not an object", `[]`, "type object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			issues := m.Validate(decode(t, c.doc))
			if got := strings.Join(found(issues), ";"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, issue := range issues {
				if issue.Message == "" || strings.Contains(issue.Message, "Kari") {
					t.Errorf("the message is %q", issue.Message)
				}
			}
		})
	}
}

func TestValidate_Keywords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, schema, doc, want string }{
		{"look-ahead", `{"properties": {"a": {"pattern": "^((?!client).)*$"}}}`, `{"a": "my client"}`, "a pattern ^((?!client).)*$"},
		{"exclusive limits", `{"$schema": "2020-12", "properties": {"a": {"exclusiveMinimum": 0}, "b": {"exclusiveMaximum": 1.5}}}`, `{"a": 0, "b": 1.5}`, "a exclusiveMinimum 0;b exclusiveMaximum 1.5"},
		{"limits of draft 4", `{"properties": {"a": {"minimum": 0, "exclusiveMinimum": true}, "b": {"maximum": 1, "exclusiveMaximum": false}}}`, `{"a": 0, "b": 1}`, "a exclusiveMinimum 0"},
		{"keywords beside $ref in draft 7", `{"properties": {"a": {"$ref": "#/definitions/T", "maxLength": 2}, "b": {}}, "definitions": {"T": {"type": "string"}}}`, `{"a": "abc"}`, "a maxLength 2"},
		{"const as text", `{"properties": {"a": {"type": "integer", "const": "12"}, "b": {"type": "string", "const": 3}, "c": {"type": "boolean", "const": "true"}}}`, `{"a": 12, "b": "3", "c": true}`, ""},
		{"const as text that differs", `{"properties": {"a": {"type": "integer", "const": "12"}, "b": {}}}`, `{"a": 13}`, "a const 12"},
		{"nearest branch of oneOf", `{"properties": {"a": {"oneOf": [{"type": "null"}, {"type": "string", "minLength": 3}, {"type": "object"}]}, "b": {}}}`, `{"a": "ab"}`, "a minLength 3"},
		{"oneOf with null", `{"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "number"}]}, "b": {}}}`, `{"a": null}`, ""},
		{"two branches of oneOf", `{"properties": {"a": {"oneOf": [{"type": "string"}, {"minLength": 1}]}, "b": {}}}`, `{"a": "ab"}`, "a oneOf"},
		{"anyOf", `{"properties": {"a": {"anyOf": [{"type": "integer", "maximum": 3}, {"type": "boolean"}]}, "b": {}}}`, `{"a": 4}`, "a maximum 3"},
		{"not", `{"properties": {"a": {"not": {"const": 1}}, "b": {}}}`, `{"a": 1}`, "a not"},
		{"nothing is allowed", `{"properties": {"a": false, "b": {}}}`, `{"a": 1}`, "a false"},
		{"if and then", `{"if": {"required": ["a"]}, "then": {"required": ["b"]}}`, `{"a": 1}`, "b required"},
		{"dependencies", `{"dependencies": {"a": ["b"]}}`, `{"a": 1}`, "dependency"},
		{"unique", `{"properties": {"a": {"uniqueItems": true}, "b": {}}}`, `{"a": [1, 1.0]}`, "a uniqueItems"},
		{"lengths of lists and objects", `{"properties": {"a": {"minItems": 1}, "b": {"maxProperties": 0}, "c": {"minProperties": 1}}}`, `{"a": [], "b": {"x": 1}, "c": {}}`, "a minItems 1;b maxProperties 0;c minProperties 1"},
		{"year", `{"properties": {"a": {"format": "year"}, "b": {"format": "year-month"}}}`, `{"a": "24", "b": "2024-13"}`, "a format year;b format year-month"},
		{"year that holds", `{"properties": {"a": {"format": "year"}, "b": {"format": "year-month"}, "c": {"format": "year"}}}`, `{"a": "2024", "b": "2024-12", "c": 1}`, ""},
		{"limits of formats", `{"properties": {"a": {"format": "date", "formatMaximum": "2020-01-01"}, "b": {"format": "date", "formatExclusiveMaximum": "2020-01-01"}, "c": {"format": "date", "formatExclusiveMinimum": "2020-01-01"}, "d": {"formatMinimum": "b"}}}`,
			`{"a": "2020-01-02", "b": "2020-01-01", "c": "2020-01-01", "d": "a"}`, "a formatMaximum 2020-01-01;b formatExclusiveMaximum 2020-01-01;c formatExclusiveMinimum 2020-01-01"},
		{"names with odd characters", `{"properties": {"a/b": {"type": "integer"}, "c~d": {"type": "integer"}}}`, `{"a/b": "", "c~d": ""}`, "a/b type integer;c~d type integer"},
		{"digits as a name", `{"properties": {"0": {"items": {"type": "integer"}}, "b": {}}}`, `{"0": ["x"]}`, "0[0] type integer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(found(schemaModel(t, c.schema).Validate(decode(t, c.doc))), ";"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestValidate_GivesTheTextOfTheSchema(t *testing.T) {
	t.Parallel()
	m := schemaModel(t, `{"properties": {"a": {"maxLength": 2, "errorMessage": "for.lang"}, "b": {"maxLength": 2, "errorMessage": {"maxLength": "b.lang", "pattern": "x"}}, "c": {"maxLength": 1}}}`)
	var got []string
	for _, issue := range m.Validate(decode(t, `{"a": "abc", "b": "abc", "c": "abc"}`)) {
		got = append(got, issue.Custom)
	}
	if want := []string{"for.lang", "b.lang", ""}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestModel_Root(t *testing.T) {
	t.Parallel()
	const definitions = `"definitions": {"Skjema": {"type": "object", "properties": {"navn": {"type": "string"}}}}`
	for name, c := range map[string]struct{ schema, root string }{
		"the schema itself":   {`{"info": {"rootNode": ""}, "properties": {"navn": {"type": "string"}}}`, ""},
		"rootNode":            {`{"info": {"rootNode": "#/definitions/Skjema"}, ` + definitions + `}`, "Skjema"},
		"meldingsnavn":        {`{"info": {"meldingsnavn": "melding"}, "properties": {"annet": {}, "melding": {"$ref": "#/definitions/Skjema"}}, ` + definitions + `}`, "Skjema"},
		"the only property":   {`{"properties": {"Skjema": {"$ref": "#/definitions/Skjema"}}, ` + definitions + `}`, "Skjema"},
		"rootNode goes first": {`{"info": {"rootNode": "#"}, "properties": {"navn": {"type": "string"}, "b": {}}}`, ""},
	} {
		m := schemaModel(t, c.schema)
		if m.Root() != c.root {
			t.Errorf("%s: the root is %q", name, m.Root())
		}
		if got := found(m.Validate(decode(t, `{"navn": 1}`))); len(got) != 1 || got[0] != "navn type string" {
			t.Errorf("%s: got %q", name, got)
		}
		if exists, kind := m.FieldExists("navn"); !exists || kind != "string" {
			t.Errorf("%s: the field is %v %q", name, exists, kind)
		}
		if m.SchemaDocument()["$id"] != nil {
			t.Errorf("%s: the document keeps $id", name)
		}
	}
}

func TestFieldExists(t *testing.T) {
	t.Parallel()
	m := schemaModel(t, `{
  "$schema": "https://json-schema.org/draft/2020-12/schema", "info": {"rootNode": ""}, "type": "object",
  "properties": {
    "navn": {"type": "string"}, "antall": {"type": ["null", "integer"]}, "blandet": {"type": ["string", "number"]},
    "adresse": {"$ref": "#/$defs/Adresse"}, "rader": {"type": "array", "items": {"$ref": "#/$defs/Rad"}},
    "tall": {"type": "array", "items": {"type": "number"}}, "rutenett": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    "alle": {"allOf": [{"$ref": "#/$defs/Adresse"}, {"properties": {"land": {"type": "string"}}}]},
    "en": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/Adresse"}]}, "noe": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
    "fritt": {}, "kart": {"type": "object"}, "lukket": {"type": "object", "additionalProperties": false}, "belop": {"allOf": [{"type": "number"}, {"type": "integer"}]},
    "dyp/sti": {"type": "string"}, "bar": {"type": "array"}
  },
  "$defs": {
    "Adresse": {"type": "object", "properties": {"gate": {"type": "string"}, "barn": {"$ref": "#/$defs/Adresse"}}},
    "Rad": {"type": "object", "properties": {"a": {"type": "boolean"}, "under": {"type": "array", "items": {"properties": {"b": {"type": "string"}}}}}},
    "Ring": {"$ref": "#/$defs/Ring"}
  }}`)
	for path, want := range map[string]string{
		"": "object", "navn": "string", "antall": "integer", "blandet": apps.AnyKind, "adresse": "object", "adresse.gate": "string",
		"adresse.barn.barn.barn.gate": "string", "rader": "array", "rader[0]": "object", "rader[12].a": "boolean", "rader.a": "boolean", "rader[{0}].a": "boolean",
		"rader[0].under[1].b": "string", "rader.under.b": "string", "tall[0]": "number", "rutenett[0][1]": "integer", "rutenett[0]": "array",
		"alle.gate": "string", "alle.land": "string", "en": "object", "en.gate": "string", "noe": apps.AnyKind, "fritt": apps.AnyKind, "fritt.hva.som.helst": apps.AnyKind,
		"kart.hva": apps.AnyKind, "belop": "integer", "dyp/sti": "string", "bar[0]": apps.AnyKind, "fritt.a[0]": apps.AnyKind,
	} {
		if exists, kind := m.FieldExists(path); !exists || kind != want {
			t.Errorf("%s: got %v, %q, want %q", path, exists, kind, want)
		}
	}
	for _, path := range []string{"x", "navn.x", "navn[0]", "adresse.x", "rader[0].x", "rader.x", "tall[0].x", "lukket.x", "alle.x", "en.x", ".", "navn.", ".navn", "rader[]", "rader[x]", "rader[0", "rader[0]x", "rader[", "[0]", "adresse[0].gate"} {
		if exists, kind := m.FieldExists(path); exists {
			t.Errorf("%s exists as %q", path, kind)
		}
	}
	if got := m.Fields("alle"); !reflect.DeepEqual(got, []string{"barn", "gate", "land"}) {
		t.Errorf("fields are %q", got)
	}
	if m.Fields("navn") != nil || m.Fields("x") != nil {
		t.Error("a text has fields")
	}
}

// Every schema of Altinn's compiles, and finds its own fields.
func TestModel_AltinnSchemas(t *testing.T) {
	t.Parallel()
	schemas, err := filepath.Glob(filepath.Join(altinnData(t, "apps"), "*", "App", "models", "*.schema.json"))
	if err != nil || len(schemas) < 15 {
		t.Fatalf("found %d schemas, %v", len(schemas), err)
	}
	for _, name := range schemas {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m := schemaModel(t, string(src))
		fields := m.Fields("")
		if len(fields) == 0 {
			t.Errorf("%s has no fields", name)
		}
		for _, field := range fields {
			if exists, _ := m.FieldExists(field); !exists {
				t.Errorf("%s: %s is not found", name, field)
			}
		}
		m.Validate(map[string]any{})
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	if doc := decode(t, `{"a": 1.10}`).(map[string]any); doc["a"] != json.Number("1.10") {
		t.Errorf("got %v", doc)
	}
	for _, text := range []string{"", "{", "{} {}"} {
		if _, err := apps.Decode([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func FuzzModel(f *testing.F) {
	f.Add(application[soknad], `{"soeker": {"navn": "K"}}`, "ansatte[0].navn")
	f.Add(caseApp["models/sak.schema.json"], `{"soeker": null}`, "vedtak.antall")
	f.Add(`{"$ref": "#"}`, `{}`, "a.b")
	f.Add(`{"allOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"items": {"$ref": "#"}}}}`, `[]`, "a[0].b")
	f.Fuzz(func(t *testing.T, schema, doc, path string) {
		app, _ := apps.Load(application.with(files{soknad: schema}).fs(), apps.Options{})
		if app == nil || app.Models["soknad"] == nil {
			return
		}
		m := app.Models["soknad"]
		m.FieldExists(path)
		m.Fields(path)
		if v, err := apps.Decode([]byte(doc)); err == nil {
			m.Validate(v)
		}
	})
}
