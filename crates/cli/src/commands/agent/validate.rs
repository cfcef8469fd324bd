use std::path::PathBuf;

use agentflow::core::agent::AgentSpec;
use serde::Serialize;

use super::file::{self, Finding};
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{Output, counted},
};

/// Check the file of an agent
///
/// Needs no database and no tenant. Every bad field is named by its path, with what is allowed there; what is allowed and
/// yet probably not meant is a warning. Exits 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af agent validate ada.yaml
  generate-agent | af agent validate -")]
pub(super) struct Args {
    /// The file, YAML or JSON; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What is to be said about a file.
#[derive(Debug, Serialize)]
struct Checked {
    valid: bool,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
    /// With everything that the file leaves out.
    agent: Option<AgentSpec>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let document = file::read(&args.file).await?;
    let checked = match document.agent() {
        Ok(spec) => Checked {
            valid: true,
            errors: Vec::new(),
            warnings: warnings(&spec),
            agent: Some(spec),
        },
        Err(faults) => Checked {
            valid: false,
            errors: faults.0.into_iter().map(Finding::from).collect(),
            warnings: Vec::new(),
            agent: None,
        },
    };
    let output = &context.output;
    let exit = if checked.valid { Exit::Done } else { Exit::Found };
    output.conclude(&checked, exit, |checked| text(checked, &document.name, output))
}

/// What is allowed and yet probably not meant.
pub(super) fn warnings(spec: &AgentSpec) -> Vec<Finding> {
    spec.warnings().into_iter().map(Finding::from).collect()
}

fn text(checked: &Checked, name: &str, output: &Output) -> String {
    let mut lines: Vec<_> =
        checked.errors.iter().map(|it| output.bad(&format!("✗ {it}"))).collect();
    lines.extend(checked.warnings.iter().map(|it| format!("! {it}")));
    lines.push(match &checked.agent {
        Some(spec) => output.good(&format!("✓ {name} describes the agent `{}`", spec.slug)),
        None => format!("\n{name}: {}", counted(checked.errors.len(), "error", "errors")),
    });
    lines.join("\n")
}
