package api_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/ledger"
)

// shelf is a node with one instance in each state.
type shelf struct {
	*apitest
	t    *testing.T
	of   map[string]made // by what is special about it
	last string          // position of the last write
}

func newShelf(t *testing.T) *shelf {
	a := alone(t)
	s := &shelf{apitest: a, t: t, of: map[string]made{}}
	token := a.person(t, ingrid)
	s.of["draft"], s.of["ready"], s.of["binned"], s.of["erased"] = a.draft(t), a.applied(t), a.draft(t), a.draft(t)
	s.of["due"] = madeOf(t, appA, a.must(t, 201, call{method: "POST", path: appA + "/instances", token: token, body: map[string]any{
		"instanceOwner": map[string]string{"partyId": "500100"}, "dueBefore": "2030-01-31T00:00:00Z",
	}}))
	a.must(t, 200, call{method: "PUT", path: s.of["ready"].path + "/process/next", token: token})
	s.of["done"], s.of["confirmed"] = a.submitted(t), a.submitted(t)
	a.must(t, 200, call{method: "POST", path: s.of["confirmed"].path + "/complete", token: a.owner(t, "nordvik")})
	a.must(t, 200, call{method: "DELETE", path: s.of["binned"].path, token: token})
	s.last = a.must(t, 200, call{method: "DELETE", path: s.of["erased"].path + "?hard=true", token: token}).position()
	return s
}

// ids gives the instances of a list, by the names they have on the shelf, sorted; what is not on it is left out.
func (s *shelf) ids(list []any) []string {
	var out []string
	for _, row := range list {
		for name, m := range s.of {
			if at(s.t, row, "id") == m.id {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (s *shelf) storage(query string) []string {
	s.t.Helper()
	r := s.must(s.t, 200, call{method: "GET", path: "/storage/api/v1/instances?instanceOwner.partyId=500100&" + query, token: s.person(s.t, ingrid)}.with(api.HeaderPosition, s.last))
	return s.ids(at(s.t, r.tree(s.t), "instances").([]any))
}

func (s *shelf) inbox(query string, token string) []string {
	s.t.Helper()
	r := s.must(s.t, 200, call{method: "GET", path: "/ledger/inbox?" + query, token: token}.with(api.HeaderPosition, s.last))
	return s.ids(at(s.t, r.tree(s.t), "items").([]any))
}

// TestLists asks for instances by everything that they can be asked for by.
func TestLists(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	t.Run("storage", s.testStorage)
	t.Run("dates", s.testDates)
	t.Run("inbox", s.testInbox)
	t.Run("pages", s.testPages)
	t.Run("service owner", s.testOwner)
	t.Run("active", s.testActive)
	t.Run("visible later", s.testVisibleLater) // last: it moves the clock
}

func (s *shelf) testStorage(t *testing.T) {
	all := []string{"binned", "confirmed", "done", "draft", "due", "ready"}
	for query, want := range map[string][]string{
		"":                               all,
		"appId=nordvik/skjenkebevilling": all,
		"appId=nordvik/skjenkesak":       nil,
		"APPID=nordvik/skjenkesak&appId=nordvik/skjenkebevilling": all,
		"org=nordvik":                                     all,
		"org=politiet":                                    nil,
		"process.currentTask=Task_1":                      {"binned", "draft", "due"},
		"process.currentTask=Task_2":                      {"ready"},
		"process.isComplete=true":                         {"confirmed", "done"},
		"process.isComplete=false":                        {"binned", "draft", "due", "ready"},
		"process.endEvent=EndEvent_1":                     {"confirmed", "done"},
		"process.endEvent=EndEvent_2":                     nil,
		"confirmed=true":                                  {"confirmed"},
		"confirmed=false&process.isComplete=true":         {"done"},
		"org=nordvik&excludeConfirmedBy=nordvik":          {"binned", "done", "draft", "due", "ready"},
		"org=nordvik&excludeConfirmedBy=politiet":         all,
		"status.isArchived=true":                          {"confirmed", "done"},
		"status.isArchived=false":                         {"binned", "draft", "due", "ready"},
		"status.isSoftDeleted=true":                       {"binned"},
		"status.isSoftDeleted=false":                      {"confirmed", "done", "draft", "due", "ready"},
		"status.isHardDeleted=true":                       nil,
		"status.isHardDeleted=false":                      all,
		"status.isArchived=true&process.isComplete=false": nil,
		"searchString=fjord":                              {"confirmed", "done", "ready"},
		"searchString=SKJENKEBEVILLING":                   all, // the app's title
		"searchString=finnesikke":                         nil,
		"dueBefore=lte:2030-01-31":                        {"due"},
		"dueBefore=lt:2030-01-31":                         nil,
		"STATUS.ISARCHIVED=true":                          {"confirmed", "done"},
		"includeDataElements=false":                       all,
		"ukjent=1":                                        all,
	} {
		if got := s.storage(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	byNumber := call{method: "GET", path: "/storage/api/v1/instances", token: s.person(t, ingrid)}.with("X-Ai-InstanceOwnerIdentifier", "Organisation:310000418").with(api.HeaderPosition, s.last)
	if got := s.ids(at(t, s.must(t, 200, byNumber).tree(t), "instances").([]any)); !slices.Equal(got, all) {
		t.Errorf("by number: %v", got)
	}
}

// testDates compares date expressions with the times that the list itself tells.
func (s *shelf) testDates(t *testing.T) {
	r := s.must(t, 200, call{method: "GET", path: "/storage/api/v1/instances?instanceOwner.partyId=500100", token: s.person(t, ingrid)}.with(api.HeaderPosition, s.last))
	times := map[string]map[string]time.Time{"created": {}, "lastChanged": {}, "visibleAfter": {}}
	for _, row := range at(t, r.tree(t), "instances").([]any) {
		name := s.ids([]any{row})[0]
		for field := range times {
			when, err := time.Parse(time.RFC3339Nano, at(t, row, field).(string))
			if err != nil {
				t.Fatal(err)
			}
			times[field][name] = when
		}
	}
	for field, of := range times {
		pivot := of["ready"]
		for op, holds := range map[string]func(time.Time) bool{
			"gt":  pivot.Before,
			"gte": func(x time.Time) bool { return !x.Before(pivot) },
			"lt":  pivot.After,
			"lte": func(x time.Time) bool { return !x.After(pivot) },
			"eq":  pivot.Equal,
		} {
			want := where(of, holds)
			query := field + "=" + op + ":" + url.QueryEscape(pivot.Format(time.RFC3339Nano))
			if got := s.storage(query); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
		}
		first, last := of["draft"], of["done"]
		query := fmt.Sprintf("%s=gte:%s&%s=lt:%s&%s=gte:2000-01-01", field, stamp(first), strings.ToUpper(field), stamp(last), field)
		want := where(of, func(x time.Time) bool { return !x.Before(first) && x.Before(last) })
		if got := s.storage(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
		if got := s.storage(fmt.Sprintf("%s=gt:%s&%s=lt:%s", field, stamp(last), field, stamp(first))); got != nil {
			t.Errorf("%s in no time: %v", field, got)
		}
	}
}

func stamp(t time.Time) string { return url.QueryEscape(t.Format(time.RFC3339Nano)) }

// where gives the names whose time is one of those wanted, sorted.
func where(of map[string]time.Time, wanted func(time.Time) bool) []string {
	var out []string
	for name, x := range of {
		if wanted(x) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (s *shelf) testInbox(t *testing.T) {
	token := s.person(t, ingrid)
	kept := []string{"confirmed", "done", "draft", "due", "ready"}
	chain := at(t, s.must(t, 200, call{method: "GET", path: "/ledger/status/" + s.of["done"].id, token: token}.with(api.HeaderPosition, s.last)).tree(t), "chainId").(string)
	for query, want := range map[string][]string{
		"":                                       kept,
		"app=nordvik/skjenkebevilling":           kept,
		"app=nordvik/skjenkesak":                 nil,
		"app=nordvik/x,nordvik/skjenkebevilling": kept,
		"org=nordvik":                            kept,
		"org=politiet":                           nil,
		"party=500100":                           kept,
		"party=500102,500100":                    kept,
		"party=500102":                           nil,
		"task=Task_2":                            {"ready"},
		"taskType=data":                          {"draft", "due"},
		"taskType=confirmation":                  {"ready"},
		"state=active":                           {"draft", "due", "ready"},
		"state=archived":                         {"confirmed", "done"},
		"state=deleted":                          {"binned"},
		"state=active,deleted":                   {"binned", "draft", "due", "ready"},
		"search=FJORD":                           {"confirmed", "done", "ready"},
		"search=licence":                         kept, // of the English title
		"search=finnesikke":                      nil,
		"chain=" + chain:                         {"done"},
		"chain=ukjent":                           nil,
		"role=DAGL":                              kept,
		"role=dagl":                              kept,
		"role=REGNA":                             nil,
		"unread=false":                           {"draft", "due", "ready"},
		"unread=true":                            {"confirmed", "done"}, // the service owner has tied them to cases since
		"State=archived&Search=fjord":            {"confirmed", "done"},
	} {
		if got := s.inbox(query, token); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	english := s.must(t, 200, call{method: "GET", path: "/ledger/inbox?size=1", token: token}.with("Accept-Language", "en-GB,en;q=0.9"))
	if title := at(t, english.tree(t), "items", 0, "title"); title != "Application for a licence to serve alcohol" {
		t.Errorf("the English title is %v", title)
	}
}

// testPages walks through lists page by page, in both orders, and finds every row once.
func (s *shelf) testPages(t *testing.T) {
	token := s.person(t, ingrid)
	whole := map[string][]string{}
	for _, order := range []string{"asc", "desc"} {
		path := "/storage/api/v1/instances?instanceOwner.partyId=500100&Size=2&ORDER=" + order + ":lastChanged"
		var got []string
		for pages := 0; path != ""; pages++ {
			r := s.must(t, 200, call{method: "GET", path: path, token: token}.with(api.HeaderPosition, s.last)).tree(t)
			rows := at(t, r, "instances").([]any)
			if n := fmt.Sprint(at(t, r, "count")); n != fmt.Sprint(len(rows)) || len(rows) > 2 || pages > 5 {
				t.Fatalf("page %d: count %s, %d rows", pages, n, len(rows))
			}
			for _, row := range rows {
				got = append(got, at(t, row, "id").(string))
			}
			path = ""
			if next, more := r["next"].(string); more {
				path = strings.Replace(strings.TrimPrefix(next, "https://platform.hovedbok.localhost"), "continuationToken=", "ContinuationTOKEN=", 1)
			}
		}
		whole[order] = got
	}
	slices.Reverse(whole["asc"])
	if !slices.Equal(whole["asc"], whole["desc"]) || len(whole["desc"]) != 6 || len(slices.Compact(slices.Sorted(slices.Values(whole["desc"])))) != 6 {
		t.Errorf("the orders give %v and %v", whole["asc"], whole["desc"])
	}
	var inbox []string
	for after := "start"; after != ""; {
		r := s.must(t, 200, call{method: "GET", path: "/ledger/inbox?size=2&after=" + url.QueryEscape(strings.TrimPrefix(after, "start")), token: token}).tree(t)
		inbox = append(inbox, s.ids(at(t, r, "items").([]any))...)
		after, _ = r["next"].(string)
	}
	slices.Sort(inbox)
	if !slices.Equal(inbox, []string{"confirmed", "done", "draft", "due", "ready"}) {
		t.Errorf("the pages of the inbox give %v", inbox)
	}
}

// testOwner lists as the service owner: everything of its apps, nothing of others'.
func (s *shelf) testOwner(t *testing.T) {
	for token, path := range map[string]string{s.owner(t, "nordvik"): "?org=nordvik&appId=nordvik/skjenkebevilling", s.machine(t, "nordvik"): "?org=nordvik"} {
		r := s.must(t, 200, call{method: "GET", path: "/storage/api/v1/instances" + path, token: token}.with(api.HeaderPosition, s.last)).tree(t)
		if got := s.ids(at(t, r, "instances").([]any)); len(got) != 6 {
			t.Errorf("%s: %v", path, got)
		}
	}
	for _, query := range []string{"?org=nordvik", "?appId=nordvik/skjenkebevilling"} {
		r := s.must(t, 200, call{method: "GET", path: "/storage/api/v1/instances" + query, token: s.owner(t, "politiet")}).tree(t)
		if n := len(at(t, r, "instances").([]any)); n != 0 {
			t.Errorf("%s: the police list %d instances of Nordvik", query, n)
		}
	}
	r := s.must(t, 200, call{method: "GET", path: "/storage/api/v1/instances?org=politiet", token: s.owner(t, "politiet")}.with(api.HeaderPosition, s.last)).tree(t)
	if n := len(at(t, r, "instances").([]any)); n != 2 {
		t.Errorf("the police list %d of their own, want 2", n)
	}
}

func (s *shelf) testActive(t *testing.T) {
	r := s.must(t, 200, call{method: "GET", path: appA + "/instances/500100/active", token: s.person(t, ingrid)}.with(api.HeaderPosition, s.last))
	if got := s.ids(r.list(t)); !slices.Equal(got, []string{"draft", "due", "ready"}) {
		t.Errorf("active are %v", got)
	}
	for _, row := range r.list(t) {
		if got := slices.Sorted(maps.Keys(row.(map[string]any))); !slices.Equal(got, []string{"dueBefore", "id", "lastChanged", "lastChangedBy", "presentationTexts"}) {
			t.Errorf("members %v", got)
		}
	}
}

// testVisibleLater hides from inboxes what is to be seen later, and shows it when the time has come.
func (s *shelf) testVisibleLater(t *testing.T) {
	short, long := s.person(t, ingrid), s.atLevel(t, ingrid, 3)
	s.of["later"] = madeOf(t, appA, s.must(t, 201, call{method: "POST", path: appA + "/instances", token: long, body: map[string]any{
		"instanceOwner": map[string]string{"partyId": "500100"}, "visibleAfter": s.clock.Now().Add(time.Hour).Format(time.RFC3339),
	}}))
	s.last = s.of["later"].reply.position()
	if got := s.inbox("", long); slices.Contains(got, "later") {
		t.Errorf("the inbox has %v", got)
	}
	if got := s.storage("visibleAfter=gt:" + stamp(s.clock.Now())); !slices.Equal(got, []string{"later"}) {
		t.Errorf("to be visible later: %v", got)
	}
	s.clock.advance(2 * time.Hour)
	if got := s.inbox("", long); !slices.Contains(got, "later") {
		t.Errorf("two hours later the inbox has %v", got)
	}
	if got := s.must(t, 401, call{method: "GET", path: "/ledger/inbox", token: short}); got.code(t) != "token_expired" {
		t.Errorf("a login of ten minutes, two hours later: %s", got.body)
	}
}

// TestReadYourWrites lists at once what has just been written, when the list is told the write's position.
func TestReadYourWrites(t *testing.T) {
	t.Parallel()
	a := common(t)
	token := a.person(t, ingrid)
	for range 10 {
		m := a.draft(t)
		for _, path := range []string{"/ledger/inbox", appA + "/instances/500100/active", "/storage/api/v1/instances?instanceOwner.partyId=500100"} {
			got := a.must(t, 200, call{method: "GET", path: path, token: token}.with(api.HeaderPosition, m.reply.position()))
			if !strings.Contains(string(got.body), m.id) {
				t.Fatalf("%s does not show what was written before", path)
			}
		}
		gone := a.must(t, 200, call{method: "DELETE", path: m.path, token: token})
		got := a.must(t, 200, call{method: "GET", path: "/ledger/inbox", token: token}.with(api.HeaderPosition, gone.position()))
		if strings.Contains(string(got.body), m.id) {
			t.Fatal("the inbox shows what was deleted before")
		}
	}
}

// TestReadYourWrites_PositionOfTheFuture answers with what there is, and says that it is behind.
func TestReadYourWrites_PositionOfTheFuture(t *testing.T) {
	t.Parallel()
	a := alone(t)
	m := a.draft(t)
	token := a.person(t, ingrid)
	inbox := call{method: "GET", path: "/ledger/inbox", token: token}
	written, err := strconv.ParseUint(m.reply.position(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.node.API.Views.Wait(t.Context(), ledger.Position(written)); err != nil { // as long as it takes: no answer below has to hurry
		t.Fatal(err)
	}
	a.node.API.WaitForViews = 20 * time.Millisecond
	caughtUp := a.must(t, 200, inbox.with(api.HeaderPosition, m.reply.position())).tree(t)
	if _, behind := caughtUp["behind"]; behind {
		t.Errorf("a list that knows the write says that it is behind: %v", caughtUp)
	}
	ahead := a.must(t, 200, inbox.with(api.HeaderPosition, "999999")).tree(t)
	if ahead["behind"] != true || fmt.Sprint(ahead["position"]) != m.reply.position() || len(ahead["items"].([]any)) != 1 {
		t.Errorf("got %v", ahead)
	}
	for _, path := range []string{appA + "/instances/500100/active", "/storage/api/v1/instances?instanceOwner.partyId=500100", "/ledger/status/" + m.id} {
		a.must(t, 200, call{method: "GET", path: path, token: token}.with(api.HeaderPosition, "999999"))
	}
}
