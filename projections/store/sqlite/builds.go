package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// entry is a row of the table of builds.
type entry struct {
	store.Checkpoint
	tables []string
}

// Checkpoints lists all builds; see store.Builds.
func (s *Store) Checkpoints(ctx context.Context) ([]store.Checkpoint, error) {
	var out []store.Checkpoint
	err := s.transact(ctx, func(c *conn) error {
		entries, err := list(c)
		for _, e := range entries {
			out = append(out, e.Checkpoint)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("projections/store/sqlite: list builds: %w", err)
	}
	return out, nil
}

func list(c *conn) ([]entry, error) {
	var out []entry
	err := c.query(context.Background(), store.ListBuilds, nil, func(row []any) error {
		r := store.Row(row)
		e := entry{tables: strings.Split(r.Text(5), ",")}
		e.Build = store.Build{Name: r.Text(0), Version: int(r.Int(1)), Number: int(r.Int(2))}
		e.Position, e.Role = ledger.Position(r.Int(3)), store.Role(r.Text(4))
		out = append(out, e)
		return nil
	})
	return out, err
}

// Create makes a build; see store.Builds.
func (s *Store) Create(ctx context.Context, b store.Build, role store.Role, tables []store.Table) error {
	err := s.transact(ctx, func(c *conn) error {
		names := make([]string, len(tables))
		for i, t := range tables {
			names[i] = t.Name
			if err := run(c, store.CreateText(t.In(b))); err != nil {
				return err
			}
		}
		made, err := c.exec(store.InsertBuild, b.Name, int64(b.Version), int64(b.Number), string(role), strings.Join(names, ","))
		if err != nil || made == 0 || role != store.Serving {
			return err
		}
		return show(c, b, tables)
	})
	if err != nil {
		return fmt.Errorf("projections/store/sqlite: create %s: %w", b, err)
	}
	return nil
}

// show makes the views of a build.
func show(c *conn, b store.Build, tables []store.Table) error {
	for _, t := range tables {
		if err := run(c, store.ViewText(t.In(b))); err != nil {
			return err
		}
	}
	return nil
}

func run(c *conn, statements []string) error {
	for _, text := range statements {
		if err := c.script(text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// Serve makes a build the one that queries read; see store.Builds.
func (s *Store) Serve(ctx context.Context, b store.Build, tables []store.Table) error {
	err := s.transact(ctx, func(c *conn) error {
		entries, err := list(c)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(entries, func(e entry) bool { return e.Build == b }) {
			return store.ErrFenced
		}
		for _, e := range entries {
			if e.Build.Name == b.Name && e.Build != b && e.Role != store.Scratch {
				if err := drop(c, &e); err != nil {
					return err
				}
			}
		}
		if _, err := c.exec(store.SetRole, string(store.Serving), b.Name, int64(b.Version), int64(b.Number)); err != nil {
			return err
		}
		return show(c, b, tables)
	})
	if err != nil {
		return fmt.Errorf("projections/store/sqlite: serve %s: %w", b, err)
	}
	return nil
}

// Drop removes a build; see store.Builds.
func (s *Store) Drop(ctx context.Context, b store.Build) error {
	err := s.transact(ctx, func(c *conn) error {
		entries, err := list(c)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(entries, func(e entry) bool { return e.Build == b }); i >= 0 {
			return drop(c, &entries[i])
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("projections/store/sqlite: drop %s: %w", b, err)
	}
	return nil
}

func drop(c *conn, e *entry) error {
	var texts []string
	for _, t := range e.tables {
		if e.Role == store.Serving {
			texts = append(texts, store.DropViewText(t))
		}
		texts = append(texts, store.DropText(e.Build, t))
	}
	if err := run(c, texts); err != nil {
		return err
	}
	_, err := c.exec(store.DeleteBuild, e.Build.Name, int64(e.Build.Version), int64(e.Build.Number))
	return err
}
