package apps

import (
	"io/fs"
	"strings"

	"github.com/hovedbok/hovedbok/domain/process"
)

// Options say which app a folder is expected to hold. Both may be empty.
type Options struct {
	// Org and Name must be those of the metadata. They also fill in the placeholders [ORG] and [APP]
	// of a folder that comes straight from a template.
	Org, Name string
}

// Load reads and checks an app folder: one that holds App/, or App/ itself. It gives every fault, and
// no app when a fault is not a warning. The result keeps nothing of fsys.
func Load(fsys fs.FS, opt Options) (*App, Faults) {
	app, faults := load(fsys, opt)
	if faults.Failed() {
		return nil, faults
	}
	return app, faults
}

// load gives an app also when it has faults, if what an instance cannot do without could be read.
func load(fsys fs.FS, opt Options) (*App, Faults) {
	var report reporter
	files := readFolder(fsys, &report)
	if files == nil {
		return nil, report.faults
	}
	app := loadFiles(files, opt, &report)
	report.faults.sort()
	return app, report.faults
}

func loadFiles(files *Files, opt Options, report *reporter) *App {
	l := loader{reporter: report, files: files}
	l.meta = readMetadata(files, opt, report)
	l.bpmn = l.readProcess()
	if l.meta == nil || !appIDPattern.MatchString(l.meta.meta.ID) {
		l.readRest(&App{Process: emptyProcess(l.bpmn)})
		return nil
	}
	app := &App{ID: l.meta.meta.ID, Metadata: l.meta.meta, Version: files.digest(), Files: files, Process: emptyProcess(l.bpmn)}
	app.Org, app.Name, _ = strings.Cut(app.ID, "/")
	app.BPMN, _ = files.Get(processFile)
	l.readRest(app)
	l.check(app)
	if l.bpmn != nil && l.bpmn.graph == nil || app.Policy == nil {
		return nil
	}
	return app
}

// loader is one pass over a folder.
type loader struct {
	*reporter
	files  *Files
	meta   *metadataReader // nil when the metadata cannot be read
	bpmn   *bpmnReader     // nil when there is no process
	policy fileReporter
}

func emptyProcess(r *bpmnReader) *process.Graph {
	if r == nil || r.graph == nil {
		return &process.Graph{}
	}
	return r.graph
}

// readRest reads what stands on its own, so that faults in the metadata hide none of it.
func (l *loader) readRest(app *App) {
	app.Models = l.readModels(app)
	app.Texts = readTexts(l.files, l.reporter)
	l.readUI(app)
	readOptions(l.files, l.reporter)
	app.settings = readSettings(l.files, l.reporter)
	app.Policy = l.readPolicy(app)
	l.readLinks(app)
}

// readProcess gives nil when there is no process. Only an app without instances may do without one.
func (l *loader) readProcess() *bpmnReader {
	text, ok := l.files.Get(processFile)
	if ok {
		return readProcess(text, processFile, true, l.reporter)
	}
	missing := Fault{File: processFile, Code: FaultMissing, Message: "the file is missing", Hint: "every app with instances has a process"}
	if l.meta != nil {
		_, missing.Warning = l.meta.meta.OnEntry.Stateless()
	}
	l.add(missing)
	return nil
}

// check holds the parts of the app against each other.
func (l *loader) check(app *App) {
	l.checkDataTypeTasks(app)
	l.checkFields(app)
	if l.bpmn != nil && l.bpmn.graph != nil {
		l.checkTasks(app)
		l.checkConditions(app)
		l.checkFolders(app)
		if app.Policy != nil {
			l.checkPolicy(app)
		}
	}
	l.checkLinkSources(app)
}
