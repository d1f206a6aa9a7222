package hammer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/projections/store/sqlite"
)

// compareViews rebuilds all views from the whole log into a new database and compares it with a copy of the live one. The copy first goes on from
// its checkpoints to the end of the log, as it would at the next start: what a subscription has skipped before stays skipped.
func (v *verifier) compareViews(ctx context.Context, _ *contents) (err error) {
	head, err := v.store.Head(ctx)
	if err != nil || head == 0 {
		return err
	}
	work, err := os.MkdirTemp("", "hovedbok-verify-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	copied, rebuilt := filepath.Join(work, "copy.db"), filepath.Join(work, "rebuilt.db")
	if err := copyDatabase(v.path(fileViews), copied); errors.Is(err, fs.ErrNotExist) {
		v.report.note(Skipped, fileViews, "there are no views")
		return nil
	} else if err != nil {
		return err
	}
	live, err := v.viewsUpTo(ctx, copied, head)
	if err != nil {
		return fmt.Errorf("copy of the views: %w", err)
	}
	defer func() { err = errors.Join(err, live.Close()) }()
	again, err := v.viewsUpTo(ctx, rebuilt, head)
	if err != nil {
		return fmt.Errorf("rebuild of the views: %w", err)
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	for _, p := range v.views {
		for _, t := range p.Schema() {
			if err := v.compareTable(ctx, t, live, again); err != nil {
				return fmt.Errorf("compare table %s: %w", t.Name, err)
			}
		}
	}
	return nil
}

// copyDatabase copies an SQLite file with its write-ahead log, which is there when the last writer did not close it.
func copyDatabase(from, to string) error {
	if err := copyFile(from, to); err != nil {
		return err
	}
	if err := copyFile(from+"-wal", to+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// viewsUpTo opens a database of views and lets it come to the end of the log.
func (v *verifier) viewsUpTo(ctx context.Context, path string, head ledger.Position) (s *sqlite.Store, err error) {
	if s, err = sqlite.Open(ctx, path); err != nil {
		return nil, err
	}
	if err := v.catchUp(ctx, s, head); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (v *verifier) catchUp(ctx context.Context, s *sqlite.Store, head ledger.Position) error {
	r, err := projections.Open(ctx, projections.Options{Log: v.log, Store: s, Projections: v.views})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(running) }()
	_, err = r.Wait(ctx, head)
	stop()
	return errors.Join(err, <-ended)
}

// compareTable notes each row that only one of the two databases has, or that they have differently.
func (v *verifier) compareTable(ctx context.Context, t store.Table, live, rebuilt store.Reader) error {
	have, err := readTable(ctx, t, live)
	if err != nil {
		return err
	}
	want, err := readTable(ctx, t, rebuilt)
	if err != nil {
		return err
	}
	v.report.Tables++
	v.report.Rows += len(want)
	for key, row := range want {
		got, ok := have[key]
		switch {
		case !ok:
			v.report.note(Skipped, t.Name+" "+key, "the row is missing")
		case got != row:
			v.report.note(Skipped, t.Name+" "+key, "the row differs from the rebuilt one in %s", differing(t, got, row))
		}
		delete(have, key)
	}
	for key := range have {
		v.report.note(Duplicated, t.Name+" "+key, "the row is not in the rebuilt table")
	}
	return nil
}

// readTable reads the rows that queries see: by key, each as one text with its columns in order.
func readTable(ctx context.Context, t store.Table, from store.Reader) (map[string]string, error) {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	keys := t.KeyColumns()
	out := map[string]string{}
	err := from.Read(ctx, func(s store.Snapshot) error {
		return s.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+t.Name, nil, func(row []any) error {
			key := make([]string, len(keys))
			for i, c := range keys {
				key[i] = fmt.Sprint(row[c])
			}
			out[strings.Join(key, "/")] = rowText(row)
			return nil
		})
	})
	return out, err
}

// between separates columns in a row's text. It stands in no value: texts of forms are JSON, and JSON escapes it.
const between = "\x1f"

func rowText(row []any) string {
	parts := make([]string, len(row))
	for i, value := range row {
		parts[i] = fmt.Sprint(value)
	}
	return strings.Join(parts, between)
}

// differing names the columns that differ, without their values, which may be personal.
func differing(t store.Table, a, b string) string {
	x, y := strings.Split(a, between), strings.Split(b, between)
	var names []string
	for i, c := range t.Columns {
		if len(x) != len(y) || x[i] != y[i] {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}
