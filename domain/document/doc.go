// Package document is the tree of a form's data, and the patches, paths and differences on it.
//
// # Reading and writing
//
// [Parse] reads JSON strictly, and [Node.AppendJSON] writes it back: members keep their order and numbers their text, so that
// 1.50 stays 1.50 and the twentieth digit of an amount survives. Whatever Parse takes, another strict JSON reader takes too; on
// top it refuses repeated names, text that is not UTF-8, halves of surrogate pairs, and what exceeds [MaxDepth] and [MaxSize],
// since each of these means different things to different readers.
//
// # Who may change what
//
// A tree that others can see is never changed. [Patch.Apply] and [Node.With] give a new tree that shares with the old one what
// did not change; any number of goroutines may read both. Four methods do change a tree, and are for its one owner:
// [Node.Set], [Node.Append] and [Node.UnmarshalJSON] while it is being built, and [Patch.ApplyInPlace] for a fold:
//
//	state := document.NewObject()
//	for _, event := range events {
//		patch, err := document.ParsePatch(event.Patch)
//		…
//		state, err = patch.ApplyInPlace(state)
//		…
//	}
//
// Patches are never changed by being applied, and can be applied again. Both ways of applying give the same
// document, byte for byte, or the same error.
//
// # Places
//
//	Pointer  /soeker/barn/0/navn   RFC 6901, in patches
//	Path     soeker.barn[0].navn   Altinn's dotted paths, in layouts, expressions and links
//
// [Node.At] follows the one, [Node.Lookup] the other. They are not the same: the token 0 of a pointer fits a row and a member
// named 0, a step of a path says which of the two it means.
//
// # Patches
//
// A [Patch] has the six operations of RFC 6902. Failures are a *[PatchError] with the index of the operation and one of four
// kinds, from which an API answers:
//
//	Malformed      the text is no patch                          400
//	TestFailed     a test found another value                    409
//	NotFound       nothing stands at path or from                422
//	NotApplicable  a row beyond the end, a move into itself, …   422
//
// Errors name places and never values: values are personal data.
//
// # Differences
//
// [Diff] gives the patch between two documents, for machines; [Changes] lists the fields that differ, for people. Both pair the
// rows of a list by [RowID] where every row has one, so that removing the first of ten rows is one removal and not ten changes.
//
// # Cost
//
// A scalar takes 32 bytes and its text. Small documents are read in a handful of allocations: scalars come in blocks of 2 KiB and
// texts in windows of 4 KiB, and that is what a single value keeps alive when the rest of its document is gone (at most the 64
// scalars of its block and their texts). Containers are allocated each by itself, so that a value never keeps its whole document.
// A text of MaxSize that is made of small lists alone, [[0],[0],…], was measured at 216 MiB as a tree and 308 MiB allocated on
// the way, so a server that takes texts of strangers bounds their size further.
package document
