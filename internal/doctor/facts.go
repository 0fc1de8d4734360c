package doctor

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Facts are all that the checks know. They are gathered once and not changed afterwards.
type Facts struct {
	Now     time.Time
	Offline bool
	Dir     string        // the working folder
	Limit   time.Duration // how long each question could take

	Variables  []Variable // of the env file, then of the shell
	EnvFile    EnvFile
	Project    *project.Project // nil where there is none
	ProjectErr error
	Unit       *launch.Unit // nil where nothing is recognised
	Toolchain  ToolchainFacts
	Documents  []*manifest.Document
	Problems   []manifest.Problem
	Declared   []Worker
	Notices    []discover.Notice // their files are called from the working folder
	SDKs       []SDK

	Person, Worker Who
	Style          Answer[grant.Style] // how the settings say that a task in a domain is written
	Server         ServerFacts
	App            Answer[conductor.Application] // whose key the worker's is, or --as
	AsApp          string                        // what --as says
	Apps           Answer[[]conductor.Application]
	Keys           Answer[[]conductor.AccessKey]
	Holder         Answer[permit.Holder]
	TaskDefs       Answer[[]conductor.Document[conductor.TaskDef]]
	WorkflowDefs   Answer[[]conductor.Document[conductor.WorkflowDef]]
	Queues         Answer[map[string]int64]        // waiting tasks by queue
	Polls          Answer[[]Poll]                  // the last polls of all queues
	Attempts       Answer[[]conductor.TaskSummary] // of the declared tasks: those that wait, run or timed out, the newest
	Done           Answer[[]conductor.TaskSummary] // of the declared tasks: the last that were completed
	Examples       map[string]Example              // by task: how README.md starts it
	Host           string                          // this machine, as pollers name themselves
	Requests       int
	Log            []string // one line for each request: method, address, answer, time

	indexed *index // see look
}

// Answer is something that was asked for. Asked is false where a root cause made the question pointless.
type Answer[T any] struct {
	Value T
	Err   error
	Asked bool
}

// Known reports whether there is a value.
func (a Answer[T]) Known() bool { return a.Asked && a.Err == nil }

// Why says why there is no value.
func (a Answer[T]) Why() string {
	switch {
	case !a.Asked:
		return "it could not be asked"
	case a.Err != nil:
		return a.Err.Error()
	default:
		return ""
	}
}

// Variable is one setting of the environment, from the worker's env file (Line is set) or the shell.
type Variable struct {
	Name, Value string
	Source      string // the env file's name, or "the shell"
	Line        int
}

// From says where it is set: ".env:3", or "the shell".
func (v Variable) From() string {
	if v.Line == 0 {
		return v.Source
	}
	return fmt.Sprintf("%s:%d", v.Source, v.Line)
}

// shell is the source of what is not in a file.
const shell = "the shell"

// variable returns the value that the worker sees: the env file's, else the shell's.
func (f *Facts) variable(name string) (Variable, bool) {
	for _, v := range slices.Backward(f.Variables) {
		if v.Name == name && v.Line > 0 {
			return v, true
		}
	}
	for _, v := range f.Variables {
		if v.Name == name && v.Value != "" {
			return v, true
		}
	}
	return Variable{}, false
}

// EnvFile is the worker's env file. Name is as orkesctl.yaml writes it.
type EnvFile struct {
	Path, Name string
	There      bool
	Mode       fs.FileMode
	Ignored    bool // by git, or there is no repository
	Err        error
}

// ToolchainFacts are what the language needs on this machine.
type ToolchainFacts struct {
	Version                 string
	Problem, Dependencies   *launch.Problem
	Program, Minimum, Title string
}

// Worker is a worker that the project declares. Expression is set where the task's name could not be read from the sources.
type Worker struct {
	Task, Domain     string
	Expression       string // of the task's name, where it is not known
	DomainExpression string // of the domain, where it is not known
	DomainFrom       string // what says the domain, in words
	DomainPlace      string // FILE:LINE where the source says it; empty where that is not known
	Language, SDK    string
	Concurrency      int
	File             string // relative to the working folder; empty where no source declares it
	Line             int
	FromSource       bool
}

// SDK is a library for workers that a file of the project names, with the version that it asks for.
type SDK struct {
	Name, Version, File string
	Line                int
	Zod                 string // of JavaScript's: the version of zod beside it; empty is none
}

// Example is the domain in which a document starts a task.
type Example struct{ Domain, Place string }

// Place is the file and line: empty where no source declares it.
func (w Worker) Place() string {
	if w.File == "" || w.Line == 0 {
		return w.File
	}
	return fmt.Sprintf("%s:%d", w.File, w.Line)
}

// says is how the worker's domain is declared: "the worker declares domain john (file:1)".
func (w Worker) says() string {
	text := "the worker declares no domain"
	if w.Domain != "" {
		text = "the worker declares domain " + w.Domain
	}
	if place := cmp.Or(w.DomainPlace, w.Place(), w.DomainFrom); place != "" {
		text += " (" + place + ")"
	}
	return text
}

// Who is one of the two identities, and what the server said to it.
type Who struct {
	Settings config.Settings
	Err      error // why there are no settings
	Own      bool  // of the worker: it has a key of its own, not the person's
	Domain   string
	Token    Answer[string]
	Expires  time.Time // zero where the token does not say
	User     Answer[conductor.User]
}

func (w Who) words() string { return identity.Worker{Settings: w.Settings}.Key() }

// hasKey reports whether there is anything to show the server.
func (w Who) hasKey() bool { return w.Settings.Key.Value+w.Settings.Token.Value != "" }

// ServerFacts is what the worker's server showed of itself.
type ServerFacts struct {
	URL     string // ends in /api
	Raw     string // as it was written
	Source  string
	Same    bool // the person's settings name the same one
	Version Answer[string]
	Kind    Answer[conductor.Kind]
	Took    time.Duration // the quickest answer
	Date    time.Time     // its clock, at Now; zero where it did not say
	At      time.Time     // our clock when Date was read
	Limited bool          // it answered 429
}
