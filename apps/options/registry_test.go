package options_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/options"
)

func TestRegistry_LooksInOrder(t *testing.T) {
	t.Parallel()
	app := appWith(t, map[string]string{"cities.json": `[{"value": "f", "label": "file"}]`, "land.json": `[]`, "only.json": `[{"value": "o", "label": "only"}]`})
	var r options.Registry
	broken := errors.New("the service is down")
	for id, p := range map[string]options.ProviderFunc{
		"Cities": echo, "empty": func(context.Context, options.Request) (options.List, error) { return options.List{}, nil },
		"broken": func(context.Context, options.Request) (options.List, error) { return options.List{}, broken },
	} {
		if err := r.Register(id, p); err != nil {
			t.Fatal(err)
		}
	}
	for id, p := range map[string]options.ProviderFunc{"parties": echo, "brokenHere": func(context.Context, options.Request) (options.List, error) { return options.List{}, broken }} {
		if err := r.RegisterSecure(id, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Register("CITIES", options.ProviderFunc(echo)); !errors.Is(err, options.ErrRegistered) {
		t.Errorf("a second provider: %v", err)
	}
	ask := func(id string) options.Request { return options.Request{App: app, ID: id, Language: "en"} }
	for _, c := range []struct {
		id, first    string
		err          error
		here, secure bool // found
	}{
		{"cities", "en", nil, true, true},
		{"CITIES", "en", nil, true, true},
		{"empty", "", nil, true, true},
		{"only", "o", nil, true, true},
		{"ONLY", "", options.ErrNotFound, false, false},
		{"land", "", nil, true, true},
		{"kjønn", "1", nil, true, true},
		{"parties", "en", options.ErrNotFound, false, true},
		{"broken", "", broken, false, false},
		{"brokenHere", "", options.ErrNotFound, false, false},
		{"lib**org**list**1", "", options.ErrNotFound, false, false},
	} {
		open, openErr := r.Options(context.Background(), ask(c.id))
		secure, secureErr := r.InstanceOptions(context.Background(), ask(c.id))
		if c.here != (openErr == nil) || c.secure != (secureErr == nil) || c.err != nil && !errors.Is(openErr, c.err) {
			t.Errorf("%s: %v, and of an instance %v", c.id, openErr, secureErr)
		}
		for _, list := range []options.List{open, secure} {
			if len(list.Options) > 0 && list.Options[0].Value.String() != c.first {
				t.Errorf("%s: %+v", c.id, list.Options[0])
			}
		}
	}
	if _, err := r.InstanceOptions(context.Background(), ask("brokenHere")); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	for id, hint := range map[string]string{"parties": "secure", "lib**org**list**1": "library", "nowhere": `"nowhere"`} {
		if _, err := r.Options(context.Background(), ask(id)); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: %v", id, err)
		}
	}
	r.RegisterLibrary(options.ProviderFunc(echo))
	if _, err := r.Options(context.Background(), ask("lib**org**list**1")); err != nil {
		t.Errorf("library: %v", err)
	}
}

func TestOptionLabel(t *testing.T) {
	t.Parallel()
	app := appWith(t, map[string]string{"n.json": `[{"value": 1, "label": ".one"}]`})
	var r options.Registry
	known, err := r.Load(context.Background(), options.Request{App: app, Language: "en"}, "n", "land", "nowhere")
	if err != nil || len(known) != 2 {
		t.Fatalf("%v %v", known, err)
	}
	for name, lists := range map[string]expression.Options{"known": known, "static": options.ReadStatic(app)} {
		for src, want := range map[string]string{`["optionLabel", "n", "1"]`: "text of one in ", `["optionLabel", "land", "NOR"]`: map[string]string{"known": "Norway", "static": "Norge"}[name]} {
			v, err := expression.MustParse(src).Eval(expression.Context{Options: lists, Texts: capitals{}})
			if err != nil || v.Str() != want {
				t.Errorf("%s %s: %q %v, want %q", name, src, v.Str(), err, want)
			}
		}
		if _, err := expression.MustParse(`["optionLabel", "nowhere", "1"]`).Eval(expression.Context{Options: lists}); !errors.Is(err, expression.ErrNotFound) || !errors.Is(err, options.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.Register("broken", options.ProviderFunc(func(context.Context, options.Request) (options.List, error) {
		return options.List{}, errors.ErrUnsupported
	})); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Load(context.Background(), options.Request{App: app}, "broken"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}

func TestPredefined(t *testing.T) {
	t.Parallel()
	sizes := map[string]int{"kjønn": 2, "sivilstand": 9, "fylker": 15, "fylker-kv": 15, "land": 249}
	if got := options.Predefined(); len(got) != len(sizes) {
		t.Errorf("%q", got)
	}
	var r options.Registry
	app := appWith(t, nil)
	for id, size := range sizes {
		for language, label := range map[string]string{"nb": "Norge", "nn-NO": "Noreg", "en": "Norway", "": "Norge", "de": "Norge"} {
			list, err := r.Options(context.Background(), options.Request{App: app, ID: id, Language: language})
			if err != nil || len(list.Options) != size {
				t.Fatalf("%s: %d options, %v", id, len(list.Options), err)
			}
			seen := map[string]bool{}
			for _, o := range list.Options {
				if o.Label == "" || seen[o.Value.Str()] {
					t.Errorf("%s: %+v", id, o)
				}
				if seen[o.Value.Str()] = true; o.Value.Str() == "NOR" && o.Label != label {
					t.Errorf("%s in %q: %s", id, language, o.Label)
				}
			}
		}
	}
}
