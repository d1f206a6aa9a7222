package register

import (
	"bytes"
	"fmt"
	"strings"
)

// Fault is one thing that is wrong in a register file. It never holds a number or a name of a person.
type Fault struct {
	Line    int    // line in the file, from 1
	Where   string // what the fault is about, such as "party 510001"; empty for the file as a whole
	Message string // what is wrong and what would be right
}

// String gives line, place and message on one line.
func (f Fault) String() string {
	if f.Where == "" {
		return fmt.Sprintf("line %d: %s", f.Line, f.Message)
	}
	return fmt.Sprintf("line %d: %s: %s", f.Line, f.Where, f.Message)
}

// FaultError is returned for a register file that is refused. It holds every fault, in the order of lines.
type FaultError struct {
	Path   string // name of the file, "register" when it was read from memory
	Faults []Fault
}

// Error gives the number of faults and all of them, one on each line.
func (e *FaultError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d fault(s) in the register", e.Path, len(e.Faults))
	for _, f := range e.Faults {
		b.WriteString("\n  ")
		b.WriteString(f.String())
	}
	return b.String()
}

// lineAt gives the line, from 1, of an offset into data.
func lineAt(data []byte, offset int64) int {
	offset = min(max(offset, 0), int64(len(data)))
	return 1 + bytes.Count(data[:offset], []byte{'\n'})
}
