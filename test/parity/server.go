package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// server is one of the two that a scenario is played on.
type server struct {
	send     func(*http.Request) (status int, body string, err error)
	pass     func(context.Context, time.Duration) error // lets time pass
	patience time.Duration                              // how long something may take to come about
	close    func() error
}

// maker makes the server that one scenario is played on.
type maker func() (*server, error)

// embedded makes a new embedded server for each scenario, with a clock that the scenario moves.
func embedded() maker {
	return func() (*server, error) {
		clock := engine.NewManualClock(time.Now())
		dev, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOSS, Clock: clock})
		if err != nil {
			return nil, err
		}
		return &server{
			patience: 10 * time.Second,
			close:    func() error { return dev.Close(context.Background()) },
			pass: func(_ context.Context, d time.Duration) error {
				clock.Advance(d)
				return nil
			},
			send: func(r *http.Request) (int, string, error) {
				answer := httptest.NewRecorder()
				dev.ServeHTTP(answer, r)
				return answer.Code, answer.Body.String(), nil
			},
		}, nil
	}
}

// overNetwork is the server at an address. Its time is the machine's, and what it does in the background takes it some.
func overNetwork(address string) *server {
	client := &http.Client{Timeout: time.Minute}
	return &server{
		patience: 25 * time.Second,
		close:    func() error { return nil },
		pass:     func(ctx context.Context, d time.Duration) error { return wait(ctx, d+500*time.Millisecond) },
		send: func(r *http.Request) (int, string, error) {
			r.RequestURI = ""
			r.URL.Scheme, r.URL.Host, _ = strings.Cut(address, "://")
			answer, err := client.Do(r)
			if err != nil {
				return 0, "", err
			}
			body, err := io.ReadAll(answer.Body)
			return answer.StatusCode, string(body), errors.Join(err, answer.Body.Close())
		},
	}
}

// wait is over after a while, or with an error when the context is.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("interrupted: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}
