//! Secrets by name.

mod delete;
mod get;
mod list;
mod rotate;
mod set;

use std::{sync::Arc, time::Duration};

use agentflow::{
    AlertSetting, SecretSettings, Store,
    secrets::{
        AccessLog, AccessRules, Caller, Secrets, SecretsAccess, StoreLog, TracingLog, Written,
    },
};
use clap::Subcommand;
use serde::Serialize;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// How long a command that is done waits until those who are to be alerted are.
const ALERTS: Duration = Duration::from_secs(3);

/// Read and change secrets: in the environment, in files, in Vault
///
/// AF_SECRETS says where they are, by default in variables AF_SECRET_… of the environment. Names have 1 to 255 letters, digits, `_`
/// and `-`. AF_SECRETS_RULES names a file of rules that say who may do what; without it, whoever runs `af` may do all that the system
/// and the server let them do. With --tenant, each access is in the audit chain of the tenant; without, it is logged with -v.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  export AF_SECRETS=file:/etc/agentflow/secrets.json
  openssl rand -hex 32 | af secret set webhook-key
  af secret list
  af secret get webhook-key --reveal")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Get(get::Args),
    Set(set::Args),
    List(list::Args),
    Delete(delete::Args),
    Rotate(rotate::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match &args.action {
        Action::Set(args) => args.refuse_misplaced()?,
        Action::Rotate(args) => args.refuse_misplaced()?,
        Action::Get(_) | Action::List(_) | Action::Delete(_) => {}
    }
    let opened = open(context).await?;
    let ended = match args.action {
        Action::Get(args) => get::run(args, &opened, context).await,
        Action::Set(args) => set::run(args, &opened, context).await,
        Action::List(args) => list::run(&args, &opened, context).await,
        Action::Delete(args) => delete::run(&args, &opened, context).await,
        Action::Rotate(args) => rotate::run(&args, &opened, context).await,
    };
    // Alerts are told in the background, which ends with this process.
    opened.secrets.flush_alerts(ALERTS).await;
    ended.map(|()| Exit::Done)
}

/// Secrets, and what whoever runs this may do with them.
struct Opened {
    secrets: Secrets,
    access: SecretsAccess,
}

/// A name, which is not repeated where it is none: it may be the secret.
#[derive(Debug, clap::Args)]
struct Which {
    /// The name of the secret
    name: String,
}

async fn open(context: &Context) -> Result<Opened> {
    let mut settings = context.settings()?.secrets;
    let has_tenant = context.options.tenant.as_deref().is_some_and(|name| !name.is_empty());
    if context.options.acts_as_given && !has_tenant {
        return Err(Error::usage("--as names a principal of a tenant, and none is named")
            .with_hint("name it with --tenant <slug or id>, or set AF_TENANT"));
    }
    let store = if has_tenant {
        Some(context.store().await?)
    } else if matches!(settings.alert, Some(AlertSetting::Notify(_))) {
        store_for_alerts(&mut settings, context).await
    } else {
        None
    };
    let (caller, log) = match &store {
        Some(store) if has_tenant => caller_in_tenant(context, store).await?,
        _ => {
            let log: Arc<dyn AccessLog> = Arc::new(TracingLog);
            (Caller::without_tenant(context.system_actor()), log)
        }
    };
    let rules = match settings.rules {
        Some(_) => None,
        None => Some(AccessRules::allow_all()),
    };
    let secrets = Secrets::open(&settings, rules, log, store.as_ref())?;
    let access = secrets.for_caller(caller);
    Ok(Opened { secrets, access })
}

/// The database that alerts go to. A secret can be had without it.
async fn store_for_alerts(settings: &mut SecretSettings, context: &Context) -> Option<Store> {
    if let Ok(store) = context.store().await {
        return Some(store);
    }
    context.output.warn(
        "warning: AF_SECRETS_ALERT tells alerts to a database, and none can be used: they are in the log only",
    );
    settings.alert = None;
    None
}

async fn caller_in_tenant(
    context: &Context,
    store: &Store,
) -> Result<(Caller, Arc<dyn AccessLog>)> {
    let tenant = store.tenant(context.tenant_id(store).await?);
    let by = context.actor_in(&tenant).await?;
    let log = StoreLog::new(store.clone()).from_source("cli");
    Ok((Caller::of(tenant.id(), by), Arc::new(log)))
}

/// Refuses what would be gone when this process ends.
fn refuse_unless_kept(secrets: &Secrets) -> Result<()> {
    let provider = secrets.provider();
    if provider.capabilities().durable {
        return Ok(());
    }
    let message = format!("{} keeps nothing that it is told here", provider.name());
    Err(Error::new("unsupported", Exit::Usage, message)
        .with_hint("set AF_SECRETS to where secrets are kept: file:PATH or vault:URL"))
}

/// What a change left behind.
#[derive(Debug, Serialize)]
struct Changed<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

impl<'a> Changed<'a> {
    fn new(key: &'a str, written: Written) -> Self {
        Self { key, version: written.version }
    }

    fn sentence(&self, done: &str) -> String {
        match self.version {
            Some(version) => format!("{done} {}, which is version {version} now.", self.key),
            None => format!("{done} {}.", self.key),
        }
    }
}
