// Command gen writes what is derived from the program itself: docs/reference (Markdown) from the command tree, docs/checks.md from
// doctor's checks, man pages and completion scripts.
//
//	go run ./docs/gen                 # docs/reference and docs/checks.md
//	go run ./docs/gen -out build      # build/man, build/completions and build/templates.zip, for the release
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/orkesctl/orkesctl/cmd"
	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/templates"
)

func main() {
	out := flag.String("out", "", "write man pages and completions below this folder instead of docs/reference")
	flag.Parse()
	if err := generate(*out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func generate(out string) error {
	if out == "" {
		dir := filepath.Join("docs", "reference")
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("clear the reference: %w", err)
		}
		if err := os.WriteFile(filepath.Join("docs", "checks.md"), []byte(doctor.Markdown()), 0o644); err != nil { //nolint:gosec // documentation is public
			return fmt.Errorf("write the checks: %w", err)
		}
		return reference(dir)
	}
	if err := manPages(filepath.Join(out, "man")); err != nil {
		return err
	}
	if err := completions(filepath.Join(out, "completions")); err != nil {
		return err
	}
	return pack(templates.FS(), filepath.Join(out, "templates.zip"))
}

// pack writes the templates as one archive, the same bytes for the same files.
func pack(files fs.FS, path string) error {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	if err := archive.AddFS(files); err != nil {
		return fmt.Errorf("pack the templates: %w", err)
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("pack the templates: %w", err)
	}
	return os.WriteFile(path, buffer.Bytes(), 0o644) //nolint:gosec // the templates are public
}

// tree is the command tree without anything of this machine in it.
func tree() *cobra.Command {
	t, _, _ := term.Test("")
	root := cmd.NewRoot(cli.NewDeps(t, func(string) string { return "" }, ".", "dev"))
	root.DisableAutoGenTag = true
	return root
}

func reference(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // documentation is public
		return fmt.Errorf("make %s: %w", dir, err)
	}
	return doc.GenMarkdownTree(tree(), dir)
}

func manPages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // documentation is public
		return fmt.Errorf("make %s: %w", dir, err)
	}
	epoch := time.Unix(0, 0).UTC() // the same page every day
	return doc.GenManTree(tree(), &doc.GenManHeader{Title: "ORKESCTL", Section: "1", Source: "orkesctl", Date: &epoch}, dir)
}

// completions runs `orkesctl completion SHELL` for each shell, so that the packages hold just what the command prints.
func completions(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // completion scripts are public
		return fmt.Errorf("make %s: %w", dir, err)
	}
	names := map[string]string{"bash": "orkesctl.bash", "zsh": "_orkesctl", "fish": "orkesctl.fish", "powershell": "orkesctl.ps1"}
	for shell, name := range names {
		var script bytes.Buffer
		t, _, errs := term.Test("")
		t.Out = &script
		deps := cli.NewDeps(t, func(string) string { return "" }, ".", "dev")
		if code := cmd.Run(context.Background(), deps, []string{"completion", shell}); code != 0 {
			return fmt.Errorf("completion %s: %s", shell, strings.TrimSpace(errs.String()))
		}
		if err := os.WriteFile(filepath.Join(dir, name), script.Bytes(), 0o644); err != nil { //nolint:gosec // public
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
