package access

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Roles that mean something to the rules (access sheet §2.1).
const (
	roleWorker             = "WORKER"
	roleUnrestrictedWorker = "UNRESTRICTED_WORKER"
	roleMetadataAPI        = "METADATA_API"
	roleApplicationCreator = "APPLICATION_CREATOR"
	roleMetadataManager    = "METADATA_MANAGER"
	roleWorkflowManager    = "WORKFLOW_MANAGER"
	roleApplicationManager = "APPLICATION_MANAGER"
	roleAdmin              = "ADMIN"
	roleUser               = "USER"
	roleReadOnly           = "USER_READ_ONLY"
)

// permissions returns the names that a role shows in user objects (access sheet §2.1, §4.1).
func permissions(role string) []conductor.Permission {
	names := map[string]string{
		roleAdmin: "ADMIN_MANAGEMENT API_GATEWAY_MANAGEMENT API_GATEWAY_VIEW APPLICATION_MANAGEMENT AUTHORIZATION_MANAGEMENT " +
			"BULK_MANAGEMENT EVENT_HANDLER_MANAGEMENT METADATA_MANAGEMENT METADATA_VIEW PERMISSION_MANAGEMENT PROMPT_MANAGEMENT " +
			"PUBLISHER_MANAGEMENT SCHEDULE_MANAGEMENT USER_MANAGEMENT WORKFLOW_MANAGEMENT WORKFLOW_SEARCH",
		roleUser: "API_GATEWAY_MANAGEMENT API_GATEWAY_VIEW CREATE_APPLICATION CREATE_INTEGRATION CREATE_SECRET CREATE_TASK_DEF " +
			"CREATE_USER_FORM_TEMPLATE CREATE_WORKFLOW_DEF WORKFLOW_SEARCH",
		roleMetadataAPI: "CREATE_TASK_DEF CREATE_WORKFLOW_DEF CREATE_USER_FORM_TEMPLATE",
		roleMetadataManager: "METADATA_MANAGEMENT METADATA_VIEW CREATE_INTEGRATION CREATE_SECRET API_GATEWAY_MANAGEMENT " +
			"API_GATEWAY_VIEW",
		roleApplicationCreator: "CREATE_APPLICATION",
		roleApplicationManager: "APPLICATION_MANAGEMENT API_GATEWAY_MANAGEMENT API_GATEWAY_VIEW",
		roleWorkflowManager:    "WORKFLOW_MANAGEMENT WORKFLOW_SEARCH",
	}
	list := []conductor.Permission{}
	for name := range strings.FieldsSeq(names[role]) {
		list = append(list, conductor.Permission{Name: name})
	}
	return list
}

// SystemRoles lists the built-in roles with their permissions.
func SystemRoles() []conductor.Role {
	names := []string{
		roleAdmin, roleUser, roleReadOnly, roleWorker, roleUnrestrictedWorker, roleMetadataAPI, roleApplicationCreator,
		roleMetadataManager, roleWorkflowManager, roleApplicationManager,
	}
	return roleObjects(names)
}

func roleObjects(names []string) []conductor.Role {
	roles := []conductor.Role{}
	for _, name := range names {
		roles = append(roles, conductor.Role{Name: name, Permissions: permissions(name)})
	}
	return roles
}

// roleNames brings role names into the form they are kept in, upper case.
func roleNames(given []string) []string {
	names := make([]string, 0, len(given))
	for _, name := range given {
		names = append(names, strings.ToUpper(name))
	}
	return names
}

// onlyAdmins says whether only an administrator may give a role to an application (access sheet §2.1).
func onlyAdmins(role string) bool {
	return !slices.Contains([]string{roleWorker, roleMetadataAPI, roleApplicationCreator}, role)
}

// accessSet is a set of CREATE, READ, EXECUTE, UPDATE and DELETE.
type accessSet map[string]bool

func allAccess() []string { return []string{"CREATE", "READ", "EXECUTE", "UPDATE", "DELETE"} }

func newAccessSet(names []string) accessSet {
	set := accessSet{}
	for _, name := range names {
		set[strings.ToUpper(name)] = true
	}
	return set
}

// list returns the set in the fixed order of allAccess.
func (s accessSet) list() []string {
	names := []string{}
	for _, name := range allAccess() {
		if s[name] {
			names = append(names, name)
		}
	}
	return names
}

// allows reports whether the set holds the access, or one that implies it: UPDATE, DELETE and EXECUTE each imply READ.
func (s accessSet) allows(name string) bool {
	return s[name] || name == "READ" && (s["UPDATE"] || s["DELETE"] || s["EXECUTE"])
}
