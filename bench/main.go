// Command bench measures orkesctl and its embedded server, and prints each number beside its yardstick, measured in the same run,
// and beside its aim. It asserts nothing: machines differ, ratios less so.
//
//	go run ./bench
//	go run ./bench -run 'program|server' -duration 10s
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/test/original"
)

// group is what is measured together: its rows stand under one title.
type group struct {
	name, title string
	run         func(context.Context, *lab, *table) error
}

// groups are all there are, in the order of the report. A new one is a file beside this one and a line here.
func groups() []group {
	return []group{
		{"program", "orkesctl --version, against a bare cobra + net/http program; medians, taking turns", measureProgram},
		{"server", "orkesctl dev start, each time in an empty home; medians", measureServer},
		{"rate", "one-task workflows over HTTP, 4 starters and 4 workers, against a no-op server; medians, taking turns", measureRate},
		{"latency", "from a start to a long-polling worker having the task, against a no-op server", measureLatency},
		{"real", "the open-source flavour against Conductor " + original.Version + ", by the same client, taking turns", measureReal},
		{"memory", "resident memory with finished one-task executions", measureMemory},
		{"db", "one-task workflows over HTTP with --db FILE, against without; medians, taking turns", measureDB},
		{"steps", "time of a task in large executions, against small ones; medians, taking turns", measureSteps},
		{"idle", "workers whose polls wait and get nothing", measureIdle},
		{"define", "orkesctl task define: requests and time", measureDefine},
		{"scaffold", "orkesctl scaffold worker, in an empty folder; medians, taking turns", measureScaffold},
		{"exec", "tasks of " + atOnce + " at a time through worker exec --keep-alive, against the scaffolded SDK workers; medians, taking turns", measureExec},
		{"doctor", "orkesctl doctor in a healthy project, its server 50 ms away; medians", measureDoctor},
		{"discover", "orkesctl worker list in a project of 10,000 sources; medians, taking turns", measureDiscover},
	}
}

type options struct {
	run      *regexp.Regexp
	duration time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	opts, err := parse(args)
	if err != nil {
		return err
	}
	lab, err := newLab(ctx, opts.duration)
	if err != nil {
		return err
	}
	defer lab.close()
	if _, err := fmt.Fprintln(out, machine()); err != nil {
		return err
	}
	for _, g := range groups() {
		if !opts.run.MatchString(g.name) {
			continue
		}
		results := table{title: g.name + ": " + g.title}
		if err := g.run(ctx, lab, &results); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		if err := results.print(out); err != nil {
			return err
		}
	}
	return nil
}

// names lists the groups for the help.
func names() string {
	var all []string
	for _, g := range groups() {
		all = append(all, g.name)
	}
	return strings.Join(all, ", ")
}

func parse(args []string) (options, error) {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	pattern := flags.String("run", "", "measure only the groups whose name matches this `PATTERN` ("+names()+")")
	duration := flags.Duration("duration", 4*time.Second, "how long each round of load takes")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	matcher, err := regexp.Compile(*pattern)
	if err != nil {
		return options{}, fmt.Errorf("-run: %w", err)
	}
	return options{run: matcher, duration: *duration}, nil
}
