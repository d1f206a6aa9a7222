package expression

import "strings"

// Sizes of names.
const (
	shortName = iota
	longName
	narrowName
)

// locale is how a language writes dates: the names of CLDR 48, standing alone and without the points that CLDR
// puts after short weekdays (Altinn takes them away), and the forms of a.m. and p.m. that Altinn shows.
type locale struct {
	short    string // format of a date for which none is asked
	halves   [2]string
	eras     [3][2]string // before and after Christ
	weekdays [3][7]string // from Sunday
	months   [3][12]string
}

// localeFor gives the locale of a language tag such as nb or en-GB. Languages other than Norwegian use English names.
func localeFor(language string) *locale {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch base {
	case "nb", "no":
		return &bokmal
	case "nn":
		return &nynorsk
	default:
		return &english
	}
}

var norwegianMonths = [3][12]string{
	{"jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"},
	{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	{"J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"},
}

var norwegianEras = [3][2]string{{"f.Kr.", "e.Kr."}, {"før Kristus", "etter Kristus"}, {"f.Kr.", "e.Kr."}}

var bokmal = locale{
	short:  "dd.MM.yyyy",
	halves: [2]string{"a.m.", "p.m."},
	eras:   norwegianEras,
	weekdays: [3][7]string{
		{"søn", "man", "tir", "ons", "tor", "fre", "lør"},
		{"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
		{"S", "M", "T", "O", "T", "F", "L"},
	},
	months: norwegianMonths,
}

var nynorsk = locale{
	short:  "dd.MM.yyyy",
	halves: [2]string{"a.m.", "p.m."},
	eras:   norwegianEras,
	weekdays: [3][7]string{
		{"søn", "mån", "tys", "ons", "tor", "fre", "lau"},
		{"søndag", "måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag"},
		{"S", "M", "T", "O", "T", "F", "L"},
	},
	months: norwegianMonths,
}

var english = locale{
	short:  "M/d/yy",
	halves: [2]string{"AM", "PM"},
	eras:   [3][2]string{{"BC", "AD"}, {"Before Christ", "Anno Domini"}, {"B", "A"}},
	weekdays: [3][7]string{
		{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		{"S", "M", "T", "W", "T", "F", "S"},
	},
	months: [3][12]string{
		{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		{"J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"},
	},
}
