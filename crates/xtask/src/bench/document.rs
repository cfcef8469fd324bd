//! The part of docs/performance.md that is written by a run.

use std::{fmt::Write, fs, path::Path};

use super::{
    figures::{Figures, Kind},
    plot::Plot,
    suite::shown,
};
use crate::Error;

const BEGIN: &str = "<!-- written by `cargo xtask bench`; begin -->";
const END: &str = "<!-- written by `cargo xtask bench`; end -->";

/// Replaces what stands between the marks.
pub(super) fn write(path: &Path, all: &[Figures], plots: &[Plot]) -> Result<(), Error> {
    let text = fs::read_to_string(path)?;
    fs::write(path, replaced(&text, &part(all, plots)?)?)?;
    Ok(())
}

fn replaced(text: &str, part: &str) -> Result<String, Error> {
    let missing = || format!("the document has no marks `{BEGIN}` and `{END}`");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n\n{part}\n{END}{after}"))
}

fn part(all: &[Figures], plots: &[Plot]) -> Result<String, Error> {
    let mut text = String::new();
    writeln!(text, "{}.", machine())?;
    for figures in all {
        let Figures { bench, quick, took, load, date, lines } = figures;
        let size = if *quick { " (`--quick`)" } else { "" };
        let load = load.map_or(String::new(), |load| format!(", load {load:.1}"));
        writeln!(text, "\n### {bench}\n\n{date}{size}, {}{load}.\n", shown(*took))?;
        writeln!(text, "| | | median | low | high | target |\n|---|---|---:|---:|---:|---|")?;
        for line in lines {
            let (title, name) = (cell(&line.title), cell(line.name.trim()));
            match &line.kind {
                Kind::Measured { unit, median, low, high } => {
                    let [median, low, high] = [median, low, high].map(|it| number(*it));
                    writeln!(text, "| {title} | {name}, {unit} | {median} | {low} | {high} | |")?;
                }
                Kind::Judged { value, sign, target, met } => {
                    let verdict = if *met { "met" } else { "**missed**" };
                    let (value, target) = (number(*value), number(*target));
                    writeln!(
                        text,
                        "| {title} | {name} | {value} | | | {sign} {target}: {verdict} |"
                    )?;
                }
            }
        }
        for plot in plots.iter().filter(|plot| plot.bench == *bench) {
            let Plot { file, unit, .. } = plot;
            writeln!(text, "\n![{bench} by size, {unit}](performance/{file})")?;
        }
    }
    Ok(text)
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
        Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = model.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{cores} cores, {model}, {}; fsync on", std::env::consts::OS)
}

fn number(value: f64) -> String {
    if value.abs() < 1_000.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::figures::Line;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let once = replaced(&text, "new\n").unwrap();
        assert_eq!(once, format!("a\n{BEGIN}\n\nnew\n\n{END}\nb\n"));
        assert_eq!(replaced(&once, "new\n").unwrap(), once);
        assert!(replaced("a", "new").is_err());
    }

    #[test]
    fn what_misses_its_target_is_seen() {
        let kind =
            Kind::Judged { value: 12_345.6, sign: "≥".to_owned(), target: 20_000.0, met: false };
        let line = Line { title: "a|b".to_owned(), name: "  against".to_owned(), kind };
        let mut figures = Figures::new("audit", true, Duration::from_secs(61), vec![line]).unwrap();
        (figures.load, figures.date) = (Some(1.25), "2026-01-05".to_owned());
        let plot = |bench: &str| Plot {
            file: format!("{bench}-ms.svg"),
            bench: bench.to_owned(),
            unit: "ms".to_owned(),
        };
        let part = part(&[figures], &[plot("audit"), plot("other")]).unwrap();
        assert!(
            part.contains("### audit\n\n2026-01-05 (`--quick`), 1 min 1 s, load 1.2.\n"),
            "{part}"
        );
        assert!(part.contains("| a\\|b | against | 12,346 | | | ≥ 20,000: **missed** |"), "{part}");
        assert!(
            part.contains("(performance/audit-ms.svg)") && !part.contains("other-ms.svg"),
            "{part}"
        );
    }
}
