mod names;
mod workers;
mod factory;

use conductor::worker::FnWorker;
use names::{SHIP, inner::PACK as RENAMED};
use crate::names as all;

const HERE: &str = "here";

fn main() {
    FnWorker::new(SHIP, f).with_domain(all::DOMAIN); // expect: ship domain=john
    FnWorker::new(RENAMED, f); // expect: pack
    FnWorker::new(crate::names::inner::PACK, f); // expect: pack
    FnWorker::new(names::MISSING, f); // expect: ?names::MISSING
    FnWorker::new(factory::Tasks::BILL, f); // expect: bill
    factory::make(HERE, "d"); // expect: here domain=d
    factory::make("there", names::DOMAIN); // expect: there domain=john
}
