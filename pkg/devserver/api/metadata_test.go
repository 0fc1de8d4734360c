package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// A list of definitions of which one may not be written, or is there already, writes none.
func TestListsAreWrittenWholeOrNotAtAll(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/metadata/workflow", `{"name":"admins","tasks":[{"name":"t","taskReferenceName":"r"}]}`)
	const list = `[{"name":"new","tasks":[{"name":"t","taskReferenceName":"r"}]},{"name":"admins","tasks":[{"name":"t","taskReferenceName":"r"}]}]`
	require.Equal(t, 403, f.send("METADATA_API", "PUT /api/metadata/workflow", list).Code)
	require.Equal(t, 409, f.send("ADMIN", "PUT /api/metadata/workflow?overwrite=false", list).Code)
	require.Equal(t, 404, f.send("ADMIN", "GET /api/metadata/workflow/new", "").Code)
	require.Equal(t, 200, f.send("ADMIN", "PUT /api/metadata/workflow", list).Code)
}

// A version that a list holds twice is a conflict with itself, unless it may be overwritten or each is a version of its own.
func TestTheSameDefinitionTwiceInAList(t *testing.T) {
	const twice = `[{"name":"new","description":"first","tasks":[{"name":"t","taskReferenceName":"r"}]},` +
		`{"name":"new","description":"second","tasks":[{"name":"t","taskReferenceName":"r"}]}]`
	for query, want := range map[string]struct{ status, versions int }{
		"?overwrite=false": {409, 0}, "?overwrite=true": {200, 1}, "": {200, 1}, "?overwrite=false&newVersion=true": {200, 2},
	} {
		f := newFixture(t)
		require.Equal(t, want.status, f.send("ADMIN", "PUT /api/metadata/workflow"+query, twice).Code, query)
		var versions []defSummary
		require.NoError(t, json.Unmarshal([]byte(f.must("ADMIN", "GET /api/metadata/workflow/new/versions", "")), &versions))
		require.Len(t, versions, want.versions, query)
		if want.versions == 0 {
			continue
		}
		var newest conductor.WorkflowDef
		require.NoError(t, json.Unmarshal([]byte(f.must("ADMIN", "GET /api/metadata/workflow/new", "")), &newest))
		require.Equal(t, "second", newest.Description, query)
	}
}

// Of task definitions a list writes the last of each name, its owner once, or nothing where one of them is bad.
func TestTheSameTaskTwiceInAList(t *testing.T) {
	f := newFixture(t)
	f.must("owner", "POST /api/metadata/taskdefs", `[{"name":"new","retryCount":1},{"name":"new","retryCount":2}]`)
	var def conductor.TaskDef
	require.NoError(t, json.Unmarshal([]byte(f.must("owner", "GET /api/metadata/taskdefs/new", "")), &def))
	require.Equal(t, 2, def.RetryCount)
	require.Equal(t, 400, f.send("owner", "POST /api/metadata/taskdefs", `[{"name":"good"},{"name":"bad","retryCount":-1}]`).Code)
	require.Equal(t, 404, f.send("owner", "GET /api/metadata/taskdefs/good", "").Code)
}
