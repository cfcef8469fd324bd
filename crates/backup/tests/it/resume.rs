//! Going on with an upload that was interrupted.

use std::{fs, path::PathBuf};

use agentflow::core::backup::BackupId;
use agentflow_backup::{
    BackupStore, CreateOptions, Created, Error, Result, Resume, create, verify,
};

use crate::{s3::Server, world::World};

/// So many parts arrive before the store takes no more.
const ARRIVED: usize = 3;

struct Scene {
    world: World,
    /// Its objects are gone when it is.
    _server: Server,
    store: BackupStore,
    /// What was being uploaded.
    id: BackupId,
}

impl Scene {
    async fn interrupted() -> Self {
        let (world, server) = (World::migrated().await, Server::start().await);
        let store = server.store("s3://bucket/af");
        server.take(ARRIVED);
        let interrupted = run(&world, &store, None).await.unwrap_err();
        let text = interrupted.to_string();
        let Error::NotUploaded { id: made, staging, source } = interrupted else {
            panic!("{text}")
        };
        assert!(matches!(*source, Error::Denied { .. }), "{text}");
        assert!(staging.is_dir() && text.contains(&*staging.to_string_lossy()), "{text}");
        assert!(store.ids().await.unwrap().is_empty());
        let id = store.unfinished().await.unwrap().remove(0);
        assert_eq!(id, made);
        assert_eq!(store.entries(&id).await.unwrap().len(), ARRIVED);
        server.take(usize::MAX);
        Self { world, _server: server, store, id }
    }

    fn staged(&self) -> PathBuf {
        self.world.home.path().join("staging").join(format!(".{}.partial", self.id))
    }

    async fn resume(&self) -> Result<Created> {
        run(&self.world, &self.store, Some(Resume::Newest)).await
    }

    async fn resumed(&self) {
        let created = self.resume().await.unwrap();
        assert_eq!(created.manifest.id, self.id);
        let verified =
            verify(&self.store, &self.id, &self.world.trust(), None, &|_| {}).await.unwrap();
        assert_eq!(verified.faults, []);
        assert!(!self.staged().exists());
    }

    /// The parts that arrived, as paths of the store.
    async fn arrived(&self) -> Vec<String> {
        let entries = self.store.entries(&self.id).await.unwrap().into_iter();
        entries.map(|it| format!("{}/{}", self.id, it.name)).collect()
    }
}

async fn run(world: &World, store: &BackupStore, resume: Option<Resume>) -> Result<Created> {
    let staging = Some(world.home.path().join("staging"));
    let options = CreateOptions { staging, resume, ..world.options() };
    create(&world.config(), store, &world.programs, &options, &|_| {}).await
}

#[tokio::test]
async fn an_interrupted_upload_is_gone_on_with() {
    let scene = Scene::interrupted().await;
    scene.resumed().await;
    let none = scene.resume().await.unwrap_err();
    assert!(matches!(none, Error::NotFound { .. }), "{none}");
}

#[tokio::test]
async fn what_disappeared_or_was_cut_since_it_was_uploaded_is_uploaded_again() {
    let scene = Scene::interrupted().await;
    let arrived = scene.arrived().await;
    scene.store.remove(&arrived[0]).await.unwrap();
    scene.store.put_bytes(&arrived[1], b"cut".to_vec()).await.unwrap();
    scene.resumed().await;
}

#[tokio::test]
async fn what_was_changed_where_it_is_staged_is_no_backup() {
    let scene = Scene::interrupted().await;
    let part = scene.staged().join("backup/data/toc.dat");
    let good = fs::read(&part).unwrap();
    let mut changed = good.clone();
    changed[good.len() / 2] ^= 1;
    for (bytes, reason) in [(&changed[..], "its SHA-256 is"), (&good[1..], "in the manifest")] {
        fs::write(&part, bytes).unwrap();
        let refused = scene.resume().await.unwrap_err();
        let text = refused.to_string();
        assert!(matches!(refused, Error::Corrupt { .. }), "{text}");
        assert!(text.contains("data/toc.dat") && text.contains(reason), "{text}");
        assert!(scene.store.ids().await.unwrap().is_empty());
    }
    fs::write(&part, good).unwrap();
    scene.resumed().await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_others_may_have_changed_is_not_gone_on_with() {
    let scene = Scene::interrupted().await;
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    fs::set_permissions(scene.staged(), open).unwrap();
    let refused = scene.resume().await.unwrap_err().to_string();
    assert!(refused.contains("others may enter it"), "{refused}");
}
