//! Proofs of single entries.

use agentflow::{
    Error,
    core::{
        audit::{EntryProof, ProofError},
        hash::Sha256,
    },
};

use super::{
    Victim,
    export::{keys, put_checkpoint},
    fill, rechain,
};

/// The proof of an entry holds, for its record and for no other.
async fn assert_proved(victim: &Victim, seq: i64, size: u64) {
    let proved = victim.tenant.audit().prove(seq).await.unwrap();
    let proof: EntryProof = proved.proof.to_string().parse().unwrap();
    assert_eq!(proof, proved.proof, "as text and back");
    let entry = proof.verify(&proved.record, &keys()).unwrap();
    assert_eq!((entry.tenant_id, entry.seq), (victim.tenant.id(), u64::try_from(seq).unwrap()));
    assert_eq!(proof.checkpoint.checkpoint().size, size);
    let row = "SELECT record, hash FROM audits WHERE tenant_id = $1 AND seq = $2";
    let row = victim.superuser.query_one(row, &[&victim.tenant.id().0, &seq]).await.unwrap();
    assert_eq!((proved.record.as_str(), entry.hash), (row.get(0), hash(row.get(1))));
    let other = format!("{} ", proved.record);
    assert!(matches!(proof.verify(&other, &keys()), Err(ProofError::NotInTree { .. })));
}

fn hash(bytes: &[u8]) -> Sha256 {
    Sha256::from_slice(bytes).unwrap()
}

#[tokio::test]
async fn every_entry_of_a_chain_can_be_proved_at_any_size() {
    for size in [1_u16, 2, 3, 7, 8, 9, 16, 17, 33] {
        let victim = Victim::with_entries(size.into()).await;
        victim.checkpoint(size.into()).await;
        for seq in 1..=i64::from(size) {
            assert_proved(&victim, seq, size.into()).await;
        }
    }
}

#[tokio::test]
async fn what_was_pruned_is_not_needed_to_prove_the_rest() {
    let victim = Victim::with_entries(45).await;
    for size in [5, 12, 13, 32, 45] {
        victim.checkpoint(size).await;
    }
    for pruned in [0, 5, 12, 13, 32] {
        if pruned > 0 {
            victim.drop_prefix(pruned).await;
        }
        for seq in pruned + 1..=45 {
            assert_proved(&victim, seq, 45).await;
        }
    }
    victim.drop_prefix(45).await;
    let error = victim.tenant.audit().prove(45).await.unwrap_err();
    assert!(matches!(&error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains("retention"), "{error}");
}

#[tokio::test]
async fn a_proof_outlives_the_entry_and_later_checkpoints() {
    let victim = Victim::with_entries(20).await;
    victim.checkpoint(20).await;
    let proved = victim.tenant.audit().prove(7).await.unwrap();
    fill(&victim.tenant, 30).await;
    victim.checkpoint(49).await;
    victim.drop_prefix(20).await;
    assert_eq!(proved.proof.verify(&proved.record, &keys()).unwrap().seq, 7);
    assert_proved(&victim, 21, 49).await;
}

#[tokio::test]
async fn an_entry_that_no_checkpoint_covers_cannot_be_proved_yet() {
    let victim = Victim::with_entries(10).await;
    for (seq, covered) in [(3, "none was taken yet"), (6, "covers 1 to 5")] {
        if seq == 6 {
            victim.checkpoint(5).await;
        }
        let error = victim.tenant.audit().prove(seq).await.unwrap_err();
        assert!(matches!(&error, Error::Conflict { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains(covered) && message.contains("af audit checkpoint"), "{message}");
    }
    assert_proved(&victim, 5, 5).await;
    let absent = victim.tenant.audit().prove(11).await.unwrap_err();
    assert!(matches!(&absent, Error::NotFound { .. }), "{absent:?}");
    for seq in [0, -1, i64::MIN] {
        let error = victim.tenant.audit().prove(seq).await.unwrap_err();
        assert!(matches!(&error, Error::InvalidInput { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn nothing_is_proved_of_a_chain_that_was_tampered_with() {
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 5";
    let rewrite = format!("{edit}; {}", rechain(5));
    for (seq, forgery) in [
        (5, edit),
        (5, rewrite.as_str()),
        (9, rewrite.as_str()),
        (3, "DELETE FROM audits WHERE tenant_id = :t AND seq = 3"),
        (3, "DELETE FROM audits WHERE tenant_id = :t AND seq = 4"),
        (3, "UPDATE audit_checkpoints SET root_hash = sha256('x')"),
        // The hashes are those that were signed, in their order; only the numbers are not.
        (
            2,
            "ALTER TABLE audits DROP CONSTRAINT audits_seq_key; CREATE INDEX ON audits (tenant_id, seq);
             UPDATE audits SET seq = 1 WHERE tenant_id = :t AND seq = 2;
             UPDATE audits SET seq = 2 WHERE tenant_id = :t AND seq = 3",
        ),
    ] {
        let victim = Victim::with_entries(10).await;
        victim.checkpoint(10).await;
        victim.forge(forgery).await;
        let error = victim.tenant.audit().prove(seq).await.unwrap_err();
        assert!(matches!(&error, Error::Tampered { .. }), "{forgery}: {error:?}");
    }
}

#[tokio::test]
async fn a_tenant_proves_its_own_entries_only() {
    let victim = Victim::with_entries(5).await;
    let other = victim.world.tenant("Beta").await;
    fill(&other, 9).await;
    put_checkpoint(&victim.superuser, other.id(), 9).await;
    victim.checkpoint(5).await;
    assert!(victim.tenant.audit().prove(9).await.is_err());
    let proved = other.audit().prove(9).await.unwrap();
    let entry = proved.proof.verify(&proved.record, &keys()).unwrap();
    assert_eq!(entry.tenant_id, other.id());
}
