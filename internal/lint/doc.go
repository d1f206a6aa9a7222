// Package lint holds the rules of the project that no linter knows, as tests: who may import whom, where a library may be used, what
// every file must have, and that the documents say what the code does.
//
// A rule that must be broken has an entry in its list of exceptions, with the reason. An exception that nothing needs any more fails too, so
// that the lists stay short.
package lint
