//! Random tampering against a naive verifier: all rows in memory, one walk, no shortcuts.

use std::collections::BTreeMap;

use agentflow::{Tenant, core::hash::Sha256};
use proptest::prelude::*;
use tokio_postgres::Client;

use super::{Victim, fill, options, rechain, verify};

const LENGTH: i64 = 9;

/// One act of somebody who can do everything.
#[derive(Debug, Clone)]
enum Act {
    Edit(i64),
    EditAndHash(i64),
    EditAndRechain(i64),
    Delete(i64),
    CutTail(i64),
    Swap(i64, i64),
    Unlink(i64),
    Unhash(i64),
    Copy(i64),
    Extend,
    HeadHash,
    HeadSeq(i64),
    HeadGone,
    HeadFollows,
}

impl Act {
    fn sql(&self) -> String {
        let at = |seq: i64| format!("WHERE tenant_id = :t AND seq = {seq}");
        let edit = |seq| format!("UPDATE audits SET record = record || ' ' {}", at(seq));
        match *self {
            Self::Edit(seq) => edit(seq),
            Self::EditAndHash(seq) => format!(
                "{}; UPDATE audits SET hash = sha256(prev_hash || convert_to(record, 'UTF8')) {}",
                edit(seq),
                at(seq)
            ),
            Self::EditAndRechain(seq) => format!("{}; {}", edit(seq), rechain(seq)),
            Self::Delete(seq) => format!("DELETE FROM audits {}", at(seq)),
            Self::CutTail(seq) => format!("DELETE FROM audits WHERE tenant_id = :t AND seq > {seq}"),
            Self::Swap(a, b) => format!(
                "UPDATE audits SET seq = {} - seq WHERE tenant_id = :t AND seq IN ({a}, {b})",
                a + b
            ),
            Self::Unlink(seq) => format!("UPDATE audits SET prev_hash = sha256('x') {}", at(seq)),
            Self::Unhash(seq) => format!("UPDATE audits SET hash = NULL {}", at(seq)),
            Self::Copy(seq) => format!(
                "INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
                 SELECT tenant_id, gen_random_uuid(), seq, prev_hash, hash, record FROM audits {}",
                at(seq)
            ),
            Self::Extend => "INSERT INTO audits (tenant_id, id, seq, prev_hash, hash, record)
                 SELECT tenant_id, gen_random_uuid(), seq + 1, hash, sha256(hash || convert_to(record, 'UTF8')), record
                 FROM audits WHERE tenant_id = :t ORDER BY seq DESC LIMIT 1".to_owned(),
            Self::HeadHash => "UPDATE audit_heads SET hash = sha256('x') WHERE tenant_id = :t".to_owned(),
            Self::HeadSeq(seq) => format!("UPDATE audit_heads SET seq = {seq} WHERE tenant_id = :t"),
            Self::HeadGone => "DELETE FROM audit_heads WHERE tenant_id = :t".to_owned(),
            Self::HeadFollows => "UPDATE audit_heads AS h SET seq = a.seq, hash = a.hash FROM audits AS a
                 WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.hash IS NOT NULL
                   AND a.seq = (SELECT max(seq) FROM audits WHERE tenant_id = :t)".to_owned(),
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    let seq = || 1..=LENGTH + 1;
    prop_oneof![
        1 => seq().prop_map(Act::Edit),
        1 => seq().prop_map(Act::EditAndHash),
        3 => seq().prop_map(Act::EditAndRechain),
        1 => seq().prop_map(Act::Delete),
        2 => (0..=LENGTH).prop_map(Act::CutTail),
        1 => (seq(), seq()).prop_map(|(a, b)| Act::Swap(a, b)),
        1 => seq().prop_map(Act::Unlink),
        1 => seq().prop_map(Act::Unhash),
        1 => seq().prop_map(Act::Copy),
        2 => Just(Act::Extend),
        1 => Just(Act::HeadHash),
        1 => (0..=LENGTH + 2).prop_map(Act::HeadSeq),
        1 => Just(Act::HeadGone),
        3 => Just(Act::HeadFollows),
    ]
}

type Row = (Option<Vec<u8>>, Option<Vec<u8>>, String);

/// The first position that is not as it must be.
async fn first_wrong(client: &Client, tenant: &Tenant) -> Option<i64> {
    let id = &tenant.id().0;
    let head = "SELECT seq, hash FROM audit_heads WHERE tenant_id = $1";
    let head = client.query_opt(head, &[id]).await.unwrap();
    let rows = "SELECT seq, prev_hash, hash, record FROM audits WHERE tenant_id = $1";
    let mut at: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for row in client.query(rows, &[id]).await.unwrap() {
        at.entry(row.get(0)).or_default().push((row.get(1), row.get(2), row.get(3)));
    }
    let Some(head) = head else { return Some(1) };
    let (head_seq, head_hash): (i64, Vec<u8>) = (head.get(0), head.get(1));

    let genesis = Sha256::of(&[b"agentflow/audit/v1\n", id.as_bytes()]);
    let mut before = genesis.0.to_vec();
    if head_seq == 0 && head_hash != before {
        return Some(1);
    }
    let last = at.keys().last().copied().unwrap_or(0).max(head_seq);
    for seq in 1..=last {
        let rows = at.get(&seq).map_or(&[][..], Vec::as_slice);
        let [(Some(prev_hash), Some(hash), record)] = rows else { return Some(seq) };
        let is_link = *prev_hash == before
            && *hash == Sha256::of(&[prev_hash, record.as_bytes()]).0
            && seq <= head_seq
            && (seq != head_seq || *hash == head_hash);
        if !is_link {
            return Some(seq);
        }
        before.clone_from(hash);
    }
    None
}

#[test]
fn any_tampering_is_found_where_a_naive_walk_finds_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let victim = runtime.block_on(async {
        let victim = Victim::with_entries(1).await;
        victim
            .forge(
                "ALTER TABLE audits DROP CONSTRAINT audits_seq_key;
                 ALTER TABLE audits ALTER hash DROP NOT NULL, ALTER prev_hash DROP NOT NULL;
                 CREATE INDEX ON audits (tenant_id, seq)",
            )
            .await;
        victim
    });
    let config =
        ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() };
    let number = std::cell::Cell::new(0);
    let sequence = prop::collection::vec(act(), 0..4);
    proptest!(config, |(acts in sequence, jobs in 1..4_usize, segment in 1..6_i64)| {
        number.set(number.get() + 1);
        let (expected, found) = runtime.block_on(async {
            let tenant = victim.world.tenant(&format!("Tenant {}", number.get())).await;
            fill(&tenant, usize::try_from(LENGTH).unwrap()).await;
            for act in &acts {
                let sql = act.sql().replace(":t", &format!("'{}'", tenant.id()));
                victim.superuser.batch_execute(&sql).await.unwrap();
            }
            let verdict = verify(&tenant, &options(jobs, segment)).await;
            (first_wrong(&victim.superuser, &tenant).await, verdict.first_tampered_seq)
        });
        prop_assert_eq!(found, expected);
    });
}
