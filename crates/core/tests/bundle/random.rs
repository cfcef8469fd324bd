//! Random bundles, changed at random: nothing panics, and what verifies says nothing that is not so.

use std::{collections::HashMap, sync::LazyLock};

use agentflow_core::{audit::bundle, ids::TenantId};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::samples::{Log, trusted};

/// Logs of different tenants and sizes, and bundles of each.
pub(crate) struct Pool {
    pub(crate) logs: HashMap<TenantId, Log>,
    pub(crate) bundles: Vec<String>,
}

pub(crate) static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let mut pool = Pool { logs: HashMap::new(), bundles: Vec::new() };
    for size in 0..24_u64 {
        let log = Log::new(&format!("01890a5d-ac96-774b-bcce-{size:012x}"), size);
        // Every bit of these is an entry that is there or not.
        for choice in [u64::MAX, 0, 1, 0b1011_0110_1110_0101_1001, u64::MAX << (size / 2)] {
            let keep: Vec<u64> = (1..=size).filter(|seq| choice >> (seq - 1) & 1 == 1).collect();
            pool.bundles.push(log.bundle(&keep));
        }
        pool.logs.insert(log.tenant, log);
    }
    pool
});

/// One change. Places are shares of the length, so that they fit whatever came before.
#[derive(Debug, Clone)]
enum Change {
    FlipBit(f64, u8),
    Insert(f64, Vec<u8>),
    Remove(f64, usize),
    CutOff(f64),
    SwapLines(f64, f64),
    RemoveLine(f64),
    CopyLine(f64, f64),
    /// A line of another bundle, put in place of one here.
    ForeignLine(f64, usize, f64),
    /// The rest of another bundle.
    ForeignEnd(f64, usize, f64),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    let words = prop::sample::select(vec![
        "gap 1\n",
        "gap ",
        "after ",
        "\n",
        "\r",
        "\n\n",
        "{",
        "{}\n",
        "0",
        "9",
        "\"",
        " ",
        "\u{2014} ",
        "\u{0}",
        "A",
        "=",
    ]);
    let bytes = prop_oneof![
        words.prop_map(|word| word.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..12)
    ];
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::FlipBit(at, bit)),
        2 => (place(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        2 => (place(), 1..60_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => place().prop_map(Change::CutOff),
        2 => (place(), place()).prop_map(|(a, b)| Change::SwapLines(a, b)),
        2 => place().prop_map(Change::RemoveLine),
        2 => (place(), place()).prop_map(|(a, b)| Change::CopyLine(a, b)),
        2 => (place(), any::<usize>(), place()).prop_map(|(a, i, b)| Change::ForeignLine(a, i, b)),
        1 => (place(), any::<usize>(), place()).prop_map(|(a, i, b)| Change::ForeignEnd(a, i, b)),
    ]
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "any place will do"
)]
fn place(share: f64, length: usize) -> usize {
    (share * length as f64) as usize
}

fn line(lines: &[Vec<u8>], share: f64) -> usize {
    place(share, lines.len())
}

impl Change {
    fn apply(&self, bundle: &mut Vec<u8>) {
        let length = bundle.len();
        let split = |bundle: &[u8]| -> Vec<Vec<u8>> {
            bundle.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
        };
        let foreign = |index: &usize| &POOL.bundles[index % POOL.bundles.len()];
        let mut lines = split(bundle);
        if lines.is_empty() {
            return;
        }
        match self {
            Self::FlipBit(at, bit) => return bundle[place(*at, length)] ^= 1 << bit,
            Self::Insert(at, bytes) => {
                let at = place(*at, length);
                drop(bundle.splice(at..at, bytes.iter().copied()));
                return;
            }
            Self::Remove(at, count) => {
                let at = place(*at, length);
                drop(bundle.drain(at..length.min(at + count)));
                return;
            }
            Self::CutOff(at) => return bundle.truncate(place(*at, length)),
            Self::SwapLines(a, b) => {
                let (a, b) = (line(&lines, *a), line(&lines, *b));
                lines.swap(a, b);
            }
            Self::RemoveLine(at) => drop(lines.remove(line(&lines, *at))),
            Self::CopyLine(from, to) => {
                let copy = lines[line(&lines, *from)].clone();
                lines.insert(line(&lines, *to), copy);
            }
            Self::ForeignLine(at, index, from) => {
                let theirs = split(foreign(index).as_bytes());
                let at = line(&lines, *at);
                lines[at].clone_from(&theirs[line(&theirs, *from)]);
            }
            Self::ForeignEnd(at, index, from) => {
                let theirs = split(foreign(index).as_bytes());
                lines.truncate(line(&lines, *at));
                lines.extend_from_slice(&theirs[line(&theirs, *from)..]);
            }
        }
        *bundle = lines.concat();
    }
}

/// A bundle and what became of it, or bytes that begin as a bundle does.
pub(crate) fn bundle_bytes() -> impl Strategy<Value = Vec<u8>> {
    let changed =
        (any::<usize>(), prop::collection::vec(change(), 0..4)).prop_map(|(index, changes)| {
            let mut bundle = POOL.bundles[index % POOL.bundles.len()].clone().into_bytes();
            for change in &changes {
                change.apply(&mut bundle);
            }
            bundle
        });
    let anything = (any::<usize>(), 0..4_usize, prop::collection::vec(any::<u8>(), 0..400))
        .prop_map(|(index, lines, rest)| {
            let bundle = &POOL.bundles[index % POOL.bundles.len()];
            let begin: String = bundle.split_inclusive('\n').take(lines).collect();
            [begin.as_bytes(), &rest].concat()
        });
    prop_oneof![9 => changed, 1 => anything]
}

/// Whether a bundle verifies. If it does, every record must be the one of its tenant's log at its position.
pub(crate) fn verdict(bundle: &[u8]) -> bool {
    let mut records = Vec::new();
    let result = bundle::verify_records(bundle, &trusted(), &mut |_| (), &mut |seq, record| {
        records.push((seq, record.to_owned()));
        Ok(())
    });
    let Ok(report) = result else { return false };
    let header = &report.header;
    let log = &POOL.logs[&header.tenant_id];
    assert_eq!(*report.checkpoint.checkpoint(), log.checkpoint(log.size()));
    let seqs: Vec<u64> = records.iter().map(|(seq, _)| *seq).collect();
    let expected = bundle::Header {
        filter: header.filter.clone(),
        exported_at: header.exported_at,
        ..log.header(&seqs)
    };
    assert_eq!(*header, expected);
    for (seq, record) in &records {
        assert_eq!(*record, log.records[usize::try_from(*seq).unwrap() - 1]);
    }
    true
}

/// As many as `AF_TEST_CASES` says.
fn cases() -> u32 {
    std::env::var("AF_TEST_CASES").map_or(4_000, |text| text.parse().unwrap())
}

#[test]
fn a_bundle_changed_at_random_never_panics_and_never_says_what_is_not_so() {
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let seen = std::cell::Cell::new((0_u32, 0_u32));
    TestRunner::new(config)
        .run(&bundle_bytes(), |bundle| {
            let (all, proved) = seen.get();
            seen.set((all + 1, proved + u32::from(verdict(&bundle))));
            Ok(())
        })
        .unwrap();
    let (all, proved) = seen.get();
    println!("{proved} of {all} verified");
    assert!(proved > all / 20 && proved < all / 2, "{proved} of {all} verified");
}
