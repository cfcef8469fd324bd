//! The part of docs/performance.md that is written by a run.

use std::{fmt::Write, fs, path::Path};

use super::{
    figures::{Figures, Kind, Line},
    plot::Plot,
    suite::shown,
};
use crate::Error;

const BEGIN: &str = "<!-- written by `cargo xtask bench`; begin -->";
const END: &str = "<!-- written by `cargo xtask bench`; end -->";

/// Replaces what stands between the marks.
pub(super) fn write(path: &Path, all: &[Figures], plots: &[Plot]) -> Result<(), Error> {
    let text = fs::read_to_string(path)?;
    Ok(fs::write(path, renewed(&text, all, plots)?)?)
}

/// The same page with these figures.
pub(super) fn renewed(page: &str, all: &[Figures], plots: &[Plot]) -> Result<String, Error> {
    replaced(page, &part(all, plots)?)
}

fn replaced(text: &str, part: &str) -> Result<String, Error> {
    let missing = || format!("the document has no marks `{BEGIN}` and `{END}`");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n\n{part}\n{END}{after}"))
}

fn part(all: &[Figures], plots: &[Plot]) -> Result<String, Error> {
    let mut text = String::new();
    for figures in all {
        let Figures { bench, flag, took, machine, load, date, lines } = figures;
        let size = flag.as_ref().map_or(String::new(), |flag| format!(" (`{flag}`)"));
        let load = load.map_or(String::new(), |load| format!(", load {load:.1}"));
        writeln!(text, "### {bench}\n\n{date}{size}, {machine}, {}{load}.\n", shown(*took))?;
        table(&mut text, lines)?;
        for plot in plots.iter().filter(|plot| plot.bench == *bench) {
            let Plot { file, unit, .. } = plot;
            writeln!(text, "\n![{bench} by size, {unit}](performance/{file})")?;
        }
        text.push('\n');
    }
    Ok(text.trim_end().to_owned() + "\n")
}

/// A figure to a row, under what they are about. The verdict on a figure stands in its row.
fn table(text: &mut String, lines: &[Line]) -> Result<(), Error> {
    writeln!(text, "| | median | low | high | target |\n|---|---:|---:|---:|---|")?;
    let mut title = None;
    let mut lines = lines.iter().peekable();
    while let Some(line) = lines.next() {
        if title.replace(&line.title) != Some(&line.title) {
            writeln!(text, "| **{}** | | | | |", cell(&line.title))?;
        }
        let name = cell(line.name.trim());
        match &line.kind {
            Kind::Measured { unit, median, low, high } => {
                let own = |next: &&Line| next.kind.judges(*median).then(|| verdict(&next.kind));
                let judged = lines.peek().and_then(own);
                if judged.is_some() {
                    lines.next();
                }
                let [median, low, high] = [median, low, high].map(|it| number(*it));
                let judged = judged.unwrap_or_default();
                writeln!(text, "| {name}, {unit} | {median} | {low} | {high} | {judged} |")?;
            }
            Kind::Judged { value, .. } => {
                let judged = verdict(&line.kind);
                writeln!(text, "| {name} | {} | | | {judged} |", number(*value))?;
            }
        }
    }
    Ok(())
}

fn verdict(kind: &Kind) -> String {
    match kind {
        Kind::Measured { .. } => String::new(),
        Kind::Judged { sign, target, met, .. } => {
            let verdict = if *met { "met" } else { "**missed**" };
            format!("{sign} {}: {verdict}", number(*target))
        }
    }
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// With commas, and with two decimals below 1,000.
pub(super) fn number(value: f64) -> String {
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
        let judged = |name: &str, value| {
            let (sign, target) = ("≥".to_owned(), 20_000.0);
            let kind = Kind::Judged { value, sign, target, met: value >= target };
            Line { title: "a|b".to_owned(), name: name.to_owned(), kind }
        };
        let (unit, median) = ("/s".to_owned(), 30_000.0);
        let kind = Kind::Measured { unit, median, low: 1.0, high: 40_000.0 };
        let measured = Line { title: "a|b".to_owned(), name: "one".to_owned(), kind };
        let lines = vec![measured, judged("  its own", 30_000.0), judged("  against", 12_345.6)];
        let took = Duration::from_secs(61);
        let mut figures = Figures::new("audit", Some("--quick"), took, lines).unwrap();
        (figures.load, figures.date) = (Some(1.25), "2026-01-05".to_owned());
        figures.machine = "a computer".to_owned();
        let plot = |bench: &str| Plot {
            file: format!("{bench}-ms.svg"),
            svg: String::new(),
            bench: bench.to_owned(),
            unit: "ms".to_owned(),
        };
        let part = part(&[figures], &[plot("audit"), plot("other")]).unwrap();
        let head = "### audit\n\n2026-01-05 (`--quick`), a computer, 1 min 1 s, load 1.2.\n";
        assert!(part.starts_with(head), "{part}");
        let rows: Vec<_> = part.lines().filter(|line| line.starts_with('|')).skip(2).collect();
        let expected = [
            "| **a\\|b** | | | | |",
            "| one, /s | 30,000 | 1.00 | 40,000 | ≥ 20,000: met |",
            "| against | 12,346 | | | ≥ 20,000: **missed** |",
        ];
        assert_eq!(rows, expected);
        assert!(
            part.contains("(performance/audit-ms.svg)") && !part.contains("other-ms.svg"),
            "{part}"
        );
    }
}
