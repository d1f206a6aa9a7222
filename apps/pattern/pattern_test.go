package pattern_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps/pattern"
)

func TestMatchString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expression string
		yes, no    []string
	}{
		{`^((?!client).)*$`, []string{"", "server", "clien"}, []string{"client", "a client b"}},
		{`^(?=.*\d)(?=.*[a-z]).{4,8}$`, []string{"abc1", "1234567z"}, []string{"abcd", "1234", "ab1", "abcdefgh1"}},
		{`(?<=kr )\d+`, []string{"kr 10"}, []string{"10", "kr x"}},
		{`(?<!kr )\b\d+$`, []string{"10", "nok 10"}, []string{"kr 10"}},
		{`^(a|b)\1$`, []string{"aa", "bb"}, []string{"ab", "a"}},
		{`^(?<x>.)(?:-)\k<x>(?!.)`, []string{"a-a"}, []string{"a-b"}},
		{`^[\u00e6\u00f8\u00e5]+$`, []string{"æøå"}, []string{"aæ", ""}},
		{`^\u0041\x42\cJ?$`, []string{"AB", "AB\n"}, []string{"ab"}},
		{`^x{0,1500}$`, []string{"", strings.Repeat("x", 1500)}, []string{strings.Repeat("x", 1501)}},
		{`^[\w-.]+$`, []string{"a-b.c"}, []string{"a b"}},
		{`^[\w-\d\-x]+(?=$)`, []string{"a-1x"}, []string{"."}},
		{`^[^]$`, []string{"a", "\n"}, []string{"", "ab"}},
		{`^[](?=a)`, nil, []string{"", "a"}},
		{`^(a+)+(?!b)$`, []string{"aaa"}, []string{"aab"}},
		{`^(?:a{2,3}?)(?=a$)`, []string{"aaa", "aaaa"}, []string{"aa", "aaaaa"}},
		{`^(?=(a*))b{x}\B.$`, nil, []string{"b"}},
		{`^\S\D\W(?=)$`, []string{"aa."}, []string{" a.", "a1.", "aaa"}},
		{`^(?:(?=a)|b)*$`, []string{"", "bb"}, []string{"a"}},
		{`(?!)`, nil, []string{"", "a"}},
		{`^(?!0+$)[0-9]{9}$`, []string{"123456789"}, []string{"000000000", "12345678"}},
		{`(?=\0)`, []string{"\x00"}, []string{"0"}},
		{`^[\b]\t\/(?=$)`, []string{"\b\t/"}, []string{"b\t/"}},
	} {
		e, err := pattern.Compile(c.expression)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		if e.String() != c.expression {
			t.Errorf("%s is written as %s", c.expression, e)
		}
		for _, text := range c.yes {
			if !e.MatchString(text) {
				t.Errorf("%s does not match %.40q", c.expression, text)
			}
		}
		for _, text := range c.no {
			if e.MatchString(text) {
				t.Errorf("%s matches %.40q", c.expression, text)
			}
		}
	}
}

func TestCompile_Refuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`(?=`, `(?=a`, `a)(?=b`, `(?x:a)`, `(?=a)*+`, `+(?=a)`, `[(?=`, `[z-a](?=a)`, `(?=a)\`, `[\`, `(?<a`, `(?<>a)`,
		`(?=a)\2`, `(?<a>b)\k<c>(?=a)`, `(?=a)b{3,2}`, `\b*(?=a)`, strings.Repeat("(", 300) + "(?=a)" + strings.Repeat(")", 300),
		"(?=a)" + strings.Repeat("a", 20_000),
	} {
		if e, err := pattern.Compile(text); err == nil {
			t.Errorf("%.40q is accepted as %T", text, e)
		}
	}
}

// An expression that takes exponential time gives up, and so does one that would need a deep stack.
func TestMatchString_GivesUp(t *testing.T) {
	t.Parallel()
	e, err := pattern.Compile(`^(?=a)(a+)+$`)
	if err != nil {
		t.Fatal(err)
	}
	if e.MatchString(strings.Repeat("a", 40) + "b") {
		t.Error("matches what it should not")
	}
	deep, err := pattern.Compile(`^(?=a)[^b]*$`)
	if err != nil {
		t.Fatal(err)
	}
	if !deep.MatchString(strings.Repeat("a", 10_000)) {
		t.Error("a long text is not matched")
	}
	if deep.MatchString(strings.Repeat("a", 1_000_000)) {
		t.Error("a text beyond the bound is matched")
	}
}

// FuzzMatch holds the matcher against Go's: an empty look-ahead forces the one and changes no meaning.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{{`^(a|b)*c$`, "ababc"}, {`[^x-z]{2,3}?|\d+`, "ab1"}, {`(a*)*b`, "aab"}, {`\bfoo\b`, "a foo b"}, {`(?:a|ab)(?:c|bcd)(?:d*)`, "abcd"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		if len(text) > 40 || len(expression) > 60 || strings.ContainsAny(expression, `\([{?`+"\r\n") && !plain.MatchString(expression) {
			return
		}
		e, err := pattern.Compile("(?=)(?:" + expression + ")")
		if err != nil {
			return
		}
		got := e.MatchString(text)
		fast, err := regexp.Compile("(?:" + expression + ")")
		if err != nil || !simple.MatchString(expression) || !ascii.MatchString(text) {
			return
		}
		if want := fast.MatchString(text); got != want {
			t.Fatalf("%q on %q: got %v, want %v", expression, text, got, want)
		}
	})
}

// Where the two languages mean the same: letters, sets of letters, repetition and choice.
var (
	plain  = regexp.MustCompile(`^[\x20-\x7e]*$`)
	simple = regexp.MustCompile(`^(?:[a-z0-9 |^$]|\[[a-z]+\]|\(\?:|\)|[a-z][*+?]|\.)*$`)
	ascii  = regexp.MustCompile(`^[\x20-\x7e]*$`)
)
