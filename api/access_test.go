package api_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
)

// gives is what a route hands out.
type gives int

const (
	nothingOfInstances gives = iota // open to everybody
	instanceData                    // of one instance, named in the path
	aList                           // of instances
	newInstance
)

// kindOf tells of every route what it gives. A route that is missing here fails TestAccess.
var kindOf = map[string]gives{
	"GET /healthz": nothingOfInstances,
	"GET /:org/:app/api/v1/applicationmetadata": nothingOfInstances,
	"GET /:org/:app/api/v1/meta/process":        nothingOfInstances,
	"GET /:org/:app/api/jsonschema/:name":       nothingOfInstances,

	"POST /:org/:app/instances":        newInstance,
	"POST /:org/:app/instances/create": newInstance,

	"GET /:org/:app/instances/:party/active": aList,
	"GET /storage/api/v1/instances":          aList,
	"GET /ledger/inbox":                      aList,

	"GET /:org/:app/instances/:party/:guid":                      instanceData,
	"DELETE /:org/:app/instances/:party/:guid":                   instanceData,
	"POST /:org/:app/instances/:party/:guid/complete":            instanceData,
	"PUT /:org/:app/instances/:party/:guid/substatus":            instanceData,
	"GET /:org/:app/instances/:party/:guid/validate":             instanceData,
	"PATCH /:org/:app/instances/:party/:guid/data":               instanceData,
	"POST /:org/:app/instances/:party/:guid/data":                instanceData,
	"POST /:org/:app/instances/:party/:guid/data/:element":       instanceData,
	"POST /:org/:app/instances/:party/:guid/data/type/:dataType": instanceData,
	"GET /:org/:app/instances/:party/:guid/data/:element":        instanceData,
	"PUT /:org/:app/instances/:party/:guid/data/:element":        instanceData,
	"PATCH /:org/:app/instances/:party/:guid/data/:element":      instanceData,
	"DELETE /:org/:app/instances/:party/:guid/data/:element":     instanceData,
	"GET /:org/:app/instances/:party/:guid/process":              instanceData,
	"GET /:org/:app/instances/:party/:guid/process/next":         instanceData,
	"PUT /:org/:app/instances/:party/:guid/process/next":         instanceData,
	"GET /:org/:app/instances/:party/:guid/process/history":      instanceData,
	"GET /storage/api/v1/instances/:party/:guid":                 instanceData,
	"GET /storage/api/v1/instances/:party/:guid/process/history": instanceData,
	"PUT /sbl/instances/:party/:guid/undelete":                   instanceData,
	"GET /ledger/status/:party/:guid":                            instanceData,
	"GET /ledger/chains/:id":                                     instanceData,
	"GET /ledger/instances/:party/:guid/events":                  instanceData,
	"GET /ledger/instances/:party/:guid/state":                   instanceData,
	"GET /ledger/instances/:party/:guid/diff":                    instanceData,
	"POST /ledger/instances/:party/:guid/links":                  instanceData,
}

// target is an instance that intruders go for.
type target struct {
	made
	app, party, chain string
}

// target reads an instance as somebody who may.
func (a *apitest) target(t *testing.T, app, party string, id uuid.UUID, token string) target {
	t.Helper()
	r := a.must(t, 200, call{method: "GET", path: app + "/instances/" + party + "/" + id.String(), token: token})
	status := a.must(t, 200, call{method: "GET", path: "/ledger/status/" + party + "/" + id.String(), token: token, header: map[string]string{api.HeaderPosition: r.position()}})
	return target{made: madeOf(t, app, r), app: app, party: party, chain: at(t, status.tree(t), "chainId").(string)}
}

// attempt makes the request of a route on a target; it is one that could succeed for somebody who may.
func (x *target) attempt(t testing.TB, route string) call {
	t.Helper()
	method, pattern, _ := strings.Cut(route, " ")
	_, app, _ := strings.Cut(x.app[1:], "/")
	org, _, _ := strings.Cut(x.app[1:], "/")
	element := x.form
	if method == "POST" {
		element = "tegning"
	}
	path := strings.NewReplacer(":org", org, ":app", app, ":party", x.party, ":guid", x.guid.String(), ":element", element, ":dataType", "tegning",
		":name", "skjenkebevilling", ":id", x.chain, ":language", "nb", ":optionsId", "janei").Replace(pattern)
	c := call{method: method, path: path}
	fillIn(t, x, &c, pattern)
	return c
}

func fillIn(t testing.TB, x *target, c *call, path string) {
	t.Helper()
	switch {
	case strings.HasSuffix(path, "/instances") && c.method == "POST", strings.HasSuffix(path, "/create"):
		c.body = map[string]any{"instanceOwner": map[string]string{"partyId": x.party}}
	case strings.HasPrefix(path, "/storage/api/v1/instances") && !strings.Contains(path, ":guid"):
		c.path += "?instanceOwner.partyId=" + x.party + "&appId=" + x.app[1:]
	case strings.HasSuffix(path, "/substatus"):
		c.body = map[string]string{"label": "avslag"}
	case strings.HasSuffix(path, "/links"):
		c.body = map[string]any{"chain": uuid.New(), "handover": uuid.New(), "instance": uuid.New(), "link": "l", "app": "a/b", "party": 1}
	case c.method == "PATCH" && strings.HasSuffix(path, "/data"):
		c.body = multiPatch(x.form, `[{"op":"add","path":"/lokale/navn","value":"X"}]`)
	case c.method == "PATCH":
		c.body = jsonText(`{"patch":[{"op":"add","path":"/lokale/navn","value":"X"}]}`)
	case c.method == "PUT" && strings.Contains(path, "/data/"):
		c.body = map[string]any{}
	case c.method == "POST" && strings.Contains(path, "/data"):
		if strings.HasSuffix(path, "/data") {
			c.path += "?dataType=tegning"
		}
		up := upload(t, "POST", c.path, "", "tegning.pdf")
		c.body, c.header = up.body, up.header
	}
}

// secrets are what only those who may read the sample application know.
var secrets = []string{"Fjordkroa\"", "Jonas Bakke", "Maria Lund", "02919013721", "27869417403", "8200", "tegning.pdf", "StartEvent_1"}

// TestAccess goes for three instances through every route with the tokens of people and organisations that have no right to them. The answer is 403,
// or a list without them; without a token it is 401. Nothing is recorded.
func TestAccess(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.submitted(t)
	b, c := a.settled(t, m.guid)
	targets := map[string]target{
		"A": a.target(t, appA, "500100", m.guid, a.person(t, ingrid)),
		"B": a.target(t, appB, "500001", b, a.person(t, kari)),
		"C": a.target(t, appC, "500002", c, a.person(t, thomas)),
	}
	outsiders := map[string]string{
		"another role in the municipality": a.person(t, silje), "citizen": a.person(t, per), "another applicant": a.person(t, amina), "another role in the police": a.person(t, nina),
	}
	for name, more := range map[string]map[string]string{
		"A": {"another org": a.owner(t, "politiet"), "another org by Maskinporten": a.machine(t, "politiet"), "caseworker of B": a.person(t, kari), "low level": a.atLevel(t, ingrid, 1), "level 2": a.atLevel(t, ingrid, 2)},
		"B": {"another org": a.owner(t, "politiet"), "applicant of A": a.person(t, ingrid), "low level": a.atLevel(t, kari, 1)},
		"C": {"org that may only create": a.owner(t, "nordvik"), "applicant of A": a.person(t, ingrid), "caseworker of B": a.person(t, kari), "low level": a.atLevel(t, thomas, 1)},
	} {
		x := targets[name]
		before := a.facts(t, x.guid)
		for who, token := range outsiders {
			more[who] = token
		}
		for who, token := range more {
			t.Run(name+" by "+who, func(t *testing.T) { a.intrude(t, &x, who, token) })
		}
		t.Run(name+" by nobody", func(t *testing.T) { a.intrude(t, &x, "", "") })
		if after := a.facts(t, x.guid); !slices.Equal(before, after) {
			t.Errorf("%s was changed: %v, then %v", name, before, after)
		}
	}
}

func (a *apitest) intrude(t *testing.T, x *target, who, token string) {
	for _, r := range api.Routes(a.node.API) {
		route := r.Method + " " + r.Path
		kind, known := kindOf[route]
		if !known {
			t.Errorf("%s is in no table: say in kindOf what it gives", route)
			continue
		}
		if kind == nothingOfInstances || kind == instanceData && r.Path == "/ledger/chains/:id" && inChain(x, who) {
			continue
		}
		if kind == newInstance && who == "org that may only create" {
			continue
		}
		got := a.send(t, x.attempt(t, route).as(token))
		fault := refusal(t, kind, token, got)
		if kind == aList && got.status == 200 {
			fault = contents(t, got, x, who)
		}
		if fault != "" {
			t.Errorf("%s: %s: %d %s", route, fault, got.status, got.body)
		}
	}
}

// inChain tells whether a person may see that B and C exist, through the instance of the chain that is the person's own.
func inChain(x *target, who string) bool {
	switch who {
	case "applicant of A", "caseworker of B", "org that may only create", "another org", "another org by Maskinporten":
		return true
	}
	return false
}

// refusal tells what is wrong with a refusal.
func refusal(t *testing.T, kind gives, token string, got reply) string {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(string(got.body), secret) && kind != aList {
			return "the answer tells " + strconv.Quote(secret)
		}
	}
	switch {
	case token == "":
		if got.status != 401 || got.code(t) != "token_missing" || got.header.Get("WWW-Authenticate") != "Bearer" {
			return "want 401 token_missing"
		}
	case got.status != 403:
		return "want 403"
	case !slices.Contains([]string{"not_authorized", "authentication_level_too_low", "user_instantiation_disallowed", "scope_missing"}, got.code(t)):
		return "the code is not one of a right that is missing"
	}
	return ""
}

// sees are those who have instances of their own to see.
var sees = []string{"another applicant", "another org", "another org by Maskinporten", "caseworker of B", "applicant of A", "org that may only create"}

// contents tells what is wrong with a list that is to be without the target: it is in it, or anything is, for somebody who may see nothing.
func contents(t *testing.T, got reply, x *target, who string) string {
	t.Helper()
	if strings.Contains(string(got.body), x.guid.String()) {
		return "the instance is in the list"
	}
	var rows []any
	switch tree := parse(t, got.body).(type) {
	case []any:
		rows = tree
	case map[string]any:
		items, _ := tree["items"].([]any)
		instances, _ := tree["instances"].([]any)
		rows = append(items, instances...)
	}
	if len(rows) > 0 && !slices.Contains(sees, who) {
		return fmt.Sprint(len(rows), " instances are in the list")
	}
	return ""
}

// TestAccess_LevelTooLow_TellsTheLevelThatIsNeeded is what clients go by to send people to a stronger login.
func TestAccess_LevelTooLow_TellsTheLevelThatIsNeeded(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	for _, c := range []call{
		{method: "GET", path: m.path}, {method: "GET", path: m.path + "/data/" + m.form}, {method: "PUT", path: m.path + "/process/next"},
		{method: "POST", path: appA + "/instances?instanceOwnerPartyId=500100"},
	} {
		got := a.must(t, 403, c.as(a.atLevel(t, ingrid, 2)))
		if level := got.tree(t)["RequiredAuthenticationLevel"]; level != "3" || got.code(t) != "authentication_level_too_low" {
			t.Errorf("%s %s: level %v, code %s", c.method, c.path, level, got.code(t))
		}
	}
	a.must(t, 200, call{method: "GET", path: m.path, token: a.atLevel(t, ingrid, 3)})
}

// TestAccess_ScopeMissing refuses a service owner's token that was given for something else.
func TestAccess_ScopeMissing(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.draft(t)
	reader := a.owner(t, "nordvik", "altinn:serviceowner/instances.read")
	a.must(t, 200, call{method: "GET", path: m.path, token: reader})
	for _, x := range []struct {
		c     call
		token string
	}{
		{call{method: "PUT", path: m.path + "/substatus", body: map[string]string{"label": "x"}}, reader},
		{call{method: "POST", path: appB + "/instances?instanceOwnerPartyId=500001"}, reader},
		{call{method: "GET", path: m.path}, a.owner(t, "nordvik", "altinn:serviceowner/instances.write")},
		{call{method: "GET", path: m.path}, a.owner(t, "nordvik", "altinn:events.publish")},
	} {
		got := a.must(t, 403, x.c.as(x.token))
		if got.code(t) != "scope_missing" {
			t.Errorf("%s %s: %s", x.c.method, x.c.path, got.body)
		}
	}
	list := a.must(t, 200, call{method: "GET", path: "/storage/api/v1/instances?org=nordvik", token: a.owner(t, "nordvik", "altinn:events.publish")})
	if n := len(list.tree(t)["instances"].([]any)); n != 0 {
		t.Errorf("a token without the scope lists %d instances", n)
	}
}

// TestAccess_RoleThatPreparesButDoesNotSubmit is the accountant's: fill in, not hand in.
func TestAccess_RoleThatPreparesButDoesNotSubmit(t *testing.T) {
	t.Parallel()
	a := common(t)
	m := a.applied(t)
	accountant := a.person(t, hanne)
	a.must(t, 200, call{method: "PATCH", path: m.path + "/data", token: accountant, body: multiPatch(m.form, `[{"op":"replace","path":"/omsetning/gruppe1Liter","value":9000}]`)})
	a.must(t, 200, call{method: "PUT", path: m.path + "/process/next", token: accountant})
	for _, c := range []call{
		{method: "PUT", path: m.path + "/process/next"},
		{method: "PUT", path: m.path + "/process/next", body: map[string]string{"action": "confirm"}},
		{method: "PUT", path: m.path + "/process/next", body: map[string]string{"action": "reject"}},
		{method: "DELETE", path: m.path},
		{method: "DELETE", path: m.path + "?hard=true"},
		{method: "PUT", path: "/sbl/instances/" + m.id + "/undelete"},
	} {
		if got := a.must(t, 403, c.as(accountant)); got.code(t) != "not_authorized" {
			t.Errorf("%s %s: %s", c.method, c.path, got.body)
		}
	}
	task := at(t, a.must(t, 200, call{method: "GET", path: m.path + "/process", token: accountant}).tree(t), "currentTask")
	if at(t, task, "actions", "confirm") != false || at(t, task, "read") != true || at(t, task, "write") != false {
		t.Errorf("the accountant's actions are %v", at(t, task, "actions"))
	}
}
