use conductor_macros::worker;

#[worker(name = "before")] // expect: before
async fn before() { let c = '\''; let d = b'"'; let e = "multi
line \" #[worker(name = \"in text\")]"; }
}}}]])

#[worker(name = "after")] // expect: after
async fn after() {}

#[worker(name = )] // expect: after2
async fn after2() {}

#[worker(
