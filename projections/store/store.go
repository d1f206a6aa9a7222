package store

import (
	"context"
	"errors"

	"github.com/hovedbok/hovedbok/ledger"
)

// ErrFenced means that a checkpoint was not where the writer had left it: another runner moves it, or the build is gone.
// Nothing was written.
var ErrFenced = errors.New("store: the checkpoint has been moved by another runner")

// ErrClosed is what every method gives after Close.
var ErrClosed = errors.New("store: closed")

// Role says what a build is for.
type Role string

// The roles of builds.
const (
	Serving  Role = "serving"  // queries read it; at most one build of a name
	Building Role = "building" // it is to serve once it has caught up
	Scratch  Role = "scratch"  // made for a comparison only, dropped afterwards
)

// Checkpoint is how far a build has got: all events up to Position are in its tables.
type Checkpoint struct {
	Build    Build
	Position ledger.Position
	Role     Role
}

// Part is what one build writes: rows, and its checkpoint from From to To.
type Part struct {
	Build    Build
	From, To ledger.Position
	Deletes  []Deletes // done before the upserts
	Upserts  []Upserts
}

// Deletes are deletions of rows of one table by the first columns of its key.
type Deletes struct {
	Table Table
	Keys  [][]any // each has as many values as the others, at least one
}

// Upserts are rows of one table that set the same columns. A row that is not there yet is inserted, its other columns have their
// defaults.
type Upserts struct {
	Table Table
	Set   []int   // indexes into Table.Columns, ascending, without key columns
	Rows  [][]any // the key's values in the key's order, then those of Set
}

// Writer writes rows and checkpoints.
type Writer interface {
	// Write does all parts in one transaction, or nothing. It gives ErrFenced if the checkpoint of any part is not at its From.
	// The rows are seen by readers on return. They may be lost in a power failure, but then the checkpoint is lost with them.
	Write(ctx context.Context, parts []Part) error
	// Scrub makes sure that no file of the store still holds what was deleted before the call.
	Scrub(ctx context.Context) error
}

// Builds manages builds. Each method is one transaction.
type Builds interface {
	// Checkpoints lists all builds by name, version and number.
	Checkpoints(ctx context.Context) ([]Checkpoint, error)
	// Create makes the empty tables of a build and its checkpoint at 0, unless it exists. A Serving build gets its views.
	Create(ctx context.Context, b Build, role Role, tables []Table) error
	// Serve makes the views show this build, makes it Serving, and drops all other builds of the name that are not Scratch.
	Serve(ctx context.Context, b Build, tables []Table) error
	// Drop removes a build, its tables and its checkpoint; one that does not exist is no error.
	Drop(ctx context.Context, b Build) error
}

// Reader runs queries. It may be used from any goroutine.
type Reader interface {
	// Dialect is the SQL that queries must be rendered in where the two differ; see Builder.
	Dialect() Dialect
	// Read lends a snapshot: all queries of do see the same state. do must not keep it.
	Read(ctx context.Context, do func(Snapshot) error) error
}

// Snapshot is one unchanging state of the tables. It belongs to the goroutine that it was lent to.
type Snapshot interface {
	// Query runs a query and calls each for every row, and gives the first error of each. A row holds string and int64 values; its slice
	// is valid during the call only. each must not query.
	Query(ctx context.Context, sql string, args []any, each func(row []any) error) error
}

// Store is a database for projections.
type Store interface {
	Writer
	Builds
	Reader
	Close() error
}
