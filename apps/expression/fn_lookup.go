package expression

import (
	"errors"
	"slices"
	"strings"
)

func callDataModel(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, failArg(n, 0, "Cannot lookup dataModel null")
	}
	dataType := ""
	if len(args) == 2 {
		dataType = args[1].str
	}
	path := n.path
	if n.args[0].lit.kind != String {
		path = ParsePath(args[0].str)
	}
	return r.lookup(n, dataType, path)
}

// lookup reads the data model.
func (r *run) lookup(n *node, dataType string, path Path) (Value, error) {
	if r.ctx.Data == nil {
		return Value{}, fail(n, "No data model is available here")
	}
	v, err := r.ctx.Data.Lookup(dataType, path, r.ctx.Row)
	switch {
	case errors.Is(err, ErrNotFound) && dataType == "":
		return Value{}, failWith(n, err, "There is no default data model here")
	case errors.Is(err, ErrNotFound):
		return Value{}, failWith(n, err, "Data model with type %s not found", dataType)
	case err != nil:
		return Value{}, failWith(n, err, "Cannot read the data model")
	}
	return v, nil
}

// target finds the component that an argument names.
func (r *run) target(n *node, i int, id Value) (Component, error) {
	if id.kind == Null {
		return Component{}, failArg(n, i, "Cannot lookup component null")
	}
	if r.ctx.Components == nil {
		return Component{}, fail(n, "Layouts not available in this context, cannot look up component")
	}
	c, err := r.ctx.Components.Component(id.str, r.ctx.Row)
	switch {
	case errors.Is(err, ErrNotFound):
		return c, failWith(n, err, "Unable to find component with identifier %s", n.named(i, id))
	case errors.Is(err, ErrUnreachable):
		return c, failWith(n, err, "Component %s was found, but it is inside a repeating structure. Cannot find an instance "+
			"of it that is a sibling or parent of the place of the expression", n.named(i, id))
	case err != nil:
		return c, failWith(n, err, "Cannot look up component %s", n.named(i, id))
	}
	return c, nil
}

func callComponent(r *run, n *node, args []Value) (Value, error) {
	target, err := r.target(n, 0, args[0])
	if err != nil {
		return Value{}, err
	}
	if target.Binding.IsEmpty() {
		return Value{}, failArg(n, 0, "Component %s does not have a simpleBinding", n.named(0, args[0]))
	}
	if target.Hidden {
		return Value{}, nil
	}
	return r.lookup(n, target.DataType, target.Binding)
}

func callDisplayValue(r *run, n *node, args []Value) (Value, error) {
	target, err := r.target(n, 0, args[0])
	if err != nil || target.Hidden {
		return Value{}, err
	}
	if r.ctx.Display == nil {
		return Value{}, fail(n, "No display values are available here")
	}
	text, shows, err := r.ctx.Display.DisplayValue(args[0].str, r.ctx.Row)
	if err != nil {
		return Value{}, failWith(n, err, "Cannot get the display value of component %s", n.named(0, args[0]))
	}
	if !shows {
		return Value{}, failArg(n, 0, "Component of type '%s' does not have a displayValue", target.Type)
	}
	return Text(text), nil
}

func callText(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	return r.text(n, args[0].str)
}

// text gives the text resource with a key, or the key itself.
func (r *run) text(n *node, key string) (Value, error) {
	if r.ctx.Texts == nil {
		return Text(key), nil
	}
	text, found, err := r.ctx.Texts.Text(key, r.ctx.Row)
	if err != nil {
		return Value{}, failWith(n, err, "Cannot get the text")
	}
	if !found {
		return Text(key), nil
	}
	return Text(text), nil
}

// callOptionLabel compares values as strings, so that 1 finds "1".
func callOptionLabel(r *run, n *node, args []Value) (Value, error) {
	if r.ctx.Options == nil {
		return Value{}, fail(n, "No options are available here")
	}
	options, err := r.ctx.Options.Options(args[0].str)
	if errors.Is(err, ErrNotFound) {
		return Value{}, failWith(n, err, "Could not find options with id \"%s\"", args[0].str)
	}
	if err != nil {
		return Value{}, failWith(n, err, "Cannot get options with id \"%s\"", args[0].str)
	}
	wanted := castString(args[1])
	for _, option := range options {
		if sameText(castString(option.Value), wanted) {
			return r.text(n, option.Label)
		}
	}
	return Value{}, nil
}

func callExternalAPI(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, failArg(n, 0, "Expected an external API id")
	}
	if args[1].str == "" || r.ctx.External == nil {
		return Value{}, nil
	}
	answer, err := r.ctx.External.ExternalAPI(args[0].str)
	if err != nil {
		return Value{}, failWith(n, err, "Cannot use external API %s", n.named(0, args[0]))
	}
	if answer.kind == Object || answer.kind == List {
		answer = dig(answer, ParsePath(args[1].str))
	}
	if !truthy(answer) {
		return Value{}, nil
	}
	return castString(answer), nil
}

// dig follows a path into a value; steps may be names, indices in brackets, or indices as names.
func dig(v Value, path Path) Value {
	for _, s := range path.Segments() {
		if v.kind == List && leadingDigits(s.Name) == len(s.Name) && s.Name != "" {
			v = item(v, parseSegment("["+s.Name+"]").Index)
		} else if s.Name != "" || s.Index < 0 {
			v, _ = v.Field(s.Name)
		}
		if s.Index >= 0 {
			v = item(v, s.Index)
		}
	}
	return v
}

func item(v Value, i int) Value {
	if items := v.Items(); i >= 0 && i < len(items) {
		return items[i]
	}
	return Value{}
}

// truthy tells of a scalar that is not null, false, 0 or "".
func truthy(v Value) bool {
	switch v.kind {
	case Bool:
		return v.num == 1
	case Number:
		return v.decimal().sign() != 0
	case String:
		return v.str != ""
	default:
		return false
	}
}

func callCountDataElements(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, failArg(n, 0, "Expected dataType argument to be a string")
	}
	if r.ctx.Elements == nil {
		return Int(0), nil
	}
	count, err := r.ctx.Elements.CountDataElements(args[0].str)
	if err != nil {
		return Value{}, failWith(n, err, "Cannot count data elements")
	}
	return Int(int64(count)), nil
}

// callSelectAndMap joins a property of every row with spaces. It looks outside every row, as in Altinn.
func callSelectAndMap(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null || args[1].kind == Null {
		return Value{}, fail(n, "Cannot lookup dataModel null")
	}
	outside := run{ctx: Context{Data: r.ctx.Data}}
	rows, err := outside.lookup(n, "", ParsePath(args[0].str))
	if err != nil {
		return Value{}, err
	}
	before, after, afterLast := optional(args, 2).str, optional(args, 3).str, true
	if last := optional(args, 4); last.kind == Bool {
		afterLast = last.IsTrue()
	}
	parts := make([]string, len(rows.Items()))
	for i, row := range rows.Items() {
		property, _ := row.Field(args[1].str)
		parts[i] = before + property.String()
		if afterLast || i < len(parts)-1 {
			parts[i] += after
		}
	}
	return Text(strings.Join(parts, " ")), nil
}

// optional gives an argument, or null when it was left out.
func optional(args []Value, i int) Value {
	if i < len(args) {
		return args[i]
	}
	return Value{}
}

// option values and keys that instanceContext knows.
var instanceKeys = []string{"instanceId", "appId", "instanceOwnerPartyId", "instanceOwnerPartyType", "instanceOwnerName"}

func callInstanceContext(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null || !slices.Contains(instanceKeys, args[0].str) {
		return Value{}, failArg(n, 0, "Unknown Instance context property %s", n.named(0, args[0]))
	}
	if r.ctx.Instance == nil {
		return Value{}, nil
	}
	text := r.ctx.Instance.Property(args[0].str)
	if text == "" {
		return Value{}, nil
	}
	return Text(text), nil
}

// Property gives what instanceContext tells, or "" for what it does not know. An instance that is nil has no properties.
func (i *Instance) Property(key string) string {
	if i == nil {
		return ""
	}
	switch key {
	case "instanceId":
		return i.ID
	case "appId":
		return i.AppID
	case "instanceOwnerPartyId":
		return i.OwnerPartyID
	case "instanceOwnerName":
		return i.OwnerName
	case "instanceOwnerPartyType":
		if i.OwnerPartyType == "" {
			return "unknown"
		}
		return i.OwnerPartyType
	}
	return ""
}

func callFrontendSettings(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, failArg(n, 0, "Value cannot be null. (Parameter 'key')")
	}
	return r.ctx.Settings[args[0].str], nil
}
