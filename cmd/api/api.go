// Package api holds the raw escape hatch: any request to the server, as the configured identity.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxInput bounds what is sent: 10 MiB, the server's own limit.
const maxInput = 10 << 20

type options struct {
	method, path string
	fields       []string
	input        string
	include      bool
	dryRun       bool
}

// New returns the command `orkesctl api`.
func New(deps *cli.Deps) *cobra.Command {
	var opts options
	methods := []string{"GET", "POST", "PUT", "DELETE"}
	cmd := &cobra.Command{
		Use: "api METHOD PATH", Short: "Send any request to the server, as yourself",
		Long: `Send any request to the server, as yourself, and print the answer. PATH is below /api, which may be written or left out.

-f name=value adds to the query of a GET or DELETE, and makes the JSON body of a POST or PUT; a value is JSON where it parses as JSON.
--input sends a file, or standard input with -, as it is.`,
		Example: "orkesctl api GET metadata/taskdefs --jq '.[].name'\norkesctl api GET tasks/queue/polldata -f taskType=get-inventory\norkesctl api POST metadata/taskdefs --input task.json",
		Args:    cli.Args("METHOD", "PATH"), ValidArgsFunction: cobra.FixedCompletions(methods, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.method, opts.path = strings.ToUpper(args[0]), args[1]
			if !slices.Contains(append(methods, "PATCH", "HEAD"), opts.method) {
				return cli.Usage("One of: "+strings.Join(methods, ", "), "unknown method %q", args[0])
			}
			if err := checkPath(opts.method, opts.path); err != nil {
				return err
			}
			return run(cmd.Context(), deps, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&opts.fields, "field", "f", nil, "a `NAME=VALUE` for the query or the body (repeatable)")
	flags.StringVar(&opts.input, "input", "", "send this `FILE` as the body; - is standard input")
	flags.BoolVar(&opts.include, "include", false, "show the answer's status and headers on standard error")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "show what would be sent, send nothing that writes")
	return cmd
}

// checkPath refuses a whole URL: the token goes only to the server that the settings name.
func checkPath(method, path string) error {
	path, _, _ = strings.Cut(path, "?") // behind it, a URL is a value like any other
	server, below, whole := strings.Cut(path, "://")
	switch {
	case strings.TrimLeft(path, "/") == "":
		return cli.Usage("Example: orkesctl api GET metadata/taskdefs", "PATH is empty")
	case !whole && !strings.HasPrefix(path, "//"):
		return nil
	}
	hint := "Example: orkesctl api GET metadata/taskdefs"
	if host, rest, found := strings.Cut(below, "/api/"); found && !strings.Contains(host, "@") {
		hint = fmt.Sprintf("Say which server and which path: orkesctl api %s %s --server %s://%s", method, rest, server, host)
	}
	return cli.Usage(hint, "PATH is below the server's /api, and no URL: your token is sent to the configured server only")
}

func run(ctx context.Context, deps *cli.Deps, opts options) error {
	path, body, err := opts.request(deps)
	if err != nil {
		return err
	}
	if opts.dryRun && opts.method != http.MethodGet {
		deps.Note("would send: %s %s (%d bytes)", opts.method, path, len(body))
		return nil
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	response, err := client.Raw(ctx, opts.method, path, body, "application/json")
	if conductor.IsNotFound(err) {
		return cli.Hint(err, "The path is taken below %s. See what was sent and came back: repeat the command with --debug", client.BaseURL())
	}
	if err != nil {
		return err
	}
	if opts.include {
		deps.Note("%d %s", response.Status, http.StatusText(response.Status))
		for _, name := range []string{"Content-Type", "X-Request-Id", "Date"} {
			if value := response.Header.Get(name); value != "" {
				deps.Note("%s: %s", name, value)
			}
		}
	}
	return show(deps, response)
}

func show(deps *cli.Deps, response *conductor.RawResponse) error {
	if len(response.Body) == 0 {
		return nil
	}
	var document json.RawMessage
	if conductor.Decode(response.Body, &document) != nil {
		_, err := fmt.Fprintln(deps.Term.Out, strings.TrimRight(string(response.Body), "\n"))
		return err
	}
	return deps.Globals.Format.Document(deps.Term, document)
}

// request puts the fields into the query or the body, by method.
func (o options) request(deps *cli.Deps) (path string, body []byte, err error) {
	fields, err := keyvalue.Inputs(o.fields)
	if err != nil {
		return "", nil, cli.Usage("Example: -f taskType=get-inventory", "-f: %v", err)
	}
	path = o.path
	reads := o.method == http.MethodGet || o.method == http.MethodDelete || o.method == http.MethodHead
	switch {
	case o.input != "" && len(o.fields) > 0 && !reads:
		return "", nil, cli.Usage("Put everything into the file, or everything into -f.", "--input and -f cannot be used together")
	case o.input != "":
		body, err = read(deps, o.input)
	case len(fields) > 0 && !reads:
		body, err = json.Marshal(fields)
	}
	if reads && len(fields) > 0 {
		query := url.Values{}
		for name, value := range fields {
			query.Set(name, text(value))
		}
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + query.Encode()
	}
	return path, body, err
}

func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

func read(deps *cli.Deps, name string) ([]byte, error) {
	reader := deps.Term.In
	if name != "-" {
		f, err := os.Open(deps.Absolute(name))
		if err != nil {
			return nil, fmt.Errorf("--input: %w", err)
		}
		defer func() { _ = f.Close() }()
		reader = f
	}
	data, err := io.ReadAll(io.LimitReader(reader, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("larger than %d MiB", maxInput>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("--input: %w", err)
	}
	return data, nil
}
