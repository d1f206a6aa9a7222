package projections

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/projections/store"
)

// compare looks at two builds in one snapshot. abreast is false if they are not at the same position there.
func compare(ctx context.Context, from store.Reader, serving, scratch *lane) (abreast bool, found []Difference, err error) {
	err = from.Read(ctx, func(s store.Snapshot) error {
		if abreast, err = samePosition(ctx, s, serving.build, scratch.build); err != nil || !abreast {
			return err
		}
		for _, t := range serving.tables {
			d, err := compareTable(ctx, s, t, serving.build, scratch.build)
			if err != nil {
				return err
			}
			found = append(found, d...)
		}
		return nil
	})
	if err != nil {
		return false, nil, fmt.Errorf("projections: compare %s with %s: %w", serving.build, scratch.build, err)
	}
	return abreast, found, nil
}

func samePosition(ctx context.Context, s store.Snapshot, a, b store.Build) (bool, error) {
	at := map[store.Build]int64{}
	err := s.Query(ctx, store.ListBuilds, nil, func(values []any) error {
		r := store.Row(values)
		at[store.Build{Name: r.Text(0), Version: int(r.Int(1)), Number: int(r.Int(2))}] = r.Int(3)
		return nil
	})
	return at[a] == at[b], err
}

// compareTable gives the rows that one build has and the other has not.
func compareTable(ctx context.Context, s store.Snapshot, t store.Table, serving, scratch store.Build) ([]Difference, error) {
	surplus, err := except(ctx, s, t, serving, scratch)
	if err != nil {
		return nil, err
	}
	missing, err := except(ctx, s, t, scratch, serving)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, row := range surplus {
		out = append(out, Difference{Table: t.Name, Key: keyOf(&t, row), Serving: row})
	}
	for _, row := range missing {
		key := keyOf(&t, row)
		if i := slices.IndexFunc(out, func(d Difference) bool { return slices.Equal(d.Key, key) }); i >= 0 {
			out[i].Rebuilt = row
			continue
		}
		out = append(out, Difference{Table: t.Name, Key: key, Rebuilt: row})
	}
	return out, nil
}

func keyOf(t *store.Table, row []any) []any {
	key := make([]any, len(t.Key))
	for i, c := range t.KeyColumns() {
		key[i] = row[c]
	}
	return key
}

// except gives rows of a that are not in b, in the order of the key.
func except(ctx context.Context, s store.Snapshot, t store.Table, a, b store.Build) (out [][]any, err error) {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	columns, here, there := strings.Join(names, ", "), t.In(a), t.In(b)
	sql := "SELECT " + columns + " FROM " + here.Physical() + " EXCEPT SELECT " + columns + " FROM " + there.Physical() +
		" ORDER BY " + strings.Join(t.Key, ", ") + " LIMIT " + strconv.Itoa(MaxDifferences)
	err = s.Query(ctx, sql, nil, func(row []any) error {
		out = append(out, slices.Clone(row))
		return nil
	})
	return out, err
}
