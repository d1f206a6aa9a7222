package audit_test

import (
	"fmt"
	"testing"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
)

// long is the story with many more changes of the form: 40 fields that each change every 40 events, and one row more every 100.
func long(b *testing.B, events int) bundle {
	b.Helper()
	out := setup(b)
	by := audittest.Story()[0].By
	batch := []instance.Event{}
	for i := int(out.head.Revision) + 1; i < events; i++ {
		src := fmt.Sprintf(`[{"op":"add","path":"/felt%d","value":"verdi %d"}]`, i%40, i)
		if i%100 == 0 {
			src = fmt.Sprintf(`[{"op":"add","path":"/ansvarlige/0","value":{"altinnRowId":"row%d","navn":"x"}}]`, i)
		}
		p, err := document.ParsePatch([]byte(src))
		if err != nil {
			b.Fatal(err)
		}
		batch = append(batch, instance.FormDataPatched{Element: audittest.Form, Patch: p})
		if len(batch) == 500 || i == events-1 {
			out.head = audittest.Append(b, out.Log, out.head, 1000+i, audittest.Command{By: by, Events: batch})
			batch = nil
		}
	}
	return out
}

func BenchmarkInstanceOf10000Events(b *testing.B) {
	in := long(b, 10_000)
	ctx := b.Context()
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if _, err := audit.VerifyStream(ctx, in.Store, in.stream); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("events", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := audit.Events(ctx, in.Log, audittest.Instance, audit.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("state", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := audit.State(ctx, in.Log, audittest.Instance, record.Until{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("diff", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := audit.Diff(ctx, in.Log, audittest.Instance, audit.At(3), record.Until{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
