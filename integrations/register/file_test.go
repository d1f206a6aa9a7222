package register_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/integrations/register"
)

const sound = `{
  "$schema": "register.schema.json",
  "serviceOwners": [
    {"code": "nordvik", "partyId": 500001, "name": {"nb": "Nordvik kommune", "en": "Nordvik municipality"}}
  ],
  "parties": [
    {"partyId": 500001, "partyUuid": "11111111-0000-4000-8000-000000500001", "type": "organisation", "orgNumber": "310000019",
     "unitType": "KOMM", "name": "NORDVIK KOMMUNE", "businessAddress": "Torget 1", "businessPostalCode": "0001", "businessPostalCity": "NORDVIK"},
    {"partyId": 500100, "partyUuid": "11111111-0000-4000-8000-000000500100", "type": "organisation", "orgNumber": "312345676",
     "unitType": "AS", "name": "HAVN KAFE AS"},
    {"partyId": 500101, "partyUuid": "11111111-0000-4000-8000-000000500101", "type": "organisation", "orgNumber": "313000109",
     "unitType": "BEDR", "name": "HAVN KAFE AVD SØR", "parentPartyId": 500100},
    {"partyId": 510001, "partyUuid": "22222222-0000-4000-8000-000000510001", "type": "person", "userId": 20001, "ssn": "15869010089",
     "firstName": "Åse", "middleName": "Lind", "lastName": "Vik", "address": "Bakken 2", "postalCode": "0002", "postalCity": "NORDVIK"},
    {"partyId": 510002, "partyUuid": "22222222-0000-4000-8000-000000510002", "type": "person", "userId": 20002, "ssn": "01817010055",
     "firstName": "Ola", "lastName": "Berg", "comment": "no roles but the own"}
  ],
  "roles": [
    {"person": 510001, "party": 500101, "roles": ["DAGL"]},
    {"person": 510001, "party": 500100, "roles": ["LEDE", "DAGL", "DAGL"]},
    {"person": 510001, "party": 510001, "roles": ["SELN"]}
  ],
  "clients": [
    {"clientId": "5c0e1f3a", "org": "nordvik", "scopes": ["altinn:serviceowner/instances.read"]},
    {"clientId": "vendor", "orgNumber": "312345676", "scopes": ["altinn:instances.read"]}
  ]
}`

func parse(t *testing.T) *register.File {
	t.Helper()
	f, err := register.Parse([]byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFile_FindsParties(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	lookups := []struct {
		name string
		find func() (register.Party, error)
		want int
	}{
		{"by id", func() (register.Party, error) { return f.Party(ctx, 510001) }, 510001},
		{"by uuid", func() (register.Party, error) {
			return f.PartyByUUID(ctx, uuid.MustParse("22222222-0000-4000-8000-000000510002"))
		}, 510002},
		{"by organisation number", func() (register.Party, error) { return f.PartyByOrganisationNumber(ctx, "312345676") }, 500100},
		{"by person number", func() (register.Party, error) { return f.PartyByPersonNumber(ctx, "15869010089") }, 510001},
		{"by user", func() (register.Party, error) { return f.User(ctx, 20002) }, 510002},
		{"unknown id", func() (register.Party, error) { return f.Party(ctx, 7) }, 0},
		{"unknown uuid", func() (register.Party, error) { return f.PartyByUUID(ctx, uuid.New()) }, 0},
		{"nil uuid", func() (register.Party, error) { return f.PartyByUUID(ctx, uuid.Nil) }, 0},
		{"unknown organisation", func() (register.Party, error) { return f.PartyByOrganisationNumber(ctx, "315000009") }, 0},
		{"person's number as organisation", func() (register.Party, error) { return f.PartyByOrganisationNumber(ctx, "15869010089") }, 0},
		{"organisation's number as person", func() (register.Party, error) { return f.PartyByPersonNumber(ctx, "312345676") }, 0},
		{"empty number", func() (register.Party, error) { return f.PartyByPersonNumber(ctx, "") }, 0},
		{"unknown user", func() (register.Party, error) { return f.User(ctx, 0) }, 0},
	}
	for _, tt := range lookups {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := tt.find()
			if p.ID != tt.want || (err == nil) != (tt.want != 0) {
				t.Errorf("got %v, %v, want party %d", p, err, tt.want)
			}
			if err != nil && !errors.Is(err, register.ErrNotFound) {
				t.Errorf("error %v is not ErrNotFound", err)
			}
			if err != nil && strings.Contains(err.Error(), "15869010089") {
				t.Error("the error repeats the number")
			}
		})
	}
}

func TestFile_KeepsWhatIsWritten(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	person, _ := f.Party(ctx, 510001)
	if person.Name != "Åse Lind Vik" || person.UserID != 20001 || person.Address.PostalCode != "0002" || person.Kind != register.Person {
		t.Errorf("person %s %d %s", person.Name, person.UserID, person.Address.PostalCode)
	}
	unit, _ := f.Party(ctx, 500101)
	if unit.ParentID != 500100 || unit.UnitType != "BEDR" || unit.Name != "HAVN KAFE AVD SØR" {
		t.Errorf("sub-unit %d %s %s", unit.ParentID, unit.UnitType, unit.Name)
	}
	if all := f.All(); len(all) != 5 || all[0].ID != 500001 || all[4].ID != 510002 {
		t.Errorf("all parties: %v", all)
	}
}

func TestFile_ServiceOwnersAndClients(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	byCode, err1 := f.ServiceOwner(ctx, "Nordvik")
	byNumber, err2 := f.ServiceOwnerByNumber(ctx, "310000019")
	if err1 != nil || err2 != nil || byCode.PartyID != 500001 || byNumber.Code != "nordvik" || byCode.Number != "310000019" {
		t.Errorf("by code %+v %v, by number %+v %v", byCode, err1, byNumber, err2)
	}
	if _, err := f.ServiceOwnerByNumber(ctx, "312345676"); !errors.Is(err, register.ErrNotFound) {
		t.Errorf("an organisation that owns no service: %v", err)
	}
	if list := f.ServiceOwners(); len(list) != 1 || list[0].Name["en"] != "Nordvik municipality" {
		t.Errorf("service owners %+v", list)
	}
	clients := f.Clients()
	if len(clients) != 2 || clients[0].OrgNumber != "310000019" || clients[1].OrgNumber != "312345676" || clients[1].Org != "" {
		t.Errorf("clients %+v", clients)
	}
}

func TestFile_Roles(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	tests := []struct {
		name          string
		person, party int
		want          string
		found         bool
	}{
		{"sorted and once", 510001, 500100, "DAGL LEDE", true},
		{"own party with further roles", 510001, 510001, "PRIV SELN", true},
		{"own party", 510002, 510002, "PRIV", true},
		{"none", 510002, 500100, "", true},
		{"unknown person", 1, 500100, "", false},
		{"organisation as person", 500100, 500100, "", false},
		{"unknown party", 510001, 1, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			roles, err := f.Roles(ctx, tt.person, tt.party)
			if strings.Join(roles, " ") != tt.want || (err == nil) != tt.found {
				t.Errorf("got %v, %v, want %q", roles, err, tt.want)
			}
		})
	}
}

func TestFile_RolesAreCopies(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	roles, _ := f.Roles(ctx, 510002, 510002)
	roles[0] = "DAGL"
	if again, _ := f.Roles(ctx, 510002, 510002); again[0] != register.RolePrivate {
		t.Error("a caller could change the register")
	}
}

func TestFile_MandatesBeginWithTheOwnParty(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	mandates, err := f.Mandates(ctx, 510001)
	if got, want := fmt.Sprint(mandates, err), "[{person 510001 [PRIV SELN]} {organisation 500100 [DAGL LEDE]} {organisation 500101 [DAGL]}] <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, id := range []int{0, 500100} {
		if _, err := f.Mandates(ctx, id); !errors.Is(err, register.ErrNotFound) {
			t.Errorf("mandates of %d: %v", id, err)
		}
	}
}

func TestFile_Members(t *testing.T) {
	t.Parallel()
	f, ctx := parse(t), context.Background()
	members, err := f.Members(ctx, 500100)
	if got, want := fmt.Sprint(members, err), "[{person 510001 [DAGL LEDE]}] <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if members, err := f.Members(ctx, 500001); len(members) != 0 || err != nil {
		t.Errorf("members of a party without: %v, %v", members, err)
	}
	if _, err := f.Members(ctx, 1); !errors.Is(err, register.ErrNotFound) {
		t.Errorf("members of an unknown party: %v", err)
	}
}

func TestParty_ShowsNothingPersonal(t *testing.T) {
	t.Parallel()
	f := parse(t)
	person, _ := f.Party(context.Background(), 510001)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("found", "party", person)
	shown := []string{log.String(), fmt.Sprintf("%#v", f), fmt.Sprint(f)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		shown = append(shown, fmt.Sprintf(verb, person), fmt.Sprintf(verb, []register.Party{person}), fmt.Sprintf(verb, &person),
			fmt.Sprintf(verb, register.Mandate{Party: person}))
	}
	for _, s := range shown {
		for _, secret := range []string{"15869010089", "Vik", "Bakken", fmt.Sprintf("%x", "15869010089")} {
			if strings.Contains(s, secret) {
				t.Errorf("%q shows %q", s, secret)
			}
		}
	}
	if !strings.Contains(log.String(), `"id":510001`) {
		t.Errorf("the log names no party: %s", log.String())
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "register.json")
	if _, err := register.Load(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte(sound), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := register.Load(path); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := register.Load(path); err == nil || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("a broken file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sound))
	f.Add([]byte(`{"parties":[{}],"roles":[{}],"serviceOwners":[{}],"clients":[{}]}`))
	f.Add([]byte(`{"parties":[{"a":{"b":1,"b":2}}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := register.Parse(data)
		if err != nil {
			var faults *register.FaultError
			if !errors.As(err, &faults) || len(faults.Faults) == 0 {
				t.Fatalf("refused without a fault: %v", err)
			}
			for _, fault := range faults.Faults {
				if fault.Line < 1 || fault.Line > 1+bytes.Count(data, []byte("\n")) {
					t.Fatalf("line %d is not in the file", fault.Line)
				}
			}
			return
		}
		if !json.Valid(data) {
			t.Fatal("accepted what is not JSON")
		}
		for _, p := range file.All() {
			if p.Kind == register.Person && !register.IsSyntheticPersonNumber(p.PersonNumber) {
				t.Fatal("accepted a number that is not synthetic")
			}
		}
	})
}
