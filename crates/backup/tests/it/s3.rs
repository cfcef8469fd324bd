//! The same in an object store: a server that speaks S3, with signatures, and keeps objects in a folder.

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use agentflow::core::backup::{BackupId, BackupKind, Keep};
use agentflow::core::random::Generator;
use agentflow_backup::{BackupStore, Error, Fault, fetch, list, prune, verify};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::net::TcpListener;

use crate::s3_server::Grouping;
use crate::samples::{BEGUN_AT, age_pair, content, key, made, silent, trust};

const SECRET: &str = "hunter2-is-the-secret";

pub(crate) struct Server {
    root: tempfile::TempDir,
    address: SocketAddr,
    takes: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("bucket")).unwrap();
        let takes = Arc::new(AtomicUsize::new(usize::MAX));
        let mut service = S3ServiceBuilder::new(Grouping {
            objects: s3s_fs::FileSystem::new(root.path()).unwrap(),
            root: root.path().to_owned(),
            takes: takes.clone(),
        });
        service.set_auth(SimpleAuth::from_single("KEY", SECRET));
        let service = service.build().into_shared();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { root, address, takes }
    }

    fn variables(&self, secret: &str) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        [
            ("AWS_ACCESS_KEY_ID", "KEY"),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_ENDPOINT", &endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_PROFILE", "is of no concern"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Takes so many objects more.
    pub(crate) fn take(&self, count: usize) {
        self.takes.store(count, Ordering::Relaxed);
    }

    pub(crate) fn store(&self, location: &str) -> BackupStore {
        let location = location.parse().unwrap();
        BackupStore::open_with(&location, &self.variables(SECRET)).unwrap()
    }
}

/// Makes a backup and brings it there.
async fn upload(
    store: &BackupStore,
    begun_at: &str,
    recipients: Option<&agentflow::secrets::AgeRecipients>,
) -> BackupId {
    let id = BackupId::new(begun_at.parse().unwrap(), &Generator::seeded(1));
    let staging = tempfile::tempdir().unwrap();
    fs::create_dir(staging.path().join("data")).unwrap();
    let manifest = made(&staging.path().join("data"), id.clone(), 1, BackupKind::Full, recipients);
    for part in &manifest.parts {
        let path = format!("{id}/{}", part.name);
        store.put_file(&path, &staging.path().join(&part.name), &|_| {}).await.unwrap();
    }
    assert!(
        store.ids().await.unwrap().iter().all(|it| *it != id),
        "it is not there before its manifest"
    );
    let note = manifest.sign(&key(1)).unwrap().to_string();
    store.put_manifest(&id, &manifest.to_text().unwrap(), Some(&note)).await.unwrap();
    id
}

#[tokio::test]
async fn a_backup_in_a_bucket_is_listed_verified_fetched_and_pruned() {
    let server = Server::start().await;
    let store = server.store("s3://bucket/some/prefix/");
    assert!(store.folder().is_none());
    let (identity, recipients) = age_pair();
    let old = upload(&store, "2026-11-20T08:00:00Z", None).await;
    let id = upload(&store, BEGUN_AT, Some(&recipients)).await;
    let listed = list(&store).await.unwrap();
    assert_eq!(
        listed.iter().map(|it| it.id.clone()).collect::<Vec<_>>(),
        [old.clone(), id.clone()]
    );
    assert!(listed.iter().all(|it| it.faults.is_empty()), "{listed:?}");

    let verification =
        verify(&store, &id, &trust(&key(1)), Some(&identity), &silent).await.unwrap();
    assert_eq!(verification.faults, []);
    let into = tempfile::tempdir().unwrap();
    fetch(&store, &verification.manifest, Some(&identity), into.path(), &silent).await.unwrap();
    let fetched = fs::read(into.path().join("data/4021.dat")).unwrap();
    assert!(fetched == content("4021.dat", 700_000, 1));

    let (keep, trust) = (Keep { last: 1, ..Keep::default() }, trust(&key(1)));
    let pruned = prune(&store, &keep, &trust, id.begun_at(), false).await.unwrap();
    assert_eq!((pruned.removed, pruned.left), (vec![old.clone()], vec![]));
    assert_eq!(store.ids().await.unwrap(), [id]);
    assert!(store.entries(&old).await.unwrap().is_empty());
}

#[tokio::test]
async fn faults_in_a_bucket_are_named_like_those_in_a_folder() {
    let server = Server::start().await;
    let store = server.store("s3://bucket/prefix");
    let id = upload(&store, BEGUN_AT, None).await;
    store.put_bytes(&format!("{id}/data/4021.dat"), content("4021.dat", 700_000, 9)).await.unwrap();
    store.put_bytes(&format!("{id}/data/extra"), b"x".to_vec()).await.unwrap();
    store.put_bytes(&format!("{id}/data/toc.dat"), b"cut".to_vec()).await.unwrap();
    store.remove(&format!("{id}/data/blobs.toc")).await.unwrap();
    let found = verify(&store, &id, &trust(&key(1)), None, &silent).await.unwrap().faults;
    assert!(
        found[0].place == "data/4021.dat" && found[0].reason.starts_with("its SHA-256"),
        "{found:?}"
    );
    assert_eq!(
        found[1..],
        [
            Fault::new("data/blobs.toc", "it is missing"),
            Fault::new("data/toc.dat", "it has 3 bytes, and 5000 in the manifest"),
            Fault::new("data/extra", "it is not in the manifest"),
        ]
    );
}

#[tokio::test]
async fn a_large_file_goes_in_pieces_and_comes_back_the_same() {
    let server = Server::start().await;
    let store = server.store("s3://bucket");
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let bytes = content("large", 20 * 1024 * 1024 + 7, 5);
    fs::write(&from, &bytes).unwrap();
    let told = Mutex::new(Vec::new());
    let on = |count| told.lock().unwrap().push(count);
    store.put_file("a/large", &from, &on).await.unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!((told.len(), told.iter().sum::<u64>()), (3, 20 * 1024 * 1024 + 7));
    assert!(store.get_to_file("a/large", &to).await.unwrap());
    assert!(fs::read(&to).unwrap() == bytes);
}

#[tokio::test]
async fn wrong_credentials_are_told_without_showing_them() {
    let server = Server::start().await;
    let location = "s3://bucket/prefix".parse().unwrap();
    let store = BackupStore::open_with(&location, &server.variables("hunter2-but-wrong")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::File::create(&file).unwrap().set_len(20 * 1024 * 1024).unwrap();
    for error in [
        list(&store).await.unwrap_err(),
        store.put_bytes("a/b", b"x".to_vec()).await.unwrap_err(),
        store.put_file("a/b", &file, &|_| {}).await.unwrap_err(),
        store.read("a/b", 10).await.unwrap_err(),
    ] {
        let text = format!("{error} {error:?}");
        assert!(matches!(error, Error::Denied { .. }), "{text}");
        assert!(
            text.contains("s3://bucket/prefix refuses access (SignatureDoesNotMatch"),
            "{text}"
        );
        assert!(
            text.contains("AWS_") && !text.contains("hunter2") && !text.contains("X-Amz"),
            "{text}"
        );
    }
    assert_eq!(
        fs::read_dir(server.root.path().join("bucket")).unwrap().count(),
        0,
        "nothing is there"
    );
}

#[tokio::test]
async fn a_bucket_that_is_missing_is_told_apart_from_a_missing_backup() {
    let server = Server::start().await;
    let missing = server.store("s3://no-such-bucket/prefix");
    for error in [
        list(&missing).await.unwrap_err(),
        missing.put_bytes("a/b", b"x".to_vec()).await.unwrap_err(),
    ] {
        assert!(
            error
                .to_string()
                .contains("bucket no-such-bucket of s3://no-such-bucket/prefix not found"),
            "{error}"
        );
    }
    let store = server.store("s3://bucket/prefix");
    assert!(list(&store).await.unwrap().is_empty());
    let id: BackupId = "20261122T080000Z-7f3a9c21".parse().unwrap();
    let error = verify(&store, &id, &trust(&key(1)), None, &silent).await.unwrap_err().to_string();
    assert!(
        error.contains("backup 20261122T080000Z-7f3a9c21 in s3://bucket/prefix not found"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server {
        root: tempfile::tempdir().unwrap(),
        address: listener.local_addr().unwrap(),
        takes: Arc::default(),
    };
    drop(listener);
    let error = list(&server.store("s3://bucket")).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        matches!(error, Error::Unavailable { .. }) && text.contains("cannot be reached"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}
