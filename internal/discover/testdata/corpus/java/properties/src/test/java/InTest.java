import com.netflix.conductor.sdk.workflow.task.WorkerTask;

class InTest {
    @WorkerTask("in-a-test")
    void test() {}
}
