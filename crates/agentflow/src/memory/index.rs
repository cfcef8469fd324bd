use agentflow_core::InvalidInput;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// An index of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum IndexKind {
    /// A graph of near ones: finds best, takes longest to build.
    Hnsw {
        /// Neighbors of each, 2 to 100.
        m: u16,
        /// How many are looked at to find them, 4 to 1000, and at least twice as many as `m`.
        ef_construction: u16,
    },
    /// Lists around centers: built fast, finds less as what is stored drifts away from the centers.
    IvfFlat {
        /// How many lists, 1 to 32,768; by default one for each 1,000 rows, and 100 at least.
        lists: Option<u32>,
    },
}

/// How vectors of a tenant are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexSpec {
    /// Which index.
    pub kind: IndexKind,
    /// Memory that the server takes to build it, in MB, 1 to 65,536; by default as much as it needs, 1 GB at most.
    pub maintenance_work_mem: Option<u32>,
}

impl Default for IndexSpec {
    /// HNSW with 16 neighbors, of 64 that are looked at.
    fn default() -> Self {
        let kind = IndexKind::Hnsw { m: 16, ef_construction: 64 };
        Self { kind, maintenance_work_mem: None }
    }
}

/// How far the building of an index is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexProgress {
    /// What PostgreSQL says it does.
    pub phase: String,
    /// Rows that are done, in this phase.
    pub done: u64,
    /// Rows that there are to do, as far as it is known.
    pub total: u64,
}

/// What was indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexReport {
    /// The index of vectors; none where nothing is embedded yet.
    pub index: Option<VectorIndex>,
    /// Memories of the tenant.
    pub memories: u64,
    /// Interrupted builds that were found and removed.
    pub leftovers: u64,
}

/// An index of vectors that was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VectorIndex {
    /// What it is called.
    pub name: String,
    /// Which index, with nothing left to defaults.
    #[serde(flatten)]
    pub kind: IndexKind,
    /// Numbers per vector.
    pub dimensions: u32,
    /// How much room it takes on the disk.
    pub bytes: u64,
}

const INDEX: &str = "index the memories of a tenant";

impl IndexKind {
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Hnsw { .. } => "hnsw",
            Self::IvfFlat { .. } => "ivfflat",
        }
    }

    pub(super) fn options(self) -> Value {
        match self {
            Self::Hnsw { m, ef_construction } => {
                json!({ "m": m, "ef_construction": ef_construction })
            }
            Self::IvfFlat { lists } => json!({ "lists": lists }),
        }
    }

    /// The same, with nothing left to defaults.
    pub(super) fn settled(self, rows: u64) -> Self {
        match self {
            Self::IvfFlat { lists: None } => {
                let lists = (rows / 1000).clamp(100, 32_768);
                Self::IvfFlat { lists: u32::try_from(lists).ok() }
            }
            given => given,
        }
    }
}

impl IndexSpec {
    /// What of it cannot be done.
    pub(super) fn check(self) -> Result<()> {
        let invalid = |field: &str, reason: &str| {
            Err(Error::invalid(INDEX)(InvalidInput::new(field, reason)))
        };
        match self.kind {
            IndexKind::Hnsw { m, .. } if !(2..=100).contains(&m) => {
                return invalid("m", "expected 2 to 100");
            }
            IndexKind::Hnsw { m, ef_construction }
                if !(4..=1000).contains(&ef_construction) || ef_construction < 2 * m =>
            {
                return invalid(
                    "ef_construction",
                    "expected 4 to 1000, and at least twice as many as m",
                );
            }
            IndexKind::IvfFlat { lists: Some(lists) } if !(1..=32_768).contains(&lists) => {
                return invalid("lists", "expected 1 to 32768");
            }
            IndexKind::Hnsw { .. } | IndexKind::IvfFlat { .. } => {}
        }
        if self.maintenance_work_mem.is_some_and(|it| !(1..=65_536).contains(&it)) {
            return invalid("maintenance_work_mem", "expected 1 to 65536 MB");
        }
        Ok(())
    }

    /// In MB.
    pub(super) fn memory(self, rows: u64, dimensions: u64) -> u64 {
        let links = match self.kind {
            IndexKind::Hnsw { m, .. } => u64::from(m) * 24,
            IndexKind::IvfFlat { .. } => 0,
        };
        let needed = rows * (4 * dimensions + links + 128) / (1024 * 1024) + 16;
        self.maintenance_work_mem.map_or_else(|| needed.clamp(64, 1024), u64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hnsw(m: u16, ef_construction: u16) -> IndexSpec {
        IndexSpec { kind: IndexKind::Hnsw { m, ef_construction }, ..Default::default() }
    }

    #[test]
    fn what_pgvector_would_refuse_is_refused_before() {
        assert!(IndexSpec::default().check().is_ok());
        assert!(hnsw(2, 4).check().is_ok() && hnsw(100, 1000).check().is_ok());
        for (m, ef_construction) in [(1, 64), (101, 1000), (16, 31), (2, 3), (100, 1001)] {
            assert!(hnsw(m, ef_construction).check().is_err(), "{m} {ef_construction}");
        }
        for lists in [0, 32_769] {
            let kind = IndexKind::IvfFlat { lists: Some(lists) };
            assert!(IndexSpec { kind, ..Default::default() }.check().is_err(), "{lists}");
        }
        for memory in [0, 65_537] {
            let spec = IndexSpec { maintenance_work_mem: Some(memory), ..Default::default() };
            assert!(spec.check().is_err(), "{memory}");
        }
    }

    #[test]
    fn a_kind_is_called_what_postgresql_calls_it() {
        for kind in [IndexSpec::default().kind, IndexKind::IvfFlat { lists: Some(7) }] {
            let told = serde_json::to_value(kind).unwrap();
            assert_eq!(told["kind"], kind.method());
        }
    }

    #[test]
    fn lists_follow_the_rows() {
        let lists = |rows| IndexKind::IvfFlat { lists: None }.settled(rows);
        assert_eq!(lists(0), IndexKind::IvfFlat { lists: Some(100) });
        assert_eq!(lists(1_000_000), IndexKind::IvfFlat { lists: Some(1000) });
        assert_eq!(lists(u64::MAX), IndexKind::IvfFlat { lists: Some(32_768) });
    }

    #[test]
    fn memory_follows_the_rows_within_bounds() {
        let spec = IndexSpec::default();
        assert_eq!(spec.memory(0, 1536), 64);
        assert_eq!(spec.memory(10_000_000, 1536), 1024);
        let middle = spec.memory(100_000, 1536);
        assert!((600..1024).contains(&middle), "{middle}");
        let given = IndexSpec { maintenance_work_mem: Some(3), ..spec };
        assert_eq!(given.memory(100_000, 1536), 3);
    }
}
