//! What must hold before anything is removed, and who may not remove anything at all.

use agentflow::{
    Error,
    audit::{Actor, PruneOptions},
    core::{note::SigningKey, random::Generator},
};
use jiff::SignedDuration;
use tokio_postgres::error::SqlState;

use super::{Keeper, key};

impl Keeper {
    async fn assert_refused(&self, options: &PruneOptions) -> Error {
        let before = self.rows().await;
        let error = self.try_prune(options).await.unwrap_err();
        assert_eq!(self.rows().await, before, "{error}");
        assert_eq!(self.tenant.audit().head().await.unwrap().pruned_seq, 0);
        error
    }

    async fn forge(&self, sql: &str) {
        let forge = format!(
            "SET session_replication_role = replica; {sql}; RESET session_replication_role"
        );
        self.superuser.batch_execute(&forge).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_of_that_name_is_never_overwritten() {
    let keeper = Keeper::with_days(&[5, 5]).await;
    let path = keeper.folder.path().join(format!("audit-{}-1-5.bundle", keeper.tenant.id()));
    std::fs::write(&path, "precious").unwrap();
    let options = keeper.options(keeper.days_ago(1));
    let error = keeper.assert_refused(&options).await;
    assert!(matches!(&error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(keeper.try_prune(&options).await.unwrap().removed, 5);
}

#[tokio::test]
async fn a_bundle_of_other_entries_is_not_taken_for_this_one() {
    let keeper = Keeper::with_days(&[5, 5]).await;
    let other = Keeper::with_days(&[5, 5]).await;
    let bundle = other.prune(other.days_ago(1)).await.bundle.unwrap();
    let path = keeper.folder.path().join(format!("audit-{}-1-5.bundle", keeper.tenant.id()));
    std::fs::copy(bundle.path, &path).unwrap();
    let error = keeper.assert_refused(&keeper.options(keeper.days_ago(1))).await;
    assert!(error.to_string().contains("not the entries to be removed"), "{error}");
}

#[tokio::test]
async fn nothing_is_removed_without_a_folder() {
    let keeper = Keeper::with_days(&[5]).await;
    let folder = keeper.folder.path().join("absent");
    let options = PruneOptions { folder: folder.clone(), ..keeper.options(keeper.now()) };
    let error = keeper.assert_refused(&options).await;
    assert!(error.to_string().contains("absent"), "{error}");
    std::fs::write(&folder, "a file").unwrap();
    keeper.assert_refused(&options).await;
}

#[tokio::test]
async fn a_time_to_come_is_refused() {
    let keeper = Keeper::with_days(&[5]).await;
    let error =
        keeper.assert_refused(&keeper.options(keeper.now() + SignedDuration::from_secs(1))).await;
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
}

#[tokio::test]
async fn nothing_is_removed_of_a_chain_that_was_tampered_with() {
    for forgery in [
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE seq = 3",
        "DELETE FROM audits WHERE seq = 3",
        "UPDATE audit_checkpoints SET root_hash = sha256('x') WHERE seq = 5",
        "UPDATE audit_checkpoints SET compact_range = sha256('x') WHERE seq = 5",
        "UPDATE audit_checkpoints SET note = replace(note, 'audit', 'other') WHERE seq = 5",
    ] {
        let keeper = Keeper::with_days(&[5, 5]).await;
        keeper.forge(forgery).await;
        let error = keeper.assert_refused(&keeper.options(keeper.days_ago(1))).await;
        assert!(matches!(error, Error::Tampered { .. }), "{forgery}: {error:?}");
        assert!(keeper.files().is_empty(), "{forgery}: {:?}", keeper.files());
    }
}

#[tokio::test]
async fn the_checkpoint_must_be_signed_by_a_key_that_is_trusted() {
    let keeper = Keeper::with_days(&[5, 5]).await;
    let new = SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(8));
    let options = PruneOptions { key: new, ..keeper.options(keeper.days_ago(1)) };
    let error = keeper.assert_refused(&options).await;
    assert!(error.to_string().contains("no signature is by a known key"), "{error}");
    assert!(keeper.files().is_empty());
    let earlier_keys = vec![key().verifying_key().clone()];
    let options = PruneOptions { earlier_keys, ..options };
    assert_eq!(keeper.try_prune(&options).await.unwrap().removed, 5);
}

#[tokio::test]
async fn only_what_a_checkpoint_covers_can_be_removed_even_by_the_superuser() {
    let keeper = Keeper::with_days(&[5, 5]).await;
    let tenant = keeper.tenant.id();
    let refusal = async |sql: &str| {
        let sql = sql.replace(":t", &format!("'{tenant}'"));
        let error = keeper.superuser.batch_execute(&sql).await.unwrap_err();
        let error = error.as_db_error().unwrap();
        (error.code().clone(), error.message().to_owned())
    };
    for seq in [1, 4, 6, 9] {
        let (code, message) = refusal(&format!("SELECT audit_prune(:t, {seq})")).await;
        assert_eq!(code, SqlState::RESTRICT_VIOLATION, "{seq}: {message}");
        assert!(message.contains("no checkpoint was taken"), "{message}");
    }
    for seq in [0, 11] {
        let (code, message) = refusal(&format!("SELECT audit_prune(:t, {seq})")).await;
        assert_eq!(code, SqlState::NO_DATA_FOUND, "{seq}: {message}");
    }
    keeper.prune(keeper.days_ago(1)).await;
    let rows = keeper.rows().await;
    for sql in [
        "DELETE FROM audits WHERE tenant_id = :t AND seq = 6",
        "DELETE FROM audits WHERE tenant_id = :t AND seq <= 6",
        "DELETE FROM audits WHERE tenant_id = :t",
        "UPDATE audit_heads SET pruned_seq = 7, pruned_hash = sha256('x') WHERE tenant_id = :t",
        "UPDATE audit_heads SET pruned_seq = 10, pruned_hash = sha256('x') WHERE tenant_id = :t",
        "UPDATE audit_heads SET pruned_seq = 0, pruned_hash = sha256('x') WHERE tenant_id = :t",
        "DELETE FROM audit_checkpoints WHERE tenant_id = :t",
    ] {
        let (code, message) = refusal(sql).await;
        assert_eq!(code, SqlState::RESTRICT_VIOLATION, "{sql}: {message}");
    }
    let (code, message) = refusal("SELECT audit_prune(:t, 5)").await;
    assert_eq!(code, SqlState::NO_DATA_FOUND, "they are gone already: {message}");
    assert_eq!(keeper.rows().await, rows);
    keeper.assert_verified().await;
}

#[tokio::test]
async fn the_runtime_role_removes_nothing() {
    let keeper = Keeper::with_days(&[5, 5]).await;
    keeper.prune(keeper.days_ago(1)).await;
    let rows = keeper.rows().await;
    for sql in [
        "SELECT audit_prune((SELECT tenant_id FROM audit_heads), 10)",
        "DELETE FROM audits WHERE seq <= 10",
        "DELETE FROM audits",
        "UPDATE audit_heads SET pruned_seq = 10",
        "INSERT INTO audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note)
         SELECT tenant_id, 7, head_hash, root_hash, compact_range, note FROM audit_checkpoints",
    ] {
        let error = keeper.tenant.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{sql}: {error:?}");
    }
    assert_eq!(keeper.rows().await, rows);
}

#[tokio::test]
async fn two_at_once_lose_nothing() {
    let keeper = Keeper::with_days(&[6_000, 6_000, 6_000]).await;
    let before = keeper.rows().await;
    let (admin, by) = (keeper.store.admin(), Actor::system());
    let elsewhere = keeper.folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let here = keeper.options(keeper.now());
    let there = PruneOptions { folder: elsewhere.clone(), ..here.clone() };
    let tenant = keeper.tenant.id();
    let (a, b) = tokio::join!(
        admin.prune_audit(tenant, &here, &by, &|_| ()),
        admin.prune_audit(tenant, &there, &by, &|_| ())
    );
    assert!(a.is_ok() || b.is_ok(), "{a:?} {b:?}");
    for file in std::fs::read_dir(&elsewhere).unwrap() {
        let file = file.unwrap();
        let _ = std::fs::rename(
            file.path(),
            keeper.folder.path().join(file.file_name()).with_extension("2.bundle"),
        );
    }
    let pruned = keeper.tenant.audit().head().await.unwrap().pruned_seq;
    assert_eq!(pruned, 18_000);
    let bundles = keeper.bundles();
    let held: std::collections::BTreeMap<_, _> =
        bundles.into_iter().flat_map(|bundle| bundle.records).collect();
    assert!(before.iter().all(|(seq, record)| held.get(seq) == Some(record)));
    keeper.assert_verified().await;
}
