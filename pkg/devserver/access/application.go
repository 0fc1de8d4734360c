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

// Bootstrap makes the administrator's application with a key of the given id and secret, unless it is there.
func (a *Access) Bootstrap(ctx context.Context, name, keyID, secret string) error {
	a.mu.RLock()
	k := a.keys[keyID]
	known := k != nil && k.Active && slices.Equal(hash(k.Salt, secret), k.Hash)
	a.mu.RUnlock()
	if known {
		return nil
	}
	// The id follows from the key, so that a token stays good when the server is started again without its state.
	app, err := a.addApplication(ctx, nil, BootstrapID(keyID), name)
	if err != nil {
		return err
	}
	if err := a.setRole(ctx, app.ID, roleAdmin, true); err != nil {
		return err
	}
	_, err = a.addKey(ctx, app.ID, keyID, secret)
	return err
}

// BootstrapID is the id of the application that Bootstrap makes for a key.
func BootstrapID(keyID string) string { return derivedUUID(keyID) }

// IsKey reports whether a kind of records in the store is that of keys, whose keys there are their ids.
func IsKey(kind string) bool { return kind == kindKey }

// CreateApplication makes an application and its backing user. Names are not unique.
func (a *Access) CreateApplication(ctx context.Context, by *Caller, name string) (conductor.Application, error) {
	return a.addApplication(ctx, by, newUUID(), name)
}

// addApplication makes an application with the given id; by nil is the server itself.
func (a *Access) addApplication(ctx context.Context, by *Caller, id, name string) (conductor.Application, error) {
	if strings.TrimSpace(name) == "" {
		return conductor.Application{}, fault.Invalid("Application name cannot be null or empty")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.millis()
	app := &application{conductor.Application{ID: id, Name: name, CreateTime: now, UpdateTime: now}}
	if by != nil {
		app.CreatedBy, app.UpdatedBy = by.id, by.id
	}
	u := &user{ID: app.UserID(), Name: name, UUID: newUUID(), App: app.ID, Roles: []string{}}
	target := conductor.Target{Type: "APPLICATION", ID: app.ID}
	records := []store.Record{{Kind: kindApp, Key: app.ID, Value: app}, {Kind: kindUser, Key: u.ID, Value: u}}
	if by != nil {
		records = append(records, store.Record{Kind: kindOwner, Key: targetKey(target), Value: ownerRecord{target, by.id}})
	}
	if err := a.commit(ctx, records...); err != nil {
		return conductor.Application{}, err
	}
	a.apps[app.ID], a.users[u.ID] = app, u
	if by != nil {
		a.owners[target] = by.id
	}
	return app.Application, nil
}

func targetKey(t conductor.Target) string { return t.Type + "/" + t.ID }

// Application returns one application.
func (a *Access) Application(id string) (conductor.Application, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if app := a.apps[id]; app != nil {
		return app.Application, nil
	}
	return conductor.Application{}, notFound("Application", id)
}

// Applications lists the applications that the caller may read, with their tags, the oldest first.
func (a *Access) Applications(by *Caller) []conductor.Application {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []conductor.Application{}
	for id, app := range a.apps {
		if !by.may("READ", conductor.Target{Type: "APPLICATION", ID: id}) {
			continue
		}
		view := app.Application
		view.Tags = slices.Clone(a.tags[conductor.Target{Type: "APPLICATION", ID: id}])
		list = append(list, view)
	}
	sort.SliceStable(list, func(i, j int) bool {
		x, y := &list[i], &list[j]
		return cmp.Or(cmp.Compare(x.CreateTime, y.CreateTime), strings.Compare(x.ID, y.ID)) < 0
	})
	return list
}

// RenameApplication changes an application's name.
func (a *Access) RenameApplication(ctx context.Context, by *Caller, id, name string) (conductor.Application, error) {
	if strings.TrimSpace(name) == "" {
		return conductor.Application{}, fault.Invalid("Application name cannot be null or empty")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.apps[id]
	if app == nil {
		return conductor.Application{}, notFound("Application", id)
	}
	changed := *app
	changed.Name, changed.UpdatedBy, changed.UpdateTime = name, by.id, a.millis()
	u := *a.users[app.UserID()]
	u.Name = name
	if err := a.commit(ctx, store.Record{Kind: kindApp, Key: id, Value: &changed}, store.Record{Kind: kindUser, Key: u.ID, Value: &u}); err != nil {
		return conductor.Application{}, err
	}
	a.apps[id], a.users[u.ID] = &changed, &u
	return changed.Application, nil
}

// DeleteApplication removes an application with its user, keys, grants and tags.
func (a *Access) DeleteApplication(ctx context.Context, id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.apps[id]
	if app == nil {
		return notFound("Application", id)
	}
	target := conductor.Target{Type: "APPLICATION", ID: id}
	records := []store.Record{
		{Kind: kindApp, Key: id},
		{Kind: kindUser, Key: app.UserID()},
		{Kind: kindOwner, Key: targetKey(target)},
		{Kind: kindTags, Key: targetKey(target)},
	}
	var keys []string
	for keyID, k := range a.keys {
		if k.App == id {
			keys = append(keys, keyID)
			records = append(records, store.Record{Kind: kindKey, Key: keyID})
		}
	}
	who := subject{"USER", app.UserID()}
	for on := range a.grants[who] {
		records = append(records, store.Record{Kind: kindGrant, Key: grantKey(who, on)})
	}
	if err := a.commit(ctx, records...); err != nil {
		return err
	}
	delete(a.apps, id)
	delete(a.users, app.UserID())
	delete(a.owners, target)
	delete(a.tags, target)
	delete(a.grants, who)
	for _, keyID := range keys {
		delete(a.keys, keyID)
	}
	return nil
}

// AddRole gives an application a role; any name is taken, since roles may be made by hand. Only an administrator may give those
// that reach beyond the application's own grants.
func (a *Access) AddRole(ctx context.Context, by *Caller, id, role string) error {
	role = strings.ToUpper(role)
	if onlyAdmins(role) && !by.Is(roleAdmin) {
		return fault.Forbidden("You don't have permissions to grant the role: %s", role)
	}
	return a.setRole(ctx, id, role, true)
}

// RemoveRole takes a role away; one that the application does not have is no error.
func (a *Access) RemoveRole(ctx context.Context, id, role string) error {
	return a.setRole(ctx, id, strings.ToUpper(role), false)
}

func (a *Access) setRole(ctx context.Context, id, role string, has bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.apps[id]
	if app == nil {
		return notFound("Application", id)
	}
	u := *a.users[app.UserID()]
	u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), func(name string) bool { return name == role })
	if has {
		u.Roles = append(u.Roles, role)
	}
	if err := a.commit(ctx, store.Record{Kind: kindUser, Key: u.ID, Value: &u}); err != nil {
		return err
	}
	a.users[u.ID] = &u
	return nil
}
