// Package multiapp passes cases from app to app: when an instance of A does what a link waits for, an instance of B is made with the
// credentials of A's service owner, exactly once, and A learns what became of it.
//
// The steps of one handover, each of which may find that it was done before:
//
//	trigger ─► Intended ─► POST B (one request: owner, prefill, attachments) ─► TargetCreated ─► tie A ─► SourceLinked
//	                                                                                                           │
//	B ends ───────────────────────────────────────────► read B, tell A (data, substatus) ─► ResultReturned ◄───┘
//
// All records are in the stream of the chain. What makes "exactly once" of "at least once": the handover's id follows from A, the
// firing of the trigger, and the link; it is the idempotency key of the request; and the receiver derives B's id from it. Prefill is taken from A as
// it was when the trigger fired, so that a repeat sends the same request.
package multiapp
