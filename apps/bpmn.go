package apps

import (
	"errors"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/process"
)

const (
	processFile  = "config/process/process.bpmn"
	bpmnSpace    = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	altinnSpace  = "http://altinn.no/process"
	bpmnNodeHint = "use startEvent, task, serviceTask, exclusiveGateway, endEvent and sequenceFlow"
)

// ParseProcess reads a BPMN file as the host does (ProcessReader): the first process of definitions,
// with Altinn's extension elements. The graph is nil when a fault is not a warning. file names the
// file in faults.
func ParseProcess(src []byte, file string) (*process.Graph, Faults) {
	var report reporter
	p := readProcess(src, file, false, &report)
	report.faults.sort()
	if p == nil {
		return nil, report.faults
	}
	return p.graph, report.faults
}

// bpmnReader reads a process and remembers where its elements and flows stand.
type bpmnReader struct {
	fileReporter
	elements []process.Element
	flows    []process.Flow
	offsets  map[string]int // of elements and flows, by id
	tasks    map[string]int // of taskExtension elements, by task id
	graph    *process.Graph
}

// readProcess gives nil when the file holds no process; the graph is nil when the process has faults. To
// publish a process is to refuse one in which an instance could come to a task without a type, and
// would stop there for good.
func readProcess(src []byte, file string, publish bool, report *reporter) *bpmnReader {
	r := &bpmnReader{
		fileReporter: fileReporter{reporter: report, file: file, lines: jsonc.NewLines(src)},
		offsets:      map[string]int{}, tasks: map[string]int{},
	}
	node := r.processElement(src)
	if node == nil {
		return nil
	}
	for _, child := range node.children {
		r.read(child)
	}
	graph, faults := process.NewGraph(r.elements, r.flows)
	for _, f := range faults {
		if publish && f.Code == process.FaultTaskType && graph != nil {
			f.Warning = !graph.Reachable(f.Subject)
		}
		r.adopt(f, node.offset)
	}
	r.graph = graph
	return r
}

// processElement gives the first process of the file, or reports and gives nil.
func (r *bpmnReader) processElement(src []byte) *xmlElement {
	root, err := parseXML(src)
	var broken *xmlError
	if errors.As(err, &broken) {
		r.fault(broken.offset, FaultXML, "", "%s", broken.message)
		return nil
	}
	if !root.is(bpmnSpace, "definitions") {
		r.fault(root.offset, FaultBPMN, "the root must be definitions in "+bpmnSpace, "the root %s is no BPMN", root.name.Local)
		return nil
	}
	processes := root.all(bpmnSpace, "process")
	if len(processes) == 0 {
		r.fault(root.offset, FaultBPMN, "add one process", "the file holds no process")
		return nil
	}
	for _, extra := range processes[1:] {
		r.warn(extra.offset, FaultBPMNIgnored, "keep one process in the file", "only the first process is read")
	}
	return processes[0]
}

// adopt reports a fault of the graph at the place of what it is about.
func (r *bpmnReader) adopt(f process.Fault, elsewhere int) {
	offset, ok := r.offsets[f.Subject]
	if !ok {
		offset = elsewhere
	}
	r.fault(offset, f.Code, f.Hint, "%s", f.Message)
	r.faults[len(r.faults)-1].Warning = f.Warning
}

// silentlyIgnored are BPMN elements without a meaning for the run of a process.
var silentlyIgnored = map[string]bool{
	"documentation": true, "extensionElements": true, "laneSet": true, "textAnnotation": true, "association": true,
	"group": true, "ioSpecification": true, "dataObject": true, "dataObjectReference": true, "dataStoreReference": true,
}

func (r *bpmnReader) read(node *xmlElement) {
	if node.name.Space != bpmnSpace {
		return
	}
	if node.name.Local == "sequenceFlow" {
		r.readFlow(node)
		return
	}
	if kind, ok := process.KindOf(node.name.Local); ok {
		r.readElement(node, kind)
		return
	}
	if !silentlyIgnored[node.name.Local] {
		r.warn(node.offset, FaultBPMNIgnored, bpmnNodeHint, "%s %q is not read", node.name.Local, node.attr("id"))
	}
}

func (r *bpmnReader) readFlow(node *xmlElement) {
	flow := process.Flow{ID: node.attr("id"), Source: node.attr("sourceRef"), Target: node.attr("targetRef")}
	if condition := node.first(bpmnSpace, "conditionExpression"); condition != nil {
		flow.Condition = condition.value()
		if flow.Condition == "" {
			r.fault(condition.offset, FaultGatewayCondition, "write an expression, or remove the element", "the condition of flow %q is empty", flow.ID)
		}
	}
	r.flows = append(r.flows, flow)
	r.place(flow.ID, node)
}

func (r *bpmnReader) readElement(node *xmlElement, kind process.ElementKind) {
	e := process.Element{ID: node.attr("id"), Name: node.attr("name"), Kind: kind}
	extensions := node.first(bpmnSpace, "extensionElements")
	switch kind {
	case process.Task, process.ServiceTask:
		r.readTask(extensions.first(altinnSpace, "taskExtension"), &e)
	case process.ExclusiveGateway:
		e.Default = node.attr("default")
		e.ConnectedDataType = extensions.first(altinnSpace, "gatewayExtension").first(altinnSpace, "connectedDataTypeId").value()
	}
	r.elements = append(r.elements, e)
	r.place(e.ID, node)
}

func (r *bpmnReader) place(id string, node *xmlElement) {
	if _, known := r.offsets[id]; !known {
		r.offsets[id] = node.offset
	}
}

func (r *bpmnReader) readTask(node *xmlElement, e *process.Element) {
	if node == nil {
		return
	}
	r.tasks[e.ID] = node.offset
	e.TaskType = node.first(altinnSpace, "taskType").value()
	for _, action := range node.first(altinnSpace, "actions").all(altinnSpace, "action") {
		e.Actions = append(e.Actions, process.Action{Name: action.value(), Server: action.attr("type") == "serverAction"})
	}
	e.Extensions = process.Extensions{
		Signature:   readSignature(node.first(altinnSpace, "signatureConfig")),
		Payment:     readPayment(node.first(altinnSpace, "paymentConfig")),
		PDF:         readPDF(node.first(altinnSpace, "pdfConfig")),
		SubformPDF:  readSubformPDF(node.first(altinnSpace, "subformPdfConfig")),
		EFormidling: readEFormidling(node.first(altinnSpace, "eFormidlingConfig")),
	}
}
