//! Rewrapping: complete, repeatable, interrupted at any point, beside everything else.

use std::{
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agentflow::{
    Config, Error, Store, Tenant,
    secrets::key_ring::{Place, RewrapOptions, RewrapProgress},
};
use futures::future::join_all;
use tokio::sync::Notify;

use super::sealed::{Sealing, ann, new_id, seal, text, with_keys};

const URL: &str = "AF_IT_REWRAP_URL";
const KEYS: &str = "AF_IT_REWRAP_KEYS";

/// A row in each table for each of so many workspaces.
async fn plant(at: &Sealing, tenant: &Tenant, times: usize) -> Vec<Place> {
    let mut places = Vec::new();
    for _ in 0..times {
        places.extend(at.plant(tenant).await);
    }
    places
}

async fn rotate(at: &Sealing) -> u32 {
    at.store.admin().key_ring().rotate(&ann()).await.unwrap()
}

fn pages_of(batch: u16) -> RewrapOptions {
    RewrapOptions { batch, ..RewrapOptions::default() }
}

#[tokio::test]
async fn every_value_of_every_tenant_is_wrapped_anew_and_that_is_recorded() {
    let at = Sealing::new().await;
    let (acme, globex) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let (first, second) = (plant(&at, &acme, 3).await, plant(&at, &globex, 1).await);
    at.store.admin().tenants().suspend(globex.id(), &ann()).await.unwrap();
    let mut before = Vec::new();
    for place in &first {
        before.push(at.bytes(place).await);
    }
    rotate(&at).await;
    let seen = Mutex::new(Vec::new());
    let progress = |now: RewrapProgress| seen.lock().unwrap().push(now);
    let ring = at.store.admin();
    let report = ring.key_ring().rewrap(pages_of(2), &ann(), &progress).await.unwrap();
    assert_eq!((report.tenants, report.rewrapped, report.failed), (2, 24, 0));
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.first(), Some(&RewrapProgress { done: 0, total: 24 }));
    assert_eq!(seen.last(), Some(&RewrapProgress { done: 24, total: 24 }));
    assert!(seen.is_sorted_by_key(|it| it.done) && seen.len() > 8, "{seen:?}");

    for (place, before) in first.iter().zip(&before) {
        let after = at.bytes(place).await;
        assert_eq!(after[68..], before[68..], "what is encrypted stays as it is");
        assert_ne!(after[8..68], before[8..68]);
    }
    assert_eq!(at.keys_of(&[first, second].concat()).await, ["shared/2"]);

    let logged = at
        .superuser
        .query_one(
            "SELECT count(*), count(DISTINCT secret_id), bool_and(old_kms_key_id = 'shared/1'),
                 bool_and(new_kms_key_id = 'shared/2'), bool_and(rotation_reason = 'rewrapped')
             FROM secret_rotation_log WHERE tenant_id = $1",
            &[acme.id().as_uuid()],
        )
        .await
        .unwrap();
    assert_eq!((logged.get::<_, i64>(0), logged.get::<_, i64>(1)), (18, 9));
    assert!(logged.get::<_, bool>(2) && logged.get::<_, bool>(3) && logged.get::<_, bool>(4));
    let recorded: i64 = at
        .superuser
        .query_one(
            "SELECT sum((details ->> 'values')::bigint)::bigint FROM audit_entries
             WHERE action = 'key_ring.rewrapped' AND details ->> 'key' = 'shared/2'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(recorded, 24);

    let again = at.rewrap(RewrapOptions::default()).await;
    assert_eq!((again.tenants, again.rewrapped), (0, 0));
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = plant(&at, &acme, 2).await;
    rotate(&at).await;
    let everything =
        "SELECT md5(coalesce(string_agg(row::text, ',' ORDER BY row::text), '')) FROM (
         SELECT p::text FROM provider_keys p UNION ALL SELECT c::text FROM connector_installations c
         UNION ALL SELECT t::text FROM teams t UNION ALL SELECT l::text FROM secret_rotation_log l
         UNION ALL SELECT a::text FROM audits a) AS all_of_it (row)";
    let before: String = at.superuser.query_one(everything, &[]).await.unwrap().get(0);
    let report = at.rewrap(RewrapOptions { dry_run: true, ..pages_of(1) }).await;
    assert_eq!((report.dry_run, report.tenants, report.rewrapped), (true, 1, 12));
    let after: String = at.superuser.query_one(everything, &[]).await.unwrap().get(0);
    assert_eq!(before, after);
    assert_eq!(at.keys_of(&places).await, ["shared/1"]);
}

#[tokio::test]
async fn verifying_opens_what_is_wrapped_with_the_current_key_as_well() {
    let at = Sealing::new().await;
    let (acme, _) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let places = plant(&at, &acme, 2).await;
    let mut broken = at.bytes(&places[3]).await;
    *broken.last_mut().unwrap() ^= 1;
    at.put(&places[3], &broken).await;
    let dry = at.rewrap(RewrapOptions { dry_run: true, ..pages_of(1) }).await;
    assert_eq!((dry.tenants, dry.rewrapped, dry.failed), (0, 0, 0));
    let report = at.rewrap(RewrapOptions { verify: true, ..pages_of(1) }).await;
    assert_eq!((report.tenants, report.verified, report.failed), (1, 11, 1));
    assert_eq!(report.failures[0].row, places[3].row);
    assert_eq!(at.bytes(&places[3]).await, broken);
}

#[tokio::test]
async fn one_tenant_can_be_rewrapped_alone() {
    let at = Sealing::new().await;
    let (acme, globex) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let (mine, other) = (at.plant(&acme).await, at.plant(&globex).await);
    rotate(&at).await;
    let options = RewrapOptions { tenant: Some(acme.id()), ..RewrapOptions::default() };
    assert_eq!(at.rewrap(options).await.rewrapped, 6);
    assert_eq!(at.keys_of(&mine).await, ["shared/2"]);
    assert_eq!(at.keys_of(&other).await, ["shared/1"]);
    let missing = RewrapOptions { tenant: Some(new_id().into()), ..options };
    let error = at.store.admin().key_ring().rewrap(missing, &ann(), &|_| {}).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    for batch in [0, 1001] {
        let error = at.store.admin().key_ring().rewrap(pages_of(batch), &ann(), &|_| {}).await;
        assert!(matches!(error, Err(Error::InvalidInput { .. })));
    }
}

#[tokio::test]
async fn a_value_that_does_not_open_is_reported_and_the_others_go_on() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = plant(&at, &acme, 3).await;
    let mut broken = at.bytes(&places[4]).await;
    *broken.last_mut().unwrap() ^= 1;
    at.put(&places[4], &broken).await;
    rotate(&at).await;
    for rewrapped in [17, 0] {
        let report = at.rewrap(pages_of(1)).await;
        assert_eq!((report.rewrapped, report.failed, report.failures.len()), (rewrapped, 1, 1));
        let told = &report.failures[0];
        let expected = (acme.id(), places[4].table, places[4].column, places[4].row);
        assert_eq!((told.tenant_id, told.table, told.column, told.row), expected);
    }
    assert_eq!(at.bytes(&places[4]).await, broken);
    let whole: Vec<_> = places.iter().copied().filter(|it| *it != places[4]).collect();
    assert_eq!(at.keys_of(&whole).await, ["shared/2"]);
    // What is not rewrapped keeps the key that it needs.
    let error = at.store.admin().key_ring().retire(1, &ann()).await.unwrap_err();
    assert!(error.to_string().contains(&format!("{} 1", places[4].table)), "{error}");
}

#[tokio::test]
async fn interrupted_after_any_page_it_goes_on_where_it_was() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = plant(&at, &acme, 3).await;
    rotate(&at).await;
    let mut done = 0;
    for _ in 0..places.len() {
        let (moved, ring) = (Notify::new(), at.store.admin());
        let now = AtomicU64::new(0);
        let progress = |at: RewrapProgress| {
            if at.done > now.swap(at.done, Ordering::Relaxed) {
                moved.notify_one();
            }
        };
        let (ring, by) = (ring.key_ring(), ann());
        let finished = tokio::select! {
            biased;
            () = moved.notified() => false,
            report = ring.rewrap(pages_of(1), &by, &progress) => report.is_ok(),
        };
        done += now.load(Ordering::Relaxed);
        // Every value is whole, whichever key wraps it.
        at.keys_of(&places).await;
        if finished {
            break;
        }
    }
    assert_eq!(done, 18);
    assert_eq!(at.keys_of(&places).await, ["shared/2"]);
    assert_eq!(at.rewrap(RewrapOptions::default()).await.rewrapped, 0);
}

/// Not a test: what the child process of the next test does.
#[tokio::test(flavor = "multi_thread")]
async fn play_rewrapper() {
    let (Ok(url), Ok(keys)) = (std::env::var(URL), std::env::var(KEYS)) else { return };
    let mut config = Config::from_url(&url).unwrap();
    config.key_ring = Some(agentflow::KeyRingSetting::File(keys.into()));
    let store = Store::connect(config).unwrap();
    let told = |now: RewrapProgress| eprintln!("done {}", now.done);
    store.admin().key_ring().rewrap(pages_of(1), &ann(), &told).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_loses_nothing_and_is_finished_by_the_next() {
    use std::io::{BufRead, BufReader};

    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = plant(&at, &acme, 16).await;
    rotate(&at).await;
    for round in 0..6_u64 {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "secrets::rewrap::play_rewrapper", "--nocapture"])
            .env(URL, format!("{}?sslmode=disable", at.database.url()))
            .env(KEYS, &at.path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let work = tokio::task::spawn_blocking(move || {
            // Somewhere between two pages, or in one: after a few of them, and a part of the time that one takes.
            let begun = lines.take(2 + usize::try_from(round).unwrap()).count();
            std::thread::sleep(Duration::from_micros(700 * round));
            process.kill().unwrap();
            process.wait().unwrap();
            begun
        });
        assert!(work.await.unwrap() > 0, "it did not begin");
        at.keys_of(&places).await;
    }
    let report = at.rewrap(RewrapOptions::default()).await;
    assert_eq!(report.failed, 0);
    assert!((1..96).contains(&report.rewrapped), "{}", report.rewrapped);
    assert_eq!(at.keys_of(&places).await, ["shared/2"]);
    at.store.admin().key_ring().retire(1, &ann()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn four_at_once_do_the_work_once() {
    let at = Arc::new(Sealing::new().await);
    let acme = at.tenant("Acme").await;
    let places = plant(&at, &acme, 6).await;
    rotate(&at).await;
    let work = (0..4).map(|_| {
        let at = Arc::clone(&at);
        tokio::spawn(async move {
            let store = Store::connect(with_keys(&at.database, &at.path)).unwrap();
            store.admin().key_ring().rewrap(pages_of(2), &ann(), &|_| {}).await.unwrap()
        })
    });
    let reports: Vec<_> = join_all(work).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(reports.iter().map(|it| it.rewrapped).sum::<u64>(), 36);
    assert!(reports.iter().all(|it| it.failed == 0));
    assert_eq!(at.keys_of(&places).await, ["shared/2"]);
    let logged: i64 = at
        .superuser
        .query_one("SELECT count(*) FROM secret_rotation_log", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(logged, 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_change_meanwhile_are_not_lost() {
    let at = Arc::new(Sealing::new().await);
    let acme = at.tenant("Acme").await;
    let places = plant(&at, &acme, 4).await;
    let writer = {
        let (at, places) = (Arc::clone(&at), places.clone());
        tokio::spawn(async move {
            let mut written = Vec::new();
            for _ in 0..4 {
                for place in &places {
                    let bytes = seal(&*at.keys, place).await;
                    at.put(place, &bytes).await;
                    written.push((*place, bytes));
                }
            }
            written
        })
    };
    for _ in 0..3 {
        rotate(&at).await;
        assert_eq!(at.rewrap(pages_of(1)).await.failed, 0);
    }
    let written = writer.await.unwrap();
    rotate(&at).await;
    at.rewrap(RewrapOptions::default()).await;
    assert_eq!(at.keys_of(&places).await, ["shared/5"]);
    for place in &places {
        let last = written.iter().rev().find(|(it, _)| it == place).unwrap();
        assert_eq!(at.bytes(place).await[68..], last.1[68..], "{place:?}: {:?}", text(place));
    }
}

#[tokio::test]
async fn what_somebody_holds_is_waited_for_and_not_left_out() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = at.plant(&acme).await;
    rotate(&at).await;
    let holder = crate::support::connect(at.database.url()).await;
    holder.batch_execute("BEGIN; SELECT FROM provider_keys FOR UPDATE").await.unwrap();
    let (ring, by) = (at.store.admin(), ann());
    let ring = ring.key_ring();
    let waits = async {
        loop {
            let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
            let waiting: i64 = at.superuser.query_one(waiting, &[]).await.unwrap().get(0);
            if waiting > 0 {
                break holder.batch_execute("COMMIT").await.unwrap();
            }
            tokio::task::yield_now().await;
        }
    };
    let work = ring.rewrap(RewrapOptions::default(), &by, &|_| {});
    let (report, ()) = tokio::join!(work, waits);
    assert_eq!(report.unwrap().rewrapped, 6);
    assert_eq!(at.keys_of(&places).await, ["shared/2"]);
}
