use agentflow::approvals::{ApprovalDecision, ApprovalRequest, ApprovalRequestId};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{find, progress};
use crate::{context::Context, error::Result, exit::Exit, output::facts, plain, who::Names};

/// Show what is to be approved, and who decided what
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The request, by id
    id: ApprovalRequestId,
}

/// A request, and what was decided on it.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    request: ApprovalRequest,
    decisions: Vec<ApprovalDecision>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let request = find(&tenant, args.id).await?;
    let decisions = tenant.approvals().decisions(&[args.id]).await?;
    let names =
        Names::of(context, &tenant, request.requested_by, [Some(request.workspace_id)]).await?;
    context.output.show(&Shown { request, decisions }, |shown| text(shown, &names))?;
    Ok(Exit::Done)
}

fn text(shown: &Shown, names: &Names) -> String {
    let request = &shown.request;
    let time = |at: Option<jiff::Timestamp>| at.map(|at| format!("{at:.0}")).unwrap_or_default();
    let mut parts = vec![facts(&[
        ("Subject", request.subject.clone()),
        ("Status", request.status.to_string()),
        ("Approved", progress(request.approvals, request.required_approvers)),
        ("Risk", request.risk_tier.to_string()),
        ("Workflow", request.workflow_name.clone()),
        ("Step", request.step_name.clone().unwrap_or_default()),
        ("Workspace", names.workspace(Some(request.workspace_id))),
        ("For", request.requested_by.map(|id| names.principal(id)).unwrap_or_default()),
        ("Run", request.run_id.to_string()),
        ("Asked", format!("{:.0}", request.created_at)),
        ("Until", time(request.expires_at)),
        ("Then", request.expires_at.map(|_| request.on_expiry.to_string()).unwrap_or_default()),
        ("Told", time(request.notified_at)),
        ("Settled", time(request.finished_at)),
        ("Digest", request.payload_digest.to_string()),
        ("ID", request.id.to_string()),
    ])];
    parts.push(pretty(&request.payload));
    parts.extend(shown.decisions.iter().map(decision));
    parts.join("\n\n")
}

fn decision(decision: &ApprovalDecision) -> String {
    let reason = decision.reason.as_deref().map(|it| format!(": {}", plain::word(it)));
    let mut text = format!(
        "{:.0}  {} {}{}",
        decision.decided_at,
        plain::word(&decision.decided_by_name),
        decision.decision,
        reason.unwrap_or_default()
    );
    for change in decision.payload_changes.iter().filter_map(Value::as_array).flatten() {
        text.push_str("\n  ");
        text.push_str(&plain::word(&change_of(change)));
    }
    text
}

/// An operation of a JSON Patch in words.
fn change_of(change: &Value) -> String {
    let field = |name: &str| change[name].as_str().unwrap_or_default();
    match field("op") {
        "remove" => format!("removed {}", field("path")),
        "add" => format!("added {} = {}", field("path"), change["value"]),
        "replace" => format!("changed {} to {}", field("path"), change["value"]),
        _ => change.to_string(),
    }
}

fn pretty(payload: &Map<String, Value>) -> String {
    // An object of JSON always has a text.
    plain::text(&serde_json::to_string_pretty(payload).unwrap_or_default())
}
