// Package devidp issues real, signed tokens for development and tests: it plays ID-porten's and
// Maskinporten's token side, Altinn's token exchange, and the token routes of Altinn's local test platform.
//
// The tokens are RS256 and are verified like any other, through published keys. The keys are made at
// first start and kept in a folder, readable by their owner only. Maskinporten's token endpoint makes all
// the checks that the real one makes and a few more, because leniency hides faults.
//
//	GET  /idporten/.well-known/openid-configuration           metadata; keys at /idporten/jwks
//	POST /idporten/test-token                                 token of a person, form: pid or userId, acr, scope
//	GET  /maskinporten/.well-known/oauth-authorization-server metadata; keys at /maskinporten/jwks
//	POST /maskinporten/token                                  JWT grant (RFC 7523)
//	GET  /authentication/api/v1/openid/.well-known/openid-configuration  metadata; keys below it at /jwks
//	GET  /authentication/api/v1/exchange/{maskinporten|id-porten}        Altinn token for the bearer token
//	GET  /Home/GetTestUserToken/{userId}?authenticationLevel=
//	GET  /Home/GetTestOrgToken/{org}?orgNumber=&scopes=&authenticationLevel=
//	GET  /Home/GetTestSystemUserToken?systemUserId=&systemUserOrgNumber=&systemId=&supplierOrgNumber=&scope=
//	GET  /Home/Tokens                                         page with links to the routes above
//
// The words of paths and the names of query parameters are read in any case, as Altinn's are.
//
// Whoever reaches this server can be anybody. It must not be reachable from other machines: see
// [CheckListen]. As a second guard it answers only requests whose Host is this machine or its own base
// URL, so that a web page elsewhere cannot reach it through the browser of a developer.
package devidp
