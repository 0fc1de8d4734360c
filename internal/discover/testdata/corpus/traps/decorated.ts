import { worker } from "@io-orkes/conductor-javascript";

@ // notice: trap @worker
worker({ // expect: function
  taskDefName: "function" }) export async function f() {}

class C {
  @worker({ taskDefName: "method" }) // expect: method
  async method() {}
}
