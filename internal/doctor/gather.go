package doctor

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Sources is where facts come from. As names an application that is examined in place of the worker's key's.
type Sources struct {
	Deps    *cli.Deps
	Tasks   []string
	As      string
	Offline bool
	Limit   time.Duration // of each question
}

// gathering fills the facts; each round asks what the last one made possible.
type gathering struct {
	Sources
	facts          *Facts
	person, worker *conductor.Client // nil where there is nobody, or where it would be another server

	mu    sync.Mutex // guards heard: a request may outlive the question
	heard Facts      // what every exchange tells: Requests, Log and of Server the clock, the quickest answer and the limit
}

// Gather collects the facts. What cannot be had is said in them: the only errors are those of ctx.
func Gather(ctx context.Context, src Sources) (*Facts, error) {
	g := &gathering{Sources: src, facts: &Facts{Now: src.Deps.Now(), Offline: src.Offline, Dir: src.Deps.Dir, Limit: src.Limit, AsApp: src.As}}
	g.here()
	g.identities()
	online := !src.Offline && g.facts.Server.URL != ""
	var group sync.WaitGroup
	group.Go(func() { g.local(ctx) })
	if online {
		group.Go(func() { g.first(ctx) })
	}
	group.Wait()
	if online && g.facts.Server.answers() {
		g.second(ctx)
		g.third(ctx)
	}
	g.listen()
	return g.facts, ctx.Err()
}

// listen takes over what the exchanges have told up to now.
func (g *gathering) listen() {
	g.mu.Lock()
	defer g.mu.Unlock()
	f, heard := g.facts, g.heard.Server
	f.Requests, f.Log = g.heard.Requests, slices.Clone(g.heard.Log)
	f.Server.Took, f.Server.Date, f.Server.At, f.Server.Limited = heard.Took, heard.Date, heard.At, heard.Limited
}

// identities settles who the person and the worker are, and makes their clients.
func (g *gathering) identities() {
	f := g.facts
	f.Person.Settings, f.Person.Err = g.Deps.Settings()
	if style := f.Person.Settings.DomainGrant.Value; style != "" {
		f.Style.Asked = true
		f.Style.Value, f.Style.Err = grant.ParseStyle(style)
	}
	f.Worker = Who{Settings: f.Person.Settings, Err: f.Person.Err}
	if f.Project != nil {
		who, err := identity.Of(g.Deps, f.Project)
		f.Worker = Who{Settings: who.Settings, Err: err, Domain: who.Domain}
	}
	source := f.Worker.Settings.Key.Source + f.Worker.Settings.Token.Source
	f.Worker.Own = f.Project != nil && f.Worker.hasKey() && (source == f.Project.Env || strings.HasPrefix(source, "CONDUCTOR_"))
	g.server()
	if f.Person.Err == nil && f.Server.Same {
		g.person = g.client(f.Person.Settings)
	}
	if f.Worker.Err == nil && f.Worker.Own {
		g.worker = g.client(f.Worker.Settings)
	}
}

// server settles which server is examined: the worker's, else the person's.
func (g *gathering) server() {
	f := g.facts
	chosen := f.Worker
	if chosen.Err != nil || chosen.Settings.Server.Value == "" {
		chosen = f.Person
	}
	if chosen.Err != nil {
		return
	}
	f.Server.Raw, f.Server.Source = chosen.Settings.Server.Value, chosen.Settings.Server.Source
	url, err := conductor.NormalizeURL(f.Server.Raw)
	if err != nil {
		return // the check of the URL says so
	}
	f.Server.URL, f.Server.Same = url, f.Person.Err == nil && f.Person.Settings.Server.Value == url
}

// client asks once: what passes is for the next run to see.
func (g *gathering) client(s config.Settings) *conductor.Client {
	client, err := g.Deps.NewClient(s, conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}),
		conductor.WithTrace(g.note), conductor.WithNotice(func(string) {}))
	if err != nil {
		return nil
	}
	return client
}

// note takes from each exchange what it tells of the server itself.
func (g *gathering) note(e conductor.Exchange) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := &g.heard
	f.Requests++
	f.Log = append(f.Log, fmt.Sprintf("%s %s %d %s %d bytes", e.Method, e.URL, e.Status, e.Duration.Round(time.Microsecond), e.Size))
	if e.Status == 0 {
		return
	}
	if f.Server.Took == 0 || e.Duration < f.Server.Took {
		f.Server.Took = e.Duration
	}
	if date, err := http.ParseTime(e.Header.Get("Date")); err == nil {
		f.Server.Date, f.Server.At = date, g.Deps.Now()
	}
	f.Server.Limited = f.Server.Limited || e.Status == http.StatusTooManyRequests
}

// ask puts one question within the limit.
func ask[T any](ctx context.Context, limit time.Duration, question func(context.Context) (T, error)) Answer[T] {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	value, err := question(ctx)
	return Answer[T]{Value: value, Err: err, Asked: true}
}

// told puts a question to the person first, and then to the worker.
func told[T any](ctx context.Context, g *gathering, question func(context.Context, *conductor.Client) (T, error)) Answer[T] {
	return ask(ctx, g.Limit, func(ctx context.Context) (T, error) {
		return permit.FirstTold([]*conductor.Client{g.person, g.worker}, func(c *conductor.Client) (T, error) { return question(ctx, c) })
	})
}

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
