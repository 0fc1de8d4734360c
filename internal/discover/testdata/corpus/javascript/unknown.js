import { worker, TaskManager } from "@io-orkes/conductor-javascript";
import config from "./config.json";

let changed = "a";
changed = "b";
const name = "outer";
const computed = `task-${name}`;

worker({ taskDefName: computed })(f); // expect: ?computed
worker({ taskDefName: config.task, domain: config.domain })(f); // expect: ?config.task domain=?config.domain
worker({ taskDefName: "changed", domain: changed })(f); // expect: changed domain=?changed
worker({ taskDefName: "called", domain: domainOf("x") })(f); // expect: called domain=?domainOf("x")
worker({ taskDefName: ["a", "b"].join("-") })(f); // expect: ?["a", "b"].join("-")
worker({ taskDefName: "spread", ...config })(f); // expect: spread domain=?...config
worker({ taskDefName: "" })(f); // expect: ?""
for (const name of ["a", "b"]) {
  worker({ taskDefName: name })(f); // expect: ?name
}
const make = (name) => worker({ taskDefName: name })(f); // expect: ?name
new TaskManager(client, workers, ...rest);
