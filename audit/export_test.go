package audit

import (
	"encoding/json"
	"fmt"

	"github.com/hovedbok/hovedbok/domain/instance"
)

// HasTemplate tells whether there is a sentence for a fact in every language.
func HasTemplate(fact string) bool {
	t := templates[fact]
	return t.NB != "" && t.NN != "" && t.EN != ""
}

// Reshape reads a recorded payload as a plain struct of its fact and gives what Event.Data shows of it.
func Reshape(fact string, payload []byte) (json.RawMessage, error) {
	read, ok := readers[fact]
	if !ok {
		return nil, fmt.Errorf("no reader for %s", fact)
	}
	e, err := read(payload)
	if err != nil {
		return nil, err
	}
	return dataOf(e)
}

func reader[S any](to func(S) instance.Event) func([]byte) (instance.Event, error) {
	return func(payload []byte) (instance.Event, error) {
		var s S
		err := json.Unmarshal(payload, &s)
		return to(s), err
	}
}

var readers = map[string]func([]byte) (instance.Event, error){
	instance.FactCreated:             reader(func(s createdData) instance.Event { return instance.Created(s) }),
	instance.FactDataElementAdded:    reader(func(s addedData) instance.Event { return instance.DataElementAdded(s) }),
	instance.FactFormDataPatched:     reader(func(s patchedData) instance.Event { return instance.FormDataPatched(s) }),
	instance.FactFormDataReplaced:    reader(func(s replacedData) instance.Event { return instance.FormDataReplaced(s) }),
	instance.FactFileReplaced:        reader(func(s fileData) instance.Event { return instance.FileReplaced(s) }),
	instance.FactDataElementDeleted:  reader(func(s elementData) instance.Event { return instance.DataElementDeleted(s) }),
	instance.FactTaskStarted:         reader(func(s taskStartedData) instance.Event { return instance.TaskStarted(s) }),
	instance.FactActionPerformed:     reader(func(s actionData) instance.Event { return instance.ActionPerformed(s) }),
	instance.FactTaskCompleted:       reader(func(s taskCompletedData) instance.Event { return instance.TaskCompleted(s) }),
	instance.FactProcessEnded:        reader(func(s endedData) instance.Event { return instance.ProcessEnded(s) }),
	instance.FactSubmitted:           reader(func(s submittedData) instance.Event { return instance.Submitted(s) }),
	instance.FactSubstatusSet:        reader(func(s substatusData) instance.Event { return instance.SubstatusSet(s) }),
	instance.FactPresentationSet:     reader(func(s presentationData) instance.Event { return instance.PresentationSet(s) }),
	instance.FactLinked:              reader(func(s linkedData) instance.Event { return instance.Linked(s) }),
	instance.FactCompletionConfirmed: reader(func(s orgData) instance.Event { return instance.CompletionConfirmed(s) }),
	instance.FactRead:                reader(func(struct{}) instance.Event { return instance.Read{} }),
	instance.FactSoftDeleted:         reader(func(struct{}) instance.Event { return instance.SoftDeleted{} }),
	instance.FactUndeleted:           reader(func(struct{}) instance.Event { return instance.Undeleted{} }),
	instance.FactErased:              reader(func(struct{}) instance.Event { return instance.Erased{} }),
}
