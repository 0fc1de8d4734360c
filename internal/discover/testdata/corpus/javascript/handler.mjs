// env: CONDUCTOR_WORKER_SHIP_DOMAIN=upper
// env: conductor.worker.pack-it.domain=dotted
// env: CONDUCTOR_WORKER_ALL_CONCURRENCY=6
// env: CONDUCTOR_WORKER_DOMAIN=not-read
import { worker, TaskHandler, worker as declare } from "@io-orkes/conductor-javascript";
import * as sdk from '@io-orkes/conductor-javascript';

worker({ taskDefName: "ship", domain: "code" })(async (task) => ({})); // expect: ship domain=upper from=env CONDUCTOR_WORKER_SHIP_DOMAIN slots=6

const pack = declare({ // expect: pack-it domain=dotted from=env conductor.worker.pack-it.domain slots=6 poll=500ms
  taskDefName: "pack-it",
  concurrency: 2,
  pollInterval: 5 * 100,
})(async () => ({}));

sdk.worker({ taskDefName: "bill" })(async () => ({})); // expect: bill slots=6

class Workers {
  @worker({ taskDefName: "decorated", domain: "d" }) // expect: decorated domain=d slots=6
  async decorated(task) {}
}
new TaskHandler({ client }).startWorkers();
