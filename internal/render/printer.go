package render

import (
	"fmt"
	"time"

	"github.com/orkesctl/orkesctl/internal/term"
)

// Printer is where a command's result goes. Now is the clock for relative times; nil means the system's.
type Printer struct {
	Term   *term.Term
	Format Format
	Now    func() time.Time
}

func (p Printer) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// What a writing command did to a thing.
const (
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
	Deleted   = "deleted"
)

// Change is one thing that a writing command made, changed or found as it should be. Word replaces the action in what
// people read ("granted"); Detail follows it. Both are left out of JSON. Version is for kinds that have versions, else zero.
type Change struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Version int    `json:"version,omitempty"`
	Action  string `json:"action"`
	Word    string `json:"-"`
	Detail  string `json:"-"`
}

func (c Change) subject() string {
	if c.Version > 0 {
		return fmt.Sprintf("%s/%s v%d", c.Kind, c.ID, c.Version)
	}
	return c.Kind + "/" + c.ID
}

// Changes prints what a writing command did: one line a change, or {"changes":[…]}.
func (p Printer) Changes(changes []Change) error {
	if p.Format.Structured() {
		if changes == nil {
			changes = []Change{}
		}
		return p.Format.Document(p.Term, map[string][]Change{"changes": changes})
	}
	if p.Format.Output == "name" {
		for _, c := range changes {
			if err := p.line(c.Kind + "/" + c.ID); err != nil {
				return err
			}
		}
		return nil
	}
	rows := make([][]cell, 0, len(changes))
	for _, c := range changes {
		word := c.Action
		if c.Word != "" {
			word = c.Word
		}
		row := []cell{{text: oneLine(c.subject())}, {text: word, tone: ToneOf(word)}}
		if c.Detail != "" {
			row = append(row, cell{text: oneLine(c.Detail)})
		}
		rows = append(rows, row)
	}
	return p.facts(rows)
}

// Facts prints rows of the values that columns hold (see Column). The last of a row may be long: on a terminal it goes on below itself.
func (p Printer) Facts(rows [][]any) error {
	list := make([][]cell, 0, len(rows))
	for _, row := range rows {
		list = append(list, p.cells(row))
	}
	return p.facts(list)
}

// Note writes a line for people to standard error; nothing that a program would read goes there.
func (p Printer) Note(format string, args ...any) {
	_, _ = fmt.Fprintf(p.Term.Err, format+"\n", args...)
}
