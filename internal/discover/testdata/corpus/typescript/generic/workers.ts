import { define } from "./define.js";

const TASK = "typed";
export const one = define<object, object>({ task: "not-followed", handle: async () => ({}) });
export const two = define({ task: TASK, domain: "d", handle: async () => ({}) }); // expect: typed domain=d
