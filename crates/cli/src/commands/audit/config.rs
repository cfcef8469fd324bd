use std::collections::BTreeSet;

use agentflow::audit::{AuditConfig, AuditConfigChange, LogLevel};
use clap::Subcommand;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::facts,
};

/// Show and change how a tenant wants its audit kept
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the settings
    Show,
    Set(SetArgs),
}

/// Change settings
///
/// What is not named stays as it is, and what is recorded already stays as it was recorded.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit config set --tenant acme --retention-days 730 --mask iban --mask tax_id")]
struct SetArgs {
    /// The age in days from which on `af audit prune` may remove entries, 1 to 36500
    #[arg(long, value_name = "DAYS")]
    retention_days: Option<u32>,
    /// How much is recorded: minimal leaves out details, addresses and user agents; verbose adds accepted credentials and
    /// permissions
    #[arg(long, value_name = "LEVEL", value_parser = ["minimal", "standard", "verbose"])]
    log_level: Option<String>,
    /// Whether fields of details that are named like secrets are masked before they are hashed
    #[arg(long, value_name = "BOOL")]
    mask_secrets: Option<bool>,
    /// Fields of details to mask besides; all of them, may be repeated
    #[arg(long = "mask", value_name = "FIELD", conflicts_with = "mask_none")]
    masked: Vec<String>,
    /// Mask no further fields
    #[arg(long)]
    mask_none: bool,
    /// The folder that exports go to where nothing else is said
    #[arg(long, value_name = "DIR", conflicts_with = "no_export")]
    export_to: Option<String>,
    /// Exports go nowhere by themselves
    #[arg(long)]
    no_export: bool,
}

impl SetArgs {
    fn change(self) -> Result<AuditConfigChange> {
        let log_level = self.log_level.map(|level| level.parse::<LogLevel>()).transpose();
        let masked: BTreeSet<_> = self.masked.into_iter().collect();
        let change = AuditConfigChange {
            retention_days: self.retention_days,
            log_level: log_level.map_err(|error| Error::usage(error.to_string()))?,
            mask_sensitive_fields: self.mask_secrets,
            masked_fields: (self.mask_none || !masked.is_empty()).then_some(masked),
            export_enabled: if self.no_export {
                Some(false)
            } else {
                self.export_to.as_ref().map(|_| true)
            },
            export_destination: self.export_to.map(Some),
        };
        if change == AuditConfigChange::default() {
            return Err(Error::usage("nothing to change is named").with_hint("see --help"));
        }
        Ok(change)
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let change = match args.action {
        Action::Show => None,
        Action::Set(set) => Some(set.change()?),
    };
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    let config = match change {
        None => tenant.audit().config().await?,
        Some(change) => {
            let by = context.actor_in(&tenant).await?;
            tenant.audit().configure(change, &by).await?
        }
    };
    context.output.show(&config, text)?;
    Ok(Exit::Done)
}

fn text(config: &AuditConfig) -> String {
    let masked: Vec<_> = config.masked_fields.iter().map(String::as_str).collect();
    let destination = config.export_destination.as_deref().filter(|_| config.export_enabled);
    facts(&[
        ("Retention", format!("{} days", config.retention_days)),
        ("Log Level", config.log_level.as_str().to_owned()),
        ("Secrets", if config.mask_sensitive_fields { "masked" } else { "as they are" }.to_owned()),
        ("Also Masked", masked.join(", ")),
        ("Exports To", destination.unwrap_or_default().to_owned()),
        ("Last Export", config.last_export_at.map(|at| format!("{at:.0}")).unwrap_or_default()),
    ])
}
