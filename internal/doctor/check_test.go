package doctor_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The table itself: ids are stable and used once, texts are there, and what a check needs exists and does not need it in turn.
func TestChecksAreWhole(t *testing.T) {
	position, categories := map[string]int{}, doctor.Categories()
	last := 0
	for i, check := range doctor.Checks() {
		require.Regexp(t, `^ORK-(ENV|PROJ|CONN|IDENT|PERM|TASK|DOM|FLOW|QUEUE|WORK)-\d{3}$`, check.ID)
		require.NotContains(t, position, check.ID, "an id means one thing")
		position[check.ID] = i
		for _, text := range []string{check.Title, check.Cause, check.Evidence, check.Fix} {
			require.NotEmpty(t, text, check.ID)
		}
		require.Contains(t, []doctor.State{doctor.Failed, doctor.Warning}, check.Worst, check.ID)
		require.NotNil(t, check.Run, check.ID)
		at := slices.Index(categories, check.Category)
		require.GreaterOrEqual(t, at, last, "%s: categories in order", check.ID)
		last = at
	}
	var visit func(id string, path []string)
	visit = func(id string, path []string) {
		require.NotContains(t, path, id, "a circle of needs")
		require.Contains(t, position, id, "needed by %v", path)
		for _, need := range doctor.Checks()[position[id]].Needs {
			visit(need, append(path, id))
		}
	}
	for id := range position {
		visit(id, nil)
	}
}

// Whatever is missing among the facts, no check falls over.
func TestNoFactIsTakenForGranted(t *testing.T) {
	report := doctor.Examine(&doctor.Facts{}, doctor.Filter{})
	require.NotEmpty(t, report.Checks)
	require.True(t, report.Failed())
	for _, check := range doctor.Checks() {
		require.NotPanics(t, func() { check.Run(&doctor.Facts{}) }, check.ID)
		require.NotPanics(t, func() { check.Run(&doctor.Facts{Declared: []doctor.Worker{{}, {Task: "t"}}}) }, check.ID)
	}
}

func TestFilter(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = nil
	only := doctor.Examine(f, doctor.Filter{Only: []string{"ork-perm-003"}})
	require.Len(t, only.Checks, 1)
	require.Equal(t, doctor.Failed, only.Checks[0].State)
	without := doctor.Examine(f, doctor.Filter{Skip: []string{"ORK-PERM-003"}})
	require.False(t, without.Failed())
	category := doctor.Examine(f, doctor.Filter{Categories: []doctor.Category{doctor.Permissions}})
	for _, result := range category.Checks {
		require.Equal(t, doctor.Permissions, result.Category)
	}
	f.Declared = append(f.Declared, doctor.Worker{Task: "ship"})
	task := doctor.Examine(f, doctor.Filter{Tasks: []string{"ship"}})
	for _, result := range task.Checks {
		require.Contains(t, []string{"", "ship"}, result.About)
	}
	require.True(t, task.Failed())
}

// One cause, one finding: what hangs on it is skipped and names the root, not what is between.
func TestARootCauseSkipsWhatNeedsIt(t *testing.T) {
	f := healthy(t)
	f.Server.Version = failed[string](&conductor.ConnectError{Reason: "no such host", Err: &dnsError})
	report := doctor.Examine(f, doctor.Filter{})
	require.Equal(t, []string{"ORK-CONN-001"}, ids(findings(report)))
	for id, because := range skipped(report) {
		require.Equal(t, "needs server", because, id)
	}
	require.Contains(t, skipped(report), "ORK-PERM-003")

	f = healthy(t)
	f.Declared = append(f.Declared, doctor.Worker{Task: "ship", Domain: "john"})
	report = doctor.Examine(f, doctor.Filter{Only: []string{"ORK-TASK-002", "ORK-TASK-003"}})
	for _, result := range report.Checks {
		want := doctor.OK
		if result.About == "ship" {
			want = doctor.Skipped
			require.Equal(t, "needs the definition of ship", result.Because, "only what is about the task that is not defined")
		}
		require.Equal(t, want, result.State, result)
	}
}

func ids(results []doctor.Result) []string {
	var list []string
	for _, result := range results {
		list = append(list, result.ID)
	}
	return list
}

func TestOffline(t *testing.T) {
	f := healthy(t)
	f.Offline = true
	f.Project.Domain = "x"
	report := doctor.Examine(f, doctor.Filter{})
	require.Empty(t, findings(report))
	for _, result := range report.Checks {
		if result.Category == doctor.Connection || result.Category == doctor.Permissions || result.Category == doctor.Tasks {
			require.Equal(t, doctor.Skipped, result.State, result.ID)
		}
	}
}

// Scripts rely on the shape (design §1).
func TestReportAsJSON(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Grants = nil
	data, err := json.Marshal(doctor.Examine(f, doctor.Filter{Only: []string{"ORK-PERM-003"}}))
	require.NoError(t, err)
	require.JSONEq(t, `{"checks":[{"id":"ORK-PERM-003","category":"permissions","result":"failed","subject":"get-inventory",
		"evidence":"not in domain john","because":"the worker declares domain john (worker.go:7); it has no grant at all",
		"fix":"orkesctl app grant --task get-inventory --domain john"}],"summary":{"ok":0,"warning":0,"failed":1,"skipped":0,"unknown":0}}`, string(data))
	data, err = json.Marshal(doctor.Examine(f, doctor.Filter{Only: []string{"no"}}))
	require.NoError(t, err)
	require.Contains(t, string(data), `"checks":[]`)
}
