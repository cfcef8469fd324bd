use agentflow::core::rules::{Clause, Problem, Problems, Rule};
use serde::Serialize;

use super::{caret, describe, source, which};
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{Output, table},
};

/// Show one rule, with what it reads and the clauses it is made of
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af rules show \"may buy\"")]
pub(super) struct Args {
    /// The rule, by name or id
    rule: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    rule: Rule,
    reads: Vec<String>,
    clauses: Vec<Clause>,
    /// Why it does not compile.
    problems: Vec<Problem>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let set = source::of_tenant(context).await?;
    let rule = which::in_set(&set, &args.rule)?.clone();
    let shown = match set.language().compile(&rule.spec.expression) {
        Ok(program) => Shown {
            reads: program.reads().to_vec(),
            clauses: program.clauses().to_vec(),
            problems: Vec::new(),
            rule,
        },
        Err(Problems(problems)) => Shown { rule, reads: Vec::new(), clauses: Vec::new(), problems },
    };
    let output = &context.output;
    output.show(&shown, |shown| text(shown, output))?;
    Ok(Exit::Done)
}

fn text(shown: &Shown, output: &Output) -> String {
    let rule = describe::rule(&shown.rule);
    if !shown.problems.is_empty() {
        let problems = Problems(shown.problems.clone());
        let problems = caret::text(&shown.rule.spec.expression, &problems, output);
        return format!("{rule}\n\nIt does not compile:\n{problems}");
    }
    let reads = describe::listed(&shown.reads);
    let rows = shown.clauses.iter().map(|clause| {
        let place = format!("line {}, column {}", clause.line, clause.column);
        vec![describe::in_one_line(&clause.text), place]
    });
    format!("{rule}\n\nReads {reads}.\n\n{}", table(&["CLAUSE", "PLACE"], rows))
}
