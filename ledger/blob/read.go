package blob

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/hovedbok/hovedbok/ledger/vault"
)

// Open implements Reader. The io.ReadCloser is also an io.WriterTo. It belongs to one goroutine.
func (s *SQLite) Open(ctx context.Context, ref Ref) (io.ReadCloser, Info, error) {
	r, err := s.open(ctx, ref)
	if err != nil {
		return nil, Info{}, fmt.Errorf("blob: open %s: %w", ref, err)
	}
	return r, r.head.Info, nil
}

func (s *SQLite) open(ctx context.Context, ref Ref) (*reader, error) {
	key, err := s.keys.Key(ctx, ref.Stream)
	if errors.Is(err, vault.ErrNoKey) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	r := &reader{s: s, ref: ref, key: key}
	var sealedHead, first []byte
	err = s.find.QueryRow(ref.Stream, ref.ID[:]).Scan(&r.no, &sealedHead, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, s.file.Explain(err)
	}
	if r.head, err = openHead(key, ref, sealedHead); err != nil {
		return nil, err
	}
	return r, r.take(first)
}

// reader hands out a blob chunk by chunk.
type reader struct {
	s    *SQLite
	ref  Ref
	key  vault.Key
	no   int64
	head head

	n     int64  // chunks opened
	buf   []byte // for one chunk
	ready []byte // part of buf that has not been handed out
	err   error  // once set, the answer to all that follows
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.more(); err != nil {
		return 0, err
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}

// WriteTo implements io.WriterTo.
func (r *reader) WriteTo(w io.Writer) (total int64, err error) {
	for {
		if err := r.more(); err == io.EOF {
			return total, nil
		} else if err != nil {
			return total, err
		}
		n, err := w.Write(r.ready)
		total += int64(n)
		if r.ready = r.ready[n:]; err != nil {
			return total, err
		}
	}
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.buf, r.ready, r.err = nil, nil, fs.ErrClosed
	return nil
}

// more makes some content ready, or gives io.EOF.
func (r *reader) more() error {
	if len(r.ready) > 0 || r.err != nil {
		return r.err
	}
	if r.n == chunks(r.head.Size) {
		r.err = io.EOF
		return r.err
	}
	if err := r.fetch(); err != nil {
		r.err = fmt.Errorf("blob: read %s: %w", r.ref, err)
	}
	return r.err
}

func (r *reader) fetch() error {
	var sealed []byte
	err := r.s.chunk.QueryRow(r.no<<chunkBits + r.n).Scan(&sealed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r.s.file.Explain(err)
	}
	return r.take(sealed)
}

// take opens the next chunk.
func (r *reader) take(sealed []byte) error {
	if sealed == nil {
		return r.missing()
	}
	if r.buf == nil {
		r.buf = make([]byte, 0, len(sealed))
	}
	plain, err := openChunk(r.key, r.ref, &r.head, r.n, r.buf[:0], sealed)
	if err != nil {
		return err
	}
	r.buf, r.ready = plain, plain
	r.n++
	return nil
}

// missing tells why a chunk is not there: either the blob was dropped, or somebody has cut it.
func (r *reader) missing() error {
	var state int
	err := r.s.alive.QueryRow(r.no).Scan(&state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: it was dropped meanwhile", ErrNotFound)
	case err != nil:
		return r.s.file.Explain(err)
	}
	return fmt.Errorf("chunk %d is missing: %w", r.n, ErrTampered)
}
