package conductor

// Application is an identity for programs on Orkes: GET /applications/{id}. Times are milliseconds since 1970.
type Application struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	CreatedBy  string `json:"createdBy,omitempty"`
	UpdatedBy  string `json:"updatedBy,omitempty"`
	CreateTime int64  `json:"createTime"`
	UpdateTime int64  `json:"updateTime"`
	Tags       []Tag  `json:"tags,omitempty"`
}

// UserID is the id of the application's backing user, the subject of its grants: "app:" and the application's id.
func (a Application) UserID() string { return "app:" + a.ID }

// AccessKey is an application's key without its secret: GET /applications/{id}/accessKeys.
// Status is ACTIVE or INACTIVE; CreatedAt is in milliseconds since 1970.
type AccessKey struct {
	ID        string `json:"id"`
	CreatedAt int64  `json:"createdAt"`
	Status    string `json:"status"`
}

// NewAccessKey is the only answer that holds a secret: POST /applications/{id}/accessKeys, once per key.
type NewAccessKey struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// Subject is who a grant is for: Type is USER, GROUP or ROLE; an application is USER "app:<id>".
type Subject struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Target is what a grant is on: Type is TASK_DEF, WORKFLOW_DEF, DOMAIN, TAG, APPLICATION, …
type Target struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Authorization is a grant or its removal: POST and DELETE /auth/authorization.
// Access holds CREATE, READ, EXECUTE, UPDATE, DELETE.
type Authorization struct {
	Subject Subject  `json:"subject"`
	Target  Target   `json:"target"`
	Access  []string `json:"access"`
}

// GrantedAccess is one entry of a subject's permissions. Tag is set where the access came through a tag, as "key:value".
type GrantedAccess struct {
	Target Target   `json:"target"`
	Access []string `json:"access"`
	Tag    string   `json:"tag,omitempty"`
}

// Permission is one named permission of a role.
type Permission struct {
	Name string `json:"name"`
}

// Role is a role with the permissions it carries.
type Role struct {
	Name        string       `json:"name"`
	Permissions []Permission `json:"permissions"`
}

// Group is a set of users: GET /groups/{id}. DefaultAccess gives the group access to what its members create.
type Group struct {
	ID                 string              `json:"id"`
	Description        string              `json:"description,omitempty"`
	Roles              []Role              `json:"roles"`
	DefaultAccess      map[string][]string `json:"defaultAccess"`
	ContactInformation map[string]any      `json:"contactInformation"`
}

// User is a person or an application's backing user: GET /users/{id}, GET /token/userInfo.
type User struct {
	ID                 string         `json:"id"`
	Name               string         `json:"name"`
	Roles              []Role         `json:"roles"`
	Groups             []Group        `json:"groups"`
	UUID               string         `json:"uuid,omitempty"`
	ContactInformation map[string]any `json:"contactInformation"`
	Namespace          string         `json:"namespace,omitempty"`
	ApplicationUser    bool           `json:"applicationUser"`
	OrkesApp           bool           `json:"orkesApp"`
	OrkesWorkersApp    bool           `json:"orkesWorkersApp"`
	OrkesAPIGateway    bool           `json:"orkesApiGateway"`
}
