use agentflow::core::rules::{Clause, Problem, Problems, Program};
use serde::Serialize;

use super::{caret, describe, file, source::Source};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, counted},
};

/// Check an expression against the schema
///
/// Names everything that is wrong with it, and where. Nothing is stored. Exits 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules check 'User.age >= 18' --tenant acme
  af rules check - --book book.yaml < rule.cel")]
pub(super) struct Args {
    /// The expression; `-` for stdin
    #[arg(value_name = "EXPRESSION")]
    expression: String,
    #[command(flatten)]
    source: Source,
}

/// What is to be said about an expression.
#[derive(Debug, Serialize)]
struct Checked {
    valid: bool,
    problems: Vec<Problem>,
    reads: Vec<String>,
    clauses: Vec<Clause>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    if args.source.book().is_none() {
        context.tenant_name(None)?;
    }
    let expression = file::expression(&args.expression).await?;
    if expression.trim().is_empty() {
        return Err(Error::usage("the expression is empty"));
    }
    let rules = args.source.rules(context).await?;
    let checked = match rules.language().compile(&expression) {
        Ok(program) => Checked::valid(&program),
        Err(Problems(problems)) => {
            Checked { valid: false, problems, reads: Vec::new(), clauses: Vec::new() }
        }
    };
    let output = &context.output;
    let exit = if checked.valid { Exit::Done } else { Exit::Found };
    output.conclude(&checked, exit, |checked| text(checked, &expression, output))
}

impl Checked {
    fn valid(program: &Program) -> Self {
        Self {
            valid: true,
            problems: Vec::new(),
            reads: program.reads().to_vec(),
            clauses: program.clauses().to_vec(),
        }
    }
}

fn text(checked: &Checked, expression: &str, output: &Output) -> String {
    if checked.valid {
        let clauses = counted(checked.clauses.len(), "clause", "clauses");
        let reads = describe::listed(&checked.reads);
        let good = format!("✓ compiles: {clauses}, reads {reads}");
        return output.good(&good);
    }
    let problems = Problems(checked.problems.clone());
    let count = counted(checked.problems.len(), "problem", "problems");
    format!("{}\n\n{count}", caret::text(expression, &problems, output))
}
