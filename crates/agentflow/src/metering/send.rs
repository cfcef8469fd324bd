//! One statement for many events, and what it answers.

use agentflow_core::{InvalidInput, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::metering as sql;
use jiff::Timestamp;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{
    item::{Checked, Item},
    record::RECORD,
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
    /// Its key is known, with this fingerprint.
    Known(Sha256),
    Refused(Refusal),
}

impl Fate {
    /// What becomes of another event with the same key, when this became of the `first`. `None`: it has to be sent itself.
    pub(super) fn of_twin(&self, first: Sha256, twin: Sha256) -> Option<Self> {
        match self {
            Self::Recorded => Some(Self::Known(first)),
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
        let items: Vec<_> =
            events.iter().enumerate().map(|(ordinal, it)| it.item(ordinal, shared)).collect();
        let rows = self.record(shared, tenant, items).await?;
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

    async fn record(
        &self,
        shared: &Shared,
        tenant: TenantId,
        items: Vec<Item<'_>>,
    ) -> Result<Vec<sql::RecordEvents>> {
        let (id, events, now) = (tenant.as_uuid(), Json(items), shared.now());
        match self {
            Self::Alone => {
                let flight = shared.flight(tenant).await?;
                let rows = sql::record_events().bind(&flight, &events, id, &now).all().await;
                flight.land(RECORD, rows).await
            }
            Self::Within(tx) => {
                let rows = sql::record_events().bind(*tx, &events, id, &now).all().await;
                rows.map_err(|error| Error::from_postgres(RECORD, error))
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
                let flight = shared.flight(tenant).await?;
                let rows =
                    sql::known_fingerprints().bind(&flight, &workspaces, &keys, id).all().await;
                flight.land(RECORD, rows).await?
            }
            Self::Within(tx) => {
                let rows = sql::known_fingerprints().bind(*tx, &workspaces, &keys, id).all().await;
                rows.map_err(|error| Error::from_postgres(RECORD, error))?
            }
        };
        // Keys go when they are past their time; whoever meets that moment tries again.
        if rows.len() != known.len() {
            let reason =
                "what was recorded before with the same key has just been removed; try again";
            return Err(Error::Conflict { operation: RECORD, reason: reason.to_owned() });
        }
        for (place, row) in known.iter().zip(rows) {
            let fingerprint = Sha256::from_slice(&row).ok_or(Error::Inconsistent {
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
                let flight = shared.flight(tenant).await?;
                let from = sql::retained_from().bind(&flight).one().await;
                flight.land(RECORD, from).await
            }
            Self::Within(tx) => {
                let from = sql::retained_from().bind(*tx).one().await;
                from.map_err(|error| Error::from_postgres(RECORD, error))
            }
        }
    }
}

fn refusal(event: &Checked<'_>, field: &str) -> Refusal {
    let event = event.event;
    let missing = |field, id: Option<Uuid>| Refusal::Missing { field, id: id.unwrap_or_default() };
    match field {
        "workspace_id" => missing("workspace_id", Some(event.workspace_id.0)),
        "agent_id" => missing("agent_id", event.agent_id.map(|id| id.0)),
        "principal_id" => missing("principal_id", event.principal_id.map(|id| id.0)),
        "workflow_id" => missing("workflow_id", event.workflow_id.map(|id| id.0)),
        _ => Refusal::Invalid(InvalidInput::new(
            "quantity",
            "by the price book, so much costs 10^14 cents or more, which is more than one event may cost",
        )),
    }
}
