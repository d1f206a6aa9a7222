package datamodel

import "fmt"

// Codes of an [Error]. They are stable.
const (
	CodeSyntax    = "xml_malformed"           // not well-formed XML
	CodeEncoding  = "xml_encoding"            // an encoding other than UTF-8, US-ASCII and ISO-8859-1
	CodeForbidden = "xml_doctype"             // a document type declaration, which could hold entities
	CodeRoot      = "xml_root"                // another root element than the model's
	CodeTooDeep   = "xml_too_deep"            // elements inside each other beyond document.MaxDepth
	CodeTooLarge  = "xml_too_large"           // more than document.MaxSize bytes
	CodeRepeated  = "xml_element_repeated"    // a second element where the model has no list
	CodeValue     = "value_malformed"         // a value that is not of its field's kind
	CodeUnknown   = "field_unknown"           // a field that the model does not have
	CodeStructure = "structure_inexpressible" // a list or object where the model has a value, or the reverse
)

// Error says why a form cannot be read, written or changed. It names places, never values: values are personal data.
type Error struct {
	Line    int    // of the XML, from 1; 0 when the error is in no text
	Column  int    // in bytes, from 1
	Code    string // one of the codes of this package
	Message string // what is wrong, in words for a person; fields are named by the model's own names
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return "datamodel: " + e.Message
	}
	return fmt.Sprintf("datamodel: line %d, column %d: %s", e.Line, e.Column, e.Message)
}

func failure(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
