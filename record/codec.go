package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// Schema is the version of the payload shapes that are written now.
const Schema uint16 = 1

// ErrUnknownShape means that an event was written by a newer version of the program.
var ErrUnknownShape = errors.New("record: unknown event type or schema version")

// Shapes of the payloads, version 1. Members are added and never renamed; a new meaning is a new version.
type (
	createdV1 struct {
		Owner        int       `json:"owner"`
		DueBefore    time.Time `json:"dueBefore,omitzero"`
		VisibleAfter time.Time `json:"visibleAfter,omitzero"`
		StartEvent   string    `json:"startEvent"`
	}
	elementAddedV1 struct {
		Element     uuid.UUID      `json:"element"`
		DataType    string         `json:"dataType"`
		Task        string         `json:"task,omitempty"`
		ContentType string         `json:"contentType"`
		Filename    string         `json:"filename,omitempty"`
		Size        int64          `json:"size,omitempty"`
		Blob        uuid.UUID      `json:"blob,omitzero"`
		Form        *document.Node `json:"form,omitempty"`
	}
	formPatchedV1 struct {
		Element uuid.UUID       `json:"element"`
		Patch   json.RawMessage `json:"patch"`
	}
	formReplacedV1 struct {
		Element uuid.UUID      `json:"element"`
		Form    *document.Node `json:"form"`
	}
	fileReplacedV1 struct {
		Element     uuid.UUID `json:"element"`
		ContentType string    `json:"contentType"`
		Filename    string    `json:"filename,omitempty"`
		Size        int64     `json:"size"`
		Blob        uuid.UUID `json:"blob"`
	}
	elementV1 struct {
		Element uuid.UUID `json:"element"`
	}
	taskStartedV1 struct {
		Task     string `json:"task"`
		Name     string `json:"name,omitempty"`
		TaskType string `json:"taskType"`
		Flow     int    `json:"flow"`
	}
	actionV1 struct {
		Task   string `json:"task"`
		Action string `json:"action"`
	}
	taskCompletedV1 struct {
		Task      string `json:"task"`
		Abandoned bool   `json:"abandoned,omitempty"`
	}
	processEndedV1 struct {
		EndEvent string `json:"endEvent"`
	}
	submittedV1 struct {
		Number int `json:"number"`
	}
	substatusV1 struct {
		Label       string `json:"label"`
		Description string `json:"description,omitempty"`
	}
	presentationV1 struct {
		Texts  map[string]string `json:"texts,omitempty"`
		Values map[string]string `json:"values,omitempty"`
	}
	linkedV1 struct {
		Chain    uuid.UUID     `json:"chain"`
		Handover uuid.UUID     `json:"handover"`
		Link     string        `json:"link"`
		Side     instance.Side `json:"side"`
		App      string        `json:"app"`
		Instance uuid.UUID     `json:"instance"`
		Party    int           `json:"party"`
	}
	orgV1 struct {
		Org string `json:"org"`
	}
	emptyV1    struct{}
	intendedV1 struct {
		Handover    uuid.UUID `json:"handover"`
		Link        string    `json:"link"`
		SourceApp   string    `json:"sourceApp"`
		Source      uuid.UUID `json:"source"`
		SourceOwner int       `json:"sourceOwner"`
		Submission  int       `json:"submission"`
		TargetApp   string    `json:"targetApp"`
	}
	targetCreatedV1 struct {
		Handover    uuid.UUID `json:"handover"`
		Target      uuid.UUID `json:"target"`
		TargetOwner int       `json:"targetOwner"`
	}
	handoverV1 struct {
		Handover uuid.UUID `json:"handover"`
	}
)

// shapeOf gives the shape that an instance event is written in.
func shapeOf(e instance.Event) (any, error) {
	switch e := e.(type) {
	case instance.Created:
		return createdV1(e), nil
	case instance.DataElementAdded:
		return elementAddedV1(e), nil
	case instance.FormDataPatched:
		return formPatchedV1{e.Element, e.Patch.AppendJSON(nil)}, nil
	case instance.FormDataReplaced:
		return formReplacedV1(e), nil
	case instance.FileReplaced:
		return fileReplacedV1(e), nil
	case instance.DataElementDeleted:
		return elementV1(e), nil
	case instance.TaskStarted:
		return taskStartedV1(e), nil
	case instance.ActionPerformed:
		return actionV1(e), nil
	case instance.TaskCompleted:
		return taskCompletedV1(e), nil
	case instance.ProcessEnded:
		return processEndedV1(e), nil
	case instance.Submitted:
		return submittedV1(e), nil
	case instance.SubstatusSet:
		return substatusV1(e), nil
	case instance.PresentationSet:
		return presentationV1(e), nil
	case instance.Linked:
		return linkedV1(e), nil
	case instance.CompletionConfirmed:
		return orgV1(e), nil
	case instance.Read, instance.SoftDeleted, instance.Undeleted, instance.Erased:
		return emptyV1{}, nil
	}
	return nil, fmt.Errorf("%w: %T", ErrUnknownShape, e)
}

// chainShapeOf gives the shape that a chain event is written in.
func chainShapeOf(e chain.Event) (any, error) {
	switch e := e.(type) {
	case chain.HandoverIntended:
		return intendedV1(e), nil
	case chain.TargetCreated:
		return targetCreatedV1(e), nil
	case chain.SourceLinked:
		return handoverV1(e), nil
	case chain.ResultReturned:
		return handoverV1(e), nil
	}
	return nil, fmt.Errorf("%w: %T", ErrUnknownShape, e)
}

// encode gives the plain payload: the shape's JSON, with the request's fingerprint as the last member if there is one.
func encode(shape any, request string) ([]byte, error) {
	b, err := json.Marshal(shape)
	if err != nil || request == "" {
		return b, err
	}
	b = b[:len(b)-1]
	if len(b) > 1 {
		b = append(b, ',')
	}
	b = append(b, `"request":`...)
	q, err := json.Marshal(request)
	return append(append(b, q...), '}'), err
}

// requestV1 is the fingerprint beside an event's own members.
type requestV1 struct {
	Request string `json:"request"`
}

// decodeInstance reads a plain payload of an instance event.
func decodeInstance(fact string, schema uint16, payload []byte) (instance.Event, string, error) {
	read, ok := instanceShapes[shapeKey{fact, schema}]
	if !ok {
		return nil, "", fmt.Errorf("%w: %s version %d", ErrUnknownShape, fact, schema)
	}
	return read(payload)
}

type shapeKey struct {
	fact    string
	version uint16
}

type reader func(payload []byte) (instance.Event, string, error)

var instanceShapes = map[shapeKey]reader{
	{instance.FactCreated, 1}:             shape(func(s createdV1) instance.Event { return instance.Created(s) }),
	{instance.FactDataElementAdded, 1}:    shape(func(s elementAddedV1) instance.Event { return instance.DataElementAdded(s) }),
	{instance.FactFormDataPatched, 1}:     readPatched,
	{instance.FactFormDataReplaced, 1}:    shape(func(s formReplacedV1) instance.Event { return instance.FormDataReplaced(s) }),
	{instance.FactFileReplaced, 1}:        shape(func(s fileReplacedV1) instance.Event { return instance.FileReplaced(s) }),
	{instance.FactDataElementDeleted, 1}:  shape(func(s elementV1) instance.Event { return instance.DataElementDeleted(s) }),
	{instance.FactTaskStarted, 1}:         shape(func(s taskStartedV1) instance.Event { return instance.TaskStarted(s) }),
	{instance.FactActionPerformed, 1}:     shape(func(s actionV1) instance.Event { return instance.ActionPerformed(s) }),
	{instance.FactTaskCompleted, 1}:       shape(func(s taskCompletedV1) instance.Event { return instance.TaskCompleted(s) }),
	{instance.FactProcessEnded, 1}:        shape(func(s processEndedV1) instance.Event { return instance.ProcessEnded(s) }),
	{instance.FactSubmitted, 1}:           shape(func(s submittedV1) instance.Event { return instance.Submitted(s) }),
	{instance.FactSubstatusSet, 1}:        shape(func(s substatusV1) instance.Event { return instance.SubstatusSet(s) }),
	{instance.FactPresentationSet, 1}:     shape(func(s presentationV1) instance.Event { return instance.PresentationSet(s) }),
	{instance.FactLinked, 1}:              shape(func(s linkedV1) instance.Event { return instance.Linked(s) }),
	{instance.FactCompletionConfirmed, 1}: shape(func(s orgV1) instance.Event { return instance.CompletionConfirmed(s) }),
	{instance.FactRead, 1}:                shape(func(emptyV1) instance.Event { return instance.Read{} }),
	{instance.FactSoftDeleted, 1}:         shape(func(emptyV1) instance.Event { return instance.SoftDeleted{} }),
	{instance.FactUndeleted, 1}:           shape(func(emptyV1) instance.Event { return instance.Undeleted{} }),
	{instance.FactErased, 1}:              shape(func(emptyV1) instance.Event { return instance.Erased{} }),
}

// shape makes a reader of a version 1 payload.
func shape[S any](to func(S) instance.Event) reader {
	return func(payload []byte) (instance.Event, string, error) {
		var both struct {
			requestV1
			body S
		}
		if err := json.Unmarshal(payload, &both.body); err != nil {
			return nil, "", err
		}
		if hasRequest(payload) {
			if err := json.Unmarshal(payload, &both.requestV1); err != nil {
				return nil, "", err
			}
		}
		return to(both.body), both.Request, nil
	}
}

// readPatched is the reader of the most frequent event. It takes the payload apart without decoding it when it is in the form in
// which encode writes it.
func readPatched(payload []byte) (instance.Event, string, error) {
	var body struct {
		formPatchedV1
		requestV1
	}
	if !splitPatched(payload, &body.formPatchedV1) {
		if err := json.Unmarshal(payload, &body); err != nil {
			return nil, "", err
		}
	}
	patch, err := document.ParsePatch(body.Patch)
	if err != nil {
		return nil, "", err
	}
	return instance.FormDataPatched{Element: body.Element, Patch: patch}, body.Request, nil
}

// splitPatched takes {"element":"<id>","patch":[…]} apart; it says false for anything else.
func splitPatched(payload []byte, into *formPatchedV1) bool {
	const before, between = `{"element":"`, `","patch":`
	const id = len(before) + 36
	if len(payload) < id+len(between)+3 || string(payload[:len(before)]) != before || string(payload[id:id+len(between)]) != between {
		return false
	}
	if payload[len(payload)-2] != ']' || hasRequest(payload) {
		return false
	}
	var err error
	into.Element, err = uuid.ParseBytes(payload[len(before):id])
	into.Patch = payload[id+len(between) : len(payload)-1]
	return err == nil
}

// hasRequest tells cheaply whether a payload may end with a fingerprint: encode puts it last.
func hasRequest(payload []byte) bool {
	const tail = `"request":"` // and 43 characters of base64, a quote and a brace
	at := len(payload) - len(tail) - FingerprintLength - 2
	return at >= 0 && string(payload[at:at+len(tail)]) == tail
}

// FingerprintLength is the number of characters of a request's fingerprint (SHA-256 as unpadded base64).
const FingerprintLength = 43

// decodeChain reads a plain payload of a chain event.
func decodeChain(fact string, schema uint16, payload []byte) (chain.Event, error) {
	if schema != 1 {
		return nil, fmt.Errorf("%w: %s version %d", ErrUnknownShape, fact, schema)
	}
	switch fact {
	case chain.FactHandoverIntended:
		return chainShape(payload, func(s intendedV1) chain.Event { return chain.HandoverIntended(s) })
	case chain.FactTargetCreated:
		return chainShape(payload, func(s targetCreatedV1) chain.Event { return chain.TargetCreated(s) })
	case chain.FactSourceLinked:
		return chainShape(payload, func(s handoverV1) chain.Event { return chain.SourceLinked(s) })
	case chain.FactResultReturned:
		return chainShape(payload, func(s handoverV1) chain.Event { return chain.ResultReturned(s) })
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownShape, fact)
}

func chainShape[S any](payload []byte, to func(S) chain.Event) (chain.Event, error) {
	var s S
	err := json.Unmarshal(payload, &s)
	return to(s), err
}

// Payload gives the contents of an event as they are recorded now, in plain JSON: for auditors, who get it beside the sealed bytes.
func Payload(e instance.Event) (json.RawMessage, error) {
	s, err := shapeOf(e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(s)
}
