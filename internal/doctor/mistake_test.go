package doctor_test

import (
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

var (
	dnsError = net.DNSError{Err: "no such host", Name: "conductor.example", IsNotFound: true}
	dial     = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
)

// mistake is one thing made wrong in a healthy project. Only the results named are findings, and the first is the one to mend first.
type mistake struct {
	make     func(f *doctor.Facts)
	ids      []string
	state    doctor.State
	evidence string // part of the first finding's
	because  string
	fix      string
}

func env(f *doctor.Facts, name, value string) {
	for i := range f.Variables {
		if f.Variables[i].Name == name {
			f.Variables[i].Value = value
		}
	}
}

func inShell(f *doctor.Facts, name, value string) {
	f.Variables = append(f.Variables, doctor.Variable{Name: name, Value: value, Source: "the shell"})
}

func unreachable(reason string, err error) func(*doctor.Facts) {
	return func(f *doctor.Facts) {
		f.Server.Version = failed[string](&conductor.ConnectError{URL: serverURL, Reason: reason, Err: err})
	}
}

func answering(err error) func(*doctor.Facts) {
	return func(f *doctor.Facts) { f.Server.Version = failed[string](err) }
}

func check(t *testing.T, mistakes map[string]mistake) {
	t.Helper()
	for name, m := range mistakes {
		t.Run(name, func(t *testing.T) {
			f := healthy(t)
			m.make(f)
			report := doctor.Examine(f, doctor.Filter{})
			found := findings(report)
			require.Equal(t, m.ids, ids(found), "%+v", found)
			require.Equal(t, m.state, found[0].State)
			require.Contains(t, found[0].Evidence, m.evidence)
			require.Contains(t, found[0].Because, m.because)
			require.Contains(t, found[0].Fix, m.fix)
			require.NotEmpty(t, found[0].Fix, "every finding says what to do")
			require.Equal(t, m.state == doctor.Failed, report.Failed())
			if m.state != doctor.Unknown {
				require.Equal(t, m.ids[0], report.First().ID)
			}
			for _, result := range report.Checks {
				require.NotContains(t, result.Evidence+result.Because+result.Fix+result.Subject, canary)
			}
		})
	}
}

func TestEnvironment(t *testing.T) { check(t, environmentMistakes(t)) }

func environmentMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	return map[string]mistake{
		"1: URL without /api": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_SERVER_URL", "http://conductor.example:8080") },
			[]string{"ORK-ENV-002"},
			doctor.Failed, "does not end in /api", "the SDK for Go appends its paths", "write CONDUCTOR_SERVER_URL=http://conductor.example:8080/api into .env",
		},
		"1: where the SDK puts it right": {
			func(f *doctor.Facts) {
				f.Unit.Language.Name = "javascript"
				env(f, "CONDUCTOR_SERVER_URL", "http://conductor.example:8080")
			}, []string{"ORK-ENV-002"}, doctor.Warning, "does not end in /api", "not every SDK", "/api into .env",
		},
		"1: /api twice": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_SERVER_URL", serverURL+"/api") },
			[]string{"ORK-ENV-002"},
			doctor.Failed, "/api is there twice", "", "=" + serverURL + " into .env",
		},
		"2: trailing slash": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_SERVER_URL", serverURL+"/") },
			[]string{"ORK-ENV-002"},
			doctor.Failed, "it ends in a slash", "", "=" + serverURL + " into .env",
		},
		"3: blanks": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_SECRET", " "+canary+" ") },
			[]string{"ORK-ENV-003"},
			doctor.Failed, "there are blanks around it", ".env:3", "correct CONDUCTOR_AUTH_SECRET in .env:3",
		},
		"3: a line end": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_SECRET", canary+"\n") },
			[]string{"ORK-ENV-003"},
			doctor.Failed, "line end", "", "",
		},
		"3: quotes": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_KEY", `"k1"`) },
			[]string{"ORK-ENV-003"},
			doctor.Failed, "the quotes are part of it", ".env:2", "",
		},
		"3: a placeholder": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_KEY", "_CHANGE_ME_") },
			[]string{"ORK-ENV-003"},
			doctor.Failed, "placeholder", "", "",
		},
		"3: another placeholder": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_SECRET", "your-secret") },
			[]string{"ORK-ENV-003"},
			doctor.Failed, "placeholder", "", "",
		},
		"4: key without secret": {
			func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_SECRET", "") },
			[]string{"ORK-ENV-004"},
			doctor.Failed, "CONDUCTOR_AUTH_KEY without CONDUCTOR_AUTH_SECRET", ".env:2", "orkesctl app key create --env-file .env",
		},
		"4: in the shell": {
			func(f *doctor.Facts) { inShell(f, "CONDUCTOR_AUTH_SECRET", canary) },
			[]string{"ORK-ENV-004"},
			doctor.Failed, "CONDUCTOR_AUTH_SECRET without CONDUCTOR_AUTH_KEY", "the shell", "unset CONDUCTOR_AUTH_KEY CONDUCTOR_AUTH_SECRET",
		},
		"16: paused": {
			func(f *doctor.Facts) { inShell(f, "CONDUCTOR_WORKER_ALL_PAUSED", "true") },
			[]string{"ORK-ENV-008"},
			doctor.Failed, "the worker is paused", "never polls", "remove CONDUCTOR_WORKER_ALL_PAUSED",
		},
		"16: one is paused": {
			func(f *doctor.Facts) {
				f.Variables = append(f.Variables, doctor.Variable{Name: "conductor.worker.get-inventory.paused", Value: "1", Source: ".env", Line: 4})
			}, []string{"ORK-ENV-008"}, doctor.Failed, "the worker is paused", ".env:4", "",
		},
		"21: the shell names another server": {
			func(f *doctor.Facts) { inShell(f, "CONDUCTOR_SERVER_URL", "http://other/api") },
			[]string{"ORK-ENV-005"},
			doctor.Warning, ".env:1 and the shell differ", "http://other/api", "unset CONDUCTOR_SERVER_URL",
		},
		"21: you and the worker go to two servers": {
			func(f *doctor.Facts) {
				f.Server.Same, f.Person.Settings.Server.Value = false, "https://prod.example/api"
			}, []string{"ORK-ENV-005"}, doctor.Warning, "you to https://prod.example/api", "profile prod", "orkesctl doctor --server " + serverURL,
		},
		"25: a proxy that is none": {
			func(f *doctor.Facts) { inShell(f, "HTTPS_PROXY", "http://") },
			[]string{"ORK-ENV-007"},
			doctor.Failed, "it is not a URL", "", "unset HTTPS_PROXY",
		},
		"25: this machine, through a proxy": {
			func(f *doctor.Facts) {
				f.Server.URL = "http://127.0.0.1:8080/api"
				inShell(f, "http_proxy", "http://me:"+canary+"@proxy:3128")
				inShell(f, "HTTPS_PROXY", "http://proxy:3128")
			}, []string{"ORK-ENV-007"}, doctor.Warning, "NO_PROXY does not name 127.0.0.1", "Python and JavaScript", "export NO_PROXY=",
		},
		"26: a variable that nobody reads": {
			func(f *doctor.Facts) {
				f.Notices = []discover.Notice{{Kind: "variable", Subject: "CONDUCTOR_WORKER_ALL_POLL_INTERVAL_MILLIS", Place: discover.Place{File: ".env", Line: 4}, Message: "no SDK reads it", Fix: "Write it so"}}
			}, []string{"ORK-ENV-008"}, doctor.Warning, "no SDK reads it", ".env:4", "Write it so",
		},
		"no URL": {
			func(f *doctor.Facts) { f.Worker.Settings.Server.Value = "ftp://x" },
			[]string{"ORK-ENV-001"},
			doctor.Failed, "use http or https", ".env", "write CONDUCTOR_SERVER_URL=",
		},
		"settings that name no profile": {
			func(f *doctor.Facts) {
				f.Worker.Err, f.Person.Err = &config.UnknownProfileError{Name: "x"}, &config.UnknownProfileError{Name: "x"}
			}, []string{"ORK-ENV-001"}, doctor.Failed, `no profile "x"`, "", "orkesctl login --profile x",
		},
		"an env file that is none": {
			func(f *doctor.Facts) {
				f.EnvFile.Err = errors.New("line 2: want NAME=value")
				f.Worker.Err = f.EnvFile.Err
			},
			[]string{"ORK-ENV-006"},
			doctor.Failed, "line 2: want NAME=value", ".env", "correct .env",
		},
		"others may read it": {
			func(f *doctor.Facts) { f.EnvFile.Mode = 0o644 },
			[]string{"ORK-ENV-006"},
			doctor.Warning, "others may read .env (mode 0644)", "", "chmod 600 .env",
		},
		"git would take it": {
			func(f *doctor.Facts) { f.EnvFile.Ignored = false },
			[]string{"ORK-ENV-006"},
			doctor.Warning, "git does not ignore .env", "", ">> .gitignore",
		},
	}
}

func TestProject(t *testing.T) { check(t, projectMistakes(t)) }

func projectMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	return map[string]mistake{
		"19: no toolchain": {
			func(f *doctor.Facts) {
				f.Toolchain.Problem = &launch.Problem{What: "go is not installed", Fix: "Install Go 1.23 or newer"}
			}, []string{"ORK-PROJ-002"}, doctor.Failed, "go is not installed", "at least 1.23", "Install Go",
		},
		"a toolchain that says nothing": {
			func(f *doctor.Facts) { f.Toolchain.Version = "" },
			[]string{"ORK-PROJ-002"},
			doctor.Unknown, "go", "in time", "go --version",
		},
		"20: not installed": {
			func(f *doctor.Facts) {
				f.Toolchain.Dependencies = &launch.Problem{What: "the dependencies are not installed", Fix: "orkesctl worker install"}
			}, []string{"ORK-PROJ-003"}, doctor.Warning, "not installed", "", "orkesctl worker install",
		},
		"a definition that is none": {
			func(f *doctor.Facts) {
				f.Problems = []manifest.Problem{{File: "definitions/x.yaml", Line: 3, Column: 1, Message: "unknown field"}}
			}, []string{"ORK-PROJ-004"}, doctor.Failed, "definitions/x.yaml:3:1", "", "correct definitions/x.yaml",
		},
		"a project file that is none": {
			func(f *doctor.Facts) { f.ProjectErr = errors.New("orkesctl.yaml: line 1") },
			[]string{"ORK-PROJ-001"},
			doctor.Failed, "line 1", "", "correct orkesctl.yaml",
		},
		"a name that is only known when it runs": {
			func(f *doctor.Facts) {
				f.Declared = append(f.Declared, doctor.Worker{Expression: `os.Getenv("T")`, File: "w.go", Line: 3})
			}, []string{"ORK-PROJ-005"}, doctor.Unknown, `os.Getenv("T")`, "w.go:3", "orkesctl doctor --task",
		},
		"18: no main guard": {
			func(f *doctor.Facts) {
				f.Notices = []discover.Notice{{Kind: "trap", Subject: "main guard", Place: discover.Place{File: "main.py", Line: 9}, Message: "without a main guard", Fix: "put it under"}}
			}, []string{"ORK-PROJ-007"}, doctor.Failed, "without a main guard", "", "put it under",
		},
		"a secret in a source": {
			func(f *doctor.Facts) {
				f.Notices = []discover.Notice{{Kind: "secret", Subject: "A1b…", Place: discover.Place{File: "main.py", Line: 9}, Message: "a secret stands in the source", Fix: "take it from"}}
			}, []string{"ORK-PROJ-008"}, doctor.Failed, "a secret", "", "take it from",
		},
		"a source that cannot be read": {
			func(f *doctor.Facts) {
				f.Notices = []discover.Notice{{Kind: "file", Subject: "w.py", Place: discover.Place{File: "w.py"}, Message: "it cannot be read", Fix: "Check"}}
			}, []string{"ORK-PROJ-009"}, doctor.Warning, "it cannot be read", "", "Check",
		},
		"20: an SDK that cannot be installed": {
			func(f *doctor.Facts) {
				f.SDKs = []doctor.SDK{{Name: "@io-orkes/conductor-javascript", Version: "4.0.0", File: "package.json"}}
			}, []string{"ORK-PROJ-006"}, doctor.Failed, "conductor-javascript 4.0.0", "ERESOLVE", `"zod": "^3.25"`,
		},
		"18, 22: an old SDK": {
			func(f *doctor.Facts) {
				f.SDKs = []doctor.SDK{{Name: "conductor-python", Version: "1.5", File: "pyproject.toml"}}
			},
			[]string{"ORK-PROJ-006"},
			doctor.Warning, "conductor-python 1.5", "behind some proxies", "conductor-python>=2.0,<3 in pyproject.toml",
		},
		"no task": {
			func(f *doctor.Facts) { f.Declared = nil },
			[]string{"ORK-PROJ-005"},
			doctor.Warning, "none found", "", "orkesctl doctor --task",
		},
	}
}

func TestConnection(t *testing.T) { check(t, connectionMistakes(t)) }

func connectionMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	return map[string]mistake{
		"30: no such host": {unreachable("no such host", &dnsError), []string{"ORK-CONN-001"}, doctor.Failed, "no such host", ".env", "correct CONDUCTOR_SERVER_URL in .env"},
		"30: wrong port":   {unreachable("connection refused", dial), []string{"ORK-CONN-002"}, doctor.Failed, "connection refused", "", "correct CONDUCTOR_SERVER_URL in .env"},
		"30: no server here": {
			func(f *doctor.Facts) {
				f.Server.URL = "http://127.0.0.1:1/api"
				unreachable("connection refused", dial)(f)
			}, []string{"ORK-CONN-002"}, doctor.Failed, "refused", "", "orkesctl dev start --detach",
		},
		"25: a certificate": {unreachable("not trusted", x509.UnknownAuthorityError{}), []string{"ORK-CONN-003"}, doctor.Failed, "not trusted", "", "ca-file"},
		"25: a proxy":       {unreachable("connection refused", &net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}), []string{"ORK-CONN-006"}, doctor.Failed, "refused", "", "NO_PROXY=conductor.example"},
		"it hangs":          {unreachable("no answer in time", hanging()), []string{"ORK-CONN-004"}, doctor.Failed, "no answer in time", "", "orkesctl version --debug"},
		"it resets":         {unreachable("the connection was reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}), []string{"ORK-CONN-004"}, doctor.Failed, "reset", "", ""},
		"it is in trouble":  {answering(&conductor.Error{Status: 503}), []string{"ORK-CONN-004"}, doctor.Failed, "HTTP 503", "", ""},
		"it breaks off":     {answering(&conductor.ProtocolError{Kind: conductor.CutOff}), []string{"ORK-CONN-004"}, doctor.Failed, "broke off", "", ""},
		"1: a page":         {answering(&conductor.ProtocolError{URL: serverURL, Kind: conductor.HTMLPage}), []string{"ORK-CONN-005"}, doctor.Failed, "answers a web page", ".env", "CONDUCTOR_SERVER_URL="},
		"1: nothing there": {
			func(f *doctor.Facts) {
				f.Server.URL = "http://h/conductor/api"
				f.Server.Version = failed[string](&conductor.Error{Status: 404})
			}, []string{"ORK-CONN-005"}, doctor.Failed, "HTTP 404", "", "CONDUCTOR_SERVER_URL=http://h/api in .env",
		},
		"a sign-in page":  {answering(&conductor.ProtocolError{Kind: conductor.LoginPage}), []string{"ORK-CONN-005"}, doctor.Failed, "sign-in page", "", ""},
		"its kind hangs":  {func(f *doctor.Facts) { f.Server.Kind = failed[conductor.Kind](errors.New("late")) }, []string{"ORK-CONN-005"}, doctor.Unknown, serverURL, "late", "orkesctl version"},
		"it is slow":      {func(f *doctor.Facts) { f.Server.Took = 2 * time.Second }, []string{"ORK-CONN-007"}, doctor.Warning, "2s", "", "conductor.example"},
		"24: a clock":     {func(f *doctor.Facts) { f.Server.At = now().Add(-time.Hour) }, []string{"ORK-CONN-008"}, doctor.Failed, "1h0m behind the server", "expired", "NTP"},
		"24: a bit":       {func(f *doctor.Facts) { f.Server.At = now().Add(time.Minute) }, []string{"ORK-CONN-008"}, doctor.Warning, "1m0s ahead of the server", "", ""},
		"27: a quota":     {func(f *doctor.Facts) { f.Server.Limited = true }, []string{"ORK-CONN-009"}, doctor.Warning, "429", "", ""},
		"23: token churn": {func(f *doctor.Facts) { f.Worker.Expires = now().Add(10 * time.Minute) }, []string{"ORK-IDENT-007"}, doctor.Failed, "tokens live 10m0s, the SDK keeps them 30m0s", "401", ""},
	}
}

// hanging is what a request that took too long fails with.
func hanging() error { return &net.OpError{Op: "read", Err: timeout{}} }

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestIdentity(t *testing.T) { check(t, identityMistakes(t)) }

func identityMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	refused := failed[string](&conductor.AuthError{KeyID: "k1", Err: &conductor.Error{Status: 401}})
	return map[string]mistake{
		"7: no key": {
			func(f *doctor.Facts) { f.Worker.Own, f.Worker.Settings.Key = false, config.Setting{} },
			[]string{"ORK-IDENT-001"},
			doctor.Failed, "none in .env", "refuses whoever has no key", "orkesctl app key create --env-file .env",
		},
		"the shell's key": {
			func(f *doctor.Facts) {
				f.Worker.Settings.Key.Source, f.App.Value.Name, f.Holder.Value.Roles = "CONDUCTOR_AUTH_KEY", "me", []string{"ADMIN"}
			}, []string{"ORK-IDENT-004"}, doctor.Warning, "the worker takes your shell's key", "of me", "orkesctl app key create --env-file .env",
		},
		"the shell's key, and no application": {
			func(f *doctor.Facts) {
				f.Worker.Settings.Key.Source, f.App.Value.Name, f.Apps = "CONDUCTOR_AUTH_KEY", "me", known([]conductor.Application{{Name: "me"}})
			}, []string{"ORK-IDENT-004"}, doctor.Warning, "the worker takes your shell's key", "", "orkesctl app create --role worker && orkesctl app key create --env-file .env",
		},
		"only a token": {
			func(f *doctor.Facts) {
				f.Worker.Settings.Key, f.Worker.Settings.Token = config.Setting{}, config.Setting{Value: canary, Source: "CONDUCTOR_AUTH_TOKEN"}
			}, []string{"ORK-IDENT-001"}, doctor.Warning, "a token of the shell's", "", "orkesctl app key create --env-file .env",
		},
		"5: a wrong secret": {
			func(f *doctor.Facts) { f.Worker.Token = refused },
			[]string{"ORK-IDENT-002"},
			doctor.Failed, "k1 from .env", "the secret is wrong; the Go SDK then polls without a token", "orkesctl app key create --env-file .env",
		},
		"5: a disabled key": {
			func(f *doctor.Facts) { f.Worker.Token = refused; f.Keys.Value[0].Status = "INACTIVE" },
			[]string{"ORK-IDENT-002"},
			doctor.Failed, "k1", "it is disabled", "orkesctl app key enable k1",
		},
		"the token is late": {
			func(f *doctor.Facts) { f.Worker.Token = failed[string](errors.New("no answer in time")) },
			[]string{"ORK-IDENT-002"},
			doctor.Unknown, "k1", "no answer in time", "--timeout",
		},
		"6: a key for nothing": {
			func(f *doctor.Facts) { f.Server.Kind = known(conductor.KindOSS) },
			[]string{"ORK-IDENT-003"},
			doctor.Warning, "no authentication", "the Go SDK warns", "remove CONDUCTOR_AUTH_KEY and CONDUCTOR_AUTH_SECRET from .env",
		},
		"another application": {
			func(f *doctor.Facts) { f.App.Value.Name = "billing" },
			[]string{"ORK-IDENT-004"},
			doctor.Warning, "the key is of billing, orkesctl.yaml names shop", "goes to shop", "application: billing",
		},
		"a person's key": {
			func(f *doctor.Facts) { f.Worker.User.Value.ID = "me@x" },
			[]string{"ORK-IDENT-004"},
			doctor.Warning, "the key is a person's", "", "orkesctl app key create",
		},
		"yours is refused": {
			func(f *doctor.Facts) { f.Person.Token = refused },
			[]string{"ORK-IDENT-005"},
			doctor.Warning, "your key mine from profile prod is not accepted", "", "orkesctl login",
		},
		"a worker that may do anything": {
			func(f *doctor.Facts) { f.Holder.Value.Roles = []string{"ADMIN"} },
			[]string{"ORK-IDENT-006"},
			doctor.Warning, "may do anything", "", "orkesctl app create --role worker",
		},
	}
}

// allMistakes are those of all categories.
func allMistakes(t *testing.T) []map[string]mistake {
	t.Helper()
	return []map[string]mistake{
		environmentMistakes(t), projectMistakes(t), connectionMistakes(t), identityMistakes(t), permissionMistakes(t), taskMistakes(t), domainMistakes(t),
		workflowMistakes(t), queueMistakes(t),
	}
}

// The thirty misconfigurations of the worker sheet (section 5) are the least: each has its check, and a test that makes just it.
func TestEveryUsualMistakeHasACheck(t *testing.T) {
	made := map[string]bool{}
	for _, mistakes := range allMistakes(t) {
		for name := range mistakes {
			numbers, _, _ := strings.Cut(name, ": ")
			for number := range strings.SplitSeq(numbers, ", ") {
				made[number] = true
			}
		}
	}
	for number := 1; number <= 30; number++ {
		require.True(t, made[strconv.Itoa(number)], "row %d", number)
	}
}
