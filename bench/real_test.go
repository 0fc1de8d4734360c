package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestJavaVersion(t *testing.T) {
	for said, want := range map[string]int{
		"openjdk version \"21.0.3\" 2024-04-16\nOpenJDK Runtime Environment": 21,
		"openjdk version \"25\" 2025-09-16":                                  25,
		"java version \"1.8.0_292\"":                                         1,
		"The program 'java' is not installed":                                0,
		"":                                                                   0,
	} {
		require.Equal(t, want, javaVersion(said), said)
	}
}

func TestBusyTime(t *testing.T) {
	got, err := busyTime("42 (a (strange) name) S 1 42 42 0 -1 4194560 1234 0 5 0 123 45 0 0 20 0 9 0 100 1000 50")
	require.NoError(t, err)
	require.Equal(t, 1680*time.Millisecond, got)
	for _, broken := range []string{"", "42 (x) S 1", "42 (x) S 1 42 42 0 -1 4194560 1234 0 5 0 one 45", "42 (x) S 1 42 42 0 -1 4194560 1234 0 5 0 1 two"} {
		_, err := busyTime(broken)
		require.Error(t, err, broken)
	}
}

// What is measured as ready answers 200: a server that is still starting answers something else, or nothing.
func TestHealthyWaitsForTheAnswer200(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	require.NoError(t, healthy(t.Context(), server.URL))
	require.Equal(t, 3, asked)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, healthy(ended, server.URL), "not ready")
}

// Without a Java that is new enough, the first that is there, the group is left out by name.
func TestJavaMustBeNewEnough(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script stands in for Java")
	}
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	t.Setenv("JAVA_HOME", "")
	java := filepath.Join(folder, "java")
	require.NoError(t, os.WriteFile(java, []byte("#!/bin/sh\necho 'openjdk version \"21.0.3\"' >&2\n"), 0o700))
	found, err := findJava(t.Context())
	require.NoError(t, err)
	require.Equal(t, "java", found)
	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "bin"), 0o700))
	require.NoError(t, os.Rename(java, filepath.Join(home, "bin", "java")))
	t.Setenv("JAVA_HOME", home)
	found, err = findJava(t.Context())
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "bin", "java"), found)
}
