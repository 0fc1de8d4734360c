package engine

import (
	"strconv"
	"strings"
)

// place is where in loops a task is: what the iterations of the loops around it add to its reference name, outermost first
// (__2__1), or nothing outside loops. The real server knows one loop only; its one in a loop does not work.
type place string

// place of a task. What follows it is at the same.
func (t *task) place() place {
	return place(strings.TrimPrefix(t.Wire.ReferenceTaskName, t.node.ref()))
}

// ref is the reference name of a definition's task at a place.
func (p place) ref(n *node) string { return n.ref() + string(p) }

// inside is the place of a loop's tasks in an iteration.
func (p place) inside(iteration int) place { return p + place("__"+strconv.Itoa(iteration)) }

// outer is the place of the loop around.
func (p place) outer() place {
	return p[:max(strings.LastIndex(string(p), "__"), 0)]
}

// iteration is that of the innermost loop, or zero outside loops.
func (p place) iteration() int {
	number, _ := strconv.Atoi(string(p[strings.LastIndex(string(p), "_")+1:]))
	return number
}

// startsWith reports whether the place is another one or inside it.
func (p place) startsWith(other place) bool {
	return p == other || strings.HasPrefix(string(p), string(other)+"__")
}

// iterationIn is which iteration of a loop at another place this one is in, whatever loops are between.
func (p place) iterationIn(loop place) int {
	first, _, _ := strings.Cut(strings.TrimPrefix(string(p), string(loop)+"__"), "__")
	number, _ := strconv.Atoi(first)
	return number
}
