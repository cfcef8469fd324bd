//! Chains that retention has shortened.

use agentflow::audit::VerifyOptions;

use super::{HEAD_FOLLOWS, Notary, Stage, append};
use crate::audit::{Victim, rechain};

const PRUNE: &str = "
    UPDATE audit_heads AS h SET pruned_seq = 4, pruned_hash = a.hash
    FROM audits AS a WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.seq = 4;
    DELETE FROM audits WHERE tenant_id = :t AND seq <= 4";

/// Checkpoints at 2, 4 and 8 of 10 entries, of which 4 are gone.
async fn pruned() -> Stage {
    let victim = Victim::with_entries(2).await;
    let mut stage = Stage { victim, notary: Notary::new(1) };
    stage.round().await;
    append(&stage.victim, 3..=4).await;
    stage.round().await;
    append(&stage.victim, 5..=8).await;
    stage.round().await;
    append(&stage.victim, 9..=10).await;
    stage.victim.forge(PRUNE).await;
    stage
}

#[tokio::test]
async fn the_tree_goes_on_from_the_checkpoint_where_the_chain_begins() {
    let stage = pruned().await;
    for options in [stage.pinned(), stage.with_copies()] {
        let report = stage.assert_unnoticed(&options).await;
        assert_eq!(stage.verdict(&report).total_records, 6);
        let since = VerifyOptions { since_checkpoint: true, ..options };
        let report = stage.assert_unnoticed(&since).await;
        let verdict = stage.verdict(&report);
        assert_eq!((verdict.resumed_from, verdict.total_records), (Some(8), 2));
    }
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 6";
    stage.victim.forge(&format!("{edit}; {}; {HEAD_FOLLOWS}", rechain(6))).await;
    let reason = "entries 5 to 8 are not what was signed at 8";
    let report = stage.assert_found(&stage.pinned(), 5, reason).await;
    assert_eq!(report.first_tampered_index, Some(0), "counted from where the chain begins");
}

#[tokio::test]
async fn a_beginning_cut_off_with_a_forged_checkpoint_needs_the_key_to_be_noticed() {
    let mut stage = Stage::unsigned().await;
    // The attacker rewrites the history, takes a checkpoint of it with a key of the same name, and prunes it away.
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 2";
    stage.victim.forge(&format!("{edit}; {}; {HEAD_FOLLOWS}", rechain(2))).await;
    let mut attacker = Notary::new(666);
    attacker.round(&stage.victim.superuser).await;
    let prune = PRUNE.replace('4', "10");
    stage.victim.forge(&prune).await;
    stage.assert_unnoticed(&super::options(2, 3)).await;
    let reason = "entries 1 to 10 are gone, and the checkpoint at entry 10 is signed by a key that was not given";
    stage.assert_found(&stage.pinned(), 1, reason).await;
    stage.notary = attacker;
    stage.assert_unnoticed(&stage.with_copies()).await;
}

#[tokio::test]
async fn what_was_signed_of_the_entries_that_are_gone_must_be_there_still() {
    let stage = pruned().await;
    stage.victim.forge("DELETE FROM audit_checkpoints WHERE tenant_id = :t AND seq = 2").await;
    let reason = "entries 1 to 2 are gone, and so is the checkpoint that was signed of them at 2";
    stage.assert_found(&stage.pinned(), 1, reason).await;
    stage.assert_found(&stage.with_copies(), 1, reason).await;

    let stage = pruned().await;
    stage
        .victim
        .forge(
            "UPDATE audit_checkpoints SET root_hash = head_hash WHERE tenant_id = :t AND seq = 2",
        )
        .await;
    stage.assert_found(&stage.pinned(), 1, "the checkpoint at entry 2 has hashes").await;

    let stage = pruned().await;
    stage.victim.forge("DELETE FROM audit_checkpoints WHERE tenant_id = :t AND seq = 4").await;
    stage
        .assert_found(&stage.pinned(), 1, "entries 1 to 4 are gone, and no checkpoint covers")
        .await;
}

#[tokio::test]
async fn a_copy_that_disagrees_about_entries_that_are_gone_is_noticed() {
    let mut stage = pruned().await;
    let other = agentflow::core::hash::Sha256::of(&[b"other"]);
    stage.notary.copies.push(stage.notary.sign(stage.victim.tenant.id(), 4, other));
    stage.assert_found(&stage.with_copies(), 3, "entries 3 to 4 are in doubt").await;
}
