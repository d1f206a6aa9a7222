package policies

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func testCondition() Condition {
	return Condition{root: anyOf(
		allOf(in(columnParty, []string{"1", "2"}), in(columnApp, []string{"ttd/a"})),
		allOf(in(columnParty, []string{"3"}), in(columnApp, []string{"ttd/b"}), in(columnID, []string{"i1"}), in(columnSlot, []string{"task:T"})),
	)}
}

func TestCondition_Renders(t *testing.T) {
	t.Parallel()
	got, args, err := testCondition().Render(PostgreSQL, 3)
	want := "(((i.party_id = ANY($3) AND i.app_id = ANY($4)) OR (i.party_id = ANY($5) AND i.app_id = ANY($6) AND i.id = $7 AND i.slot = $8)))"
	if err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if !reflect.DeepEqual(args, []any{[]string{"1", "2"}, []string{"ttd/a"}, []string{"3"}, []string{"ttd/b"}, "i1", "task:T"}) {
		t.Errorf("arguments %#v", args)
	}
	got, args, err = testCondition().WithColumns(map[string]string{"party_id": "v.owner", "id": "instance"}).Render(SQLite, 1)
	want = "(((v.owner IN (SELECT value FROM json_each(?1)) AND i.app_id IN (SELECT value FROM json_each(?2))) OR " +
		"(v.owner IN (SELECT value FROM json_each(?3)) AND i.app_id IN (SELECT value FROM json_each(?4)) AND instance = ?5 AND i.slot = ?6)))"
	if err != nil || got != want || args[0] != `["1","2"]` {
		t.Errorf("%s, %#v, %v", got, args, err)
	}
}

func TestCondition_TextDoesNotDependOnLists(t *testing.T) {
	t.Parallel()
	short, _, _ := Condition{root: in(columnApp, []string{"a"})}.Render(PostgreSQL, 1)
	long, _, _ := Condition{root: in(columnApp, []string{"a", "b", "c"})}.Render(PostgreSQL, 1)
	if short != long {
		t.Errorf("%s and %s", short, long)
	}
}

func TestCondition_ZeroAdmitsNothing(t *testing.T) {
	t.Parallel()
	none := testCondition()
	none.None = true
	for _, c := range []Condition{{}, none} {
		if got, args, err := c.Render(SQLite, 1); got != "1 = 0" || args != nil || err != nil {
			t.Errorf("%s, %v, %v", got, args, err)
		}
	}
}

func TestCondition_RefusesBadCalls(t *testing.T) {
	t.Parallel()
	for name, render := range map[string]func() (string, []any, error){
		"dialect": func() (string, []any, error) { return testCondition().Render(0, 1) },
		"first":   func() (string, []any, error) { return testCondition().Render(SQLite, 0) },
		"column": func() (string, []any, error) {
			return testCondition().WithColumns(map[string]string{"x": "y"}).Render(SQLite, 1)
		},
		"name": func() (string, []any, error) {
			return testCondition().WithColumns(map[string]string{"id": "1=1 OR id"}).Render(SQLite, 1)
		},
	} {
		if got, args, err := render(); err == nil || got != "1 = 0" || args != nil {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// field and compound write UCAST as OPA does.
func field(operator, name string, value any) map[string]any {
	return map[string]any{"type": "field", "operator": operator, "field": name, "value": value}
}

func compound(operator string, parts ...any) map[string]any {
	return map[string]any{"type": "compound", "operator": operator, "value": parts}
}

func TestParseTree_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	deep := field("eq", "instances.id", "x")
	for range maxDepth {
		deep = compound("and", deep)
	}
	for name, query := range map[string]any{
		"every row":       map[string]any{},
		"text":            "",
		"negation":        compound("not", field("eq", "instances.id", "x")),
		"empty compound":  compound("and"),
		"text in it":      compound("and", "x"),
		"bad part":        compound("or", field("eq", "instances.id", "x"), map[string]any{}),
		"other column":    field("eq", "instances.secret", "x"),
		"no column":       map[string]any{"type": "field", "operator": "eq", "value": "x"},
		"number":          field("eq", "instances.id", 1.0),
		"column as value": field("eq", "instances.id", map[string]any{"field": "instances.slot"}),
		"inequality":      field("ne", "instances.id", "x"),
		"prefix":          field("startswith", "instances.id", "x"),
		"list of numbers": field("in", "instances.id", []any{1.0}),
		"list of none":    field("in", "instances.id", "x"),
		"depth":           deep,
	} {
		if n, err := parseTree(query); err == nil || n != nil {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
	if n, err := parseTree(nil); n != nil || err != nil {
		t.Errorf("no row: %v, %v", n, err)
	}
}

func TestCheckBounds(t *testing.T) {
	t.Parallel()
	app, party, slot := in(columnApp, []string{"a"}), in(columnParty, []string{"1"}), in(columnSlot, []string{"s"})
	for name, c := range map[string]struct {
		tree *node
		all  bool
		ok   bool
	}{
		"nothing":          {nil, false, true},
		"both":             {allOf(app, party), false, true},
		"no party":         {allOf(app, slot), false, false},
		"all parties":      {allOf(app, slot), true, true},
		"no app":           {allOf(party, slot), true, false},
		"one side no app":  {anyOf(allOf(app, party), party), false, false},
		"both sides bound": {anyOf(allOf(app, party), allOf(party, slot, app)), false, true},
	} {
		if err := checkBounds(c.tree, c.all); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrEvaluation) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// golden compares with testdata/<name>; UPDATE_GOLDEN=1 renews it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s differs:\n%s", file, got)
	}
}

func TestInput_Golden(t *testing.T) {
	t.Parallel()
	r := signeeRequest()
	r.Subject.Keys = userRequest().Subject.Keys
	r.Resource.AppResource = "events"
	input, err := newTestEngine(t).input(&r)
	if err != nil {
		t.Fatal(err)
	}
	var sample any
	if err := json.Unmarshal([]byte(input.String()), &sample); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(sample, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "input.golden.json", append(text, '\n'))
}

func TestData_Golden(t *testing.T) {
	t.Parallel()
	s := newTestEngine(t, sampleApp(t, "standard", "ttd/demo@v1"), sampleApp(t, "deny", "ttd/deny")).current.Load()
	root, err := s.data()
	if err != nil {
		t.Fatal(err)
	}
	var sample any
	if err := json.Unmarshal([]byte(root.String()), &sample); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(sample, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "data.golden.json", append(text, '\n'))
}

// TestDecisions_Golden is the table that reviewers read when the policy changes.
func TestDecisions_Golden(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	var table strings.Builder
	for _, a := range asks {
		r := a.from()
		a.change(&r)
		d := mustDecide(t, e, r)
		need, err := json.Marshal(d.Need)
		if err != nil {
			t.Fatal(err)
		}
		table.WriteString(string(d.Code) + "\t" + r.Subject.Kind + "\t" + r.Action + "\t" + r.Resource.App + "\t" + a.name + "\t" + string(need) + "\n")
	}
	golden(t, "decisions.golden", []byte(table.String()))
}
