// Package metric counts what a server does and writes it in the text format of Prometheus, which is little enough to need no library.
package metric

import (
	"strconv"
	"strings"
)

// ContentType is that of the text format.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// The kinds of metrics.
const (
	Counter   = "counter"
	Gauge     = "gauge"
	Histogram = "histogram"
)

// Text is a page of metrics. Each is begun with Family, its samples follow.
type Text struct {
	b    strings.Builder
	name string
}

// Family begins a metric.
func (t *Text) Family(name, kind, help string) {
	t.name = name
	t.b.WriteString("# HELP " + name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help) + "\n# TYPE " + name + " " + kind + "\n")
}

// Sample writes one value of the metric; labels are names and values in turn.
func (t *Text) Sample(value float64, labels ...string) { t.sample("", value, labels) }

// sample writes a value under the metric's name with a suffix, as histograms have them.
func (t *Text) sample(suffix string, value float64, labels []string) {
	t.b.WriteString(t.name + suffix)
	for i := 0; i+1 < len(labels); i += 2 {
		before := ","
		if i == 0 {
			before = "{"
		}
		t.b.WriteString(before + labels[i] + `="` + escaped(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		t.b.WriteString("}")
	}
	t.b.WriteString(" " + number(value) + "\n")
}

// String is the page.
func (t *Text) String() string { return t.b.String() }

// escaped is a label's value: what users name their tasks, so anything.
func escaped(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(value, "\uFFFD"))
}

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }
