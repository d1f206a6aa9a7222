package sagas_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/sagas"
)

func TestOpenStore_RefusesWhatIsNotIts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sagas.OpenStore(t.Context(), text); err == nil {
		t.Error("a text file was opened")
	}
	if _, err := sagas.OpenExisting(t.Context(), filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	if _, err := sagas.OpenStore(t.Context(), filepath.Join(dir, "no", "folder")); err == nil {
		t.Error("a file in no folder was opened")
	}
	b := newBundle(t) // its keys are a file of another kind
	keys, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(b.path)), "*", "keys.db"))
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	if _, err := sagas.OpenStore(t.Context(), keys[0]); !errors.Is(err, sagas.ErrFormat) {
		t.Errorf("another kind of database: %v", err)
	}
}

func TestOpenStore_IsForItsOwnerOnlyAndOpensAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b%20c?.db")
	for range 2 {
		s, err := sagas.OpenStore(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestStore_RefusesUnknownIDsAndNamelessDecisions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, id := range []string{"7", "0", "-1", "seven", "", "99999999999999999999"} {
		if _, err := b.store.RequestRetry(t.Context(), id); !errors.Is(err, sagas.ErrNotParked) {
			t.Errorf("retry %q: %v", id, err)
		}
		if err := b.store.Discard(t.Context(), id, "510009", "why"); !errors.Is(err, sagas.ErrNotParked) {
			t.Errorf("discard %q: %v", id, err)
		}
	}
	if _, err := b.store.ListParked(t.Context(), sagas.ParkedFilter{After: "x"}); !errors.Is(err, sagas.ErrNotParked) {
		t.Errorf("list: %v", err)
	}
	for _, of := range [][2]string{{"", "why"}, {"510009", " "}} {
		if err := b.store.Discard(t.Context(), "1", of[0], of[1]); err == nil || errors.Is(err, sagas.ErrNotParked) {
			t.Errorf("discard by %q because %q: %v", of[0], of[1], err)
		}
	}
	if n, err := b.store.RequestRetry(t.Context()); n != 0 || err != nil {
		t.Errorf("retry of nothing: %d, %v", n, err)
	}
}

func TestListParked_FiltersAndPages(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		fail := &probe{name: "fails", do: failing(at(1, 0), 9, sagas.Permanent("no", nil))}
		wait := &probe{name: "waits", do: failing(at(2, 0), 9, sagas.Waiting("not yet", time.Hour))}
		for _, n := range []int{1, 1, 2, 3} {
			b.add(n)
		}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{fail, wait}})
		r.reach(b.last)
		r.stop()
		for want, f := range map[int]sagas.ParkedFilter{
			3: {}, 2: {Handler: "fails"}, 1: {Class: sagas.ClassBehind}, 0: {Discarded: true},
		} {
			if list := b.parked(f); len(list) != want {
				t.Errorf("%+v gave %d, want %d", f, len(list), want)
			}
		}
		if list := b.parked(sagas.ParkedFilter{Stream: stream(2)}); len(list) != 1 || list[0].Handler != "waits" {
			t.Errorf("of a stream: %+v", list)
		}
		var ids, paged []string
		for _, p := range b.parked(sagas.ParkedFilter{}) {
			ids = append(ids, p.ID)
		}
		for f := (sagas.ParkedFilter{Limit: 1}); ; {
			page := b.parked(f)
			if len(page) == 0 {
				break
			}
			paged, f.After = append(paged, page[0].ID), page[0].ID
		}
		if !slices.Equal(ids, paged) {
			t.Errorf("pages %v, want %v", paged, ids)
		}
	})
}

func TestParked_AsJSON(t *testing.T) {
	t.Parallel()
	j, err := json.Marshal(sagas.Parked{ID: "7", Class: sagas.ClassPermanent, First: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)})
	want := `{"id":"7","handler":"","stream":"","revision":0,"eventId":"00000000-0000-0000-0000-000000000000","position":0,"type":"",` +
		`"class":"permanent","reason":"","attempts":0,"first":"2026-01-05T08:00:00Z","last":"0001-01-01T00:00:00Z"}`
	if err != nil || string(j) != want {
		t.Errorf("%s\nwant %s, %v", j, want, err)
	}
}

func TestRetryPolicy_Delays(t *testing.T) {
	t.Parallel()
	p := sagas.RetryPolicy{First: 100 * time.Millisecond, Max: time.Second}
	full, upper := sagas.Delays(p, 6, 0.5)
	for i, ceiling := range []time.Duration{100, 200, 400, 800, 1000, 1000} {
		if want := ceiling * time.Millisecond / 2; full[i] != want || upper[i] != want*3/2 {
			t.Errorf("retry %d: %v and %v, want %v and %v", i+1, full[i], upper[i], want, want*3/2)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := sagas.RetryPolicy{First: time.Duration(rapid.Int64Range(1, 1<<40).Draw(rt, "first")), Max: time.Duration(rapid.Int64Min(1).Draw(rt, "max"))}
		full, upper := sagas.Delays(p, 70, rapid.Float64Range(0, 0.999).Draw(rt, "random"))
		for i := range full {
			if full[i] < 0 || full[i] > p.Max || upper[i] < 0 || upper[i] > p.Max {
				rt.Fatalf("delay %d: %v and %v, at most %v", i, full[i], upper[i], p.Max)
			}
		}
	})
}
