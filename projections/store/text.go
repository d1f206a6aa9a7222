package store

import (
	"strconv"
	"strings"
)

// CheckpointTable is the table of checkpoints; tables are listed by build, so that a build can be dropped without knowing its schema.
const CheckpointTable = `CREATE TABLE IF NOT EXISTS projection_build (
	name TEXT NOT NULL, version BIGINT NOT NULL, number BIGINT NOT NULL,
	position BIGINT NOT NULL, role TEXT NOT NULL, tables TEXT NOT NULL,
	PRIMARY KEY (name, version, number))`

// Shared texts of the table of checkpoints. Tables is a list of logical names with commas between.
const (
	ListBuilds   = `SELECT name, version, number, position, role, tables FROM projection_build ORDER BY name, version, number`
	InsertBuild  = `INSERT INTO projection_build (name, version, number, position, role, tables) VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT DO NOTHING`
	DeleteBuild  = `DELETE FROM projection_build WHERE name = $1 AND version = $2 AND number = $3`
	SetRole      = `UPDATE projection_build SET role = $1 WHERE name = $2 AND version = $3 AND number = $4`
	MovePosition = `UPDATE projection_build SET position = $1 WHERE name = $2 AND version = $3 AND number = $4 AND position = $5`
)

// CreateText gives the statements that make a build's table and its indexes.
func CreateText(t Table) []string {
	var b strings.Builder
	b.WriteString("CREATE TABLE IF NOT EXISTS " + t.Physical() + " (")
	for _, c := range t.Columns {
		b.WriteString(c.Name + definition(c) + ", ")
	}
	b.WriteString("PRIMARY KEY (" + strings.Join(t.Key, ", ") + "))")
	out := []string{b.String()}
	for _, i := range t.Indexes {
		out = append(out, "CREATE INDEX IF NOT EXISTS "+t.Physical()+"_"+i.Name+" ON "+t.Physical()+" ("+strings.Join(i.Columns, ", ")+")")
	}
	return out
}

func definition(c Column) string {
	if c.Type == Text {
		return " TEXT NOT NULL DEFAULT ''"
	}
	return " BIGINT NOT NULL DEFAULT " + strconv.FormatInt(c.Default, 10)
}

// ViewText gives the statements that make the view of a build's table; dropping comes first.
func ViewText(t Table) []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return []string{
		DropViewText(t.Name),
		"CREATE VIEW " + t.Name + " AS SELECT " + strings.Join(names, ", ") + " FROM " + t.Physical(),
	}
}

// DropViewText gives the statement that drops the view of a table.
func DropViewText(table string) string { return "DROP VIEW IF EXISTS " + table }

// DropText gives the statement that drops a build's table with its indexes.
func DropText(b Build, table string) string { return "DROP TABLE IF EXISTS " + table + b.suffix() }

// UpsertText gives the statement for one row of u: parameters are the key's columns, then those of Set.
func UpsertText(t *Table, set []int) string {
	names := append([]string(nil), t.Key...)
	updates := make([]string, len(set))
	for i, c := range set {
		name := t.Columns[c].Name
		names = append(names, name)
		updates[i] = name + " = excluded." + name
	}
	text := "INSERT INTO " + t.Physical() + " (" + strings.Join(names, ", ") + ") VALUES (" + marks(len(names)) +
		") ON CONFLICT (" + strings.Join(t.Key, ", ") + ") DO "
	if len(set) == 0 {
		return text + "NOTHING"
	}
	return text + "UPDATE SET " + strings.Join(updates, ", ")
}

// DeleteText gives the statement that deletes by the first n columns of the key.
func DeleteText(t *Table, n int) string {
	terms := make([]string, n)
	for i := range terms {
		terms[i] = t.Key[i] + " = $" + strconv.Itoa(i+1)
	}
	return "DELETE FROM " + t.Physical() + " WHERE " + strings.Join(terms, " AND ")
}

func marks(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(out, ", ")
}
