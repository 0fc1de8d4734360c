// env: CONDUCTOR_WORKER_BY_ENV_DOMAIN=upper
// env: CONDUCTOR_WORKER_ALL_POLL_INTERVAL_MILLIS=900
use conductor::worker::{FnWorker, FnWorkerArc, Worker};
use std::env;

const DOMAIN: &str = "john";
static THREADS: usize = 8;

fn workers() {
    let name = "local".to_string();
    handler.add_worker(FnWorker::new("made", |task| async move { Ok(x) }).with_domain(DOMAIN).with_thread_count(THREADS)); // expect: made domain=john slots=8 poll=900ms
    handler.add_worker(FnWorkerArc::new(name, f).with_poll_interval_millis(100)); // expect: local poll=900ms
    handler.add_worker(FnWorker::new(String::from("by-env"), f)); // expect: by-env domain=upper from=env CONDUCTOR_WORKER_BY_ENV_DOMAIN poll=900ms
    handler.add_worker(FnWorker::new("fallen", f).with_domain(env::var("NOT_SET").unwrap_or_else(|_| "other".into()))); // expect: fallen domain=other poll=900ms
    handler.add_worker(FnWorker::new("or", f).with_domain(std::env::var("NOT_SET").unwrap_or(DOMAIN.to_owned()))); // expect: or domain=john poll=900ms
    handler.add_worker(FnWorker::new(format!("{}-x", name), f)); // expect: ?format!("{}-x", name) poll=900ms
    handler.add_worker(FnWorker::new(&config.task, f).with_domain(config.domain.clone())); // expect: ?&config.task domain=?config.domain.clone() poll=900ms
}

struct Billing;

impl Worker for Billing {
    fn task_definition_name(&self) -> &str { // expect: billing domain=acme slots=3 poll=900ms
        "billing"
    }
    fn domain(&self) -> Option<&str> {
        Some("acme")
    }
    fn thread_count(&self) -> usize {
        return 3;
    }
}

struct Named {
    name: String,
}

impl Worker for Named {
    fn task_definition_name(&self) -> &str { // expect: ?&self.name poll=900ms
        &self.name
    }
}
