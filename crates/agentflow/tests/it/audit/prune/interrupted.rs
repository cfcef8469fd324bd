//! Pruning that is cut short anywhere, and done again.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use agentflow::{
    Config, Store,
    audit::{Actor, PruneOptions, PruneProgress},
    core::ids::TenantId,
};
use tokio::sync::Notify;

use super::{Keeper, key};

const URL: &str = "AF_IT_PRUNE_URL";
const TENANT: &str = "AF_IT_PRUNE_TENANT";
const FOLDER: &str = "AF_IT_PRUNE_FOLDER";
const MARK: &str = "progress ";

#[tokio::test]
async fn a_pruning_that_is_dropped_anywhere_can_be_done_again() {
    let mut stages = [0; 3];
    for steps in 1.. {
        let keeper = Keeper::with_days(&[7_000, 7_000, 7_000, 5]).await;
        let before = keeper.rows().await;
        let (admin, by, options) =
            (keeper.store.admin(), Actor::system(), keeper.options(keeper.days_ago(1)));
        let (count, reached) = (AtomicUsize::new(0), Notify::new());
        let stage = AtomicUsize::new(0);
        let note = |progress: PruneProgress| {
            if count.fetch_add(1, Ordering::Relaxed) + 1 == steps {
                let number = match progress {
                    PruneProgress::Exporting(_) => 0,
                    PruneProgress::Verifying { .. } => 1,
                    PruneProgress::Removing { .. } => 2,
                };
                stage.store(number, Ordering::Relaxed);
                reached.notify_one();
            }
        };
        let is_done = tokio::select! {
            biased;
            () = reached.notified() => false,
            report = admin.prune_audit(keeper.tenant.id(), &options, &by, &note) => report.is_ok(),
        };
        keeper.assert_nothing_lost(&before).await;
        if is_done {
            break;
        }
        stages[stage.load(Ordering::Relaxed)] += 1;
        keeper.try_prune(&options).await.unwrap();
        assert_eq!(keeper.tenant.audit().head().await.unwrap().pruned_seq, 21_000);
        keeper.assert_nothing_lost(&before).await;
    }
    assert!(stages.iter().all(|count| *count > 0), "cut short at every stage: {stages:?}");
}

/// Not a test: what the child process of the next test does.
#[tokio::test(flavor = "multi_thread")]
async fn play_pruner() {
    let (Ok(url), Ok(tenant), Ok(folder)) =
        (std::env::var(URL), std::env::var(TENANT), std::env::var(FOLDER))
    else {
        return;
    };
    let tenant: TenantId = tenant.parse().unwrap();
    let store = Store::connect(Config::from_url(&url).unwrap()).unwrap();
    let tell = |progress: PruneProgress| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{MARK}{progress:?}").unwrap();
        out.flush().unwrap();
    };
    let before = Some("2025-01-04T00:00:00Z".parse().unwrap());
    let options = PruneOptions { before, ..PruneOptions::new(folder, key()) };
    store.admin().prune_audit(tenant, &options, &Actor::system(), &tell).await.unwrap();
}

/// Kills the child when it has told of so many steps. Returns whether there were that many.
fn kill_after(steps: usize, url: &str, tenant: TenantId, folder: &std::path::Path) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "audit::prune::interrupted::play_pruner",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(URL, url)
        .env(TENANT, tenant.to_string())
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.filter(|line| line.contains(MARK)).take(steps).count();
    child.kill().unwrap();
    child.wait().unwrap();
    told == steps
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pruner_that_is_killed_anywhere_loses_nothing() {
    let keeper = Keeper::with_days(&[9_000, 9_000, 9_000, 5]).await;
    let before = keeper.rows().await;
    let (url, tenant) =
        (format!("{}?sslmode=disable", keeper.world.database.url()), keeper.tenant.id());
    let mut kills = 0;
    for steps in 1.. {
        let (url, folder) = (url.clone(), keeper.folder.path().to_owned());
        let kill = move || kill_after(steps, &url, tenant, &folder);
        let was_cut_short = tokio::task::spawn_blocking(kill).await.unwrap();
        keeper.assert_nothing_lost(&before).await;
        if !was_cut_short {
            break;
        }
        kills += 1;
        if keeper.tenant.audit().head().await.unwrap().pruned_seq == 27_000 {
            break;
        }
    }
    assert!(kills > 3, "killed {kills} times");
    keeper.prune(keeper.days_ago(1)).await;
    assert_eq!(keeper.tenant.audit().head().await.unwrap().pruned_seq, 27_000);
    keeper.assert_nothing_lost(&before).await;
}
