use std::path::PathBuf;

use agentflow::core::{
    policy::Policy,
    rules::{Problem, Problems},
};
use serde::Serialize;

use crate::{
    commands::agent::file,
    context::{Context, blocking},
    error::Result,
    exit::Exit,
    plain,
};

/// Check the text of a policy
///
/// Names everything that is wrong with it, and where. Needs no database. Exits 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af policy check region.rego")]
pub(super) struct Args {
    /// The file, in Rego; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What is to be said about a text.
#[derive(Debug, Serialize)]
struct Checked {
    valid: bool,
    digest: Option<String>,
    problems: Vec<Problem>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let document = file::read(&args.file).await?;
    let name = document.name.clone();
    let checked = blocking(move || {
        Ok(match Policy::compile(&document.name, &document.text) {
            Ok(policy) => Checked {
                valid: true,
                digest: Some(policy.digest().to_string()),
                problems: Vec::new(),
            },
            Err(Problems(problems)) => Checked { valid: false, digest: None, problems },
        })
    })
    .await?;
    let output = &context.output;
    let exit = if checked.valid { Exit::Done } else { Exit::Found };
    output.conclude(&checked, exit, |checked| {
        if checked.valid {
            return output.good(&format!("✓ {} is a policy", plain::word(&name)));
        }
        let lines = checked.problems.iter().map(|problem| {
            let told = plain::word(&problem.message);
            output.bad(&format!(
                "✗ {}:{}:{}: {told}",
                plain::word(&name),
                problem.line,
                problem.column
            ))
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}
