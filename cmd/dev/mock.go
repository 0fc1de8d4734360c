package dev

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// checkMock checks what --mock says, but not the file.
func checkMock(mock string) error {
	taskType, file, both := strings.Cut(mock, "=")
	switch {
	case !both || taskType == "" || file == "":
		return cli.Usage("Example: --mock LLM_CHAT_COMPLETE=chat.yaml", "--mock %s: this is not TYPE=FILE", mock)
	case !slices.Contains(engine.Replaceable(), taskType):
		return cli.Usage("The types that may: "+strings.Join(engine.Replaceable(), ", ")+`
A worker's task has another stand-in: orkesctl worker simulate --task NAME`, "--mock %s: tasks of type %s cannot have a stand-in", mock, taskType)
	}
	return nil
}

// readMocks reads the files of --mock, in YAML or JSON. Those of one type are one after the other.
func readMocks(deps *cli.Deps, mocks []string) (map[string][]engine.StandIn, error) {
	standIns := map[string][]engine.StandIn{}
	for _, mock := range mocks {
		taskType, path, _ := strings.Cut(mock, "=")
		data, err := os.ReadFile(deps.Absolute(path))
		if err != nil {
			return nil, cli.Hint(fmt.Errorf("--mock: %w", err), "What it holds: a task, its output, status, reason and delay (docs/dev.md)")
		}
		text, err := manifest.ToJSON(data)
		var outcomes []engine.StandIn
		if err == nil {
			outcomes, err = engine.ReadStandIns(text)
		}
		if err != nil {
			return nil, cli.Failed("What it may hold: task, output, status, reason and delay, or a list of these (docs/dev.md)", "--mock: %s: %v", path, err)
		}
		standIns[taskType] = append(standIns[taskType], outcomes...)
	}
	return standIns, nil
}

// completeMock completes the type; what follows is a file.
func completeMock(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var types []cobra.Completion
	for _, name := range engine.Replaceable() {
		types = append(types, name+"=")
	}
	return types, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// absoluteMocks are the same for a process with another working folder.
func absoluteMocks(deps *cli.Deps, mocks []string) []string {
	var args []string
	for _, mock := range mocks {
		taskType, path, _ := strings.Cut(mock, "=")
		args = append(args, "--mock", taskType+"="+deps.Absolute(path))
	}
	return args
}
