//! Requests for approval.

mod decide;
mod list;
mod show;

use agentflow::{
    Tenant,
    approvals::{ApprovalRequest, ApprovalRequestId},
};
use clap::Subcommand;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// See what waits for approval, approve and reject
///
/// A run waits where a gate of its workflow, or a policy, asks for approval. It goes on when as many people have approved as are
/// needed, and fails when one rejects. Nobody decides on a run of their own, and nobody twice.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af approval list --tenant acme
  af approval show 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --tenant acme
  af approval approve 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --as bea@acme.test --tenant acme
  af approval reject 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --as bea@acme.test --reason 'too much' --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Show(show::Args),
    Approve(decide::Approve),
    Reject(decide::Reject),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::Approve(args) => decide::approve(args, context).await,
        Action::Reject(args) => decide::reject(args, context).await,
    }
}

async fn find(tenant: &Tenant, id: ApprovalRequestId) -> Result<ApprovalRequest> {
    tenant.approvals().get(id).await?.ok_or_else(|| {
        let message = format!("there is no request for approval `{id}`");
        Error::found("not_found", message).with_hint("`af approval list --all` shows all of them")
    })
}

/// "1 of 2".
fn progress(approvals: u32, required: u32) -> String {
    format!("{approvals} of {required}")
}
