package api

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/process"
	"github.com/hovedbok/hovedbok/policies"
)

// Shapes of AppProcessState: the process with what the caller may do in it.
type (
	appProcessJSON struct {
		Started      *stamp          `json:"started"`
		StartEvent   *string         `json:"startEvent"`
		CurrentTask  *appTaskJSON    `json:"currentTask"`
		Ended        *stamp          `json:"ended"`
		EndEvent     *string         `json:"endEvent"`
		ProcessTasks []taskRefJSON   `json:"processTasks"`
		Workflow     json.RawMessage `json:"workflow"`
	}
	appTaskJSON struct {
		currentJSON
		ElementType string           `json:"elementType"`
		Read        bool             `json:"read"`
		Write       bool             `json:"write"`
		Actions     map[string]bool  `json:"actions"`
		UserActions []userActionJSON `json:"userActions"`
	}
	userActionJSON struct {
		ID         string `json:"id"`
		Authorized bool   `json:"authorized"`
		Type       string `json:"type"`
	}
	taskRefJSON struct {
		AltinnTaskType string `json:"altinnTaskType"`
		ElementID      string `json:"elementId"`
		ElementType    string `json:"elementType"`
	}
)

// idle is the workflow of a process that nothing works on behind the scenes.
var idle = json.RawMessage(`{"status":"idle"}`)

// getProcess is GET …/process.
func (s *Server) getProcess(c *gin.Context) {
	res, ok := s.peek(c)
	if !ok {
		return
	}
	s.answerProcess(c, res)
}

// peek gives an instance that the caller may read, without recording a look.
func (s *Server) peek(c *gin.Context) (commands.Result, bool) {
	ref, ok := s.ref(c)
	if !ok {
		return commands.Result{}, false
	}
	req := &commands.Request{Caller: commandCaller(caller(c)), Trace: traceID(c.Request)}
	res, err := s.Commands.PeekInstance(c.Request.Context(), req, ref)
	if err != nil {
		s.fail(c, err)
		return res, false
	}
	return res, true
}

// read gives an instance that the caller may read, for answers that show its contents; the look is recorded.
func (s *Server) read(c *gin.Context) (commands.Result, bool) {
	ref, ok := s.ref(c)
	if !ok {
		return commands.Result{}, false
	}
	req := &commands.Request{Caller: commandCaller(caller(c)), Trace: traceID(c.Request)}
	res, err := s.Commands.ReadInstance(c.Request.Context(), req, ref)
	if err != nil {
		s.fail(c, err)
		return res, false
	}
	return res, true
}

func (s *Server) answerProcess(c *gin.Context, res commands.Result) {
	out, err := s.appProcess(c, res)
	if err != nil {
		s.fail(c, err)
		return
	}
	write(c, http.StatusOK, out)
}

func (s *Server) appProcess(c *gin.Context, res commands.Result) (*appProcessJSON, error) {
	p := processOf(&res.State.Process)
	out := &appProcessJSON{Started: p.Started, StartEvent: p.StartEvent, Ended: p.Ended, EndEvent: p.EndEvent, Workflow: idle}
	for _, t := range res.App.Process.Tasks() {
		out.ProcessTasks = append(out.ProcessTasks, taskRefJSON{t.TaskType, t.ID, elementType(t)})
	}
	if p.CurrentTask == nil {
		return out, nil
	}
	task, _ := res.App.Process.Element(p.CurrentTask.ElementID)
	me := commandCaller(caller(c))
	allowed, err := s.Commands.Actions(c.Request.Context(), &me, res.App, res.State, wantedActions(task))
	if err != nil {
		return nil, err
	}
	out.CurrentTask = appTask(*p.CurrentTask, task, allowed)
	return out, nil
}

func wantedActions(task process.Element) map[string]policies.Mode {
	wanted := map[string]policies.Mode{"read": policies.Read, "write": policies.Write}
	for _, a := range task.Actions {
		wanted[a.Name] = policies.Write
	}
	return wanted
}

func appTask(current currentJSON, task process.Element, allowed map[string]bool) *appTaskJSON {
	out := &appTaskJSON{currentJSON: current, ElementType: elementType(task), Read: allowed["read"], Write: allowed["write"], Actions: map[string]bool{}}
	add := func(name string, server bool) {
		if slices.ContainsFunc(out.UserActions, func(u userActionJSON) bool { return u.ID == name }) {
			return
		}
		kind := "ProcessAction"
		if server {
			kind = "ServerAction"
		} else {
			out.Actions[name] = allowed[name]
		}
		out.UserActions = append(out.UserActions, userActionJSON{name, allowed[name], kind})
	}
	add("read", false)
	add("write", false)
	for _, a := range task.Actions {
		add(a.Name, a.Server)
	}
	return out
}

func elementType(t process.Element) string {
	if t.Kind == process.ServiceTask {
		return "ServiceTask"
	}
	return "Task"
}

// nextElements is the older GET …/process/next: what can be reached from here.
func (s *Server) nextElements(c *gin.Context) {
	res, ok := s.peek(c)
	if !ok {
		return
	}
	if res.State.Process.Current == nil {
		s.fail(c, &commands.Error{Kind: commands.Conflict, Code: string(instance.CodeNoCurrentTask), Message: "the instance is at no task"})
		return
	}
	write(c, http.StatusOK, reachable(res.App, res.State.TaskID()))
}

// reachable gives the ids of tasks and end events that lead from a task through gateways.
func reachable(app *apps.App, from string) []string {
	out := []string{}
	seen := map[string]bool{}
	var walk func(string)
	walk = func(id string) {
		for _, f := range app.Process.FlowsFrom(id) {
			if seen[f.Target] {
				continue
			}
			seen[f.Target] = true
			if e, ok := app.Process.Element(f.Target); ok && e.Kind == process.ExclusiveGateway {
				walk(e.ID)
				continue
			}
			out = append(out, f.Target)
		}
	}
	walk(from)
	return out
}

type nextBody struct {
	Action string `json:"action"`
}

// processNext is PUT …/process/next.
func (s *Server) processNext(c *gin.Context) {
	var b nextBody
	body, ok := s.readOptional(c, &b)
	if !ok {
		return
	}
	ref, ok := s.ref(c)
	if !ok {
		return
	}
	req, err := s.request(c, body)
	if err != nil {
		s.fail(c, err)
		return
	}
	res, err := s.Commands.AdvanceProcess(c.Request.Context(), req, ref, b.Action)
	if err != nil {
		s.fail(c, err)
		return
	}
	position(c, res.Position)
	c.Header("ETag", etag(res))
	if query(c, "returnInstance") == "true" {
		s.enriched(c, res)
		return
	}
	s.answerProcess(c, res)
}

// enriched writes the instance with the process as AppProcessState.
func (s *Server) enriched(c *gin.Context, res commands.Result) {
	out, err := s.instance(c.Request.Context(), c.Request, res.State, true)
	if err == nil {
		out.Process, err = s.appProcess(c, res)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	write(c, http.StatusOK, out)
}

type historyJSON struct {
	EventType   string  `json:"eventType"`
	ElementID   *string `json:"elementId"`
	Occured     *stamp  `json:"occured"` // Altinn's spelling
	Started     *stamp  `json:"started"`
	Ended       *stamp  `json:"ended"`
	PerformedBy string  `json:"performedBy"`
}

// processHistory is GET …/process/history.
func (s *Server) processHistory(c *gin.Context) {
	res, ok := s.peek(c)
	if !ok {
		return
	}
	st := res.State
	out := []historyJSON{{EventType: "process_StartEvent", ElementID: optional(st.Process.StartEvent), Occured: at(st.Process.Started), PerformedBy: s.by(c.Request.Context(), st.CreatedBy)}}
	for _, step := range st.Process.History {
		kind := "process_StartTask"
		if !step.Ended.IsZero() {
			kind = "process_EndTask"
		}
		if step.Abandoned {
			kind = "process_AbandonTask"
		}
		out = append(out, historyJSON{EventType: kind, ElementID: optional(step.Task), Started: at(step.Started), Ended: at(step.Ended), PerformedBy: s.by(c.Request.Context(), step.By)})
	}
	if st.Archived() {
		last := out[len(out)-1].PerformedBy // who ended the last task ended the process
		out = append(out,
			historyJSON{EventType: "process_EndEvent", ElementID: optional(st.Process.EndEvent), Occured: at(st.Process.Ended), PerformedBy: last},
			historyJSON{EventType: "Submited", Occured: at(st.Process.Ended), PerformedBy: last})
	}
	write(c, http.StatusOK, gin.H{"processHistory": out})
}

// validateInstance is GET …/validate.
func (s *Server) validateInstance(c *gin.Context) {
	ref, ok := s.ref(c)
	if !ok {
		return
	}
	req := &commands.Request{Caller: commandCaller(caller(c)), Trace: traceID(c.Request)}
	found, err := s.Commands.Validate(c.Request.Context(), req, ref)
	if err != nil {
		s.fail(c, err)
		return
	}
	out := issues(commands.Ignoring(found, splitList(query(c, "ignoredValidators"))))
	if out == nil {
		out = []issue{}
	}
	write(c, http.StatusOK, out)
}
