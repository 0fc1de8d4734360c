package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// few and many are how many definitions are written; the number of requests must not tell them apart.
const (
	few  = 10
	many = 1000
)

// measureDefine counts the requests of `task define` for few and for many definitions, in one file, in a file each, and again.
func measureDefine(ctx context.Context, l *lab, results *table) error {
	folder, err := os.MkdirTemp(l.folder, "definitions")
	if err != nil {
		return err
	}
	small, one, each := filepath.Join(folder, "few.yaml"), filepath.Join(folder, "many.yaml"), filepath.Join(folder, "each")
	if err := writeDefinitions(small, one, each); err != nil {
		return err
	}
	counted, err := newCounted()
	if err != nil {
		return err
	}
	defer counted.Close()
	base, took, err := counted.define(ctx, l, small)
	if err != nil {
		return err
	}
	results.add(row{what: fmt.Sprintf("%d in one file", few), measured: fmt.Sprintf("%d requests", base), beside: millis(took)})
	for _, run := range []struct{ what, path string }{{"in one file, new", one}, {"in one file, unchanged", one}, {"in a file each, new", each}} {
		requests, took, err := counted.define(ctx, l, run.path)
		if err != nil {
			return err
		}
		results.add(row{
			fmt.Sprintf("%d %s", many, run.what), fmt.Sprintf("%d requests", requests), millis(took), times(requests, base),
			fmt.Sprintf("<= %d requests", base), requests <= base,
		})
	}
	return nil
}

// writeDefinitions writes few definitions into one file, many into another, and as many others into a folder.
func writeDefinitions(small, one, each string) error {
	if err := os.Mkdir(each, 0o700); err != nil {
		return err
	}
	for path, text := range map[string]string{small: definitions("few", few), one: definitions("many", many)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	for i := range many {
		name := fmt.Sprintf("each-%d", i)
		if err := os.WriteFile(filepath.Join(each, name+".yaml"), []byte(definition(name)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func definitions(prefix string, n int) string {
	var text strings.Builder
	for i := range n {
		text.WriteString("---\n" + definition(fmt.Sprintf("%s-%d", prefix, i)))
	}
	return text.String()
}

func definition(name string) string {
	return "name: " + name + "\ndescription: one of many\nownerEmail: bench@example.com\nretryCount: 3\ntimeoutSeconds: 3600\n" +
		"responseTimeoutSeconds: 600\ninputKeys: [id]\noutputKeys: [result]\n"
}

// counted is an embedded server that counts its requests.
type counted struct {
	*httptest.Server
	count       atomic.Int64
	key, secret string
}

func newCounted() (*counted, error) {
	server, err := devserver.New(devserver.Options{})
	if err != nil {
		return nil, err
	}
	c := &counted{}
	c.key, c.secret = server.Credentials()
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count.Add(1)
		server.ServeHTTP(w, r)
	}))
	return c, nil
}

// define runs `orkesctl task define PATH` against the server.
func (c *counted) define(ctx context.Context, l *lab, path string) (requests int64, took time.Duration, err error) {
	env := []string{"CONDUCTOR_SERVER_URL=" + c.URL, "CONDUCTOR_AUTH_KEY=" + c.key, "CONDUCTOR_AUTH_SECRET=" + c.secret}
	cmd, err := l.command(ctx, env, l.orkesctl, "task", "define", path)
	if err != nil {
		return 0, 0, err
	}
	before, began := c.count.Load(), time.Now()
	if said, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("task define %s: %w\n%s", path, err, said)
	}
	return c.count.Load() - before, time.Since(began), nil
}
