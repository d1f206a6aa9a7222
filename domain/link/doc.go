// Package link is the declaration "when an instance of A does this, create an instance of B".
//
// A Link is read from App/config/links.json of A. What it takes from the instances is written as
// values: either a literal or an expression, kept here as JSON text, since the domain knows no
// expression engine. The life of a handover is
//
//	A: trigger ── if ──► B is created for the owner, with prefill and attachments
//	B: ends ───────────► A learns what back says: form data while it runs, a substatus in any state
//
// The ids of what a link makes are derived, never drawn: the same submission of the same instance
// through the same link gives the same B, whoever asks and how often.
package link
