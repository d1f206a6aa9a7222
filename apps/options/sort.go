package options

import (
	"bytes"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collators keep one collator for each goroutine that sorts, by language: they are costly to make and not safe to share.
var collators = map[string]*sync.Pool{}

func init() {
	for _, tag := range []string{"nb", "nn", "en", "se"} {
		collators[tag] = &sync.Pool{New: func() any { return newCollator(tag) }}
	}
}

// newCollator makes the collator of a language, or that of Norwegian. Both written forms of Norwegian sort alike, and package collate
// does not find its own rules for nb (it takes nb for no, which has none), so that those of nn serve.
func newCollator(tag string) *collate.Collator {
	parsed, err := language.Parse(tag)
	if err != nil || tag == "nb" {
		parsed = language.Make("nn")
	}
	return collate.New(parsed, collate.IgnoreCase, collate.IgnoreDiacritics, collate.Numeric)
}

// sortByLabel sorts options by label in a language, stably.
func sortByLabel(list []Choice, order Order, tag string) {
	if order == Unsorted {
		return
	}
	if tag = base(tag); tag == "" || tag == "no" {
		tag = "nb"
	}
	c, pooled := (*collate.Collator)(nil), collators[tag]
	if pooled != nil {
		c, _ = pooled.Get().(*collate.Collator)
		defer pooled.Put(c)
	} else {
		c = newCollator(tag)
	}
	keys, buffer := make(map[string][]byte, len(list)), collate.Buffer{}
	for _, choice := range list {
		if keys[choice.Label] == nil {
			keys[choice.Label] = c.KeyFromString(&buffer, choice.Label)
		}
	}
	slices.SortStableFunc(list, func(a, b Choice) int {
		if order == Descending {
			a, b = b, a
		}
		return bytes.Compare(keys[a.Label], keys[b.Label])
	})
}
