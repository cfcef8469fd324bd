//! One statement for many events, and what it answers.

use agentflow_core::{InvalidInput, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::metering as sql;
use jiff::Timestamp;
use tokio_postgres::{error::SqlState, types::Json};
use uuid::Uuid;

use super::{
    item::{Checked, Item},
    months::ensure_months,
    record::{RECORD, TRIES, is_passing},
    recorded::Refusal,
};
use crate::{
    budgets::BudgetAlert,
    error::{Error, Result},
    input::stored_json,
    scope::TenantTx,
    store::Shared,
};

/// What became of an event that was sent.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    Recorded,
    /// Its key was known, and was removed before it could be looked at.
    Gone,
    /// Its key is known, with this fingerprint.
    Known(Sha256),
    Refused(Refusal),
}

impl Fate {
    /// What becomes of another event with the same key, when this became of the `first`. `None`: it has to be sent itself.
    pub(super) fn of_twin(&self, first: Sha256, twin: Sha256) -> Option<Self> {
        match self {
            Self::Recorded => Some(Self::Known(first)),
            Self::Gone => None,
            Self::Known(known) => Some(Self::Known(*known)),
            Self::Refused(reason) => (first == twin).then(|| Self::Refused(reason.clone())),
        }
    }
}

/// What became of all that were sent, in their order.
pub(super) struct Sent {
    pub(super) fates: Vec<Fate>,
    pub(super) alerts: Vec<BudgetAlert>,
}

/// How statements reach the database.
pub(super) enum Way<'t> {
    /// Each in a transaction of its own, in one round trip.
    Alone,
    /// Within a transaction.
    Within(&'t TenantTx),
}

impl Way<'_> {
    /// Sends events, no two of which have the same key.
    pub(super) async fn send(
        &self,
        shared: &Shared,
        tenant: TenantId,
        events: &[Checked<'_>],
    ) -> Result<Sent> {
        let rows = self.record_patiently(shared, tenant, events).await?;
        let mut sent = Sent { fates: vec![Fate::Recorded; events.len()], alerts: Vec::new() };
        let mut known = Vec::new();
        let mut too_old = Vec::new();
        for row in rows {
            if let Some(alerts) = row.alerts {
                sent.alerts = stored_json("budget_alerts", "alerts", tenant, &alerts)?;
            }
            let Some(place) = row.ordinal.and_then(|ordinal| usize::try_from(ordinal).ok()) else {
                continue;
            };
            let Some(event) = events.get(place) else { continue };
            match row.missing.as_deref() {
                None => known.push(place),
                Some("occurred_at") => too_old.push(place),
                Some(field) => sent.fates[place] = Fate::Refused(refusal(event, field)),
            }
        }
        if !known.is_empty() {
            self.compare(shared, tenant, events, &known, &mut sent.fates).await?;
        }
        if !too_old.is_empty() {
            let retained_from = self.retained_from(shared, tenant).await?;
            for place in too_old {
                let reason = format!("usage before {retained_from} is no longer kept");
                let input = InvalidInput::new("occurred_at", reason);
                sent.fates[place] = Fate::Refused(Refusal::Invalid(input));
            }
        }
        Ok(sent)
    }

    /// What is in a transaction of its own is tried again as long as it may help.
    async fn record_patiently(
        &self,
        shared: &Shared,
        tenant: TenantId,
        events: &[Checked<'_>],
    ) -> Result<Vec<sql::RecordEvents>> {
        let mut tries = 1;
        loop {
            let items = events.iter().enumerate().map(|(ordinal, it)| it.item(ordinal, shared));
            match self.record(shared, tenant, items.collect()).await {
                Err(error)
                    if matches!(self, Self::Alone) && tries < TRIES && is_passing(&error) =>
                {
                    tries += 1;
                    shared.months.forget();
                    let times = events.iter().map(|it| it.occurred_at);
                    ensure_months(shared, tenant, times).await?;
                }
                answer => return answer,
            }
        }
    }

    async fn record(
        &self,
        shared: &Shared,
        tenant: TenantId,
        items: Vec<Item<'_>>,
    ) -> Result<Vec<sql::RecordEvents>> {
        let (id, events, now) = (tenant.as_uuid(), Json(items), shared.now());
        match self {
            Self::Alone => {
                let flight = shared.flight(RECORD, tenant).await?;
                let rows = sql::record_events().bind(&flight, &events, id, &now).all().await;
                let overtaken = rows.as_ref().err().and_then(overtaken);
                let rows = flight.land(rows).await;
                rows.map_err(|error| overtaken.unwrap_or(error))
            }
            Self::Within(tx) => {
                let rows = sql::record_events().bind(*tx, &events, id, &now).all().await;
                rows.map_err(|error| {
                    overtaken(&error).unwrap_or_else(|| Error::from_postgres(RECORD, error))
                })
            }
        }
    }

    /// Looks at what is recorded with the keys that are known.
    async fn compare(
        &self,
        shared: &Shared,
        tenant: TenantId,
        events: &[Checked<'_>],
        known: &[usize],
        fates: &mut [Fate],
    ) -> Result<()> {
        let asked = known.iter().filter_map(|place| events.get(*place));
        let (workspaces, keys): (Vec<Uuid>, Vec<&str>) = asked.map(Checked::key).unzip();
        let id = tenant.as_uuid();
        let rows = match self {
            Self::Alone => {
                let flight = shared.flight(RECORD, tenant).await?;
                let rows =
                    sql::known_fingerprints().bind(&flight, &workspaces, &keys, id).all().await;
                flight.land(rows).await?
            }
            Self::Within(tx) => {
                let rows = sql::known_fingerprints().bind(*tx, &workspaces, &keys, id).all().await;
                rows.map_err(|error| Error::from_postgres(RECORD, error))?
            }
        };
        for (place, row) in known.iter().zip(rows) {
            // Keys go when they are past their time, or with their workspace.
            let Some(fingerprint) = row.fingerprint else {
                fates[*place] = Fate::Gone;
                continue;
            };
            let fingerprint = Sha256::from_slice(&fingerprint).ok_or(Error::Inconsistent {
                table: "metering_event_keys",
                column: "fingerprint",
                row: tenant.to_string(),
            })?;
            fates[*place] = Fate::Known(fingerprint);
        }
        Ok(())
    }

    async fn retained_from(&self, shared: &Shared, tenant: TenantId) -> Result<Timestamp> {
        match self {
            Self::Alone => {
                let flight = shared.flight(RECORD, tenant).await?;
                let from = sql::retained_from().bind(&flight).one().await;
                flight.land(from).await
            }
            Self::Within(tx) => {
                let from = sql::retained_from().bind(*tx).one().await;
                from.map_err(|error| Error::from_postgres(RECORD, error))
            }
        }
    }
}

/// The error of a statement that somebody was faster than, who removed what it relied on.
fn overtaken(error: &tokio_postgres::Error) -> Option<Error> {
    let db = error.as_db_error()?;
    let what = match *db.code() {
        SqlState::FOREIGN_KEY_VIOLATION => "something that the events name has just been deleted",
        // Frozen, or not there: a check that fails for want of a month has no name.
        SqlState::CHECK_VIOLATION
            if db.constraint().is_none_or(|it| it == "metering_events_no_longer_kept") =>
        {
            "a month of the events has just been removed"
        }
        _ => return None,
    };
    Some(Error::Conflict { operation: RECORD, reason: format!("{what}; try again") })
}

fn refusal(event: &Checked<'_>, field: &str) -> Refusal {
    let event = event.event;
    let missing = |field, id: Option<Uuid>| Refusal::Missing { field, id: id.unwrap_or_default() };
    match field {
        "workspace_id" => missing("workspace_id", Some(event.workspace_id.0)),
        "agent_id" => missing("agent_id", event.agent_id.map(|id| id.0)),
        "principal_id" => missing("principal_id", event.principal_id.map(|id| id.0)),
        "workflow_id" => missing("workflow_id", event.workflow_id.map(|id| id.0)),
        "reservation_id" => missing("reservation_id", event.reservation_id.map(|id| id.0)),
        _ => Refusal::Invalid(InvalidInput::new(
            "quantity",
            "by the price book, so much costs 10^14 cents or more, which is more than one event may cost",
        )),
    }
}
