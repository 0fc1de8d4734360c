package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// explain adds to an error what the person's settings say about it: whose key was refused, where the URL came from.
func (d *Deps) explain(err error) *Error {
	explained := flatten(err)
	if explained.Hint != "" {
		return explained
	}
	settings, settingsErr := d.settings()
	if settingsErr != nil {
		return explained
	}
	explained.Hint = hintFor(err, settings)
	if conductor.IsForbidden(err) && !conductor.IsUnauthenticated(err) {
		explained.Hint = d.refused(settings)
	}
	return explained
}

// whoTime is how long an explanation waits for the server to say whose key was used.
const whoTime = 2 * time.Second

// refused explains a refused permission: whose the key is and which roles it has, where the server says so in time.
func (d *Deps) refused(s config.Settings) string {
	who := "The request was made with " + identity(s)
	ctx, cancel := context.WithTimeout(context.Background(), whoTime)
	defer cancel()
	if client, err := d.client(); err == nil {
		if user, err := client.Token.UserInfo(ctx); err == nil {
			who += ", which belongs to " + owner(user.Value)
		}
	}
	return who + ".\nUse an identity that may do this: orkesctl --profile NAME …   ·   orkesctl login   ·   who it is: orkesctl whoami"
}

// owner names a user with the roles it has: "application get-inventory-worker, which has roles: WORKER".
func owner(user conductor.User) string {
	name := user.Name
	if name == "" {
		name = user.ID
	}
	if strings.HasPrefix(user.ID, "app:") {
		name = "application " + name
	}
	roles := make([]string, len(user.Roles))
	for i, role := range user.Roles {
		roles[i] = role.Name
	}
	if len(roles) == 0 {
		return name + ", which has no role"
	}
	return name + ", which has roles: " + strings.Join(roles, ", ")
}

func hintFor(err error, s config.Settings) string {
	var connect *conductor.ConnectError
	var protocol *conductor.ProtocolError
	switch {
	case errors.As(err, &connect):
		return connectHint(s)
	case errors.As(err, &protocol):
		return protocolHint(protocol, s)
	case conductor.IsUnauthenticated(err):
		return "The server does not accept " + identity(s) + ".\nSign in: orkesctl login   ·   or see what is used: orkesctl config show"
	case conductor.IsUnavailable(err):
		return "The server is there and does not answer properly. Try again, or ask: orkesctl version --debug"
	default:
		return ""
	}
}

func identity(s config.Settings) string {
	switch {
	case s.Token.Value != "":
		return "the token from " + from(s.Token.Source)
	case s.Key.Value != "":
		return fmt.Sprintf("the key %s from %s", s.Key.Value, from(s.Key.Source))
	default:
		return "no identity: no key is configured"
	}
}

func from(source string) string {
	if strings.HasPrefix(source, "CONDUCTOR_") {
		return "your shell's " + source
	}
	return source
}

func connectHint(s config.Settings) string {
	if s.Server.Source == "default" {
		return "No server is configured, and none listens there. Start one: orkesctl dev start   ·   or set CONDUCTOR_SERVER_URL"
	}
	return fmt.Sprintf("The URL is from %s. Is the server running? Start one here: orkesctl dev start", from(s.Server.Source))
}

func protocolHint(err *conductor.ProtocolError, s config.Settings) string {
	switch err.Kind {
	case conductor.HTMLPage, conductor.LoginPage:
		return fmt.Sprintf("The URL is from %s and leads to a web page: it may be the console's, or a proxy's sign-in page.\n"+
			"Try: CONDUCTOR_SERVER_URL=%s", from(s.Server.Source), s.Server.Value)
	case conductor.ForeignRedirect:
		return "Your key was not sent there. If the server moved, set CONDUCTOR_SERVER_URL to its new address."
	default:
		return "See what came back: repeat the command with --debug"
	}
}
