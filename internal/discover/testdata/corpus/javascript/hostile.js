import { worker } from "@io-orkes/conductor-javascript";

worker({ taskDefName: "before" })(f); // expect: before
const a = 1 / 2, b = a / 3; const re = /[/`"']\/{/gi;
const t = `a ${`b ${"`"} ${/* } */ 1}`} c`;
if (a) /`/.test(t);
worker({ taskDefName: "after" })(f); // expect: after
const open = "unterminated
worker({ taskDefName: "still" })(f); // expect: still
}}}))]]
worker({ taskDefName: "closed" })(f); // expect: closed
const x = <p title="it's">Don't {`${y}`}</p>;
worker({ taskDefName: "jsx" })(f); // expect: jsx
`never closed
worker({ taskDefName: "in-a-template" })(f);
