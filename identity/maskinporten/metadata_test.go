package maskinporten_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
)

func TestMetadata_IsDispensable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Issuer.Inject(devidp.Fault{Path: metadataPath, Status: 500, Times: 2})
	if _, err := b.token(scope); err != nil {
		t.Fatalf("without metadata: %v", err)
	}
	b.Clock.Advance(29 * time.Second)
	_, _ = b.token("altinn:serviceowner/instances.read")
	if n := b.Issuer.Requests(metadataPath); n != 1 {
		t.Errorf("metadata was asked for %d times within half a minute", n)
	}
	b.Clock.Advance(time.Second)
	_, _ = b.token("altinn:serviceowner/instances.write")
	b.Clock.Advance(30 * time.Second)
	_, _ = b.token(scope, "altinn:serviceowner/instances.write")
	b.Clock.Advance(13 * time.Hour)
	b.Issuer.Inject(devidp.Fault{Path: metadataPath, DropBefore: true})
	if _, err := b.token(scope); err != nil || b.Issuer.Requests(metadataPath) != 4 {
		t.Errorf("with an old copy: %v after %d requests", err, b.Issuer.Requests(metadataPath))
	}
}

func TestMetadata_ThatContradictsTheConfigurationIsRefused(t *testing.T) {
	t.Parallel()
	authority := identitytest.BaseURL + "/maskinporten/"
	for name, document := range map[string]string{
		"another issuer":     `{"issuer":"https://evil.example/","token_endpoint":"` + authority + `token"}`,
		"insecure endpoint":  `{"issuer":"` + authority + `","token_endpoint":"http://evil.example/token"}`,
		"no endpoint at all": `{"issuer":"` + authority + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Issuer.Inject(devidp.Fault{Path: metadataPath, Status: 200, Body: document})
			if _, err := b.token(scope); maskinporten.ClassOf(err) != maskinporten.Configuration || b.Issuer.Requests(tokenPath) != 0 {
				t.Errorf("%v after %d calls", err, b.Issuer.Requests(tokenPath))
			}
		})
	}
}

func TestDrift_IsSeenInAnswers(t *testing.T) {
	t.Parallel()
	var now func() time.Time
	b := setup(t, skew(-4*time.Second), func(c *maskinporten.Config) {
		now = c.Clock
		c.HTTPClient = &http.Client{Transport: dated{c.HTTPClient.Transport, func() time.Time { return now().Add(4 * time.Second) }}}
	})
	if _, err := b.token(scope); err != nil {
		t.Fatal(err)
	}
	if got := b.client.Drift(); got != 4*time.Second {
		t.Errorf("drift %s", got)
	}
}

// dated adds a Date to answers, as servers do.
type dated struct {
	next http.RoundTripper
	now  func() time.Time
}

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.next.RoundTrip(r)
	if err == nil {
		response.Header.Set("Date", d.now().UTC().Format(http.TimeFormat))
	}
	return response, err
}
