package link_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/domain/link"
)

func TestParseTrigger(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]link.Trigger{
		"":                     {Fact: link.Submitted},
		"Submitted":            {Fact: link.Submitted},
		"Created":              {Fact: link.Created},
		"TaskStarted:Task_1":   {Fact: link.TaskStarted, Task: "Task_1"},
		"TaskCompleted:Task_2": {Fact: link.TaskCompleted, Task: "Task_2"},
	} {
		got, err := link.ParseTrigger(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
		if text != "" && got.String() != text {
			t.Errorf("%q is written back as %q", text, got)
		}
	}
	for _, text := range []string{"submitted", "TaskStarted", "TaskStarted:", "Submitted:Task_1", "Created:", "Archived", ":Task_1"} {
		if got, err := link.ParseTrigger(text); err == nil {
			t.Errorf("%q is accepted as %v", text, got)
		}
	}
}

func TestTrigger_MatchesItsFactAndTaskOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		trigger, task string
		fact          link.Fact
		want          bool
	}{
		{"Submitted", "", link.Submitted, true},
		{"Submitted", "EndEvent_1", link.Submitted, true},
		{"Submitted", "", link.Created, false},
		{"TaskStarted:Task_1", "Task_1", link.TaskStarted, true},
		{"TaskStarted:Task_1", "Task_2", link.TaskStarted, false},
		{"TaskStarted:Task_1", "Task_1", link.TaskCompleted, false},
	} {
		trigger, err := link.ParseTrigger(c.trigger)
		if err != nil {
			t.Fatal(err)
		}
		if got := trigger.Matches(c.fact, c.task); got != c.want {
			t.Errorf("%s matches %s of %q: %v", c.trigger, c.fact, c.task, got)
		}
	}
	if (link.Trigger{}).Matches("", "") {
		t.Error("the zero trigger fires")
	}
}

func TestParseValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]link.Kind{
		`"a"`: link.String, `1.50`: link.Number, `-1`: link.Number, `true`: link.Bool, `false`: link.Bool,
		`null`: link.Null, ` [ "dataModel" , "a" ] `: link.Expression,
	} {
		got, err := link.ParseValue([]byte(text))
		if err != nil || got.Kind != want || got.IsZero() || got.IsExpression() != (want == link.Expression) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{``, `{}`, `{"a":1}`, `[`, `x`, `1 2`} {
		if got, err := link.ParseValue([]byte(text)); err == nil {
			t.Errorf("%q is accepted as %+v", text, got)
		}
	}
	if link.Number.String() != "number" || link.Expression.String() != "expression" {
		t.Error("kinds have the wrong names")
	}
}

func TestValue_LiteralKeepsDecimals(t *testing.T) {
	t.Parallel()
	v, err := link.ParseValue([]byte("12345678901234567890.10"))
	if err != nil {
		t.Fatal(err)
	}
	literal, ok := v.Literal()
	if s, is := literal.(interface{ String() string }); !ok || !is || s.String() != "12345678901234567890.10" {
		t.Errorf("got %v", literal)
	}
	if _, ok := (link.Value{}).Literal(); ok {
		t.Error("no value has a literal")
	}
}

func TestValue_Copy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]link.Source{
		`["dataModel","a.b"]`:      {Path: "a.b"},
		`["dataModel","a","main"]`: {Path: "a", DataType: "main"},
		`["dataModel"]`:            {},
		`["dataModel",""]`:         {},
		`["dataModel",["concat"]]`: {},
		`["dataModel","a",null]`:   {},
		`["dataModel","a","b",1]`:  {},
		`["component","a"]`:        {},
		`"dataModel"`:              {},
	} {
		v, err := link.ParseValue([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := v.Copy()
		if ok != (want.Path != "") || ok && got != want {
			t.Errorf("%s: got %+v, %v", text, got, ok)
		}
	}
}

func TestParseApp(t *testing.T) {
	t.Parallel()
	app, err := link.ParseApp("nordvik/skjenkesak")
	if err != nil || app.String() != "nordvik/skjenkesak" {
		t.Errorf("got %v, %v", app, err)
	}
	for _, text := range []string{"", "nordvik", "/a", "a/", "a/b/c", "A/b", "-a/b", strings.Repeat("a", 64) + "/b"} {
		if app, err := link.ParseApp(text); err == nil {
			t.Errorf("%q is accepted as %v", text, app)
		}
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	value := func(text string) link.Value {
		v, err := link.ParseValue([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name     string
		kind     link.OwnerKind
		value    link.Value
		valid    bool
		controls bool
	}{
		{"same", link.OwnerSame, link.Value{}, true, true},
		{"organisation", link.OwnerOrganisation, value(`"991825827"`), true, true},
		{"organisation as a number", link.OwnerOrganisation, value(`991825827`), true, true},
		{"organisation with a wrong control digit", link.OwnerOrganisation, value(`"310000001"`), true, false},
		{"organisation too short", link.OwnerOrganisation, value(`"99182582"`), false, true},
		{"organisation with a letter", link.OwnerOrganisation, value(`"99182582x"`), false, true},
		{"person", link.OwnerPerson, value(`"01817000092"`), true, true},
		{"person with a wrong control digit", link.OwnerPerson, value(`"01817000093"`), true, false},
		{"person too short", link.OwnerPerson, value(`"0181700009"`), false, true},
		{"party", link.OwnerParty, value(`50001`), true, true},
		{"party zero", link.OwnerParty, value(`0`), false, true},
		{"party negative", link.OwnerParty, value(`-1`), false, true},
		{"party true", link.OwnerParty, value(`true`), false, true},
		{"expression", link.OwnerPerson, value(`["dataModel","fnr"]`), true, true},
		{"unknown", 0, value(`"1"`), false, true},
	} {
		owner := link.Owner{Kind: c.kind, Value: c.value}
		if got := owner.ValidLiteral(); got != c.valid {
			t.Errorf("%s: valid is %v", c.name, got)
		}
		if got := owner.ControlDigitsHold(); got != c.controls {
			t.Errorf("%s: control digits hold is %v", c.name, got)
		}
	}
	if kind, ok := link.OwnerKindOf("partyId"); !ok || kind != link.OwnerParty {
		t.Error("partyId is not known")
	}
	if _, ok := link.OwnerKindOf("name"); ok {
		t.Error("name is accepted")
	}
}

func TestBack_IsZero(t *testing.T) {
	t.Parallel()
	if !(link.Back{}).IsZero() {
		t.Error("the zero Back is not zero")
	}
	if (link.Back{Data: []link.Assignment{{Path: "a"}}}).IsZero() {
		t.Error("data is not seen")
	}
}

// These ids stand in logs: a change of a single bit makes a second B.
func TestDerivedIDs_NeverChange(t *testing.T) {
	t.Parallel()
	source := uuid.MustParse("0b1f7e0a-8d2c-4c77-9a51-2f6a3b0c9d11")
	for want, got := range map[string]uuid.UUID{
		"bd355969-0d5d-5499-8016-fabd09336351": link.HandoverID(source, 1, "til-sak"),
		"319f9d4a-1443-5821-a17a-78e56c3eaf01": link.HandoverID(source, 2, "til-sak"),
		"991f4c9b-4588-56c3-905e-d736c140d0e2": link.ChainID(source),
	} {
		if got.String() != want || got.Version() != 5 {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestHandoverID_DiffersInEveryPart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := uuid.NewSHA1(uuid.NameSpaceOID, rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "source"))
		submission := rapid.IntRange(1, 1_000_000).Draw(t, "submission")
		id := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,62}`).Draw(t, "id")
		got := link.HandoverID(source, submission, id)
		if got != link.HandoverID(source, submission, id) {
			t.Fatal("the id is not stable")
		}
		for _, other := range []uuid.UUID{
			link.HandoverID(source, submission+1, id), link.HandoverID(source, submission, id+"-"),
			link.HandoverID(uuid.Nil, submission, id), link.HandoverID(source, submission*10, strings.TrimPrefix(id, "0")), link.ChainID(source),
		} {
			if got == other {
				t.Fatal("two handovers share an id")
			}
		}
	})
}

func FuzzParseValue(f *testing.F) {
	for _, seed := range []string{`["dataModel","a"]`, `{}`, `1e400`, `"\ud800"`, ` null `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := link.ParseValue(text)
		if err != nil {
			return
		}
		again, err := link.ParseValue([]byte(v.JSON))
		if err != nil || again != v {
			t.Fatalf("%q is read as %+v and then as %+v, %v", text, v, again, err)
		}
		v.Literal()
		v.Copy()
	})
}
