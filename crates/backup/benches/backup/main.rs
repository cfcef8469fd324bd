//! Backups and restores of the baseline dataset against bare `pg_dump` and `pg_restore` with the same jobs and compression; and one tenant
//! exported and imported.
//!
//! ```sh
//! cargo bench -p agentflow-backup                # a tenth of the dataset, and the tenant at three sizes
//! cargo bench -p agentflow-backup -- --tenant    # the tenant only
//! cargo bench -p agentflow-backup -- --full      # all of it: 1,000,000 audit entries, 50,000 memories of 1,536 dimensions
//! ```
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    clippy::cast_precision_loss,
    clippy::similar_names,
    reason = "a benchmark, not an interface"
)]

mod baseline;
#[path = "../../../agentflow/benches/support/mod.rs"]
mod support;
mod tenant;

use std::{path::Path, process::Command, time::Instant};

use agentflow::Config;
use agentflow_backup::{
    BackupStore, Compression, CreateOptions, Created, Programs, RestoreOptions, Trust, create,
    restore,
};
use agentflow_postgres::{ClientPrograms, Ephemeral};
use baseline::Size;
use support::{Samples, flag, goal, header, line, ratio};

const JOBS: usize = 2;
const ROUNDS: usize = 3;

struct Place {
    server: Ephemeral,
    programs: Programs,
    compression: Compression,
    folder: tempfile::TempDir,
}

impl Place {
    fn url(&self, database: &str) -> String {
        format!("{}?sslmode=disable", self.server.url(database))
    }

    fn config(&self, database: &str) -> Config {
        Config::from_url(&self.url(database)).unwrap()
    }

    fn store(&self) -> BackupStore {
        let folder = self.folder.path().join("backups");
        BackupStore::open(&folder.to_str().unwrap().parse().unwrap()).unwrap()
    }

    /// One of PostgreSQL's programs, as an administrator would run it.
    fn bare(&self, program: &str, arguments: &[&str]) -> f64 {
        let began = Instant::now();
        let done = Command::new(self.programs.program(program))
            .args(arguments)
            .env("PGPASSWORD", self.server.password())
            .status();
        assert!(done.unwrap().success(), "{program} failed");
        began.elapsed().as_secs_f64()
    }

    fn bare_dump(&self, to: &Path) -> f64 {
        let (url, jobs) = (self.url("baseline"), format!("--jobs={JOBS}"));
        let compress = format!("--compress={}", self.compression);
        let to = to.to_str().unwrap();
        self.bare("pg_dump", &["-Fd", &jobs, &compress, "--file", to, "--dbname", &url])
    }

    async fn bare_restore(&self, from: &Path) -> f64 {
        let admin = support::connect(&self.server.url("postgres")).await;
        admin.batch_execute("CREATE DATABASE bare TEMPLATE template0").await.unwrap();
        let (url, jobs) = (self.url("bare"), format!("--jobs={JOBS}"));
        let took = self.bare(
            "pg_restore",
            &[&jobs, "--exit-on-error", "--dbname", &url, from.to_str().unwrap()],
        );
        admin.batch_execute("DROP DATABASE bare").await.unwrap();
        took
    }

    async fn ours(&self) -> (Created, f64) {
        let options = CreateOptions { jobs: JOBS, ..CreateOptions::default() };
        let began = Instant::now();
        let (config, store) = (self.config("baseline"), self.store());
        let created = create(&config, &store, &self.programs, &options, &|_| ()).await.unwrap();
        (created, began.elapsed().as_secs_f64())
    }

    /// With everything that is checked before and after.
    async fn our_restore(&self, created: &Created) -> (Vec<(String, f64)>, f64) {
        let options = RestoreOptions {
            into: Some("ours".to_owned()),
            jobs: JOBS,
            ..RestoreOptions::new(Trust::Unsigned)
        };
        let began = Instant::now();
        let (config, store) = (self.config("baseline"), self.store());
        let id = &created.manifest.id;
        let report = restore(&config, &store, &self.programs, id, &options, &|_| ()).await.unwrap();
        let took = began.elapsed().as_secs_f64();
        let admin = support::connect(&self.server.url("postgres")).await;
        admin.batch_execute("DROP DATABASE ours").await.unwrap();
        let phases = report.phases.iter();
        (phases.map(|it| (it.name.to_owned(), it.milliseconds as f64 / 1e3)).collect(), took)
    }
}

async fn whole(place: &Place, size: Size) {
    header(&format!(
        "{} tenants, {} audit entries, {} messages, {} memories; {JOBS} jobs, {}",
        size.tenants, size.audits, size.messages, size.memories, place.compression
    ));
    let [mut dumps, mut made, mut loads, mut restores, mut round_trips] =
        [(); 5].map(|()| Samples::default());
    let mut phases = Vec::new();
    for round in 0..ROUNDS {
        let bare = place.folder.path().join(format!("bare-{round}"));
        dumps.add(place.bare_dump(&bare));
        loads.add(place.bare_restore(&bare).await);
        let (backup, took) = place.ours().await;
        let (by_phase, restored) = place.our_restore(&backup).await;
        phases = by_phase;
        made.add(took);
        restores.add(restored);
        round_trips.add(took + restored);
    }
    line("bare pg_dump", &dumps, "s");
    line("backup", &made, "s");
    ratio("  against it", &made, &dumps, 1.2);
    line("bare pg_restore", &loads, "s");
    line("restore, verified before and checked after", &restores, "s");
    ratio("  against it", &restores, &loads, 1.2);
    line("round trip", &round_trips, "s");
    goal("  in seconds", round_trips.median(), 300.0, false);
    for (phase, seconds) in phases {
        println!("  {phase:<54} {seconds:>12.2}  s of the last restore");
    }
}

#[tokio::main]
async fn main() {
    let server = support::server();
    let admin = support::connect(&server.url("postgres")).await;
    admin.batch_execute("CREATE DATABASE baseline").await.unwrap();
    let url = server.url("baseline");
    support::migrate(&url).await;
    let store = support::store(&url);
    let client = support::connect(&url).await;
    let size = if flag("full") { Size::BASELINE } else { Size::BASELINE.part(10) };
    if flag("tenant") {
        tenant::moves(&store, &client).await;
        return support::print_load();
    }
    println!("planting");
    baseline::plant(&store, &client, size).await;
    let major =
        agentflow_postgres::Installation::find_or_provision(&mut |_| ()).unwrap().version.major;
    let found = ClientPrograms::find(major).unwrap();
    let programs = Programs::new(&found.bin_dir, found.version.major, found.version.to_string());
    let compression = programs.default_compression().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = Place { server, programs, compression, folder };
    Box::pin(whole(&place, size)).await;
    tenant::moves(&store, &client).await;
    support::print_load();
}
