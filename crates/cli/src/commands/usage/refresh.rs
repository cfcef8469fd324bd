use agentflow::metering::RefreshProgress;

use crate::{context::Context, error::Result, exit::Exit, output::counted, progress::Progress};

/// Sum up what changed
///
/// Makes the summaries of all hours anew in which something was recorded or rated, and of their days and months. Reports do so by
/// themselves; run it now and then, and they have less to do. It can be interrupted and run again, and several can run at the same
/// time.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let bar = Progress::bar(&context.output, "Summing up");
    let progress = |now: RefreshProgress| bar.reached(now.done, now.total);
    let report = tenant.metering().refresh(&progress).await;
    drop(bar);
    context.output.show(&report?, |report| match report.hours {
        0 => "Nothing changed since the last time.".to_owned(),
        hours => {
            format!("Summed up {}.", counted(hours, "hour of a workspace", "hours of workspaces"))
        }
    })?;
    Ok(Exit::Done)
}
