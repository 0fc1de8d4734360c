package compose

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Place says where a task goes. At most one of After, Before and First is set; none means the end. In is a task that holds
// others, with the case of a SWITCH or the branch of a FORK_JOIN (from 0) behind a colon.
type Place struct {
	In, After, Before string
	First             bool
}

// PlaceError says why a task cannot go where it was to go. Known lists what could have been named.
type PlaceError struct {
	Message string
	Known   []string
}

// Error is what is wrong with the place.
func (e *PlaceError) Error() string { return e.Message }

func cannot(known []string, format string, args ...any) error {
	return &PlaceError{Message: fmt.Sprintf(format, args...), Known: known}
}

// list is a list of tasks in a definition. It need not be there yet: a new case or branch has no tasks.
type list struct {
	path   []any
	tasks  []any
	exists bool
}

// lists returns every list of tasks in the definition, outer ones before inner ones.
func lists(tree map[string]any) []list {
	var found []list
	var walk func(path []any, value any)
	walk = func(path []any, value any) {
		tasks, ok := value.([]any)
		if !ok {
			return
		}
		found = append(found, list{path: path, tasks: tasks, exists: true})
		for i, item := range tasks {
			task, ok := item.(map[string]any)
			if !ok {
				continue
			}
			for _, inner := range inside(task) {
				walk(slices.Concat(path, []any{i}, inner.path), inner.value)
			}
		}
	}
	walk([]any{"tasks"}, tree["tasks"])
	return found
}

type innerList struct {
	path  []any
	value any
}

// inside lists the lists of tasks that a task holds.
func inside(task map[string]any) []innerList {
	var inner []innerList
	if cases, ok := task["decisionCases"].(map[string]any); ok {
		names := make([]string, 0, len(cases))
		for name := range cases {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			inner = append(inner, innerList{[]any{"decisionCases", name}, cases[name]})
		}
	}
	inner = append(inner, innerList{[]any{"defaultCase"}, task["defaultCase"]})
	if branches, ok := task["forkTasks"].([]any); ok {
		for i, branch := range branches {
			inner = append(inner, innerList{[]any{"forkTasks", i}, branch})
		}
	}
	return append(inner, innerList{[]any{"loopOver"}, task["loopOver"]})
}

func reference(item any) string {
	task, _ := item.(map[string]any)
	name, _ := task["taskReferenceName"].(string)
	return name
}

func typeOf(item any) string {
	task, _ := item.(map[string]any)
	if name, ok := task["type"].(string); ok && name != "" {
		return name
	}
	return "SIMPLE"
}

// References lists the reference names of all tasks, in the definition's order.
func References(tree map[string]any) []string {
	var names []string
	for _, l := range lists(tree) {
		for _, task := range l.tasks {
			if name := reference(task); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// position is a list and an index in it, from 0 to its length.
type position struct {
	list
	index int
}

func (p Place) resolve(tree map[string]any) (position, error) {
	candidates := lists(tree)
	if p.In != "" {
		within, err := p.within(tree)
		if err != nil {
			return position{}, err
		}
		candidates = []list{within}
	}
	if len(candidates) == 0 {
		return position{list: list{path: []any{"tasks"}}}, nil
	}
	neighbour := p.After + p.Before
	if neighbour == "" {
		at := position{list: candidates[0]}
		if !p.First {
			at.index = len(at.tasks)
		}
		return at, at.check()
	}
	for _, candidate := range candidates {
		for i, task := range candidate.tasks {
			if reference(task) == neighbour {
				at := position{list: candidate, index: i}
				if p.After != "" {
					at.index++
				}
				return at, at.check()
			}
		}
	}
	known := References(tree)
	if p.In != "" {
		return position{}, cannot(known, "no task has the reference %q in %s", neighbour, p.In)
	}
	return position{}, cannot(known, "no task has the reference %q", neighbour)
}

// check refuses what would tear a fork from its join.
func (p position) check() error {
	if p.index == 0 || p.index >= len(p.tasks) || typeOf(p.tasks[p.index]) != "JOIN" {
		return nil
	}
	if before := typeOf(p.tasks[p.index-1]); before == "FORK_JOIN" || before == "FORK_JOIN_DYNAMIC" {
		fork, join := reference(p.tasks[p.index-1]), reference(p.tasks[p.index])
		return cannot([]string{join}, "nothing may stand between the fork %s and its join: use --after %s, or --in %s:BRANCH", fork, join, fork)
	}
	return nil
}

// within finds the list that In names.
func (p Place) within(tree map[string]any) (list, error) {
	name, branch, named := strings.Cut(p.In, ":")
	for _, l := range lists(tree) {
		for i, item := range l.tasks {
			if reference(item) == name {
				task, _ := item.(map[string]any)
				return branchOf(slices.Concat(l.path, []any{i}), task, branch, named)
			}
		}
	}
	return list{}, cannot(References(tree), "no task has the reference %q", name)
}

func branchOf(path []any, task map[string]any, branch string, named bool) (list, error) {
	name, kind := reference(task), typeOf(task)
	at := func(value any, steps ...any) list {
		tasks, exists := value.([]any)
		return list{path: slices.Concat(path, steps), tasks: tasks, exists: exists}
	}
	switch kind {
	case "DO_WHILE":
		return at(task["loopOver"], "loopOver"), nil
	case "SWITCH", "DECISION":
		cases, _ := task["decisionCases"].(map[string]any)
		switch {
		case !named:
			return list{}, cannot(nil, "say which case of %s: %s", name, choices(name, cases))
		case branch == "default":
			return at(task["defaultCase"], "defaultCase"), nil
		default:
			return at(cases[branch], "decisionCases", branch), nil
		}
	case "FORK_JOIN":
		branches, _ := task["forkTasks"].([]any)
		i, err := strconv.Atoi(branch)
		if err != nil || i < 0 || i > len(branches) {
			return list{}, cannot(nil, "say which branch of %s: --in %s:0 to --in %s:%d, the last being a new one", name, name, name, len(branches))
		}
		if i == len(branches) {
			return at(nil, "forkTasks", i), nil
		}
		return at(branches[i], "forkTasks", i), nil
	default:
		return list{}, cannot(nil, "%s is a %s task and holds no others: --in takes a SWITCH, FORK_JOIN or DO_WHILE", name, kind)
	}
}

func choices(name string, cases map[string]any) string {
	var texts []string
	for branch := range cases {
		texts = append(texts, "--in "+name+":"+branch)
	}
	sort.Strings(texts)
	return strings.Join(append(texts, "--in "+name+":default"), ", ")
}
