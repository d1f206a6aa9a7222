package document

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
)

func TestNode_NilIsNull(t *testing.T) {
	t.Parallel()
	var n *Node
	if n.Kind() != KindNull || n.Len() != 0 || n.Text() != "" || n.Truth() || n.Index(0) != nil || text(n) != "null" {
		t.Error("nil is not null")
	}
	if !Equal(n, Null()) || !Equal(new(Node), nil) || text(n.Clone()) != "null" || n.Interface() != nil {
		t.Error("nil does not equal null")
	}
	if text(NewArray(nil, Int(3))) != "[null,3]" || text(NewObject().Set("a", nil)) != `{"a":null}` {
		t.Error("nil inside a container is not null")
	}
}

func TestNode_AnswersForItsKindOnly(t *testing.T) {
	t.Parallel()
	object := parse(t, `{"a":1,"b":null}`)
	list := parse(t, `["x",true]`)
	if v, ok := object.Get("b"); !ok || v.Kind() != KindNull {
		t.Error("a null member is there")
	}
	if _, ok := object.Get("c"); ok {
		t.Error("c is not there")
	}
	if _, ok := list.Get("0"); ok || object.Index(0) != nil || list.Index(-1) != nil || list.Index(2) != nil {
		t.Error("an answer for the wrong kind or place")
	}
	if list.Index(0).Text() != "x" || !list.Index(1).Truth() || list.Len() != 2 || object.Len() != 2 {
		t.Error("wrong items")
	}
	var seen []string
	for key, v := range object.All() {
		seen = append(seen, key, text(v))
	}
	for i, v := range list.Items() {
		seen = append(seen, fmt.Sprint(i), text(v))
	}
	if got := strings.Join(seen, " "); got != `a 1 b null 0 "x" 1 true` {
		t.Errorf("got %s", got)
	}
	for range object.All() {
		break
	}
	for range list.Items() {
		break
	}
}

func TestKind_HasJSONsNames(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]string{KindNull: "null", KindBool: "boolean", KindNumber: "number",
		KindString: "string", KindArray: "array", KindObject: "object", 9: "kind 9"} {
		if kind.String() != want {
			t.Errorf("got %s, want %s", kind, want)
		}
	}
}

func TestNumber_TakesJSONNumbersOnly(t *testing.T) {
	t.Parallel()
	for _, literal := range []string{"0", "-0", "9", "1.50", "1e5", "-1.0E-3"} {
		if n, err := Number(literal); err != nil || n.Text() != literal || n.Kind() != KindNumber {
			t.Errorf("%s: %v", literal, err)
		}
	}
	for _, literal := range []string{"", "01", "+1", ".5", "5.", "1e", "NaN", "1 ", " 1", "0x1", "--1", "1,5"} {
		if _, err := Number(literal); err == nil {
			t.Errorf("%q was taken", literal)
		}
	}
	for i, want := range map[int64]string{0: "0", 9: "9", 10: "10", -1: "-1", math.MinInt64: "-9223372036854775808"} {
		if got := Int(i).Text(); got != want {
			t.Errorf("Int(%d) is %s", i, got)
		}
	}
}

func TestString_IsAlwaysUTF8(t *testing.T) {
	t.Parallel()
	n := NewObject().Set("k\xff", String("v\xff\xfe"))
	if got := text(n); got != `{"k�":"v�"}` {
		t.Errorf("got %s", got)
	}
	parse(t, text(n))
}

func TestEqual_ComparesNumbersByValue(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("9", 100_000)
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1", "1.0", true}, {"100", "1e2", true}, {"0.00100", "1E-3", true}, {"-0", "0.0e9", true}, {"12.5", "125e-1", true},
		{"1", "-1", false}, {"1", "10", false}, {"1e400", "1e401", false}, {"1e999999999999999999999", "10e999999999999999999998", true},
		{"1e999999999999999999999", "1e-999999999999999999999", false}, {"1e" + huge, "1.0e" + huge, true},
		{"1e" + huge, "10e" + huge, false}, {"1e-1" + huge, "1e1" + huge, false}, {"1e+007", "1e7", true}, {"1e-0", "1", true},
		{"9007199254740993", "9007199254740992", false}, {"0.1", "0.10000000000000000001", false}, {huge, huge + ".0", true},
	} {
		if got := equalNumbers(c.a, c.b); got != c.want {
			t.Errorf("%.40s == %.40s: %v", c.a, c.b, got)
		}
	}
}

func TestEqual_ComparesStructure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[2]}`, `{"b":[2.0],"a":1}`, true}, {`{"a":1}`, `{"b":1}`, false}, {`{"a":1}`, `{"a":1,"b":2}`, false},
		{`[1,2]`, `[2,1]`, false}, {`[]`, `{}`, false}, {`""`, `null`, false}, {`"1"`, `1`, false}, {`true`, `false`, false},
		{`"A"`, `"\u0041"`, true}, {`null`, `false`, false},
	} {
		if got := Equal(parse(t, c.a), parse(t, c.b)); got != c.want {
			t.Errorf("%s == %s: %v", c.a, c.b, got)
		}
	}
}

func TestLargeObject_FindsMembersWhateverChanges(t *testing.T) {
	t.Parallel()
	for _, parsed := range []bool{true, false} {
		object := NewObject()
		for i := range 300 {
			object.Set(fmt.Sprintf("k%d", i), Int(int64(i)))
		}
		if parsed {
			object = parse(t, text(object))
		}
		present := map[string]bool{}
		for i := range 300 {
			present[fmt.Sprintf("k%d", i)] = true
		}
		for i := range 600 {
			key := fmt.Sprintf("k%d", i*7%300)
			patch := Patch{{Op: OpRemove, Path: Pointer{key}}}
			if !present[key] || i%11 == 0 {
				patch = Patch{{Op: OpAdd, Path: Pointer{key}, Value: Int(int64(i))}}
			}
			present[key] = patch[0].Op == OpAdd
			var err error
			if object, err = patch.ApplyInPlace(object); err != nil {
				t.Fatal(err)
			}
			checkMembers(t, object, present)
		}
	}
}

func checkMembers(t *testing.T, object *Node, present map[string]bool) {
	t.Helper()
	count := 0
	for key, want := range present {
		if want {
			count++
		}
		if _, ok := object.Get(key); ok != want {
			t.Fatalf("%s: found %v, want %v", key, ok, want)
		}
	}
	if object.Len() != count {
		t.Fatalf("%d members, want %d", object.Len(), count)
	}
}

func TestLargeObject_RefusesRepeatedNames(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 63, 64, 65, 66, 200} {
		for _, repeated := range []int{0, size / 2, size - 1} {
			var b strings.Builder
			for i := range size {
				fmt.Fprintf(&b, `"k%d":0,`, i)
			}
			src := fmt.Sprintf(`{%s"k%d":1}`, b.String(), repeated)
			if _, err := Parse([]byte(src)); err == nil || !strings.Contains(err.Error(), msgRepeated) {
				t.Errorf("%d members and k%d again: %v", size, repeated, err)
			}
		}
	}
}

func TestLargeObject_IsReadByManyAtOnce(t *testing.T) {
	t.Parallel()
	object := NewObject()
	for i := range 100 {
		object.Set(fmt.Sprintf("k%d", i), Int(int64(i)))
	}
	object = object.shallow() // without an index
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := range 100 {
				if v, ok := object.Get(fmt.Sprintf("k%d", i)); !ok || v.Text() != fmt.Sprint(i) {
					t.Errorf("k%d is %s", i, v.Text())
				}
			}
		})
	}
	readers.Wait()
	if object.box.index.Load() == nil {
		t.Error("400 look-ups made no index")
	}
}

func TestSetAndAppend_PanicOnOtherKinds(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(){
		"Set":    func() { NewArray().Set("a", nil) },
		"Append": func() { NewObject().Append(nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			call()
		}()
	}
}

func TestFromInterface_TakesGoValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, "null"}, {true, "true"}, {"æ", `"æ"`}, {1.5, "1.5"}, {float32(0.1), "0.1"}, {1e21, "1e+21"}, {1e20, "100000000000000000000"},
		{1e-7, "1e-07"}, {0.0, "0"}, {int8(-8), "-8"}, {int16(16), "16"}, {int32(32), "32"}, {int64(64), "64"}, {7, "7"}, {uint(7), "7"},
		{uint8(8), "8"}, {uint16(16), "16"}, {uint32(32), "32"}, {uint64(math.MaxUint64), "18446744073709551615"},
		{map[string]any{"b": []any{}, "a": String("x")}, `{"a":"x","b":[]}`},
	} {
		n, err := FromInterface(c.value)
		if err != nil || text(n) != c.want {
			t.Errorf("%v became %s, %v; want %s", c.value, text(n), err, c.want)
		}
	}
	endless := map[string]any{}
	endless["again"] = []any{endless}
	for _, bad := range []any{math.NaN(), math.Inf(1), struct{}{}, []string{"a"}, endless, []any{endless}} {
		if _, err := FromInterface(bad); err == nil {
			t.Errorf("a %T was taken", bad)
		}
	}
}
