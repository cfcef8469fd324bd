//! Takes checkpoints without the code that takes them in production: straight from the tables and the formulas.

use agentflow::core::{
    audit::{
        Checkpoint, SignedCheckpoint, TenantLogEntry, TrustedKeys, tenant_log_origin, tenant_origin,
    },
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
    note::{SigningKey, VerifyingKey},
    random::Generator,
};
use tokio_postgres::Client;
use uuid::Uuid;

/// Somebody with a key, and what was published.
pub struct Notary {
    key: SigningKey,
    pub copies: Vec<SignedCheckpoint>,
}

impl Notary {
    pub fn new(seed: u64) -> Self {
        let name = "audit.example.com".parse().unwrap();
        Self { key: SigningKey::generate(name, &Generator::seeded(seed)), copies: Vec::new() }
    }

    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key().clone()
    }

    pub fn trusted(&self) -> TrustedKeys {
        TrustedKeys::new([self.verifying_key()])
    }

    /// Signs what a tenant's log is said to be.
    pub fn sign(&self, tenant: TenantId, size: u64, root: Sha256) -> SignedCheckpoint {
        let origin = tenant_origin(self.key.verifying_key().name(), tenant).unwrap();
        self.sign_checkpoint(&Checkpoint { origin, size, root })
    }

    fn sign_checkpoint(&self, checkpoint: &Checkpoint) -> SignedCheckpoint {
        SignedCheckpoint::read(&checkpoint.sign(&self.key).unwrap().to_string()).unwrap()
    }

    /// One round over everything that is new.
    pub async fn round(&mut self, client: &Client) {
        let heads = "
            SELECT h.tenant_id, h.pruned_seq FROM audit_heads AS h
            WHERE h.seq > coalesce((SELECT max(seq) FROM audit_checkpoints AS c WHERE c.tenant_id = h.tenant_id), 0)
            ORDER BY h.tenant_id";
        for row in client.query(heads, &[]).await.unwrap() {
            self.take(client, TenantId(row.get(0))).await;
        }
        let tombstones = "
            SELECT tenant_id, last_seq, last_hash FROM tenant_tombstones AS t
            WHERE NOT EXISTS (SELECT FROM tenant_log AS l WHERE l.tenant_id = t.tenant_id AND l.record LIKE '%\"deleted\"%')";
        for row in client.query(tombstones, &[]).await.unwrap() {
            let (size, head_hash): (i64, Vec<u8>) = (row.get(1), row.get(2));
            let entry = TenantLogEntry::Deleted {
                tenant_id: TenantId(row.get(0)),
                size: size.unsigned_abs(),
                head_hash: Sha256::from_slice(&head_hash).unwrap(),
            };
            log(client, &entry).await;
        }
        self.sign_log(client).await;
    }

    async fn take(&mut self, client: &Client, tenant: TenantId) {
        let mut range = begin(client, tenant).await;
        let hashes = "SELECT hash FROM audits WHERE tenant_id = $1 AND seq > $2 ORDER BY seq";
        let known = i64::try_from(range.end()).unwrap();
        let rows = client.query(hashes, &[&tenant.0, &known]).await.unwrap();
        let mut hashes: Vec<Sha256> =
            rows.iter().map(|row| Sha256::from_slice(row.get(0)).unwrap()).collect();
        let head_hash = hashes.pop().unwrap();
        for hash in &hashes {
            range.push(leaf_hash(hash.as_bytes()));
        }
        let before = bytes(&range);
        range.push(leaf_hash(head_hash.as_bytes()));
        let (size, root_hash) = (range.end(), range.root().unwrap());

        let signed = self.sign(tenant, size, root_hash);
        let insert = "
            INSERT INTO audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let (seq, note) = (i64::try_from(size).unwrap(), signed.note().to_string());
        let (head, root) = (head_hash.0.to_vec(), root_hash.0.to_vec());
        client.execute(insert, &[&tenant.0, &seq, &head, &root, &before, &note]).await.unwrap();
        let tenant_id = tenant;
        log(client, &TenantLogEntry::Checkpoint { tenant_id, size, root_hash, head_hash }).await;
        self.copies.push(signed);
    }

    async fn sign_log(&mut self, client: &Client) {
        let records = "SELECT record FROM tenant_log ORDER BY position";
        let mut range = CompactRange::new();
        for row in client.query(records, &[]).await.unwrap() {
            range.push(TenantLogEntry::leaf(row.get(0)));
        }
        let origin = tenant_log_origin(self.key.verifying_key().name()).unwrap();
        let (size, root) = (range.end(), range.root().unwrap());
        let signed = self.sign_checkpoint(&Checkpoint { origin, size, root });
        let insert = "
            INSERT INTO tenant_log_checkpoints (size, root_hash, compact_range, note)
            VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let (size, note) = (i64::try_from(size).unwrap(), signed.note().to_string());
        let root = root.0.to_vec();
        if client.execute(insert, &[&size, &root, &bytes(&range), &note]).await.unwrap() > 0 {
            self.copies.push(signed);
        }
    }
}

/// The tree up to the last checkpoint, or an empty one.
async fn begin(client: &Client, tenant: TenantId) -> CompactRange {
    let last = "
        SELECT seq, head_hash, compact_range FROM audit_checkpoints
        WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1";
    let Some(row) = client.query_opt(last, &[&tenant.0]).await.unwrap() else {
        return CompactRange::new();
    };
    let (seq, head, hashes): (i64, Vec<u8>, Vec<u8>) = (row.get(0), row.get(1), row.get(2));
    let hashes = hashes.chunks(32).map(|hash| Sha256::from_slice(hash).unwrap());
    let mut range = CompactRange::from_hashes(0, seq.unsigned_abs() - 1, hashes).unwrap();
    range.push(leaf_hash(&head));
    range
}

async fn log(client: &Client, entry: &TenantLogEntry) {
    let insert = "
        INSERT INTO tenant_log (position, tenant_id, record)
        SELECT coalesce(max(position), 0) + 1, $1::uuid, $2::text FROM tenant_log";
    let (tenant, text): (Uuid, _) = (entry.tenant_id().0, entry.to_text().unwrap());
    client.execute(insert, &[&tenant, &text]).await.unwrap();
}

fn bytes(range: &CompactRange) -> Vec<u8> {
    range.hashes().flat_map(|hash| hash.0).collect()
}
