package define

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Target is a kind of definition on the server. List and Put are one request each, however many definitions there are.
type Target struct {
	Noun    string                                                  // in "task/NAME"
	List    func(ctx context.Context) ([]json.RawMessage, error)    // what is there
	Put     func(ctx context.Context, defs []json.RawMessage) error // creates or replaces
	Compare func(have, want map[string]any) []reconcile.Field       // what writing want over have changes
	Version func(tree map[string]any) int                           // zero for kinds without versions
}

// Raw makes a Target's List of a client's: each definition as the server sent it.
func Raw[T any](list func(context.Context) ([]conductor.Document[T], error)) func(context.Context) ([]json.RawMessage, error) {
	return func(ctx context.Context) ([]json.RawMessage, error) {
		defs, err := list(ctx)
		raw := make([]json.RawMessage, 0, len(defs))
		for _, def := range defs {
			raw = append(raw, def.Raw)
		}
		return raw, err
	}
}

// FromFiles is what a command that defines things from files does: it reads them all, and writes them to the target that the server is.
func FromFiles(ctx context.Context, deps *cli.Deps, source Source, target func(*conductor.Client) Target, dryRun bool) error {
	documents, err := Read(deps, source)
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	return Write(ctx, deps, target(client), documents, dryRun)
}

// Write brings the server's definitions to what the documents say and prints what that changed. With dryRun it only says so.
func Write(ctx context.Context, deps *cli.Deps, target Target, documents []*manifest.Document, dryRun bool) error {
	have, err := target.present(ctx)
	if err != nil {
		return err
	}
	changes := make([]render.Change, 0, len(documents))
	var changed []*manifest.Document
	var bodies []json.RawMessage
	for _, document := range documents {
		change := target.change(have, document)
		if change.Action != render.Unchanged {
			changed, bodies = append(changed, document), append(bodies, document.JSON)
		}
		if dryRun {
			change.Word = Would(change.Action)
		}
		changes = append(changes, change)
	}
	if len(bodies) > 0 && !dryRun {
		if err := target.Put(ctx, bodies); err != nil {
			return explain(err, changed)
		}
	}
	return deps.Printer().Changes(changes)
}

// Would is what people read of a change that --dry-run does not make.
func Would(action string) string {
	words := map[string]string{
		render.Created: "would create", render.Updated: "would update", render.Deleted: "would delete",
	}
	if word, ok := words[action]; ok {
		return word
	}
	return action
}

type identity struct {
	name    string
	version int
}

func (t Target) identity(tree map[string]any) identity {
	name, _ := tree["name"].(string)
	id := identity{name: name}
	if t.Version != nil {
		id.version = t.Version(tree)
	}
	return id
}

func (t Target) present(ctx context.Context) (map[identity]map[string]any, error) {
	list, err := t.List(ctx)
	if err != nil {
		return nil, err
	}
	have := make(map[identity]map[string]any, len(list))
	for _, raw := range list {
		var tree map[string]any
		if err := conductor.Decode(raw, &tree); err != nil {
			return nil, fmt.Errorf("read the server's %s definitions: %w", t.Noun, err)
		}
		have[t.identity(tree)] = tree
	}
	return have, nil
}

func (t Target) change(have map[identity]map[string]any, document *manifest.Document) render.Change {
	id := t.identity(document.Tree)
	change := render.Change{Kind: t.Noun, ID: id.name, Version: id.version, Action: render.Created, Detail: document.File}
	old, there := have[id]
	if !there {
		return change
	}
	fields := t.Compare(old, document.Tree)
	if len(fields) == 0 {
		change.Action, change.Detail = render.Unchanged, ""
		return change
	}
	change.Action, change.Detail = render.Updated, Describe(fields)
	return change
}

// Describe is what differs, as people read it: retryCount 3 → 5, ….
func Describe(fields []reconcile.Field) string {
	texts := make([]string, 0, len(fields))
	for _, field := range fields {
		texts = append(texts, field.String())
	}
	return strings.Join(texts, ", ")
}

var itemIndex = regexp.MustCompile(`\[(\d+)\]`)

// explain says of each rule that the server found broken which file it is about.
func explain(err error, sent []*manifest.Document) error {
	var refused *conductor.Error
	if !errors.As(err, &refused) || len(refused.Invalid) == 0 {
		return err
	}
	lines := make([]string, 0, len(refused.Invalid))
	for _, rule := range refused.Invalid {
		place := rule.Path
		if document := about(rule.Path, sent); document != nil {
			place = fmt.Sprintf("%s:%d", document.File, document.Line)
		}
		lines = append(lines, place+": "+rule.Message)
	}
	return cli.Failed("Correct the definitions above; nothing else was wrong with the request.",
		"the server refused the definitions: %s\n%s", refused.Message, strings.Join(lines, "\n"))
}

// about finds the document that a path like registerTaskDef.taskDefinitions[3] or a definition's name means; nil where it is
// unknown.
func about(path string, sent []*manifest.Document) *manifest.Document {
	for _, document := range sent {
		if document.Name() == path {
			return document
		}
	}
	if found := itemIndex.FindStringSubmatch(path); found != nil {
		if i, err := strconv.Atoi(found[1]); err == nil && i < len(sent) {
			return sent[i]
		}
	}
	if len(sent) == 1 {
		return sent[0]
	}
	return nil
}
