// env: WORKER_TASK=named
import com.netflix.conductor.client.worker.Worker;
import java.util.Collections;

class Environment implements Worker {
    private static final String DOMAIN = System.getenv().getOrDefault("NOT_SET", "default");
    private final String task = System.getenv("WORKER_TASK");

    public String getTaskDefName() { // expect: named domain=default
        return this.task;
    }

    static void run() {
        new TaskRunnerConfigurer.Builder(c, w).withTaskToDomain(Collections.singletonMap("named", DOMAIN)).build();
    }
}
