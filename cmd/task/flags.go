package task

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// definitionFlags are the flags from which a task definition can be made.
type definitionFlags struct {
	name, description, ownerEmail       string
	retryLogic, timeoutPolicy           string
	retryCount, concurrency             int
	retryDelay, timeout, responseWithin seconds
	rate                                rate
	inputKeys, outputKeys               []string

	set func(flag string) bool // whether a flag was given
}

func (f *definitionFlags) bind(flags *pflag.FlagSet) {
	values := enums()
	flags.StringVar(&f.name, "name", "", "the task's `NAME`")
	flags.StringVar(&f.description, "description", "", "what the task does")
	flags.IntVar(&f.retryCount, "retry-count", 3, "how often a failed task is tried again")
	flags.StringVar(&f.retryLogic, "retry-logic", "FIXED", "how the delay grows: "+strings.Join(values["retry-logic"], "|"))
	flags.Var(&f.retryDelay, "retry-delay", "the delay before a retry: seconds, or 30s, 5m")
	flags.Var(&f.timeout, "timeout", "how long a task may take from its start: seconds, or 30s, 5m; 0 means no limit")
	flags.Var(&f.responseWithin, "response-timeout", "how long a worker may be silent: seconds, or 30s, 5m; not more than --timeout")
	flags.StringVar(&f.timeoutPolicy, "timeout-policy", "TIME_OUT_WF", "what a timeout does: "+strings.Join(values["timeout-policy"], "|"))
	flags.Var(&f.rate, "rate-limit", "how many tasks may start in a time: `N` per second, or N/SECONDS, such as 100/60s")
	flags.IntVar(&f.concurrency, "concurrency", 0, "how many tasks may run at once; 0 means no limit")
	flags.StringSliceVar(&f.inputKeys, "input-keys", nil, "the `NAMES` of the task's inputs")
	flags.StringSliceVar(&f.outputKeys, "output-keys", nil, "the `NAMES` of the task's outputs")
	flags.StringVar(&f.ownerEmail, "owner-email", "", "the owner's `EMAIL` address")
}

// enums lists the values that flags with fixed values take.
func enums() map[string][]string {
	values := map[string][]string{}
	for _, field := range definition.TaskDefFields() {
		switch field.Name {
		case "retryLogic":
			values["retry-logic"] = field.Enum
		case "timeoutPolicy":
			values["timeout-policy"] = field.Enum
		}
	}
	return values
}

type member struct {
	flag, field string
	value       any
}

// members are the flags in the order in which a definition is written.
func (f *definitionFlags) members() []member {
	return []member{
		{"name", "name", f.name},
		{"description", "description", f.description},
		{"owner-email", "ownerEmail", f.ownerEmail},
		{"retry-count", "retryCount", f.retryCount},
		{"retry-logic", "retryLogic", strings.ToUpper(f.retryLogic)},
		{"retry-delay", "retryDelaySeconds", int64(f.retryDelay)},
		{"timeout", "timeoutSeconds", int64(f.timeout)},
		{"response-timeout", "responseTimeoutSeconds", int64(f.responseWithin)},
		{"timeout-policy", "timeoutPolicy", strings.ToUpper(f.timeoutPolicy)},
		{"rate-limit", "rateLimitPerFrequency", f.rate.count},
		{"rate-limit", "rateLimitFrequencyInSeconds", f.rate.seconds()},
		{"concurrency", "concurrentExecLimit", f.concurrency},
		{"input-keys", "inputKeys", f.inputKeys},
		{"output-keys", "outputKeys", f.outputKeys},
	}
}

// given returns the first of the flags that was given, empty where none was.
func (f *definitionFlags) given() string {
	for _, m := range f.members() {
		if f.set(m.flag) {
			return m.flag
		}
	}
	return ""
}

// document makes the definition and checks it; problems name the flag.
func (f *definitionFlags) document() (*manifest.Document, error) {
	if f.name == "" {
		return nil, cli.Usage("Example: orkesctl task define --name get-inventory --retry-count 5", "--name is needed to define a task from flags")
	}
	var b bytes.Buffer
	for _, m := range f.members() {
		if !f.set(m.flag) {
			continue
		}
		value, err := render.Encode(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%c%q:%s", separator(&b), m.field, bytes.TrimSpace(value))
	}
	b.WriteByte('}')
	document := &manifest.Document{Kind: definition.KindTaskDef, JSON: bytes.Clone(b.Bytes())}
	decoder := json.NewDecoder(&b)
	decoder.UseNumber()
	if err := decoder.Decode(&document.Tree); err != nil {
		return nil, fmt.Errorf("make the definition: %w", err)
	}
	return document, f.check(document)
}

func separator(b *bytes.Buffer) byte {
	if b.Len() == 0 {
		return '{'
	}
	return ','
}

func (f *definitionFlags) check(document *manifest.Document) error {
	problems := definition.CheckTaskDef(document.Tree)
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, 0, len(problems))
	for _, problem := range problems {
		flag := problem.Field
		for _, m := range f.members() {
			if m.field == problem.Field {
				flag = "--" + m.flag
			}
		}
		lines = append(lines, flag+": "+problem.Message)
	}
	return cli.Usage("Help: orkesctl task define --help", "%s", strings.Join(lines, "\n"))
}

// seconds is a flag that takes whole seconds or a duration.
type seconds int64

var _ pflag.Value = (*seconds)(nil)

// Set reads "90", "90s" or "1m30s".
func (s *seconds) Set(text string) error {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*s = seconds(n)
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d%time.Second != 0 {
		return fmt.Errorf("want whole seconds (90) or a duration (90s, 5m)")
	}
	*s = seconds(d / time.Second)
	return nil
}

// String is the number of seconds, empty for zero, so that help shows no default.
func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type is what help calls the value.
func (s *seconds) Type() string { return "DURATION" }

// rate is a flag that takes a number per second, or per a number of seconds.
type rate struct {
	count int64
	per   seconds
}

var _ pflag.Value = (*rate)(nil)

// Set reads "10", "100/60" or "100/1m".
func (r *rate) Set(text string) error {
	number, per, divided := strings.Cut(text, "/")
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("want a number (10) or a number per time (100/60s)")
	}
	r.count, r.per = n, 1
	if divided {
		if err := r.per.Set(per); err != nil || r.per < 1 {
			return fmt.Errorf("want a number per time, such as 100/60s")
		}
	}
	return nil
}

func (r *rate) seconds() int64 { return int64(r.per) }

// String is the rate as it is typed.
func (r *rate) String() string {
	if r.count == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%ds", r.count, int64(r.per))
}

// Type is what help calls the value.
func (r *rate) Type() string { return "N/DURATION" }
