package options_test

import (
	"context"
	"slices"
	"testing"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/options"
)

func sorted(t *testing.T, order options.Order, language string, labels ...string) []string {
	t.Helper()
	c := &options.Config{Sort: order}
	for _, l := range labels {
		c.Inline = append(c.Inline, options.Option{Value: expression.Text(l), Label: l})
	}
	var r options.Registry
	got, err := r.Resolve(context.Background(), c, expression.Context{Language: language}, options.Request{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, choice := range got.List {
		out = append(out, choice.Label)
	}
	return out
}

func TestSort_IsThatOfTheLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language   string
		order      options.Order
		have, want []string
	}{
		{"nb", options.Ascending, []string{"Østfold", "Agder", "Ås", "Ærfugl", "Zoo", "Vestland"}, []string{"Agder", "Vestland", "Zoo", "Ærfugl", "Østfold", "Ås"}},
		{"nn", options.Ascending, []string{"Å", "Ø", "Æ", "A"}, []string{"A", "Æ", "Ø", "Å"}},
		{"", options.Ascending, []string{"å", "z"}, []string{"z", "å"}},
		{"en", options.Ascending, []string{"zoo", "åse", "Bee"}, []string{"åse", "Bee", "zoo"}},
		{"nb", options.Ascending, []string{"10 dager", "9 dager", "1 dag"}, []string{"1 dag", "9 dager", "10 dager"}},
		{"nb", options.Descending, []string{"a", "å", "B"}, []string{"å", "B", "a"}},
		{"nb", options.Ascending, []string{"b", "B", "a", "A", "é", "e"}, []string{"a", "A", "b", "B", "é", "e"}},
		{"nb", options.Descending, []string{"b", "B", "a", "A"}, []string{"b", "B", "a", "A"}},
		{"nb", options.Unsorted, []string{"c", "a"}, []string{"c", "a"}},
		{"xx", options.Ascending, []string{"c", "a"}, []string{"a", "c"}},
		{"!", options.Ascending, []string{"å", "z"}, []string{"z", "å"}},
	} {
		if got := sorted(t, c.order, c.language, c.have...); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.language, c.order, got, c.want)
		}
	}
}
