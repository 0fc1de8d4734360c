// Command parity plays the same HTTP scripts on the embedded server (`--flavor oss`) and on the real open-source Conductor, and tells
// where they differ: status by status, body by body, execution by execution and task by task.
//
//	go run ./test/parity                       # against the recorded answers of the real server: needs nothing but Go
//	go run ./test/parity -against real         # against the real server, which it starts: needs Java 21 or newer
//	go run ./test/parity -record -url http://localhost:8080
//	go run ./test/parity -area queue -run 'domain|race'
//
// A scenario is text, in scenario/AREA.txt (README.md there); what the real server answered is in recorded/AREA.json. A difference
// that is meant is marked in the scenario with its reason; any other fails, and so does a mark where nothing differs any more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/orkesctl/orkesctl/test/original"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Args[1:], os.Getenv)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "parity:", err)
		os.Exit(1)
	}
}

type options struct {
	against       string
	url           string
	dir           string
	record        bool
	optional      bool
	note, publish bool
	only          filter
}

func run(ctx context.Context, out io.Writer, args []string, env func(string) string) error {
	opts, err := parseFlags(args)
	if err != nil {
		return err
	}
	book, err := readBook(opts.dir)
	if err != nil {
		return err
	}
	if err := book.explained(); err != nil && !opts.note && !opts.record {
		return err
	}
	if opts.publish {
		return publish(book, filepath.Join(opts.dir, "..", "..", "docs", "parity.md"))
	}
	chosen := book.choose(opts.only)
	if len(chosen) == 0 {
		return errors.New("no scenario has such an area and name")
	}
	if opts.against == "recorded" && !opts.record {
		return report(out, book, compareAll(ctx, chosen, embedded(), book.recorded()), opts)
	}
	there, err := realServer(ctx, opts.url, filepath.Join(opts.dir, "..", ".."), env)
	if missing := (original.MissingError{}); opts.optional && errors.As(err, &missing) {
		_, err = fmt.Fprintln(out, "not compared with the real server:", missing)
		return err
	}
	if err != nil {
		return err
	}
	defer there.close()
	if opts.record {
		return record(ctx, out, book, chosen, there)
	}
	return report(out, book, compareAll(ctx, chosen, embedded(), live(there)), opts)
}

func parseFlags(args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("parity", flag.ContinueOnError)
	flags.StringVar(&opts.against, "against", "recorded", "compare with the `recorded` answers or with the real server")
	flags.StringVar(&opts.url, "url", "", "the `ADDRESS` of a real server that runs already")
	flags.StringVar(&opts.dir, "dir", filepath.Join("test", "parity"), "where the scenarios are")
	flags.BoolVar(&opts.record, "record", false, "record what the real server answers")
	flags.BoolVar(&opts.optional, "optional", false, "pass where the machine lacks what the real server needs")
	flags.BoolVar(&opts.note, "note", false, "write into the scenarios where the embedded server differs, for somebody to mend or to explain it")
	flags.BoolVar(&opts.publish, "publish", false, "write the score table into docs/parity.md")
	area := flags.String("area", "", "only areas that match this `PATTERN`")
	name := flags.String("run", "", "only scenarios whose name matches this `PATTERN`")
	if err := flags.Parse(args); err != nil {
		return opts, err
	}
	if opts.against != "recorded" && opts.against != "real" {
		return opts, fmt.Errorf("-against %s: it is recorded or real", opts.against)
	}
	var err error
	if opts.only.area, err = regexp.Compile(*area); err != nil {
		return opts, fmt.Errorf("-area: %w", err)
	}
	if opts.only.name, err = regexp.Compile(*name); err != nil {
		return opts, fmt.Errorf("-run: %w", err)
	}
	return opts, nil
}

// record plays the chosen scenarios on the real server and keeps what it answers.
func record(ctx context.Context, out io.Writer, book *book, chosen []*scenario, there *realConductor) error {
	answers := make([][]answer, len(chosen))
	failed := inParallel(ctx, len(chosen), there.atOnce, func(ctx context.Context, i int) error {
		var err error
		answers[i], err = twice(ctx, there, chosen[i])
		return err
	})
	var said strings.Builder
	for i, s := range chosen {
		for _, a := range answers[i] {
			if a.Answer[len(a.Answer)-1] == never {
				fmt.Fprintf(&said, "%s: %s: never came\n", s, a.Step)
			}
		}
		if answers[i] != nil {
			book.keep(s, there.version, answers[i])
		}
	}
	if err := book.write(); err != nil {
		return err
	}
	fmt.Fprintf(&said, "played %d scenarios on Conductor %s\n", len(chosen), there.version)
	_, err := io.WriteString(out, said.String())
	return errors.Join(failed, err)
}
