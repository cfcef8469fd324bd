use agentflow_core::ids::RunId;
use agentflow_sql::queries::{policies, runs as sql};
use serde::Serialize;

use super::{Run, Runs, StepRow, ToolCallRow, rows};
use crate::{
    approvals::{ApprovalDecision, ApprovalFilter, ApprovalRequest, Approvals},
    error::{Error, Result},
    policies::{DecisionRow, decision_row},
};

/// Everything that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The run.
    pub run: Run,
    /// What the policies decided when it was started; absent if that is no longer stored.
    pub decision: Option<DecisionRow>,
    /// Its steps, in the order of the definition.
    pub steps: Vec<StepRow>,
    /// What people were asked, the earliest first.
    pub approvals: Vec<AskedApproval>,
    /// What its steps called, in the order in which it was recorded.
    pub tool_calls: Vec<ToolCallRow>,
    /// What those calls cost together, in cents, as a decimal number; absent if none of them told.
    pub cost_in_cents: Option<String>,
}

/// A request for approval with what people decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AskedApproval {
    /// The request.
    #[serde(flatten)]
    pub request: ApprovalRequest,
    /// In the order in which they were made.
    pub decisions: Vec<ApprovalDecision>,
}

impl Runs {
    /// Everything that happened in a run so far. It is read by several statements, so that a run that goes on meanwhile may be a
    /// little further in the later parts.
    pub async fn timeline(&self, id: RunId) -> Result<Option<Timeline>> {
        let Some(run) = self.get(id).await? else { return Ok(None) };
        let decision = self.decision_of(id).await?;
        let steps = self.steps(id).await?;
        let approvals = self.approvals_of(id).await?;
        let tool_calls = self.tool_calls(id).await?;
        let cost_in_cents = total_cost(&tool_calls)?;
        Ok(Some(Timeline { run, decision, steps, approvals, tool_calls, cost_in_cents }))
    }

    async fn decision_of(&self, id: RunId) -> Result<Option<DecisionRow>> {
        let flight = self.0.flight("get the decision about a run").await?;
        let rows = policies::list_decisions_of_runs()
            .bind(&flight, self.0.tenant.as_uuid(), &vec![id.0])
            .map(decision_row)
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().next().transpose()
    }

    async fn steps(&self, id: RunId) -> Result<Vec<StepRow>> {
        let flight = self.0.flight("list the steps of a run").await?;
        let rows = sql::list_steps()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::step)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    async fn tool_calls(&self, id: RunId) -> Result<Vec<ToolCallRow>> {
        let flight = self.0.flight("list the tool calls of a run").await?;
        let rows = sql::list_tool_calls()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::tool_call)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    async fn approvals_of(&self, id: RunId) -> Result<Vec<AskedApproval>> {
        let approvals = Approvals::new(self.0.clone());
        let filter = ApprovalFilter { run: Some(id), ..ApprovalFilter::default() };
        let requests = approvals.list(&filter, None, u16::MAX).await?;
        let ids: Vec<_> = requests.iter().map(|request| request.id).collect();
        let decisions = if ids.is_empty() { Vec::new() } else { approvals.decisions(&ids).await? };
        // They are listed newest first.
        let asked = requests.into_iter().rev().map(|request| {
            let own = decisions.iter().filter(|it| it.approval_request_id == request.id);
            AskedApproval { decisions: own.cloned().collect(), request }
        });
        Ok(asked.collect())
    }
}

/// How many millionths of a cent a cent has: the database keeps six places.
const PLACES: u32 = 6;

fn total_cost(calls: &[ToolCallRow]) -> Result<Option<String>> {
    let mut total: Option<i128> = None;
    for call in calls {
        let Some(cost) = &call.usage.cost_in_cents else { continue };
        let sum = millionths(cost).and_then(|cost| total.unwrap_or(0).checked_add(cost));
        let sum = sum.ok_or_else(|| Error::Inconsistent {
            table: "tool_calls",
            column: "cost_in_cents",
            row: call.id.to_string(),
        })?;
        total = Some(sum);
    }
    Ok(total.map(in_cents))
}

/// Of a decimal number that is not negative and has at most six places.
fn millionths(cents: &str) -> Option<i128> {
    let (whole, fraction) = cents.split_once('.').unwrap_or((cents, ""));
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let places = u32::try_from(fraction.len()).ok()?;
    if whole.is_empty() || !digits(whole) || !digits(fraction) || places > PLACES {
        return None;
    }
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<i128>().ok()? };
    let whole = whole.parse::<i128>().ok()?.checked_mul(10_i128.pow(PLACES))?;
    whole.checked_add(fraction * 10_i128.pow(PLACES - places))
}

/// Without zeros that say nothing.
fn in_cents(millionths: i128) -> String {
    let unit = 10_i128.pow(PLACES);
    let text = format!("{}.{:06}", millionths / unit, millionths % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_are_read_and_written_exactly() {
        for (text, expected) in [
            ("0", 0),
            ("0.000001", 1),
            ("12", 12_000_000),
            ("1.5", 1_500_000),
            ("1.500000", 1_500_000),
            ("99999999999999.999999", 99_999_999_999_999_999_999),
        ] {
            assert_eq!(millionths(text), Some(expected), "{text}");
        }
        for text in ["", ".5", "-1", "1e3", "1.0000001", "NaN", "1.-5"] {
            assert_eq!(millionths(text), None, "{text}");
        }
        assert_eq!(in_cents(1_500_000), "1.5");
        assert_eq!(in_cents(0), "0");
        assert_eq!(in_cents(120_000_000), "120");
        assert_eq!(in_cents(99_999_999_999_999_999_999), "99999999999999.999999");
    }
}
