use agentflow::core::{backup::BackupId, clock::SystemClock, random::Generator};
use agentflow_backup::base::{Parent, create_incremental_base};

use super::place::{self, Gently, Place};
use crate::{context::Context, error::Result, exit::Exit, progress::Progress};

/// Copy what changed since another base backup
///
/// Takes summarize_wal = on since before the other one was taken. It is nothing without those it builds upon, which are
/// therefore not deleted.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup base incremental
  af backup base incremental --parent 20261122T080000Z-7f3a9c21")]
pub(super) struct Args {
    /// What it builds upon; by default the newest
    #[arg(long, value_name = "ID", value_parser = |text: &str| text.parse::<BackupId>().map_err(|error| error.reason))]
    parent: Option<BackupId>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    gently: Gently,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let folder = args.place.folder(context)?;
    let (config, programs) = place::server(context).await?;
    let parent = args.parent.clone().map_or(Parent::Newest, Parent::Named);
    let progress = Progress::bytes(&context.output, "copying");
    let entropy = Generator::from_os();
    let backup = create_incremental_base(
        &config,
        place::tools(&folder, &programs),
        (&parent, &args.gently.options()),
        (&SystemClock, &entropy),
        &|seen| place::show(&progress, seen),
    )
    .await?;
    drop(progress);
    context.output.show(&backup, |backup| place::made(backup, context))?;
    Ok(Exit::Done)
}
