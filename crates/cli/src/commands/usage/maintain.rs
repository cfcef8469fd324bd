use agentflow::metering::{Maintenance, MaintenanceReport};

use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{counted, facts, thousands},
};

/// Make room for the months to come, and drop those whose time is over
///
/// For the usage of all tenants, once a month or more often. What changed is summed up, and reservations of budgets that ended more
/// than 30 days ago are deleted. With --keep, the events of months that are further back are dropped for good,
/// after they were summed up; the summaries stay, and reports by workspace, agent, model, tool and metric go on as before. No more usage of such months
/// is taken.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af usage maintain
  af usage maintain --keep 13 --yes")]
pub(super) struct Args {
    /// For how many months to come there shall be room
    #[arg(long, value_name = "MONTHS", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=24))]
    ahead: u8,
    /// How many whole months before this one are kept; all of them if absent
    #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u16).range(0..=1200))]
    keep: Option<u16>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    if context.options.acts_as_given {
        let reason =
            "the months of usage are seen to by the user of the system, and not as a principal";
        return Err(Error::usage(reason).with_hint("leave out --as"));
    }
    if let Some(keep) = args.keep {
        let months = counted(keep, "whole month", "whole months");
        let question =
            format!("Drop the events of all tenants that are further back than {months}?");
        confirm(context, &question).await?;
    }
    let store = context.store().await?;
    let maintenance = Maintenance { ahead: args.ahead, keep: args.keep };
    let report = store.admin().metering().maintain(maintenance).await?;
    context.output.show(&report, text)?;
    Ok(Exit::Done)
}

fn text(report: &MaintenanceReport) -> String {
    let months = |names: &[String]| {
        let month = |name: &String| name.replace("metering_events_", "").replace('_', "-");
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.iter().map(month).collect::<Vec<_>>().join(", ")
        }
    };
    facts(&[
        ("New months", months(&report.created)),
        ("Dropped", months(&report.dropped)),
        ("Keys forgotten", thousands(report.keys)),
        ("Hours summed up", thousands(report.hours)),
        ("Old reservations", thousands(report.reservations)),
        ("Periods of budgets", thousands(report.budget_periods)),
        ("Kept from", report.retained_from.to_string()),
    ])
}
