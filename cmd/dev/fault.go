package dev

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
)

func newFaultAdd(deps *cli.Deps) *cobra.Command {
	var rule api.Disturbance
	cmd := &cobra.Command{
		Use: "add", Short: "Make the development server misbehave on purpose",
		Long: `Make the development server misbehave on purpose, to see what workers make of it. The first rule that fits a request has it; the
server's own routes (/dev/…) are never disturbed. With a rate below 1 the seed decides which requests: the same requests in the same
order have the same fate.

--status is one of ` + strings.Join(api.Disturbances(), ", ") + `, or a status from 400 to 599.
  401-expired          the token has expired: clients fetch another
  reset, truncate      the connection ends before, or in the middle of, the answer
  duplicate-delivery   what one poll was given is given to the next one too
  lost-update          a result is taken, and thrown away`,
		Example: `orkesctl dev fault add --status 503 --rate 0.1 --seed 7
orkesctl dev fault add --status 401-expired --count 1
orkesctl dev fault add --status latency=2s --path '/tasks/poll/*/*' --task get-inventory`,
		Args: cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if rule.Fault == "" {
				return cli.Usage(cli.UsageHint(cmd), "which fault? give --status")
			}
			return runFaultAdd(cmd.Context(), deps, rule)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&rule.Fault, "status", "", "the `FAULT`: "+strings.Join(api.Disturbances(), "|")+"|400…599")
	flags.StringVar(&rule.Path, "path", "", "only requests whose path below /api is like this `PATTERN`, where * is anything but a slash")
	flags.StringVar(&rule.Task, "task", "", "only polls and updates of this `TASK`")
	flags.Float64Var(&rule.Rate, "rate", 1, "the share of the requests that fit: above 0, up to 1")
	flags.IntVar(&rule.Count, "count", 0, "how often at most (default: no limit)")
	flags.Uint64Var(&rule.Seed, "seed", 0, "what decides which requests, where the rate is below 1")
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(api.Disturbances(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("task", cli.CompleteNames(deps, cli.TaskNames))
	return cmd
}

func runFaultAdd(ctx context.Context, deps *cli.Deps, rule api.Disturbance) error {
	body, err := json.Marshal(rule)
	if err != nil {
		return fmt.Errorf("write the fault: %w", err)
	}
	var added api.Disturbance
	if err := control(ctx, deps, http.MethodPost, "/dev/faults", body, &added); err != nil {
		return err
	}
	return deps.Printer().Changes([]render.Change{{Kind: "fault", ID: strconv.Itoa(added.ID), Action: render.Created, Detail: added.Fault}})
}

func newFaultList(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the faults that are made on purpose, and how often each was",
		Example: "orkesctl dev fault list",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rules []api.Disturbance
			if err := control(cmd.Context(), deps, http.MethodGet, "/dev/faults", nil, &rules); err != nil {
				return err
			}
			return render.List(deps.Printer(), faultView(), rules)
		},
	}
}

func newFaultClear(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "clear [ID]", Short: "End the faults that are made on purpose, or one of them",
		Example: "orkesctl dev fault clear",
		Args:    cli.Args("[ID]"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, id := "/dev/faults", "all"
			if len(args) == 1 {
				if n, err := strconv.Atoi(args[0]); err != nil || n < 1 {
					return cli.Usage("Their numbers: orkesctl dev fault list", "%q is no number of a fault", args[0])
				}
				path, id = path+"?id="+args[0], args[0]
			}
			if err := control(cmd.Context(), deps, http.MethodDelete, path, nil, nil); err != nil {
				return err
			}
			return deps.Printer().Changes([]render.Change{{Kind: "fault", ID: id, Action: render.Deleted}})
		},
	}
}

func faultView() render.View[api.Disturbance] {
	type rule = api.Disturbance
	return render.View[rule]{
		Kind: "fault", Name: func(r rule) string { return strconv.Itoa(r.ID) },
		Columns: []render.Column[rule]{
			{Title: "id", Value: func(r rule) any { return r.ID }},
			{Title: "fault", Value: func(r rule) any { return r.Fault }},
			{Title: "path", Value: func(r rule) any { return r.Path }},
			{Title: "task", Value: func(r rule) any { return r.Task }},
			{Title: "rate", Value: func(r rule) any { return strconv.FormatFloat(r.Rate, 'g', -1, 64) }},
			{Title: "count", Value: func(r rule) any { return r.Count }},
			{Title: "hits", Value: func(r rule) any { return r.Hits }},
		},
	}
}

// control calls one of the development server's own routes; into nil takes no answer.
func control(ctx context.Context, deps *cli.Deps, method, path string, body []byte, into any) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	answer, err := client.Raw(ctx, method, path, body, "application/json")
	if err != nil {
		return notDev(err)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}
