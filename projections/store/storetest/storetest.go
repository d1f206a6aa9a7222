package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/projections/store"
)

// Opener opens the same database each time that it is called, and closes it with the test.
type Opener func() store.Store

// Run runs the suite. make prepares an empty database.
func Run(t *testing.T, make func(t *testing.T) Opener) {
	for name, test := range map[string]func(*testing.T, Opener){
		"rows and checkpoint are written together":      writesTogether,
		"a part that fails leaves nothing of any":       failsWhole,
		"a checkpoint elsewhere fences":                 fences,
		"deletes come before upserts":                   deletesFirst,
		"new rows have defaults":                        defaults,
		"upserts leave other columns":                   leavesOthers,
		"a build is switched in one step":               switches,
		"a snapshot sees one state":                     snapshots,
		"builds survive opening again":                  reopens,
		"lists and patterns match what they should":     matches,
		"creating and dropping again changes nothing":   repeats,
		"an ended context does nothing":                 cancelled,
		"after Close everything is refused":             closes,
		"scrubbing keeps what is there":                 scrubs,
		"serving a build that is not there is an error": servesNothing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, make(t))
		})
	}
}

var (
	table = store.Table{
		Name: "things",
		Columns: []store.Column{
			{Name: "a", Type: store.Text}, {Name: "n", Type: store.Integer}, {Name: "x", Type: store.Text},
			{Name: "y", Type: store.Integer, Default: -1},
		},
		Key:     []string{"a", "n"},
		Indexes: []store.Index{{Name: "by_x", Columns: []string{"x DESC", "a"}}},
	}
	tables = []store.Table{table}
	first  = store.Build{Name: "things", Version: 1}
	second = store.Build{Name: "things", Version: 1, Number: 1}
)

// created has one serving build.
func created(t *testing.T, open Opener) store.Store {
	t.Helper()
	s := open()
	must(t, s.Create(t.Context(), first, store.Serving, tables))
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rows is a part that sets x of rows (a, n).
func rows(b store.Build, from, to int, x string, keys ...any) store.Part {
	u := store.Upserts{Table: table.In(b), Set: []int{2}}
	for i := 0; i < len(keys); i += 2 {
		u.Rows = append(u.Rows, []any{keys[i], int64(keys[i+1].(int)), x})
	}
	return store.Part{Build: b, From: pos(from), To: pos(to), Upserts: []store.Upserts{u}}
}

// content gives the rows that queries see, and the serving build's position.
func content(t *testing.T, s store.Store, table string) string {
	t.Helper()
	var out []string
	must(t, s.Read(t.Context(), func(q store.Snapshot) error {
		return q.Query(t.Context(), "SELECT a, n, x, y FROM "+table+" ORDER BY a, n", nil, func(row []any) error {
			out = append(out, fmt.Sprintf("%v %v %v %v", row...))
			return nil
		})
	}))
	return strings.Join(out, "; ")
}

func expect(t *testing.T, s store.Store, want string) {
	t.Helper()
	if got := content(t, s, "things"); got != want {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func checkpoints(t *testing.T, s store.Store) string {
	t.Helper()
	found, err := s.Checkpoints(t.Context())
	must(t, err)
	var out []string
	for _, c := range found {
		out = append(out, fmt.Sprint(c.Build, " ", c.Role, " at ", c.Position))
	}
	return strings.Join(out, "; ")
}

func writesTogether(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 7, "æ", "p", 1, "p", 2)}))
	expect(t, s, "p 1 æ -1; p 2 æ -1")
	if got := checkpoints(t, s); got != "things v1 serving at 7" {
		t.Error(got)
	}
}

func failsWhole(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Create(t.Context(), second, store.Building, tables))
	bad := rows(second, 0, 5, "1", "p", 1)
	bad.Upserts[0].Table.Name = "gone"
	bad.Upserts[0].Table = bad.Upserts[0].Table.In(second)
	if err := s.Write(t.Context(), []store.Part{rows(first, 0, 5, "1", "p", 1), bad}); err == nil || errors.Is(err, store.ErrFenced) {
		t.Fatalf("Write gave %v", err)
	}
	expect(t, s, "")
	if got := checkpoints(t, s); got != "things v1 serving at 0; things v1 build 1 building at 0" {
		t.Error(got)
	}
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 5, "1", "p", 1), rows(second, 0, 5, "1", "p", 1)}))
}

func fences(t *testing.T, open Opener) {
	s, other := created(t, open), open()
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 5, "mine", "p", 1)}))
	for _, p := range []store.Part{rows(first, 0, 5, "theirs", "p", 1), rows(first, 4, 9, "theirs", "q", 1), rows(second, 0, 1, "theirs", "q", 1)} {
		if err := other.Write(t.Context(), []store.Part{p}); !errors.Is(err, store.ErrFenced) {
			t.Errorf("from %d: %v, want ErrFenced", p.From, err)
		}
	}
	expect(t, s, "p 1 mine -1")
	must(t, other.Write(t.Context(), []store.Part{rows(first, 5, 6, "theirs", "q", 1)}))
	if err := s.Write(t.Context(), []store.Part{rows(first, 5, 6, "mine", "q", 1)}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the first writer: %v, want ErrFenced", err)
	}
}

func deletesFirst(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 1, "old", "p", 1, "p", 2, "q", 1, "q", 2)}))
	p := rows(first, 1, 2, "new", "p", 1)
	p.Deletes = []store.Deletes{
		{Table: table.In(first), Keys: [][]any{{"p"}}},
		{Table: table.In(first), Keys: [][]any{{"q", int64(2)}, {"none", int64(2)}}},
	}
	must(t, s.Write(t.Context(), []store.Part{p}))
	expect(t, s, "p 1 new -1; q 1 old -1")
}

func defaults(t *testing.T, open Opener) {
	s := created(t, open)
	p := rows(first, 0, 1, "", "p", 1)
	p.Upserts[0].Set, p.Upserts[0].Rows = nil, [][]any{{"p", int64(1)}, {"p", int64(1)}}
	must(t, s.Write(t.Context(), []store.Part{p}))
	expect(t, s, "p 1  -1")
}

func leavesOthers(t *testing.T, open Opener) {
	s := created(t, open)
	p := rows(first, 1, 2, "", "p", 1)
	p.Upserts[0].Set, p.Upserts[0].Rows = []int{3}, [][]any{{"p", int64(1), int64(42)}}
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 1, "kept", "p", 1)}))
	must(t, s.Write(t.Context(), []store.Part{p}))
	expect(t, s, "p 1 kept 42")
}

func switches(t *testing.T, open Opener) {
	s := created(t, open)
	scratch := store.Build{Name: "things", Version: 1, Number: 2}
	must(t, s.Create(t.Context(), second, store.Building, tables))
	must(t, s.Create(t.Context(), scratch, store.Scratch, tables))
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 1, "old", "p", 1), rows(second, 0, 1, "new", "p", 1)}))
	expect(t, s, "p 1 old -1")
	must(t, s.Serve(t.Context(), second, tables))
	expect(t, s, "p 1 new -1")
	if got := checkpoints(t, s); got != "things v1 build 1 serving at 1; things v1 build 2 scratch at 0" {
		t.Error(got)
	}
	if err := s.Write(t.Context(), []store.Part{rows(first, 1, 2, "late", "p", 1)}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a write to the old build: %v, want ErrFenced", err)
	}
	must(t, s.Drop(t.Context(), scratch))
	expect(t, s, "p 1 new -1")
}

func snapshots(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Create(t.Context(), second, store.Building, tables))
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 1, "before", "p", 1)}))
	must(t, s.Read(t.Context(), func(q store.Snapshot) error {
		var seen []any
		look := func() error {
			return q.Query(t.Context(), "SELECT x FROM things", nil, func(row []any) error {
				seen = append(seen, row[0])
				return nil
			})
		}
		must(t, look())
		must(t, s.Write(t.Context(), []store.Part{rows(first, 1, 2, "after", "p", 1, "p", 2)}))
		must(t, s.Serve(t.Context(), second, tables)) // the old tables are dropped under the reader
		must(t, look())
		if !slices.Equal(seen, []any{"before", "before"}) {
			t.Errorf("one snapshot saw %v", seen)
		}
		return nil
	}))
	expect(t, s, "")
}

func reopens(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 3, "1", "p", 1)}))
	must(t, s.Close())
	again := open()
	expect(t, again, "p 1 1 -1")
	must(t, again.Write(t.Context(), []store.Part{rows(first, 3, 4, "2", "p", 1)}))
	expect(t, again, "p 1 2 -1")
}

func matches(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 1, "50% av ærlig_talt", "p", 1), rows(first, 1, 2, "500 av ærligetalt", "q'$1?", 2)}))
	for _, c := range []struct {
		in   []string
		like string
		want string
	}{
		{[]string{"p"}, "", "p"}, {[]string{"p", "q'$1?"}, "", "pq'$1?"}, {nil, "", ""}, {[]string{"p", "x"}, "", "p"},
		{[]string{"p", "q'$1?"}, "50%", "p"}, {[]string{"p", "q'$1?"}, "ærlig_t", "p"}, {[]string{"q'$1?", "p"}, "av æ", "pq'$1?"},
	} {
		b := store.NewBuilder(s.Dialect())
		b.Add("SELECT a FROM things WHERE ")
		must(t, b.AddIn("a", c.in))
		b.Add(` AND x LIKE ? ESCAPE '\' ORDER BY a LIMIT ?`, store.Like(c.like), int64(9))
		sql, args := b.Query()
		got := ""
		must(t, s.Read(t.Context(), func(q store.Snapshot) error {
			return q.Query(t.Context(), sql, args, func(row []any) error {
				got += store.Row(row).Text(0)
				return nil
			})
		}))
		if got != c.want {
			t.Errorf("%v %q gave %q, want %q", c.in, c.like, got, c.want)
		}
	}
}

func repeats(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 3, "1", "p", 1)}))
	must(t, s.Create(t.Context(), first, store.Serving, tables))
	must(t, s.Serve(t.Context(), first, tables))
	expect(t, s, "p 1 1 -1")
	if got := checkpoints(t, s); got != "things v1 serving at 3" {
		t.Error(got)
	}
	must(t, s.Drop(t.Context(), first))
	must(t, s.Drop(t.Context(), first))
	if got := checkpoints(t, s); got != "" {
		t.Error(got)
	}
}
