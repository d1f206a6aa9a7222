package apps

import "encoding/json"

// Metadata is config/applicationmetadata.json (ApplicationMetadata of Altinn.App.Core). Members that
// nothing here reads are in Raw.
type Metadata struct {
	ID                             string               `json:"id"` // org/app
	Org                            string               `json:"org"`
	Title                          map[string]string    `json:"title"` // by language
	Description                    map[string]string    `json:"description"`
	DataTypes                      []DataType           `json:"dataTypes"`
	PartyTypesAllowed              PartyTypes           `json:"partyTypesAllowed"`
	PromptForParty                 string               `json:"promptForParty"` // "always", "never" or empty
	OnEntry                        OnEntry              `json:"onEntry"`
	AutoDeleteOnProcessEnd         bool                 `json:"autoDeleteOnProcessEnd"`         // the instance, hard
	PreventInstanceDeletionForDays *int                 `json:"preventInstanceDeletionForDays"` // nil for no limit
	PresentationFields             []DataField          `json:"presentationFields"`
	DataFields                     []DataField          `json:"dataFields"`
	CopyInstanceSettings           CopyInstanceSettings `json:"copyInstanceSettings"`
	MessageBoxConfig               MessageBoxConfig     `json:"messageBoxConfig"`
	EFormidling                    *LegacyEFormidling   `json:"eFormidling"` // v8 only
	Logo                           Logo                 `json:"logo"`
	APIScopes                      APIScopes            `json:"apiScopes"`
	DisallowUserInstantiation      bool                 `json:"disallowUserInstantiation"`
	StorageAccountNumber           *int                 `json:"storageAccountNumber"`
	Features                       map[string]bool      `json:"features"`

	// Raw is the whole file as strict JSON, with [ORG] and [APP] filled in. Do not change it.
	Raw json.RawMessage `json:"-"`
}

// DataType gives the data type with exactly the id.
func (m *Metadata) DataType(id string) (DataType, bool) {
	for _, t := range m.DataTypes {
		if t.ID == id {
			return t, true
		}
	}
	return DataType{}, false
}

// PartyTypes says which kinds of parties an app is for.
type PartyTypes struct {
	BankruptcyEstate bool `json:"bankruptcyEstate"`
	Organisation     bool `json:"organisation"`
	Person           bool `json:"person"`
	SubUnit          bool `json:"subUnit"`
}

// Any reports whether every kind of party is allowed, as it is when none is named.
func (p PartyTypes) Any() bool { return p == PartyTypes{} }

// What OnEntry.Show can be; any other text names the UI folder of a form without an instance.
const (
	ShowNewInstance    = "new-instance"
	ShowSelectInstance = "select-instance"
)

// OnEntry says what a person meets when the app is opened.
type OnEntry struct {
	Show              string            `json:"show"`
	InstanceSelection InstanceSelection `json:"instanceSelection"`
}

// Stateless gives the UI folder of a form without an instance, and false when the app makes instances.
func (o OnEntry) Stateless() (folder string, ok bool) {
	if o.Show == "" || o.Show == ShowNewInstance || o.Show == ShowSelectInstance {
		return "", false
	}
	return o.Show, true
}

// InstanceSelection configures the list of active instances.
type InstanceSelection struct {
	RowsPerPageOptions    []int  `json:"rowsPerPageOptions"`
	DefaultSelectedOption *int   `json:"defaultSelectedOption"` // index into the options
	DefaultRowsPerPage    *int   `json:"defaultRowsPerPage"`    // older name of the same
	SortDirection         string `json:"sortDirection"`         // "asc" or "desc"
}

// DataField copies a value of a form to the instance: presentationFields and dataFields.
type DataField struct {
	ID         string `json:"id"`
	Path       string `json:"path"`
	DataTypeID string `json:"dataTypeId"`
}

// CopyInstanceSettings says whether and how an instance can be copied.
type CopyInstanceSettings struct {
	Enabled            bool     `json:"enabled"`
	ExcludedDataTypes  []string `json:"excludedDataTypes"`
	ExcludedDataFields []string `json:"excludedDataFields"`
	IncludeAttachments bool     `json:"includeAttachments"`
}

// MessageBoxConfig says how the inbox shows instances. The settings of Dialogporten are passed through.
type MessageBoxConfig struct {
	HideSettings struct {
		HideAlways bool     `json:"hideAlways"`
		HideOnTask []string `json:"hideOnTask"`
	} `json:"hideSettings"`
	SyncAdapterSettings map[string]any `json:"syncAdapterSettings"`
}

// LegacyEFormidling is the shipment of a v8 app when SendAfterTaskID ends. In v9 it is a service task.
type LegacyEFormidling struct {
	ServiceID       string   `json:"serviceId"`
	DPFShipmentType string   `json:"dpfShipmentType"`
	Receiver        string   `json:"receiver"`
	SendAfterTaskID string   `json:"sendAfterTaskId"`
	Process         string   `json:"process"`
	Standard        string   `json:"standard"`
	TypeVersion     string   `json:"typeVersion"`
	Type            string   `json:"type"`
	SecurityLevel   int      `json:"securityLevel"`
	DataTypes       []string `json:"dataTypes"`
}

// Logo says what the header shows.
type Logo struct {
	Source                      string `json:"source"` // "org" or "resource"
	DisplayAppOwnerNameInHeader bool   `json:"displayAppOwnerNameInHeader"`
	Size                        string `json:"size"` // "small", "medium" or "large"
}

// APIScopes are the token scopes that callers must have. "[app]" in a scope stands for the app's name.
type APIScopes struct {
	Users                       Scopes `json:"users"`
	ServiceOwners               Scopes `json:"serviceOwners"`
	ErrorMessageTextResourceKey string `json:"errorMessageTextResourceKey"`
}

// Scopes are the scopes of one kind of callers; empty for none.
type Scopes struct {
	Read                        string `json:"read"`
	Write                       string `json:"write"`
	ErrorMessageTextResourceKey string `json:"errorMessageTextResourceKey"`
}
