//! The index of vectors, in options and in words.

use agentflow::memory::{IndexKind, IndexProgress, IndexReport, IndexSpec, MemorySettings};
use clap::ValueEnum;

use crate::{
    error::{Error, Result},
    output::{counted, thousands},
    progress::Progress,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// A graph: finds best, takes longest to build
    Hnsw,
    /// Lists: built fast, finds less as what is stored drifts away from when it was built
    Ivfflat,
}

#[derive(Debug, clap::Args)]
pub(super) struct Index {
    /// Which index
    #[arg(long = "index", value_name = "KIND", value_enum)]
    kind: Option<Kind>,
    /// HNSW: neighbors of each vector, 2 to 100; 16 if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=100))]
    m: Option<u16>,
    /// HNSW: how many are looked at to find them, at least twice as many; 64 if absent, or twice as many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(4..=1000))]
    ef_construction: Option<u16>,
    /// IVFFlat: how many lists; one for each 1,000 memories if absent, and 100 at least
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=32_768))]
    lists: Option<u32>,
    /// Memory that the server takes to build it, in MB; as much as it needs if absent, and 1,024 at most
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    memory: Option<u32>,
}

impl Index {
    /// What is told; what is not is as it was built before, if it was, and else HNSW. How many lists there are is counted anew.
    pub(super) fn spec(&self, before: Option<&MemorySettings>) -> Result<IndexSpec> {
        let is_graph = self.m.is_some() || self.ef_construction.is_some();
        let was_lists = before.is_some_and(|it| it.index_kind.as_deref() == Some("ivfflat"));
        let implied = if !is_graph && (self.lists.is_some() || was_lists) {
            Kind::Ivfflat
        } else {
            Kind::Hnsw
        };
        let kind = match self.kind.unwrap_or(implied) {
            Kind::Hnsw if self.lists.is_some() => {
                return Err(Error::usage("--lists is for an index of the kind ivfflat")
                    .with_hint("add --index ivfflat, or leave out --lists"));
            }
            Kind::Ivfflat if is_graph => {
                let message = "--m and --ef-construction are for an index of the kind hnsw";
                return Err(Error::usage(message).with_hint("leave them out, or --index ivfflat"));
            }
            Kind::Hnsw => self.graph(before)?,
            Kind::Ivfflat => IndexKind::IvfFlat { lists: self.lists },
        };
        Ok(IndexSpec { kind, maintenance_work_mem: self.memory })
    }

    fn graph(&self, before: Option<&MemorySettings>) -> Result<IndexKind> {
        let known = |name| {
            let value = before.and_then(|it| it.index_options.get(name)?.as_u64());
            value.and_then(|value| u16::try_from(value).ok())
        };
        let m = self.m.or_else(|| known("m")).unwrap_or(16);
        let least = (2 * m).max(4);
        let otherwise = || known("ef_construction").unwrap_or(64).max(least);
        let ef_construction = self.ef_construction.unwrap_or_else(otherwise);
        if ef_construction < least {
            let message =
                format!("--ef-construction must be at least twice --m, which is {m}: {least}");
            return Err(Error::usage(message));
        }
        Ok(IndexKind::Hnsw { m, ef_construction })
    }
}

/// Shows how far an index is. PostgreSQL does not always know how many rows there are to do; `rows` is how many there were.
pub(super) fn show_progress(bar: &Progress, now: &IndexProgress, rows: u64) {
    let total = if now.total == 0 { rows } else { now.total };
    bar.message(format!("Indexing: {}", now.phase));
    bar.reached(now.done, total.max(now.done).max(1));
}

/// What was indexed, in words.
pub(super) fn told(report: &IndexReport) -> String {
    let mut text = match &report.index {
        None => "There are no embeddings yet, so there is no index of them.".to_owned(),
        Some(index) => {
            let kind = match index.kind {
                IndexKind::Hnsw { m, ef_construction } => {
                    format!("hnsw (m {m}, ef_construction {ef_construction})")
                }
                IndexKind::IvfFlat { lists } => {
                    format!("ivfflat ({} lists)", lists.map(thousands).unwrap_or_default())
                }
            };
            format!(
                "Indexed {} of {} dimensions by {kind}, {}.",
                counted(report.memories, "memory", "memories"),
                thousands(index.dimensions),
                size(index.bytes)
            )
        }
    };
    if report.leftovers > 0 {
        let builds = counted(report.leftovers, "interrupted build", "interrupted builds");
        text = format!("{text}\nRemoved what {builds} left.");
    }
    text
}

/// Bytes, for people.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_240 => format!("{} bytes", thousands(bytes)),
        10_240..10_485_760 => format!("{} kB", thousands(bytes >> 10)),
        _ => format!("{} MB", thousands(bytes >> 20)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    fn index() -> Index {
        Index { kind: None, m: None, ef_construction: None, lists: None, memory: None }
    }

    fn built(kind: &str, options: Value) -> MemorySettings {
        let Value::Object(index_options) = options else { unreachable!("it is an object") };
        MemorySettings {
            embedding_model: None,
            embedding_dimensions: None,
            promoted_at: None,
            index_kind: Some(kind.to_owned()),
            index_options,
            indexed_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_not_told_follows_from_what_is_and_from_what_was() {
        let kind = |index: Index, before: Option<&_>| index.spec(before).unwrap().kind;
        let hnsw = |m, ef_construction| IndexKind::Hnsw { m, ef_construction };
        let lists = |lists| IndexKind::IvfFlat { lists };
        assert_eq!(kind(index(), None), hnsw(16, 64));
        assert_eq!(kind(Index { lists: Some(7), ..index() }, None), lists(Some(7)));
        let before = built("ivfflat", json!({"lists": 7}));
        assert_eq!(kind(index(), Some(&before)), lists(None));
        assert_eq!(kind(Index { m: Some(50), ..index() }, Some(&before)), hnsw(50, 100));
        let before = built("hnsw", json!({"m": 24, "ef_construction": 128}));
        assert_eq!(kind(index(), Some(&before)), hnsw(24, 128));
        assert_eq!(kind(Index { m: Some(80), ..index() }, Some(&before)), hnsw(80, 160));
        assert_eq!(kind(Index { lists: Some(7), ..index() }, Some(&before)), lists(Some(7)));
    }

    #[test]
    fn options_of_the_other_kind_are_refused() {
        for wrong in [
            Index { kind: Some(Kind::Hnsw), lists: Some(7), ..index() },
            Index { kind: Some(Kind::Ivfflat), m: Some(7), ..index() },
            Index { m: Some(50), ef_construction: Some(99), ..index() },
        ] {
            assert!(wrong.spec(None).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_are_told_in_one_unit() {
        assert_eq!([size(10), size(20_480), size(20 << 20)], ["10 bytes", "20 kB", "20 MB"]);
    }
}
