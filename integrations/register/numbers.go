package register

import (
	"fmt"
	"time"
)

// Weights of the mod-11 check digits. The rules are public: the Tax Administration's for national
// identity numbers, the Brønnøysund Register Centre's for organisation numbers.
var (
	firstPersonWeights  = [...]int{3, 7, 6, 1, 8, 9, 4, 5, 2}
	secondPersonWeights = [...]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}
	organisationWeights = [...]int{3, 2, 7, 6, 5, 4, 3, 2}
)

// Offsets that mark the variants of a national identity number.
const (
	dNumberDays         = 40 // added to the day: D-number
	helpNumberMonths    = 40 // added to the month: help number, or synthetic from some producers
	otherSyntheticMonth = 65 // added to the month: synthetic from some producers
	syntheticMonths     = 80 // added to the month: synthetic from the Tax Administration (Tenor)
)

// ValidPersonNumber reports whether number is eleven digits with a possible day and month and right
// check digits. It knows birth numbers, D-numbers, help numbers and synthetic numbers, and both forms
// of the first check digit: the present one, and the one that new numbers may have from 2032
// (remainder 0 to 3). It says nothing about whether somebody has the number.
func ValidPersonNumber(number string) bool {
	d, ok := digits(number, 11)
	if !ok || !possibleDate(d) {
		return false
	}
	remainder := (weigh(d, firstPersonWeights[:]) + d[9]) % 11
	return remainder <= 3 && (weigh(d, secondPersonWeights[:])+d[10])%11 == 0
}

// IsSyntheticPersonNumber reports whether number is a valid national identity number of the Tax
// Administration's synthetic range: 80 is added to the month. No living person has such a number.
func IsSyntheticPersonNumber(number string) bool {
	if !ValidPersonNumber(number) {
		return false
	}
	month := int(number[2]-'0')*10 + int(number[3]-'0')
	return month > syntheticMonths
}

// ValidOrganisationNumber reports whether number is nine digits with the right mod-11 check digit.
func ValidOrganisationNumber(number string) bool {
	d, ok := digits(number, 9)
	return ok && (weigh(d, organisationWeights[:])+d[8])%11 == 0
}

// IsSyntheticOrganisationNumber reports whether number is a valid organisation number of the synthetic
// range: the first digit is 2 or 3, where real ones have 8 or 9.
func IsSyntheticOrganisationNumber(number string) bool {
	return ValidOrganisationNumber(number) && (number[0] == '2' || number[0] == '3')
}

// SyntheticPersonNumber makes the n-th synthetic national identity number (n from 0) of people born on
// the given day. Different n give different numbers. It is an error when the day is outside 1900 to 2039
// or has no n-th number: a day has about four hundred.
func SyntheticPersonNumber(born time.Time, n int) (string, error) {
	first, last, err := individualRange(born.Year())
	if err != nil {
		return "", err
	}
	date := fmt.Sprintf("%02d%02d%02d", born.Day(), int(born.Month())+syntheticMonths, born.Year()%100)
	for individual := first; individual <= last && n >= 0; individual++ {
		number, ok := withPersonChecks(fmt.Sprintf("%s%03d", date, individual))
		if !ok {
			continue
		}
		if n == 0 {
			return number, nil
		}
		n--
	}
	return "", fmt.Errorf("make a synthetic person number: too few numbers on one day, choose another day of birth")
}

// maxSyntheticOrganisations is how many numbers SyntheticOrganisationNumber can make.
const maxSyntheticOrganisations = 4_500_000

// SyntheticOrganisationNumber makes the n-th synthetic organisation number, n from 0 to 4 499 999.
// Different n give different numbers.
func SyntheticOrganisationNumber(n int) (string, error) {
	if n < 0 || n >= maxSyntheticOrganisations {
		return "", fmt.Errorf("make a synthetic organisation number: %d is not from 0 to %d", n, maxSyntheticOrganisations-1)
	}
	// Of two neighbours that differ in the eighth digit only (weight 2) at most one has the check value 10.
	base := 31_000_000 + 2*n
	if number, ok := withOrganisationCheck(base); ok {
		return number, nil
	}
	number, _ := withOrganisationCheck(base + 1)
	return number, nil
}

// individualRange gives the individual numbers that belong to a year of birth.
func individualRange(year int) (first, last int, err error) {
	switch {
	case year >= 1900 && year <= 1999:
		return 0, 499, nil
	case year >= 2000 && year <= 2039:
		return 500, 999, nil
	}
	return 0, 0, fmt.Errorf("make a synthetic person number: the year %d is not from 1900 to 2039", year)
}

// withPersonChecks adds both check digits to nine digits; ok is false when one of them would be 10.
func withPersonChecks(nine string) (number string, ok bool) {
	d, _ := digits(nine, 9)
	k1 := checkDigit(weigh(d, firstPersonWeights[:]))
	k2 := checkDigit(weigh(append(d, k1), secondPersonWeights[:]))
	return fmt.Sprintf("%s%d%d", nine, k1, k2), k1 != 10 && k2 != 10
}

// withOrganisationCheck adds the check digit to eight digits; ok is false when it would be 10.
func withOrganisationCheck(eight int) (number string, ok bool) {
	d, _ := digits(fmt.Sprint(eight), 8)
	k := checkDigit(weigh(d, organisationWeights[:]))
	return fmt.Sprintf("%d%d", eight, k), k != 10
}

func checkDigit(sum int) int { return (11 - sum%11) % 11 }

// weigh sums the products of the weights and as many digits.
func weigh(d, weights []int) int {
	sum := 0
	for i, w := range weights {
		sum += d[i] * w
	}
	return sum
}

// digits splits a number of exactly n ASCII digits.
func digits(number string, n int) ([]int, bool) {
	if len(number) != n {
		return nil, false
	}
	d := make([]int, n, n+1)
	for i := range n {
		if number[i] < '0' || number[i] > '9' {
			return nil, false
		}
		d[i] = int(number[i] - '0')
	}
	return d, true
}

// daysIn is the largest day of each month; the century, and with it the leap year, is not knowable.
var daysIn = [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// possibleDate reports whether the first four digits are a day and a month in one of the known variants.
func possibleDate(d []int) bool {
	day, month := d[0]*10+d[1], d[2]*10+d[3]
	if day > dNumberDays {
		day -= dNumberDays
	}
	for _, offset := range []int{syntheticMonths, otherSyntheticMonth, helpNumberMonths} {
		if month > offset {
			month -= offset
			break
		}
	}
	return month >= 1 && month <= 12 && day >= 1 && day <= daysIn[month-1]
}
