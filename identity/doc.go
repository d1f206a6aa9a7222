// Package identity answers who is calling. A [Verifier] takes a raw token and gives a [Caller]: a person,
// an organisation or a system user, with authentication level and scopes. Nothing else in the program
// knows about tokens.
//
// Three kinds of issuers are understood: ID-porten (people), Maskinporten (organisations and system
// users) and Altinn's token exchange (all of them). Their tokens are JSON Web Tokens signed with RSA; the
// public keys are fetched from the issuer when first needed, kept, and fetched again when a token names a
// key that is not among them. Every refusal is a [*TokenError] with a stable code.
//
// A token that has been verified is remembered by its SHA-256 until it expires, so that the next request
// with the same token costs a hash and a map look-up.
//
// The folders below: devidp issues real signed tokens for development, maskinporten gets tokens for our
// own calls, identitytest puts them together for tests.
package identity
