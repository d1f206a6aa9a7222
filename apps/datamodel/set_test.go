package datamodel_test

import "testing"

func TestSet(t *testing.T) {
	t.Parallel()
	m := ofSchema(t, `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{
		"Skjema-grp-1":{"type":"object","properties":{"Navn-datadef-2":{"type":"string"},"antall":{"type":"integer"},"ja":{"type":"boolean"}}},
		"rader":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}},"fritt":{"type":"object"}}}`)
	for _, c := range []struct{ name, doc, path, text, want, code string }{
		{"by the JSON name", `{}`, "Skjema-grp-1.Navn-datadef-2", "Kari", `{"Skjema-grp-1":{"Navn-datadef-2":"Kari"}}`, ""},
		{"by the C# name", `{}`, "skjemagrp1.NAVNdatadef2", "Kari", `{"Skjema-grp-1":{"Navn-datadef-2":"Kari"}}`, ""},
		{"a number", `{}`, "SkjemaGrp1.Antall", " 007 ", `{"Skjema-grp-1":{"antall":7}}`, ""},
		{"a blank number", `{}`, "SkjemaGrp1.Antall", " ", `{"Skjema-grp-1":{"antall":null}}`, ""},
		{"a boolean of .NET", `{}`, "SkjemaGrp1.Ja", "True", `{"Skjema-grp-1":{"ja":true}}`, ""},
		{"beside others", `{"Skjema-grp-1":{"antall":1}}`, "SkjemaGrp1.Ja", "0", `{"Skjema-grp-1":{"antall":1,"ja":false}}`, ""},
		{"a row", `{"rader":[{"a":"x"}]}`, "Rader[1].A", "y", `{"rader":[{"a":"x"},{"a":"y"}]}`, ""},
		{"an open object", `{}`, "fritt.b", "1", `{"fritt":{"b":"1"}}`, ""},
		{"no field", `{}`, "ukjent", "hemmelig", "", "field_unknown"},
		{"a list without a row", `{}`, "rader.a", "hemmelig", "", "field_unknown"},
		{"a row of no list", `{}`, "SkjemaGrp1[0]", "hemmelig", "", "field_unknown"},
		{"no path", `{}`, "a..b", "hemmelig", "", "field_unknown"},
		{"an object", `{}`, "SkjemaGrp1", "hemmelig", "", "structure_inexpressible"},
		{"a list", `{}`, "rader", "hemmelig", "", "structure_inexpressible"},
		{"a row too far", `{}`, "rader[3].a", "hemmelig", "", "structure_inexpressible"},
		{"no number", `{}`, "SkjemaGrp1.Antall", "hemmelig", "", "value_malformed"},
		{"no boolean", `{}`, "SkjemaGrp1.Ja", "hemmelig", "", "value_malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := m.Set(parse(t, c.doc), c.path, c.text)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil || toJSON(got) != c.want {
				t.Errorf("got %s, %v", toJSON(got), err)
			}
			if !m.Has(c.path) {
				t.Error("Has does not know the path")
			}
		})
	}
}

func TestCoerce(t *testing.T) {
	t.Parallel()
	m := ofSchema(t, schema)
	for _, c := range []struct{ name, doc, want string }{
		{"texts in numbers", `{"antall":"12","sum":"-1.50e1"}`, `{"antall":12,"sum":-1.50e1}`},
		{"in rows", `{"rader":[{"n":"1","under":[{"n":"2"}]},null]}`, `{"rader":[{"n":1,"under":[{"n":2}]},null]}`},
		{"what is no JSON number", `{"antall":" 1","sum":"+1"}`, `{"antall":" 1","sum":"+1"}`},
		{"empty texts", `{"antall":""}`, `{"antall":""}`},
		{"numbers in texts", `{"navn":12}`, `{"navn":12}`},
		{"texts in booleans", `{"ja":"true"}`, `{"ja":"true"}`},
		{"lists that should be none, and the reverse", `{"antall":["1"],"merker":"1","rader":"1"}`, `{"antall":["1"],"merker":"1","rader":"1"}`},
		{"the unknown", `{"ukjent":"1"}`, `{"ukjent":"1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, c.doc)
			if got := toJSON(m.Coerce(doc)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if toJSON(doc) != c.doc {
				t.Error("the document itself was changed")
			}
		})
	}
}
