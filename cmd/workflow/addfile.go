package workflow

import (
	"context"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/compose"
)

func addToFile(_ context.Context, _ *cli.Deps, _ string, _ compose.Addition, _ addOptions) error {
	return cli.Failed("", "-f is not there yet")
}
