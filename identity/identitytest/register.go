package identitytest

// Ids of [DefaultRegister].
const (
	Ase = 20001 // user id of a person who is managing director of Havn Kafe
	Ola = 20002 // user id of a person without roles

	AseParty  = 510001
	OlaParty  = 510002
	KafeParty = 500100

	OlaNumber     = "01817010055" // national identity number, synthetic
	NordvikNumber = "310000019"   // organisation number of the service owner "nordvik"
	KafeNumber    = "312345676"   // organisation number of Havn Kafe, which owns no service

	OwnerClient  = "5c0e1f3a-0000-4000-8000-000000000001" // Maskinporten client of "nordvik"
	VendorClient = "5c0e1f3a-0000-4000-8000-000000000002" // Maskinporten client of Havn Kafe
)

// DefaultRegister is the register of a [World] unless the test brings its own.
const DefaultRegister = `{
  "serviceOwners": [
    {"code": "nordvik", "partyId": 500001, "name": {"nb": "Nordvik kommune", "nn": "Nordvik kommune", "en": "Nordvik municipality"}}
  ],
  "parties": [
    {"partyId": 500001, "partyUuid": "a0000000-0000-4000-8000-000000500001", "type": "organisation", "orgNumber": "310000019", "unitType": "KOMM", "name": "NORDVIK KOMMUNE"},
    {"partyId": 500100, "partyUuid": "a0000000-0000-4000-8000-000000500100", "type": "organisation", "orgNumber": "312345676", "unitType": "AS", "name": "HAVN KAFE AS"},
    {"partyId": 510001, "partyUuid": "b0000000-0000-4000-8000-000000510001", "type": "person", "userId": 20001, "ssn": "15869010089", "firstName": "Åse", "lastName": "Lindvik"},
    {"partyId": 510002, "partyUuid": "b0000000-0000-4000-8000-000000510002", "type": "person", "userId": 20002, "ssn": "01817010055", "firstName": "Ola", "lastName": "Berg"}
  ],
  "roles": [{"person": 510001, "party": 500100, "roles": ["DAGL"]}],
  "clients": [
    {"clientId": "5c0e1f3a-0000-4000-8000-000000000001", "org": "nordvik", "scopes": ["altinn:serviceowner/instances.read", "altinn:serviceowner/instances.write", "altinn:instances.read"]},
    {"clientId": "5c0e1f3a-0000-4000-8000-000000000002", "orgNumber": "312345676", "scopes": ["altinn:instances.read", "altinn:instances.write"]}
  ]
}`
