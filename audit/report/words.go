package report

import "github.com/hovedbok/hovedbok/audit"

// word is a word in each language.
func word(nb, nn, en string) audit.Summary { return audit.Summary{NB: nb, NN: nn, EN: en} }

// Kinds of actor.
var kinds = map[string]audit.Summary{
	"user":       word("person", "person", "person"),
	"org":        word("tjenesteeier", "tenesteeigar", "service owner"),
	"systemuser": word("systembruker", "systembrukar", "system user"),
	"platform":   word("plattformen", "plattforma", "the platform"),
}

// Words of headings and labels.
var (
	wRevision     = word("Rev", "Rev", "Rev")
	wRevisionLong = word("Revisjon", "Revisjon", "Revision")
	wTime         = word("Tid", "Tid", "Time")
	wWho          = word("Hvem", "Kven", "Who")
	wOnBehalf     = word("På vegne av", "På vegner av", "On behalf of")
	wLevel        = word("Nivå", "Nivå", "Level")
	wTask         = word("Oppgave", "Oppgåve", "Task")
	wWhat         = word("Hva", "Kva", "What")
	wWhere        = word("Sted", "Stad", "Where")
	wFrom         = word("Fra", "Frå", "From")
	wTo           = word("Til", "Til", "To")

	onBehalfOf = word("på vegne av", "på vegner av", "on behalf of")
	byWhom     = word("av", "av", "by")
	wSince     = word("siden", "sidan", "since")
	wLocked    = word("låst", "låst", "locked")
	wVersion   = word("versjon", "versjon", "version")

	wState       = word("Tilstand etter revisjon %d, %s", "Tilstand etter revisjon %d, %s", "State after revision %d, %s")
	wInstance    = word("Instans", "Instans", "Instance")
	wApp         = word("Tjeneste", "Teneste", "Application")
	wOwner       = word("Eier", "Eigar", "Owner")
	wParty       = word("part %d", "part %d", "party %d")
	wCreated     = word("Opprettet", "Oppretta", "Created")
	wChanged     = word("Sist endret", "Sist endra", "Last changed")
	wDue         = word("Frist", "Frist", "Due before")
	wVisible     = word("Synlig fra", "Synleg frå", "Visible after")
	wEnded       = word("Avsluttet", "Avslutta", "Ended")
	wSubmissions = word("Innsendinger", "Innsendingar", "Submissions")
	wBin         = word("I papirkurven", "I papirkorga", "In the bin")
	wErased      = word("Slettet for godt", "Sletta for godt", "Erased for good")
	wErasedText  = word("innholdet finnes ikke lenger", "innhaldet finst ikkje lenger", "the contents are gone")
	wSubstatus   = word("Delstatus", "Delstatus", "Substatus")
	wConfirmed   = word("Mottak bekreftet", "Mottak stadfesta", "Confirmed")
	wHistory     = word("Prosess", "Prosess", "Process")
	wAbandoned   = word("avbrutt", "avbroten", "abandoned")
	wForm        = word("Skjema", "Skjema", "Form")
	wFile        = word("Fil", "Fil", "File")
	wBytes       = word("byte", "byte", "bytes")
	wLinks       = word("Koblinger", "Koplingar", "Links")
	wGaveRise    = word("førte til", "førte til", "gave rise to")
	wComesFrom   = word("kommer fra", "kjem frå", "comes from")
	wTexts       = word("Visningstekster", "Visingstekstar", "Presentation")
	wValues      = word("Søkeverdier", "Søkjeverdiar", "Data values")
	wHash        = word("Hash", "Hash", "Hash")

	wType        = word("Type", "Type", "Type")
	wClient      = word("klient", "klient", "client")
	wAppVersion  = word("Tjenesteversjon", "Tenesteversjon", "App version")
	wEvent       = word("Hendelse", "Hending", "Event")
	wCommand     = word("Kommando", "Kommando", "Command")
	wCorrelation = word("Korrelasjon", "Korrelasjon", "Correlation")
	wCausation   = word("Årsak", "Årsak", "Causation")
	wTrace       = word("Sporing", "Sporing", "Trace")
	wDecision    = word("Beslutning", "Avgjerd", "Decision")
	wRequest     = word("Forespørsel", "Førespurnad", "Request")
	wPosition    = word("posisjon %d", "posisjon %d", "position %d")
	wPrevious    = word("Forrige hash", "Førre hash", "Previous hash")
	wData        = word("Innhold", "Innhald", "Data")

	wNothing = word("Ingen forskjell.", "Ingen skilnad.", "No difference.")

	chainVerified = word("kjeden av %d hendelser er verifisert", "kjeda av %d hendingar er verifisert", "chain of %d events verified")
	chainLinked   = word(
		"kjeden av %d hendelser henger sammen; hashene er ikke regnet ut på nytt, fordi de forseglede bytene mangler",
		"kjeda av %d hendingar heng saman; hashane er ikkje rekna ut på nytt, fordi dei forsegla bytane manglar",
		"chain of %d events is linked; the hashes were not recomputed, since the sealed bytes are missing")
)

// subjects names what a change is about.
var subjects = map[string]audit.Summary{
	audit.SubjectInstance:     word("instans", "instans", "instance"),
	audit.SubjectProcess:      word("prosess", "prosess", "process"),
	audit.SubjectSubstatus:    word("delstatus", "delstatus", "substatus"),
	audit.SubjectPresentation: word("visningstekst", "visingstekst", "presentation"),
	audit.SubjectDataValue:    word("søkeverdi", "søkjeverdi", "data value"),
	audit.SubjectRelation:     word("kobling", "kopling", "link"),
	audit.SubjectConfirmation: word("bekreftelse", "stadfesting", "confirmation"),
	audit.SubjectElement:      word("element", "element", "element"),
}
