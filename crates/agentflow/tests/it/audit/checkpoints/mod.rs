//! Checkpoints: that they are right, that all of them leave the database, and that nothing is signed that is not true.

mod checkpointer;
mod files;
mod interrupted;
mod keys;
mod lag;
mod memory;
mod owner;
mod posted;
mod refusals;
mod rounds;
mod tenants;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use agentflow::{
    Admin, Error, TenantId,
    audit::{CheckpointSink, RoundReport},
    core::{
        audit::{Checkpoint, SignedCheckpoint, TenantLogEntry, TrustedKeys, tenant_origin},
        hash::Sha256,
        merkle::{CompactRange, leaf_hash},
        note::{KeyName, SigningKey},
        random::Generator,
    },
};
use futures::{FutureExt, future::BoxFuture};
use tokio_postgres::Client;

const NAME: &str = "audit.example.com";

fn key() -> SigningKey {
    key_number(1)
}

fn key_number(seed: u64) -> SigningKey {
    SigningKey::generate(NAME.parse().unwrap(), &Generator::seeded(seed))
}

fn trusted() -> TrustedKeys {
    TrustedKeys::new([key().verifying_key().clone()])
}

fn origin(tenant: TenantId) -> KeyName {
    tenant_origin(&NAME.parse().unwrap(), tenant).unwrap()
}

/// Keeps what it is given, and fails when it is told to.
#[derive(Debug)]
struct Shelf {
    name: String,
    notes: Mutex<Vec<SignedCheckpoint>>,
    is_broken: AtomicBool,
}

impl Shelf {
    fn new(name: &str) -> Arc<Self> {
        let (notes, is_broken) = (Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { name: name.to_owned(), notes, is_broken })
    }

    fn set_broken(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Relaxed);
    }

    fn checkpoints(&self) -> Vec<Checkpoint> {
        let notes = self.notes.lock().unwrap();
        notes
            .iter()
            .inspect(|note| note.verify(&trusted()).unwrap())
            .cloned()
            .map(Into::into)
            .collect()
    }

    /// The sizes it has of one log, in the order in which they came.
    fn sizes(&self, origin: &str) -> Vec<u64> {
        let all = self.checkpoints();
        all.iter().filter(|it| it.origin.as_str() == origin).map(|it| it.size).collect()
    }

    /// Replaces what it was given.
    fn forge(&self, change: impl FnOnce(&mut Vec<SignedCheckpoint>)) {
        change(&mut self.notes.lock().unwrap());
    }
}

fn broken() -> Error {
    Error::Unavailable { operation: "test", reason: "the shelf is broken".into(), source: None }
}

impl CheckpointSink for Shelf {
    fn name(&self) -> &str {
        &self.name
    }

    fn last<'a>(
        &'a self,
        origin: &'a KeyName,
    ) -> BoxFuture<'a, agentflow::Result<Option<Checkpoint>>> {
        let notes = self.notes.lock().unwrap();
        let of_log =
            notes.iter().map(SignedCheckpoint::checkpoint).filter(|it| it.origin == *origin);
        let last = of_log.max_by_key(|checkpoint| checkpoint.size).cloned();
        async move { Ok(last) }.boxed()
    }

    fn publish<'a>(
        &'a self,
        checkpoint: &'a SignedCheckpoint,
    ) -> BoxFuture<'a, agentflow::Result<()>> {
        async move {
            if self.is_broken.load(Ordering::Relaxed) {
                return Err(broken());
            }
            self.notes.lock().unwrap().push(checkpoint.clone());
            Ok(())
        }
        .boxed()
    }
}

fn sinks(shelves: &[&Arc<Shelf>]) -> Vec<Arc<dyn CheckpointSink>> {
    shelves.iter().map(|shelf| Arc::clone(shelf) as Arc<dyn CheckpointSink>).collect()
}

/// A round in which nothing goes wrong.
async fn round(admin: &Admin, shelves: &[&Arc<Shelf>]) -> RoundReport {
    let report = admin.take_checkpoints(&key(), &sinks(shelves), None).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    report
}

async fn hashes(client: &Client, sql: &str, tenant: TenantId) -> Vec<Sha256> {
    let rows = client.query(sql, &[tenant.as_uuid()]).await.unwrap();
    rows.iter().map(|row| Sha256::from_slice(row.get(0)).unwrap()).collect()
}

fn tree(hashes: &[Sha256]) -> CompactRange {
    let mut range = CompactRange::new();
    for hash in hashes {
        range.push(leaf_hash(hash.as_bytes()));
    }
    range
}

fn bytes(range: &CompactRange) -> Vec<u8> {
    range.hashes().flat_map(|hash| hash.0).collect()
}

/// Every checkpoint of a tenant is what a tree makes of its entries that is computed from nothing. Returns their sizes.
async fn assert_checkpoints_are_right(client: &Client, tenant: TenantId) -> Vec<i64> {
    let entries = "SELECT hash FROM audits WHERE tenant_id = $1 ORDER BY seq";
    let entries = hashes(client, entries, tenant).await;
    let rows = "SELECT seq, head_hash, root_hash, compact_range, note FROM audit_checkpoints
                WHERE tenant_id = $1 ORDER BY seq";
    let mut sizes = Vec::new();
    for row in client.query(rows, &[tenant.as_uuid()]).await.unwrap() {
        let seq: i64 = row.get(0);
        let size = usize::try_from(seq).unwrap();
        let root = tree(&entries[..size]).root().unwrap();
        assert_eq!(row.get::<_, &[u8]>(1), entries[size - 1].as_bytes());
        assert_eq!(row.get::<_, &[u8]>(2), root.as_bytes());
        assert_eq!(row.get::<_, Vec<u8>>(3), bytes(&tree(&entries[..size - 1])));
        let note = SignedCheckpoint::read(row.get(4)).unwrap();
        note.verify(&trusted()).unwrap();
        let expected = Checkpoint { origin: origin(tenant), size: size as u64, root };
        assert_eq!(*note.checkpoint(), expected);
        sizes.push(seq);
    }
    sizes
}

/// The entries of the log of all tenants, after every signature over it was found to be right.
async fn assert_tenant_log_is_right(client: &Client) -> Vec<TenantLogEntry> {
    let rows = client
        .query("SELECT position, tenant_id, record FROM tenant_log ORDER BY position", &[])
        .await
        .unwrap();
    let mut range = CompactRange::new();
    let (mut entries, mut trees) = (Vec::new(), Vec::new());
    for (row, position) in rows.iter().zip(1_i64..) {
        assert_eq!(row.get::<_, i64>(0), position);
        let entry = TenantLogEntry::from_text(row.get(2)).unwrap();
        assert_eq!(*entry.tenant_id().as_uuid(), row.get::<_, uuid::Uuid>(1));
        range.push(TenantLogEntry::leaf(row.get(2)));
        entries.push(entry);
        trees.push(range.clone());
    }
    let signed = client
        .query(
            "SELECT size, root_hash, compact_range, note FROM tenant_log_checkpoints ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    for row in &signed {
        let tree = &trees[usize::try_from(row.get::<_, i64>(0)).unwrap() - 1];
        assert_eq!(row.get::<_, &[u8]>(1), tree.root().unwrap().as_bytes());
        assert_eq!(row.get::<_, Vec<u8>>(2), bytes(tree));
        let note = SignedCheckpoint::read(row.get(3)).unwrap();
        note.verify(&trusted()).unwrap();
        assert_eq!(note.checkpoint().origin.as_str(), format!("{NAME}/tenants"));
        assert_eq!(
            (note.checkpoint().size, note.checkpoint().root),
            (tree.end(), tree.root().unwrap())
        );
    }
    let last: i64 = signed.last().map_or(0, |row| row.get(0));
    assert_eq!(last, i64::try_from(entries.len()).unwrap(), "the whole log is signed");
    entries
}
