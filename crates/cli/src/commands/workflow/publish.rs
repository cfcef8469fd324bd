use std::path::PathBuf;

use agentflow::core::workflow::WorkflowDefinition;

use super::{
    by_name,
    file::{not_published, refused},
};
use crate::{
    commands::agent::file,
    context::Context,
    error::{Error, Result},
};

/// Publish a version of a workflow from a file
///
/// The file says which version it is, and may name its workflow. A published version never changes: the same definition once
/// more is fine, however it is written, and another one is refused. The greatest release is the latest version; a prerelease
/// is so only while there is no release.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af workflow publish refunds.yaml --workflow Refunds
  af workflow publish - < refunds.yaml              # the file has `name: Refunds`")]
pub(super) struct Args {
    /// The file, YAML or JSON; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The workflow, by name or id; that of the file if absent
    #[arg(long)]
    workflow: Option<String>,
    /// Its workspace, by name or id; needed only when workflows of several have the name
    #[arg(long)]
    workspace: Option<String>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<()> {
    context.tenant_name(None)?;
    let document = file::read(&args.file).await?;
    let definition = WorkflowDefinition::parse(&document.text)
        .map_err(|problems| refused(&document.name, &problems))?;
    let name = args.workflow.as_ref().or(definition.name.as_ref()).ok_or_else(|| {
        let message = format!("{} does not say of which workflow it is", document.name);
        Error::usage(message).with_hint("add --workflow, or `name` in the file")
    })?;
    let tenant = context.tenant().await?;
    let workflow = by_name(&tenant, name, args.workspace.as_deref()).await?;
    let by = context.actor_in(&tenant).await?;
    let published = tenant.workflows().publish(workflow.id, &document.text, &by).await;
    let published = published.map_err(|error| not_published(&document.name, error))?;
    context.output.show(&published, |it| {
        let (name, version) = (&workflow.spec.name, &it.version);
        let done = match (it.is_new, it.is_latest) {
            (true, true) => "Published",
            (true, false) => "Published, not as the latest,",
            (false, _) => "Nothing is new about",
        };
        format!(
            "{done} version {} of {name} ({}), digest {}.",
            version.version, version.id, version.digest
        )
    })
}
