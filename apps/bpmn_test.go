package apps_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/process"
)

// steps gives what an instance meets on its way, with the action at each task.
func steps(t *testing.T, g *process.Graph, actions map[string]string, cond process.Conditions) string {
	t.Helper()
	start, at, err := g.First("", cond)
	way := []string{start.ID}
	for range 20 {
		if err != nil {
			return strings.Join(append(way, "!"+reason(err)), " ")
		}
		if way = append(way, at.ID); at.Kind == process.EndEvent {
			break
		}
		at, err = g.Next(at.ID, actions[at.ID], cond)
	}
	return strings.Join(way, " ")
}

func reason(err error) string {
	for name, kind := range map[string]error{"none": process.ErrNoNext, "several": process.ErrSeveralNext, "choice": process.ErrGatewayChoice} {
		if errors.Is(err, kind) {
			return name
		}
	}
	return err.Error()
}

// decide evaluates conditions by a table from the text between them and their answer.
func decide(answers map[string]bool) process.Conditions {
	return func(flow process.Flow, _ process.Element, _, action string) (bool, error) {
		compact := strings.Join(strings.Fields(flow.Condition), "")
		if wanted, ok := strings.CutPrefix(compact, `["equals",["gatewayAction"],"`); ok {
			return wanted == action+`"]`, nil
		}
		if unwanted, ok := strings.CutPrefix(compact, `["notEquals",["gatewayAction"],"`); ok {
			return unwanted != action+`"]`, nil
		}
		return answers[flow.ID], nil
	}
}

// Altinn's processes are read, and lead where they should. Some lack task types in the namespace that is
// read; they can be walked, and not be published.
func TestParseProcess_AltinnProcesses(t *testing.T) {
	t.Parallel()
	root := altinnData(t, "processes")
	for _, c := range []struct {
		file, want string
		answers    map[string]bool
		actions    map[string]string
		faults     []string
	}{
		{file: "simple-linear.bpmn", want: "StartEvent Task1 Task2 EndEvent"},
		{file: "ProcessEngineTest/config/process/process.bpmn", want: "StartEvent_1 Task_1 EndEvent_1", faults: []string{"?process_task_type"}},
		{file: "pdf-service-task.bpmn", want: "StartEvent_1 Task_1 Task_Pdf EndEvent_1"},
		{file: "simple-gateway-default.bpmn", want: "StartEvent Task1 Task2 EndEvent", faults: []string{"?process_custom_task"}},
		{file: "simple-gateway-signature-config.bpmn", want: "StartEvent Task1 Task2 EndEvent", faults: []string{"?process_custom_task"}},
		{file: "simple-gateway-with-join-gateway.bpmn", want: "StartEvent Task1 !several", faults: []string{"?process_several_next"}},
		{file: "not-bpmn.bpmn", faults: []string{"bpmn_shape"}},
		{file: "simple-gateway.bpmn", want: "StartEvent Task1 !several", faults: []string{"?process_task_type", "?process_several_next"}},
		{file: "simple-linear-both.bpmn", want: "StartEvent Task1 Task2 EndEvent", faults: []string{"?process_task_type"}},
		{file: "simple-linear-new.bpmn", want: "StartEvent Task1 Task2 EndEvent", faults: []string{"?process_task_type"}},
		{file: "simple-no-end.bpmn", want: "StartEvent Task1 Task2 !none", faults: []string{"?process_task_type", "?process_no_end", "?process_dead_end"}},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(filepath.Join(root, c.file))
			if err != nil {
				t.Fatal(err)
			}
			g, faults := apps.ParseProcess(src, c.file)
			codes := []string{}
			for _, f := range brief(faults) {
				codes = append(codes, f[strings.LastIndex(f, " ")+1:])
			}
			want := slices.Clone(c.faults)
			if slices.Sort(codes); !slices.Equal(slices.Compact(codes), slices.Compact(sorted(want))) {
				t.Errorf("faults are\n%v\nwant %q", faults, c.faults)
			}
			if (g == nil) != (c.want == "") {
				t.Fatalf("a graph is given: %v", g != nil)
			}
			if g != nil {
				if got := steps(t, g, c.actions, decide(c.answers)); got != c.want {
					t.Errorf("the way is %s, want %s", got, c.want)
				}
			}
		})
	}
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

func TestParseProcess_DoubleSigning(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(filepath.Join(altinnData(t, "processes"), "with-double-sign.bpmn"))
	if err != nil {
		t.Fatal(err)
	}
	g, faults := apps.ParseProcess(src, "process.bpmn")
	if g == nil {
		t.Fatal(faults)
	}
	start, first, err := g.First("", decide(nil))
	if err != nil || start.Kind != process.StartEvent || first.ID != "Task_Form" {
		t.Fatalf("got %q, %v", first.ID, err)
	}
	single, double := decide(map[string]bool{"Flow_SingleSign": true}), decide(map[string]bool{"Flow_DoubleSign": true})
	for _, c := range []struct {
		from, action string
		cond         process.Conditions
		want         string
	}{
		{"Task_Form", "", single, "Task_Sign1"},
		{"Task_Sign1", "reject", single, "Task_Form"},
		{"Task_Sign1", "sign", double, "Task_Sign2"},
	} {
		if got, err := g.Next(c.from, c.action, c.cond); err != nil || got.ID != c.want {
			t.Errorf("from %s by %q: %q, %v", c.from, c.action, got.ID, err)
		}
	}
	if got, err := g.Next("Task_Sign1", "sign", single); err != nil || got.ID != "EndEvent_1" {
		t.Errorf("one signature leads to %q, %v", got.ID, err)
	}
	sign, _ := g.Element("Task_Sign1")
	if c := sign.Extensions.Signature; !c.Declared || c.SignatureDataType != "signature1" || !slices.Equal(c.DataTypesToSign, []string{"KRT-1008-2_M", "ref-data-as-pdf"}) || !sign.Declares("reject") {
		t.Errorf("got %+v", c)
	}
	if gateway, _ := g.Element("Gateway_Sign1"); gateway.ConnectedDataType != "KRT-1008-2_M" {
		t.Errorf("the gateway reads %q", gateway.ConnectedDataType)
	}
}

func TestParseProcess_ReadsEverySetting(t *testing.T) {
	t.Parallel()
	src := bpmn(`
    <bpmn:startEvent id="Start"/>
    <bpmn:task id="Sign">` + task(`<altinn:taskType> signing
      </altinn:taskType><altinn:actions><altinn:action>sign</altinn:action><altinn:action type="serverAction">lookup</altinn:action></altinn:actions>
      <altinn:signatureConfig><altinn:dataTypesToSign><altinn:dataType>a</altinn:dataType><altinn:dataType>b</altinn:dataType></altinn:dataTypesToSign>
      <altinn:signatureDataType>s</altinn:signatureDataType><altinn:uniqueFromSignaturesInDataTypes><altinn:dataType>u</altinn:dataType></altinn:uniqueFromSignaturesInDataTypes>
      <altinn:signeeProviderId>p</altinn:signeeProviderId><altinn:signeeStatesDataTypeId>st</altinn:signeeStatesDataTypeId><altinn:signingPdfDataType>pdf</altinn:signingPdfDataType>
      <altinn:correspondenceResource>c</altinn:correspondenceResource><altinn:correspondenceResource env="prod">cp</altinn:correspondenceResource>
      <altinn:runDefaultValidator>true</altinn:runDefaultValidator></altinn:signatureConfig>`) + `</bpmn:task>
    <bpmn:task id="Pay">` + task(`<altinn:taskType>payment</altinn:taskType><altinn:paymentConfig><altinn:paymentDataType>pay</altinn:paymentDataType>
      <altinn:paymentReceiptPdfDataType>rec</altinn:paymentReceiptPdfDataType></altinn:paymentConfig>`) + `</bpmn:task>
    <bpmn:serviceTask id="Pdf">` + task(`<altinn:taskType>pdf</altinn:taskType><altinn:pdfConfig><altinn:filenameTextResourceKey>f</altinn:filenameTextResourceKey>
      <altinn:autoPdfTaskIds><altinn:taskId>Sign</altinn:taskId></altinn:autoPdfTaskIds></altinn:pdfConfig>`) + `</bpmn:serviceTask>
    <bpmn:serviceTask id="Sub">` + task(`<altinn:taskType>subformPdf</altinn:taskType><altinn:subformPdfConfig><altinn:filenameTextResourceKey>f</altinn:filenameTextResourceKey>
      <altinn:subformComponentId>c</altinn:subformComponentId><altinn:subformDataTypeId>d</altinn:subformDataTypeId></altinn:subformPdfConfig>`) + `</bpmn:serviceTask>
    <bpmn:serviceTask id="Send">` + task(`<altinn:taskType>eFormidling</altinn:taskType><altinn:eFormidlingConfig><altinn:disabled env="dev">true</altinn:disabled>
      <altinn:receiver>r</altinn:receiver><altinn:process>pr</altinn:process><altinn:standard>st</altinn:standard><altinn:typeVersion>2.0</altinn:typeVersion>
      <altinn:type>t</altinn:type><altinn:securityLevel>3</altinn:securityLevel><altinn:dpfShipmentType>dpf</altinn:dpfShipmentType>
      <altinn:dataTypes><altinn:dataType>a</altinn:dataType></altinn:dataTypes><altinn:dataTypes env="prod"><altinn:dataType>b</altinn:dataType></altinn:dataTypes></altinn:eFormidlingConfig>`) + `</bpmn:serviceTask>
    <bpmn:endEvent id="End"/>
    <bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="Sign"/><bpmn:sequenceFlow id="F2" sourceRef="Sign" targetRef="Pay"/>
    <bpmn:sequenceFlow id="F3" sourceRef="Pay" targetRef="Pdf"/><bpmn:sequenceFlow id="F4" sourceRef="Pdf" targetRef="Sub"/>
    <bpmn:sequenceFlow id="F5" sourceRef="Sub" targetRef="Send"/><bpmn:sequenceFlow id="F6" sourceRef="Send" targetRef="End"/>`)
	g, faults := apps.ParseProcess([]byte("\xef\xbb\xbf"+src), "process.bpmn")
	if g == nil || len(faults) > 0 {
		t.Fatal(faults)
	}
	of := func(id string) process.Element { e, _ := g.Element(id); return e }
	s := of("Sign")
	if s.TaskType != "signing" || !slices.Equal(s.Actions, []process.Action{{Name: "sign"}, {Name: "lookup", Server: true}}) {
		t.Errorf("got %+v", s)
	}
	if c := s.Extensions.Signature; !c.UserControlled() || !c.RunDefaultValidator || c.SigningPDFDataType != "pdf" || c.CorrespondenceResource.In("production") != "cp" || c.CorrespondenceResource.In("tt02") != "c" || !slices.Equal(c.UniqueFrom, []string{"u"}) {
		t.Errorf("got %+v", c)
	}
	if c := of("Pay").Extensions.Payment; c != (process.Payment{Declared: true, DataType: "pay", ReceiptPDFDataType: "rec"}) {
		t.Errorf("got %+v", c)
	}
	if c := of("Pdf").Extensions.PDF; c.FilenameKey != "f" || !slices.Equal(c.AutoTaskIDs, []string{"Sign"}) {
		t.Errorf("got %+v", c)
	}
	if c := of("Sub").Extensions.SubformPDF; c != (process.SubformPDF{Declared: true, FilenameKey: "f", ComponentID: "c", DataType: "d"}) {
		t.Errorf("got %+v", c)
	}
	c := of("Send").Extensions.EFormidling
	if c.Disabled.In("local") != "true" || c.Disabled.In("prod") != "" || c.Receiver.In("prod") != "r" || c.SecurityLevel.In("") != "3" || !slices.Equal(c.DataTypesIn("prod"), []string{"b"}) || !slices.Equal(c.DataTypesIn("dev"), []string{"a"}) {
		t.Errorf("got %+v", c)
	}
}

func TestParseProcess_Limits(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"too deep":      strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100),
		"too many":      "<a>" + strings.Repeat("<b/>", 60_000) + "</a>",
		"nothing":       "",
		"only a remark": "<!-- nothing -->",
		"two roots":     "<a/><b/>",
		"entity":        "<a>&x;</a>",
	} {
		if g, faults := apps.ParseProcess([]byte(src), "p"); g != nil || !faults.Failed() || faults[0].Code != apps.FaultXML {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

func FuzzParseProcess(f *testing.F) {
	f.Add([]byte(application[proc]))
	f.Add([]byte(caseApp[proc]))
	f.Add([]byte(bpmn(`<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="G" default="F"/><bpmn:sequenceFlow id="F" sourceRef="S" targetRef="G"/>`)))
	f.Fuzz(func(t *testing.T, src []byte) {
		g, faults := apps.ParseProcess(src, "process.bpmn")
		if (g == nil) != faults.Failed() {
			t.Fatalf("a graph is given: %v, with %v", g != nil, faults)
		}
		if g == nil {
			return
		}
		yes := func(process.Flow, process.Element, string, string) (bool, error) { return true, nil }
		for _, e := range g.Elements() {
			if next, err := g.Next(e.ID, "", yes); err == nil && next.Kind == process.ExclusiveGateway {
				t.Fatal("an instance would stand in a gateway")
			}
		}
	})
}
