// Package sagas carries events from the log to handlers with effects: handovers between apps, notifications, payments, archives.
//
// Every [Handler] has its own subscription of the log and its own durable checkpoint. Its events are dealt to
// partitions by stream; a partition is a topic of a Watermill router and has one event in flight. So the events of one
// instance are handled in order, and instances are handled in parallel.
//
//	log ─► feed ─► partition 0 ─► park ─► retry ─► recover ─► correlate ─► Handle
//	        │  └─► partition n      │
//	        │                       ▼
//	        │                 parked list ─► again ─► recover ─► correlate ─► Handle
//	        ▼
//	   low-water mark ─► checkpoint
//
// # What holds
//
//   - Every event that passes a handler's filter is handled at least once, or is on the parked list with a reason, or was
//     discarded from it by a named person. None is skipped, whatever is killed when. An event may be handled again after a
//     crash, so handlers must be safe to repeat.
//   - The checkpoint never passes an event that is unfinished. An event is finished when its handler has returned nil, or
//     when it is durably on the parked list.
//   - While an event of a stream is parked, later events of that stream are parked behind it, and are released in
//     order when it succeeds or is discarded. Other streams go on.
//   - Nothing is parked because the process stops: what was in flight comes again after the next start.
//
// # The life of an event
//
//	             ┌──────────── error, attempts left: backoff ───────────┐
//	             ▼                                                      │
//	queued ─► in flight ──────────────────── nil ────────────────────► done
//	             │                                                      ▲
//	             │ attempts used up        ► parked: transient  ─ long backoff ─► in flight …
//	             │ Permanent               ► parked: permanent  ─ a person asks ─► in flight …
//	             │ Waiting                 ► parked: waiting    ─ after the wait ─► in flight …
//	             │ an earlier one is parked ► parked: behind    ─ its turn comes ─► in flight …
//	             ▼
//	         parked ─ a person discards it ─► discarded (kept in the list)
//
// Three clocks have three names: an attempt is a call of a handler, a retry is a call after a failure, and a wait is neither: a handler
// that waits for somebody else has not failed, and its waiting costs no attempts.
package sagas
