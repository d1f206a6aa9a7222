package options

import (
	"embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hovedbok/hovedbok/apps/expression"
)

//go:embed predefined
var predefinedFiles embed.FS

// predefinedLanguages are the languages of the predefined lists; the first stands in for others.
var predefinedLanguages = []string{"nb", "nn", "en"}

// predefinedLists gives the predefined lists by id and language. They are part of the program, so that one that cannot be read is a broken build.
var predefinedLists = sync.OnceValue(func() map[string]map[string][]Option {
	entries, err := predefinedFiles.ReadDir("predefined")
	if err != nil {
		panic("options: " + err.Error())
	}
	all := map[string]map[string][]Option{}
	for _, entry := range entries {
		src, err := predefinedFiles.ReadFile("predefined/" + entry.Name())
		if err != nil {
			panic("options: " + err.Error())
		}
		var codes []struct {
			Value string            `json:"value"`
			Label map[string]string `json:"label"`
		}
		if err := json.Unmarshal(src, &codes); err != nil {
			panic("options: predefined/" + entry.Name() + ": " + err.Error())
		}
		list := map[string][]Option{}
		for _, code := range codes {
			for _, language := range predefinedLanguages {
				list[language] = append(list[language], Option{Value: expression.Text(code.Value), Label: code.Label[language]})
			}
		}
		all[strings.TrimSuffix(entry.Name(), ".json")] = list
	}
	return all
})

// Predefined gives the ids of the predefined lists, sorted.
func Predefined() []string { return slices.Sorted(maps.Keys(predefinedLists())) }

// predefined gives a predefined list in a language, or in nb when it is not there in that language.
func predefined(id, language string) ([]Option, bool) {
	lists, ok := predefinedLists()[id]
	if !ok {
		return nil, false
	}
	if list := lists[base(language)]; list != nil {
		return list, true
	}
	return lists[predefinedLanguages[0]], true
}

// base gives the two letters of a language tag.
func base(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	return tag
}
