//! What calls of tools used, metered in the transaction that records them.

use std::collections::{HashMap, HashSet};

use agentflow_core::{
    ids::{PrincipalId, ToolCallId, WorkflowId},
    metering::{MetricType, UsageEvent},
    run::{ToolCallReport, ToolType},
};
use agentflow_sql::queries::runs as sql;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    StepReport,
    report::{Item, is_cost, name},
};
use crate::{
    budgets::BudgetAlert,
    error::{Error, Result},
    metering::{Teller, ensure_months, record_in},
    runs::worker::may_pass,
    scope::TenantTx,
    store::Handle,
};

const METER: &str = "meter tool calls";

/// What a call used, but for the workflow and the user of its run.
pub(super) fn usage(
    report: &StepReport,
    call: &ToolCallReport,
    id: ToolCallId,
    ordinal: usize,
) -> Vec<UsageEvent> {
    let key = format!("step/{}/{}/{ordinal}", report.step.id, report.step.attempt());
    let tool = name(&call.tool_name);
    let event = |kind: MetricType, metric: &str, quantity: u64| {
        let workspace = report.workspace_id;
        let mut event =
            UsageEvent::new(format!("{key}/{metric}"), workspace, kind, metric, quantity);
        event.run_id = Some(report.claim.run_id);
        event.tool_call_id = Some(id);
        event.occurred_at = call.finished_at.or(call.started_at);
        match call.tool_type {
            ToolType::Llm => event.of_model(&tool),
            ToolType::Connector => event.of_tool(&tool),
        }
    };
    let cost = call.usage.cost_in_cents.as_deref().filter(|cost| is_cost(cost));
    let cost = cost.and_then(|cost| cost.parse::<Decimal>().ok());
    let mut events = Vec::new();
    let mut counted = match call.tool_type {
        ToolType::Llm => event(MetricType::ApiCalls, "llm_calls", 1),
        ToolType::Connector => event(MetricType::ConnectorCalls, "connector_calls", 1),
    };
    if call.tool_type == ToolType::Llm {
        let tokens = [
            ("input_tokens", call.usage.input_tokens),
            ("output_tokens", call.usage.output_tokens),
        ];
        for (metric, quantity) in tokens {
            let Some(quantity) = quantity.filter(|quantity| *quantity > 0) else { continue };
            let mut event = event(MetricType::LlmTokens, metric, quantity);
            // The cost that is told is that of the whole call.
            event.cost_in_cents = cost.map(|_| Decimal::ZERO);
            events.push(event);
        }
    }
    counted.cost_in_cents = cost;
    events.push(counted);
    events
}

/// Makes room for what was used, before there is a transaction. Whether anything is to be metered.
pub(super) async fn prepare(handle: &Handle, items: &[Item<'_>]) -> Result<bool> {
    let now = handle.shared.now();
    let times: Vec<_> = items
        .iter()
        .flat_map(|item| &item.usage)
        .filter(|event| event.validate(now).is_ok())
        .map(|event| event.occurred_at.unwrap_or(now).min(now))
        .collect();
    if items.iter().all(|item| item.usage.is_empty()) {
        return Ok(false);
    }
    match ensure_months(&handle.shared, handle.tenant, times).await {
        Ok(()) => Ok(true),
        Err(error) if may_pass(&error) => Err(error),
        Err(error) => {
            warn_of(&error, items);
            Ok(false)
        }
    }
}

/// Meters what the calls of these steps used. What is refused of it is told, and no error. Gives the thresholds of budgets that
/// are reached, to be told of once it is committed.
pub(super) async fn record(
    tx: &TenantTx,
    handle: &Handle,
    items: &[Item<'_>],
    steps: &HashSet<Uuid>,
) -> Result<Vec<BudgetAlert>> {
    let now = handle.shared.now();
    let recorded: Vec<_> = items
        .iter()
        .filter(|item| steps.contains(&item.step_id) && !item.usage.is_empty())
        .collect();
    let runs: Vec<_> = recorded.iter().map(|item| item.run_id).collect();
    let users = sql::list_users_of_runs().bind(tx, &runs, handle.tenant.as_uuid()).all().await;
    let users = users.map_err(|error| Error::from_postgres(METER, error))?;
    let users: HashMap<_, _> = users.into_iter().map(|row| (row.id, row)).collect();
    let mut events = Vec::new();
    for item in recorded {
        let user = users.get(&item.run_id);
        for event in &item.usage {
            let mut event = event.clone();
            event.principal_id = user.and_then(|user| user.triggered_by).map(PrincipalId);
            event.workflow_id = user.map(|user| WorkflowId(user.workflow_id));
            // The clock of whoever did the step may be ahead.
            event.occurred_at = event.occurred_at.map(|at| at.min(now));
            events.push(event);
        }
    }
    let report = record_in(tx, &handle.shared, handle.tenant, &events, Teller::Library).await?;
    for refused in report.refused {
        tracing::warn!(key = refused.key, reason = %refused.reason, "what a tool call used is not metered");
    }
    Ok(report.alerts)
}

pub(super) fn warn_of(error: &Error, items: &[Item<'_>]) {
    for event in items.iter().flat_map(|item| &item.usage) {
        tracing::warn!(key = event.key, %error, "what a tool call used is not metered");
    }
}
