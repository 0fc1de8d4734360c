package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// oddFields is a definition whose fields some language has its own use for.
const oddFields = `kind: TaskDef
name: odd fields
ownerEmail: a@example.com
inputSchema:
  name: odd-input
  version: 1
  type: JSON
  data:
    required: [class, order-id]
    properties:
      class: {type: string}
      order-id: {type: integer}
      order_id: {type: number}
      self: {type: boolean}
      "42nd": {type: object}
      "say \"x\"": {type: array, items: {type: string}}
      在庫: {type: array}
      type: {}
outputKeys: [return, a.b, "$ref", ""]
`

// odd adds tasks and fields whose names some language, file system or shell does not like. What is made of them must be clean
// to the project's linter and pass its tests, one of which says that the name is unchanged. Then the project is as it was.
func (c *candidate) odd(t *testing.T) {
	t.Helper()
	definition := filepath.Join(t.TempDir(), "odd.yaml")
	require.NoError(t, os.WriteFile(definition, []byte(oddFields), 0o600))
	args := []string{"scaffold", "worker", "--from", definition, "--task", "odd fields"}
	for _, name := range []string{
		"pack.order", "pack order", "naïve-täsk", "在庫", "class", "func", "42nd", "a/b", `quote"d`, "it's", "CON", "test", "a_test", "__init__",
		"../up", "${x}", "{{.Name}}", "self", "object", strings.Repeat("long-", 60),
	} {
		args = append(args, "--task", name)
	}
	c.orkesctl(t, c.folder(t), args...)
	for _, step := range []string{"lint", "test"} {
		c.step(step)(t)
	}
	c.generate(t)
	c.second(t)
}
