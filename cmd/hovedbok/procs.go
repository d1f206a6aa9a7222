package main

import (
	"os"
	"runtime"
)

// blockedThreads is how many more goroutines than there are processors may run Go code. The committers of the log, the keys and the files
// spend their time in fsync, and a goroutine in a system call holds its place in the scheduler for a while; without spare places, a
// machine with two processors stands still while two files are flushed. Measured: a quarter to a half more commands per second.
const blockedThreads = 4

func init() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + blockedThreads)
	}
}
