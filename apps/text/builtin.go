package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hovedbok/hovedbok/apps"
)

//go:embed builtin/*.json
var builtinFiles embed.FS

// builtins are our own texts by language, compiled once. They are part of the program, so that one that cannot be read is a broken build.
var builtins = sync.OnceValue(func() map[string]map[string]*resource {
	all := map[string]map[string]*resource{}
	for _, tag := range preferred {
		src, err := builtinFiles.ReadFile("builtin/" + tag + ".json")
		if err != nil {
			panic("text: " + err.Error())
		}
		var texts apps.Texts
		if err := json.Unmarshal(src, &texts); err != nil {
			panic(fmt.Sprintf("text: builtin/%s.json: %v", tag, err))
		}
		all[tag] = compile(texts.Resources)
	}
	return all
})

// builtinTag gives the language of our own texts that goes with a language: itself, or nb for those that we have no texts in.
func builtinTag(tag string) string {
	if slices.Contains(preferred, tag) {
		return tag
	}
	return preferred[0]
}

// Builtin gives the ids of our own texts, sorted. They carry the well-known ids of Altinn, so that an app replaces one by
// having a resource with the same id. There is each of them in nb, nn and en.
func Builtin() []string { return slices.Sorted(maps.Keys(builtins()[preferred[0]])) }
