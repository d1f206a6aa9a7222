package hammer

import (
	"maps"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/record"
)

func init() { maps.Copy(damages, chainDamages) }

func chainStreamOf(in *Instance) string { return record.ChainStream(link.ChainID(in.ID)) }

// chainDamages are planted beside the two chains of a healthy folder, mostly as a third chain that is not as it must be.
var chainDamages = map[string]damage{
	"a submission has no B": {func(f *folder, _, _ *Instance) string {
		in := f.instance("Third", chainFiles)
		f.submit(in)
		return streamOf(in)
	}, Skipped, "the submission has no B"},
	"a submission has two Bs": {func(f *folder, _, in *Instance) string {
		id := uuid.New()
		f.target(in, id, chainFiles)
		return record.InstanceStream(id)
	}, Duplicated, "another B of"},
	"a B has no submission": {func(f *folder, single, _ *Instance) string {
		id := uuid.New()
		f.target(single, id, nil)
		return record.InstanceStream(id)
	}, Duplicated, "which has not been submitted"},
	"a handover has no submission": {func(f *folder, single, _ *Instance) string {
		intended, _, _ := handoverEvents(single, uuid.New())
		f.record(single, intended)
		return chainStreamOf(single)
	}, Duplicated, "a handover of"},
	"B lacks an attachment": {func(f *folder, _, _ *Instance) string {
		return f.third(map[string]string{typePlan: "a plan"}, true, 1, 1)
	}, Lost, "attachment leiekontrakt.pdf of type leiekontrakt is not there"},
	"B has an attachment with other contents": {func(f *folder, _, _ *Instance) string {
		return f.third(map[string]string{typePlan: "a plan", typeLease: "a leash"}, true, 1, 1)
	}, Lost, "attachment leiekontrakt.pdf of type leiekontrakt is not there"},
	"B has an attachment that A has not": {func(f *folder, _, in *Instance) string {
		id := targetOf(in.ID)
		f.append(targetApp, id, uuid.New(), owner, f.file(id, typePlan, "extra.pdf", "extra"))
		return record.InstanceStream(id)
	}, Duplicated, "attachment extra.pdf"},
	"B has an attachment twice": {func(f *folder, _, in *Instance) string {
		id := targetOf(in.ID)
		f.append(targetApp, id, uuid.New(), owner, f.file(id, typePlan, "tegning.pdf", "a plan"))
		return record.InstanceStream(id)
	}, Duplicated, "is there 2 times, A"},
	"B's form is of another A": {func(f *folder, _, in *Instance) string {
		f.append(sourceApp, in.ID, uuid.New(), owner, patchEvent(in, placeName, "Elsewhere"))
		return record.InstanceStream(targetOf(in.ID))
	}, Lost, "the form does not hold what A"},
	"A is not tied to B": {func(f *folder, _, _ *Instance) string {
		f.third(chainFiles, false, 1, 1)
		return streamOf(f.last())
	}, Skipped, "A is not tied to its B"},
	"A is tied to B twice": {func(f *folder, _, in *Instance) string {
		f.append(sourceApp, in.ID, uuid.New(), owner, f.tie(in, instance.SideSource, targetOf(in.ID), targetApp))
		return streamOf(in)
	}, Duplicated, "A is tied to its B 2 times"},
	"B is tied to A twice": {func(f *folder, _, in *Instance) string {
		f.append(targetApp, targetOf(in.ID), uuid.New(), owner, f.tie(in, instance.SideTarget, in.ID, sourceApp))
		return record.InstanceStream(targetOf(in.ID))
	}, Duplicated, "B is tied to its A 2 times"},
	"A is tied to another instance": {func(f *folder, _, _ *Instance) string {
		in := f.instance("Third", chainFiles)
		f.submit(in)
		f.target(in, targetOf(in.ID), chainFiles)
		f.append(sourceApp, in.ID, uuid.New(), owner, f.tie(in, instance.SideSource, uuid.New(), targetApp))
		return streamOf(in)
	}, Lost, "are not tied to each other"},
	"the handover is not recorded to its end": {func(f *folder, _, _ *Instance) string {
		f.third(chainFiles, true, 1, 0)
		return chainStreamOf(f.last())
	}, Skipped, "has no SourceLinked"},
	"the handover was never intended": {func(f *folder, _, _ *Instance) string {
		f.third(chainFiles, true, 0, 0)
		return chainStreamOf(f.last())
	}, Skipped, "has no HandoverIntended"},
	"the handover is recorded twice": {func(f *folder, _, in *Instance) string {
		intended, created, _ := handoverEvents(in, targetOf(in.ID))
		f.record(in, intended, created)
		return chainStreamOf(in)
	}, Duplicated, "has 2 times TargetCreated"},
	"the handover names another B": {func(f *folder, _, in *Instance) string {
		_, created, _ := handoverEvents(in, uuid.New())
		f.record(in, created)
		return chainStreamOf(in)
	}, Lost, "its B is"},
	"A was submitted twice": {func(f *folder, _, in *Instance) string {
		f.append(sourceApp, in.ID, uuid.New(), owner, instance.Submitted{Number: 2})
		return streamOf(in)
	}, Duplicated, "it has been submitted 2 times"},
}

// third makes a third chain, whose B has the given files: with or without A's tie, and with as many of the first two and of the last record of the
// handover as given. It gives B's stream.
func (f *folder) third(files map[string]string, tied bool, begun, ended int) string {
	f.t.Helper()
	in := f.instance("Third", chainFiles)
	f.submit(in)
	id := targetOf(in.ID)
	f.target(in, id, files)
	intended, created, linked := handoverEvents(in, id)
	if begun > 0 {
		f.record(in, intended, created)
	}
	if tied {
		f.append(sourceApp, in.ID, uuid.New(), owner, f.tie(in, instance.SideSource, id, targetApp))
	}
	if ended > 0 {
		f.record(in, linked)
	}
	return record.InstanceStream(id)
}

// last is the instance that was added last.
func (f *folder) last() *Instance {
	all := f.journal.Instances()
	return all[len(all)-1]
}
