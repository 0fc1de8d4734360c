package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The variables that every SDK reads.
const (
	varURL    = "CONDUCTOR_SERVER_URL"
	varKey    = "CONDUCTOR_AUTH_KEY"
	varSecret = "CONDUCTOR_AUTH_SECRET" //nolint:gosec // its name, not its value
	varDomain = "CONDUCTOR_WORKER_DOMAIN"
)

const checkURL = "ORK-ENV-001"

func environmentChecks() []Check {
	return []Check{
		{
			ID: checkURL, Category: Environment, Title: varURL, Worst: Failed, Local: true, Run: serverURL,
			Cause:    "The server's URL cannot be used: it is no URL, its profile does not exist, or it holds a password.",
			Evidence: "The value that flag, environment, profile and the development server come to, with its source.",
			Fix:      "Set CONDUCTOR_SERVER_URL, such as https://conductor.example.com/api, or sign in with orkesctl login.",
		},
		{
			ID: "ORK-ENV-002", Category: Environment, Title: "URL for the SDK", Worst: Failed, Needs: []string{checkURL}, Local: true, Quiet: true, Run: sdkURL,
			Cause:    "The worker's URL does not end in /api, or ends in a slash. orkesctl and some SDKs put that right; others append their paths as they are, and poll addresses that do not exist, some of them in silence.",
			Evidence: "The value in the worker's env file or the shell, and the language of the project.",
			Fix:      "Write the URL with /api at its end and nothing behind it.",
		},
		{
			ID: "ORK-ENV-003", Category: Environment, Title: "values", Worst: Failed, Local: true, Quiet: true, Run: values,
			Cause:    "A value has blanks, a line end or quotes around it, or is the placeholder of an example. Most SDKs send it as it is, and the server answers 401.",
			Evidence: "The variable and the line; the value of a secret is not shown.",
			Fix:      "Correct the line. A new pair is written by orkesctl app key create --env-file .env.",
		},
		{
			ID: "ORK-ENV-004", Category: Environment, Title: "key and secret", Worst: Failed, Local: true, Quiet: true, Run: pair,
			Cause:    "A key without its secret, or a secret without its key. Most SDKs then go on without any identity, and are refused later.",
			Evidence: "Which of the two is set, and where.",
			Fix:      "Set both, from one source, or neither.",
		},
		{
			ID: "ORK-ENV-005", Category: Environment, Title: "one server, one key", Worst: Warning, Needs: []string{checkURL}, Local: true, Quiet: true, Run: oneServer,
			Cause:    "The worker's env file and the shell, or your own settings, name different servers or keys. A worker that is not started by orkesctl takes the shell's; in JavaScript the shell beats the code too.",
			Evidence: "Both values with their sources.",
			Fix:      "Unset the shell's variables, or name the server that is meant with --profile.",
		},
		{
			ID: "ORK-ENV-006", Category: Environment, Title: "env file", Worst: Failed, Local: true, Quiet: true, Run: envFile,
			Cause:    "The worker's env file cannot be read, may be read by other users, or would be committed to git.",
			Evidence: "The line that is no NAME=value, the file's mode, or the .gitignore files beside and above it.",
			Fix:      "Correct the line; chmod 600; add it to .gitignore.",
		},
		{
			ID: "ORK-ENV-007", Category: Environment, Title: "proxy", Worst: Failed, Local: true, Quiet: true, Run: proxy,
			Cause:    "A proxy variable is no URL, or a server on this machine is reached through a proxy.",
			Evidence: "HTTP_PROXY, HTTPS_PROXY and NO_PROXY, without user and password.",
			Fix:      "Correct the variable, or name the host in NO_PROXY.",
		},
		{
			ID: "ORK-ENV-008", Category: Environment, Title: "variables", Worst: Failed, Local: true, Quiet: true, Run: switches,
			Cause:    "A worker is paused by a variable, or a variable is spelled in a way that no SDK of these workers reads, such as …_POLL_INTERVAL_MILLIS or a task's name in another case.",
			Evidence: "The variable and where it is set.",
			Fix:      "Remove it, or write the name that the SDK reads.",
		},
	}
}

func one(r Result) []Result { return []Result{r} }

func serverURL(f *Facts) []Result {
	who := f.Person
	if f.Worker.Err == nil && f.Worker.Settings.Server.Value != "" {
		who = f.Worker
	}
	var notURL *config.ServerURLError
	var unknown *config.UnknownProfileError
	switch {
	case errors.As(who.Err, &unknown):
		return one(Result{State: Failed, Evidence: who.Err.Error(), Fix: "orkesctl login --profile " + unknown.Name})
	case errors.Is(who.Err, config.ErrNoDev):
		return one(Result{State: Failed, Evidence: who.Err.Error(), Fix: "orkesctl dev start --detach"})
	case errors.As(who.Err, &notURL):
		return one(Result{State: Failed, Evidence: who.Err.Error(), Fix: "export CONDUCTOR_SERVER_URL=https://HOST/api"})
	case errors.Is(who.Err, config.ErrHalfPair), who.Err != nil && f.EnvFile.Err != nil:
		return one(Result{State: Skipped, Because: who.Err.Error()}) // that is a finding of its own
	case who.Err != nil:
		return one(Result{State: Failed, Evidence: who.Err.Error(), Fix: "orkesctl config show"})
	}
	if _, err := conductor.NormalizeURL(who.Settings.Server.Value); err != nil {
		return one(Result{State: Failed, Evidence: err.Error(), Because: "it is from " + who.Settings.Server.Source, Fix: "write CONDUCTOR_SERVER_URL=https://HOST/api into " + who.Settings.Server.Source})
	}
	return one(Result{State: OK, Evidence: who.Settings.Server.Value + "   " + who.Settings.Server.Source})
}

// verbatim are the languages whose SDK appends its paths to the URL as it is written (worker sheet §2.1).
func verbatim() []string { return []string{"python", "go", "rust", "csharp", "ruby"} }

func sdkURL(f *Facts) []Result {
	v, found := f.variable(varURL)
	if !found || f.Project == nil || v.Value == "" {
		return one(Result{State: OK, Evidence: "it is not given as a variable"})
	}
	raw := strings.TrimSpace(v.Value)
	trimmed := strings.TrimRight(raw, "/")
	var wrong string
	switch {
	case strings.HasSuffix(trimmed, "/api/api"):
		wrong, trimmed = "/api is there twice", strings.TrimSuffix(trimmed, "/api")
	case !strings.HasSuffix(trimmed, "/api"):
		wrong, trimmed = "it does not end in /api", trimmed+"/api"
	case raw != trimmed:
		wrong = "it ends in a slash"
	default:
		return one(Result{State: OK, Evidence: raw})
	}
	result := Result{State: Warning, Evidence: raw + ": " + wrong, Because: "not every SDK puts that right; it is from " + v.From(), Fix: fmt.Sprintf("write %s=%s into %s", varURL, trimmed, v.Source)}
	if slices.Contains(verbatim(), f.language()) {
		result.State, result.Because = Failed, fmt.Sprintf("the SDK for %s appends its paths to it as it is; it is from %s", f.Toolchain.Title, v.From())
	}
	return one(located(result, v))
}

// located says in which file a variable is.
func located(r Result, v Variable) Result {
	if v.Line > 0 {
		r.File, r.Line = v.Source, v.Line
	}
	return r
}

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
