//! More than there can be: numbers that nobody counted to, and columns that nobody wrote.

use super::{Stage, options};
use crate::audit::rechain;

#[tokio::test]
async fn a_head_beyond_all_entries_does_not_count_as_entries_looked_at() {
    let stage = Stage::new().await;
    let forgery = "UPDATE audit_heads SET seq = 4611686018427387904 WHERE tenant_id = :t";
    stage.victim.forge(forgery).await;
    let admin = stage.victim.world.store.admin();
    let report = admin.verify_audit(&options(1, 20_000), &|_| ()).await.unwrap();
    assert_eq!(report.first_tampered_seq, Some(11), "{report:?}");
    assert_eq!(report.verified_records, 12, "ten of ours, and two of Beta");
    // Thirteen were looked at, with the missing one, in at least this time.
    let looked_at = report.throughput_per_sec.saturating_mul(report.duration_ms);
    assert!(looked_at <= 13 * 1_000, "{report:?}");
}

#[tokio::test]
async fn a_record_longer_than_any_can_be_is_named_and_not_fetched() {
    let stage = Stage::new().await;
    let padded = "
        ALTER TABLE audits DROP CONSTRAINT audits_record_length;
        UPDATE audits SET record = record || repeat(' ', 1048576) WHERE tenant_id = :t AND seq = 6";
    // The chain is right in itself: only the length is not.
    let sql = format!("{padded}; {}; {}", rechain(6), super::HEAD_FOLLOWS);
    stage.victim.forge(&sql).await;
    let reason = "entry 6: the record is longer than any can be";
    stage.assert_found(&options(2, 3), 6, reason).await;
}

#[tokio::test]
async fn a_hash_longer_than_any_can_be_is_named() {
    for column in ["prev_hash", "hash"] {
        let stage = Stage::new().await;
        let padded = format!(
            "ALTER TABLE audits DROP CONSTRAINT audits_{column}_length;
             UPDATE audits SET {column} = {column} || sha256('x') WHERE tenant_id = :t AND seq = 6"
        );
        stage.victim.forge(&padded).await;
        let reason = format!("entry 6: {column} is not a hash");
        stage.assert_found(&options(2, 3), 6, &reason).await;
    }
}

#[tokio::test]
async fn an_entry_of_the_log_longer_than_any_can_be_is_named() {
    let stage = Stage::new().await;
    let padded = "UPDATE tenant_log SET record = record || repeat(' ', 1000) WHERE position = 3";
    stage.victim.forge(padded).await;
    let log = stage.report(&stage.pinned()).await.tenant_log.unwrap();
    assert_eq!(log.error_message.as_deref(), Some("entry 3 has no record"));
}
