package hammer

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Result is what a run has measured and found.
type Result struct {
	Mix      Mix     `json:"mix"`
	Writers  int     `json:"writers"`
	ChainsPS float64 `json:"chainsPerSecondWanted,omitempty"` // of an open loop
	Seed     uint64  `json:"seed"`
	CPUs     int     `json:"cpus"` // that client and node share

	StartSeconds   float64     `json:"startSeconds"` // from the start of the node's process until it answered
	LoadSeconds    float64     `json:"loadSeconds"`
	SettleSeconds  float64     `json:"settleSeconds"` // from the end of the load until nothing moved any longer
	VerifySeconds  float64     `json:"verifySeconds"`
	Commands       uint64      `json:"commands"` // acknowledged, and so durable
	CommandsPerSec float64     `json:"commandsPerSecond"`
	Chains         uint64      `json:"chains"` // from A to B in the inbox
	ChainsPerSec   float64     `json:"chainsPerSecond"`
	Operations     []Operation `json:"operations"`
	Memory         Memory      `json:"memory"` // of the node; zero when it is not ours
	Restarts       []Restart   `json:"restarts,omitempty"`

	Failed       int      `json:"failed"`           // pieces of work that came to no end
	Faults       []string `json:"faults,omitempty"` // the first of them, each once
	Kept         string   `json:"kept,omitempty"`   // folder that was left for a closer look
	Verification *Report  `json:"verification,omitempty"`
}

// OK tells whether everything was done, and found again.
func (r *Result) OK() bool {
	return r.Failed == 0 && (r.Verification == nil || r.Verification.OK())
}

// durable are the operations that leave something in the log which must not be lost.
var durable = []string{OpCreate, OpComplete, OpPatch, OpAttach, OpNext, OpSubmit}

// measured fills in what the meter knows.
func (r *Result) measured(m *meter, took time.Duration) {
	r.LoadSeconds = took.Seconds()
	r.Operations = m.report(took)
	r.Commands, r.Chains = m.count(durable...), m.count(OpChain)
	if took > 0 {
		r.CommandsPerSec, r.ChainsPerSec = float64(r.Commands)/took.Seconds(), float64(r.Chains)/took.Seconds()
	}
}

// WriteJSON writes the result to a file.
func (r *Result) WriteJSON(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(b, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// Write writes the result as a table for people. Its error is w's.
func (r *Result) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d clients, %s, %.1f s of load on %d processors, seed %d\n\n", r.Writers, r.Mix, r.LoadSeconds, r.CPUs, r.Seed)
	r.table(&b)
	fmt.Fprintf(&b, "\n%d durable commands, %.0f/s; %d chains from A to B in the inbox, %.1f/s\n", r.Commands, r.CommandsPerSec, r.Chains, r.ChainsPerSec)
	if r.Memory.Idle > 0 {
		fmt.Fprintf(&b, "memory of the node: %.0f MiB idle, %.0f MiB mean and %.0f MiB peak under load; it answered %.2f s after its start\n",
			r.Memory.Idle, r.Memory.Mean, r.Memory.Peak, r.StartSeconds)
	}
	r.restarts(&b)
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "fault: %s\n", f)
	}
	if r.Failed > 0 {
		fmt.Fprintf(&b, "%d pieces of work came to no end\n", r.Failed)
	}
	switch {
	case r.Verification == nil:
		b.WriteString("not verified: the node is not ours to stop\n")
	default:
		r.Verification.write(&b)
	}
	if r.Kept != "" {
		fmt.Fprintf(&b, "kept for a closer look: %s\n", r.Kept)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Result) table(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "operation\tcount\t1/s\tp50 ms\tp95 ms\tp99 ms\tmax ms\t  errors\t")
	for _, o := range r.Operations {
		var faults []string
		for _, code := range codes(o.Errors) {
			faults = append(faults, fmt.Sprintf("%d × %s", o.Errors[code], code))
		}
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t  %s\t\n", o.Name, o.Count, o.Rate, o.P50, o.P95, o.P99, o.Max, strings.Join(faults, ", "))
	}
	_ = t.Flush() // a Builder takes everything
}

func (r *Result) restarts(b *strings.Builder) {
	if len(r.Restarts) == 0 {
		return
	}
	var down []time.Duration
	for _, k := range r.Restarts {
		down = append(down, k.Down)
	}
	slices.Sort(down)
	fmt.Fprintf(b, "%d kills; from SIGKILL until the node answered again: %d ms at least, %d ms median, %d ms at most\n",
		len(down), down[0].Milliseconds(), down[len(down)/2].Milliseconds(), down[len(down)-1].Milliseconds())
}
