package document

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse_ReadsBackWhatAppendJSONWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNode(t, 4)
		written := n.AppendJSON(nil)
		back, err := Parse(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if again := back.AppendJSON(nil); !bytes.Equal(again, written) {
			t.Fatalf("wrote %s, then %s", written, again)
		}
		if !Equal(n, back) || !Equal(n, n.Clone()) {
			t.Fatalf("%s is not equal to itself read back", written)
		}
	})
}

func TestParse_TakesWhiteSpaceAndForeignEscapes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNode(t, 4)
		foreign, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, foreign, "\t", "\r\n "); err != nil {
			t.Fatal(err)
		}
		back, err := Parse(indented.Bytes())
		if err != nil || !Equal(n, back) {
			t.Fatalf("%s: %v", indented.Bytes(), err)
		}
	})
}

func TestEqual_AgreesWithRationalNumbers(t *testing.T) {
	t.Parallel()
	literal := rapid.StringMatching(`-?(0|[1-9]\d{0,4})(\.\d{1,4})?([eE][+-]?\d{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := literal.Draw(t, "a"), literal.Draw(t, "b")
		if rapid.Bool().Draw(t, "same value") {
			b = sameValue(t, a)
		}
		want := rat(json.Number(a)).Cmp(rat(json.Number(b))) == 0
		if got := equalNumbers(a, b); got != want {
			t.Fatalf("%s == %s: %v, want %v", a, b, got, want)
		}
	})
}

// sameValue writes the number of literal in another way.
func sameValue(t *rapid.T, literal string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(literal), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += "."
	}
	mantissa += strings.Repeat("0", rapid.IntRange(1, 3).Draw(t, "zeros"))
	if exponent == "" {
		exponent = "0"
	}
	return mantissa + "E" + exponent
}

func TestEqual_AgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNode(t, 2), drawNode(t, 2)
		if want := sameAny(a.Interface(), b.Interface()); Equal(a, b) != want || Equal(b, a) != want {
			t.Fatalf("Equal(%s, %s): want %v", text(a), text(b), want)
		}
	})
}

func TestApply_AgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		root := drawNode(t, 3)
		patch := drawPatch(t, root)
		want, wantErr := oracleApply(root.Interface(), patch)
		got, err := patch.Apply(root)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%s on %s: %v, want %v", patch.AppendJSON(nil), text(root), err, wantErr)
		}
		if err == nil && !sameAny(got.Interface(), want) {
			t.Fatalf("%s on %s: got %s, want %v", patch.AppendJSON(nil), text(root), text(got), want)
		}
	})
}

func TestApply_LeavesRootAndPatchUnchanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		root := drawNode(t, 3)
		patch := drawPatch(t, root)
		rootBefore, patchBefore := text(root), string(patch.AppendJSON(nil))
		first, err := patch.Apply(root)
		if text(root) != rootBefore || string(patch.AppendJSON(nil)) != patchBefore {
			t.Fatalf("changed %s or %s", rootBefore, patchBefore)
		}
		if err != nil {
			return
		}
		firstText := text(first)
		if _, err := drawPatch(t, first).Apply(first); err == nil && text(root) != rootBefore {
			t.Fatalf("a patch on the result changed %s", rootBefore)
		}
		if text(first) != firstText || string(patch.AppendJSON(nil)) != patchBefore {
			t.Fatalf("a second patch changed the first result %s", firstText)
		}
	})
}

func TestApplyInPlace_EqualsApply(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		folded := drawNode(t, 3)
		for range 3 {
			patch := drawPatch(t, folded)
			patchBefore := string(patch.AppendJSON(nil))
			want, wantErr := patch.Apply(folded)
			got, err := patch.ApplyInPlace(folded.Clone())
			if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
				t.Fatalf("%s: %v, want %v", patchBefore, err, wantErr)
			}
			if err != nil {
				return
			}
			if text(got) != text(want) {
				t.Fatalf("%s: got %s, want %s", patchBefore, text(got), text(want))
			}
			folded = got
			if string(patch.AppendJSON(nil)) != patchBefore {
				t.Fatalf("the patch changed: %s", patchBefore)
			}
		}
	})
}

func TestApplyInPlace_UsesAPatchTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		root := drawNode(t, 2)
		patches := []Patch{drawPatch(t, root), drawPatch(t, root), drawPatch(t, root)}
		fold := func() (texts []string) {
			state := root.Clone()
			for _, patch := range patches {
				next, err := patch.ApplyInPlace(state)
				if err != nil {
					break
				}
				state = next
				texts = append(texts, text(state))
			}
			return texts
		}
		if first, second := fold(), fold(); strings.Join(first, "\n") != strings.Join(second, "\n") {
			t.Fatalf("folding twice gave %q, then %q", first, second)
		}
	})
}

func TestParsePatch_ReadsBackWhatAppendJSONWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		patch := drawPatch(t, drawNode(t, 3))
		written := patch.AppendJSON(nil)
		back, err := ParsePatch(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if again := back.AppendJSON(nil); !bytes.Equal(written, again) {
			t.Fatalf("wrote %s, then %s", written, again)
		}
	})
}

func TestDiff_MakesToOutOfFrom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := drawNode(t, 3)
		to := drawNode(t, 3)
		if rapid.Bool().Draw(t, "related") {
			if patched, err := drawPatch(t, from).Apply(from); err == nil {
				to = patched
			}
		}
		patch := Diff(from, to)
		got, err := patch.Apply(from)
		if err != nil || !Equal(got, to) {
			t.Fatalf("Diff(%s, %s) = %s, which gives %s, %v", text(from), text(to), patch.AppendJSON(nil), text(got), err)
		}
		if (len(patch) == 0) != Equal(from, to) {
			t.Fatalf("Diff(%s, %s) = %s", text(from), text(to), patch.AppendJSON(nil))
		}
	})
}

func TestDiff_MovesRowsByIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := NewObject().Set("rows", drawRows(t, rapid.IntRange(0, 5).Draw(t, "before"), 2))
		to := NewObject().Set("rows", drawRows(t, rapid.IntRange(0, 5).Draw(t, "after"), 2))
		got, err := Diff(from, to).Apply(from)
		if err != nil || !Equal(got, to) {
			t.Fatalf("Diff(%s, %s) = %s: %v", text(from), text(to), Diff(from, to).AppendJSON(nil), err)
		}
	})
}

func TestChanges_TellsValuesThatStandThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := drawNode(t, 3), drawNode(t, 3)
		changes := Changes(from, to)
		if (len(changes) == 0) != Equal(from, to) {
			t.Fatalf("Changes(%s, %s) = %v", text(from), text(to), changes)
		}
		for _, c := range changes {
			if c.To != nil {
				standsAt(t, to, c.Path, c.To)
			} else if c.From != nil {
				standsAt(t, from, c.Path, c.From)
			}
			if c.MovedFrom != "" && (c.From != nil || c.To != nil) {
				t.Fatalf("a move with values: %+v", c)
			}
		}
	})
}

func standsAt(t *rapid.T, doc *Node, place string, want *Node) {
	path, err := ParsePath(place)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := doc.Lookup(path); !ok || !Equal(got, want) || got.Len() > 0 {
		t.Fatalf("%s has %s at %s, not %s", text(doc), text(got), place, text(want))
	}
}

func TestChanges_FromNothingListsEveryField(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := NewObject().Set("f", drawNode(t, 3))
		var rebuilt *Node
		for _, c := range Changes(nil, doc) {
			path, err := ParsePath(c.Path)
			if err != nil || c.From != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			if rebuilt, err = rebuilt.With(path, c.To); err != nil {
				t.Fatal(err)
			}
		}
		if !Equal(rebuilt, doc) {
			t.Fatalf("rebuilt %s out of the changes of %s", text(rebuilt), text(doc))
		}
	})
}

func TestWith_SetsWhatLookupFinds(t *testing.T) {
	t.Parallel()
	step := rapid.Custom(func(t *rapid.T) Step {
		if rapid.IntRange(0, 3).Draw(t, "row") == 0 {
			return Row(rapid.IntRange(0, 2).Draw(t, "index"))
		}
		return Field(rapid.SampledFrom(someKeys).Draw(t, "key"))
	})
	rapid.Check(t, func(t *rapid.T) {
		root, v := drawNode(t, 3), drawNode(t, 1)
		path := Path(rapid.SliceOfN(step, 0, 5).Draw(t, "path"))
		before := text(root)
		got, err := root.With(path, v)
		if text(root) != before {
			t.Fatalf("With changed %s", before)
		}
		if err != nil {
			return
		}
		if found, ok := got.Lookup(path); !ok || !Equal(found, v) {
			t.Fatalf("%s has no %s at %s", text(got), text(v), path)
		}
		if found, ok := got.At(path.Pointer()); !ok || !Equal(found, v) {
			t.Fatalf("%s has no %s at %s", text(got), text(v), path.Pointer())
		}
		if again, err := ParsePath(path.String()); err != nil || again.String() != path.String() || len(again) != len(path) {
			t.Fatalf("%s reads back as %s: %v", path, again, err)
		}
	})
}

func TestPointer_ReadsBackItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Pointer(rapid.SliceOf(rapid.StringMatching(`[a~/0-9æ ]{0,4}`)).Draw(t, "pointer"))
		back, err := ParsePointer(p.String())
		if err != nil || len(back) != len(p) || !isPrefix(p, back) {
			t.Fatalf("%q reads back as %q: %v", p, back, err)
		}
	})
}

func TestFromInterface_ReadsBackInterface(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNode(t, 4)
		back, err := FromInterface(n.Interface())
		if err != nil || !Equal(n, back) {
			t.Fatalf("%s came back as %s: %v", text(n), text(back), err)
		}
	})
}
