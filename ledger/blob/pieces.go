package blob

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"sync"
)

// buffers hold a chunk of plaintext and the byte after it.
var buffers = sync.Pool{New: func() any { return new([ChunkSize + 1]byte) }}

// pieces cuts a reader into chunks and sums up what it has read.
type pieces struct {
	r     io.Reader
	limit int64

	buf     *[ChunkSize + 1]byte
	carried int // bytes at the front of buf that belong to the next chunk: 0 or 1
	size    int64
	sum     hash.Hash
}

func newPieces(r io.Reader, limit int64) *pieces {
	return &pieces{r: r, limit: limit, buf: buffers.Get().(*[ChunkSize + 1]byte), sum: sha256.New()}
}

// free gives the buffer back. The chunks that next gave must not be used any more.
func (p *pieces) free() { buffers.Put(p.buf) }

// next gives the next chunk, which is valid until the next call, and whether it is the last. To know that, it reads one byte
// more than the chunk has.
func (p *pieces) next(ctx context.Context) (chunk []byte, last bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if p.carried == 1 {
		p.buf[0] = p.buf[ChunkSize]
	}
	n, err := fill(p.r, p.buf[p.carried:])
	if err != nil && err != io.EOF {
		return nil, false, fmt.Errorf("read the content: %w", err)
	}
	n += p.carried
	if p.size+int64(n) > p.limit {
		return nil, false, fmt.Errorf("%w: at most %d bytes", ErrTooLarge, p.limit)
	}
	chunk = p.buf[:min(n, ChunkSize)]
	p.carried = n - len(chunk)
	p.size += int64(len(chunk))
	p.sum.Write(chunk)
	return chunk, p.carried == 0, nil
}

// fill reads until buf is full or r ends. Unlike io.ReadFull it tells the reader's own io.ErrUnexpectedEOF, which
// means a broken upload, from the end.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for idle := 0; n < len(buf); {
		m, err := r.Read(buf[n:])
		if n += m; err != nil {
			return n, err
		}
		if idle++; m > 0 {
			idle = 0
		}
		if idle == 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}

// info tells what has been read. It is complete after the last chunk.
func (p *pieces) info() (i Info) {
	i.Size = p.size
	p.sum.Sum(i.SHA256[:0])
	return i
}

// rest reads to the end and tells what was read altogether.
func (p *pieces) rest(ctx context.Context) (Info, error) {
	for {
		_, last, err := p.next(ctx)
		if err != nil {
			return Info{}, err
		}
		if last {
			return p.info(), nil
		}
	}
}
