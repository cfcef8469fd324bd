use agentflow::{Permission, Tenant, identity::Decision};

use super::{In, permissions::hinted};
use crate::{context::Context, error::Result, exit::Exit, named, plain, who::Names};

/// Check whether a principal may do something
///
/// Says which role of theirs allows it, or why nothing does. Exits 0 when it is allowed and 1 when not. Nothing
/// is recorded: it is you who ask, and they were denied nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af role check ann@example.com run:start --workspace Finance
  if af role check invoice-bot secret:read > /dev/null; then …; fi")]
pub(super) struct Args {
    /// Who: e-mail of a person, name of a service, or id
    principal: String,
    /// What, such as run:start
    permission: Permission,
    #[command(flatten)]
    place: In,
}

pub(super) async fn run(args: &Args, context: &Context, tenant: &Tenant) -> Result<Exit> {
    let output = &context.output;
    let workspace = args.place.find(tenant).await?;
    let principal = named::principal(tenant, &args.principal).await?;
    let access = tenant.access(principal.id);
    let decision = access.explain(&args.permission, workspace).await.map_err(hinted)?;
    let names = Names::of(context, tenant, [principal.id], [workspace]).await?;
    let exit = if decision.allowed { Exit::Done } else { Exit::Found };
    output.conclude(&decision, exit, |decision| {
        let told = in_words(decision, &names);
        if decision.allowed {
            output.good(&format!("✓ {told}"))
        } else {
            output.bad(&format!("✗ {told}"))
        }
    })
}

/// The sentence of the library, with names instead of ids.
fn in_words(decision: &Decision, names: &Names) -> String {
    let id = decision.principal_id;
    let told = decision.to_string().replace(&id.to_string(), &plain::word(&names.principal(id)));
    match decision.workspace_id {
        Some(id) => told.replace(&id.to_string(), &plain::word(&names.workspace(Some(id)))),
        None => told,
    }
}
