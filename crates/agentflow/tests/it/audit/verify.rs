//! Verification of many chains at once, in one snapshot.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use agentflow::audit::{Actor, Verdict, VerifyOptions, VerifyProgress, VerifyReport};

use super::{Victim, event, fill, options};

/// Everything in a report that does not depend on the clock.
fn timeless(mut report: VerifyReport) -> VerifyReport {
    report.timestamp = jiff::Timestamp::UNIX_EPOCH;
    (report.duration_ms, report.throughput_per_sec) = (0, 0);
    report
}

#[tokio::test]
async fn the_report_does_not_depend_on_how_the_work_is_shared() {
    let victim = Victim::with_entries(1).await;
    let mut lengths = vec![1];
    for number in 0..25_usize {
        let tenant = victim.world.tenant(&format!("Tenant {number}")).await;
        fill(&tenant, 1 + number * 7 % 90).await;
        lengths.push(1 + number * 7 % 90);
    }
    let admin = victim.world.store.admin();
    let check = async |options: &VerifyOptions| {
        timeless(admin.verify_audit(options, &|_| ()).await.unwrap())
    };
    let whole = check(&options(1, 20_000)).await;
    assert_eq!((whole.status, whole.tenants.len()), (Verdict::Success, 26));
    assert_eq!(whole.total_records, i64::try_from(lengths.iter().sum::<usize>()).unwrap());
    assert_eq!(whole.verified_records, whole.total_records);
    assert!(whole.tenants.is_sorted_by_key(|verdict| verdict.tenant_id));

    victim.forge("UPDATE audits SET record = '{}' WHERE seq = 40").await;
    let tampered = check(&options(1, 20_000)).await;
    assert_eq!(tampered.status, Verdict::Tampered);
    let short = tampered.tenants.iter().filter(|verdict| verdict.total_records < 40);
    assert!(short.clone().count() > 5 && short.clone().all(|v| v.status == Verdict::Success));
    let long = tampered.tenants.iter().filter(|verdict| verdict.total_records >= 40);
    assert!(long.clone().count() > 5 && long.clone().all(|v| v.first_tampered_seq == Some(40)));
    for (jobs, segment) in [(1, 1), (1, 7), (4, 1), (4, 7), (4, 64), (100, 13), (4, 0), (0, 50)] {
        assert_eq!(
            check(&options(jobs, segment)).await,
            tampered,
            "{jobs} jobs, {segment} entries"
        );
    }
}

#[tokio::test]
async fn progress_grows_to_the_total() {
    let victim = Victim::with_entries(100).await;
    let seen = Mutex::new(Vec::new());
    let note = |progress: VerifyProgress| seen.lock().unwrap().push(progress);
    victim.tenant.audit().verify(&options(1, 10), &note).await.unwrap();
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 10);
    assert!(seen.is_sorted_by_key(|progress| progress.done));
    assert_eq!(*seen.last().unwrap(), VerifyProgress { done: 100, total: 100, tenants: 1 });
}

#[tokio::test]
async fn a_suspended_tenant_can_still_be_verified() {
    let victim = Victim::with_entries(10).await;
    let admin = victim.world.store.admin();
    admin.tenants().suspend(victim.tenant.id(), &Actor::user("ann")).await.unwrap();
    victim.assert_intact(true).await;
    assert_eq!(victim.verify_all().await.total_records, 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_during_verification_never_cause_an_alarm() {
    let victim = Victim::with_entries(50).await;
    let other = victim.world.tenant("Beta").await;
    let finished = AtomicBool::new(false);
    let write = async |tenant: &agentflow::Tenant, name: &str| {
        let mut count = 0;
        while !finished.load(Ordering::Relaxed) {
            tenant.audit().append(&event(format!("{name} {count}"))).await.unwrap();
            tenant.audit().append_many(&[event(1), event(2), event(3)]).await.unwrap();
            count += 4;
        }
        count
    };
    let watch = async {
        let mut last = 0;
        for round in 0..12 {
            let options = options(1 + round % 3, [70, 300, 2_000][round % 3]);
            let admin = victim.world.store.admin();
            let report = admin.verify_audit(&options, &|_| ()).await.unwrap();
            assert_eq!(report.status, Verdict::Success, "round {round}: {report:?}");
            assert!(report.total_records >= last, "a later snapshot holds no less");
            last = report.total_records;
        }
        finished.store(true, Ordering::Relaxed);
    };
    let (a, b, c, ()) = tokio::join!(
        write(&victim.tenant, "a"),
        write(&victim.tenant, "b"),
        write(&other, "c"),
        watch
    );
    assert!(a > 0 && b > 0 && c > 0);
    assert_eq!(victim.verify_all().await.total_records, 51 + a + b + c);
}
