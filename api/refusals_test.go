package api_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // to count what is in the file store

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/node"
)

// bad is a request that is to be refused.
type bad struct {
	name   string
	call   call
	status int
	code   string
}

// bench is a node with instances in several states to make bad requests of.
type bench struct {
	*apitest
	t                     *testing.T
	draft, complete, done made
	sak                   made // the case in B that came of done
	token                 string
}

func newBench(t *testing.T) *bench {
	a := alone(t)
	w := &bench{apitest: a, t: t, token: a.person(t, ingrid), draft: a.draft(t), complete: a.applied(t), done: a.submitted(t)}
	b, _ := a.settled(t, w.done.guid)
	w.sak = madeOf(t, appB, a.must(t, 200, call{method: "GET", path: fmt.Sprintf("%s/instances/500001/%s", appB, b), token: a.person(t, kari)}))
	return w
}

// footprint is what requests leave behind: events, and rows of the file store.
type footprint struct{ events, blobs, chunks int }

func (w *bench) footprint() (f footprint) {
	w.t.Helper()
	f.events = w.events(w.t)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.node.Config.Data, node.FileBlobs)+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT (SELECT count(*) FROM blobs), (SELECT count(*) FROM chunks)`).Scan(&f.blobs, &f.chunks); err != nil {
		w.t.Fatal(err)
	}
	return f
}

// TestRefusals sends what cannot be done. Each has a status and a stable code of its own, in a problem document, and leaves nothing behind.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newBench(t)
	var all []bad
	for _, some := range [][]bad{
		w.unknown(), w.malformed(), w.multiparts(), w.patches(), w.uploads(), w.tokens(), w.rights(), w.ids(), w.routes(), w.queries(), w.states(), w.headers(),
	} {
		all = append(all, some...)
	}
	before := w.footprint()
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) {
			got := w.send(t, x.call)
			if got.status != x.status {
				t.Errorf("status %d, want %d: %.400s", got.status, x.status, got.body)
			}
			w.isProblem(t, got, x)
			if after := w.footprint(); after != before {
				t.Errorf("something is left behind: %+v, then %+v", before, after)
				before = after
			}
		})
	}
}

// isProblem checks the members that every refusal has, and that it does not repeat what is none of its reader's business.
func (w *bench) isProblem(t *testing.T, got reply, x bad) {
	t.Helper()
	if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		t.Fatalf("content type %q: %.200s", kind, got.body)
	}
	p := got.tree(t)
	if p["code"] != x.code {
		t.Errorf("code %v, want %s (%v)", p["code"], x.code, p["detail"])
	}
	for _, name := range []string{"type", "title", "detail"} {
		if s, _ := p[name].(string); s == "" {
			t.Errorf("there is no %s in %s", name, got.body)
		}
	}
	if fmt.Sprint(p["status"]) != fmt.Sprint(got.status) {
		t.Errorf("status %v in the body, %d outside", p["status"], got.status)
	}
	if _, shown := p["previousModel"]; !shown && (strings.Contains(string(got.body), "02919013721") || x.call.token != "" && strings.Contains(string(got.body), x.call.token)) {
		t.Errorf("the problem tells a number or a token: %s", got.body)
	}
}

func (w *bench) post(path string, body any) call {
	return call{method: "POST", path: path, body: body, token: w.token}
}

func (w *bench) get(path string) call { return call{method: "GET", path: path, token: w.token} }

func (w *bench) unknown() []bad {
	owner := map[string]any{"instanceOwner": map[string]any{"partyId": "500100"}}
	of := func(owner map[string]any) call {
		return w.post(appA+"/instances", map[string]any{"instanceOwner": owner})
	}
	return []bad{
		{"app unknown", w.post("/nordvik/finnes-ikke/instances", owner), 404, "app_unknown"},
		{"org unknown", w.post("/sandvik/skjenkebevilling/instances", owner), 404, "app_unknown"},
		{"app unknown, simplified", w.post("/nordvik/finnes-ikke/instances/create", owner), 404, "app_unknown"},
		{"app unknown, metadata", w.get("/nordvik/finnes-ikke/api/v1/applicationmetadata"), 404, "app_unknown"},
		{"app unknown, process", w.get("/nordvik/finnes-ikke/api/v1/meta/process"), 404, "app_unknown"},
		{"app unknown, schema", w.get("/nordvik/finnes-ikke/api/jsonschema/x"), 404, "app_unknown"},
		{"app unknown, active", w.get("/nordvik/finnes-ikke/instances/500100/active"), 404, "app_unknown"},
		{"schema unknown", w.get(appA + "/api/jsonschema/finnes-ikke"), 404, "data_type_unknown"},
		{"party unknown", of(map[string]any{"partyId": "999999"}), 404, "party_unknown"},
		{"organisation unknown", of(map[string]any{"organisationNumber": "999999999"}), 404, "party_unknown"},
		{"person unknown", of(map[string]any{"personNumber": "00000000000"}), 404, "party_unknown"},
		{"party unknown, by query", w.post(appA+"/instances?instanceOwnerPartyId=999999", nil), 404, "party_unknown"},
		{"owner missing", w.post(appA+"/instances", map[string]any{}), 400, "instance_owner_missing"},
		{"owner missing, no body", w.post(appA+"/instances", nil), 400, "instance_owner_missing"},
		{"owner twice", w.post(appA+"/instances?instanceOwnerPartyId=500100", owner), 400, "instance_owner_ambiguous"},
		{"owner no number", w.post(appA+"/instances?instanceOwnerPartyId=fjordkroa", nil), 400, "instance_owner_ambiguous"},
		{"kind of party", w.post(appA+"/instances?instanceOwnerPartyId=500103", nil), 403, "party_type_not_allowed"},
		{"origin by a person", w.post(appA+"/instances", map[string]any{"instanceOwner": map[string]any{"partyId": "500100"}, "link": map[string]any{"app": "nordvik/x"}}), 403, "link_not_allowed"},
		{"revision unknown", w.get("/ledger/instances/" + w.draft.id + "/state?revision=99"), 404, "revision_unknown"},
		{"revision unknown, diff", w.get("/ledger/instances/" + w.draft.id + "/diff?from=0&to=99"), 404, "revision_unknown"},
		{"before the beginning", w.get("/ledger/instances/" + w.draft.id + "/state?at=2001-01-01T00:00:00Z"), 404, "revision_unknown"},
		{"chain unknown", w.get("/ledger/chains/" + uuid.NewString()), 404, "chain_not_found"},
	}
}

func (w *bench) malformed() []bad {
	raw := func(path, body string) call {
		return w.post(path, body).with("Content-Type", "application/json")
	}
	put := func(path, body string) call {
		return call{method: "PUT", path: path, body: body, token: w.token, header: map[string]string{"Content-Type": "application/json"}}
	}
	form := w.draft.path + "/data/" + w.draft.form
	return []bad{
		{"JSON cut off", raw(appA+"/instances", `{"instanceOwner":{"partyId":`), 400, "json_malformed"},
		{"JSON of another shape", raw(appA+"/instances", `{"instanceOwner":[1]}`), 400, "json_malformed"},
		{"JSON with a word for a number", raw(appA+"/instances", `{"instanceOwner":{"partyId":"fjordkroa"}}`), 400, "json_malformed"},
		{"JSON with a bad time", raw(appA+"/instances", `{"instanceOwner":{"partyId":500100},"dueBefore":"i morgen"}`), 400, "json_malformed"},
		{"JSON and more", raw(appA+"/instances", `{"instanceOwner":{"partyId":500100}} {}`), 400, "json_malformed"},
		{"no JSON", raw(appA+"/instances/create", ``), 400, "json_malformed"},
		{"simplified, prefill of another shape", raw(appA+"/instances/create", `{"instanceOwner":{"partyId":"500100"},"prefill":[1]}`), 400, "json_malformed"},
		{"prefill of the wrong type", raw(appA+"/instances/create", `{"instanceOwner":{"partyId":"500100"},"prefill":{"lokale.areal":"stort"}}`), 400, "form_does_not_fit_model"},
		{"process next, JSON cut off", put(w.complete.path+"/process/next", `{"action":`), 400, "json_malformed"},
		{"substatus, JSON cut off", put(w.draft.path+"/substatus", `{"label":`).as(w.owner(w.t, "nordvik")), 400, "json_malformed"},
		{"form, JSON cut off", put(form, `{"lokale":`), 400, "form_malformed"},
		{"form with a member twice", put(form, `{"lokale":{},"lokale":{}}`), 400, "form_malformed"},
		{"form that is a list", put(form, `[]`), 422, "form_does_not_fit_model"},
		{"form with an unknown field", put(form, `{"lokalet":{}}`), 422, "form_does_not_fit_model"},
		{"form with a wrong type", put(form, `{"lokale":{"areal":"stort"}}`), 422, "form_does_not_fit_model"},
		{"form too large", put(form, `{"lokale":{"navn":"`+strings.Repeat("x", 1<<20)+`"}}`), 413, "form_too_large"},
		{"form of another content type", put(form, `lokale: {}`).with("Content-Type", "application/yaml"), 415, "form_content_type_unsupported"},
		{"instance of another content type", raw(appA+"/instances", `<instance/>`).with("Content-Type", "application/xml"), 415, "content_type_unsupported"},
		{"simplified, another content type", raw(appA+"/instances/create", `{"instanceOwner":{"partyId":"500100"}}`).with("Content-Type", "text/plain"), 415, "content_type_unsupported"},
		{"patch of another content type", w.patch(`[]`).with("Content-Type", "text/plain"), 415, "content_type_unsupported"},
		{"process next, form-encoded", put(w.complete.path+"/process/next", `action=confirm`).with("Content-Type", "application/x-www-form-urlencoded"), 415, "content_type_unsupported"},
		{"JSON over the limit", raw(appA+"/instances", `{"x":"`+strings.Repeat("x", api.MaxJSON)+`"}`), 413, "body_too_large"},
		{"link without what it links", w.post("/ledger/instances/"+w.draft.id+"/links", map[string]any{"link": "x"}).as(w.owner(w.t, "nordvik")), 400, "link_incomplete"},
		{"link with an id that is none", w.post("/ledger/instances/"+w.draft.id+"/links", map[string]any{"chain": "x"}).as(w.owner(w.t, "nordvik")), 400, "json_malformed"},
	}
}

func (w *bench) multiparts() []bad {
	path := appA + "/instances"
	good := application(w.t)
	send := func(p parts) call { return p.call(path).as(w.token) }
	whole := send(good)
	text := whole.body.(string)
	swap := func(i int, p part) parts {
		out := slices.Clone(good)
		out[i] = p
		return out
	}
	big := part{"tegning", "tegning.pdf", "application/pdf", strings.Repeat("x", 10<<20+1)}
	cut := func(n int) call { c := whole; c.body = text[:n]; return c }
	return []bad{
		{"multipart without boundary", whole.with("Content-Type", "multipart/form-data"), 400, "multipart_malformed"},
		{"multipart with another boundary", whole.with("Content-Type", "multipart/form-data; boundary=another"), 400, "multipart_malformed"},
		{"multipart, empty", send(nil), 400, "multipart_malformed"},
		{"multipart, nothing", whole.withBody(""), 400, "multipart_malformed"},
		{"multipart, cut off in the template", cut(strings.Index(text, "partyId")), 400, "body_incomplete"},
		{"multipart, cut off in a form", cut(strings.Index(text, "soeker")), 400, "body_incomplete"},
		{"multipart, cut off in a file", cut(strings.Index(text, "%PDF") + 700), 400, "body_incomplete"},
		{"multipart, cut off between parts", cut(strings.LastIndex(text, "--"+boundary)), 400, "body_incomplete"},
		{"multipart, part too big", send(append(slices.Clone(good), big)), 413, "body_too_large"},
		{"multipart, template too big", send(swap(0, part{"instance", "", "application/json", `{"x":"` + strings.Repeat("x", api.MaxJSON) + `"}`})), 413, "body_too_large"},
		{"multipart, template last", send(parts{good[1], good[2], good[3], good[0]}), 400, "multipart_instance_not_first"},
		{"multipart, template twice", send(append(slices.Clone(good), good[0])), 400, "multipart_instance_not_first"},
		{"multipart, no template", send(good[1:]), 400, "multipart_instance_not_first"},
		{"multipart, template malformed", send(swap(0, part{"instance", "", "application/json", `{"instanceOwner":`})), 400, "json_malformed"},
		{"multipart, part unknown", send(append(slices.Clone(good), part{"kvittering", "a.pdf", "application/pdf", "%PDF"})), 400, "data_type_unknown"},
		{"multipart, form twice", send(append(slices.Clone(good), good[1])), 400, "data_type_max_count"},
		{"multipart, form malformed", send(swap(1, part{"skjenkebevilling", "", "application/json", `{`})), 400, "form_malformed"},
		{"multipart, form with an unknown field", send(swap(1, part{"skjenkebevilling", "", "application/json", `{"x":1}`})), 422, "form_does_not_fit_model"},
		{"multipart, form of another content type", send(swap(1, part{"skjenkebevilling", "", "text/plain", `x`})), 415, "form_content_type_unsupported"},
		{"multipart, file empty", send(swap(3, part{"leiekontrakt", "a.pdf", "application/pdf", ""})), 400, "file_empty"},
		{"multipart, file of another content type", send(swap(3, part{"leiekontrakt", "a.png", "image/png", "x"})), 400, "content_type_not_allowed"},
		{"multipart, file without a name", send(swap(3, part{"leiekontrakt", "", "application/pdf", "x"})), 400, "filename_missing"},
		{"multipart, file without an extension", send(swap(3, part{"leiekontrakt", "kontrakt", "application/pdf", "x"})), 400, "filename_invalid"},
		{"multipart, without the right", whole.as(w.person(w.t, per)), 403, "not_authorized"},
	}
}

func (c call) withBody(body any) call {
	c.body = body
	return c
}

func (w *bench) patch(patch string) call {
	return call{method: "PATCH", path: w.complete.path + "/data", token: w.token, body: multiPatch(w.complete.form, patch)}
}

func (w *bench) patches() []bad {
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"op":"test","path":"/lokale/navn","value":"Fjordkroa"},`, 10_001), ",") + "]"
	half := fmt.Sprintf(`{"patches":[{"dataElementId":%q,"patch":[{"op":"replace","path":"/lokale/antallGjester","value":1}]},{"dataElementId":%q,"patch":[{"op":"test","path":"/lokale/antallGjester","value":2}]}]}`, w.complete.form, w.complete.form)
	older := call{method: "PATCH", path: w.complete.path + "/data/" + w.complete.form, token: w.token}
	return []bad{
		{"patch that is no list", w.patch(`{"op":"add"}`), 400, "patch_malformed"},
		{"patch that is null", w.patch(`null`), 400, "patch_malformed"},
		{"patch with an unknown operation", w.patch(`[{"op":"increase","path":"/lokale/antallGjester","value":1}]`), 400, "patch_malformed"},
		{"patch without a path", w.patch(`[{"op":"add","value":1}]`), 400, "patch_malformed"},
		{"patch with a path that is none", w.patch(`[{"op":"add","path":"lokale","value":1}]`), 400, "patch_malformed"},
		{"patch of 10,001 operations", w.patch(many), 400, "patch_malformed"},
		{"patch with a failing test", w.patch(`[{"op":"test","path":"/lokale/navn","value":"Havnebaren"}]`), 409, "patch_test_failed"},
		{"patch of what is not there", w.patch(`[{"op":"replace","path":"/lokale/finnesIkke","value":1}]`), 422, "patch_failed"},
		{"patch that removes what is not there", w.patch(`[{"op":"remove","path":"/finnesIkke"}]`), 422, "patch_failed"},
		{"patch of the wrong type", w.patch(`[{"op":"replace","path":"/lokale/antallGjester","value":"mange"}]`), 422, "form_does_not_fit_model"},
		{"patch with an unknown field", w.patch(`[{"op":"add","path":"/lokalet","value":1}]`), 422, "form_does_not_fit_model"},
		{"patch whose second half fails", call{method: "PATCH", path: w.complete.path + "/data", token: w.token, body: jsonText(half)}, 409, "patch_test_failed"},
		{"patch of an unknown element", call{method: "PATCH", path: w.complete.path + "/data", token: w.token, body: multiPatch(uuid.NewString(), `[]`)}, 404, "data_element_not_found"},
		{"patch of a file", call{method: "PATCH", path: w.complete.path + "/data", token: w.token, body: multiPatch(w.complete.files["tegning"], `[{"op":"add","path":"/a","value":1}]`)}, 400, "data_element_not_a_form"},
		{"patch of an id that is none", call{method: "PATCH", path: w.complete.path + "/data", token: w.token, body: multiPatch("x", `[]`)}, 400, "json_malformed"},
		{"patch, no JSON", w.patch(``).withBody("").with("Content-Type", "application/json"), 400, "json_malformed"},
		{"patch, missing", older.withBody(jsonText(`{}`)), 400, "patch_malformed"},
		{"older patch with a failing test", older.withBody(jsonText(`{"patch":[{"op":"test","path":"/lokale/navn","value":"x"}]}`)), 409, "patch_test_failed"},
		{"patch over the limit", w.patch(`[{"op":"test","path":"/lokale/navn","value":"` + strings.Repeat("x", api.MaxJSON) + `"}]`), 413, "body_too_large"},
	}
}

func (w *bench) uploads() []bad {
	to := w.complete.path + "/data/"
	up := upload(w.t, "POST", to+"tegning", w.token, "tegning.pdf")
	form := w.post(to+"skjenkebevilling", sample(w.t, "skjenkebevilling.json")).with("Content-Type", "application/json")
	put := upload(w.t, "PUT", to+w.complete.files["tegning"], w.token, "tegning.pdf")
	without := call{method: "POST", path: up.path, token: w.token, body: up.body, header: map[string]string{"Content-Type": "application/pdf"}}
	at := func(path string) call { c := up; c.path = path; return c }
	return []bad{
		{"data type unknown", at(to + "kvittering"), 400, "data_type_unknown"},
		{"data type unknown, older", at(w.complete.path + "/data?dataType=kvittering"), 400, "data_type_unknown"},
		{"data type missing, older", at(w.complete.path + "/data"), 400, "data_type_unknown"},
		{"data type unknown, by type", at(to + "type/kvittering"), 400, "data_type_unknown"},
		{"file without Content-Disposition", without, 400, "filename_missing"},
		{"file with a bad Content-Disposition", up.with("Content-Disposition", "attachment; filename"), 400, "filename_missing"},
		{"file without an extension", up.with("Content-Disposition", "attachment; filename=tegning"), 400, "filename_invalid"},
		{"file with another extension", up.with("Content-Disposition", "attachment; filename=tegning.png"), 400, "filename_invalid"},
		{"file whose name is a folder", up.with("Content-Disposition", `attachment; filename="../"`), 400, "filename_invalid"},
		{"file whose name ends in a dot", up.with("Content-Disposition", `attachment; filename="tegning."`), 400, "filename_invalid"},
		{"file with a line break in its name", up.with("Content-Disposition", `attachment; filename*=UTF-8''a%0D%0Ab.pdf`), 400, "filename_invalid"},
		{"file with a long name", up.with("Content-Disposition", `attachment; filename=`+strings.Repeat("x", 252)+`.pdf`), 400, "filename_invalid"},
		{"file without Content-Type", call{method: "POST", path: up.path, token: w.token, body: up.body, header: map[string]string{"Content-Disposition": pdfPart}}, 400, "content_type_missing"},
		{"file of another content type", up.with("Content-Type", "text/html"), 400, "content_type_not_allowed"},
		{"file with a broken content type", up.with("Content-Type", "application/"), 400, "content_type_not_allowed"},
		{"file empty", up.withBody(""), 400, "file_empty"},
		{"file too big", up.withBody(strings.Repeat("x", 10<<20+1)), 413, "body_too_large"},
		{"file too big, replaced", put.withBody(strings.Repeat("x", 10<<20+1)), 413, "body_too_large"},
		{"second form", form, 409, "data_type_max_count"},
		{"form deleted", call{method: "DELETE", path: to + w.complete.form, token: w.token}, 400, "data_element_mandatory"},
		{"file put as form", call{method: "PUT", path: to + w.complete.form, token: w.token, body: up.body, header: up.header}, 415, "form_content_type_unsupported"},
		{"element unknown", w.get(to + uuid.NewString()), 404, "data_element_not_found"},
		{"element unknown, put", call{method: "PUT", path: to + uuid.NewString(), token: w.token, body: map[string]any{}}, 404, "data_element_not_found"},
		{"element unknown, deleted", call{method: "DELETE", path: to + uuid.NewString(), token: w.token}, 404, "data_element_not_found"},
		{"element of another instance", w.get(to + w.draft.form), 404, "data_element_not_found"},
		{"written by others only", upload(w.t, "POST", w.sak.path+"/data/tegning", w.person(w.t, kari), "tegning.pdf"), 403, "contributor_not_allowed"},
	}
}

// TestRefusals_WrongMethod_TellsTheRightOnes is RFC 9110 section 15.5.6.
func TestRefusals_WrongMethod_TellsTheRightOnes(t *testing.T) {
	t.Parallel()
	got := common(t).must(t, 405, call{method: "PATCH", path: appA + "/instances/500100/" + uuid.NewString()})
	if allow := got.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "DELETE") {
		t.Errorf("Allow is %q", allow)
	}
	if bytes.Contains(got.body, []byte("token")) {
		t.Errorf("the answer is about the token: %s", got.body)
	}
}
