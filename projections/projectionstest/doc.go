// Package projectionstest has what tests of projections share: a log in memory with real keys, histories, and dumps of tables.
package projectionstest
