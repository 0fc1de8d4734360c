package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const (
	checkKey      = "ORK-IDENT-001"
	checkAccepted = "ORK-IDENT-002"
)

func identityChecks() []Check {
	return []Check{
		{
			ID: checkKey, Category: Identity, Title: "worker key", Worst: Failed, Local: true, Run: workerKey,
			Cause:    "The worker has no access key. Orkes, and the development server, refuse who has none; open-source Conductor needs none.",
			Evidence: "The worker's env file, and the variables of the shell.",
			Fix:      "orkesctl app create --role worker, then orkesctl app key create --env-file .env.",
		},
		{
			ID: checkAccepted, Category: Identity, Title: "worker key accepted", Worst: Failed, Needs: []string{checkServer, checkKey, "ORK-ENV-003", "ORK-ENV-004"}, Run: keyAccepted,
			Cause:    "The server does not accept the worker's key: key or secret is wrong, or the key was disabled or deleted.",
			Evidence: "POST /token. Where your own identity may see the application's keys, its state is told.",
			Fix:      "orkesctl app key create --env-file .env, or orkesctl app key enable.",
		},
		{
			ID: "ORK-IDENT-003", Category: Identity, Title: "key without a use", Worst: Warning, Needs: []string{checkServer}, Quiet: true, Run: keyForNothing,
			Cause:    "A key is set and the server has no authentication. Go's SDK then warns at every call, C#'s fails, the others switch authentication off.",
			Evidence: "POST /token answers 404 or 405.",
			Fix:      "Remove key and secret from the worker's env file.",
		},
		{
			ID: "ORK-IDENT-004", Category: Identity, Title: "application", Worst: Warning, Needs: []string{checkAccepted}, Quiet: true, Run: application,
			Cause:    "The worker's key belongs to another application than orkesctl.yaml names, or to a person: grants that the commands make go to the other one.",
			Evidence: "GET /token/userInfo as the worker, GET /applications/key/{key}.",
			Fix:      "orkesctl app key create --env-file .env, or correct application: in orkesctl.yaml.",
		},
		{
			ID: "ORK-IDENT-005", Category: Identity, Title: "your identity", Worst: Warning, Needs: []string{checkServer}, Quiet: true, Run: person,
			Cause:    "Your own key or token is not accepted: what needs it cannot be checked or mended.",
			Evidence: "POST /token, GET /token/userInfo.",
			Fix:      "orkesctl login",
		},
		{
			ID: "ORK-IDENT-006", Category: Identity, Title: "least privilege", Worst: Warning, Needs: []string{checkAccepted}, Quiet: true, Run: leastPrivilege,
			Cause:    "The worker polls with a key that may do anything. It works, and whoever gets hold of the worker's key has the cluster.",
			Evidence: "The roles of the key's application.",
			Fix:      "Make an application with the role WORKER for it: orkesctl app create --role worker.",
		},
		{
			ID: "ORK-IDENT-007", Category: Identity, Title: "token life", Worst: Failed, Needs: []string{checkAccepted}, Quiet: true, Run: tokenLife,
			Cause:    "The server's tokens live shorter than the SDK keeps them. SDKs for Go and C# fetch a new one after 30 minutes, for Rust after 45, and never because one was refused: between, every poll is answered 401.",
			Evidence: "The token's own expiry.",
			Fix:      "Have the server's tokens live longer, or use an SDK that renews (Python, Java, JavaScript).",
		},
	}
}

func workerKey(f *Facts) []Result {
	w := f.Worker
	switch {
	case f.AsApp != "":
		return one(Result{State: OK, Evidence: "not examined: --as " + f.AsApp})
	case f.Server.Kind.Value == conductor.KindOSS && !w.Own:
		return one(Result{State: OK, Evidence: "none is needed: the server has no authentication"})
	case f.Project == nil && len(f.Declared) > 0:
		return one(Result{State: Skipped, Because: noProject + "; an application is examined with --as NAME"})
	case f.unread() != "":
		return one(Result{State: Skipped, Because: "needs " + f.unread()})
	case w.Own && w.Settings.Token.Value != "" && w.Settings.Key.Value == "":
		return one(Result{State: Warning, Evidence: "a token of the shell's, which workers do not read"}.fixedBy(f.createKey()...))
	case w.Own:
		return one(Result{State: OK, Evidence: w.Settings.Key.Value + "   " + w.Settings.Key.Source})
	case f.Project == nil:
		return one(Result{State: Failed, Evidence: "none", Because: "a worker has a key of its own, which is not yours", Fix: "orkesctl app create --role worker && orkesctl app key create --env-file .env"})
	case f.Offline || f.Server.Kind.Value == "":
		return one(Result{State: Failed, Evidence: "none in " + f.EnvFile.Name, Because: "Orkes refuses a worker without a key; open-source Conductor needs none"}.fixedBy(f.createKey()...))
	default:
		return one(Result{State: Failed, Evidence: "none in " + f.EnvFile.Name, Because: "the server refuses whoever has no key"}.fixedBy(f.createKey()...))
	}
}

// unread is what could not be read of that which says who the worker is; empty where all could.
func (f *Facts) unread() string {
	switch {
	case f.ProjectErr != nil:
		return "worker project"
	case f.EnvFile.Err != nil:
		return f.EnvFile.Name
	case f.Worker.Err != nil && f.Project != nil:
		return varURL
	default:
		return ""
	}
}

// createKey are the commands that give the worker a key of its own, and an application where the project's is not there yet.
func (f *Facts) createKey() [][]string {
	key := []string{"app", "key", "create", "--env-file", cmp.Or(f.EnvFile.Name, ".env")}
	named := func(app conductor.Application) bool { return f.Project != nil && app.Name == f.Project.Application }
	if f.Apps.Known() && f.Project != nil && f.Project.Application != "" && !slices.ContainsFunc(f.Apps.Value, named) {
		return [][]string{{"app", "create", "--role", "worker"}, key}
	}
	return [][]string{key}
}

// refusedKey is what each language's SDK does with a key that is not accepted (worker sheet §2.2).
func refusedKey(language string) string {
	return map[string]string{
		"python":     "the Python SDK then polls without a token",
		"go":         "the Go SDK then polls without a token, and asks for one before every request",
		"java":       "the Java SDK ends the program after 5 attempts, about 30 seconds",
		"javascript": "the JavaScript SDK waits for two minutes in silence, and then throws",
		"typescript": "the JavaScript SDK waits for two minutes in silence, and then throws",
		"rust":       "the Rust SDK logs nothing",
	}[language]
}

func keyAccepted(f *Facts) []Result {
	token, key := f.Worker.Token, f.Worker.Settings.Key.Value
	switch {
	case f.AsApp != "", !f.Worker.Own:
		return one(Result{State: OK, Evidence: "not examined"})
	case f.Server.Kind.Value == conductor.KindOSS:
		return one(Result{State: OK, Evidence: "the server asks for none"})
	case token.Known():
		return one(Result{State: OK, Evidence: "application " + cmp.Or(f.appName(), f.Worker.User.Value.Name, "unknown")})
	case !conductor.IsUnauthenticated(token.Err):
		return one(Result{State: Unknown, Evidence: key, Because: token.Why(), Fix: "orkesctl doctor --timeout 30s"})
	}
	result := Result{State: Failed, Evidence: key + " from " + f.Worker.Settings.Key.Source, Because: cmp.Or(refusedKey(f.language()), "key or secret is wrong, or the key is disabled or deleted")}
	for _, known := range f.Keys.Value {
		if known.ID == key && known.Status == "INACTIVE" {
			result.Because = "it is disabled, at application " + f.appName()
			return one(result.fixedBy(append([]string{"app", "key", "enable", key}, f.appFlag()...)))
		}
	}
	if f.App.Known() && f.Keys.Known() {
		result.Because = "application " + f.appName() + " has the key, so the secret is wrong; " + result.Because
	}
	return one(result.fixedBy(f.createKey()...))
}

func keyForNothing(f *Facts) []Result {
	if f.Server.Kind.Value != conductor.KindOSS || !f.Worker.Own {
		return one(Result{State: OK, Evidence: "none"})
	}
	result := Result{State: Warning, Evidence: "the server has no authentication", Because: f.Worker.words() + " is not used", Fix: "remove " + varKey + " and " + varSecret + " from " + f.Worker.Settings.Key.Source}
	switch f.language() {
	case "go":
		result.Because += "; the Go SDK warns at every call"
	case "csharp":
		result.State, result.Because = Failed, result.Because+"; the C# SDK fails at the start"
	}
	return one(result)
}

func application(f *Facts) []Result {
	user := f.Worker.User
	if f.AsApp != "" || !user.Known() {
		return one(Result{State: OK, Evidence: cmp.Or(f.appName(), "not told")})
	}
	name := cmp.Or(f.appName(), user.Value.Name)
	other := f.Project != nil && f.Project.Application != "" && f.Project.Application != name && f.Project.Application != f.App.Value.ID
	switch {
	case other && f.Worker.Settings.Key.Source != f.EnvFile.Name:
		result := Result{State: Warning, Evidence: "the worker takes your shell's key, as " + f.EnvFile.Name + " has none", Because: "it is of " + name + "; orkesctl.yaml names " + f.Project.Application}
		return one(result.fixedBy(f.createKey()...))
	case !strings.HasPrefix(user.Value.ID, "app:"):
		return one(Result{State: Warning, Evidence: "the key is a person's: " + user.Value.ID, Because: "a worker has an application of its own"}.fixedBy(f.createKey()...))
	case other:
		return one(Result{
			State: Warning, Evidence: "the key is of " + name + ", orkesctl.yaml names " + f.Project.Application,
			Because: "what orkesctl app grants goes to " + f.Project.Application, Fix: "write application: " + name + " into orkesctl.yaml   (or " + commands(f.createKey()) + ")",
		})
	default:
		return one(Result{State: OK, Evidence: name})
	}
}

func person(f *Facts) []Result {
	p := f.Person
	switch {
	case f.Server.Kind.Value == conductor.KindOSS:
		return one(Result{State: OK, Evidence: "the server asks for none"})
	case p.Err != nil || !f.Server.Same || !p.hasKey():
		return one(Result{State: OK, Evidence: "none for this server"})
	case conductor.IsUnauthenticated(p.Token.Err), conductor.IsUnauthenticated(p.User.Err):
		return one(Result{State: Warning, Evidence: "your " + strings.TrimPrefix(p.words(), "the ") + " is not accepted", Because: "what needs your identity is not known", Fix: "orkesctl login"})
	case p.Token.Err != nil:
		return one(Result{State: Unknown, Because: p.Token.Why(), Fix: "orkesctl whoami"})
	default:
		return one(Result{State: OK, Evidence: cmp.Or(p.User.Value.Name, p.User.Value.ID)})
	}
}

func leastPrivilege(f *Facts) []Result {
	if application(f)[0].State != OK {
		return one(Result{State: Skipped, Because: "the key is another's"})
	}
	if slices.Contains(f.Holder.Value.Roles, "ADMIN") && f.AsApp == "" {
		return one(Result{State: Warning, Evidence: "the worker's key may do anything (ADMIN)", Because: "application " + f.appName() + " has the role ADMIN", Fix: "orkesctl app create --role worker && orkesctl app key create --env-file " + cmp.Or(f.EnvFile.Name, ".env")})
	}
	return one(Result{State: OK, Evidence: strings.Join(f.Holder.Value.Roles, ", ")})
}

// refreshClock is after how long the SDK fetches a new token, where it does so by the clock alone; zero where it renews.
func refreshClock(language string) time.Duration {
	return map[string]time.Duration{"go": 30 * time.Minute, "csharp": 30 * time.Minute, "rust": 45 * time.Minute}[language]
}

func tokenLife(f *Facts) []Result {
	clock := refreshClock(f.language())
	switch life := f.Worker.Expires.Sub(f.Now); {
	case f.Worker.Expires.IsZero():
		return one(Result{State: OK, Evidence: "the token does not say"})
	case clock > 0 && life < clock:
		return one(Result{
			State: Failed, Evidence: fmt.Sprintf("tokens live %s, the SDK keeps them %s", render.Duration(life), render.Duration(clock)),
			Because: "between, each poll is answered 401: the SDK renews by the clock alone", Fix: "have the server's tokens live at least " + render.Duration(clock),
		})
	default:
		return one(Result{State: OK, Evidence: render.Duration(life)})
	}
}
