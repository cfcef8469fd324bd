//! Up to where copies kept elsewhere vouch for each tenant, so that success without any evidence is told apart.

use agentflow::audit::{Verdict, VerifyOptions, VerifyReport};
use agentflow::core::audit::SignedCheckpoint;

use super::{COVER_UP, HEAD_FOLLOWS, Stage, append};
use crate::audit::rechain;

/// How many copies agree with the chain of the victim, and up to where.
fn covered(stage: &Stage, report: &VerifyReport) -> (u64, Option<i64>) {
    let verdict = stage.verdict(report);
    (verdict.copies, verdict.covered_by_copies)
}

fn choose(stage: &Stage, is_kept: impl Fn(&SignedCheckpoint) -> bool) -> VerifyOptions {
    let mut options = stage.with_copies();
    options.outside.retain(is_kept);
    options
}

#[tokio::test]
async fn copies_that_agree_are_counted_and_tell_how_far_they_reach() {
    let stage = Stage::new().await;
    let report = stage.assert_unnoticed(&stage.with_copies()).await;
    assert_eq!(covered(&stage, &report), (2, Some(8)));
    assert_eq!(report.tenant_log.as_ref().unwrap().copies, 2);
    assert_eq!(report.copies, 5, "two of ours, one of Beta, two of the log");
    let since = VerifyOptions { since_checkpoint: true, ..stage.with_copies() };
    let report = stage.assert_unnoticed(&since).await;
    assert_eq!(covered(&stage, &report), (2, Some(8)), "compared with the checkpoints");

    let report = stage.assert_unnoticed(&stage.pinned()).await;
    assert_eq!((report.copies, covered(&stage, &report)), (0, (0, None)));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["copies"], &json["tenants"][0]["copies"]), (&0.into(), &0.into()));
    assert_eq!(json["tenants"][0].get("covered_by_copies"), None);
}

#[tokio::test]
async fn a_rewritten_tenant_of_which_there_is_no_copy_is_covered_by_none() {
    let stage = Stage::new().await;
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 2";
    stage.victim.forge(&format!("{edit}; {}; {HEAD_FOLLOWS}; {COVER_UP}", rechain(2))).await;
    let victim = stage.victim.tenant.id();
    let others =
        |copy: &SignedCheckpoint| copy.checkpoint().tenant().is_some_and(|tenant| tenant != victim);
    let report = stage.assert_unnoticed(&choose(&stage, others)).await;
    assert_eq!((report.copies, covered(&stage, &report)), (1, (0, None)));
    let other = report.tenants.iter().find(|tenant| tenant.tenant_id != victim).unwrap();
    assert_eq!((other.copies, other.covered_by_copies), (1, Some(2)));
}

#[tokio::test]
async fn a_copy_of_the_log_of_all_tenants_covers_the_tenants_in_it() {
    let mut stage = Stage::new().await;
    let of_log = |size| {
        move |copy: &SignedCheckpoint| {
            copy.checkpoint().tenant().is_none() && copy.checkpoint().size == size
        }
    };
    for (size, end) in [(2, 4), (3, 8)] {
        for since_checkpoint in [false, true] {
            let options = VerifyOptions { since_checkpoint, ..choose(&stage, of_log(size)) };
            let report = stage.assert_unnoticed(&options).await;
            assert_eq!(covered(&stage, &report), (0, Some(end)), "{size}");
            assert_eq!(report.copies, 1);
        }
    }
    append(&stage.victim, 11..=12).await;
    stage.round().await;
    let report = stage.assert_unnoticed(&choose(&stage, of_log(3))).await;
    assert_eq!(covered(&stage, &report), (0, Some(8)), "what was logged later is not in the copy");

    // The log is as it was, and the entries are not.
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 6";
    stage.victim.forge(&format!("{edit}; {}; {HEAD_FOLLOWS}", rechain(6))).await;
    let reason = "entries 5 to 8 are not what was signed at 8";
    let report = stage.assert_found(&choose(&stage, of_log(3)), 5, reason).await;
    assert_eq!(covered(&stage, &report), (0, None));
}

#[tokio::test]
async fn a_log_that_is_not_what_was_copied_covers_nobody() {
    let stage = Stage::new().await;
    stage.victim.forge("UPDATE tenant_log SET record = 'x' WHERE position = 3").await;
    let log = |copy: &SignedCheckpoint| copy.checkpoint().tenant().is_none();
    let report = stage.report(&choose(&stage, log)).await;
    assert_eq!(report.status, Verdict::Tampered);
    assert!(report.tenants.iter().all(|tenant| tenant.covered_by_copies.is_none()), "{report:?}");
}

#[tokio::test]
async fn a_copy_behind_the_first_wrong_entry_covers_nothing() {
    let stage = Stage::new().await;
    stage.victim.forge("UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 6").await;
    let report = stage.assert_found(&stage.with_copies(), 6, "hash of its record").await;
    assert_eq!(covered(&stage, &report), (1, Some(4)));
}
