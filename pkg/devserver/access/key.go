package access

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func hash(salt []byte, secret string) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(secret))
	return mac.Sum(nil)
}

// CreateKey makes a key for an application. Its secret is in the answer only: it is stored hashed.
func (a *Access) CreateKey(ctx context.Context, appID string) (conductor.NewAccessKey, error) {
	return a.addKey(ctx, appID, newUUID(), hex.EncodeToString(randomBytes(24)))
}

func (a *Access) addKey(ctx context.Context, appID, id, secret string) (conductor.NewAccessKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.apps[appID] == nil {
		return conductor.NewAccessKey{}, notFound("Application", appID)
	}
	salt := randomBytes(16)
	k := &key{ID: id, App: appID, Salt: salt, Hash: hash(salt, secret), At: a.millis(), Active: true}
	if err := a.commit(ctx, store.Record{Kind: kindKey, Key: id, Value: k}); err != nil {
		return conductor.NewAccessKey{}, err
	}
	a.keys[id] = k
	return conductor.NewAccessKey{ID: id, Secret: secret}, nil
}

func (k *key) view() conductor.AccessKey {
	status := "ACTIVE"
	if !k.Active {
		status = "INACTIVE"
	}
	return conductor.AccessKey{ID: k.ID, CreatedAt: k.At, Status: status}
}

// Keys lists an application's keys, the oldest first.
func (a *Access) Keys(appID string) ([]conductor.AccessKey, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.apps[appID] == nil {
		return nil, notFound("Application", appID)
	}
	list := []conductor.AccessKey{}
	for _, k := range a.keys {
		if k.App == appID {
			list = append(list, k.view())
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		x, y := &list[i], &list[j]
		return cmp.Or(cmp.Compare(x.CreatedAt, y.CreatedAt), strings.Compare(x.ID, y.ID)) < 0
	})
	return list, nil
}

// ToggleKey turns an active key inactive, and back.
func (a *Access) ToggleKey(ctx context.Context, appID, id string) (conductor.AccessKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.keys[id]
	if k == nil || k.App != appID {
		return conductor.AccessKey{}, notFound("Access key", id)
	}
	changed := *k
	changed.Active = !k.Active
	if err := a.commit(ctx, store.Record{Kind: kindKey, Key: id, Value: &changed}); err != nil {
		return conductor.AccessKey{}, err
	}
	a.keys[id] = &changed
	return changed.view(), nil
}

// DeleteKey removes a key; its tokens are refused from then on.
func (a *Access) DeleteKey(ctx context.Context, appID, id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.keys[id]; k == nil || k.App != appID {
		return notFound("Access key", id)
	}
	if err := a.commit(ctx, store.Record{Kind: kindKey, Key: id}); err != nil {
		return err
	}
	delete(a.keys, id)
	return nil
}

// ApplicationOfKey returns the application that a key belongs to.
func (a *Access) ApplicationOfKey(id string) (conductor.Application, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	k := a.keys[id]
	if k == nil {
		return conductor.Application{}, notFound("Access key", id)
	}
	return a.apps[k.App].Application, nil
}
