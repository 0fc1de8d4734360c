package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/orkesctl/orkesctl/internal/cli"
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
