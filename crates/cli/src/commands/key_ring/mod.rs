//! The keys that sealed columns are encrypted with.

mod rewrap;
mod status;
mod tenant_key;

use clap::Subcommand;
use serde::Serialize;

use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::facts,
};

/// Manage the keys that encrypt the secrets of tenants in the database
///
/// AF_KEY_RING says where they are: file:PATH, env:VARIABLE or transit:MOUNT/KEY. Every sealed value has a data key of its own,
/// which is wrapped with a key of the key ring. The keys are never in the database; keep them apart from its backups.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  export AF_KEY_RING=file:/etc/agentflow/keys.json
  af key-ring init
  af key-ring rotate && af key-ring rewrap && af key-ring retire 1 --yes
  af key-ring status")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Bring the key ring into use for this database
    ///
    /// Makes the key file if it is missing, and puts a canary into the database: something that only this key ring opens. Each
    /// process opens it before it seals or opens anything.
    ///
    /// Keys that are there already belong to the database that they were made for. With --adopt they are used for this one, after
    /// every sealed value in it was opened with them: for a database that is new, and for one that lost what it knew of its key ring.
    /// One key ring belongs to one database: retiring a version for one destroys what another still needs.
    #[command(after_long_help = "\
Examples:
  af key-ring init
  af key-ring init --adopt")]
    Init {
        /// Use keys that are there already
        #[arg(long)]
        adopt: bool,
    },
    /// Make a version of the shared key that is not used yet
    ///
    /// For a key file that is copied to several machines: stage, copy the file, rotate, copy it again. Otherwise rotating is enough.
    Stage,
    /// Seal with a new version of the shared key from now on
    ///
    /// That which was staged, or else a new one. What is sealed already stays as it is until it is rewrapped. Whatever interrupts
    /// it, doing it again finishes it.
    Rotate,
    Rewrap(rewrap::Args),
    Status(status::Args),
    /// Destroy a version of the shared key with which nothing is wrapped any more
    ///
    /// Refused while anything in this database is wrapped with it. Whatever else was cannot be opened any more: what is in backups
    /// from before, and what another database sealed with the same key ring, which one key ring is not meant for.
    #[command(after_long_help = "\
Example:
  af key-ring retire 1 --yes")]
    Retire {
        /// The version
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        version: u32,
    },
    TenantKey(tenant_key::Create),
    Erase(tenant_key::Erase),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    refuse_principal(&args.action, context)?;
    match args.action {
        Action::Init { adopt } => init(adopt, context).await?,
        Action::Stage => stage(context).await?,
        Action::Rotate => rotate(context).await?,
        Action::Rewrap(args) => return rewrap::run(&args, context).await,
        Action::Status(args) => return status::run(&args, context).await,
        Action::Retire { version } => retire(version, context).await?,
        Action::TenantKey(args) => tenant_key::create(&args, context).await?,
        Action::Erase(args) => tenant_key::erase(&args, context).await?,
    }
    Ok(Exit::Done)
}

/// A principal is somebody within a tenant, and the key ring is of all of them.
fn refuse_principal(action: &Action, context: &Context) -> Result<()> {
    if matches!(action, Action::Status(_)) || !context.options.acts_as_given {
        return Ok(());
    }
    let reason = "the key ring is administered by the user of the system, and not as a principal";
    Err(Error::usage(reason).with_hint("leave out --as"))
}

async fn init(adopts: bool, context: &Context) -> Result<()> {
    let store = context.store().await?;
    let (admin, by) = (store.admin(), context.actor());
    let ring = admin.key_ring();
    let made = if adopts { ring.adopt(&by).await } else { ring.init(&by).await }?;
    if let Some(path) = &made.created {
        let path = path.display();
        context.output.note(&format!(
            "{path} is new. Keep a copy of it apart from the backups of the database: without it, what is sealed is lost."
        ));
    }
    context.output.show(&made, |made| {
        let file = made.created.as_ref().map(|path| path.display().to_string());
        facts(&[
            ("Key ring", made.ring.clone()),
            ("Version", made.version.to_string()),
            ("New file", file.unwrap_or_default()),
        ])
    })
}

#[derive(Serialize)]
struct Version {
    version: u32,
}

async fn stage(context: &Context) -> Result<()> {
    let store = context.store().await?;
    let version = store.admin().key_ring().stage(&context.actor()).await?;
    context.output.show(&Version { version }, |_| {
        format!("Version {version} is staged; `af key-ring rotate` brings it into use.")
    })
}

async fn rotate(context: &Context) -> Result<()> {
    let store = context.store().await?;
    let version = store.admin().key_ring().rotate(&context.actor()).await?;
    context.output.show(&Version { version }, |_| {
        format!("Version {version} is in use; `af key-ring rewrap` wraps with it what is sealed already.")
    })
}

async fn retire(version: u32, context: &Context) -> Result<()> {
    let store = context.store().await?;
    let question = format!(
        "Destroy version {version} of the shared key? What backups have that was wrapped with it, and what another database sealed \
         with this key ring, is lost for ever."
    );
    confirm(context, &question).await?;
    store.admin().key_ring().retire(version, &context.actor()).await?;
    context.output.show(&Version { version }, |_| format!("Version {version} is destroyed."))
}
