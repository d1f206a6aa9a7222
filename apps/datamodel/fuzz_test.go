package datamodel_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/domain/document"
)

// Whatever comes in, the answer is an error with a place or a form that JSON can hold and that XML gives back.
func FuzzFromXML(f *testing.F) {
	m := ofSchema(f, schema)
	for _, seed := range []string{
		`<skjema/>`, open + `<navn>Kari</navn><rader altinnRowId="r1" id="7"><n>+1.50</n><under/></rader></skjema>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><skjema>&b;</skjema>`, `<skjema><fritt><a>1</a><a><b/></a></fritt><orid orid="4711">x</orid></skjema>`,
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><skjema><navn>\xd8</navn></skjema>", `<skjema><beløp_x0020_i_x0020_kr>1</beløp_x0020_i_x0020_kr></skjema>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := m.FromXML(src)
		var known *datamodel.Error
		if err != nil {
			if !errors.As(err, &known) || known.Line < 1 && known.Code != datamodel.CodeTooLarge {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		if _, err := document.Parse(doc.AppendJSON(nil)); err != nil {
			t.Fatalf("the form cannot be kept: %v", err)
		}
		text, err := m.ToXML(doc)
		if err != nil {
			t.Fatalf("%v: %s", err, toJSON(doc))
		}
		if _, err := m.FromXML(text); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	})
}

// A form of about 1 KiB of JSON.
func sampleForm(b *testing.B) (*datamodel.Model, *document.Node) {
	src, err := os.ReadFile(filepath.Join(projectRoot(b), "examples", "data", "skjenkebevilling.json"))
	if err != nil {
		b.Fatal(err)
	}
	doc := parse(b, string(src))
	b.ReportMetric(float64(len(toJSON(doc))), "bytes-of-JSON")
	return model(b, example(b, "nordvik", "skjenkebevilling"), "skjenkebevilling"), doc
}

func BenchmarkToXML(b *testing.B) {
	m, doc := sampleForm(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.ToXML(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFromXML(b *testing.B) {
	m, doc := sampleForm(b)
	text, err := m.ToXML(doc)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.FromXML(text); err != nil {
			b.Fatal(err)
		}
	}
}
