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

// UserRequest is the body of PUT /users/{id}.
type UserRequest struct {
	Name   string   `json:"name"`
	Roles  []string `json:"roles"`
	Groups []string `json:"groups"`
}

// GroupRequest is the body of PUT /groups/{id}.
type GroupRequest struct {
	Description   string              `json:"description"`
	Roles         []string            `json:"roles"`
	DefaultAccess map[string][]string `json:"defaultAccess"`
}

func (a *Access) userView(u *user) conductor.User {
	view := conductor.User{
		ID: u.ID, Name: u.Name, UUID: u.UUID, Roles: roleObjects(u.Roles), Groups: []conductor.Group{},
		ContactInformation: map[string]any{}, ApplicationUser: u.App != "",
	}
	for _, id := range u.Groups {
		if g := a.groups[id]; g != nil {
			view.Groups = append(view.Groups, g.view())
		}
	}
	return view
}

func (g *group) view() conductor.Group {
	access := g.DefaultAccess
	if access == nil {
		access = map[string][]string{}
	}
	return conductor.Group{
		ID: g.ID, Description: g.Description, Roles: roleObjects(g.Roles), DefaultAccess: access, ContactInformation: map[string]any{},
	}
}

// User returns a user, or an application's backing user as "app:<id>".
func (a *Access) User(id string) (conductor.User, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if u := a.users[userID(id)]; u != nil {
		return a.userView(u), nil
	}
	return conductor.User{}, notFound("User", id)
}

// Users lists the users, with the applications' where apps is set, sorted.
func (a *Access) Users(apps bool) []conductor.User {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []conductor.User{}
	for _, u := range a.users {
		if apps || u.App == "" {
			list = append(list, a.userView(u))
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

// PutUser creates or replaces a user. Ids are kept in lower case.
func (a *Access) PutUser(ctx context.Context, id string, request UserRequest) (conductor.User, error) {
	id = userID(id)
	request.Roles = roleNames(request.Roles)
	switch {
	case strings.HasPrefix(id, "app:"):
		return conductor.User{}, fault.Invalid("User id cannot start with app:")
	case slices.Contains(request.Roles, roleReadOnly) && (len(request.Roles) > 1 || len(request.Groups) > 0):
		return conductor.User{}, fault.Invalid("%s excludes other roles and groups", roleReadOnly)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	u := &user{ID: id, Name: request.Name, UUID: newUUID(), Roles: request.Roles, Groups: request.Groups}
	if old := a.users[id]; old != nil {
		u.UUID = old.UUID
	}
	for _, name := range u.Groups {
		if a.groups[name] == nil {
			return conductor.User{}, notFound("Group", name)
		}
	}
	if err := a.commit(ctx, store.Record{Kind: kindUser, Key: id, Value: u}); err != nil {
		return conductor.User{}, err
	}
	a.users[id] = u
	return a.userView(u), nil
}

// DeleteUser removes a user with its grants.
func (a *Access) DeleteUser(ctx context.Context, id string) error {
	a.mu.RLock()
	u := a.users[userID(id)]
	a.mu.RUnlock()
	if u == nil {
		return notFound("User", id)
	}
	id = u.ID
	if u.App != "" {
		return fault.Invalid("User %s belongs to an application: delete the application", id)
	}
	if err := a.RevokeAll(ctx, "USER", id, ""); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.commit(ctx, store.Record{Kind: kindUser, Key: id}); err != nil {
		return err
	}
	delete(a.users, id)
	return nil
}

// Group returns a group.
func (a *Access) Group(id string) (conductor.Group, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if g := a.groups[id]; g != nil {
		return g.view(), nil
	}
	return conductor.Group{}, notFound("Group", id)
}

// Groups lists the groups, sorted.
func (a *Access) Groups() []conductor.Group {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []conductor.Group{}
	for _, g := range a.groups {
		list = append(list, g.view())
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

// PutGroup creates or replaces a group.
func (a *Access) PutGroup(ctx context.Context, id string, request GroupRequest) (conductor.Group, error) {
	if strings.TrimSpace(request.Description) == "" {
		return conductor.Group{}, fault.Invalid("Group description cannot be null or empty")
	}
	for kind := range request.DefaultAccess {
		if !slices.Contains([]string{"WORKFLOW_DEF", "TASK_DEF", "WORKFLOW_SCHEDULE"}, kind) {
			return conductor.Group{}, fault.Invalid("defaultAccess is for WORKFLOW_DEF, TASK_DEF and WORKFLOW_SCHEDULE, not %s", kind)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	g := &group{ID: id, Description: request.Description, Roles: roleNames(request.Roles), DefaultAccess: request.DefaultAccess}
	if err := a.commit(ctx, store.Record{Kind: kindGroup, Key: id, Value: g}); err != nil {
		return conductor.Group{}, err
	}
	a.groups[id] = g
	return g.view(), nil
}

// DeleteGroup removes a group with its grants; its members stay.
func (a *Access) DeleteGroup(ctx context.Context, id string) error {
	if _, err := a.Group(id); err != nil {
		return err
	}
	if err := a.RevokeAll(ctx, "GROUP", id, ""); err != nil {
		return err
	}
	var ids []string
	for _, member := range a.members(id) {
		ids = append(ids, member.ID)
	}
	if err := a.SetMembers(ctx, id, ids, false); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.commit(ctx, store.Record{Kind: kindGroup, Key: id}); err != nil {
		return err
	}
	delete(a.groups, id)
	return nil
}

// Members lists a group's users, sorted.
func (a *Access) Members(id string) ([]conductor.User, error) {
	if _, err := a.Group(id); err != nil {
		return nil, err
	}
	return a.members(id), nil
}

func (a *Access) members(id string) []conductor.User {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []conductor.User{}
	for _, u := range a.users {
		if slices.Contains(u.Groups, id) {
			list = append(list, a.userView(u))
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

// SetMembers puts users into a group, or takes them out: all of them, or none where one is not known.
func (a *Access) SetMembers(ctx context.Context, groupID string, ids []string, in bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.groups[groupID] == nil {
		return notFound("Group", groupID)
	}
	changes := map[string]*user{}
	records := make([]store.Record, 0, len(ids))
	for _, id := range ids {
		u := a.users[userID(id)]
		if u == nil {
			return notFound("User", id)
		}
		changed := *u
		changed.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(id string) bool { return id == groupID })
		if in {
			changed.Groups = append(changed.Groups, groupID)
		}
		changes[u.ID] = &changed
		records = append(records, store.Record{Kind: kindUser, Key: u.ID, Value: &changed})
	}
	if err := a.commit(ctx, records...); err != nil {
		return err
	}
	maps.Copy(a.users, changes)
	return nil
}
