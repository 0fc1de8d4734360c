import type { ConductorWorker } from "@io-orkes/conductor-javascript";

export interface Definition<I, O> {
  task: string;
  domain?: string;
  handle: (input: I) => Promise<O>;
}

export function define<I, O extends Record<string, unknown>>(definition: Definition<I, O>): ConductorWorker {
  const { task, domain, handle } = definition;
  return { taskDefName: task, domain, execute: async (given) => handle(given as I) };
}
