// Package store is the contract between projections and the SQL database that holds their tables.
//
// A projection's tables exist in builds: each (name, version, number) has its own physical tables and its own
// checkpoint. One build of a name serves: a view with the logical name of each table shows that build's rows, so queries never
// name a build and a switch is one transaction.
//
// Everything that both SQLite and PostgreSQL can say alike is written once, here: schemas, upserts, deletes, checkpoints.
// Values are TEXT or BIGINT only and never NULL; times are microseconds since 1970 in UTC, 0 for none. Parameters
// are written $1, $2 … and appear first in ascending order.
//
// Package sqlite has the store for one process; package storetest has the one suite that every store must pass.
package store
