// Package chain is the read model of chains: which instances links have tied together, and how far each handover has come.
package chain
