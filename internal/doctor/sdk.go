package doctor

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// sdkFiles are the files in which projects name their SDK.
func sdkFiles() []string {
	return []string{"pyproject.toml", "requirements.txt", "requirements.lock", "package.json", "go.mod"}
}

// sdks reads the SDK's version from the project's own files.
func (g *gathering) sdks() {
	f := g.facts
	if f.Unit == nil {
		return
	}
	for _, file := range sdkFiles() {
		if text, err := os.ReadFile(filepath.Join(f.Unit.Project.Root, file)); err == nil { //nolint:gosec // a file of the project
			f.SDKs = append(f.SDKs, sdks(file, string(text))...)
		}
	}
}

// sdks reads which SDK a file of dependencies names.
func sdks(file, text string) []SDK {
	patterns := map[string]*regexp.Regexp{
		"conductor-python":                      regexp.MustCompile(`conductor-python\s*(?:\[[^\]]*\])?\s*[=~><!]=*\s*"?([0-9][0-9.]*)`),
		"@io-orkes/conductor-javascript":        regexp.MustCompile(`"@io-orkes/conductor-javascript"\s*:\s*"[\^~>=v ]*([0-9][0-9.]*)`),
		"github.com/conductor-sdk/conductor-go": regexp.MustCompile(`github\.com/conductor-sdk/conductor-go v([0-9][0-9.]*)`),
	}
	var found []SDK
	for name, pattern := range patterns {
		at := pattern.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		sdk := SDK{Name: name, Version: text[at[2]:at[3]], File: file, Line: 1 + strings.Count(text[:at[0]], "\n")}
		if m := regexp.MustCompile(`"zod"\s*:\s*"[\^~>=v ]*([0-9][0-9.]*)`).FindStringSubmatch(text); m != nil {
			sdk.Zod = m[1]
		}
		found = append(found, sdk)
	}
	return found
}
