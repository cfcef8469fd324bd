use std::path::{Path, PathBuf};

use agentflow::core::rules::{Cases, CasesReport, Check, Coverage, Expected, Outcome, RuleSet};
use serde::Serialize;

use super::{
    describe, file,
    source::{self, Source},
};
use crate::{
    commands::agent,
    context::Context,
    error::Result,
    exit::Exit,
    output::{Output, counted},
};

/// Test rules with a table of cases
///
/// The file, YAML or JSON, has `cases`: each with a `name`, `facts`, and what to `expect` of rules by their name: true, false,
/// error, or an object with `matched`, or with `error`, a part of the message. With `exact: true` no other rules may match; with
/// `only`, a list of names, no others are evaluated. The rules are those of --book, else of the file that `book` names, else of
/// the tenant. Coverage is the part of all outcomes that the cases brought about: every rule can match or not, and every
/// clause of it can be true or false. Exits 1 when a case fails, or coverage is too low.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules test cases.yaml --book book.yaml --min-coverage 90
  af rules test cases.yaml --tenant acme

A file of cases:
  book: book.yaml
  cases:
    - name: at eighteen one is of age
      facts: { User: { age: 18 } }
      expect: { may buy: true, abroad: { error: country } }")]
pub(super) struct Args {
    /// The file with the cases; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    source: Source,
    /// Fail when less than this part of all outcomes was seen, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Tested {
    #[serde(flatten)]
    report: CasesReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_coverage: Option<f64>,
    /// Whether the coverage is what was asked for.
    covered: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse::<f64>().ok();
    let number = number.filter(|it| (0.0..=100.0).contains(it));
    number.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let document = agent::file::read(&args.file).await?;
    let refused = |problems| file::refused(&document.name, &problems);
    let cases = Cases::parse(&document.text).map_err(refused)?;
    let set = rules(args, &cases, context).await?;
    let report = cases.run(&set).map_err(refused)?;
    let covered = args.min_coverage.is_none_or(|wanted| is_covered(&report.coverage, wanted));
    let tested = Tested { report, min_coverage: args.min_coverage, covered };
    let output = &context.output;
    let exit = if tested.report.failed == 0 && covered { Exit::Done } else { Exit::Found };
    output.conclude(&tested, exit, |it| text(it, output))
}

async fn rules(args: &Args, cases: &Cases, context: &Context) -> Result<RuleSet> {
    let Some(book) = cases.book.as_ref().filter(|_| args.source.book().is_none()) else {
        return args.source.rules(context).await;
    };
    let folder = args.file.parent().unwrap_or(Path::new(""));
    source::of_file(&folder.join(book)).await
}

/// Without the rounding of what is shown.
#[expect(clippy::cast_precision_loss, reason = "there are fewer outcomes than 2^53")]
fn is_covered(coverage: &Coverage, percent: f64) -> bool {
    coverage.seen as f64 * 100.0 >= percent * coverage.total as f64
}

fn text(tested: &Tested, output: &Output) -> String {
    let report = &tested.report;
    let mut lines = Vec::new();
    for case in &report.cases {
        if case.passed {
            lines.push(output.good(&format!("✓ {}", case.name)));
            continue;
        }
        let line = case.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        lines.push(output.bad(&format!("✗ {}{line}", case.name)));
        lines.extend(
            case.error.iter().map(|error| format!("    the facts cannot be read: {error}")),
        );
        for check in case.checks.iter().filter(|check| !check.passed) {
            lines.push(format!("    {}", failure(check)));
            if !check.read.is_empty() {
                lines.push(format!("      read: {}", describe::reads_in_line(&check.read)));
            }
        }
        lines.extend(case.findings.iter().map(|finding| format!("    ! {finding}")));
    }
    lines.push(String::new());
    lines.extend(coverage(&report.coverage));
    if let Some(wanted) = tested.min_coverage.filter(|_| !tested.covered) {
        lines.push(output.bad(&format!("✗ that is less than {wanted} %")));
    }
    let cases = counted(report.cases.len(), "case", "cases");
    let verdict = format!("{cases}: {} passed, {} failed", report.passed, report.failed);
    lines.push(if report.failed == 0 { output.good(&verdict) } else { output.bad(&verdict) });
    lines.join("\n")
}

fn failure(check: &Check) -> String {
    let rule = &check.rule;
    let expected = match &check.expected {
        Expected::Matched => "expected to match".to_owned(),
        Expected::NotMatched => "expected not to match".to_owned(),
        Expected::Error(None) => "expected to come to an error".to_owned(),
        Expected::Error(Some(part)) => format!("expected to come to an error with `{part}`"),
    };
    match &check.got {
        Outcome::Matched => format!("{rule}: {expected}, but matches: {}", check.reason),
        Outcome::NotMatched => format!("{rule}: {expected}, but does not match: {}", check.reason),
        Outcome::Error(message) => format!("{rule}: {expected}, but comes to: {message}"),
    }
}

/// How much was seen, and what was not.
fn coverage(coverage: &Coverage) -> Vec<String> {
    let outcomes = counted(coverage.total, "outcome", "outcomes");
    let mut lines =
        vec![format!("Coverage: {} %, {} of {outcomes} seen", coverage.percent, coverage.seen)];
    for rule in &coverage.rules {
        let name = &rule.rule;
        if let Some(never) = never(rule.matched, rule.not_matched, "matches", "fails to match") {
            lines.push(format!("  {name}: {never}"));
        }
        let is_whole = rule.clauses.len() == 1;
        for clause in rule.clauses.iter().filter(|_| !is_whole) {
            if let Some(never) = never(clause.seen_true, clause.seen_false, "true", "false") {
                let (line, column) = (clause.line, clause.column);
                let text = describe::in_one_line(&clause.text);
                lines.push(format!("  {name}: line {line}, column {column}: `{text}` is {never}"));
            }
        }
    }
    lines
}

fn never(one: bool, other: bool, first: &str, second: &str) -> Option<String> {
    match (one, other) {
        (true, true) => None,
        (false, true) => Some(format!("never {first}")),
        (true, false) => Some(format!("never {second}")),
        (false, false) => Some(format!("never {first} and never {second}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_percent_counts() {
        let covered = |seen, total, percent| {
            is_covered(&Coverage { seen, total, percent: 0.0, rules: Vec::new() }, percent)
        };
        assert!(covered(2, 3, 66.66) && !covered(2, 3, 66.67));
        assert!(
            covered(0, 0, 100.0) && covered(3, 3, 100.0) && !covered(999_999, 1_000_000, 100.0)
        );
    }

    #[test]
    fn percentages_are_from_0_to_100() {
        assert_eq!(percent("90").ok(), Some(90.0));
        assert_eq!(percent("99.5%").ok(), Some(99.5));
        for bad in ["", "101", "-1", "NaN", "inf", "all"] {
            assert!(percent(bad).is_err(), "{bad}");
        }
    }
}
