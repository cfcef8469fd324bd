//! Changes to the checkpoints themselves.

use agentflow::audit::VerifyOptions;

use super::{Stage, options};

#[tokio::test]
async fn untouched_checkpoints_are_counted() {
    let stage = Stage::new().await;
    let report = stage.assert_unnoticed(&stage.pinned()).await;
    assert_eq!(stage.verdict(&report).checkpoints, 2);
    let log = report.tenant_log.as_ref().unwrap();
    assert_eq!((log.entries, log.checkpoints), (3, 2));
    assert_eq!(report.checkpoints, 5, "two of ours, one of Beta, two of the log");
    let report = stage.assert_unnoticed(&stage.with_copies()).await;
    assert_eq!(report.checkpoints, 10, "and a copy of each");
}

#[tokio::test]
async fn every_change_to_a_checkpoint_is_named() {
    let unmade = "the checkpoint at entry 8 has hashes that do not make its root";
    for (change, seq, reason) in [
        ("SET head_hash = sha256('x')", 5, unmade),
        ("SET root_hash = sha256('x')", 5, unmade),
        ("SET compact_range = sha256('x') || substr(compact_range, 33)", 5, unmade),
        ("SET note = 'a note'", 5, "has a note that cannot be read"),
        (
            "SET note = (SELECT note FROM audit_checkpoints WHERE tenant_id = :t AND seq = 4)",
            5,
            "not what its note says",
        ),
        (
            "SET note = (SELECT note FROM audit_checkpoints WHERE tenant_id <> :t LIMIT 1)",
            5,
            "the note of another log",
        ),
        (
            "SET note = (SELECT note FROM tenant_log_checkpoints LIMIT 1)",
            5,
            "the note of another log",
        ),
        (
            "SET seq = 9",
            8,
            "the checkpoint at entry 8 is in the log of all tenants, and not in the database",
        ),
    ] {
        let stage = Stage::new().await;
        let drop =
            "ALTER TABLE audit_checkpoints DROP CONSTRAINT audit_checkpoints_compact_range_length";
        let sql =
            format!("{drop}; UPDATE audit_checkpoints {change} WHERE tenant_id = :t AND seq = 8");
        stage.victim.forge(&sql).await;
        for options in [options(2, 3), stage.pinned()] {
            stage.assert_found(&options, seq, reason).await;
        }
        let since = VerifyOptions { since_checkpoint: true, ..stage.pinned() };
        stage.assert_found(&since, seq, reason).await;
    }
}

#[tokio::test]
async fn a_changed_signature_needs_a_key_to_be_noticed() {
    let stage = Stage::new().await;
    let other = "
        UPDATE audit_checkpoints SET note = overlay(note PLACING 'AAAAAAAA' FROM length(note) - 40)
        WHERE tenant_id = :t AND seq = 8";
    stage.victim.forge(other).await;
    stage.assert_unnoticed(&options(2, 3)).await;
    stage.assert_found(&stage.pinned(), 5, "the checkpoint at entry 8 is not to be believed").await;
}

#[tokio::test]
async fn a_removed_checkpoint_is_missed_by_the_log_of_all_tenants() {
    for seq in [4, 8] {
        let stage = Stage::new().await;
        let sql = format!("DELETE FROM audit_checkpoints WHERE tenant_id = :t AND seq = {seq}");
        stage.victim.forge(&sql).await;
        let reason = "is in the log of all tenants, and not in the database any more";
        stage.assert_found(&stage.pinned(), seq, reason).await;
    }
    // And what it said is still known.
    let stage = Stage::new().await;
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 6";
    let remove = "DELETE FROM audit_checkpoints WHERE tenant_id = :t";
    let sql = format!("{edit}; {}; {}; {remove}", crate::audit::rechain(6), super::HEAD_FOLLOWS);
    stage.victim.forge(&sql).await;
    stage.assert_found(&stage.pinned(), 4, "the checkpoint at entry 4 is in the log").await;
    let only_last = Stage::new().await;
    only_last.victim.forge(&format!("{sql} AND seq = 8")).await;
    let reason = "entries 5 to 8 are not what the log of all tenants says was signed at 8";
    only_last.assert_found(&only_last.pinned(), 5, reason).await;
}

#[tokio::test]
async fn a_checkpoint_that_nobody_logged_is_noticed() {
    let stage = Stage::new().await;
    let mut unlogged = super::Notary::new(1);
    unlogged.round(&stage.victim.superuser).await;
    stage
        .victim
        .forge("DELETE FROM tenant_log WHERE position = 4; DELETE FROM tenant_log_checkpoints WHERE size = 4")
        .await;
    let reason = "the checkpoint at entry 10 is not what the log of all tenants says, or not in it";
    stage.assert_found(&stage.pinned(), 10, reason).await;
}

#[tokio::test]
async fn a_checkpoint_with_nothing_in_it_is_no_failure() {
    for column in ["head_hash", "root_hash", "compact_range", "note"] {
        let stage = Stage::new().await;
        stage
            .victim
            .forge(&format!(
                "ALTER TABLE audit_checkpoints ALTER {column} DROP NOT NULL;
                 UPDATE audit_checkpoints SET {column} = NULL WHERE tenant_id = :t AND seq = 4"
            ))
            .await;
        stage.assert_found(&stage.pinned(), 1, "the checkpoint at entry 4 has no").await;
    }
}

#[tokio::test]
async fn two_checkpoints_of_one_size_must_say_the_same() {
    let stage = Stage::new().await;
    stage
        .victim
        .forge(
            "ALTER TABLE audit_checkpoints DROP CONSTRAINT audit_checkpoints_seq_key;
             INSERT INTO audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note)
             SELECT tenant_id, seq, head_hash, sha256('x'), compact_range, note FROM audit_checkpoints
             WHERE tenant_id = :t AND seq = 8",
        )
        .await;
    stage.assert_found(&stage.pinned(), 5, "the checkpoint at entry 8").await;
}

#[tokio::test]
async fn checkpoints_as_they_are_taken_in_production_hold_and_are_the_same() {
    let mut stage = Stage::unsigned().await;
    let admin = stage.victim.world.store.admin();
    for numbers in [11..=20, 21..=33] {
        let report = admin.take_checkpoints(stage.notary.key(), &[], None).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        super::append(&stage.victim, numbers).await;
    }
    let report = stage.assert_unnoticed(&stage.pinned()).await;
    assert_eq!((report.checkpoints, stage.verdict(&report).checkpoints), (5, 2));
    // A round by the naive notary goes on where that one ended.
    stage.round().await;
    let report = stage.assert_unnoticed(&stage.with_copies()).await;
    assert_eq!(stage.verdict(&report).checkpoints, 4, "three in the database, and a copy of one");
}
