package store

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Dialect is a store's SQL. The values are those of policies.Dialect.
type Dialect uint8

// The two dialects.
const (
	SQLite Dialect = iota + 1
	PostgreSQL
)

// Builder writes a query with its arguments for one dialect. The zero Builder is invalid; call NewBuilder.
type Builder struct {
	dialect Dialect
	sql     strings.Builder
	args    []any
}

// NewBuilder begins a query.
func NewBuilder(d Dialect) *Builder { return &Builder{dialect: d} }

// Add writes text, in which every ? stands for the next of args. The text itself must hold no other question mark.
func (b *Builder) Add(text string, args ...any) {
	for i, part := range strings.SplitAfter(text, "?") {
		text, marked := strings.CutSuffix(part, "?")
		b.sql.WriteString(text)
		if marked {
			b.bind(args[i])
		}
	}
}

// AddIn writes that a text column has one of the values, which are one parameter. No value admits nothing.
func (b *Builder) AddIn(column string, values []string) error {
	switch {
	case len(values) == 1:
		b.Add(column+" = ?", values[0])
	case b.dialect == PostgreSQL:
		b.Add(column+" = ANY(?)", values)
	default:
		list, err := json.Marshal(append([]string{}, values...))
		if err != nil {
			return err
		}
		b.Add(column+" IN (SELECT value FROM json_each(?))", string(list))
	}
	return nil
}

// AddRendered writes text that has its own numbers, which begin at NextArg.
func (b *Builder) AddRendered(text string, args []any) {
	b.sql.WriteString(text)
	b.args = append(b.args, args...)
}

// NextArg is the number of the next parameter.
func (b *Builder) NextArg() int { return len(b.args) + 1 }

// Query gives the text and its arguments.
func (b *Builder) Query() (string, []any) { return b.sql.String(), b.args }

func (b *Builder) bind(v any) {
	b.args = append(b.args, v)
	mark := "?"
	if b.dialect == PostgreSQL {
		mark = "$"
	}
	b.sql.WriteString(mark + strconv.Itoa(len(b.args)))
}

// Like makes a LIKE pattern with escape character \ that matches texts containing s.
func Like(s string) string { return "%" + likeEscaper.Replace(s) + "%" }

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
