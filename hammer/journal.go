package hammer

import (
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/google/uuid"
)

// Journal is what the clients know to be done: every acknowledged command, with the effect that it must have. Its methods may be called from
// any goroutine.
type Journal struct {
	mu        sync.Mutex
	instances []*Instance // guarded by mu; what they hold belongs to the client that made them, until the load has ended
}

// Instance is an instance that a client has made, or has tried to make. It belongs to that client until the load has ended.
type Instance struct {
	ID       uuid.UUID
	App      string // "org/app"
	Party    int
	Caller   string // who sends its commands, as command ids name them: "user:<party id of the person>"
	Form     uuid.UUID
	Commands []Command // acknowledged, in their order
	Unknown  []Command // sent, perhaps done, never acknowledged; each may be in the log once or not at all
}

// Command is one command that was sent with a key.
type Command struct {
	Key      string
	Effect   Effect
	Position uint64 // that the acknowledgement told, 0 if it told none: the command's events are not after it
}

// Kind is a kind of effect.
type Kind string

// The kinds of effects.
const (
	Created   Kind = "created"   // the instance, with Files
	Patched   Kind = "patched"   // Pointer of the form has Value, which no other command gives it
	Attached  Kind = "attached"  // Files, one of them
	Completed Kind = "completed" // the process has left Task and gone to To
)

// Effect is what a command must have done.
type Effect struct {
	Kind    Kind
	Pointer string
	Value   string
	Files   []File
	Task    string
	To      string // next task; empty: the end, and the instance is submitted
}

// File is a file that was sent. Name is not used for any other file of the instance.
type File struct {
	DataType string
	Name     string
	Size     int64
	SHA256   [sha256.Size]byte
}

// Add takes an instance into the journal.
func (j *Journal) Add(in *Instance) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.instances = append(j.instances, in)
}

// Instances gives all instances in the order in which they were added.
func (j *Journal) Instances() []*Instance {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.instances)
}

// Totals counts what is in the journal: instances, acknowledged and unknown commands, and acknowledged submissions. The load must have ended.
func (j *Journal) Totals() (instances, commands, unknown, submissions int) {
	for _, in := range j.Instances() {
		instances++
		commands += len(in.Commands)
		unknown += len(in.Unknown)
		for i := range in.Commands {
			if in.Commands[i].Effect.submits() {
				submissions++
			}
		}
	}
	return instances, commands, unknown, submissions
}

// submits tells whether the effect is a submission.
func (e *Effect) submits() bool { return e.Kind == Completed && e.To == "" }
