// Package hammer loads a node over HTTP, kills it, and counts what was lost.
//
// A run has three parts:
//
//	load    writers send single commands, and play chains: create A, fill in, submit, and wait for B in the case worker's inbox
//	faults  with Options.Kill the node is killed with SIGKILL at random moments and started again on the same data folder
//	count   the node is stopped, and Verify opens its data folder and compares it with the journal of what was acknowledged
//
// Every command carries an Idempotency-Key. A request that failed, or whose outcome is unknown, is sent again with the same key until
// it is acknowledged. What is acknowledged is written into a Journal in memory with the effect that it must have. Verify then
// demands of the data folder:
//
//   - every acknowledged command is in the log exactly once, with its effect in the folded instance and in the files,
//   - every submission has exactly one B with the same attachments, tied once on each side, by one handover,
//   - event ids are unique, revisions are dense, and every hash follows from the event before it,
//   - the views are what a rebuild from the whole log gives, and the sagas have dealt with everything.
//
// The load is made for the sample services in package examples and for their synthetic people.
package hammer
