// Package workflow is the noun `workflow`: workflow definitions, and starting them.
package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// kind is the noun in "workflow/NAME".
const kind = "workflow"

// New returns the command `orkesctl workflow`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("workflow", "Workflow definitions, and starting them",
		newDefine(deps),
		newAddTask(deps),
		newList(deps),
		newGet(deps),
		newDelete(deps),
		newStart(deps),
		newTest(deps),
	)
}

func target(client *conductor.Client) define.Target {
	return define.Target{
		Noun: kind, Compare: reconcile.WorkflowDefs, Put: client.WorkflowDefs.PutAll, Version: versionOf,
		List: define.Raw(client.WorkflowDefs.List),
	}
}

// versionOf returns a definition's version; where it has none, the server takes 1.
func versionOf(tree map[string]any) int {
	if number, ok := tree["version"].(json.Number); ok {
		if n, err := number.Int64(); err == nil {
			return int(n)
		}
	}
	return 1
}

// lookup reads a definition; version 0 is the latest. Where it is missing, the error names what may have been meant.
func lookup(ctx context.Context, client *conductor.Client, name string, version int, verb string) (workflowDef, error) {
	def, err := client.WorkflowDefs.Get(ctx, name, version)
	if err != nil {
		return def, notFound(ctx, client, name, version, verb, err)
	}
	return def, nil
}

func notFound(ctx context.Context, client *conductor.Client, name string, version int, verb string, err error) error {
	if !conductor.IsNotFound(err) {
		return err
	}
	return missing(ctx, client, name, version, verb)
}

// missing is the error for a workflow, or one of its versions, that is not there.
func missing(ctx context.Context, client *conductor.Client, name string, version int, verb string) error {
	versions := versionsByName(ctx, client)
	if there := versions[name]; version != 0 && len(there) > 0 {
		return cli.NotFound(fmt.Sprintf("There is: %s", joined(there, "--version %d")), "workflow %q has no version %d", name, version)
	}
	return cli.NotFound(cli.Meant(kind, verb, name, sortedNames(versions)), "no workflow %q is defined", name)
}

// joined writes each version in the format, with commas between them.
func joined(versions []int, format string) string {
	texts := make([]string, len(versions))
	for i, version := range versions {
		texts[i] = fmt.Sprintf(format, version)
	}
	return strings.Join(texts, ", ")
}

// versionsByName returns the versions of each workflow in ascending order; nothing where the server does not say.
func versionsByName(ctx context.Context, client *conductor.Client) map[string][]int {
	defs, err := client.WorkflowDefs.List(ctx)
	if err != nil {
		return nil
	}
	versions := map[string][]int{}
	for _, def := range defs {
		versions[def.Value.Name] = append(versions[def.Value.Name], def.Value.Version)
	}
	for _, numbers := range versions {
		sort.Ints(numbers)
	}
	return versions
}

func sortedNames(versions map[string][]int) []string {
	names := make([]string, 0, len(versions))
	for name := range versions {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func completeNames(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		names := sortedNames(versionsByName(ctx, client))
		if len(names) == 0 {
			return nil, errors.New("no workflows")
		}
		return names, nil
	})
}
