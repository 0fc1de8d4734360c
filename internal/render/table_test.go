package render_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
)

// item is what the tests list.
type item struct {
	Name  string `json:"name"`
	State string `json:"state"`
	At    int64  `json:"at"`
	Text  string `json:"text"`
}

func view() render.View[item] {
	return render.View[item]{
		Kind: "thing",
		Name: func(i item) string { return i.Name },
		Columns: []render.Column[item]{
			{Title: "name", Value: func(i item) any { return i.Name }},
			{Title: "state", Value: func(i item) any { return render.State(i.State) }},
			{Title: "at", Value: func(i item) any { return render.Millis(i.At) }},
			{Title: "size", Wide: true, Value: func(i item) any { return len(i.Text) }},
			{Title: "text", Value: func(i item) any { return i.Text }},
		},
	}
}

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// onTerminal returns a printer for a person at 80 columns, at noon.
func onTerminal(format render.Format) (render.Printer, *bytes.Buffer) {
	var out bytes.Buffer
	terminal := term.NewInteractive(strings.NewReader(""), &out, io.Discard)
	return render.Printer{Term: terminal, Format: format, Now: func() time.Time { return noon }}, &out
}

func inPipe(format render.Format) (render.Printer, *bytes.Buffer) {
	terminal, out, _ := term.Test("")
	return render.Printer{Term: terminal, Format: format}, out
}

func TestListOnATerminal(t *testing.T) {
	items := []item{{"a", "COMPLETED", noon.Add(-75 * time.Second).UnixMilli(), "one\ntwo"}, {"long-name", "FAILED", 0, ""}}
	p, out := onTerminal(render.Format{})
	require.NoError(t, render.List(p, view(), items))
	require.Equal(t, "NAME       STATE      AT         TEXT\na          COMPLETED  1m15s ago  one two\nlong-name  FAILED     –\n", out.String())

	p, out = onTerminal(render.Format{})
	require.NoError(t, render.List(p, view(), nil))
	require.Empty(t, out.String(), "a header over nothing says nothing")
}

func TestListInAPipe(t *testing.T) {
	items := []item{{"a", "COMPLETED", noon.UnixMilli(), "tab\there\nand\r\nlines"}, {Name: "b"}}
	p, out := inPipe(render.Format{Output: "wide"})
	require.NoError(t, render.List(p, view(), items))
	require.Equal(t, "a\tCOMPLETED\t2026-05-01T12:00:00Z\t19\ttab here and lines\nb\t\t\t0\t\n", out.String())
}

func TestListInOtherForms(t *testing.T) {
	items := []item{{Name: "a", Text: "<&>"}}
	for want, format := range map[string]render.Format{
		"thing/a\n": {Output: "name"},
		"[\n  {\n    \"name\": \"a\",\n    \"state\": \"\",\n    \"at\": 0,\n    \"text\": \"<&>\"\n  }\n]\n": {Output: "json"},
		"- name: a\n  state: \"\"\n  at: 0\n  text: <&>\n":                                                    {Output: "yaml"},
		"<&>\n":     {JQ: ".[].text"},
		"\"<&>\"\n": {JQ: ".[].text", Output: "json"},
		"a:0\n":     {Template: `{{range .}}{{.name}}:{{.at}}{{end}}`},
	} {
		p, out := inPipe(format)
		require.NoError(t, render.List(p, view(), items))
		require.Equal(t, want, out.String())
	}
	p, out := inPipe(render.Format{Output: "json"})
	require.NoError(t, render.List[item](p, view(), nil))
	require.Equal(t, "[]\n", out.String(), "nothing is a list too")
}

func TestATableFitsTheTerminal(t *testing.T) {
	id := strings.Repeat("i", 36)
	for name, tc := range map[string]struct {
		item  item
		first string // what the header holds
	}{
		"the widest column is cut":        {item{id, "RUNNING", noon.UnixMilli(), strings.Repeat("word ", 40)}, "TEXT"},
		"what has no room is left out":    {item{id + id[:20], "COMPLETED_WITH_ERRORS", noon.UnixMilli(), "text text text"}, "STATE"},
		"the name stays whole in any way": {item{strings.Repeat("n", 79), "RUNNING", 0, "text"}, "NAME"},
	} {
		t.Run(name, func(t *testing.T) {
			p, out := onTerminal(render.Format{})
			require.NoError(t, render.List(p, view(), []item{tc.item}))
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			require.Contains(t, lines[0], tc.first)
			require.True(t, strings.HasPrefix(lines[1], tc.item.Name), lines[1])
			for _, line := range lines {
				require.LessOrEqual(t, lipgloss.Width(line), 80)
			}
		})
	}
	p, out := onTerminal(render.Format{Output: "wide"})
	long := strings.Repeat("word ", 40) + "end"
	require.NoError(t, render.List(p, view(), []item{{Name: "a", Text: long}}))
	require.Contains(t, out.String(), long, "wide is never cut")
}

func TestAWholeColumnIsNotCut(t *testing.T) {
	id := strings.Repeat("i", 36)
	v := render.View[item]{Columns: []render.Column[item]{
		{Title: "name", Value: func(i item) any { return i.Name }},
		{Title: "id", Whole: true, Value: func(item) any { return id }},
		{Title: "text", Value: func(i item) any { return i.Text }},
	}}
	p, out := onTerminal(render.Format{})
	require.NoError(t, render.List(p, v, []item{{Name: strings.Repeat("n", 30), Text: "some more words"}}))
	require.Equal(t, []string{"NAME" + strings.Repeat(" ", 28) + "ID" + strings.Repeat(" ", 36) + "TEXT", strings.Repeat("n", 30) + "  " + id + "  some more…", ""},
		strings.Split(out.String(), "\n"))
	p, out = onTerminal(render.Format{})
	require.NoError(t, render.List(p, v, []item{{Name: strings.Repeat("n", 40), Text: "some words"}}))
	require.Equal(t, strings.Repeat("n", 40)+"  "+id, strings.Split(out.String(), "\n")[1], "the last column has no room")
}

// What has no room beside the others goes below, and a name longer than the terminal moves nothing but itself.
func TestChangesOnANarrowTerminal(t *testing.T) {
	id, file := strings.Repeat("i", 36), strings.Repeat("definitions/", 4)+"x.yaml"
	p, out := onTerminal(render.Format{})
	require.NoError(t, p.Changes([]render.Change{
		{Kind: "key", ID: id, Action: render.Created, Detail: "for application get-inventory-worker"},
		{Kind: "task", ID: "a", Action: render.Created, Detail: file},
	}))
	require.Equal(t, "key/"+id+"  created\n    for application get-inventory-worker\n"+
		"task/a"+strings.Repeat(" ", 34)+"  created\n    "+file+"\n", out.String())

	p, out = onTerminal(render.Format{})
	require.NoError(t, p.Changes([]render.Change{
		{Kind: "file", ID: strings.Repeat("n", 79), Action: render.Created, Detail: "5 bytes"},
		{Kind: "file", ID: "go.mod", Action: render.Created, Detail: "123 bytes"},
	}))
	require.Equal(t, "file/"+strings.Repeat("n", 79)+"  created\n    5 bytes\nfile/go.mod  created  123 bytes\n", out.String())
}

func TestOneLosesNothing(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("some words ", 15))
	p, out := onTerminal(render.Format{})
	require.NoError(t, render.One(p, view(), item{Name: "a", State: "FAILED", At: noon.UnixMilli(), Text: text}))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Equal(t, "name   a", lines[0])
	require.Equal(t, text, strings.Join(strings.Fields(strings.Join(lines[4:], " "))[1:], " "))
	for _, line := range lines {
		require.LessOrEqual(t, lipgloss.Width(line), 80)
	}
	require.True(t, strings.HasPrefix(lines[5], "       words"), "it goes on below itself: %q", lines[5])

	p, out = inPipe(render.Format{})
	require.NoError(t, render.One(p, view(), item{Name: "a", Text: text}))
	require.Equal(t, "name\ta\nsize\t"+"164"+"\ntext\t"+text+"\n", out.String())
	p, out = inPipe(render.Format{Output: "name"})
	require.NoError(t, render.One(p, view(), item{Name: "a"}))
	require.Equal(t, "thing/a\n", out.String())
}

func TestChanges(t *testing.T) {
	changes := []render.Change{
		{Kind: "task", ID: "a", Action: render.Created, Detail: "a.yaml"},
		{Kind: "workflow", ID: "order", Version: 2, Action: render.Updated, Word: "would update", Detail: strings.Repeat("field 1 → 2, ", 8) + "last"},
		{Kind: "task", ID: "b", Action: render.Unchanged},
	}
	p, out := onTerminal(render.Format{})
	require.NoError(t, p.Changes(changes))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Equal(t, "task/a             created       a.yaml", lines[0])
	require.True(t, strings.HasPrefix(lines[1], "workflow/order v2  would update  field 1 → 2, "))
	require.True(t, strings.HasPrefix(lines[2], strings.Repeat(" ", 33)))
	require.Contains(t, out.String(), "last", "no difference is lost")
	require.Equal(t, "task/b             unchanged", lines[len(lines)-1])

	for want, format := range map[string]render.Format{
		"task/a\nworkflow/order\ntask/b\n": {Output: "name"},
		"created\nupdated\nunchanged\n":    {JQ: ".changes[].action"},
		"2\n":                              {JQ: ".changes[1].version"},
		"null\n":                           {JQ: ".changes[0].version"},
	} {
		p, out := inPipe(format)
		require.NoError(t, p.Changes(changes))
		require.Equal(t, want, out.String())
	}
	p, out = inPipe(render.Format{Output: "json"})
	require.NoError(t, p.Changes(nil))
	require.Equal(t, "{\n  \"changes\": []\n}\n", out.String())
}

func TestTimes(t *testing.T) {
	p, _ := onTerminal(render.Format{})
	for millis, want := range map[int64]string{
		0: "–", -1: "–", noon.UnixMilli(): "now", noon.Add(5 * time.Second).UnixMilli(): "in 5s", noon.Add(-3 * time.Hour).UnixMilli(): "3h0m ago",
	} {
		require.Equal(t, want, p.Time(millis))
	}
	p, _ = inPipe(render.Format{})
	require.Empty(t, p.Time(0))
	require.Equal(t, "2026-05-01T12:00:00Z", p.Time(noon.UnixMilli()))
	for d, want := range map[time.Duration]string{
		0: "0 ms", 38 * time.Millisecond: "38 ms", 12 * time.Second: "12s", 252 * time.Second: "4m12s", 185 * time.Minute: "3h5m", 9 * 24 * time.Hour: "9d",
	} {
		require.Equal(t, want, render.Duration(d))
	}
}

func TestFormatCheck(t *testing.T) {
	for message, format := range map[string]render.Format{
		"-o xml: not one of table, wide, json, yaml, name": {Output: "xml"},
		"cannot be used together":                          {JQ: ".", Template: "x"},
		"--jq filters JSON":                                {JQ: ".", Output: "wide"},
		"--jq .[:":                                         {JQ: ".[:"},
		"--template: ":                                     {Template: "{{.x"},
	} {
		err := format.Check()
		require.ErrorContains(t, err, message)
		var wrong *render.FormatError
		require.ErrorAs(t, err, &wrong)
	}
	for _, format := range []render.Format{{}, {Output: "wide"}, {JQ: ".a", Output: "yaml"}, {Template: "{{json .}}"}} {
		require.NoError(t, format.Check())
	}
}

func TestFiltersAndTemplates(t *testing.T) {
	big := []byte(`{"n":12345678901234567890,"list":[1,"a"],"none":null}`)
	for want, format := range map[string]render.Format{
		"12345678901234567890\n":      {JQ: ".n"},
		"1\na\n":                      {JQ: ".list[]"},
		"null\n":                      {JQ: ".none"},
		"a: 12345678901234567890\n":   {JQ: "{a: .n}", Output: "yaml"},
		"":                            {JQ: "empty"},
		"n=12345678901234567890\n":    {Template: "n={{.n}}\n"},
		`{"a":[1,"a"]}` + "\n":        {Template: `{"a":{{json .list}}}`},
		"list:\n  - 1\n  - a\nm: 1\n": {JQ: "{list, m: 1}", Output: "yaml"},
	} {
		p, out := inPipe(format)
		require.NoError(t, format.Document(p.Term, rawJSON(big)))
		require.Equal(t, want, out.String())
	}
	p, _ := inPipe(render.Format{})
	require.ErrorContains(t, render.Format{JQ: ".n.x"}.Document(p.Term, rawJSON(big)), "--jq .n.x: ")
	require.Error(t, render.Format{Template: "{{.n.x}}"}.Document(p.Term, rawJSON(big)))
}

// rawJSON is JSON that is printed as it is.
type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func TestLiveCountsBrokenLines(t *testing.T) {
	p, out := onTerminal(render.Format{})
	live := render.NewLive(p)
	draw := func(text string) {
		require.NoError(t, live.Draw(func(p render.Printer) error { _, err := io.WriteString(p.Term.Out, text); return err }))
	}
	draw(strings.Repeat("x", 161) + "\nshort\n\n")
	out.Reset()
	draw("y\n")
	require.Equal(t, "\x1b[5A\x1b[Jy\n", out.String(), "three lines for the long one, one for the short, one for the empty")
}

func TestFold(t *testing.T) {
	const text = "  one two three\n\nfour\n    averyverylongword x"
	require.Equal(t, text, render.Fold(text, 0), "a pipe")
	require.Equal(t, text, render.Fold(text, 80))
	require.Equal(t, "  one\n  two\n  three\n\nfour\n    averyverylongword\n    x", render.Fold(text, 8))
}
