package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/orkesctl/orkesctl/internal/file"
)

// Variable is one NAME=value line of an env file. Line is 1-based.
type Variable struct {
	Name, Value string
	Line        int
}

// ParseEnv reads an env file's text: NAME=value lines, an optional "export ", single or double quotes (with \n, \", \\ inside
// double ones), and comments after white space and #. A line that is none of these is an error that names it.
func ParseEnv(text string) ([]Variable, error) {
	var vars []Variable
	text = strings.TrimPrefix(text, "\ufeff")
	for i, raw := range strings.Split(text, "\n") {
		row := strings.TrimSpace(raw)
		if row == "" || strings.HasPrefix(row, "#") {
			continue
		}
		v, err := parseEnvLine(row)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		v.Line = i + 1
		vars = append(vars, v)
	}
	return vars, nil
}

func parseEnvLine(row string) (Variable, error) {
	_, row = cutExport(row)
	name, rest, found := strings.Cut(row, "=")
	name = strings.TrimSpace(name)
	if !found || !validName(name) {
		return Variable{}, errors.New("want NAME=value")
	}
	value, err := envValue(rest)
	return Variable{Name: name, Value: value}, err
}

// cutExport cuts the word export, and the white space behind it, from the front of a row.
func cutExport(row string) (export, rest string) {
	rest, found := strings.CutPrefix(row, "export")
	trimmed := strings.TrimLeft(rest, " \t")
	if !found || trimmed == rest {
		return "", row
	}
	return row[:len(row)-len(trimmed)], trimmed
}

func validName(name string) bool {
	for i, r := range name {
		letter := r == '_' || r == '.' || r == '-' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// withoutComment cuts a comment, which begins at the first # that white space stands before.
func withoutComment(text string) string {
	for i := 1; i < len(text); i++ {
		if text[i] == '#' && (text[i-1] == ' ' || text[i-1] == '\t') {
			return text[:i]
		}
	}
	return text
}

// envValue reads what follows the equals sign.
func envValue(text string) (string, error) {
	switch rest := strings.TrimSpace(text); {
	case strings.HasPrefix(rest, "'"):
		end := strings.Index(rest[1:], "'")
		if end < 0 {
			return "", errors.New("the ' is not closed")
		}
		return rest[1 : end+1], trailing(rest[end+2:])
	case strings.HasPrefix(rest, `"`):
		return doubleQuoted(rest[1:])
	default:
		return strings.TrimSpace(withoutComment(text)), nil
	}
}

func doubleQuoted(rest string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			return b.String(), trailing(rest[i+1:])
		case c == '\\' && i+1 < len(rest):
			i++
			b.WriteString(unescape(rest[i]))
		default:
			b.WriteByte(c)
		}
	}
	return "", errors.New(`the " is not closed`)
}

func unescape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case '"', '\\', '$', '`':
		return string(c)
	default:
		return `\` + string(c)
	}
}

func trailing(rest string) error {
	if rest = strings.TrimSpace(rest); rest != "" && !strings.HasPrefix(rest, "#") {
		return errors.New("text after the closing quote")
	}
	return nil
}

// ReadVariables reads the lines of an env file. A missing file has none.
func ReadVariables(path string) ([]Variable, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the path is the user's own
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the env file: %w", err)
	}
	vars, err := ParseEnv(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return vars, nil
}

// ReadEnv reads an env file into a map, the last of several lines for one name counting. A missing file is an empty map.
func ReadEnv(path string) (map[string]string, error) {
	vars, err := ReadVariables(path)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(vars))
	for _, v := range vars {
		values[v.Name] = v.Value
	}
	return values, nil
}

// SetEnv returns text with the given variables set: a line that sets one of them is replaced in its place, with its "export" and
// its line ending kept, the others stay to the byte, and what is missing is added at the end in the order given.
func SetEnv(text string, vars []Variable) string {
	mark := ""
	if rest, found := strings.CutPrefix(text, "\ufeff"); found {
		mark, text = "\ufeff", rest
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	rows := strings.SplitAfter(text, "\n")
	for _, v := range vars {
		rows = setRow(rows, v)
	}
	return mark + strings.Join(rows, "")
}

// setRow sets one variable; each row ends with its line ending.
func setRow(rows []string, v Variable) []string {
	assignment, ending, done := v.Name+"="+quoteEnv(v.Value), "\n", false
	kept := make([]string, 0, len(rows)+1)
	for _, row := range rows {
		if strings.HasSuffix(row, "\r\n") {
			ending = "\r\n"
		}
		export, sets := setsVariable(row, v.Name)
		if !sets {
			kept = append(kept, row)
			continue
		}
		if !done {
			kept, done = append(kept, export+assignment+row[len(strings.TrimRight(row, "\r\n")):]), true
		}
	}
	if !done {
		kept = append(kept, assignment+ending)
	}
	return kept
}

// setsVariable reports whether a row sets the variable, and what stands before its name: "export ", or nothing.
func setsVariable(row, name string) (export string, sets bool) {
	row = strings.TrimSpace(row)
	v, err := parseEnvLine(row)
	if err != nil || v.Name != name {
		return "", false
	}
	export, _ = cutExport(row)
	return export, true
}

var plainValue = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// quoteEnv writes a value so that a shell and the readers of env files take it for the same text: as it is where it is plain, in
// single quotes, where nothing is special, or in double quotes where it holds what those cannot.
func quoteEnv(value string) string {
	switch {
	case plainValue.MatchString(value):
		return value
	case value != "" && !strings.ContainsAny(value, "'\\\r\n\t"):
		return "'" + value + "'"
	default:
		escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "$", `\$`, "`", "\\`")
		return `"` + escape.Replace(value) + `"`
	}
}

// WriteEnv sets variables in the env file at path, which is created where it is missing, and leaves it with mode 0600.
// The file is replaced in one step: a reader sees the old or the new text.
func WriteEnv(path string, vars []Variable) error {
	old, err := os.ReadFile(path) //nolint:gosec // the path is the user's own
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the env file: %w", err)
	}
	return file.WriteSecret(path, []byte(SetEnv(string(old), vars)))
}
