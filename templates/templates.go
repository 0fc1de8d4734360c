//go:build !packed

package templates

import (
	"embed"
	"io/fs"
)

//go:embed all:*/*
var files embed.FS

// FS returns the languages' folders.
func FS() fs.FS { return files }
