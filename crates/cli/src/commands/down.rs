use std::path::PathBuf;

use agentflow_postgres::Local;
use serde::Serialize;

use crate::{
    confirm::confirm,
    context::{Context, blocking},
    error::Result,
    exit::Exit,
};

/// Stop the local PostgreSQL
///
/// Stops the server of `af up`. Its data stays, unless --purge says otherwise.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af down
  af down --purge --yes")]
pub(crate) struct Args {
    /// Also remove its data, for good
    #[arg(long)]
    purge: bool,
}

#[derive(Debug, Serialize)]
struct Downed {
    running: bool,
    /// Whether it was running before.
    stopped: bool,
    purged: bool,
    data_dir: PathBuf,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let dir = Local::default_dir()?;
    let data_dir = dir.join("data");
    if args.purge {
        let question = format!("Remove all data in {}?", dir.display());
        confirm(context, &question).await?;
    }
    let purge = args.purge;
    let stopped = blocking(move || {
        let local = Local::at(dir);
        if purge {
            // A damaged folder is what purging is for, so its state is not asked about in detail.
            let was_running = matches!(local.status(), Ok(Some(_)));
            local.purge()?;
            return Ok(was_running);
        }
        Ok(local.down()?)
    })
    .await?;
    let downed = Downed { running: false, stopped, purged: purge, data_dir };
    context.output.show(&downed, |it| {
        let stopped =
            if it.stopped { "Stopped the local PostgreSQL." } else { "Nothing was running." };
        let purged = if it.purged { " Its data is gone." } else { "" };
        format!("{stopped}{purged}")
    })?;
    Ok(Exit::Done)
}
