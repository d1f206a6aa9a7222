package document

import (
	"fmt"
	"strings"
	"testing"
)

// smallPatch is what a form sends for one field: about 150 bytes.
const smallPatch = `[{"op":"test","path":"/soeker/adresse/postnummer","value":"0150"},` +
	`{"op":"replace","path":"/soeker/adresse/postnummer","value":"5003"}]` + "             "

// form40 is a form of 40 fields, some of them in groups and rows; its JSON text is about 1 KiB.
func form40(t testing.TB) *Node {
	var b strings.Builder
	b.WriteString(`{"soeker":{"navn":"Østre Skjenkested AS","adresse":{"gate":"Strandgata 1","postnummer":"0150"}},"rader":[`)
	for i := range 5 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"altinnRowId":"0b0c0d0e-%04d","antall":%d,"pris":%d.50}`, i, i, 100+i)
	}
	b.WriteString(`]`)
	for i := range 22 {
		fmt.Fprintf(&b, `,"felt%02d":"verdi nummer %d"`, i, i)
	}
	b.WriteString(`}`)
	return parse(t, b.String())
}

func BenchmarkParse(b *testing.B) {
	for name, src := range map[string][]byte{"150B": []byte(smallPatch), "1KiB": form40(b).AppendJSON(nil)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParsePatch(b *testing.B) {
	src := []byte(smallPatch)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePatch(src); err != nil {
			b.Fatal(err)
		}
	}
}

// pingPong gives two patches that undo each other, so that they can be applied over and over.
func pingPong(b *testing.B) (there, back Patch) {
	there = parsePatch(b, smallPatch)
	back = Patch{
		{Op: OpTest, Path: there[0].Path, Value: there[1].Value},
		{Op: OpReplace, Path: there[0].Path, Value: there[0].Value},
	}
	return there, back
}

func BenchmarkApply(b *testing.B) {
	root := form40(b)
	patch, _ := pingPong(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := patch.Apply(root); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyInPlace(b *testing.B) {
	root := form40(b)
	patch, back := pingPong(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := patch.ApplyInPlace(root); err != nil {
			b.Fatal(err)
		}
		patch, back = back, patch
	}
}

// BenchmarkFold reads and applies 10,000 recorded patches of 150 bytes, as the fold of a long stream does.
func BenchmarkFold(b *testing.B) {
	root := form40(b)
	patch, back := pingPong(b)
	there, again := patch.AppendJSON(nil), back.AppendJSON(nil)
	b.ReportAllocs()
	for b.Loop() {
		for range 5_000 {
			for _, src := range [][]byte{there, again} {
				p, err := ParsePatch(src)
				if err != nil {
					b.Fatal(err)
				}
				if root, err = p.ApplyInPlace(root); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	root := form40(b)
	buffer := root.AppendJSON(nil)
	b.SetBytes(int64(len(buffer)))
	b.ReportAllocs()
	for b.Loop() {
		buffer = root.AppendJSON(buffer[:0])
	}
}

func BenchmarkDiff(b *testing.B) {
	from := form40(b)
	patch, _ := pingPong(b)
	to, err := patch.Apply(from)
	if err != nil {
		b.Fatal(err)
	}
	to = parse(b, text(to)) // nothing shared
	b.ReportAllocs()
	for b.Loop() {
		if len(Diff(from, to)) != 1 {
			b.Fatal("one field differs")
		}
	}
}

// BenchmarkGet shows that an object of 64 members, the largest without an index, needs none.
func BenchmarkGet(b *testing.B) {
	for _, size := range []int{16, 64, 65, 1000} {
		object := NewObject()
		for i := range size {
			object.Set(fmt.Sprintf("felt%04d", i), Null())
		}
		last := fmt.Sprintf("felt%04d", size-1)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				if _, ok := object.Get(last); !ok {
					b.Fatal("not found")
				}
			}
		})
	}
}
