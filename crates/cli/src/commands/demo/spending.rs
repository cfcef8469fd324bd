use agentflow::{
    Store,
    audit::Actor,
    budgets::{
        Amounts, BudgetPeriod, BudgetSpec, Decision, Enforcement, Limits, ReserveRequest, Subject,
    },
    core::clock::{Clock, SystemClock},
    metering::{GroupBy, MetricType, ReportPeriod, ReportQuery, UsageEvent},
};
use futures::future::try_join_all;
use jiff::SignedDuration;

use super::{story::Told, tenants::Pair};
use crate::{
    error::Result,
    output::{counted, thousands},
};

const CALLS: u64 = 500;
const TOKENS_OF_A_CALL: u64 = 1_200;
const CALLERS: usize = 200;
/// Fewer than there are callers.
const AFFORDABLE: u64 = 120;

/// Tells of the same usage twice, and has it summed up.
pub(super) async fn usage(store: &Store, pair: &Pair) -> Result<Told<()>> {
    let now = SystemClock.now();
    let metering = store.tenant(pair.victim.id).metering();
    let events: Vec<_> = (0..CALLS)
        .map(|call| {
            let (key, workspace) = (format!("call-{call}"), pair.workspace.id);
            let tokens = (MetricType::LlmTokens, "input_tokens", TOKENS_OF_A_CALL);
            UsageEvent::new(key, workspace, tokens.0, tokens.1, tokens.2).of_model("gpt-4o").at(now)
        })
        .collect();
    let first = metering.record_many(&events).await?;
    let second = metering.record_many(&events).await?;
    let from = now - SignedDuration::from_mins(1);
    let until = now + SignedDuration::from_mins(1);
    let mut query = ReportQuery::new(from, until, ReportPeriod::Total);
    query.by = vec![GroupBy::Model];
    let report = metering.report(&query).await?;
    let tokens: Vec<_> = report.rows.iter().map(|row| row.input_tokens).collect();
    let holds = (first.recorded, second.recorded, second.repeated) == (CALLS, 0, CALLS)
        && tokens == [(CALLS * TOKENS_OF_A_CALL).into()];
    let count = counted(CALLS, "call of a model", "calls of a model");
    let did = format!("Told of {count}, twice, and summed up the tokens.");
    let sum = thousands(CALLS * TOKENS_OF_A_CALL);
    let proved = if holds {
        format!("Each counts once: {sum} tokens of gpt-4o.")
    } else {
        format!("But the sum is not {sum} tokens.")
    };
    Ok(Told { value: (), did, proved, holds })
}

/// Has more callers spend at once than a budget allows.
pub(super) async fn budget(store: &Store, pair: &Pair) -> Result<Told<()>> {
    let budgets = store.tenant(pair.victim.id).budgets();
    let spec = BudgetSpec {
        name: "calls".to_owned(),
        subject: Subject::default(),
        enforcement: Enforcement::Hard,
        period: BudgetPeriod::Total,
        time_zone: "UTC".to_owned(),
        limits: Limits { calls: Some(AFFORDABLE), ..Limits::default() },
        // An alert would be a line of the log amid the story.
        thresholds: Vec::new(),
        carry_over_percent: 0,
    };
    let budget = budgets.set(spec, &Actor::user("demo")).await?;
    let spend = async || {
        let request = ReserveRequest::new(Subject::default(), Amounts::calls(1));
        match budgets.reserve(request).await? {
            Decision::Reserved(reservation) => {
                budgets.settle(reservation.id, Amounts::calls(1)).await.map(|_| true)
            }
            Decision::Refused(_) => Ok(false),
        }
    };
    let answers = try_join_all((0..CALLERS).map(|_| spend())).await?;
    let allowed = answers.iter().filter(|allowed| **allowed).count();
    let state = budgets.get(budget.id).await?.map(|budget| budget.state.calls);
    let holds = state
        .is_some_and(|calls| calls.spent == AFFORDABLE.into() && calls.reserved.is_zero())
        && u64::try_from(allowed) == Ok(AFFORDABLE);
    let did = format!(
        "Had {CALLERS} callers reserve and settle a call at once, of a budget of {AFFORDABLE}."
    );
    let proved = if holds {
        format!(
            "Exactly {AFFORDABLE} were allowed, the others refused, and nothing stays reserved."
        )
    } else {
        format!("But {allowed} were allowed.")
    };
    Ok(Told { value: (), did, proved, holds })
}
