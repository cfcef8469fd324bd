use agentflow::runs::{Run, RunCursor, RunFilter, RunId, RunStatus};

use crate::{
    commands::workflow,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    output::table,
};

/// List runs, newest first
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af run list --status waiting_approval
  af run list --workflow Refunds --limit 200")]
pub(super) struct Args {
    /// Only of this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// Only of this workflow, by name or id
    #[arg(long)]
    workflow: Option<String>,
    /// Only those that stand there: queued, running, waiting_approval, succeeded, failed_retryable, failed_terminal or canceled
    #[arg(long)]
    status: Option<RunStatus>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Those before this one, by id
    #[arg(long, value_name = "ID")]
    before: Option<RunId>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let runs = tenant.runs();
    let workspace = named::workspace_id(&tenant, args.workspace.as_deref()).await?;
    let workflow = match &args.workflow {
        Some(name) => Some(workflow::by_name(&tenant, name, args.workspace.as_deref()).await?.id),
        None => None,
    };
    let after = match args.before {
        Some(id) => {
            let found = runs.get(id).await?.ok_or_else(|| not_there(id))?;
            Some(RunCursor::from(&found))
        }
        None => None,
    };
    let filter = RunFilter { workspace, workflow, status: args.status };
    let runs = runs.list(filter, after, args.limit).await?;
    context.output.show(&runs, |runs| text(runs))?;
    Ok(Exit::Done)
}

pub(super) fn not_there(id: RunId) -> Error {
    Error::found("not_found", format!("there is no run `{id}`"))
        .with_hint("`af run list` shows the runs")
}

fn text(runs: &[Run]) -> String {
    if runs.is_empty() {
        return "There is no such run.".to_owned();
    }
    let rows = runs.iter().map(|run| {
        vec![
            format!("{:.0}", run.created_at),
            format!("{} {}", run.workflow_name, run.version),
            run.status.to_string(),
            run.error.clone().unwrap_or_default(),
            run.id.to_string(),
        ]
    });
    table(&["ACCEPTED", "WORKFLOW", "STATUS", "BECAUSE", "ID"], rows)
}
