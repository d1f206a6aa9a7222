package hammer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/record"
)

// chains demands exactly one B for each submission of A, with all that goes along, and one handover in the chain's stream.
func (v *verifier) chains(ctx context.Context, found *contents) error {
	made := map[uuid.UUID][]*side{} // Bs by A
	for _, id := range found.targets {
		s, err := v.side(ctx, id, instance.SideTarget, sourceApp)
		if err != nil {
			return err
		}
		if source, ok := s.origin(v.report); ok {
			made[source] = append(made[source], s)
		}
	}
	passed, err := v.handovers(ctx, found.chains)
	if err != nil {
		return err
	}
	for _, id := range found.sources {
		s, err := v.side(ctx, id, instance.SideSource, targetApp)
		if err != nil {
			return err
		}
		if err := v.pair(ctx, s, made[id], passed[id]); err != nil {
			return err
		}
		delete(made, id)
		delete(passed, id)
	}
	for source, list := range made {
		for _, b := range list {
			v.report.note(Duplicated, b.stream, "B was made from %s, which has not been submitted", source)
		}
	}
	for source := range passed {
		v.report.note(Duplicated, record.ChainStream(link.ChainID(source)), "a handover of %s, which has not been submitted", source)
	}
	return nil
}

// side is one instance of a pair, as far as the two must agree.
type side struct {
	id          uuid.UUID
	stream      string
	ties        []instance.Linked // on this side, to the other app
	submissions int
	place       string // name of the place in the form
	files       []attachment
}

// attachment is a file that goes along.
type attachment struct {
	DataType, Name, ContentType string
	Size                        int64
	Blob                        uuid.UUID
}

// side folds an instance.
func (v *verifier) side(ctx context.Context, id uuid.UUID, which instance.Side, other string) (*side, error) {
	st, _, err := v.log.FoldInstance(ctx, id, record.Until{})
	if err != nil {
		return nil, fmt.Errorf("fold %s: %w", id, err)
	}
	s := &side{id: id, stream: record.InstanceStream(id), submissions: st.Submissions, place: formText(st, placeName)}
	for _, r := range st.Relations {
		if r.Side == which && r.App == other {
			s.ties = append(s.ties, r.Linked)
		}
	}
	for i := range st.Elements {
		if e := &st.Elements[i]; e.DataType == typePlan || e.DataType == typeLease {
			s.files = append(s.files, attachment{e.DataType, e.Filename, e.ContentType, e.Size, e.Blob})
		}
	}
	slices.SortStableFunc(s.files, func(a, b attachment) int {
		return cmp.Or(cmp.Compare(a.DataType, b.DataType), cmp.Compare(a.Name, b.Name))
	})
	return s, nil
}

// origin tells which A a B was made from.
func (s *side) origin(r *Report) (uuid.UUID, bool) {
	switch len(s.ties) {
	case 0:
		// a B of another source app, such as that for serving licences, is no business of ours
		return uuid.Nil, false
	case 1:
	default:
		r.note(Duplicated, s.stream, "B is tied to its A %d times", len(s.ties))
	}
	return s.ties[0].Instance, true
}

// pair demands that a submitted A has one B that agrees with it.
func (v *verifier) pair(ctx context.Context, a *side, bs []*side, h handover) error {
	if a.submissions != 1 {
		v.report.note(Duplicated, a.stream, "it has been submitted %d times", a.submissions)
	}
	for _, extra := range bs[min(1, len(bs)):] {
		v.report.note(Duplicated, extra.stream, "another B of %s", a.id)
	}
	if len(bs) == 0 {
		v.report.note(Skipped, a.stream, "the submission has no B")
		return nil
	}
	b := bs[0]
	v.tied(a, b, h)
	if a.place != b.place {
		v.report.note(Lost, b.stream, "the form does not hold what A %s has at %s", a.id, placeName)
	}
	return v.sameFiles(ctx, a, b)
}

// tied demands one tie on each side and one handover, all of the same.
func (v *verifier) tied(a, b *side, h handover) {
	want := link.HandoverID(a.id, 1, sourceLink)
	switch n := len(a.ties); {
	case n == 0:
		v.report.note(Skipped, a.stream, "A is not tied to its B %s", b.id)
	case n > 1:
		v.report.note(Duplicated, a.stream, "A is tied to its B %d times", n)
	case a.ties[0].Instance != b.id || a.ties[0].Handover != want || b.ties[0].Handover != want:
		v.report.note(Lost, a.stream, "A and B %s are not tied to each other by handover %s", b.id, want)
	}
	stream := record.ChainStream(link.ChainID(a.id))
	for _, step := range []struct {
		name string
		n    int
	}{{chain.FactHandoverIntended, h.intended}, {chain.FactTargetCreated, h.created}, {chain.FactSourceLinked, h.linked}} {
		switch {
		case step.n == 0:
			v.report.note(Skipped, stream, "the handover of %s has no %s", a.id, step.name)
		case step.n > 1:
			v.report.note(Duplicated, stream, "the handover of %s has %d times %s", a.id, step.n, step.name)
		}
	}
	if h.created > 0 && h.target != b.id {
		v.report.note(Lost, stream, "the handover of %s names %s, its B is %s", a.id, h.target, b.id)
	}
}

// sameFiles demands that B has A's attachments, to the byte.
func (v *verifier) sameFiles(ctx context.Context, a, b *side) error {
	sent, err := v.sums(ctx, a)
	if err != nil {
		return err
	}
	got, err := v.sums(ctx, b)
	if err != nil {
		return err
	}
	for f, n := range sent {
		if got[f] < n {
			v.report.note(Lost, b.stream, "attachment %s of type %s is not there as A %s has it", f.name, f.dataType, a.id)
		}
	}
	for f, n := range got {
		if n > sent[f] {
			v.report.note(Duplicated, b.stream, "attachment %s of type %s is there %d times, A %s has it %d times", f.name, f.dataType, n, a.id, sent[f])
		}
	}
	return nil
}

// fileSum is a file by what it holds.
type fileSum struct {
	dataType, name, contentType string
	size                        int64
	hash                        [sha256.Size]byte
}

func (v *verifier) sums(ctx context.Context, s *side) (map[fileSum]int, error) {
	out := map[fileSum]int{}
	for _, f := range s.files {
		c, ok, err := v.read(ctx, s.stream, f.Blob)
		if err != nil {
			return nil, err
		}
		if ok {
			out[fileSum{f.DataType, f.Name, f.ContentType, c.size, c.hash}]++
		}
	}
	return out, nil
}

// handover counts what the streams of chains say of the handover of an A.
type handover struct {
	intended, created, linked int
	target                    uuid.UUID
}

// handovers reads all chains and gives the handovers of submissions by A.
func (v *verifier) handovers(ctx context.Context, chains []uuid.UUID) (map[uuid.UUID]handover, error) {
	out := map[uuid.UUID]handover{}
	for _, id := range chains {
		source := map[uuid.UUID]uuid.UUID{} // by handover
		for e, err := range v.log.Read(ctx, record.ChainStream(id), 0) {
			if err != nil {
				return nil, fmt.Errorf("chain %s: %w", id, err)
			}
			count(out, source, e.Chain)
		}
	}
	return out, nil
}

// count takes one event of a chain in.
func count(out map[uuid.UUID]handover, source map[uuid.UUID]uuid.UUID, e chain.Event) {
	switch e := e.(type) {
	case chain.HandoverIntended:
		if e.SourceApp == sourceApp && e.Link == sourceLink {
			source[e.Handover] = e.Source
			h := out[e.Source]
			h.intended++
			out[e.Source] = h
		}
	case chain.TargetCreated:
		if a, ok := source[e.Handover]; ok {
			h := out[a]
			h.created++
			h.target = e.Target
			out[a] = h
		}
	case chain.SourceLinked:
		if a, ok := source[e.Handover]; ok {
			h := out[a]
			h.linked++
			out[a] = h
		}
	}
}
