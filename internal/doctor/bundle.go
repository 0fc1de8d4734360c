package doctor

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
)

// hidden stands where a secret was.
const hidden = "•••"

// minSecret is the length under which a value is not searched for in the archive: it would hide ordinary words.
const minSecret = 6

// secrets are the values that no output may hold: those of both identities, and what the variables of secrets say.
func (f *Facts) secrets() []string {
	values := []string{
		f.Person.Settings.Secret.Value, f.Person.Settings.Token.Value, f.Worker.Settings.Secret.Value, f.Worker.Settings.Token.Value,
		f.Person.Token.Value, f.Worker.Token.Value,
	}
	for _, v := range f.Variables {
		if isSecret(v.Name) {
			values = append(values, v.Value, strings.TrimSpace(v.Value))
		}
	}
	values = slices.DeleteFunc(values, func(value string) bool { return len(value) < minSecret })
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(values)
}

// isSecret reports whether a variable's value is not shown. A proxy's address may hold a password.
func isSecret(name string) bool {
	upper := strings.ToUpper(name)
	for _, part := range []string{"SECRET", "TOKEN", "PASSWORD", "PROXY"} {
		if strings.Contains(upper, part) && upper != "NO_PROXY" {
			return true
		}
	}
	return false
}

// bundle is the content of a support archive, in order.
type bundle struct {
	secrets []string
	out     *zip.Writer
}

func (b *bundle) add(name string, text []byte) error {
	for _, secret := range b.secrets {
		text = bytes.ReplaceAll(text, []byte(secret), []byte(hidden))
	}
	w, err := b.out.Create(name)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		return fmt.Errorf("write %s into the archive: %w", name, err)
	}
	return nil
}

// Bundle returns a support archive, a zip: the report, what it was made of, the requests without their contents, the project's own
// words and its definitions. No secret is in it, and nothing of what workflows carry.
func Bundle(f *Facts, report Report, version string) ([]byte, error) {
	var data bytes.Buffer
	b := &bundle{secrets: f.secrets(), out: zip.NewWriter(&data)}
	text, out, _ := term.Test("")
	document, err := render.Encode(report)
	if err == nil {
		err = report.Show(text, true)
	}
	if err != nil {
		return nil, err
	}
	parts := []struct {
		name string
		text []byte
	}{
		{"report.txt", out.Bytes()},
		{"report.json", document},
		{"about.txt", []byte(f.about(version))},
		{"variables.txt", []byte(f.variableList())},
		{"requests.txt", []byte(strings.Join(f.Log, "\n") + "\n")},
	}
	for _, part := range parts {
		if err := b.add(part.name, part.text); err != nil {
			return nil, err
		}
	}
	for _, path := range f.ownFiles() {
		content, err := os.ReadFile(path) //nolint:gosec // files of the project
		if err != nil {
			continue
		}
		name, err := filepath.Rel(f.Project.Root, path)
		if err != nil || strings.HasPrefix(name, "..") {
			name = filepath.Base(path)
		}
		if err := b.add("project/"+filepath.ToSlash(name), content); err != nil {
			return nil, err
		}
	}
	if err := b.out.Close(); err != nil {
		return nil, fmt.Errorf("end the archive: %w", err)
	}
	return data.Bytes(), nil
}

func (f *Facts) about(version string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "orkesctl %s\n%s/%s\n%s\n", version, runtime.GOOS, runtime.GOARCH, f.Now.UTC().Format("2006-01-02 15:04:05 MST"))
	fmt.Fprintf(&text, "server %s (%s), %s\n%d requests\n", f.Server.URL, f.Server.Source, f.Server.Version.Value, f.Requests)
	if f.Unit != nil {
		fmt.Fprintf(&text, "project %s, %s %s %s\n", f.Unit.Name, f.language(), f.Toolchain.Program, f.Toolchain.Version)
	}
	for _, sdk := range f.SDKs {
		fmt.Fprintf(&text, "%s %s (%s)\n", sdk.Name, sdk.Version, sdk.File)
	}
	for _, w := range f.Declared {
		fmt.Fprintf(&text, "worker %s%s domain %q%s, %s\n", w.Task, w.Expression, w.Domain, w.DomainExpression, w.Place())
	}
	return text.String()
}

func (f *Facts) variableList() string {
	var text strings.Builder
	for _, v := range f.Variables {
		value := v.Value
		if isSecret(v.Name) {
			value = fmt.Sprintf("(hidden, %d characters)", len(value))
		}
		fmt.Fprintf(&text, "%s=%s   %s\n", v.Name, value, v.From())
	}
	return text.String()
}

// ownFiles are the project file and the files of definitions.
func (f *Facts) ownFiles() []string {
	if f.Project == nil {
		return nil
	}
	files := []string{filepath.Join(f.Project.Root, "orkesctl.yaml")}
	for _, document := range f.Documents {
		path := document.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(f.Dir, path)
		}
		if !slices.Contains(files, path) {
			files = append(files, path)
		}
	}
	return files
}
