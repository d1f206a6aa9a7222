package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

const (
	queue      = 4096    // writes that may wait; more wait in Do
	groupCount = 1024    // writes in one transaction
	groupBytes = 4 << 20 // of content in one transaction
	maxLater   = 256     // lazy writes that may wait for a group
)

// job is one write. The committer owns it from the moment that it is sent.
type job struct {
	ctx     context.Context
	size    int
	run     func(*Tx) error // inside the transaction
	outside func() error    // instead of run: after the transaction
	lazy    bool            // nobody waits for done; its failure stops the file
	done    chan error      // buffered, answered once
}

// Do runs write in a transaction together with what else waits, and returns when that is on disk. size is roughly how many
// bytes write will add. The context counts until the write begins; from then on Do waits for the outcome, so that a
// caller always learns it. Errors: the context's (nothing written), write's own (nothing written), ErrClosed (nothing
// written), ErrFailed (unknown).
func (f *File) Do(ctx context.Context, size int, write func(*Tx) error) error {
	return f.send(&job{ctx: ctx, size: size, run: write, done: make(chan error, 1)})
}

// Later adds write to the next group and returns at once, or, if many wait already, when they are written. A crash
// before then loses it. A write that fails stops the file, since nobody is left to be told.
func (f *File) Later(ctx context.Context, write func(*Tx) error) error {
	f.sendMu.RLock()
	closed := f.closed
	if !closed {
		f.laterMu.Lock()
		f.later = append(f.later, write)
		f.laterMu.Unlock()
	}
	f.sendMu.RUnlock()
	if closed {
		return ErrClosed
	}
	if err := f.Err(); err != nil {
		return err
	}
	if f.waiting() < maxLater {
		return nil
	}
	return f.Do(ctx, 0, func(*Tx) error { return nil })
}

func (f *File) waiting() int {
	f.laterMu.Lock()
	defer f.laterMu.Unlock()
	return len(f.later)
}

// Truncate moves the write-ahead log into the main file and cuts it to nothing, so that overwritten bytes are in neither.
// It waits for reads that are under way.
func (f *File) Truncate(ctx context.Context) error {
	return f.send(&job{ctx: ctx, outside: f.truncate, done: make(chan error, 1)})
}

func (f *File) send(j *job) error {
	f.sendMu.RLock()
	if f.closed {
		f.sendMu.RUnlock()
		return ErrClosed
	}
	select {
	case f.jobs <- j:
		f.sendMu.RUnlock()
		return <-j.done
	case <-j.ctx.Done():
		f.sendMu.RUnlock()
		return j.ctx.Err()
	}
}

// run is the committer.
func (f *File) run() {
	defer close(f.stopped)
	for first := range f.jobs {
		f.process(f.gather(first))
	}
	f.process(nil)
}

// gather takes what waits, without waiting for more.
func (f *File) gather(first *job) []*job {
	group, bytes := []*job{first}, first.size
	for len(group) < groupCount && bytes < groupBytes {
		select {
		case j, ok := <-f.jobs:
			if !ok {
				return group
			}
			group, bytes = append(group, j), bytes+j.size
		default:
			return group
		}
	}
	return group
}

func (f *File) process(group []*job) {
	inside, outside := f.lazy(), []*job(nil)
	for _, j := range group {
		switch {
		case f.Err() != nil:
			j.done <- f.Err()
		case j.ctx.Err() != nil:
			j.done <- j.ctx.Err()
		case j.outside != nil:
			outside = append(outside, j)
		default:
			inside = append(inside, j)
		}
	}
	f.write(inside)
	for _, j := range outside {
		err := f.Err()
		if err == nil {
			err = j.outside()
		}
		j.done <- err
	}
}

// lazy turns the writes of Later into jobs that nobody waits for.
func (f *File) lazy() []*job {
	f.laterMu.Lock()
	writes := f.later
	f.later = nil
	f.laterMu.Unlock()
	var jobs []*job
	for _, w := range writes {
		jobs = append(jobs, &job{run: w, lazy: true, done: make(chan error, 1)})
	}
	return jobs
}

// write runs the jobs in one transaction, or each in its own if one of them fails, and answers them all. What
// must hold: no job is answered with nil before its COMMIT has returned nil, and after a failure none is.
func (f *File) write(jobs []*job) {
	if len(jobs) == 0 || f.Err() != nil {
		answer(jobs, f.Err())
		return
	}
	err := f.attempt(jobs)
	switch {
	case err == nil || f.Err() != nil:
		answer(jobs, err)
	case len(jobs) > 1:
		for _, j := range jobs {
			f.write([]*job{j})
		}
	case jobs[0].lazy:
		answer(jobs, f.fail(err))
	default:
		answer(jobs, err)
	}
}

func answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.done <- err
	}
}

func (f *File) attempt(jobs []*job) error {
	ctx := context.Background()
	if _, err := f.tx.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("durable: begin: %w", err)
	}
	for _, j := range jobs {
		if err := j.run(f.tx); err != nil {
			return f.rollback(err)
		}
	}
	err := f.commit(func() error {
		_, err := f.tx.conn.ExecContext(ctx, "COMMIT")
		return err
	})
	if err != nil {
		return f.fail(fmt.Errorf("commit: %w", err))
	}
	return nil
}

func (f *File) rollback(cause error) error {
	if _, err := f.tx.conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		return f.fail(fmt.Errorf("%w; and its rollback: %w", cause, err))
	}
	return cause
}

// truncate must run on the committer, or before it starts.
func (f *File) truncate() error {
	var busy, inLog, moved int
	row := f.tx.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &inLog, &moved); err != nil {
		return fmt.Errorf("durable: truncate the log of %s: %w", f.path, err)
	}
	if busy != 0 {
		return fmt.Errorf("durable: truncate the log of %s: a reader did not end in time, try again", f.path)
	}
	return syncIfThere(f.path + "-wal") // SQLite does not flush the cut itself
}

func syncIfThere(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
