package expression

import (
	"fmt"
	"strconv"
	"strings"
)

// caseContext builds what an expression of a case file can see.
func caseContext(file *caseFile) (Context, error) {
	layouts, err := newLayouts(file.Layouts)
	if err != nil {
		return Context{}, err
	}
	data := caseData(file)
	row := layouts.row(file.Context.Component, file.Context.RowIndices, data)
	ctx := Context{
		Data:        data,
		Row:         row,
		Options:     caseOptions(file.CodeLists),
		Elements:    caseElements(file),
		External:    caseExternal(file.ExternalAPIs.Data),
		Settings:    file.FrontendSettings,
		Instance:    file.Instance.context(),
		Task:        caseTaskOf(file),
		Action:      file.GatewayAction,
		Argv:        file.Positional,
		Language:    file.Profile.Language,
		CurrentPage: file.Context.CurrentLayout,
	}
	if file.Named != nil {
		ctx.Values = &Values{Default: file.Named.DefaultKey, Named: file.Named.Data.Members()}
	}
	ctx.Texts = caseTexts{resources: file.TextResources, ctx: &ctx}
	ctx.Components = layoutView{layouts: layouts, ctx: &ctx}
	ctx.Display = displayView{layouts: layouts, ctx: &ctx}
	return ctx, nil
}

func caseData(file *caseFile) *DocumentData {
	data := NewDocumentData("default")
	if file.DataModels == nil {
		return data.Add("default", "", file.DataModel)
	}
	for _, m := range file.DataModels {
		data.Add(m.DataElement.DataType, m.DataElement.ID, m.Data)
	}
	return data
}

func caseElements(file *caseFile) Elements {
	counts := Elements{}
	seen := map[string]bool{}
	all := file.DataElements
	for _, m := range file.DataModels {
		all = append(all, m.DataElement)
	}
	for _, element := range all {
		if element.ID == "" || !seen[element.ID] {
			counts[element.DataType]++
		}
		seen[element.ID] = true
	}
	return counts
}

type caseOptions map[string][]caseOption

func (o caseOptions) Options(id string) ([]Option, error) {
	list, found := o[id]
	if !found {
		return nil, ErrNotFound
	}
	options := make([]Option, len(list))
	for i, option := range list {
		options[i] = Option(struct {
			Value Value
			Label string
		}{option.Value, option.Label})
	}
	return options, nil
}

type caseExternal map[string]Value

func (e caseExternal) ExternalAPI(id string) (Value, error) { return e[id], nil }

func (i *caseInstance) context() *Instance {
	if i == nil {
		return nil
	}
	kind := "unknown"
	switch {
	case i.Owner.OrgNumber != "":
		kind = "org"
	case i.Owner.Person != "":
		kind = "person"
	case i.Owner.Username != "" || i.Owner.External != "":
		kind = "selfIdentified"
	}
	return &Instance{ID: i.ID, AppID: i.AppID, OwnerPartyID: i.Owner.PartyID, OwnerPartyType: kind, OwnerName: i.Owner.OwnerParty.Name}
}

func caseTaskOf(file *caseFile) *Task {
	task := file.Permissions
	if file.Process != nil && file.Process.CurrentTask != nil {
		task = file.Process.CurrentTask
	}
	if task == nil {
		return nil
	}
	return &Task{ID: task.ElementID, Read: task.Read, Write: task.Write, Actions: task.Actions}
}

// caseText is a text resource.
type caseText struct {
	ID        string         `json:"id"`
	Value     string         `json:"value"`
	Variables []caseVariable `json:"variables"`
}

type caseVariable struct {
	Key        string  `json:"key"`
	DataSource string  `json:"dataSource"`
	Default    *string `json:"defaultValue"`
}

// caseTexts fills in the variables of text resources.
type caseTexts struct {
	resources []caseText
	ctx       *Context
}

func (t caseTexts) Text(key string, row Row) (string, bool, error) {
	for _, resource := range t.resources {
		if resource.ID != key {
			continue
		}
		text := resource.Value
		for i, variable := range resource.Variables {
			text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", t.variable(variable, row))
		}
		return text, true, nil
	}
	return "", false, nil
}

func (t caseTexts) variable(v caseVariable, row Row) string {
	value, err := t.source(v, row)
	if err == nil && value.Kind() != Null && value.Kind() != List && value.Kind() != Object {
		return value.String()
	}
	if v.Default != nil {
		return *v.Default
	}
	return v.Key
}

func (t caseTexts) source(v caseVariable, row Row) (Value, error) {
	key := v.Key
	for i := range 10 {
		key = strings.ReplaceAll(key, "[{"+strconv.Itoa(i)+"}]", "")
	}
	if dataType, found := strings.CutPrefix(v.DataSource, "dataModel."); found {
		if dataType == "default" {
			dataType = ""
		}
		return t.ctx.Data.Lookup(dataType, ParsePath(key), row)
	}
	switch v.DataSource {
	case "instanceContext":
		return MustParse(`["instanceContext",` + strconv.Quote(key) + `]`).Eval(*t.ctx)
	case "applicationSettings":
		return t.ctx.Settings[key], nil
	}
	return Value{}, fmt.Errorf("%w: unknown data source", errCase)
}

// displayView gives the display values of components with one binding.
type displayView struct {
	layouts *layouts
	ctx     *Context
}

func (d displayView) DisplayValue(id string, row Row) (string, bool, error) {
	c := d.layouts.byID[id]
	if c == nil || len(c.bindings) == 0 {
		return "", false, nil
	}
	binding := c.bindings["simpleBinding"]
	v, err := d.ctx.Data.Lookup(binding.DataType, ParsePath(binding.Field), row)
	return v.String(), true, err
}
