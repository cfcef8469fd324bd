//! Keys, notes and a small log to work with.

use agentflow_core::{
    audit::{
        Checkpoint, EntryProof, SignedCheckpoint, TrustedKeys, genesis_hash, link_hash,
        tenant_origin,
    },
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, ProofCollector, inclusion_parts, leaf_hash},
    note::{SigningKey, VerifyingKey},
    random::Generator,
};
use secrecy::ExposeSecret;

pub(crate) fn signing_key(name: &str, seed: u64) -> SigningKey {
    SigningKey::generate(name.parse().unwrap(), &Generator::seeded(seed))
}

pub(crate) fn key() -> SigningKey {
    signing_key("audit.example.com", 1)
}

pub(crate) fn public(key: &SigningKey) -> Vec<VerifyingKey> {
    vec![key.verifying_key().clone()]
}

pub(crate) fn trusted(key: &SigningKey) -> TrustedKeys {
    TrustedKeys::new(public(key))
}

pub(crate) fn secret_text(key: &SigningKey) -> String {
    key.to_text().expose_secret().to_owned()
}

pub(crate) fn tenant() -> TenantId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
}

/// A tenant's log of a few entries.
pub(crate) struct Log {
    pub(crate) records: Vec<String>,
    prev_hashes: Vec<Sha256>,
    leaves: Vec<Sha256>,
}

impl Log {
    pub(crate) fn of(entries: usize) -> Self {
        let mut log = Self { records: Vec::new(), prev_hashes: Vec::new(), leaves: Vec::new() };
        let mut hash = genesis_hash(tenant());
        for number in 0..entries {
            let record = format!(r#"{{"action":"run.started","details":{{"number":{number}}}}}"#);
            log.prev_hashes.push(hash);
            hash = link_hash(&hash, &record);
            log.leaves.push(leaf_hash(hash.as_bytes()));
            log.records.push(record);
        }
        log
    }

    pub(crate) fn checkpoint(&self, size: usize) -> Checkpoint {
        let mut range = CompactRange::new();
        self.leaves[..size].iter().for_each(|leaf| range.push(*leaf));
        let origin = tenant_origin(key().verifying_key().name(), tenant()).unwrap();
        Checkpoint { origin, size: size as u64, root: range.root().unwrap() }
    }

    pub(crate) fn signed(&self, size: usize) -> SignedCheckpoint {
        signed(&self.checkpoint(size))
    }

    pub(crate) fn proof(&self, index: usize, size: usize) -> EntryProof {
        let parts = inclusion_parts(index as u64, size as u64).unwrap();
        let mut collector = ProofCollector::new(parts, &CompactRange::new()).unwrap();
        self.leaves[..size].iter().for_each(|leaf| collector.push(*leaf));
        EntryProof {
            index: index as u64,
            prev_hash: self.prev_hashes[index],
            hashes: collector.finish().unwrap(),
            checkpoint: self.signed(size),
        }
    }
}

/// Signed by the key of all samples, under the name of its origin.
pub(crate) fn signed(checkpoint: &Checkpoint) -> SignedCheckpoint {
    SignedCheckpoint::read(&checkpoint.sign(&key()).unwrap().to_string()).unwrap()
}
