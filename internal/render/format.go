// Package render is the one seam between a command's result and what is printed: table, wide table, JSON, YAML, names, a jq
// filter or a Go template. Data goes to standard output and keeps what the server sent.
package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"github.com/itchyny/gojq"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/term"
)

// Format holds the output flags. The zero value is the table.
type Format struct {
	Output   string // table, wide, json, yaml or name; empty means table
	JQ       string // a jq filter over the JSON document
	Template string // a Go template over the JSON document
}

// Outputs lists the values of -o, in the order in which help shows them.
func Outputs() []string { return []string{"table", "wide", "json", "yaml", "name"} }

// FormatError is a wrong output flag: a usage error.
type FormatError struct{ Message string }

// Error says which flag is wrong, and what is allowed.
func (e *FormatError) Error() string { return e.Message }

// Check fails with a FormatError on an unknown output, a filter or template that does not parse, or two of them at once.
func (f Format) Check() error {
	known := f.Output == ""
	for _, name := range Outputs() {
		known = known || f.Output == name
	}
	switch {
	case !known:
		return &FormatError{fmt.Sprintf("-o %s: not one of %s", f.Output, strings.Join(Outputs(), ", "))}
	case f.JQ != "" && f.Template != "":
		return &FormatError{"--jq and --template cannot be used together"}
	case f.JQ != "" && f.Output != "" && f.Output != "json" && f.Output != "yaml":
		return &FormatError{"--jq filters JSON: it goes with -o json or -o yaml, or without -o"}
	}
	if _, err := gojq.Parse(f.JQ); f.JQ != "" && err != nil {
		return &FormatError{fmt.Sprintf("--jq %s: %v", f.JQ, err)}
	}
	if _, err := template.New("").Funcs(template.FuncMap{"json": toJSON}).Parse(f.Template); err != nil {
		return &FormatError{fmt.Sprintf("--template: %v", err)}
	}
	return nil
}

// JSON reports whether a program reads the output, so that errors are JSON too.
func (f Format) JSON() bool { return f.Output == "json" }

// Structured reports whether the output is a document (JSON, YAML, filtered or templated) rather than lines for people.
func (f Format) Structured() bool {
	return f.Output == "json" || f.Output == "yaml" || f.JQ != "" || f.Template != ""
}

// Encode returns v as JSON without escaping <, > and &, so that what the server sent stays as it is.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode the result: %w", err)
	}
	return b.Bytes(), nil
}

// Document prints v in a structured format.
func (f Format) Document(t *term.Term, v any) error {
	data, err := Encode(v)
	if err != nil {
		return err
	}
	switch {
	case f.JQ != "":
		return f.filter(t, data)
	case f.Template != "":
		return f.execute(t, data)
	case f.Output == "yaml":
		if data, err = manifest.FromJSON(data); err != nil {
			return fmt.Errorf("render YAML: %w", err)
		}
	default:
		var b bytes.Buffer
		if err := json.Indent(&b, data, "", "  "); err != nil {
			return fmt.Errorf("render JSON: %w", err)
		}
		data = b.Bytes()
	}
	_, err = t.Out.Write(data)
	return err
}

func decode(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode the result: %w", err)
	}
	return v, nil
}

func (f Format) filter(t *term.Term, data []byte) error {
	input, err := decode(data)
	if err != nil {
		return err
	}
	query, err := gojq.Parse(f.JQ)
	if err != nil {
		return &FormatError{fmt.Sprintf("--jq %s: %v", f.JQ, err)}
	}
	for results := query.Run(input); ; {
		v, more := results.Next()
		if !more {
			return nil
		}
		if err, failed := v.(error); failed {
			return fmt.Errorf("--jq %s: %w", f.JQ, err)
		}
		if err := f.printResult(t, v); err != nil {
			return err
		}
	}
}

// printResult prints one result of a filter: a string as it is, unless JSON was asked for, anything else as JSON.
func (f Format) printResult(t *term.Term, v any) error {
	if text, ok := v.(string); ok && f.Output == "" {
		_, err := fmt.Fprintln(t.Out, text)
		return err
	}
	return Format{Output: orJSON(f.Output)}.Document(t, v)
}

func orJSON(output string) string {
	if output == "" {
		return "json"
	}
	return output
}

func (f Format) execute(t *term.Term, data []byte) error {
	input, err := decode(data)
	if err != nil {
		return err
	}
	tmpl, err := template.New("--template").Funcs(template.FuncMap{"json": toJSON}).Parse(f.Template)
	if err != nil {
		return &FormatError{err.Error()}
	}
	if err := tmpl.Execute(t.Out, input); err != nil {
		return err
	}
	if !strings.HasSuffix(f.Template, "\n") {
		_, err = fmt.Fprintln(t.Out)
	}
	return err
}

func toJSON(v any) (string, error) {
	data, err := Encode(v)
	return strings.TrimSpace(string(data)), err
}
