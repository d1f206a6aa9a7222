package store

import "time"

// Change is one change of one row, or the deletion of rows. It is what a projection makes of an event.
type Change struct {
	Table string  // the logical name of one of the projection's tables
	Key   []any   // string or int64 values of the key's columns, in their order; for a deletion the first of them are enough
	Set   []Value // the columns that change; the others keep their values, or have their defaults in a new row
	// Delete removes all rows whose key begins with Key.
	Delete bool
}

// Value is a column's new value, a string or an int64.
type Value struct {
	Name  string
	Value any
}

// Values collects the columns of a change.
type Values []Value

// Text sets a text column.
func (v *Values) Text(name, value string) { *v = append(*v, Value{name, value}) }

// Int sets an integer column.
func (v *Values) Int(name string, value int64) { *v = append(*v, Value{name, value}) }

// Time sets a column of microseconds; the zero time is 0.
func (v *Values) Time(name string, t time.Time) { v.Int(name, Micros(t)) }
