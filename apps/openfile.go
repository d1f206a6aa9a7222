package apps

import (
	"bytes"
	"io"
	"io/fs"
)

// openFile is an open file of Files. It can seek, as HTTP ranges need.
type openFile struct {
	*bytes.Reader
	info fileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

// openDir is an open folder of Files. One goroutine reads it.
type openDir struct {
	info    fileInfo
	entries []fs.DirEntry // those not yet read
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: fs.ErrInvalid}
}

// ReadDir gives the next n entries, or all that remain when n is not positive.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	part := d.entries[:n]
	d.entries = d.entries[n:]
	return append([]fs.DirEntry{}, part...), nil
}
