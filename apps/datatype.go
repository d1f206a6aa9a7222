package apps

import (
	"slices"
	"strings"
)

// PDFDataType is the data type of generated PDF receipts. The API can never create or change one.
const PDFDataType = "ref-data-as-pdf"

// DataType is an entry of dataTypes. The zero of every field is what Altinn's host reads when the
// member is missing; minCount and maxCount are 0 then, not 1 as the documentation says.
type DataType struct {
	ID                               string            `json:"id"`
	Description                      map[string]string `json:"description"`
	TaskID                           string            `json:"taskId"` // empty for none
	AllowedContentTypes              []string          `json:"allowedContentTypes"`
	MaxCount                         int               `json:"maxCount"` // 0 for no limit
	MinCount                         int               `json:"minCount"`
	MaxSize                          *int              `json:"maxSize"` // MB; nil for no limit
	Grouping                         string            `json:"grouping"`
	AppLogic                         *AppLogic         `json:"appLogic"` // nil for files
	AllowedContributors              []string          `json:"allowedContributors"`
	AllowedContributers              []string          `json:"allowedContributers"` // older spelling
	ActionRequiredToRead             string            `json:"actionRequiredToRead"`
	ActionRequiredToWrite            string            `json:"actionRequiredToWrite"`
	EnablePDFCreation                *bool             `json:"enablePdfCreation"` // nil is true; v8 only
	EnableFileScan                   bool              `json:"enableFileScan"`
	ValidationErrorOnPendingFileScan bool              `json:"validationErrorOnPendingFileScan"`
	EnabledFileAnalysers             []string          `json:"enabledFileAnalysers"`
	EnabledFileValidators            []string          `json:"enabledFileValidators"`
	AllowedMetadataKeys              *[]string         `json:"allowedKeysForUserDefinedMetadata"` // nil for any key
}

// AppLogic is what makes a data type a form.
type AppLogic struct {
	ClassRef                  string        `json:"classRef"`
	AutoCreate                bool          `json:"autoCreate"` // when the task starts and none exists
	SchemaRef                 string        `json:"schemaRef"`
	AllowAnonymousOnStateless bool          `json:"allowAnonymousOnStateless"`
	AutoDeleteOnProcessEnd    bool          `json:"autoDeleteOnProcessEnd"` // the elements, not the instance
	DisallowUserCreate        bool          `json:"disallowUserCreate"`
	DisallowUserDelete        bool          `json:"disallowUserDelete"`
	ShadowFields              *ShadowFields `json:"shadowFields"`
	AllowInSubform            bool          `json:"allowInSubform"`
	AllowUserCreate           *bool         `json:"allowUserCreate"` // of older apps, without effect
	AllowUserDelete           *bool         `json:"allowUserDelete"` // of older apps, without effect
}

// ShadowFields are fields that are taken out when the task ends.
type ShadowFields struct {
	Prefix         string `json:"prefix"`
	SaveToDataType string `json:"saveToDataType"` // where the stripped copy goes; empty: strip in place
}

// IsForm reports whether the data type is form data rather than a file.
func (t DataType) IsForm() bool { return t.AppLogic != nil && t.AppLogic.ClassRef != "" }

// AutoCreate reports whether an element is made when the task of the data type starts.
func (t DataType) AutoCreate() bool { return t.IsForm() && t.AppLogic.AutoCreate }

// Contributors gives who may change elements, such as "org:ttd" or "app:owned"; none for everyone. The
// older spelling wins when it is not empty.
func (t DataType) Contributors() []string {
	if len(t.AllowedContributers) > 0 {
		return t.AllowedContributers
	}
	return t.AllowedContributors
}

// AppOwned reports whether only the app itself may change elements.
func (t DataType) AppOwned() bool {
	contributors := t.Contributors()
	return len(contributors) > 0 && !slices.ContainsFunc(contributors, func(c string) bool {
		return strings.HasPrefix(c, "org:") || strings.HasPrefix(c, "orgno:")
	})
}

// AnyContentType reports whether files of every kind are taken: the list is empty or holds
// application/octet-stream.
func (t DataType) AnyContentType() bool {
	return len(t.AllowedContentTypes) == 0 || t.lists("application/octet-stream")
}

// AllowsContentType reports whether files of the kind are taken.
func (t DataType) AllowsContentType(contentType string) bool {
	return t.AnyContentType() || t.lists(contentType)
}

func (t DataType) lists(contentType string) bool {
	return slices.ContainsFunc(t.AllowedContentTypes, func(allowed string) bool { return strings.EqualFold(allowed, contentType) })
}

// FormContentType gives how a new form element is stored: the first of application/xml and
// application/json that is allowed, otherwise application/xml.
func (t DataType) FormContentType() string {
	for _, allowed := range t.AllowedContentTypes {
		for _, known := range []string{"application/xml", "application/json"} {
			if strings.EqualFold(allowed, known) {
				return known
			}
		}
	}
	return "application/xml"
}

// CreatesPDF reports whether a v8 app makes a PDF of the form when its task ends.
func (t DataType) CreatesPDF() bool {
	return t.IsForm() && (t.EnablePDFCreation == nil || *t.EnablePDFCreation)
}
