package expression

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimal_WritesAsJavaScriptDoes(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"1.0": "1", "-0": "0", "1.50": "1.5", "100": "100", "1e2": "100", "1e20": "100000000000000000000",
		"1e21": "1e+21", "123e20": "1.23e+22", "0.000001": "0.000001", "1e-7": "1e-7", "1.5e-7": "1.5e-7",
		"-12.034": "-12.034", "123456789012345678901": "123456789012345678901", "0.10": "0.1", "0e5": "0",
		"12345678901234567890.123456789": "12345678901234567890.123456789", "1e-999": "0", "1e308": "1e+308",
	} {
		v, ok := Decimal(src)
		if got := v.String(); !ok || got != want {
			t.Errorf("%s gave %s, want %s", src, got, want)
		}
	}
	for _, src := range []string{"", "-", "+1", "01", ".5", "1.", "1e", "1e400", "1e99999999999", "x", "1 "} {
		if v, ok := Decimal(src); ok {
			t.Errorf("%q gave %s", src, v)
		}
	}
}

func TestDecimal_KeepsAHundredDigits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("7", 100)
	if v, ok := Decimal("0." + long); !ok || v.decimal().digits() != 100 {
		t.Errorf("gave %d digits", v.decimal().digits())
	}
	if v, ok := Decimal("0." + strings.Repeat("7", 5000)); !ok || v.decimal().digits() != 100 || !strings.HasSuffix(string(v.decimal().appendDigits(nil)), "8") {
		t.Errorf("gave %s", v)
	}
}

// genNumber draws numbers as JSON writes them.
func genNumber(t *rapid.T, name string) string {
	return rapid.StringMatching(`-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,12})?(e[+-]?[0-9])?`).Draw(t, name)
}

func TestDecimal_IsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := genNumber(t, "a"), genNumber(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		v, _ := Decimal(a)
		w, _ := Decimal(b)
		check := func(what string, got decimal, want *big.Rat) {
			r, ok := new(big.Rat).SetString(string(got.append(nil)))
			if !ok || r.Cmp(want) != 0 {
				t.Fatalf("%s %s %s gave %s, want %s", a, what, b, got.append(nil), want.FloatString(30))
			}
		}
		check("itself", v.decimal(), x)
		check("+", v.decimal().add(w.decimal()), new(big.Rat).Add(x, y))
		check("-", v.decimal().add(w.decimal().neg()), new(big.Rat).Sub(x, y))
		check("*", v.decimal().mul(w.decimal()), new(big.Rat).Mul(x, y))
		if got := v.decimal().cmp(w.decimal()); got != x.Cmp(y) {
			t.Fatalf("%s against %s gave %d", a, b, got)
		}
	})
}

func TestDecimal_IsADoubleToDoubles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		v := Float(f)
		if math.IsInf(f, 0) || math.IsNaN(f) {
			if !v.IsNull() {
				t.Fatalf("%v gave %s", f, v)
			}
			return
		}
		if back, ok := v.Float64(); !ok || back != f {
			t.Fatalf("%v gave %s, which is %v", f, v, back)
		}
		if math.Abs(f) < 1e-300 {
			return
		}
		places := rapid.IntRange(0, 20).Draw(t, "places")
		if got, want := v.decimal().fixed(places), strings.TrimPrefix(awayFromZero(f, places), ""); got != want {
			t.Fatalf("%v with %d decimals gave %s, want %s", f, places, got, want)
		}
	})
}

// awayFromZero rounds the exact value of a double, halves away from zero, by way of its whole binary expansion.
func awayFromZero(f float64, places int) string {
	exact := new(big.Float).SetPrec(2000).SetFloat64(math.Abs(f))
	scale := new(big.Float).SetPrec(2000).SetInt(pow10(places))
	exact.Mul(exact, scale).Add(exact, big.NewFloat(0.5))
	whole, _ := exact.Int(nil)
	digits := whole.String()
	if places > 0 {
		digits = strings.Repeat("0", max(0, places+1-len(digits))) + digits
		digits = digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	}
	if f < 0 {
		return "-" + digits
	}
	return digits
}

func TestDecimal_DividesAsDoublesDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(-1<<52, 1<<52).Draw(t, "a")
		b := rapid.Int64Range(1, 1<<52).Draw(t, "b")
		got := number(Int(a).decimal().div(Int(b).decimal()))
		if f, _ := got.Float64(); f != float64(a)/float64(b) {
			t.Fatalf("%d / %d gave %s, want %v", a, b, got, float64(a)/float64(b))
		}
	})
}

func TestValue_GoesThroughJSON(t *testing.T) {
	t.Parallel()
	const src = `{"a":[1,2.5,"x\n",true,null,{}],"b":{"c":[]},"":-1e-9}`
	v := value(t, src)
	if out, err := json.Marshal(v); err != nil || string(out) != src {
		t.Errorf("gave %s, %v", out, err)
	}
	if back, err := FromNode(v.Node()); err != nil || !back.Equal(v) {
		t.Errorf("by way of a document it became %s, %v", back, err)
	}
	for _, bad := range []string{"", "[1", `{"a"}`, "1 2", "[1e999]", `{"a":1e999}`, strings.Repeat("[", 300)} {
		if got, err := FromJSON([]byte(bad)); err == nil {
			t.Errorf("%q gave %s", bad, got)
		}
	}
}

func TestValue_Accessors(t *testing.T) {
	t.Parallel()
	v := value(t, `{"n":12.0,"f":1.5,"s":"x","l":[1],"t":true,"big":12345678901234567890,"e":1e17}`)
	field := func(name string) Value { f, _ := v.Field(name); return f }
	if i, ok := field("n").Int64(); !ok || i != 12 {
		t.Error("n is not 12")
	}
	if i, ok := field("e").Int64(); !ok || i != 1e17 {
		t.Error("e is not 1e17")
	}
	for _, name := range []string{"f", "s", "big", "missing"} {
		if i, ok := field(name).Int64(); ok {
			t.Errorf("%s is the whole number %d", name, i)
		}
	}
	if _, ok := field("s").Float64(); ok {
		t.Error("a string has a number")
	}
	if field("s").Str() != "x" || field("l").Str() != "" || field("l").String() != "[1]" || (Value{}).String() != "" {
		t.Error("texts are wrong")
	}
	if !field("t").IsTrue() || field("n").IsTrue() || field("s").Items() != nil || field("l").Members() != nil {
		t.Error("kinds are mixed up")
	}
	if Kind(99).String() != "unknown" || List.String() != "list" {
		t.Error("names of kinds are wrong")
	}
}

func TestValue_Equal(t *testing.T) {
	t.Parallel()
	same := [][2]string{{`1.0`, `1`}, {`[1,[2]]`, `[1,[2.0]]`}, {`{"a":1,"b":2}`, `{"b":2,"a":1}`}, {`null`, `null`}}
	for _, c := range same {
		if !value(t, c[0]).Equal(value(t, c[1])) {
			t.Errorf("%s and %s differ", c[0], c[1])
		}
	}
	different := [][2]string{{`1`, `"1"`}, {`[1]`, `[1,1]`}, {`[1]`, `[2]`}, {`{"a":1}`, `{"b":1}`}, {`{"a":1}`, `{}`}, {`{"a":1}`, `{"a":2}`}, {`true`, `false`}}
	for _, c := range different {
		if value(t, c[0]).Equal(value(t, c[1])) {
			t.Errorf("%s and %s are the same", c[0], c[1])
		}
	}
}

func TestNumberText_FollowsTheRule(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"1": true, "-1": true, "+1": true, ".5": true, "-.5": true, "1.5": true, "1e5": true, "1E+5": true, ".5e-2": true, "007": true,
		"": false, "-": false, ".": false, "1.": false, "1e": false, "e1": false, "1 ": false, "1,5": false, "1e+": false, "--1": false, "NaN": false, "0x1": false, "५": false,
	} {
		if isNumberText(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
		if _, err := strconv.ParseFloat(s, 64); want && err != nil {
			t.Errorf("%q is taken for a number: %v", s, err)
		}
	}
}
