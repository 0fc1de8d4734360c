import { worker, TaskHandler, type Task } from "@io-orkes/conductor-javascript";

const generic = <T,>(value: T): T => value;

export class Workers {
  private static readonly DOMAIN = "private";

  @worker({ taskDefName: "method", domain: Workers.DOMAIN, concurrency: 4 }) // expect: method domain=private slots=4
  async method(task: Task): Promise<void> {}
}

export const arrow = worker({ // expect: arrow domain=fallback
  taskDefName: "arrow",
  domain: process.env.SOME_DOMAIN ?? process.env?.OTHER ?? "fallback",
})(async (task: Task) => ({ status: "COMPLETED" as const }));
