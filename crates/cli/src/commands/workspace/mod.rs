//! Workspaces.

mod settings;

use agentflow::{DataPersistenceMode, NewWorkspace, Region, Workspace};
use clap::Subcommand;

use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{facts, table},
};

/// Create and list the workspaces of a tenant, and set what holds in them
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af workspace create Finance --tenant acme
  af workspace list --tenant acme
  af workspace settings Finance --retention-days 30 --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a workspace
    ///
    /// It lives in the region of its tenant. To put it elsewhere on purpose, name the region and unlock it.
    #[command(after_long_help = "\
Example:
  af workspace create Europe --tenant acme --region eu-west-1 --unlocked-region")]
    Create {
        /// The name, unique within the tenant
        name: String,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
        /// Where its data lives: us-east-1 or eu-west-1; the region of the tenant if absent
        #[arg(long)]
        region: Option<Region>,
        /// Allow another region than that of the tenant
        #[arg(long)]
        unlocked_region: bool,
        /// How much it keeps: metadata_only or full
        #[arg(long, default_value = "metadata_only")]
        mode: DataPersistenceMode,
    },
    /// List the workspaces, in order of their creation
    List,
    Settings(settings::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Settings(args) => return settings::run(args, context).await,
        Action::Create { name, description, region, unlocked_region, mode } => {
            let mut new = NewWorkspace::named(name);
            new.description = description;
            new.region = region;
            new.region_locked = !unlocked_region;
            new.data_persistence_mode = mode;
            let tenant = context.tenant().await?;
            let by = context.actor_in(&tenant).await?;
            context.output.show(&tenant.workspaces().create(new, &by).await?, describe)?;
        }
        Action::List => {
            let workspaces = context.tenant().await?.workspaces().list().await?;
            context.output.show(&workspaces, |it| list(it))?;
        }
    }
    Ok(Exit::Done)
}

fn region(workspace: &Workspace) -> String {
    let lock = if workspace.region_locked { "" } else { " (unlocked)" };
    format!("{}{lock}", workspace.region)
}

fn describe(workspace: &Workspace) -> String {
    facts(&[
        ("Name", workspace.name.clone()),
        ("ID", workspace.id.to_string()),
        ("Description", workspace.description.clone().unwrap_or_default()),
        ("Region", region(workspace)),
        ("Keeps", workspace.data_persistence_mode.to_string()),
        ("Created", format!("{:.0}", workspace.created_at)),
    ])
}

fn list(workspaces: &[Workspace]) -> String {
    if workspaces.is_empty() {
        return "There is no workspace yet; `af workspace create NAME` makes one.".to_owned();
    }
    let rows = workspaces.iter().map(|workspace| {
        vec![
            workspace.name.clone(),
            region(workspace),
            workspace.data_persistence_mode.to_string(),
            workspace.description.clone().unwrap_or_default(),
            format!("{:.0}", workspace.created_at),
            workspace.id.to_string(),
        ]
    });
    table(&["NAME", "REGION", "KEEPS", "DESCRIPTION", "CREATED", "ID"], rows)
}
