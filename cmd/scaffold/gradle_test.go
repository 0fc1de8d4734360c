package scaffold

import (
	"encoding/xml"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// dependency is one library of a pom.
type dependency struct {
	Group    string `xml:"groupId"`
	Artifact string `xml:"artifactId"`
	Version  string `xml:"version"`
	Scope    string `xml:"scope"`
	Type     string `xml:"type"`
}

// configuration is Gradle's word for where a dependency counts.
func (d dependency) configuration() string {
	return map[string]string{"": "implementation", "runtime": "runtimeOnly", "test": "testImplementation", "import": "implementation platform"}[d.Scope]
}

type pom struct {
	Artifact     string       `xml:"artifactId"`
	Dependencies []dependency `xml:"dependencies>dependency"`
	Managed      []dependency `xml:"dependencyManagement>dependencies>dependency"`
	Plugins      []struct {
		Artifact     string       `xml:"artifactId"`
		Main         string       `xml:"configuration>archive>manifest>mainClass"`
		Dependencies []dependency `xml:"dependencies>dependency"`
	} `xml:"build>plugins>plugin"`
}

// libraries lists what a pom names, as Gradle writes it.
func (p pom) libraries() []string {
	var list []string
	for _, d := range append(p.Managed, p.Dependencies...) {
		list = append(list, strings.TrimSuffix(fmt.Sprintf("%s %s:%s:%s", d.configuration(), d.Group, d.Artifact, d.Version), ":"))
	}
	return list
}

// built makes the guide's project with one of the build tools, and returns the text of its files.
func built(t *testing.T, variant, tool string) (map[string]string, scaffold.Steps) {
	t.Helper()
	language, err := workerOptions{lang: "java", variant: variant}.language(nil)
	require.NoError(t, err)
	options := map[string]string{"build": tool}
	plan, err := language.Make(scaffold.Spec{Application: "get-inventory-worker", Options: options, Tasks: []scaffold.Task{scaffold.GuideTask()}})
	require.NoError(t, err)
	files := map[string]string{}
	for _, file := range plan.Files {
		files[file.Path] = string(file.Content)
	}
	return files, language.StepsFor(options)
}

// matches finds every text that the expression's group matches.
func matches(text, expression string) []string {
	var list []string
	for _, match := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		list = append(list, strings.TrimSpace(strings.Join(match[1:], " ")))
	}
	return list
}

// Gradle is seldom where orkesctl is built. What it would read is held against the pom, which the matrix builds with: the same code,
// libraries, versions and main class, and commands that its plugins have.
func TestGradleSaysWhatMavenDoes(t *testing.T) {
	for _, variant := range []string{"", "spring"} {
		t.Run("variant "+variant, func(t *testing.T) {
			maven, _ := built(t, variant, "maven")
			gradle, steps := built(t, variant, "gradle")
			var p pom
			require.NoError(t, xml.Unmarshal([]byte(maven["pom.xml"]), &p))
			script := gradle["build.gradle.kts"]

			libraries := matches(script, `(?m)^    (\w+)\("([^"]+)"\)$`)
			for _, bom := range matches(script, `platform\("([^"]+)"\)`) {
				libraries = append(libraries, "implementation platform "+bom)
			}
			libraries = slices.DeleteFunc(libraries, func(l string) bool { return strings.Contains(l, "junit-platform-launcher") }) // Maven brings its own
			require.ElementsMatch(t, p.libraries(), libraries)

			require.Equal(t, []string{p.Artifact}, matches(gradle["settings.gradle.kts"], `rootProject.name = "([^"]+)"`))
			require.Equal(t, []string{p.Artifact}, matches(script, `applicationName = "([^"]+)"`))
			for _, plugin := range p.Plugins {
				if plugin.Main != "" {
					require.Equal(t, []string{plugin.Main}, matches(script, `mainClass = "([^"]+)"`))
					require.Contains(t, gradle, "src/main/java/"+strings.ReplaceAll(plugin.Main, ".", "/")+".java")
				}
				for _, d := range plugin.Dependencies {
					require.Equal(t, []string{d.Version}, matches(script, d.Artifact+` \{\s+toolVersion = "([^"]+)"`))
				}
			}
			for _, pair := range []string{"{}", "()", "[]"} {
				require.Equal(t, strings.Count(script, pair[:1]), strings.Count(script, pair[1:]), pair)
			}
			checkGradleSteps(t, p.Artifact, script, steps)
			sameSources(t, maven, gradle)
		})
	}
}

// checkGradleSteps: a task is there only with its plugin, and what is run is what installDist makes.
func checkGradleSteps(t *testing.T, name, script string, steps scaffold.Steps) {
	t.Helper()
	plugin := map[string]string{
		"classes": "application", "testClasses": "application", "test": "application", "installDist": "application",
		"checkstyleMain": "checkstyle", "checkstyleTest": "checkstyle",
	}
	declared := strings.Fields(matches(script, `plugins \{([^}]+)\}`)[0])
	for _, words := range slices.Concat(steps.Install, steps.Build, steps.Lint, steps.Test) {
		require.Equal(t, "gradle", words[0])
		for _, task := range slices.DeleteFunc(words[1:], func(word string) bool { return strings.HasPrefix(word, "--") }) {
			require.Contains(t, declared, plugin[task], task)
		}
	}
	require.Equal(t, "build/install/"+name+"/bin/"+name, strings.ReplaceAll(steps.Run[0][0], "{{.Module}}", name))
}

// sameSources: nothing but the build's own files and what names its commands differs.
func sameSources(t *testing.T, maven, gradle map[string]string) {
	t.Helper()
	own := []string{"pom.xml", "build.gradle.kts", "settings.gradle.kts", "orkesctl.yaml", "Dockerfile", "README.md", ".github/workflows/ci.yaml"}
	for _, path := range own {
		delete(maven, path)
		require.NotContains(t, gradle[path], "mvn", path)
		delete(gradle, path)
	}
	require.Equal(t, slices.Sorted(maps.Keys(maven)), slices.Sorted(maps.Keys(gradle)))
	require.Equal(t, maven, gradle)
}
