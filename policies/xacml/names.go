package xacml

// Namespace is the XML namespace of XACML 3.0 core, the only one accepted.
const Namespace = "urn:oasis:names:tc:xacml:3.0:core:schema:wd-17"

// Names from XACML 3.0 core (OASIS, 2013) that policies use.
const (
	categorySubject  = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject"
	categoryResource = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource"
	categoryAction   = "urn:oasis:names:tc:xacml:3.0:attribute-category:action"

	attributeAction = "urn:oasis:names:tc:xacml:1.0:action:action-id"

	typeString  = "http://www.w3.org/2001/XMLSchema#string"
	typeInteger = "http://www.w3.org/2001/XMLSchema#integer"

	functionEqual        = "urn:oasis:names:tc:xacml:1.0:function:string-equal"
	functionEqualFold    = "urn:oasis:names:tc:xacml:3.0:function:string-equal-ignore-case"
	functionEqualFoldOld = "urn:oasis:names:tc:xacml:1.0:function:string-equal-ignore-case"
)

// Names that Altinn has added.
const (
	attributeOrg         = "urn:altinn:org"
	attributeApp         = "urn:altinn:app"
	attributeResource    = "urn:altinn:resource"
	attributeTask        = "urn:altinn:task"
	attributeEndEvent    = "urn:altinn:end-event"
	attributeAppResource = "urn:altinn:appresource"

	obligationUserLevel = "urn:altinn:minimum-authenticationlevel"
	obligationOrgLevel  = "urn:altinn:minimum-authenticationlevel-org"
)

// algorithms are the combining algorithms of app and delegation policies.
// The value tells whether a Deny rule wins, as it must to be enforced.
var algorithms = map[string]bool{
	"urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-overrides":     true,
	"urn:oasis:names:tc:xacml:1.0:rule-combining-algorithm:deny-overrides":     true,
	"urn:oasis:names:tc:xacml:3.0:policy-combining-algorithm:deny-overrides":   true,
	"urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:permit-overrides":   false,
	"urn:oasis:names:tc:xacml:1.0:rule-combining-algorithm:permit-overrides":   false,
	"urn:oasis:names:tc:xacml:3.0:policy-combining-algorithm:permit-overrides": false,
}
