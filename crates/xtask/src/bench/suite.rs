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

/// Those that have larger sizes than the usual.
const LARGER: [&str; 4] = ["audit", "metering", "memory", "backup"];

/// How much of a benchmark is run.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Size {
    /// Smaller and shorter.
    Quick,
    Usual,
    /// The largest sizes, of benchmarks that leave some out usually.
    Full,
}

impl Size {
    /// What tells a benchmark.
    fn flag(self, bench: &str) -> Option<&'static str> {
        match self {
            Self::Quick => Some("--quick"),
            Self::Full => LARGER.contains(&bench).then_some("--full"),
            Self::Usual => None,
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
        let flag = size.flag(bench);
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
    let rendered = render();
    failure.map_or(rendered, Err)
}

/// Writes the page and the plots from what was measured last.
pub(crate) fn render() -> Result<(), Error> {
    let all = kept()?;
    let plots = plot::draw(&all)?;
    document::write(&root().join("docs/performance.md"), &all, &plots)?;
    plot::store(&plots, &folder())
}

/// Where figures and plots are.
fn folder() -> PathBuf {
    root().join("docs/performance")
}

/// What each benchmark measured last, of those that ever ran.
fn kept() -> Result<Vec<Figures>, Error> {
    let load = |bench: &str| Figures::load(&folder().join(format!("{bench}.json")));
    SUITE.iter().filter_map(|(_, bench, _)| load(bench).transpose()).collect()
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_page_shows_what_every_benchmark_measured_last() {
        let all = kept().unwrap();
        assert_eq!(all.len(), SUITE.len());
        let plots = plot::draw(&all).unwrap();
        let page = fs::read_to_string(root().join("docs/performance.md")).unwrap();
        let is_new = document::renewed(&page, &all, &plots).unwrap() == page;
        assert!(is_new, "docs/performance.md is not of its figures: cargo xtask bench --render");
        let drawn: BTreeSet<_> = plots.iter().map(|plot| plot.file.clone()).collect();
        let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
        let there = paths.filter(|path| path.extension().is_some_and(|it| it == "svg"));
        let there = there.map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        assert_eq!(there.collect::<BTreeSet<_>>(), drawn);
    }
}
