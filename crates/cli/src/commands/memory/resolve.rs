use agentflow::memory::{MemoryId, Resolution};

use super::{dispute::line, which::find};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// Say which of two memories holds that contradict each other, or that both do
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("how").required(true).args(["keep", "coexist"]))]
#[command(after_long_help = "\
Examples:
  af memory resolve 01998a5d-ac96-774b-bcce-b302099a8057 01998a5d-ac96-774b-bcce-b302099a8058 --keep 01998a5d-ac96-774b-bcce-b302099a8058
  af memory resolve 01998a5d-ac96-774b-bcce-b302099a8057 01998a5d-ac96-774b-bcce-b302099a8058 --coexist")]
pub(super) struct Args {
    /// The one, by id
    #[arg(value_name = "ID")]
    one: MemoryId,
    /// The other, by id
    #[arg(value_name = "OTHER")]
    other: MemoryId,
    /// The one of them that holds: it takes the place of the other
    #[arg(long, value_name = "ID")]
    keep: Option<MemoryId>,
    /// Both hold
    #[arg(long)]
    coexist: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let resolution = match args.keep {
        Some(id) if id != args.one && id != args.other => {
            let message = format!("--keep names {id}, which is neither of the two");
            return Err(Error::usage(message));
        }
        Some(id) => Resolution::Keep(id),
        None => Resolution::Coexist,
    };
    let tenant = context.tenant().await?;
    let memories = tenant.memories();
    for id in [args.one, args.other] {
        find(&memories, id).await?;
    }
    let by = context.actor_in(&tenant).await?;
    let reason = args.reason.as_deref();
    let both = memories.resolve(args.one, args.other, resolution, reason, &by).await?;
    context.output.show(&both, |(one, other)| {
        let what = if args.coexist { "Both hold:" } else { "It is settled:" };
        format!("{what}\n{}\n{}", line(one), line(other))
    })?;
    Ok(Exit::Done)
}
