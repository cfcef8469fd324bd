//! Who acts, and what they may do: principals, users, teams, roles, API keys, sessions.
//!
//! Everything is reached through the handle of a [`Tenant`](crate::Tenant): a credential of another tenant is a
//! credential nobody knows. Whoever presents one that is not accepted learns nothing but that; why it was refused is in
//! the tenant's audit chain.

mod access;
mod bindings;
mod catalog;
mod keys;
mod members;
mod passwords;
mod principals;
mod refusal;
mod roles;
mod services;
mod sessions;
mod teams;
mod users;

use std::net::IpAddr;

use agentflow_core::{
    audit::{Actor, Event},
    identity::{Permission, PrincipalKind},
    ids::{ApiKeyId, PrincipalId, SessionId, WorkspaceId},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use access::{Access, Decision, Reason};
pub use bindings::{Binding, BindingFilter, NewBinding};
pub(crate) use catalog::PermissionCatalog;
pub use keys::{ApiKeyRow, IssuedKey, Keys, NewKey};
pub use members::Membership;
pub(crate) use passwords::PasswordHasher;
pub use principals::{OidcSubject, Principal, Principals};
pub(crate) use refusal::Refusal;
pub use roles::{NewRole, PermissionInfo, Role, Roles};
pub use services::{NewService, Services};
pub use sessions::{IssuedSession, NewSession, Session, Sessions};
pub use teams::{NewTeam, Team, TeamChange, Teams, WebhookSecret};
pub use users::{NewUser, User, Users};

/// Where a call came from. Recorded with what it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address of the caller.
    pub client_ip: Option<IpAddr>,
    /// The program of the caller. What is longer than 512 characters is cut off.
    pub user_agent: Option<String>,
}

impl Origin {
    /// The program of the caller, as it can be stored.
    pub(crate) fn stored_user_agent(&self) -> Option<String> {
        let agent = self.user_agent.as_deref()?;
        let kept: String = agent.chars().filter(|c| *c != '\0').take(512).collect();
        (!kept.is_empty()).then_some(kept)
    }

    /// Adds it to an event.
    pub(crate) fn stamp(&self, mut event: Event) -> Event {
        event.client_ip = self.client_ip;
        event.user_agent = self.stored_user_agent();
        event
    }
}

/// Somebody whose credential was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Authenticated {
    /// Who it is.
    pub principal_id: PrincipalId,
    /// A person or a service.
    #[serde(rename = "type")]
    pub kind: PrincipalKind,
    /// What was presented.
    pub credential: Credential,
}

impl Authenticated {
    /// Who it is to the audit chain, and to everything that changes something.
    pub fn actor(&self) -> Actor {
        Actor::principal(self.kind, self.principal_id)
    }
}

/// What was presented, and what it is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Credential {
    /// An API key.
    ApiKey {
        /// Which one.
        id: ApiKeyId,
        /// The only permissions it carries; all of its principal's if absent.
        scopes: Option<Vec<Permission>>,
        /// The only workspace it is good for, if it is limited to one.
        workspace_id: Option<WorkspaceId>,
    },
    /// A session.
    Session {
        /// Which one.
        id: SessionId,
    },
}

/// A time so much later, or the last there is.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(by).unwrap_or(end)
}
