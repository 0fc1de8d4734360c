// Two managers of different domains: whose worker it is cannot be said.
import { TaskManager } from "@io-orkes/conductor-javascript";

const one = { taskDefName: "one", execute: async () => ({}) }; // expect: one domain=?the options of several TaskManagers
const two = { taskDefName: "two", domain: "own", execute: async () => ({}) }; // expect: two domain=own

new TaskManager(client, [one], { options: { domain: "a" } });
new TaskManager(client, [two], { options: { domain: "b" } });
