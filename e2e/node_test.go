package e2e

// nodeDialect is that of the languages that run on Node.js, whose files have the same names but for their endings.
func nodeDialect(row, ending string) dialect {
	return dialect{
		row: row, keep: []string{"node_modules"}, file: "src/workers/get-inventory." + ending,
		edits: []edit{
			{before: "import { z }", add: "import { setTimeout } from \"node:timers/promises\";\nimport { NonRetryableException } from \"@io-orkes/conductor-javascript\";\n"},
			{before: "  return { product_id", add: `  const play = String(input.product_id);
  if (play.startsWith("slow-")) {
    await setTimeout(1000 * Number(play.slice(5)));
  }
  if (play === "fail") {
    throw new Error("not today");
  }
  if (play === "panic") {
    throw "lost";
  }
  if (play === "terminal") {
    throw new NonRetryableException("never");
  }
`},
		},
	}
}
