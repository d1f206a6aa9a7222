package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
)

// tour takes one example of each endpoint down, and keeps which routes it has seen.
type tour struct {
	*apitest
	t    *testing.T
	seen map[string]bool
	all  []exchanged
	last string // position of the last write
}

// step sends a request that is to be answered with the status, and compares the exchange with its golden file. Lists know what was written before.
func (w *tour) step(name string, status int, c call) reply {
	w.t.Helper()
	r := w.must(w.t, status, c.with(api.HeaderPosition, w.last))
	if p := r.position(); p != "" {
		w.last = p
	}
	w.seen[routeOf(w.t, w.apitest, c)] = true
	w.all = append(w.all, exchanged{name, c, r})
	golden(w.t, name, c, r)
	return r
}

// routeOf gives the route, as "METHOD /path/with/:names", that answers a call. Of several that fit, the one with the most literals does.
func routeOf(t testing.TB, a *apitest, c call) string {
	t.Helper()
	path, _, _ := strings.Cut(c.path, "?")
	best, literals := "", -1
	for _, r := range api.Routes(a.node.API) {
		if n, ok := fits(r.Path, path); ok && r.Method == c.method && n > literals {
			best, literals = r.Method+" "+r.Path, n
		}
	}
	if best == "" {
		t.Fatalf("no route answers %s %s", c.method, path)
	}
	return best
}

// fits tells whether a path is one of a route, and how many of its parts are literals.
func fits(route, path string) (literals int, ok bool) {
	want, have := strings.Split(route, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return 0, false
	}
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], ":"):
		case want[i] == have[i]:
			literals++
		default:
			return 0, false
		}
	}
	return literals, true
}

func (w *tour) as(user int) string { return w.person(w.t, user) }

// TestGolden takes one example of each endpoint and compares it with its golden file.
func TestGolden(t *testing.T) {
	t.Parallel()
	w := &tour{apitest: alone(t), t: t, seen: map[string]bool{}}
	w.step("healthz", 200, call{method: "GET", path: "/healthz"})
	w.appFiles()
	w.creating()
	m := w.filling()
	w.resources(m)
	w.handingIn(m)
	w.lists(m)
	w.ledger(m)
	w.deleting()
	for _, r := range api.Routes(w.node.API) {
		if route := r.Method + " " + r.Path; !w.seen[route] {
			t.Errorf("%s has no example", route)
		}
	}
	t.Run("as Altinn describes it", func(t *testing.T) { altinnAPI(t).compare(t, w.all) })
}

// appFiles shows that an app's own files are served as they are.
func (w *tour) appFiles() {
	for name, x := range map[string]struct{ path, file string }{
		"metadata": {"/api/v1/applicationmetadata", "config/applicationmetadata.json"},
		"bpmn":     {"/api/v1/meta/process", "config/process/process.bpmn"},
		"schema":   {"/api/jsonschema/skjenkebevilling", "models/skjenkebevilling.schema.json"},
	} {
		r := w.step(name, 200, call{method: "GET", path: appA + x.path})
		want, err := os.ReadFile(filepath.Join("..", "examples", "apps", "nordvik", "skjenkebevilling", "App", filepath.FromSlash(x.file)))
		if err != nil {
			w.t.Fatal(err)
		}
		if !sameFile(want, r.body) {
			w.t.Errorf("%s is not what the app's folder holds", x.path)
		}
	}
}

// sameFile tells whether what is served is the file, to the byte or, for files that may hold comments, as JSON.
func sameFile(file, served []byte) bool {
	var a, b any
	if json.Unmarshal(file, &a) == nil && json.Unmarshal(served, &b) == nil {
		return reflect.DeepEqual(a, b)
	}
	return bytes.Equal(file, served)
}

func (w *tour) creating() {
	token := w.as(ingrid)
	path := appA + "/instances"
	w.step("create-query", 201, call{method: "POST", path: path + "?instanceOwnerPartyId=500100", token: token})
	w.step("create-json", 201, call{method: "POST", path: path, token: token, body: map[string]any{
		"instanceOwner": map[string]any{"organisationNumber": "310000418"}, "dueBefore": "2030-01-31T13:00:00+01:00", "visibleAfter": "2026-01-01T00:00:00Z",
	}})
	w.step("create-simplified", 201, call{method: "POST", path: path + "/create", token: token, body: map[string]any{
		"instanceOwner": map[string]any{"partyId": "500100"}, "prefill": map[string]string{"lokale.navn": "Fjordkroa", "lokale.areal": "164.5"},
	}})
	w.step("create-multipart", 201, application(w.t).call(path).as(token))
	w.step("create-by-maskinporten", 201, call{method: "POST", path: appB + "/instances", token: w.machine(w.t, "nordvik"), body: map[string]any{
		"instanceOwner": map[string]any{"organisationNumber": "310000000"},
	}})
	w.step("active", 200, call{method: "GET", path: path + "/500100/active", token: token})
}

const pdfPart = `attachment; filename="tegning av lokalet.pdf"; filename*=UTF-8''tegning%20av%20lokalet.pdf`

func upload(t testing.TB, method, path, token, name string) call {
	return call{method: method, path: path, token: token, body: sample(t, name), header: map[string]string{"Content-Type": "application/pdf", "Content-Disposition": pdfPart}}
}

// filling fills an application in, in every way that data can come.
func (w *tour) filling() made {
	t, token := w.t, w.as(ingrid)
	m := w.draft(t)
	data := m.path + "/data"
	w.step("validate-with-issues", 200, call{method: "GET", path: m.path + "/validate", token: token})
	w.step("process-next-invalid", 409, call{method: "PUT", path: m.path + "/process/next", token: token})
	w.step("put-form", 201, call{method: "PUT", path: data + "/" + m.form, token: token, body: sample(t, "skjenkebevilling.json"), header: map[string]string{"Content-Type": "application/json"}})
	w.step("patch-forms", 200, call{method: "PATCH", path: data, token: token, body: multiPatch(m.form, `[{"op":"test","path":"/lokale/navn","value":"Fjordkroa"},{"op":"replace","path":"/lokale/antallGjester","value":95}]`)})
	w.step("patch-test-failed", 409, call{method: "PATCH", path: data, token: token, body: multiPatch(m.form, `[{"op":"test","path":"/lokale/navn","value":"Havnebaren"}]`)})
	w.step("patch-form", 200, call{method: "PATCH", path: data + "/" + m.form, token: token, body: jsonText(`{"patch":[{"op":"replace","path":"/lokale/antallGjester","value":90}],"ignoredValidators":["DataAnnotations"]}`)})
	w.step("get-form", 200, call{method: "GET", path: data + "/" + m.form, token: token})
	older := w.step("post-data-older", 201, upload(t, "POST", data+"?dataType=tegning", token, "tegning.pdf"))
	w.step("post-data", 200, upload(t, "POST", data+"/tegning?ignoredValidators=", token, "tegning.pdf"))
	w.step("post-data-by-type", 200, upload(t, "POST", data+"/type/leiekontrakt", token, "leiekontrakt.pdf"))
	file := data + "/" + at(t, older.tree(t), "id").(string)
	got := w.step("get-file", 200, call{method: "GET", path: file, token: token})
	if string(got.body) != sample(t, "tegning.pdf") {
		t.Error("the file that comes back is not the one that was sent")
	}
	w.step("put-file", 201, upload(t, "PUT", file, token, "leiekontrakt.pdf"))
	w.step("delete-data", 200, call{method: "DELETE", path: file, token: token})
	w.step("validate", 200, call{method: "GET", path: m.path + "/validate", token: token})
	return m
}

// jsonText is a body of JSON that is sent as it is written.
type jsonText string

// MarshalJSON gives the text.
func (j jsonText) MarshalJSON() ([]byte, error) { return []byte(j), nil }

func multiPatch(element, patch string) jsonText {
	return jsonText(fmt.Sprintf(`{"patches":[{"dataElementId":%q,"patch":%s}]}`, element, patch))
}

func (w *tour) handingIn(m made) {
	t, token := w.t, w.as(ingrid)
	w.step("get-instance", 200, call{method: "GET", path: m.path, token: token})
	w.step("get-instance-as-owner", 200, call{method: "GET", path: m.path, token: w.owner(t, "nordvik")})
	w.step("process", 200, call{method: "GET", path: m.path + "/process", token: token})
	w.step("process-reachable", 200, call{method: "GET", path: m.path + "/process/next", token: token})
	w.step("process-next", 200, call{method: "PUT", path: m.path + "/process/next", token: token})
	w.step("process-next-instance", 200, call{method: "PUT", path: m.path + "/process/next?returnInstance=true", token: token, body: map[string]string{"action": "confirm"}})
	w.settled(t, m.guid)
	w.step("process-ended", 200, call{method: "GET", path: m.path + "/process", token: token})
	w.step("process-history", 200, call{method: "GET", path: m.path + "/process/history", token: token})
	w.step("substatus", 200, call{method: "PUT", path: m.path + "/substatus", token: w.owner(t, "nordvik"), body: map[string]string{"label": "mottatt", "description": "Vi har mottatt søknaden"}})
	w.step("complete", 200, call{method: "POST", path: m.path + "/complete", token: w.owner(t, "nordvik")})
}

func (w *tour) lists(m made) {
	t := w.t
	storage := "/storage/api/v1/instances"
	w.step("storage-list", 200, call{method: "GET", path: storage + "?org=nordvik&process.isComplete=true", token: w.owner(t, "nordvik")})
	w.step("storage-list-page", 200, call{method: "GET", path: storage + "?instanceOwner.partyId=500100&size=1&includeDataElements=false", token: w.as(ingrid)})
	w.step("storage-instance", 200, call{method: "GET", path: storage + "/" + m.id, token: w.as(ingrid)})
	w.step("storage-process-history", 200, call{method: "GET", path: storage + "/" + m.id + "/process/history", token: w.as(ingrid)})
	w.step("inbox", 200, call{method: "GET", path: "/ledger/inbox", token: w.as(kari)})
	w.step("inbox-page", 200, call{method: "GET", path: "/ledger/inbox?size=1&state=archived", token: w.as(ingrid)})
}

func (w *tour) ledger(m made) {
	t, token := w.t, w.as(ingrid)
	of := "/ledger/instances/" + m.id
	status := w.step("status", 200, call{method: "GET", path: "/ledger/status/" + m.id, token: token})
	chain := at(t, status.tree(t), "chainId").(string)
	w.step("chain", 200, call{method: "GET", path: "/ledger/chains/" + chain, token: token})
	w.step("events", 200, call{method: "GET", path: of + "/events", token: token})
	w.step("state-by-revision", 200, call{method: "GET", path: of + "/state?revision=0", token: token})
	now := w.node.Clock().UTC().Format("2006-01-02T15:04:05Z")
	w.step("state-by-time", 200, call{method: "GET", path: of + "/state?at=" + now[:11] + "23:59:59Z", token: token})
	w.step("diff", 200, call{method: "GET", path: of + "/diff?from=0&to=4", token: token})
	w.step("links", 200, call{method: "POST", path: of + "/links", token: w.owner(t, "nordvik"), body: map[string]any{
		"chain": chain, "handover": uuid.NewSHA1(uuid.Nil, []byte("handover")), "link": "av-hensyn", "app": "nordvik/annen", "instance": uuid.NewSHA1(uuid.Nil, []byte("other")), "party": nordvik,
	}})
}

func (w *tour) deleting() {
	token := w.as(ingrid)
	m := w.draft(w.t)
	w.step("delete", 200, call{method: "DELETE", path: m.path, token: token})
	w.step("undelete", 200, call{method: "PUT", path: "/sbl/instances/" + m.id + "/undelete", token: token})
	w.step("delete-hard", 200, call{method: "DELETE", path: m.path + "?hard=true", token: token})
	w.step("erased", http.StatusGone, call{method: "GET", path: m.path, token: token})
}

// TestGoldenFilesAreAllUsed fails when testdata holds an example that no step makes any more.
func TestGoldenFilesAreAllUsed(t *testing.T) {
	t.Parallel()
	var src []byte
	for _, name := range []string{"journey_test.go", "resources_test.go"} {
		steps, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		src = append(src, steps...)
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	slices.Sort(files)
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		if !strings.Contains(string(src), fmt.Sprintf("%q", name)) {
			t.Errorf("%s is of no step", f)
		}
	}
}
