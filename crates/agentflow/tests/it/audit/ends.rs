//! The ends of a chain: its head, its beginning, and tenants of whom only parts are left.

use agentflow::audit::{Verdict, VerifyOptions};

use super::{Victim, attacks::notary::Notary, fill, options};

#[tokio::test]
async fn a_new_tenant_and_an_empty_chain_are_intact() {
    let victim = Victim::with_entries(1).await;
    victim.assert_intact(true).await;
    victim
        .forge(
            "DELETE FROM audits WHERE tenant_id = :t;
             UPDATE audit_heads SET seq = 0, hash = pruned_hash WHERE tenant_id = :t",
        )
        .await;
    victim.assert_intact(true).await;
    let verdict = victim.verdict(false).await;
    assert_eq!((verdict.total_records, verdict.verified_records), (0, 0));
}

#[tokio::test]
async fn no_tenants_at_all_is_a_report_of_nothing() {
    let world = crate::support::World::new().await;
    let report = world.store.admin().verify_audit(&options(4, 10), &|_| ()).await.unwrap();
    assert_eq!((report.status, report.total_records), (Verdict::Success, 0));
    assert!(report.tenants.is_empty());
}

#[tokio::test]
async fn a_deleted_head_is_tampering_from_the_beginning() {
    let victim = Victim::with_entries(10).await;
    victim.forge("DELETE FROM audit_heads WHERE tenant_id = :t").await;
    victim.assert_tampered(false, 1, "the head of the chain is missing").await;
}

#[tokio::test]
async fn a_changed_head_is_tampering() {
    for (change, seq, reason) in [
        ("hash = sha256('x')", 10, "does not hold the hash of entry 10"),
        ("seq = 9", 9, "does not hold the hash of entry 9"),
        (
            "(seq, hash) = (SELECT seq, hash FROM audits WHERE tenant_id = :t AND seq = 9)",
            10,
            "not covered by the head",
        ),
        ("seq = 0, hash = pruned_hash", 1, "not covered by the head"),
        ("seq = 12", 11, "entry 11 is missing"),
        ("pruned_hash = sha256('x')", 1, "another beginning"),
    ] {
        let victim = Victim::with_entries(10).await;
        victim.forge(&format!("UPDATE audit_heads SET {change} WHERE tenant_id = :t")).await;
        victim.assert_tampered(false, seq, reason).await;
    }
}

#[tokio::test]
async fn a_cut_tail_is_caught_even_when_the_number_in_the_head_was_rewound() {
    let victim = Victim::with_entries(10).await;
    victim
        .forge(
            "DELETE FROM audits WHERE tenant_id = :t AND seq > 7;
             UPDATE audit_heads SET seq = 7 WHERE tenant_id = :t",
        )
        .await;
    victim.assert_tampered(false, 7, "does not hold the hash of entry 7").await;
}

#[tokio::test]
async fn a_chain_whose_head_has_no_hash_is_tampered_with() {
    let victim = Victim::with_entries(10).await;
    victim
        .forge(
            "ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_hash_length;
             UPDATE audit_heads SET hash = '' WHERE tenant_id = :t",
        )
        .await;
    victim.assert_tampered(false, 10, "does not hold the hash").await;
}

/// What retention leaves: the chain begins behind the removed entries, says so in its head, and has a checkpoint of them.
async fn pruned() -> Victim {
    let victim = Victim::with_entries(4).await;
    Notary::new(1).round(&victim.superuser).await;
    let events: Vec<_> = (5..=10).map(super::event).collect();
    victim.tenant.audit().append_many(&events).await.unwrap();
    let prune = "
        UPDATE audit_heads AS h SET pruned_seq = 4, pruned_hash = a.hash
        FROM audits AS a WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.seq = 4;
        DELETE FROM audits WHERE tenant_id = :t AND seq <= 4";
    victim.forge(prune).await;
    victim
}

#[tokio::test]
async fn a_pruned_chain_is_verified_from_where_it_begins() {
    let victim = pruned().await;
    victim.assert_intact(true).await;
    assert_eq!(victim.verdict(false).await.total_records, 6);

    victim.forge("UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 7").await;
    let verdict = victim.verdict(false).await;
    assert_eq!(verdict.first_tampered_seq, Some(7));
    assert_eq!((verdict.first_tampered_index, verdict.verified_records), (Some(2), 2));
}

#[tokio::test]
async fn a_pruned_chain_that_begins_otherwise_is_tampered_with() {
    let victim = pruned().await;
    victim.forge("UPDATE audit_heads SET pruned_hash = sha256('x') WHERE tenant_id = :t").await;
    victim.assert_tampered(false, 1, "no checkpoint covers them").await;
    victim.forge("UPDATE audit_checkpoints SET head_hash = sha256('x') WHERE tenant_id = :t").await;
    victim.assert_tampered(false, 1, "hashes that do not make its root").await;
}

#[tokio::test]
async fn a_beginning_that_was_cut_off_without_a_checkpoint_is_tampering() {
    for cut in [4, 10] {
        let victim = Victim::with_entries(10).await;
        victim
            .forge(&format!(
                "UPDATE audit_heads AS h SET pruned_seq = {cut}, pruned_hash = a.hash
                 FROM audits AS a WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.seq = {cut};
                 DELETE FROM audits WHERE tenant_id = :t AND seq <= {cut}"
            ))
            .await;
        victim.assert_tampered(false, 1, "no checkpoint covers them").await;
    }
}

#[tokio::test]
async fn a_head_with_nothing_in_it_and_one_too_many_are_tampering() {
    for column in ["seq", "hash", "pruned_seq", "pruned_hash"] {
        let victim = Victim::with_entries(10).await;
        victim
            .forge(&format!(
                "ALTER TABLE audit_heads ALTER {column} DROP NOT NULL;
                 UPDATE audit_heads SET {column} = NULL WHERE tenant_id = :t"
            ))
            .await;
        assert_eq!(victim.verdict(false).await.status, Verdict::Tampered, "{column}");
    }
    let victim = Victim::with_entries(10).await;
    victim
        .forge(
            "ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_pkey;
             INSERT INTO audit_heads SELECT * FROM audit_heads WHERE tenant_id = :t",
        )
        .await;
    victim.assert_tampered(false, 1, "several heads").await;
}

#[tokio::test]
async fn numbers_at_the_edge_of_what_can_be_counted_are_tampering_and_nothing_worse() {
    for forgery in [
        "UPDATE audit_heads SET seq = 9223372036854775807 WHERE tenant_id = :t",
        "UPDATE audit_heads SET seq = 9223372036854775807, pruned_seq = 9223372036854775807 WHERE tenant_id = :t",
        "UPDATE audits SET seq = 9223372036854775807 WHERE tenant_id = :t AND seq = 10",
        "ALTER TABLE audits DROP CONSTRAINT audits_seq_positive;
         UPDATE audits SET seq = -9223372036854775808 WHERE tenant_id = :t AND seq = 1",
    ] {
        let victim = Victim::with_entries(10).await;
        victim.forge(forgery).await;
        let report = victim.verify_all().await;
        assert_eq!(report.status, Verdict::Tampered, "{forgery}");
        assert!(report.total_records >= 0 && report.verified_records >= 0, "{report:?}");
    }
}

#[tokio::test]
async fn what_is_left_of_a_removed_tenant_is_verified_too() {
    let victim = Victim::with_entries(10).await;
    let other = victim.world.tenant("Beta").await;
    fill(&other, 5).await;
    victim.forge("DELETE FROM tenants WHERE id = :t").await;

    let report = victim.verify_all().await;
    assert_eq!((report.status, report.tenants.len()), (Verdict::Success, 2));
    let left = report.tenants.iter().find(|v| v.tenant_id == victim.tenant.id()).unwrap();
    assert_eq!((&left.slug, left.total_records), (&None, 10));

    victim.forge("DELETE FROM audits WHERE tenant_id = :t AND seq = 3").await;
    let report = victim.verify_all().await;
    assert_eq!(report.first_tampered_tenant, Some(victim.tenant.id()));
    assert_eq!(report.first_tampered_seq, Some(3));

    victim.forge("DELETE FROM audit_heads WHERE tenant_id = :t").await;
    let report = victim.verify_all().await;
    assert_eq!(report.tenants.len(), 2, "rows without tenant and head are still a chain");
    assert_eq!(report.first_tampered_tenant, Some(victim.tenant.id()));
    assert!(report.error_message.unwrap().contains("head of the chain is missing"));
}

#[tokio::test]
async fn verifying_a_tenant_that_does_not_exist_fails() {
    let victim = Victim::with_entries(1).await;
    let nobody = victim.world.store.tenant("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    let error = nobody.audit().verify(&VerifyOptions::default(), &|_| ()).await.unwrap_err();
    assert!(matches!(error, agentflow::Error::NotFound { .. }), "{error:?}");
    victim.assert_intact(true).await;
}
