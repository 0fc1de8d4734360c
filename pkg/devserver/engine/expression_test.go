package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// sample is an execution that expressions read from.
func sample(tb testing.TB) *execution {
	tb.Helper()
	var input map[string]any
	require.NoError(tb, conductor.Decode([]byte(`{
		"name": "ann", "count": 3, "price": 1.50, "big": 12345678.0, "yes": true, "nothing": null, "dotted.key": "d", "with space": "s",
		"user": {"id": 7, "tags": ["x", "y"]}, "list": [10, 20, 30, 40], "empty": [],
		"books": [{"t": "A", "p": 8, "cat": "f"}, {"t": "B", "p": 12.5, "cat": "g", "isbn": "1"}, {"t": "C", "p": 30, "cat": "f", "isbn": null}],
		"key": "count", "path": "user.id"}`), &input))
	def := oneTask("flow", "a")
	x := &execution{id: "w1", plan: &plan{def: &def}, live: &live{latest: map[string]*task{}}}
	x.wf = conductor.Workflow{
		WorkflowID: "w1", WorkflowName: "flow", WorkflowVersion: 2, Status: "RUNNING", Input: input, Output: map[string]any{},
		Variables: map[string]any{"v": "var"}, TaskToDomain: map[string]string{"a": "john"},
	}
	done := &task{node: &node{task: &conductor.WorkflowTask{TaskReferenceName: "a_ref"}}, Wire: conductor.Task{
		ReferenceTaskName: "a_ref", TaskDefName: "a", TaskType: "a", Status: "COMPLETED", TaskID: "t1", RetryCount: 1, ScheduledTime: 99,
		InputData: map[string]any{"q": "in"}, OutputData: map[string]any{"rows": []any{map[string]any{"n": 1}, map[string]any{"n": 2}}, "text": "${workflow.input.name}"},
	}}
	x.add(done)
	return x
}

func TestExpressions(t *testing.T) {
	x := sample(t)
	for text, wanted := range map[string]string{
		// whole values keep their type
		`${workflow.input.name}`: `"ann"`, `${workflow.input.count}`: `3`, `${workflow.input.price}`: `1.50`,
		`${workflow.input.user}`: `{"id":7,"tags":["x","y"]}`, `${$.workflow.input.yes}`: `true`, `${ workflow.input.name }`: `"ann"`,
		`${workflow.input.nothing}`: `null`, `${workflow.input.missing}`: `null`, `${nobody.output.x}`: `null`,
		`${workflow.input.name.deeper}`: `null`, `plain`: `"plain"`, ``: `""`,
		// the workflow and tasks
		`${workflow.workflowId}`: `"w1"`, `${workflow.version}`: `2`, `${workflow.variables.v}`: `"var"`, `${workflow.status}`: `"RUNNING"`,
		`${workflow.correlationId}`: `null`, `${workflow.workflowType}`: `"flow"`, `${workflow.taskToDomain.a}`: `"john"`,
		`${workflow.createTime}`: `null`, `${a_ref.output.rows[1].n}`: `2`, `${a_ref.input.q}`: `"in"`, `${a_ref.status}`: `"COMPLETED"`,
		`${a_ref.retryCount}`: `1`, `${a_ref.scheduledTime}`: `99`, `${a_ref.workerId}`: `null`, `${a_ref.taskId}`: `"t1"`,
		`${workflow..n}`: `[]`, `${$..n}`: `[1,2]`,
		// a value is not resolved again
		`${a_ref.output.text}`: `"${workflow.input.name}"`,
		// text
		`hi ${workflow.input.name}!`: `"hi ann!"`, `${workflow.input.name}${workflow.input.count}`: `"ann3"`,
		`x${workflow.input.missing}`: `"xnull"`, `=${workflow.input.user}`: `"={id=7, tags=[x, y]}"`, `p=${workflow.input.price}`: `"p=1.5"`,
		`b=${workflow.input.big}`: `"b=1.2345678E7"`, `y=${workflow.input.yes}`: `"y=true"`,
		// escapes, blanks, broken ones
		`$${workflow.input.name}`: `"${workflow.input.name}"`, `a $${x} b ${workflow.input.count}`: `"a ${x} b 3"`,
		`${}`: `""`, `${  }`: `""`, `a${}b`: `"ab"`, `${workflow.input.name`: `"${workflow.input.name"`, `a } b`: `"a } b"`, `$`: `"$"`, `$$`: `"$$"`,
		`${workflow.input.[}`: `null`, `${HOME}`: `null`, `${PATH}x`: `"nullx"`,
		`${workflow.secrets.token}`: `"${workflow.secrets.token}"`, `Bearer ${workflow.secrets.token}`: `"Bearer ${workflow.secrets.token}"`,
		// nested
		`${workflow.input.${workflow.input.key}}`: `3`, `${workflow.input.${workflow.input.path}}`: `7`,
		`n ${workflow.input.list[${a_ref.retryCount}]}`: `"n 20"`, `${workflow.input.${workflow.input.missing}}`: `null`,
		// paths
		`${workflow.input['dotted.key']}`: `"d"`, `${workflow.input["with space"]}`: `"s"`, `${workflow.input['name','count']}`: `{"count":3,"name":"ann"}`,
		`${workflow.input.list[0]}`: `10`, `${workflow.input.list[-1]}`: `40`, `${workflow.input.list[9]}`: `null`, `${workflow.input.list[0,2]}`: `[10,30]`,
		`${workflow.input.list[1:3]}`: `[20,30]`, `${workflow.input.list[:2]}`: `[10,20]`, `${workflow.input.list[-2:]}`: `[30,40]`, `${workflow.input.list[:-3]}`: `[10]`,
		`${workflow.input.list[*]}`: `[10,20,30,40]`, `${workflow.input.user.*}`: `[7,["x","y"]]`, `${workflow.input.empty[*]}`: `[]`,
		`${workflow.input.books[*].t}`: `["A","B","C"]`, `${workflow.input..isbn}`: `["1",null]`, `${workflow.input.books.t}`: `null`,
		// filters
		`${workflow.input.books[?(@.p > 10)].t}`: `["B","C"]`, `${workflow.input.books[?(@.p >= 12.5 && @.cat == 'g')].t}`: `["B"]`,
		`${workflow.input.books[?(@.cat == "f" || @.p < 10)].t}`: `["A","C"]`, `${workflow.input.books[?(@.isbn)].t}`: `["B","C"]`,
		`${workflow.input.books[?(!@.isbn)].t}`: `["A"]`, `${workflow.input.books[?(!(@.cat == 'f'))].t}`: `["B"]`,
		`${workflow.input.books[?(@.isbn == null)].t}`: `["C"]`, `${workflow.input.books[?(@.cat != 'f')].t}`: `["B"]`,
		`${workflow.input.books[?(@.t in ['A','C'])].p}`: `[8,30]`, `${workflow.input.books[?(@.t nin ['A','C'])].p}`: `[12.5]`,
		`${workflow.input.books[?(@.t =~ /a|b/i)].t}`: `["A","B"]`, `${workflow.input.books[?(@.p == $.workflow.input.list[2])].t}`: `["C"]`,
		`${workflow.input.list[?(@ > 15)]}`: `[20,30,40]`, `${workflow.input[?(@.id == 7)].tags}`: `[]`, `${workflow.input.user[?(@.tags contains 'x')].id}`: `[7]`,
		`${workflow.input.user[?(@.tags size 2)].id}`: `[7]`, `${workflow.input.user[?(@.tags empty false)].id}`: `[7]`,
		`${workflow.input.user[?(@.tags subsetof ['x','y','z'])].id}`: `[7]`, `${workflow.input.user[?(@.tags anyof ['z'])].id}`: `[]`,
		`${workflow.input.user[?(@.tags noneof ['z'])].id}`: `[7]`, `${workflow.input.books[?(@.p < 'x')].t}`: `[]`,
		`${workflow.input..[?(@.cat == 'g')].t}`: `["B"]`,
		// functions
		`${workflow.input.list.length()}`: `4`, `${workflow.input.user.size()}`: `2`, `${workflow.input.name.length()}`: `null`,
		`${workflow.input.list.sum()}`: `100`, `${workflow.input.list.max()}`: `40`, `${workflow.input.list.min()}`: `10`, `${workflow.input.list.avg()}`: `25`,
		`${workflow.input.books[*].p.max()}`: `30`, `${workflow.input.books[?(@.cat == 'f')].length()}`: `2`, `${workflow.input.user.keys()}`: `["id","tags"]`,
		`${workflow.input.list.first()}`: `10`, `${workflow.input.list.last()}`: `40`, `${workflow.input.list.index(-2)}`: `30`, `${workflow.input.empty.sum()}`: `null`,
		`${workflow.input.list.append(50)}`: `[10,20,30,40,50]`, `${workflow.input.user.tags.concat("z", $.workflow.input.name)}`: `"xyzann"`,
		`n=${workflow.input.list.length()}`: `"n=4"`, `${workflow.input.list.rm()}`: `null`,
	} {
		t.Run(text, func(t *testing.T) {
			got, err := json.Marshal(compile(text).resolve(&scope{x: x}))
			require.NoError(t, err)
			require.JSONEq(t, wanted, strings.ReplaceAll(string(got), `\u003c`, "<"))
		})
	}
}

func TestTemplatesResolveEveryDepthButNoKeys(t *testing.T) {
	given := map[string]any{
		"${workflow.input.name}": []any{"${workflow.input.count}", map[string]any{"in": "<${workflow.input.name}>", "n": nil}},
		"static":                 map[string]any{"a": []any{1, "x"}},
	}
	require.Equal(t, map[string]any{
		"${workflow.input.name}": []any{json.Number("3"), map[string]any{"in": "<ann>", "n": nil}},
		"static":                 map[string]any{"a": []any{1, "x"}},
	}, compile(given).resolve(&scope{x: sample(t)}))
}

func TestTaskIDExpression(t *testing.T) {
	x := sample(t)
	whole, text := compile("${CPEWF_TASK_ID}"), compile("id ${CPEWF_TASK_ID}")
	require.Equal(t, "t9", whole.resolve(&scope{x: x, taskID: "t9"}))
	require.Equal(t, "id t9", text.resolve(&scope{x: x, taskID: "t9"}))
	require.Equal(t, "${CPEWF_TASK_ID}", whole.resolve(&scope{x: x}), "the text stays where there is no task yet")
	require.Equal(t, "id ${CPEWF_TASK_ID}", text.resolve(&scope{x: x}))
}

func TestBrokenPaths(t *testing.T) {
	for _, path := range []string{
		"", "a.", "a..", "a[", "a[]", "a[1", "a['x", "a['x']b", "a[?", "a[?(@.x", "a[?(@.x ==)]", "a[?(1)]", "a[x]", "a[1:x]", "a b", "a.f()",
		"a[?(@.x =~ 'no')]", "a[?(@.x == /re/)]", "a[?(@.x =~ /[/)]", "a[99999999999]", "a.length(", "a.index(1 2)", "a[?(@.x in [1)]",
		"a[?" + strings.Repeat("(", 100) + "]", "a" + strings.Repeat("[?(@", 100),
	} {
		_, err := parsePath(path)
		require.Error(t, err, "%q", path)
	}
}

func TestPathsAreBounded(t *testing.T) {
	deep := any("end")
	for range 2000 {
		deep = []any{deep, deep}
		if len(deep.([]any)) > 40 {
			break
		}
	}
	x := sample(t)
	x.wf.Input = map[string]any{"deep": deep}
	require.Nil(t, compile("${workflow.input..*..*..*}").resolve(&scope{x: x}), "an evaluation that explodes means nothing")
}

func TestJavaText(t *testing.T) {
	for _, c := range []struct {
		value  any
		wanted string
	}{
		{nil, "null"},
		{true, "true"},
		{"s", "s"},
		{1, "1"},
		{int64(2), "2"},
		{3.0, "3"},
		{0.5, "0.5"},
		{1e-5, "1.0E-5"},
		{1.5e300, "1.5E300"},
		{json.Number("7"), "7"},
		{json.Number("7.0"), "7.0"},
		{json.Number("1e3"), "1000.0"},
		{json.Number("1e999"), "1e999"},
		{json.Number("12345678901234567890"), "12345678901234567890"},
		{map[string]any{"b": nil, "a": []any{1, "x", map[string]any{}}}, "{a=[1, x, {}], b=null}"},
		{[]any{}, "[]"},
	} {
		require.Equal(t, c.wanted, javaText(c.value))
	}
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"${workflow.input.name}", "$${x}", "a ${workflow.input.${workflow.input.key}} b", "${workflow.input.books[?(@.p > 10 && @.t in ['A'])].t}",
		"${$..*}", "${workflow.input.list[-1:]}", "${workflow.input.list.index(1)}", "${a[?(@.x =~ /a/i)]}", "${}", "${a['b\\'c']}",
	} {
		f.Add(seed)
	}
	x := sample(f)
	f.Fuzz(func(t *testing.T, text string) {
		before := javaText(x.wf.Input)
		value := compile(text).resolve(&scope{x: x, taskID: "t9"})
		if _, err := json.Marshal(value); err != nil && !strings.Contains(err.Error(), "unsupported value") {
			t.Fatalf("%q gives what JSON cannot hold: %v", text, err)
		}
		if !strings.Contains(text, "${") && value != any(text) {
			t.Fatalf("%q became %v", text, value)
		}
		require.Equal(t, before, javaText(x.wf.Input), "an expression changed the input")
	})
}
