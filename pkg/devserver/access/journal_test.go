package access

import (
	"context"
	"encoding/json"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// journal is a store that keeps what it is given, in memory.
type journal struct{ kept map[[2]string][]byte }

var _ store.Store = (*journal)(nil)

func (j *journal) Load(_ context.Context, visit func(kind, key string, data []byte) error) error {
	for at, data := range j.kept {
		if err := visit(at[0], at[1], data); err != nil {
			return err
		}
	}
	return nil
}

func (j *journal) Commit(_ context.Context, records []store.Record) error {
	if j.kept == nil {
		j.kept = map[[2]string][]byte{}
	}
	for _, record := range records {
		at := [2]string{record.Kind, record.Key}
		if record.Value == nil {
			delete(j.kept, at)
			continue
		}
		data, err := json.Marshal(record.Value)
		if err != nil {
			return err
		}
		j.kept[at] = data
	}
	return nil
}

func (*journal) Close() error { return nil }
