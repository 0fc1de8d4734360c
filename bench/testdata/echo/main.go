// Command echo answers each line of JSON with one, as a worker's program with --keep-alive does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var input map[string]any
		if err := json.Unmarshal(line, &input); err != nil {
			fmt.Printf("{\"$error\":%q}\n", err)
			continue
		}
		answer, _ := json.Marshal(map[string]any{"result": input["id"]}) // what was read can be written
		fmt.Println(string(answer))
	}
}
