package scaffold

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// parseModules reads files as modules, without the packages that they import.
const parseModules = `const vm = require("node:vm"), fs = require("node:fs");
for (const identifier of process.argv.slice(1)) new vm.SourceTextModule(fs.readFileSync(identifier, "utf8"), { identifier });`

// withEnding lists the files below a folder that have an ending.
func withEnding(t *testing.T, root, ending string) []string {
	t.Helper()
	var found []string
	require.NoError(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ending) {
			found = append(found, path)
		}
		return err
	}))
	require.NotEmpty(t, found)
	return found
}

// odd makes two projects of a language: one with every odd name, and one whose task has every odd field. It returns their folders.
func odd(t *testing.T, name string) []string {
	t.Helper()
	language, err := workerOptions{lang: name}.language(nil)
	require.NoError(t, err)
	fields := t.TempDir()
	for _, file := range plans(t, oddFields())[name].Files {
		path := filepath.Join(fields, filepath.FromSlash(file.Path))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, file.Content, 0o600))
	}
	return []string{generate(t, language), fields}
}

func check(t *testing.T, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	require.NoError(t, err, "%s", output)
}

func TestJavaScriptParses(t *testing.T) {
	program, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	for _, root := range odd(t, "javascript") {
		check(t, program, append([]string{"--experimental-vm-modules", "--no-warnings", "-e", parseModules}, withEnding(t, root, ".js")...)...)
	}
}

// TypeScript's compiler is there once the matrix of e2e has installed the project.
func TestTypeScriptParses(t *testing.T) {
	program, err := filepath.Abs("../../.cache/matrix/typescript/node_modules/.bin/tsc")
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		t.Skip("no tsc: the matrix of e2e installs it")
	}
	for _, root := range odd(t, "typescript") {
		args := []string{"--ignoreConfig", "--noCheck", "--noResolve", "--types", "", "--module", "nodenext", "--target", "es2022", "--outDir", t.TempDir()}
		check(t, program, append(args, withEnding(t, root, ".ts")...)...)
	}
}

// Every package is pinned, and no file says where it comes from: that is the user's own registry.
func TestNodePackagesArePinned(t *testing.T) {
	for _, name := range []string{"javascript", "typescript"} {
		language, err := workerOptions{lang: name}.language(nil)
		require.NoError(t, err)
		for _, manager := range language.Options[0].Choices {
			plan, err := language.Make(scaffold.Spec{
				Application: "p", Tasks: []scaffold.Task{scaffold.GuideTask()}, Options: map[string]string{language.Options[0].Name: manager},
			})
			require.NoError(t, err)
			files := map[string]string{}
			for _, file := range plan.Files {
				files[file.Path] = string(file.Content)
			}
			var manifest, lock struct {
				Dependencies, DevDependencies map[string]string
				Packages                      map[string]struct{ Version string }
			}
			require.NoError(t, json.Unmarshal([]byte(files["package.json"]), &manifest))
			require.Equal(t, language.SDK.Version, manifest.Dependencies[language.SDK.Name])
			require.Contains(t, files["Dockerfile"], manager+" ")
			text, locked := files["package-lock.json"]
			require.Equal(t, manager == "npm", locked)
			for _, dependencies := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
				for dependency, version := range dependencies {
					require.Regexp(t, `^\d+\.\d+\.\d+$`, version, dependency)
					if locked {
						require.NoError(t, json.Unmarshal([]byte(text), &lock))
						require.Equal(t, version, lock.Packages["node_modules/"+dependency].Version, dependency)
					}
				}
			}
			require.NotContains(t, text, `"resolved"`)
		}
	}
}
