package discover

import (
	"sort"
	"strings"

	"github.com/orkesctl/orkesctl/internal/project"
)

// Variable is one variable that the worker will see. Place is zero where the shell has it.
type Variable struct {
	Name, Value string
	Place       Place
}

// Environment is what the worker will see: the shell's variables and the project's env file, which wins. The zero value is empty.
type Environment struct{ variables map[string]Variable }

// NewEnvironment takes the shell's NAME=value lines and those of the env file called name, relative to the project.
func NewEnvironment(shell []string, name string, file []project.Variable) Environment {
	env := Environment{variables: map[string]Variable{}}
	for _, line := range shell {
		if name, value, found := strings.Cut(line, "="); found && name != "" {
			env.variables[name] = Variable{Name: name, Value: value}
		}
	}
	for _, v := range file {
		env.variables[v.Name] = Variable{Name: v.Name, Value: v.Value, Place: Place{name, v.Line}}
	}
	return env
}

// EnvironmentOf is what the workers of a project see: the shell's NAME=value lines, and what the project's env file has.
func EnvironmentOf(p *project.Project, shell []string) (Environment, error) {
	variables, err := project.ReadVariables(p.EnvFile())
	if err != nil {
		return Environment{}, err
	}
	return NewEnvironment(shell, p.Env, variables), nil
}

// Lookup returns a variable's value, and whether it is set; it may be set and empty.
func (e Environment) Lookup(name string) (string, bool) {
	v, found := e.variables[name]
	return v.Value, found
}

// All returns the variables by name.
func (e Environment) All() []Variable {
	all := make([]Variable, 0, len(e.variables))
	for _, v := range e.variables {
		all = append(all, v)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}
