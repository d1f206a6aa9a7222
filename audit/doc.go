// Package audit answers an auditor's questions about one instance: who did what, when, on whose behalf; what the instance
// was at any time; what changed between two times, and by whom; and whether anybody has changed the record since.
//
//	Events        every event with its envelope, its contents and a sentence about it
//	State         the whole instance as it was at a revision or at a time
//	Diff          what differs between two points, field by field, with who caused it
//	VerifyStream  recomputes the hashes of a stream
//
// Everything is derived from the log when it is asked for, so that there is no second record that could disagree with it. The
// answers are plain values with JSON tags; the HTTP API and the command line give the same ones.
//
// Of an erased instance the events still tell who did what and when, and their hashes still verify; contents are gone. That holds
// from the moment when the erasure is recorded, also while the key has yet to be destroyed.
package audit
