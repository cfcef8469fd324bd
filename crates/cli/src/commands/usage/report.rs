use agentflow::{
    core::{
        InvalidInput,
        clock::{Clock, SystemClock},
    },
    metering::{Group, GroupBy, MetricType, ReportPeriod, ReportQuery, UsageReport, UsageRow},
};
use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    chart::{self, Bar, chart},
    csv::{self, csv},
    measure::Measure,
    numbers::{cents, grouped},
};
use crate::{
    commands::agent,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    instant::past,
    named,
    output::{counted, table},
};

/// The most windows of a chart that are filled in where nothing was used.
const FILLED: usize = 1_000;

/// Report what was used and what it cost
///
/// By windows of time in UTC, each as a whole, and by whatever else is named. Of tokens, calls, minutes and cents these are sums; of stored bytes
/// it is what was last read in a window. What was recorded since the last time is summed up first.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af usage report --by model --period day --from 7d
  af usage report --by workspace,agent --period total --from 2026-11-01 --to 2026-12-01 --csv
  af usage report --period hour --from 1d --chart --measure tokens")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Args {
    /// From when on: 2026-11-21T04:41:00Z, a day in UTC, or how long ago, such as 7d; 30d if absent
    #[arg(long, value_name = "TIME", value_parser = past)]
    from: Option<Timestamp>,
    /// Until before when; until now if absent
    #[arg(long, value_name = "TIME", value_parser = past)]
    to: Option<Timestamp>,
    /// How long the windows are
    #[arg(long, value_name = "PERIOD", value_enum, default_value_t = Period::Day)]
    period: Period,
    /// What rows are told apart by, several with commas; user, workflow and run are read from the events, which takes longer
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    by: Vec<By>,
    /// Only in this workspace, by name or id
    #[arg(long, value_name = "NAME-or-ID")]
    workspace: Option<String>,
    /// Only by this agent, by id, or by slug with --team
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// The team of the agent, by slug or id
    #[arg(long, value_name = "TEAM", requires = "agent")]
    team: Option<String>,
    /// Only of this model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Only of this tool
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// Only of this type or name of a metric, or of both: llm_tokens, input_tokens, llm_tokens/input_tokens
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,
    /// Draw bars
    #[arg(long)]
    chart: bool,
    /// What the bars show
    #[arg(long, value_name = "MEASURE", value_enum, default_value_t = Measure::Cost, requires = "chart")]
    measure: Measure,
    /// Draw with ASCII only; without it, what LC_ALL, LC_CTYPE and LANG say
    #[arg(long, requires = "chart")]
    plain: bool,
    /// Write comma-separated values; a text that a spreadsheet would take for a formula gets a ' in front
    #[arg(long, conflicts_with = "chart")]
    csv: bool,
    /// Leave out what is not summed up yet
    #[arg(long)]
    stale: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Period {
    Hour,
    Day,
    Month,
    Total,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Workspace,
    Agent,
    Model,
    Tool,
    Metric,
    User,
    Workflow,
    Run,
}

pub(super) async fn run(mut args: Args, context: &Context) -> Result<Exit> {
    let mut seen = Vec::new();
    args.by.retain(|by| {
        !seen.contains(by) && {
            seen.push(*by);
            true
        }
    });
    if args.csv && context.output.is_json() {
        return Err(Error::usage("--csv and --output json are two forms of the same result")
            .with_hint("leave out one of them"));
    }
    let tenant = context.tenant().await?;
    let report = tenant.metering().report(&query(&args, &tenant).await?).await?;
    if args.csv {
        context.output.raw(&lines(&args, &report))?;
    } else {
        context.output.show(&report, |report| text(&args, report))?;
    }
    if report.unpriced_events > 0 {
        let events = counted(report.unpriced_events, "event has", "events have");
        context.output.note(&format!(
            "{events} no price. `af price publish FILE` says what they cost, and then `af usage rerate`."
        ));
    }
    Ok(Exit::Done)
}

/// The next second: what was recorded just now is in what goes until now.
pub(super) fn soon() -> Timestamp {
    SystemClock.now().checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX)
}

async fn query(args: &Args, tenant: &agentflow::Tenant) -> Result<ReportQuery> {
    let to = args.to.unwrap_or_else(soon);
    let from = match args.from {
        Some(from) => from,
        None => past("30d").map_err(Error::usage)?,
    };
    let period = match args.period {
        Period::Hour => ReportPeriod::Hour,
        Period::Day => ReportPeriod::Day,
        Period::Month => ReportPeriod::Month,
        Period::Total => ReportPeriod::Total,
    };
    let team = match &args.team {
        Some(team) => Some(named::team(tenant, team).await?),
        None => None,
    };
    let agent_id = match &args.agent {
        Some(name) => Some(agent::find(tenant, team.as_ref(), name).await?),
        None => None,
    };
    let (metric_type, metric_name) = metric(args.metric.as_deref())?;
    Ok(ReportQuery {
        by: args.by.iter().map(|by| by.group()).collect(),
        workspace_id: named::workspace_id(tenant, args.workspace.as_deref()).await?,
        agent_id,
        model: args.model.clone(),
        tool: args.tool.clone(),
        metric_type,
        metric_name,
        refresh: !args.stale,
        ..ReportQuery::new(from, to, period)
    })
}

/// The type, the name, or both as a report shows them.
fn metric(text: Option<&str>) -> Result<(Option<MetricType>, Option<String>)> {
    let Some(text) = text else { return Ok((None, None)) };
    match text.split_once('/') {
        Some((metric_type, name)) => match metric_type.parse() {
            Ok(metric_type) => Ok((Some(metric_type), Some(name.to_owned()))),
            Err(InvalidInput { reason, .. }) => {
                Err(Error::usage(format!("--metric: `{metric_type}` is no type; {reason}")))
            }
        },
        None => Ok(match text.parse() {
            Ok(metric_type) => (Some(metric_type), None),
            Err(_) => (None, Some(text.to_owned())),
        }),
    }
}

impl By {
    const fn group(self) -> GroupBy {
        match self {
            Self::Workspace => GroupBy::Workspace,
            Self::Agent => GroupBy::Agent,
            Self::Model => GroupBy::Model,
            Self::Tool => GroupBy::Tool,
            Self::Metric => GroupBy::Metric,
            Self::User => GroupBy::User,
            Self::Workflow => GroupBy::Workflow,
            Self::Run => GroupBy::Run,
        }
    }

    const fn header(self) -> &'static str {
        match self {
            Self::Workspace => "WORKSPACE",
            Self::Agent => "AGENT",
            Self::Model => "MODEL",
            Self::Tool => "TOOL",
            Self::Metric => "METRIC",
            Self::User => "USER",
            Self::Workflow => "WORKFLOW",
            Self::Run => "RUN",
        }
    }

    /// The name of it in a row, or its id where it has none any more; nothing where the events named none.
    fn name(self, group: &Group) -> String {
        let or_id = |name: &Option<String>, id: Option<String>| name.clone().or(id);
        let name = match self {
            Self::Workspace => or_id(&group.workspace, group.workspace_id.map(|id| id.to_string())),
            Self::Agent => or_id(&group.agent, group.agent_id.map(|id| id.to_string())),
            Self::Model => group.model.clone(),
            Self::Tool => group.tool.clone(),
            Self::Metric => {
                let name = group.metric_name.as_deref().unwrap_or_default();
                group.metric_type.map(|metric_type| format!("{metric_type}/{name}"))
            }
            Self::User => or_id(&group.principal, group.principal_id.map(|id| id.to_string())),
            Self::Workflow => or_id(&group.workflow, group.workflow_id.map(|id| id.to_string())),
            Self::Run => group.run_id.map(|id| id.to_string()),
        };
        name.unwrap_or_default()
    }
}

/// The beginning of a window, as short as it can be told.
fn window(period: Period, start: Timestamp) -> String {
    let start = start.to_zoned(TimeZone::UTC);
    match period {
        Period::Hour => start.strftime("%Y-%m-%d %H:00").to_string(),
        Period::Day => start.strftime("%Y-%m-%d").to_string(),
        Period::Month => start.strftime("%Y-%m").to_string(),
        Period::Total => String::new(),
    }
}

fn text(args: &Args, report: &UsageReport) -> String {
    let span = format!("From {} to before {} (UTC)", report.from, report.to);
    if report.rows.is_empty() {
        return format!("{span}: nothing was used.");
    }
    let shown = if args.chart { bars(args, report) } else { rows(args, report) };
    let in_all = if args.chart { args.measure } else { Measure::Cost }.in_all(report);
    let about = if args.chart { format!("{}. {span}", args.measure.unit()) } else { span };
    format!("{about}\n\n{shown}\n\n{in_all}")
}

fn rows(args: &Args, report: &UsageReport) -> String {
    let has_windows = args.period != Period::Total;
    let mut header = if has_windows { vec!["WINDOW"] } else { Vec::new() };
    header.extend(args.by.iter().map(|by| by.header()));
    header.extend(["EVENTS", "TOKENS", "IN", "OUT", "CALLS", "BYTES", "MINUTES", "CENTS"]);
    let row = |row: &UsageRow| {
        let mut cells = if has_windows { vec![window(args.period, row.start)] } else { Vec::new() };
        cells.extend(args.by.iter().map(|by| by.name(&row.group)));
        let amounts = [
            row.events.into(),
            row.tokens,
            row.input_tokens,
            row.output_tokens,
            row.connector_calls + row.api_calls,
            row.storage_bytes,
            row.compute_minutes,
        ];
        // What is nothing is left out, so that something can be seen.
        let shown = |it: Decimal| if it.is_zero() { String::new() } else { grouped(it) };
        cells.extend(amounts.map(shown));
        cells.push(cents(row.cost_in_cents));
        cells
    };
    table(&header, report.rows.iter().map(row))
}

fn bars(args: &Args, report: &UsageReport) -> String {
    let bar = |row: &UsageRow| {
        let names = args.by.iter().map(|by| by.name(&row.group));
        let names = names.map(|name| if name.is_empty() { "(none)".to_owned() } else { name });
        let window = Some(window(args.period, row.start)).filter(|it| !it.is_empty());
        let labels = window.into_iter().chain(names).collect();
        let value = args.measure.of(row);
        Bar { labels, value, shown: args.measure.shown(value) }
    };
    let mut bars: Vec<_> = report.rows.iter().map(bar).collect();
    if args.by.is_empty() {
        bars = filled(args, report, bars);
    }
    chart(&bars, chart::width(), args.plain || !chart::is_unicode())
}

/// With the windows in which nothing was used, as long as those are not very many: time is to be seen as it goes by.
fn filled(args: &Args, report: &UsageReport, bars: Vec<Bar>) -> Vec<Bar> {
    let (mut all, mut at) = (Vec::new(), report.from);
    let mut given = report.rows.iter().zip(&bars).peekable();
    while at < report.to && args.period != Period::Total {
        if all.len() == FILLED {
            return bars;
        }
        let here = given.next_if(|(row, _)| row.start == at).map(|(_, bar)| bar);
        let (value, shown) = match here {
            Some(bar) => (bar.value, bar.shown.clone()),
            None => (Decimal::ZERO, args.measure.shown(Decimal::ZERO)),
        };
        all.push(Bar { labels: vec![window(args.period, at)], value, shown });
        at = report.period.end_of(at);
    }
    if all.is_empty() { bars } else { all }
}

fn lines(args: &Args, report: &UsageReport) -> String {
    let mut header = vec!["start", "end"];
    for by in &args.by {
        header.extend_from_slice(match by {
            By::Workspace => &["workspace_id", "workspace"],
            By::Agent => &["agent_id", "agent"],
            By::Model => &["model"],
            By::Tool => &["tool"],
            By::Metric => &["metric_type", "metric_name"],
            By::User => &["principal_id", "principal"],
            By::Workflow => &["workflow_id", "workflow"],
            By::Run => &["run_id"],
        });
    }
    let names = header.len();
    header.extend([
        "events",
        "tokens",
        "input_tokens",
        "output_tokens",
        "connector_calls",
        "api_calls",
        "storage_bytes",
        "compute_minutes",
        "cost_in_cents",
        "unpriced_events",
    ]);
    let row = |row: &UsageRow| {
        // Called as they are in JSON.
        let json = serde_json::to_value(row).unwrap_or_default();
        let mut cells = vec![row.start.to_string(), row.end.to_string()];
        let name = |key: &&str| csv::text(json[*key].as_str().unwrap_or_default());
        cells.extend(header[2..names].iter().map(name));
        cells.push(row.events.to_string());
        let amounts = [
            row.tokens,
            row.input_tokens,
            row.output_tokens,
            row.connector_calls,
            row.api_calls,
            row.storage_bytes,
            row.compute_minutes,
            row.cost_in_cents,
        ];
        cells.extend(amounts.map(|amount| amount.to_string()));
        cells.push(row.unpriced_events.to_string());
        cells
    };
    csv(&header, report.rows.iter().map(row))
}
