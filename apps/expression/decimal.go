package expression

import (
	"math"
	"math/big"
	"strconv"
)

// Limits of a decimal. Magnitudes follow IEEE 754 doubles, which Altinn's results are; digits go beyond them.
const (
	maxMagnitude = 308  // numbers of 1e309 and more are out of range
	minMagnitude = -400 // smaller numbers are zero
	maxDigits    = 100  // further significant digits are rounded away
	smallDigits  = 18   // any coefficient of so many digits fits in an int64
)

// decimal is coef × 10^exp, or big × 10^exp when big is set. A normal decimal has no trailing zeros in its
// coefficient, uses big only when coef cannot hold it, and has exponent 0 when it is zero.
type decimal struct {
	coef int64
	exp  int32
	big  *big.Int
}

// pow10 gives 10^n.
func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

var smallPow10 = func() (p [smallDigits + 1]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func (d decimal) bigCoef() *big.Int {
	if d.big != nil {
		return d.big
	}
	return big.NewInt(d.coef)
}

func (d decimal) sign() int {
	if d.big != nil {
		return d.big.Sign()
	}
	switch {
	case d.coef < 0:
		return -1
	case d.coef > 0:
		return 1
	}
	return 0
}

// normal strips trailing zeros and moves the coefficient to the smallest form.
func (d decimal) normal() decimal {
	if d.big != nil {
		return normalBig(d.big, d.exp)
	}
	if d.coef == 0 {
		return decimal{}
	}
	for d.coef%10 == 0 {
		d.coef /= 10
		d.exp++
	}
	return d
}

func normalBig(coef *big.Int, exp int32) decimal {
	if coef.IsInt64() {
		return decimal{coef: coef.Int64(), exp: exp}.normal()
	}
	text := coef.String()
	digits := len(text)
	if coef.Sign() < 0 {
		digits--
	}
	if digits > maxDigits {
		cut := digits - maxDigits
		return normalBig(divRound(coef, pow10(cut)), exp+int32(cut))
	}
	zeros := 0
	for text[len(text)-1-zeros] == '0' {
		zeros++
	}
	if zeros == 0 {
		return decimal{exp: exp, big: coef}
	}
	return normalBig(new(big.Int).Quo(coef, pow10(zeros)), exp+int32(zeros))
}

// divRound divides and rounds halves away from zero.
func divRound(a, b *big.Int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	rest.Abs(rest).Lsh(rest, 1)
	if rest.Cmp(new(big.Int).Abs(b)) >= 0 {
		quotient.Add(quotient, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return quotient
}

// bounded says false when d is too large, and makes a vanishing d zero.
func (d decimal) bounded() (decimal, bool) {
	if d.sign() == 0 {
		return decimal{}, true
	}
	magnitude := d.digits() - 1 + int(d.exp)
	if magnitude > maxMagnitude {
		return decimal{}, false
	}
	if magnitude < minMagnitude {
		return decimal{}, true
	}
	return d, true
}

// digits counts the significant digits.
func (d decimal) digits() int {
	var room [20]byte
	if d.big == nil {
		text := strconv.AppendInt(room[:0], d.coef, 10)
		if d.coef < 0 {
			return len(text) - 1
		}
		return len(text)
	}
	return len(new(big.Int).Abs(d.big).String())
}

// parseDecimal reads an optional sign, digits with an optional point, and an optional exponent. The caller has
// checked the form (see isJSONNumber and isNumberText).
func parseDecimal(s string) (decimal, bool) {
	mantissa, exp := splitExponent(s)
	negative := false
	if mantissa[0] == '-' || mantissa[0] == '+' {
		negative = mantissa[0] == '-'
		mantissa = mantissa[1:]
	}
	digits := make([]byte, 0, 32)
	point := false
	for i := 0; i < len(mantissa); i++ {
		if mantissa[i] == '.' {
			point = true
			continue
		}
		if mantissa[i] == '0' && len(digits) == 0 { // leading zero
			if point {
				exp--
			}
			continue
		}
		if point {
			exp--
		}
		digits = append(digits, mantissa[i])
	}
	return decimalOfDigits(negative, digits, exp)
}

func decimalOfDigits(negative bool, digits []byte, exp int) (decimal, bool) {
	if len(digits) == 0 {
		return decimal{}, true
	}
	if magnitude := len(digits) - 1 + exp; magnitude > maxMagnitude {
		return decimal{}, false
	} else if magnitude < minMagnitude {
		return decimal{}, true
	}
	if over := len(digits) - 2*maxDigits; over > 0 { // far more than is kept
		digits, exp = digits[:2*maxDigits], exp+over
	}
	if len(digits) <= smallDigits {
		return smallDecimal(negative, digits, exp), true
	}
	coef, _ := new(big.Int).SetString(string(digits), 10)
	if negative {
		coef.Neg(coef)
	}
	return normalBig(coef, int32(exp)), true
}

func smallDecimal(negative bool, digits []byte, exp int) decimal {
	var coef int64
	for _, c := range digits {
		coef = coef*10 + int64(c-'0')
	}
	if negative {
		coef = -coef
	}
	return decimal{coef: coef, exp: int32(exp)}.normal()
}

// splitExponent cuts off the exponent, whose size is limited so that sums with it cannot overflow.
func splitExponent(s string) (mantissa string, exp int) {
	const limit = 1 << 30
	for i := 0; i < len(s); i++ {
		if s[i] != 'e' && s[i] != 'E' {
			continue
		}
		exp, err := strconv.Atoi(s[i+1:])
		if err != nil || exp > limit || exp < -limit {
			exp = limit
			if s[i+1] == '-' {
				exp = -limit
			}
		}
		return s[:i], exp
	}
	return s, 0
}

// decimalOfFloat gives the shortest decimal that rounds to f, and false for infinities and NaN.
func decimalOfFloat(f float64) (decimal, bool) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return decimal{}, false
	}
	var room [32]byte
	return parseDecimal(string(strconv.AppendFloat(room[:0], f, 'e', -1, 64)))
}

// float gives the nearest double. Numbers just beyond the largest double give an infinity.
func (d decimal) float() float64 {
	if d.big == nil && d.exp == 0 && d.coef > -1<<53 && d.coef < 1<<53 {
		return float64(d.coef)
	}
	f, _ := strconv.ParseFloat(string(d.append(nil)), 64) // the error tells only of overflow
	return f
}

func (d decimal) int64() (int64, bool) {
	if d.exp == 0 && d.big == nil {
		return d.coef, true
	}
	if d.exp < 0 || d.exp > smallDigits || d.big != nil {
		return 0, d.sign() == 0
	}
	product := d.coef * smallPow10[d.exp]
	if product/smallPow10[d.exp] != d.coef {
		return 0, false
	}
	return product, true
}
