package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
	"github.com/hovedbok/hovedbok/node"
)

// call is a request. body is sent as it is when it is text or bytes, and as JSON otherwise.
type call struct {
	method, path string
	token        string
	header       map[string]string
	body         any
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// with gives the call with a header more.
func (c call) with(name, value string) call {
	header := map[string]string{name: value}
	for n, v := range c.header {
		if n != name {
			header[n] = v
		}
	}
	c.header = header
	return c
}

// as gives the call with a token.
func (c call) as(token string) call {
	c.token = token
	return c
}

func (c call) request(t testing.TB, root string) *http.Request {
	t.Helper()
	var body io.Reader
	contentType := ""
	switch b := c.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case []byte:
		body = bytes.NewReader(b)
	case io.Reader:
		body = b
	default:
		src, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		body, contentType = bytes.NewReader(src), "application/json"
	}
	req, err := http.NewRequestWithContext(context.Background(), c.method, root+c.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for n, v := range c.header {
		req.Header.Set(n, v)
	}
	return req
}

// send makes a request of the node.
func (a *apitest) send(t testing.TB, c call) reply {
	t.Helper()
	return exchange(t, a.client, c.request(t, base))
}

func exchange(t testing.TB, client *http.Client, req *http.Request) reply {
	t.Helper()
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return reply{res.StatusCode, res.Header, body}
}

// must sends a request that is to be answered with the status.
func (a *apitest) must(t testing.TB, status int, c call) reply {
	t.Helper()
	r := a.send(t, c)
	if r.status != status {
		t.Fatalf("%s %s: status %d, want %d: %s", c.method, c.path, r.status, status, r.body)
	}
	return r
}

// tree gives the body as maps and lists; numbers stay as they are written.
func (r reply) tree(t testing.TB) map[string]any {
	t.Helper()
	out, ok := parse(t, r.body).(map[string]any)
	if !ok {
		t.Fatalf("the body is no JSON object: %s", r.body)
	}
	return out
}

func (r reply) list(t testing.TB) []any {
	t.Helper()
	out, ok := parse(t, r.body).([]any)
	if !ok {
		t.Fatalf("the body is no JSON list: %s", r.body)
	}
	return out
}

func parse(t testing.TB, body []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func (r reply) position() string { return r.header.Get(api.HeaderPosition) }

func (r reply) code(t testing.TB) string {
	t.Helper()
	code, _ := r.tree(t)["code"].(string)
	return code
}

// at walks into maps and lists: a step is the name of a member or the index of an item.
func at(t testing.TB, v any, steps ...any) any {
	t.Helper()
	for i, step := range steps {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			var ok bool
			if v, ok = m[s]; !ok {
				t.Fatalf("there is no %v in %v", steps[:i+1], m)
			}
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				t.Fatalf("there are %d items at %v", len(l), steps[:i])
			}
			v = l[s]
		}
	}
	return v
}

// person gives an ID-porten token (level 4) from the embedded issuer.
func (a *apitest) person(t testing.TB, user int) string {
	t.Helper()
	return a.token(t, fmt.Sprint("person ", user), func() string {
		form := url.Values{"userId": {strconv.Itoa(user)}}
		r := a.must(t, 200, call{method: "POST", path: "/idporten/test-token", body: form.Encode(), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
		return r.tree(t)["access_token"].(string)
	})
}

// atLevel gives a person's Altinn token as the local test platform does, with an authentication level.
func (a *apitest) atLevel(t testing.TB, user, level int) string {
	t.Helper()
	return a.token(t, fmt.Sprint("level ", user, level), func() string {
		return string(a.must(t, 200, call{method: "GET", path: fmt.Sprintf("/Home/GetTestUserToken/%d?authenticationLevel=%d", user, level)}).body)
	})
}

// owner gives a service owner's Altinn token; without scopes, those that service owners have.
func (a *apitest) owner(t testing.TB, org string, scopes ...string) string {
	t.Helper()
	return a.token(t, fmt.Sprint("owner ", org, scopes), func() string {
		return string(a.must(t, 200, call{method: "GET", path: "/Home/GetTestOrgToken/" + org + "?scopes=" + url.QueryEscape(strings.Join(scopes, " "))}).body)
	})
}

// machine gives a service owner's Maskinporten token, by a grant that is signed with the client's key.
func (a *apitest) machine(t testing.TB, org string) string {
	t.Helper()
	return a.token(t, "machine "+org, func() string {
		for _, c := range a.node.Register.Clients() {
			if c.Org != org {
				continue
			}
			key, err := maskinporten.LoadOrCreateKey(filepath.Join(a.node.Config.Data, node.DirKeys, "client-"+url.PathEscape(c.ID)+".jwk.json"))
			if err != nil {
				t.Fatal(err)
			}
			client, err := maskinporten.New(maskinporten.Config{
				Authority: a.node.Issuer.IssuerURL(devidp.Maskinporten), ClientID: c.ID, Key: key, HTTPClient: a.client, Clock: a.clock.Now, AllowInsecure: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			token, err := client.Token(context.Background(), c.Scopes...)
			if err != nil {
				t.Fatal(err)
			}
			return token.Value
		}
		t.Fatalf("no client of %s", org)
		return ""
	})
}

func (a *apitest) token(t testing.TB, name string, get func() string) string {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tokens[name] == "" {
		a.tokens[name] = get()
	}
	return a.tokens[name]
}
