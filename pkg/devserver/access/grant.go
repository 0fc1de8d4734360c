package access

import (
	"context"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func grantKey(who subject, target conductor.Target) string {
	return who.kind + "/" + who.id + "/" + targetKey(target)
}

// setGrant needs the lock to be held.
func (a *Access) setGrant(who subject, target conductor.Target, set accessSet) {
	if a.grants[who] == nil {
		a.grants[who] = map[conductor.Target]accessSet{}
	}
	if len(set) == 0 {
		delete(a.grants[who], target)
		return
	}
	a.grants[who][target] = set
}

// normalGrant checks a grant and brings its types into the form they are kept in.
func normalGrant(g conductor.Authorization) (subject, conductor.Target, error) {
	who := newSubject(g.Subject.Type, g.Subject.ID)
	target, err := ParseTarget(g.Target.Type, g.Target.ID)
	switch {
	case !slices.Contains(subjectTypes(), who.kind):
		return who, target, fault.Invalid("subject type %q is not one of USER, ROLE, GROUP", g.Subject.Type)
	case who.id == "":
		return who, target, fault.Invalid("subject and target need a type and an id")
	case err != nil:
		return who, target, err
	case len(g.Access) == 0:
		return who, target, fault.Invalid("access cannot be empty")
	}
	for _, name := range g.Access {
		if !slices.Contains(allAccess(), strings.ToUpper(name)) {
			return who, target, fault.Invalid("access %q is not one of CREATE, READ, EXECUTE, UPDATE, DELETE", name)
		}
	}
	return who, target, nil
}

// ParseTarget reads a target as a request names it, in any case and with the legacy SECRET for SECRET_NAME. fault.Invalid where the
// id is missing or the type is not one of the access sheet's §3.2.
func ParseTarget(kind, id string) (conductor.Target, error) {
	target := conductor.Target{Type: strings.ToUpper(kind), ID: id}
	if target.Type == "SECRET" {
		target.Type = "SECRET_NAME"
	}
	switch {
	case target.Type == "" || id == "":
		return target, fault.Invalid("subject and target need a type and an id")
	case !slices.Contains(targetTypes(), target.Type):
		return target, fault.Invalid("target type %q is not known", kind)
	}
	return target, nil
}

func subjectTypes() []string { return []string{"USER", "ROLE", "GROUP", "TAG"} }

func targetTypes() []string {
	return strings.Fields("WORKFLOW_DEF TASK_DEF APPLICATION USER TAG DOMAIN SECRET_NAME ENV_VARIABLE WORKFLOW_SCHEDULE EVENT_HANDLER " +
		"INTEGRATION_PROVIDER INTEGRATION PROMPT USER_FORM_TEMPLATE SCHEMA WEBHOOK WORKFLOW TASK_REF_NAME TASK_ID CLUSTER_CONFIG " +
		"API_GATEWAY_SERVICE API_GATEWAY_SERVICE_ROUTE AUTH_CONFIG GROUP ROLE SERVICE_REGISTRY")
}

// Grant adds access. A target that does not exist yet is accepted.
func (a *Access) Grant(ctx context.Context, g conductor.Authorization) error {
	return a.change(ctx, g, func(set accessSet, name string) { set[name] = true })
}

// Revoke takes the named access away, and only that.
func (a *Access) Revoke(ctx context.Context, g conductor.Authorization) error {
	return a.change(ctx, g, func(set accessSet, name string) { delete(set, name) })
}

func (a *Access) change(ctx context.Context, g conductor.Authorization, f func(accessSet, string)) error {
	who, target, err := normalGrant(g)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	set := maps.Clone(a.grants[who][target])
	if set == nil {
		set = accessSet{}
	}
	for _, name := range g.Access {
		f(set, strings.ToUpper(name))
	}
	record := store.Record{Kind: kindGrant, Key: grantKey(who, target)}
	if len(set) > 0 {
		record.Value = grantRecord{conductor.Subject{Type: who.kind, ID: who.id}, target, set.list()}
	}
	if err := a.commit(ctx, record); err != nil {
		return err
	}
	a.setGrant(who, target, set)
	return nil
}

// ByTarget returns who has access to a target, by access.
func (a *Access) ByTarget(target conductor.Target) map[string][]conductor.Subject {
	a.mu.RLock()
	defer a.mu.RUnlock()
	found := map[string][]conductor.Subject{}
	for who, targets := range a.grants {
		for _, name := range targets[target].list() {
			found[name] = append(found[name], conductor.Subject{Type: who.kind, ID: who.id})
		}
	}
	for _, subjects := range found {
		sort.SliceStable(subjects, func(i, j int) bool { return subjects[i].Type+subjects[i].ID < subjects[j].Type+subjects[j].ID })
	}
	return found
}

// Grants returns a subject's own grants, expanded to what carries a granted tag, sorted. fault.Invalid for an unknown kind.
func (a *Access) Grants(kind, id string) ([]conductor.GrantedAccess, error) {
	who := newSubject(kind, id)
	if !slices.Contains(subjectTypes(), who.kind) {
		return nil, fault.Invalid("subject type %q is not one of USER, ROLE, GROUP", kind)
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.granted(who), nil
}

func (a *Access) granted(who subject) []conductor.GrantedAccess {
	list := []conductor.GrantedAccess{}
	for target, set := range a.grants[who] {
		list = append(list, conductor.GrantedAccess{Target: target, Access: set.list()})
		if target.Type != "TAG" {
			continue
		}
		for tagged, tags := range a.tags {
			for _, tag := range tags {
				if tag.Key+":"+tag.Value == target.ID {
					list = append(list, conductor.GrantedAccess{Target: tagged, Access: set.list(), Tag: target.ID})
				}
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		return targetKey(list[i].Target)+list[i].Tag < targetKey(list[j].Target)+list[j].Tag
	})
	return list
}

// Permissions returns what a user was granted, itself and through its groups.
func (a *Access) Permissions(id string) ([]conductor.GrantedAccess, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	u := a.users[userID(id)]
	if u == nil {
		return nil, notFound("User", id)
	}
	list := a.granted(subject{"USER", u.ID})
	for _, id := range u.Groups {
		list = append(list, a.granted(subject{"GROUP", id})...)
	}
	return list, nil
}

// RevokeAll removes a subject's grants on targets of one type, or all where the type is empty.
func (a *Access) RevokeAll(ctx context.Context, kind, id, targetType string) error {
	who := newSubject(kind, id)
	if !slices.Contains(subjectTypes(), who.kind) {
		return fault.Invalid("subject type %q is not one of USER, ROLE, GROUP", kind)
	}
	targetType = strings.ToUpper(targetType)
	a.mu.Lock()
	defer a.mu.Unlock()
	var records []store.Record
	for target := range a.grants[who] {
		if targetType == "" || target.Type == targetType {
			records = append(records, store.Record{Kind: kindGrant, Key: grantKey(who, target)})
		}
	}
	if err := a.commit(ctx, records...); err != nil {
		return err
	}
	maps.DeleteFunc(a.grants[who], func(target conductor.Target, _ accessSet) bool {
		return targetType == "" || target.Type == targetType
	})
	return nil
}

// Check returns what a user may do with a target, by access.
func (a *Access) Check(id string, target conductor.Target) (map[string]bool, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	u := a.users[userID(id)]
	if u == nil {
		return nil, notFound("User", id)
	}
	c := &Caller{access: a, id: u.ID}
	allowed := map[string]bool{}
	for _, name := range allAccess() {
		allowed[name] = c.may(name, target)
	}
	return allowed, nil
}

// Own records who made a thing; its maker may do everything with it, and groups of the maker get their default access.
func (a *Access) Own(ctx context.Context, by *Caller, target conductor.Target) error {
	if by == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	records := []store.Record{{Kind: kindOwner, Key: targetKey(target), Value: ownerRecord{target, by.id}}}
	given := map[subject]accessSet{}
	for _, id := range a.groupsOf(by.id) { // none where the maker was deleted while it made the thing
		if g := a.groups[id]; g != nil && len(g.DefaultAccess[target.Type]) > 0 {
			who := subject{"GROUP", id}
			given[who] = newAccessSet(g.DefaultAccess[target.Type])
			records = append(records, store.Record{Kind: kindGrant, Key: grantKey(who, target), Value: grantRecord{
				conductor.Subject{Type: "GROUP", ID: id}, target, given[who].list(),
			}})
		}
	}
	if err := a.commit(ctx, records...); err != nil {
		return err
	}
	a.owners[target] = by.id
	for who, set := range given {
		a.setGrant(who, target, set)
	}
	return nil
}

func (a *Access) groupsOf(userID string) []string {
	if u := a.users[userID]; u != nil {
		return u.Groups
	}
	return nil
}

// Forget drops the maker and tags of a thing that was deleted; grants on it stay, as a grant may precede its target.
func (a *Access) Forget(ctx context.Context, target conductor.Target) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.commit(ctx, store.Record{Kind: kindOwner, Key: targetKey(target)}, store.Record{Kind: kindTags, Key: targetKey(target)}); err != nil {
		return err
	}
	delete(a.owners, target)
	delete(a.tags, target)
	return nil
}
