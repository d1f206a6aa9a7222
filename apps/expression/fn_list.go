package expression

import "slices"

func callList(_ *run, _ *node, args []Value) (Value, error) {
	return ListOf(slices.Clone(args)...), nil
}

func callObject(_ *run, n *node, args []Value) (Value, error) {
	members := make([]Member, 0, len(args)/2)
	seen := make(map[string]bool, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].kind != String {
			return Value{}, failArg(n, i, "Object keys must be strings")
		}
		if seen[args[i].str] {
			return Value{}, failArg(n, i, "Object keys must be unique")
		}
		seen[args[i].str] = true
		members = append(members, Member{Name: args[i].str, Value: args[i+1]})
	}
	return ObjectOf(members...), nil
}
