package shop;

import com.netflix.conductor.sdk.workflow.task.InputParam;
import com.netflix.conductor.sdk.workflow.task.WorkerTask;

/** The guide's own way. @WorkerTask("in-javadoc") */
public class Guide {
    private static final String TASK = "get-" + "inventory", OTHER = "x";
    static final int THREADS = 2 * 3;

    @WorkerTask(value = TASK, domain = "john", threadCount = THREADS, pollingInterval = 1_000) // expect: get-inventory domain=john slots=6 poll=1s
    public Map<String, Object> inventory(@InputParam("id") String id) {
        String text = "@WorkerTask(\"quoted\")";
        // @WorkerTask("commented")
        char quote = '"'; /* @WorkerTask("in a comment") */
        return Map.of("text", """
            @WorkerTask("in a text block") \""" still
            """);
    }

    @WorkerTask("short") // expect: short
    public void shortForm() {}

    @WorkerTask(value = Names.SHIP) // expect: ?Names.SHIP
    public void elsewhere() {}

    @com.netflix.conductor.sdk.workflow.task.WorkerTask("qualified")
    public void qualified() {}
}
