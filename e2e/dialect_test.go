package e2e

// edit puts text before the first place where before stands.
type edit struct{ before, add string }

// dialect is what the matrix must know of a language beside its language.yaml: where the guide's worker is, and how the play is
// written in it. The play: product "fail" fails, "terminal" fails for good, "slow-N" takes N seconds. keep names what holds the
// installed dependencies. cannot says why a cell does not hold, without the SDK's name.
type dialect struct {
	row    string // the language's key
	keep   []string
	file   string
	edits  []edit
	cannot map[string]string
}

func dialects() []dialect {
	return []dialect{
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
