//! Claiming and completing, ours against job queues that people use with PostgreSQL, on one server.

use std::{
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use serde_json::Value;
use tokio_postgres::NoTls;

use super::{
    npm,
    table::{Table, median},
};
use crate::{Error, root};

/// As the benchmarks of the library have them: everything else is PostgreSQL's default, so commits reach the disk.
const SETTINGS: [(&str, &str); 4] = [
    ("shared_buffers", "512MB"),
    ("max_wal_size", "4GB"),
    ("min_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
];

const NOTES: &str = "\
Each step does nothing. What is there from the start is added before the clock starts; each contestant has a database of its own on
one server with fsync on, vacuumed and analyzed. The others run in one process and in two, and the better figure counts; ours is one
process with two workers.
What is done for each step:
  AgentFlow        run and step claimed, begun, finished with an output, each in its own row under row-level security and fenced
                   by the number of the claim; the end of the run is appended to a hash chain in the same transaction
  graphile-worker  a row locked and deleted; local queue of 500, completion in batches, 24 jobs at a time
  pg-boss          a row marked active and completed; batches of 500, two loops of fetch and complete
No step of three begins before the one before it is committed. How the next one follows:
  AgentFlow        its row is there from the start, so it is not added within the clock; the end of a step and the begin of the
                   next are one transaction, and whoever claimed the run goes on with it, so it is claimed once
  graphile-worker  each task adds the next job and waits for that, 200 at a time, those of one moment in one call. Not atomic with
                   completing, which it does after the task: a process lost in between does the step again, and adds its
                   successor twice
  pg-boss          a batch is completed and the next jobs are inserted in one transaction, by the db option of both: atomic";

#[derive(Clone, Copy, PartialEq)]
enum Contestant {
    Ours,
    /// By a program, in so many processes.
    Other(&'static str, usize),
}

/// What is to be done.
#[derive(Clone, Copy)]
struct Work {
    title: &'static str,
    /// How many follow each other, each begun when the one before it is recorded.
    steps: u32,
}

impl Work {
    fn size(self, chains: u32) -> String {
        if self.steps == 1 { format!("{chains} jobs") } else { format!("{chains} runs") }
    }
}

/// Compares; with `quick` smaller and once instead of three times.
pub(crate) async fn compare(quick: bool) -> Result<(), Error> {
    let run = move || -> Result<(), Error> {
        let folder = npm::install()?;
        let bench = build()?;
        let installation = Installation::find_or_provision(&mut |line| eprintln!("{line}"))?;
        let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let options = EphemeralOptions { durable: true, settings };
        let server = Ephemeral::start(&installation, &options)?;
        let arena = Arena { folder, bench, server, runtime: tokio::runtime::Handle::current() };
        let (sizes, rounds): (&[u32], _) =
            if quick { (&[1_000, 5_000, 20_000], 1) } else { (&[5_000, 20_000, 100_000], 3) };
        let single = Work { title: "claimed and completed per second", steps: 1 };
        let chained = Work { title: "steps of runs of three, per second", steps: 3 };
        for work in [single, chained] {
            arena.compare(work, sizes, rounds)?.print();
            println!();
        }
        println!("{NOTES}");
        Ok(arena.server.stop()?)
    };
    tokio::task::spawn_blocking(run).await?
}

/// Builds our benchmark, so that no clock runs meanwhile; gives its path.
fn build() -> Result<PathBuf, Error> {
    eprintln!("building our benchmark");
    let mut cargo = Command::new("cargo");
    cargo.args(["bench", "--quiet", "--package", "agentflow", "--bench", "runs", "--no-run"]);
    cargo.args(["--message-format", "json"]).current_dir(root());
    let told = npm::succeeded("cargo bench", &cargo.output()?)?;
    let executable = told.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let ours = message["target"]["name"] == "runs" && message["target"]["kind"][0] == "bench";
        ours.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    });
    executable.ok_or_else(|| "cargo did not say where the benchmark is".into())
}

struct Arena {
    folder: PathBuf,
    bench: PathBuf,
    server: Ephemeral,
    runtime: tokio::runtime::Handle,
}

impl Arena {
    fn compare(&self, work: Work, sizes: &[u32], rounds: usize) -> Result<Table, Error> {
        const ALL: [(&str, &[Contestant]); 3] = [
            ("AgentFlow", &[Contestant::Ours]),
            (
                "graphile-worker",
                &[
                    Contestant::Other("graphile-worker.mjs", 1),
                    Contestant::Other("graphile-worker.mjs", 2),
                ],
            ),
            (
                "pg-boss",
                &[Contestant::Other("pg-boss.mjs", 1), Contestant::Other("pg-boss.mjs", 2)],
            ),
        ];
        // In turn, so that a busy minute hits all of them.
        let mut rates = vec![vec![vec![Vec::new(); 2]; sizes.len()]; ALL.len()];
        for round in 0..rounds {
            for (column, chains) in sizes.iter().enumerate() {
                for (row, (name, ways)) in ALL.iter().enumerate() {
                    for (way, contestant) in ways.iter().enumerate() {
                        let rate = self.rate(*contestant, work, *chains)?;
                        let size = work.size(*chains);
                        eprintln!("round {}: {name}, {size}: {rate:.0}/s", round + 1);
                        rates[row][column][way].push(rate);
                    }
                }
            }
        }
        let mut table =
            Table::new(work.title, sizes.iter().map(|chains| work.size(*chains)).collect());
        for ((name, _), by_size) in ALL.iter().zip(rates) {
            let best = |ways: Vec<Vec<f64>>| ways.into_iter().map(median).fold(f64::NAN, f64::max);
            table.add(name, by_size.into_iter().map(best).collect());
        }
        Ok(table)
    }

    /// Steps per second.
    fn rate(&self, contestant: Contestant, work: Work, chains: u32) -> Result<f64, Error> {
        self.sql("postgres", &["DROP DATABASE IF EXISTS contest", "CREATE DATABASE contest"])?;
        let url = self.server.url("contest");
        let (count, steps) = (chains.to_string(), work.steps.to_string());
        let all = chains * work.steps;
        match contestant {
            Contestant::Ours => {
                let mut bench = Command::new(&self.bench);
                bench.args(["--at", &url, "--runs", &count, "--steps", &steps]);
                let told = npm::succeeded("our benchmark", &bench.output()?)?;
                let result = last_line(&told)?;
                let seconds = result["seconds"].as_f64().unwrap_or(f64::NAN);
                all_done(all, result["steps"].as_u64())?;
                Ok(f64::from(all) / seconds)
            }
            Contestant::Other(program, processes) => {
                npm::run(&self.folder, program, &["fill", &url, &count, &steps])?;
                self.sql("contest", &["VACUUM ANALYZE", "CHECKPOINT"])?;
                self.drain(program, processes, &["drain", &url, &count, &steps], all)
            }
        }
    }

    /// From the beginning of the first process to the end of the last.
    fn drain(
        &self,
        program: &str,
        processes: usize,
        arguments: &[&str],
        all: u32,
    ) -> Result<f64, Error> {
        let drain = || drained(&self.folder, program, arguments);
        let results = thread::scope(|scope| {
            let running: Vec<_> = (0..processes).map(|_| scope.spawn(drain)).collect();
            let ended = running.into_iter().map(|it| it.join().map_err(|_| "a thread panicked")?);
            ended.collect::<Result<Vec<_>, Error>>()
        })?;
        let began = results.iter().map(|it| it.began).fold(f64::NAN, f64::min);
        let ended = results.iter().map(|it| it.ended).fold(f64::NAN, f64::max);
        all_done(all, Some(results.iter().map(|it| it.steps).sum()))?;
        Ok(f64::from(all) * 1e3 / (ended - began))
    }

    fn sql(&self, database: &str, statements: &[&str]) -> Result<(), Error> {
        let url = self.server.url(database);
        self.runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            let connection = tokio::spawn(connection);
            for statement in statements {
                client.batch_execute(statement).await?;
            }
            drop(client);
            Ok(connection.await??)
        })
    }
}

/// What a process did, and when, in milliseconds.
struct Drained {
    began: f64,
    ended: f64,
    steps: u64,
}

fn drained(folder: &Path, program: &str, arguments: &[&str]) -> Result<Drained, Error> {
    let result = last_line(&npm::run(folder, program, arguments)?)?;
    let number = |name: &str| result[name].as_f64().unwrap_or(f64::NAN);
    let steps = result["steps"].as_u64().unwrap_or(0);
    Ok(Drained { began: number("began"), ended: number("ended"), steps })
}

fn last_line(told: &str) -> Result<Value, Error> {
    Ok(serde_json::from_str(told.lines().last().unwrap_or_default())?)
}

/// A figure counts only if everything was done.
fn all_done(steps: u32, done: Option<u64>) -> Result<(), Error> {
    if done == Some(u64::from(steps)) {
        return Ok(());
    }
    Err(format!("{} of {steps} steps were done", done.unwrap_or(0)).into())
}
