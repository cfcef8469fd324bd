use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use agentflow_core::{
    budget::{Amounts, Subject},
    ids::{ReservationId, TenantId},
};
use agentflow_sql::queries::budgets as sql;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Serialize, de::DeserializeOwned};
use tokio_postgres::types::Json;

use super::{alerts::BudgetAlert, rows::to_micros};
use crate::{
    error::{Error, Result},
    group::{Groups, Work},
    input::stored_json,
    store::Shared,
};

const OPERATION: &str = "reserve or settle";

/// How often a group is tried again that met another in the database.
const TRIES: usize = 3;

/// What one caller wants of the budgets.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(super) id: ReservationId,
    pub(super) step: Step,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Reserve { subject: Subject, amounts: Amounts, key: Option<String>, expires_in: SignedDuration },
    Settle(Amounts),
    Release,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(super) word: String,
    pub(super) budgets: u32,
    pub(super) detail: Option<String>,
    /// When what was asked for now would expire.
    pub(super) expires_at: Option<Timestamp>,
    pub(super) alerts: Vec<BudgetAlert>,
}

impl Outcome {
    /// Reads the detail.
    pub(super) fn detail<T: DeserializeOwned>(&self, id: ReservationId) -> Result<T> {
        let text = self.detail.as_deref().unwrap_or("null");
        stored_json("budget_reservations", "detail", id, text)
    }
}

/// A subject as the functions of the database take it.
#[derive(Debug, Serialize)]
pub(super) struct NumberedSubject<'s> {
    #[serde(rename = "subject")]
    pub(super) number: usize,
    #[serde(flatten)]
    pub(super) subject: &'s Subject,
}

#[derive(Debug, Default, Serialize)]
struct Operation<'c> {
    op: &'static str,
    id: Option<ReservationId>,
    subject: Option<usize>,
    request_key: Option<&'c str>,
    tokens: Option<u64>,
    calls: Option<u64>,
    cost_in_cents: Option<Decimal>,
    expires_at: Option<Timestamp>,
}

impl<'c> Operation<'c> {
    fn of(
        call: &'c Call,
        now: Timestamp,
        subjects: &mut Subjects<'c>,
    ) -> std::result::Result<Self, jiff::Error> {
        let (op, amounts) = match &call.step {
            Step::Reserve { amounts, .. } => ("reserve", Some(amounts)),
            Step::Settle(amounts) => ("settle", Some(amounts)),
            Step::Release => ("release", None),
        };
        let mut operation = Self {
            op,
            id: Some(call.id),
            tokens: amounts.map(|it| it.tokens),
            calls: amounts.map(|it| it.calls),
            cost_in_cents: amounts.map(|it| it.cost_in_cents),
            ..Self::default()
        };
        if let Step::Reserve { subject, key, expires_in, .. } = &call.step {
            operation.subject = Some(subjects.number(subject));
            operation.request_key = key.as_deref();
            operation.expires_at = Some(to_micros(now.checked_add(*expires_in)?));
        }
        Ok(operation)
    }
}

/// Each subject once: many callers are about the same.
#[derive(Default)]
struct Subjects<'c>(HashMap<&'c Subject, usize>);

impl<'c> Subjects<'c> {
    fn number(&mut self, subject: &'c Subject) -> usize {
        let next = self.0.len();
        *self.0.entry(subject).or_insert(next)
    }

    fn list(&self) -> Vec<NumberedSubject<'c>> {
        self.0
            .iter()
            .map(|(subject, number)| NumberedSubject { number: *number, subject })
            .collect()
    }
}

/// Reserves, settles and releases of a tenant, committed together.
pub(crate) struct Reserving;

impl Work for Reserving {
    type Call = Call;
    type Answer = Outcome;
    const OPERATION: &'static str = OPERATION;

    fn groups(shared: &Shared) -> &Groups<Self> {
        &shared.reserving
    }

    fn size(_: &Call) -> usize {
        1
    }

    /// No reservation and no key twice: what the second comes to depends on the first.
    fn together<'c>(calls: impl ExactSizeIterator<Item = &'c Call>) -> usize {
        let (mut ids, mut keys) = (HashSet::new(), HashSet::new());
        let is_first = |call: &&'c Call| {
            let is_new_key = match &call.step {
                Step::Reserve { key: Some(key), .. } => keys.insert(key.as_str()),
                _ => true,
            };
            ids.insert(call.id.0) && is_new_key
        };
        calls.take_while(is_first).count()
    }

    async fn run(shared: &Arc<Shared>, tenant: TenantId, calls: &[Call]) -> Result<Vec<Outcome>> {
        let mut tries = 1;
        loop {
            match apply(shared, tenant, calls).await {
                // Nothing of it was done.
                Err(Error::Conflict { .. }) if tries < TRIES => tries += 1,
                answer => return answer,
            }
        }
    }
}

async fn apply(shared: &Arc<Shared>, tenant: TenantId, calls: &[Call]) -> Result<Vec<Outcome>> {
    let flight = shared.flight(OPERATION, tenant).await?;
    let now = to_micros(shared.now());
    let mut subjects = Subjects::default();
    let operations: std::result::Result<Vec<_>, _> =
        calls.iter().map(|call| Operation::of(call, now, &mut subjects)).collect();
    let operations = operations.map_err(|error| Error::Unavailable {
        operation: OPERATION,
        reason: format!("the clock is out of range: {error}"),
        source: None,
    })?;
    let rows = sql::budget_apply()
        .bind(&flight, tenant.as_uuid(), &Json(subjects.list()), &Json(&operations), &now)
        .all()
        .await;
    let rows = flight.land(rows).await?;
    let mut outcomes = Vec::with_capacity(calls.len());
    let mut alerts = Vec::new();
    for row in rows {
        if row.ordinal.is_none() {
            alerts = stored_json(
                "budget_alerts",
                "alerts",
                tenant,
                row.detail.as_deref().unwrap_or("[]"),
            )?;
            continue;
        }
        outcomes.push(Outcome {
            word: row.outcome,
            budgets: row.budgets.and_then(|it| u32::try_from(it).ok()).unwrap_or_default(),
            detail: row.detail,
            expires_at: operations.get(outcomes.len()).and_then(|it| it.expires_at),
            alerts: Vec::new(),
        });
    }
    tell(tenant, &alerts);
    if let Some(first) = outcomes.iter_mut().find(|it| it.word == "settled") {
        first.alerts = alerts;
    }
    if outcomes.len() == calls.len() {
        return Ok(outcomes);
    }
    Err(Error::Unavailable {
        operation: OPERATION,
        reason: format!("{} of {} answers came", outcomes.len(), calls.len()),
        source: None,
    })
}

/// Lets the operator know.
fn tell(tenant: TenantId, alerts: &[BudgetAlert]) {
    for alert in alerts {
        tracing::warn!(
            %tenant,
            budget = alert.name,
            measure = %alert.measure,
            percent = alert.percent,
            spent = %alert.spent,
            allowed = %alert.allowed,
            "a threshold of a budget is reached"
        );
    }
}
