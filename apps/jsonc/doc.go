// Package jsonc reads the JSON that people write by hand in app folders: with a byte order mark, with
// comments and with trailing commas where the kind of file allows them, and with a line number for
// everything that can be wrong.
//
// Standard turns such a text into strict JSON of the same length: what is not JSON becomes spaces, so
// that an offset into the result is an offset into the file. Parse goes on to a tree of nodes, each with
// its place.
package jsonc
