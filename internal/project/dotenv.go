package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	row = strings.TrimSpace(strings.TrimPrefix(row, "export "))
	name, rest, found := strings.Cut(row, "=")
	name = strings.TrimSpace(name)
	if !found || !validName(name) {
		return Variable{}, errors.New("want NAME=value")
	}
	value, err := envValue(strings.TrimSpace(rest))
	return Variable{Name: name, Value: value}, err
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

func envValue(rest string) (string, error) {
	switch {
	case strings.HasPrefix(rest, "'"):
		end := strings.Index(rest[1:], "'")
		if end < 0 {
			return "", errors.New("the ' is not closed")
		}
		return rest[1 : end+1], trailing(rest[end+2:])
	case strings.HasPrefix(rest, `"`):
		return doubleQuoted(rest[1:])
	default:
		if i := strings.Index(rest, " #"); i >= 0 {
			rest = rest[:i]
		} else if i := strings.Index(rest, "\t#"); i >= 0 {
			rest = rest[:i]
		}
		if strings.HasPrefix(rest, "#") {
			rest = ""
		}
		return strings.TrimSpace(rest), nil
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
	case '"', '\\', '$':
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

// ReadEnv reads an env file into a map, the last of several lines for one name counting. A missing file is an empty map.
func ReadEnv(path string) (map[string]string, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the path is the user's own
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the env file: %w", err)
	}
	vars, err := ParseEnv(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	values := make(map[string]string, len(vars))
	for _, v := range vars {
		values[v.Name] = v.Value
	}
	return values, nil
}

// SetEnv returns text with the given variables set: a line that sets one of them is replaced in its place, the others stay to
// the byte, and what is missing is added at the end in the order given.
func SetEnv(text string, vars []Variable) string {
	rows := strings.Split(text, "\n")
	for _, v := range vars {
		rows = setRow(rows, v)
	}
	text = strings.Join(rows, "\n")
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

func setRow(rows []string, v Variable) []string {
	assignment, done := v.Name+"="+quoteEnv(v.Value), false
	kept := rows[:0:0]
	for _, row := range rows {
		parsed, err := parseEnvLine(strings.TrimSpace(row))
		if err != nil || parsed.Name != v.Name || strings.HasPrefix(strings.TrimSpace(row), "#") {
			kept = append(kept, row)
			continue
		}
		if !done {
			kept, done = append(kept, assignment), true
		}
	}
	if done {
		return kept
	}
	if n := len(kept); n > 0 && kept[n-1] == "" {
		return append(kept[:n-1], assignment, "")
	}
	return append(kept, assignment, "")
}

func quoteEnv(value string) string {
	if value != "" && !strings.ContainsAny(value, " \t\r\n#'\"\\$`") {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "$", `\$`).Replace(value) + `"`
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
