package dev

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// seed defines what the given files hold on a server that has just started.
func seed(ctx context.Context, record config.Dev, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	documents, problems, err := manifest.ReadPaths(paths, "", nil)
	if err != nil {
		return fmt.Errorf("--seed: %w", err)
	}
	byKind := map[definition.Kind][]json.RawMessage{}
	for _, document := range documents {
		problems = append(problems, manifest.Check(document)...)
		byKind[document.Kind] = append(byKind[document.Kind], document.JSON)
	}
	if len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, problem := range problems {
			lines[i] = problem.String()
		}
		return cli.Failed(strings.Join(lines, "\n"), "--seed: %d problems; the server was not started", len(problems))
	}
	client, err := adminClient(record)
	if err != nil {
		return err
	}
	return plant(ctx, client, byKind)
}

// plant defines what was read, each kind after those that it may name.
func plant(ctx context.Context, client *conductor.Client, byKind map[definition.Kind][]json.RawMessage) error {
	if tasks := byKind[definition.KindTaskDef]; len(tasks) > 0 {
		if err := client.TaskDefs.Put(ctx, tasks); err != nil {
			return fmt.Errorf("--seed: define tasks: %w", err)
		}
	}
	if workflows := byKind[definition.KindWorkflowDef]; len(workflows) > 0 {
		if err := client.WorkflowDefs.PutAll(ctx, workflows); err != nil {
			return fmt.Errorf("--seed: define workflows: %w", err)
		}
	}
	for _, one := range []struct {
		kind definition.Kind
		name string
		put  func(def json.RawMessage) error
	}{
		{definition.KindEventHandler, "event handlers", func(def json.RawMessage) error { return client.Events.Create(ctx, def) }},
		{definition.KindWebhook, "webhooks", func(def json.RawMessage) error { _, err := client.Webhooks.Create(ctx, def); return err }},
		{definition.KindSchedule, "schedules", func(def json.RawMessage) error { return client.Schedules.Put(ctx, def) }},
	} {
		for _, def := range byKind[one.kind] {
			if err := one.put(def); err != nil {
				return fmt.Errorf("--seed: define %s: %w", one.name, err)
			}
		}
	}
	return nil
}

func adminClient(record config.Dev) (*conductor.Client, error) {
	client, err := conductor.New(record.URL, conductor.WithCredentials(record.Key, record.Secret))
	if err != nil {
		return nil, fmt.Errorf("connect to the development server: %w", err)
	}
	return client, nil
}
