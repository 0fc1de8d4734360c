package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Group makes a command that only holds others: without a verb, or with an unknown one, it is a usage error.
func Group(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return Usage(verbs(cmd), "%s needs a verb", cmd.CommandPath())
			}
			return Usage(didYouMean(cmd, args[0]), "unknown command %q for %q", args[0], cmd.CommandPath())
		},
	}
	cmd.AddCommand(children...)
	return cmd
}

func verbs(cmd *cobra.Command) string {
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	return fmt.Sprintf("One of: %s\nHelp: %s --help", strings.Join(names, ", "), cmd.CommandPath())
}

func didYouMean(cmd *cobra.Command, word string) string {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(word); word != "" && len(near) > 0 {
		return fmt.Sprintf("Did you mean: %s %s", cmd.CommandPath(), near[0])
	}
	return verbs(cmd)
}

// Args checks the positional arguments against their names: "NAME" is required, "[NAME]" optional, "NAME…" one or more,
// "[NAME…]" any number; only with a "?" at the end may an argument be empty. The message names what is missing or empty.
func Args(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		required, limit := 0, len(names)
		for _, name := range names {
			if !strings.HasPrefix(name, "[") {
				required++
			}
			if strings.Contains(name, "…") {
				limit = -1
			}
		}
		if len(args) < required {
			missing := strings.Join(names[len(args):required], ", ")
			return Usage(example(cmd), "missing argument: %s", strings.ReplaceAll(missing, "?", ""))
		}
		if limit >= 0 && len(args) > limit {
			return Usage(example(cmd), "unexpected argument %q", args[limit])
		}
		return filled(cmd, names, args)
	}
}

// filled refuses an empty argument: a shell's variable that holds nothing.
func filled(cmd *cobra.Command, names, args []string) error {
	for i, arg := range args {
		name := names[min(i, len(names)-1)]
		if arg == "" && !strings.HasSuffix(name, "?") {
			return Usage(example(cmd), "%s is empty", strings.Trim(name, "[]…"))
		}
	}
	return nil
}

// BindDryRun adds --dry-run, which every command that writes has (design §1).
func BindDryRun(cmd *cobra.Command, dryRun *bool) {
	cmd.Flags().BoolVar(dryRun, "dry-run", false, "show what would change, and change nothing")
}

// UsageHint returns the lines that follow a usage error: the first example and where help is.
func UsageHint(cmd *cobra.Command) string { return example(cmd) }

func example(cmd *cobra.Command) string {
	hint := "Help: " + cmd.CommandPath() + " --help"
	if lines := strings.Split(strings.TrimSpace(cmd.Example), "\n"); lines[0] != "" {
		hint = "Example: " + strings.TrimSpace(lines[0]) + "\n" + hint
	}
	return hint
}

// Confirm asks before something is destroyed. --yes answers it; where nobody can be asked it is an error, not a skip.
func (d *Deps) Confirm(ctx context.Context, format string, args ...any) error {
	if d.Globals.Yes {
		return nil
	}
	question := fmt.Sprintf(format, args...)
	if !d.Term.CanAsk() {
		return Usage("Answer it beforehand: --yes", "%s: this needs an answer, and nobody can be asked", question)
	}
	yes, err := d.Term.Confirm(ctx, question)
	if err != nil {
		return err
	}
	if !yes {
		return Failed("Nothing was changed.", "not confirmed")
	}
	return nil
}
