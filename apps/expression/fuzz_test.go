package expression

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzParseEval reads and evaluates anything: it must never panic, errors have their types, and what is written out
// reads back as the same expression with the same result.
func FuzzParseEval(f *testing.F) {
	for _, src := range []string{
		`["equals",["dataModel","rows[0].p"],"x"]`, `["if",true,1,"else",2]`, `["compare",1,"not","lessThan","2"]`,
		`["round",1.005,2]`, `["formatDate","2024-06-03T10:00:00.5+02:00","E d. MMMM y G"]`, `["divide","1e300",3e-9]`,
		`["stringSlice","a🌍b",["stringIndexOf","abc","b"],-1]`, `["jmespath",["object","a",["list",1,2]],"a[?@ > ` + "`1`" + `] | [0]"]`,
		`["average",["list","1",null,2.5],0]`, `["component","name"]`, `["displayValue","name"]`, `["argv",1]`, `["value"]`,
		`["linkToComponent","x","name",true]`, `["_experimentalSelectAndMap","rows","p","<",">",false]`, `[["x"]]`, `"x"`, `[1e999]`,
	} {
		f.Add([]byte(src), false)
		f.Add([]byte("/**/"+src+"// x"), true)
	}
	ctx := fullContext(f, parts{})
	f.Fuzz(func(t *testing.T, src []byte, lenient bool) {
		parse := Parse
		if lenient {
			parse = ParseLenient
		}
		e, err := parse(src)
		if err != nil {
			var fault *ParseError
			if !errors.As(err, &fault) || e != nil {
				t.Fatalf("%q gave %v and an error of another type: %v", src, e, err)
			}
			return
		}
		got, err := e.Eval(ctx)
		again, err2 := Parse([]byte(e.String()))
		if err2 != nil || again.String() != e.String() {
			t.Fatalf("%q is written as %s, which gives %v, %v", src, e, again, err2)
		}
		same, err3 := again.Eval(ctx)
		if (err == nil) != (err3 == nil) || !bytes.Equal(got.appendJSON(nil), same.appendJSON(nil)) {
			t.Fatalf("%s gave %s, %v and then %s, %v", e, got.appendJSON(nil), err, same.appendJSON(nil), err3)
		}
		if err == nil {
			return
		}
		var failure *EvalError
		if !errors.As(err, &failure) || failure.Error() == "" {
			t.Fatalf("%s failed with an error of another type: %v", e, err)
		}
	})
}

// FuzzJMESPath searches with anything: it must never panic.
func FuzzJMESPath(f *testing.F) {
	for query := range jmesCases {
		f.Add(query)
	}
	data := value(f, jmesCities)
	f.Fuzz(func(t *testing.T, query string) {
		e, err := parseJMES(query)
		if err != nil {
			return
		}
		got, err := e(data)
		if _, broken := FromJSON(got.appendJSON(nil)); err == nil && broken != nil {
			t.Fatalf("%q gave %s: %v", query, got.appendJSON(nil), broken)
		}
	})
}
