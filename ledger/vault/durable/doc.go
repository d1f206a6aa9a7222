// Package durable is one SQLite file with one writer that groups waiting writes into one flushed transaction.
//
// # Promise
//
// When [File.Do] returns nil, what its function wrote is on disk: the file is in WAL mode with synchronous=FULL, and the
// answer is given after COMMIT. When it returns an error, nothing of it was written, with one exception: after
// [ErrFailed] the outcome of the writes that were under way is unknown until the file is opened again.
//
// # Grouping
//
// A single committer goroutine owns the writing connection. It takes one waiting write, then every other write that
// waits already (at most 1,024 writes or 4 MiB), runs them in one transaction, commits once and answers all. There is no
// timer: one writer alone pays one flush per write, a thousand writers share one.
//
// A function that returns an error rolls the whole group back, and the group's functions are then run again, each in a
// transaction of its own, so that one faulty write fails alone. Functions must therefore set, not add to, what they
// hand back to their caller.
//
// # Failure
//
// A COMMIT or ROLLBACK that fails stops the file for good: after a failed flush nobody knows what the operating system has
// kept. Nobody of that group is acknowledged, every later call gives [ErrFailed], and [File.Failed] is closed so that
// the process can stop and recover by opening the file again.
//
// # Lazy writes
//
// [File.Later] adds a write to the next group without waiting for it and without a flush of its own. It is for
// knowledge that can be found out again after a crash.
//
// # Deleted bytes
//
// secure_delete is on, so deleted content is overwritten with zeros in the main file. Older page images stay in the
// write-ahead log until [File.Truncate] has moved it into the main file and cut it to nothing. Open does the same with what
// a crash has left behind.
//
// # One process
//
// Open takes an exclusive lock on the file's name with ".lock" added; a second open fails with [ErrLocked]. The lock ends with
// the process, however it ends. The files are created readable and writable by their owner only.
package durable
