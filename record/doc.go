// Package record is where the pure model meets the log: it turns events into sealed bytes and back, and appends them to the
// stream of their instance or chain.
//
// A payload is a JSON object, sealed under the key of its stream and bound to stream, event id and type. Its shape has
// a version (ledger.Event.Schema); shapes of old versions are read for ever, each with a golden sample under testdata.
//
// Event ids are derived from the command's id and the event's index in it, so that appending again what was appended already is
// recognised by every store.
package record
