package expression

import (
	"math"
	"math/big"
	"math/bits"
)

// aligned gives the coefficients of a and b for their smaller exponent.
func aligned(a, b decimal) (x, y *big.Int, exp int32) {
	x, y = a.bigCoef(), b.bigCoef()
	if a.exp > b.exp {
		return new(big.Int).Mul(x, pow10(int(a.exp-b.exp))), y, b.exp
	}
	if b.exp > a.exp {
		return x, new(big.Int).Mul(y, pow10(int(b.exp-a.exp))), a.exp
	}
	return x, y, a.exp
}

// alignedSmall is aligned for coefficients that stay within an int64, and says false otherwise.
func alignedSmall(a, b decimal) (x, y int64, exp int32, ok bool) {
	if a.big != nil || b.big != nil {
		return 0, 0, 0, false
	}
	if a.exp == b.exp {
		return a.coef, b.coef, a.exp, true
	}
	if a.exp < b.exp {
		y, x, exp, ok = alignedSmall(b, a)
		return x, y, exp, ok
	}
	shift := a.exp - b.exp
	if shift > smallDigits {
		return 0, 0, 0, false
	}
	x, ok = mulSmall(a.coef, smallPow10[shift])
	return x, b.coef, b.exp, ok
}

func mulSmall(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

func (d decimal) cmp(other decimal) int {
	if x, y, _, ok := alignedSmall(d, other); ok {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	x, y, _ := aligned(d, other)
	return x.Cmp(y)
}

func (d decimal) neg() decimal {
	if d.big == nil && d.coef != math.MinInt64 {
		d.coef = -d.coef
		return d
	}
	return normalBig(new(big.Int).Neg(d.bigCoef()), d.exp)
}

// add gives the exact sum.
func (d decimal) add(other decimal) decimal {
	if x, y, exp, ok := alignedSmall(d, other); ok {
		if sum := x + y; (sum > x) == (y > 0) {
			return decimal{coef: sum, exp: exp}.normal()
		}
	}
	x, y, exp := aligned(d, other)
	return normalBig(new(big.Int).Add(x, y), exp)
}

// mul gives the exact product.
func (d decimal) mul(other decimal) decimal {
	if d.big == nil && other.big == nil {
		if product, ok := mulSmall(d.coef, other.coef); ok {
			return decimal{coef: product, exp: d.exp + other.exp}.normal()
		}
	}
	return normalBig(new(big.Int).Mul(d.bigCoef(), other.bigCoef()), d.exp+other.exp)
}

// div gives the quotient when it ends within 17 digits, and otherwise the shortest form of its nearest double, which is
// what Altinn answers. The divisor must not be zero.
func (d decimal) div(other decimal) decimal {
	const extra = 40 // digits beyond those of the operands: enough that a second rounding cannot show
	shift := extra + other.digits()
	scaled := new(big.Int).Mul(d.bigCoef(), pow10(shift))
	quotient := normalBig(divRound(scaled, other.bigCoef()), d.exp-other.exp-int32(shift))
	if quotient.digits() <= 17 {
		return quotient
	}
	rounded, ok := decimalOfFloat(quotient.float())
	if !ok {
		return quotient
	}
	return rounded
}

// fixed writes d with so many decimals. A number that a double holds is rounded as JavaScript's toFixed and .NET
// round it: on the exact binary value of the double, so that 1.005 with two decimals is 1.00. Any other number
// is rounded on its own digits, halves away from zero. A negative number that rounds to zero keeps its sign.
func (d decimal) fixed(decimals int) string {
	exact := new(big.Rat).SetFrac(d.bigCoef(), big.NewInt(1))
	if shortest, ok := decimalOfFloat(d.float()); ok && shortest.cmp(d) == 0 {
		exact.SetFloat64(d.float())
	} else if d.exp >= 0 {
		exact.SetInt(new(big.Int).Mul(d.bigCoef(), pow10(int(d.exp))))
	} else {
		exact.SetFrac(d.bigCoef(), pow10(int(-d.exp)))
	}
	text := exact.FloatString(decimals)
	if d.sign() < 0 && text[0] != '-' {
		return "-" + text
	}
	return text
}
