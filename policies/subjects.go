package policies

import (
	"hash/maphash"
	"slices"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// subjectSlots bounds the cache; it is a power of two.
const subjectSlots = 4096

// subjectCache keeps the terms of recent callers, because one request asks several
// times about the same caller and building the keys costs half as much as a decision. An entry
// is found by content and compared whole, so it can not be stale. Any goroutine
// may read and replace entries.
type subjectCache struct {
	seed  maphash.Seed
	slots [subjectSlots]atomic.Pointer[subjectEntry]
}

// subjectEntry never changes.
type subjectEntry struct {
	hash    uint64
	party   int
	subject Subject
	term    *ast.Term
}

func newSubjectCache() *subjectCache { return &subjectCache{seed: maphash.MakeSeed()} }

// term gives the subject's term on the party, or what is wrong with the subject.
func (c *subjectCache) term(s *Subject, party int) (*ast.Term, error) {
	hash := c.hash(s, party)
	slot := &c.slots[hash%subjectSlots]
	if e := slot.Load(); e != nil && e.hash == hash && e.party == party && e.subject.equal(s) {
		return e.term, nil
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	e := &subjectEntry{hash: hash, party: party, subject: s.clone()}
	e.term = subjectTerm(&e.subject, party)
	slot.Store(e)
	return e.term, nil
}

func (c *subjectCache) hash(s *Subject, party int) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	maphash.WriteComparable(&h, party)
	h.WriteByte(byte(s.Level))
	for _, v := range [...]string{s.Kind, s.ID, s.Org, s.App} {
		h.WriteString(v)
		h.WriteByte(0)
	}
	for _, values := range [...][]string{s.IDs, s.Scopes, s.Keys} {
		for _, v := range values {
			h.WriteString(v)
			h.WriteByte(0)
		}
		h.WriteByte(1)
	}
	return h.Sum64()
}

func (s *Subject) equal(o *Subject) bool {
	return s.Kind == o.Kind && s.ID == o.ID && s.Org == o.Org && s.App == o.App && s.Level == o.Level &&
		slices.Equal(s.IDs, o.IDs) && slices.Equal(s.Scopes, o.Scopes) && slices.Equal(s.Keys, o.Keys)
}

func (s *Subject) clone() Subject {
	c := *s
	c.IDs, c.Scopes, c.Keys = slices.Clone(s.IDs), slices.Clone(s.Scopes), slices.Clone(s.Keys)
	return c
}
