//go:build packed

package templates

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io/fs"
)

//go:embed templates.zip
var archive []byte

// FS returns the languages' folders.
func FS() fs.FS {
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic("the packed templates cannot be read: " + err.Error()) // they were read when the release was built
	}
	return files
}
