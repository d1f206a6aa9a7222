package process

import "strings"

// Extensions are the typed settings of a task's taskExtension. Declared tells a block that stands in
// the file from one that does not.
type Extensions struct {
	Signature   Signature
	Payment     Payment
	PDF         PDF
	SubformPDF  SubformPDF
	EFormidling EFormidling
}

// Signature configures a signing task (signatureConfig).
type Signature struct {
	Declared bool
	// DataTypesToSign are the data types whose elements are hashed and signed.
	DataTypesToSign []string
	// SignatureDataType is where the signature documents are stored.
	SignatureDataType string
	// UniqueFrom are data types in whose signatures the signer may not already appear.
	UniqueFrom []string
	// SigneeProvider and SigneeStatesDataType turn on user-controlled signing; both or neither.
	SigneeProvider       string
	SigneeStatesDataType string
	// SigningPDFDataType is where a PDF is stored when the task ends, or empty.
	SigningPDFDataType string
	// CorrespondenceResource is the resource that signing messages are sent through, by environment.
	CorrespondenceResource EnvValues
	// RunDefaultValidator blocks the end of the task until every signature is in place.
	RunDefaultValidator bool
}

// UserControlled reports whether signees are found and delegated to when the task starts.
func (s Signature) UserControlled() bool {
	return s.SigneeProvider != "" && s.SigneeStatesDataType != ""
}

// Payment configures a payment task (paymentConfig).
type Payment struct {
	Declared           bool
	DataType           string // payment information as JSON
	ReceiptPDFDataType string
}

// PDF configures a pdf service task (pdfConfig).
type PDF struct {
	Declared bool
	// FilenameKey is the text resource with the file's name.
	FilenameKey string
	// AutoTaskIDs are tasks whose pages are put in the PDF; empty where the service task has its own page.
	AutoTaskIDs []string
}

// SubformPDF configures a subformPdf service task (subformPdfConfig): one PDF for each subform element.
type SubformPDF struct {
	Declared    bool
	FilenameKey string
	ComponentID string
	DataType    string
}

// EFormidling configures an eFormidling service task (eFormidlingConfig).
type EFormidling struct {
	Declared        bool
	Disabled        EnvValues
	Receiver        EnvValues
	Process         EnvValues
	Standard        EnvValues
	TypeVersion     EnvValues
	Type            EnvValues
	SecurityLevel   EnvValues
	DPFShipmentType EnvValues
	DataTypes       []EnvList
}

// DataTypesIn gives the data types to ship in the environment: the list declared for it, otherwise the
// list without an environment.
func (e EFormidling) DataTypesIn(environment string) []string {
	var general []string
	want := bucketOf(environment)
	for _, list := range e.DataTypes {
		switch {
		case list.Env == "":
			general = list.Values
		case bucketOf(list.Env) == want:
			return list.Values
		}
	}
	return general
}

// EnvValue is a setting that may be bound to an environment.
type EnvValue struct {
	Env   string // empty: wherever no other value is bound
	Value string
}

// EnvValues are the values of one setting.
type EnvValues []EnvValue

// In gives the value bound to the environment, otherwise the value without one, otherwise "".
func (v EnvValues) In(environment string) string {
	general, want := "", bucketOf(environment)
	for _, value := range v {
		switch {
		case value.Env == "":
			general = value.Value
		case bucketOf(value.Env) == want:
			return value.Value
		}
	}
	return general
}

// EnvList is a list of settings that may be bound to an environment.
type EnvList struct {
	Env    string
	Values []string
}

// bucketOf maps the name of an environment to one of Altinn's three, in any case. An unknown name is
// development, as in AltinnEnvironments.cs.
func bucketOf(environment string) string {
	switch strings.ToLower(environment) {
	case "production", "prod", "produksjon":
		return "production"
	case "staging", "test", "at22", "at23", "at24", "tt02", "yt01":
		return "staging"
	default:
		return "development"
	}
}
