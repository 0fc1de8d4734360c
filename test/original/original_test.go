package original

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
		"IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.1\"\n":                       25,
		"JAVA_VERSION=\"\"":                                                  0,
	} {
		require.Equal(t, want, javaVersion(said), said)
	}
}

// What is ready answers 200: a server that is still starting answers something else, or nothing.
func TestHealthyWaitsForTheAnswer200(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	require.NoError(t, Healthy(t.Context(), server.URL, time.Millisecond))
	require.Equal(t, 3, asked)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, Healthy(ended, server.URL, time.Millisecond), "not ready")
}

// Without a Java that is new enough, the first that is there, what needs the real server is left out by name.
func TestJavaMustBeNewEnough(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script stands in for Java")
	}
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	t.Setenv("JAVA_HOME", "")
	java := filepath.Join(folder, "java")
	require.NoError(t, os.WriteFile(java, []byte("#!/bin/sh\necho 'openjdk version \"21.0.3\"' >&2\n"), 0o700))
	found, err := findJava(t.Context(), os.Getenv)
	require.NoError(t, err)
	require.Equal(t, "java", found)
	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "bin"), 0o700))
	require.NoError(t, os.Rename(java, filepath.Join(home, "bin", "java")))
	t.Setenv("JAVA_HOME", home)
	found, err = findJava(t.Context(), os.Getenv)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "bin", "java"), found)
}

func TestJavaTellsItsVersionInAFile(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "release"), []byte(`JAVA_VERSION="99"`), 0o600))
	java, err := findJava(t.Context(), func(name string) string {
		require.Equal(t, "JAVA_HOME", name)
		return home
	})
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "bin", "java"), java)
}

func TestJarInTheCache(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("PATH", "")
	_, err := findJar(t.Context(), cache)
	var missing MissingError
	require.ErrorAs(t, err, &missing)
	require.Contains(t, missing.Error(), "is absent, and Maven too")
	jar := filepath.Join(cache, "conductor-server-"+Version+"-boot.jar")
	require.NoError(t, os.WriteFile(jar, nil, 0o600))
	found, err := findJar(t.Context(), cache)
	require.NoError(t, err)
	require.Equal(t, jar, found)
}

func TestWhatIsStarted(t *testing.T) {
	port, err := FreePort(t.Context())
	require.NoError(t, err)
	require.Positive(t, port)
	cmd := Server{java: "java", jar: "x.jar"}.Command(t.Context(), "dir", 1234, "--more=1")
	require.Equal(t, "dir", cmd.Dir)
	require.Equal(t, []string{"-jar", "x.jar", "--server.port=1234"}, cmd.Args[1:4])
	require.Equal(t, "--more=1", cmd.Args[len(cmd.Args)-1])
}
