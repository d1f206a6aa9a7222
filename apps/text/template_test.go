package text_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/apps/text"
)

func TestTemplate(t *testing.T) {
	t.Parallel()
	values := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}
	for src, want := range map[string]string{
		"": "", "{": "{", "}": "}", "{}": "{}", "{0}": "a", "{0": "{0", "{{0}}": "{a}", "{0}{1}": "ab", "{10}": "k", "{11}": "{11}",
		"{01}": "{01}", "{-1}": "{-1}", "{+1}": "{+1}", "{ 1}": "{ 1}", "{1 }": "{1 }", "x{0}y{2}z": "xaycz", "{99999999999999999999}": "{99999999999999999999}",
		"{0{1}": "{0b", "å{1}ø": "åbø",
	} {
		if got, _ := text.Fill(src, values); got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
}

func TestWithoutMarkers(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"a": "a", "a[{0}].b": "a.b", "a[{0}].b[{1}].c": "a.b.c", "a[0].b": "a[0].b", "a[{0}]": "a", "[{0}": "[{0}", "a[{x}].b": "a[{x}].b",
		"a[{0}": "a[{0}", "[{[{1}]": "[{", "a[{-1}]": "a[{-1}]",
	} {
		if got := text.WithoutMarkers(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// naive replaces all variables at once, as strings.Replacer does.
func naive(src string, values []string) string {
	var pairs []string
	for i, v := range values {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(src)
}

func TestTemplate_IsOneReplacementOfAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"{", "}", "0", "1", "12", "{0}", "{1}", "a", "å", " "})).Draw(t, "text"), "")
		values := rapid.SliceOfN(rapid.SampledFrom([]string{"", "x", "{0}", "{1}"}), 0, 14).Draw(t, "values")
		if got, _ := text.Fill(src, values); got != naive(src, values) {
			t.Fatalf("%q with %q: %q, want %q", src, values, got, naive(src, values))
		}
	})
}

// FuzzTemplate holds the parser against one replacement of all variables, and checks that filling in the variables' own names
// gives the text back.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"Hei {0}", "{{0}}{1", "{10}{01}", "a[{0}].b", "\xff{0}"} {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, src string, count uint8) {
		names := make([]string, count%20)
		for i := range names {
			names[i] = "{" + strconv.Itoa(i) + "}"
		}
		same, places := text.Fill(src, names)
		if same != src {
			t.Fatalf("%q becomes %q", src, same)
		}
		if len(places) > 0 && slices.Max(places) >= len(names) {
			t.Fatalf("%q has a variable %d of %d", src, slices.Max(places), len(names))
		}
		values := make([]string, len(names))
		for i := range values {
			values[i] = strings.Repeat("<", i) + ">"
		}
		if got, _ := text.Fill(src, values); got != naive(src, values) {
			t.Fatalf("%q: %q, want %q", src, got, naive(src, values))
		}
		if path := text.WithoutMarkers(src); len(path) > len(src) {
			t.Fatalf("the path %q becomes %q", src, path)
		}
	})
}
