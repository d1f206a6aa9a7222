package xacml

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// mutate changes a few places of a policy, in ways that tend to keep it XML.
func mutate(r *rand.Rand, src []byte) []byte {
	words := []string{
		"Deny", "Permit", "<", ">", "/>", `"`, "</AllOf>", "<AllOf>", "<AnyOf/>", "<Target/>", "[ORG]", "[APP]", "&amp;", "&#0;",
		categorySubject, categoryResource, categoryAction, attributeTask, "\x00", "\xff", "true", "<!-- -->", "<![CDATA[x]]>", "",
	}
	out := slices.Clone(src)
	for range 1 + r.IntN(4) {
		at := r.IntN(len(out))
		switch r.IntN(4) {
		case 0:
			out[at] = byte(r.IntN(256))
		case 1:
			out = slices.Delete(out, at, min(len(out), at+1+r.IntN(200)))
		case 2:
			out = slices.Insert(out, at, []byte(words[r.IntN(len(words))])...)
		case 3:
			end := min(len(out), at+r.IntN(2000))
			out = slices.Insert(out, r.IntN(len(out)), slices.Clone(out[at:end])...)
		}
		if len(out) == 0 {
			return src
		}
	}
	return out
}

// checkResult tells what must hold for any input at all.
func checkResult(t *testing.T, src []byte) {
	t.Helper()
	p, _, err := Translate(src, demo)
	if (p == nil) == (err == nil) {
		t.Fatalf("policy %v with error %v", p, err)
	}
	if err != nil {
		if len(Findings(err)) == 0 {
			t.Fatalf("error without finding: %v", err)
		}
		return
	}
	for _, grants := range []Grants{p.Grant, p.Deny} {
		for action, slots := range grants {
			for slot, keys := range slots {
				for key, rules := range keys {
					if action != strings.ToLower(action) || slot == "" || !strings.Contains(key, ":") || len(rules) == 0 {
						t.Fatalf("grant %q %q %q %v", action, slot, key, rules)
					}
				}
			}
		}
	}
}

func TestTranslate_SurvivesMutations(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"standard.xml", "signing.xml", "deny.xml"} {
		src := sample(t, name)
		for range 1500 {
			checkResult(t, mutate(r, src))
		}
	}
}

func FuzzTranslate(f *testing.F) {
	for _, name := range []string{"standard.xml", "signing.xml", "deny.xml"} {
		f.Add(sample(f, name))
	}
	for _, c := range refusals {
		if len(c.src) < 64<<10 { // large seeds slow the search down
			f.Add([]byte(c.src))
		}
	}
	f.Fuzz(checkResult)
}
