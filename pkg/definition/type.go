package definition

import "slices"

// SystemTypes are the types of the tasks that the server does itself, on open source or on Orkes (access sheet §8.3). Every other type is
// a worker's.
func SystemTypes() []string {
	return []string{
		"DYNAMIC", "FORK_JOIN", "FORK_JOIN_DYNAMIC", "DECISION", "SWITCH", "JOIN", "DO_WHILE", "SUB_WORKFLOW",
		"START_WORKFLOW", "EVENT", "WAIT", "HUMAN", "HTTP", "LAMBDA", "INLINE", "EXCLUSIVE_JOIN", "TERMINATE",
		"KAFKA_PUBLISH", "JSON_JQ_TRANSFORM", "SET_VARIABLE", "NOOP", "PULL_WORKFLOW_MESSAGES",
		"LLM_TEXT_COMPLETE", "LLM_CHAT_COMPLETE", "LLM_INDEX_TEXT", "LLM_SEARCH_INDEX", "LLM_GENERATE_EMBEDDINGS",
		"LLM_STORE_EMBEDDINGS", "LLM_GET_EMBEDDINGS", "LLM_SEARCH_EMBEDDINGS", "LLM_INDEX_DOCUMENT",
		"LIST_MCP_TOOLS", "CALL_MCP_TOOL", "MCP_REMOTE", "AGENT", "GET_AGENT_CARD", "CANCEL_AGENT",
		"GET_WORKFLOW", "TERMINATE_WORKFLOW", "YIELD", "HTTP_POLL", "GRPC", "JDBC", "BUSINESS_RULE", "GET_SIGNED_JWT",
		"OPS_GENIE", "QUERY_PROCESSOR", "SENDGRID", "UPDATE_SECRET", "UPDATE_TASK", "WAIT_FOR_WEBHOOK", "CHUNK_TEXT",
		"LIST_FILES", "GET_DOCUMENT", "PARSE_DOCUMENT", "GENERATE_IMAGE", "GENERATE_AUDIO",
	}
}

// IsSystemType reports whether the server does tasks of this type itself: workers do not poll them.
func IsSystemType(taskType string) bool { return slices.Contains(SystemTypes(), taskType) }
