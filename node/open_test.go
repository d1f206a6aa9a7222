package node_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/record"
)

func TestOpen_TwiceOnOneFolder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if n, err := node.Open(t.Context(), s.config, node.Options{}); err == nil || n != nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
	s.apply(drawings(t)...) // the first one goes on
	s.reopen()              // and the second one has left no lock
}

func TestOpen_WithoutTheMasterKey(t *testing.T) {
	t.Parallel()
	s := &site{T: t, config: configured(t)}
	s.config.MasterKey = filepath.Join(t.TempDir(), "master.key")
	s.open()
	a := s.apply(drawings(t)...)
	s.close()
	away := s.config.MasterKey + ".away"
	if err := os.Rename(s.config.MasterKey, away); err != nil {
		t.Fatal(err)
	}
	if n, err := node.Open(t.Context(), s.config, node.Options{}); n != nil || !errors.Is(err, vault.ErrMasterFile) || !strings.Contains(err.Error(), "restore the key") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(s.config.MasterKey); !os.IsNotExist(err) {
		t.Error("a new key was made")
	}
	if err := os.Rename(away, s.config.MasterKey); err != nil {
		t.Fatal(err)
	}
	s.open()
	defer s.close()
	s.must(applicant, http.MethodGet, a.path(), "", nil)
}

func TestClose_TwiceAndWithoutRun(t *testing.T) {
	t.Parallel()
	n, err := node.Open(t.Context(), configured(t), node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}
}

// This test does not run beside others, whose goroutines it would count.
func TestClose_LeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, config: configured(t)}
	s.open()
	ctx, end := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.node.Serve(ctx, l) }()
	client := &http.Client{Transport: &http.Transport{}}
	res, err := client.Get("http://" + l.Addr().String() + "/nordvik/skjenkebevilling/instances")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	a := s.apply(drawings(t)...)
	s.submit(a)
	s.settled()
	s.only(a.id())
	end()
	if err := <-served; err != nil {
		t.Errorf("served until %v", err)
	}
	s.close()
	client.CloseIdleConnections()
	if left, ok := fewGoroutines(before); !ok {
		t.Errorf("%d goroutines before, and then\n%s", before, left)
	}
}

// fewGoroutines waits until no more than n goroutines are left. Those that are ending need a moment.
func fewGoroutines(n int) (stacks string, ok bool) {
	tick, deadline := time.NewTicker(time.Millisecond), time.NewTimer(20*time.Second)
	defer tick.Stop()
	defer deadline.Stop()
	for runtime.NumGoroutine() > n {
		select {
		case <-tick.C:
		case <-deadline.C:
			b := make([]byte, 1<<20)
			return string(b[:runtime.Stack(b, true)]), false
		}
	}
	return "", true
}

func TestRun_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	s.settled()
	s.stop()
}

func TestRestart_KeepsEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	a := s.apply(drawings(t)...)
	s.submit(a)
	s.settled()
	b := s.only(a.id())
	s.police(s.only(b.ID))
	s.settled()
	drawing := s.file(a, "tegning")
	s.settled()
	head, err := s.node.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := map[uuid.UUID]*instance.State{}
	for _, st := range s.all() {
		before[st.ID] = st
	}
	inbox := s.ask(assessor, http.MethodGet, "/ledger/inbox", "").body
	s.reopen()
	s.start()
	s.settled()
	for _, st := range s.all() {
		same(t, st, before[st.ID])
	}
	if now, err := s.node.Store.Head(t.Context()); err != nil || now != head {
		t.Errorf("the log ends at %d, before at %d, %v", now, head, err)
	}
	if got := s.ask(assessor, http.MethodGet, "/ledger/inbox", "").body; string(got) != string(inbox) {
		t.Errorf("inbox\n got %s\nwant %s", got, inbox)
	}
	if s.file(a, "tegning") != drawing {
		t.Error("a file has changed")
	}
	s.decide(s.state(b.ID))
	s.settled()
	if got := s.see(applicant, appA, a.ID).Status.Substatus; got == nil || got.Label != "innvilget" {
		t.Errorf("substatus %+v", got)
	}
}

// file gives the contents of the first file of a type.
func (s *site) file(v *shown, dataType string) string {
	s.Helper()
	for _, d := range v.Data {
		if d.DataType == dataType {
			a := s.ask(applicant, http.MethodGet, v.path()+"/data/"+d.ID, "")
			s.read(a, "file", nil)
			return string(a.body)
		}
	}
	s.Fatalf("%s has no %s", v.ID, dataType)
	return ""
}

// orphan puts a file that no event names yet.
func (s *site) orphan(stream string) blob.Ref {
	s.Helper()
	ref := blob.Ref{Stream: stream, ID: uuid.New()}
	if _, err := s.node.Blobs.Put(s.Context(), "nordvik", ref, strings.NewReader("%PDF"), 1<<20); err != nil {
		s.Fatal(err)
	}
	return ref
}

// add records an event as a command would, and nothing else.
func (s *site) add(id uuid.UUID, e instance.Event) {
	s.Helper()
	st, head, err := s.node.Log.FoldInstance(s.Context(), id, record.Until{})
	if err == nil {
		_, err = s.node.Log.AppendInstance(s.Context(), head, record.Envelope{
			Org: st.Org, App: st.App, Version: st.Version, Instance: id, Command: uuid.New(), Actor: record.UserActor(510001, 500100, 3, ""), At: time.Now(),
		}, []instance.Event{e})
	}
	if err != nil {
		s.Fatal(err)
	}
}

func TestRestart_SettlesFilesOfACrash(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.apply()
	stream := record.InstanceStream(a.id())
	unknown, unnamed, named, replaced := s.orphan(record.InstanceStream(uuid.New())), s.orphan(stream), s.orphan(stream), s.orphan(stream)
	element := uuid.New()
	s.add(a.id(), instance.DataElementAdded{Element: element, DataType: "tegning", ContentType: "application/pdf", Filename: "a.pdf", Size: 4, Blob: named.ID})
	s.add(a.id(), instance.FileReplaced{Element: element, ContentType: "application/pdf", Filename: "b.pdf", Size: 4, Blob: replaced.ID})
	for range 2 {
		s.reopen()
		for name, ref := range map[string]blob.Ref{"of no instance": unknown, "that no event names": unnamed} {
			if _, _, err := s.node.Blobs.Open(t.Context(), ref); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("a file %s: %v", name, err)
			}
		}
		for name, ref := range map[string]blob.Ref{"that was added": named, "that replaced it": replaced} {
			body, info, err := s.node.Blobs.Open(t.Context(), ref)
			if err != nil || info.Size != 4 {
				t.Errorf("a file %s: %+v, %v", name, info, err)
				continue
			}
			_ = body.Close()
		}
	}
	if got := s.ask(applicant, http.MethodGet, a.path()+"/data/"+element.String(), ""); got.status != http.StatusOK || string(got.body) != "%PDF" {
		t.Errorf("the file is read as %d %s", got.status, got.body)
	}
}

func TestRestart_FinishesAnErasure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a, other := s.apply(drawings(t)...), s.apply(drawings(t)...)
	file := s.state(a.id()).OfType("tegning")[0].Blob
	s.add(a.id(), instance.Erased{})
	s.reopen()
	stream := record.InstanceStream(a.id())
	if _, err := s.node.Vault.Key(t.Context(), stream); err != nil {
		t.Fatalf("the key is gone before the test: %v", err)
	}
	s.start()
	s.settled()
	if _, err := s.node.Vault.Key(t.Context(), stream); !errors.Is(err, vault.ErrErased) {
		t.Errorf("the key: %v", err)
	}
	if _, _, err := s.node.Blobs.Open(t.Context(), blob.Ref{Stream: stream, ID: file}); err == nil {
		t.Error("a file of the erased can be read")
	}
	if got := s.ask(applicant, http.MethodGet, a.path(), ""); got.status != http.StatusGone {
		t.Errorf("the erased answers %d %s", got.status, got.body)
	}
	s.must(applicant, http.MethodGet, other.path(), "", nil)
	s.reopen() // and again, with nothing to do
	s.start()
	s.settled()
}
