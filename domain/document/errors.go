package document

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where a text stops being a document that [Parse] takes, and why. It never repeats the text.
type SyntaxError struct {
	Offset  int    // bytes before the fault
	Line    int    // counted from 1
	Column  int    // counted from 1, in characters
	Message string // what is wrong there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("document: line %d, column %d: %s", e.Line, e.Column, e.Message)
}

const (
	msgNumber    = "this is not a JSON number"
	msgValue     = "a value is missing here"
	msgLiteral   = "only true, false and null may stand without quotes"
	msgEnd       = "the text ends too early"
	msgTrailing  = "there is more text after the end of the document"
	msgKey       = "a member's name in double quotes is missing here"
	msgColon     = "a colon is missing after the member's name"
	msgMember    = "a comma or } is missing here"
	msgItem      = "a comma or ] is missing here"
	msgControl   = "a control character in a string must be written as an escape"
	msgEscape    = "this escape is not one of JSON's"
	msgSurrogate = "this escape is half of a surrogate pair"
	msgUTF8      = "the text is not UTF-8"
	msgRepeated  = "the object has a member of this name already"
	msgMark      = "the text opens with a byte order mark, which JSON does not allow"
)

var (
	msgDepth = fmt.Sprintf("objects and lists are nested more than %d deep", MaxDepth)
	msgSize  = fmt.Sprintf("the text is larger than %d MiB", MaxSize>>20)
)

func newSyntaxError(text string, offset int, message string) *SyntaxError {
	before := text[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Offset:  offset,
		Line:    strings.Count(before, "\n") + 1,
		Column:  utf8.RuneCountInString(before[line:]) + 1,
		Message: message,
	}
}

// PathError says why a [Pointer] or [Path] cannot be read, or why [Node.With] cannot follow it.
type PathError struct {
	Path    string // the path as it was given, or the part of it up to the fault
	Offset  int    // bytes of Path before the fault
	Message string // what is wrong there
}

func (e *PathError) Error() string {
	return fmt.Sprintf("document: path %q, character %d: %s", e.Path, e.Offset+1, e.Message)
}
