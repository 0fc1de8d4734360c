package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one number, beside its yardstick, the ratio of the two and what is aimed at; all but the first two may be empty.
type row struct {
	what, measured, beside, ratio, aim string
	met                                bool
}

// table is the rows of one group.
type table struct {
	title string
	rows  []row
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

func (t *table) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "\n%s\n", t.title); err != nil {
		return err
	}
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range t.rows {
		if _, err := fmt.Fprintf(columns, "  %s\t%s\t%s\t%s\t%s\n", r.what, r.measured, r.beside, r.ratio, r.verdict()); err != nil {
			return err
		}
	}
	return columns.Flush()
}

func (r row) verdict() string {
	switch {
	case r.aim == "":
		return ""
	case r.met:
		return "aim " + r.aim + ": met"
	default:
		return "aim " + r.aim + ": MISSED"
	}
}

// machine says what the numbers were measured on.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d cores, %s, %s", time.Now().UTC().Format("2006-01-02 15:04 MST"),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor(), runtime.Version())
}

// processor is the model as Linux names it.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "processor unknown"
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "processor unknown"
}

// quantile is the smallest sample that at least the share q (0 to 1) of all samples does not exceed; zero where there are none.
func quantile[T cmp.Ordered](samples []T, q float64) T {
	if len(samples) == 0 {
		var none T
		return none
	}
	sorted := slices.Sorted(slices.Values(samples))
	rank := int(q * float64(len(sorted)))
	if float64(rank) == q*float64(len(sorted)) {
		rank--
	}
	return sorted[max(0, rank)]
}

func median[T cmp.Ordered](samples []T) T { return quantile(samples, 0.5) }

func millis(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }

// times is how many times b goes into a.
func times[T int64 | float64 | time.Duration](a, b T) string {
	return fmt.Sprintf("%.2fx", float64(a)/float64(b))
}

// part is which part of b a is: 1/40.
func part[T int64 | float64 | time.Duration](a, b T) string {
	return fmt.Sprintf("1/%.0f", float64(b)/float64(a))
}

func perSecond(rate float64) string { return fmt.Sprintf("%.0f/s", rate) }

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
