package cmd_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/cmd"
	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
)

// reach is what a command needs to do its work, and so what it can be tried with.
type reach int

const (
	local  reach = iota // nothing but this machine
	server              // the server that the settings name: without it, the command fails
	asks                // the same server, whose silence is part of the answer
	judges              // the same, and what it says of it has tests of its own
	runs                // it goes on until it is stopped, or starts other programs
)

// row says how one command of the tree is tried: with arguments that are right, in a folder that holds files(), and what comes of it
// where the server, the settings and the folder hold nothing else.
type row struct {
	args  string
	reach reach
	empty int // the exit code there
}

// rows has each command of the tree. A command without a row fails TestEveryCommandIsTried: give it one, and every test of this
// file and its neighbours tries the command too.
func rows() map[string]row {
	return map[string]row{
		"api":                   {"GET metadata/taskdefs/nope", server, cli.ExitNotFound},
		"app can":               {"execute task t --app nope", server, cli.ExitNotFound},
		"app create":            {"billing", server, cli.ExitOK},
		"app delete":            {"nope --yes", server, cli.ExitNotFound},
		"app get":               {"nope", server, cli.ExitNotFound},
		"app grant":             {"--task t --domain d --app nope", server, cli.ExitNotFound},
		"app grants":            {"--app nope", server, cli.ExitNotFound},
		"app key create":        {"--app nope", server, cli.ExitNotFound},
		"app key delete":        {"k --app nope --yes", server, cli.ExitNotFound},
		"app key disable":       {"k --app nope", server, cli.ExitNotFound},
		"app key enable":        {"k --app nope", server, cli.ExitNotFound},
		"app key list":          {"--app nope", server, cli.ExitNotFound},
		"app list":              {"", server, cli.ExitOK},
		"app rename":            {"nope new", server, cli.ExitNotFound},
		"app revoke":            {"--task t --app nope", server, cli.ExitNotFound},
		"app role add":          {"worker --app nope", server, cli.ExitNotFound},
		"app role list":         {"--app nope", server, cli.ExitNotFound},
		"app role remove":       {"worker --app nope", server, cli.ExitNotFound},
		"app who":               {"execute task t", server, cli.ExitOK},
		"completion":            {"bash", local, cli.ExitOK},
		"config path":           {"", local, cli.ExitOK},
		"config set":            {"server http://localhost:8080 --profile x", local, cli.ExitOK},
		"config show":           {"", local, cli.ExitOK},
		"config use":            {"nope", local, cli.ExitNotFound},
		"dev clock advance":     {"1h", server, cli.ExitFailed},
		"dev clock show":        {"", server, cli.ExitOK},
		"dev env":               {"", local, cli.ExitNotFound},
		"dev events":            {"", runs, cli.ExitOK},
		"dev exec":              {"-- true", runs, cli.ExitOK},
		"dev fault add":         {"--status 503 --path /nothing", server, cli.ExitOK},
		"dev fault clear":       {"", server, cli.ExitOK},
		"dev fault list":        {"", server, cli.ExitOK},
		"dev logs":              {"", local, cli.ExitNotFound},
		"dev reset":             {"--yes", server, cli.ExitOK},
		"dev restore":           {"state --yes", server, cli.ExitFailed},
		"dev snapshot":          {"to", server, cli.ExitOK},
		"dev start":             {"--port 0", runs, cli.ExitOK},
		"dev status":            {"", local, cli.ExitNotFound},
		"dev stop":              {"", local, cli.ExitOK},
		"doctor":                {"", judges, cli.ExitFindings},
		"doctor why":            {"nope", server, cli.ExitNotFound},
		"env delete":            {"nope --yes", server, cli.ExitNotFound},
		"env get":               {"nope", server, cli.ExitNotFound},
		"env list":              {"", server, cli.ExitOK},
		"env set":               {"region eu", server, cli.ExitOK},
		"event define":          {"event.yaml", server, cli.ExitOK},
		"event delete":          {"nope --yes", server, cli.ExitNotFound},
		"event get":             {"nope", server, cli.ExitNotFound},
		"event history":         {"nope", server, cli.ExitNotFound},
		"event list":            {"", server, cli.ExitOK},
		"event publish":         {"nope", server, cli.ExitNotFound},
		"execution delete":      {"nope --yes", server, cli.ExitNotFound},
		"execution get":         {"nope", server, cli.ExitNotFound},
		"execution jump":        {"nope ref", server, cli.ExitNotFound},
		"execution list":        {"", server, cli.ExitOK},
		"execution pause":       {"nope", server, cli.ExitNotFound},
		"execution rerun":       {"nope", server, cli.ExitNotFound},
		"execution restart":     {"nope", server, cli.ExitNotFound},
		"execution resume":      {"nope", server, cli.ExitNotFound},
		"execution retry":       {"nope", server, cli.ExitNotFound},
		"execution signal":      {"nope", server, cli.ExitNotFound},
		"execution skip":        {"nope ref", server, cli.ExitNotFound},
		"execution terminate":   {"nope --yes", server, cli.ExitNotFound},
		"execution update-task": {"nope ref", server, cli.ExitNotFound},
		"execution watch":       {"nope", server, cli.ExitNotFound},
		"lint":                  {"task.yaml", local, cli.ExitOK},
		"login":                 {"--server $URL --key $KEY --secret-stdin", server, cli.ExitOK},
		"logout":                {"", local, cli.ExitOK},
		"quickstart":            {"--lang builtin", runs, cli.ExitOK},
		"scaffold list":         {"", local, cli.ExitOK},
		"scaffold worker":       {"--lang go", local, cli.ExitOK},
		"schedule define":       {"schedule.yaml", server, cli.ExitOK},
		"schedule delete":       {"nope --yes", server, cli.ExitNotFound},
		"schedule get":          {"nope", server, cli.ExitNotFound},
		"schedule list":         {"", server, cli.ExitOK},
		"schedule next":         {"@daily", local, cli.ExitOK},
		"schedule pause":        {"nope", server, cli.ExitNotFound},
		"schedule resume":       {"nope", server, cli.ExitNotFound},
		"schedule runs":         {"", server, cli.ExitOK},
		"secret delete":         {"nope --yes", server, cli.ExitNotFound},
		"secret exists":         {"nope", server, cli.ExitNotFound},
		"secret get":            {"nope --reveal", server, cli.ExitNotFound},
		"secret list":           {"", server, cli.ExitOK},
		"secret set":            {"s", server, cli.ExitOK},
		"task define":           {"task.yaml", server, cli.ExitOK},
		"task delete":           {"nope --yes", server, cli.ExitNotFound},
		"task get":              {"nope", server, cli.ExitNotFound},
		"task list":             {"", server, cli.ExitOK},
		"task queue":            {"nope", server, cli.ExitNotFound},
		"version":               {"", asks, cli.ExitOK},
		"whoami":                {"", server, cli.ExitOK},
		"webhook define":        {"webhook.yaml", server, cli.ExitOK},
		"webhook delete":        {"nope --yes", server, cli.ExitNotFound},
		"webhook get":           {"nope", server, cli.ExitNotFound},
		"webhook history":       {"nope", server, cli.ExitNotFound},
		"webhook list":          {"", server, cli.ExitOK},
		"webhook url":           {"nope", server, cli.ExitNotFound},
		"worker exec":           {"--task t -- true", runs, cli.ExitOK},
		"worker install":        {"", runs, cli.ExitFailed},
		"worker list":           {"", local, cli.ExitOK},
		"worker run":            {"", runs, cli.ExitFailed},
		"worker simulate":       {"--task t", runs, cli.ExitOK},
		"worker test":           {"", runs, cli.ExitFailed},
		"workflow add-task":     {"nope t", server, cli.ExitNotFound},
		"workflow define":       {"workflow.yaml", server, cli.ExitOK},
		"workflow delete":       {"nope --yes", server, cli.ExitNotFound},
		"workflow get":          {"nope", server, cli.ExitNotFound},
		"workflow list":         {"", server, cli.ExitOK},
		"workflow start":        {"nope", server, cli.ExitNotFound},
		"workflow test":         {"workflow.yaml --mock t=COMPLETED", local, cli.ExitOK},
	}
}

func files() map[string]string {
	return map[string]string{
		"state":         "no snapshot",
		"task.yaml":     "name: t\nretryCount: 1\n",
		"event.yaml":    "name: h\nevent: conductor:w:e\nactions: [{action: start_workflow, start_workflow: {name: w}}]\n",
		"webhook.yaml":  "name: h\nverifier: SLACK_BASED\nworkflowsToStart: {w: 1}\n",
		"schedule.yaml": "name: d\ncronExpression: '@daily'\nstartWorkflowRequest: {name: w}\n",
		"workflow.yaml": "name: w\ntasks: [{name: t, taskReferenceName: t}]\n",
	}
}

// try is one command line in a folder and a home of its own, each request sent once, with what the command wrote.
type try struct {
	env   map[string]string
	stdin string

	code      int
	out, errs string
}

func (c *try) run(ctx context.Context, t *testing.T, args ...string) {
	t.Helper()
	terminal, out, errs := term.Test(c.stdin)
	dir := t.TempDir()
	for name, text := range files() {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	env := map[string]string{"HOME": filepath.Join(dir, ".home"), "USERPROFILE": filepath.Join(dir, ".home"), "ORKESCTL_KEYRING": "off"}
	maps.Copy(env, c.env)
	deps := cli.NewDeps(terminal, func(name string) string { return env[name] }, dir, "1.2.3")
	deps.Once = true
	for i, arg := range args {
		args[i] = strings.NewReplacer("$URL", env["CONDUCTOR_SERVER_URL"], "$KEY", env["CONDUCTOR_AUTH_KEY"]).Replace(arg)
	}
	c.code = cmd.Run(ctx, deps, args)
	c.out, c.errs = out.String(), errs.String()
}

// words is a command line of the tree: the command, its row's arguments, and more.
func words(path string, more ...string) []string {
	args := strings.Fields(path + " " + rows()[path].args)
	if i := slices.Index(args, "--"); i >= 0 {
		return slices.Insert(args, i, more...)
	}
	return append(args, more...)
}

// requireJSON checks that standard error ends with the one line that programs read, and nothing is on standard output.
func requireJSON(t *testing.T, c *try) (message, hint string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(c.errs), "\n")
	var answer struct {
		Error struct{ ID, Message, Hint string }
	}
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &answer), "%q", c.errs)
	require.NotEmpty(t, answer.Error.ID)
	require.NotEmpty(t, answer.Error.Message)
	require.Empty(t, c.out)
	return answer.Error.Message, answer.Error.Hint
}

// leaves are the commands of the tree that do something, by what is typed after the program's name. Those that only hold others
// have no example.
func leaves(t *testing.T) map[string]*cobra.Command {
	t.Helper()
	terminal, _, _ := term.Test("")
	found := map[string]*cobra.Command{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if !c.HasSubCommands() || c.Example != "" {
			found[strings.TrimPrefix(c.CommandPath(), "orkesctl ")] = c
		}
		for _, child := range c.Commands() {
			walk(child)
		}
	}
	walk(cmd.NewRoot(cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "1.2.3")))
	return found
}

// having are the rows with one of these reaches.
func having(wanted ...reach) map[string]row {
	found := rows()
	maps.DeleteFunc(found, func(_ string, r row) bool { return !slices.Contains(wanted, r.reach) })
	return found
}

func TestEveryCommandIsTried(t *testing.T) {
	tree := leaves(t)
	var without []string
	for path := range tree {
		if _, tried := rows()[path]; !tried {
			without = append(without, path)
		}
	}
	require.Empty(t, without, "give each command a row in rows(), in cmd/matrix_test.go")
	for path := range rows() {
		require.NotNil(t, tree[path], "the row %s has no command", path)
	}
}
