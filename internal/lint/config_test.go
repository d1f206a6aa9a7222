package lint

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/node"
)

const exampleConfig = "hovedbok.example.yaml"

func TestExampleConfig_IsOneThatANodeReads(t *testing.T) {
	t.Parallel()
	c, err := node.ReadConfig(filepath.Join(root(), exampleConfig))
	if err != nil {
		t.Fatal(err)
	}
	if c.Development || len(c.Issuers) == 0 || len(c.Maskinporten) == 0 {
		t.Errorf("the example is of a node with real issuers and clients, got %+v", c)
	}
	for name, p := range map[string]string{"data": c.Data, "masterKey": c.MasterKey, "register": c.Register, "apps": c.Apps[0]} {
		if !filepath.IsAbs(p) || !strings.HasPrefix(p, root()) {
			t.Errorf("%s is %q, which is not beside the configuration", name, p)
		}
	}
}

// members gives the YAML names of a struct's fields, those of structs within as "outer.inner".
func members(s reflect.Type, prefix string) []string {
	var all []string
	for i := range s.NumField() {
		f := s.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		all = append(all, prefix+name)
		inner := f.Type
		if inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			all = append(all, members(inner, prefix+name+".")...)
		}
	}
	return all
}

func TestConfig_IsDocumentedAndShown(t *testing.T) {
	t.Parallel()
	names := members(reflect.TypeFor[node.Config](), "")
	if len(names) < 10 {
		t.Fatalf("only %v were found in node.Config", names)
	}
	doc, example := section(t, "docs/run.md", "## The configuration file"), read(t, exampleConfig)
	for _, name := range names {
		if !strings.Contains(doc, "| `"+name+"` |") {
			t.Errorf("docs/run.md lacks a row | `%s` | default | … |", name)
		}
		if last := name[strings.LastIndexByte(name, '.')+1:]; !strings.Contains(example, last+":") {
			t.Errorf("%s does not show %s", exampleConfig, name)
		}
	}
}
