// Package inbox is the read model of lists: one row for each instance, with what lists show, sort and search by.
//
// Whoever lists passes the condition that the policies give (policies.Engine.Filter). It becomes a part of the query, so that a page is
// always a page of rows that the caller may see. The zero condition admits nothing.
package inbox
