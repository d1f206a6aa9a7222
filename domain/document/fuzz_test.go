package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"
)

// stricter holds the reasons for which Parse refuses what encoding/json takes.
var stricter = []string{msgRepeated, msgSurrogate, msgUTF8, msgDepth, msgSize}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-0.5e+3,"\u00e6\ud83d\ude00",true,null]}`, `[[[[]]]]`, `{"a":1,"a":2}`, ` "\\\"" `, "\"\xff\"", `01`, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := Parse(src)
		valid := json.Valid(src)
		if err == nil {
			checkParsed(t, n, src, valid)
			return
		}
		var fault *SyntaxError
		if !errors.As(err, &fault) || fault.Offset > len(src) {
			t.Fatalf("%q: %v", src, err)
		}
		if valid && !slices.Contains(stricter, fault.Message) {
			t.Fatalf("%q is valid JSON, but: %v", src, err)
		}
	})
}

func checkParsed(t *testing.T, n *Node, src []byte, valid bool) {
	if !valid {
		t.Fatalf("%q is no valid JSON, but was taken", src)
	}
	written := n.AppendJSON(nil)
	again, err := Parse(written)
	if err != nil || !bytes.Equal(again.AppendJSON(nil), written) || !Equal(n, again) {
		t.Fatalf("%q was written as %q: %v", src, written, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.UseNumber()
	var want any
	if err := decoder.Decode(&want); err != nil {
		t.Fatal(err)
	}
	back, err := FromInterface(want)
	if err != nil || !Equal(n, back) {
		t.Fatalf("%q: encoding/json reads %v: %v", src, want, err)
	}
}

func FuzzPatch(f *testing.F) {
	for _, c := range rfc6902 {
		f.Add([]byte(c.doc), []byte(c.patch))
	}
	f.Fuzz(func(t *testing.T, doc, src []byte) {
		root, err := Parse(doc)
		if err != nil {
			return
		}
		patch, err := ParsePatch(src)
		if _, parseErr := Parse(src); err == nil && parseErr != nil {
			t.Fatalf("%q is a patch but no document: %v", src, parseErr)
		}
		if err != nil {
			return
		}
		before := text(root)
		got, err := patch.Apply(root)
		inPlace, errInPlace := patch.ApplyInPlace(root.Clone())
		if text(root) != before {
			t.Fatalf("%q changed %q", src, before)
		}
		if (err == nil) != (errInPlace == nil) || text(got) != text(inPlace) {
			t.Fatalf("%q on %q: %s, %v and in place %s, %v", src, doc, text(got), err, text(inPlace), errInPlace)
		}
		if err == nil {
			checkPatched(t, root, got)
		}
	})
}

func checkPatched(t *testing.T, root, got *Node) {
	if _, err := Parse(got.AppendJSON(nil)); err != nil {
		t.Fatalf("the result %s is no document: %v", text(got), err)
	}
	if again, err := Diff(root, got).Apply(root); err != nil || !Equal(again, got) {
		t.Fatalf("Diff(%s, %s) gives %s: %v", text(root), text(got), text(again), err)
	}
	if len(Changes(root, got)) == 0 != Equal(root, got) {
		t.Fatalf("Changes(%s, %s)", text(root), text(got))
	}
}

func FuzzParsePath(f *testing.F) {
	for _, seed := range []string{"", "a.b[0].c", `a["x.y"][1]`, "a..b", "a[01]", "æ.ø", `[""]`, `["\u0061"]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		path, err := ParsePath(s)
		if err != nil {
			var fault *PathError
			if !errors.As(err, &fault) || fault.Offset > len(s) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		again, err := ParsePath(path.String())
		if err != nil || !slices.Equal(again, path) {
			t.Fatalf("%q was written as %q: %v", s, path, err)
		}
		if doc, err := (*Node)(nil).With(path, Int(1)); err == nil {
			if v, ok := doc.Lookup(path); !ok || v.Text() != "1" {
				t.Fatalf("%q leads to %s in %s", s, text(v), text(doc))
			}
		}
	})
}
