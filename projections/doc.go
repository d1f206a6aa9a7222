// Package projections builds read models from the log.
//
// A projection is a name, a version, tables, and a pure function from event to row changes. The Runner reads the log once for all
// of them, opens each event once, merges changes of the same row within a batch, and writes rows and checkpoints in one
// transaction: what an event does to a table is done exactly once, whatever is killed when.
//
//	log ──► intake (opens events) ──► crew of live builds ──► one transaction a batch ──► views
//	  └───► one follower for each build that is new, rebuilt or stuck ──► joins the crew when it has caught up
//
// A build is a copy of a projection's tables. A new version, and a rebuild, is made beside the build that serves and
// switched with it in one transaction when it has caught up. A build whose projection gives an error stops before the event that it
// cannot take, says so in Status, and tries again with growing pauses; it never skips, and it never holds up the others.
package projections
