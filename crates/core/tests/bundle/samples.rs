use agentflow_core::{
    audit::{
        Checkpoint, TrustedKeys,
        bundle::{self, BundleError, BundleReport, Header, Writer},
        genesis_hash, link_hash, tenant_origin,
    },
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
    note::{SignedNote, SigningKey},
    random::Generator,
};
use serde_json::json;

pub(crate) const TENANT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
pub(crate) const OTHER_TENANT: &str = "01890a5d-ac96-774b-bcce-b302099a8058";

pub(crate) fn key() -> SigningKey {
    SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(1))
}

pub(crate) fn trusted() -> TrustedKeys {
    TrustedKeys::new([key().verifying_key().clone()])
}

pub(crate) fn verify(bundle: &[u8]) -> Result<BundleReport, BundleError> {
    bundle::verify(bundle, &trusted(), &mut |_| ())
}

/// A tenant's log, as its tests need it.
pub(crate) struct Log {
    pub(crate) tenant: TenantId,
    pub(crate) records: Vec<String>,
    /// The hash before each record, and the last one.
    hashes: Vec<Sha256>,
}

impl Log {
    pub(crate) fn new(tenant: &str, size: u64) -> Self {
        Self::of(tenant, (1..=size).map(|seq| format!(r#"{{"action":"test.number","seq":{seq}}}"#)))
    }

    pub(crate) fn of(tenant: &str, records: impl Iterator<Item = String>) -> Self {
        let tenant = tenant.parse().unwrap();
        let mut log = Self { tenant, records: Vec::new(), hashes: vec![genesis_hash(tenant)] };
        for record in records {
            log.hashes.push(link_hash(&log.hashes[log.records.len()], &record));
            log.records.push(record);
        }
        log
    }

    pub(crate) fn size(&self) -> u64 {
        self.records.len() as u64
    }

    /// The hash before entry `seq`.
    pub(crate) fn prev_hash(&self, seq: u64) -> Sha256 {
        self.hashes[usize::try_from(seq).unwrap() - 1]
    }

    /// Entries `begin` + 1 to `end`.
    pub(crate) fn range(&self, begin: u64, end: u64) -> CompactRange {
        let mut range = CompactRange::starting_at(begin);
        for seq in begin + 1..=end {
            range.push(leaf_hash(self.prev_hash(seq + 1).as_bytes()));
        }
        range
    }

    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        let origin = tenant_origin(key().verifying_key().name(), self.tenant).unwrap();
        Checkpoint { origin, size, root: self.range(0, size).root().unwrap() }
    }

    pub(crate) fn note(&self, size: u64) -> SignedNote {
        self.checkpoint(size).sign(&key()).unwrap()
    }

    pub(crate) fn header(&self, keep: &[u64]) -> Header {
        let (size, count) = (self.size(), keep.len() as u64);
        Header {
            tenant_id: self.tenant,
            size,
            count,
            first_seq: keep.first().copied().unwrap_or(0),
            last_seq: keep.last().copied().unwrap_or(0),
            left_out: size - count,
            filter: (count < size).then(|| {
                let filter = json!({ "actor_id": "ann", "since": "2026-11-01T00:00:00Z" });
                filter.as_object().unwrap().clone()
            }),
            exported_at: "2026-11-21T04:41:00.1234567Z".parse().unwrap(),
        }
    }

    /// The bundle with the records of these positions, in order.
    pub(crate) fn bundle(&self, keep: &[u64]) -> String {
        let mut writer = Writer::new(Vec::new(), self.header(keep)).unwrap();
        for seq in keep {
            if writer.position() + 1 < *seq {
                let gap = self.range(writer.position(), seq - 1);
                writer.gap(&gap, Some(self.prev_hash(*seq))).unwrap();
            }
            writer.record(&self.records[usize::try_from(*seq).unwrap() - 1]).unwrap();
        }
        if writer.position() < self.size() {
            writer.gap(&self.range(writer.position(), self.size()), None).unwrap();
        }
        String::from_utf8(writer.finish(&self.note(self.size())).unwrap()).unwrap()
    }

    pub(crate) fn whole(&self) -> String {
        self.bundle(&(1..=self.size()).collect::<Vec<_>>())
    }
}

/// Nine entries, of which 4, 6 and 7 are there; by line: 1 format, 2 header, 3 gap, 4 after, 5 record 4, 6 gap, 7 after,
/// 8 record 6, 9 record 7, 10 gap, 11 empty, 12 origin, 13 size, 14 root, 15 empty, 16 signature.
pub(crate) fn sample() -> String {
    Log::new(TENANT, 9).bundle(&[4, 6, 7])
}
