use std::time::Duration;

use agentflow::Store;

use super::counted::{Counted, value_of};
use crate::{
    printed::Printed,
    support::{World, config},
};

/// Without colors.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

/// The lines about slow operations.
fn slow(log: &Printed) -> Vec<String> {
    let log = plain(&log.text());
    log.lines().filter(|line| line.contains("agentflow::slow")).map(str::to_owned).collect()
}

fn store(world: &World, limit: Option<Duration>) -> Store {
    Store::connect(config(&world.database).with_slow_after(limit)).unwrap()
}

#[tokio::test]
async fn a_slow_operation_is_logged_with_its_name_and_without_any_value() {
    const SECRET: &str = "hunter2-4711";
    let world = World::new().await;
    let id = world.new_tenant("Acme").await.id;
    let limit = Duration::from_millis(200);
    let tenant = store(&world, Some(limit)).tenant(id);
    tenant.query("SELECT pg_sleep(0), $1::text", &[&SECRET]).await.unwrap();
    let counted = Counted::by_this_thread();
    let (log, caught) = Printed::catching();

    tenant.query("SELECT pg_sleep(0.2), $1::text", &[&SECRET]).await.unwrap();
    let tx = tenant.begin().await.unwrap();
    tx.execute("UPDATE workspaces SET name = $1", &[&SECRET]).await.unwrap();
    tx.query("SELECT pg_sleep(0.2), $1::text", &[&SECRET]).await.unwrap();
    tx.rollback().await.unwrap();
    drop(caught);

    let lines = slow(&log);
    let [query, transaction] = &lines[..] else { panic!("{lines:?}") };
    for (line, operation, outcome) in
        [(query, "run a query", "ok"), (transaction, "run a transaction", "rolled_back")]
    {
        assert!(line.contains("WARN"), "{line}");
        assert!(line.contains(&format!("operation=\"{operation}\"")), "{line}");
        assert!(line.contains(&format!("outcome=\"{outcome}\"")), "{line}");
        assert!(line.contains(&format!("tenant={id}")), "{line}");
        assert!(line.contains("duration_ms=") && line.contains("rows=1"), "{line}");
    }
    // The driver tells parameters, which is why nobody gets its lines who does not name it; ours never do.
    let ours = plain(&log.text());
    for line in ours.lines().filter(|line| line.contains("agentflow::")) {
        assert!(!line.contains("hunter2") && !line.contains("pg_sleep"), "{line}");
    }
    let slow = counted.take();
    let label = Some(("operation", "run a query"));
    assert!((value_of(&slow, "af_slow_operations_total", label) - 1.0).abs() < 0.1);
}

#[tokio::test]
async fn nothing_is_slow_within_the_limit_or_without_one() {
    let world = World::new().await;
    let id = world.new_tenant("Acme").await.id;
    for limit in [Some(Duration::from_secs(3_600)), None] {
        let tenant = store(&world, limit).tenant(id);
        let (log, caught) = Printed::catching();
        tenant.query("SELECT pg_sleep(0.01)", &[]).await.unwrap();
        drop(caught);
        assert_eq!(slow(&log), [""; 0], "{limit:?}");
    }
}
