package devidp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

func TestFaults_OverTheNetwork(t *testing.T) {
	t.Parallel()
	w := world(t)
	server := httptest.NewServer(w.Issuer)
	t.Cleanup(server.Close)
	form := func() url.Values {
		return url.Values{"grant_type": {grantType}, "assertion": {sign(t, identitytest.ClientKey(t), jose.RS256, grant(w, nil), nil)}}
	}
	w.Issuer.Inject(devidp.Fault{Path: "/maskinporten/token", DropAfter: true}, devidp.Fault{Path: "/Maskinporten/Token", DropBefore: true},
		devidp.Fault{Path: "/maskinporten/token", Status: 503, RetryAfter: "9", Body: "later"})
	lost := form()
	if _, err := http.PostForm(server.URL+"/maskinporten/token", lost); err == nil {
		t.Error("the answer arrived")
	}
	kept := form()
	if _, err := http.PostForm(server.URL+"/maskinporten/token", kept); err == nil {
		t.Error("the answer arrived")
	}
	response, err := http.PostForm(server.URL+"/maskinporten/token", kept)
	if err != nil || response.StatusCode != 503 || response.Header.Get("Retry-After") != "9" {
		t.Errorf("got %v, %v", response, err)
	}
	if a := ask(t, w, lost.Get("assertion")); !strings.Contains(a.Description, "MP-012") {
		t.Errorf("the grant whose answer was lost: %d %s", a.status, a.Description)
	}
	if a := ask(t, w, kept.Get("assertion")); a.status != 200 {
		t.Errorf("the grant that did not arrive: %d %s", a.status, a.Description)
	}
	if n := w.Issuer.Requests("/maskinporten/TOKEN"); n != 5 {
		t.Errorf("%d requests", n)
	}
}
