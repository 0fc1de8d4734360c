import com.netflix.conductor.client.automator.TaskRunnerConfigurer;
import com.netflix.conductor.client.worker.Worker;
import com.netflix.conductor.common.metadata.tasks.*;
import java.util.*;

public class Plain {
    static class Fixed implements Runnable, Worker {
        private static final String NAME = "fixed";

        @Override
        public String getTaskDefName() { // expect: fixed domain=john slots=8 poll=250ms
            return NAME;
        }

        @Override
        public int getPollingInterval() {
            return 250;
        }
    }

    static class Given implements Worker {
        private final String taskDefName;

        Given(String taskDefName, int other) {
            this.taskDefName = taskDefName;
        }

        public String getTaskDefName() { // expect: first slots=8 ; second domain=mary slots=8
            return taskDefName;
        }
    }

    static class Unknown implements Worker {
        public String getTaskDefName() { // expect: ?System.getProperty("task") slots=8
            return System.getProperty("task");
        }
    }

    static class NoWorker {
        public String getTaskDefName() {
            return "no-worker";
        }
    }

    public static void main(String[] args) {
        List<Worker> workers = List.of(new Fixed(), new Given("first", 1), new Given("sec" + "ond", 2), new Unknown(),
            Worker.create("lambda", task -> new TaskResult(task))); // expect: lambda slots=3
        Map<String, String> domains = new HashMap<>();
        domains.put("fixed", "john");
        domains.put("second", "mary");
        new TaskRunnerConfigurer.Builder(client, workers)
            .withThreadCount(8)
            .withTaskToDomain(domains)
            .withTaskThreadCount(Map.of("lambda", 3))
            .build().init();
    }
}
