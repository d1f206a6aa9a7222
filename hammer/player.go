package hammer

import (
	"context"
	"net/http"
	"time"
)

// player plays chains.
type player struct{ worker }

// play creates a complete A, sends it to the task that confirms, and submits it. due is when that was to begin. What it gives is
// closed when B is in the inbox.
func (p *player) play(ctx context.Context, due time.Time) (<-chan struct{}, error) {
	in := p.newInstance()
	name := p.unique()
	err := p.create(ctx, in, request{
		op: OpComplete, contentType: "multipart/form-data; boundary=" + boundary, body: p.material.completeBody(in.Party, name),
	}, Effect{Kind: Created, Pointer: placeName, Value: name, Files: p.sent})
	if err != nil {
		return nil, err
	}
	if err := p.next(ctx, in, OpNext, nil, taskFill, taskSend); err != nil {
		return nil, err
	}
	if err := p.next(ctx, in, OpSubmit, []byte(`{"action":"confirm"}`), taskSend, ""); err != nil {
		return nil, err
	}
	return p.watcher.expect(targetOf(in.ID), time.Now(), due), nil
}

func (p *player) next(ctx context.Context, in *Instance, op string, body []byte, from, to string) error {
	r := request{op: op, method: http.MethodPut, path: in.path("/process/next"), body: body}
	_, err := p.command(ctx, in, r, Effect{Kind: Completed, Task: from, To: to})
	return err
}
