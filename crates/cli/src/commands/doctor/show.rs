//! What came of it, for people.

use std::collections::BTreeMap;

use agentflow_doctor::Level;

use super::{
    baseline,
    examine::{Examined, Seen},
    explain::every_rule,
};
use crate::{
    output::{Output, counted},
    plain,
};

/// Rule by rule, the worst first; then what was not looked at, and how many there are.
pub(super) fn text(examined: &Examined, output: &Output) -> String {
    let mut parts = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Info] {
        parts.extend(every_rule().filter(|rule| rule.level == level).filter_map(|rule| {
            let new = |seen: &&Seen| !seen.known && seen.finding.rule == rule.id;
            let lines: Vec<_> = examined.findings.iter().filter(new).map(line).collect();
            let head = head(level, &format!("{} {}: {}", rule.id, rule.name, rule.title), output);
            (!lines.is_empty()).then(|| format!("{head}\n{}", lines.join("\n")))
        }));
    }
    for entry in &examined.gone {
        parts.push(
            output
                .dim(&format!("- in the baseline, and not found any more: {}", plain::word(entry))),
        );
    }
    parts.extend(skipped(examined).iter().map(|line| output.dim(line)));
    parts.push(end(examined, output));
    parts.join("\n")
}

/// A line for each reason.
fn skipped(examined: &Examined) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for skipped in &examined.skipped {
        by_reason.entry(&skipped.why).or_default().push(skipped.rule);
    }
    let line = |(why, rules): (&str, Vec<&str>)| {
        let were = if rules.len() == 1 { "was" } else { "were" };
        format!("- {} {were} skipped: {}", rules.join(", "), plain::word(why))
    };
    by_reason.into_iter().map(line).collect()
}

fn head(level: Level, text: &str, output: &Output) -> String {
    match level {
        Level::Error => output.bad(&format!("✗ {text}")),
        Level::Warning => output.bold(&format!("! {text}")),
        Level::Info => output.dim(&format!("- {text}")),
    }
}

fn line(seen: &Seen) -> String {
    let object = baseline::object(&seen.finding.object);
    format!("    {object}: {}", plain::word(&seen.finding.detail))
}

fn end(examined: &Examined, output: &Output) -> String {
    let looked = format!(
        "{} on PostgreSQL {}",
        counted(examined.rules_run.len(), "rule", "rules"),
        examined.server_version
    );
    let known = examined.findings.iter().filter(|seen| seen.known).count();
    let known = match known {
        0 => String::new(),
        known => format!(", and {known} in the baseline"),
    };
    if examined.errors + examined.warnings + examined.infos == 0 {
        return output.good(&format!("✓ nothing found{known}: {looked}"));
    }
    let counts = format!(
        "{}, {}, {}{known}: {looked}",
        counted(examined.errors, "error", "errors"),
        counted(examined.warnings, "warning", "warnings"),
        counted(examined.infos, "remark", "remarks"),
    );
    let counts = if examined.errors == 0 { output.good(&format!("✓ {counts}")) } else { counts };
    format!("{counts}\n`af doctor --explain ID` says why it matters and what to do.")
}
