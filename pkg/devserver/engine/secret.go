package engine

import (
	"maps"
	"slices"
	"strings"
)

// revealed is the input of a task with the secrets that its definition names, for whoever does the task. Nothing else of the
// engine has them, and what only looks like a secret's name in data is data.
func (t *task) revealed(secret func(name string) (string, bool)) map[string]any {
	if secret == nil || !t.node.input.secret() {
		return t.Wire.InputData
	}
	shown, _ := t.node.input.reveal(t.Wire.InputData, secret).(map[string]any)
	return shown
}

// secret reports whether the template names one.
func (t template) secret() bool {
	for _, item := range t.fields {
		if item.secret() {
			return true
		}
	}
	return slices.ContainsFunc(t.items, template.secret) || slices.ContainsFunc(t.text, piece.secret)
}

func (p piece) secret() bool { return p.expression != nil && p.expression.secretName() != "" }

// secretName is the name in ${workflow.secrets.NAME}, or nothing.
func (e *expression) secretName() string {
	inside := strings.TrimSpace(e.source[2 : len(e.source)-1])
	name, found := strings.CutPrefix(inside, secretsPrefix)
	if !found {
		return ""
	}
	return name
}

// reveal replaces the secrets that the template names in a value that was resolved from it.
func (t template) reveal(value any, secret func(name string) (string, bool)) any {
	switch v := value.(type) {
	case map[string]any:
		shown := maps.Clone(v)
		for key, item := range t.fields {
			if own, has := v[key]; has && item.secret() {
				shown[key] = item.reveal(own, secret)
			}
		}
		return shown
	case []any:
		shown := slices.Clone(v)
		for i, item := range t.items {
			if i < len(shown) && item.secret() {
				shown[i] = item.reveal(shown[i], secret)
			}
		}
		return shown
	case string:
		return revealText(v, t.text, secret)
	}
	return value
}

func revealText(text string, pieces []piece, secret func(name string) (string, bool)) string {
	for _, p := range pieces {
		if !p.secret() {
			continue
		}
		if value, ok := secret(p.expression.secretName()); ok {
			text = strings.ReplaceAll(text, p.expression.source, value)
		}
	}
	return text
}
