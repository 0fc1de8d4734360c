package dev

import (
	"strconv"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// retention is what --retain says: an age, or a number of executions; nothing keeps all.
func (o *startOptions) retention() (engine.Retention, error) {
	if o.retain == "" {
		return engine.Retention{}, nil
	}
	if count, err := strconv.Atoi(o.retain); err == nil && count > 0 {
		return engine.Retention{Count: count}, nil
	}
	if age, err := time.ParseDuration(o.retain); err == nil && age >= time.Second {
		return engine.Retention{Age: age}, nil
	}
	return engine.Retention{}, cli.Usage("Examples: --retain 24h, --retain 1000", "--retain %s: this is neither a time of 1s or more, nor a number of 1 or more", o.retain)
}
