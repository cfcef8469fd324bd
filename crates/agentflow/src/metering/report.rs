use agentflow_core::{
    InvalidInput,
    ids::{AgentId, PrincipalId, RunId, WorkflowId, WorkspaceId},
    metering::{MetricType, ReportPeriod, Unit},
};
use agentflow_sql::queries::{metering as months, usage as sql};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Metering, decimal::stored_decimal};
use crate::{
    error::{Error, Result},
    input::known,
};

/// The most rows of a report.
pub const MAX_REPORT_ROWS: usize = 100_000;

const OPERATION: &str = "report usage";

/// What the rows of a report are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// The workspace it was used in.
    Workspace,
    /// The agent it was used by.
    Agent,
    /// The model.
    Model,
    /// The tool.
    Tool,
    /// The type and the name of the metric.
    Metric,
    /// The user or service it was used by. As the two below, read from the events themselves: not for what is no longer kept, and
    /// slower.
    User,
    /// The workflow it was used in.
    Workflow,
    /// The run it was used in.
    Run,
}

impl GroupBy {
    /// Whether summaries tell it apart.
    pub const fn is_summed_up(self) -> bool {
        !matches!(self, Self::User | Self::Workflow | Self::Run)
    }
}

/// What is to be reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportQuery {
    /// From when on. Windows are reported as a whole: it is taken back to the beginning of the first one.
    pub from: Timestamp,
    /// Until before when, and to the end of the last window.
    pub to: Timestamp,
    /// How long the windows are.
    pub period: ReportPeriod,
    /// What rows are told apart by, besides the window.
    pub by: Vec<GroupBy>,
    /// Only what was used in this workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// Only what was used by this agent.
    pub agent_id: Option<AgentId>,
    /// Only of this model.
    pub model: Option<String>,
    /// Only of this tool.
    pub tool: Option<String>,
    /// Only of this type.
    pub metric_type: Option<MetricType>,
    /// Only of metrics of this name.
    pub metric_name: Option<String>,
    /// Whether what changed is summed up first. Without it, the newest usage may be missing.
    pub refresh: bool,
}

impl ReportQuery {
    /// Everything from one moment to before another, by windows only.
    pub fn new(from: Timestamp, to: Timestamp, period: ReportPeriod) -> Self {
        Self {
            from,
            to,
            period,
            by: Vec::new(),
            workspace_id: None,
            agent_id: None,
            model: None,
            tool: None,
            metric_type: None,
            metric_name: None,
            refresh: true,
        }
    }

    /// Tells rows apart by this as well.
    #[must_use]
    pub fn by(mut self, group: GroupBy) -> Self {
        self.by.push(group);
        self
    }

    fn groups(&self, group: GroupBy) -> bool {
        self.by.contains(&group)
    }
}

/// What was used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsageReport {
    /// From when on: the beginning of the first window.
    pub from: Timestamp,
    /// Until before when: the end of the last window.
    pub to: Timestamp,
    /// How long the windows are.
    pub period: ReportPeriod,
    /// In order of their windows, and within them of the names of what they are told apart by. None for what was not used.
    pub rows: Vec<UsageRow>,
    /// For how many events there was no price. Levels have none and do not count.
    pub unpriced_events: u64,
}

/// What was used in a window, by somebody or of something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsageRow {
    /// The beginning of the window.
    pub start: Timestamp,
    /// Its end, which is not in it.
    pub end: Timestamp,
    /// What it is told apart by.
    #[serde(flatten)]
    pub group: Group,
    /// How many events there were.
    pub events: u64,
    /// Tokens of models: of all metrics of that type.
    pub tokens: Decimal,
    /// Of those, of metrics whose name ends in `input_tokens`.
    pub input_tokens: Decimal,
    /// Of those, of metrics whose name ends in `output_tokens`.
    pub output_tokens: Decimal,
    /// Calls of connectors.
    pub connector_calls: Decimal,
    /// Calls of an API.
    pub api_calls: Decimal,
    /// Bytes stored: what was read last in the window of each series (workspace, metric, agent, model, tool), and of those the sum. 0 where
    /// nothing was read.
    pub storage_bytes: Decimal,
    /// Minutes of computing.
    pub compute_minutes: Decimal,
    /// What it cost, in cents.
    pub cost_in_cents: Decimal,
    /// When told apart by metric: what it is counted in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// When told apart by metric: how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// For how many events there was no price.
    pub unpriced_events: u64,
}

/// What a row is told apart by; nothing else is set, nor is what an event did not name. Names are those of today, and none of what is no more.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Group {
    /// The workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<WorkspaceId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// The agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The user or service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<PrincipalId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The type of the metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_type: Option<MetricType>,
    /// The name of the metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
}

impl Metering {
    /// What was used, by windows of time and whatever else. From the summaries where they tell it apart, else from the events. In
    /// UTC, and in whole windows.
    ///
    /// Fails with [`Error::InvalidInput`] for a period that is empty, that has more than [`MAX_REPORT_ROWS`] rows, or of which the events are no
    /// longer kept where they are needed.
    pub async fn report(&self, query: &ReportQuery) -> Result<UsageReport> {
        if query.from >= query.to {
            let input = InvalidInput::new("to", "expected a time after `from`");
            return Err(Error::invalid(OPERATION)(input));
        }
        let from = query.period.start_of(query.from);
        let to = query.period.rounded_up(query.to);
        let rows = if query.by.iter().all(|group| group.is_summed_up()) {
            if query.refresh {
                self.refresh(&|_| ()).await?;
            }
            self.read_summaries(query, from, to).await?
        } else {
            self.read_events(query, from, to).await?
        };
        if rows.len() > MAX_REPORT_ROWS {
            let reason = "that makes more than 100,000 rows; ask for less time, longer windows or fewer groups, or filter";
            return Err(Error::invalid(OPERATION)(InvalidInput::new("from", reason)));
        }
        let is_total = query.period == ReportPeriod::Total;
        let rows = rows.into_iter().map(|row| {
            let end = if is_total { to } else { query.period.end_of(row.window_start) };
            usage_row(row, end)
        });
        let rows: Vec<_> = rows.collect::<Result<_>>()?;
        let unpriced_events = rows.iter().map(|row| row.unpriced_events).sum();
        Ok(UsageReport { from, to, period: query.period, rows, unpriced_events })
    }

    async fn read_summaries(
        &self,
        query: &ReportQuery,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<sql::UsageRow>> {
        let flight = self.0.flight(OPERATION).await?;
        let rows = sql::report_summaries()
            .bind(
                &flight,
                &(query.period == ReportPeriod::Total),
                &from,
                self.0.tenant.as_uuid(),
                &longest_windows(query.period, from, to),
                &to,
                &query.workspace_id.map(|id| id.0),
                &query.agent_id.map(|id| id.0),
                &query.model.as_deref(),
                &query.tool.as_deref(),
                &query.metric_type.map(MetricType::as_str),
                &query.metric_name.as_deref(),
                &query.groups(GroupBy::Workspace),
                &query.groups(GroupBy::Agent),
                &query.groups(GroupBy::Model),
                &query.groups(GroupBy::Tool),
                &query.groups(GroupBy::Metric),
                &MOST,
            )
            .all()
            .await;
        flight.land(rows).await
    }

    async fn read_events(
        &self,
        query: &ReportQuery,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<sql::UsageRow>> {
        let flight = self.0.flight(OPERATION).await?;
        let retained_from = months::retained_from().bind(&flight).one().await;
        let retained_from = flight.land(retained_from).await?;
        if from < retained_from {
            let reason = format!(
                "usage before {retained_from} is kept in summaries only, which do not tell users, workflows and runs apart"
            );
            return Err(Error::invalid(OPERATION)(InvalidInput::new("from", reason)));
        }
        let flight = self.0.flight(OPERATION).await?;
        let rows = sql::report_events()
            .bind(
                &flight,
                &(query.period == ReportPeriod::Total),
                &from,
                &query.period.as_str(),
                &query.groups(GroupBy::User),
                &query.groups(GroupBy::Workflow),
                &query.groups(GroupBy::Run),
                self.0.tenant.as_uuid(),
                &to,
                &query.workspace_id.map(|id| id.0),
                &query.agent_id.map(|id| id.0),
                &query.model.as_deref(),
                &query.tool.as_deref(),
                &query.metric_type.map(MetricType::as_str),
                &query.metric_name.as_deref(),
                &query.groups(GroupBy::Workspace),
                &query.groups(GroupBy::Agent),
                &query.groups(GroupBy::Model),
                &query.groups(GroupBy::Tool),
                &query.groups(GroupBy::Metric),
                &MOST,
            )
            .all()
            .await;
        flight.land(rows).await
    }
}

/// One more than may be, to see that there are more.
const MOST: i64 = 100_001;

/// The summaries to read: of a total, the longest that fit.
fn longest_windows(period: ReportPeriod, from: Timestamp, to: Timestamp) -> &'static str {
    let fits = |period: ReportPeriod| period.start_of(from) == from && period.start_of(to) == to;
    match period {
        ReportPeriod::Month => "monthly",
        ReportPeriod::Total if fits(ReportPeriod::Month) => "monthly",
        ReportPeriod::Day => "daily",
        ReportPeriod::Total if fits(ReportPeriod::Day) => "daily",
        ReportPeriod::Hour | ReportPeriod::Total => "hourly",
    }
}

fn usage_row(row: sql::UsageRow, end: Timestamp) -> Result<UsageRow> {
    const TABLE: &str = "usage_summaries";
    let start = row.window_start;
    let number = |text: &str| stored_decimal(TABLE, "quantity", start, text);
    let metric_type = row.metric_type.as_deref();
    let metric_type = metric_type
        .map(|word| known::<MetricType>(TABLE, "metric_type", start, word))
        .transpose()?;
    let mut usage = UsageRow {
        start,
        end,
        events: row.events.unsigned_abs(),
        tokens: number(&row.tokens)?,
        input_tokens: number(&row.input_tokens)?,
        output_tokens: number(&row.output_tokens)?,
        connector_calls: number(&row.connector_calls)?,
        api_calls: number(&row.api_calls)?,
        storage_bytes: number(&row.storage_bytes)?,
        compute_minutes: number(&row.compute_minutes)?,
        cost_in_cents: stored_decimal(TABLE, "total_cost_in_cents", start, &row.cost_in_cents)?,
        unit: metric_type.map(MetricType::unit),
        quantity: None,
        unpriced_events: row.unpriced_events.unsigned_abs(),
        group: Group {
            workspace_id: row.workspace_id.map(WorkspaceId),
            workspace: row.workspace_name,
            agent_id: row.agent_id.map(AgentId),
            agent: row.agent_name,
            principal_id: row.principal_id.map(PrincipalId),
            principal: row.principal_name,
            workflow_id: row.workflow_id.map(WorkflowId),
            workflow: row.workflow_name,
            run_id: row.run_id.map(RunId),
            model: row.model,
            tool: row.tool,
            metric_type,
            metric_name: row.metric_name,
        },
    };
    usage.quantity = metric_type.map(|metric_type| usage.quantity_of(metric_type));
    Ok(usage)
}

impl UsageRow {
    /// How much of a type of metric.
    pub fn quantity_of(&self, metric_type: MetricType) -> Decimal {
        match metric_type {
            MetricType::LlmTokens => self.tokens,
            MetricType::ConnectorCalls => self.connector_calls,
            MetricType::ApiCalls => self.api_calls,
            MetricType::StorageBytes => self.storage_bytes,
            MetricType::ComputeMinutes => self.compute_minutes,
        }
    }
}
