package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// blockedThreads is how many more goroutines than there are processors may run Go code. The committers of the log, the keys and the files
// spend their time in fsync, and a goroutine in a system call holds its place in the scheduler for a while; without spare places, a
// machine with two processors stands still while two files are flushed. Measured: a quarter more commands per second.
const blockedThreads = 4

// collectAt is the growth of the heap, in percent, at which the garbage collector starts. The heap is small, so that Go's own 100 would
// collect all the time. Measured: an eighth less processor time for a command.
const collectAt = 300

func init() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + blockedThreads)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
