package api

import (
	"encoding/json"
	"math"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) tokenRoutes() {
	a.open("POST /api/token", a.token)
	a.route("GET /api/token/userInfo", a.userInfo)
}

// tokenRequest is the body of POST /token; Expiration is in milliseconds, negative for never (access sheet §1.1).
type tokenRequest struct {
	KeyID      string      `json:"keyId"`
	KeySecret  string      `json:"keySecret"`
	Expiration json.Number `json:"expiration"`
}

func (a *api) token(c *call) (any, error) {
	var request tokenRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	var millis int64
	if request.Expiration != "" {
		var err error
		if millis, err = request.Expiration.Int64(); err != nil {
			return nil, fault.Invalid("expiration is a number of milliseconds")
		}
	}
	// Beyond these a Duration overflows; Token has its own, narrower bound.
	millis = max(-1, min(millis, math.MaxInt64/int64(time.Millisecond)))
	token, err := a.Access.Token(request.KeyID, request.KeySecret, time.Duration(millis)*time.Millisecond)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": token}, nil
}

func (a *api) userInfo(c *call) (any, error) {
	caller, claims, err := a.Access.Claims(tokenOf(c.Request))
	if err != nil {
		return nil, err
	}
	user, err := a.Access.User(caller.ID())
	if err != nil {
		return nil, err
	}
	if c.flag("claims", false) {
		return map[string]any{"user": user, "claims": claims}, nil
	}
	return user, nil
}
