package cli_test

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

func TestReportOutput(t *testing.T) {
	for name, tc := range map[string]struct {
		typed, jq string
		passed    string // on to where every command's result is printed
		wrong     string
	}{
		"none":            {},
		"everybody's":     {typed: "json", passed: "json"},
		"its own":         {typed: "sarif"},
		"unknown":         {typed: "xml", wrong: "-o xml: unknown form of a report"},
		"not this one's":  {typed: "name", wrong: "-o name: unknown form of a report"},
		"own, filtered":   {typed: "sarif", jq: ".", wrong: "-o sarif does not go with --jq and --template"},
		"table, filtered": {typed: "table", jq: ".", passed: "table", wrong: "--jq filters JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			output := cli.ReportOutput{Forms: []string{"table", "json", "sarif"}}
			cmd := &cobra.Command{Use: "x"}
			output.Bind(cmd, "it")
			if tc.typed != "" {
				require.NoError(t, cmd.ParseFlags([]string{"-o", tc.typed}))
			}
			deps := &cli.Deps{Globals: cli.Globals{Format: render.Format{JQ: tc.jq}}}
			err := output.Check(deps)
			require.Equal(t, tc.passed, deps.Globals.Format.Output)
			if tc.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.wrong)
			require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
		})
	}
}
