package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// conn is one connection to the database with its statements prepared once. It goes round database/sql because the
// pool, the conversions and the locks of that package cost as much as the statements themselves. It is used by one
// goroutine at a time.
type conn struct {
	raw   driver.Conn
	stmts []driver.Stmt
}

// connect opens the database file, creating it if it is not there, and runs the pragmas.
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
	c := &conn{raw: raw}
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

// number runs a query and gives the integer in the first column of its first row.
func (c *conn) number(sql string) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	row, err := s.one()
	if err != nil {
		return 0, err
	}
	n, ok := row[0].(int64)
	if !ok {
		return 0, fmt.Errorf("%s: %T is not a number", sql, row[0])
	}
	return n, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// statement is a prepared statement of one connection.
type statement struct {
	stmt driver.Stmt
	args []driver.NamedValue // used again by every call
	row  []driver.Value      // likewise
}

// prepare makes a statement that lives as long as the connection.
func (c *conn) prepare(sql string) (*statement, error) {
	stmt, err := c.raw.Prepare(single(sql))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", single(sql), err)
	}
	c.stmts = append(c.stmts, stmt)
	return &statement{stmt: stmt}, nil
}

// prepareAll prepares each statement into its place.
func (c *conn) prepareAll(places map[string]**statement) error {
	for sql, place := range places {
		s, err := c.prepare(sql)
		if err != nil {
			return err
		}
		*place = s
	}
	return nil
}

func (s *statement) bind(values []driver.Value) []driver.NamedValue {
	s.args = s.args[:0]
	for i, v := range values {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.args
}

// exec runs a statement that gives no rows.
func (s *statement) exec(values ...driver.Value) error {
	_, err := s.stmt.(driver.StmtExecContext).ExecContext(context.Background(), s.bind(values))
	return err
}

// each runs a query and calls do for each row until do returns false. The row is valid during the call only; the slices
// and strings in it may be kept.
func (s *statement) each(do func(row []driver.Value) (bool, error), values ...driver.Value) (err error) {
	rows, err := s.stmt.(driver.StmtQueryContext).QueryContext(context.Background(), s.bind(values))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if s.row == nil {
		s.row = make([]driver.Value, len(rows.Columns()))
	}
	for {
		if err := rows.Next(s.row); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if more, err := do(s.row); err != nil || !more {
			return err
		}
	}
}

// one runs a query for a single row and gives nil if there is none.
func (s *statement) one(values ...driver.Value) ([]driver.Value, error) {
	var found []driver.Value
	err := s.each(func(row []driver.Value) (bool, error) {
		found = row
		return false, nil
	}, values...)
	return found, err
}
