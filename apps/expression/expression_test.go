package expression

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestParse_LiteralsStandForThemselves(t *testing.T) {
	t.Parallel()
	for _, src := range []string{`null`, `true`, `"x"`, `1.5`} {
		e := MustParse(src)
		lit, ok := e.IsLiteral()
		v, err := e.Eval(Context{})
		if !ok || err != nil || !v.Equal(lit) || e.String() != src {
			t.Errorf("%s gave %v, %v", src, v, err)
		}
	}
	if v, err := Literal(Int(3)).Eval(Context{}); err != nil || !v.Equal(Int(3)) {
		t.Errorf("Literal gave %v, %v", v, err)
	}
	if v, err := new(Expression).Eval(Context{}); err != nil || !v.IsNull() {
		t.Errorf("the zero Expression gave %v, %v", v, err)
	}
}

func TestParse_NamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte(`["and", ["equals", 1], ["nope"], {}, [], [1], ["sum", 1]]`))
	var fault *ParseError
	if !errors.As(err, &fault) {
		t.Fatalf("gave %v", err)
	}
	got := map[string]string{fault.Path: fault.Message}
	for _, more := range fault.More {
		got[more.Path] = more.Message
		if !strings.Contains(err.Error(), more.Message) {
			t.Errorf("%q is not in %q", more.Message, err)
		}
	}
	want := map[string]string{
		"/1":   "Expected 2 argument(s), got 1",
		"/2/0": `Function "nope" not implemented`,
		"/3":   `Invalid type "object"`,
		"/4":   "Missing function name in expression",
		"/5/0": "Function name in expression should be string",
		"/6/1": "Expected argument to be list, got number",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("gave %q, want %q", got, want)
	}
}

func TestParse_RefusesWhatIsNoExpression(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"", "[", `["not",true] 1`, `["not",true,]`, `// no` + "\n1", `{}`, `["plus",1e400]`, `{"a":1}`,
		strings.Repeat(`["not",`, 300) + "true" + strings.Repeat("]", 300),
	} {
		e, err := Parse([]byte(src))
		var fault *ParseError
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), "Invalid expression") {
			t.Errorf("%q gave %v, %v", src, e, err)
		}
	}
}

func TestParseLenient_TakesCommentsAndTrailingCommas(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"// first\n[\"not\", /* why */ true, ]":        `["not",true]`,
		`["concat","// no comment","/*","\"//",/**/,]`: "",
		`["concat","// no comment","/*","\"//",/**/]`:  `["concat","// no comment","/*","\"//"]`,
		"[\"list\",1 // one\n,]":                       `["list",1]`,
		`["list",,]`:                                   "",
		`["list" /* open`:                              "",
		`"text" // done`:                               `"text"`,
	} {
		e, err := ParseLenient([]byte(src))
		if want == "" {
			if err == nil {
				t.Errorf("%s gave %s", src, e)
			}
			continue
		}
		if err != nil || e.String() != want {
			t.Errorf("%s gave %v, %v, want %s", src, e, err, want)
		}
	}
	src := []byte(`["not",true,]`)
	if _, err := ParseLenient(src); err != nil || string(src) != `["not",true,]` {
		t.Errorf("the source became %s, %v", src, err)
	}
}

func TestExpression_GoesThroughJSON(t *testing.T) {
	t.Parallel()
	const src = `{"hidden":["equals",["dataModel","a.b","t"],"x \"y\""],"show":true}`
	var page struct {
		Hidden *Expression `json:"hidden"`
		Show   *Expression `json:"show"`
	}
	if err := json.Unmarshal([]byte(src), &page); err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(page); err != nil || string(out) != src {
		t.Errorf("gave %s, %v", out, err)
	}
	if json.Unmarshal([]byte(`{"hidden":["nope"]}`), &page) == nil {
		t.Error("a fault was not told")
	}
}

func TestMustParse_PanicsOnAFault(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	MustParse(`["nope"]`)
}

func TestLookups(t *testing.T) {
	t.Parallel()
	e := MustParse(`["if",["equals",["component","c"],["dataModel","a[0].b"]],["dataModel",["dataModel","p","t"]],
		"else",["concat",["text","k"],["optionLabel","o",1],["linkToPage","x","pg"],["countDataElements","dt"],["argv",0]]]`)
	want := []Lookup{
		{"component", "", "c", "/1/1"},
		{"dataModel", "", "a[0].b", "/1/2"},
		{"dataModel", "t", "p", "/2/1"},
		{"text", "", "k", "/4/1"},
		{"optionLabel", "", "o", "/4/2"},
		{"linkToPage", "", "pg", "/4/3"},
		{"countDataElements", "", "dt", "/4/4"},
	}
	if got := e.Lookups(); !slices.Equal(got, want) {
		t.Errorf("gave %+v, want %+v", got, want)
	}
	if !e.Uses("argv") || e.Uses("sum") || MustParse(`1`).Uses("argv") {
		t.Error("Uses is wrong")
	}
	if names := FunctionNames(); !slices.Contains(names, "jmespath") || !slices.IsSorted(names) || len(names) != len(functions) {
		t.Errorf("FunctionNames gave %v", names)
	}
}

func TestEvalBool(t *testing.T) {
	t.Parallel()
	ctx := Context{Argv: []Value{{}, Text("true"), Text("x"), Int(1), ListOf()}}
	for _, c := range []struct {
		src       string
		def, want bool
		fails     bool
	}{
		{`["argv",0]`, true, true, false},
		{`["argv",0]`, false, false, false},
		{`["argv",1]`, false, true, false},
		{`["argv",2]`, true, true, true},
		{`["argv",2]`, false, false, true},
		{`["argv",3]`, false, true, false},
		{`["argv",4]`, false, false, true},
		{`["argv",9]`, true, true, true},
		{`"nonsense"`, true, true, true},
		{`false`, true, false, false},
	} {
		got, err := MustParse(c.src).EvalBool(ctx, c.def)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s with %v gave %v, %v", c.src, c.def, got, err)
		}
	}
}

func TestEvalError_TellsThePlaceAndNoData(t *testing.T) {
	t.Parallel()
	ctx := Context{Argv: []Value{Text("person 01017012345")}}
	for src, place := range map[string]string{
		`["concat",["plus",1,["argv",0]]]`:                      "/1/2",
		`["not",["argv",0]]`:                                    "/1",
		`["formatDate",["argv",0]]`:                             "/1",
		`["formatDate","2020-01-01",["argv",0]]`:                "/2",
		`["sum",["list",["argv",0],"x"]]`:                       "/1",
		`["instanceContext",["argv",0]]`:                        "/1",
		`["authContext",["argv",0]]`:                            "/1",
		`["argv",["stringSlice",["argv",0],1]]`:                 "/1",
		`["compare",["argv",0],"isBefore","2020-01-01"]`:        "/1",
		`["compare",1,"not","greaterThan",["list",["argv",0]]]`: "/4",
	} {
		_, err := MustParse(src).Eval(ctx)
		var failure *EvalError
		if !errors.As(err, &failure) || failure.Path != place {
			t.Errorf("%s failed with %#v, want the place %s", src, err, place)
		}
		if err != nil && strings.Contains(err.Error(), "01017012345") {
			t.Errorf("%s tells the value: %v", src, err)
		}
	}
	_, err := MustParse(`["sum",["list","not a number"]]`).Eval(ctx)
	if err == nil || !strings.Contains(err.Error(), `"not a number"`) {
		t.Errorf("a value of the expression itself is not told: %v", err)
	}
}

func TestEval_ManyAtATime(t *testing.T) {
	t.Parallel()
	e := MustParse(`["concat",["dataModel","a"],["concat",["argv",0],["multiply",2,["argv",0]]]]`)
	data := NewDocumentData("d").Add("d", "", root(t, `{"a":"x"}`))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			want := Text("x" + Int(int64(i)).String() + Int(int64(2*i)).String())
			for range 200 {
				got, err := e.Eval(Context{Data: data, Argv: []Value{Int(int64(i))}})
				if err != nil || !got.Equal(want) {
					t.Errorf("gave %v, %v, want %v", got, err, want)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestEval_TakesNoMemory(t *testing.T) {
	e := MustParse(`["and",["equals",["dataModel","a.b"],"x"],["greaterThan",["dataModel","n"],1.5]]`)
	ctx := Context{Data: NewDocumentData("d").Add("d", "", root(t, `{"a":{"b":"x"},"n":17.25}`))}
	if n := testing.AllocsPerRun(200, func() { _, _ = e.Eval(ctx) }); n >= 1 {
		t.Errorf("an evaluation allocates %v times", n)
	}
}
