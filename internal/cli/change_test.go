package cli_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// named lists the server's task names, or what read says.
func named(read func(context.Context, *conductor.Client) ([]string, error)) cli.Listing[string] {
	return cli.Listing[string]{
		Short: "List", Nothing: "There are none.", Read: read, Order: func(a, b string) int { return strings.Compare(b, a) },
		View: render.View[string]{
			Kind: "task", Name: func(s string) string { return s },
			Columns: []render.Column[string]{{Title: "name", Value: func(s string) any { return s }}},
		},
	}
}

func TestListing(t *testing.T) {
	url, _ := listing(t)
	none := func(context.Context, *conductor.Client) ([]string, error) { return nil, nil }
	for name, tc := range map[string]struct {
		list      cli.Listing[string]
		format    render.Format
		out, errs string
	}{
		"in order":       {list: named(taskNames), out: "ship\nget-price\nget-inventory\n"},
		"names":          {list: named(taskNames), format: render.Format{Output: "name"}, out: "task/ship\ntask/get-price\ntask/get-inventory\n"},
		"filtered":       {list: named(taskNames), format: render.Format{JQ: "length"}, out: "3\n"},
		"none":           {list: named(none), errs: "There are none.\n"},
		"none, document": {list: named(none), format: render.Format{Output: "json"}, out: "[]\n"},
		"none, no words": {list: cli.Listing[string]{Read: none}},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, identityVars(url))
			var out bytes.Buffer
			deps.Term.Out, deps.Globals.Format = &out, tc.format
			cmd := tc.list.Command(deps)
			require.NoError(t, run(cmd))
			require.Equal(t, tc.out, out.String())
			require.Equal(t, tc.errs, errs.String())
			require.EqualError(t, run(cmd, "more"), `unexpected argument "more"`)
		})
	}
}

func TestListingFails(t *testing.T) {
	url, _ := listing(t)
	broken := errors.New("broken")
	deps, _ := newDeps(t, identityVars(url))
	list := named(func(context.Context, *conductor.Client) ([]string, error) { return nil, broken })
	require.ErrorIs(t, run(list.Command(deps)), broken)

	deps, _ = newDeps(t, map[string]string{"CONDUCTOR_SERVER_URL": "not a URL"})
	require.Error(t, run(named(taskNames).Command(deps)), "no client")
}

func TestChangeAll(t *testing.T) {
	changes := []render.Change{
		{Kind: "task", ID: "a", Action: render.Deleted},
		{Kind: "task", ID: "b", Action: render.Unchanged},
		{Kind: "task", ID: "c", Action: render.Deleted, Word: "gone"},
	}
	for name, tc := range map[string]struct {
		dryRun bool
		fails  int // the change that fails, -1 for none
		done   []int
		out    string
	}{
		"all":        {fails: -1, done: []int{0, 2}, out: "task/a\tdeleted\ntask/b\tunchanged\ntask/c\tgone\n"},
		"dry run":    {fails: -1, dryRun: true, out: "task/a\twould delete\ntask/b\tunchanged\ntask/c\twould delete\n"},
		"last fails": {fails: 2, done: []int{0, 2}, out: "task/a\tdeleted\ntask/b\tunchanged\n"},
		"all fails":  {fails: 0, done: []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			deps, _ := newDeps(t, nil)
			var out bytes.Buffer
			deps.Term.Out = &out
			broken := errors.New("broken")
			var done []int
			err := deps.ChangeAll("delete", tc.dryRun, changes, func(i int) error {
				done = append(done, i)
				if i == tc.fails {
					return broken
				}
				return nil
			})
			if tc.fails >= 0 {
				require.ErrorIs(t, err, broken)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, tc.done, done)
			require.Equal(t, tc.out, out.String())
		})
	}
}
