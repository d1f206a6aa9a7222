package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// variable are the parts of an answer that differ from run to run. Each distinct text gets a number, so that the same id twice stays the
// same id twice.
var variable = []struct {
	name    string
	pattern *regexp.Regexp
	plain   bool // no numbers
}{
	{"id", regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), false},
	{"time", regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), true},
	{"hash", regexp.MustCompile(`[0-9a-f]{64}`), false},
	{"digest", regexp.MustCompile(`"(appVersion|version)": "[^"]+"`), true},
	{"position", regexp.MustCompile(`"position": \d+`), true},
	{"fingerprint", regexp.MustCompile(`"request": "[^"]+"`), true},
	{"token", regexp.MustCompile(`"(next|continuationToken)": "[^"]+"`), true},
}

func normalised(text string) string {
	for _, v := range variable {
		seen := []string{}
		text = v.pattern.ReplaceAllStringFunc(text, func(found string) string {
			if v.plain {
				if name, _, ok := strings.Cut(found, ": "); ok {
					return name + ": <" + v.name + ">"
				}
				return "<" + v.name + ">"
			}
			n := slices.Index(seen, found)
			if n < 0 {
				n, seen = len(seen), append(seen, found)
			}
			return fmt.Sprintf("<%s %d>", v.name, n+1)
		})
	}
	return text
}

// golden compares an exchange with testdata/<name>.txt.
func golden(t *testing.T, name string, c call, r reply) {
	t.Helper()
	got := normalised(exchangeText(t, c, r))
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to make it)", err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; run with -update if that is right.\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

// shown are the headers of answers that clients go by.
var shown = []string{"Content-Type", "Content-Disposition", "Location", "ETag", "Retry-After", "Www-Authenticate"}

func exchangeText(t *testing.T, c call, r reply) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", c.method, c.path)
	fmt.Fprintf(&b, "\n%d\n", r.status)
	for _, h := range shown {
		if v := r.header.Get(h); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", h, v)
		}
	}
	if r.position() != "" {
		b.WriteString("Hovedbok-Position: <position>\n")
	}
	b.WriteString("\n" + bodyText(t, r))
	return b.String()
}

func bodyText(t *testing.T, r reply) string {
	t.Helper()
	if !strings.Contains(r.header.Get("Content-Type"), "json") {
		return fmt.Sprintf("%d bytes\n", len(r.body))
	}
	var out bytes.Buffer
	if err := json.Indent(&out, r.body, "", "  "); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return strings.TrimSpace(out.String()) + "\n"
}
