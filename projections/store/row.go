package store

import "time"

// Row reads the values of a row. A value of another type than asked for gives the zero value: the columns' types are fixed by the schema.
type Row []any

// Text gives a text column.
func (r Row) Text(i int) string {
	s, _ := r[i].(string)
	return s
}

// Int gives an integer column.
func (r Row) Int(i int) int64 {
	n, _ := r[i].(int64)
	return n
}

// Time gives a column of microseconds as UTC; 0 is the zero time.
func (r Row) Time(i int) time.Time {
	n := r.Int(i)
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// Micros gives what a column of microseconds holds for a time; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
