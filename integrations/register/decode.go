package register

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The records below are the file's own shapes. Comment may be written anywhere and is ignored.
type (
	ownerRecord struct {
		Code    string            `json:"code"`
		PartyID int               `json:"partyId"`
		Name    map[string]string `json:"name"`
		Comment string            `json:"comment"`
	}
	partyRecord struct {
		PartyID   int    `json:"partyId"`
		PartyUUID string `json:"partyUuid"`
		Type      string `json:"type"`
		Email     string `json:"email"`
		Telephone string `json:"telephone"`
		Comment   string `json:"comment"`

		OrgNumber          string `json:"orgNumber"`
		UnitType           string `json:"unitType"`
		Name               string `json:"name"`
		ParentPartyID      int    `json:"parentPartyId"`
		BusinessAddress    string `json:"businessAddress"`
		BusinessPostalCode string `json:"businessPostalCode"`
		BusinessPostalCity string `json:"businessPostalCity"`

		UserID     int    `json:"userId"`
		UserName   string `json:"userName"`
		Language   string `json:"language"`
		SSN        string `json:"ssn"`
		FirstName  string `json:"firstName"`
		MiddleName string `json:"middleName"`
		LastName   string `json:"lastName"`
		Address    string `json:"address"`
		PostalCode string `json:"postalCode"`
		PostalCity string `json:"postalCity"`
	}
	roleRecord struct {
		Person  int      `json:"person"`
		Party   int      `json:"party"`
		Roles   []string `json:"roles"`
		Comment string   `json:"comment"`
	}
	clientRecord struct {
		ClientID  string   `json:"clientId"`
		Org       string   `json:"org"`
		OrgNumber string   `json:"orgNumber"`
		Scopes    []string `json:"scopes"`
		Comment   string   `json:"comment"`
	}
)

// placed is a record with the line that it begins on.
type placed[T any] struct {
	line   int
	record T
}

// document is a register file as written, before anything is checked.
type document struct {
	owners  []placed[ownerRecord]
	parties []placed[partyRecord]
	roles   []placed[roleRecord]
	clients []placed[clientRecord]
}

// decoder reads a register file and collects faults of form. The faults belong to the goroutine that
// decodes.
type decoder struct {
	data   []byte
	json   *json.Decoder
	faults []Fault
}

// decode reads the whole file. A syntax error ends the reading: what follows it cannot be trusted.
func decode(data []byte) (document, []Fault) {
	d := &decoder{data: data, json: json.NewDecoder(bytes.NewReader(data))}
	var doc document
	// The whole is checked first: only then is the offset of a syntax error exact.
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		d.syntax(err)
		return doc, d.faults
	}
	if err := d.document(&doc); err != nil {
		d.syntax(err)
	}
	return doc, d.faults
}

func (d *decoder) document(doc *document) error {
	if err := d.expect('{', "the file must hold one JSON object"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.json.More() {
		token, err := d.json.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if seen[key] {
			d.fault(d.offset(), fmt.Sprintf("the member %q is written twice", key))
		}
		seen[key] = true
		if err := d.member(key, doc); err != nil {
			return err
		}
	}
	return nil
}

// member reads one member of the file's object.
func (d *decoder) member(key string, doc *document) (err error) {
	switch key {
	case "serviceOwners":
		doc.owners, err = records[ownerRecord](d, key)
	case "parties":
		doc.parties, err = records[partyRecord](d, key)
	case "roles":
		doc.roles, err = records[roleRecord](d, key)
	case "clients":
		doc.clients, err = records[clientRecord](d, key)
	case "comment", "$schema":
		_, err = d.raw()
	default:
		d.fault(d.offset(), fmt.Sprintf("unknown member %q; known are serviceOwners, parties, roles, clients", key))
		_, err = d.raw()
	}
	return err
}

// records reads an array of records, each with its line. A record with a fault of form is left out.
func records[T any](d *decoder, key string) ([]placed[T], error) {
	if err := d.expect('[', fmt.Sprintf("%q must be an array", key)); err != nil {
		return nil, err
	}
	var list []placed[T]
	for d.json.More() {
		start := d.next()
		raw, err := d.raw()
		if err != nil {
			return nil, err
		}
		var r T
		if d.record(start, raw, &r) {
			list = append(list, placed[T]{line: lineAt(d.data, start), record: r})
		}
	}
	_, err := d.json.Token()
	return list, err
}

// record reads one object strictly: unknown, repeated and wrongly typed members are faults.
func (d *decoder) record(start int64, raw []byte, into any) bool {
	if key, at := repeatedKey(raw); key != "" {
		d.fault(start+at, fmt.Sprintf("the member %q is written twice", key))
		return false
	}
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	err := strict.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return true
	case errors.As(err, &wrong):
		// The value itself is left out: it may be a person's number.
		found, _, _ := strings.Cut(wrong.Value, " ")
		d.fault(start+wrong.Offset, fmt.Sprintf("%s must be of type %s, not %s", orWhole(wrong.Field), wrong.Type, found))
	default:
		d.fault(start, strings.TrimPrefix(err.Error(), "json: "))
	}
	return false
}

func orWhole(field string) string {
	if field == "" {
		return "the entry"
	}
	return field
}

// repeatedKey finds the first member that stands twice in the same object, and where.
func repeatedKey(raw []byte) (key string, offset int64) {
	tokens := json.NewDecoder(bytes.NewReader(raw))
	type level struct {
		object, value bool // value: the next token is a value, not a key
		keys          []string
	}
	var stack []level
	for {
		token, err := tokens.Token()
		if err != nil {
			return "", 0
		}
		top := len(stack) - 1
		if name, isText := token.(string); isText && top >= 0 && stack[top].object && !stack[top].value {
			if slices.Contains(stack[top].keys, name) {
				return name, tokens.InputOffset()
			}
			stack[top].keys = append(stack[top].keys, name)
			stack[top].value = true
			continue
		}
		if top >= 0 {
			stack[top].value = false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			stack = append(stack, level{object: token == json.Delim('{')})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
	}
}

func (d *decoder) raw() (json.RawMessage, error) {
	var raw json.RawMessage
	err := d.json.Decode(&raw)
	return raw, err
}

// errFault stops the reading after a fault that has been recorded already.
var errFault = errors.New("stopped at a fault")

func (d *decoder) expect(want json.Delim, otherwise string) error {
	token, err := d.json.Token()
	if err != nil {
		return err
	}
	if token != want {
		d.fault(d.offset(), otherwise)
		return errFault
	}
	return nil
}

func (d *decoder) offset() int64 { return d.json.InputOffset() }

// next gives the offset of the next value: after blanks, a comma and blanks.
func (d *decoder) next() int64 {
	at := d.offset()
	for at < int64(len(d.data)) && strings.IndexByte(" \t\r\n,", d.data[at]) >= 0 {
		at++
	}
	return at
}

func (d *decoder) syntax(err error) {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errFault):
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(d.data)):
		d.fault(syntax.Offset, "the file ends in the middle of the JSON")
	case errors.As(err, &syntax):
		d.fault(syntax.Offset, "not valid JSON: "+syntax.Error())
	default:
		d.fault(d.offset(), "not valid JSON")
	}
}

func (d *decoder) fault(offset int64, message string) {
	d.faults = append(d.faults, Fault{Line: lineAt(d.data, offset), Message: message})
}
