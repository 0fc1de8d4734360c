package engine

import "github.com/orkesctl/orkesctl/pkg/conductor"

// kafkaKind is KAFKA_PUBLISH: there is no client of Kafka here, so that it fails and says so.
func kafkaKind() kind { return kind{schedule: scheduleOne, execute: executeKafka, queued: true} }

func executeKafka(_ *execution, t *task, _ *environment) []command {
	request, given := t.Wire.InputData["kafka_request"].(map[string]any)
	reason := "Failed to invoke kafka task due to: this development server has no connection to Kafka. Complete the task yourself " +
		"(POST /tasks), or let a worker do it: give it the type SIMPLE"
	switch {
	case !given:
		reason = "Missing Kafka request. See documentation for KafkaTask for required input parameters"
	case request["bootStrapServers"] == nil:
		reason = "No boot strap servers specified"
	case request["topic"] == nil:
		reason = "Missing Kafka topic. See documentation for KafkaTask for required input parameters"
	case request["value"] == nil:
		reason = "Missing Kafka value.  See documentation for KafkaTask for required input parameters"
	}
	return []command{finishTask{task: t, status: conductor.TaskFailed, reason: reason}}
}
