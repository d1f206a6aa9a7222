package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// made is an instance that a test has created.
type made struct {
	path  string // /org/app/instances/party/guid
	id    string // party/guid
	guid  uuid.UUID
	form  string
	files map[string]string // by data type
	reply reply
}

func madeOf(t testing.TB, app string, r reply) made {
	t.Helper()
	m := made{id: at(t, r.tree(t), "id").(string), files: map[string]string{}, reply: r}
	m.path = app + "/instances/" + m.id
	_, guid, _ := strings.Cut(m.id, "/")
	m.guid = uuid.MustParse(guid)
	for _, d := range at(t, r.tree(t), "data").([]any) {
		id, kind := at(t, d, "id").(string), at(t, d, "dataType").(string)
		if at(t, d, "filename") == nil {
			m.form = id
			continue
		}
		m.files[kind] = id
	}
	return m
}

// draft creates an empty application of Fjordkroa.
func (a *apitest) draft(t testing.TB) made {
	t.Helper()
	return madeOf(t, appA, a.must(t, 201, call{method: "POST", path: appA + "/instances?instanceOwnerPartyId=500100", token: a.person(t, ingrid)}))
}

// applied creates a complete application of Fjordkroa.
func (a *apitest) applied(t testing.TB) made {
	t.Helper()
	c := application(t).call(appA + "/instances")
	return madeOf(t, appA, a.must(t, 201, c.as(a.person(t, ingrid))))
}

// submitted creates an application and hands it in; the case in B and the request in C are there when it returns.
func (a *apitest) submitted(t testing.TB) made {
	t.Helper()
	m := a.applied(t)
	for range 2 {
		a.must(t, 200, call{method: "PUT", path: m.path + "/process/next", token: a.person(t, ingrid)})
	}
	a.settled(t, m.guid)
	return m
}

// part is a part of a multipart body.
type part struct{ name, filename, contentType, body string }

type parts []part

func application(t testing.TB) parts {
	return parts{
		{"instance", "", "application/json", `{"instanceOwner":{"partyId":"500100"}}`},
		{"skjenkebevilling", "", "application/json", sample(t, "skjenkebevilling.json")},
		{"tegning", "tegning.pdf", "application/pdf", sample(t, "tegning.pdf")},
		{"leiekontrakt", "leiekontrakt.pdf", "application/pdf", sample(t, "leiekontrakt.pdf")},
	}
}

// encode gives the body; the boundary is always the same.
func (p parts) encode() string {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.SetBoundary(boundary)
	for _, x := range p {
		disposition := fmt.Sprintf(`form-data; name=%q`, x.name)
		if x.filename != "" {
			disposition += fmt.Sprintf(`; filename=%q`, x.filename)
		}
		w, _ := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {x.contentType}})
		_, _ = io.WriteString(w, x.body)
	}
	_ = m.Close()
	return b.String()
}

const boundary = "limit-of-a-part"

func (p parts) call(path string) call {
	return call{method: "POST", path: path, body: p.encode(), header: map[string]string{"Content-Type": "multipart/form-data; boundary=" + boundary}}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "examples", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// events counts the events of the whole log.
func (a *apitest) events(t testing.TB) int {
	t.Helper()
	n := 0
	for _, err := range a.node.Store.ReadAll(context.Background(), 0, ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// facts gives what has happened to an instance.
func (a *apitest) facts(t testing.TB, id uuid.UUID) []string {
	t.Helper()
	var out []string
	for e, err := range a.node.Store.ReadStream(context.Background(), record.InstanceStream(id), 0) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e.Fact())
	}
	return out
}

// settled waits until the saga has tied an instance to B, and B to C. It gives the two.
func (a *apitest) settled(t testing.TB, source uuid.UUID) (b, c uuid.UUID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tied := ties{intended: map[uuid.UUID]uuid.UUID{}, made: map[uuid.UUID]uuid.UUID{}, targets: map[uuid.UUID]uuid.UUID{}}
	for m, err := range a.node.Store.Subscribe(ctx, 0, ledger.Filter{StreamPrefix: "chain-"}) {
		if err != nil {
			t.Fatalf("waiting for B and C: %v", err)
		}
		if m.Event == nil {
			continue
		}
		e, err := a.node.Log.Open(ctx, *m.Event)
		if err != nil {
			t.Fatal(err)
		}
		tied.take(e.Chain)
		if b, c = tied.targets[source], tied.targets[tied.targets[source]]; c != uuid.Nil {
			return b, c
		}
	}
	t.Fatal("the log ended")
	return b, c
}

// ties is what the chains say: which source a handover is from, which target it has made, and which source is tied to which target.
type ties struct{ intended, made, targets map[uuid.UUID]uuid.UUID }

func (s ties) take(e chain.Event) {
	switch e := e.(type) {
	case chain.HandoverIntended:
		s.intended[e.Handover] = e.Source
	case chain.TargetCreated:
		s.made[e.Handover] = e.Target
	case chain.SourceLinked:
		s.targets[s.intended[e.Handover]] = s.made[e.Handover]
	}
}

// head is the position of the last event.
func (a *apitest) head() ledger.Position {
	p, err := a.node.Store.Head(context.Background())
	if err != nil {
		panic(err)
	}
	return p
}
