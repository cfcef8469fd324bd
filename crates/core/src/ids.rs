//! Ids: UUID version 7 (RFC 9562), so that they sort by time of creation.

use std::{fmt, str::FromStr, sync::Mutex};

use jiff::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{InvalidInput, ulid};

/// A source of new ids.
pub trait IdSource: Send + Sync {
    /// A new id whose time part is `now`, in milliseconds.
    fn next_id(&self, now: Timestamp) -> Uuid;
}

/// Ids with 74 random bits. Seeded by the operating system, or by a number for repeatable tests.
#[derive(Debug)]
pub struct RandomIds(Mutex<StdRng>);

impl RandomIds {
    /// Ids that nobody can foresee.
    pub fn from_os() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same ids every time, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl IdSource for RandomIds {
    fn next_id(&self, now: Timestamp) -> Uuid {
        let mut random = [0_u8; 10];
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(&mut random);
        // Instants before 1970 do not occur; they would only sort as if they were at its start.
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        id!(@base $(#[$doc])* #[derive(Deserialize)] #[serde(transparent)] $name);

        impl FromStr for $name {
            type Err = InvalidInput;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| {
                    InvalidInput::new(concat!($what, "_id"), format!("`{text}` is not a UUID"))
                })
            }
        }
    };
    (@base $(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id as a plain UUID.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// The id of a tenant.
    TenantId,
    "tenant"
);
id!(
    /// The id of a workspace.
    WorkspaceId,
    "workspace"
);
id!(
    /// The id of an environment of a workspace.
    EnvironmentId,
    "environment"
);
id!(
    /// The id of a principal: of a person, who has the same id as a user, or of a service.
    PrincipalId,
    "principal"
);
id!(
    /// The id of a memory.
    MemoryId,
    "memory"
);
id!(
    /// The id of a team.
    TeamId,
    "team"
);
id!(
    /// The id of a role.
    RoleId,
    "role"
);
id!(
    /// The id of a binding of a role.
    BindingId,
    "binding"
);
id!(
    /// The id of an API key: not a part of the key.
    ApiKeyId,
    "api_key"
);
id!(
    /// The id of a session: not a part of its token.
    SessionId,
    "session"
);
id!(
    /// The id of an audit entry.
    AuditId,
    "audit"
);
id!(
    /// The id of an agent.
    AgentId,
    "agent"
);
id!(
    /// The id of a conversation.
    ConversationId,
    "conversation"
);
id!(
    /// The id of a tool.
    ToolId,
    "tool"
);
id!(
    /// The id of a rule.
    RuleId,
    "rule"
);
id!(
    /// The id of a derived field.
    DerivedFieldId,
    "derived_field"
);
id!(
    /// The id of a version of a schema.
    SchemaId,
    "schema"
);
id!(
    /// The id of a workflow.
    WorkflowId,
    "workflow"
);
id!(
    /// The id of a version of a workflow.
    WorkflowVersionId,
    "workflow_version"
);
id!(
    /// The id of a plan.
    PlanId,
    "plan"
);
id!(
    /// The id of a version of a policy.
    PolicyId,
    "policy"
);
id!(
    /// The id of a binding of a policy.
    PolicyBindingId,
    "policy_binding"
);
id!(
    /// The id of a decision of policies.
    PolicyDecisionId,
    "policy_decision"
);
id!(
    /// The id of a run of a workflow.
    RunId,
    "run"
);
id!(
    /// The id of a step of a run.
    StepId,
    "step"
);
id!(
    /// The id of a request for approval.
    ApprovalRequestId,
    "approval_request"
);
id!(
    /// The id of a decision on a request for approval.
    ApprovalDecisionId,
    "approval_decision"
);
id!(
    /// The id of a call of a tool.
    ToolCallId,
    "tool_call"
);
id!(
    /// The id of a key for a provider of models: not a part of the key.
    ProviderKeyId,
    "provider_key"
);
id!(
    /// The id of a connector that is installed in a workspace.
    ConnectorId,
    "connector"
);
id!(
    /// The id of a budget.
    BudgetId,
    "budget"
);
id!(
    /// The id of something that is reserved of budgets.
    ReservationId,
    "reservation"
);
id!(@base
    /// The id of a message.
    ///
    /// Message contracts write it as a ULID, the database holds a UUID, and both are the same 128 bits. It is read from
    /// either form; [`MessageId::to_ulid`] gives the contract's, `Display` and serde the UUID as for all other ids.
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    MessageId
);

impl MessageId {
    /// The id as a ULID: 26 characters of Crockford's base 32, upper case.
    ///
    /// ```
    /// use agentflow_core::ids::MessageId;
    ///
    /// let id: MessageId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    /// assert_eq!(id.to_string(), "01563e3a-b5d3-d676-4c61-efb99302bd5b");
    /// assert_eq!(id.to_ulid(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    /// assert!("01arz3ndektsv4rrffq69g5fav".parse::<MessageId>().is_err());
    /// ```
    pub fn to_ulid(&self) -> String {
        self.ulid_characters().iter().copied().map(char::from).collect()
    }

    /// The characters of the ULID, for where no allocation is wanted.
    pub(crate) fn ulid_characters(&self) -> [u8; ulid::LENGTH] {
        ulid::encode(self.0.as_u128())
    }
}

impl FromStr for MessageId {
    type Err = InvalidInput;

    /// The hyphenated UUID, or the ULID in upper case whose first character is 0 to 7.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(bits) = ulid::decode(text) {
            return Ok(Self(Uuid::from_u128(bits)));
        }
        let uuid = if text.len() == 36 { Uuid::parse_str(text).ok() } else { None };
        uuid.map(Self).ok_or_else(|| {
            let reason = "expected a ULID (26 upper-case characters of Crockford's base 32, the first 0 to 7) or a UUID";
            InvalidInput::new("message_id", reason)
        })
    }
}

impl TryFrom<String> for MessageId {
    type Error = InvalidInput;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_are_version_7() {
        let ids = RandomIds::seeded(1);
        let earlier = ids.next_id(Timestamp::from_millisecond(1_700_000_000_000).unwrap());
        let later = ids.next_id(Timestamp::from_millisecond(1_700_000_000_001).unwrap());
        assert!(earlier < later);
        assert_eq!(earlier.get_version_num(), 7);
    }

    #[test]
    fn a_seed_repeats_its_ids() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        assert_eq!(RandomIds::seeded(7).next_id(now), RandomIds::seeded(7).next_id(now));
        assert_ne!(RandomIds::from_os().next_id(now), RandomIds::from_os().next_id(now));
    }

    #[test]
    fn a_message_id_is_the_same_from_either_form() {
        let id = MessageId(Uuid::from_u128(0x0190_1234_5678_7abc_8def_0123_4567_89ab));
        assert_eq!(id.to_ulid().parse::<MessageId>().unwrap(), id);
        assert_eq!(id.to_string().parse::<MessageId>().unwrap(), id);
        for json in [id.to_ulid(), id.to_string()] {
            assert_eq!(serde_json::from_value::<MessageId>(json.into()).unwrap(), id);
        }
        for bad in ["", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0190123456787abc8def0123456789ab"] {
            assert_eq!(bad.parse::<MessageId>().unwrap_err().field, "message_id", "{bad}");
        }
    }

    #[test]
    fn a_malformed_id_is_named() {
        let error = "acme".parse::<TenantId>().unwrap_err();
        assert_eq!(error.to_string(), "tenant_id: `acme` is not a UUID");
    }
}
