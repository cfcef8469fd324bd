use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use agentflow_core::{
    audit::{Actor, Event, Resource},
    identity::{Permission, PrincipalKind},
    ids::{BindingId, PrincipalId, RoleId, WorkspaceId},
};
use agentflow_sql::queries::roles as sql;
use serde::Serialize;
use tokio::sync::OnceCell;

use super::Credential;
use crate::{
    error::{Error, Result},
    input::known,
    observe,
    store::Handle,
};

const OPERATION: &str = "authorize";

/// Whether somebody may do something, and why. Its text is one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Who asked.
    pub principal_id: PrincipalId,
    /// For what.
    pub permission: Permission,
    /// Where; in the whole tenant if absent.
    pub workspace_id: Option<WorkspaceId>,
    /// Why.
    pub reason: Reason,
}

/// Why something is allowed or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// A role allows it. Of several, one that is held in the workspace itself is named.
    Granted {
        /// The role.
        role_id: RoleId,
        /// Its name.
        role_name: String,
        /// How the principal has it.
        binding_id: BindingId,
        /// Where it is held; in the whole tenant if absent.
        binding_workspace_id: Option<WorkspaceId>,
    },
    /// No role of the principal allows it there.
    NoBinding,
    /// There is no such principal.
    UnknownPrincipal,
    /// The principal was deactivated.
    InactivePrincipal,
    /// The API key is limited to other permissions.
    OutsideScopes,
    /// The API key is limited to another workspace.
    OutsideWorkspace,
}

impl Reason {
    /// The word for it, the same as in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Granted { .. } => "granted",
            Self::NoBinding => "no_binding",
            Self::UnknownPrincipal => "unknown_principal",
            Self::InactivePrincipal => "inactive_principal",
            Self::OutsideScopes => "outside_scopes",
            Self::OutsideWorkspace => "outside_workspace",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted { role_name, binding_workspace_id: Some(_), .. } => {
                write!(f, "the role {role_name} in this workspace allows it")
            }
            Self::Granted { role_name, .. } => {
                write!(f, "the role {role_name} in the whole tenant allows it")
            }
            Self::NoBinding => f.write_str("none of its roles there allows it"),
            Self::UnknownPrincipal => f.write_str("there is no such principal"),
            Self::InactivePrincipal => f.write_str("the principal is deactivated"),
            Self::OutsideScopes => f.write_str("the API key is limited to other permissions"),
            Self::OutsideWorkspace => f.write_str("the API key is limited to another workspace"),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.allowed { "may" } else { "may not" };
        write!(f, "principal {} {verb} {} in ", self.principal_id, self.permission)?;
        match self.workspace_id {
            Some(workspace) => write!(f, "workspace {workspace}: {}", self.reason),
            None => write!(f, "the whole tenant: {}", self.reason),
        }
    }
}

/// The answer to one question, once there is one.
type Answer = Arc<OnceCell<Decision>>;

/// What a principal may do, for the length of one request.
///
/// Each question is asked once: the answer is kept, so that a request sees one state of things, and a denial is recorded
/// once. Make a new one for the next request.
pub struct Access {
    handle: Handle,
    principal: PrincipalId,
    credential: Option<Credential>,
    answers: Mutex<HashMap<(Permission, Option<WorkspaceId>), Answer>>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("tenant", &self.handle.tenant)
            .field("principal", &self.principal)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl Access {
    pub(crate) fn new(
        handle: Handle,
        principal: PrincipalId,
        credential: Option<Credential>,
    ) -> Self {
        Self { handle, principal, credential, answers: Mutex::default() }
    }

    /// Whether the principal may do it: in a workspace, or with `None` in the whole tenant, for which a role in a
    /// workspace is not enough.
    ///
    /// A denial is in the audit chain before it is answered, and where the tenant's log level is verbose what is allowed
    /// is as well. A permission that there is not is no denial but
    /// [`Error::InvalidInput`].
    pub async fn authorize(
        &self,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Result<Decision> {
        let answer = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry((permission.clone(), workspace)).or_default())
        };
        // Who asks the same meanwhile waits here. An error is not kept, so the next one asks again.
        answer.get_or_try_init(|| self.decide(permission, workspace)).await.cloned()
    }

    /// Fails with [`Error::Denied`] unless the principal may do it.
    pub async fn require(
        &self,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Result<Decision> {
        let decision = self.authorize(permission, workspace).await?;
        if decision.allowed {
            return Ok(decision);
        }
        let error = Error::Denied { operation: OPERATION, reason: decision.to_string() };
        observe::failed(error.kind());
        Err(error)
    }

    /// The same question, asked about the principal by somebody else: the answer is neither kept nor recorded, for
    /// nobody was denied anything.
    pub async fn explain(
        &self,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Result<Decision> {
        self.judge(permission, workspace).await.map(|(decision, _)| decision)
    }

    async fn decide(
        &self,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Result<Decision> {
        let (decision, kind) = self.judge(permission, workspace).await?;
        if !decision.allowed || self.handle.policy(OPERATION).await?.is_verbose() {
            self.handle.record(&event(&decision, kind)).await?;
        }
        Ok(decision)
    }

    async fn judge(
        &self,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Result<(Decision, PrincipalKind)> {
        let rows = self.ask(permission, workspace).await?;
        // A principal that there is not has no kind; a person is what most are.
        let kind = match rows.first().map(|row| row.r#type.as_str()) {
            Some(kind) => known("principals", "type", self.principal, kind)?,
            None => PrincipalKind::Human,
        };
        let reason = self.reason(rows, permission, workspace);
        let decision = Decision {
            allowed: matches!(reason, Reason::Granted { .. }),
            principal_id: self.principal,
            permission: permission.clone(),
            workspace_id: workspace,
            reason,
        };
        Ok((decision, kind))
    }

    async fn ask(
        &self,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Result<Vec<sql::Authorize>> {
        let catalog = &self.handle.shared.permissions;
        let builtin_roles = catalog.holders(OPERATION, &self.handle, permission).await?;
        let flight = self.handle.flight(OPERATION).await?;
        let rows = sql::authorize()
            .bind(
                &flight,
                self.handle.tenant.as_uuid(),
                self.principal.as_uuid(),
                &workspace.map(|id| id.0),
                &self.handle.shared.now(),
                &builtin_roles,
                &permission.as_str(),
            )
            .all()
            .await;
        flight.land(rows).await
    }

    fn reason(
        &self,
        rows: Vec<sql::Authorize>,
        permission: &Permission,
        workspace: Option<WorkspaceId>,
    ) -> Reason {
        match rows.first().map(|row| row.is_active) {
            None => return Reason::UnknownPrincipal,
            Some(false) => return Reason::InactivePrincipal,
            Some(true) => {}
        }
        if let Some(Credential::ApiKey { scopes, workspace_id, .. }) = &self.credential {
            if scopes.as_ref().is_some_and(|scopes| !scopes.contains(permission)) {
                return Reason::OutsideScopes;
            }
            if workspace_id.is_some() && *workspace_id != workspace {
                return Reason::OutsideWorkspace;
            }
        }
        // The one held nearest: in the workspace rather than in the whole tenant.
        let grants = rows.into_iter().filter_map(Grant::from_row);
        let nearest = grants.min_by(|a, b| a.place().cmp(&b.place()));
        nearest.map_or(Reason::NoBinding, Reason::from)
    }
}

/// A role that allows what was asked, and how the principal has it.
struct Grant {
    role_id: RoleId,
    role_name: String,
    binding_id: BindingId,
    binding_workspace_id: Option<WorkspaceId>,
}

impl Grant {
    fn from_row(row: sql::Authorize) -> Option<Self> {
        Some(Self {
            role_id: RoleId(row.role_id?),
            role_name: row.role_name?,
            binding_id: BindingId(row.binding_id?),
            binding_workspace_id: row.binding_workspace_id.map(WorkspaceId),
        })
    }

    fn place(&self) -> (bool, &str, BindingId) {
        (self.binding_workspace_id.is_none(), &self.role_name, self.binding_id)
    }
}

impl From<Grant> for Reason {
    fn from(grant: Grant) -> Self {
        let Grant { role_id, role_name, binding_id, binding_workspace_id } = grant;
        Self::Granted { role_id, role_name, binding_id, binding_workspace_id }
    }
}

fn event(decision: &Decision, kind: PrincipalKind) -> Event {
    let actor = Actor::principal(kind, decision.principal_id);
    let resource = Resource::new("permission", &decision.permission);
    let event = match &decision.reason {
        Reason::Granted { role_id, binding_id, .. } => {
            Event::new("access.allowed", resource, actor)
                .with_detail("role_id", role_id.to_string())
                .with_detail("binding_id", binding_id.to_string())
        }
        _ => Event::new("access.denied", resource, actor).failed(),
    };
    let mut event = event
        .with_detail("permission", decision.permission.as_str())
        .with_detail("workspace_id", decision.workspace_id.map(|id| id.to_string()))
        .with_detail("reason", decision.reason.as_str());
    event.workspace_id = decision.workspace_id.map(|id| id.0);
    event
}
