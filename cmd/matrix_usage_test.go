package cmd_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
)

// refused tries a command line that is typed wrongly: exit 2, nothing on standard output, the message, the hint; for people and for
// programs.
func refused(t *testing.T, args []string, message, hint string) {
	t.Helper()
	c := try{}
	c.run(t.Context(), t, args...)
	require.Equal(t, cli.ExitUsage, c.code, c.errs)
	require.Empty(t, c.out)
	require.Contains(t, c.errs, "error: "+message)
	require.Regexp(t, hint, c.errs)
	c.run(t.Context(), t, append([]string{"-o", "json"}, args...)...)
	require.Equal(t, cli.ExitUsage, c.code)
	said, more := requireJSON(t, &c)
	require.Contains(t, said, message)
	require.Regexp(t, hint, more)
}

func TestAFlagThatIsUnknown(t *testing.T) {
	for path := range rows() {
		t.Run(path, func(t *testing.T) {
			refused(t, words(path, "--nonsense"), "unknown flag: --nonsense", "Help: orkesctl "+path+" --help")
			c := try{}
			c.run(t.Context(), t, append(strings.Fields(path), "--nonsense", "-o", "json")...)
			requireJSON(t, &c)
		})
	}
}

// needed are the arguments that a command cannot do without, as its usage line names them.
func needed(use string) []string {
	use, _, _ = strings.Cut(use, " --")
	var names []string
	for _, word := range strings.Fields(use)[1:] {
		if !strings.HasPrefix(word, "[") {
			names = append(names, word)
		}
	}
	return names
}

func TestAnArgumentThatIsMissing(t *testing.T) {
	for path, command := range leaves(t) {
		if _, tried := rows()[path]; !tried {
			continue // TestEveryCommandIsTried says so
		}
		for i := range needed(command.Use) {
			given := strings.Fields(rows()[path].args)[:i]
			refused(t, append(strings.Fields(path), given...), "missing argument: "+needed(command.Use)[i], "Example: .*orkesctl "+path)
		}
	}
}

func TestAnArgumentThatIsEmptyOrTooMany(t *testing.T) {
	for path, command := range leaves(t) {
		names := needed(command.Use)
		if len(names) > 0 {
			refused(t, append(strings.Fields(path), make([]string, len(names))...), strings.TrimSuffix(names[0], "…")+" is empty", "Example: .*orkesctl "+path)
		}
		if !strings.Contains(command.Use, "…") {
			refused(t, append(strings.Fields(path), "a", "b", "c", "d"), `unexpected argument "`, "Example: .*orkesctl "+path)
		}
	}
}

func TestAnOutputThatIsUnknown(t *testing.T) {
	for path, command := range leaves(t) {
		for flag, message := range map[string]string{
			"-oxml": "-o xml: (not one of|unknown form)", "--jq=.[": `--jq \.\[: `, "--template={{": "--template: ",
		} {
			if name, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "="); command.LocalNonPersistentFlags().Lookup(name) != nil {
				continue // a flag of the command's own
			}
			c := try{}
			c.run(t.Context(), t, words(path, flag)...)
			require.Equal(t, cli.ExitUsage, c.code, "%s %s: %s", path, flag, c.errs)
			require.Empty(t, c.out)
			require.Regexp(t, "^error: "+message, c.errs, "%s %s", path, flag)
		}
	}
}

// Settings that contradict themselves stop each command that would use them, before anything is sent.
func TestSettingsThatAreWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		env           map[string]string
		flags         []string
		code          int
		message, hint string
	}{
		"half a pair": {map[string]string{"CONDUCTOR_AUTH_KEY": "k"}, nil, cli.ExitUsage, "only one of them is set", "Set both or none"},
		"no URL":      {map[string]string{"CONDUCTOR_SERVER_URL": "ftp://x"}, nil, cli.ExitUsage, "use http or https", "Example: https://"},
		"no profile":  {nil, []string{"--profile", "nope"}, cli.ExitNotFound, `no profile "nope"`, "orkesctl login --profile nope"},
		"no server":   {nil, []string{"--profile", "dev"}, cli.ExitFailed, "no development server runs", "orkesctl dev start"},
	} {
		t.Run(name, func(t *testing.T) {
			for path := range having(server) {
				t.Run(path, func(t *testing.T) {
					if path == "login" {
						t.Skip("it makes the settings")
					}
					c := try{env: tc.env}
					c.run(t.Context(), t, words(path, tc.flags...)...)
					require.Equal(t, tc.code, c.code, c.errs)
					require.Empty(t, c.out)
					require.Contains(t, c.errs, tc.message)
					require.Contains(t, c.errs, tc.hint)
				})
			}
		})
	}
}

// Help is the same everywhere: a first line, an example that names the command, a line for each flag, on standard output.
func TestHelp(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z].*[^.]$`)
	for path, command := range leaves(t) {
		require.Regexp(t, sentence, command.Short, path)
		require.Contains(t, command.Example, "orkesctl "+path, path)
		for line := range strings.SplitSeq(command.Example, "\n") {
			require.Contains(t, line, "orkesctl ", path)
		}
		command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			require.NotEmpty(t, flag.Usage, "%s --%s", path, flag.Name)
			require.NotRegexp(t, `\.$`, flag.Usage, "%s --%s", path, flag.Name)
		})
		c := try{}
		c.run(t.Context(), t, append(strings.Fields(path), "--help")...)
		require.Equal(t, cli.ExitOK, c.code)
		require.Empty(t, c.errs)
		require.Contains(t, c.out, "Usage:\n  orkesctl "+path)
		for line := range strings.SplitSeq(c.out, "\n") {
			require.LessOrEqual(t, len([]rune(line)), 180, "%s: %s", path, line)
		}
	}
}
