// env: CONDUCTOR_WORKER_SEND_IT_DOMAIN=relaxed
import com.netflix.conductor.sdk.workflow.task.WorkerTask;
import org.springframework.stereotype.Component;

@Component
class Spring {
    @WorkerTask("ship") // expect: ship domain=fallen from=properties src/main/resources/application.properties:2
    void ship() {}

    @WorkerTask("pack") // expect: pack domain=of-client from=properties src/main/resources/application.properties:3
    void pack() {}

    @WorkerTask(value = "bill", domain = "code") // expect: bill domain=code slots=12
    void bill() {}

    @WorkerTask("send-it") // expect: send-it domain=relaxed from=env CONDUCTOR_WORKER_SEND_IT_DOMAIN
    void send() {}
}
