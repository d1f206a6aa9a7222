package sagas

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/ledger"
)

// The low-water mark is always the last position told before the first unfinished event.
func TestTracker_NeverPassesAnUnfinishedEvent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var k tracker
		var told []ledger.Position // all positions, in order
		open := map[ledger.Position]bool{}
		var next ledger.Position
		for range rapid.IntRange(1, 100).Draw(rt, "steps") {
			next += ledger.Position(rapid.IntRange(1, 5).Draw(rt, "gap"))
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				k.pass(next)
				told = append(told, next)
			case 1, 2:
				k.begin(next)
				told, open[next] = append(told, next), true
			default:
				if len(open) > 0 {
					finishOne(rt, &k, open, told)
				}
			}
			if want := lowest(told, open); k.low != want || k.left != len(open) {
				rt.Fatalf("low %d with %d left, want %d with %d", k.low, k.left, want, len(open))
			}
		}
	})
}

func finishOne(rt *rapid.T, k *tracker, open map[ledger.Position]bool, told []ledger.Position) {
	var list []ledger.Position
	for _, p := range told {
		if open[p] {
			list = append(list, p)
		}
	}
	p := rapid.SampledFrom(list).Draw(rt, "finish")
	before := k.low
	delete(open, p)
	if moved := k.finish(p); moved != (k.low != before) {
		rt.Fatalf("told that low has moved: %v, it went from %d to %d", moved, before, k.low)
	}
}

func lowest(told []ledger.Position, open map[ledger.Position]bool) ledger.Position {
	var low ledger.Position
	for _, p := range told {
		if open[p] {
			break
		}
		low = p
	}
	return low
}

func TestTracker_PanicsOnAnEventThatWasNotBegun(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	var k tracker
	k.begin(3)
	k.finish(2)
}
