package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// target is what HTTP tasks call: $HTTP in a scenario.
func target() http.Handler {
	mux := http.NewServeMux()
	answer := func(path, contentType, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Add("X-Seen", r.URL.RawQuery)
			w.Header().Add("X-Seen", r.Header.Get("X-One"))
			_, _ = io.WriteString(w, body)
		})
	}
	answer("/json", "application/json", `{"a":1,"b":2.0,"big":12345678901,"list":[1,"x",null],"o":{"t":true}}`)
	answer("/text", "text/plain;charset=utf-8", "hello ä")
	answer("/number", "application/json", "7")
	answer("/empty", "application/json", "")
	answer("/broken", "application/json", `{"a":`)
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, err := strconv.Atoi(r.PathValue("code"))
		if err != nil {
			code = http.StatusBadRequest
		}
		w.WriteHeader(code)
		if code != http.StatusNoContent {
			_, _ = io.WriteString(w, `{"why":"because"}`)
		}
	})
	mux.Handle("/redirect", http.RedirectHandler("/text", http.StatusFound))
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then is it noticed that the caller has gone
		_ = wait(r.Context(), 10*time.Second)
	})
	return mux
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]string{
		"method": r.Method, "body": string(body), "type": r.Header.Get("Content-Type"), "accept": r.Header.Get("Accept"),
	})
}
