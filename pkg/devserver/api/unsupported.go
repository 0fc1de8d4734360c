package api

import (
	"slices"
	"strings"
)

// unsupported lists the routes of the real servers that this one does not have yet: they answer 501 with their name, so that nobody
// takes their absence for a wrong address. The first need a token where there are tokens, the second never.
func (a *api) unsupported() (closed, open []string) {
	if a.Access == nil {
		return lines(bothProducts), nil
	}
	return lines(bothProducts + orkesOnly), lines(orkesOpen)
}

func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return line == "" })
}

// bothProducts are routes of open-source Conductor and Orkes.
const bothProducts = `
GET /api/admin/config
GET /api/admin/queues
POST /api/admin/consistency/verifyAndRepair/{workflowId}
`

// orkesOnly are routes of Orkes' OpenAPI document, and of its SDKs where the document leaves them out, that open-source Conductor has not.
const orkesOnly = `
DELETE /api/event/queue/config/{queueType}/{queueName}
DELETE /api/human/tasks/delete
DELETE /api/human/tasks/delete/{taskId}
DELETE /api/human/template/{name}
DELETE /api/human/template/{name}/tags
DELETE /api/human/template/{name}/{version}
DELETE /api/integrations/provider/{name}
DELETE /api/integrations/provider/{name}/integration/{integration_name}
DELETE /api/integrations/provider/{name}/integration/{integration_name}/tags
DELETE /api/integrations/provider/{name}/tags
DELETE /api/prompts/{name}
DELETE /api/prompts/{name}/tags
DELETE /api/prompts/{name}/versions/{version}
DELETE /api/registry/service/protos/{registryName}/{filename}
DELETE /api/registry/service/{name}
DELETE /api/registry/service/{registryName}/methods
DELETE /api/roles/{name}
GET /api/admin/redisUsage
GET /api/event/queue/config
GET /api/event/queue/config/{queueType}/{queueName}
GET /api/global_schema/{name}
GET /api/human/tasks/backPopulateFullTextIndex
GET /api/human/tasks/getTaskDisplayNames
GET /api/human/tasks/{taskId}
GET /api/human/tasks/{taskId}/conductorTask
GET /api/human/template
GET /api/human/template/{humanTaskId}
GET /api/human/template/{name}/tags
GET /api/human/template/{name}/{version}
GET /api/integrations
GET /api/integrations/all
GET /api/integrations/def
GET /api/integrations/def/{name}
GET /api/integrations/llm/{name}/token
GET /api/integrations/llm/{name}/token/history
GET /api/integrations/provider
GET /api/integrations/provider/{integration_provider}/integration/{integration_name}/prompt
GET /api/integrations/provider/{name}
GET /api/integrations/provider/{name}/integration
GET /api/integrations/provider/{name}/integration/all
GET /api/integrations/provider/{name}/integration/{integration_name}
GET /api/integrations/provider/{name}/integration/{integration_name}/tags
GET /api/integrations/provider/{name}/tags
GET /api/limits
GET /api/prompts
GET /api/prompts/{name}
GET /api/prompts/{name}/tags
GET /api/prompts/{name}/versions
GET /api/registry/service
GET /api/registry/service/protos/{registryName}
GET /api/registry/service/protos/{registryName}/{filename}
GET /api/registry/service/{name}
GET /api/registry/service/{name}/circuit-breaker/status
GET /api/registry/service/{name}/discover
GET /api/roles/custom
GET /api/roles/permissions
GET /api/roles/{name}
POST /api/event/queue/connectivity
POST /api/global_schema
POST /api/human/tasks/search
POST /api/human/tasks/update/taskRef
POST /api/human/tasks/{taskId}/claim
POST /api/human/tasks/{taskId}/externalUser/{userId}
POST /api/human/tasks/{taskId}/reassign
POST /api/human/tasks/{taskId}/release
POST /api/human/tasks/{taskId}/skip
POST /api/human/tasks/{taskId}/update
POST /api/human/template
POST /api/human/template/bulk
POST /api/integrations
POST /api/integrations/def/register
POST /api/integrations/eventStats/{type}
POST /api/integrations/llm/{name}/token
POST /api/integrations/provider/{integration_provider}/integration/{integration_name}/prompt/{prompt_name}
POST /api/integrations/provider/{name}
POST /api/integrations/provider/{name}/integration/{integration_name}
POST /api/metadata/workflow-importer/import-bpm
POST /api/metadata/workflow-task-defs/upload
POST /api/prompts
POST /api/prompts/test
POST /api/prompts/{name}
POST /api/registry/service
POST /api/registry/service/protos/{registryName}/{filename}
POST /api/registry/service/{name}/circuit-breaker/close
POST /api/registry/service/{name}/circuit-breaker/open
POST /api/registry/service/{registryName}/methods
POST /api/roles
PUT /api/event/queue/config/{queueType}/{queueName}
PUT /api/human/template/{name}/tags
PUT /api/integrations/provider/{name}/integration/{integration_name}/tags
PUT /api/integrations/provider/{name}/tags
PUT /api/prompts/{name}
PUT /api/prompts/{name}/tags
PUT /api/roles/{name}
`

// orkesOpen are routes of Orkes that are called without a token: by the console before it signs in. The document asks for a token
// everywhere, even to get one, so it does not settle this.
const orkesOpen = `
GET /context.js
`
