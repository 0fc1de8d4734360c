package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/render"
)

// ReportOutput is -o of a command whose result has forms that others have not. It hides the global flag; Check settles it.
type ReportOutput struct {
	Forms []string // all that the command has
	Value string   // as it was typed
}

// Bind adds the flag.
func (o *ReportOutput) Bind(cmd *cobra.Command, what string) {
	cmd.Flags().StringVarP(&o.Value, "output", "o", "", "how to print "+what+": "+strings.Join(o.Forms, "|"))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(o.Forms, cobra.ShellCompDirectiveNoFileComp))
}

// Check refuses an unknown form, and passes those that every command has on to where they are printed.
func (o *ReportOutput) Check(deps *Deps) error {
	switch {
	case !slices.Contains(o.Forms, o.Value) && o.Value != "":
		return Usage("One of: "+strings.Join(o.Forms, ", "), "-o %s: unknown form of a report", o.Value)
	case o.Value == "" || slices.Contains(render.Outputs(), o.Value):
		deps.Globals.Format.Output = o.Value
	case deps.Globals.Format.Structured():
		return Usage("Leave one of them out.", "-o %s does not go with --jq and --template", o.Value)
	}
	return deps.Globals.Format.Check()
}
