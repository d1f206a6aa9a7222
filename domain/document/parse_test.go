package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]SyntaxError{
		``:                          {0, 1, 1, msgEnd},
		" \n ":                      {3, 2, 2, msgEnd},
		`nul`:                       {0, 1, 1, msgLiteral},
		`nope`:                      {0, 1, 1, msgLiteral},
		`+1`:                        {0, 1, 1, msgValue},
		`01`:                        {1, 1, 2, msgTrailing},
		`-`:                         {1, 1, 2, msgEnd},
		`1.`:                        {2, 1, 3, msgEnd},
		`[1.x]`:                     {3, 1, 4, msgNumber},
		`1e+`:                       {3, 1, 4, msgEnd},
		`{} {}`:                     {3, 1, 4, msgTrailing},
		"1\x00":                     {1, 1, 2, msgTrailing},
		`{"a":1,}`:                  {7, 1, 8, msgKey},
		`{a:1}`:                     {1, 1, 2, msgKey},
		`{"a" 1}`:                   {5, 1, 6, msgColon},
		`{"a":1 "b":2}`:             {7, 1, 8, msgMember},
		`{"a":}`:                    {5, 1, 6, msgValue},
		`[1,]`:                      {3, 1, 4, msgValue},
		`[1 2]`:                     {3, 1, 4, msgItem},
		`[1`:                        {2, 1, 3, msgEnd},
		`{"a":1`:                    {6, 1, 7, msgEnd},
		"{\"a\":1,\n  \"a\":2}":     {10, 2, 3, msgRepeated},
		`{"a":1,"\u0061":2}`:        {7, 1, 8, msgRepeated},
		`"abc`:                      {4, 1, 5, msgEnd},
		`"abc\`:                     {5, 1, 6, msgEnd},
		"\"a\tb\"":                  {2, 1, 3, msgControl},
		`"\x"`:                      {1, 1, 2, msgEscape},
		`"\u12g4"`:                  {1, 1, 2, msgEscape},
		`"\u12"`:                    {1, 1, 2, msgEscape},
		`"\ud83d"`:                  {1, 1, 2, msgSurrogate},
		`"\ud83d\u0041"`:            {1, 1, 2, msgSurrogate},
		`"\ude00"`:                  {1, 1, 2, msgSurrogate},
		"\"øl\xff\"":                {4, 1, 4, msgUTF8},
		"\"\xed\xa0\x80\"":          {1, 1, 2, msgUTF8},
		"\uFEFF{}":                  {0, 1, 1, msgMark},
		strings.Repeat("[", 65):     {64, 1, 65, msgDepth},
		`["æøå",` + "\n" + `"æ",x]`: {16, 2, 5, msgLiteral},
	} {
		_, err := Parse([]byte(src))
		var got *SyntaxError
		if !errors.As(err, &got) || *got != want {
			t.Errorf("Parse(%q): got %v, want %v", src, err, &want)
		}
	}
}

func TestParse_KeepsOrderAndLiterals(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		` {"b" : 1.50 , "a":[ ] ,"c":{ } } `:            `{"b":1.50,"a":[],"c":{}}`,
		`[-0, 1E+2, 0.1e-7, 123456789012345678901.0]`:   `[-0,1E+2,0.1e-7,123456789012345678901.0]`,
		`"\u003c\u00e6\/\"\\\b\f\n\r\t\u0001\u2028<&>"`: `"<æ/\"\\\b\f\n\r\t\u0001` + "\u2028" + `<&>"`,
		`"\ud83d\ude00"`:         `"😀"`,
		`[true,false,null,"",7]`: `[true,false,null,"",7]`,
		`{"":{"":""}}`:           `{"":{"":""}}`,
	} {
		if got := text(parse(t, src)); got != want {
			t.Errorf("%s came back as %s, want %s", src, got, want)
		}
	}
}

func TestParse_KeepsToItsLimits(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	if n := parse(t, deep); n.height() != MaxDepth {
		t.Errorf("height %d", n.height())
	}
	largest := `"` + strings.Repeat("x", MaxSize-2) + `"`
	parse(t, largest)
	if _, err := Parse([]byte(largest + " ")); err == nil || !strings.Contains(err.Error(), "8 MiB") {
		t.Errorf("one byte too much: %v", err)
	}
}

func TestParse_DoesNotKeepTheSource(t *testing.T) {
	t.Parallel()
	src := []byte(`{"navn":"Kari","rader":[1234,"` + strings.Repeat("lang", 2000) + `"]}`)
	want := string(src)
	n, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	clear(src)
	if got := text(n); got != want {
		t.Errorf("got %s", got)
	}
}

func TestParse_ReadsLargeDocuments(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, `,"felt%d":["%s",%d]`, i, strings.Repeat("æ", i%1500), i*i)
	}
	src := "{" + b.String()[1:] + "}"
	n := parse(t, src)
	if text(n) != src {
		t.Fatal("the document does not read back")
	}
	if v, ok := n.Get("felt4999"); !ok || v.Index(1).Text() != "24990001" {
		t.Errorf("felt4999 is %s", text(v))
	}
}

func TestUnmarshalJSON_FillsTheNode(t *testing.T) {
	t.Parallel()
	var form struct{ Data, None, Gone *Node }
	if err := json.Unmarshal([]byte(`{"Data":{"b":1.0,"a":"<"},"None":null}`), &form); err != nil {
		t.Fatal(err)
	}
	if got := text(form.Data) + text(form.None) + text(form.Gone); got != `{"b":1.0,"a":"<"}nullnull` {
		t.Errorf("got %s", got)
	}
	if err := Null().UnmarshalJSON([]byte("1")); err == nil || Null().Kind() != KindNull {
		t.Errorf("the package's null was overwritten: %v", err)
	}
	if err := new(Node).UnmarshalJSON([]byte("{")); err == nil {
		t.Error("no error for half an object")
	}
}
