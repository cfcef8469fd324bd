//! The log of all tenants: changes to it, and tenants that are gone.

use agentflow::audit::{TenantLogVerdict, Verdict, VerifyOptions};

use super::{COVER_UP, Stage, options};

async fn log(stage: &Stage, options: &VerifyOptions) -> TenantLogVerdict {
    stage.report(options).await.tenant_log.unwrap()
}

#[tokio::test]
async fn every_change_to_the_log_is_noticed() {
    for (change, reason) in [
        ("DELETE FROM tenant_log WHERE position = 1", "entry 1 is missing"),
        ("DELETE FROM tenant_log WHERE position = 2", "entry 2 is missing"),
        ("DELETE FROM tenant_log WHERE position = 3", "it ends at entry 2, and 3 were signed"),
        ("DELETE FROM tenant_log", "it ends at entry 0, and 3 were signed"),
        ("UPDATE tenant_log SET record = record || ' ' WHERE position = 2", "entry 2"),
        ("UPDATE tenant_log SET record = 'x' WHERE position = 2", "entry 2"),
        (
            "UPDATE tenant_log SET tenant_id = gen_random_uuid() WHERE position = 2",
            "entry 2 is not about the tenant it is kept under",
        ),
        (
            "UPDATE tenant_log SET record = replace(record, '\"size\":8', '\"size\":9') WHERE position = 3",
            "its checkpoint at entry 3 does not fit: entry 3 is not what was signed",
        ),
        (
            "UPDATE tenant_log SET record = replace(record, '\"size\":8', '\"size\":4') WHERE position = 3",
            "entry 3 is about fewer entries",
        ),
        (
            "INSERT INTO tenant_log SELECT 4, tenant_id, record FROM tenant_log WHERE position = 3",
            "entry 4 is about fewer entries",
        ),
        (
            "UPDATE tenant_log_checkpoints SET root_hash = sha256('x') WHERE size = 3",
            "at entry 3 is not what its note says",
        ),
        (
            "UPDATE tenant_log_checkpoints SET compact_range = sha256('x') WHERE size = 2",
            "has another compact range",
        ),
        (
            "UPDATE tenant_log_checkpoints SET note = 'x' WHERE size = 3",
            "has a note that cannot be read",
        ),
        (
            "UPDATE tenant_log_checkpoints SET note = (SELECT note FROM audit_checkpoints LIMIT 1) WHERE size = 3",
            "has the note of another log",
        ),
    ] {
        let stage = Stage::new().await;
        stage.victim.forge(change).await;
        for options in [options(1, 10), stage.pinned()] {
            let log = log(&stage, &options).await;
            let message = log.error_message.unwrap_or_default();
            assert!(message.contains(reason), "{change}: {message:?} does not say {reason:?}");
            assert_eq!(log.status, Verdict::Tampered);
        }
    }
}

#[tokio::test]
async fn a_log_cut_with_its_checkpoints_is_caught_by_copies() {
    let stage = Stage::new().await;
    let cut = "
        DELETE FROM tenant_log WHERE position = 3;
        DELETE FROM tenant_log_checkpoints WHERE size = 3;
        DELETE FROM audit_checkpoints WHERE tenant_id = :t AND seq = 8";
    stage.victim.forge(cut).await;
    assert_eq!(stage.assert_unnoticed(&stage.pinned()).await.tenant_log.unwrap().entries, 2);
    let report = stage.report(&stage.with_copies()).await;
    let message = report.error_message.unwrap();
    assert_eq!(message, "the log of all tenants: it ends at entry 2, and 3 were signed");
    let of_log = report.tenant_log.as_ref().and_then(|log| log.error_message.as_deref());
    assert_eq!(of_log, Some("it ends at entry 2, and 3 were signed"), "says once what is wrong");
    assert_eq!((report.status, report.first_tampered_tenant), (Verdict::Tampered, None));
}

#[tokio::test]
async fn a_log_without_signatures_of_ours_is_caught_with_the_key() {
    let stage = Stage::new().await;
    stage.victim.forge("DELETE FROM tenant_log_checkpoints").await;
    super::Notary::new(2).round(&stage.victim.superuser).await;
    assert_eq!(log(&stage, &options(1, 10)).await.status, Verdict::Success);
    let message = log(&stage, &stage.pinned()).await.error_message.unwrap();
    let unknown = "is signed by a key that was not given (audit.example.com/tenants+";
    assert!(message.contains(unknown), "{message}");
}

#[tokio::test]
async fn a_tenant_deleted_as_it_must_be_is_reported_and_no_alarm() {
    let mut stage = Stage::new().await;
    stage.delete_victim().await;
    for _ in 0..2 {
        for options in [stage.pinned(), stage.with_copies()] {
            let report = stage.assert_unnoticed(&options).await;
            assert_eq!(report.tenants.len(), 1, "{report:?}");
            assert_eq!(report.tenant_log.unwrap().deleted, [stage.victim.tenant.id()]);
        }
        // The second time, the log tells of the end.
        stage.round().await;
    }
    stage.victim.forge(COVER_UP).await;
    let gone = log(&stage, &stage.with_copies()).await;
    assert_eq!(gone.deleted, [stage.victim.tenant.id()], "a copy remembers it too");
}

#[tokio::test]
async fn a_tombstone_that_does_not_fit_is_an_alarm() {
    for (change, is_logged, reason) in [
        (
            "DELETE FROM tenant_tombstones",
            false,
            "gone without a tombstone, and 8 of its entries were signed",
        ),
        (
            "DELETE FROM tenant_tombstones",
            true,
            "gone without a tombstone, and 11 of its entries were signed",
        ),
        (
            "UPDATE tenant_tombstones SET last_seq = 7",
            false,
            "that it had 7 entries, and 8 were signed",
        ),
        (
            "UPDATE tenant_tombstones SET last_seq = 9",
            true,
            "that it had 9 entries, and 11 were signed",
        ),
        (
            "UPDATE tenant_tombstones SET last_seq = 12",
            true,
            "does not say what the log of all tenants says",
        ),
        (
            "UPDATE tenant_tombstones SET last_hash = sha256('x')",
            true,
            "does not say what the log of all tenants says",
        ),
        (
            "ALTER TABLE tenant_tombstones ALTER last_hash DROP NOT NULL; UPDATE tenant_tombstones SET last_hash = NULL",
            true,
            "does not say how its chain ended",
        ),
    ] {
        let mut stage = Stage::new().await;
        stage.delete_victim().await;
        if is_logged {
            stage.round().await;
        }
        stage.victim.forge(change).await;
        stage.assert_found(&stage.pinned(), 1, reason).await;
    }
}

#[tokio::test]
async fn what_is_left_of_a_tenant_that_vanished_is_blamed_for_it() {
    let stage = Stage::new().await;
    stage.victim.forge("DELETE FROM tenants WHERE id = :t").await;
    let report = stage.assert_found(&stage.pinned(), 1, "gone without a tombstone").await;
    assert_eq!(report.tenants.len(), 2, "once, and not again for its rows");
    assert_eq!(stage.verdict(&report).total_records, 10);
}

#[tokio::test]
async fn a_tenant_that_came_back_is_an_alarm() {
    let mut stage = Stage::new().await;
    stage.victim.forge("CREATE TABLE kept AS SELECT * FROM tenants WHERE id = :t").await;
    stage.delete_victim().await;
    stage.round().await;
    stage
        .victim
        .forge("SET session_replication_role = origin; INSERT INTO tenants SELECT * FROM kept")
        .await;
    stage.assert_found(&stage.pinned(), 1, "says that the tenant was deleted").await;
}
