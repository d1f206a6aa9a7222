package sagas

import (
	"sort"

	"github.com/hovedbok/hovedbok/ledger"
)

// tracker knows which of a handler's events are unfinished, and so how far the handler has come without a gap. Its
// owner guards it.
type tracker struct {
	low  ledger.Position // every event up to here is finished
	told ledger.Position // the last position that the subscription has told
	open []mark          // from the oldest unfinished event on, in the order of the log
	left int             // unfinished events in open
}

type mark struct {
	at   ledger.Position
	done bool
}

// begin notes an event that is to be finished.
func (t *tracker) begin(at ledger.Position) {
	t.told = at
	t.open = append(t.open, mark{at: at})
	t.left++
}

// pass notes that there is nothing to do up to a position.
func (t *tracker) pass(at ledger.Position) {
	t.told = at
	switch last := len(t.open) - 1; {
	case last < 0:
		t.low = at
	case t.open[last].done:
		t.open[last].at = at
	default:
		t.open = append(t.open, mark{at, true})
	}
}

// finish notes that an event is finished, and tells whether low has moved.
func (t *tracker) finish(at ledger.Position) bool {
	i := sort.Search(len(t.open), func(i int) bool { return t.open[i].at >= at })
	if i == len(t.open) || t.open[i].at != at || t.open[i].done {
		panic("sagas: an event was finished that was not under way")
	}
	t.open[i].done = true
	t.left--
	n := 0
	for n < len(t.open) && t.open[n].done {
		t.low = t.open[n].at
		n++
	}
	t.drop(n)
	return n > 0
}

// drop forgets the first n marks.
func (t *tracker) drop(n int) {
	if t.open = t.open[n:]; len(t.open) == 0 {
		t.open = nil
	}
}
