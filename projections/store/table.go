package store

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// Type is the type of a column.
type Type uint8

// The two types. Text is a string, ” by default; Integer is an int64, 0 by default.
const (
	Text Type = iota + 1
	Integer
)

// Column is a column of a table. It is never NULL.
type Column struct {
	Name string
	Type Type
	// Default is the value of an Integer in rows that have never set it.
	Default int64
}

// Index is an index of a table.
type Index struct {
	Name    string
	Columns []string // in order; each is a column's name, or a name and " DESC"
}

// Table describes a table of a projection, by its logical name.
type Table struct {
	Name    string
	Columns []Column // the key's columns among them
	Key     []string // the primary key
	Indexes []Index

	physical string
}

// MaxColumns is the number of columns that a table may have at most.
const MaxColumns = 64

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}( DESC)?$`)

// Check tells what is wrong with a table's description.
func (t *Table) Check() error {
	names := []string{t.Name}
	for _, c := range t.Columns {
		if c.Type != Text && c.Type != Integer {
			return fmt.Errorf("store: column %s of table %s has no type", c.Name, t.Name)
		}
		names = append(names, c.Name)
	}
	for _, i := range t.Indexes {
		names = append(append(names, i.Name), i.Columns...)
	}
	for _, n := range names {
		if !identifier.MatchString(n) {
			return fmt.Errorf("store: table %s: %q is not a name", t.Name, n)
		}
	}
	if len(t.Columns) > MaxColumns || len(t.Key) == 0 {
		return fmt.Errorf("store: table %s must have a key and at most %d columns", t.Name, MaxColumns)
	}
	return t.checkKey()
}

func (t *Table) checkKey() error {
	var errs []error
	for _, k := range t.Key {
		if t.Column(k) < 0 {
			errs = append(errs, fmt.Errorf("store: table %s has no column %s for its key", t.Name, k))
		}
	}
	return errors.Join(errs...)
}

// Column gives the index of a column by its name, -1 if there is none.
func (t *Table) Column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// KeyColumns gives the indexes of the key's columns in the key's order.
func (t *Table) KeyColumns() []int {
	out := make([]int, len(t.Key))
	for i, k := range t.Key {
		out[i] = t.Column(k)
	}
	return out
}

// Physical is the table's name in the database; the logical one before In.
func (t *Table) Physical() string {
	if t.physical == "" {
		return t.Name
	}
	return t.physical
}

// In gives the table as it is in a build.
func (t Table) In(b Build) Table {
	t.physical = t.Name + b.suffix()
	return t
}

// Build is one copy of a projection's tables.
type Build struct {
	Name    string // of the projection
	Version int    // of the projection
	Number  int    // counts rebuilds of the same version, from 0
}

// String is such as "inbox v2" or, for a rebuild, "inbox v2 build 1".
func (b Build) String() string {
	s := b.Name + " v" + strconv.Itoa(b.Version)
	if b.Number > 0 {
		s += " build " + strconv.Itoa(b.Number)
	}
	return s
}

// suffix of the physical tables: table_v<version>, and _b<number> for a rebuild.
func (b Build) suffix() string {
	s := "_v" + strconv.Itoa(b.Version)
	if b.Number > 0 {
		s += "_b" + strconv.Itoa(b.Number)
	}
	return s
}
