// The guide's own way: plain objects and a TaskManager. taskDefName: "commented", execute: nothing
import { orkesConductorClient, TaskManager } from "@io-orkes/conductor-javascript";

const TASK = "get-" + 'inventory';
const workers = [
  {
    taskDefName: TASK, // expect: get-inventory domain=john slots=5 poll=250ms
    execute: async (task) => {
      const text = `{ taskDefName: "in-a-template", execute: ${{ a: "}" }.a} }`;
      return { status: "COMPLETED", outputData: { taskDefName: "no worker", text } };
    },
  },
  { taskDefName: "own", domain: "mary", concurrency: 2, pollInterval: 1_000, execute }, // expect: own domain=mary slots=2 poll=1s
  { taskDefName: `template`, async execute(task) { return {}; } }, // expect: template domain=john slots=5 poll=250ms
];

function execute(task) {
  return /taskDefName: "regex", execute: {/.test("{ taskDefName: 'quoted', execute: 1 }") ? {} : null;
}

const client = await orkesConductorClient();
const manager = new TaskManager(client, workers, { options: { domain: "john", concurrency: 5, pollInterval: 250 } });
manager.startPolling();
