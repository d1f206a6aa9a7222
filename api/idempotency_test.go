package api_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/record"
)

// write is a request that changes something, and the instance that it changes; a new instance has none.
type write struct {
	of   func(t *testing.T, a *apitest) (call, made)
	fact string // the event that it records
}

// onComplete makes a write of a complete application.
func onComplete(fact string, of func(t *testing.T, a *apitest, m made) call) write {
	return write{fact: fact, of: func(t *testing.T, a *apitest) (call, made) {
		m := a.applied(t)
		c := of(t, a, m)
		if c.token == "" {
			c.token = a.person(t, ingrid)
		}
		return c, m
	}}
}

func creation(c func(t *testing.T) call) write {
	return write{fact: "Created", of: func(t *testing.T, a *apitest) (call, made) { return c(t).as(a.person(t, ingrid)), made{} }}
}

var writes = map[string]write{
	"create": creation(func(*testing.T) call {
		return call{method: "POST", path: appA + "/instances", body: map[string]any{"instanceOwner": map[string]string{"partyId": "500100"}}}
	}),
	"create by query": creation(func(*testing.T) call {
		return call{method: "POST", path: appA + "/instances?instanceOwnerPartyId=500100"}
	}),
	"create, simplified": creation(func(*testing.T) call {
		return call{method: "POST", path: appA + "/instances/create", body: map[string]any{"instanceOwner": map[string]string{"partyId": "500100"}, "prefill": map[string]string{"lokale.navn": "X"}}}
	}),
	"create, multipart": creation(func(t *testing.T) call { return application(t).call(appA + "/instances") }),
	"patch": onComplete("FormDataPatched", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "PATCH", path: m.path + "/data", body: multiPatch(m.form, `[{"op":"replace","path":"/lokale/antallGjester","value":91}]`)}
	}),
	"patch, older": onComplete("FormDataPatched", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "PATCH", path: m.path + "/data/" + m.form, body: jsonText(`{"patch":[{"op":"add","path":"/lokale/navn","value":"Kroa"}]}`)}
	}),
	"put form": onComplete("FormDataReplaced", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "PUT", path: m.path + "/data/" + m.form, body: map[string]any{"lokale": map[string]any{"navn": "Kroa"}}}
	}),
	"put file": onComplete("FileReplaced", func(t *testing.T, _ *apitest, m made) call {
		return upload(t, "PUT", m.path+"/data/"+m.files["tegning"], "", "leiekontrakt.pdf")
	}),
	"post file": onComplete("DataElementAdded", func(t *testing.T, _ *apitest, m made) call {
		return upload(t, "POST", m.path+"/data/tegning", "", "tegning.pdf")
	}),
	"post file, older": onComplete("DataElementAdded", func(t *testing.T, _ *apitest, m made) call {
		return upload(t, "POST", m.path+"/data?dataType=tegning", "", "tegning.pdf")
	}),
	"delete file": onComplete("DataElementDeleted", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "DELETE", path: m.path + "/data/" + m.files["tegning"]}
	}),
	"process next": onComplete("TaskCompleted", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "PUT", path: m.path + "/process/next"}
	}),
	"substatus": onComplete("SubstatusSet", func(t *testing.T, a *apitest, m made) call {
		return call{method: "PUT", path: m.path + "/substatus", token: a.owner(t, "nordvik"), body: map[string]string{"label": "mottatt"}}
	}),
	"complete": onComplete("CompletionConfirmed", func(t *testing.T, a *apitest, m made) call {
		for range 2 {
			a.must(t, 200, call{method: "PUT", path: m.path + "/process/next", token: a.person(t, ingrid)})
		}
		a.settled(t, m.guid) // so that nobody else changes the instance
		return call{method: "POST", path: m.path + "/complete", token: a.owner(t, "nordvik")}
	}),
	"delete": onComplete("SoftDeleted", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "DELETE", path: m.path}
	}),
	"undelete": onComplete("Undeleted", func(t *testing.T, a *apitest, m made) call {
		a.must(t, 200, call{method: "DELETE", path: m.path, token: a.person(t, ingrid)})
		return call{method: "PUT", path: "/sbl/instances/" + m.id + "/undelete"}
	}),
	"delete for good": onComplete("Erased", func(_ *testing.T, _ *apitest, m made) call {
		return call{method: "DELETE", path: m.path + "?hard=true"}
	}),
	"link": onComplete("Linked", func(t *testing.T, a *apitest, m made) call {
		return call{method: "POST", path: "/ledger/instances/" + m.id + "/links", token: a.owner(t, "nordvik"), body: map[string]any{
			"chain": uuid.New(), "handover": uuid.New(), "instance": uuid.New(), "link": "l", "app": "nordvik/b", "party": nordvik,
		}}
	}),
}

// TestIdempotency_CoversEveryWrite fails when there is a route that writes and that no case is about.
func TestIdempotency_CoversEveryWrite(t *testing.T) {
	t.Parallel()
	a := common(t)
	covered := map[string]bool{"POST /:org/:app/instances/:party/:guid/data/type/:dataType": true} // the same handler as the one without type
	for _, w := range writes {
		c, _ := w.of(t, a)
		covered[routeOf(t, a, c)] = true
	}
	for _, r := range api.Routes(a.node.API) {
		if route := r.Method + " " + r.Path; r.Method != "GET" && !covered[route] {
			t.Errorf("%s has no case", route)
		}
	}
}

// effects counts the events of a kind on the instance that a write is about.
func (a *apitest) effects(t *testing.T, w write, m made, answer reply) int {
	t.Helper()
	id := m.guid
	if id == uuid.Nil {
		id = madeOf(t, appA, answer).guid
	}
	n := 0
	for _, fact := range a.facts(t, id) {
		if fact == w.fact {
			n++
		}
	}
	return n
}

// TestIdempotency_Repeat sends each write three times with the same key, the last time after something else has happened: the answer is that of the first
// time, to the byte, and the effect is there once.
func TestIdempotency_Repeat(t *testing.T) {
	t.Parallel()
	a := common(t)
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, m := w.of(t, a)
			c = c.with(api.HeaderIdempotencyKey, uuid.NewString())
			before := 0
			if m.guid != uuid.Nil {
				before = a.effects(t, w, m, reply{})
			}
			first := a.send(t, c)
			if first.status >= 300 {
				t.Fatalf("status %d: %s", first.status, first.body)
			}
			again := a.send(t, c)
			sameAnswer(t, first, again)
			if n := a.effects(t, w, m, first) - before; n != 1 {
				t.Errorf("%d events %s, want 1", n, w.fact)
			}
			a.meanwhile(t, m, first)
			before = a.effects(t, w, m, first)
			sameAnswer(t, first, a.send(t, c))
			if n := a.effects(t, w, m, first) - before; n != 0 {
				t.Errorf("%d events %s more", n, w.fact)
			}
		})
	}
}

// meanwhile lets the service owner write something, unless the instance is gone.
func (a *apitest) meanwhile(t *testing.T, m made, first reply) {
	t.Helper()
	if m.guid == uuid.Nil {
		m = madeOf(t, appA, first)
	}
	got := a.send(t, call{method: "PUT", path: m.path + "/substatus", token: a.owner(t, "nordvik"), body: map[string]string{"label": "imens"}})
	if got.status != 200 && got.status != 410 && got.status != 409 {
		t.Fatalf("substatus: %d %s", got.status, got.body)
	}
}

func sameAnswer(t *testing.T, first, again reply) {
	t.Helper()
	if first.status != again.status {
		t.Errorf("status %d, then %d: %s", first.status, again.status, again.body)
	}
	for _, h := range []string{"Location", "ETag", "Content-Type"} {
		if a, b := first.header.Get(h), again.header.Get(h); a != b {
			t.Errorf("%s %q, then %q", h, a, b)
		}
	}
	if string(first.body) != string(again.body) {
		t.Errorf("the repeat answers otherwise:\n%s\n%s", first.body, again.body)
	}
}

// TestIdempotency_Concurrent sends each write many times at once with the same key: all get the same ids, and the effect is there once.
func TestIdempotency_Concurrent(t *testing.T) {
	t.Parallel()
	a := common(t)
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, m := w.of(t, a)
			c = c.with(api.HeaderIdempotencyKey, uuid.NewString())
			before := 0
			if m.guid != uuid.Nil {
				before = a.effects(t, w, m, reply{})
			}
			answers := make([]reply, 8)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() { answers[i] = a.send(t, c) })
			}
			all.Wait()
			for _, r := range answers {
				if r.status >= 300 || string(r.body) != string(answers[0].body) {
					t.Errorf("status %d and %d: %.300s\n%.300s", answers[0].status, r.status, answers[0].body, r.body)
				}
			}
			if t.Failed() {
				return
			}
			if n := a.effects(t, w, m, answers[0]) - before; n != 1 {
				t.Errorf("%d events %s, want 1", n, w.fact)
			}
		})
	}
}

// TestIdempotency_KeysBelongToTheirCallers lets two people use the same key for requests of their own.
func TestIdempotency_KeysBelongToTheirCallers(t *testing.T) {
	t.Parallel()
	a := common(t)
	key := uuid.NewString()
	create := func(user, party int, who string) made {
		c := call{method: "POST", path: appA + "/instances", token: a.person(t, user), body: map[string]any{"instanceOwner": map[string]any{"partyId": party}}}
		return madeOf(t, appA, a.must(t, 201, c.with(api.HeaderIdempotencyKey, key)))
	}
	x, y := create(ingrid, fjordkroa, "ingrid"), create(amina, havnebaren, "amina")
	if x.guid == y.guid {
		t.Error("both got the same instance")
	}
	if strings.Contains(string(y.reply.body), "FJORDKROA") {
		t.Error("one sees what the other has made")
	}
}

// TestIdempotency_FailureIsNoResult lets a request that was refused be sent again with the same key once it can be done.
func TestIdempotency_FailureIsNoResult(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	token := a.person(t, ingrid)
	next := call{method: "PUT", path: m.path + "/process/next", token: token}.with(api.HeaderIdempotencyKey, uuid.NewString())
	a.must(t, 409, next)
	a.must(t, 409, next)
	a.must(t, 201, call{method: "PUT", path: m.path + "/data/" + m.form, token: token, body: sample(t, "skjenkebevilling.json"), header: map[string]string{"Content-Type": "application/json"}})
	for _, kind := range []string{"tegning", "leiekontrakt"} {
		a.must(t, 200, upload(t, "POST", m.path+"/data/"+kind, token, kind+".pdf"))
	}
	sameAnswer(t, a.must(t, 200, next), a.must(t, 200, next))
}

// TestIdempotency_MultipartBoundary takes a repeat with another boundary for the same request, and one with another file for another one.
func TestIdempotency_MultipartBoundary(t *testing.T) {
	t.Parallel()
	a := common(t)
	c := application(t).call(appA+"/instances").as(a.person(t, ingrid)).with(api.HeaderIdempotencyKey, uuid.NewString())
	first := a.must(t, 201, c)
	again := c.withBody(strings.ReplaceAll(c.body.(string), boundary, "quite-another")).with("Content-Type", "multipart/form-data; boundary=quite-another")
	sameAnswer(t, first, a.must(t, 201, again))
}

// TestCausation_OrganisationsAlone sends a cause with a write of the service owner and one of the applicant: only the first is recorded.
func TestCausation_OrganisationsAlone(t *testing.T) {
	t.Parallel()
	a := common(t)
	for name, want := range map[string]bool{"substatus": true, "patch": false} {
		c, m := writes[name].of(t, a)
		cause := uuid.New()
		if got := a.send(t, c.with(api.HeaderCausation, cause.String())); got.status != 200 {
			t.Fatalf("%s: status %d: %s", name, got.status, got.body)
		}
		there := false
		for e, err := range a.node.Store.ReadStream(t.Context(), record.InstanceStream(m.guid), 0) {
			if err != nil {
				t.Fatal(err)
			}
			meta, err := e.Meta()
			if err != nil {
				t.Fatal(err)
			}
			there = there || meta.Causation == cause
		}
		if there != want {
			t.Errorf("%s: the cause is recorded: %t, want %t", name, there, want)
		}
	}
}
