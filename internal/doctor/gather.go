package doctor

import (
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
