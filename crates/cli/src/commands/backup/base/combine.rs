use std::path::PathBuf;

use agentflow::core::{clock::SystemClock, random::Generator};
use agentflow_backup::base::{combine_base, restore_base};
use serde_json::json;

use super::place::{self, Place, WhichId};
use crate::{context::Context, error::Result, exit::Exit, progress::Progress};

/// Put an incremental base backup together with those it builds upon
///
/// Every file of every link is verified before, and the result afterwards. Without --to it becomes another base backup, that
/// needs no other; with it, a data folder that a server can be started on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup base combine latest
  af backup base combine latest --to /var/lib/postgresql/18/main")]
pub(super) struct Args {
    /// Which one, or `latest`
    #[arg(value_name = "ID")]
    id: WhichId,
    /// Make a data folder of it, which must not be there or be empty
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let folder = args.place.folder(context)?;
    let id = place::which(&folder, &args.id)?;
    let programs = place::programs_of(&folder, &id).await?;
    let tools = place::tools(&folder, &programs);
    let progress = Progress::bytes(&context.output, "verifying");
    let see = |seen| place::show(&progress, seen);
    let Some(to) = &args.to else {
        let entropy = Generator::from_os();
        let backup = combine_base(tools, &id, (&SystemClock, &entropy), &see).await?;
        drop(progress);
        context.output.show(&backup, |backup| place::made(backup, context))?;
        return Ok(Exit::Done);
    };
    let chain = restore_base(tools, &id, to, &see).await?;
    drop(progress);
    let to = place::shown(to);
    let value = json!({ "id": id, "data_dir": to, "combined_from": chain });
    context.output.show(&value, |_| {
        format!(
            "{}\nGive the folder to the account that runs PostgreSQL, look at its settings, and start the server on it.",
            context.output.good(&format!("✓ {} became {}", place::links(chain.len()), to.display()))
        )
    })?;
    Ok(Exit::Done)
}
