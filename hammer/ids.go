package hammer

import (
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/record"
)

// commandID is the id of the command that a caller's key names. It is derived here a second time, as package commands does it, so that a
// change of the derivation, which would let repeats through after an upgrade, shows as lost commands.
func commandID(caller, key, about string) uuid.UUID {
	return record.Derive("command", caller, key, about)
}

// about is what a command's key belongs to: the app for the command that makes an instance, and the instance for all others.
func (in *Instance) about(k Kind) string {
	if k == Created {
		return in.App
	}
	return in.ID.String()
}

// instanceID is the id of the instance that a command makes.
func instanceID(app string, command uuid.UUID) uuid.UUID {
	return record.Derive("instance", app, command.String())
}

// targetOf is the id of the B that the first submission of A makes.
func targetOf(source uuid.UUID) uuid.UUID {
	handover := link.HandoverID(source, 1, sourceLink)
	return instanceID(targetApp, commandID("org:"+targetOrg, "handover/"+handover.String(), targetApp))
}
