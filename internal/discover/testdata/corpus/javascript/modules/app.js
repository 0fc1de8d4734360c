import { worker } from "@io-orkes/conductor-javascript";
import { SHIP, NAMES } from "./names.js";
import * as names from "./names";
import { RENAMED, DOMAIN, NAMES as all } from "./tasks";
import { plain, taken as make } from "./factory.js";
const { SHIP: required } = require("./names");

worker({ taskDefName: SHIP, domain: DOMAIN })(f); // expect: ship domain=of-the-index
worker({ taskDefName: NAMES.bill })(f); // expect: bill
worker({ taskDefName: names.NAMES.bill, domain: names.SHIP })(f); // expect: bill domain=ship
worker({ taskDefName: RENAMED, domain: all.bill })(f); // expect: ship domain=bill
worker({ taskDefName: required })(f); // expect: ship
worker({ taskDefName: names.MISSING })(f); // expect: ?names.MISSING

export const made = [
  plain("made-plain"), // expect: made-plain domain=by-default
  plain("made-in", "d"), // expect: made-in domain=d
  make({ name: "made-taken", where: "w" }), // expect: made-taken domain=w
];
