package discover_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/discover"
)

// value is an expression with what is declared before it, and what it comes to; an empty want is what cannot be said.
type value struct{ declared, expression, want string }

// valued wants each expression to be known, as a worker's task, just so far as it is sure.
func valued(t *testing.T, file, program string, values []value) {
	t.Helper()
	env := discover.NewEnvironment([]string{"SET=set", "EMPTY="}, "", nil)
	for _, v := range values {
		t.Run(v.expression+" with "+v.declared, func(t *testing.T) {
			root := written(t, map[string]string{file: fmt.Sprintf(program, v.declared, v.expression)})
			found, err := discover.Project(t.Context(), root, env)
			require.NoError(t, err)
			require.Len(t, found.Workers, 1, "%+v", found.Workers)
			require.Equal(t, v.want, found.Workers[0].Task)
			require.Equal(t, v.want == "", found.Workers[0].TaskExpr != "", "an expression stands for what is not known")
		})
	}
}

func TestPythonValues(t *testing.T) {
	valued(t, "w.py", "import os\nfrom conductor.client.worker.worker import Worker\n%s\n\nWorker(%s, execute)\n", []value{
		{"", `"a"`, "a"},
		{"", `'a' "b"`, "ab"},
		{"", `("a" + ("b"))`, "ab"},
		{"", `"a" + 1`, ""},
		{"", `1`, ""},
		{"", `None`, ""},
		{"", `str("a")`, "a"},
		{"", `"a".strip()`, "a"},
		{"", `"A".lower()`, ""},
		{"", `"a" if True else "b"`, ""},
		{"", `["a"][0]`, ""},
		{"", `"%s" % "a"`, ""},
		{"", `os.getenv("SET")`, "set"},
		{"", `os.environ["SET"]`, "set"},
		{"", `os.environ.get("UNSET", "other")`, "other"},
		{"", `os.environ.get("EMPTY", "other")`, ""},
		{"", `os.getenv("EMPTY") or "other"`, "other"},
		{"", `os.getenv("SET") or "other"`, "set"},
		{"", `os.getenv("UNSET", default="other")`, "other"},
		{"", `os.getenv(name)`, ""},
		{"", `"a" if os.getenv("SET") else "b"`, "a"},
		{"", `"a" if not os.getenv("UNSET") else "b"`, "a"},
		{"", `"a" if os.getenv("SET") == "set" else "b"`, "a"},
		{"", `"a" if os.getenv("UNSET") is not None else "b"`, "b"},
		{"", `"a" if os.getenv("UNSET") is None else "b"`, "a"},
		{"X = 'a'", `X`, "a"},
		{"X: str = 'a'", `X`, "a"},
		{"X = Y = 'a'", `X`, ""},
		{"X = 'a'\nX += 'b'", `X`, ""},
		{"X, Y = 'a', 'b'", `X`, ""},
		{"X = (\n    'a'\n    'b'\n)", `X`, "ab"},
		{"X = Y\nY = 'a'", `X`, "a"},
		{"X = Y\nY = X", `X`, ""},
		{"X = X", `X`, ""},
		{"import a as X", `X`, ""},
		{"def X(): return 'a'", `X`, ""},
		{"def X():\n    return 'a'", `X()`, "a"},
		{"def X():\n    if y:\n        return 'a'\n    return 'b'", `X()`, ""},
		{"def X():\n    d = os.getenv('SET')\n    if d:\n        return d\n    return 'b'", `X()`, "set"},
		{"def X():\n    d = os.getenv('UNSET')\n    if d is not None:\n        return d\n    return 'b'", `X()`, "b"},
		{"def X():\n    if os.getenv('UNSET'):\n        return 'a'\n    elif y:\n        return 'c'\n    return 'b'", `X()`, ""},
		{"def X():\n    if os.getenv('SET'):\n        f()\n        return 'a'\n    return 'b'", `X()`, ""},
		{"def X():\n    for y in z:\n        return 'a'\n    return 'b'", `X()`, ""},
		{"def X():\n    try:\n        return 'a'\n    except E:\n        return 'b'", `X()`, ""},
		{"def X(a):\n    if not a:\n        return 'none'\n    return a", `X('')`, "none"},
		{"def X(a, b='c'):\n    return a + b", `X('d')`, "dc"},
		{"def X(a, b='c'):\n    return a + b", `X(b='e', a='d')`, "de"},
		{"def X():\n    if y: return 'a'", `X()`, ""},
		{"def X(a):\n    return a", `X()`, ""},
		{"def X(a):\n    return X(a)", `X('a')`, ""},
		{"class X:\n    A = 'a'", `X.A`, "a"},
		{"class X:\n    class Y:\n        A = 'a'", `X.Y.A`, "a"},
		{"class X(Enum):\n    A = 'a'", `X.A.value`, "a"},
		{"class X:\n    def A(self): ...", `X.A`, ""},
		{"X = {'A': 'a'}", `X.A`, "a"}, // as some make objects of them
		{"if (X := 'a'): pass", `X`, ""},
		{"for X in 'ab': pass", `X`, ""},
		{"with open('f') as X: pass", `X`, ""},
		{"try:\n    X = 'a'\nexcept E as X:\n    pass", `X`, ""},
		{"X = 'a'  # X = 'b'\n\"\"\"\nX = 'c'\n\"\"\"", `X`, "a"},
		{"X = 'a'; Y = 'b'", `X + Y`, "ab"},
		{"X = \\\n    'a'", `X`, "a"},
	})
}

func TestScriptValues(t *testing.T) {
	valued(t, "w.ts", "import { worker } from \"@io-orkes/conductor-javascript\";\n%s\n\nworker({ taskDefName: %s })(f);\n", []value{
		{"", `"a"`, "a"},
		{"", "`a`", "a"},
		{"", "`a${1}`", ""},
		{"", `("a" + ('b'))`, "ab"},
		{"", `1`, ""},
		{"", `null`, ""},
		{"", `String("a")`, "a"},
		{"", `"a".trim()`, "a"},
		{"", `"a".toString()`, "a"},
		{"", `"A".toLowerCase()`, ""},
		{"", `"a" as const`, "a"},
		{"", `"a" satisfies string`, "a"},
		{"", `process.env.SET`, "set"},
		{"", `process.env["SET"]!`, "set"},
		{"", `process.env.UNSET ?? "other"`, "other"},
		{"", `process.env.EMPTY || "other"`, "other"},
		{"", `process.env.EMPTY ?? "other"`, ""},
		{"", `process.env[name]`, ""},
		{"", `process.env.SET ? "a" : "b"`, "a"},
		{"", `!process.env.SET ? "a" : "b"`, "b"},
		{"", `process.env.SET === "set" ? "a" : "b"`, "a"},
		{"", `process.env.SET !== "set" ? "a" : "b"`, "b"},
		{"", `x ? "a" : "b"`, ""},
		{"const X = 'a'", `X`, "a"},
		{"const X: string = 'a', Y = 'b';", `X + Y`, "ab"},
		{"let X = 'a'; X = 'b';", `X`, ""},
		{"let X = 'a'; f(X = 'b');", `X`, ""},
		{"let X = 'a'; X += 'b';", `X`, ""},
		{"let X; X = 'a';", `X`, ""},
		{"let X = 'a'; X ??= 'b';", `X`, ""},
		{"const { X } = config;", `X`, ""},
		{"const [X] = ['a'];", `X`, ""},
		{"const X = Y; const Y = X;", `X`, ""},
		{"const X = { A: 'a' };", `X.A`, "a"},
		{"const X = { 'A': { B: 'b' } } as const;", `X.A.B`, "b"},
		{"const A = 'a'; const X = { A };", `X.A`, "a"},
		{"const X = { A: 'a' };", `X?.A`, "a"},
		{"const X = { A: 'a' };", `X.B`, ""},
		{"const X = { A: 'a' };", `X[A]`, ""},
		{"enum X { A = 'a', B }", `X.A`, "a"},
		{"enum X { A = 'a', B }", `X.B`, ""},
		{"class X { static A = 'a'; }", `X.A`, "a"},
		{"class X { static A: string = 'a'\n static B = 'b' }", `X.B`, "b"},
		{"class X { A = 'a'; f() { this.A = 'b'; } }", `X.A`, ""},
		{"namespace X { export const A = 'a'; }", `X.A`, "a"},
		{"function X() { return 'a'; }", `X()`, "a"},
		{"function X(): string { return 'a'; }", `X()`, "a"},
		{"function X(a: Map<string, number>, b = 'c') { return b; }", `X(m)`, "c"},
		{"const X = (a: string) => a + 'b';", `X('a')`, "ab"},
		{"const X = async (a) => { return a; };", `X('a')`, "a"},
		{"const X = a => a;", `X('a')`, "a"},
		{"const X = ({ a }) => a;", `X({ a: 'b' })`, "b"},
		{"function X(a) { if (a) { return 'a'; } return 'b'; }", `X(1)`, "a"},
		{"function X(a) { if (a) { return 'a'; } return 'b'; }", `X(0)`, "b"},
		{"function X() { if (process.env.UNSET) return 'a'; }", `X()`, ""},
		{"function X() {\n  const d = process.env.SET\n  if (d) {\n    return d\n  }\n  return 'b'\n}", `X()`, "set"},
		{"function X() { const d = process.env.SET; if (d) { return d; } return 'b'; }", `X()`, "set"},
		{"function X() { const d = process.env.UNSET; if (d) { return d; } else { return 'c'; } return 'b'; }", `X()`, ""},
		{"const X = (a: string) => { if (a === '') { return 'none'; } return a; };", `X('')`, "none"},
		{"function X() { if (process.env.SET) return 'a'; return 'b'; }", `X()`, ""}, // without braces it is not looked into
		{"const X = 'a'\nconst Y = X\n", `Y`, "a"},
		{"/* const X = 'b' */ const X = 'a'; // const X = 'c'", `X`, "a"},
		{"if (x) { const X = 'b'; } const X = 'a';", `X`, "a"},
		{"type X = 'b'; const Y: X = 'a';", `Y`, "a"},
	})
}

func TestJavaValues(t *testing.T) {
	valued(t, "W.java", "import com.netflix.conductor.sdk.workflow.task.WorkerTask;\n\nclass W {\n    %s\n\n    @WorkerTask(%s)\n    void work() {}\n}\n", []value{
		{"", `"a"`, "a"},
		{"", `value = "a", threadCount = 2`, "a"},
		{"", `"a" + ("b" + 'c')`, "abc"},
		{"", "\"\"\"\n        a\n        b\"\"\"", "a\nb"},
		{"", `1`, ""},
		{"", `{}`, ""},
		{"static final String X = \"a\";", `X`, "a"},
		{"static final String X = \"a\";", `W.X`, "a"},
		{"static final String X = Y, Y = \"a\";", `X`, ""}, // a second name is not read
		{"static final String X = String.valueOf(\"a\");", `X`, "a"},
		{"static final String X = System.getenv(\"SET\");", `X`, "set"},
		{"static final String X = System.getenv().get(\"SET\");", `X`, "set"},
		{"static final String X = System.getenv().getOrDefault(\"UNSET\", \"other\");", `X`, "other"},
		{"static final String X = System.getenv(\"UNSET\") == null ? \"a\" : \"b\";", `X`, "a"},
		{"static final String X = System.getenv(\"SET\").isEmpty() ? \"a\" : \"b\";", `X`, "b"},
		{"static final String X = Optional.ofNullable(System.getenv(\"UNSET\")).orElse(\"other\");", `X`, "other"},
		{"static final String X = System.getProperty(\"a\");", `X`, ""},
		{"static final String X = name();\n static String name() { return \"a\"; }", `X`, "a"},
		{"static final String X = name(\"a\");\n static String name(String a) throws E { return a; }", `X`, "a"},
		{"static final String X = name(m, \"a\");\n static String name(Map<String, List<X>> m, final String a) { return a; }", `X`, "a"},
		{"static String X = \"a\"; static { X = \"b\"; }", `X`, ""},
		{"String X = \"a\"; void f() { this.X = \"b\"; }", `this.X`, ""},
		{"static final String X;", `X`, ""},
		{"interface N { String X = \"a\"; }", `N.X`, "a"},
		{"enum N { A; static final String X = \"a\"; }", `N.X`, "a"},
		{"static final String X = name();\n static String name() { String d = System.getenv(\"SET\"); if (d != null) { return d; } return \"b\"; }", `X`, "set"},
		{"static final String X = name();\n static String name() { String d = System.getenv(\"SET\"); while (y) { return d; } return \"b\"; }", `X`, ""},
		{"static final List<String> X = List.of(\"a\", \"b\");", `X`, ""},
		{"void f(String X) {}", `X`, ""},
		{"/* static final String X = \"b\"; */ static final String X = \"a\";", `X`, "a"},
		{"static final String X = \"\\u0061\\t\";", `X`, "a\t"},
	})
}

func TestRustValues(t *testing.T) {
	valued(t, "w.rs", "use conductor::worker::FnWorker;\nuse std::env;\n%s\n\nfn work() { FnWorker::new(%s, f); }\n", []value{
		{"", `"a"`, "a"},
		{"", `r"a\b"`, `a\b`},
		{"", `r#"a"b"#`, `a"b`},
		{"", `"a".to_string()`, "a"},
		{"", `String::from("a")`, "a"},
		{"", `&"a".to_owned()`, "a"},
		{"", `format!("a")`, ""},
		{"", `env::var("SET").unwrap()`, ""},
		{"", `env::var("SET").unwrap_or_default()`, "set"},
		{"", `std::env::var("UNSET").unwrap_or("other".into())`, "other"},
		{"", `env::var("UNSET").unwrap_or_else(|_| String::from("other"))`, "other"},
		{"", `env::var("UNSET").ok().unwrap_or_else(|| "other".to_string())`, "other"},
		{"", `env!("SET")`, "set"},
		{"", `5`, ""},
		{`const X: &str = "a";`, `X`, "a"},
		{`static X: &'static str = "a";`, `X`, "a"},
		{`pub(crate) const X: &str = "a";`, `X`, "a"},
		{`static mut X: &str = "a"; fn g() { X = "b"; }`, `X`, ""},
		{`struct X; impl X { const A: &str = "a"; }`, `X::A`, "a"},
		{`mod x { pub const A: &str = "a"; }`, `x::A`, "a"},
		{`mod x { pub mod y { pub const A: &str = "a"; } }`, `self::x::y::A`, ""},
		{`fn name() -> &'static str { "a" }`, `name()`, "a"},
		{`fn name(a: &str) -> String { return a.to_string(); }`, `name("a")`, "a"},
		{`fn name() -> String { if x { return "a".into(); } "b".into() }`, `name()`, ""},
		{`fn name(a: &str) -> &str { if a.is_empty() { return "none"; } a }`, `name("")`, "none"},
		{`fn name(a: &str) -> &str { if a.is_empty() { return "none"; } a }`, `name("c")`, ""},
		{`fn name(a: &str) -> &str { if a == "" { return "none"; } return a; }`, `name("")`, "none"},
		{`fn name(a: &str) -> &str { if let Some(b) = a { return "none"; } return a; }`, `name("c")`, ""},
		{`#[cfg(test)] mod tests { const X: &str = "b"; }`, `X`, ""},
		{`/* const X: &str = "b"; /* nested */ */ const X: &str = "a";`, `X`, "a"},
	})
	for declared, want := range map[string]string{
		`let X = "a";`:                              "a",
		`let mut X = "a"; X = "b";`:                 "",
		`let X = "a"; let X = "b";`:                 "",
		`let X = "a"; if let Some(X) = y {`:         "",
		`let X = "a"; for X in y {`:                 "",
		`let X = "a"; match y { Some(X) => {`:       "",
		`let X = "a"; y.map(|X| {`:                  "",
		`let (X, y) = z;`:                           "",
		`let X: &str = "a"; let y = |z| z;`:         "a",
		`let X = "a"; while let Ok(y) = z.next() {`: "a",
		`let X = "a"; { let X = "b"; g(X); }`:       "a",
		`let X = "b"; { let X = "a";`:               "a",
	} {
		root := written(t, map[string]string{"w.rs": "use conductor::worker::FnWorker;\n\nfn work() {\n" + declared + "\nFnWorker::new(X, f);\n}}}\n"})
		found, err := discover.Project(t.Context(), root, discover.Environment{})
		require.NoError(t, err)
		require.Len(t, found.Workers, 1, declared)
		require.Equal(t, want, found.Workers[0].Task, declared)
	}
}

func TestGoValues(t *testing.T) {
	valued(t, "w.go", "package w\n\nimport (\n\t\"os\"\n\t\"strings\"\n\n\tsdk \"github.com/conductor-sdk/conductor-go/sdk/worker\"\n)\n\n%s\n\nvar _ = sdk.NewWorker(%s, nil)\n", []value{
		{"", `"a"`, "a"},
		{"", "`a`", "a"},
		{"", `("a" + "b")`, "ab"},
		{"", `5`, ""},
		{"", `string("a")`, "a"},
		{"", `strings.ToLower("A") + strings.ToUpper("b") + strings.TrimSpace(" c ")`, "aBc"},
		{"", `strings.Repeat("a", 2)`, ""},
		{"", `os.Getenv("SET")`, "set"},
		{"", `os.Getenv(name)`, ""},
		{`const X = "a"`, `X`, "a"},
		{`const X, Y = "a", "b"`, `X + Y`, "ab"},
		{`var X = "a"`, `X`, "a"},
		{"var X = \"a\"\n\nfunc f() { X = \"b\" }", `X`, ""},
		{"var X = \"a\"\n\nfunc f() { g(&X) }", `X`, ""},
		{`var X string`, `X`, ""},
		{"const X = Y\nconst Y = \"a\"", `X`, "a"},
		{"var X = Y\nvar Y = X", `X`, ""},
		{`func X() string { return "a" }`, `X()`, "a"},
		{`func X(a string, b ...string) string { return a }`, `X("a", "b")`, "a"},
		{`func X(a ...string) string { return a[0] }`, `X("a")`, ""},
		{`func X() string { x := "a"; x += "b"; return x }`, `X()`, ""},
		{`func X() string { x := "a"; { x = "b" }; return x }`, `X()`, "b"},
		{`func X() (x string) { return }`, `X()`, ""},
		{`func X() string { var x string; if x == "" { x = "a" }; return x }`, `X()`, "a"},
		{`func X() string { const x = "a"; return x }`, `X()`, "a"},
		{`func X() string { if os.Getenv("SET") != "" { return "a" }; return "b" }`, `X()`, "a"},
		{`func X() string { if os.Getenv("UNSET") != "" { return "a" } else { return "b" } }`, `X()`, "b"},
		{`func X() string { if v, ok := os.LookupEnv("EMPTY"); ok { return v + "a" }; return "b" }`, `X()`, "a"},
		{`func X() string { if v, ok := os.LookupEnv("UNSET"); !ok { return "a" } else { return v } }`, `X()`, "a"},
		{`func X() string { if len(os.Getenv("SET")) > 3 || y { return "a" }; return "b" }`, `X()`, ""},
		{`func X() string { if len(os.Getenv("SET")) >= 3 && true { return "a" }; return "b" }`, `X()`, "a"},
		{`func X() string { if y { return "a" }; return "b" }`, `X()`, ""},
		{`func X() string { for y { return "a" }; return "b" }`, `X()`, ""},
		{`func X() string { for _, y := range z { f(y) }; return "b" }`, `X()`, "b"},
		{`func X() string { x := "a"; go func() { x = "b" }(); return x }`, `X()`, ""},
		{`func X() string { x := "a"; switch y { case 1: x = "b" }; return x }`, `X()`, ""},
		{`func X() string { x, y := "a", "b"; return x + y }`, `X()`, "ab"},
		{`func X() string { x, err := f(); return x }`, `X()`, ""},
		{`func X(f func(string) string) string { return f("SET") }`, `X(os.Getenv)`, "set"},
		{`func X(a string) string { return X(a) }`, `X("a")`, ""},
		{`func X[T any](a T, b string) string { return b }`, `X[int](1, "a")`, "a"},
	})
}
