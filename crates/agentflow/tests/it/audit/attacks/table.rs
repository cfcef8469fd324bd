//! The table of docs/audit.md, a test for each cell: who notices which attack, and who does not.

use agentflow::audit::VerifyOptions;

use super::{COVER_UP, HEAD_FOLLOWS, Stage, finding};
use crate::audit::rechain;
use Outcome::{Found, FoundInFull, Unnoticed};

/// What comes out.
enum Outcome {
    /// The first wrong entry, and what is said about it; the same from the last checkpoint on.
    Found(i64, &'static str),
    /// Not from the last checkpoint on, which takes the word of that for what is before.
    FoundInFull(i64, &'static str),
    /// Nothing tells it from what is right. The documented truth.
    Unnoticed,
}

/// What there is to notice it.
#[derive(PartialEq)]
enum Guard {
    /// The chain and its head.
    Chain,
    /// Signed checkpoints in the same database, and the key pinned.
    Checkpoints,
    /// The same, which the attacker removed.
    RemovedCheckpoints,
    /// The same, with copies kept elsewhere.
    Copies,
}

async fn assert_cell(attack: &str, guard: Guard, outcome: Outcome) {
    let stage = if guard == Guard::Chain { Stage::unsigned().await } else { Stage::new().await };
    let options = match guard {
        Guard::Chain => super::options(2, 3),
        Guard::Checkpoints | Guard::RemovedCheckpoints => stage.pinned(),
        Guard::Copies => stage.with_copies(),
    };
    let before = stage.assert_unnoticed(&options).await;
    assert_eq!(before.checkpoints > 0, guard != Guard::Chain);
    stage.victim.forge(attack).await;
    // Against copies it helps nobody to remove the originals: that alone is noticed.
    let is_in_the_way = guard == Guard::Copies && !matches!(outcome, Unnoticed);
    if guard == Guard::RemovedCheckpoints || is_in_the_way {
        stage.victim.forge(COVER_UP).await;
    }
    let full = match outcome {
        Found(seq, reason) | FoundInFull(seq, reason) => {
            stage.assert_found(&options, seq, reason).await
        }
        Unnoticed => stage.assert_unnoticed(&options).await,
    };
    if guard == Guard::Chain {
        return;
    }
    let since = VerifyOptions { since_checkpoint: true, ..options };
    match outcome {
        FoundInFull(..) => drop(stage.assert_unnoticed(&since).await),
        _ => assert_eq!(finding(&stage.report(&since).await), finding(&full)),
    }
}

macro_rules! cells {
    ($($row:ident: $attack:expr => [$chain:expr, $checkpoints:expr, $removed:expr, $copies:expr];)*) => {
        $(mod $row {
            use super::*;

            #[tokio::test]
            async fn against_the_chain_alone() {
                assert_cell(&$attack, Guard::Chain, $chain).await;
            }

            #[tokio::test]
            async fn against_checkpoints_in_the_same_database() {
                assert_cell(&$attack, Guard::Checkpoints, $checkpoints).await;
            }

            #[tokio::test]
            async fn against_checkpoints_that_were_removed_as_well() {
                assert_cell(&$attack, Guard::RemovedCheckpoints, $removed).await;
            }

            #[tokio::test]
            async fn against_copies_kept_elsewhere() {
                assert_cell(&$attack, Guard::Copies, $copies).await;
            }
        })*
    };
}

const NOT_ITS_RECORD: &str = "hash is not the hash of its record";
const NOT_THE_ONE_BEFORE: &str = "prev_hash is not the hash of the entry before";

fn edit(seq: i64) -> String {
    format!(
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = {seq}"
    )
}

/// Edits an entry, and makes every hash after it right.
fn rewrite(from: i64) -> String {
    format!("{}; {}", edit(from), rechain(from))
}

fn cut(after: i64) -> String {
    format!("DELETE FROM audits WHERE tenant_id = :t AND seq > {after}")
}

const REORDER: &str = "
    UPDATE audits SET seq = 1000 WHERE tenant_id = :t AND seq = 3;
    UPDATE audits SET seq = 3 WHERE tenant_id = :t AND seq = 4;
    UPDATE audits SET seq = 4 WHERE tenant_id = :t AND seq = 1000";

const EMPTY: &str = "
    DELETE FROM audits WHERE tenant_id = :t;
    UPDATE audit_heads SET seq = 0, hash = pruned_hash WHERE tenant_id = :t";

const REMOVE: &str = "
    DELETE FROM audits WHERE tenant_id = :t;
    DELETE FROM audit_heads WHERE tenant_id = :t;
    DELETE FROM audit_checkpoints WHERE tenant_id = :t;
    DELETE FROM tenants WHERE id = :t";

cells! {
    an_edited_entry: edit(3) => [
        Found(3, NOT_ITS_RECORD),
        FoundInFull(3, NOT_ITS_RECORD),
        Found(3, NOT_ITS_RECORD),
        Found(3, NOT_ITS_RECORD)
    ];
    an_edited_entry_after_the_last_checkpoint: edit(9) => [
        Found(9, NOT_ITS_RECORD),
        Found(9, NOT_ITS_RECORD),
        Found(9, NOT_ITS_RECORD),
        Found(9, NOT_ITS_RECORD)
    ];
    an_entry_deleted_in_the_middle: "DELETE FROM audits WHERE tenant_id = :t AND seq = 3" => [
        Found(3, "entry 3 is missing"),
        FoundInFull(3, "entry 3 is missing"),
        Found(3, "entry 3 is missing"),
        Found(3, "entry 3 is missing")
    ];
    reordered_entries: REORDER => [
        Found(3, NOT_THE_ONE_BEFORE),
        FoundInFull(3, NOT_THE_ONE_BEFORE),
        Found(3, NOT_THE_ONE_BEFORE),
        Found(3, NOT_THE_ONE_BEFORE)
    ];
    a_cut_tail: cut(6) => [
        Found(7, "entry 7 is missing"),
        Found(7, "entry 7 is missing"),
        Found(7, "entry 7 is missing"),
        Found(7, "entry 7 is missing")
    ];
    a_tail_cut_with_its_head: format!("{}; {HEAD_FOLLOWS}", cut(6)) => [
        Unnoticed,
        Found(7, "the chain ends at entry 6, and 8 were signed"),
        Unnoticed,
        Found(7, "the chain ends at entry 6, and 8 were signed")
    ];
    a_tail_cut_behind_the_last_checkpoint: format!("{}; {HEAD_FOLLOWS}", cut(8)) => [
        Unnoticed,
        Unnoticed,
        Unnoticed,
        Unnoticed
    ];
    a_whole_chain_deleted: EMPTY => [
        Unnoticed,
        Found(1, "the chain ends at entry 0, and 8 were signed"),
        Unnoticed,
        Found(1, "the chain ends at entry 0, and 8 were signed")
    ];
    a_tenant_removed_without_a_tombstone: REMOVE => [
        Unnoticed,
        Found(1, "gone without a tombstone, and 8 of its entries were signed"),
        Unnoticed,
        Found(1, "gone without a tombstone, and 8 of its entries were signed")
    ];
    a_chain_rewritten_from_its_beginning: format!("{}; {HEAD_FOLLOWS}", rewrite(2)) => [
        Unnoticed,
        Found(1, "entries 1 to 4 are not what was signed at 4"),
        Unnoticed,
        Found(1, "entries 1 to 4 are not what was signed at 4 and kept elsewhere")
    ];
    a_suffix_rewritten_to_the_same_length: format!("{}; {HEAD_FOLLOWS}", rewrite(6)) => [
        Unnoticed,
        Found(5, "entries 5 to 8 are not what was signed at 8"),
        Unnoticed,
        Found(5, "entries 5 to 8 are not what was signed at 8 and kept elsewhere")
    ];
    a_suffix_rewritten_without_the_head: rewrite(6) => [
        Found(10, "entries were rewritten"),
        Found(5, "entries 5 to 8 are not what was signed at 8"),
        Found(10, "entries were rewritten"),
        Found(5, "entries 5 to 8 are not what was signed at 8 and kept elsewhere")
    ];
    a_suffix_rewritten_behind_the_last_checkpoint: format!("{}; {HEAD_FOLLOWS}", rewrite(9)) => [
        Unnoticed,
        Unnoticed,
        Unnoticed,
        Unnoticed
    ];
}

/// Whoever has the key can show each of two people a history of its own. Only the copies of both tell.
mod a_split_view {
    use agentflow::core::hash::Sha256;

    use super::*;

    async fn stage() -> Stage {
        let mut stage = Stage::new().await;
        let other = stage.notary.sign(stage.victim.tenant.id(), 8, Sha256::of(&[b"other"]));
        stage.notary.copies.push(other);
        stage
    }

    #[tokio::test]
    async fn against_the_chain_alone() {
        stage().await.assert_unnoticed(&super::super::options(2, 3)).await;
    }

    #[tokio::test]
    async fn against_checkpoints_in_the_same_database() {
        let stage = stage().await;
        stage.assert_unnoticed(&stage.pinned()).await;
    }

    #[tokio::test]
    async fn against_checkpoints_that_were_removed_as_well() {
        let stage = stage().await;
        stage.victim.forge(COVER_UP).await;
        stage.assert_unnoticed(&stage.pinned()).await;
    }

    #[tokio::test]
    async fn against_copies_kept_elsewhere() {
        let stage = stage().await;
        for removed in [false, true] {
            if removed {
                stage.victim.forge(COVER_UP).await;
            }
            let options = stage.with_copies();
            let full = stage.assert_found(&options, 5, "somebody was shown another history").await;
            let since = VerifyOptions { since_checkpoint: true, ..options };
            assert_eq!(finding(&stage.report(&since).await), finding(&full));
        }
    }
}
