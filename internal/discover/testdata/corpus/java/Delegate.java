import com.netflix.conductor.client.worker.Worker;
import java.util.Map;

interface Handler<T> {
    String task();
}

class First implements Handler<String> {
    public String task() { // expect: first domain=d
        return "first";
    }
}

class Second extends Base<Map<String, Integer>> implements Handler<Map<String, Integer>> {
    static final String TASK = "second";

    public String task() { // expect: second domain=e
        return TASK;
    }
}

class Job<T> implements Worker {
    private final Handler<T> handler;

    public String getTaskDefName() {
        return handler.task();
    }

    static void run() {
        new TaskRunnerConfigurer.Builder(c, w).withTaskToDomain(Map.ofEntries(Map.entry("first", "d"), Map.entry(Second.TASK, "e"))).build();
    }
}
