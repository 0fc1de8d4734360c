package access

import (
	"context"
	"slices"
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
	slices.SortFunc(list, func(x, y conductor.Tag) int { return strings.Compare(x.Key+":"+x.Value, y.Key+":"+y.Value) })
	return list
}
