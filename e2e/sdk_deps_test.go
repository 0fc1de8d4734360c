//go:build deps

package e2e

// What the Go SDK's own tests import, so that go.mod keeps it: they are run from here without being part of this package.
import (
	_ "github.com/antihax/optional"
	_ "github.com/conductor-sdk/conductor-go/test/testdata"
	_ "github.com/google/uuid"
	_ "go.uber.org/zap"
)
