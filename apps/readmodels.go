package apps

import (
	"strings"
)

// readModels compiles the schema of every form. A form that a task opens must have one; of others it
// is only said that they lack it, since real apps do.
func (l *loader) readModels(app *App) map[string]*Model {
	models := map[string]*Model{}
	used := map[string]bool{}
	for i, t := range app.Metadata.DataTypes {
		if !t.IsForm() || used[t.ID] {
			continue
		}
		used[t.ID] = true
		if !l.files.Has(schemaFile(t.ID)) {
			l.missingSchema(app, t, i)
			continue
		}
		if model := readModel(l.files, t.ID, l.reporter); model != nil {
			models[t.ID] = model
		}
	}
	l.unusedSchemas(used)
	return models
}

func (l *loader) missingSchema(app *App, t DataType, i int) {
	report := l.meta.warn
	if element, ok := app.Process.Element(t.TaskID); ok && element.TaskType == "data" && t.AutoCreate() {
		report = l.meta.fault
	}
	report(l.meta.dataTypeOffset(i, "id"), FaultMissing, "add the file App/"+schemaFile(t.ID), "form %q has no schema", t.ID)
}

func (l *loader) unusedSchemas(used map[string]bool) {
	if l.meta == nil {
		return
	}
	for _, name := range l.files.Names("models") {
		id, ok := strings.CutSuffix(strings.TrimPrefix(name, modelFolder), ".schema.json")
		if ok && !used[id] {
			l.add(Fault{File: name, Code: FaultSchemaUnused, Warning: true, Message: "no form is called " + id, Hint: "remove the file, or add the data type"})
		}
	}
}
