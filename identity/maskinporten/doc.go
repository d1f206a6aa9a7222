// Package maskinporten gets access tokens from Maskinporten for our own calls to other agencies.
//
// A token is asked for with a signed grant (RFC 7523) and kept until half a minute before it ends. However
// many goroutines want the same token, one request is made. What may go away by itself is tried again,
// with a new grant each time; what a person must mend is remembered for half a minute, so that a wrong
// configuration does not turn into a flood of requests. Errors say which of the two it is ([Error.Class]).
package maskinporten
