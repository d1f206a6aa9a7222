package pattern

import "slices"

// node matches at a place and calls next with where it ends, again and again for every way in which it
// can match, until next accepts one.
type node interface {
	match(m *match, at int, next func(end int) bool) bool
}

// class matches one character.
type class func(r rune) bool

func (c class) match(m *match, at int, next func(int) bool) bool {
	if !m.enter() {
		m.leave()
		return false
	}
	defer m.leave()
	return at < len(m.text) && c(m.text[at]) && next(at+1)
}

// place matches nothing, where its condition holds.
type place func(m *match, at int) bool

func (p place) match(m *match, at int, next func(int) bool) bool { return p(m, at) && next(at) }

// sequence matches one node after the other.
type sequence []node

func (s sequence) match(m *match, at int, next func(int) bool) bool {
	if len(s) == 0 {
		return next(at)
	}
	return s[0].match(m, at, func(end int) bool { return s[1:].match(m, end, next) })
}

// choice matches any of its nodes, the first first.
type choice []node

func (c choice) match(m *match, at int, next func(int) bool) bool {
	return slices.ContainsFunc(c, func(n node) bool { return n.match(m, at, next) })
}

// group remembers what its node matches.
type group struct {
	node  node
	index int
}

func (g group) match(m *match, at int, next func(int) bool) bool {
	before := m.groups[g.index]
	if g.node.match(m, at, func(end int) bool {
		inner := m.groups[g.index]
		m.groups[g.index] = span{from: at, to: end, set: true}
		if next(end) {
			return true
		}
		m.groups[g.index] = inner
		return false
	}) {
		return true
	}
	m.groups[g.index] = before
	return false
}

// reference matches what a group has matched; nothing when it has not.
type reference int

func (r reference) match(m *match, at int, next func(int) bool) bool {
	g := m.groups[r]
	if !g.set {
		return next(at)
	}
	length := g.to - g.from
	if at+length > len(m.text) || !slices.Equal(m.text[g.from:g.to], m.text[at:at+length]) {
		return false
	}
	return next(at + length)
}

// repeat matches a node several times. most is -1 for no limit.
type repeat struct {
	node        node
	least, most int
	lazy        bool
}

func (r repeat) match(m *match, at int, next func(int) bool) bool { return r.times(m, at, 0, next) }

func (r repeat) times(m *match, at, count int, next func(int) bool) bool {
	if !m.enter() {
		m.leave()
		return false
	}
	defer m.leave()
	again := func() bool {
		return (r.most < 0 || count < r.most) && r.node.match(m, at, func(end int) bool {
			// An empty turn beyond the least brings nothing, and would go on for ever.
			return (end > at || count < r.least) && r.times(m, end, count+1, next)
		})
	}
	if count < r.least {
		return again()
	}
	if r.lazy {
		return next(at) || again()
	}
	return again() || next(at)
}

// look matches nothing, where its node matches ahead or behind, or where it does not.
type look struct {
	node         node
	behind, deny bool
}

func (l look) match(m *match, at int, next func(int) bool) bool {
	before := slices.Clone(m.groups)
	if l.holds(m, at) == l.deny {
		copy(m.groups, before)
		return false
	}
	if l.deny {
		copy(m.groups, before)
	}
	if next(at) {
		return true
	}
	copy(m.groups, before)
	return false
}

func (l look) holds(m *match, at int) bool {
	if !l.behind {
		return l.node.match(m, at, func(int) bool { return true })
	}
	for start := at; start >= 0; start-- {
		if l.node.match(m, start, func(end int) bool { return end == at }) {
			return true
		}
	}
	return false
}

func atStart(_ *match, at int) bool { return at == 0 }

func atEnd(m *match, at int) bool { return at == len(m.text) }

func atBoundary(m *match, at int) bool {
	before := at > 0 && isWord(m.text[at-1])
	return before != (at < len(m.text) && isWord(m.text[at]))
}

func atNoBoundary(m *match, at int) bool { return !atBoundary(m, at) }
