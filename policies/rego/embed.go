// Package rego holds the Rego files of the authorization policy.
//
// Only the files that this package embeds are ever loaded; apps bring data, never Rego.
// Tests written in Rego stand beside the files (*_test.rego) and run from go test.
package rego

import (
	"embed"
	"fmt"
)

//go:embed decide.rego explain.rego batch.rego filters.rego
var files embed.FS

// Names lists the embedded files in the order in which they are best read.
var Names = []string{"decide.rego", "explain.rego", "batch.rego", "filters.rego"}

// Modules returns the embedded files by name.
func Modules() (map[string]string, error) {
	modules := make(map[string]string, len(Names))
	for _, name := range Names {
		src, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read embedded policy %s: %w", name, err)
		}
		modules[name] = string(src)
	}
	return modules, nil
}
