import com.netflix.conductor.client.worker.Worker;

class UnknownDomain implements Worker {
    public String getTaskDefName() { // expect: task domain=?Settings.domains()
        return "task";
    }

    static void start() {
        new TaskRunnerConfigurer.Builder(client, workers).withTaskToDomain(Settings.domains()).build().init();
    }
}
