package apps

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/domain/process"
)

func (l *loader) checkDataTypeTasks(app *App) {
	for i, t := range app.Metadata.DataTypes {
		if _, ok := app.Process.Element(t.TaskID); t.TaskID != "" && !ok && l.bpmn != nil && l.bpmn.graph != nil {
			l.meta.warn(l.meta.dataTypeOffset(i, "taskId"), FaultDataTypeTask, "name a task of the process, or leave taskId out",
				"task %q of data type %q is not in the process", t.TaskID, t.ID)
		}
	}
}

// checkFields holds presentationFields and dataFields against the models. Paths there are names of C#
// properties: in any case, and without hyphens.
func (l *loader) checkFields(app *App) {
	l.checkFieldList(app, "presentationFields", app.Metadata.PresentationFields)
	l.checkFieldList(app, "dataFields", app.Metadata.DataFields)
}

func (l *loader) checkFieldList(app *App, member string, fields []DataField) {
	for i, field := range fields {
		offset := l.meta.root.GetFold(member).Items[i].Offset
		if _, ok := app.DataType(field.DataTypeID); !ok {
			l.meta.warn(offset, FaultDataTypeMissing, "", "%s %q is of the data type %q, which does not exist", member, field.ID, field.DataTypeID)
			continue
		}
		if model := app.Models[field.DataTypeID]; model != nil && !model.hasProperty(field.Path) {
			l.meta.warn(offset, FaultField, "write the path of a field", "%s %q is not in data type %q: %s", member, field.ID, field.DataTypeID, field.Path)
		}
		if field.DataTypeID != fields[0].DataTypeID {
			l.meta.warn(offset, FaultFieldIgnored, "", "%s are of several data types; on Altinn only those of %q are kept up to date", member, fields[0].DataTypeID)
		}
	}
}

// hasProperty reports whether a path of C# properties leads to a field.
func (m *Model) hasProperty(path string) bool {
	at := ""
	for _, part := range strings.Split(path, ".") {
		fields := m.Fields(at)
		i := slices.IndexFunc(fields, func(name string) bool { return strings.EqualFold(bare(name), bare(part)) })
		if i < 0 {
			open, _ := m.FieldExists(memberPath(at, part))
			return open
		}
		at = memberPath(at, fields[i])
	}
	return true
}

func bare(name string) string { return strings.ReplaceAll(name, "-", "") }

// checkTasks holds the settings of tasks against the app's data types.
func (l *loader) checkTasks(app *App) {
	for _, task := range app.Process.Tasks() {
		x := task.Extensions
		switch task.TaskType {
		case "signing":
			l.need(task, x.Signature.Declared && len(x.Signature.DataTypesToSign) > 0 && x.Signature.SignatureDataType != "",
				"signatureConfig with dataTypesToSign and signatureDataType")
			l.need(task, (x.Signature.SigneeProvider == "") == (x.Signature.SigneeStatesDataType == ""),
				"both signeeProviderId and signeeStatesDataTypeId, or neither")
		case "payment":
			l.need(task, x.Payment.DataType != "" && x.Payment.ReceiptPDFDataType != "", "paymentConfig with paymentDataType and paymentReceiptPdfDataType")
		case "subformPdf":
			l.need(task, x.SubformPDF.ComponentID != "" && x.SubformPDF.DataType != "", "subformPdfConfig with subformComponentId and subformDataTypeId")
		case "pdf":
			l.checkPDFTask(app, task)
		}
		for _, id := range referredDataTypes(x) {
			if _, ok := app.DataType(id); !ok {
				l.taskWarning(task, FaultDataTypeMissing, "add it to dataTypes", "task "+quoted(task.ID)+" names the data type "+quoted(id)+", which does not exist")
			}
		}
	}
}

func quoted(text string) string { return "\"" + text + "\"" }

func (l *loader) need(task process.Element, ok bool, what string) {
	if !ok {
		l.taskWarning(task, FaultTaskConfig, "add "+what, "task "+quoted(task.ID)+" of type "+task.TaskType+" lacks settings")
	}
}

func (l *loader) taskWarning(task process.Element, code, hint, message string) {
	offset, ok := l.bpmn.tasks[task.ID]
	if !ok {
		offset = l.bpmn.offsets[task.ID]
	}
	l.bpmn.warn(offset, code, hint, "%s", message)
}

func (l *loader) checkPDFTask(app *App, task process.Element) {
	if _, ok := app.DataType(PDFDataType); !ok {
		l.taskWarning(task, FaultPDFType, "add it to dataTypes with application/pdf", "task "+quoted(task.ID)+" has nowhere to store its PDF: there is no data type "+PDFDataType)
	}
	for _, id := range task.Extensions.PDF.AutoTaskIDs {
		if _, ok := app.Process.Element(id); !ok {
			l.taskWarning(task, FaultTaskConfig, "name a task of the process", "task "+quoted(task.ID)+" takes pages of task "+quoted(id)+", which does not exist")
		}
	}
}

func referredDataTypes(x process.Extensions) []string {
	ids := slices.Concat(x.Signature.DataTypesToSign, x.Signature.UniqueFrom, []string{x.Signature.SignatureDataType,
		x.Signature.SigneeStatesDataType, x.Signature.SigningPDFDataType, x.Payment.DataType, x.Payment.ReceiptPDFDataType, x.SubformPDF.DataType})
	for _, list := range x.EFormidling.DataTypes {
		ids = append(ids, list.Values...)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

// checkConditions parses the conditions of gateways and looks up the fields that they read.
func (l *loader) checkConditions(app *App) {
	for _, flow := range app.Process.Flows() {
		if flow.Condition == "" {
			continue
		}
		fields, broken := analyse([]byte(flow.Condition))
		for _, fault := range broken {
			l.bpmn.fault(l.bpmn.offsets[flow.ID], FaultGatewayCondition, "", "the condition of flow %q cannot be read: %s", flow.ID, fault.message)
		}
		gateway, _ := app.Process.Element(flow.Source)
		for _, field := range fields {
			l.checkConditionField(app, flow, gateway, field)
		}
	}
}

// checkConditionField looks a field up where its data type is known beforehand: a condition without one
// reads from the task that is left, which depends on the way through the process.
func (l *loader) checkConditionField(app *App, flow process.Flow, gateway process.Element, field fieldLookup) {
	id := field.dataType
	if id == "" {
		id = gateway.ConnectedDataType
	}
	if id == "" {
		return
	}
	model := app.Models[id]
	if model == nil {
		if _, ok := app.DataType(id); !ok {
			l.bpmn.warn(l.bpmn.offsets[flow.ID], FaultDataTypeMissing, "", "the condition of flow %q reads the data type %q, which does not exist", flow.ID, id)
		}
		return
	}
	if ok, _ := model.FieldExists(field.path); !ok {
		l.bpmn.warn(l.bpmn.offsets[flow.ID], FaultGatewayField, "correct the path", "the condition of flow %q reads %q, which is not in %q", flow.ID, field.path, id)
	}
}

// checkFolders says which forms nobody can fill in.
func (l *loader) checkFolders(app *App) {
	for _, task := range app.Process.Tasks() {
		if _, ok := app.Folder(task.ID); ok || !slices.Contains([]string{"data", "signing", "payment"}, task.TaskType) {
			continue
		}
		l.taskWarning(task, FaultUITask, "add App/ui/"+task.ID+" with Settings.json and layouts", "task "+quoted(task.ID)+" has no pages, so it can only be filled in through the API")
	}
}
