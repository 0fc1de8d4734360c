package e2e

import "path/filepath"

// edit puts text before the first place where before stands.
type edit struct{ before, add string }

// dialect is what the matrix must know of a language beside its language.yaml: where the guide's worker is, and how the play is
// written in it. The play: product "fail" fails, "terminal" fails for good, "slow-N" takes N seconds. keep names what holds the
// installed dependencies. homes are where the language's toolchain may be, where its variable does not say so; env is for all that is
// run. cannot says why a cell does not hold, without the SDK's name.
type dialect struct {
	row    string // the language's key
	keep   []string
	homes  string
	env    []string
	file   string
	edits  []edit
	cannot map[string]string
}

func dialects() []dialect {
	return []dialect{
		javaDialect("java"), javaDialect("java-spring"), nodeDialect("javascript", "js"), nodeDialect("typescript", "ts"),
		{
			row: "go", file: "internal/worker/get_inventory_worker.go",
			edits: []edit{
				{before: "\t\"math/rand/v2\"\n", add: "\t\"errors\"\n\t\"fmt\"\n\t\"strings\"\n\t\"time\"\n"},
				{before: "\treturn GetInventoryOutput{ProductID", add: `	play := fmt.Sprint(in.ProductID)
	switch seconds, slow := strings.CutPrefix(play, "slow-"); {
	case slow:
		d, err := time.ParseDuration(seconds + "s")
		if err != nil {
			return GetInventoryOutput{}, err
		}
		time.Sleep(d)
	case play == "fail":
		return GetInventoryOutput{}, errors.New("not today")
	case play == "terminal":
		return GetInventoryOutput{}, Terminal("never")
	case play == "panic":
		panic("lost")
	}
`},
			},
			cannot: map[string]string{"long work": "cannot extend a lease: give the task a responseTimeoutSeconds that is longer than its work"},
		},
		{
			row: "rust", keep: []string{"target", "Cargo.lock"}, file: "src/workers/get_inventory.rs",
			edits: []edit{{before: "    Ok(Output { product_id", add: `    let play = input.product_id.as_str().unwrap_or_default();
    if let Some(seconds) = play.strip_prefix("slow-") {
        tokio::time::sleep(std::time::Duration::from_secs(seconds.parse()?)).await;
    }
    match play {
        "fail" => return Err(Failure::retry("not today")),
        "panic" => panic!("lost"),
        "terminal" => return Err(Failure::terminal("never")),
        _ => {}
    }
`}},
		},
		{
			row: "python", keep: []string{".venv"}, file: "src/get_inventory_worker/workers/get_inventory.py",
			edits: []edit{{before: "    return Output(product_id", add: `    import time

    from conductor.client.worker.exception import NonRetryableException

    play = str(given.product_id)
    if play.startswith("slow-"):
        time.sleep(float(play.removeprefix("slow-")))
    if play in ("fail", "panic"):
        raise RuntimeError("not today")
    if play == "terminal":
        raise NonRetryableException("never")
`}},
		},
	}
}

// javaDialect is that of Java with Maven, whose repository is below .cache and shared by the variants.
func javaDialect(row string) dialect {
	repository, _ := filepath.Abs(filepath.Join("..", ".cache", "m2"))
	return dialect{
		row: row, homes: "/usr/lib/jvm/*", env: []string{"MAVEN_OPTS=-Dmaven.repo.local=" + repository},
		file: "src/main/java/getinventoryworker/workers/GetInventoryWorker.java",
		edits: []edit{{before: "        return new Output(input.productId()", add: `        String play = String.valueOf(input.productId());
        if (play.startsWith("slow-")) {
            Thread.sleep(1000 * Long.parseLong(play.substring(5)));
        }
        switch (play) {
            case "fail" -> throw new IllegalStateException("not today");
            case "panic" -> throw new AssertionError("lost");
            case "terminal" -> throw new com.netflix.conductor.sdk.workflow.executor.task.NonRetryableException("never");
            default -> { }
        }
`}},
	}
}
