// Package blob keeps the contents of files, such as attachments, outside the events that name them.
//
// # Order of things
//
//	info, err := store.Put(ctx, org, ref, body, limit)   // on disk, pending
//	_, err = log.Append(…)                               // the event that names ref
//	err = store.Keep(ctx, ref)                           // or Drop, if the event was refused
//
// A crash between Put and Keep leaves a pending blob. At the next start, before commands are taken, [Recover] asks for each
// whether an event names it, and keeps or drops it. So an event never names a blob that is not there, and no blob stays that no
// event names. That is also why Keep may be lazy: it costs no flush of its own.
//
// # Promise
//
// When Put returns nil, the whole content is on disk (WAL, synchronous=FULL). When it returns an error, nothing of it is kept,
// with two exceptions: after [ErrFailed] the outcome is unknown until the store is opened again, and after a crash what was
// half put is removed by the next [OpenSQLite]. Putting the same content under the same ref again is a success; other content is
// [ErrExists]. Waiting puts share one flush.
//
// Blobs of one chunk are written in one transaction with others. Larger ones are written a mebibyte at a time and appear whole or
// not at all. Neither Put nor Open ever holds a large blob in memory: Put needs about 1.3 MiB, Open 0.3 MiB.
//
// # What is on disk
//
// Contents are cut into chunks of 128 KiB. Each is sealed under the key of its stream (package vault) and bound to
//
//	stream ‖ blob id ‖ put id ‖ number of the chunk ‖ whether it is the last
//
// so that chunks cannot be cut off, swapped, reordered, moved to another blob, or mixed with those of an earlier blob of the same
// ref. A sealed head holds the size, the SHA-256 of the content and the put id (16 random bytes); no hash of the plaintext stands in
// clear, since small contents could be guessed from it. Readers see the stream name, the blob id, the time and roughly the size.
//
// Opening checks the head at once and each chunk before a byte of it is handed out. A reader must still expect
// [ErrTampered] in the middle of a long blob.
//
// # Erasure
//
// Destroy the key first (vault.Erase): from then on no copy of the contents can be read, back-ups included. Then
// [SQLite.DropStream] removes the rows, overwrites their pages with zeros and empties the write-ahead log. Freed space is used again by
// later blobs; the file does not shrink.
//
// # Files
//
//	blobs.db  blobs.db-wal  blobs.db-shm   SQLite, secure_delete, owner only; application id "HvBl", format 1
//	blobs.db.lock                          locked while the store is open; a second one is refused
package blob
