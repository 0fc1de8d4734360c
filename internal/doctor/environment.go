package doctor

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/config"
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
