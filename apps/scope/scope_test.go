package scope_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/scope"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/process"
)

var samples *apps.Catalogue

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "scope")
	if err == nil {
		samples, err = apps.OpenCatalogue(dir)
	}
	if err == nil {
		var done []apps.Publication
		done, err = samples.PublishTree(context.Background(), filepath.Join("..", "..", "examples", "apps"))
		err = errors.Join(err, apps.Err(done))
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func form(t testing.TB, src string) *document.Node {
	t.Helper()
	n, err := document.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// application is an instance of the sample with two forms of one type, another form, and files.
func application(t testing.TB) *instance.State {
	t.Helper()
	st := instance.Initial(uuid.MustParse("0b1f7e0a-8d2c-4c77-9a51-2f6a3b0c9d11"))
	st.Org, st.App, st.Owner = "nordvik", "skjenkebevilling", 500100
	st.Process.Current = &instance.Task{ID: "Task_1", Started: time.Unix(0, 0)}
	st.Elements = []instance.Element{
		{ID: uuid.New(), DataType: "skjenkebevilling", Form: form(t, `{"navn":"kroa","ja":true,"n":2,"tekst":"true"}`)},
		{ID: uuid.New(), DataType: "tillegg", Form: form(t, `{"navn":"tillegget","ja":false}`)},
		{ID: uuid.New(), DataType: "tegning"}, {ID: uuid.New(), DataType: "tegning"},
	}
	return st
}

// withForm is the sample with one more form.
func withForm(t testing.TB, task string) *apps.App {
	t.Helper()
	app := *samples.Current("nordvik/skjenkebevilling")
	app.Metadata.DataTypes = append([]apps.DataType{{ID: "tillegg", TaskID: task, AppLogic: &apps.AppLogic{ClassRef: "Tillegg"}}}, app.Metadata.DataTypes...)
	return &app
}

func eval(t testing.TB, text string, ctx expression.Context) expression.Value {
	t.Helper()
	e, err := scope.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	v, err := e.Eval(ctx)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestOf_ShowsTheInstance(t *testing.T) {
	t.Parallel()
	app, st := withForm(t, ""), application(t)
	ctx := scope.Of(app, st, "")
	for text, want := range map[string]string{
		`["dataModel","navn"]`:                       "kroa",
		`["dataModel","navn","tillegg"]`:             "tillegget",
		`["instanceContext","instanceId"]`:           "500100/" + st.ID.String(),
		`["instanceContext","appId"]`:                "nordvik/skjenkebevilling",
		`["instanceContext","instanceOwnerPartyId"]`: "500100",
		`["countDataElements","tegning"]`:            "2",
		`["countDataElements","skjenkebevilling"]`:   "1",
		`["countDataElements","leiekontrakt"]`:       "0",
	} {
		if got := eval(t, text, ctx).String(); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	if got := eval(t, `["dataModel","navn"]`, scope.Of(app, st, "tillegg")).String(); got != "tillegget" {
		t.Errorf("with another data type it is %q", got)
	}
	if v := eval(t, `["dataModel","finnes.ikke"]`, ctx); !v.IsNull() {
		t.Errorf("what is not there is %v", v)
	}
}

func TestOf_AsksWhichOfSeveralFormsIsMeant(t *testing.T) {
	t.Parallel()
	st := application(t)
	st.Elements = append(st.Elements, st.Elements[1])
	e, err := scope.Compile(`["dataModel","navn","tillegg"]`)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := e.Eval(scope.Of(withForm(t, ""), st, "")); err == nil {
		t.Errorf("got %v", v)
	}
}

func TestDefaultDataType(t *testing.T) {
	t.Parallel()
	sample := samples.Current("nordvik/skjenkebevilling")
	for name, c := range map[string]struct {
		app  *apps.App
		task string
		want string
	}{
		"that of the layout folder":           {withForm(t, "Task_1"), "Task_1", "skjenkebevilling"},
		"the first form of the task":          {withForm(t, "Task_9"), "Task_9", "tillegg"},
		"the form that an instance begins by": {withForm(t, ""), "Task_9", "skjenkebevilling"},
		"at no task":                          {sample, "", "skjenkebevilling"},
	} {
		if got := scope.DefaultDataType(c.app, c.task); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	bare := *sample
	bare.Metadata.DataTypes = nil
	if got := scope.DefaultDataType(&bare, "Task_9"); got != "" {
		t.Errorf("an app without forms has %q", got)
	}
}

func TestConditions_HoldOnlyOnTheBooleanTrue(t *testing.T) {
	t.Parallel()
	holds := scope.Conditions(withForm(t, ""), application(t))
	for text, want := range map[string]bool{
		`["dataModel","ja"]`:                    true,
		`["equals",["dataModel","n"],2]`:        true,
		`["equals",["gatewayAction"],"reject"]`: true,
		`true`:                                  true,
		`["dataModel","tekst"]`:                 false, // the text "true"
		`"true"`:                                false,
		`1`:                                     false,
		`["dataModel","n"]`:                     false,
		`null`:                                  false,
		`["dataModel","finnes.ikke"]`:           false,
		`["dataModel","ja","tillegg"]`:          false,
		"// comments are allowed\n[\"dataModel\", /* so */ \"ja\"]": true,
	} {
		got, err := holds(process.Flow{ID: "Flow_1", Condition: text}, process.Element{}, "Task_1", "reject")
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestConditions_ReadTheFormOfTheGateway(t *testing.T) {
	t.Parallel()
	flow := process.Flow{ID: "Flow_1", Condition: `["equals",["dataModel","navn"],"tillegget"]`}
	for name, c := range map[string]struct {
		app     *apps.App
		gateway process.Element
		leaving string
		want    bool
	}{
		"that of the task that is left": {withForm(t, "Task_1"), process.Element{}, "Task_1", false},
		"the first of another task":     {withForm(t, "Task_9"), process.Element{}, "Task_9", true},
		"the one that it names":         {withForm(t, ""), process.Element{ConnectedDataType: "tillegg"}, "Task_1", true},
	} {
		got, err := scope.Conditions(c.app, application(t))(flow, c.gateway, c.leaving, "")
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestConditions_FailTheStepAndNameTheFlow(t *testing.T) {
	t.Parallel()
	holds := scope.Conditions(withForm(t, ""), application(t))
	for _, text := range []string{`["ukjent"]`, `[`, ``, `["greaterThan",["dataModel","navn"],1]`} {
		if got, err := holds(process.Flow{ID: "Flow_7", Condition: text}, process.Element{}, "Task_1", ""); got || err == nil || !strings.Contains(err.Error(), "flow Flow_7") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestCompile_ParsesEachTextOnce(t *testing.T) {
	t.Parallel()
	text := `["concat","parsed","once"]`
	found := make([]*expression.Expression, 16)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() { found[i], _ = scope.Compile(text) })
	}
	all.Wait()
	last, err := scope.Compile(text)
	again, _ := scope.Compile(text)
	if err != nil || last != again {
		t.Errorf("%p and %p, %v", last, again, err)
	}
	for _, e := range found {
		if e == nil {
			t.Error("a text was not compiled")
		}
	}
	if other, _ := scope.Compile(`["concat","parsed","twice"]`); other == last {
		t.Error("two texts share an expression")
	}
}

func TestCompile_DoesNotKeepFaults(t *testing.T) {
	t.Parallel()
	for range 2 {
		if e, err := scope.Compile(`["ukjent"]`); err == nil {
			t.Errorf("got %v", e)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	app, st := samples.Current("nordvik/skjenkebevilling"), application(b)
	e, err := scope.Compile(`["equals",["dataModel","ja"],true]`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if v, err := e.Eval(scope.Of(app, st, "")); err != nil || !v.IsTrue() {
			b.Fatal(fmt.Sprint(v, err))
		}
	}
}
