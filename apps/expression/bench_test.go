package expression

import "testing"

const benchForm = `{"a":{"b":"x","n":17,"rows":[{"n":1},{"n":2},{"n":3}]},"birth":"2001-02-03"}`

func BenchmarkEval(b *testing.B) {
	ctx := Context{Data: NewDocumentData("default").Add("default", "", root(b, benchForm))}
	for name, src := range map[string]string{
		"equals":     `["equals",["dataModel","a.b"],"x"]`,
		"row":        `["equals",["dataModel","a.rows[1].n"],2]`,
		"and":        `["and",["equals",["dataModel","a.b"],"x"],["greaterThan",["dataModel","a.n"],5],["not",["equals",["dataModel","a.c"],null]]]`,
		"concat":     `["concat",["dataModel","a.b"]," and ",["dataModel","a.n"]]`,
		"multiply":   `["multiply",["dataModel","a.n"],1.25]`,
		"formatDate": `["formatDate",["dataModel","birth"],"d. MMMM yyyy"]`,
		"sum":        `["sum",["jmespath",["dataModel","a.rows"],"[].n"]]`,
	} {
		e := MustParse(src)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	src := []byte(`["and",["equals",["dataModel","a.b"],"x"],["greaterThan",["dataModel","a.n"],5]]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(src); err != nil {
			b.Fatal(err)
		}
	}
}
