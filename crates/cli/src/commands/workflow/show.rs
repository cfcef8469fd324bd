use agentflow::workflows::{SemVer, Workflow, WorkflowVersion};
use serde::Serialize;

use super::{Which, describe, version, which::workspace_name};
use crate::{context::Context, error::Result};

/// Show one workflow, with its latest version or another one
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af workflow show Refunds
  af workflow show Refunds --version 1.0.0 --source > refunds.yaml")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// The version; the latest if absent
    #[arg(long)]
    version: Option<SemVer>,
    /// Print the text of the version as its author wrote it, and nothing else
    #[arg(long)]
    source: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    workflow: Workflow,
    version: Option<WorkflowVersion>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let workflow = args.which.find(&tenant).await?;
    let is_needed = args.source || args.version.is_some() || workflow.latest_version_id.is_some();
    let shown = if is_needed {
        Some(version(&tenant, &workflow, args.version.as_ref()).await?)
    } else {
        None
    };
    if let (true, Some(version)) = (args.source, &shown) {
        return context.output.raw(&version.definition_yaml);
    }
    let workspace = workspace_name(&tenant, &workflow).await?;
    context.output.show(&Shown { workflow, version: shown }, |it| {
        let workflow = describe::workflow(&it.workflow, &workspace);
        match &it.version {
            Some(version) => format!("{workflow}\n\n{}", describe::version(version)),
            None => workflow,
        }
    })
}
