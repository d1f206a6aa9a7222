// Package instance is the pure model of an instance: what can happen to it (events), what it is (State), and which
// events a wish leads to (the decide functions). It reads no clock, makes no ids and does no I/O; those come as arguments.
//
// A life, as states:
//
//	          Created            TaskStarted        TaskCompleted
//	(nothing) ───────► started ────────────► at task ───────────► between tasks ──► at the next task …
//	                                            ▲ │ TaskCompleted{Abandoned}             │
//	                                            └─┘ and TaskStarted of an earlier task   │ ProcessEnded, Submitted
//	                                                                                     ▼
//	                                     SubstatusSet, Linked, CompletionConfirmed     archived
//
// SoftDeleted can come in any state and Undeleted takes it back; Erased is final. Data may change at a task and not
// after the end. Read is recorded once for each reader and state.
package instance
