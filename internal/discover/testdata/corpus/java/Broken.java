import com.netflix.conductor.sdk.workflow.task.WorkerTask;

class Broken {
    @WorkerTask("before") // expect: before
    void before() {}

    String s = "unterminated;
    char c = ';
    @WorkerTask("after") // expect: after
    void after() { }}}}))

    @WorkerTask(
    void half() {}
    String t = """
      @WorkerTask("in-text")
