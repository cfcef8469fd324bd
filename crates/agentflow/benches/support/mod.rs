//! What the benchmarks share: a durable server, samples, a table.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "each benchmark uses a part of this"
)]

pub mod proxy;
pub mod record;

use std::time::{Duration, Instant};

use agentflow::{
    Admin, Config, NewTenant, Store, Tenant,
    audit::Actor,
    migrate::{Options, Target},
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use tokio_postgres::{Client, NoTls};

/// What a server of this size would be given; everything else is PostgreSQL's default, so fsync and
/// synchronous_commit are on. The log segments are kept from the start, as on a server that has run for a day.
const SETTINGS: [(&str, &str); 4] = [
    ("shared_buffers", "512MB"),
    ("max_wal_size", "4GB"),
    ("min_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
];

/// Whether a flag such as `quick` was given.
pub fn flag(name: &str) -> bool {
    std::env::args().any(|argument| argument.strip_prefix("--") == Some(name))
}

/// A server whose commits reach the disk.
pub fn server() -> Ephemeral {
    let installation = Installation::find_or_provision(&mut |step| eprintln!("{step}")).unwrap();
    let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let server = Ephemeral::start(&installation, &EphemeralOptions { durable: true, settings });
    println!(
        "PostgreSQL with fsync on; {}",
        SETTINGS.map(|(name, value)| format!("{name}={value}")).join(", ")
    );
    server.unwrap()
}

pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub async fn migrate(url: &str) {
    let migrator = Admin::migrator(Options::default()).unwrap();
    migrator.up(&mut connect(url).await, Target::All).await.unwrap();
}

pub fn store(url: &str) -> Store {
    Store::connect(Config::from_url(&format!("{url}?sslmode=disable")).unwrap()).unwrap()
}

pub async fn new_tenant(store: &Store, name: &str) -> Tenant {
    let admin = store.admin();
    let created = admin.tenants().create(NewTenant::named(name), &Actor::system()).await.unwrap();
    store.tenant(created.id)
}

/// Repeated measurements of one thing.
#[derive(Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn add(&mut self, sample: f64) {
        self.0.push(sample);
    }

    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small index"
        )]
        let index = (last as f64 * share).round() as usize;
        sorted.get(index).copied().unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

/// Seconds that a piece of work took.
pub async fn seconds(work: impl Future<Output = ()>) -> f64 {
    let began = Instant::now();
    work.await;
    began.elapsed().as_secs_f64()
}

pub fn header(title: &str) {
    record::title(title);
    println!("\n{title}");
    println!("{:<56} {:>12} {:>12} {:>12}  unit", "", "median", "p10", "p90");
}

pub fn line(name: &str, samples: &Samples, unit: &str) {
    let figures = [0.5, 0.1, 0.9].map(|share| samples.quantile(share));
    record::measured(name, figures, unit);
    let [median, low, high] = figures.map(number);
    println!("{name:<56} {median:>12} {low:>12} {high:>12}  {unit}");
}

/// The ratio of two medians, and whether it meets its target.
pub fn ratio(name: &str, ours: &Samples, theirs: &Samples, at_most: f64) {
    let ratio = ours.median() / theirs.median();
    let verdict = if ratio <= at_most { "met" } else { "MISSED" };
    record::judged(name, ratio, at_most, false, ratio <= at_most);
    println!("{name:<56} {ratio:>12.2}  target <= {at_most}: {verdict}");
}

/// A rate or a time against its target.
pub fn goal(name: &str, measured: f64, target: f64, more_is_better: bool) {
    let met = if more_is_better { measured >= target } else { measured <= target };
    let (sign, verdict) =
        (if more_is_better { ">=" } else { "<=" }, if met { "met" } else { "MISSED" });
    record::judged(name, measured, target, more_is_better, met);
    println!("{name:<56} {:>12}  target {sign} {}: {verdict}", number(measured), number(target));
}

fn number(value: f64) -> String {
    if value.abs() < 1_000.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// The most memory this process ever had resident, in MB.
pub fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// How busy the machine was; figures of a busy one say little.
pub fn print_load() {
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        println!("load average: {}", load.trim());
    }
}

pub fn half_a_millisecond() -> Duration {
    Duration::from_micros(500)
}
