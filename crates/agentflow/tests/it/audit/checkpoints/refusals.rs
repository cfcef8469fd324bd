//! What is not signed, because it is not true or was said differently before.

use agentflow::{
    Error, Tenant,
    audit::RoundReport,
    core::{
        audit::{Checkpoint, SignedCheckpoint, TrustedKeys},
        hash::Sha256,
    },
};
use tokio_postgres::Client;

use super::{
    Shelf, assert_checkpoints_are_right, assert_tenant_log_is_right, key, key_number, origin,
    round, sinks,
};
use crate::{
    audit::{event, rechain},
    support::World,
};

/// Two tenants with checkpoints, and new entries in both.
struct Scene {
    world: World,
    acme: Tenant,
    beta: Tenant,
    shelf: std::sync::Arc<Shelf>,
    superuser: Client,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let (acme, beta) = (world.tenant("Acme").await, world.tenant("Beta").await);
        let superuser = world.superuser().await;
        let scene = Self { world, acme, beta, shelf: Shelf::new("shelf"), superuser };
        scene.append(4).await;
        round(&scene.world.store.admin(), &[&scene.shelf]).await;
        scene.append(3).await;
        scene
    }

    async fn append(&self, count: usize) {
        for tenant in [&self.acme, &self.beta] {
            let events: Vec<_> = (0..count).map(event).collect();
            tenant.audit().append_many(&events).await.unwrap();
        }
    }

    /// With triggers off. `:t` is Acme.
    async fn forge(&self, sql: &str) {
        let sql = sql.replace(":t", &format!("'{}'", self.acme.id()));
        let sql = format!("SET session_replication_role = replica; {sql}");
        self.superuser.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    async fn round(&self) -> Result<RoundReport, Error> {
        let admin = self.world.store.admin();
        admin.take_checkpoints(&key(), &sinks(&[&self.shelf]), None).await
    }

    /// Nothing is signed for Acme, and that does not stop Beta.
    async fn assert_refused(&self, reason: &str) {
        let before = self.shelf.sizes(origin(self.acme.id()).as_str());
        let report = self.round().await.unwrap();
        let [refusal] = report.refused.as_slice() else { panic!("{reason}: {report:?}") };
        assert_eq!(refusal.tenant_id, self.acme.id());
        let error = refusal.error.to_string();
        assert!(error.contains(reason), "{error:?} does not say {reason:?}");
        assert_eq!(report.checkpoints, 1, "Beta's");
        assert!(report.sinks[0].error.is_none(), "{report:?}");
        assert_eq!(self.shelf.sizes(origin(self.acme.id()).as_str()), before);
        assert_eq!(self.shelf.sizes(origin(self.beta.id()).as_str()), [5, 8]);
    }
}

#[tokio::test]
async fn tampered_new_entries_are_not_signed() {
    let edit =
        "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 7";
    let repair =
        "UPDATE audit_heads SET hash = (SELECT hash FROM audits WHERE tenant_id = :t AND seq = 8)
                  WHERE tenant_id = :t";
    for (forgery, reason) in [
        (edit.to_owned(), "entry 7: hash is not the hash of its record"),
        ("DELETE FROM audits WHERE tenant_id = :t AND seq = 6".to_owned(), "entry 6 is missing"),
        ("DELETE FROM audits WHERE tenant_id = :t AND seq = 8".to_owned(), "entry 8 is missing"),
        (format!("{edit}; {}", rechain(7)), "entries were rewritten"),
        // The whole chain is rewritten consistently: only the checkpoint knows.
        (
            format!(
                "UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 3; {}; {repair}",
                rechain(3)
            ),
            "entry 6: prev_hash is not the hash of the entry before",
        ),
        ("DELETE FROM audit_heads WHERE tenant_id = :t".to_owned(), ""),
    ] {
        let scene = Scene::new().await;
        scene.forge(&forgery).await;
        if reason.is_empty() {
            // Without a head, nobody knows that there is something new; asked for by name, it shows.
            let admin = scene.world.store.admin();
            let report = admin.take_checkpoints(&key(), &[], Some(scene.acme.id())).await.unwrap();
            assert!(report.refused[0].error.to_string().contains("head of the chain is missing"));
            continue;
        }
        scene.assert_refused(reason).await;
    }
}

#[tokio::test]
async fn a_chain_that_was_cut_back_below_its_checkpoint_is_refused() {
    let scene = Scene::new().await;
    scene
        .forge(
            "DELETE FROM audits WHERE tenant_id = :t AND seq > 3;
             UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audits WHERE tenant_id = :t AND seq = 3)
             WHERE tenant_id = :t",
        )
        .await;
    let admin = scene.world.store.admin();
    let report = admin.take_checkpoints(&key(), &[], Some(scene.acme.id())).await.unwrap();
    let error = report.refused[0].error.to_string();
    assert!(error.contains("ends at entry 3, and a checkpoint was taken of 5"), "{error}");
}

#[tokio::test]
async fn a_changed_last_checkpoint_is_not_built_upon() {
    let update = |set: &str| format!("UPDATE audit_checkpoints SET {set} WHERE tenant_id = :t");
    for (forgery, reason) in [
        (update("head_hash = sha256('x')"), "its hashes do not make its root"),
        (update("compact_range = sha256('x')"), "its hashes do not make its root"),
        (update("root_hash = sha256('x')"), "its note says something else than its row"),
        (update("note = replace(note, E'\\n5\\n', E'\\n6\\n')"), "its note says something else"),
        (update("note = 'x'"), "its note cannot be read"),
        (
            format!(
                "ALTER TABLE audit_checkpoints ALTER note DROP NOT NULL; {}",
                update("note = NULL")
            ),
            "its note cannot be read",
        ),
    ] {
        let scene = Scene::new().await;
        // What the sink has would be found missing first.
        let acme = origin(scene.acme.id());
        scene.shelf.forge(|notes| notes.retain(|note| note.checkpoint().origin != acme));
        scene.forge(&forgery).await;
        scene.assert_refused(reason).await;
    }
}

#[tokio::test]
async fn a_signature_that_only_claims_to_be_ours_is_refused() {
    let scene = Scene::new().await;
    let admin = scene.world.store.admin();
    let note: String = scene
        .superuser
        .query_one(
            "SELECT note FROM audit_checkpoints WHERE tenant_id = $1",
            &[scene.acme.id().as_uuid()],
        )
        .await
        .unwrap()
        .get(0);
    let other: String = scene
        .superuser
        .query_one(
            "SELECT note FROM audit_checkpoints WHERE tenant_id <> $1",
            &[scene.acme.id().as_uuid()],
        )
        .await
        .unwrap()
        .get(0);
    // The signature of another note by the same key would carry another id; so bytes of the signature are swapped.
    let (text, signature) = note.rsplit_once(' ').unwrap();
    let (_, foreign) = other.rsplit_once(' ').unwrap();
    let mixed = format!("{text} {}{}", &signature[..8], &foreign[8..]);
    let sql = "UPDATE audit_checkpoints SET note = $2 WHERE tenant_id = $1";
    scene.forge("SELECT").await;
    scene.superuser.execute(sql, &[scene.acme.id().as_uuid(), &mixed]).await.unwrap();
    let report = admin.take_checkpoints(&key(), &[], Some(scene.acme.id())).await.unwrap();
    let error = report.refused[0].error.to_string();
    assert!(error.contains("its signature is wrong"), "{error}");
}

#[tokio::test]
async fn a_new_key_verifies_everything_again_before_it_signs() {
    let scene = Scene::new().await;
    let admin = scene.world.store.admin();
    let new = key_number(2);
    scene
        .forge("UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 2")
        .await;
    let report = admin.take_checkpoints(&new, &[], None).await.unwrap();
    assert_eq!(report.checkpoints, 1);
    let error = report.refused[0].error.to_string();
    assert!(error.contains("entry 2: hash is not the hash of its record"), "{error}");
    let trusted = TrustedKeys::new([new.verifying_key().clone()]);
    let rows = scene
        .superuser
        .query(
            "SELECT note FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY seq",
            &[scene.beta.id().as_uuid()],
        )
        .await
        .unwrap();
    let last = SignedCheckpoint::read(rows.last().unwrap().get(0)).unwrap();
    last.verify(&trusted).unwrap();
    assert_eq!(last.checkpoint().size, 8);
    // The old key still goes on from its own.
    scene
        .forge("UPDATE audits SET record = replace(record, 'eve', 'ann') WHERE tenant_id = :t AND seq = 2")
        .await;
    let report = admin.take_checkpoints(&new, &[], None).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn another_root_for_a_published_size_is_refused() {
    let scene = Scene::new().await;
    scene.shelf.forge(|notes| {
        for note in
            notes.iter_mut().filter(|note| note.checkpoint().origin == origin(scene.acme.id()))
        {
            let checkpoint =
                Checkpoint { root: Sha256::of(&[b"other"]), ..note.checkpoint().clone() };
            *note = SignedCheckpoint::read(&checkpoint.sign(&key()).unwrap().to_string()).unwrap();
        }
    });
    scene.assert_refused("was published to shelf with another root").await;
}

#[tokio::test]
async fn a_tenant_whose_published_checkpoint_was_forgotten_is_refused() {
    for (forgery, reason) in [
        (
            "DELETE FROM audit_checkpoints WHERE tenant_id = :t",
            "forgot a checkpoint that was published",
        ),
        (
            "UPDATE audit_checkpoints SET seq = 6, compact_range = sha256('a') || sha256('b')
             WHERE tenant_id = :t",
            "",
        ),
    ] {
        let scene = Scene::new().await;
        scene.forge(forgery).await;
        if reason.is_empty() {
            let report = scene.round().await.unwrap();
            assert_eq!(report.refused.len(), 1, "{report:?}");
            continue;
        }
        scene.assert_refused(reason).await;
    }
}

#[tokio::test]
async fn a_database_rolled_back_behind_what_was_published_is_refused_as_a_whole() {
    let scene = Scene::new().await;
    // As a backup from before the last round has it.
    scene
        .forge(
            "CREATE TABLE backup_a AS TABLE audit_checkpoints;
             CREATE TABLE backup_l AS TABLE tenant_log;
             CREATE TABLE backup_s AS TABLE tenant_log_checkpoints;
             CREATE TABLE backup_p AS TABLE audit_sinks;",
        )
        .await;
    scene.round().await.unwrap();
    scene
        .forge(
            "TRUNCATE audit_checkpoints, tenant_log, tenant_log_checkpoints, audit_sinks;
             INSERT INTO audit_checkpoints TABLE backup_a;
             INSERT INTO tenant_log TABLE backup_l;
             INSERT INTO tenant_log_checkpoints TABLE backup_s;
             INSERT INTO audit_sinks TABLE backup_p;",
        )
        .await;
    let given = scene.shelf.checkpoints().len();
    let error = scene.round().await.unwrap_err();
    assert!(matches!(error, Error::Tampered { .. }), "{error:?}");
    assert!(
        error.to_string().contains("the database forgot a checkpoint that was published"),
        "{error}"
    );
    assert_eq!(scene.shelf.checkpoints().len(), given);
    let taken: i64 = scene
        .superuser
        .query_one("SELECT count(*) FROM audit_checkpoints", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(taken, 2, "nothing was signed");
}

#[tokio::test]
async fn a_log_that_was_signed_differently_before_is_refused() {
    let scene = Scene::new().await;
    scene.shelf.forge(|notes| {
        let last = notes.last_mut().unwrap();
        let checkpoint = Checkpoint { root: Sha256::of(&[b"other"]), ..last.checkpoint().clone() };
        *last = SignedCheckpoint::read(&checkpoint.sign(&key()).unwrap().to_string()).unwrap();
    });
    let error = scene.round().await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains("with another root"), "{error}");
}

#[tokio::test]
async fn an_entry_of_the_log_that_tells_of_what_never_was_is_not_signed() {
    let count = "SELECT count(*) FROM tenant_log_checkpoints";
    for (forgery, reason) in [
        (
            "UPDATE tenant_log SET record = replace(record, '\"size\":8', '\"size\":9') WHERE position > 2",
            "never was",
        ),
        ("UPDATE tenant_log SET record = record || ' ' WHERE position = 4", "is no entry"),
        ("DELETE FROM tenant_log WHERE position = 3", "entry 3 is missing"),
    ] {
        let scene = Scene::new().await;
        scene.round().await.unwrap();
        // As if the round had been interrupted before it signed the log.
        scene.forge(&format!("DELETE FROM tenant_log_checkpoints WHERE size = 4; {forgery}")).await;
        scene.forge("UPDATE audit_sinks SET published = 2").await;
        scene.shelf.forge(|notes| notes.truncate(3));
        // Nobody asks what became of the tenants themselves.
        let error =
            scene.world.store.admin().take_checkpoints(&key(), &[], None).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error} does not say {reason}");
        let signed: i64 = scene.superuser.query_one(count, &[]).await.unwrap().get(0);
        assert_eq!(signed, 1);
    }
}

#[tokio::test]
async fn a_changed_checkpoint_of_the_log_is_not_built_upon() {
    for (forgery, reason) in [
        ("UPDATE tenant_log_checkpoints SET compact_range = sha256('x')", "do not make its root"),
        ("UPDATE tenant_log_checkpoints SET note = 'x'", "cannot be read"),
        ("DELETE FROM tenant_log", "ends at entry 0, and a checkpoint was taken of 2"),
        (
            "INSERT INTO tenant_log (position, tenant_id, record)
             SELECT 9223372036854775807, tenant_id, record FROM tenant_log WHERE position = 2",
            "entry 3 is missing",
        ),
    ] {
        let scene = Scene::new().await;
        scene.forge(forgery).await;
        let error =
            scene.world.store.admin().take_checkpoints(&key(), &[], None).await.unwrap_err();
        assert!(matches!(error, Error::Tampered { .. }), "{error:?}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn after_the_forgery_was_undone_signing_goes_on() {
    let scene = Scene::new().await;
    scene.forge("UPDATE audits SET record = replace(record, 'ann', 'eve') WHERE tenant_id = :t AND seq = 7").await;
    scene.assert_refused("entry 7").await;
    scene.forge("UPDATE audits SET record = replace(record, 'eve', 'ann') WHERE tenant_id = :t AND seq = 7").await;
    round(&scene.world.store.admin(), &[&scene.shelf]).await;
    assert_eq!(assert_checkpoints_are_right(&scene.superuser, scene.acme.id()).await, [5, 8]);
    assert_eq!(assert_tenant_log_is_right(&scene.superuser).await.len(), 4);
}
