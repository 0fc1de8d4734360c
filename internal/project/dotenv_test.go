package project_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
)

func TestParseEnvValue(t *testing.T) {
	for line, want := range map[string]string{
		`X=1`:                         "1",
		`X=`:                          "",
		`X=""`:                        "",
		`X=''`:                        "",
		` X = spaced `:                "spaced",
		"\tX=tab\t":                   "tab",
		`export X=1`:                  "1",
		"export\tX=1":                 "1",
		"export   X=1":                "1",
		`X=a=b`:                       "a=b",
		`X=two words`:                 "two words",
		`X=1 # said`:                  "1",
		"X=1\t# said # twice":         "1",
		`X= # said`:                   "",
		`X=a#b`:                       "a#b",
		`X=#b`:                        "#b",
		`X='a # b' # said`:            "a # b",
		`X='a\n"$b'`:                  `a\n"$b`,
		`X="a # b"# said`:             "a # b",
		`X="a\nb\tc\r"`:               "a\nb\tc\r",
		"X=\"q\\\" b\\\\ d\\$ g\\`\"": "q\" b\\ d$ g`",
		`X="other \x"`:                `other \x`,
		`X="it's"`:                    "it's",
		`X=it's`:                      "it's",
		`X="${HOME}"`:                 "${HOME}",
		"X=1\r":                       "1",
		"X=\"1\"\r":                   "1",
		`X=☃ é`:                       "☃ é",
	} {
		t.Run(line, func(t *testing.T) {
			vars, err := project.ParseEnv(line)
			require.NoError(t, err)
			require.Equal(t, []project.Variable{{Name: "X", Value: want, Line: 1}}, vars)
		})
	}
}

func TestParseEnvNames(t *testing.T) {
	for _, name := range []string{"a", "A_1", "_", "spring.key", "a-b", "export", "exported"} {
		vars, err := project.ParseEnv(name + "=1")
		require.NoError(t, err, name)
		require.Equal(t, name, vars[0].Name)
	}
	for _, name := range []string{"", "1a", "a b", "a:b", "é", "export ", "a\x00"} {
		_, err := project.ParseEnv(name + "=1")
		require.ErrorContains(t, err, "want NAME=value", "%q", name)
	}
}

func TestParseEnvNamesTheLineAtFault(t *testing.T) {
	for text, want := range map[string]string{
		"A=1\nB":             "line 2: want NAME=value",
		"\n# c\nB='open":     "line 3: the ' is not closed",
		"B=\"open":           `line 1: the " is not closed`,
		"B=\"open\\\"":       `line 1: the " is not closed`,
		"B=\"open\\":         `line 1: the " is not closed`,
		"A=1\r\nB='a'b\r\n":  "line 2: text after the closing quote",
		"A=1\nB=\"a\" b # c": "line 2: text after the closing quote",
	} {
		_, err := project.ParseEnv(text)
		require.EqualError(t, err, want, text)
	}
}

func TestParseEnvKeepsLinesAndOrder(t *testing.T) {
	vars, err := project.ParseEnv("\ufeffB=1\r\n\r\n# c\r\n  # d\r\nA=2\r\nB=3\r\n")
	require.NoError(t, err)
	require.Equal(t, []project.Variable{{"B", "1", 1}, {"A", "2", 5}, {"B", "3", 6}}, vars)
	vars, err = project.ParseEnv("")
	require.NoError(t, err)
	require.Empty(t, vars)
}

func TestSetEnvKeepsTheOtherLines(t *testing.T) {
	for name, tc := range map[string]struct{ old, want string }{
		"empty":               {"", "X=new\n"},
		"added at the end":    {"A=1 # a\n\n# c\n", "A=1 # a\n\n# c\nX=new\n"},
		"no last line ending": {"A=1", "A=1\nX=new\n"},
		"replaced in place":   {"A=1\nX='old' # why\nB=2\n", "A=1\nX=new\nB=2\n"},
		"set twice":           {"X=1\nA=1\nX=2\n", "X=new\nA=1\n"},
		"a comment":           {"#X=1\n # X=2\n", "#X=1\n # X=2\nX=new\n"},
		"a longer name":       {"XY=1\nAX=1\n", "XY=1\nAX=1\nX=new\n"},
		"export stays":        {"export X=1\n", "export X=new\n"},
		"CRLF replaced":       {"A=1\r\nX=1\r\nB=2\r\n", "A=1\r\nX=new\r\nB=2\r\n"},
		"CRLF added":          {"A=1\r\n", "A=1\r\nX=new\r\n"},
		"mark replaced":       {"\ufeffX=1\nA=1\n", "\ufeffX=new\nA=1\n"},
		"mark added":          {"\ufeffA=1\n", "\ufeffA=1\nX=new\n"},
		"not understood":      {"what is this\n", "what is this\nX=new\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := project.SetEnv(tc.old, []project.Variable{{Name: "X", Value: "new"}})
			require.Equal(t, tc.want, got)
			require.Equal(t, got, project.SetEnv(got, []project.Variable{{Name: "X", Value: "new"}}), "once more changes nothing")
		})
	}
	require.Equal(t, "B=1\nA=2\n", project.SetEnv("", []project.Variable{{Name: "B", Value: "1"}, {Name: "A", Value: "2"}}), "in the order given")
}

func TestSetEnvQuotes(t *testing.T) {
	for value, want := range map[string]string{
		"plain-1_./:@%+=,":           "plain-1_./:@%+=,",
		"":                           `""`,
		"two words":                  `'two words'`,
		"a#b":                        `'a#b'`,
		"$HOME `id` \"q\" ;&|":       "'$HOME `id` \"q\" ;&|'",
		"it's $5 `id`":               "\"it's \\$5 \\`id\\`\"",
		"a\nb":                       `"a\nb"`,
		`back\slash`:                 `"back\\slash"`,
		"\u00a0":                     "'\u00a0'",
		"http://localhost:8080/api":  "http://localhost:8080/api",
		"http://h/api?a=1&b=2":       "'http://h/api?a=1&b=2'",
		"wJalrXUtnFEMI/K7MDENG+bPx=": "wJalrXUtnFEMI/K7MDENG+bPx=",
	} {
		require.Equal(t, "X="+want+"\n", project.SetEnv("", []project.Variable{{Name: "X", Value: value}}))
	}
}

func TestReadEnv(t *testing.T) {
	dir := t.TempDir()
	values, err := project.ReadEnv(filepath.Join(dir, "none"))
	require.NoError(t, err)
	require.NotNil(t, values)
	require.Empty(t, values)

	path := filepath.Join(dir, ".env")
	require.NoError(t, os.WriteFile(path, []byte("A=1\nB=2\nA=3\n"), 0o600))
	values, err = project.ReadEnv(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"A": "3", "B": "2"}, values, "the last line counts")

	require.NoError(t, os.WriteFile(path, []byte("SECRET='hidden\n"), 0o600))
	_, err = project.ReadEnv(path)
	require.ErrorContains(t, err, path+": line 1: ")
	require.NotContains(t, err.Error(), "hidden")

	_, err = project.ReadEnv(dir)
	require.ErrorContains(t, err, "read the env file: ")
}

func TestWriteEnvIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(path, []byte("# mine\nOTHER=1\n"), 0o644))
	for range 2 {
		require.NoError(t, project.WriteEnv(path, []project.Variable{{Name: "KEY", Value: "a"}, {Name: "SECRET", Value: "b c"}}))
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "# mine\nOTHER=1\nKEY=a\nSECRET='b c'\n", string(data))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	require.NoError(t, project.WriteEnv(filepath.Join(t.TempDir(), "new"), []project.Variable{{Name: "A", Value: "1"}}))
	require.Error(t, project.WriteEnv(filepath.Join(t.TempDir(), "no", "folder"), nil))
	require.ErrorContains(t, project.WriteEnv(t.TempDir(), nil), "read the env file: ")
}

func FuzzParseEnv(f *testing.F) {
	for _, seed := range []string{
		"A=1\nexport B='x y' # c\n", "\ufeffA=\"\\n\\$\\`\"\r\n", "A=#\nA= #\n", "export export=1", "A='\x00'\nB=\xff", "A=\u00a0", "=", "A=it's", "A=\"\\",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		vars, err := project.ParseEnv(text)
		if err != nil {
			return
		}
		last := map[string]string{}
		for _, v := range vars {
			last[v.Name] = v.Value
		}
		for _, start := range []string{"", text} { // written anew, and over itself
			written := project.SetEnv(start, vars)
			again, err := project.ParseEnv(written)
			require.NoError(t, err, written)
			require.Len(t, again, len(last))
			for _, v := range again {
				require.Equal(t, last[v.Name], v.Value, "%s: %q", v.Name, written)
			}
			require.Equal(t, written, project.SetEnv(written, again))
		}
		require.LessOrEqual(t, len(vars), strings.Count(text, "\n")+1)
	})
}
