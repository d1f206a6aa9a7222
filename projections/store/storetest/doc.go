// Package storetest is the one suite that every store of projections must pass.
package storetest
