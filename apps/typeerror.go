package apps

import (
	"encoding/json"
	"errors"
	"fmt"
)

// typeErrorOffset gives where in a value encoding/json met another type than it wanted.
func typeErrorOffset(err error) int {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return int(wrong.Offset)
	}
	return 0
}

// typeErrorText says what encoding/json met, without Go's type names.
func typeErrorText(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Sprintf("%s is %s, not %s", fieldName(wrong.Field), withArticle(wrong.Value), withArticle(jsonType(wrong.Type)))
	}
	return "the value cannot be read: " + err.Error()
}
