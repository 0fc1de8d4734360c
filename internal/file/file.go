// Package file writes files in one step: a reader, or a crash, sees the old text or the new one, never half of it.
package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteSecret replaces the file at path, readable by its owner alone (mode 0600), whatever its mode was.
// A symbolic link is followed.
func WriteSecret(path string, data []byte) error { return replace(path, bytesOf(path, data), 0o600) }

// WriteSecretFrom is WriteSecret of what content writes. Where content fails, its error is returned and the file stays as it was.
func WriteSecretFrom(path string, content func(to io.ReadWriteSeeker) error) error {
	return replace(path, content, 0o600)
}

// Write replaces the file at path; a file that exists keeps its mode, a new one gets mode.
func Write(path string, data []byte, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return replace(path, bytesOf(path, data), mode)
}

func bytesOf(path string, data []byte) func(io.ReadWriteSeeker) error {
	return func(to io.ReadWriteSeeker) error {
		if _, err := to.Write(data); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return nil
	}
}

func replace(path string, content func(io.ReadWriteSeeker) error, mode fs.FileMode) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".orkesctl-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone after the rename
	if err := content(temp); err != nil {
		return errors.Join(err, temp.Close())
	}
	if err = errors.Join(temp.Chmod(mode), temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
