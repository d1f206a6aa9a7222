package projectionstest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/store"
)

// Dump writes the tables that serve, a line for each row with the columns that are not at their default, in the order of the keys.
func Dump(t testing.TB, from store.Reader, all []projections.Projection) string {
	t.Helper()
	var b strings.Builder
	err := from.Read(t.Context(), func(s store.Snapshot) error {
		for _, p := range all {
			for _, table := range p.Schema() {
				if err := dump(t.Context(), &b, s, &table); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func dump(ctx context.Context, b *strings.Builder, s store.Snapshot, t *store.Table) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	sql := "SELECT " + strings.Join(names, ", ") + " FROM " + t.Name + " ORDER BY " + strings.Join(t.Key, ", ")
	return s.Query(ctx, sql, nil, func(row []any) error {
		b.WriteString(t.Name)
		for i, v := range row {
			if v != any("") && v != any(t.Columns[i].Default) {
				fmt.Fprintf(b, " %s=%v", names[i], v)
			}
		}
		b.WriteString("\n")
		return nil
	})
}
