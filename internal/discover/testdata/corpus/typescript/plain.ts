import type { ConductorWorker, Task } from "@io-orkes/conductor-javascript";
import { type TaskManagerOptions, TaskManager } from "@io-orkes/conductor-javascript";

enum Tasks {
  Ship = "ship",
  Pack = "pack",
}

const DOMAIN: string = "john";
const OPTIONS: TaskManagerOptions = { domain: DOMAIN, concurrency: 3 };
const NAMES = { bill: "bill" } as const;

export const ship: ConductorWorker = {
  taskDefName: Tasks.Ship, // expect: ship domain=john slots=3
  execute: async (task: Task): Promise<object> => ({ status: "COMPLETED" }),
};

export const bill = { taskDefName: NAMES.bill!, execute } satisfies ConductorWorker; // expect: bill domain=john slots=3

export class PackWorker implements ConductorWorker {
  readonly taskDefName: string = Tasks.Pack; // expect: pack domain=of-class slots=7
  public domain = "of-class";
  concurrency = 7;

  async execute(task: Task) {
    return { status: "COMPLETED" };
  }
}

class Names {
  static readonly SEND = "send";
}
const send = { taskDefName: Names.SEND as string, domain: (DOMAIN), execute }; // expect: send domain=john slots=3

function execute(this: void, task: Task): Promise<object> {
  throw new Error("x");
}

new TaskManager(client, [ship, bill, new PackWorker(), send], { options: OPTIONS, logger: console });
