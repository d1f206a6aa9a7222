package options

import (
	"errors"
	"strconv"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// ErrNotFound is what every NotFoundError is.
var ErrNotFound = errors.New("there is no such list of options")

// NotFoundError tells that there is no list with an id. It is ErrNotFound, and expression.ErrNotFound.
type NotFoundError struct {
	ID   string
	Hint string // what to do about it, or empty
}

// Error names the list.
func (e *NotFoundError) Error() string {
	text := "there is no list of options with the id " + strconv.Quote(e.ID)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Is tells that it is ErrNotFound, here and in expressions.
func (e *NotFoundError) Is(target error) bool {
	return target == ErrNotFound || target == expression.ErrNotFound
}

// ConfigError tells what is wrong with a component's options.
type ConfigError struct {
	Member  string // of the component, such as "sortOrder"
	Message string
	Err     error // or nil
}

// Error gives the member and what is wrong with it.
func (e *ConfigError) Error() string {
	text := e.Member + ": " + e.Message
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the error of what the member holds.
func (e *ConfigError) Unwrap() error { return e.Err }
