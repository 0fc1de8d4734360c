package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// httpbin stands in for the servers that the Go SDK's tests let HTTP tasks call, which are on its makers' network.
type httpbin struct{}

// RoundTrip answers /api/hello, also late, and anything else with what was asked.
func (httpbin) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	q := r.URL.Query()
	switch r.URL.Path {
	case "/api/hello":
		fmt.Fprintf(answer, "Hello, %s", q.Get("name"))
	case "/api/hello/with-delay":
		late, err := strconv.Atoi(q.Get("delaySeconds"))
		if err != nil {
			return nil, err
		}
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(time.Duration(late) * time.Second):
			fmt.Fprintf(answer, "Hello, %s", q.Get("name"))
		}
	default:
		answer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(answer).Encode(map[string]string{"method": r.Method, "url": r.URL.String()})
	}
	return answer.Result(), nil
}
