import com.netflix.conductor.sdk.workflow.task.WorkerTask;

class Workers {
    @WorkerTask("ship") // expect: ship domain=of-yaml from=properties application.yaml:8 poll=2s
    void ship() {}

    @WorkerTask("pack") // expect: pack domain=mary from=properties application.yaml:5
    void pack() {}
}
