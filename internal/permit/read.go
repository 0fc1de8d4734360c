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
	group.Go(func() { rolesErr = holder.readRoles(ctx, clients) })
	group.Go(func() { grantsErr = holder.readGrants(ctx, clients) })
	group.Wait()
	for _, err := range []error{rolesErr, grantsErr} {
		if err != nil {
			holder.Unseen = append(holder.Unseen, err.Error())
		}
	}
	return holder
}

func (h *Holder) readRoles(ctx context.Context, clients []*conductor.Client) error {
	user, err := firstTold(clients, func(c *conductor.Client) (conductor.Document[conductor.User], error) {
		user, err := c.Users.Get(ctx, h.ID)
		if !conductor.IsForbidden(err) {
			return user, err
		}
		self, selfErr := c.Token.UserInfo(ctx)
		if selfErr == nil && self.Value.ID == h.ID {
			return self, nil
		}
		return user, err
	})
	if err != nil {
		return err
	}
	h.SetUser(user.Value)
	return nil
}

// SetUser takes name and roles from what the server says about the user.
func (h *Holder) SetUser(user conductor.User) {
	h.Name, h.RolesKnown, h.Roles = user.Name, true, nil
	for _, role := range user.Roles {
		h.Roles = append(h.Roles, role.Name)
	}
}

func (h *Holder) readGrants(ctx context.Context, clients []*conductor.Client) error {
	grants, err := firstTold(clients, func(c *conductor.Client) ([]conductor.GrantedAccess, error) {
		grants, err := c.Users.Permissions(ctx, h.ID)
		if !conductor.IsForbidden(err) && !conductor.IsNotFound(err) {
			return grants, err
		}
		if own, ownErr := c.Authorization.BySubject(ctx, conductor.Subject{Type: "USER", ID: h.ID}); ownErr == nil {
			return own, nil
		}
		return nil, err
	})
	if err != nil {
		return err
	}
	h.Grants, h.GrantsKnown = grants, true
	return nil
}

// firstTold asks one client after the other and returns the first answer, else the first refusal.
func firstTold[T any](clients []*conductor.Client, ask func(*conductor.Client) (T, error)) (T, error) {
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
