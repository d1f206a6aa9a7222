// Package sqlite is the log in one SQLite file of one process.
//
// One goroutine, the committer, owns the only connection that writes. It takes all appends that wait, up to a limit,
// writes them in one transaction, and answers them when COMMIT has returned, so that many writers share one flush:
//
//	Append ──► queue ──► committer: BEGIN, apply each, COMMIT ──► feed ──► subscriptions
//	  ▲                                                    └────► answers
//	  └── back-pressure: the caller waits until its context ends
//
// Positions are dense and begin at 1, because nothing takes a position but the committer. The file is in WAL mode with
// synchronous=FULL: an acknowledged append survives the loss of power as far as the disk keeps what it has flushed. When a
// COMMIT fails nobody knows what is in the file, so the process stops and the next start reads what is there.
//
// Readers take pages from a small pool of connections and hold nothing while their consumer works. Subscriptions are
// served from the newest events in memory, and from pages when they have fallen further behind.
//
// BUG: what a disk acknowledges and then loses is lost; that cannot be seen from here. The proofs of package
// ledger/proof tell afterwards.
package sqlite
