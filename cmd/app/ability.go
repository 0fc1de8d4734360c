package app

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/render"
)

// ability is one thing that an application may do, and what allows it.
type ability struct {
	Access  []string `json:"access"`
	On      string   `json:"on"`
	Through string   `json:"through"`
}

// roleMeanings says in a few words what a role allows (access sheet §2.1).
func roleMeanings() map[string]ability {
	return map[string]ability{
		"WORKER":              {[]string{"POLL"}, "tasks that it may execute", ""},
		"UNRESTRICTED_WORKER": {[]string{"POLL"}, "every task", ""},
		"METADATA_API":        {[]string{"CREATE", "READ"}, "task and workflow definitions", ""},
		"APPLICATION_CREATOR": {[]string{"CREATE", "READ"}, "applications", ""},
		"METADATA_MANAGER":    {accesses(), "every task and workflow definition", ""},
		"WORKFLOW_MANAGER":    {[]string{"READ", "EXECUTE"}, "every definition and execution", ""},
		"APPLICATION_MANAGER": {accesses(), "every application", ""},
		"ADMIN":               {accesses(), "everything", ""},
		"USER":                {[]string{"CREATE"}, "definitions, applications, integrations, secrets", ""},
		"USER_READ_ONLY":      {[]string{"READ"}, "applications, definitions, executions", ""},
	}
}

func listAbilities(p render.Printer, holder permit.Holder, reader grant.Reader) error {
	var all []ability
	for _, role := range slices.Sorted(slices.Values(holder.Roles)) {
		meaning, known := roleMeanings()[role]
		if !known {
			meaning = ability{Access: []string{"?"}, On: "what the role says: orkesctl api GET /roles/" + role}
		}
		meaning.Through = "role " + role
		all = append(all, meaning)
	}
	for _, held := range holder.Grants {
		through := "a grant"
		if held.Tag != "" {
			through = "tag " + held.Tag
		}
		all = append(all, ability{Access: held.Access, On: reader.Words(held.Target), Through: through})
	}
	return render.List(p, render.View[ability]{
		Kind: "ability", Name: func(a ability) string { return strings.Join(a.Access, ",") + " " + a.On },
		Columns: []render.Column[ability]{
			{Title: "access", Value: func(a ability) any { return a.Access }},
			{Title: "on", Value: func(a ability) any { return a.On }},
			{Title: "through", Value: func(a ability) any { return a.Through }},
		},
	}, all)
}
