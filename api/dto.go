package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/integrations/register"
)

// Shapes of Altinn's app API. Members that are null are written; the storage API leaves them out (see withoutNulls).
type (
	instanceJSON struct {
		ID                    string             `json:"id"`
		InstanceOwner         ownerJSON          `json:"instanceOwner"`
		AppID                 string             `json:"appId"`
		Org                   string             `json:"org"`
		SelfLinks             linksJSON          `json:"selfLinks"`
		DueBefore             *stamp             `json:"dueBefore"`
		VisibleAfter          *stamp             `json:"visibleAfter"`
		Process               any                `json:"process"`
		Status                statusJSON         `json:"status"`
		CompleteConfirmations []confirmationJSON `json:"completeConfirmations"`
		Data                  []elementJSON      `json:"data"`
		PresentationTexts     map[string]string  `json:"presentationTexts"`
		DataValues            map[string]string  `json:"dataValues"`
		Created               *stamp             `json:"created"`
		CreatedBy             string             `json:"createdBy"`
		LastChanged           *stamp             `json:"lastChanged"`
		LastChangedBy         string             `json:"lastChangedBy"`
	}
	ownerJSON struct {
		PartyID            string     `json:"partyId"`
		PersonNumber       *string    `json:"personNumber"`
		OrganisationNumber *string    `json:"organisationNumber"`
		Username           *string    `json:"username"`
		ExternalIdentifier *string    `json:"externalIdentifier"`
		Party              *partyJSON `json:"party,omitempty"`
	}
	partyJSON struct {
		PartyID       int     `json:"partyId"`
		PartyUUID     string  `json:"partyUuid"`
		PartyTypeName int     `json:"partyTypeName"`
		SSN           *string `json:"ssn"`
		OrgNumber     *string `json:"orgNumber"`
		UnitType      *string `json:"unitType"`
		Name          string  `json:"name"`
		IsDeleted     bool    `json:"isDeleted"`
	}
	linksJSON struct {
		Apps     string `json:"apps"`
		Platform string `json:"platform"`
	}
	statusJSON struct {
		IsArchived    bool           `json:"isArchived"`
		Archived      *stamp         `json:"archived"`
		IsSoftDeleted bool           `json:"isSoftDeleted"`
		SoftDeleted   *stamp         `json:"softDeleted"`
		IsHardDeleted bool           `json:"isHardDeleted"`
		HardDeleted   *stamp         `json:"hardDeleted"`
		ReadStatus    any            `json:"readStatus"` // integer in the app API, name in the storage API
		Substatus     *substatusJSON `json:"substatus"`
	}
	substatusJSON struct {
		Label       string `json:"label"`
		Description string `json:"description"`
	}
	confirmationJSON struct {
		StakeholderID string `json:"stakeholderId"`
		ConfirmedOn   *stamp `json:"confirmedOn"`
	}
	elementJSON struct {
		ID              string    `json:"id"`
		InstanceGUID    string    `json:"instanceGuid"`
		DataType        string    `json:"dataType"`
		Filename        *string   `json:"filename"`
		ContentType     string    `json:"contentType"`
		BlobStoragePath string    `json:"blobStoragePath"`
		SelfLinks       linksJSON `json:"selfLinks"`
		Size            int64     `json:"size"`
		ContentHash     *string   `json:"contentHash"`
		Locked          bool      `json:"locked"`
		Refs            []string  `json:"refs"`
		IsRead          bool      `json:"isRead"`
		Tags            []string  `json:"tags"`
		UserMetadata    any       `json:"userDefinedMetadata"` // nothing sets this and the next three; they are written as null
		Metadata        any       `json:"metadata"`
		DeleteStatus    any       `json:"deleteStatus"`
		References      any       `json:"references"`
		FileScanResult  string    `json:"fileScanResult"`
		Created         *stamp    `json:"created"`
		CreatedBy       string    `json:"createdBy"`
		LastChanged     *stamp    `json:"lastChanged"`
		LastChangedBy   string    `json:"lastChangedBy"`
	}
	processJSON struct {
		Started     *stamp       `json:"started"`
		StartEvent  *string      `json:"startEvent"`
		CurrentTask *currentJSON `json:"currentTask"`
		Ended       *stamp       `json:"ended"`
		EndEvent    *string      `json:"endEvent"`
	}
	currentJSON struct {
		Flow           int     `json:"flow"`
		Started        *stamp  `json:"started"`
		ElementID      string  `json:"elementId"`
		Name           string  `json:"name"`
		AltinnTaskType string  `json:"altinnTaskType"`
		Ended          *stamp  `json:"ended"`
		Validated      *string `json:"validated"`
		FlowType       string  `json:"flowType"`
	}
)

// stamp is a time as Altinn writes it: UTC, up to seven decimals, Z.
type stamp time.Time

// MarshalJSON writes the time.
func (s stamp) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 32)
	b = append(b, '"')
	b = time.Time(s).UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z")
	return append(b, '"'), nil
}

func at(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

// instance gives an instance in Altinn's shape. expanded adds the owner's party, as the app API does on create and get.
func (s *Server) instance(ctx context.Context, r *http.Request, st *instance.State, expanded bool) (*instanceJSON, error) {
	owner, err := s.Register.Party(ctx, st.Owner)
	if err != nil {
		return nil, err
	}
	id := strconv.Itoa(st.Owner) + "/" + st.ID.String()
	out := &instanceJSON{
		ID: id, AppID: st.AppID(), Org: st.Org, InstanceOwner: ownerOf(owner, expanded), SelfLinks: selfLinks(r, st.AppID(), id),
		DueBefore: at(st.DueBefore), VisibleAfter: at(st.VisibleAfter), Process: processOf(&st.Process), Status: statusOf(st),
		Data: []elementJSON{}, PresentationTexts: st.Presentation, DataValues: st.DataValues,
		Created: at(st.Created), CreatedBy: s.by(ctx, st.CreatedBy), LastChanged: at(st.LastChanged), LastChangedBy: s.by(ctx, st.LastChangedBy),
	}
	for _, c := range st.Confirmations {
		out.CompleteConfirmations = append(out.CompleteConfirmations, confirmationJSON{c.Org, at(c.At)})
	}
	for i := range st.Elements {
		out.Data = append(out.Data, s.element(ctx, out, st, &st.Elements[i]))
	}
	return out, nil
}

func ownerOf(p register.Party, expanded bool) ownerJSON {
	out := ownerJSON{PartyID: strconv.Itoa(p.ID), PersonNumber: optional(p.PersonNumber), OrganisationNumber: optional(p.OrganisationNumber)}
	if expanded {
		party := partyOf(p)
		out.Party = &party
	}
	return out
}

// Altinn's numbers for kinds of party.
const (
	partyPerson       = 1
	partyOrganisation = 2
	partySubUnit      = 4
)

func partyOf(p register.Party) partyJSON {
	out := partyJSON{
		PartyID: p.ID, PartyUUID: p.UUID.String(), PartyTypeName: partyPerson, SSN: optional(p.PersonNumber),
		OrgNumber: optional(p.OrganisationNumber), UnitType: optional(p.UnitType), Name: p.Name,
	}
	if p.Kind == register.Organisation {
		out.PartyTypeName = partyOrganisation
		if p.UnitType == "BEDR" || p.UnitType == "AAFY" {
			out.PartyTypeName = partySubUnit
		}
	}
	return out
}

// selfLinks follows Altinn: always https, with the host that was asked.
func selfLinks(r *http.Request, app, id string) linksJSON {
	return linksJSON{
		Apps:     "https://" + r.Host + "/" + app + "/instances/" + id,
		Platform: "https://platform." + r.Host + "/storage/api/v1/instances/" + id,
	}
}

// Read statuses of Altinn, as numbers and names.
const (
	readNo = iota
	readYes
	readUpdated
)

var readNames = [...]string{"Unread", "Read", "UpdatedSinceLastReview"}

func statusOf(st *instance.State) statusJSON {
	out := statusJSON{
		IsArchived: st.Archived(), Archived: at(st.Process.Ended), IsSoftDeleted: !st.SoftDeleted.IsZero(), SoftDeleted: at(st.SoftDeleted),
		IsHardDeleted: !st.Erased.IsZero(), HardDeleted: at(st.Erased), ReadStatus: readStatus(st),
	}
	if out.IsHardDeleted && !out.IsSoftDeleted { // as Altinn: what is deleted for good is in the bin too
		out.IsSoftDeleted, out.SoftDeleted = true, out.HardDeleted
	}
	if st.Substatus != nil {
		out.Substatus = &substatusJSON{st.Substatus.Label, st.Substatus.Description}
	}
	return out
}

func readStatus(st *instance.State) int {
	switch seen, latest := st.SeenByOwner(); {
	case latest:
		return readYes
	case seen:
		return readUpdated
	}
	return readNo
}

// by names an actor as Altinn does: user id, organisation number, or the system user's id.
func (s *Server) by(ctx context.Context, a instance.Actor) string {
	switch a.Kind {
	case "user":
		id, _ := strconv.Atoi(a.ID)
		if p, err := s.Register.Party(ctx, id); err == nil && p.UserID != 0 {
			return strconv.Itoa(p.UserID)
		}
	case "org":
		if o, err := s.Register.ServiceOwner(ctx, a.ID); err == nil {
			return o.Number
		}
	}
	return a.ID
}

func (s *Server) element(ctx context.Context, in *instanceJSON, st *instance.State, e *instance.Element) elementJSON {
	id := e.ID.String()
	out := elementJSON{
		ID: id, InstanceGUID: st.ID.String(), DataType: e.DataType, Filename: optional(e.Filename), ContentType: e.ContentType,
		BlobStoragePath: st.AppID() + "/" + st.ID.String() + "/data/" + id, Size: e.Size, Locked: e.Locked, IsRead: true, Tags: []string{},
		SelfLinks:      linksJSON{Apps: in.SelfLinks.Apps + "/data/" + id, Platform: in.SelfLinks.Platform + "/data/" + id},
		FileScanResult: "NotApplicable", Created: at(e.Created), CreatedBy: s.by(ctx, e.CreatedBy), LastChanged: at(e.LastChanged), LastChangedBy: s.by(ctx, e.LastChangedBy),
	}
	if e.IsForm() {
		out.Size = int64(len(e.Form.AppendJSON(nil)))
	}
	return out
}

func processOf(p *instance.Process) processJSON {
	out := processJSON{Started: at(p.Started), StartEvent: optional(p.StartEvent), Ended: at(p.Ended), EndEvent: optional(p.EndEvent)}
	if t := p.Current; t != nil {
		out.CurrentTask = &currentJSON{
			Flow: t.Flow, Started: at(t.Started), ElementID: t.ID, Name: t.Name, AltinnTaskType: t.Type, FlowType: flowType(p),
		}
	}
	return out
}

// flowType tells how the current task was reached.
func flowType(p *instance.Process) string {
	if n := len(p.History); n >= 2 && p.History[n-2].Abandoned {
		return "AbandonCurrentMoveToNext"
	}
	return "CompleteCurrentMoveToNext"
}

// write answers with JSON. Text is not escaped for HTML, as in Altinn.
func write(c *gin.Context, status int, v any) {
	if c.Writer.Header().Get("Content-Type") == "" {
		c.Header("Content-Type", "application/json; charset=utf-8")
	}
	c.Status(status)
	enc := json.NewEncoder(c.Writer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		c.Error(err) //nolint:errcheck // the client has gone
	}
}

// stored gives an instance in the shape of the storage API: names for read statuses, no nulls.
func stored(in *instanceJSON) (*document.Node, error) {
	if n, ok := in.Status.ReadStatus.(int); ok {
		in.Status.ReadStatus = readNames[n]
	}
	b, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	n, err := document.Parse(b)
	return n.WithoutNulls(), err
}
