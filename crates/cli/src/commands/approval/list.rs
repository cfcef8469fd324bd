use agentflow::RunId;
use agentflow::approvals::{
    ApprovalCursor, ApprovalFilter, ApprovalRequest, ApprovalRequestId, ApprovalStatus,
};

use super::{find, progress};
use crate::{context::Context, error::Result, exit::Exit, named, output::table};

/// List what waits for approval, newest first
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af approval list --workspace Finance
  af approval list --status rejected
  af approval list --run 0190c6ab-0000-7000-8000-000000000001 --all")]
pub(super) struct Args {
    /// Only in this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// Only of this run, by id
    #[arg(long)]
    run: Option<RunId>,
    /// Those that stand there: requested, approved, rejected, expired or canceled
    #[arg(long, default_value = "requested")]
    status: ApprovalStatus,
    /// Wherever they stand
    #[arg(long, conflicts_with = "status")]
    all: bool,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Those before this one, by id
    #[arg(long, value_name = "ID")]
    before: Option<ApprovalRequestId>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let filter = ApprovalFilter {
        workspace: named::workspace_id(&tenant, args.workspace.as_deref()).await?,
        run: args.run,
        status: (!args.all).then_some(args.status),
    };
    let after = match args.before {
        Some(id) => Some(ApprovalCursor::from(&find(&tenant, id).await?)),
        None => None,
    };
    let requests = tenant.approvals().list(&filter, after, args.limit).await?;
    context.output.show(&requests, |requests| text(requests, args))?;
    Ok(Exit::Done)
}

fn text(requests: &[ApprovalRequest], args: &Args) -> String {
    if requests.is_empty() {
        return match args.status {
            _ if args.all => "Nobody was asked for approval yet.".to_owned(),
            ApprovalStatus::Requested => "Nothing waits for approval.".to_owned(),
            status => format!("No request is {status}."),
        };
    }
    let rows = requests.iter().map(|it| {
        vec![
            format!("{:.0}", it.created_at),
            it.subject.clone(),
            it.workflow_name.clone(),
            it.risk_tier.to_string(),
            it.status.to_string(),
            progress(it.approvals, it.required_approvers),
            it.expires_at.map(|at| format!("{at:.0}")).unwrap_or_default(),
            it.id.to_string(),
        ]
    });
    table(&["ASKED", "SUBJECT", "WORKFLOW", "RISK", "STATUS", "APPROVED", "UNTIL", "ID"], rows)
}
