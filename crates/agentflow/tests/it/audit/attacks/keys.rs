//! Whose word counts: keys that are pinned, exchanged, unknown, or stolen.

use agentflow::{audit::VerifyOptions, core::audit::tenant_origin};

use super::{COVER_UP, HEAD_FOLLOWS, Notary, Stage, append, options, trusting};
use crate::audit::rechain;

/// Everything after entry 1 is rewritten, and the checkpoints are taken again by somebody.
async fn rewritten_and_signed_by(signer: &mut Notary) -> Stage {
    let stage = Stage::new().await;
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 2";
    let forgery = format!("{edit}; {}; {HEAD_FOLLOWS}; {COVER_UP}", rechain(2));
    stage.victim.forge(&forgery).await;
    signer.round(&stage.victim.superuser).await;
    stage
}

#[tokio::test]
async fn after_a_rotation_both_keys_are_needed() {
    let mut stage = Stage::new().await;
    let mut next = Notary::new(2);
    next.round(&stage.victim.superuser).await;
    append(&stage.victim, 11..=12).await;
    let with = |keys| VerifyOptions { keys, ..options(2, 3) };

    let report = stage.assert_unnoticed(&with(trusting(&[&stage.notary, &next]))).await;
    assert!(report.signatures_checked);
    assert_eq!(stage.verdict(&report).checkpoints, 3);
    let unknown = |notary: &Notary, seq| {
        let key = notary.verifying_key();
        let key = key.named(tenant_origin(key.name(), stage.victim.tenant.id()).unwrap());
        let (name, id) = (key.name(), key.id());
        format!(
            "the checkpoint at entry {seq} is signed by a key that was not given ({name}+{id:08x}); \
             give it with --key if it is yours"
        )
    };
    let only_first = with(stage.notary.trusted());
    stage.assert_found(&only_first, 9, &unknown(&next, 10)).await;
    stage.assert_found(&with(next.trusted()), 1, &unknown(&stage.notary, 4)).await;

    stage.notary.copies.append(&mut next.copies);
    let keys = trusting(&[&stage.notary, &next]);
    let copies = VerifyOptions { keys, ..stage.with_copies() };
    stage.assert_unnoticed(&copies).await;
    let since = VerifyOptions { since_checkpoint: true, ..copies };
    assert_eq!(stage.verdict(&stage.assert_unnoticed(&since).await).resumed_from, Some(10));
}

#[tokio::test]
async fn checkpoints_signed_by_the_attacker_are_believed_only_where_no_key_is_pinned() {
    let mut attacker = Notary::new(666);
    let stage = rewritten_and_signed_by(&mut attacker).await;
    let report = stage.assert_unnoticed(&options(2, 3)).await;
    assert!(!report.signatures_checked, "and the report says that nobody looked");
    assert!(report.checkpoints > 0);
    let reason = "is signed by a key that was not given (audit.example.com/t/";
    stage.assert_found(&stage.pinned(), 1, reason).await;
    let since = VerifyOptions { since_checkpoint: true, ..stage.pinned() };
    let report = stage.assert_found(&since, 1, reason).await;
    assert_eq!(stage.verdict(&report).resumed_from, None);
}

#[tokio::test]
async fn checkpoints_signed_with_a_stolen_key_are_caught_by_copies_alone() {
    let mut thief = Notary::new(1);
    let stage = rewritten_and_signed_by(&mut thief).await;
    stage.assert_unnoticed(&stage.pinned()).await;
    let reason = "entries 1 to 4 are not what was signed at 4 and kept elsewhere";
    stage.assert_found(&stage.with_copies(), 1, reason).await;
    // The other half of a split view comes from the thief.
    let mut copies = stage.with_copies();
    copies.outside.extend(thief.copies.iter().cloned());
    stage.assert_found(&copies, 1, reason).await;
}
