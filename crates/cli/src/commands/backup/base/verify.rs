use agentflow_backup::base::verify_base;
use serde_json::json;

use super::place::{self, Place, WhichId};
use crate::{context::Context, error::Result, exit::Exit, output::counted, progress::Progress};

/// Verify base backups and all they build upon
///
/// Reads every file and compares its hash, looks whether the write-ahead log that it needs is there, and whether each builds
/// upon the one before it. Every fault is named; exits 1 if there is one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup base verify latest")]
pub(super) struct Args {
    /// Which one, or `latest`
    #[arg(value_name = "ID")]
    id: WhichId,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let folder = args.place.folder(context)?;
    let id = place::which(&folder, &args.id)?;
    let programs = place::programs_of(&folder, &id).await?;
    let progress = Progress::bytes(&context.output, "verifying");
    let see = |seen| place::show(&progress, seen);
    let verified = verify_base(place::tools(&folder, &programs), &id, &see).await?;
    drop(progress);
    let faults: Vec<_> =
        verified.faults.iter().map(|it| json!({ "id": it.id, "fault": it.fault })).collect();
    let status = if faults.is_empty() { "success" } else { "damaged" };
    let value = json!({ "id": id, "status": status, "chain": verified.chain, "faults": faults });
    let exit = if verified.faults.is_empty() { Exit::Done } else { Exit::Found };
    context.output.conclude(&value, exit, |_| {
        if verified.faults.is_empty() {
            let links = place::links(verified.chain.len());
            return context.output.good(&format!("✓ {id}: {links} as they were made"));
        }
        let faults = verified.faults.iter().map(|it| context.output.bad(&format!("✗ {it}")));
        let faults: Vec<_> = faults.collect();
        format!("{}\n{id} has {}", faults.join("\n"), counted(faults.len(), "fault", "faults"))
    })
}
