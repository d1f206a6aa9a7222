package node

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// Config is what a node needs to know. Relative paths are relative to the folder of the file it was read from.
type Config struct {
	// Listen is the address to serve on. Default 127.0.0.1:8080.
	Listen string `yaml:"listen"`
	// PublicURL is how others reach the node. Default http:// and the address it listens on.
	PublicURL string `yaml:"publicUrl"`
	// Data is the folder of the log, the views, the keys and the files. Default data.
	Data string `yaml:"data"`
	// MasterKey is the file of the key that wraps all others; made at the first start. Default master.key in Data. Keep it elsewhere
	// than the backups of Data.
	MasterKey string `yaml:"masterKey"`
	// Apps are folders with apps as <org>/<app>, published at start.
	Apps []string `yaml:"apps"`
	// Register is the file with people, organisations and roles.
	Register string `yaml:"register"`
	// Development runs the embedded issuer beside the API: anybody who reaches it gets tokens for everybody. Only on loopback.
	Development bool `yaml:"development"`
	// Issuers are the issuers whose tokens are accepted, beside the embedded one.
	Issuers []IssuerConfig `yaml:"issuers"`
	// Maskinporten gives each service owner's client, by org. With Development the register's clients need no entry.
	Maskinporten map[string]ClientConfig `yaml:"maskinporten"`
	// Targets gives the base address of other agencies' apps, by org. Orgs without an entry are served here.
	Targets map[string]string `yaml:"targets"`
	// MaxBodyMiB limits requests with forms and files. Default 2000, as in Altinn.
	MaxBodyMiB int64 `yaml:"maxBodyMiB"`
	// Partitions is the number of instances that a saga handles at the same time. Default 32.
	Partitions int `yaml:"partitions"`
}

// IssuerConfig is an issuer of tokens.
type IssuerConfig struct {
	URL      string   `yaml:"url"`
	Kind     string   `yaml:"kind"` // idporten, maskinporten or altinn
	JWKS     string   `yaml:"jwks"`
	Audience []string `yaml:"audience"`
}

// ClientConfig is a Maskinporten client.
type ClientConfig struct {
	Authority string `yaml:"authority"`
	ClientID  string `yaml:"clientId"`
	Key       string `yaml:"key"`     // file with the private JWK, mode 0600
	NextKey   string `yaml:"nextKey"` // file with the one that comes after it; optional
}

// ReadConfig reads a configuration file. Members that are not known are refused.
func ReadConfig(path string) (Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	var c Config
	if err := yaml.UnmarshalWithOptions(src, &c, yaml.Strict()); err != nil {
		return Config{}, fmt.Errorf("configuration %s: %s", path, yaml.FormatError(err, false, true))
	}
	c.resolve(filepath.Dir(path))
	return c, c.Complete()
}

// resolve makes paths independent of the working folder.
func (c *Config) resolve(dir string) {
	at := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if c.Data == "" {
		c.Data = "data"
	}
	for _, p := range []*string{&c.Data, &c.MasterKey, &c.Register} {
		at(p)
	}
	for i := range c.Apps {
		at(&c.Apps[i])
	}
	for org, m := range c.Maskinporten {
		at(&m.Key)
		at(&m.NextKey)
		c.Maskinporten[org] = m
	}
}

// Complete fills in defaults and checks what can be checked without opening anything.
func (c *Config) Complete() error {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.Data == "" {
		c.Data = "data"
	}
	if c.MasterKey == "" {
		c.MasterKey = filepath.Join(c.Data, "master.key")
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	if c.MaxBodyMiB == 0 {
		c.MaxBodyMiB = 2000
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	host, _, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil:
		return fmt.Errorf("configuration: listen must be host:port: %w", err)
	case c.Development && !loopback(host):
		return errors.New("configuration: development gives everybody tokens for everybody, so that it must listen on a loopback address")
	case c.Register == "":
		return errors.New("configuration: register is missing; it names the file with people, organisations and roles")
	case len(c.Issuers) == 0 && !c.Development:
		return errors.New("configuration: name at least one issuer of tokens, or turn development on")
	case c.MaxBodyMiB < 0 || c.Partitions < 0:
		return errors.New("configuration: maxBodyMiB and partitions must not be negative")
	case !address(c.PublicURL):
		return errors.New("configuration: publicUrl must be an address such as https://tjenester.nordvik.example")
	}
	for org, target := range c.Targets {
		if !address(target) {
			return fmt.Errorf("configuration: targets: %s must be an address such as https://tjenester.politiet.example", org)
		}
	}
	return nil
}

// address tells whether requests can be sent to a base address.
func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
