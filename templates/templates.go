// Package templates holds the worker projects that orkesctl makes, one folder a language or variant: language.yaml and the templates it names.
// What they share is in common. To add a language, add its folder here; nothing else names it.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed all:*
var files embed.FS

// FS returns the languages' folders.
func FS() fs.FS { return files }
