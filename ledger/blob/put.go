package blob

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Put implements Writer.
func (s *SQLite) Put(ctx context.Context, org string, ref Ref, r io.Reader, limit int64) (Info, error) {
	if limit < 0 || ref.ID == uuid.Nil {
		return Info{}, fmt.Errorf("%w: put %s with a limit of %d bytes", ErrInvalid, ref, limit)
	}
	key, err := s.keys.Create(ctx, org, ref.Stream)
	if err != nil {
		return Info{}, fmt.Errorf("blob: put %s: %w", ref, err)
	}
	p := newPieces(r, min(limit, maxSize))
	defer p.free()
	u := &upload{s: s, ref: ref, key: key, put: newPutID(), in: p}
	info, err := u.run(ctx)
	if err != nil {
		return Info{}, fmt.Errorf("blob: put %s: %w", ref, err)
	}
	return info, nil
}

// upload is one Put under way.
type upload struct {
	s   *SQLite
	ref Ref
	key vault.Key
	put putID
	in  *pieces

	no     int64    // of the blob, once its row is there
	n      int64    // chunks sealed
	sealed [][]byte // chunks that are not written yet: the last of the n
}

func (u *upload) run(ctx context.Context) (Info, error) {
	last, err := u.seal(ctx)
	if err != nil {
		return Info{}, err
	}
	if last {
		return u.small(ctx)
	}
	return u.large(ctx)
}

// seal takes the next chunk.
func (u *upload) seal(ctx context.Context) (last bool, err error) {
	plain, last, err := u.in.next(ctx)
	if err != nil {
		return false, err
	}
	u.sealed = append(u.sealed, sealChunk(u.key, u.ref, u.put, u.n, last, plain))
	u.n++
	return last, nil
}

// small writes a blob of one chunk in one step.
func (u *upload) small(ctx context.Context) (Info, error) {
	info := u.in.info()
	other, err := u.begin(ctx, statePending, u.head(info))
	if err != nil || other == nil {
		return info, err
	}
	return info, other.same(u, info)
}

func (u *upload) head(info Info) []byte { return sealHead(u.key, u.ref, head{info, u.put}) }

// large writes a blob a window of chunks at a time. Nothing of it can be seen until the last.
func (u *upload) large(ctx context.Context) (Info, error) {
	last, err := u.seal(ctx)
	if err != nil {
		return Info{}, err
	}
	other, err := u.begin(ctx, stateUploading, nil)
	if err != nil {
		return Info{}, err
	}
	if other != nil {
		info, err := u.in.info(), error(nil)
		if !last {
			info, err = u.in.rest(ctx)
		}
		return info, errors.Join(err, other.same(u, info))
	}
	info, err := u.rest(ctx, last)
	if err != nil {
		return Info{}, errors.Join(err, u.abandon(ctx))
	}
	return info, nil
}

// rest writes what follows on the first window.
func (u *upload) rest(ctx context.Context, last bool) (info Info, err error) {
	for !last {
		for len(u.sealed) < window && !last {
			if last, err = u.seal(ctx); err != nil {
				return Info{}, err
			}
		}
		if !last {
			err = u.write(ctx, func(*durable.Tx) error { return nil })
		}
		if err != nil {
			return Info{}, err
		}
	}
	info = u.in.info()
	sealedHead := u.head(info)
	return info, u.write(ctx, func(tx *durable.Tx) error {
		_, err := tx.Exec("UPDATE blobs SET state = ?, head = ? WHERE no = ?", statePending, sealedHead, u.no)
		return err
	})
}

// abandon removes what has been written. It goes on when the caller has given up.
func (u *upload) abandon(ctx context.Context) error {
	if u.s.file.Err() != nil {
		return nil // the next open removes it
	}
	ctx = context.WithoutCancel(ctx)
	err := u.s.file.Do(ctx, 0, func(tx *durable.Tx) error { return discard(tx, u.no) })
	return errors.Join(err, u.s.sweep(ctx))
}

// found is a blob that has the ref already.
type found struct {
	state int
	head  []byte
}

// same is nil if the blob is complete and has this content.
func (f *found) same(u *upload, info Info) error {
	if f.state == stateUploading {
		return fmt.Errorf("%w: it is being put", ErrExists)
	}
	h, err := openHead(u.key, u.ref, f.head)
	if err == nil && h.Info != info {
		err = ErrExists
	}
	return err
}

// begin writes the blob's row and the chunks so far, unless there is such a row: then it gives that.
func (u *upload) begin(ctx context.Context, state int, head []byte) (other *found, err error) {
	err = u.s.file.Do(ctx, u.bytes(), func(tx *durable.Tx) error {
		other = &found{}
		err := tx.Get("SELECT state, head FROM blobs WHERE stream = ? AND id = ?", []any{u.ref.Stream, u.ref.ID[:]}, &other.state, &other.head)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		other = nil
		u.no = u.s.next
		u.s.next++
		_, err = tx.Exec("INSERT INTO blobs (no, stream, id, state, created, head) VALUES (?, ?, ?, ?, ?, ?)",
			u.no, u.ref.Stream, u.ref.ID[:], state, u.s.now().UnixMicro(), head)
		if err != nil {
			return err
		}
		return u.insert(tx)
	})
	u.sealed = u.sealed[:0]
	return other, err
}

// write writes the chunks that wait, if the blob has not been dropped meanwhile, and then something more.
func (u *upload) write(ctx context.Context, more func(*durable.Tx) error) error {
	err := u.s.file.Do(ctx, u.bytes(), func(tx *durable.Tx) error {
		var state int
		err := tx.Get("SELECT state FROM blobs WHERE no = ?", []any{u.no}, &state)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: it was dropped while it was put", ErrNotFound)
		}
		if err != nil {
			return err
		}
		if err := u.insert(tx); err != nil {
			return err
		}
		return more(tx)
	})
	u.sealed = u.sealed[:0]
	return err
}

func (u *upload) insert(tx *durable.Tx) error {
	first := u.no<<chunkBits + u.n - int64(len(u.sealed))
	for i, chunk := range u.sealed {
		if _, err := tx.Exec("INSERT INTO chunks (no, data) VALUES (?, ?)", first+int64(i), chunk); err != nil {
			return err
		}
	}
	return nil
}

func (u *upload) bytes() (n int) {
	for _, chunk := range u.sealed {
		n += len(chunk)
	}
	return n
}
