package appkit

import "slices"

// extension is a place where apps on Altinn run C#: an interface of Altinn.App.Core that apps implement.
type extension struct {
	does string // on Altinn
	here string // what stands in for it in this program, today
}

const nothing = "nothing yet"

// extensions are the interfaces by name (Altinn.App.Core, what is marked ImplementableByApps, and those of
// v8 that apps still carry). It is the one place that says what stands in for code.
var extensions = map[string]extension{
	"IInstantiationValidator":    {"says who may start an instance", "partyTypesAllowed and the policy; beyond them nothing yet"},
	"IInstantiationProcessor":    {"fills in a form when it is made", "prefill of links.json, for instances that a link makes; otherwise nothing yet"},
	"ICopyInstanceValidator":     {"says whether an instance may be copied", "nothing yet; instances are not copied"},
	"IValidateQueryParamPrefill": {"checks prefill from the address", "nothing yet; there are no forms without instances"},
	"IDataProcessor":             {"changes form data when they are read and written", nothing},
	"IDataWriteProcessor":        {"changes data after every write", nothing},
	"IPrefill":                   {"replaces how forms are prefilled", nothing},
	"IAppMetadata":               {"replaces the app's metadata while it runs", "nothing, by design; a version is what its files say"},
	"IAppResources":              {"replaces the app's files while it runs", "nothing, by design; a version is what its files say"},
	"IAppModel":                  {"replaces how form classes are made", "the JSON Schema of the form"},

	"IValidator":            {"validates data of a task", "the JSON Schema and the counts of data types; beyond them nothing yet"},
	"IFormDataValidator":    {"validates a form", "the JSON Schema of the form; beyond it nothing yet"},
	"IDataElementValidator": {"validates an element", "content types, sizes and counts of the data type; beyond them nothing yet"},
	"ITaskValidator":        {"validates a task before it is left", "the JSON Schema and the counts of data types; beyond them nothing yet"},
	"IInstanceValidator":    {"validates data and tasks (the older form)", "the JSON Schema and the counts of data types; beyond them nothing yet"},
	"IFileAnalyser":         {"looks into files when they are uploaded", "the name's extension must fit the content type; the content is not looked into"},
	"IFileValidator":        {"refuses files after they are looked into", "content types and sizes of the data type; beyond them nothing yet"},

	"IAppOptionsProvider":         {"gives a list of options", "a list in App/options or a predefined one; a computed one is a Provider in Go, package apps/options"},
	"IInstanceAppOptionsProvider": {"gives a list of options for an instance", "a secure Provider in Go, package apps/options"},
	"IAppOptionsFileHandler":      {"replaces how lists of options are read", nothing},
	"IDataListProvider":           {"gives the rows of a List component", nothing},
	"IInstanceDataListProvider":   {"gives the rows of a List component for an instance", nothing},
	"IExternalApiClient":          {"fetches data from another service", nothing},

	"IProcessExclusiveGateway":   {"chooses the way on from a gateway", "conditions on the flows out of it"},
	"IOnTaskStartingHandler":     {"runs when a task starts", "a link on TaskStarted can make an instance of another app; otherwise nothing yet"},
	"IOnTaskEndingHandler":       {"runs when a task ends", "a link on TaskCompleted can make an instance of another app; otherwise nothing yet"},
	"IOnTaskAbandonHandler":      {"runs when a task is rejected", nothing},
	"IOnProcessEndingHandler":    {"runs when the process ends", "a link on Submitted can make an instance of another app; otherwise nothing yet"},
	"IProcessEnd":                {"runs after the process has ended", "a link on Submitted can make an instance of another app; otherwise nothing yet"},
	"IProcessTaskStart":          {"runs when a task starts (v8)", "a link on TaskStarted can make an instance of another app; otherwise nothing yet"},
	"IProcessTaskEnd":            {"runs when a task ends (v8)", "a link on TaskCompleted can make an instance of another app; otherwise nothing yet"},
	"IProcessTaskAbandon":        {"runs when a task is rejected (v8)", nothing},
	"IProcessTask":               {"is a task type of the app's own", "nothing yet; an instance waits there until somebody with the right to the action of that name moves it on"},
	"IServiceTask":               {"is a service task of the app's own", "nothing yet; an instance waits there until somebody with the right to the action of that name moves it on"},
	"IPipelineServiceTask":       {"is a service task of the app's own, in stages", "nothing yet; an instance waits there until somebody with the right to the action of that name moves it on"},
	"IUserAction":                {"runs when a person presses a button", nothing},
	"IUserActionAuthorizer":      {"says who may do an action", "the policy, by action and task; beyond it nothing yet"},
	"IEventHandler":              {"takes events from other services", nothing},
	"IEventSecretCodeProvider":   {"proves who sends events", nothing},
	"IOrderDetailsCalculator":    {"says what is to be paid", "nothing yet; an instance stays in a payment task"},
	"IPaymentProcessor":          {"takes payments", "nothing yet; an instance stays in a payment task"},
	"ISigneeProvider":            {"says who is to sign", "nothing yet; an instance stays in a signing task"},
	"IPdfFormatter":              {"leaves pages out of the PDF", "nothing yet; no PDF is made"},
	"IPageOrder":                 {"orders the pages", "pages.order of Settings.json"},
	"IEFormidlingMetadata":       {"writes the cover of a shipment", "nothing yet; nothing is sent"},
	"IEFormidlingReceivers":      {"says who gets a shipment", "nothing yet; nothing is sent"},
	"IFiksArkivPayloadGenerator": {"makes what is archived", "nothing yet; nothing is archived"},
	"IFiksArkivResponseHandler":  {"takes the archive's answer", "nothing yet; nothing is archived"},
}

// baseClasses are classes of the platform that implement one of the interfaces for those who inherit them.
var baseClasses = map[string]string{"GenericFormDataValidator": "IFormDataValidator"}

// registrations are methods that register code of a package rather than of the app.
var registrations = map[string]string{
	"AddAltinnCodelists":                   "IAppOptionsProvider",
	"AddSSBClassificationCodelistProvider": "IAppOptionsProvider",
	"AddJoinedAppOptions":                  "IAppOptionsProvider",
	"AddFiksArkiv":                         "IServiceTask",
}

// notCarriedOut are the task types of the platform that this program does not carry out yet, with what they
// do. An instance stays in such a task, so that nothing passes as signed, paid or sent that is not.
var notCarriedOut = map[string]string{
	"signing":     "collects signatures",
	"payment":     "takes a payment",
	"pdf":         "makes a PDF",
	"subformPdf":  "makes a PDF of each subform",
	"eFormidling": "sends a shipment",
	"fiksArkiv":   "archives",
}

// NotCarriedOut gives the task types of the platform that this program does not carry out yet, sorted.
func NotCarriedOut() []string {
	names := make([]string, 0, len(notCarriedOut))
	for name := range notCarriedOut {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
