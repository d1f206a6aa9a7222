package audit

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// Shapes of Event.Data, one for each fact. They are those of the recorded payloads of schema version 1.
type (
	createdData struct {
		Owner        int       `json:"owner"`
		DueBefore    time.Time `json:"dueBefore,omitzero"`
		VisibleAfter time.Time `json:"visibleAfter,omitzero"`
		StartEvent   string    `json:"startEvent"`
	}
	addedData struct {
		Element     uuid.UUID      `json:"element"`
		DataType    string         `json:"dataType"`
		Task        string         `json:"task,omitempty"`
		ContentType string         `json:"contentType"`
		Filename    string         `json:"filename,omitempty"`
		Size        int64          `json:"size,omitempty"`
		Blob        uuid.UUID      `json:"blob,omitzero"`
		Form        *document.Node `json:"form,omitempty"`
	}
	patchedData struct {
		Element uuid.UUID      `json:"element"`
		Patch   document.Patch `json:"patch"`
	}
	replacedData struct {
		Element uuid.UUID      `json:"element"`
		Form    *document.Node `json:"form"`
	}
	fileData struct {
		Element     uuid.UUID `json:"element"`
		ContentType string    `json:"contentType"`
		Filename    string    `json:"filename,omitempty"`
		Size        int64     `json:"size"`
		Blob        uuid.UUID `json:"blob"`
	}
	elementData struct {
		Element uuid.UUID `json:"element"`
	}
	taskStartedData struct {
		Task     string `json:"task"`
		Name     string `json:"name,omitempty"`
		TaskType string `json:"taskType"`
		Flow     int    `json:"flow"`
	}
	actionData struct {
		Task   string `json:"task"`
		Action string `json:"action"`
	}
	taskCompletedData struct {
		Task      string `json:"task"`
		Abandoned bool   `json:"abandoned,omitempty"`
	}
	endedData struct {
		EndEvent string `json:"endEvent"`
	}
	submittedData struct {
		Number int `json:"number"`
	}
	substatusData struct {
		Label       string `json:"label"`
		Description string `json:"description,omitempty"`
	}
	presentationData struct {
		Texts  map[string]string `json:"texts,omitempty"`
		Values map[string]string `json:"values,omitempty"`
	}
	linkedData struct {
		Chain    uuid.UUID     `json:"chain"`
		Handover uuid.UUID     `json:"handover"`
		Link     string        `json:"link"`
		Side     instance.Side `json:"side"`
		App      string        `json:"app"`
		Instance uuid.UUID     `json:"instance"`
		Party    int           `json:"party"`
	}
	orgData struct {
		Org string `json:"org"`
	}
)

// dataOf gives the contents of an event as JSON.
func dataOf(e instance.Event) (json.RawMessage, error) {
	shape, err := shapeOf(e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(shape)
}

func shapeOf(e instance.Event) (any, error) {
	switch e := e.(type) {
	case instance.Created:
		return createdData(e), nil
	case instance.DataElementAdded:
		return addedData(e), nil
	case instance.FormDataPatched:
		return patchedData(e), nil
	case instance.FormDataReplaced:
		return replacedData(e), nil
	case instance.FileReplaced:
		return fileData(e), nil
	case instance.DataElementDeleted:
		return elementData(e), nil
	case instance.TaskStarted:
		return taskStartedData(e), nil
	case instance.ActionPerformed:
		return actionData(e), nil
	case instance.TaskCompleted:
		return taskCompletedData(e), nil
	case instance.ProcessEnded:
		return endedData(e), nil
	case instance.Submitted:
		return submittedData(e), nil
	case instance.SubstatusSet:
		return substatusData(e), nil
	case instance.PresentationSet:
		return presentationData(e), nil
	case instance.Linked:
		return linkedData(e), nil
	case instance.CompletionConfirmed:
		return orgData(e), nil
	case instance.Read, instance.SoftDeleted, instance.Undeleted, instance.Erased:
		return struct{}{}, nil
	}
	return nil, fmt.Errorf("no shape for %T", e)
}
