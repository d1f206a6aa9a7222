package register_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/integrations/register"
)

func TestParse_NamesLineAndCause(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) string {
		if strings.Count(sound, old) == 0 {
			t.Fatalf("the sound file has no %q", old)
		}
		return strings.Replace(sound, old, new, 1)
	}
	tests := []struct {
		name, file, want string
	}{
		{"empty", "", "line 1: the file ends in the middle of the JSON"},
		{"not an object", "[]", "line 1: the file must hold one JSON object"},
		{"cut off", sound[:len(sound)-1], "line 27: the file ends in the middle of the JSON"},
		{"syntax", replace(`"partyId": 500100,`, `"partyId": 500100;`), "line 9: not valid JSON: invalid character ';' after object key:value pair"},
		{"text behind", sound + "\n{}", "line 28: not valid JSON: invalid character '{' after top-level value"},
		{"not an array", `{"parties": {}}`, `line 1: "parties" must be an array`},
		{"member twice", "{\"roles\": [],\n\"roles\": []}", `line 2: the member "roles" is written twice`},
		{"unknown member", replace(`"$schema"`, `"schema"`), `line 2: unknown member "schema"`},
		{"unknown field", replace(`"unitType": "KOMM"`, `"unittypes": "KOMM"`), `line 7: unknown field "unittypes"`},
		{"field twice", replace(`"unitType": "AS"`, `"name": "A"`), `line 10: the member "name" is written twice`},
		{"number as number", replace(`"15869010089"`, `15869010089`), "line 13: ssn must be of type string, not number"},
		{"number too large", replace(`"userId": 20001`, `"userId": 15869010089158690100891`), "line 13: userId must be of type int, not number"},
		{"not an entry", `{"roles": [7]}`, "line 1: the entry must be of type register.roleRecord, not number"},

		{"party id twice", replace(`"partyId": 500101`, `"partyId": 500100`), "line 11: party 500100: the party id is used by another party"},
		{"party id missing", replace(`"partyId": 510002, `, ``), "line 15: party 0: partyId must be a whole number above 0"},
		{"uuid twice", replace("000000500101", "000000500100"), "line 11: party 500101: partyUuid is used by party 500100"},
		{"uuid wrong", replace("11111111-0000-4000-8000-000000500100", "x"), "line 9: party 500100: partyUuid is not a uuid"},
		{"user id twice", replace("20002", "20001"), "line 15: party 510002: userId 20001 is used by party 510001"},
		{"user id missing", replace(`"userId": 20002, `, ``), "line 15: party 510002: userId must be a whole number above 0"},
		{"person number twice", replace("01817010055", "15869010089"), "line 15: party 510002: the number is used by party 510001"},
		{"organisation number twice", replace("313000109", "312345676"), "line 11: party 500101: the number is used by party 500100"},
		{"check digit of a person", replace("01817010055", "01817010056"), "line 15: party 510002: ssn must be eleven digits with right check digits"},
		{"real person", replace("01817010055", "02013299997"), "line 15: party 510002: ssn is not synthetic"},
		{"check digit of an organisation", replace("310000019", "310000018"), "line 7: party 500001: orgNumber must be nine digits with the right check digit"},
		{"real organisation", replace("310000019", "991825827"), "line 7: party 500001: orgNumber is not synthetic"},
		{"kind", replace(`"person"`, `"human"`), `line 13: party 510001: type must be "person" or "organisation"`},
		{"name of a person", replace(`"lastName": "Berg"`, `"lastName": ""`), "line 15: party 510002: a person needs firstName and lastName"},
		{"name of an organisation", replace(`"HAVN KAFE AS"`, `" "`), "line 9: party 500100: an organisation needs a name"},
		{"person with unit type", replace(`"lastName": "Berg"`, `"lastName": "Berg", "unitType": "AS"`), "line 15: party 510002: a person cannot have orgNumber"},
		{"organisation with user id", replace(`"unitType": "AS"`, `"userId": 4`), "line 9: party 500100: an organisation cannot have ssn"},
		{"language", replace(`"lastName": "Berg"`, `"lastName": "Berg", "language": "no"`), "line 15: party 510002: language must be"},
		{"postal code", replace(`"0002"`, `"2"`), "line 13: party 510001: the postal code must be four digits"},
		{"parent unknown", replace(`"parentPartyId": 500100`, `"parentPartyId": 510001`), "line 11: party 500101: parentPartyId 510001 is not another organisation"},
		{"parent itself", replace(`"parentPartyId": 500100`, `"parentPartyId": 500101`), "line 11: party 500101: parentPartyId 500101 is not another organisation"},

		{"owner's code", replace(`"code": "nordvik"`, `"code": "Nordvik"`), `line 4: service owner "Nordvik": code must be`},
		{"owner's party", replace(`"partyId": 500001, "name"`, `"partyId": 510001, "name"`), `line 4: service owner "nordvik": partyId 510001 is not an organisation`},
		{"owner's name", replace(`"nb": "Nordvik kommune"`, `"nn": "Nordvik kommune"`), `line 4: service owner "nordvik": the name in "nb" is missing`},
		{"role of an unknown person", replace(`"person": 510001, "party": 500101`, `"person": 1, "party": 500101`), "line 19: roles of 1 for 500101: person 1 is not a party"},
		{"role of an organisation", replace(`"person": 510001, "party": 500101`, `"person": 500100, "party": 500101`), "line 19: roles of 500100 for 500101: party 500100 is not a person"},
		{"role for an unknown party", replace(`"party": 500101`, `"party": 9`), "line 19: roles of 510001 for 9: party 9 is not in this file"},
		{"no roles", replace(`"roles": ["SELN"]`, `"roles": []`), "line 21: roles of 510001 for 510001: roles is empty"},
		{"role code", replace(`"SELN"`, `"S ELN"`), `line 21: roles of 510001 for 510001: "S ELN" is not a role code`},
		{"private role for others", replace(`"LEDE"`, `"priv"`), "line 20: roles of 510001 for 500100: PRIV can be held for the own party only"},
		{"roles on two lines", replace(`"party": 500101`, `"party": 500100`), "line 20: roles of 510001 for 500100: the same person and party have roles on another line"},
		{"client's org", replace(`"org": "nordvik"`, `"org": "sorvik"`), `line 24: client "5c0e1f3a": org "sorvik" is not a service owner`},
		{"client's number", replace(`"orgNumber": "312345676", "scopes"`, `"orgNumber": "315000009", "scopes"`), `line 25: client "vendor": orgNumber is not that of an organisation`},
		{"client's number and org", replace(`"org": "nordvik"`, `"org": "nordvik", "orgNumber": "312345676"`), `line 24: client "5c0e1f3a": orgNumber is not that of org "nordvik"`},
		{"client of nobody", replace(`"org": "nordvik", `, ``), `line 24: client "5c0e1f3a": org (code of a service owner) or orgNumber is missing`},
		{"client id twice", replace(`"vendor"`, `"5c0e1f3a"`), `line 25: client "5c0e1f3a": the client id is used by another client`},
		{"client id missing", replace(`"vendor"`, `""`), `line 25: client "": clientId is missing`},
		{"no scopes", replace(`["altinn:instances.read"]`, `[]`), `line 25: client "vendor": scopes is empty`},
		{"scope", replace(`["altinn:instances.read"]`, `["a b"]`), `line 25: client "vendor": "a b" is not a scope`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := register.Parse([]byte(tt.file))
			var refused *register.FaultError
			if !errors.As(err, &refused) {
				t.Fatalf("not refused: %v", err)
			}
			if !slices.ContainsFunc(refused.Faults, func(f register.Fault) bool { return strings.HasPrefix(f.String(), tt.want) }) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
			for _, secret := range []string{"15869010089", "01817010055", "Berg"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows %s", secret)
				}
			}
		})
	}
}

func TestParse_ReportsAllFaultsInOrderOfLines(t *testing.T) {
	t.Parallel()
	file := strings.NewReplacer("01817010055", "1", "313000109", "2", `"LEDE"`, `""`).Replace(sound)
	_, err := register.Parse([]byte(file))
	var refused *register.FaultError
	if !errors.As(err, &refused) || len(refused.Faults) != 3 {
		t.Fatalf("want 3 faults, got %v", err)
	}
	if !slices.IsSortedFunc(refused.Faults, func(a, b register.Fault) int { return a.Line - b.Line }) {
		t.Errorf("faults are out of order: %v", err)
	}
}
