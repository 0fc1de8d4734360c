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

// seed defines the tasks and workflows of the given files on a server that has just started, the tasks first.
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
	for _, handler := range byKind[definition.KindEventHandler] {
		if err := client.Events.Create(ctx, handler); err != nil {
			return fmt.Errorf("--seed: define event handlers: %w", err)
		}
	}
	for _, hook := range byKind[definition.KindWebhook] {
		if _, err := client.Webhooks.Create(ctx, hook); err != nil {
			return fmt.Errorf("--seed: define webhooks: %w", err)
		}
	}
	for _, schedule := range byKind[definition.KindSchedule] {
		if err := client.Schedules.Put(ctx, schedule); err != nil {
			return fmt.Errorf("--seed: define schedules: %w", err)
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
