package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// flagMessage says what a flag takes, where the flag package would name a function of Go's.
func flagMessage(err error) string {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err.Error()
	}
	wants := map[string]string{
		"int": "a whole number", "int32": "a whole number", "int64": "a whole number", "float64": "a number",
		"bool": "true or false", "duration": "a time such as 90s, 5m or 1h30m",
	}[invalid.GetFlag().Value.Type()]
	if wants == "" {
		return err.Error()
	}
	return fmt.Sprintf("invalid argument %q for \"--%s\" flag: want %s", invalid.GetValue(), invalid.GetFlag().Name, wants)
}

// readFormat reads how to print from a command line that was not understood so far, so that its error has the form that was asked for.
func readFormat(deps *cli.Deps) {
	if deps.Globals.Format.Output != "" {
		return
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	bindFormat(flags, &deps.Globals.Format)
	_ = flags.Parse(deps.Args)
}

func bindFormat(flags *pflag.FlagSet, format *render.Format) {
	flags.StringVarP(&format.Output, "output", "o", "", "print the result in this `FORMAT`: "+strings.Join(render.Outputs(), "|"))
	flags.StringVar(&format.JQ, "jq", "", "print what this jq `FILTER` makes of the JSON result")
	flags.StringVar(&format.Template, "template", "", "print the JSON result through this Go `TEMPLATE`")
}

func flagHint(cmd *cobra.Command, err error) string {
	hint := cli.UsageHint(cmd)
	if word, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		if near := nearestFlag(cmd, word); near != "" {
			hint = "Did you mean --" + near + "?\n" + hint
		}
	}
	return hint
}

func nearestFlag(cmd *cobra.Command, word string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near, _ := definition.Nearest(word, names)
	return near
}
