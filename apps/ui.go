package apps

import (
	"path"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// Folder is a UI folder: the pages of a task, a subform, a stateless form or a receipt.
type Folder struct {
	Name string
	Dir  string // under App/, such as "ui/Task_1"
	// DefaultDataType is what bindings without a data type refer to; empty when the app has no form.
	DefaultDataType string
	Order           []string // the pages in order, groups flattened
	Pages           []string // every page file, without its extension, sorted
}

// PageFile gives the path of a page.
func (f Folder) PageFile(page string) string { return f.Dir + "/layouts/" + page + ".json" }

const layoutSetsFile = "ui/layout-sets.json"

// layoutSets is ui/layout-sets.json of a v8 app.
type layoutSets struct {
	Sets []struct {
		ID       string   `json:"id"`
		DataType string   `json:"dataType"`
		Tasks    []string `json:"tasks"`
		Type     string   `json:"type"`
	} `json:"sets"`
}

// folderSettings is what is read of a Settings.json.
type folderSettings struct {
	DefaultDataType string `json:"defaultDataType"`
	Pages           struct {
		Order  *[]string `json:"order"`
		Groups *[]struct {
			Order []string `json:"order"`
		} `json:"groups"`
	} `json:"pages"`
}

func (s folderSettings) order() []string {
	if s.Pages.Order != nil {
		return *s.Pages.Order
	}
	var all []string
	if s.Pages.Groups != nil {
		for _, group := range *s.Pages.Groups {
			all = append(all, group.Order...)
		}
	}
	return all
}

// readUI reads the UI folders of either generation: layout-sets.json names them in v8; in v9 a folder
// has the name of its task.
func (l *loader) readUI(app *App) {
	app.Folders, app.tasks = map[string]Folder{}, map[string]string{}
	for _, name := range l.files.Names("ui") {
		if strings.HasSuffix(name, "/footer.json") || name == "ui/Settings.json" {
			l.parseFile(name)
		}
	}
	switch {
	case l.files.Has(layoutSetsFile):
		l.readLayoutSets(app)
	case len(l.files.Names("ui/layouts")) > 0:
		l.readSingleLayout(app)
	default:
		l.readTaskFolders(app)
	}
}

func (l *loader) parseFile(name string) *jsonc.Node {
	text, _ := l.files.Get(name)
	return parseJSON(fileReporter{reporter: l.reporter, file: name, lines: jsonc.NewLines(text)}, text, jsonc.Lenient)
}

func (l *loader) readTaskFolders(app *App) {
	for _, name := range l.uiFolders() {
		if !l.files.Has("ui/" + name + "/Settings.json") {
			l.add(Fault{File: "ui/" + name, Code: FaultUISettings, Warning: true, Message: "the folder has no Settings.json and is not read",
				Hint: "add Settings.json with pages.order"})
			continue
		}
		app.Folders[name] = l.readUIFolder(app, name, "ui/"+name, "", false)
		app.tasks[name] = name
	}
}

// uiFolders gives the folders under ui/ that hold pages, sorted.
func (l *loader) uiFolders() []string {
	var names []string
	for _, file := range l.files.Names("ui") {
		parts := strings.Split(file, "/")
		if len(parts) > 2 && !slices.Contains(names, parts[1]) {
			names = append(names, parts[1])
		}
	}
	return names
}

func (l *loader) readLayoutSets(app *App) {
	var sets layoutSets
	if readInto(l.files, layoutSetsFile, jsonc.Lenient, FaultUIShape, &sets, l.reporter) == nil {
		return
	}
	for _, set := range sets.Sets {
		app.Folders[set.ID] = l.readUIFolder(app, set.ID, "ui/"+set.ID, set.DataType, true)
		for _, task := range set.Tasks {
			if _, taken := app.tasks[task]; !taken {
				app.tasks[task] = set.ID
			}
		}
	}
}

// readSingleLayout reads the oldest form: one set of pages for every task.
func (l *loader) readSingleLayout(app *App) {
	app.Folders[""] = l.readUIFolder(app, "", "ui", "", true)
	for _, task := range app.Process.Tasks() {
		app.tasks[task.ID] = ""
	}
}

func (l *loader) readUIFolder(app *App, name, dir, dataType string, old bool) Folder {
	f := Folder{Name: name, Dir: dir, DefaultDataType: dataType}
	var settings folderSettings
	settingsFile := dir + "/Settings.json"
	var tree *jsonc.Node
	if l.files.Has(settingsFile) {
		tree = readInto(l.files, settingsFile, jsonc.Lenient, FaultUIShape, &settings, l.reporter)
	}
	if f.DefaultDataType == "" {
		f.DefaultDataType = settings.DefaultDataType
	}
	f.DefaultDataType = l.knownDataType(app, f.DefaultDataType, settingsFile)
	f.Order = settings.order()
	f.Pages = l.readPages(dir + "/layouts")
	if tree != nil {
		l.checkPages(f, settings, tree, settingsFile, old)
	}
	return f
}

// knownDataType gives the data type, or the first form when it does not exist, as the host does.
func (l *loader) knownDataType(app *App, id, file string) string {
	if t, ok := app.DataType(id); ok && t.IsForm() {
		return id
	}
	if id != "" && l.meta != nil {
		l.add(Fault{File: file, Code: FaultUIDataType, Warning: true, Message: "default data type \"" + id + "\" is no form of the app",
			Hint: "the first form is used until it is corrected"})
	}
	i := slices.IndexFunc(app.Metadata.DataTypes, DataType.IsForm)
	if i < 0 {
		return ""
	}
	return app.Metadata.DataTypes[i].ID
}

// readPages gives the pages of a folder, and reports those that are no pages.
func (l *loader) readPages(dir string) []string {
	var pages []string
	for _, name := range l.files.Names(dir) {
		if path.Dir(name) != dir {
			continue
		}
		pages = append(pages, strings.TrimSuffix(path.Base(name), path.Ext(name)))
		tree := l.parseFile(name)
		if tree == nil {
			continue
		}
		if !tree.GetFold("data").GetFold("layout").Is(jsonc.List) {
			text, _ := l.files.Get(name)
			fileReporter{reporter: l.reporter, file: name, lines: jsonc.NewLines(text)}.fault(tree.Offset, FaultUIShape,
				"write {\"data\": {\"layout\": […]}}", "the page has no list data.layout")
		}
	}
	return pages
}

// checkPages holds the order against the files. The host of v9 refuses what v8 let pass.
func (l *loader) checkPages(f Folder, settings folderSettings, tree *jsonc.Node, file string, old bool) {
	text, _ := l.files.Get(file)
	r := fileReporter{reporter: l.reporter, file: file, lines: jsonc.NewLines(text)}
	report := r.fault
	if old {
		report = r.warn
	}
	if (settings.Pages.Order == nil) == (settings.Pages.Groups == nil) {
		report(tree.Offset, FaultUIPages, "give pages exactly one of order and groups", "the order of the pages is not clear")
	}
	for _, page := range f.Order {
		if !slices.Contains(f.Pages, page) {
			report(textOffset(tree.GetFold("pages"), page), FaultUIPageMissing, "add the file App/"+f.PageFile(page), "page %q has no file", page)
		}
	}
}

// textOffset gives the place of a text in a tree, or of the tree.
func textOffset(tree *jsonc.Node, text string) int {
	if found := findText(tree, text); found != nil {
		return found.Offset
	}
	return tree.Offset
}

func findText(tree *jsonc.Node, text string) *jsonc.Node {
	if tree.Is(jsonc.String) && tree.Text == text {
		return tree
	}
	for _, item := range tree.Items {
		if found := findText(item, text); found != nil {
			return found
		}
	}
	for _, m := range tree.Members {
		if found := findText(m.Value, text); found != nil {
			return found
		}
	}
	return nil
}
