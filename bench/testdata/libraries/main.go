// Command libraries is bare with the libraries of orkesctl in it, unused: what their initialisation costs, and what is orkesctl's own.
package main

import (
	"fmt"
	"net/http"
	"os"

	_ "github.com/charmbracelet/lipgloss"
	_ "github.com/dop251/goja"
	_ "github.com/itchyny/gojq"
	"github.com/spf13/cobra"
	_ "github.com/spf13/viper"
	_ "github.com/zalando/go-keyring"
	_ "go.etcd.io/bbolt"
	_ "gopkg.in/yaml.v3"
)

func main() {
	root := &cobra.Command{Use: "libraries", Version: "1.0.0", SilenceErrors: true, SilenceUsage: true}
	root.SetVersionTemplate("libraries {{.Version}}\n")
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err, http.DefaultClient)
		os.Exit(1)
	}
}
