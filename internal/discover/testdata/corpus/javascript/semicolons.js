// No semicolons: an expression ends where its line does not go on.
import { worker } from "@io-orkes/conductor-javascript"

const first = "first"
const second = "se" +
  "cond"
const third =
  "third"
const calls = f()
const fourth = "fourth"

worker({ taskDefName: first })(f) // expect: first
worker({ taskDefName: second })(f) // expect: second
worker({ taskDefName: third })(f) // expect: third
worker({ taskDefName: fourth })(f) // expect: fourth
