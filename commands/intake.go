package commands

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"path"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger/blob"
)

// MaxForm is the largest form, in bytes of JSON. Its event must fit the log.
const MaxForm = 768 << 10

// intake takes the forms and files of a request in, before they are recorded. Files go to the blob store at once, pending.
type intake struct {
	*work
	org, stream string
	elements    []instance.DataElementAdded
	blobs       []blob.Ref
	writing     errgroup.Group // small files that are being written; see settled
}

// take reads one part.
func (in *intake) take(p Part) error {
	dt, ok := in.app.Metadata.DataType(p.DataType)
	if !ok {
		return fail(Invalid, CodeDataTypeUnknown, "the app has no data type %q", p.DataType)
	}
	if !contributes(dt.Contributors(), &in.req.Caller) {
		return fail(Forbidden, CodeContributor, "data of type %s are written by others", dt.ID)
	}
	if n := in.count(dt.ID); dt.MaxCount > 0 && n >= dt.MaxCount {
		return fail(Invalid, string(instance.CodeMaxCount), "the request has more than %d elements of type %s", dt.MaxCount, dt.ID)
	}
	if dt.IsForm() {
		return in.form(dt, p)
	}
	return in.file(dt, p)
}

func (in *intake) count(dataType string) (n int) {
	for _, e := range in.elements {
		if e.DataType == dataType {
			n++
		}
	}
	return n
}

func (in *intake) form(dt apps.DataType, p Part) error {
	form, err := in.readForm(dt, p.ContentType, p.Body)
	if err != nil {
		return err
	}
	in.elements = append(in.elements, in.newForm(dt, form))
	return nil
}

// newForm makes the element of a form. Its rows get ids.
func (w *work) newForm(dt apps.DataType, form *document.Node) instance.DataElementAdded {
	return instance.DataElementAdded{
		Element: w.elementID(), DataType: dt.ID, Task: dt.TaskID, ContentType: dt.FormContentType(), Form: w.withRowIDs(form),
	}
}

// file takes a file in. The checks are Altinn's, in its order.
func (in *intake) file(dt apps.DataType, p Part) error {
	media, err := in.checkFile(dt, p)
	if err != nil {
		return err
	}
	ref := blob.Ref{Stream: in.stream, ID: in.svc.NewID()}
	size, err := in.put(ref, p.Body, limit(dt))
	if errors.Is(err, blob.ErrTooLarge) {
		return fail(TooLarge, CodeTooLarge, "files of type %s can be at most %d MB", dt.ID, limit(dt)>>20)
	}
	if err != nil {
		return readError(err)
	}
	in.blobs = append(in.blobs, ref)
	if size == 0 {
		return fail(Invalid, CodeEmptyFile, "the file is empty")
	}
	in.elements = append(in.elements, instance.DataElementAdded{
		Element: in.elementID(), DataType: dt.ID, Task: dt.TaskID, ContentType: media, Filename: baseName(p.Filename),
		Size: size, Blob: ref.ID,
	})
	return nil
}

// smallFile is the size up to which a file is read first and written while the next part is read, so that the files of a request
// share a flush. Larger ones are written as they come.
const smallFile = 128 << 10

// put gives a file to the blob store. Before anything is recorded that names it, settled must have said that it is there.
func (in *intake) put(ref blob.Ref, body io.Reader, limit int64) (int64, error) {
	start, err := io.ReadAll(io.LimitReader(body, smallFile))
	if err != nil {
		return 0, err
	}
	if len(start) == smallFile {
		info, err := in.svc.Blobs.Put(in.ctx, in.org, ref, io.MultiReader(bytes.NewReader(start), body), limit)
		return info.Size, err
	}
	in.writing.Go(func() error {
		_, err := in.svc.Blobs.Put(in.ctx, in.org, ref, bytes.NewReader(start), limit)
		return err
	})
	return int64(len(start)), nil
}

// settled waits until all files are durable.
func (in *intake) settled() error { return in.writing.Wait() }

func (in *intake) checkFile(dt apps.DataType, p Part) (string, error) {
	name := baseName(p.Filename)
	if p.Filename == "" || name == "." || name == "/" {
		return "", fail(Invalid, CodeFilenameMissing, "give the file a name in Content-Disposition")
	}
	if len(path.Ext(name)) < 2 || len(name) > 255 || strings.ContainsFunc(name, unicode.IsControl) {
		return "", fail(Invalid, CodeFilename, "the file name needs an extension, may have no control characters and at most 255 bytes")
	}
	if p.ContentType == "" {
		return "", fail(Invalid, CodeContentTypeMissing, "give the file's Content-Type")
	}
	media, _, err := mime.ParseMediaType(p.ContentType)
	if err != nil {
		return "", fail(Invalid, CodeContentType, "the Content-Type of the file cannot be read")
	}
	if !dt.AllowsContentType(media) {
		return "", fail(Invalid, CodeContentType, "files of type %s may not be %s", dt.ID, media)
	}
	if byName := mime.TypeByExtension(path.Ext(name)); byName != "" && media != "application/octet-stream" && !sameMedia(byName, media) {
		return "", fail(Invalid, CodeFilename, "the file's name says %s, its Content-Type %s", byName, media)
	}
	return media, nil
}

// baseName is a file's name without the folders that some browsers put before it.
func baseName(name string) string { return path.Base(strings.ReplaceAll(name, `\`, "/")) }

func sameMedia(a, b string) bool {
	x, _, _ := mime.ParseMediaType(a)
	return x == b
}

// limit is the size in bytes that a file of the type may have: the type's own, or the platform's.
func limit(dt apps.DataType) int64 {
	if dt.MaxSize != nil && *dt.MaxSize > 0 {
		return int64(*dt.MaxSize) << 20
	}
	return MaxFile
}

// MaxFile is the largest file of a data type that sets no limit, as in Altinn.
const MaxFile = 2000 << 20

// keep says that the files' events are in the log. A failure is no harm: the next start finds them referenced.
func (in *intake) keep(ctx context.Context) {
	if len(in.blobs) > 0 {
		_ = in.svc.Blobs.Keep(context.WithoutCancel(ctx), in.blobs...)
	}
}

// discard lets the files of a failed command go. When it is not known whether the command was recorded, they stay pending, and the
// next start settles them by what the log says.
func (in *intake) discard(ctx context.Context, cause error) {
	_ = in.settled() // what is being written must be there before it can go
	var unknown unknownOutcome
	if len(in.blobs) > 0 && !errors.As(cause, &unknown) {
		_ = in.svc.Blobs.Drop(ctx, in.blobs...)
	}
}

// readError tells a broken upload from our own trouble.
func readError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fail(Invalid, CodeBodyIncomplete, "the request ended too early")
	}
	return err
}

// blobRef names the contents of a file.
func blobRef(stream string, id uuid.UUID) blob.Ref { return blob.Ref{Stream: stream, ID: id} }
