// Package compose adds tasks to workflow definitions: where a task goes, what it is called, where its inputs come from, and how
// that is written into a definition without touching the rest of it.
package compose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Edit is one change of a definition. With Insert, Path ends with the index before which Value goes into a list; otherwise it
// ends with the item of a list that Value replaces, or with the member of an object that gets Value, whether or not it is there.
// The list or object itself must exist.
type Edit struct {
	Path   []any // strings and ints
	Value  json.RawMessage
	Insert bool
}

// Apply makes the edits one after the other. Every byte of data that they do not name stays as it is.
func Apply(data json.RawMessage, edits []Edit) (json.RawMessage, error) {
	for _, edit := range edits {
		changed, err := apply(data, edit)
		if err != nil {
			return nil, err
		}
		data = changed
	}
	return data, nil
}

func apply(data json.RawMessage, edit Edit) (json.RawMessage, error) {
	if len(edit.Path) == 0 {
		return nil, fmt.Errorf("edit the definition: the path is empty")
	}
	last := len(edit.Path) - 1
	start, end, err := find(data, edit.Path[:last])
	if err != nil {
		return nil, err
	}
	var changed []byte
	switch step := edit.Path[last].(type) {
	case int:
		changed, err = insert(data[start:end], step, edit)
	case string:
		changed, err = set(data[start:end], step, edit.Value)
	default:
		err = fmt.Errorf("edit the definition: %v is no step of a path", step)
	}
	if err != nil {
		return nil, err
	}
	return slices.Concat(data[:start], changed, data[end:]), nil
}

func insert(list []byte, index int, edit Edit) ([]byte, error) {
	items, err := children(list, '[')
	switch {
	case err != nil:
		return nil, err
	case index < 0 || index > len(items) || (index == len(items) && !edit.Insert):
		return nil, fmt.Errorf("edit the definition: no place %d in a list of %d", index, len(items))
	case !edit.Insert:
		return slices.Concat(list[:items[index].start], edit.Value, list[items[index].end:]), nil
	case len(items) == 0:
		return slices.Concat(list[:1], edit.Value, list[1:]), nil
	case index < len(items):
		at := items[index].start
		gap := gapBefore(list, at)
		return slices.Concat(list[:at], indented(edit.Value, gap), []byte(","), gap, list[at:]), nil
	default:
		last := items[len(items)-1]
		gap := gapBefore(list, last.start)
		return slices.Concat(list[:last.end], []byte(","), gap, indented(edit.Value, gap), list[last.end:]), nil
	}
}

// gapBefore is the white space before a value: what is put beside it stands as it does.
func gapBefore(data []byte, at int) []byte {
	begin := len(bytes.TrimRight(data[:at], " \t\r\n"))
	return data[begin:at]
}

// indented lays a value out over several lines where the gap before it has a line break.
func indented(value json.RawMessage, gap []byte) []byte {
	line := bytes.LastIndexByte(gap, '\n')
	if line < 0 {
		return value
	}
	var b bytes.Buffer
	if json.Indent(&b, value, string(gap[line+1:]), "  ") != nil {
		return value
	}
	return b.Bytes()
}

func set(object []byte, name string, value json.RawMessage) ([]byte, error) {
	members, err := children(object, '{')
	if err != nil {
		return nil, err
	}
	for _, member := range members {
		if member.key == name {
			return slices.Concat(object[:member.start], value, object[member.end:]), nil
		}
	}
	key, err := json.Marshal(name)
	if err != nil {
		return nil, fmt.Errorf("edit the definition: %w", err)
	}
	added := slices.Concat(key, []byte(":"), value)
	if len(members) == 0 {
		return slices.Concat(object[:1], added, object[1:]), nil
	}
	at := members[len(members)-1].end
	return slices.Concat(object[:at], []byte(","), added, object[at:]), nil
}

// child is a member of an object or an item of a list: where its value stands.
type child struct {
	key        string
	start, end int
}

// find returns where the value at path stands.
func find(data []byte, path []any) (start, end int, err error) {
	start, end = leading(data), len(bytes.TrimRight(data, " \t\r\n"))
	for _, step := range path {
		open, wanted := byte('{'), func(_ int, c child) bool { return c.key == step }
		if index, isIndex := step.(int); isIndex {
			open, wanted = '[', func(i int, _ child) bool { return i == index }
		}
		list, err := children(data[start:end], open)
		if err != nil {
			return 0, 0, err
		}
		at := -1
		for i, c := range list {
			if wanted(i, c) {
				at = i
			}
		}
		if at < 0 {
			return 0, 0, fmt.Errorf("edit the definition: there is no %v", step)
		}
		start, end = start+list[at].start, start+list[at].end
	}
	return start, end, nil
}

func leading(data []byte) int { return len(data) - len(bytes.TrimLeft(data, " \t\r\n")) }

// children lists the members or items of the object or list that data is; open says which of the two it must be.
func children(data []byte, open byte) ([]child, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if first, err := dec.Token(); err != nil || first != json.Delim(open) {
		return nil, fmt.Errorf("edit the definition: not what the path says, but %v", first)
	}
	var list []child
	for dec.More() {
		var c child
		if open == '{' {
			key, err := dec.Token()
			if err != nil {
				return nil, fmt.Errorf("edit the definition: %w", err)
			}
			c.key, _ = key.(string)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("edit the definition: %w", err)
		}
		c.end = int(dec.InputOffset())
		c.start = c.end - len(value)
		list = append(list, c)
	}
	return list, nil
}
