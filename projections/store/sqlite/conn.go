package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// maxStatements is how many prepared statements a connection keeps.
const maxStatements = 256

// conn is one connection with the statements that it has prepared. It goes round database/sql, whose pool and conversions cost
// as much as the statements themselves. It is used by one goroutine at a time.
type conn struct {
	raw   driver.Conn
	stmts map[string]*statement // by text as given to prepare
}

func connect(ctx context.Context, path, pragmas string) (*conn, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: filepath.ToSlash(abs)}).EscapedPath())
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, stmts: map[string]*statement{}}
	if err := c.script(pragmas); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// script runs any number of statements and drops their rows.
func (c *conn) script(sql string) error {
	_, err := c.raw.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return err
}

func (c *conn) close() error {
	return errors.Join(c.forget(), c.raw.Close())
}

// forget closes all prepared statements.
func (c *conn) forget() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.stmt.Close())
	}
	clear(c.stmts)
	return errors.Join(errs...)
}

// statement is a prepared statement of one connection.
type statement struct {
	stmt driver.Stmt
	args []driver.NamedValue // used again by every call
}

// prepare gives the statement for a text, in which parameters are written $n or ?n.
func (c *conn) prepare(text string) (*statement, error) {
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	stmt, err := c.raw.Prepare(numbered(text))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	s := &statement{stmt: stmt}
	c.stmts[text] = s
	return s, nil
}

// numbered writes parameters as SQLite numbers them: $3 would be a name to it.
func numbered(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	b := []byte(text)
	quoted := false
	for i := range b {
		switch {
		case b[i] == '\'':
			quoted = !quoted
		case b[i] == '$' && !quoted && i+1 < len(b) && b[i+1] >= '1' && b[i+1] <= '9':
			b[i] = '?'
		}
	}
	return string(b)
}

func (s *statement) bind(values []any) []driver.NamedValue {
	s.args = s.args[:0]
	for i, v := range values {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.args
}

// exec runs a statement that gives no rows and tells how many it has changed. A context that ends interrupts only do: watching it
// here would cost more than the statement.
func (s *statement) exec(values ...any) (int64, error) {
	r, err := s.stmt.(driver.StmtExecContext).ExecContext(context.Background(), s.bind(values))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// each runs a query and calls do for each row.
func (s *statement) each(ctx context.Context, values []any, do func(row []any) error) (err error) {
	rows, err := s.stmt.(driver.StmtQueryContext).QueryContext(ctx, s.bind(values))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	width := len(rows.Columns())
	buffer, row := make([]driver.Value, width), make([]any, width)
	for {
		if err := rows.Next(buffer); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		for i, v := range buffer {
			row[i] = v
		}
		if err := do(row); err != nil {
			return err
		}
	}
}

// exec prepares and runs a statement.
func (c *conn) exec(text string, values ...any) (int64, error) {
	s, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	return s.exec(values...)
}

// query prepares and runs a query.
func (c *conn) query(ctx context.Context, text string, values []any, do func(row []any) error) error {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	return s.each(ctx, values, do)
}
