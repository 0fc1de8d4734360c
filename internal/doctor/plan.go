package doctor

import "slices"

// Plan is the commands of orkesctl, without its name, that mend what can be mended so, in their order: what is there twice is run
// once. What failed comes with what was only warned of.
func (r Report) Plan() [][]string {
	var plan [][]string
	for _, result := range r.Checks {
		if result.State != Failed && result.State != Warning {
			continue
		}
		for _, command := range result.Apply {
			if !slices.ContainsFunc(plan, func(other []string) bool { return slices.Equal(other, command) }) {
				plan = append(plan, command)
			}
		}
	}
	return plan
}

// Command is what to type for the arguments of one command.
func Command(args []string) string { return commands([][]string{args}) }

// Healthy reports whether there is nothing more to wait for: nothing is broken, and the server was heard.
func (r Report) Healthy() bool {
	return !r.Failed() && !slices.ContainsFunc(r.Checks, func(result Result) bool { return result.Category == Connection && result.State == Unknown })
}
