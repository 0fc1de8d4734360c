package app

import (
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// holder is somebody who may do what was asked, and through what. Lacks is what keeps it from polling all the same.
type holder struct {
	Type    string   `json:"type"` // application, user, group or role
	Name    string   `json:"name"`
	ID      string   `json:"id"`
	Through []string `json:"through"`
	Lacks   string   `json:"lacks,omitempty"`
}

func newWho(deps *cli.Deps) *cobra.Command {
	var domain string
	cmd := &cobra.Command{
		Use: "who ACCESS KIND NAME", Short: "List who may do something, and through what",
		Long: `List the applications, users, groups and roles that may do something: by grants on the thing, on its tags, for a task also
on its domain, and by roles that need no grant. Who is listed as lacking a role holds the grant, and still cannot poll.`,
		Example: "orkesctl app who execute task get-inventory\norkesctl app who execute task get-inventory --domain john -o name",
		Args:    cli.Args("ACCESS", "KIND", "NAME"), ValidArgsFunction: completeQuestion(deps),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := ask(args[0], args[1], args[2], domain)
			if err != nil {
				return err
			}
			client, err := deps.Client()
			if err != nil {
				return err
			}
			return runWho(cmd.Context(), deps, client, q)
		},
	}
	cmd.Flags().StringVar(&domain, "domain", "", "the task in this `DOMAIN`")
	return cmd
}

func runWho(ctx context.Context, deps *cli.Deps, client *conductor.Client, q question) error {
	reader, err := readerOf(ctx, deps, client, others(ctx, client))
	if err != nil {
		return err
	}
	list := &holders{at: map[string]int{}}
	if err := list.byGrants(ctx, client, q, reader); err != nil {
		return noApplications(err)
	}
	if err := list.byRoles(ctx, client, q); err != nil {
		if !conductor.IsForbidden(err) {
			return err
		}
		deps.Note("note: roles are told to administrators: who may by a role alone is not listed")
	}
	if err := list.names(ctx, client); err != nil {
		return err
	}
	if len(list.all) == 0 && !deps.Globals.Format.Structured() {
		deps.Note("Nobody may %s, as far as you are told. Allow it: orkesctl app grant --help", q.words())
	}
	return render.List(deps.Printer(), holderView(), list.all)
}

// holders are those found so far, each once.
type holders struct {
	all []holder
	at  map[string]int // by type and id
}

func (h *holders) add(subject conductor.Subject, through string) *holder {
	kind, id := strings.ToLower(subject.Type), subject.ID
	if after, isApp := strings.CutPrefix(id, "app:"); isApp && kind == "user" {
		kind, id = "application", after
	}
	i, known := h.at[kind+"/"+id]
	if !known {
		i = len(h.all)
		h.at[kind+"/"+id] = i
		h.all = append(h.all, holder{Type: kind, Name: id, ID: id, Through: []string{}})
	}
	if through != "" && !slices.Contains(h.all[i].Through, through) {
		h.all[i].Through = append(h.all[i].Through, through)
	}
	return &h.all[i]
}

// byGrants asks for the grants on each target that allows it.
func (h *holders) byGrants(ctx context.Context, client *conductor.Client, q question, reader grant.Reader) error {
	targets := q.targets(reader.Style)
	if q.kind == "task" {
		for _, tag := range q.task(ctx, client).Tags {
			targets = append(targets, conductor.Target{Type: "TAG", ID: tag})
		}
	}
	for _, target := range targets {
		granted, err := client.Authorization.ByTarget(ctx, target)
		if err != nil {
			return err
		}
		for _, subject := range granted[q.access] {
			h.add(subject, reader.Words(target))
		}
	}
	return nil
}

// byRoles adds the applications whose roles need no grant, and marks those that hold a grant and lack the Worker role.
func (h *holders) byRoles(ctx context.Context, client *conductor.Client, q question) error {
	users, err := client.Users.List(ctx, true)
	if err != nil {
		return err
	}
	for _, user := range users {
		who := permit.Holder{ID: user.Value.ID}.As(user.Value)
		verdict := who.May(permit.Task{Name: q.name, Domain: q.domain}, grant.Reader{})
		subject := conductor.Subject{Type: "USER", ID: user.Value.ID}
		switch {
		case q.polling() && verdict.Grant == permit.Yes, !q.polling() && slices.Contains(who.Roles, "ADMIN"):
			for _, through := range verdict.Through {
				h.add(subject, through)
			}
		case !h.has(subject):
			continue
		}
		if q.polling() && verdict.Role == permit.No && h.has(subject) {
			h.add(subject, "").Lacks = "role " + permit.RoleWorker
		}
	}
	return nil
}

func (h *holders) has(subject conductor.Subject) bool {
	_, known := h.at["application/"+strings.TrimPrefix(subject.ID, "app:")]
	return known
}

// names gives the applications their names.
func (h *holders) names(ctx context.Context, client *conductor.Client) error {
	apps, err := list(ctx, client)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if i, known := h.at["application/"+app.Value.ID]; known {
			h.all[i].Name = app.Value.Name
		}
	}
	sort.SliceStable(h.all, func(i, j int) bool { return h.all[i].Type+h.all[i].Name < h.all[j].Type+h.all[j].Name })
	return nil
}

func holderView() render.View[holder] {
	return render.View[holder]{
		Name: func(h holder) string { return h.Type + "/" + h.Name },
		Columns: []render.Column[holder]{
			{Title: "who", Value: func(h holder) any { return h.Type + "/" + h.Name }},
			{Title: "through", Value: func(h holder) any { return strings.Join(h.Through, "; ") }},
			{Title: "lacks", Value: func(h holder) any { return h.Lacks }},
			{Title: "id", Wide: true, Value: func(h holder) any { return h.ID }},
		},
	}
}
