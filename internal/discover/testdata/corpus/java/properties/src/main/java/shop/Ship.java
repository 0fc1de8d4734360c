package shop;

import static shop.names.Names.PACK;
import static shop.names.Names.*;

import com.netflix.conductor.sdk.workflow.task.WorkerTask;
import shop.names.Names;

class Ship {
    @WorkerTask(value = Names.SHIP, domain = "code") // expect: ship domain=of-file from=properties src/main/resources/conductor-workers.properties:2
    void ship() {}

    @WorkerTask(PACK) // expect: pack domain=of-all from=properties src/main/resources/conductor-workers.properties:5 poll=750ms
    void pack() {}

    @WorkerTask(BILL) // expect: bill domain=of-all from=properties src/main/resources/conductor-workers.properties:5
    void bill() {}

    @WorkerTask(Names.Inner.SEND) // expect: send domain=of-all from=properties src/main/resources/conductor-workers.properties:5
    void send() {}

    @WorkerTask(Local.TASK) // expect: local domain=of-all from=properties src/main/resources/conductor-workers.properties:5
    void local() {}
}
