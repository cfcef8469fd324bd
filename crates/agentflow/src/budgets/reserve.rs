use agentflow_core::{
    InvalidInput,
    budget::{Amounts, BudgetRefusal, Subject},
    ids::ReservationId,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    apply::{Call, Outcome, Step},
    budgets::Budgets,
};
use crate::{
    error::{Error, Result},
    observe,
};

const RESERVE: &str = "reserve of budgets";
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What somebody is about to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveRequest {
    /// Who uses it, and for what.
    pub subject: Subject,
    /// How much, at most.
    pub amounts: Amounts,
    /// Names the request, in 1 to 255 characters: with the same key, it is the same reservation.
    pub key: Option<String>,
    /// How long it is reserved, when it is neither settled nor released: 1 second to 7 days.
    pub expires_in: SignedDuration,
}

impl ReserveRequest {
    /// A request without a key, that expires in 10 minutes.
    pub fn new(subject: Subject, amounts: Amounts) -> Self {
        Self { subject, amounts, key: None, expires_in: SignedDuration::from_mins(10) }
    }

    /// Names it, so that it can be made again.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Says when it expires.
    #[must_use]
    pub fn expiring_in(mut self, expires_in: SignedDuration) -> Self {
        self.expires_in = expires_in;
        self
    }

    fn validate(&self) -> Result<()> {
        self.subject.validate().map_err(Error::invalid(RESERVE))?;
        self.amounts.validate().map_err(Error::all_invalid(RESERVE))?;
        let key = self.key.as_deref().unwrap_or("-");
        if !(1..=255).contains(&key.chars().count()) || key.chars().any(char::is_control) {
            let reason = "expected 1 to 255 characters without control characters";
            return Err(Error::invalid(RESERVE)(InvalidInput::new("key", reason)));
        }
        if !(SHORTEST..=LONGEST).contains(&self.expires_in) {
            let reason = "expected 1 second to 7 days";
            return Err(Error::invalid(RESERVE)(InvalidInput::new("expires_in", reason)));
        }
        Ok(())
    }
}

/// Something that is reserved, to be settled or released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reservation {
    /// The id.
    pub id: ReservationId,
    /// From when on it is no longer reserved.
    pub expires_at: Timestamp,
    /// How many budgets it is reserved of; of one that was repeated, none are counted.
    pub budgets: u32,
    /// Soft budgets that it exceeds.
    pub warnings: Vec<BudgetRefusal>,
    /// Whether it was reserved with the same key before.
    pub repeated: bool,
}

/// Whether something may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use = "whether it may be used is in it"]
pub enum Decision {
    /// It may, and is reserved.
    Reserved(Reservation),
    /// It may not, for these reasons. Nothing is reserved.
    Refused(Vec<BudgetRefusal>),
}

impl Decision {
    /// What is reserved, if it is.
    pub fn reserved(self) -> Option<Reservation> {
        match self {
            Self::Reserved(reservation) => Some(reservation),
            Self::Refused(_) => None,
        }
    }
}

/// A reservation with the same key.
#[derive(Deserialize)]
struct Known {
    id: ReservationId,
    status: String,
    expires_at: Timestamp,
}

impl Budgets {
    /// Reserves `amounts` of every budget that the subject is about, or of none, when one of them does not allow it.
    /// Returns only after it was committed. Calls that meet are committed together.
    ///
    /// What nobody settles or releases is free again once it expires. A key makes it safe to ask again after an error.
    /// Fails with [`Error::Conflict`] when something else was reserved with the same key, or when what was reserved
    /// with it is no longer.
    pub async fn reserve(&self, request: ReserveRequest) -> Result<Decision> {
        request.validate()?;
        let ReserveRequest { subject, amounts, key, expires_in } = request;
        let name = key.clone().unwrap_or_default();
        let id = ReservationId(self.0.shared.next_id());
        let step = Step::Reserve { subject, amounts, key, expires_in };
        let outcome = self.call(Call { id, step }).await?;
        match outcome.word.as_str() {
            "refused" => {
                observe::refused_by_budget();
                Ok(Decision::Refused(outcome.detail(id)?))
            }
            "reserved" => {
                let warnings: Option<_> = outcome.detail(id)?;
                let expires_at = outcome.expires_at.unwrap_or_default();
                Ok(Decision::Reserved(Reservation {
                    id,
                    expires_at,
                    budgets: outcome.budgets,
                    warnings: warnings.unwrap_or_default(),
                    repeated: false,
                }))
            }
            "repeated" => {
                let known: Known = outcome.detail(id)?;
                let reason = match known.status.as_str() {
                    "reserved" => {
                        return Ok(Decision::Reserved(Reservation {
                            id: known.id,
                            expires_at: known.expires_at,
                            budgets: 0,
                            warnings: Vec::new(),
                            repeated: true,
                        }));
                    }
                    "expired" => "has expired",
                    "settled" => "was settled",
                    _ => "was released",
                };
                let reason =
                    format!("what was reserved with the key `{name}` {reason}; use another key");
                Err(Error::Conflict { operation: RESERVE, reason })
            }
            _ => {
                let reason = format!("something else was reserved with the key `{name}`");
                Err(Error::Conflict { operation: RESERVE, reason })
            }
        }
    }

    pub(super) async fn call(&self, call: Call) -> Result<Outcome> {
        let shared = &self.0.shared;
        shared.reserving.call(shared, self.0.tenant, call).await
    }
}
