package document

import (
	"fmt"
)

const (
	msgPatch   = "a patch is a list of operations"
	msgObject  = "an operation is an object"
	msgOp      = `"op" is one of add, remove, replace, move, copy and test`
	msgPath    = `"path" is missing or no string`
	msgFrom    = `"from" is missing or no string`
	msgNoValue = `"value" is missing`
	msgBadPath = `"path" is no JSON pointer: `
	msgBadFrom = `"from" is no JSON pointer: `
)

var msgOperations = fmt.Sprintf("a patch has at most %d operations", MaxOperations)

// ParsePatch reads an RFC 6902 patch by the strict rules of [Parse]. Members that an operation does not define are passed over
// (RFC 6902 section 4). More than [MaxOperations] operations, and anything that is not a patch, is a *[PatchError] of the kind
// Malformed. An empty list is a patch that changes nothing.
func ParsePatch(src []byte) (Patch, error) {
	p := newParser(src, '{')
	defer p.release()
	if !p.begin() {
		return nil, p.malformed(-1)
	}
	if p.peek() != '[' {
		p.missing(msgPatch)
		return nil, p.malformed(-1)
	}
	p.pos++
	patch, fault := p.operations()
	if fault != nil {
		return nil, fault
	}
	if !p.finish() {
		return nil, p.malformed(-1)
	}
	return patch, nil
}

// malformed makes the syntax error that p has met the fault of the operation at index.
func (p *parser) malformed(index int) *PatchError {
	return &PatchError{Index: index, Kind: Malformed, Message: p.err.(*SyntaxError).Error(), Cause: p.err}
}

// operations reads what stands between the brackets, and the closing one.
func (p *parser) operations() (Patch, *PatchError) {
	p.expect = max(p.expect-1, 1)
	patch := make(Patch, 0, p.expect)
	if p.peek() == ']' {
		p.pos++
		return patch, nil
	}
	for {
		i := len(patch)
		if i == MaxOperations {
			return nil, &PatchError{Index: i, Kind: Malformed, Message: msgOperations}
		}
		patch = append(patch, Operation{})
		if fault := p.operation(i, &patch[i]); fault != nil {
			return nil, fault
		}
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return patch, nil
		default:
			p.missing(msgItem)
			return nil, p.malformed(i)
		}
	}
}

// A rawOperation holds the members of an operation as they were read. Seen has a bit for each of the four names.
type rawOperation struct {
	op, path, from quoted
	value          *Node
	seen           uint8
	others         nameSet
}

// quoted is a member that should be a string.
type quoted struct {
	content string
	ok      bool
}

// operation reads one operation into o.
func (p *parser) operation(index int, o *Operation) *PatchError {
	if p.peek() != '{' {
		p.missing(msgObject)
		return p.malformed(index)
	}
	var raw rawOperation
	if !p.operationMembers(&raw) {
		return p.malformed(index)
	}
	p.popMembers(0)
	if message := p.fill(o, &raw); message != "" {
		return &PatchError{Index: index, Kind: Malformed, Op: o.Op, Path: raw.path.content, Message: message}
	}
	return nil
}

func (p *parser) operationMembers(raw *rawOperation) bool {
	p.pos++
	if p.peek() == '}' {
		p.pos++
		return true
	}
	for {
		if !p.operationMember(raw) {
			return false
		}
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return true
		default:
			p.missing(msgMember)
			return false
		}
	}
}

// operationMember reads one name, colon and value. Only "value" becomes a node.
func (p *parser) operationMember(raw *rawOperation) bool {
	p.peek()
	start := p.pos
	key, ok := p.operationName()
	if !ok {
		return false
	}
	bit := uint8(0)
	switch key {
	case "op":
		bit, ok = 1, p.quoted(&raw.op)
	case "path":
		bit, ok = 2, p.quoted(&raw.path)
	case "from":
		bit, ok = 4, p.quoted(&raw.from)
	case "value":
		bit = 8
		raw.value = p.value()
		ok = raw.value != nil
	default:
		return p.otherMember(raw, key, start)
	}
	if raw.seen&bit != 0 {
		p.fail(start, msgRepeated)
		return false
	}
	raw.seen |= bit
	return ok
}

// operationName reads a member's name and the colon after it. The four that every patch has are recognised as a whole.
func (p *parser) operationName() (key string, ok bool) {
	rest := p.src[p.pos:]
	if len(rest) < len(`"value":`) {
		return p.name()
	}
	switch {
	case string(rest[:len(`"op":`)]) == `"op":`:
		key = "op"
	case string(rest[:len(`"path":`)]) == `"path":`:
		key = "path"
	case string(rest[:len(`"value":`)]) == `"value":`:
		key = "value"
	case string(rest[:len(`"from":`)]) == `"from":`:
		key = "from"
	default:
		return p.name()
	}
	p.pos += len(key) + len(`"":`)
	return key, true
}

// otherMember reads the value of a member that no operation defines, and forgets it. Its name waits on the stack, so that it
// is found when it comes again.
func (p *parser) otherMember(raw *rawOperation, key string, start int) bool {
	if raw.others.repeats(p.members, key) {
		p.fail(start, msgRepeated)
		return false
	}
	p.members = append(p.members, member{key: key})
	return p.value() != nil
}

// quoted reads a string into q, or another value, which is forgotten.
func (p *parser) quoted(q *quoted) bool {
	if p.peek() != '"' {
		return p.value() != nil
	}
	q.content, q.ok = p.str()
	return q.ok
}

// fill makes an operation out of its members, or gives the message of the fault.
func (p *parser) fill(o *Operation, raw *rawOperation) (message string) {
	if o.Op = constantName(raw.op.content); o.Op == "" {
		return msgOp
	}
	if !raw.path.ok {
		return msgPath
	}
	if o.Path, message = p.pointer(raw.path.content); message != "" {
		return msgBadPath + message
	}
	switch {
	case o.needsValue():
		if o.Value = raw.value; o.Value == nil {
			return msgNoValue
		}
	case o.needsFrom():
		if !raw.from.ok {
			return msgFrom
		}
		if o.From, message = p.pointer(raw.from.content); message != "" {
			return msgBadFrom + message
		}
	}
	return ""
}

// constantName gives the package's own string for an operation, so that no patch keeps the text that it was read from for it.
func constantName(name string) string {
	switch name {
	case OpReplace:
		return OpReplace
	case OpTest:
		return OpTest
	case OpAdd:
		return OpAdd
	case OpRemove:
		return OpRemove
	case OpMove:
		return OpMove
	case OpCopy:
		return OpCopy
	}
	return ""
}

// Tokens of pointers share blocks of tokenBlock, and a new block begins when fewer than tokenRoom are free.
const (
	tokenBlock = 64
	tokenRoom  = 8
)

// pointer reads a pointer, or gives the message of the fault. What the patch's text has in slashes bounds the first block. A
// pointer like the one before it, as in a test and the replace that it guards, is read once.
func (p *parser) pointer(s string) (pointer Pointer, fault string) {
	if s == "" {
		return nil, ""
	}
	if s == p.lastPointer {
		return p.lastTokens, ""
	}
	if p.tokens == nil {
		p.tokens = make([]string, 0, p.count('/', tokenBlock))
	} else if cap(p.tokens)-len(p.tokens) < tokenRoom && (cap(p.tokens) >= tokenBlock || len(p.src) > textWindow) {
		p.tokens = make([]string, 0, tokenBlock)
	}
	start := len(p.tokens)
	p.tokens, _, fault = appendTokens(p.tokens, s)
	p.lastPointer, p.lastTokens = s, p.tokens[start:len(p.tokens):len(p.tokens)]
	return p.lastTokens, fault
}
