// Package sqlite is the store of projections in one process: one SQLite file in WAL mode with one connection that writes and a
// pool that reads snapshots, so that readers and the writer never wait for each other.
//
// The file can be made again from the log, so commits are not flushed (synchronous=NORMAL): a power failure loses at most the last of them, rows
// and checkpoint together. Deleted content is overwritten at once in the file (secure_delete) and by Scrub in the
// write-ahead log.
package sqlite
