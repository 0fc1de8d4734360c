//! #[worker(name = "in-a-doc-comment")] for conductor
use conductor_macros::{worker, worker_task as task};

const TASK: &str = "never in an attribute";

#[worker(name = "get-inventory", domain = "john", thread_count = 4, poll_interval = 250)] // expect: get-inventory domain=john slots=4 poll=250ms
async fn get_inventory(product_id: String) -> String {
    /* #[worker(name = "commented")] /* nested */ */
    let _ = r#"#[worker(name = "raw")] "quoted" "#;
    format!("{'}'}{}", '"')
}

#[worker] // expect: by_function
async fn by_function<'a>(x: &'a str) {}

#[worker(thread_count = 2_usize)] // expect: counted slots=2
#[allow(dead_code)]
pub async fn counted() {}

#[conductor_macros::worker_task(name = "of-path")] // expect: of-path
async fn of_path() {}

#[derive(Debug)]
#[cfg_attr(test, worker(name = "no"))]
struct S;

#[cfg(test)]
mod tests {
    #[worker(name = "in-a-test")]
    async fn in_a_test() {}
}
