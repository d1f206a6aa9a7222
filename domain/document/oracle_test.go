package document

import (
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The oracle is RFC 6902 written naively over map[string]any and []any: every step copies the document.

var errOracle = errors.New("the oracle refuses")

func parse(t testing.TB, text string) *Node {
	t.Helper()
	n, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return n
}

func parsePatch(t testing.TB, text string) Patch {
	t.Helper()
	p, err := ParsePatch([]byte(text))
	if err != nil {
		t.Fatalf("ParsePatch(%s): %v", text, err)
	}
	return p
}

func text(n *Node) string { return string(n.AppendJSON(nil)) }

func sameAny(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			w, ok := b[k]
			if !ok || !sameAny(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameAny)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && rat(a).Cmp(rat(b)) == 0
	}
	return a == b
}

func rat(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		panic("no number: " + n.String())
	}
	return r
}

func copyAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := map[string]any{}
		for k, w := range v {
			c[k] = copyAny(w)
		}
		return c
	case []any:
		c := []any{}
		for _, w := range v {
			c = append(c, copyAny(w))
		}
		return c
	}
	return v
}

func oracleIndex(token string, size int) (int, error) {
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= size || strconv.Itoa(i) != token {
		return 0, errOracle
	}
	return i, nil
}

func oracleGet(doc any, p Pointer) (any, error) {
	for _, token := range p {
		switch v := doc.(type) {
		case map[string]any:
			w, ok := v[token]
			if !ok {
				return nil, errOracle
			}
			doc = w
		case []any:
			i, err := oracleIndex(token, len(v))
			if err != nil {
				return nil, err
			}
			doc = v[i]
		default:
			return nil, errOracle
		}
	}
	return doc, nil
}

// oracleEdit gives doc with its value at p[:len(p)-1] changed by leaf.
func oracleEdit(doc any, p Pointer, leaf func(parent any, token string) (any, error)) (any, error) {
	if len(p) == 1 {
		return leaf(doc, p[0])
	}
	child, err := oracleGet(doc, p[:1])
	if err != nil {
		return nil, err
	}
	if child, err = oracleEdit(child, p[1:], leaf); err != nil {
		return nil, err
	}
	switch v := doc.(type) {
	case map[string]any:
		v[p[0]] = child
	case []any:
		i, _ := strconv.Atoi(p[0])
		v[i] = child
	}
	return doc, nil
}

func oracleAdd(doc any, p Pointer, value any) (any, error) {
	if len(p) == 0 {
		return value, nil
	}
	return oracleEdit(doc, p, func(parent any, token string) (any, error) {
		switch v := parent.(type) {
		case map[string]any:
			v[token] = value
			return v, nil
		case []any:
			if token == "-" {
				return append(v, value), nil
			}
			i, err := oracleIndex(token, len(v)+1)
			if err != nil {
				return nil, err
			}
			return slices.Insert(v, i, value), nil
		}
		return nil, errOracle
	})
}

func oracleRemove(doc any, p Pointer) (any, error) {
	if len(p) == 0 {
		return nil, errOracle
	}
	return oracleEdit(doc, p, func(parent any, token string) (any, error) {
		if _, err := oracleGet(parent, Pointer{token}); err != nil {
			return nil, err
		}
		if v, ok := parent.(map[string]any); ok {
			delete(v, token)
			return v, nil
		}
		i, _ := strconv.Atoi(token)
		return slices.Delete(parent.([]any), i, i+1), nil
	})
}

func oracleApply(doc any, patch Patch) (any, error) {
	doc = copyAny(doc)
	var err error
	for _, o := range patch {
		if doc, err = oracleDo(doc, o); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

func oracleDo(doc any, o Operation) (any, error) {
	value := o.Value.Interface()
	source := o.Path
	if o.Op == OpMove || o.Op == OpCopy {
		source = o.From
	}
	old, err := oracleGet(doc, source)
	if err != nil && o.Op != OpAdd {
		return nil, err
	}
	old = copyAny(old)
	switch o.Op {
	case OpTest:
		if !sameAny(old, value) {
			return nil, errOracle
		}
		return doc, nil
	case OpRemove:
		return oracleRemove(doc, o.Path)
	case OpReplace:
		if len(o.Path) == 0 {
			return value, nil
		}
		if doc, err = oracleRemove(doc, o.Path); err != nil {
			return nil, err
		}
		return oracleAdd(doc, o.Path, value)
	case OpMove:
		return oracleMove(doc, o, old)
	case OpCopy:
		return oracleAdd(doc, o.Path, old)
	}
	return oracleAdd(doc, o.Path, value)
}

func oracleMove(doc any, o Operation, old any) (any, error) {
	if slices.Equal(o.From, o.Path) {
		return doc, nil
	}
	if strings.HasPrefix(o.Path.String()+"/", o.From.String()+"/") {
		return nil, errOracle
	}
	doc, err := oracleRemove(doc, o.From)
	if err != nil {
		return nil, err
	}
	return oracleAdd(doc, o.Path, old)
}

// Generators. Few names and few numbers, so that paths hit and values are equal often.

var (
	someKeys     = []string{"a", "b", "c", "navn", "æøå", "", "x.y", "m/n", "~", "[0]", "0", "-", RowID}
	someNumbers  = []string{"0", "-0", "1", "1.0", "10e-1", "2", "1.50", "1.5", "-7", "1e2", "100", "123456789012345678901234567890"}
	someStrings  = []string{"", "x", "hei på deg", "\u2028<&>", "line\nbreak\t\"quoted\" \\", "\x00\x1f\x7f", "😀", strings.Repeat("lang ", 9)}
	scalarDrawer = rapid.Custom(drawScalar)
)

func drawScalar(t *rapid.T) *Node {
	switch rapid.IntRange(0, 9).Draw(t, "scalar") {
	case 0:
		return Null()
	case 1:
		return Bool(rapid.Bool().Draw(t, "bool"))
	case 2, 3, 4:
		n, err := Number(rapid.SampledFrom(someNumbers).Draw(t, "number"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	case 5:
		return String(rapid.String().Draw(t, "any string"))
	}
	return String(rapid.SampledFrom(someStrings).Draw(t, "string"))
}

func drawNode(t *rapid.T, depth int) *Node {
	shape := rapid.IntRange(0, 5).Draw(t, "shape")
	if depth == 0 || shape < 2 {
		return scalarDrawer.Draw(t, "value")
	}
	size := rapid.IntRange(0, 5).Draw(t, "size")
	if shape == 2 {
		return drawRows(t, size, depth)
	}
	if shape == 3 {
		list := NewArray()
		for range size {
			list.Append(drawNode(t, depth-1))
		}
		return list
	}
	object := NewObject()
	for range size {
		object.Set(rapid.SampledFrom(someKeys).Draw(t, "key"), drawNode(t, depth-1))
	}
	return object
}

// drawRows makes a list whose rows have identities, as Altinn's repeating groups do.
func drawRows(t *rapid.T, size, depth int) *Node {
	list := NewArray()
	for _, id := range rapid.Permutation([]string{"r1", "r2", "r3", "r4", "r5"}).Draw(t, "ids")[:size] {
		list.Append(NewObject().Set(RowID, String(id)).Set("v", drawNode(t, depth-1)))
	}
	return list
}

// drawPointer walks into n and now and then goes astray.
func drawPointer(t *rapid.T, n *Node) Pointer {
	p := Pointer{}
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		token := rapid.SampledFrom(append([]string{"1", "2", "01", "9"}, someKeys...)).Draw(t, "token")
		if n.Len() > 0 && rapid.IntRange(0, 9).Draw(t, "stray") > 0 {
			i := rapid.IntRange(0, n.Len()-1).Draw(t, "child")
			if token = strconv.Itoa(i); n.Kind() == KindObject {
				token = n.members()[i].key
			}
		}
		p = append(p, token)
		n, _ = n.child(token)
	}
	return p
}

func drawPatch(t *rapid.T, n *Node) Patch {
	var patch Patch
	for range rapid.IntRange(0, 6).Draw(t, "operations") {
		o := Operation{
			Op:   rapid.SampledFrom([]string{OpAdd, OpRemove, OpReplace, OpMove, OpCopy, OpTest}).Draw(t, "op"),
			Path: drawPointer(t, n),
		}
		if o.needsFrom() {
			o.From = drawPointer(t, n)
		}
		if o.needsValue() {
			o.Value = drawNode(t, 2)
			if at, ok := n.At(o.Path); ok && o.Op == OpTest {
				o.Value = at
			}
		}
		patch = append(patch, o)
		if _, err := patch.Apply(n); err != nil && rapid.IntRange(0, 9).Draw(t, "keep") > 0 {
			patch = patch[:len(patch)-1]
		}
	}
	return patch
}
