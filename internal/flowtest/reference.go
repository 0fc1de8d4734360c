package flowtest

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

var iteration = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`(__\d+)+$`)
})

// references are the reference names of a workflow's tasks, and false where data may add others: dynamic forks.
func references(def *conductor.WorkflowDef) (names []string, all bool) {
	tree, _ := plain(def).(map[string]any)
	all = true
	for _, place := range definition.Places(tree) {
		names = append(names, place.Text("taskReferenceName"))
		all = all && place.Text("type") != "FORK_JOIN_DYNAMIC"
	}
	return names, all
}

// mocksKnown reports outcomes for tasks that the workflow does not have: they would never count.
func (v value) mocksKnown(s Suite) {
	names, all := references(s.Def)
	if !all {
		return
	}
	holders := []value{v}
	if tests, given := v.in("tests"); given {
		holders = append(holders, tests.list()...)
	}
	for _, holder := range holders {
		mocks, given := holder.in("mocks")
		if !given {
			continue
		}
		for _, ref := range slices.Sorted(maps.Keys(mocks.object())) {
			if slices.Contains(names, iteration().ReplaceAllString(ref, "")) || slices.Contains(names, ref) {
				continue
			}
			of, _ := mocks.in(ref)
			of.wrong(true, "%s has no task with this reference name%s", s.Name, meant(ref, names))
		}
	}
}
