use serde_json::json;

use super::place::{self, Place, WhichId};
use crate::{confirm::confirm, context::Context, error::Result, exit::Exit};

/// Delete a base backup
///
/// One that others build upon is not deleted.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup base delete 20261122T080000Z-7f3a9c21")]
pub(super) struct Args {
    /// Which one
    #[arg(value_name = "ID")]
    id: WhichId,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let folder = args.place.folder(context)?;
    let id = place::which(&folder, &args.id)?;
    confirm(context, &format!("Delete the base backup {id}?")).await?;
    folder.delete(&id)?;
    context.output.show(&json!({ "deleted": id }), |_| format!("Deleted {id}."))?;
    Ok(Exit::Done)
}
