package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// applicationID marks a database file as a log of this package ("HOVE"); see PRAGMA application_id.
const applicationID = 0x484f5645

// step is one numbered change of the format.
type step struct {
	version int64
	sql     string
}

// steps gives all steps in order. The format version of a database is the number of the last step that it has seen, kept
// in PRAGMA user_version.
func steps() ([]step, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	all := make([]step, len(names))
	for i, name := range names { // Glob sorts
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		if all[i].version, err = strconv.ParseInt(number, 10, 64); err != nil || all[i].version != int64(i+1) {
			return nil, fmt.Errorf("migration %s is not number %d", name, i+1)
		}
		all[i].sql = string(text)
	}
	return all, nil
}

// migrate makes sure that the database is a log, and brings it to the newest format. It refuses a file of another
// program and one of a newer version of this one.
func migrate(c *conn) error {
	all, err := steps()
	if err != nil {
		return err
	}
	version, err := formatVersion(c)
	if err != nil {
		return err
	}
	if newest := int64(len(all)); version > newest {
		return fmt.Errorf("the log has format %d, this program knows formats up to %d; use a newer version of the program", version, newest)
	}
	for _, s := range all[version:] {
		if err := s.apply(c); err != nil {
			return fmt.Errorf("migration %d: %w", s.version, err)
		}
	}
	return nil
}

// formatVersion gives 0 for a new database.
func formatVersion(c *conn) (int64, error) {
	app, err := c.number("PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	tables, err := c.number("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return 0, err
	}
	if app != applicationID && (app != 0 || tables > 0) {
		return 0, fmt.Errorf("the file is a database of another program (application id %#x)", app)
	}
	return c.number("PRAGMA user_version")
}

// apply does the step and records its number in one transaction.
func (s step) apply(c *conn) error {
	err := c.script(fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT", s.sql, applicationID, s.version))
	if err != nil {
		return errors.Join(err, ignoreNoTransaction(c.script("ROLLBACK")))
	}
	return nil
}

// ignoreNoTransaction drops the error of a ROLLBACK after SQLite has rolled back by itself, as it does when the disk is full.
func ignoreNoTransaction(err error) error {
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}
