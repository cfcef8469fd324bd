use std::path::PathBuf;

use agentflow::core::{
    hash::Sha256,
    rules::FileProblem,
    workflow::{WorkflowDefinition, WorkflowFile},
};
use serde::Serialize;

use crate::{
    commands::agent::file,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, counted},
    plain,
};

/// Check the file of a version
///
/// Needs no database and no tenant; whether the tools and agents that it names are there is found when it is published.
/// Everything that is wrong is named, with line and column. Exits 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af workflow validate refunds.yaml
  generate-workflow | af workflow validate -")]
pub(super) struct Args {
    /// The file, YAML or JSON; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What is to be said about a file.
#[derive(Debug, Serialize)]
struct Checked {
    valid: bool,
    errors: Vec<FileProblem>,
    /// SHA-256 of the definition as canonical JSON.
    digest: Option<Sha256>,
    /// With everything that the file leaves out.
    definition: Option<WorkflowDefinition>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let document = file::read(&args.file).await?;
    let checked = match WorkflowFile::parse(&document.text) {
        Ok(file) => {
            let digest = file.definition.digest();
            let digest = digest.map_err(|it| Error::found("invalid_input", it.to_string()))?;
            Checked {
                valid: true,
                errors: Vec::new(),
                digest: Some(digest),
                definition: Some(file.definition),
            }
        }
        Err(problems) => {
            Checked { valid: false, errors: problems.0, digest: None, definition: None }
        }
    };
    let output = &context.output;
    let exit = if checked.valid { Exit::Done } else { Exit::Found };
    output.conclude(&checked, exit, |checked| text(checked, &document.name, output))
}

fn text(checked: &Checked, name: &str, output: &Output) -> String {
    if let (Some(definition), Some(digest)) = (&checked.definition, &checked.digest) {
        let steps = counted(definition.steps.len(), "step", "steps");
        let of = definition.name.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default();
        let version = &definition.version;
        let good = format!("✓ {name} describes version {version}{of}: {steps}, digest {digest}");
        return output.good(&good);
    }
    let errors = checked.errors.iter();
    let mut lines: Vec<_> =
        errors.map(|it| output.bad(&format!("✗ {}", plain::word(&it.to_string())))).collect();
    lines.push(format!("\n{name}: {}", counted(checked.errors.len(), "error", "errors")));
    lines.join("\n")
}
