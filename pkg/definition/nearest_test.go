package definition_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/definition"
)

func TestNearest(t *testing.T) {
	known := []string{"retryCount", "retryLogic", "timeoutSeconds", "größe", "x"}
	for word, want := range map[string]string{
		"retryCount":                         "retryCount",
		"RETRY_COUNT":                        "retryCount",
		"retry-logic":                        "retryLogic",
		"retryLogc":                          "retryLogic",
		"retyrLogic":                         "retryLogic", // two letters swapped are one mistake
		"timeoutSecond":                      "timeoutSeconds",
		"timeoutSecondz":                     "timeoutSeconds",
		"grösse":                             "größe",
		"y":                                  "x",
		"backoff":                            "",
		"":                                   "x",
		"retryCountOfTheTaskThatIsMeantHere": "",
	} {
		got, found := definition.Nearest(word, known)
		require.Equal(t, want, got, word)
		require.Equal(t, want != "", found, word)
	}
}

// What is compared with what takes the product of their lengths: neither a huge word nor a huge candidate is compared.
func TestNearestOfHugeWords(t *testing.T) {
	huge := strings.Repeat("a", 1<<20)
	_, found := definition.Nearest(huge, []string{"a", huge})
	require.False(t, found)
	near, found := definition.Nearest("retryCont", []string{huge, "retryCount"})
	require.True(t, found)
	require.Equal(t, "retryCount", near)
}
