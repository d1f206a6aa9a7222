package instance

import "fmt"

// Code names why a wish was refused. Codes are part of the API: they are added to and never renamed.
type Code string

// Codes of refusals.
const (
	CodeNotFound        Code = "instance_not_found"
	CodeExists          Code = "instance_exists"
	CodeNotActive       Code = "instance_not_active"
	CodeDeleted         Code = "instance_deleted"
	CodeErased          Code = "instance_erased"
	CodeProcessEnded    Code = "process_ended"
	CodeNoCurrentTask   Code = "no_current_task"
	CodeElementNotFound Code = "data_element_not_found"
	CodeElementLocked   Code = "data_element_locked"
	CodeNotAForm        Code = "data_element_not_a_form"
	CodeNotAFile        Code = "data_element_not_a_file"
	CodeMaxCount        Code = "data_type_max_count"
	CodeMandatory       Code = "data_element_mandatory"
	CodeUserCreate      Code = "data_type_user_create_disallowed"
	CodeUserDelete      Code = "data_type_user_delete_disallowed"
	CodeLabelMissing    Code = "substatus_label_missing"
	CodeNotEnded        Code = "process_not_ended"
)

// Refusal is a decision against a wish.
type Refusal struct {
	Code    Code
	Message string // for a person, without personal data
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Message }

// Is makes two refusals with the same code equal to errors.Is.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

func refuse(code Code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}
