package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// checkTime is how long the server is asked beside the start.
const checkTime = 5 * time.Second

// troubles says what would keep the workers from working, one line each: what this machine lacks is the error, what the server says
// comes beside the start, which does not wait for it. stop ends the asking.
func (l *launcher) troubles(ctx context.Context) (stop func(), err error) {
	asking, stop := context.WithTimeout(ctx, checkTime)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for _, line := range l.askServer(asking) {
			l.deps.Note("%s: %s", l.unit.Name, line)
		}
	}()
	if err = stopping(l.unit, l.unit.Check(ctx, true)); err != nil {
		select { // the start has failed: what else is wrong may be said in the same breath
		case <-asked:
		case <-time.After(launch.Budget):
		}
	}
	return stop, err
}

// askServer says what on the server would keep the workers from working. A server that is there and content is asked once or twice.
func (l *launcher) askServer(ctx context.Context) []string {
	who, err := identity.Of(l.deps, l.unit.Project)
	if err != nil {
		return nil // the start says the same
	}
	client, err := l.deps.NewClient(who.Settings, conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}))
	if err == nil {
		err = reach(ctx, client, who)
	}
	var lines []string
	for _, task := range l.tasks() {
		if err != nil {
			break
		}
		if _, err = client.TaskDefs.Get(ctx, task); conductor.IsNotFound(err) {
			lines, err = append(lines, fmt.Sprintf("the task %s is not defined: orkesctl task define", task)), nil
		}
	}
	if worth(err, who) && ctx.Err() == nil {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%v. %s", err, who.Hint(err))))
	}
	return lines
}

// reach signs in where there is a key, else asks what everybody may ask.
func reach(ctx context.Context, client *conductor.Client, who identity.Worker) error {
	if who.Settings.Key.Value == "" {
		_, err := client.Server.Version(ctx)
		return err
	}
	_, err := client.Token.Mint(ctx)
	return err
}

// worth reports whether an error is worth a line. That there is no key was said before, and who may not see a definition may poll.
func worth(err error, who identity.Worker) bool {
	var answer *conductor.Error
	switch {
	case err == nil, conductor.IsUnauthenticated(err) && who.Settings.Key.Value == "":
		return false
	case conductor.IsUnauthenticated(err):
		return true
	default:
		return !errors.As(err, &answer) || answer.Status >= 500
	}
}

// tasks are those that the project's workers were made for, and those that it defines.
func (l *launcher) tasks() []string {
	names := slices.Clone(l.unit.Project.Origin.Tasks)
	documents, _, err := manifest.ReadPaths([]string{l.unit.Project.DefinitionsDir()}, definition.KindTaskDef, nil)
	if err == nil {
		for _, d := range documents {
			if name := d.Name(); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// stopping makes an error of what would stop a unit's workers: one line each.
func stopping(unit *launch.Unit, problems []launch.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	whats, fixes := make([]string, len(problems)), make([]string, len(problems))
	for i, problem := range problems {
		whats[i], fixes[i] = problem.What, problem.Fix
	}
	return cli.Failed(strings.Join(fixes, "\n"), "%s: %s", unit.Name, strings.Join(whats, "\n"+unit.Name+": "))
}
