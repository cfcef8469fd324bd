//! Verification from the last checkpoint on.

use agentflow::{
    Error,
    audit::{VerifyOptions, VerifyProgress},
};

use super::{COVER_UP, Stage, append, finding, options};

fn since(options: VerifyOptions) -> VerifyOptions {
    VerifyOptions { since_checkpoint: true, ..options }
}

#[tokio::test]
async fn only_what_came_after_the_checkpoint_is_read() {
    let stage = Stage::new().await;
    let seen = std::sync::Mutex::new(VerifyProgress::default());
    let note = |progress| *seen.lock().unwrap() = progress;
    let admin = stage.victim.world.store.admin();
    let report = admin.verify_audit(&since(stage.pinned()), &note).await.unwrap();
    let verdict = stage.verdict(&report);
    assert_eq!(
        (verdict.resumed_from, verdict.total_records, verdict.verified_records),
        (Some(8), 2, 2)
    );
    // Beta was not touched since its checkpoint.
    let seen = *seen.lock().unwrap();
    assert_eq!((seen.done, seen.total), (2, 2));
    stage.victim.forge("UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 10").await;
    let report = stage.assert_found(&since(stage.pinned()), 10, "hash of its record").await;
    assert_eq!(
        (report.first_tampered_index, stage.verdict(&report).verified_records),
        (Some(9), 1)
    );
}

#[tokio::test]
async fn the_word_of_a_checkpoint_needs_a_key() {
    let stage = Stage::new().await;
    let admin = stage.victim.world.store.admin();
    let error = admin.verify_audit(&since(options(1, 10)), &|_| ()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
}

#[tokio::test]
async fn a_chain_without_a_checkpoint_is_read_in_full() {
    let stage = Stage::unsigned().await;
    let report = stage.assert_unnoticed(&since(stage.pinned())).await;
    let verdict = stage.verdict(&report);
    assert_eq!((verdict.resumed_from, verdict.total_records), (None, 10));
}

#[tokio::test]
async fn a_checkpoint_that_does_not_fit_its_entry_is_not_begun_at() {
    let stage = Stage::new().await;
    // A restored backup, say: the chain is right in itself, and not the one that was signed.
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 6";
    stage
        .victim
        .forge(&format!("{edit}; {}; {}", crate::audit::rechain(6), super::HEAD_FOLLOWS))
        .await;
    let report = stage.report(&since(stage.pinned())).await;
    assert_eq!(stage.verdict(&report).resumed_from, Some(4), "the one before still fits");
    assert_eq!(finding(&report), finding(&stage.report(&stage.pinned()).await));
    // Without the rows that contradict it, it is only a chain with no place to resume at.
    stage.victim.forge(COVER_UP).await;
    let report = stage.assert_unnoticed(&since(stage.pinned())).await;
    assert_eq!(stage.verdict(&report).resumed_from, None);
}

#[tokio::test]
async fn checkpoints_that_cannot_be_believed_are_passed_over() {
    for (broken, resumed) in [("seq = 8", Some(4)), ("seq IN (4, 8)", None)] {
        let stage = Stage::new().await;
        let forge =
            format!("UPDATE audit_checkpoints SET note = 'x' WHERE tenant_id = :t AND {broken}");
        stage.victim.forge(&forge).await;
        let report = stage.report(&since(stage.pinned())).await;
        assert_eq!(stage.verdict(&report).resumed_from, resumed);
        assert_eq!(finding(&report), finding(&stage.report(&stage.pinned()).await));
    }
}

#[tokio::test]
async fn a_copy_that_contradicts_the_checkpoint_has_everything_read() {
    let mut stage = Stage::new().await;
    let report = stage.assert_unnoticed(&since(stage.with_copies())).await;
    assert_eq!(stage.verdict(&report).resumed_from, Some(8));
    // No checkpoint of this size is in the database, so nothing can be said without reading.
    let other = agentflow::core::hash::Sha256::of(&[b"other"]);
    stage.notary.copies.push(stage.notary.sign(stage.victim.tenant.id(), 3, other));
    let report =
        stage.assert_found(&since(stage.with_copies()), 1, "signed at 3 and kept elsewhere").await;
    assert_eq!(stage.verdict(&report).resumed_from, None);
}

#[tokio::test]
async fn an_edit_before_the_checkpoint_is_left_to_the_next_full_verification() {
    let mut stage = Stage::new().await;
    stage.victim.forge("UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 3").await;
    append(&stage.victim, 11..=12).await;
    stage.round().await;
    let report = stage.assert_unnoticed(&since(stage.with_copies())).await;
    assert_eq!(stage.verdict(&report).resumed_from, Some(12));
    stage.assert_found(&stage.pinned(), 3, "hash of its record").await;
}
