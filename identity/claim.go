package identity

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/google/uuid"
)

// errClaimType: a claim is neither of the types that issuers write it as.
var errClaimType = errors.New("wrong type of claim")

// text is a claim that issuers write as a string or as a list of strings; a list is joined with blanks.
type text string

// UnmarshalJSON reads a string or a list of strings.
func (t *text) UnmarshalJSON(data []byte) error {
	var list []string
	if data[0] == '[' {
		if err := json.Unmarshal(data, &list); err != nil {
			return errClaimType
		}
		*t = text(strings.Join(list, " "))
		return nil
	}
	var one string
	if err := json.Unmarshal(data, &one); err != nil {
		return errClaimType
	}
	*t = text(one)
	return nil
}

// number is a claim that issuers write as an integer or as a string of digits; set tells it from an absent one.
type number struct {
	value int
	set   bool
}

// UnmarshalJSON reads an integer from 0, bare or in quotes.
func (n *number) UnmarshalJSON(data []byte) error {
	digits := string(bytes.Trim(data, `"`))
	value, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || value < 0 {
		return errClaimType
	}
	*n = number{value: int(value), set: true}
	return nil
}

// organisation is an identifier after ISO 6523, as in the claim consumer.
type organisation struct {
	ID         string `json:"ID"`
	Identifier string `json:"Identifier"` // how some other issuers write ID
}

// iso6523 is a Norwegian organisation number with its scheme: 0192, or the retired 9908.
var iso6523 = regexp.MustCompile(`^(?:0192|9908):([0-9]{9})$`)

// number gives the nine digits, "" when the identifier is something else.
func (o *organisation) number() string {
	if o == nil {
		return ""
	}
	id := o.ID
	if id == "" {
		id = o.Identifier
	}
	if m := iso6523.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return ""
}

// systemUserType marks the system user among authorization details.
const systemUserType = "urn:altinn:systemuser"

// detail is one entry of the claim authorization_details (RFC 9396).
type detail struct {
	Type  string        `json:"type"`
	IDs   []string      `json:"systemuser_id"`
	Owner *organisation `json:"systemuser_org"`
}

// details is the claim authorization_details: a list, or one object.
type details []detail

// UnmarshalJSON reads a list or one object.
func (d *details) UnmarshalJSON(data []byte) error {
	var err error
	if data[0] == '{' {
		*d = make(details, 1)
		err = json.Unmarshal(data, &(*d)[0])
	} else {
		err = json.Unmarshal(data, (*[]detail)(d))
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return errClaimType
	}
	return err
}

// systemUser gives the system user among the details and the organisation that it acts for; found is
// false when there is none.
func (d details) systemUser() (id uuid.UUID, orgNumber string, found bool, err *TokenError) {
	for _, entry := range d {
		if entry.Type != systemUserType {
			continue
		}
		if len(entry.IDs) == 0 {
			return id, "", true, refuse(TokenClaims, "the system user has no systemuser_id")
		}
		id, parseErr := uuid.Parse(entry.IDs[0])
		orgNumber := entry.Owner.number()
		if parseErr != nil || id == uuid.Nil || orgNumber == "" {
			return id, "", true, refuse(TokenClaims, "systemuser_id must be a uuid and systemuser_org an organisation number (0192:…)")
		}
		return id, orgNumber, true, nil
	}
	return id, "", false, nil
}
