package ledger

import (
	"bytes"
	"strconv"

	"github.com/google/uuid"
)

// quickMeta reads metadata in the form in which they are written here: members without spaces, strings without escapes. It says
// false for anything else, which encoding/json then reads; replaying long streams is some five times faster with it.
func quickMeta(b []byte, m *Meta) bool {
	s := quick{b}
	return s.object(func(key, value []byte, quoted bool) bool { return m.set(string(key), value, quoted) }) && len(s.rest) == 0
}

func (m *Meta) set(key string, value []byte, quoted bool) (ok bool) {
	if key == "actor" {
		a := quick{value}
		return !quoted && a.object(m.Actor.set)
	}
	if !quoted {
		return false
	}
	ok = true
	switch key {
	case "org":
		m.Org = string(value)
	case "app":
		m.App = string(value)
	case "version":
		m.Version = string(value)
	case "instance":
		m.Instance, ok = quickID(value)
	case "task":
		m.Task = string(value)
	case "command":
		m.Command, ok = quickID(value)
	case "correlation":
		m.Correlation, ok = quickID(value)
	case "causation":
		m.Causation, ok = quickID(value)
	case "trace":
		m.Trace = string(value)
	case "decision":
		m.Decision = string(value)
	default:
		ok = false
	}
	return ok
}

func (a *Actor) set(name, value []byte, quoted bool) bool {
	key := string(name)
	switch {
	case key == "kind" && quoted:
		a.Kind = string(value)
	case key == "id" && quoted:
		a.ID = string(value)
	case key == "client" && quoted:
		a.Client = string(value)
	case key == "level" && !quoted:
		n, err := strconv.Atoi(string(value))
		a.Level = n
		return err == nil
	case key == "onBehalf" && !quoted:
		n, err := strconv.Atoi(string(value))
		a.OnBehalf = n
		return err == nil
	default:
		return false
	}
	return true
}

func quickID(b []byte) (uuid.UUID, bool) {
	if len(b) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.ParseBytes(b)
	return id, err == nil
}

// quick scans a JSON object of strings, whole numbers and such objects.
type quick struct{ rest []byte }

func (q *quick) skip(c byte) bool {
	if len(q.rest) == 0 || q.rest[0] != c {
		return false
	}
	q.rest = q.rest[1:]
	return true
}

func (q *quick) object(member func(key, value []byte, quoted bool) bool) bool {
	if !q.skip('{') {
		return false
	}
	for {
		key, ok := q.text()
		if !ok || !q.skip(':') {
			return false
		}
		value, quoted, ok := q.value()
		if !ok || !member(key, value, quoted) {
			return false
		}
		if q.skip('}') {
			return true
		}
		if !q.skip(',') {
			return false
		}
	}
}

// text reads a string of plain ASCII without escapes.
func (q *quick) text() ([]byte, bool) {
	if !q.skip('"') {
		return nil, false
	}
	for i, c := range q.rest {
		if c == '"' {
			out := q.rest[:i]
			q.rest = q.rest[i+1:]
			return out, true
		}
		if c == '\\' || c < ' ' || c >= 0x7f {
			return nil, false
		}
	}
	return nil, false
}

func (q *quick) value() (value []byte, quoted, ok bool) {
	if len(q.rest) == 0 {
		return nil, false, false
	}
	if q.rest[0] == '"' {
		value, ok = q.text()
		return value, true, ok
	}
	end := bytes.IndexAny(q.rest, ",}")
	if q.rest[0] == '{' {
		end = bytes.IndexByte(q.rest, '}') + 1
	}
	if end <= 0 {
		return nil, false, false
	}
	value, q.rest = q.rest[:end], q.rest[end:]
	return value, false, true
}
