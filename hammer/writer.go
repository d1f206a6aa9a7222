package hammer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/google/uuid"
)

// worker is what all clients of a run have. It belongs to one goroutine.
type worker struct {
	*load
	user  *user
	name  string // unique in the run, and beyond
	count int    // of keys and values given
	rand  *rand.Rand
	buf   bytes.Buffer
}

func (l *load) worker(kind string, n int) worker {
	return worker{
		load: l, user: applicants[n%len(applicants)], name: l.run + "-" + kind + strconv.Itoa(n),
		rand: rand.New(rand.NewPCG(l.options.Seed, uint64(n)<<8|uint64(kind[0]))),
	}
}

// unique gives a text that nobody else gives: for keys and values.
func (w *worker) unique() string {
	w.count++
	return w.name + "-" + strconv.Itoa(w.count)
}

// newInstance begins the record of an instance that is about to be created.
func (w *worker) newInstance() *Instance {
	in := &Instance{App: sourceApp, Party: w.user.party, Caller: w.user.caller()}
	w.journal.Add(in)
	return in
}

// command sends a command and records what became of it.
func (w *worker) command(ctx context.Context, in *Instance, r request, e Effect) (answer, error) {
	r.user, r.key = w.user, w.unique()
	if r.contentType == "" && r.body != nil {
		r.contentType = mediaJSON
	}
	a, err := w.client.acknowledged(ctx, &r, &w.buf)
	c := Command{Key: r.key, Effect: e, Position: a.position}
	switch {
	case err == nil:
		in.Commands = append(in.Commands, c)
	case errors.Is(err, errUnknown):
		in.Unknown = append(in.Unknown, c)
	}
	return a, err
}

// create makes an instance and finds its form in the answer.
func (w *worker) create(ctx context.Context, in *Instance, r request, e Effect) error {
	r.method, r.path = http.MethodPost, "/"+sourceApp+"/instances"
	a, err := w.command(ctx, in, r, e)
	if err != nil {
		return err
	}
	made, err := readMade(a.body)
	if err != nil {
		return fmt.Errorf("the answer to a creation is no instance: %w", err)
	}
	if in.ID, err = uuid.Parse(made.ID[bytes.IndexByte([]byte(made.ID), '/')+1:]); err != nil {
		return fmt.Errorf("the answer to a creation has no instance id: %w", err)
	}
	for _, d := range made.Data {
		if d.DataType == formType {
			in.Form, err = uuid.Parse(d.ID)
		}
	}
	if err != nil || in.Form == uuid.Nil {
		return errors.New("the answer to a creation names no form")
	}
	return nil
}

// path is the address of an instance or of something in it.
func (in *Instance) path(rest string) string {
	return "/" + in.App + "/instances/" + strconv.Itoa(in.Party) + "/" + in.ID.String() + rest
}

// writer sends single commands on instances of its own, one after the other.
type writer struct {
	worker
	current *Instance
	files   int             // attached to current
	fresh   map[string]bool // pointers of current that have been written
}

// commandsPerInstance is how many commands an instance gets at most, so that folding stays like that of real instances.
const commandsPerInstance = 150

// Shares of the single commands, in per cent; the rest are patches.
const (
	shareGet      = 12
	shareValidate = 6
	shareAttach   = 4
)

// step does one command.
func (w *writer) step(ctx context.Context) error {
	if w.current == nil || len(w.current.Commands) >= commandsPerInstance {
		return w.begin(ctx)
	}
	err := w.any(ctx)
	if err != nil {
		w.current = nil // what it holds now is not known to the last command
	}
	return err
}

func (w *writer) begin(ctx context.Context) error {
	in := w.newInstance()
	err := w.create(ctx, in, request{op: OpCreate, body: w.material.start[in.Party]}, Effect{Kind: Created})
	if err != nil {
		return err
	}
	w.current, w.files, w.fresh = in, 0, map[string]bool{}
	return nil
}

func (w *writer) any(ctx context.Context) error {
	switch n := w.rand.IntN(100); {
	case n < shareGet:
		return w.query(ctx, OpGet, "")
	case n < shareGet+shareValidate:
		return w.query(ctx, OpValidate, "/validate")
	case n < shareGet+shareValidate+shareAttach && w.files < maxFiles:
		return w.attach(ctx)
	}
	return w.patch(ctx)
}

func (w *writer) query(ctx context.Context, op, rest string) error {
	r := request{op: op, method: http.MethodGet, path: w.current.path(rest), user: w.user}
	_, err := w.client.acknowledged(ctx, &r, &w.buf)
	return err
}

// patch gives a text of the form a new value. One in eight goes into lists as well.
func (w *writer) patch(ctx context.Context) error {
	in, pointer := w.current, contact
	if w.rand.IntN(8) == 0 {
		pointer = placeName
	}
	e := Effect{Kind: Patched, Pointer: pointer, Value: w.unique()}
	body := patchBody(in.Form.String(), pointer, e.Value, !w.fresh[pointer])
	_, err := w.command(ctx, in, request{op: OpPatch, method: http.MethodPatch, path: in.path("/data"), body: body}, e)
	w.fresh[pointer] = true
	return err
}

func (w *writer) attach(ctx context.Context) error {
	in := w.current
	body, file := w.material.attachment(w.files, w.unique())
	w.files++
	_, err := w.command(ctx, in, request{
		op: OpAttach, method: http.MethodPost, path: in.path("/data/" + file.DataType), contentType: mediaPDF,
		disposition: `attachment; filename="` + file.Name + `"`, body: body,
	}, Effect{Kind: Attached, Files: []File{file}})
	return err
}
