package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// never is the answer where what a scenario waited for did not come about.
const never = "never"

// answer is what a server said to one step; steps that worked and have nothing to show have none.
type answer struct {
	Step   string   `json:"step"`
	Answer []string `json:"answer"`
}

// player plays one scenario on one server.
type player struct {
	*server
	normal *normal
	ids    map[string]string // by the names that the scenario gives them
	fills  *regexp.Regexp
	own    *regexp.Regexp
}

// refusal is an answer that a scenario did not ask to see: it is shown in place of what would come.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprint(r.status, " ", r.body) }

// verbs are what a scenario's lines can say; scenario/README.md explains them.
func verbs() map[string]func(*player, context.Context, *step) ([]string, error) {
	return map[string]func(*player, context.Context, *step) ([]string, error){
		"flow": (*player).flow, "task": (*player).task, "start": (*player).start, "do": (*player).do, "take": (*player).take,
		"await": (*player).await, "output": (*player).output, "until": (*player).until, "sub": (*player).sub, "pass": (*player).passes,
		"call": (*player).calls, "race": (*player).race, "show": (*player).show, "dump": (*player).dump,
	}
}

// play says all of a scenario to a server and returns what it answered.
func play(ctx context.Context, world maker, s *scenario) ([]answer, error) {
	srv, err := world()
	if err != nil {
		return nil, err
	}
	defer func() { _ = srv.close() }()
	web := httptest.NewServer(target())
	defer web.Close()
	defer web.CloseClientConnections()
	p := &player{
		server: srv, normal: newNormal(newTag()), ids: map[string]string{"HTTP": web.URL},
		fills: regexp.MustCompile(`\$(\w+)(?:\.(\w+))?`), own: regexp.MustCompile(`(^|\W|%[0-9A-F]{2})@(\w+)`),
	}
	answers := []answer{}
	known := verbs()
	for i := range s.steps {
		step := &s.steps[i]
		said, err := known[step.verb](p, ctx, step)
		var refused *refusal
		if errors.As(err, &refused) {
			said, err = p.shown(ctx, refused.status, refused.body, "")
			said[0] = "refused: " + said[0]
		}
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %s: %w", s, step.line, step.text(), err)
		}
		if len(said) > 0 {
			answers = append(answers, answer{Step: step.text(), Answer: said})
		}
	}
	return answers, nil
}

// newTag ends the names that one playing of a scenario makes, so that it meets nobody else's.
func newTag() string {
	random := make([]byte, 3)
	_, _ = rand.Read(random) // cannot fail: it ends the program where the system has no randomness
	return "_" + hex.EncodeToString(random)
}

// fill replaces names by ids: $NAME, $NAME.REF for the last task of a reference name, $FILL64K for so many bytes; and @NAME by a name
// that is the scenario's own.
func (p *player) fill(ctx context.Context, text string) (string, error) {
	var failed error
	text = p.own.ReplaceAllString(text, "${1}${2}"+p.normal.tag)
	text = p.fills.ReplaceAllStringFunc(text, func(found string) string {
		name, ref, isTask := strings.Cut(found[1:], ".")
		if size, isFill := strings.CutPrefix(name, "FILL"); isFill {
			kilobytes, err := strconv.Atoi(strings.TrimSuffix(size, "K"))
			failed = errors.Join(failed, err)
			return strings.Repeat("x", kilobytes*1024)
		}
		id, known := p.ids[name]
		switch {
		case !known:
			return found
		case isTask:
			task, err := p.last(ctx, name, ref)
			failed = errors.Join(failed, err)
			return task.TaskID
		}
		return id
	})
	return text, failed
}

// know gives an id a name.
func (p *player) know(name, id string) {
	p.ids[name] = id
	if len(id) > 20 {
		p.normal.names[id] = "$" + name
	}
}

// call makes a call with names replaced by ids.
func (p *player) call(ctx context.Context, method, path, body string, headers ...string) (int, string, error) {
	path, err := p.fill(ctx, path)
	if err != nil {
		return 0, "", err
	}
	if body, err = p.fill(ctx, body); err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://localhost:8080"+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.RequestURI = path
	request.Header.Set("Content-Type", "application/json")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	return p.send(request)
}

func (p *player) must(ctx context.Context, method, path, body string) (string, error) {
	status, answer, err := p.call(ctx, method, path, body)
	if err == nil && status >= http.StatusBadRequest {
		return "", &refusal{status, answer}
	}
	return answer, err
}

func (p *player) workflow(ctx context.Context, name string) (conductor.Workflow, error) {
	var wf conductor.Workflow
	if _, known := p.ids[name]; !known {
		return wf, &refusal{http.StatusNotFound, "nothing was started as " + name}
	}
	answer, err := p.must(ctx, http.MethodGet, "/api/workflow/$"+name, "")
	if err != nil {
		return wf, err
	}
	return wf, conductor.Decode([]byte(answer), &wf)
}

// last is the last attempt at a reference name, with what it is now.
func (p *player) last(ctx context.Context, name, ref string) (conductor.Task, error) {
	wf, err := p.workflow(ctx, name)
	if err != nil {
		return conductor.Task{}, err
	}
	for _, task := range slices.Backward(wf.Tasks) {
		if task.ReferenceTaskName == ref {
			return task, nil
		}
	}
	return conductor.Task{}, &refusal{http.StatusNotFound, "no task " + ref}
}

// eventually tries until it succeeds: the real server does much in the background.
func (p *player) eventually(ctx context.Context, try func() (bool, error)) ([]string, error) {
	for end := time.Now().Add(p.patience); ; {
		done, err := try()
		switch {
		case err != nil || done:
			return nil, err
		case time.Now().After(end):
			return []string{never}, nil
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// race makes one call so many times at once and tells what came of it, in order of status.
func (p *player) race(ctx context.Context, s *step) ([]string, error) {
	parts, err := words(s.rest, 3)
	if err != nil {
		return nil, err
	}
	count, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, err
	}
	path, body, _ := strings.Cut(parts[2], " ")
	statuses, failures := make([]int, count), make([]error, count)
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() { statuses[i], _, failures[i] = p.call(ctx, parts[1], path, body) })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	slices.Sort(statuses)
	var lines []string
	for len(statuses) > 0 {
		first := statuses[0]
		rest := slices.IndexFunc(statuses, func(status int) bool { return status != first })
		if rest < 0 {
			rest = len(statuses)
		}
		lines, statuses = append(lines, fmt.Sprintf("%d × %d", rest, first)), statuses[rest:]
	}
	return []string{strings.Join(lines, ", ")}, nil
}
