//go:build unix

package main

import "syscall"

// Everything that the program writes is for its own user only: the log, the keys, the views.
func init() { syscall.Umask(0o077) }
