//! That what was signed is not signed differently, whatever the database forgets.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use agentflow::{
    Error, Tenant,
    audit::{CheckpointSigner, CheckpointSink, RoundReport, WriterSink},
};
use tokio_postgres::Client;

use super::{assert_checkpoints_are_right, key, key_number};
use crate::{
    audit::{event, rechain},
    support::World,
};

/// Two tenants with checkpoints, a sink that cannot tell what it has, and a file that remembers.
struct Scene {
    world: World,
    acme: Tenant,
    beta: Tenant,
    superuser: Client,
    folder: tempfile::TempDir,
}

/// The history of Acme, rewritten so that it holds together.
fn rewrite() -> String {
    format!(
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 3; {};
         UPDATE audit_heads AS h SET hash = a.hash FROM audits AS a
         WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.seq = h.seq",
        rechain(3)
    )
}

const FORGET: &str =
    "DELETE FROM audit_checkpoints; DELETE FROM tenant_log; DELETE FROM tenant_log_checkpoints";

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let (acme, beta) = (world.tenant("Acme").await, world.tenant("Beta").await);
        let superuser = world.superuser().await;
        let scene = Self { world, acme, beta, superuser, folder: tempfile::tempdir().unwrap() };
        scene.append().await;
        scene.round().await.unwrap();
        scene.append().await;
        scene
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("key.last")
    }

    async fn append(&self) {
        for tenant in [&self.acme, &self.beta] {
            let events: Vec<_> = (0..4).map(event).collect();
            tenant.audit().append_many(&events).await.unwrap();
        }
    }

    async fn forge(&self, sql: &str) {
        let sql = sql.replace(":t", &format!("'{}'", self.acme.id()));
        let sql = format!("SET session_replication_role = replica; {sql}");
        self.superuser.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// As a process of its own would take it.
    async fn round(&self) -> Result<RoundReport, Error> {
        self.round_with(&CheckpointSigner::from(&key()).with_memory(self.path())).await
    }

    async fn round_with(&self, signer: &CheckpointSigner<'_>) -> Result<RoundReport, Error> {
        let sinks: Vec<Arc<dyn CheckpointSink>> =
            vec![Arc::new(WriterSink::new("blind", std::io::sink()))];
        self.world.store.admin().take_checkpoints(signer.clone(), &sinks, None).await
    }

    async fn rows(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        self.superuser.query_one(&count, &[]).await.unwrap().get(0)
    }

    async fn assert_tampered(&self, reason: &str) {
        let before = (self.rows("audit_checkpoints").await, self.rows("tenant_log").await);
        let error = self.round().await.unwrap_err();
        assert!(matches!(error, Error::Tampered { .. }), "{error:?}");
        assert!(error.to_string().contains(reason), "{error} does not say {reason}");
        let after = (self.rows("audit_checkpoints").await, self.rows("tenant_log").await);
        assert_eq!(after, before, "nothing was signed");
    }
}

#[tokio::test]
async fn how_far_any_sink_is_tells_that_the_database_forgot() {
    let scene = Scene::new().await;
    scene.forge(&format!("{}; {FORGET}", rewrite())).await;
    fs::remove_file(scene.path()).unwrap();
    // Whatever sinks the round has, and none remembers anything.
    scene.assert_tampered("the database forgot what was published").await;
    let admin = scene.world.store.admin();
    let error = admin.take_checkpoints(&key(), &[], None).await.unwrap_err();
    assert!(matches!(error, Error::Tampered { .. }), "{error:?}");
    assert_eq!(scene.rows("audit_checkpoints").await, 0);
}

#[tokio::test]
async fn a_history_that_the_memory_does_not_know_is_not_signed() {
    let other_key = "UPDATE tenant_log_checkpoints SET root_hash = sha256('x')";
    let renumber = "UPDATE tenant_log SET record = replace(record, '\"size\":5', '\"size\":4')";
    for (forgery, reason) in [
        (format!("{FORGET}; DELETE FROM audit_sinks"), "forgot a checkpoint that was signed"),
        (format!("{FORGET}; UPDATE audit_sinks SET published = 0"), "forgot a checkpoint that was"),
        (other_key.to_owned(), "has another root than the one that was signed"),
        (renumber.to_owned(), "do not make the root that was signed"),
        ("UPDATE tenant_log SET record = 'x' WHERE position = 2".to_owned(), "entry 2 is no entry"),
    ] {
        let scene = Scene::new().await;
        scene.forge(&format!("{}; {forgery}", rewrite())).await;
        scene.assert_tampered(reason).await;
    }
}

#[tokio::test]
async fn a_tenant_whose_checkpoints_alone_were_forgotten_is_refused() {
    let scene = Scene::new().await;
    let forget = "DELETE FROM audit_checkpoints WHERE tenant_id = :t";
    scene.forge(&format!("{}; {forget}", rewrite())).await;
    let report = scene.round().await.unwrap();
    assert_eq!((report.checkpoints, report.refused.len()), (1, 1), "{report:?}");
    let refusal = &report.refused[0];
    assert_eq!(refusal.tenant_id, scene.acme.id());
    let error = refusal.error.to_string();
    assert!(error.contains("forgot a checkpoint that was signed"), "{error}");
    let sizes = assert_checkpoints_are_right(&scene.superuser, scene.beta.id()).await;
    assert_eq!(sizes, [5, 9]);
}

#[tokio::test]
async fn a_memory_that_lags_or_is_missing_is_no_alarm() {
    let scene = Scene::new().await;
    let first = fs::read(scene.path()).unwrap();
    let signer_key = key();
    let long_lived = CheckpointSigner::from(&signer_key).with_memory(scene.path());
    assert!(scene.round_with(&long_lived).await.unwrap().is_complete());
    let second = fs::read(scene.path()).unwrap();
    assert_ne!(first, second);
    // As a crash leaves it that comes between the database and the file, or another process that was slower.
    for signer in [&long_lived, &CheckpointSigner::from(&signer_key).with_memory(scene.path())] {
        for left in [Some(&first), None] {
            match left {
                Some(left) => fs::write(scene.path(), left).unwrap(),
                None => fs::remove_file(scene.path()).unwrap(),
            }
            let report = scene.round_with(signer).await.unwrap();
            assert_eq!((report.is_complete(), report.checkpoints), (true, 0), "{report:?}");
            assert_eq!(fs::read(scene.path()).unwrap(), second, "it caught up");
        }
    }
    // And deleted tenants are missed by nobody.
    let admin = scene.world.store.admin();
    let by = agentflow::audit::Actor::user("tester");
    admin.tenants().delete(scene.acme.id(), &by).await.unwrap();
    scene.append_to_beta().await;
    assert!(scene.round_with(&long_lived).await.unwrap().is_complete());
    assert!(scene.round().await.unwrap().is_complete());
    let files: Vec<_> = fs::read_dir(scene.folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing else is left: {files:?}");
}

impl Scene {
    async fn append_to_beta(&self) {
        self.beta.audit().append(&event(9)).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_committed_is_published_although_it_cannot_be_remembered() {
    let scene = Scene::new().await;
    let missing = scene.folder.path().join("no/such/folder");
    let signer_key = key();
    let signer = CheckpointSigner::from(&signer_key).with_memory(missing);
    let error = scene.round_with(&signer).await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("no/such/folder"), "{error}");
    let sinks = scene.world.store.admin().audit_sinks().await.unwrap();
    assert_eq!(sinks[0].published, 4);
    assert!(scene.round().await.unwrap().is_complete());
}

#[tokio::test]
async fn a_file_that_is_no_memory_of_ours_is_told_with_its_path() {
    let scene = Scene::new().await;
    let good = fs::read_to_string(scene.path()).unwrap();
    let (text, signature) = good.trim_end().rsplit_once(' ').unwrap();
    let torn = &good[..good.len() / 2];
    // The bytes behind the id of the key.
    let forged = format!("{text} {}{}\n\n", &signature[..8], "A".repeat(signature.len() - 8));
    for text in ["something", torn, &forged] {
        fs::write(scene.path(), text).unwrap();
        let error = scene.round().await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert!(error.to_string().contains("key.last"), "{error}");
    }
    fs::remove_file(scene.path()).unwrap();
    fs::create_dir(scene.path()).unwrap();
    let error = scene.round().await.unwrap_err();
    assert!(error.to_string().contains("is not a regular file"), "{error}");
    assert_eq!(scene.rows("tenant_log").await, 2, "nothing was signed");
}

#[tokio::test]
async fn the_memory_survives_a_change_of_the_key() {
    let scene = Scene::new().await;
    let new = key_number(2);
    let signer = CheckpointSigner::new(&new, [key().verifying_key().clone()]);
    let signer = signer.with_memory(scene.path());
    assert!(scene.round_with(&signer).await.unwrap().is_complete());
    scene.forge(&format!("{FORGET}; DELETE FROM audit_sinks")).await;
    assert!(matches!(scene.round_with(&signer).await, Err(Error::Tampered { .. })));
    scene.assert_tampered("forgot a checkpoint that was signed").await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_memory() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&scene.path()), 0o600);
}
