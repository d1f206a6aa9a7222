package appkit

import (
	"bytes"
	"embed"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"
	"unicode"

	"github.com/hovedbok/hovedbok/domain/link"
)

// The template holds the files of a new app. Places to fill in stand between <% and %>.
//
//go:embed all:template
var templates embed.FS

const (
	templateRoot = "template"
	linksFile    = "App/config/links.json"
)

// ErrNotEmpty says that a folder for a new app holds something already.
var ErrNotEmpty = errors.New("the folder is not empty")

// New is a new app: a form task, a confirmation, and an end, for people (PRIV) and for general managers of
// organisations (DAGL), with texts in nb, nn and en.
type New struct {
	Org, Name string // lower-case letters, digits and hyphens
	Title     string // shown to people; empty: made of Name
	LinkTo    string // "org/app" of which each submission makes an instance; empty for none
}

// filling is what the template's places are filled with.
type filling struct {
	New
	ID string
}

func validName(name string) bool {
	_, err := link.ParseApp("a/" + name)
	return err == nil
}

// complete checks the names, and makes a title where there is none.
func (n New) complete() (filling, error) {
	if !validName(n.Org) || !validName(n.Name) {
		return filling{}, fmt.Errorf("org %q and name %q must be lower-case letters, digits and hyphens, at most 63, and not begin with a hyphen", n.Org, n.Name)
	}
	if _, err := link.ParseApp(n.LinkTo); n.LinkTo != "" && err != nil {
		return filling{}, fmt.Errorf("%q is no app: write org/app", n.LinkTo)
	}
	if strings.ContainsFunc(n.Title, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) {
		return filling{}, errors.New("the title must be one line of text")
	}
	if n.Title = strings.TrimSpace(n.Title); n.Title == "" {
		n.Title = titleOf(n.Name)
	}
	return filling{n, n.Org + "/" + n.Name}, nil
}

// titleOf makes "Min tjeneste" of min-tjeneste.
func titleOf(name string) string {
	words := strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' }), " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// Files gives the files of a new app by their path, such as "App/config/applicationmetadata.json". The error
// is about the names in n.
func (n New) Files() (map[string][]byte, error) {
	fill, err := n.complete()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	err = fs.WalkDir(templates, templateRoot, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		target := strings.TrimPrefix(name, templateRoot+"/")
		if target == linksFile && n.LinkTo == "" {
			return nil
		}
		files[target], err = fill.file(name)
		return err
	})
	return files, err
}

func (f filling) file(name string) ([]byte, error) {
	text, err := templates.ReadFile(name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(path.Base(name)).Delims("<%", "%>").Funcs(template.FuncMap{"json": jsonText, "xml": xmlText}).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, f); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// jsonText gives a text as JSON, with its quotation marks.
func jsonText(text string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(text)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func xmlText(text string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(text))
	return b.String(), err
}

// Create writes a new app to a folder, which is made if it is not there. The error is ErrNotEmpty when the
// folder holds anything; nothing that exists is ever changed.
func Create(dir string, n New) error {
	files, err := n.Files()
	if err != nil {
		return err
	}
	if err := mustBeEmpty(dir); err != nil {
		return err
	}
	for name, content := range files {
		if err := create(filepath.Join(dir, filepath.FromSlash(name)), content); err != nil {
			return fmt.Errorf("make the app: %w", err)
		}
	}
	return nil
}

func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("make the app: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("%s: %w", filepath.ToSlash(dir), ErrNotEmpty)
	}
	return nil
}

// create writes a file that must not exist.
func create(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
