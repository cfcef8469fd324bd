//! What turns used, metered in the transaction that stores them.

use agentflow_core::{
    InvalidInput,
    audit::Resource,
    envelope::SealedEnvelope,
    ids::{MessageId, PrincipalId, ReservationId, RunId, WorkflowId, WorkspaceId},
    metering::{MetricType, UsageEvent},
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::FromPrimitive};

use super::{
    Conversation, Conversations, NewTurn,
    rows::{Rows, said},
    turns::{APPEND, Place, Sealed},
};
use crate::{
    budgets::BudgetAlert,
    error::{Error, Result},
    metering::{
        RecordReport, Refusal, TRIES, Teller, ensure_months, is_passing, record_in, warn_of,
    },
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// Cents with six decimal places are what usage is told in.
const COST_PLACES: u32 = 6;

/// For whom the usage of turns is metered. The agent is the one who speaks, or else that of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterAs {
    /// The workspace in which it is used.
    pub workspace_id: WorkspaceId,
    /// The user or service it is used by; the user of the conversation if absent.
    pub principal_id: Option<PrincipalId>,
    /// The workflow it is used in.
    pub workflow_id: Option<WorkflowId>,
    /// The run it is used in.
    pub run_id: Option<RunId>,
    /// The reservation that it is settled with: then it counts for no budget by itself.
    pub reservation_id: Option<ReservationId>,
    /// The model whose tokens they are; of a turn that names its own, that one, if absent.
    pub model: Option<String>,
}

impl MeterAs {
    /// In a workspace, with nothing else told.
    pub fn in_workspace(workspace_id: WorkspaceId) -> Self {
        Self {
            workspace_id,
            principal_id: None,
            workflow_id: None,
            run_id: None,
            reservation_id: None,
            model: None,
        }
    }

    /// Says which model.
    #[must_use]
    pub fn of_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// What a turn used, if it used anything.
    fn usage(
        &self,
        turn: &NewTurn,
        place: &Place,
        envelope: &SealedEnvelope,
    ) -> Result<Option<UsageEvent>, InvalidInput> {
        let cost = cents(turn.dollars)?;
        if turn.tokens == 0 && cost.is_none() {
            return Ok(None);
        }
        let envelope = envelope.envelope();
        let id: MessageId = envelope.id;
        let mut event = UsageEvent::new(
            format!("message/{id}/tokens"),
            self.workspace_id,
            MetricType::LlmTokens,
            "message_tokens",
            turn.tokens,
        );
        event.occurred_at = Some(envelope.ts);
        event.cost_in_cents = cost;
        event.agent_id = Some(turn.speaker(place).unwrap_or(place.agent));
        event.principal_id = Some(self.principal_id.unwrap_or(place.user));
        event.workflow_id = self.workflow_id;
        event.run_id = self.run_id;
        event.reservation_id = self.reservation_id;
        event.message_id = Some(id);
        event.model = self.model.clone().or_else(|| turn.turn.model.clone());
        Ok(Some(event))
    }
}

/// What a turn cost in cents, where it says so.
fn cents(dollars: f64) -> Result<Option<Decimal>, InvalidInput> {
    // Nothing is what turns cost of which nobody says it.
    if dollars == 0.0 {
        return Ok(None);
    }
    let cents = Decimal::from_f64(dollars).and_then(|dollars| dollars.checked_mul(100.into()));
    let rounded = |cents: Decimal| {
        cents.round_dp_with_strategy(COST_PLACES, RoundingStrategy::MidpointAwayFromZero)
    };
    match cents {
        Some(cents) => Ok(Some(rounded(cents))),
        None => {
            Err(InvalidInput::new("dollars", format!("{dollars} is no cost that can be metered")))
        }
    }
}

impl Conversations {
    /// The same as [`append_to`](Conversations::append_to), and meters what the turns used in the same transaction: an event
    /// `message_tokens` for each that has tokens or a cost, under the key `message/<id>/tokens`. What a turn cost is taken from
    /// it; of one that cost nothing the price book says it.
    ///
    /// All or nothing: when usage is refused, no turn is stored. [`Error::InvalidInput`] says which turn, and why.
    pub async fn append_metered(
        &self,
        conversation: &Conversation,
        turns: &[NewTurn],
        meter: &MeterAs,
    ) -> Result<Vec<SealedEnvelope>> {
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let (shared, tenant, place) = (&self.0.shared, self.0.tenant, Place::from(conversation));
        let now = shared.now();
        let sealed = Sealed::new(shared, &place, turns, now, "turns");
        let sealed = sealed.map_err(Error::invalid(APPEND))?;
        let (events, turns_of_events) = usage(meter, turns, &place, &sealed)?;
        let rows = sealed.rows(0..turns.len()).map_err(Error::invalid(APPEND))?;
        let mut tries = 1;
        let alerts = loop {
            // Before there is a transaction: nobody may ask who holds a connection.
            let times = events.iter().filter_map(|event| event.occurred_at);
            ensure_months(shared, tenant, times).await?;
            match self.store(conversation, &sealed, &rows, (&events, &turns_of_events)).await {
                Err(error) if tries < TRIES && is_passing(&error) => {
                    tries += 1;
                    shared.months.forget();
                }
                stored => break stored?,
            }
        };
        warn_of(&alerts);
        Ok(sealed.envelopes)
    }

    /// Stores turns and what they used, all of it or nothing.
    async fn store(
        &self,
        conversation: &Conversation,
        sealed: &Sealed,
        rows: &Rows<'_>,
        (events, turns): (&[UsageEvent], &[usize]),
    ) -> Result<Vec<BudgetAlert>> {
        let is_verbose = self.0.policy(APPEND).await?.is_verbose();
        let tx = self.0.begin(APPEND).await?;
        let stored = rows.insert(&tx, self.0.tenant, Some(conversation.id)).await;
        let (tx, _) = settle(APPEND, tx, stored).await?;
        let metered = self.meter(&tx, events, turns).await;
        let (tx, alerts) = settle_with(tx, metered).await?;
        if is_verbose {
            let resource = Resource::new("conversation", conversation.id);
            tx.audit_and_commit(&said("conversation.appended", resource, &sealed.envelopes))
                .await?;
        } else {
            tx.commit().await?;
        }
        Ok(alerts)
    }

    async fn meter(
        &self,
        tx: &TenantTx,
        events: &[UsageEvent],
        turns: &[usize],
    ) -> Result<Vec<BudgetAlert>> {
        let RecordReport { refused, alerts, .. } =
            record_in(tx, &self.0.shared, self.0.tenant, events, Teller::Library).await?;
        let Some(refused) = refused.into_iter().next() else { return Ok(alerts) };
        let turn = turns.get(refused.index).copied().unwrap_or_default();
        let (field, reason) = match refused.reason {
            Refusal::Invalid(input) => (input.field, input.reason),
            Refusal::Missing { field, id } => {
                let what = field.strip_suffix("_id").unwrap_or(field);
                (field.to_owned(), format!("there is no {what} {id} in this tenant"))
            }
            reason @ Refusal::Conflict => ("id".to_owned(), reason.to_string()),
        };
        let input = InvalidInput::new(format!("turns[{turn}].usage.{field}"), reason);
        Err(Error::InvalidInput { operation: APPEND, input })
    }
}

/// What turns used, and the places of the turns that did.
fn usage(
    meter: &MeterAs,
    turns: &[NewTurn],
    place: &Place,
    sealed: &Sealed,
) -> Result<(Vec<UsageEvent>, Vec<usize>)> {
    let mut events = (Vec::new(), Vec::new());
    for (index, (turn, envelope)) in turns.iter().zip(&sealed.envelopes).enumerate() {
        let event = meter.usage(turn, place, envelope).map_err(|error| {
            let input = InvalidInput::new(format!("turns[{index}].{}", error.field), error.reason);
            Error::InvalidInput { operation: APPEND, input }
        })?;
        if let Some(event) = event {
            events.0.push(event);
            events.1.push(index);
        }
    }
    Ok(events)
}
