package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

// The width of help follows the terminal's: not more than is read with ease, and what stands beside a name not less than a few words.
const (
	widest    = 120
	narrowest = 24
)

// helper prints help. In a pipe its width is 0, and lines are as long as they are.
type helper struct{ width int }

func newHelper(deps *cli.Deps) helper {
	if deps.Term.OutTTY() {
		return helper{min(widest, deps.Term.Width())}
	}
	return helper{}
}

// help prints what a command does, and how it is called.
func (h helper) help(cmd *cobra.Command, _ []string) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s\n\n%s", render.Fold(strings.TrimRight(text, "\n"), h.width), cmd.UsageString())
}

// usage prints how a command is called.
func (h helper) usage(cmd *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if does(cmd) {
		b.WriteString("  " + cmd.UseLine() + "\n")
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("  " + cmd.CommandPath() + " [command]\n")
	}
	if cmd.HasExample() {
		b.WriteString("\nExamples:\n  " + strings.ReplaceAll(cmd.Example, "\n", "\n  ") + "\n")
	}
	h.commands(&b, cmd)
	if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
		b.WriteString("\nFlags:\n" + flags.FlagUsagesWrapped(h.width))
	}
	if flags := cmd.InheritedFlags(); flags.HasAvailableFlags() {
		b.WriteString("\nGlobal Flags:\n" + flags.FlagUsagesWrapped(h.width))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nMore about one of them: %s [command] --help\n", cmd.CommandPath())
	}
	_, err := io.WriteString(cmd.OutOrStderr(), b.String())
	return err
}

// beside is the width that is left behind so many columns, 0 where lines are not broken.
func (h helper) beside(columns int) int {
	if h.width == 0 {
		return 0
	}
	return max(narrowest, h.width-columns)
}

// does reports whether a command does something itself. Those that only hold others have no example.
func does(cmd *cobra.Command) bool { return cmd.HasExample() || !cmd.HasAvailableSubCommands() }

// commands lists the commands below one, by group where there are groups.
func (h helper) commands(b *strings.Builder, cmd *cobra.Command) {
	groups := cmd.Groups()
	if len(groups) == 0 && cmd.HasAvailableSubCommands() {
		groups = []*cobra.Group{{Title: "Commands"}}
	}
	for _, group := range groups {
		b.WriteString("\n" + group.Title + ":\n")
		for _, child := range cmd.Commands() {
			if child.GroupID != group.ID || !child.IsAvailableCommand() {
				continue
			}
			indent := "  " + strings.Repeat(" ", cmd.NamePadding()+2)
			short := strings.ReplaceAll(render.Fold(child.Short, h.beside(len(indent))), "\n", "\n"+indent)
			fmt.Fprintf(b, "  %-*s  %s\n", child.NamePadding(), child.Name(), short)
		}
	}
}

// groups puts the commands of the root under headlines, in the order in which people meet them.
func groups(root *cobra.Command) {
	for _, group := range []struct {
		title string
		names []string
	}{
		{"Begin", []string{"quickstart", "scaffold", "dev"}},
		{"Define, authorise, run", []string{"task", "workflow", "schedule", "execution", "app", "secret", "env", "worker"}},
		{"Find out", []string{"doctor", "lint", "whoami", "version"}},
		{"Set up", []string{"login", "logout", "config", "completion"}},
	} {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		for _, child := range root.Commands() {
			for _, name := range group.names {
				if child.Name() == name {
					child.GroupID = group.title
				}
			}
		}
	}
	root.AddGroup(&cobra.Group{Title: "More"})
}
