//! Writing and verifying bundles of records of 360 bytes, on one core. Target: 2,000,000 entries a second verified.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

#[path = "../../agentflow/benches/support/record.rs"]
mod figures;

use std::{
    fs::File,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    time::Instant,
};

use agentflow_core::{
    audit::{Checkpoint, TrustedKeys, bundle, genesis_hash, link_hash, tenant_origin},
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
    note::SigningKey,
    random::Generator,
};

const TENANT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const RECORD_BYTES: usize = 360;

/// Exactly 360 bytes, no two alike.
fn record(seq: u64) -> String {
    let head = format!(
        r#"{{"action":"workflow.step_completed","actor_id":"agent-{:04}","actor_type":"agent","details":{{"note":""#,
        seq % 1000
    );
    let tail = format!(
        r#"","step":{}}},"id":"01890a5d-ac96-774b-bcce-{seq:012x}","occurred_at":"2026-11-21T04:41:00.000000Z","resource_id":"run-7","resource_type":"run","source":"api","status":"success"}}"#,
        seq % 10
    );
    format!("{head}{}{tail}", "x".repeat(RECORD_BYTES - head.len() - tail.len()))
}

/// Which entries a bundle holds.
#[derive(Clone, Copy)]
struct Shape {
    entries: u64,
    /// Of so many entries, the last one is left out. 0: none is.
    left_out_of: u64,
}

impl Shape {
    fn leaves_out(self, seq: u64) -> bool {
        self.left_out_of > 0 && seq.is_multiple_of(self.left_out_of)
    }

    /// The last entry of a shape with gaps is left out, and the first is not.
    fn header(self) -> bundle::Header {
        let left_out = self.entries.checked_div(self.left_out_of).unwrap_or(0);
        bundle::Header {
            tenant_id: TENANT.parse().unwrap(),
            size: self.entries,
            count: self.entries - left_out,
            first_seq: 1,
            last_seq: self.entries - u64::from(left_out > 0),
            left_out,
            filter: None,
            exported_at: "2026-11-21T04:41:00Z".parse().unwrap(),
        }
    }
}

/// Writes the bundle, and gives the seconds that the writer took.
fn write(path: &Path, shape: Shape, key: &SigningKey) -> f64 {
    let tenant: TenantId = TENANT.parse().unwrap();
    let mut writer = bundle::Writer::new(File::create(path).unwrap(), shape.header()).unwrap();
    let (mut log, mut hash) = (CompactRange::new(), genesis_hash(tenant));
    let mut busy = 0.0;
    let mut batch = Vec::with_capacity(1000);
    for first in (1..=shape.entries).step_by(1000) {
        batch.clear();
        for seq in first..(first + 1000).min(shape.entries + 1) {
            let record = record(seq);
            hash = link_hash(&hash, &record);
            log.push(leaf_hash(hash.as_bytes()));
            batch.push((seq, record, hash));
        }
        let began = Instant::now();
        for (seq, record, hash) in &batch {
            if shape.leaves_out(*seq) {
                writer.gap(&one_left_out(*seq, *hash), next(shape, *seq, *hash)).unwrap();
            } else {
                writer.record(record).unwrap();
            }
        }
        busy += began.elapsed().as_secs_f64();
    }
    let origin = tenant_origin(key.verifying_key().name(), tenant).unwrap();
    let checkpoint = Checkpoint { origin, size: shape.entries, root: log.root().unwrap() };
    writer.finish(&checkpoint.sign(key).unwrap()).unwrap();
    busy
}

fn one_left_out(seq: u64, hash: Sha256) -> CompactRange {
    let mut range = CompactRange::starting_at(seq - 1);
    range.push(leaf_hash(hash.as_bytes()));
    range
}

fn next(shape: Shape, seq: u64, hash: Sha256) -> Option<Sha256> {
    (seq < shape.entries).then_some(hash)
}

fn seconds(bundle: impl Read, keys: &TrustedKeys) -> f64 {
    let began = Instant::now();
    bundle::verify(bundle, keys, &mut |_| ()).unwrap();
    began.elapsed().as_secs_f64()
}

/// The most memory this process ever had, in MiB, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? / 1024)
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 3 } else { 9 };
    let key = SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(1));
    let keys = TrustedKeys::new([key.verifying_key().clone()]);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench.bundle");
    assert_eq!(record(5_000_000).len(), RECORD_BYTES);
    println!("records of {RECORD_BYTES} bytes; entries a second on one core");
    println!(
        "{:>10} {:>10} {:>12} {:>26} {:>14}",
        "entries", "left out", "write", "verify (slowest, fastest)", "peak memory"
    );
    figures::title("bundle, written and verified on one core");
    let sizes: &[u64] =
        if quick { &[10_000, 100_000] } else { &[10_000, 100_000, 1_000_000, 5_000_000] };
    for entries in sizes {
        for left_out_of in [0, 10] {
            let shape = Shape { entries: *entries, left_out_of };
            let count = shape.header().count as f64;
            let writing = count / write(&path, shape, &key);
            let mut rates: Vec<f64> =
                (0..rounds).map(|_| count / seconds(File::open(&path).unwrap(), &keys)).collect();
            rates.sort_by(f64::total_cmp);
            let (slowest, fastest) = (rates[0], rates[rounds - 1]);
            let rest = if left_out_of == 0 { "" } else { ", one in ten left out" };
            let name = format!("verify {entries} entries{rest}");
            let median = rates[rounds / 2];
            figures::measured(&name, [median, slowest, fastest], "entries/s");
            if left_out_of == 0 {
                figures::judged(&name, median, 2e6, true, median >= 2e6);
            }
            let peak = peak_mib().map_or("unknown".to_owned(), |mib| format!("{mib} MiB"));
            println!(
                "{entries:>10} {:>10} {writing:>12.0} {slowest:>13.0} {fastest:>12.0} {peak:>14}",
                shape.header().left_out
            );
        }
    }
    std::fs::remove_file(&path).unwrap();
    from_memory(&key, &keys, rounds, &path);
}

/// The same without a file, so that nothing but the work is measured.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn from_memory(key: &SigningKey, keys: &TrustedKeys, rounds: usize, path: &Path) {
    let shape = Shape { entries: 100_000, left_out_of: 0 };
    write(path, shape, key);
    let bytes = std::fs::read(path).unwrap();
    std::fs::remove_file(path).unwrap();
    let fastest =
        (0..rounds * 3).map(|_| seconds(Cursor::new(&bytes), keys)).fold(f64::MAX, f64::min);
    println!("100000 entries in memory: {:.0} a second at best", shape.entries as f64 / fastest);
}
