package apps_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/process"
)

// faultCase is one folder with one thing wrong. want is "file:line: code", with a ? before the code of
// a warning.
type faultCase struct {
	name   string
	change func(t *testing.T) files
	want   string
	opt    apps.Options
}

func edit(name, old, new string) func(*testing.T) files {
	return func(t *testing.T) files { t.Helper(); return application.edit(t, name, old, new) }
}

func set(name, content string) func(*testing.T) files {
	return func(*testing.T) files { return application.with(files{name: content}) }
}

func editLinks(old, new string) func(*testing.T) files {
	return func(t *testing.T) files { t.Helper(); return linked().edit(t, "config/links.json", old, new) }
}

const (
	meta    = "config/applicationmetadata.json"
	proc    = "config/process/process.bpmn"
	soknad  = "models/soknad.schema.json"
	polfile = "config/authorization/policy.xml"
	linkf   = "config/links.json"
)

var faultCases = []faultCase{
	{name: "no metadata", change: set(meta, ""), want: meta + ":0: file_missing"},
	{name: "no process", change: set(proc, ""), want: proc + ":0: file_missing"},
	{name: "no policy", change: set(polfile, ""), want: polfile + ":0: file_missing"},
	{name: "no schema of a form that a task opens", change: set(soknad, ""), want: meta + ":6: file_missing"},
	{name: "comment in metadata", change: edit(meta, `"org"`, "// no\n\"org\""), want: meta + ":3: json_syntax"},
	{name: "metadata is a list", change: set(meta, "\n[]"), want: meta + ":2: metadata_shape"},
	{name: "a member of the wrong type", change: edit(meta, `"maxCount": 1`, `"maxCount": "1"`), want: meta + ":6: metadata_shape"},
	{name: "dataTypes is an object", change: edit(meta, `"dataTypes"`, "\"dataTypes\": {},\n\"x\""), want: meta + ":5: metadata_shape"},
	{name: "id in capitals", change: edit(meta, `"nordvik/skjenkebevilling"`, `"Nordvik/x"`), want: meta + ":2: metadata_id"},
	{name: "org disagrees with id", change: edit(meta, `"org": "nordvik"`, `"org": "sorvik"`), want: meta + ":3: metadata_id"},
	{name: "another app than expected", change: set("x", ""), opt: apps.Options{Org: "nordvik", Name: "annen"}, want: meta + ":2: app_other_name"},
	{name: "data type without id", change: edit(meta, `{"id": "tegning"`, `{"id": ""`), want: meta + ":8: data_type_id"},
	{name: "data type id that leads out of the folder", change: edit(meta, `{"id": "tegning"`, `{"id": "../x"`), want: meta + ":8: data_type_id"},
	{name: "two data types of one id", change: edit(meta, `{"id": "tegning"`, `{"id": "soknad"`), want: meta + ":8: data_type_twice"},
	{name: "data type of an unknown task", change: edit(meta, `{"id": "tegning", "taskId": "Task_1"`, `{"id": "tegning", "taskId": "Task_9"`), want: meta + ":8: ?data_type_task"},
	{name: "counts contradict", change: edit(meta, `"maxSize": 5`, `"minCount": 3`), want: meta + ":8: ?data_type_count"},
	{name: "contributor without a kind", change: edit(meta, `"maxSize": 5`, `"allowedContributers": ["nordvik"]`), want: meta + ":8: data_type_contributors"},
	{name: "presentation field of an unknown data type", change: edit(meta, `"title"`, "\"presentationFields\": [\n{\"id\": \"a\", \"path\": \"antall\", \"dataTypeId\": \"x\"}],\n\"title\""), want: meta + ":5: ?data_type_missing"},
	{name: "presentation field that does not exist", change: edit(meta, `"title"`, "\"presentationFields\": [\n{\"id\": \"a\", \"path\": \"soeker.alder\", \"dataTypeId\": \"soknad\"}],\n\"title\""), want: meta + ":5: ?metadata_field"},
	{name: "data fields of two types", change: func(t *testing.T) files {
		return application.edit(t, meta, `"title"`, `"dataFields": [{"id": "a", "path": "SOEKER.navn", "dataTypeId": "soknad"}, {"id": "b", "path": "x", "dataTypeId": "tegning"}], "title"`)
	}, want: meta + ":4: ?metadata_field_types"},
	{name: "schema that is no JSON", change: edit(soknad, `"type": "object",`, `"type": "object",,`), want: soknad + ":5: json_syntax"},
	{name: "schema that is a list", change: set(soknad, "[]"), want: soknad + ":1: schema_invalid"},
	{name: "unknown type in a schema", change: edit(soknad, `{"type": "integer", "minimum": 1`, `{"type": "heltall", "minimum": 1`), want: soknad + ":10: schema_invalid"},
	{name: "reference to nothing", change: edit(soknad, `"#/$defs/Soeker"`, `"#/$defs/Eier"`), want: soknad + ":1: schema_invalid"},
	{name: "reference out of the file", change: edit(soknad, `"#/$defs/Soeker"`, `"https://example.com/soeker.json"`), want: soknad + ":1: schema_invalid"},
	{name: "root that points nowhere", change: edit(soknad, `{"rootNode": ""}`, `{"rootNode": "#/$defs/X"}`), want: soknad + ":4: schema_root"},
	{name: "const of another type", change: edit(soknad, `"minimum": 1`, `"const": "12"`), want: soknad + ":10: ?schema_const"},
	{name: "pattern that is no expression", change: edit(soknad, `"^[0-9]{4}$"`, `"^[0-9"`), want: soknad + ":14: schema_pattern"},
	{name: "schema of no form", change: set("models/annet.schema.json", "{}"), want: "models/annet.schema.json:0: ?schema_unused"},
	{name: "XML that ends too soon", change: edit(proc, "</bpmn:definitions>", ""), want: proc + ":19: xml_syntax"},
	{name: "document type", change: edit(proc, "<bpmn:definitions", "<!DOCTYPE x>\n<bpmn:definitions"), want: proc + ":2: xml_syntax"},
	{name: "XML that is no BPMN", change: set(proc, "<a/>"), want: proc + ":1: bpmn_shape"},
	{name: "BPMN without a process", change: set(proc, `<d:definitions xmlns:d="http://www.omg.org/spec/BPMN/20100524/MODEL"/>`), want: proc + ":1: bpmn_shape"},
	{name: "an element that is not read", change: edit(proc, `<bpmn:endEvent id="End"/>`, `<bpmn:endEvent id="End"/><bpmn:userTask id="U"/>`), want: proc + ":9: ?bpmn_ignored"},
	{name: "a flow to nothing", change: edit(proc, `targetRef="Task_1"`, `targetRef="Task_9"`), want: proc + ":10: " + process.FaultFlowEnd},
	{name: "no start", change: edit(proc, `<bpmn:startEvent id="Start"/>`, `<bpmn:task id="Start">`+taskType("data")+`</bpmn:task>`), want: proc + ":3: " + process.FaultNoStart},
	{name: "no task type", change: edit(proc, taskType("confirmation"), ""), want: proc + ":8: " + process.FaultTaskType},
	{name: "empty condition", change: edit(proc, `["equals", ["dataModel", "alkohol.oel"], true]`, " "), want: proc + ":13: process_condition"},
	{name: "condition that is no expression", change: edit(proc, `["equals", ["dataModel", "alkohol.oel"], true]`, `["equals", 1`), want: proc + ":12: process_condition"},
	{name: "condition on a field that is not there", change: edit(proc, `["equals", ["dataModel", "alkohol.oel"], true]`, `["equals", ["dataModel", "alkohol.vin"], true]`), want: proc + ":12: ?process_condition_field"},
	{name: "condition on a data type that is not there", change: edit(proc, `["equals", ["dataModel", "alkohol.oel"], true]`, `["equals", ["dataModel", "a", "vin"], true]`), want: proc + ":12: ?data_type_missing"},
	{name: "signing without settings", change: edit(proc, taskType("confirmation"), taskType("signing")), want: proc + ":8: ?task_config"},
	{name: "signing that names an unknown data type", change: edit(proc, taskType("confirmation"), task(`<altinn:taskType>signing</altinn:taskType><altinn:signatureConfig>
		<altinn:dataTypesToSign><altinn:dataType>soknad</altinn:dataType></altinn:dataTypesToSign><altinn:signatureDataType>signatur</altinn:signatureDataType></altinn:signatureConfig>`)), want: proc + ":8: ?data_type_missing"},
	{name: "pdf task without a data type", change: func(t *testing.T) files {
		return application.edit(t, proc, `<bpmn:task id="Task_2" name="Bekreft">`+taskType("confirmation")+`</bpmn:task>`,
			`<bpmn:serviceTask id="Task_2">`+taskType("pdf")+`</bpmn:serviceTask>`).edit(t, meta, PDFEntry, "")
	}, want: proc + ":8: ?data_type_pdf"},
	{name: "broken policy", change: edit(polfile, "<Target/>", "<Target>"), want: polfile + ":13: E_XML"},
	{name: "policy with a task that is not there", change: narrowPolicy("urn:altinn:task", "Task_7"), want: polfile + ":0: ?policy_task"},
	{name: "policy with a task that is a gateway", change: narrowPolicy("urn:altinn:task", "Gateway_1"), want: polfile + ":0: ?policy_task"},
	{name: "policy with an end event that is not there", change: narrowPolicy("urn:altinn:end-event", "End_7"), want: polfile + ":0: ?policy_end_event"},
	{name: "policy with an end event that is a task", change: narrowPolicy("urn:altinn:end-event", "Task_1"), want: polfile + ":0: ?policy_end_event"},
	{name: "nobody may confirm", change: set(polfile, policy("read", "write", "instantiate")), want: polfile + ":0: ?policy_action"},
	{name: "nobody may create", change: set(polfile, policy("read", "write", "confirm")), want: polfile + ":0: ?policy_instantiate"},
	{name: "the service owner may not run a service task", change: func(t *testing.T) files {
		return application.edit(t, proc, `<bpmn:task id="Task_2" name="Bekreft">`+taskType("confirmation")+`</bpmn:task>`,
			`<bpmn:serviceTask id="Task_2">`+taskType("pdf")+`</bpmn:serviceTask>`).edit(t, polfile, "urn:altinn:org\" Category=\"urn:oasis:names:tc:xacml:1.0", "urn:altinn:rolecode\" Category=\"urn:oasis:names:tc:xacml:1.0")
	}, want: polfile + ":0: ?policy_service_task"},
	{name: "the app may not delegate to signees", change: edit(proc, taskType("confirmation"), task(`<altinn:taskType>signing</altinn:taskType><altinn:signatureConfig>
		<altinn:dataTypesToSign><altinn:dataType>soknad</altinn:dataType></altinn:dataTypesToSign><altinn:signatureDataType>tegning</altinn:signatureDataType>
		<altinn:signeeProviderId>p</altinn:signeeProviderId><altinn:signeeStatesDataTypeId>tegning</altinn:signeeStatesDataTypeId></altinn:signatureConfig>`)), want: polfile + ":0: ?policy_delegation"},
	{name: "texts that are no object", change: set("config/texts/resource.nb.json", "[]"), want: "config/texts/resource.nb.json:1: texts_shape"},
	{name: "texts of the wrong type", change: set("config/texts/resource.nb.json", "{\"resources\":\n[{\"id\": 1}]}"), want: "config/texts/resource.nb.json:2: texts_shape"},
	{name: "no texts", change: set("config/texts/resource.nb.json", ""), want: "config/texts:0: ?texts_none"},
	{name: "neither order nor groups", change: set("ui/Task_1/Settings.json", `{}`), want: "ui/Task_1/Settings.json:1: ui_pages"},
	{name: "a page without a file", change: set("ui/Task_1/Settings.json", "{\"pages\": {\"order\":\n[\"side1\",\n\"side2\"]}}"), want: "ui/Task_1/Settings.json:3: ui_page_missing"},
	{name: "a page that is no page", change: set("ui/Task_1/layouts/side1.json", `{"data": {}}`), want: "ui/Task_1/layouts/side1.json:1: ui_shape"},
	{name: "a page that is no JSON", change: set("ui/Task_1/layouts/side1.json", `{"data": `), want: "ui/Task_1/layouts/side1.json:1: json_syntax"},
	{name: "a form without pages", change: func(*testing.T) files {
		return application.with(files{"ui/Task_1/Settings.json": "", "ui/Task_1/layouts/side1.json": ""})
	}, want: proc + ":5: ?ui_task_without_folder"},
	{name: "a folder without settings", change: set("ui/Subform/layouts/a.json", `{"data": {"layout": []}}`), want: "ui/Subform:0: ?ui_folder_without_settings"},
	{name: "a folder of an unknown form", change: edit("ui/Task_1/Settings.json", `"soknad"`, `"annet"`), want: "ui/Task_1/Settings.json:0: ?ui_data_type"},
	{name: "an option with an unknown member", change: set("options/land.json", "[{\"value\": \"no\",\n\"navn\": \"Norge\"}]"), want: "options/land.json:2: options_shape"},
	{name: "options that are no list", change: set("options/land.json", "{}"), want: "options/land.json:1: options_shape"},
	{name: "an option that is no object", change: set("options/land.json", "[1]"), want: "options/land.json:1: options_shape"},
	{name: "an option whose value is a list", change: set("options/land.json", `[{"value": []}]`), want: "options/land.json:1: options_shape"},
	{name: "a name that no app may have", change: set("models/a\\b.cs", "x"), want: "models/a\\b.cs:0: file_name"},
	{name: "appsettings of the wrong type", change: set("appsettings.json", "{\"AppSettings\":\n{\"RequiredValidation\": \"ja\"}}"), want: "appsettings.json:2: settings_shape"},
}

const PDFEntry = `,
    {"id": "ref-data-as-pdf", "allowedContentTypes": ["application/pdf"]}`

// narrowPolicy lets the rule apply to one place in the app.
func narrowPolicy(attribute, value string) func(*testing.T) files {
	return func(t *testing.T) files {
		t.Helper()
		app := resourceMatch("urn:altinn:app", "[APP]")
		app = strings.Replace(app, "1.0:function:string-equal", "3.0:function:string-equal-ignore-case", 1)
		return application.edit(t, polfile, app, app+resourceMatch(attribute, value))
	}
}

func resourceMatch(attribute, value string) string {
	return `<Match MatchId="urn:oasis:names:tc:xacml:1.0:function:string-equal"><AttributeValue DataType="http://www.w3.org/2001/XMLSchema#string">` + value +
		`</AttributeValue><AttributeDesignator AttributeId="` + attribute + `" Category="urn:oasis:names:tc:xacml:3.0:attribute-category:resource" DataType="http://www.w3.org/2001/XMLSchema#string" MustBePresent="false"/></Match>`
}

var linkFaultCases = []faultCase{
	{name: "links.json is a list", change: set(linkf, "[]"), want: linkf + ":1: link_shape"},
	{name: "no list", change: set(linkf, "{}"), want: linkf + ":1: link_shape"},
	{name: "a link that is no object", change: set(linkf, "{\"links\":\n[1]}"), want: linkf + ":2: link_shape"},
	{name: "an unknown member", change: editLinks(`"on"`, `"naar"`), want: linkf + ":5: link_member"},
	{name: "a member twice", change: editLinks(`"on": "Submitted"`, `"id": "til-sak"`), want: linkf + ":5: link_member"},
	{name: "no id", change: editLinks(`"id": "til-sak",`, ``), want: linkf + ":3: link_id"},
	{name: "a malformed id", change: editLinks(`"til-sak"`, `"Til sak"`), want: linkf + ":4: link_id"},
	{name: "two links of one id", change: func(*testing.T) files {
		return application.with(files{linkf: "{\"links\": [\n" + `{"id": "a", "create": "a/b", "owner": "same"},` + "\n" + `{"id": "a", "create": "a/b", "owner": "same"}` + "]}"})
	}, want: linkf + ":3: link_id"},
	{name: "an empty text", change: editLinks(`"til-sak"`, `""`), want: linkf + ":4: link_shape"},
	{name: "an unknown trigger", change: editLinks(`"Submitted"`, `"Ended"`), want: linkf + ":5: link_trigger"},
	{name: "a trigger on an unknown task", change: editLinks(`"Submitted"`, `"TaskStarted:Task_9"`), want: linkf + ":5: link_trigger"},
	{name: "a trigger on a gateway", change: editLinks(`"Submitted"`, `"TaskCompleted:Gateway_1"`), want: linkf + ":5: link_trigger"},
	{name: "a condition that is a literal", change: editLinks(`["equals", ["dataModel", "alkohol.oel"], true]`, `true`), want: linkf + ":6: link_value"},
	{name: "a condition that cannot be parsed", change: editLinks(`["equals", ["dataModel", "alkohol.oel"], true]`, `["lik", 1]`), want: linkf + ":6: link_expression"},
	{name: "a fault deep in an expression", change: editLinks(`["equals", ["dataModel", "alkohol.oel"], true]`, "[\"and\",\ntrue,\n[\"lik\"]]"), want: linkf + ":8: link_expression"},
	{name: "a condition on an unknown field", change: editLinks(`alkohol.oel`, `alkohol.vin`), want: linkf + ":6: link_source_field"},
	{name: "a condition on an unknown form", change: editLinks(`"alkohol.oel"`, `"a", "annet"`), want: linkf + ":6: link_source_type"},
	{name: "no app", change: editLinks(`"create": "nordvik/skjenkesak",`, ``), want: linkf + ":3: link_app"},
	{name: "a malformed app", change: editLinks(`"nordvik/skjenkesak"`, `"skjenkesak"`), want: linkf + ":7: link_app"},
	{name: "no owner", change: editLinks(`"owner": {"organisationNumber": "991825827"},`, ``), want: linkf + ":3: link_owner"},
	{name: "two owners", change: editLinks(`"991825827"}`, `"991825827", "partyId": 1}`), want: linkf + ":8: link_owner"},
	{name: "an unknown owner", change: editLinks(`"organisationNumber"`, `"orgnr"`), want: linkf + ":8: link_owner"},
	{name: "a short organisation number", change: editLinks(`"991825827"`, `"99182582"`), want: linkf + ":8: link_owner"},
	{name: "an owner that is an object", change: editLinks(`"991825827"`, `{}`), want: linkf + ":8: link_value"},
	{name: "a wrong control digit", change: editLinks(`"991825827"`, `"310000001"`), want: linkf + ":8: ?link_owner_control"},
	{name: "an owner from an unknown field", change: editLinks(`"991825827"`, `["dataModel", "eier.orgnr"]`), want: linkf + ":8: link_source_field"},
	{name: "a value that is an object", change: editLinks(`"skjenkebevilling"`, `{"a": 1}`), want: linkf + ":11: link_value"},
	{name: "prefill that is a list", change: editLinks(`"attachments"`, `"prefill2": 1, "attachments"`), want: linkf + ":14: link_member"},
	{name: "a malformed path", change: editLinks(`"kilde":`, `"sak..kilde":`), want: linkf + ":11: link_path"},
	{name: "a path twice", change: editLinks(`"kilde":`, `"soeker":`), want: linkf + ":11: link_path"},
	{name: "prefill from an unknown field", change: editLinks(`["dataModel", "soeker"]`, `["dataModel", "sokjar"]`), want: linkf + ":10: link_source_field"},
	{name: "an attachment of an unknown data type", change: editLinks(`{"tegning":`, `{"bilde":`), want: linkf + ":14: link_source_type"},
	{name: "an attachment to nothing", change: editLinks(`{"tegning": "tegning"}`, `{"tegning": 1}`), want: linkf + ":14: link_shape"},
	{name: "an unknown member of back", change: editLinks(`"substatus"`, `"status"`), want: linkf + ":16: link_member"},
	{name: "a substatus without label", change: editLinks(`"label": ["dataModel", "vedtak.resultat"], `, ``), want: linkf + ":16: link_shape"},
	{name: "back to an unknown field", change: editLinks(`"vandel.konklusjon"`, `"vandel.vedtak"`), want: linkf + ":17: link_back_field"},
	{name: "back with a literal of the wrong kind", change: editLinks(`{"vandel.konklusjon": ["dataModel", "vedtak.resultat"]}`, `{"antall": "mange"}`), want: linkf + ":17: link_back_kind"},
	{name: "back with a computed object", change: editLinks(`{"vandel.konklusjon": ["dataModel", "vedtak.resultat"]}`, `{"vandel": ["concat", "a"]}`), want: linkf + ":17: link_back_kind"},
}

func TestLoad_NamesEachFault(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(faultCases, linkFaultCases) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app, faults := apps.Load(c.change(t).fs(), c.opt)
			if got := brief(faults); !slices.Contains(got, c.want) {
				t.Errorf("got\n%v\nwant %s", faults, c.want)
			}
			if (app == nil) != faults.Failed() {
				t.Errorf("an app is given: %v; there are errors: %v", app != nil, faults.Failed())
			}
			for _, f := range faults {
				if f.Message == "" || strings.Contains(f.Message, "%!") || strings.Contains(f.Hint, "%!") {
					t.Errorf("%s has no proper message: %q", f.Code, f.Message)
				}
			}
		})
	}
}

// brief gives "file:line: code" of each fault, with a ? before the code of a warning.
func brief(faults apps.Faults) []string {
	var all []string
	for _, f := range faults {
		mark := ""
		if f.Warning {
			mark = "?"
		}
		all = append(all, f.File+":"+strconv.Itoa(f.Line)+": "+mark+f.Code)
	}
	return all
}

// Every code has a case that brings it about.
func TestCodes_AreAllTested(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{
		// Brought about in tests of their own.
		apps.FaultFolder: true, apps.FaultFileSize: true, apps.FaultCancelled: true, apps.FaultStore: true, apps.FaultLinkBrokenByPublish: true,
	}
	for _, c := range slices.Concat(faultCases, linkFaultCases) {
		tested[codeOf(c.want)] = true
	}
	for _, c := range targetCases {
		tested[codeOf(c.want)] = true
	}
	for _, code := range declaredCodes(t) {
		if !tested[code] {
			t.Errorf("no case brings about %s", code)
		}
	}
}

func codeOf(want string) string {
	return strings.TrimPrefix(want[strings.LastIndex(want, " ")+1:], "?")
}

// declaredCodes reads the constants of codes.go.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			code, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	if len(codes) < 40 {
		t.Fatalf("only %d codes are found", len(codes))
	}
	return codes
}

func TestFault_Error(t *testing.T) {
	t.Parallel()
	f := apps.Fault{File: "config/links.json", Line: 12, Column: 3, Code: "link_target_field", Message: "there is no field", Hint: "correct the path"}
	if got, want := f.Error(), "config/links.json:12: link_target_field: there is no field (correct the path)"; got != want {
		t.Errorf("got %q", got)
	}
	w := apps.Fault{File: "a", Code: "c", Message: "m", Warning: true}
	if got := (apps.Faults{f, w}).Error(); got != f.Error()+"\na: c: m" {
		t.Errorf("got %q", got)
	}
	all := apps.Faults{w, f}
	if !all.Failed() || len(all.Errors()) != 1 || len(all.Warnings()) != 1 || all.Err() == nil || all.Warnings().Err() != nil || all.Warnings().Failed() {
		t.Error("errors and warnings are mixed up")
	}
}
