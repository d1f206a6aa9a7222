// Package appkit is what an author of app folders works with: a report of what is wrong with a folder and
// of what its C# would have to do here (Lint), a picture of a folder in text (Show), and a new folder that
// is right from the first moment (Create).
//
//	folder ──► apps.Load ──► faults ─┐
//	      └──► App/**.cs, layouts,   ├──► Report: file, line, what, what to do
//	           process, metadata ────┘     (what code does on Altinn, and what stands in for it here)
//
// C# is never run and never compiled: it is read for the interfaces that it implements and registers. What
// each of them does on Altinn, and what stands in for it here today, is one table: hooktable.go.
//
// Read first: lint.go, hooktable.go, show.go, scaffold.go.
package appkit
