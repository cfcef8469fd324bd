use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{ApprovalRequestId, RunId, WorkspaceId},
};

/// Something that happened to a request.
pub(super) fn of_request(
    action: &str,
    id: ApprovalRequestId,
    workspace: WorkspaceId,
    run: RunId,
    by: &Actor,
) -> Event {
    let mut event = Event::new(action, Resource::new("approval_request", id), by.clone())
        .with_detail("run_id", run.to_string());
    event.workspace_id = Some(workspace.0);
    event
}

/// The run ended without the approval it waited for.
pub(super) fn run_failed(workspace: WorkspaceId, run: RunId, message: &str, by: &Actor) -> Event {
    let mut event = Event::new("run.failed", Resource::new("run", run), by.clone())
        .failed()
        .with_detail("error", message);
    event.workspace_id = Some(workspace.0);
    event
}
