package datamodel

import (
	"fmt"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// Model is the shape of a form. It is immutable and safe for concurrent use.
type Model struct {
	root      *shape
	name      string // of the root element
	namespace string // of the root element, and of the others where qualified
	qualified bool
}

// RootElement gives the name of the root element and its namespace, which is empty for most apps.
func (m *Model) RootElement() (name, namespace string) { return m.name, m.namespace }

// New gives the model of a form of an app. Models are kept, so that asking again costs a look-up. A form that the app ships no
// schema for has a model that takes every field.
//
// It is an error when the data type is unknown or no form.
func New(app *apps.App, dataType string) (*Model, error) {
	return models.Get(app.Key()+"/"+dataType, func() (*Model, error) { return build(app, dataType) })
}

var models apps.Cache[*Model]

func build(app *apps.App, dataType string) (*Model, error) {
	dt, ok := app.DataType(dataType)
	if !ok || !dt.IsForm() {
		return nil, fmt.Errorf("datamodel: app %s has no form %q", app.ID, dataType)
	}
	class := dt.AppLogic.ClassRef[strings.LastIndexAny(dt.AppLogic.ClassRef, ".+")+1:]
	m := &Model{root: &shape{open: true, kind: kindObject}, name: class, qualified: true}
	if model := app.Models[dataType]; model != nil {
		if err := m.readSchema(model); err != nil {
			return nil, fmt.Errorf("datamodel: form %s of %s: %w", dataType, app.ID, err)
		}
	}
	m.readXSD(app, dataType, class)
	m.readCSharp(app, class)
	m.name = encodeName(m.name)
	m.root.walk(map[*shape]bool{}, (*shape).seal)
	return m, nil
}

func (m *Model) readSchema(model *apps.Model) error {
	tree, err := jsonc.Parse(model.Schema, jsonc.Strict)
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	r := &schemaReader{tree: tree, shapes: map[string]*shape{}}
	root := r.root(model.Root())
	if name := rootName(tree, root); name != "" {
		m.name = name
	}
	if m.root = r.shapeOf([]*jsonc.Node{root}); len(r.shapes) > maxShapes {
		return fmt.Errorf("the schema describes more than %d kinds of object", maxShapes)
	}
	if !m.root.simple() {
		m.root.kind = kindObject
	}
	return nil
}
