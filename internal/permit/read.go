package permit

import (
	"context"
	"errors"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Read reads what the user of that id ("app:<id>") was given. Orkes tells an administrator, newer versions the user itself: each
// client is asked until one is told. A nil client is passed over.
func Read(ctx context.Context, id string, clients ...*conductor.Client) Holder {
	holder := Holder{ID: id}
	var group sync.WaitGroup
	var rolesErr, grantsErr error
	var user conductor.Document[conductor.User]
	group.Go(func() { user, rolesErr = readUser(ctx, id, clients) })
	group.Go(func() { holder.Grants, grantsErr = readGrants(ctx, id, clients) })
	group.Wait()
	holder.GrantsKnown = grantsErr == nil
	if rolesErr == nil {
		holder = holder.As(user.Value)
	}
	for _, err := range []error{rolesErr, grantsErr} {
		if err != nil {
			holder.Unseen = append(holder.Unseen, err.Error())
		}
	}
	return holder
}

func readUser(ctx context.Context, id string, clients []*conductor.Client) (conductor.Document[conductor.User], error) {
	return FirstTold(clients, func(c *conductor.Client) (conductor.Document[conductor.User], error) {
		user, err := c.Users.Get(ctx, id)
		if !conductor.IsForbidden(err) {
			return user, err
		}
		self, selfErr := c.Token.UserInfo(ctx)
		if selfErr == nil && self.Value.ID == id {
			return self, nil
		}
		return user, err
	})
}

// As is the holder with the name and the roles that the server says the user has.
func (h Holder) As(user conductor.User) Holder {
	h.Name, h.RolesKnown, h.Roles = user.Name, true, nil
	for _, role := range user.Roles {
		h.Roles = append(h.Roles, role.Name)
	}
	return h
}

func readGrants(ctx context.Context, id string, clients []*conductor.Client) ([]conductor.GrantedAccess, error) {
	return FirstTold(clients, func(c *conductor.Client) ([]conductor.GrantedAccess, error) {
		grants, err := c.Users.Permissions(ctx, id)
		if !conductor.IsForbidden(err) && !conductor.IsNotFound(err) {
			return grants, err
		}
		if own, ownErr := c.Authorization.BySubject(ctx, conductor.Subject{Type: "USER", ID: id}); ownErr == nil {
			return own, nil
		}
		return nil, err
	})
}

// FirstTold asks one client after the other and returns the first answer, else the first refusal. A nil client is passed over.
func FirstTold[T any](clients []*conductor.Client, ask func(*conductor.Client) (T, error)) (T, error) {
	var none T
	var refused error
	for _, client := range clients {
		if client == nil {
			continue
		}
		answer, err := ask(client)
		if err == nil {
			return answer, nil
		}
		if refused == nil {
			refused = err
		}
	}
	if refused == nil {
		refused = errors.New("there is nobody to ask the server as")
	}
	return none, refused
}
