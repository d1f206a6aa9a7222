package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// Dialect is the SQL that a condition is rendered in. The zero Dialect is invalid.
type Dialect uint8

// The two dialects.
const (
	// SQLite numbers parameters ?1, ?2 … and takes lists as JSON text.
	SQLite Dialect = iota + 1
	// PostgreSQL numbers parameters $1, $2 … and takes lists as []string (text[]).
	PostgreSQL
)

// Columns of the table of instances, as a column map names them. All are text and NOT
// NULL; slot holds task:<id>, end:<id>, or "-" before the process has started.
const (
	columnID    = "id"
	columnParty = "party_id"
	columnApp   = "app_id"
	columnSlot  = "slot"
)

var defaultColumns = map[string]string{
	columnID: "i.id", columnParty: "i.party_id", columnApp: "i.app_id", columnSlot: "i.slot",
}

// Condition says which rows a caller may see. The zero Condition admits none.
type Condition struct {
	// None means that no row can be seen, so that the query need not be asked.
	None bool
	// Revision names the snapshot that the condition comes from.
	Revision string

	root    *node
	columns map[string]string
}

var columnName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$`)

// WithColumns renames columns: keys are id, party_id, app_id and slot, values are column names
// with or without a table's alias, such as "v.instance_id". Columns that are not named keep i.id,
// i.party_id, i.app_id and i.slot. Render refuses other keys and values.
func (c Condition) WithColumns(columns map[string]string) Condition {
	c.columns = maps.Clone(columns)
	return c
}

// Render writes the condition for a WHERE clause, in parentheses, with parameters numbered from
// firstArg (1 or higher), and the arguments in their order. A list is one parameter, so the
// text does not depend on its length. A condition that admits nothing is "1 = 0".
func (c Condition) Render(dialect Dialect, firstArg int) (string, []any, error) {
	if dialect != SQLite && dialect != PostgreSQL {
		return "1 = 0", nil, errors.New("render condition: unknown dialect")
	}
	if firstArg < 1 {
		return "1 = 0", nil, fmt.Errorf("render condition: first argument %d is below 1", firstArg)
	}
	columns, err := c.columnNames()
	if err != nil {
		return "1 = 0", nil, fmt.Errorf("render condition: %w", err)
	}
	if c.None || c.root == nil {
		return "1 = 0", nil, nil
	}
	r := renderer{dialect: dialect, next: firstArg, columns: columns}
	if err := r.write(c.root); err != nil {
		return "1 = 0", nil, fmt.Errorf("render condition: %w", err)
	}
	return "(" + r.sql.String() + ")", r.args, nil
}

func (c Condition) columnNames() (map[string]string, error) {
	names := maps.Clone(defaultColumns)
	for column, name := range c.columns {
		if _, ok := defaultColumns[column]; !ok || !columnName.MatchString(name) {
			return nil, fmt.Errorf("column %q can not be named %q", column, name)
		}
		names[column] = name
	}
	return names, nil
}

// renderer writes one condition.
type renderer struct {
	dialect Dialect
	next    int
	columns map[string]string
	sql     strings.Builder
	args    []any
}

func (r *renderer) write(n *node) error {
	if n.op == opIn {
		return r.writeIn(n)
	}
	word := " AND "
	if n.op == opOr {
		word = " OR "
	}
	r.sql.WriteByte('(')
	for i, kid := range n.kids {
		if i > 0 {
			r.sql.WriteString(word)
		}
		if err := r.write(kid); err != nil {
			return err
		}
	}
	r.sql.WriteByte(')')
	return nil
}

// writeIn compares with one value, or with a list where lists are usual.
func (r *renderer) writeIn(n *node) error {
	column := r.columns[n.column]
	if len(n.values) == 1 && (n.column == columnSlot || n.column == columnID) {
		r.sql.WriteString(column + " = " + r.bind(n.values[0]))
		return nil
	}
	if r.dialect == PostgreSQL {
		r.sql.WriteString(column + " = ANY(" + r.bind(n.values) + ")")
		return nil
	}
	values, err := json.Marshal(n.values)
	if err != nil {
		return err
	}
	r.sql.WriteString(column + " IN (SELECT value FROM json_each(" + r.bind(string(values)) + "))")
	return nil
}

func (r *renderer) bind(value any) string {
	r.args = append(r.args, value)
	mark := "?"
	if r.dialect == PostgreSQL {
		mark = "$"
	}
	r.next++
	return mark + strconv.Itoa(r.next-1)
}
