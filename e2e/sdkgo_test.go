package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const sdkTests = "github.com/conductor-sdk/conductor-go/test/integration_tests"

// covered are the Go SDK's own integration tests that the embedded server must pass, without the Test before their names.
func covered() []string {
	return strings.Fields(`
		RegisterWorkflowDef RegisterWorkflowDefWithTags UpdateWorkflowDefWithTags RegisterTaskDefWithTags GetTagsForTaskDef
		UpdateTaskDefWithTags RegisterWorkflow RegisterWorkflowWithTags RegisterWorkflow_SwitchEmptyDefaultCase
		WorkflowRateLimitCRUD_Static WorkflowRateLimitCRUD_Dynamic

		LegacyWorkerIntegration RegularWorkerIntegration TypedWorkerIntegration SimpleTypedWorkerIntegration WorkerBatchSize FaultyWorker
		WorkerWithNonRetryableError MultiTaskWorkflowIntegration ParallelExecutionIntegration UpdateTaskByRefName UpdateTaskRefByName Update

		InlineTask SqsEventTask ConductorEventTask KafkaPublishTask DoWhileTask TerminateTask SwitchTask DynamicForkWorkflow
		ComplexSwitchWorkflow

		GetWorkflow GetWorkflows GetWorkflowState GetRunningWorkflow GetWorkflowsByCorrelationId GetExecutionStatusTaskList
		StartWorkflowWithContext StartWorkflowWithRequest RemoveWorkflow TerminateWorkflow TerminateWorkflowWithFailure PauseResumeWorkflow
		RetryWorkflow RetryNotFound RestartWorkflow RerunWorkflowSimple SkipTaskFromWorkflow ResetWorkflowCallbackTime UpdateWorkflowState
		UpgradeRunningWorkflowToVersion WorkflowBulkRestart WorkflowBulkRetry WorkflowBulkDelete WorkflowBulkPause WorkflowBulkResume
		WorkflowBulkTerminate IdempotencyCombinations IdempotencyFailOnRunning WorkflowSearch

		ApplicationLifecycle RoleManagementForApplicationUser AuthorizationResourcePermissions AccessKeyLifecycle GetTagsForApplication
		ApplicationClientIntegration ApplicationClientErrorHandling GetAccessKeys GetAppByAccessKeyId
		CheckPermissions DeleteUser GetGrantedPermissions GetUser GetUserNotFound ListUsers UpsertUser GroupResourceApiService

		CreateOrUpdateEnvVariable DeleteEnvVariable PutTagForEnvVar GetTagsForEnvVar DeleteTagForEnvVar ExecuteAndGetBlockingTask ExecuteAndGetBlockingTaskInput
		ExecuteAndGetBlockingWorkflow ExecuteAndGetTarget ExecuteWorkflow ExecuteWorkflowSync ExecuteWorkflowWithCorrelationIds
		ExecuteWorkflowWithReturnStrategy GetAllEnvVariables GetWorkflowTask
		GetWorkflowTaskWithDynamicInput GetWorkflowsBatch HttpTask JumpToTask RegisterWorkflowWithWaitSignal
		SecretResourceApiService Signal_AllStrategies_Comprehensive Signal_DefaultStrategy_IsTargetWorkflow Signal_MixedStrategy
		SubWorkflowSignal SubWorkflowSignalWithDurableConsistency SubWorkflowSignalWithSyncConsistency UpdateWorkflowAndTaskState
		WfExecutionWithWaitForSec_ContextTimeout WfExecutionWithWaitForSec_Success WorkflowCreation WorkflowTest YieldTask

		APIClientCreationMethods SchedulerResourceApiService EventHandlerCreate WebhooksConfigResourceApiService
		SchemaLifecycle SchemaVersioning GetAllSchemas CreateMultipleSchemas SchemaLifecycleWithGetSchema`)
}

// Reasons that are no route or task type that the server lacks.
const (
	skipsItself = "skips itself, whatever the server"
	tooFast     = "wants a server that is slower: an answer that takes over a millisecond, a retried workflow that is not decided yet"
	elsewhere   = "wants an environment variable that is on its makers' cluster"
)

// left are the SDK's other integration tests, by the first thing that they miss: the route or task type, as the server's 501 names it.
func left() map[string]string {
	return map[string]string{
		"POST /api/integrations/provider/{name}": "IntegrationClient",
		"POST /api/registry/service": "ServiceRegistryClient_HTTPService ServiceRegistryClient_GRPCService " +
			"ServiceRegistryClient_CircuitBreaker ServiceRegistryClient_MethodOperations",
		skipsItself: "RerunWorkflow ApiGatewayClient ConcurrentWorkflowExecution PerCustomerRateLimit",
		tooFast:     "GetWorkflowWithNilResponsePanic RetryWorkflowWithDecide",
		elsewhere:   "GetEnvVariable",
	}
}

// sdkSuite is the SDK's test program, built once, and the folder that it must run in.
type sdkSuite struct{ program, folder string }

func buildSDKSuite(t *testing.T) sdkSuite {
	t.Helper()
	ctx := deadline(t, 5*time.Minute)
	folder, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", sdkTests).Output()
	require.NoError(t, err)
	suite := sdkSuite{program: filepath.Join(t.TempDir(), "sdk.exe"), folder: strings.TrimSpace(string(folder))}
	said, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", suite.program, sdkTests).CombinedOutput()
	require.NoError(t, err, "%s", said)
	return suite
}

// command is a run of the program, as the server's administrator.
func (s sdkSuite) command(t *testing.T, server *served, name string, args ...string) *exec.Cmd {
	t.Helper()
	run := exec.CommandContext(deadline(t, 8*time.Minute), name, args...)
	run.Dir, run.Env = s.folder, append(os.Environ(), server.environment(server.key, server.secret)...)
	return run
}

// run runs tests in one process, and says how each ended and what it printed.
func (s sdkSuite) run(t *testing.T, server *served, names ...string) (verdicts, outputs map[string]string) {
	t.Helper()
	run := s.command(t, server, "go", "tool", "test2json", s.program, "-test.v=test2json", "-test.timeout=7m",
		"-test.run=^Test("+strings.Join(names, "|")+")$")
	stdout, err := run.StdoutPipe()
	require.NoError(t, err)
	run.Stderr = os.Stderr
	require.NoError(t, run.Start())
	verdicts, outputs = collect(bufio.NewScanner(stdout))
	_ = run.Wait() // the verdicts say more
	return verdicts, outputs
}

// collect reads the events of test2json: how each top-level test ended, and what it printed.
func collect(lines *bufio.Scanner) (verdicts, outputs map[string]string) {
	verdicts, outputs = map[string]string{}, map[string]string{}
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue
		}
		top, _, nested := strings.Cut(strings.TrimPrefix(event.Test, "Test"), "/")
		switch event.Action {
		case "output":
			outputs[top] += event.Output
		case "pass", "fail", "skip":
			if !nested {
				verdicts[top] = event.Action
			}
		}
	}
	return verdicts, outputs
}

// The Go SDK's own integration tests, as they ship in its module, run against the embedded server as its administrator.
func TestGoSDKIntegrationSuite(t *testing.T) {
	suite := buildSDKSuite(t)
	t.Run("list", func(t *testing.T) { suite.requireListed(t) })
	t.Run("covered", func(t *testing.T) {
		verdicts, outputs := suite.run(t, startServer(t), covered()...)
		for _, name := range covered() {
			t.Run(name, func(t *testing.T) { require.Equal(t, "pass", verdicts[name], "%s", outputs[name]) })
		}
	})
	t.Run("left", func(t *testing.T) {
		for reason, names := range left() {
			for name := range strings.FieldsSeq(names) {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					suite.requireReason(t, name, reason)
				})
			}
		}
	})
}

// requireReason runs a test that is left out, in a process and on a server of its own: it may pass by now, but it must not fail for
// another reason than the one that is listed.
func (s sdkSuite) requireReason(t *testing.T, name, reason string) {
	t.Helper()
	server := startServer(t)
	verdicts, outputs := s.run(t, server, name)
	switch {
	case verdicts[name] == "pass":
		t.Logf("passes now: it belongs to covered()")
	case reason == skipsItself:
		require.Equal(t, "skip", verdicts[name], "%s", outputs[name])
	case !strings.HasPrefix(reason, "wants "):
		require.Contains(t, server.lacked(), reason, "%s", outputs[name])
	}
}

// requireListed: every test of the SDK is either covered or left out with a reason; a new release of the SDK shows up here.
func (s sdkSuite) requireListed(t *testing.T) {
	t.Helper()
	server := startServer(t) // the SDK's test package asks for the server's version as soon as it is loaded
	output, err := s.command(t, server, s.program, "-test.list=.*").Output()
	require.NoError(t, err)
	listed := covered()
	for _, names := range left() {
		listed = append(listed, strings.Fields(names)...)
	}
	var has []string
	for line := range strings.FieldsSeq(string(output)) {
		if name, isTest := strings.CutPrefix(line, "Test"); isTest {
			has = append(has, name)
		}
	}
	slices.Sort(listed)
	slices.Sort(has)
	require.Equal(t, has, listed, "what the SDK has, and what is covered or left out")
}
