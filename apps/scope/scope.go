// Package scope lets expressions see an instance: the gateways of its process, and the links of its app.
package scope

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/process"
)

// Of gives what expressions see of an instance. dataType is the one that paths without a data type mean; empty stands for the form of
// the task that the instance is at, or else the app's first.
func Of(app *apps.App, st *instance.State, dataType string) expression.Context {
	if dataType == "" {
		dataType = DefaultDataType(app, st.TaskID())
	}
	data := expression.NewDocumentData(dataType)
	counts := expression.Elements{}
	for i := range st.Elements {
		e := &st.Elements[i]
		counts[e.DataType]++
		if e.IsForm() {
			data.Add(e.DataType, e.ID.String(), e.Form)
		}
	}
	return expression.Context{
		Data: data, Elements: counts,
		Instance: &expression.Instance{
			ID: strconv.Itoa(st.Owner) + "/" + st.ID.String(), AppID: app.ID, OwnerPartyID: strconv.Itoa(st.Owner),
		},
	}
}

// DefaultDataType is the form that a task is about: that of its layout folder, else the first form that belongs to it, else the form that
// an instance begins with. Altinn's gateways read from it unless they name another.
func DefaultDataType(app *apps.App, task string) string {
	if t, ok := app.DefaultDataType(task); ok {
		return t
	}
	for _, t := range app.Metadata.DataTypes {
		if t.IsForm() && t.TaskID == task {
			return t.ID
		}
	}
	main, _ := app.MainDataType()
	return main
}

// Conditions evaluates the conditions of a process's gateways for an instance. A condition holds only when it gives the boolean true
// (Altinn's rule); a failing expression fails the step.
func Conditions(app *apps.App, st *instance.State) process.Conditions {
	return func(flow process.Flow, gateway process.Element, leaving, action string) (bool, error) {
		e, err := Compile(flow.Condition)
		if err != nil {
			return false, fmt.Errorf("condition of flow %s: %w", flow.ID, err)
		}
		dataType := gateway.ConnectedDataType
		if dataType == "" {
			dataType = DefaultDataType(app, leaving)
		}
		ctx := Of(app, st, dataType)
		ctx.Action = action
		v, err := e.Eval(ctx)
		if err != nil {
			return false, fmt.Errorf("condition of flow %s: %w", flow.ID, err)
		}
		return v.IsTrue(), nil
	}
}

// compiled keeps expressions by their text. Published apps have a bounded number of them.
var compiled sync.Map

// Compile gives the expression with a text; each text is parsed once. Comments are allowed, as in BPMN files.
func Compile(text string) (*expression.Expression, error) {
	if e, ok := compiled.Load(text); ok {
		return e.(*expression.Expression), nil
	}
	e, err := expression.ParseLenient([]byte(text))
	if err != nil {
		return nil, err
	}
	kept, _ := compiled.LoadOrStore(text, e)
	return kept.(*expression.Expression), nil
}
