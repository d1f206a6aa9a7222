package hammer

import (
	"fmt"
	"strings"
)

// Trouble is a kind of discrepancy.
type Trouble string

// The kinds of discrepancies.
const (
	Lost       Trouble = "lost"       // something acknowledged is not there, or not as it was acknowledged
	Duplicated Trouble = "duplicated" // something is there more often than it was asked for
	Skipped    Trouble = "skipped"    // a subscription has not dealt with an event, or not as it should
)

// Discrepancy is one thing that is not as it must be.
type Discrepancy struct {
	Trouble Trouble `json:"trouble"`
	Subject string  `json:"subject"` // a stream, or a table with a key
	Text    string  `json:"text"`
}

// String is the discrepancy in one line.
func (d Discrepancy) String() string { return fmt.Sprintf("%s: %s: %s", d.Trouble, d.Subject, d.Text) }

// MaxDiscrepancies is how many discrepancies a Report holds; all are counted.
const MaxDiscrepancies = 1000

// Report is what Verify has counted.
type Report struct {
	Lost       int `json:"lost"`
	Duplicated int `json:"duplicated"`
	Skipped    int `json:"skipped"`

	Commands    int   `json:"commands"`    // acknowledged, each looked up
	Unknown     int   `json:"unknown"`     // never acknowledged
	Done        int   `json:"unknownDone"` // of those: found in the log once
	Instances   int   `json:"instances"`   // of the journal, folded
	Files       int   `json:"files"`       // of the journal, read
	FileBytes   int64 `json:"fileBytes"`
	Submissions int   `json:"submissions"` // in the log
	Targets     int   `json:"targets"`     // Bs in the log
	Events      int   `json:"events"`      // in the log, each hashed
	Streams     int   `json:"streams"`
	Tables      int   `json:"tables"` // of views, compared with a rebuild
	Rows        int   `json:"rows"`
	Handlers    int   `json:"handlers"` // sagas whose checkpoint was looked at

	Discrepancies []Discrepancy `json:"discrepancies,omitempty"`
}

// OK tells whether nothing was found.
func (r *Report) OK() bool { return r.Lost+r.Duplicated+r.Skipped == 0 }

// note takes a discrepancy in.
func (r *Report) note(t Trouble, subject, format string, args ...any) {
	switch t {
	case Lost:
		r.Lost++
	case Duplicated:
		r.Duplicated++
	case Skipped:
		r.Skipped++
	}
	if len(r.Discrepancies) < MaxDiscrepancies {
		r.Discrepancies = append(r.Discrepancies, Discrepancy{t, subject, fmt.Sprintf(format, args...)})
	}
}

func (r *Report) write(b *strings.Builder) {
	for _, d := range r.Discrepancies {
		fmt.Fprintln(b, d)
	}
	if more := r.Lost + r.Duplicated + r.Skipped - len(r.Discrepancies); more > 0 {
		fmt.Fprintf(b, "and %d more\n", more)
	}
	fmt.Fprintf(b, "counted: %d commands on %d instances, %d files with %d bytes, %d submissions, %d Bs, %d events in %d streams, %d rows in %d tables, %d sagas\n",
		r.Commands, r.Instances, r.Files, r.FileBytes, r.Submissions, r.Targets, r.Events, r.Streams, r.Rows, r.Tables, r.Handlers)
	if r.Unknown > 0 {
		fmt.Fprintf(b, "%d commands were never acknowledged, of which %d were done\n", r.Unknown, r.Done)
	}
	fmt.Fprintf(b, "%d lost, %d duplicated, %d skipped\n", r.Lost, r.Duplicated, r.Skipped)
}
