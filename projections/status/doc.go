// Package status is the read model of one case: what a citizen sees of it, and how it stands in its chain.
package status
