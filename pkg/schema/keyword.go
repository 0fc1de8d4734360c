package schema

import (
	"fmt"
	"regexp"
	"slices"
)

// checkKeywords refuses keywords whose value makes no sense, and prepares the patterns. Unknown keywords are remarks.
func (n *node) checkKeywords() error {
	for _, check := range []func() error{n.checkType, n.checkNumbers, n.checkShapes, n.checkPatterns} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) wrong(keyword, want string) error {
	return fmt.Errorf("%s/%s: %s where %s belongs", n.at, keyword, kindOf(n.raw[keyword]), want)
}

// typeNames are the types of JSON Schema.
func typeNames() []string {
	return []string{"null", "boolean", "object", "array", "number", "string", "integer"}
}

func (n *node) checkType() error {
	for _, name := range n.types() {
		if text, ok := name.(string); !ok || !slices.Contains(typeNames(), text) {
			return fmt.Errorf("%s/type: %v is no type: it is one of %v", n.at, name, typeNames())
		}
	}
	return nil
}

// types are the types that a value may have, one or several.
func (n *node) types() []any {
	switch v := n.raw["type"].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func (n *node) checkNumbers() error {
	for _, keyword := range []string{
		"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains",
		"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	} {
		raw, given := n.raw[keyword]
		if _, flag := raw.(bool); flag && (keyword == "exclusiveMinimum" || keyword == "exclusiveMaximum") {
			continue // as draft 4 has it
		}
		if _, ok := number(raw); given && !ok {
			return n.wrong(keyword, "a number")
		}
	}
	return nil
}

func (n *node) checkShapes() error {
	for _, keyword := range []string{"properties", "patternProperties", "dependentSchemas", "dependentRequired", "dependencies", "$defs", "definitions"} {
		if raw, given := n.raw[keyword]; given && kindOf(raw) != "object" {
			return n.wrong(keyword, "an object")
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf", "prefixItems", "enum"} {
		if raw, given := n.raw[keyword]; given && kindOf(raw) != "array" {
			return n.wrong(keyword, "a list")
		}
	}
	for _, keyword := range []string{"$ref", "$dynamicRef", "$id", "pattern"} {
		if raw, given := n.raw[keyword]; given && kindOf(raw) != "string" {
			return n.wrong(keyword, "a text")
		}
	}
	if raw, given := n.raw["required"]; given && kindOf(raw) != "array" && kindOf(raw) != "boolean" { // draft 3 had a boolean
		return n.wrong("required", "a list")
	}
	return nil
}

func (n *node) checkPatterns() error {
	n.patterns = map[string]*regexp.Regexp{}
	add := func(keyword, source string) error {
		compiled, err := regexp.Compile(ecma(source))
		if err != nil {
			return fmt.Errorf("%s/%s: %q is no pattern that can be matched here: %w", n.at, keyword, source, err)
		}
		n.patterns[source] = compiled
		return nil
	}
	if source, ok := n.raw["pattern"].(string); ok {
		if err := add("pattern", source); err != nil {
			return err
		}
	}
	properties, _ := n.raw["patternProperties"].(map[string]any)
	for source := range properties {
		if err := add("patternProperties", source); err != nil {
			return err
		}
	}
	return nil
}
