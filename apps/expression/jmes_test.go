package expression

import (
	"strings"
	"testing"
)

const jmesCities = `{
	"cities": [
		{"name": "Oslo", "people": 724290, "lines": [1, 2, 3], "coast": true},
		{"name": "Hamar", "people": 33000, "lines": [], "coast": false},
		{"name": "Bergen", "people": 291940, "lines": [1], "coast": true, "mayor": {"name": "Marit"}}
	],
	"a b": {"x": 1}, "numbers": [3, 1, 2.5], "nested": [[1, 2], [3, [4]], 5], "nothing": null,
	"objects": {"a": {"n": 1}, "b": {"n": 2}, "c": {"m": 3}}
}`

// jmesCases hold query and result; a result that begins with ! is part of an error.
var jmesCases = map[string]string{
	"cities[0].name":       `"Oslo"`,
	"cities[-1].name":      `"Bergen"`,
	"cities[9].name":       `null`,
	"cities[*].name":       `["Oslo","Hamar","Bergen"]`,
	"cities[*].mayor.name": `["Marit"]`,
	"cities[*].lines[0]":   `[1,1]`,
	"cities[].lines[]":     `[1,2,3,1]`,
	"cities[?coast].name":  `["Oslo","Bergen"]`,
	"cities[?people > `100000` && !lines[1]].name":        `["Bergen"]`,
	"cities[?name == 'Hamar' || people >= `724290`].name": `["Oslo","Hamar"]`,
	"cities[?mayor.name=='Marit'] | [0].name":             `"Bergen"`,
	"cities[:2].name":                    `["Oslo","Hamar"]`,
	"cities[::-1].name":                  `["Bergen","Hamar","Oslo"]`,
	"cities[1:].{n: name, p: people}":    `[{"n":"Hamar","p":33000},{"n":"Bergen","p":291940}]`,
	"cities[*].[name, coast]":            `[["Oslo",true],["Hamar",false],["Bergen",true]]`,
	`"a b".x`:                            `1`,
	"nested[]":                           `[1,2,3,[4],5]`,
	"nested[][]":                         `[1,2,3,4,5]`,
	"nothing.anything":                   `null`,
	"numbers.name":                       `null`,
	"objects.*.n":                        `[1,2]`,
	"*.name":                             `[]`,
	"@.numbers":                          `[3,1,2.5]`,
	"!nothing":                           `true`,
	"!cities[0].coast":                   `false`,
	"(nothing || numbers)[0]":            `3`,
	"numbers[0] < numbers[1]":            `false`,
	"cities < numbers":                   `null`,
	"numbers != numbers":                 `false`,
	"'it\\'s'":                           `"it's"`,
	"`{\"k\": [1, 2]}`.k[1]":             `2`,
	"`plain`":                            `"plain"`,
	"abs(`-2`)":                          `2`,
	"avg(numbers)":                       `2.1666666666666665`,
	"avg(`[]`)":                          `null`,
	"ceil(`1.2`)":                        `2`,
	"ceil(`-1.2`)":                       `-1`,
	"floor(`-1.2`)":                      `-2`,
	"floor(`7`)":                         `7`,
	"contains(numbers, `1`)":             `true`,
	"contains('abc', 'bc')":              `true`,
	"ends_with('abc', 'bc')":             `true`,
	"starts_with('abc', 'bc')":           `false`,
	"join(', ', cities[].name)":          `"Oslo, Hamar, Bergen"`,
	"keys(objects)":                      `["a","b","c"]`,
	"values(objects)[0].n":               `1`,
	"length('æøå🌍')":                     `4`,
	"length(cities)":                     `3`,
	"length(objects)":                    `3`,
	"map(&mayor, cities)":                `[null,null,{"name":"Marit"}]`,
	"max(numbers)":                       `3`,
	"min(cities[].name)":                 `"Bergen"`,
	"max(`[]`)":                          `null`,
	"max_by(cities, &people).name":       `"Oslo"`,
	"min_by(cities, &name).name":         `"Bergen"`,
	"min_by(`[]`, &name)":                `null`,
	"merge(objects.a, {n: `9`, z: `0`})": `{"n":9,"z":0}`,
	"not_null(nothing, objects.zz, numbers[1])": `1`,
	"not_null(nothing)":                         `null`,
	"reverse(numbers)":                          `[2.5,1,3]`,
	"reverse('abc')":                            `"cba"`,
	"sort(numbers)":                             `[1,2.5,3]`,
	"sort_by(cities, &people)[*].name":          `["Hamar","Bergen","Oslo"]`,
	"sum(numbers)":                              `6.5`,
	"sum(cities[].people)":                      `1049230`,
	"to_array(`1`)":                             `[1]`,
	"to_array(numbers)":                         `[3,1,2.5]`,
	"to_number('1.50')":                         `1.5`,
	"to_number('x')":                            `null`,
	"to_number(cities)":                         `null`,
	"to_string(numbers)":                        `"[3,1,2.5]"`,
	"to_string('x')":                            `"x"`,
	"[type(`1`), type('a'), type(nothing), type(numbers), type(objects), type(`true`)]": `["number","string","null","array","object","boolean"]`,
	"cities[?contains(lines, `2`)].name | [0]":                                          `"Oslo"`,

	"":                              "!unexpected end",
	"cities[":                       "!unexpected end",
	"cities.":                       "!unexpected end",
	"cities[?":                      "!unexpected end",
	"cities]":                       "!unexpected ]",
	"cities[0:1:0]":                 "!step cannot be 0",
	"cities[1 2]":                   "!slice",
	"cities[99999999999]":           "!not an index",
	"#":                             "!unknown character",
	"'open":                         "!no end",
	"\"\\x\"":                       "!quoted name",
	"unknown(@)":                    "!unknown function",
	"sum(@)":                        "!wrong type",
	"sum(numbers, numbers)":         "!takes 1",
	"sum(&numbers)":                 "!wrong type",
	"sort_by(cities, &mayor)":       "!keys must be",
	"map(numbers, numbers)":         "!wrong type",
	"{}":                            "!empty set",
	"[]x":                           "!unexpected name",
	"{a b}":                         "!unexpected",
	"max_by(cities, &sum(name))":    "!wrong type",
	"cities[?sum(name)]":            "!wrong type",
	"sum(`[9e308, 9e308]`)":         "!out of range",
	"avg(`[9e308, 9e308]`)":         "!out of range",
	"cities[?!(name || sum(name))]": `[]`,
	"abs(`3`)":                      `3`,
	"to_number(`3`)":                `3`,
	"[?@]":                          `null`,
	"numbers[?!@]":                  `[]`,
	"objects.*.[n, m] | [2]":        `[null,3]`,
	"nothing.{a: b}":                `null`,
	"nothing[0:1]":                  `null`,
	"numbers[5:]":                   `[]`,
	"numbers[-2:]":                  `[1,2.5]`,
	"numbers[:-5:-2]":               `[2.5,3]`,
	"(sum(name)).a":                 "!wrong type",
	"[sum(name)]":                   "!wrong type",
	"cities[*].sum(name)":           "!wrong type",
	"sum(name) == numbers":          "!wrong type",
	"numbers == sum(name)":          "!wrong type",
	"sum(name) | numbers":           "!wrong type",
	"length(sum(name))":             "!wrong type",
	"cities[*]name":                 "!unexpected name",
	"cities[0:1:2:3]":               "!slice",
	"{a: }":                         "!unexpected }",
	"[a":                            "!unexpected end",
	"[a,]":                          "!unexpected ]",
	"sum(numbers":                   "!unexpected end",
	"(a":                            "!unexpected end",
	"&name":                         "!unexpected &",
	"a.1":                           "!unexpected number",
	strings.Repeat("!", 200) + "a":  "!nested too deep",
}

func TestJMESPath(t *testing.T) {
	t.Parallel()
	data := value(t, jmesCities)
	for query, want := range jmesCases {
		e := call("jmespath", `["argv",0]`, string(Text(query).appendJSON(nil)))
		got, err := e.Eval(Context{Argv: []Value{data}})
		if text, failure := strings.CutPrefix(want, "!"); failure {
			if err == nil || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), "Jmespath error") {
				t.Errorf("%s gave %s, %v, want an error with %q", query, got, err, text)
			}
			continue
		}
		if err != nil || string(got.appendJSON(nil)) != want {
			t.Errorf("%s gave %s, %v, want %s", query, got.appendJSON(nil), err, want)
		}
	}
}

func TestJMESPath_NeedsAQuery(t *testing.T) {
	t.Parallel()
	_, err := MustParse(`["jmespath",["list"],null]`).Eval(Context{})
	if err == nil || !strings.Contains(err.Error(), "Expected argument to be string") {
		t.Errorf("gave %v", err)
	}
}

func TestJMESPath_ComputedQueryStaysOutOfErrors(t *testing.T) {
	t.Parallel()
	_, err := MustParse(`["jmespath",1,["argv",0]]`).Eval(Context{Argv: []Value{Text("secret secret")}})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("gave %v", err)
	}
}
