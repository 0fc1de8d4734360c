package doctor

import (
	"fmt"
	"strings"
)

// Markdown is docs/checks.md: a section for each check, from the same table by which they are made.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# The checks of `orkesctl doctor`\n\n" +
		"Made by `go run ./docs/gen` from the table in `internal/doctor`. An id never changes its meaning. A check is not made where one\n" +
		"that it needs has failed: its result is *skipped*. What the server does not tell is *unknown*.\n")
	last := Category("")
	for _, check := range Checks() {
		if check.Category != last {
			last = check.Category
			fmt.Fprintf(&b, "\n## %s\n", last)
		}
		fmt.Fprintf(&b, "\n### %s: %s\n\n%s\n\n- **Seen by:** %s\n- **Mended by:** %s\n- At most: %s", check.ID, check.Title, check.Cause, check.Evidence, check.Fix, check.Worst)
		if len(check.Needs) > 0 {
			fmt.Fprintf(&b, ". Needs %s", strings.Join(check.Needs, ", "))
		}
		if check.Local {
			b.WriteString(". Made with --offline too")
		}
		b.WriteString(".\n")
	}
	return b.String()
}
