// Package templates holds the worker projects that orkesctl makes, one folder a language: language.yaml and the templates it names.
// To add a language, add its folder here and to the embed line.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed all:go
var files embed.FS

// FS returns the languages' folders.
func FS() fs.FS { return files }
