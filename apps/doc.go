// Package apps reads an Altinn Studio app folder, as it is, into a checked definition, and keeps every
// version that was ever published.
//
//	fsys ──► files ──► metadata, process, policy, models, texts, UI folders, links ──► checks ──► App
//	                         │                                                          │
//	                         └────────────────── Faults: file, line, cause, hint ◄──────┘
//
// Load makes one pass and collects every fault, so that an author mends them all at once. An App is
// immutable: what runs on it never parses and never locks. CheckLinks holds an app's links against the
// apps that they create. A Catalogue is the registry of published versions on disk.
//
// Read first: app.go (what an App is), load.go (the pass), fault.go (every fault by code).
package apps
