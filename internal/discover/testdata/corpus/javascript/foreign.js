// conductor is only spoken of.
import { worker } from "other";
import { TaskManager } from "./mine.js";

worker({ taskDefName: "other" })(f);
const half = { taskDefName: "nothing executes it" };
const other = { execute: () => {}, name: "no task" };
