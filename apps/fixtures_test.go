package apps_test

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hovedbok/hovedbok/apps"
)

// files is an app folder in memory: paths under App/ and their content.
type files map[string]string

// with gives a copy with other content; an empty text removes the file.
func (f files) with(changes files) files {
	changed := maps.Clone(f)
	for name, content := range changes {
		if changed[name] = content; content == "" {
			delete(changed, name)
		}
	}
	return changed
}

// edit gives a copy in which the first old text of a file is new.
func (f files) edit(t testing.TB, name, old, new string) files {
	t.Helper()
	if !strings.Contains(f[name], old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	return f.with(files{name: strings.Replace(f[name], old, new, 1)})
}

func (f files) fs() fstest.MapFS {
	m := fstest.MapFS{}
	for name, content := range f {
		m["App/"+name] = &fstest.MapFile{Data: []byte(content)}
	}
	return m
}

// load loads an app that must have no error.
func (f files) load(t testing.TB) *apps.App {
	t.Helper()
	app, faults := apps.Load(f.fs(), apps.Options{})
	if app == nil {
		t.Fatalf("the app does not load:\n%v", faults)
	}
	return app
}

// The two apps of most tests: an application for a licence, and the case that it becomes.
var (
	application = files{
		"config/applicationmetadata.json": `{
  "id": "nordvik/skjenkebevilling",
  "org": "nordvik",
  "title": {"nb": "Skjenkebevilling"},
  "dataTypes": [
    {"id": "soknad", "taskId": "Task_1", "maxCount": 1, "minCount": 1, "allowedContentTypes": ["application/xml"],
     "appLogic": {"classRef": "Nordvik.Soknad", "autoCreate": true}},
    {"id": "tegning", "taskId": "Task_1", "maxSize": 5, "maxCount": 2, "allowedContentTypes": ["application/pdf"]},
    {"id": "ref-data-as-pdf", "allowedContentTypes": ["application/pdf"]}
  ]
}
`,
		"config/process/process.bpmn": bpmn(`
    <bpmn:startEvent id="Start"/>
    <bpmn:task id="Task_1" name="Fyll ut">` + taskType("data") + `</bpmn:task>
    <bpmn:exclusiveGateway id="Gateway_1"><bpmn:extensionElements><altinn:gatewayExtension>
      <altinn:connectedDataTypeId>soknad</altinn:connectedDataTypeId></altinn:gatewayExtension></bpmn:extensionElements></bpmn:exclusiveGateway>
    <bpmn:task id="Task_2" name="Bekreft">` + taskType("confirmation") + `</bpmn:task>
    <bpmn:endEvent id="End"/>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Start" targetRef="Task_1"/>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Task_1" targetRef="Gateway_1"/>
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Gateway_1" targetRef="Task_2">
      <bpmn:conditionExpression>["equals", ["dataModel", "alkohol.oel"], true]</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_4" sourceRef="Gateway_1" targetRef="End">
      <bpmn:conditionExpression>["notEquals", ["dataModel", "alkohol.oel"], true]</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Task_2" targetRef="End"/>`),
		"config/authorization/policy.xml": policy("read", "write", "delete", "instantiate", "confirm", "complete"),
		"config/texts/resource.nb.json":   `{"language": "nb", "resources": [{"id": "appName", "value": "Skjenkebevilling", "variables": []}]}`,
		"models/soknad.schema.json": `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "schema.json",
  "info": {"rootNode": ""},
  "type": "object",
  "properties": {
    "soeker": {"$ref": "#/$defs/Soeker"},
    "alkohol": {"type": "object", "properties": {"oel": {"type": "boolean"}, "brennevin": {"type": "boolean"}}},
    "ansatte": {"type": "array", "items": {"$ref": "#/$defs/Ansatt"}, "maxItems": 3},
    "antall": {"type": "integer", "minimum": 1, "maximum": 100},
    "beloep": {"type": "number", "multipleOf": 0.01},
    "dato": {"type": "string", "format": "date", "formatMinimum": "2020-01-01"},
    "epost": {"type": "string", "format": "email"},
    "postnummer": {"type": "string", "pattern": "^[0-9]{4}$", "maxLength": 4},
    "vandel": {"type": "object", "properties": {"konklusjon": {"type": "string", "enum": ["god", "daarlig"]}}}
  },
  "required": ["soeker"],
  "$defs": {
    "Soeker": {"type": "object", "properties": {"navn": {"type": "string", "minLength": 2}, "orgnr": {"type": "string"}}, "required": ["navn"]},
    "Ansatt": {"type": "object", "properties": {"navn": {"type": "string"}, "alder": {"type": ["integer", "null"]}}, "additionalProperties": false}
  }
}
`,
		"ui/Task_1/Settings.json":      `{"defaultDataType": "soknad", "pages": {"order": ["side1"]}}`,
		"ui/Task_1/layouts/side1.json": `{"data": {"layout": [{"id": "navn", "type": "Input"}]}}`,
		"options/land.json":            `[{"value": "no", "label": "Norge"}]`,
	}

	caseApp = files{
		"config/applicationmetadata.json": `{
  "id": "nordvik/skjenkesak", "org": "nordvik",
  "dataTypes": [
    {"id": "sak", "taskId": "Task_1", "allowedContentTypes": ["application/json"], "appLogic": {"classRef": "Nordvik.Sak", "autoCreate": true}},
    {"id": "tegning", "maxSize": 5, "maxCount": 2, "allowedContentTypes": ["application/pdf"]},
    {"id": "bilde", "allowedContentTypes": ["image/png"]},
    {"id": "laast", "allowedContributors": ["app:owned"]}
  ]
}`,
		"config/process/process.bpmn": bpmn(`
    <bpmn:startEvent id="Start"/>
    <bpmn:task id="Task_1">` + taskType("data") + `</bpmn:task>
    <bpmn:endEvent id="End"/>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Start" targetRef="Task_1"/>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Task_1" targetRef="End"/>`),
		"config/authorization/policy.xml": policy("read", "write", "instantiate"),
		"config/texts/resource.nb.json":   `{"language": "nb", "resources": []}`,
		"models/sak.schema.json": `{
  "$schema": "http://json-schema.org/schema#",
  "definitions": {
    "Sak": {"type": "object", "properties": {
      "soeker": {"$ref": "#/definitions/Soeker"},
      "ansatte": {"type": "array", "items": {"type": "object", "properties": {"navn": {"type": "string"}}}},
      "kilde": {"type": "string"}, "instans": {"type": "string"}, "antall": {"type": "number"}, "tekst": {"type": "string"},
      "haster": {"type": "boolean"},
      "vedtak": {"type": "object", "properties": {"resultat": {"type": "string"}, "antall": {"type": "integer"}}}}},
    "Soeker": {"type": "object", "properties": {"navn": {"type": "string"}, "orgnr": {"type": "string"}}}
  },
  "type": "object",
  "properties": {"Sak": {"$ref": "#/definitions/Sak"}}
}`,
		"ui/Task_1/Settings.json":      `{"pages": {"groups": [{"order": ["side1"]}]}}`,
		"ui/Task_1/layouts/side1.json": `{"data": {"layout": []}}`,
	}

	links = `{
  "$schema": "https://hovedbok.no/schema/links.schema.json",
  "links": [{
    "id": "til-sak",
    "on": "Submitted",
    "if": ["equals", ["dataModel", "alkohol.oel"], true],
    "create": "nordvik/skjenkesak",
    "owner": {"organisationNumber": "991825827"},
    "prefill": {
      "soeker": ["dataModel", "soeker"],
      "kilde": "skjenkebevilling",
      "instans": ["instanceContext", "instanceId"]
    },
    "attachments": {"tegning": "tegning"},
    "back": {
      "substatus": {"label": ["dataModel", "vedtak.resultat"], "description": "Vedtak"},
      "data": {"vandel.konklusjon": ["dataModel", "vedtak.resultat"]}
    }
  }]
}
`
)

// linked is the application with links to the case.
func linked() files { return application.with(files{"config/links.json": links}) }

func bpmn(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:altinn="http://altinn.no/process" id="D">
  <bpmn:process id="P">` + inner + `
  </bpmn:process>
</bpmn:definitions>
`
}

func taskType(name string) string { return task("<altinn:taskType>" + name + "</altinn:taskType>") }

func task(inner string) string {
	return "<bpmn:extensionElements><altinn:taskExtension>" + inner + "</altinn:taskExtension></bpmn:extensionElements>"
}

// policy grants the actions on the whole app to a role and to the service owner.
func policy(actions ...string) string {
	const match = `<AllOf><Match MatchId="urn:oasis:names:tc:xacml:3.0:function:string-equal-ignore-case"><AttributeValue DataType="http://www.w3.org/2001/XMLSchema#string">%v</AttributeValue>` +
		`<AttributeDesignator AttributeId="%a" Category="%c" DataType="http://www.w3.org/2001/XMLSchema#string" MustBePresent="false"/></Match>%m</AllOf>`
	one := func(value, attribute, category, more string) string {
		return strings.NewReplacer("%v", value, "%a", attribute, "%c", category, "%m", more).Replace(match)
	}
	const resource = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource"
	const subject = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject"
	name := one("[APP]", "urn:altinn:app", resource, "")
	name = strings.TrimSuffix(strings.TrimPrefix(name, "<AllOf>"), "</AllOf>")
	var all strings.Builder
	for _, action := range actions {
		all.WriteString(one(action, "urn:oasis:names:tc:xacml:1.0:action:action-id", "urn:oasis:names:tc:xacml:3.0:attribute-category:action", ""))
	}
	return `<?xml version="1.0" encoding="utf-8"?>
<Policy xmlns="urn:oasis:names:tc:xacml:3.0:core:schema:wd-17" PolicyId="p" Version="1.0" RuleCombiningAlgId="urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-overrides">
  <Target/>
  <Rule RuleId="r1" Effect="Permit"><Target>
    <AnyOf>` + one("DAGL", "urn:altinn:rolecode", subject, "") + one("[ORG]", "urn:altinn:org", subject, "") + `</AnyOf>
    <AnyOf>` + one("[ORG]", "urn:altinn:org", resource, name) + `</AnyOf>
    <AnyOf>` + all.String() + `</AnyOf>
  </Target></Rule>
  <ObligationExpressions><ObligationExpression FulfillOn="Permit" ObligationId="o">
    <AttributeAssignmentExpression AttributeId="a" Category="urn:altinn:minimum-authenticationlevel">
      <AttributeValue DataType="http://www.w3.org/2001/XMLSchema#integer">3</AttributeValue>
    </AttributeAssignmentExpression></ObligationExpression></ObligationExpressions>
</Policy>
`
}

func TestFixtures_HaveNoFaults(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]files{"application": application, "case": caseApp, "linked": linked()} {
		if _, faults := apps.Load(f.fs(), apps.Options{}); len(faults) > 0 {
			t.Errorf("%s:\n%v", name, faults)
		}
	}
	b := caseApp.load(t)
	if faults := apps.CheckLinks(linked().load(t), func(string) *apps.App { return b }, func(string) bool { return true }); len(faults) > 0 {
		t.Errorf("links:\n%v", faults)
	}
}
