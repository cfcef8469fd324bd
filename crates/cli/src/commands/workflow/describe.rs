//! Workflows in words.

use std::collections::HashMap;

use agentflow::{
    WorkflowVersionId, WorkspaceId,
    core::workflow::{Step, StepAction, Target},
    workflows::{VersionSummary, Workflow, WorkflowVersion},
};

use crate::output::{facts, table};

pub(super) fn workflow(workflow: &Workflow, workspace: &str) -> String {
    facts(&[
        ("Name", workflow.spec.name.clone()),
        ("ID", workflow.id.to_string()),
        ("Workspace", workspace.to_owned()),
        ("Does", workflow.spec.description.clone()),
        ("Planner", workflow.spec.planner.to_string()),
        ("Latest", workflow.latest_version.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("Created", format!("{:.0}", workflow.created_at)),
        ("Updated", format!("{:.0}", workflow.updated_at)),
    ])
}

pub(super) fn version(version: &WorkflowVersion) -> String {
    let definition = &version.definition;
    let model = definition.model.as_ref().map(|it| format!("{} of {}", it.model, it.provider));
    let constraint = definition.template_version_constraint.as_ref();
    let about = facts(&[
        ("Version", version.version.to_string()),
        ("ID", version.id.to_string()),
        ("Does", definition.description.clone()),
        ("Risk", version.risk_tier.to_string()),
        ("Model", model.unwrap_or_default()),
        ("Template", constraint.map(ToString::to_string).unwrap_or_default()),
        ("Timeout", definition.timeout.map(|it| it.to_string()).unwrap_or_default()),
        ("Digest", version.digest.to_string()),
        ("Published", version.published_at.map(|it| format!("{it:.0}")).unwrap_or_default()),
    ]);
    let rows = definition.steps.iter().map(|step| {
        vec![step.name.clone(), step.kind().to_string(), does(step), step.needs.join(", ")]
    });
    format!("{about}\n\n{}", table(&["STEP", "TYPE", "DOES", "NEEDS"], rows))
}

fn does(step: &Step) -> String {
    let target = |target: &Target| String::from(target.clone());
    match &step.action {
        StepAction::LlmCall(call) => {
            call.agent.as_ref().map(|agent| format!("asks {agent}")).unwrap_or_default()
        }
        StepAction::ConnectorAction(action) => format!("calls {}", action.tool),
        StepAction::ApprovalGate(gate) => {
            format!("{} of risk {}: {}", gate.approvers, gate.risk_tier, gate.subject)
        }
        StepAction::Branch(branch) => {
            let cases = branch.cases.iter();
            let mut parts: Vec<_> =
                cases.map(|case| format!("{} → {}", case.when, target(&case.goto))).collect();
            parts.push(format!("else → {}", target(&branch.otherwise)));
            parts.join("; ")
        }
    }
}

pub(super) fn list(workflows: &[Workflow], workspaces: &HashMap<WorkspaceId, String>) -> String {
    if workflows.is_empty() {
        return "There is no workflow yet; `af workflow create NAME --workspace WORKSPACE` makes one."
            .to_owned();
    }
    let rows = workflows.iter().map(|workflow| {
        vec![
            workflow.spec.name.clone(),
            workspaces.get(&workflow.workspace_id).cloned().unwrap_or_default(),
            workflow.latest_version.as_ref().map(ToString::to_string).unwrap_or_default(),
            workflow.spec.description.clone(),
            workflow.id.to_string(),
        ]
    });
    table(&["WORKFLOW", "WORKSPACE", "LATEST", "DOES", "ID"], rows)
}

pub(super) fn versions(versions: &[VersionSummary], latest: Option<WorkflowVersionId>) -> String {
    if versions.is_empty() {
        return "There is no version yet; `af workflow publish FILE` publishes one.".to_owned();
    }
    let rows = versions.iter().map(|version| {
        let digest = version.digest.to_string();
        vec![
            version.version.to_string(),
            if Some(version.id) == latest { "latest".to_owned() } else { String::new() },
            version.risk_tier.to_string(),
            version.published_at.map(|it| format!("{it:.0}")).unwrap_or_default(),
            digest.chars().take(12).collect(),
            version.id.to_string(),
        ]
    });
    table(&["VERSION", "", "RISK", "PUBLISHED", "DIGEST", "ID"], rows)
}
