package expression

import (
	"fmt"
	"strings"
	"time"
)

// callFormatDate writes a date as a person of the Context's language reads it: with the tokens of the format, or in
// the short form of the language. A date with a zone is moved to the Context's zone first.
func callFormatDate(r *run, n *node, args []Value) (Value, error) {
	d, err := dateArgument(n, 0, args[0])
	if err != nil || args[0].kind == Null {
		return Value{}, err
	}
	at := d.time
	if d.zoned && r.ctx.TimeZone != nil {
		at = at.In(r.ctx.TimeZone)
	}
	locale := localeFor(r.ctx.language())
	format := optional(args, 1).str
	if format == "" {
		format = locale.short
	}
	text, ok := locale.format(at, format)
	if !ok {
		return Value{}, failArg(n, 1, "Unsupported date format token in '%s'", n.named(1, args[1]))
	}
	return Text(text), nil
}

// FormatDate writes a time with the tokens that formatDate takes (see the package comment), in the language nb, nn or en; any
// other language is written as en. An empty format means the short form of the language. It says false when the
// format has a token that is not known.
func FormatDate(t time.Time, format, language string) (string, bool) {
	locale := localeFor(language)
	if format == "" {
		format = locale.short
	}
	return locale.format(t, format)
}

// format splits the format at everything but ASCII letters and digits. Each run of letters must be one token, so
// tokens need something between them: Altinn's front end has this rule, its back end copies unknown runs instead.
func (l *locale) format(t time.Time, format string) (string, bool) {
	var b strings.Builder
	for format != "" {
		run := 0
		for run < len(format) && isAlphanumeric(format[run]) {
			run++
		}
		if run == 0 {
			b.WriteByte(format[0])
			format = format[1:]
			continue
		}
		text, ok := l.token(t, format[:run])
		if !ok {
			return "", false
		}
		b.WriteString(text)
		format = format[run:]
	}
	return b.String(), true
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// token writes one token of Unicode's date format patterns (UTS 35, part 4).
func (l *locale) token(t time.Time, token string) (string, bool) {
	width := len(token)
	if strings.Count(token, token[:1]) != width {
		return "", false
	}
	switch token[0] {
	case 'G', 'E', 'M':
		return l.name(t, token[0], width)
	case 'y', 'u':
		return year(t, token[0], width)
	case 'a':
		return l.halfDay(t), width == 1
	case 'S':
		return fmt.Sprintf("%03d", t.Nanosecond()/int(time.Millisecond))[:min(width, 3)], width <= 3
	}
	number, known := clock(t, token[0])
	return fmt.Sprintf("%0*d", width, number), known && width <= 2
}

// clock gives the number that d, h, H, m and s stand for.
func clock(t time.Time, letter byte) (int, bool) {
	switch letter {
	case 'd':
		return t.Day(), true
	case 'h':
		return (t.Hour()+11)%12 + 1, true
	case 'H':
		return t.Hour(), true
	case 'm':
		return t.Minute(), true
	case 's':
		return t.Second(), true
	}
	return 0, false
}

// year writes a year: y counts years within the era, u has negative years and a year 0.
func year(t time.Time, letter byte, width int) (string, bool) {
	number := t.Year()
	if letter == 'y' && number <= 0 {
		number = 1 - number
	}
	if letter == 'y' && width == 2 {
		return fmt.Sprintf("%02d", number%100), true
	}
	return fmt.Sprintf("%0*d", width, number), width <= 4
}

// name writes eras, weekdays and months; months of one or two letters are numbers.
func (l *locale) name(t time.Time, letter byte, width int) (string, bool) {
	if letter == 'M' && width <= 2 {
		return fmt.Sprintf("%0*d", width, int(t.Month())), true
	}
	size := shortName
	switch {
	case width > 5:
		return "", false
	case width == 5:
		size = narrowName
	case width == 4:
		size = longName
	}
	switch letter {
	case 'E':
		return l.weekdays[size][t.Weekday()], true
	case 'M':
		return l.months[size][t.Month()-1], true
	default:
		return l.era(t, size), true
	}
}

func (l *locale) era(t time.Time, size int) string {
	if t.Year() > 0 {
		return l.eras[size][1]
	}
	return l.eras[size][0]
}

func (l *locale) halfDay(t time.Time) string {
	if t.Hour() < 12 {
		return l.halves[0]
	}
	return l.halves[1]
}
