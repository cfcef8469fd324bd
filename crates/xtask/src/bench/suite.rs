//! Every benchmark of the repository, one after the other.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use super::{
    criterion, document,
    figures::{self, Figures},
    plot,
};
use crate::{Error, root};

/// How a benchmark tells its figures.
#[derive(Clone, Copy, PartialEq)]
enum Teller {
    /// It writes them into the file that `AF_BENCH_RECORD` names.
    Record,
    /// Criterion keeps them in its folder.
    Criterion,
}

/// A benchmark: its package, its name, how it tells what it measured.
const SUITE: [(&str, &str, Teller); 14] = [
    ("agentflow", "scope", Teller::Record),
    ("agentflow", "identity", Teller::Record),
    ("agentflow", "messages", Teller::Record),
    ("agentflow", "audit", Teller::Record),
    ("agentflow", "migrations", Teller::Record),
    ("agentflow", "runs", Teller::Record),
    ("agentflow", "metering", Teller::Record),
    ("agentflow", "memory", Teller::Record),
    ("agentflow-backup", "backup", Teller::Record),
    ("agentflow-core", "bundle", Teller::Record),
    ("agentflow-core", "canonical", Teller::Record),
    ("agentflow-core", "envelope", Teller::Criterion),
    ("agentflow-core", "policy", Teller::Record),
    ("agentflow-core", "rules", Teller::Criterion),
];

/// How much of a benchmark is run.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Size {
    /// Smaller and shorter.
    Quick,
    Usual,
    /// The largest sizes, where a benchmark has some that are left out usually.
    Full,
}

impl Size {
    /// What tells a benchmark. Criterion knows nothing larger than the usual, and refuses what it does not know.
    fn flag(self, teller: Teller) -> Option<&'static str> {
        match (self, teller) {
            (Self::Quick, _) => Some("--quick"),
            (Self::Full, Teller::Record) => Some("--full"),
            (Self::Full, Teller::Criterion) | (Self::Usual, _) => None,
        }
    }
}

/// Runs the benchmarks, and writes what they measured into docs/performance.md, with plots and the figures beside it. `only`
/// these, and what others measured earlier stays; all if it is empty. A benchmark that fails ends it; what was measured before is
/// written.
pub(crate) fn run(size: Size, only: &[String]) -> Result<(), Error> {
    let chosen = chosen(only)?;
    let folder = folder();
    fs::create_dir_all(&folder)?;
    let count = chosen.len();
    let mut failure = None;
    for (number, (package, bench, teller)) in (1..).zip(chosen) {
        eprintln!("\n[{number}/{count}] {package}: {bench}");
        let began = Instant::now();
        let flag = size.flag(teller);
        let told = match measure(package, bench, teller, flag) {
            Ok(lines) => {
                let path = folder.join(format!("{bench}.json"));
                Figures::new(bench, flag, began.elapsed(), lines)
                    .and_then(|figures| figures.store(&path))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            failure = Some(error);
            break;
        }
    }
    render()?;
    failure.map_or(Ok(()), Err)
}

/// Writes the page and the plots from what was measured last.
pub(crate) fn render() -> Result<(), Error> {
    let all = kept();
    let plots = plot::draw(&all, &folder())?;
    document::write(&root().join("docs/performance.md"), &all, &plots)
}

/// Where figures and plots are.
fn folder() -> PathBuf {
    root().join("docs/performance")
}

/// What each benchmark measured last.
fn kept() -> Vec<Figures> {
    let load = |bench: &str| Figures::load(&folder().join(format!("{bench}.json")));
    SUITE.iter().filter_map(|(_, bench, _)| load(bench)).collect()
}

fn chosen(only: &[String]) -> Result<Vec<(&'static str, &'static str, Teller)>, Error> {
    for name in only {
        if !SUITE.iter().any(|(_, bench, _)| bench == name) {
            let names: Vec<_> = SUITE.iter().map(|(_, bench, _)| *bench).collect();
            let reason = format!("there is no benchmark `{name}`; there are {}", names.join(", "));
            return Err(reason.into());
        }
    }
    let is_chosen = |bench: &str| only.is_empty() || only.iter().any(|name| name == bench);
    Ok(SUITE.into_iter().filter(|(_, bench, _)| is_chosen(bench)).collect())
}

/// What a benchmark measured. What it prints goes to the terminal.
fn measure(
    package: &str,
    bench: &str,
    teller: Teller,
    flag: Option<&str>,
) -> Result<Vec<figures::Line>, Error> {
    let record = tempfile::NamedTempFile::new()?;
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["bench", "--locked", "-p", package, "--bench", bench]);
    command.env("AF_BENCH_RECORD", record.path());
    if let Some(flag) = flag {
        command.args(["--", flag]);
    }
    let since = criterion::now();
    let status = command.status()?;
    if !status.success() {
        return Err(format!("the benchmark {bench} of {package} failed ({status})").into());
    }
    match teller {
        Teller::Record => figures::read(&fs::read_to_string(record.path())?),
        Teller::Criterion => criterion::read(&target().join("criterion"), since),
    }
}

/// Where cargo builds, and criterion keeps what it measured.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// In minutes and seconds.
pub(super) fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_what_every_benchmark_measured_last() {
        let all = kept();
        assert_eq!(all.len(), SUITE.len());
        let plots = plot::draw(&all, tempfile::tempdir().unwrap().path()).unwrap();
        let page = fs::read_to_string(root().join("docs/performance.md")).unwrap();
        assert_eq!(document::renewed(&page, &all, &plots).unwrap(), page);
        for plot in plots {
            assert!(folder().join(&plot.file).exists(), "{}", plot.file);
        }
    }
}
