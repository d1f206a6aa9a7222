package expression

import "time"

// date is a date that a function was given. A date without a zone has its clock time in UTC.
type date struct {
	time   time.Time
	zoned  bool // written with Z or an offset
	offset int  // seconds east of UTC
}

// The ways in which a date can fail to be read.
const (
	dateFine = iota
	dateUnknownFormat
	dateInvalid
)

// dateArgument reads the date of argument i; null gives the zero date.
func dateArgument(n *node, i int, v Value) (date, error) {
	if v.kind == Null {
		return date{}, nil
	}
	d, problem := parseDate(v.str)
	if problem == dateFine {
		return d, nil
	}
	written := "(computed)"
	if n.args[i].constant {
		written = `"` + v.str + `"`
	}
	if problem == dateInvalid {
		return date{}, failArg(n, i, "Unable to parse date %s: Format was recognized, but the date/time is invalid", written)
	}
	return date{}, failArg(n, i, "Unable to parse date %s: Unknown format", written)
}

// parseDate reads YYYY-MM-DD, optionally followed by T or a space, hh:mm, optionally :ss, optionally a fraction of 1
// to 9 digits, and optionally Z or an offset ±hh:mm of less than 24 hours. Altinn reads no other part of ISO 8601.
func parseDate(s string) (date, int) {
	p := dateReader{rest: s}
	year, month, day := p.number(4), p.after("-", 2), p.after("-", 2)
	var hour, minute, second, nano int
	var zone byte
	var zoneHour, zoneMinute int
	if p.rest != "" {
		p.letter("Tt ")
		hour, minute = p.number(2), p.after(":", 2)
		if p.peek(":") {
			second, nano = p.after(":", 2), p.fraction()
		}
		if p.rest != "" {
			if zone = p.letter("Zz+-"); zone == '+' || zone == '-' {
				zoneHour, zoneMinute = p.number(2), p.after(":", 2)
			}
		}
	}
	if p.failed || p.rest != "" {
		return date{}, dateUnknownFormat
	}
	if hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59 {
		return date{}, dateInvalid
	}
	offset := zoneHour*3600 + zoneMinute*60
	if zone == '-' {
		offset = -offset
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	if at.Day() != day || at.Month() != time.Month(month) {
		return date{}, dateInvalid
	}
	return date{time: at.Add(-time.Duration(offset) * time.Second), zoned: zone != 0, offset: offset}, dateFine
}

// sameDay compares the days of two dates with the same offset.
func (d date) sameDay(other date) bool {
	shift := time.Duration(d.offset) * time.Second
	y1, m1, d1 := d.time.Add(shift).Date()
	y2, m2, d2 := other.time.Add(shift).Date()
	return y1 == y2 && m1 == m2 && d1 == d2
}

// dateReader reads a date piece by piece; after a failure it reads nothing more.
type dateReader struct {
	rest   string
	failed bool
}

// number reads exactly so many digits.
func (p *dateReader) number(digits int) int {
	if p.failed || len(p.rest) < digits || leadingDigits(p.rest[:digits]) < digits {
		p.failed = true
		return 0
	}
	n := 0
	for _, c := range p.rest[:digits] {
		n = n*10 + int(c-'0')
	}
	p.rest = p.rest[digits:]
	return n
}

// after reads one of the letters, and then so many digits.
func (p *dateReader) after(letters string, digits int) int {
	p.letter(letters)
	return p.number(digits)
}

// letter reads one of the letters.
func (p *dateReader) letter(letters string) byte {
	if p.failed || !p.peek(letters) {
		p.failed = true
		return 0
	}
	c := p.rest[0]
	p.rest = p.rest[1:]
	return c
}

func (p *dateReader) peek(letters string) bool {
	for i := range len(letters) {
		if p.rest != "" && p.rest[0] == letters[i] {
			return true
		}
	}
	return false
}

// fraction reads a point and 1 to 9 digits, if there is a point, and gives nanoseconds.
func (p *dateReader) fraction() int {
	if p.failed || !p.peek(".") {
		return 0
	}
	p.letter(".")
	digits := leadingDigits(p.rest)
	if digits == 0 || digits > 9 {
		p.failed = true
		return 0
	}
	nano := p.number(digits)
	for range 9 - digits {
		nano *= 10
	}
	return nano
}
