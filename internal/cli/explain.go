package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// explain adds to an error what the person's settings say about it: whose key was refused, where the URL came from.
func (d *Deps) explain(err error) *Error {
	explained := flatten(err)
	if explained.Hint != "" || errors.Is(err, context.Canceled) {
		return explained
	}
	settings, settingsErr := d.settings()
	if settingsErr != nil {
		return explained
	}
	explained.Hint = hintFor(err, settings)
	if conductor.IsForbidden(err) && !conductor.IsUnauthenticated(err) {
		explained.Hint = d.refused(settings, explained.needs)
	}
	return explained
}

// whoTime is how long an explanation waits for the server to say whose key was used.
const whoTime = 2 * time.Second

// refused explains a refused permission: whose the key is and which roles it has, where the server says so in time, what it takes,
// and the command that sends it as somebody else.
func (d *Deps) refused(s config.Settings, needs string) string {
	who := "The request was made with " + identity(s)
	ctx, cancel := context.WithTimeout(context.Background(), whoTime)
	defer cancel()
	if client, err := d.client(); err == nil {
		if user, err := client.Token.UserInfo(ctx); err == nil {
			who += ", which belongs to " + owner(user.Value)
		}
	}
	if needs != "" {
		needs += " "
	}
	return who + ".\n" + needs + d.otherIdentity(s)
}

// otherIdentity says how to send the command as somebody else: the profile that has a key, where there is one.
func (d *Deps) otherIdentity(s config.Settings) string {
	profile, hint := d.otherProfile(s), "Use your own identity: "
	if profile != "" {
		return hint + d.Again("--profile", profile) + "   (or orkesctl login; who it is now: orkesctl whoami)"
	}
	return hint + "orkesctl login --profile NAME, then " + d.Again("--profile", "NAME") + "   (who it is now: orkesctl whoami)"
}

// otherProfile is a profile with a key that is not the one used: the running development server's last. Empty where there is none.
func (d *Deps) otherProfile(s config.Settings) string {
	paths, err := d.Paths()
	if err != nil {
		return ""
	}
	if profiles, err := config.LoadProfiles(paths); err == nil {
		for _, name := range profiles.Names() {
			if key := profiles.Profiles[name].Key; key != "" && key != s.Key.Value {
				return name
			}
		}
	}
	dev, err := config.RunningDev(paths)
	if err == nil && dev != nil && dev.URL == s.Server.Value && dev.Key != s.Key.Value {
		return config.DevProfile
	}
	return ""
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
	var answer *conductor.Error
	switch {
	case errors.As(err, &connect):
		return connectHint(s)
	case errors.As(err, &protocol):
		return protocolHint(protocol, s)
	case conductor.IsUnauthenticated(err):
		return unaccepted(s)
	case errors.As(err, &answer) && answer.Status == http.StatusTooManyRequests:
		return "The server wants fewer requests than it gets. Wait a little, and try again."
	case conductor.IsUnavailable(err):
		return "The server is there and does not answer properly. Try again, or ask: orkesctl version --debug"
	default:
		return ""
	}
}

// unaccepted explains a refused identity. A key in the environment would win over what login stores.
func unaccepted(s config.Settings) string {
	switch source := s.Token.Source + s.Key.Source; {
	case source == "":
		return "The server wants to know who you are, and no key is configured.\nSign in: orkesctl login   ·   or set CONDUCTOR_AUTH_KEY and CONDUCTOR_AUTH_SECRET"
	case strings.HasPrefix(source, "CONDUCTOR_"):
		return "The server does not accept " + identity(s) + ".\nCorrect it, or unset it and sign in: orkesctl login   ·   what is used: orkesctl config show"
	default:
		return "The server does not accept " + identity(s) + ".\nSign in: orkesctl login   ·   or see what is used: orkesctl config show"
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
		return webPageHint(s)
	case conductor.ForeignRedirect:
		return "Your key was not sent there. If the server moved, set CONDUCTOR_SERVER_URL to its new address."
	default:
		return "See what came back: repeat the command with --debug"
	}
}

// webPageHint says where the API may be: at the root of the host, where the URL has a path before /api.
func webPageHint(s config.Settings) string {
	hint := fmt.Sprintf("The URL is from %s and leads to a web page: it may be the console's, or a proxy's sign-in page.\n", from(s.Server.Source))
	u, err := url.Parse(s.Server.Value)
	if err != nil || u.Path == "/api" {
		return hint + "Where Conductor's API is, its administrator knows. See what came back: orkesctl version --debug"
	}
	u.Path, u.RawPath = "/api", ""
	return hint + "Try: CONDUCTOR_SERVER_URL=" + u.String()
}

// LacksRoute says whether an error is a server's that does not know such a call at all.
func LacksRoute(err error) bool {
	var answer *conductor.Error
	return errors.As(err, &answer) && (answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed)
}
