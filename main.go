// Command orkesctl takes a worker from code to running, authorised and explainable, on a laptop or on a Conductor cluster.
package main

import (
	"os"

	"github.com/orkesctl/orkesctl/cmd"
)

func main() { os.Exit(cmd.Main()) }
