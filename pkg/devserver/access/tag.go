package access

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Tags returns a thing's tags; none is an empty list.
func (a *Access) Tags(target conductor.Target) []conductor.Tag {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return append([]conductor.Tag{}, a.tags[target]...)
}

// SetTags replaces all tags of a thing.
func (a *Access) SetTags(ctx context.Context, target conductor.Target, tags []conductor.Tag) error {
	return a.retag(ctx, target, tags, func([]conductor.Tag) []conductor.Tag { return slices.Clone(tags) })
}

// AddTags adds tags; the value of a key that is there is replaced.
func (a *Access) AddTags(ctx context.Context, target conductor.Target, tags []conductor.Tag) error {
	return a.retag(ctx, target, tags, func(old []conductor.Tag) []conductor.Tag {
		for _, tag := range tags {
			old = slices.DeleteFunc(old, func(t conductor.Tag) bool { return t.Key == tag.Key })
			old = append(old, tag)
		}
		return old
	})
}

// RemoveTags removes tags; with strict set, one that is not there is an error.
func (a *Access) RemoveTags(ctx context.Context, target conductor.Target, tags []conductor.Tag, strict bool) error {
	if strict {
		for _, tag := range tags {
			if !slices.ContainsFunc(a.Tags(target), func(t conductor.Tag) bool { return t.Key == tag.Key && t.Value == tag.Value }) {
				return fault.NotFound("Tag %s:%s not found", tag.Key, tag.Value)
			}
		}
	}
	return a.retag(ctx, target, tags, func(old []conductor.Tag) []conductor.Tag {
		return slices.DeleteFunc(old, func(t conductor.Tag) bool {
			return slices.ContainsFunc(tags, func(tag conductor.Tag) bool { return t.Key == tag.Key && t.Value == tag.Value })
		})
	})
}

func (a *Access) retag(ctx context.Context, target conductor.Target, given []conductor.Tag, f func([]conductor.Tag) []conductor.Tag) error {
	for _, tag := range given {
		if tag.Key == "" || strings.Contains(tag.Key, ":") {
			return fault.Invalid("tag key %q: not empty, and without a colon", tag.Key)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	tags := f(slices.Clone(a.tags[target]))
	if err := a.commit(ctx, store.Record{Kind: kindTags, Key: targetKey(target), Value: tagsRecord{target, tags}}); err != nil {
		return err
	}
	a.tags[target] = tags
	return nil
}

// AllTags lists every tag that something carries, once, sorted.
func (a *Access) AllTags() []conductor.Tag {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []conductor.Tag{}
	for _, tags := range a.tags {
		for _, tag := range tags {
			if !slices.Contains(list, tag) {
				list = append(list, tag)
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Key+":"+list[i].Value < list[j].Key+":"+list[j].Value })
	return list
}

// TagGroup counts the things of one type that carry a tag: a row of GET /metadata/tags/grouped (access sheet §4.4).
type TagGroup struct {
	Key   string `json:"tagKey"`
	Value string `json:"tagValue"`
	Type  string `json:"resourceType"` // spelled as a grant's target type [inferred]
	Count int    `json:"countPerResourceType"`
}

// TagGroups counts what carries each tag, sorted.
func (a *Access) TagGroups() []TagGroup {
	a.mu.RLock()
	defer a.mu.RUnlock()
	counts := map[TagGroup]int{}
	for target, tags := range a.tags {
		for _, tag := range tags {
			counts[TagGroup{Key: tag.Key, Value: tag.Value, Type: target.Type}]++
		}
	}
	list := make([]TagGroup, 0, len(counts))
	for row, count := range counts {
		row.Count = count
		list = append(list, row)
	}
	sort.SliceStable(list, func(i, j int) bool {
		x, y := &list[i], &list[j]
		return cmp.Or(strings.Compare(x.Key, y.Key), strings.Compare(x.Value, y.Value), strings.Compare(x.Type, y.Type)) < 0
	})
	return list
}

// TaggedResource is one thing that carries a tag: a row of GET /metadata/tags/resources (access sheet §4.4).
type TaggedResource struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// Tagged lists what carries a tag, of one type where kind is not empty, sorted. fault.Invalid for an unknown type.
func (a *Access) Tagged(tag conductor.Tag, kind string) ([]TaggedResource, error) {
	kind = strings.ToUpper(kind)
	if kind != "" && !slices.Contains(targetTypes(), kind) {
		return nil, fault.Invalid("resourceType %q is not known", kind)
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []TaggedResource{}
	for target, tags := range a.tags {
		if kind != "" && target.Type != kind || !slices.ContainsFunc(tags, func(t conductor.Tag) bool { return t.Key == tag.Key && t.Value == tag.Value }) {
			continue
		}
		row := TaggedResource{ID: target.ID, DisplayName: target.ID}
		if app := a.apps[target.ID]; app != nil && target.Type == "APPLICATION" {
			row.DisplayName = app.Name
		}
		list = append(list, row)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list, nil
}
