package node_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/node"
)

// written writes a configuration file.
func written(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hovedbok.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadConfig_FillsInDefaultsBesideTheFile(t *testing.T) {
	t.Parallel()
	path := written(t, "register: people.json\ndevelopment: true\napps: [apps, /abs/apps]\nmaskinporten: {nordvik: {key: k.json}}\n")
	c, err := node.ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	for name, pair := range map[string][2]string{
		"listen":    {c.Listen, "127.0.0.1:8080"},
		"publicUrl": {c.PublicURL, "http://127.0.0.1:8080"},
		"data":      {c.Data, filepath.Join(dir, "data")},
		"masterKey": {c.MasterKey, filepath.Join(dir, "data", "master.key")},
		"register":  {c.Register, filepath.Join(dir, "people.json")},
		"apps":      {strings.Join(c.Apps, " "), filepath.Join(dir, "apps") + " /abs/apps"},
		"key":       {c.Maskinporten["nordvik"].Key, filepath.Join(dir, "k.json")},
		"nextKey":   {c.Maskinporten["nordvik"].NextKey, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", name, pair[0], pair[1])
		}
	}
	if c.MaxBodyMiB != 2000 {
		t.Errorf("maxBodyMiB is %d", c.MaxBodyMiB)
	}
}

func TestReadConfig_TakesTheExample(t *testing.T) {
	t.Parallel()
	c, err := node.ReadConfig(filepath.Join("..", "hovedbok.example.yaml"))
	if err != nil || c.Partitions != 32 || len(c.Issuers) != 2 || c.PublicURL != "https://tjenester.nordvik.example" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestReadConfig_Refuses(t *testing.T) {
	t.Parallel()
	const enough = "register: r.json\ndevelopment: true\n"
	for name, c := range map[string]struct{ text, says string }{
		"an unknown member":            {enough + "registr: x\n", "registr"},
		"an unknown member inside":     {enough + "issuers: [{url: a, knd: idporten}]\n", "knd"},
		"an unknown member, by line":   {enough + "registr: x\n", "[3:1]"},
		"bad YAML, by line":            {enough + "apps: [a\nlisten: b\n", "[4:"},
		"a wrong type":                 {enough + "maxBodyMiB: mye\n", "[3:"},
		"nothing at all":               {"", "register is missing"},
		"no register":                  {"development: true\n", "register is missing"},
		"no issuer":                    {"register: r.json\n", "at least one issuer"},
		"an address without a port":    {enough + "listen: localhost\n", "host:port"},
		"development on all addresses": {enough + "listen: 0.0.0.0:8080\n", "loopback"},
		"development without a host":   {enough + "listen: ':8080'\n", "loopback"},
		"development on the network":   {enough + "listen: 192.168.1.2:8080\n", "loopback"},
		"development on a name":        {enough + "listen: tjenester.nordvik.example:80\n", "loopback"},
		"a negative size":              {enough + "maxBodyMiB: -1\n", "maxBodyMiB"},
		"negative partitions":          {enough + "partitions: -1\n", "partitions"},
		"a target that is no address":  {enough + "targets: {politiet: tjenester.politiet.example}\n", "targets"},
		"a publicUrl without a scheme": {enough + "publicUrl: nordvik.example\n", "publicUrl"},
	} {
		path := written(t, c.text)
		_, err := node.ReadConfig(path)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
	if _, err := node.ReadConfig(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !strings.Contains(err.Error(), "read the configuration") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestReadConfig_DevelopmentOnEveryLoopback(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"127.0.0.1:0", "localhost:8080", "'[::1]:8080'", "127.8.8.8:80"} {
		if _, err := node.ReadConfig(written(t, "register: r.json\ndevelopment: true\nlisten: "+listen+"\n")); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

func TestOpen_ChecksTheConfigurationFirst(t *testing.T) {
	t.Parallel()
	c := configured(t)
	c.Data, c.Listen = filepath.Join(c.Data, "data"), "0.0.0.0:80"
	if n, err := node.Open(t.Context(), c, node.Options{}); err == nil || n != nil {
		t.Fatalf("opened: %v", err)
	}
	if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
		t.Error("a folder was made")
	}
}
