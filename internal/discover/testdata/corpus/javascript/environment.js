// env: WORKER_DOMAIN=mary
const { worker } = require("@io-orkes/conductor-javascript");

const domain = process.env.WORKER_DOMAIN || "default";
const other = process.env["NOT_SET"] ?? "fallen";
const none = process.env.NOT_SET;
let chosen = process.env.NOT_SET ? "set" : "unset";

worker({ taskDefName: "first", domain })(f); // expect: first domain=mary from=env WORKER_DOMAIN
worker({ taskDefName: "second", domain: other })(f); // expect: second domain=fallen
worker({ taskDefName: "third", domain: none })(f); // expect: third from=env NOT_SET
worker({ taskDefName: "fourth", domain: chosen })(f); // expect: fourth domain=unset
worker({ "taskDefName": "fifth", 'domain': undefined })(f); // expect: fifth
