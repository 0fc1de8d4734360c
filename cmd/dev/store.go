package dev

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// openStore is where the server keeps its state: in memory, or in the file of --db.
func openStore(deps *cli.Deps, opts startOptions) (store.Store, error) {
	if opts.db == "" {
		return store.NewMemory(engine.ExecutionKinds()...), nil // the engine has those already
	}
	kept, err := store.Open(deps.Absolute(opts.db))
	return kept, storeError(err, opts)
}

// storeError adds to an error of the file what to do about it.
func storeError(err error, opts startOptions) error {
	switch {
	case errors.Is(err, store.ErrInUse):
		return cli.Hint(err, "Stop the server that uses it (orkesctl dev stop), or take another file.")
	case errors.Is(err, store.ErrNewer):
		return cli.Hint(err, "Use that version, or start with another file: it was not changed.")
	case errors.Is(err, store.ErrDamaged):
		return cli.Hint(err, "It was not changed. Start with another file: orkesctl dev start --db %s", cli.ShellWord("new-"+filepath.Base(opts.db)))
	case errors.Is(err, fs.ErrNotExist):
		return cli.Hint(err, "Make its folder first: mkdir -p %s", cli.ShellWord(filepath.Dir(opts.db)))
	case errors.Is(err, fs.ErrPermission):
		return cli.Hint(err, "Take a file that you may write: orkesctl dev start --db %s", cli.ShellWord(filepath.Base(opts.db)))
	case err != nil:
		return cli.Hint(err, "Take another file: orkesctl dev start --db FILE")
	default:
		return nil
	}
}
