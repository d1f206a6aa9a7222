package api_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/api"
)

// shouted writes the literals of a route's path in upper case, and leaves what apps, data types and ids are called.
func shouted(route, path string) string {
	want, have := strings.Split(route, "/"), strings.Split(path, "/")
	for i := range want {
		if !strings.HasPrefix(want[i], ":") {
			have[i] = strings.ToUpper(have[i])
		}
	}
	return strings.Join(have, "/")
}

// TestAddresses_AnyCaseAndSlash asks every route as it stands, with its literals in upper case, and with a slash at the end: each time the same
// handler answers.
func TestAddresses_AnyCaseAndSlash(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.submitted(t)
	x := a.target(t, appA, "500100", m.guid, a.person(t, ingrid))
	for _, r := range api.Routes(a.node.API) {
		if r.Path == "/healthz" {
			continue // not Altinn's
		}
		c := x.attempt(t, r.Method+" "+r.Path).as(a.person(t, per)) // who may nothing, so that nothing changes
		path, query, asked := strings.Cut(c.path, "?")
		if asked {
			query = "?" + strings.ToUpper(query[:strings.IndexByte(query, '=')]) + query[strings.IndexByte(query, '='):]
		}
		plain := a.send(t, c)
		if plain.status == 404 || plain.status == 405 {
			t.Errorf("%s %s: %d", r.Method, c.path, plain.status)
		}
		for _, variant := range []string{shouted(r.Path, path) + query, path + "/" + query, shouted(r.Path, path) + "//" + query} {
			c.path = variant
			if got := a.send(t, c); got.status != plain.status || !strings.HasPrefix(string(got.body), string(plain.body[:min(20, len(plain.body))])) {
				t.Errorf("%s %s: %d %.200s, want %d", r.Method, variant, got.status, got.body, plain.status)
			}
		}
	}
}

// TestAddresses_NamesKeepTheirCase finds data types whose names are like our literals in another case.
func TestAddresses_NamesKeepTheirCase(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	for _, path := range []string{"/data/Status", "/data/type/Status", "/Data/TYPE/Status", "/data/Type", "/data?dataType=Status", "/data?DATATYPE=Status"} {
		got := a.must(t, 400, upload(t, "POST", m.path+path, a.person(t, ingrid), "tegning.pdf"))
		name := path[strings.LastIndexAny(path, "/=")+1:]
		if got.code(t) != "data_type_unknown" || !strings.Contains(string(got.body), `\"`+name+`\"`) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

// TestAddresses_QueryNames takes the names of parameters in any case.
func TestAddresses_QueryNames(t *testing.T) {
	t.Parallel()
	a := common(t)
	token := a.person(t, ingrid)
	a.must(t, 201, call{method: "POST", path: appA + "/instances?INSTANCEOWNERPARTYID=500100", token: token})
	m := a.applied(t)
	got := a.must(t, 200, call{method: "PUT", path: m.path + "/process/next?RETURNINSTANCE=true", token: token})
	at(t, got.tree(t), "process", "processTasks")
	list := a.must(t, 200, call{method: "GET", path: m.path + "/validate?IGNOREDVALIDATORS=DataAnnotations", token: token})
	if n := len(list.list(t)); n != 0 {
		t.Errorf("%d issues", n)
	}
	a.must(t, 200, call{method: "DELETE", path: m.path + "?HARD=True", token: token})
	a.must(t, 410, call{method: "GET", path: m.path, token: token})
}

// TestAddresses_LenientIds takes the other ways of writing a uuid, and answers with the usual one.
func TestAddresses_LenientIds(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	plain := strings.ReplaceAll(m.guid.String(), "-", "")
	for _, id := range []string{plain, strings.ToUpper(m.guid.String()), "%7B" + m.guid.String() + "%7D"} {
		got := a.must(t, 200, call{method: "GET", path: appA + "/instances/500100/" + id, token: a.person(t, ingrid)})
		if at(t, got.tree(t), "id") != m.id {
			t.Errorf("%s: %v", id, at(t, got.tree(t), "id"))
		}
	}
}

// TestTokens_Cookies takes the token from the cookies that Altinn's apps take it from; the header counts first.
func TestTokens_Cookies(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	good, bad := a.person(t, ingrid), a.person(t, per)
	for cookie, want := range map[string]int{
		"AltinnStudioRuntime=" + good: 200, "AltinnToken=" + good: 200, "AltinnToken=" + good + "; AltinnStudioRuntime=" + bad: 200, "Another=" + good: 401,
	} {
		a.must(t, want, call{method: "GET", path: m.path, header: map[string]string{"Cookie": cookie}})
	}
	a.must(t, 403, call{method: "GET", path: m.path, token: bad, header: map[string]string{"Cookie": "AltinnToken=" + good}})
}

// TestIfMatch lets a change through when nobody has changed the instance since it was seen. Looks of others are no changes.
func TestIfMatch(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.applied(t)
	token := a.person(t, ingrid)
	patch := func(guests string) call {
		return call{method: "PATCH", path: m.path + "/data", token: token, body: multiPatch(m.form, `[{"op":"replace","path":"/lokale/antallGjester","value":`+guests+`}]`)}
	}
	tag := m.reply.header.Get("ETag")
	a.must(t, 200, call{method: "GET", path: m.path, token: a.person(t, hanne)}) // a look
	first := a.must(t, 200, patch("1").with("If-Match", tag))
	if got := a.must(t, 412, patch("2").with("If-Match", tag)); got.code(t) != "stale_revision" {
		t.Errorf("%s", got.body)
	}
	seen := a.must(t, 200, call{method: "GET", path: m.path, token: token})
	if seen.header.Get("ETag") != first.header.Get("ETag") {
		t.Errorf("ETag %s after the change, %s when read", first.header.Get("ETag"), seen.header.Get("ETag"))
	}
	a.must(t, 200, patch("2").with("If-Match", seen.header.Get("ETag")))
	a.must(t, 200, patch("3").with("If-Match", "*"))
}

// TestLocal_Aborts gives an error when a handler cuts the connection, and when the caller has gone.
func TestLocal_Aborts(t *testing.T) {
	t.Parallel()
	cut := &http.Client{Transport: api.Local{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })}}
	if res, err := cut.Get(base); err == nil {
		t.Errorf("status %d of a cut connection", res.StatusCode)
	}
	ctx, cancel := context.WithCancel(context.Background())
	gone := &http.Client{Transport: api.Local{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel() })}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// TestCancelled does a request of a caller who has gone wholly or not at all.
func TestCancelled(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	before := a.facts(t, m.guid)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	req := call{method: "DELETE", path: m.path, token: a.person(t, ingrid)}.request(t, base).WithContext(ctx)
	if _, err := a.client.Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	after := a.facts(t, m.guid)
	if !slices.Equal(after, before) && !slices.Equal(after, append(before, "SoftDeleted")) {
		t.Errorf("%v, then %v", before, after)
	}
}
