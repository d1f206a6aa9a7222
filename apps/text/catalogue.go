package text

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hovedbok/hovedbok/apps"
)

// preferred are the languages that are tried, in order, when the one that is asked for is not there. It is Altinn's order.
var preferred = []string{"nb", "nn", "en"}

// Catalogue holds the texts of a version of an app. It is immutable and safe for concurrent use; a language is compiled when it is
// first asked for.
type Catalogue struct {
	languages []string // sorted
	compiled  map[string]func() *Language
}

// Compile gives the texts of an app. An app without texts has ours only.
func Compile(app *apps.App) *Catalogue {
	c := &Catalogue{languages: slices.Sorted(maps.Keys(app.Texts)), compiled: map[string]func() *Language{}}
	for tag, texts := range app.Texts {
		c.compiled[tag] = sync.OnceValue(func() *Language {
			return &Language{tag: tag, own: compile(texts.Resources), builtin: builtins()[builtinTag(tag)]}
		})
	}
	return c
}

// Languages gives the languages that the app has texts in, as two letters, sorted.
func (c *Catalogue) Languages() []string { return slices.Clone(c.languages) }

// Language gives the texts in a language, such as nb, en-GB or no (which is nb), or in the one that stands in for it: nb, nn, en, or
// the first that the app has. It is never nil.
func (c *Catalogue) Language(tag string) *Language {
	wanted := base(tag)
	for _, candidate := range append([]string{wanted}, preferred...) {
		if get := c.compiled[candidate]; get != nil {
			return get()
		}
	}
	if len(c.languages) > 0 {
		return c.compiled[c.languages[0]]()
	}
	known := builtinTag(wanted)
	return &Language{tag: known, builtin: builtins()[known]}
}

// base gives the two letters of a language tag.
func base(tag string) string {
	tag = strings.ToLower(tag)
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	if tag == "no" {
		return "nb"
	}
	return tag
}

// Language holds the texts in one language. It is immutable and safe for concurrent use.
type Language struct {
	tag     string
	own     map[string]*resource // nil without texts of the app
	builtin map[string]*resource
}

// Tag gives the two letters of the language.
func (l *Language) Tag() string { return l.tag }

// Raw gives a text as it is written, with {0} for its variables, and false when there is none. References to other texts are not followed.
func (l *Language) Raw(id string) (string, bool) {
	if r := l.find(id); r != nil {
		return r.value, true
	}
	return "", false
}

func (l *Language) find(id string) *resource {
	if r := l.own[id]; r != nil {
		return r
	}
	return l.builtin[id]
}
