package doctor

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// placeholder fits what examples have in place of a value.
func placeholder() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(<.*>|\$\{.*\}|x{3,}|_?change_?me_?|(your|my)[-_ ].*|todo|\.\.\.|…|replace.*me)$`)
}

func values(f *Facts) []Result {
	var results []Result
	example := placeholder()
	for _, v := range f.Variables {
		if !strings.HasPrefix(v.Name, "CONDUCTOR_") || v.Value == "" {
			continue
		}
		var wrong string
		switch trimmed := strings.TrimSpace(v.Value); {
		case trimmed == "":
			wrong = "it is blank"
		case strings.ContainsAny(v.Value, "\r\n"):
			wrong = "it holds a line end"
		case trimmed != v.Value:
			wrong = "there are blanks around it"
		case len(trimmed) > 1 && strings.ContainsRune(`"'`, rune(trimmed[0])) && trimmed[0] == trimmed[len(trimmed)-1]:
			wrong = "the quotes are part of it"
		case example.MatchString(trimmed):
			wrong = "it is the placeholder of an example"
		default:
			continue
		}
		results = append(results, located(Result{
			State: Failed, Label: v.Name, Evidence: wrong, Because: "set in " + v.From() + "; it is sent as it is", Fix: "correct " + v.Name + " in " + v.From(),
		}, v))
	}
	return orOK(results, "no blanks, quotes or placeholders")
}

// orOK is the results, or that all is well where there are none.
func orOK(results []Result, evidence string) []Result {
	if len(results) == 0 {
		return one(Result{State: OK, Evidence: evidence})
	}
	return results
}

func pair(f *Facts) []Result {
	var results []Result
	for _, source := range []string{f.EnvFile.Name, shell} {
		set := map[string]Variable{}
		for _, v := range f.Variables {
			if v.Source == source && strings.TrimSpace(v.Value) != "" {
				set[v.Name] = v
			}
		}
		key, hasKey := set[varKey]
		secret, hasSecret := set[varSecret]
		if hasKey == hasSecret || source == "" {
			continue
		}
		has, lacks := key, varSecret
		if hasSecret {
			has, lacks = secret, varKey
		}
		result := Result{State: Failed, Evidence: has.Name + " without " + lacks, Because: "set in " + has.From() + "; SDKs then go on without an identity"}
		if source == shell {
			result.Fix = "unset " + varKey + " " + varSecret
		} else {
			result = result.fixedBy(f.createKey()...)
		}
		results = append(results, located(result, has))
	}
	return orOK(results, "both, or neither")
}

func oneServer(f *Facts) []Result {
	var results []Result
	mine := f.Person.Settings.Server
	if f.Project != nil && f.Server.URL != "" && f.Person.Err == nil && !f.Server.Same && mine.Source != "default" {
		return one(Result{
			State: Warning, Evidence: "the worker goes to " + f.Server.URL + ", you to " + mine.Value,
			Because: "the worker's is from " + f.Server.Source + ", yours from " + mine.Source + "; your identity is not shown to the worker's server",
			Fix:     "orkesctl doctor --server " + f.Server.URL,
		})
	}
	for _, name := range []string{varURL, varKey} {
		inFile, inShell := f.both(name)
		if inFile.Value == "" || inShell.Value == "" || sameValue(inFile, inShell) {
			continue
		}
		results = append(results, located(Result{
			State: Warning, Label: name, Evidence: inFile.From() + " and the shell differ",
			Because: "orkesctl worker run takes " + inFile.Source + "'s; a worker started in another way takes the shell's, " + inShell.Value,
			Fix:     "unset " + name,
		}, inFile))
	}
	return orOK(results, cmp.Or(f.Server.URL, "none"))
}

// both are the variable of the env file and that of the shell; zero where it is not set there.
func (f *Facts) both(name string) (inFile, inShell Variable) {
	for _, v := range f.Variables {
		switch {
		case v.Name != name:
		case v.Line > 0:
			inFile = v
		default:
			inShell = v
		}
	}
	return inFile, inShell
}

func sameValue(a, b Variable) bool {
	x, errX := conductor.NormalizeURL(a.Value)
	y, errY := conductor.NormalizeURL(b.Value)
	return a.Value == b.Value || a.Name == varURL && errX == nil && errY == nil && x == y
}

func envFile(f *Facts) []Result {
	file := f.EnvFile
	switch {
	case f.Project == nil:
		return one(Result{State: Skipped, Because: noProject})
	case file.Err != nil:
		return one(Result{State: Failed, Evidence: strings.TrimPrefix(file.Err.Error(), "parse "), Because: "in " + file.Name, Fix: "correct " + file.Name, File: file.Name})
	case !file.There:
		return one(Result{State: OK, Evidence: file.Name + " is not there"})
	}
	var results []Result
	if file.Mode&0o077 != 0 && windowsMode(file.Mode) {
		results = append(results, Result{State: Warning, Evidence: fmt.Sprintf("others may read %s (mode %04o)", file.Name, file.Mode), Because: "it holds the worker's secret", Fix: "chmod 600 " + file.Name, File: file.Name})
	}
	if !file.Ignored {
		results = append(results, Result{State: Warning, Evidence: "git does not ignore " + file.Name, Because: "the worker's secret would be committed", Fix: "echo " + file.Name + " >> .gitignore", File: file.Name})
	}
	return orOK(results, file.Name)
}

func proxy(f *Facts) []Result {
	var results []Result
	for _, v := range f.Variables {
		upper := strings.ToUpper(v.Name)
		if upper != "HTTP_PROXY" && upper != "HTTPS_PROXY" {
			continue
		}
		text := v.Value
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		if u, err := url.Parse(text); err != nil || u.Hostname() == "" {
			results = append(results, Result{State: Failed, Label: v.Name, Evidence: "it is not a URL", Because: "it is from " + v.From(), Fix: "correct or unset " + v.Name})
			continue
		}
		mine := strings.HasPrefix(f.Server.URL, strings.ToLower(strings.TrimSuffix(upper, "_PROXY"))+"://")
		if mine && loopback(f.Server.URL) && !f.spared(host(f.Server.URL)) {
			results = append(results, Result{
				State: Warning, Label: v.Name, Evidence: "the server is on this machine, and NO_PROXY does not name " + host(f.Server.URL),
				Because: "it is from " + v.From() + "; the SDKs for Python and JavaScript go through it, orkesctl and Go do not", Fix: "export NO_PROXY=localhost,127.0.0.1",
			})
		}
	}
	return orOK(results, "none, or well-formed")
}

// spared reports whether NO_PROXY names the host, or all.
func (f *Facts) spared(name string) bool {
	for _, v := range f.Variables {
		if !strings.EqualFold(v.Name, "NO_PROXY") {
			continue
		}
		for entry := range strings.SplitSeq(v.Value, ",") {
			if entry = strings.TrimSpace(entry); entry == "*" || entry == name {
				return true
			}
		}
	}
	return false
}

// switches finds what keeps a worker still without a word, and what no SDK of the project's workers reads.
func switches(f *Facts) []Result {
	var results []Result
	for _, v := range f.Variables {
		upper := strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(v.Name))
		set := slices.Contains([]string{"true", "1", "yes", "on"}, strings.ToLower(v.Value))
		if set && strings.HasPrefix(upper, "CONDUCTOR_WORKER_") && strings.HasSuffix(upper, "_PAUSED") {
			results = append(results, located(Result{
				State: Failed, Label: v.Name, Evidence: "the worker is paused", Because: "set in " + v.From() + ": it starts and never polls", Fix: "remove " + v.Name + " from " + v.From(),
			}, v))
		}
	}
	return orOK(append(results, f.noticed(discover.KindVariable, Warning)...), "none that keeps a worker still")
}
