package durable

// MaxLater is shown to tests.
const MaxLater = maxLater

// Waiting tells how many writes are in the queue.
func Waiting(f *File) int { return len(f.jobs) }
