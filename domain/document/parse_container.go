package document

// enter passes the opening bracket of a container.
func (p *parser) enter() bool {
	if p.depth == MaxDepth {
		p.fail(p.pos, msgDepth)
		return false
	}
	p.depth++
	p.pos++
	return true
}

// leave passes the closing bracket.
func (p *parser) leave() {
	p.depth--
	p.pos++
}

// array reads an array. Its items wait on the stack until their number is known, so that they get exactly the room they need.
func (p *parser) array() *Node {
	mark := len(p.items)
	if !p.enter() || !p.arrayItems() {
		return nil
	}
	if len(p.items) == mark {
		return &Node{kind: KindArray}
	}
	n := newContainer(KindArray)
	n.box.items = append([]*Node(nil), p.items[mark:]...)
	clear(p.items[mark:])
	p.items = p.items[:mark]
	return n
}

func (p *parser) arrayItems() bool {
	if p.peek() == ']' {
		p.leave()
		return true
	}
	for {
		item := p.value()
		if item == nil {
			return false
		}
		p.items = append(p.items, item)
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.leave()
			return true
		default:
			p.missing(msgItem)
			return false
		}
	}
}

// object reads an object, in the same way as array.
func (p *parser) object() *Node {
	mark := len(p.members)
	names, ok := p.objectMembers()
	if !ok {
		return nil
	}
	if len(p.members) == mark {
		return NewObject()
	}
	n := newContainer(KindObject)
	n.box.members = append([]member(nil), p.members[mark:]...)
	if names != nil {
		n.box.index.Store(&names)
	}
	p.popMembers(mark)
	return n
}

func (p *parser) popMembers(mark int) {
	clear(p.members[mark:])
	p.members = p.members[:mark]
}

// objectMembers reads the object at the current place and leaves its members on the stack. It gives the index of a large one.
func (p *parser) objectMembers() (index map[string]int32, ok bool) {
	if !p.enter() {
		return nil, false
	}
	if p.peek() == '}' {
		p.leave()
		return nil, true
	}
	names := nameSet{mark: len(p.members)}
	for {
		if !p.objectMember(&names) {
			return nil, false
		}
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.leave()
			return names.index, true
		default:
			p.missing(msgMember)
			return nil, false
		}
	}
}

// objectMember reads one name, colon and value.
func (p *parser) objectMember(names *nameSet) bool {
	p.peek()
	start := p.pos
	key, ok := p.name()
	if !ok {
		return false
	}
	if names.repeats(p.members, key) {
		p.fail(start, msgRepeated)
		return false
	}
	v := p.value()
	if v != nil {
		p.members = append(p.members, member{key, v})
	}
	return v != nil
}

// name reads a member's name and the colon after it.
func (p *parser) name() (key string, ok bool) {
	if p.peek() != '"' {
		p.missing(msgKey)
		return "", false
	}
	if key, ok = p.str(); !ok {
		return "", false
	}
	if p.peek() != ':' {
		p.missing(msgColon)
		return "", false
	}
	p.pos++
	return key, true
}

// A nameSet finds names that an object has twice. Names of small objects leave a bit each in a filter, and are compared only
// where a bit is set already; large objects get a map, which becomes their index.
type nameSet struct {
	mark   int // where the object's members begin on the stack
	filter [8]uint64
	index  map[string]int32
}

// repeats adds key, the name of the next member, and says whether an earlier one has it too.
func (s *nameSet) repeats(stack []member, key string) bool {
	members := stack[s.mark:]
	if len(members) < indexFrom {
		hash := nameHash(key)
		word, bit := hash>>6&7, uint64(1)<<(hash&63)
		if s.filter[word]&bit != 0 && scan(members, key) >= 0 {
			return true
		}
		s.filter[word] |= bit
		return false
	}
	if s.index == nil {
		s.index = *indexOf(members)
	}
	s.index[key] = int32(len(members))
	return len(s.index) == len(members)
}

// nameHash mixes the length and four bytes of a name. A poor mix costs comparisons and nothing else.
func nameHash(key string) uint32 {
	n := len(key)
	if n == 0 {
		return 0
	}
	sample := uint32(key[0]) | uint32(key[n/2])<<8 | uint32(key[n-1])<<16 | uint32(key[max(n-2, 0)])<<24
	return (sample ^ uint32(n)*0x85EBCA6B) * 0x9E3779B1 >> 16
}
