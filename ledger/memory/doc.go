// Package memory is a log that lives in one process and ends with it. It keeps every promise of ledger.Store but
// durability, so that tests of everything above the log run on the real contract without a disk.
package memory
