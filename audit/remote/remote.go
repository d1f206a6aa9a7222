// Package remote asks a running node what package audit answers, over its HTTP API.
package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/record"
)

// MaxAnswer is the largest answer that is read, in bytes.
const MaxAnswer = 1 << 30

// Instance is an instance on a node. It keeps the events of its first answer. Its methods may be called from any goroutine.
type Instance struct {
	Base   string       // of the node, such as http://127.0.0.1:8080
	Token  string       // of somebody who may read the instance
	Party  int          // owner of the instance
	ID     uuid.UUID    // the instance
	Client *http.Client // http.DefaultClient if nil

	mu     sync.Mutex
	events []audit.Event // of the first answer; under mu, not changed
}

// AnswerError is an answer that is not the one asked for.
type AnswerError struct {
	Status int    // HTTP status
	Code   string // of the problem, see the API; empty when the answer is none
	Detail string
}

func (e *AnswerError) Error() string {
	text := "the node answers " + strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
	for _, s := range []string{e.Code, e.Detail} {
		if s != "" {
			text += ": " + s
		}
	}
	return text
}

// Verify asks for all events and verifies what the node tells of them, see audit.VerifyEvents. Errors are an *AnswerError, those of the
// connection, and a *audit.BrokenError.
func (i *Instance) Verify(ctx context.Context) (n int, recomputed bool, err error) {
	events, err := i.all(ctx)
	if err != nil {
		return 0, false, err
	}
	return audit.VerifyEvents(record.InstanceStream(i.ID), events)
}

// Events gives events as audit.Events does, with their sealed bytes if they are wanted and the node gives them. Errors are an
// *AnswerError, those of the connection, audit.ErrNoSuchRevision and audit.ErrBeforeCreation.
func (i *Instance) Events(ctx context.Context, o audit.Options) ([]audit.Event, error) {
	all, err := i.all(ctx)
	if err != nil {
		return nil, err
	}
	events, err := audit.Window(all, o.Until)
	if err != nil {
		return nil, err
	}
	events = slices.Clone(events[min(max(0, int(o.From)), len(events)):])
	if !o.Sealed {
		for n := range events {
			events[n].Sealed = nil
		}
	}
	return events, nil
}

// all asks for all events once. What one answer tells is what is verified and shown.
func (i *Instance) all(ctx context.Context) ([]audit.Event, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.events != nil {
		return i.events, nil
	}
	var out struct{ Events []audit.Event }
	if err := i.get(ctx, "events", url.Values{"sealed": {"true"}}, &out); err != nil {
		return nil, err
	}
	i.events = out.Events
	return i.events, nil
}

// State gives the instance as it was at a point. Errors are an *AnswerError and those of the connection.
func (i *Instance) State(ctx context.Context, until record.Until) (doc audit.StateDoc, err error) {
	q := url.Values{}
	switch {
	case until.Revision != nil:
		q.Set("revision", pointText(until))
	case !until.Time.IsZero():
		q.Set("at", pointText(until))
	}
	err = i.get(ctx, "state", q, &doc)
	return doc, err
}

// Diff gives what differs between two points. Errors are an *AnswerError and those of the connection.
func (i *Instance) Diff(ctx context.Context, from, to record.Until) ([]audit.Change, error) {
	q := url.Values{"to": {pointText(to)}}
	if from.Revision == nil || *from.Revision >= 0 {
		q.Set("from", pointText(from))
	}
	var out struct{ Changes []audit.Change }
	err := i.get(ctx, "diff", q, &out)
	return out.Changes, err
}

// pointText writes a point as the API reads it.
func pointText(u record.Until) string {
	switch {
	case u.Revision != nil:
		return strconv.FormatInt(int64(*u.Revision), 10)
	case !u.Time.IsZero():
		return u.Time.UTC().Format(time.RFC3339Nano)
	}
	return "now"
}

func (i *Instance) get(ctx context.Context, what string, q url.Values, out any) error {
	address := fmt.Sprintf("%s/ledger/instances/%d/%s/%s", strings.TrimRight(i.Base, "/"), i.Party, i.ID, what)
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("the address of the node cannot be used")
	}
	req.Header.Set("Authorization", "Bearer "+i.Token)
	client := i.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the node for the %s: %w", what, err)
	}
	defer res.Body.Close()
	return decode(res, what, out)
}

func decode(res *http.Response, what string, out any) error {
	body := json.NewDecoder(io.LimitReader(res.Body, MaxAnswer))
	if res.StatusCode != http.StatusOK {
		e := &AnswerError{}
		_ = body.Decode(e) // an answer that is no problem has its status alone
		e.Status = res.StatusCode
		return e
	}
	if err := body.Decode(out); err != nil {
		return fmt.Errorf("the node's answer for the %s is not one that a node gives: %w", what, err)
	}
	return nil
}
