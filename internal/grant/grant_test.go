package grant_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func target(kind, id string) conductor.Target { return conductor.Target{Type: kind, ID: id} }

func held(ids ...string) []conductor.GrantedAccess {
	var all []conductor.GrantedAccess
	for _, id := range ids {
		all = append(all, conductor.GrantedAccess{Target: target("TASK_DEF", id), Access: []string{"EXECUTE"}})
	}
	return all
}

func TestTargets(t *testing.T) {
	item := func(kind, id, words string) grant.Item { return grant.Item{Target: target(kind, id), Words: words} }
	for name, tc := range map[string]struct {
		flags grant.Flags
		style grant.Style
		want  []grant.Item
	}{
		"a task":      {grant.Flags{Tasks: []string{"t"}}, "", []grant.Item{item("TASK_DEF", "t", "task t")}},
		"a domain":    {grant.Flags{Domains: []string{"d"}}, "", []grant.Item{item("DOMAIN", "d", "every task in domain d")}},
		"both":        {grant.Flags{Tasks: []string{"t"}, Domains: []string{"d"}}, "", []grant.Item{item("TASK_DEF", "d:t", "task t in domain d")}},
		"task first":  {grant.Flags{Tasks: []string{"t"}, Domains: []string{"d"}}, grant.TaskFirst, []grant.Item{item("TASK_DEF", "t:d", "task t in domain d")}},
		"a slash":     {grant.Flags{Tasks: []string{"t"}, Domains: []string{"d"}}, "domain/task", []grant.Item{item("TASK_DEF", "d/t", "task t in domain d")}},
		"two grants":  {grant.Flags{Tasks: []string{"t"}, Domains: []string{"d"}}, grant.Both, []grant.Item{item("TASK_DEF", "t", "task t"), item("DOMAIN", "d", "every task in domain d")}},
		"each of all": {grant.Flags{Tasks: []string{"t", "u"}, Domains: []string{"d", "e"}}, "", []grant.Item{item("TASK_DEF", "d:t", "task t in domain d"), item("TASK_DEF", "e:t", "task t in domain e"), item("TASK_DEF", "d:u", "task u in domain d"), item("TASK_DEF", "e:u", "task u in domain e")}},
		"others":      {grant.Flags{Workflows: []string{"w"}, Tags: []string{"k:v"}}, "", []grant.Item{item("WORKFLOW_DEF", "w", "workflow w"), item("TAG", "k:v", "tag k:v")}},
		"nothing":     {grant.Flags{}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, tc.flags.Targets(tc.style))
			require.Equal(t, tc.want == nil, tc.flags.Empty())
		})
	}
}

func TestParseStyle(t *testing.T) {
	for text, want := range map[string]grant.Style{
		"": grant.DomainFirst, "domain:task": grant.DomainFirst, "task:domain": grant.TaskFirst, "both": grant.Both, "task@domain": "task@domain",
	} {
		got, err := grant.ParseStyle(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"x", "task", "domain", "task-domain", "domaintask", "task::domain", "Both"} {
		_, err := grant.ParseStyle(text)
		require.ErrorContains(t, err, "is not one of domain:task, task:domain, both")
	}
}

func TestDetect(t *testing.T) {
	tasks := []string{"get", "get-inventory", "odd:name"}
	for name, tc := range map[string]struct {
		ids   []string
		want  grant.Style
		found bool
	}{
		"nothing":                 {nil, "", false},
		"plain tasks":             {[]string{"get", "get-inventory"}, "", false},
		"domain first":            {[]string{"get", "john:get"}, grant.DomainFirst, true},
		"task first":              {[]string{"get:john"}, grant.TaskFirst, true},
		"another separator":       {[]string{"get@john", "get-inventory@mary"}, "task@domain", true},
		"a name with a colon":     {[]string{"odd:name"}, "", false},
		"in a domain":             {[]string{"john:odd:name"}, grant.DomainFirst, true},
		"a task yet undefined":    {[]string{"get-price", "john:get-price"}, "", false},
		"they disagree":           {[]string{"john:get", "get:john"}, "", false},
		"nothing before or after": {[]string{":get", "get:"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			style, found := grant.Detect(held(tc.ids...), tasks)
			require.Equal(t, tc.found, found)
			if found {
				require.Equal(t, tc.want, style)
			}
		})
	}
}

func TestWordsFollowTheDefinedTasksThenTheStyle(t *testing.T) {
	for name, tc := range map[string]struct {
		reader grant.Reader
		target conductor.Target
		want   string
	}{
		"the default":              {grant.Reader{}, target("TASK_DEF", "john:get"), "task get in domain john"},
		"the style":                {grant.Reader{Style: grant.TaskFirst}, target("TASK_DEF", "get:john"), "task get in domain john"},
		"a defined task":           {grant.Reader{Tasks: []string{"get"}}, target("TASK_DEF", "get:john"), "task get in domain john"},
		"a defined name, a colon":  {grant.Reader{Tasks: []string{"a:b"}}, target("TASK_DEF", "a:b"), "task a:b"},
		"a task":                   {grant.Reader{}, target("TASK_DEF", "get"), "task get"},
		"two grants have no scope": {grant.Reader{Style: grant.Both}, target("TASK_DEF", "john:get"), "task john:get"},
		"a domain":                 {grant.Reader{}, target("DOMAIN", "john"), "every task in domain john"},
		"a workflow":               {grant.Reader{}, target("WORKFLOW_DEF", "w"), "workflow w"},
		"another type":             {grant.Reader{}, target("SECRET_NAME", "s"), "secret_name s"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, tc.reader.Words(tc.target)) })
	}
}

func TestOverlap(t *testing.T) {
	for name, tc := range map[string]struct {
		a, b conductor.Target
		want bool
	}{
		"a task and its domain's grant":  {target("TASK_DEF", "d:t"), target("DOMAIN", "d"), true},
		"a task everywhere and in one":   {target("TASK_DEF", "t"), target("TASK_DEF", "d:t"), true},
		"a task and any domain":          {target("TASK_DEF", "t"), target("DOMAIN", "d"), true},
		"two domains of a task":          {target("TASK_DEF", "d:t"), target("TASK_DEF", "e:t"), false},
		"another task":                   {target("TASK_DEF", "t"), target("TASK_DEF", "u"), false},
		"another domain":                 {target("TASK_DEF", "d:t"), target("DOMAIN", "e"), false},
		"a workflow and a task":          {target("WORKFLOW_DEF", "t"), target("TASK_DEF", "t"), false},
		"the same workflow":              {target("WORKFLOW_DEF", "w"), target("WORKFLOW_DEF", "w"), true},
		"a tag, whatever it stands upon": {target("TAG", "k:v"), target("TASK_DEF", "t"), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, grant.Reader{}.Overlap(tc.a, tc.b))
			require.Equal(t, tc.want, grant.Reader{}.Overlap(tc.b, tc.a))
		})
	}
}
