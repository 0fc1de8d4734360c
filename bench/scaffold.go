package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// projects is how often each language's project is made; languages take turns.
const projects = 15

// maxScaffold is the most that making a project may take.
const maxScaffold = 30 * time.Millisecond

// measureScaffold makes projects in every language that there is.
func measureScaffold(ctx context.Context, l *lab, results *table) error {
	list, err := l.command(ctx, nil, l.orkesctl, "scaffold", "list", "-o", "json")
	if err != nil {
		return err
	}
	said, err := list.Output()
	if err != nil {
		return fmt.Errorf("scaffold list: %w", err)
	}
	var languages []struct{ Name, Variant string }
	if err := json.Unmarshal(said, &languages); err != nil {
		return fmt.Errorf("read the languages: %w", err)
	}
	var bare usage
	taken := make([]usage, len(languages))
	for range projects {
		if err := l.once(ctx, l.bare, &bare); err != nil {
			return err
		}
		for i, language := range languages {
			args := []string{"scaffold", "worker", "--lang", language.Name}
			if language.Variant != "" {
				args = append(args, "--variant", language.Variant)
			}
			if err := l.timed(ctx, &taken[i], l.orkesctl, args...); err != nil {
				return err
			}
		}
	}
	start := median(bare.wall)
	for i, language := range languages {
		wall, name := median(taken[i].wall), language.Name
		if language.Variant != "" {
			name += " " + language.Variant
		}
		results.add(row{name, millis(wall), "bare start " + millis(start), times(wall, start), "<= 30 ms", wall <= maxScaffold})
	}
	return nil
}
