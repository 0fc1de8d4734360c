package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// first asks whether anybody is there, and fetches the tokens.
func (g *gathering) first(ctx context.Context) {
	f := g.facts
	anonymous := g.client(config.Settings{
		Server: config.Setting{Value: f.Server.URL}, CAFile: f.Worker.Settings.CAFile, CertFile: f.Worker.Settings.CertFile, KeyFile: f.Worker.Settings.KeyFile,
	})
	if anonymous == nil {
		return
	}
	var group sync.WaitGroup
	group.Go(func() { f.Server.Version = ask(ctx, g.Limit, anonymous.Server.Version) })
	signing := false
	for _, each := range []struct {
		client *conductor.Client
		who    *Who
	}{{g.person, &f.Person}, {g.worker, &f.Worker}} {
		if each.client != nil && each.who.hasKey() {
			signing = signing || each.who.Settings.Key.Value != ""
			group.Go(func() {
				each.who.Token = ask(ctx, g.Limit, each.client.Token.Mint)
				each.who.Expires = expiry(each.who.Token.Value)
			})
		}
	}
	if !signing {
		group.Go(func() { f.Server.Kind = ask(ctx, g.Limit, anonymous.Server.Kind) })
	}
	group.Wait()
	if signing {
		f.Server.Kind = f.kindByTokens()
	}
	if f.Server.Kind.Value == conductor.KindOSS {
		g.openSource(anonymous)
		return
	}
	g.person, g.worker = accepted(g.person, f.Person), accepted(g.worker, f.Worker)
}

// kindByTokens tells the products apart by what POST /token has answered already: a key that is tried needs no second, empty one.
func (f *Facts) kindByTokens() Answer[conductor.Kind] {
	kind := Answer[conductor.Kind]{Asked: true}
	for _, who := range []Who{f.Person, f.Worker} {
		switch token := who.Token; {
		case who.Settings.Key.Value == "" || !token.Asked:
		case token.Err == nil && token.Value == "": // there is no POST /token
			return Answer[conductor.Kind]{Value: conductor.KindOSS, Asked: true}
		case token.Err == nil, conductor.IsUnauthenticated(token.Err):
			return Answer[conductor.Kind]{Value: conductor.KindOrkes, Asked: true}
		default:
			kind.Err = token.Err
		}
	}
	return kind
}

// openSource has no identities: everybody may ask everything.
func (g *gathering) openSource(anonymous *conductor.Client) { g.person, g.worker = anonymous, nil }

// accepted is the client, or none where its key is refused: asking again with it tells nothing.
func accepted(client *conductor.Client, who Who) *conductor.Client {
	if client == nil || who.hasKey() && who.Token.Err != nil {
		return nil
	}
	return client
}

// second asks who the identities are, and what is defined.
func (g *gathering) second(ctx context.Context) {
	f := g.facts
	var group sync.WaitGroup
	group.Go(func() {
		f.TaskDefs = told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.Document[conductor.TaskDef], error) {
			return c.TaskDefs.List(ctx)
		})
	})
	group.Go(func() {
		f.WorkflowDefs = told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.Document[conductor.WorkflowDef], error) {
			return c.WorkflowDefs.List(ctx)
		})
	})
	group.Go(func() {
		f.Queues = told(ctx, g, func(ctx context.Context, c *conductor.Client) (map[string]int64, error) {
			return c.Tasks.QueuesAll(ctx)
		})
	})
	group.Go(func() { g.polls(ctx) })
	group.Go(func() {
		f.Attempts = g.attempts(ctx, conductor.TaskScheduled, conductor.TaskInProgress, conductor.TaskTimedOut)
	})
	group.Go(func() { f.Done = g.attempts(ctx, conductor.TaskCompleted) })
	if f.Server.Kind.Value != conductor.KindOSS {
		group.Go(func() { g.userInfo(ctx, g.person, &f.Person) })
		group.Go(func() { g.userInfo(ctx, g.worker, &f.Worker) })
		group.Go(func() { g.application(ctx) })
		group.Go(func() { g.applications(ctx) })
	}
	group.Wait()
}

// maxAsked bounds what is asked task by task, where the server does not tell it of all at once.
const maxAsked = 10

// polls asks who polls: all queues at once, else the declared ones.
func (g *gathering) polls(ctx context.Context) {
	f := g.facts
	data := told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.PollData, error) {
		return c.Tasks.PollDataAll(ctx)
	})
	if !data.Known() && !conductor.IsUnavailable(data.Err) {
		data = Answer[[]conductor.PollData]{Asked: true}
		for _, w := range f.known()[:min(len(f.known()), maxAsked)] {
			one := told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.PollData, error) {
				return c.Tasks.PollData(ctx, w.Task)
			})
			data.Value, data.Err = append(data.Value, one.Value...), cmp.Or(data.Err, one.Err)
		}
	}
	f.Polls = Answer[[]Poll]{Value: polls(data.Value), Err: data.Err, Asked: data.Asked}
}

// maxAttempts bounds the attempts that are looked at, and the names in one search.
const maxAttempts = 100

// attempts searches for attempts at the declared tasks in the given states. Names that the search's grammar cannot hold are left out.
func (g *gathering) attempts(ctx context.Context, states ...string) Answer[[]conductor.TaskSummary] {
	var list []string
	for _, w := range g.facts.known() {
		if !strings.ContainsAny(w.Task, `,()"' `) && len(list) < maxAttempts && !slices.Contains(list, w.Task) {
			list = append(list, w.Task)
		}
	}
	if len(list) == 0 {
		return Answer[[]conductor.TaskSummary]{}
	}
	query := fmt.Sprintf("taskDefName IN (%s) AND status IN (%s)", strings.Join(list, ","), strings.Join(states, ","))
	return told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.TaskSummary, error) {
		found, err := c.Tasks.Search(ctx, conductor.SearchQuery{Size: maxAttempts, Query: query})
		rows := make([]conductor.TaskSummary, 0, len(found.Results))
		for _, row := range found.Results {
			rows = append(rows, row.Value)
		}
		return rows, err
	})
}

func (g *gathering) userInfo(ctx context.Context, client *conductor.Client, who *Who) {
	if client == nil || !who.hasKey() {
		return
	}
	who.User = ask(ctx, g.Limit, func(ctx context.Context) (conductor.User, error) {
		user, err := client.Token.UserInfo(ctx)
		return user.Value, err
	})
}

// application finds the application that is examined: the one of the worker's key. --as is looked up among all.
func (g *gathering) application(ctx context.Context) {
	f := g.facts
	key := f.Worker.Settings.Key.Value
	if g.As != "" || !f.Worker.Own || key == "" {
		return
	}
	f.App = told(ctx, g, func(ctx context.Context, c *conductor.Client) (conductor.Application, error) {
		app, err := c.Applications.ByKey(ctx, key)
		return app.Value, err
	})
}

func (g *gathering) applications(ctx context.Context) {
	f := g.facts
	f.Apps = told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.Application, error) {
		list, err := c.Applications.List(ctx)
		apps := make([]conductor.Application, 0, len(list))
		for _, app := range list {
			apps = append(apps, app.Value)
		}
		return apps, err
	})
	if g.As == "" {
		return
	}
	f.App = Answer[conductor.Application]{Asked: true, Err: f.Apps.Err}
	for _, app := range f.Apps.Value {
		if app.Name == g.As || app.ID == g.As {
			f.App.Value = app
			return
		}
	}
	if f.App.Err == nil {
		f.App.Err = fmt.Errorf("no application %q", g.As)
	}
}

// third asks what the application holds.
func (g *gathering) third(ctx context.Context) {
	f := g.facts
	var group sync.WaitGroup
	if id := f.userID(); id != "" {
		group.Go(func() {
			f.Holder = ask(ctx, g.Limit, func(ctx context.Context) (permit.Holder, error) {
				return permit.Read(ctx, id, g.person, g.worker), nil
			})
		})
	}
	if f.App.Known() {
		group.Go(func() {
			f.Keys = told(ctx, g, func(ctx context.Context, c *conductor.Client) ([]conductor.AccessKey, error) {
				return c.Applications.Keys(ctx, f.App.Value.ID)
			})
		})
	}
	group.Wait()
	if f.Holder.Asked && !f.Holder.Value.RolesKnown && f.AsApp == "" && f.Worker.User.Known() {
		f.Holder.Value = f.Holder.Value.As(f.Worker.User.Value)
	}
}

// userID is the user whose permissions count; empty where it is not known.
func (f *Facts) userID() string {
	switch {
	case f.App.Known():
		return f.App.Value.UserID()
	case f.AsApp == "" && f.Worker.User.Known():
		return f.Worker.User.Value.ID
	default:
		return ""
	}
}
