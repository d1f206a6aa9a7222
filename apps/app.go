package apps

import (
	"slices"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/domain/process"
	"github.com/hovedbok/hovedbok/policies/xacml"
)

// App is a checked version of an app. It is immutable and safe for concurrent use; nothing that it
// gives out may be changed.
type App struct {
	ID      string // "org/name"
	Org     string
	Name    string
	Version string // SHA-256 of every file that counts, in hexadecimal

	Metadata Metadata
	Process  *process.Graph // without elements for a form without instances that ships no process
	BPMN     []byte         // the process as it is in the file
	Policy   *xacml.Policy
	Models   map[string]*Model   // by data type id; only data types with a schema
	Links    []link.Link         // in the order of config/links.json
	Texts    map[string]Texts    // by language, such as "nb"
	Folders  map[string]Folder   // UI folders, by name
	tasks    map[string]string   // UI folder by task id
	Files    *Files              // everything as it is, for serving
	settings map[string]Settings // by environment in lower case
	linkAt   linkPlaces          // where the links stand, for CheckLinks
}

// linkPlaces remembers where each link stands in its file.
type linkPlaces struct {
	lines *jsonc.Lines
	nodes []*jsonc.Node // parallel to App.Links
}

// DataType gives the data type with exactly the id.
func (a *App) DataType(id string) (DataType, bool) { return a.Metadata.DataType(id) }

// Folder gives the UI folder that is shown in a task, or "CustomReceipt". It gives false for a task
// without pages of its own.
func (a *App) Folder(taskID string) (Folder, bool) {
	name, ok := a.tasks[taskID]
	if !ok {
		return Folder{}, false
	}
	folder, ok := a.Folders[name]
	return folder, ok
}

// DefaultDataType gives the data type that plain paths refer to in a task: that of its UI folder. A
// task without a folder has none. Conditions of gateways read it for the task that is left.
func (a *App) DefaultDataType(taskID string) (string, bool) {
	folder, ok := a.Folder(taskID)
	return folder.DefaultDataType, ok && folder.DefaultDataType != ""
}

// MainDataType gives the form that an instance begins with: the data type with autoCreate of a first
// task, otherwise the first form of the app. Links fill it, and read it where they name no data type.
func (a *App) MainDataType() (string, bool) {
	for _, task := range a.Process.FirstTasks() {
		for _, t := range a.Metadata.DataTypes {
			if t.AutoCreate() && t.TaskID == task.ID {
				return t.ID, true
			}
		}
	}
	i := slices.IndexFunc(a.Metadata.DataTypes, DataType.IsForm)
	if i < 0 {
		return "", false
	}
	return a.Metadata.DataTypes[i].ID, true
}
