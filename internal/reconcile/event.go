package reconcile

import (
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// EventHandlers returns what writing want over have would change. What a server fills into actions by itself is no difference.
func EventHandlers(have, want Tree) []Field {
	c := comparison{}
	c.definition("", eventHandler(have), eventHandler(want), known(definition.EventHandlerFields()))
	return c.fields
}

func eventHandler(tree Tree) Tree {
	result := normal(tree, Tree{})
	actions, _ := tree["actions"].([]any)
	list := make([]any, 0, len(actions))
	for _, item := range actions {
		action, isObject := item.(map[string]any)
		if !isObject {
			list = append(list, item)
			continue
		}
		plain := normal(action, Tree{})
		for name, value := range plain {
			if about, isObject := value.(map[string]any); isObject {
				plain[name] = normal(about, Tree{})
			}
		}
		list = append(list, plain)
	}
	if len(list) > 0 {
		result["actions"] = list
	}
	return result
}

// Webhooks returns what writing want over have would change. A secret that the server masks cannot be compared: one that is given
// counts as another. No value of a secret is in what is returned.
func Webhooks(have, want Tree) []Field {
	have, want = normal(have, Tree{}), normal(want, Tree{})
	for _, tree := range []Tree{have, want} {
		delete(tree, "id")
		dropReadOnly(tree, definition.WebhookFields())
	}
	c := comparison{}
	c.definition("", have, want, known(definition.WebhookFields()))
	fields := c.fields[:0]
	for _, f := range c.fields {
		if f.Path == "secretValue" && f.To == nil { // not said is not taken away
			continue
		}
		if secretField(f.Path) {
			f.From, f.To = hidden(f.From), hidden(f.To)
		}
		fields = append(fields, f)
	}
	return fields
}

func secretField(path string) bool {
	return path == "secretValue" || path == "headers" || strings.HasPrefix(path, "headers.")
}

func hidden(value any) any {
	if value == nil {
		return nil
	}
	return conductor.MaskedSecret
}
