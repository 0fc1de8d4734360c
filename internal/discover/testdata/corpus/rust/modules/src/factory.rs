use conductor::worker::FnWorker;

pub struct Tasks;

impl Tasks {
    pub const BILL: &str = "bill";
}

pub fn make(task: &str, domain: &str) -> FnWorker {
    FnWorker::new(task, |t| async move { Ok(t) }).with_domain(domain)
}
