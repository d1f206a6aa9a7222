package maskinporten_test

import (
	"path/filepath"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity/identitytest"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
)

func TestNew_RefusesBadConfiguration(t *testing.T) {
	t.Parallel()
	public := other.Public()
	tests := map[string]func(*maskinporten.Config){
		"no client id":     func(c *maskinporten.Config) { c.ClientID = "" },
		"no authority":     func(c *maskinporten.Config) { c.Authority = "" },
		"insecure":         func(c *maskinporten.Config) { c.AllowInsecure = false },
		"insecure, remote": func(c *maskinporten.Config) { c.Authority = "http://maskinporten.example" },
		"no key":           func(c *maskinporten.Config) { c.Key = jose.JSONWebKey{} },
		"public key":       func(c *maskinporten.Config) { c.Key = public },
		"public next key":  func(c *maskinporten.Config) { c.NextKey = &public },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := maskinporten.Config{Authority: identitytest.BaseURL + "/maskinporten", ClientID: "a", Key: other, AllowInsecure: true}
			if _, err := maskinporten.New(config); err != nil {
				t.Fatalf("the sound configuration: %v", err)
			}
			change(&config)
			if _, err := maskinporten.New(config); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "client.jwk.json")
	made, err := maskinporten.LoadOrCreateKey(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := maskinporten.LoadOrCreateKey(path)
	if err != nil || again.KeyID != made.KeyID || made.KeyID == "" {
		t.Errorf("%q, then %q: %v", made.KeyID, again.KeyID, err)
	}
	if _, err := maskinporten.LoadOrCreateKey(filepath.Join(path, "below")); err == nil {
		t.Error("a key below a file was made")
	}
}
