use std::path::PathBuf;

use agentflow::core::{
    ids::RuleId,
    rules::{Explanation, Fault, FaultKind, Problems, Program, Read, RuleSet},
};
use serde::Serialize;

use super::{describe, file, source::Source, which};
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{Output, facts, table},
};

/// Explain what one rule says about one fact set
///
/// Shows the verdict with its reason, what each clause of the rule came to, and the values that were read. A rule that is
/// not active is explained as well. Exits 1 when the rule comes to an error.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules explain \"may buy\" --facts facts.json --book book.yaml
  echo '{\"User\":{\"age\":17}}' | af rules explain \"may buy\" --facts - --tenant acme")]
pub(super) struct Args {
    /// The rule, by name or id
    rule: String,
    /// The facts, one JSON object; `-` for stdin
    #[arg(long, value_name = "FILE")]
    facts: PathBuf,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Serialize)]
struct Explained {
    rule: RuleId,
    name: String,
    expression: String,
    active: bool,
    matched: bool,
    reason: String,
    error: Option<Fault>,
    clauses: Vec<Clause>,
    read: Vec<Read>,
    /// What in the facts is not of the type that the schema says.
    findings: Vec<String>,
    cost: u64,
}

/// A condition and what it came to; nothing when it was not evaluated or failed.
#[derive(Debug, Serialize)]
struct Clause {
    text: String,
    line: u32,
    column: u32,
    outcome: Option<bool>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    if args.source.book().is_none() {
        context.tenant_name(None)?;
    }
    let facts = file::facts(&args.facts).await?;
    let set = args.source.rules(context).await?;
    let explained = explain(&set, &args.rule, &facts)?;
    let output = &context.output;
    let exit = if explained.error.is_some() { Exit::Found } else { Exit::Done };
    output.conclude(&explained, exit, |it| text(it, output))
}

fn explain(set: &RuleSet, called: &str, facts: &serde_json::Value) -> Result<Explained> {
    let rule = which::in_set(set, called)?;
    let spec = &rule.spec;
    let facts = set.facts(facts).map_err(|fault| {
        crate::error::Error::found("invalid_input", format!("the facts cannot be read: {fault}"))
    })?;
    let mut explained = Explained {
        rule: rule.id,
        name: spec.name.clone(),
        expression: spec.expression.clone(),
        active: spec.active,
        matched: false,
        reason: String::new(),
        error: None,
        clauses: Vec::new(),
        read: Vec::new(),
        findings: facts.findings().iter().map(ToString::to_string).collect(),
        cost: 0,
    };
    match set.program(rule.id) {
        Some(Ok(program)) => explained.fill(program, program.explain(&facts)),
        Some(Err(problems)) => explained.fail(problems),
        None => match set.language().compile(&spec.expression) {
            Ok(program) => explained.fill(&program, program.explain(&facts)),
            Err(problems) => explained.fail(&problems),
        },
    }
    Ok(explained)
}

impl Explained {
    fn fill(&mut self, program: &Program, explanation: Explanation) {
        let outcomes = explanation.clauses.into_iter().chain(std::iter::repeat(None));
        let clauses = program.clauses().iter().zip(outcomes).map(|(clause, outcome)| Clause {
            text: clause.text.clone(),
            line: clause.line,
            column: clause.column,
            outcome,
        });
        self.clauses = clauses.collect();
        self.matched = explanation.result == Ok(true);
        self.error = explanation.result.err();
        self.reason = explanation.reason;
        self.read = explanation.read;
        self.cost = explanation.cost;
    }

    fn fail(&mut self, problems: &Problems) {
        let message = format!("the rule does not compile: {problems}");
        self.reason.clone_from(&message);
        self.error = Some(Fault::new(FaultKind::NotCompiled, message));
    }
}

fn text(it: &Explained, output: &Output) -> String {
    let verdict = match (&it.error, it.matched) {
        (Some(_), _) => output.bad("! comes to no answer"),
        (None, true) => output.good("✓ matches"),
        (None, false) => output.bold("✗ does not match"),
    };
    let status = if it.active { String::new() } else { "inactive, so never evaluated".to_owned() };
    let facts = facts(&[("Rule", it.name.clone()), ("Status", status)]);
    let mut parts = vec![format!(
        "{facts}\n\n{}\n\n{verdict}: {}",
        describe::indented(&it.expression),
        crate::plain::text(&it.reason)
    )];
    if !it.clauses.is_empty() {
        let outcome = |outcome| match outcome {
            Some(true) => "true",
            Some(false) => "false",
            None => "(none)",
        };
        let rows = it.clauses.iter();
        let rows =
            rows.map(|it| vec![describe::in_one_line(&it.text), outcome(it.outcome).to_owned()]);
        parts.push(table(&["CLAUSE", "OUTCOME"], rows));
    }
    if !it.read.is_empty() {
        parts.push(describe::reads(&it.read));
    }
    if !it.findings.is_empty() {
        let findings = it.findings.iter().map(|it| format!("! {it}"));
        parts.push(findings.collect::<Vec<_>>().join("\n"));
    }
    parts.join("\n\n")
}
