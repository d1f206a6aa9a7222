package expression

import (
	"slices"
	"strings"
)

func checkIf(f *faults, path string, n *node) {
	count := len(n.args)
	if count > 2 {
		word := n.args[2]
		if word.fn != nil || !strings.EqualFold(word.lit.Str(), "else") {
			f.add(argPointer(path, 2), "Expected third argument to be \"else\"")
		}
	}
	if count != 2 && count != 4 {
		f.add(path, "Expected either 2 arguments (if) or 4 (if + else), got %d", count)
	}
}

func checkDataModel(f *faults, path string, n *node) {
	if len(n.args) < 2 {
		return
	}
	dataType := n.args[1]
	if dataType.fn != nil || dataType.lit.kind != String && dataType.lit.kind != Null {
		f.add(argPointer(path, 1), "The data type must be a string (expressions cannot be used here)")
	}
}

func checkOptionLabel(f *faults, path string, n *node) {
	if n.args[0].lit.kind != String {
		f.add(argPointer(path, 0), "The first argument must be a string (expressions cannot be used here)")
	}
}

func checkObject(f *faults, path string, n *node) {
	if len(n.args)%2 == 1 {
		f.add(path, "The object function must have an even number of arguments")
	}
}

func checkCompare(f *faults, path string, n *node) {
	at := 1
	if len(n.args) == 4 {
		if n.args[1].lit.Str() != "not" {
			f.add(argPointer(path, 1), "Second argument must be \"not\" when providing 4 arguments in total")
			return
		}
		at = 2
	}
	operator := n.args[at]
	if operator.fn != nil || operator.lit.kind != String {
		f.add(argPointer(path, at), "Invalid operator (it cannot be an expression or null)")
		return
	}
	if !slices.Contains(operatorNames, operator.lit.str) {
		f.add(argPointer(path, at), "Invalid operator %q, valid operators are %s", operator.lit.str, strings.Join(operatorNames, ", "))
	}
}
