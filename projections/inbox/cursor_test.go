package inbox

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func FuzzParseCursor(f *testing.F) {
	row := Row{ID: uuid.MustParse("41f1099c-0000-4000-8000-000000000001"), Changed: time.UnixMicro(1772359200000001).UTC()}
	f.Add(0, cursor(NewestFirst, &row))
	f.Add(1, cursor(OldestFirst, &row))
	f.Add(0, "")
	f.Fuzz(func(t *testing.T, order int, text string) {
		changed, id, err := parseCursor(Order(order), text)
		if err != nil || changed == 0 || order < 0 || order > 1 {
			return
		}
		if again := cursor(Order(order), &Row{ID: id, Changed: time.UnixMicro(changed)}); again != text {
			t.Errorf("%q is read as what is written %q", text, again)
		}
	})
}
