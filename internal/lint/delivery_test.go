package lint

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

var mount = regexp.MustCompile(`^(?:\$\{[A-Z_]+:-)?(\./[^}:]+)\}?:`)

func TestCompose_MountsWhatIsThere(t *testing.T) {
	t.Parallel()
	var compose struct {
		Services map[string]struct {
			Build   string   `yaml:"build"`
			Command []string `yaml:"command"`
			Volumes []string `yaml:"volumes"`
		} `yaml:"services"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "docker-compose.yml")), &compose); err != nil {
		t.Fatal(err)
	}
	node := compose.Services["node"]
	if len(node.Command) == 0 || node.Command[0] != "serve" || len(node.Volumes) < 3 {
		t.Fatalf("the service node is %+v", node)
	}
	for _, v := range node.Volumes {
		name, _, _ := strings.Cut(v, ":")
		_, named := compose.Volumes[name]
		file := mount.FindStringSubmatch(v)
		switch {
		case named:
		case file == nil:
			t.Errorf("%q mounts neither a file beside docker-compose.yml nor a volume", v)
		default:
			if _, err := os.Stat(filepath.Join(root(), file[1])); err != nil {
				t.Errorf("%q mounts what is not there: %v", v, err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(root(), node.Build, "Dockerfile")); err != nil {
		t.Error(err)
	}
}

// What the README tells people to run is what is run before a change goes in.
func TestCI_RunsWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	ci, readme := read(t, ".ci/run"), read(t, "README.md")
	for _, command := range []string{"go run ./cmd/hovedbok demo", "go test ./..."} {
		if !strings.Contains(readme, command) || !strings.Contains(ci, command) {
			t.Errorf("%q does not stand in both README.md and .ci/run", command)
		}
	}
	info, err := os.Stat(filepath.Join(root(), ".ci", "run"))
	if err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf(".ci/run cannot be run: %v, %v", info, err)
	}
}

var target = regexp.MustCompile(`(?m)^([a-z]+):(.*)$`)

func TestMakefile_ExplainsEveryTarget(t *testing.T) {
	t.Parallel()
	found := target.FindAllStringSubmatch(read(t, "Makefile"), -1)
	if len(found) < 10 {
		t.Errorf("only %d targets were found", len(found))
	}
	for _, m := range found {
		if !strings.Contains(m[2], "## ") {
			t.Errorf("target %s has no explanation after ##", m[1])
		}
	}
}
