//! Random chains, random rounds, one random act: copies tell of any change to what they cover.

use proptest::prelude::*;

use agentflow::audit::{Verdict, VerifyOptions};

use super::{COVER_UP, HEAD_FOLLOWS, Notary, Stage, append, options};
use crate::audit::{Victim, rechain};

/// What the attacker does to the entries.
#[derive(Debug, Clone, Copy)]
enum Act {
    Edit,
    Rewrite,
    Delete,
    Cut,
    Repeat,
    Empty,
    Vanish,
}

/// What the attacker does to the checkpoints.
#[derive(Debug, Clone, Copy)]
enum Cover {
    Nothing,
    Remove,
    SignWithOwnKey,
    SignWithOurKey,
}

impl Act {
    fn sql(self, seq: usize) -> String {
        let edit = format!(
            "UPDATE audits SET record = record || ' ' WHERE tenant_id = :t AND seq = {seq}"
        );
        let close = format!(
            "UPDATE audits SET seq = seq + 1000 WHERE tenant_id = :t AND seq > {seq};
             UPDATE audits SET seq = seq - 1001 WHERE tenant_id = :t AND seq > 1000"
        );
        // Behind the entry before, wherever the gap was.
        let relink = format!(
            "UPDATE audits AS a SET prev_hash = coalesce(
                 (SELECT hash FROM audits AS b WHERE b.tenant_id = :t AND b.seq = {seq} - 1), audit_genesis_hash(:t))
             WHERE a.tenant_id = :t AND a.seq = {seq}; {}",
            rechain(i64::try_from(seq).unwrap())
        );
        let cut = |seq| format!("DELETE FROM audits WHERE tenant_id = :t AND seq >= {seq}");
        let empty = "DELETE FROM audits WHERE tenant_id = :t;
             UPDATE audit_heads SET seq = 0, hash = pruned_hash WHERE tenant_id = :t";
        match self {
            Self::Edit => edit,
            Self::Rewrite => format!("{edit}; {}; {HEAD_FOLLOWS}", rechain(i64::try_from(seq).unwrap())),
            Self::Delete => format!(
                "DELETE FROM audits WHERE tenant_id = :t AND seq = {seq}; {close}; {relink}; {HEAD_FOLLOWS}"
            ),
            Self::Cut if seq > 1 => format!("{}; {HEAD_FOLLOWS}", cut(seq)),
            Self::Repeat => format!(
                "UPDATE audits SET seq = seq + 1000 WHERE tenant_id = :t AND seq > {seq};
                 UPDATE audits SET seq = seq - 999 WHERE tenant_id = :t AND seq > 1000;
                 INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
                 SELECT tenant_id, gen_random_uuid(), {seq} + 1, hash, hash, record
                 FROM audits WHERE tenant_id = :t AND seq = {seq}; {}; {HEAD_FOLLOWS}",
                rechain(i64::try_from(seq).unwrap() + 1)
            ),
            Self::Cut | Self::Empty => empty.to_owned(),
            Self::Vanish => "DELETE FROM audits WHERE tenant_id = :t; DELETE FROM audit_heads WHERE tenant_id = :t;
                 DELETE FROM audit_checkpoints WHERE tenant_id = :t; DELETE FROM tenants WHERE id = :t"
                .to_owned(),
        }
    }
}

/// The verdict on a chain that grew by `growth`, with a round after each but the last, after `act` on an entry that a
/// fraction of the covered ones names.
async fn verdict(
    growth: &[usize],
    act: Act,
    cover: Cover,
    at: f64,
    how: VerifyOptions,
) -> (VerifyOptions, Stage, usize) {
    let victim = Victim::with_entries(1).await;
    let other = victim.world.tenant("Beta").await;
    drop(other);
    let mut stage = Stage { victim, notary: Notary::new(1) };
    let mut length = 1;
    let mut covered = 1;
    for more in growth {
        stage.round().await;
        covered = length;
        append(&stage.victim, length + 1..=length + more).await;
        length += more;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "few entries"
    )]
    let seq = 1 + (at * covered as f64) as usize;
    // Nobody can tell an entry that repeats behind the last one covered.
    let seq = if matches!(act, Act::Repeat) && seq == covered { seq - 1 } else { seq };
    if seq > 0 {
        stage.victim.forge(&act.sql(seq)).await;
    } else {
        stage.victim.forge(&Act::Rewrite.sql(1)).await;
    }
    match cover {
        Cover::Nothing => (),
        Cover::Remove => stage.victim.forge(COVER_UP).await,
        Cover::SignWithOwnKey | Cover::SignWithOurKey => {
            stage.victim.forge(COVER_UP).await;
            let seed = if matches!(cover, Cover::SignWithOurKey) { 1 } else { 666 };
            let intact = !matches!(act, Act::Edit | Act::Empty | Act::Cut | Act::Vanish);
            if intact {
                Notary::new(seed).round(&stage.victim.superuser).await;
            }
        }
    }
    let copies = stage.with_copies();
    (VerifyOptions { jobs: how.jobs, segment: how.segment, ..copies }, stage, seq)
}

#[test]
fn copies_tell_of_any_change_to_what_they_cover() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config =
        ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    let act = prop_oneof![
        Just(Act::Edit),
        Just(Act::Rewrite),
        Just(Act::Delete),
        Just(Act::Cut),
        Just(Act::Repeat),
        Just(Act::Empty),
        Just(Act::Vanish),
    ];
    let cover = prop_oneof![
        Just(Cover::Nothing),
        Just(Cover::Remove),
        Just(Cover::SignWithOwnKey),
        Just(Cover::SignWithOurKey),
    ];
    let growth = prop::collection::vec(1..6_usize, 1..5);
    proptest!(config, |(growth in growth, act in act, cover in cover, at in 0.0..1.0, jobs in 1..3_usize, segment in 1..6_i64)| {
        let (report, seq, tenant) = runtime.block_on(async {
            let how = options(jobs, segment);
            let (options, stage, seq) = verdict(&growth, act, cover, at, how).await;
            let admin = stage.victim.world.store.admin();
            let report = admin.verify_audit(&options, &|_| ()).await.unwrap();
            (report, i64::try_from(seq).unwrap().max(1), stage.victim.tenant.id())
        });
        prop_assert_eq!(report.status, Verdict::Tampered, "{:?} at {}: {:?}", act, seq, report);
        prop_assert_eq!(report.first_tampered_tenant, Some(tenant), "{:?}", report);
        // Never behind the change, for then an entry that was changed would count as verified.
        prop_assert!(report.first_tampered_seq.unwrap() <= seq.max(1) + i64::from(matches!(act, Act::Repeat)), "{:?} at {}: {:?}", act, seq, report);
    });
}
