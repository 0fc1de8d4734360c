use super::*;
use conductor::worker::FnWorker;

fn send() {
    FnWorker::new(HERE, f); // expect: here
}
