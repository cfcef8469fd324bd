use std::{collections::BTreeMap, path::Path};

use agentflow::{
    Workspace, WorkspaceConfig, WorkspaceId, WorkspaceSettings, WorkspaceSettingsChange,
    core::{canonical, workflow::RiskTier},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    commands::{agent::file, policy::json_of},
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    output::{counted, facts},
};

/// Show or change the settings of a workspace
///
/// Without options the settings in force are shown. With options those are changed that are named; the others stay as they
/// are, also when somebody else changes them at the same time.
///
/// A JSON option takes the JSON itself, a file, or `-` for stdin, and replaces all that was there.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af workspace settings Finance --tenant acme
  af workspace settings Finance --retention-days 30 --write-cap 200 --tenant acme
  af workspace settings Finance --approval-tiers '{\"high\": [\"approver\"]}' --tenant acme")]
pub(super) struct Args {
    /// The workspace, by name or id
    #[arg(value_name = "NAME-or-ID")]
    workspace: String,
    /// Days that runs are kept once they have ended, 1 to 36500
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    retention_days: Option<i32>,
    /// Runs that may be started in a minute; 0 for none
    #[arg(long, value_name = "RUNS", allow_negative_numbers = true)]
    write_cap: Option<i32>,
    /// The roles that may approve, by risk tier: low, medium or high; a tier that is absent is left to the permission
    /// approval:decide
    #[arg(long, value_name = "FILE-or-JSON")]
    approval_tiers: Option<String>,
    /// Settings of your own, a JSON object
    #[arg(long, value_name = "FILE-or-JSON")]
    custom: Option<String>,
}

/// The settings in force.
#[derive(Debug, Serialize)]
struct Shown {
    workspace_id: WorkspaceId,
    #[serde(skip)]
    name: String,
    #[serde(flatten)]
    settings: WorkspaceSettings,
    /// Absent where none were set.
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
}

impl Shown {
    fn of(workspace: &Workspace, config: Option<WorkspaceConfig>) -> Self {
        let created_at = config.as_ref().map(|it| it.created_at);
        let updated_at = config.as_ref().map(|it| it.updated_at);
        let settings = config.map(|it| it.settings).unwrap_or_default();
        Self {
            workspace_id: workspace.id,
            name: workspace.name.clone(),
            settings,
            created_at,
            updated_at,
        }
    }
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let (name, change) = change(args).await?;
    let tenant = context.tenant().await?;
    let workspace = named::workspace(&tenant, &name).await?;
    let workspaces = tenant.workspaces();
    let config = if change == WorkspaceSettingsChange::default() {
        workspaces.config(workspace.id).await?
    } else {
        let by = context.actor_in(&tenant).await?;
        Some(workspaces.adjust(workspace.id, change, &by).await?)
    };
    context.output.show(&Shown::of(&workspace, config), text)?;
    Ok(Exit::Done)
}

/// The name of the workspace, and what to change of its settings.
async fn change(args: Args) -> Result<(String, WorkspaceSettingsChange)> {
    let [tiers, custom] = [args.approval_tiers.as_deref(), args.custom.as_deref()];
    if tiers == Some("-") && custom == Some("-") {
        return Err(Error::usage("--approval-tiers and --custom cannot both be read from stdin"));
    }
    let change = WorkspaceSettingsChange {
        retention_days: args.retention_days,
        write_cap_per_minute: args.write_cap,
        approval_tiers: json("--approval-tiers", "approval_tiers", tiers).await?,
        custom_settings: json("--custom", "custom_settings", custom).await?,
    };
    Ok((args.workspace, change))
}

/// JSON as it stands on the command line, or in the file that is named there.
async fn json(option: &str, field: &str, given: Option<&str>) -> Result<Option<Value>> {
    let Some(given) = given else { return Ok(None) };
    if !given.trim_start().starts_with(['{', '[']) {
        return json_of(Path::new(given), field).await.map(Some);
    }
    let value = canonical::from_str(given, field);
    value.map(Some).map_err(|fault| file::refused(option, &fault.into()))
}

fn text(shown: &Shown) -> String {
    let settings = &shown.settings;
    let about = facts(&[
        ("Workspace", shown.name.clone()),
        ("Retention", counted(settings.retention_days, "day", "days")),
        ("Write Cap", cap(settings.write_cap_per_minute)),
        ("May Approve", approvers(&settings.approval_tiers)),
        ("Custom", settings.custom_settings.to_string()),
        ("Changed", shown.updated_at.map(|at| format!("{at:.0}")).unwrap_or_default()),
    ]);
    match shown.created_at {
        Some(_) => about,
        None => format!("{about}\n\nNone were set: these are the defaults."),
    }
}

fn cap(writes: i32) -> String {
    match writes {
        0 => "no run can be started".to_owned(),
        writes => format!("{} a minute", counted(writes, "run", "runs")),
    }
}

/// What is stored otherwise than it can be set is shown as it is.
fn approvers(tiers: &Value) -> String {
    const ANYBODY: &str = "whoever has approval:decide";
    let Ok(named) = BTreeMap::<String, Vec<String>>::deserialize(tiers) else {
        return tiers.to_string();
    };
    if named.is_empty() {
        return ANYBODY.to_owned();
    }
    let of = |tier: &RiskTier| match named.get(tier.as_str()) {
        None => format!("{tier}: {ANYBODY}"),
        Some(roles) if roles.is_empty() => format!("{tier}: nobody"),
        Some(roles) => format!("{tier}: {}", roles.join(", ")),
    };
    RiskTier::ALL.iter().map(of).collect::<Vec<_>>().join("; ")
}
