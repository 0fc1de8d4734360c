package doctor

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Bounds of what is read: sources are small, and what is not was generated.
const (
	maxSources = 5000
	maxSource  = 1 << 20
)

// sources reads the project's files for the traps that the SDKs set (worker sheet §4), for secrets, and for the SDK's version.
func (g *gathering) sources() {
	f := g.facts
	if f.Unit == nil {
		return
	}
	traps := traps()
	paths := f.Unit.Sources()
	for _, path := range paths[:min(len(paths), maxSources)] {
		info, err := os.Stat(path)
		if err != nil || info.Size() > maxSource {
			continue
		}
		text, err := os.ReadFile(path) //nolint:gosec // a source of the project
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			continue
		}
		name := g.relative(path)
		for _, trap := range traps {
			f.Notices = append(f.Notices, trap.in(name, string(text))...)
		}
	}
	for _, file := range []string{"pyproject.toml", "requirements.txt", "requirements.lock", "package.json", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml"} {
		if text, err := os.ReadFile(filepath.Join(f.Unit.Project.Root, file)); err == nil { //nolint:gosec // a file of the project
			f.SDKs = append(f.SDKs, sdks(file, string(text))...)
		}
	}
}

// trap is something in sources that keeps a worker from working. find returns the line, zero where it is not there.
type trap struct {
	kind, message, fix string
	endings            []string
	find               func(text string) int
}

// The kinds of what is found in sources.
const (
	kindTrap   = "trap"
	kindSecret = "secret"
)

func traps() []trap {
	scripts := []string{".js", ".ts", ".mjs", ".cjs", ".tsx"}
	return []trap{
		{
			kindTrap, "the workers are started without a main guard: each process that the SDK starts imports the module again, fails, and nothing polls",
			`put the start under if __name__ == "__main__":`,
			[]string{".py"},
			unguarded,
		},
		{
			kindTrap, "annotations are only texts here: the SDK finds no types, and every task fails", "remove the line",
			[]string{".py"},
			pattern(`(?m)^from __future__ import .*\bannotations\b`, `@worker_task\b|\bWorkerTask\(`, ""),
		},
		{
			kindTrap, "worker() as a decorator on a function does nothing: decorators are for methods", "call it: worker({…})(async (task) => …)",
			scripts, pattern(`(?m)^[ \t]*@worker\([^\n]*\)[ \t]*\n[ \t]*(?:export\s+)?(?:async\s+)?function\b`, "", ""),
		},
		{
			kindTrap, "nothing waits for the workers: the program ends at once", "wait at the end of main: runner.WaitWorkers()",
			[]string{".go"},
			pattern(`(?m)^.*\.(?:StartWorker|StartWorkerWithDomain|RegisterWorkers)\(`, `(?m)^package main\b`, `WaitWorkers\(|select\s*\{|<-|\.Wait\(`),
		},
		{
			kindSecret, "a secret stands in the source", "take it from the environment, and make a new key: orkesctl app key create --env-file .env",
			append([]string{".py", ".go", ".java", ".kt", ".rs", ".cs", ".rb", ".properties"}, scripts...),
			secretIn,
		},
	}
}

// pattern finds the first line that fits, in a text that has what is needed and not what excuses it; empty is no condition.
func pattern(fits, needed, excuse string) func(string) int {
	find := regexp.MustCompile("(?m)" + fits)
	condition := func(expression string, otherwise bool) func(string) bool {
		if expression == "" {
			return func(string) bool { return otherwise }
		}
		return regexp.MustCompile(expression).MatchString
	}
	has, excused := condition(needed, true), condition(excuse, false)
	return func(text string) int {
		at := find.FindStringIndex(text)
		if at == nil || !has(text) || excused(text) {
			return 0
		}
		return 1 + strings.Count(text[:at[0]], "\n")
	}
}

// secretIn finds a secret that is written out: a long value with digits, which no variable's name and no sentence is.
func secretIn(text string) int {
	written := regexp.MustCompile(`(?im)(?:key_?secret|auth_?secret|client\.secret)["']?[ \t]*[:=(,][ \t]*(?:["']([A-Za-z0-9+/_-]{20,})["']|([A-Za-z0-9+/_-]{20,})[ \t]*$)`)
	for _, at := range written.FindAllStringSubmatchIndex(text, -1) {
		from, to := at[2], at[3]
		if from < 0 {
			from, to = at[4], at[5]
		}
		if value := text[from:to]; strings.ContainsAny(value, "0123456789") && value != strings.ToUpper(value) {
			return 1 + strings.Count(text[:at[0]], "\n")
		}
	}
	return 0
}

// unguarded finds a start of Python's workers at the level of the module: outside every function and main guard.
func unguarded(text string) int {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !strings.Contains(line, ".start_processes(") || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		depth, safe := indentOf(line), false
		for j := i - 1; j >= 0 && depth > 0; j-- {
			if above := strings.TrimSpace(lines[j]); above != "" && indentOf(lines[j]) < depth {
				depth = indentOf(lines[j])
				safe = safe || strings.HasPrefix(above, "def ") || strings.HasPrefix(above, "async def ") || strings.Contains(above, "__name__")
			}
		}
		if !safe {
			return i + 1
		}
	}
	return 0
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// in finds the trap in one file, once.
func (t trap) in(file, text string) []Notice {
	fits := slices.ContainsFunc(t.endings, func(ending string) bool { return strings.HasSuffix(file, ending) })
	if !fits {
		return nil
	}
	line := t.find(text)
	if line == 0 {
		return nil
	}
	return []Notice{{Kind: t.kind, Subject: file, Message: t.message, Fix: t.fix, File: file, Line: line}}
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
