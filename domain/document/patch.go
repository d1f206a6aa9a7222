package document

import "fmt"

// MaxOperations is the most operations that a patch may have.
const MaxOperations = 10_000

// Operation is one step of a patch (RFC 6902 section 4). Op is add, remove, replace, move, copy or test. From is for move and
// copy, Value for add, replace and test, where nil is null.
type Operation struct {
	Op         string
	Path, From Pointer
	Value      *Node
}

// Patch is a JSON Patch (RFC 6902): operations that are applied one after the other, all of them or none.
type Patch []Operation

// The operations of RFC 6902 section 4.
const (
	OpAdd     = "add"
	OpRemove  = "remove"
	OpReplace = "replace"
	OpMove    = "move"
	OpCopy    = "copy"
	OpTest    = "test"
)

// PatchErrorKind says how a patch failed.
type PatchErrorKind uint8

// The ways in which a patch can fail. Altinn answers 409 to TestFailed, and 422 to NotFound and NotApplicable.
const (
	Malformed     PatchErrorKind = iota + 1 // the patch is not a patch by RFC 6902
	TestFailed                              // a test found another value
	NotFound                                // nothing stands at path or from
	NotApplicable                           // the operation cannot be done on what stands there
)

var patchErrorNames = [...]string{"patch error", "malformed", "test failed", "not found", "not applicable"}

// String gives the kind in words: malformed, test failed, not found, not applicable.
func (k PatchErrorKind) String() string {
	if int(k) < len(patchErrorNames) {
		return patchErrorNames[k]
	}
	return patchErrorNames[0]
}

// PatchError says which operation failed and why. It names places, never values.
type PatchError struct {
	Index   int // of the operation, from 0; -1 when the fault is in no operation
	Kind    PatchErrorKind
	Op      string // as far as it is known
	Path    string // of the place that the fault is about, in the form of RFC 6901
	Message string // what is wrong, and what would be right
	Cause   error  // the *SyntaxError of a text that is not JSON
}

func (e *PatchError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("document: patch: %s", e.Message)
	}
	return fmt.Sprintf("document: patch operation %d (%s %q): %s", e.Index, e.Op, e.Path, e.Message)
}

// Unwrap gives the cause.
func (e *PatchError) Unwrap() error { return e.Cause }

// AppendJSON appends the patch as JSON text to dst. [ParsePatch] reads it back.
func (p Patch) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i := range p {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p[i].appendJSON(dst)
	}
	return append(dst, ']')
}

func (o *Operation) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"op":`...)
	dst = appendString(dst, o.Op)
	if o.needsFrom() {
		dst = append(dst, `,"from":`...)
		dst = appendString(dst, o.From.String())
	}
	dst = append(dst, `,"path":`...)
	dst = appendString(dst, o.Path.String())
	if o.needsValue() {
		dst = append(dst, `,"value":`...)
		dst = o.Value.AppendJSON(dst)
	}
	return append(dst, '}')
}

func (o *Operation) needsFrom() bool { return o.Op == OpMove || o.Op == OpCopy }

func (o *Operation) needsValue() bool {
	return o.Op == OpAdd || o.Op == OpReplace || o.Op == OpTest
}

// MarshalJSON gives the text of [Patch.AppendJSON].
func (p Patch) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// UnmarshalJSON reads a patch by the rules of [ParsePatch].
func (p *Patch) UnmarshalJSON(src []byte) error {
	patch, err := ParsePatch(src)
	if err != nil {
		return err
	}
	*p = patch
	return nil
}
