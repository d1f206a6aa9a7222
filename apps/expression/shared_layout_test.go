package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// This file is a layout engine that is just large enough for the case files: pages, containers, repeating groups
// with their rows, and what is hidden.

// orderedPages are the pages of a case file in their order.
type orderedPages []layoutPage

type layoutPage struct {
	name       string
	hidden     json.RawMessage
	components []rawComponent
}

func (p *orderedPages) UnmarshalJSON(src []byte) error {
	pages, err := FromJSON(src)
	if err != nil {
		return err
	}
	for _, m := range pages.Members() {
		var page struct {
			Data struct {
				Hidden json.RawMessage `json:"hidden"`
				Layout []rawComponent  `json:"layout"`
			} `json:"data"`
		}
		if err := json.Unmarshal(m.Value.appendJSON(nil), &page); err != nil {
			return err
		}
		*p = append(*p, layoutPage{name: m.Name, hidden: page.Data.Hidden, components: page.Data.Layout})
	}
	return nil
}

// rawComponent is a component as it stands in a page file.
type rawComponent struct {
	ID         string                `json:"id"`
	Type       string                `json:"type"`
	Bindings   map[string]rawBinding `json:"dataModelBindings"`
	Children   []string              `json:"children"`
	Cards      tolerant[[]rawTab]    `json:"cards"`
	Tabs       tolerant[[]rawTab]    `json:"tabs"`
	Rows       tolerant[[]rawRow]    `json:"rows"`
	RowsBefore []rawRow              `json:"rowsBefore"`
	RowsAfter  []rawRow              `json:"rowsAfter"`
	MaxCount   int                   `json:"maxCount"`
	Hidden     json.RawMessage       `json:"hidden"`
	HiddenRow  json.RawMessage       `json:"hiddenRow"`
}

type rawTab struct {
	Children []string `json:"children"`
	Media    string   `json:"media"`
}

type rawRow struct {
	Cells []struct {
		Component string `json:"component"`
	} `json:"cells"`
}

// tolerant reads a property that means different things to different types of component, and is left empty where
// it means something else: rows are those of a grid, or the height of a text area.
type tolerant[T any] struct{ value T }

func (v *tolerant[T]) UnmarshalJSON(src []byte) error {
	if json.Unmarshal(src, &v.value) != nil {
		var empty T
		v.value = empty
	}
	return nil
}

// rawBinding is a binding: a path, or a path in a named data type.
type rawBinding struct {
	DataType string `json:"dataType"`
	Field    string `json:"field"`
}

func (b *rawBinding) UnmarshalJSON(src []byte) error {
	if src[0] == '"' {
		return json.Unmarshal(src, &b.Field)
	}
	type plain rawBinding
	return json.Unmarshal(src, (*plain)(b))
}

// component is a component in its tree.
type component struct {
	rawComponent
	bindings      map[string]rawBinding
	page          string
	pageHidden    json.RawMessage
	parent        *component
	inRows        bool // a child that stands in each row of its parent
	before, after []*component
	children      []*component
}

type layouts struct {
	pages []layoutPage
	byID  map[string]*component
}

func newLayouts(pages orderedPages) (*layouts, error) {
	l := &layouts{pages: pages, byID: map[string]*component{}}
	for _, page := range pages {
		for _, raw := range page.components {
			if l.byID[raw.ID] != nil {
				return nil, fmt.Errorf("%w: two components have the id %s", errCase, raw.ID)
			}
			l.byID[raw.ID] = &component{rawComponent: raw, bindings: raw.Bindings, page: page.name, pageHidden: page.hidden}
		}
	}
	for _, page := range pages {
		for _, raw := range page.components {
			if err := l.adopt(l.byID[raw.ID]); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// adopt finds the children of a component.
func (l *layouts) adopt(parent *component) error {
	middle := slices.Clone(parent.Children)
	for i, id := range middle {
		if page, name, cut := strings.Cut(id, ":"); cut && leadingDigits(page) == len(page) {
			middle[i] = name
		}
	}
	for _, tab := range slices.Concat(parent.Cards.value, parent.Tabs.value) {
		middle = append(middle, tab.Children...)
	}
	middle = append(middle, cells(parent.Rows.value)...)
	var errs [3]error
	parent.before, errs[0] = l.take(parent, cells(parent.RowsBefore), false)
	parent.children, errs[1] = l.take(parent, middle, true)
	parent.after, errs[2] = l.take(parent, cells(parent.RowsAfter), false)
	return errors.Join(errs[:]...)
}

func cells(rows []rawRow) (ids []string) {
	for _, row := range rows {
		for _, cell := range row.Cells {
			if cell.Component != "" {
				ids = append(ids, cell.Component)
			}
		}
	}
	return ids
}

func (l *layouts) take(parent *component, ids []string, inRows bool) (children []*component, err error) {
	for _, id := range ids {
		child := l.byID[id]
		if child == nil {
			return nil, fmt.Errorf("%w: %s has a child %s that does not exist", errCase, parent.ID, id)
		}
		if child.parent != nil {
			return nil, fmt.Errorf("%w: %s is a child of both %s and %s", errCase, id, child.parent.ID, parent.ID)
		}
		child.parent, child.inRows = parent, inRows
		children = append(children, child)
	}
	return children, nil
}

// repeats reports whether a component has rows: it is a repeating group, or a group bound to a list.
func (c *component) repeats(data DataModel, row Row) bool {
	group, bound := c.bindings["group"]
	if !bound {
		return false
	}
	if c.Type == "RepeatingGroup" || c.MaxCount > 1 {
		return true
	}
	v, err := data.Lookup(group.DataType, ParsePath(group.Field), row)
	return err == nil && v.Kind() == List
}

// groups gives the repeating groups that a component stands in the rows of, outermost first.
func (c *component) groups(data DataModel) (groups []*component) {
	for child := c; child.parent != nil; child = child.parent {
		if child.inRows && child.parent.repeats(data, Row{}) {
			groups = append(groups, child.parent)
		}
	}
	slices.Reverse(groups)
	return groups
}

// row gives the place of a component in the rows with the given indices.
func (l *layouts) row(id string, indices []int, data DataModel) Row {
	c := l.byID[id]
	if c == nil || len(indices) == 0 {
		return Row{Indices: indices}
	}
	groups := c.groups(data)
	if len(groups) == 0 {
		return Row{Indices: indices}
	}
	row := Row{}
	for i, group := range groups[:min(len(groups), len(indices))] {
		row = rowIn(group, indices[i], row)
	}
	return row
}

// rowIn gives the row of a group with an index, inside an outer row.
func rowIn(group *component, index int, outer Row) Row {
	binding := group.bindings["group"]
	path := ParsePath(binding.Field).In(outer, true)
	return Row{DataType: binding.DataType, Path: ParsePath(path.String() + "[" + strconv.Itoa(index) + "]")}
}

// layoutView is the Components of a case.
type layoutView struct {
	layouts *layouts
	ctx     *Context
}

func (v layoutView) Component(id string, row Row) (Component, error) {
	c := v.layouts.byID[id]
	if c == nil {
		return Component{}, ErrNotFound
	}
	indices := ""
	for _, group := range c.groups(v.ctx.Data) {
		index := rowOf(group, row)
		if index < 0 {
			return Component{}, ErrUnreachable
		}
		indices += "-" + strconv.Itoa(index)
	}
	hidden, err := v.hidden(c, row)
	binding := c.bindings["simpleBinding"]
	return Component{
		Type: c.Type, Page: c.page, IndexedID: id + indices, DataType: binding.DataType,
		Binding: ParsePath(binding.Field), Hidden: hidden,
	}, err
}

// rowOf gives the index that a row has in a group, or -1.
func rowOf(group *component, row Row) int {
	path := ParsePath(group.bindings["group"].Field)
	segments := path.In(row, true).Segments()
	if len(row.Path.Segments()) == 0 && len(row.Indices) > 0 {
		return row.Indices[0]
	}
	return segments[len(segments)-1].Index
}

// hidden reports whether a component, its row, an ancestor or its page is hidden.
func (v layoutView) hidden(c *component, row Row) (bool, error) {
	ctx := *v.ctx
	ctx.Row = row
	sources := []json.RawMessage{c.pageHidden, c.Hidden}
	for child := c; child.parent != nil; child = child.parent {
		sources = append(sources, child.parent.Hidden)
		if child.inRows {
			sources = append(sources, child.parent.HiddenRow)
		}
	}
	for _, source := range sources {
		if source == nil {
			continue
		}
		e, err := Parse(source)
		if err != nil {
			return false, err
		}
		if hidden, err := e.EvalBool(ctx, false); hidden || err != nil {
			return hidden, err
		}
	}
	return false, nil
}

// layoutContext is one component in one row, as the case files list them.
type layoutContext struct {
	Component     string          `json:"component"`
	CurrentLayout string          `json:"currentLayout"`
	RowIndices    []int           `json:"rowIndices"`
	Children      []layoutContext `json:"children"`
}

func checkContexts(file *caseFile) error {
	l, err := newLayouts(file.Layouts)
	if err != nil {
		return err
	}
	data := caseData(file)
	var got []layoutContext
	for _, page := range l.pages {
		at := layoutContext{Component: page.name, CurrentLayout: page.name}
		for _, raw := range page.components {
			if c := l.byID[raw.ID]; c.parent == nil {
				at.Children = append(at.Children, c.contexts(data, Row{}, nil))
			}
		}
		got = append(got, at)
	}
	if !reflect.DeepEqual(got, file.ExpectedContexts) {
		return fmt.Errorf("gave the contexts\n%+v, want\n%+v", got, file.ExpectedContexts)
	}
	return nil
}

func (c *component) contexts(data DataModel, row Row, indices []int) layoutContext {
	at := layoutContext{Component: c.ID, CurrentLayout: c.page, RowIndices: indices}
	at.add(c.before, data, row, indices)
	if c.repeats(data, row) {
		binding := c.bindings["group"]
		rows, _ := data.Lookup(binding.DataType, ParsePath(binding.Field), row)
		for i := range rows.Items() {
			at.add(c.children, data, rowIn(c, i, row), append(slices.Clone(indices), i))
		}
	} else {
		at.add(c.children, data, row, indices)
	}
	at.add(c.after, data, row, indices)
	return at
}

func (at *layoutContext) add(children []*component, data DataModel, row Row, indices []int) {
	for _, child := range children {
		at.Children = append(at.Children, child.contexts(data, row, indices))
	}
}
