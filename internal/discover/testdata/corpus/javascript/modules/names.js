export const SHIP = "ship";
export const TASKS = Object.freeze({ PACK: "pack" });
export const NAMES = { bill: "bill", "send-it": "send" };
const hidden = "hidden";
export { hidden as shown };
export default { task: "of-default" };
