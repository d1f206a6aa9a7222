package appkit

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/process"
)

// bpmnPlaces says where the elements of a process stand: by id, and "id/name=text" for the extension elements
// inside them, such as "Task_1/taskType=data".
type bpmnPlaces map[string]csPlace

// process searches process.bpmn for tasks and gateways that need code.
func (s *hookScanner) process() error {
	src, err := s.file(processFile)
	if src == nil || err != nil {
		return err
	}
	graph, _ := apps.ParseProcess(src, processFile)
	if graph == nil {
		return nil // apps.Load says why
	}
	p := processHooks{s, graph, placesOf(src)}
	for _, e := range graph.Elements() {
		if e.IsTask() {
			p.task(e)
		}
		if e.Kind == process.ExclusiveGateway {
			p.gateway(e)
		}
	}
	return nil
}

// placesOf reads where elements stand, as far as the file is XML.
func placesOf(src []byte) bpmnPlaces {
	places := bpmnPlaces{}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))))
	owner, text := "", ""
	var open []csPlace
	for {
		line, column := d.InputPos()
		token, err := d.Token()
		if err != nil {
			return places
		}
		switch t := token.(type) {
		case xml.StartElement:
			at := csPlace{processFile, line, column}
			open, text = append(open, at), ""
			if id := idOf(t); id != "" {
				owner, places[id] = id, at
			}
		case xml.CharData:
			text += string(t)
		case xml.EndElement:
			if key := owner + "/" + t.Name.Local + "=" + strings.TrimSpace(text); places[key] == (csPlace{}) {
				places[key] = open[len(open)-1]
			}
			open, text = open[:len(open)-1], ""
		}
	}
}

func idOf(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" {
			return a.Value
		}
	}
	return ""
}

// processHooks finds the hooks of one process.
type processHooks struct {
	*hookScanner
	graph  *process.Graph
	places bpmnPlaces
}

// place gives where an extension element of an element stands, or else the element.
func (p processHooks) place(id, name, text string) csPlace {
	if at, ok := p.places[id+"/"+name+"="+text]; ok {
		return at
	}
	return p.places[id]
}

func (p processHooks) need(at csPlace, service, what string) {
	p.addCode(at, service, what)
}

func (p processHooks) task(e process.Element) {
	p.taskType(e)
	if id := e.Extensions.Signature.SigneeProvider; id != "" {
		p.need(p.place(e.ID, "signeeProviderId", id), "ISigneeProvider", "the signees of "+quote(e.ID)+" come from code, "+quote(id)+" (ISigneeProvider)")
	}
	for _, action := range e.Actions {
		if action.Server {
			p.need(p.place(e.ID, "action", action.Name), "IUserAction", "the action "+quote(action.Name)+" of "+quote(e.ID)+" runs code (IUserAction)")
		}
	}
}

func (p processHooks) taskType(e process.Element) {
	at := p.place(e.ID, "taskType", e.TaskType)
	_, platform := process.KnownTaskType(e.TaskType)
	switch {
	case e.TaskType == "":
	case !platform && e.Kind == process.ServiceTask:
		p.need(at, "IServiceTask", "service task "+quote(e.ID)+" is of the app's own type "+quote(e.TaskType)+", which is code (IServiceTask)")
	case !platform:
		p.need(at, "IProcessTask", "task "+quote(e.ID)+" is of the app's own type "+quote(e.TaskType)+", which is code (IProcessTask)")
	case notCarriedOut[e.TaskType] != "":
		p.add(Hook{File: at.file, Line: at.line, Column: at.column, Interface: "task_type_unsupported", Declared: true,
			What: "task " + quote(e.ID) + " of type " + e.TaskType + " " + notCarriedOut[e.TaskType], Here: "nothing yet; an instance stays in it"})
	}
	switch e.TaskType {
	case "payment":
		p.need(at, "IOrderDetailsCalculator", "what is paid in "+quote(e.ID)+" is computed by code (IOrderDetailsCalculator)")
	case "eFormidling":
		p.need(at, "IEFormidlingMetadata", "the shipment of "+quote(e.ID)+" needs a cover that code writes (IEFormidlingMetadata)")
	}
}

// gateway finds a choice that no condition and no default flow makes.
func (p processHooks) gateway(e process.Element) {
	flows := p.graph.FlowsFrom(e.ID)
	if len(flows) < 2 {
		return
	}
	for _, flow := range flows {
		if flow.Condition != "" || flow.ID == e.Default {
			return
		}
	}
	p.need(p.places[e.ID], "IProcessExclusiveGateway", "no flow out of gateway "+quote(e.ID)+" has a condition, so code chooses (IProcessExclusiveGateway)")
}
