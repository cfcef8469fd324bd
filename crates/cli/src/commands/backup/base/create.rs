use agentflow::core::{clock::SystemClock, random::Generator};
use agentflow_backup::base::create_base;

use super::place::{self, Gently, Place};
use crate::{context::Context, error::Result, exit::Exit, progress::Progress};

/// Copy all files of the server
///
/// Takes PostgreSQL 17 or later, wal_level of replica or logical, and a role that may replicate. It is verified before it
/// counts. With summarize_wal = on, incremental ones can build upon it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup base create
  af backup base create --dir /mnt/backups --max-rate 51200 --spread-checkpoint")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    gently: Gently,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let folder = args.place.folder(context)?;
    let (config, programs) = place::server(context).await?;
    let progress = Progress::bytes(&context.output, "copying");
    let entropy = Generator::from_os();
    let backup = create_base(
        &config,
        place::tools(&folder, &programs),
        &args.gently.options(),
        (&SystemClock, &entropy),
        &|seen| place::show(&progress, seen),
    )
    .await?;
    drop(progress);
    context.output.show(&backup, |backup| place::made(backup, context))?;
    Ok(Exit::Done)
}
