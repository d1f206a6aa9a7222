package expression

import (
	"maps"
	"slices"
	"strings"
)

// standardActions are the keys that authContext always knows, besides read, write and the task's own actions.
var standardActions = []string{"instantiate", "confirm", "sign", "reject", "complete"}

func callAuthContext(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, failArg(n, 0, "Auth context key cannot be null")
	}
	key, task := args[0].str, r.ctx.Task
	if task == nil {
		task = &Task{}
	}
	allowed, known := task.Actions[key]
	switch {
	case known:
		return Truth(allowed), nil
	case key == "read":
		return Truth(task.Read), nil
	case key == "write":
		return Truth(task.Write), nil
	case slices.Contains(standardActions, key):
		return Truth(false), nil
	}
	return Value{}, failArg(n, 0, "Unknown Auth context property %s for task %s (allowed keys are {%s})",
		n.named(0, args[0]), task.ID, strings.Join(task.keys(), ", "))
}

func (t *Task) keys() []string {
	keys := append([]string{"read", "write"}, standardActions...)
	keys = slices.AppendSeq(keys, maps.Keys(t.Actions))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func callGatewayAction(r *run, _ *node, _ []Value) (Value, error) {
	if r.ctx.Action == "" {
		return Value{}, nil
	}
	return Text(r.ctx.Action), nil
}

// defaultLanguage is used when the Context has none.
const defaultLanguage = "nb"

func (c *Context) language() string {
	if c.Language == "" {
		return defaultLanguage
	}
	return c.Language
}

func callLanguage(r *run, _ *node, _ []Value) (Value, error) { return Text(r.ctx.language()), nil }

func callArgv(r *run, n *node, args []Value) (Value, error) {
	if len(r.ctx.Argv) == 0 {
		return Value{}, fail(n, "No positional arguments available")
	}
	index, whole := args[0].Int64()
	if !whole || index < 0 || index >= int64(len(r.ctx.Argv)) {
		return Value{}, failArg(n, 0, "Index %s out of range", n.named(0, args[0]))
	}
	return r.ctx.Argv[index], nil
}

func callValue(r *run, n *node, args []Value) (Value, error) {
	values := r.ctx.Values
	if values == nil {
		return Value{}, fail(n, "No value arguments available")
	}
	key, name := values.Default, values.Default
	if given := optional(args, 0); given.kind != Null {
		key, name = given.str, n.named(0, given)
	}
	if key == "" {
		return Value{}, fail(n, "Invalid key (expected string, got null)")
	}
	names := make([]string, len(values.Named))
	for i, m := range values.Named {
		if m.Name == key {
			return m.Value, nil
		}
		names[i] = m.Name
	}
	return Value{}, fail(n, "Unknown key %s, Valid keys are: %s", name, strings.Join(names, ", "))
}
