// Package examples holds the sample services, with the people, organisations and roles to try them. See README.md.
package examples

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
)

// FS is the folder: apps, data and register.json.
//
//go:embed all:apps data register.json
var FS embed.FS

// Extract writes the folder to dir, which must not exist or hold an earlier copy.
func Extract(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("replace the examples: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return fmt.Errorf("write the examples: %w", err)
	}
	if err := os.CopyFS(dir, FS); err != nil {
		return fmt.Errorf("write the examples: %w", err)
	}
	return nil
}
