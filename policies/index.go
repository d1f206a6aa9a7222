package policies

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Symbols stand for lists in compiled filters; no app key and no party id starts with @.
const (
	symbol      = "@"
	symbolGroup = "@group:"
	symbolID    = "@app:"
	symbolParty = "@party:"
)

// index is what lists need beside the documents.
type index struct {
	gatesets map[string]map[string]any
	readers  map[string]map[string]map[string][]string // gate set → key → slot → groups
	reach    map[string]map[string]string              // app without version → gate set → symbol
	versions map[string][]string                       // app with and without version → keys
	groups   map[string][]string                       // symbol → keys
}

// data builds the tree under data and the Go side's indexes.
func (s *snapshot) data() (ast.Object, error) {
	x := index{
		gatesets: map[string]map[string]any{},
		readers:  map[string]map[string]map[string][]string{},
		reach:    map[string]map[string]string{},
		versions: map[string][]string{},
		groups:   map[string][]string{},
	}
	s.readers, s.scopes = map[string]bool{}, map[string]bool{}
	apps := make([][2]*ast.Term, 0, len(s.documents))
	for _, key := range s.keys() {
		doc := s.documents[key]
		apps = append(apps, ast.Item(ast.StringTerm(key), doc.term))
		x.add(key, doc)
		for reader := range doc.readers {
			s.readers[reader] = true
		}
		for _, scope := range doc.scopes {
			s.scopes[scope] = true
		}
	}
	s.groups = x.groups
	return x.tree(ast.ObjectTerm(apps...))
}

func (x *index) add(key string, doc *document) {
	x.versions[doc.id] = append(x.versions[doc.id], key)
	if key != doc.id {
		x.versions[key] = append(x.versions[key], key)
	}
	if doc.gateset == "" {
		return
	}
	x.gatesets[doc.gateset] = doc.gate
	x.addReach(key, doc)
	if _, known := x.groups[doc.group]; !known {
		x.addReaders(doc)
	}
	x.groups[doc.group] = append(x.groups[doc.group], key)
}

func (x *index) addReach(key string, doc *document) {
	name := symbolID + doc.id + ":" + digest(doc.gateset)
	if x.reach[doc.id] == nil {
		x.reach[doc.id] = map[string]string{}
	}
	x.reach[doc.id][doc.gateset] = name
	x.groups[name] = append(x.groups[name], key)
}

func (x *index) addReaders(doc *document) {
	byKey := x.readers[doc.gateset]
	if byKey == nil {
		byKey = map[string]map[string][]string{}
		x.readers[doc.gateset] = byKey
	}
	for key, slots := range doc.readers {
		if byKey[key] == nil {
			byKey[key] = map[string][]string{}
		}
		for _, slot := range slots {
			byKey[key][slot] = append(byKey[key][slot], doc.group)
		}
	}
}

func (x *index) tree(apps *ast.Term) (ast.Object, error) {
	root := ast.NewObject(ast.Item(ast.StringTerm("apps"), apps))
	for name, part := range map[string]any{
		"gatesets": x.gatesets, "readers": x.readers, "reach": x.reach, "versions": x.versions,
	} {
		value, err := ast.InterfaceToValue(part)
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", name, err)
		}
		root.Insert(ast.StringTerm(name), ast.NewTerm(value))
	}
	return ast.NewObject(ast.Item(ast.StringTerm("altinn"), ast.NewTerm(root))), nil
}

// expand replaces symbols by the apps that they stand for, sorted, without repeats, and
// keeps those that the restriction lets through.
func (s *snapshot) expand(names []string, keep func(app string) bool) []string {
	var apps []string
	for _, name := range names {
		members, ok := s.groups[name]
		if !ok {
			members = []string{name}
		}
		for _, m := range members {
			if keep == nil || keep(m) {
				apps = append(apps, m)
			}
		}
	}
	slices.Sort(apps)
	return slices.Compact(apps)
}
