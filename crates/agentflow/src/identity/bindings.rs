use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::{BindingId, PrincipalId, RoleId, WorkspaceId},
};
use agentflow_sql::queries::roles as sql;
use jiff::Timestamp;
use serde::Serialize;

use super::roles::{Roles, event};
use crate::{
    error::{Error, Result},
    settle::settle,
};

/// A role to be given to somebody.
#[derive(Debug, Clone)]
pub struct NewBinding {
    /// Who gets it.
    pub principal_id: PrincipalId,
    /// The role.
    pub role_id: RoleId,
    /// Where it is held; in the whole tenant if absent.
    pub workspace_id: Option<WorkspaceId>,
    /// When it stops to hold; never if absent.
    pub expires_at: Option<Timestamp>,
}

/// A role that somebody has, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Binding {
    /// The id.
    pub id: BindingId,
    /// Who has it.
    pub principal_id: PrincipalId,
    /// The role.
    pub role_id: RoleId,
    /// Its name.
    pub role_name: String,
    /// Where it is held; in the whole tenant if absent.
    pub workspace_id: Option<WorkspaceId>,
    /// When it stops to hold; never if absent.
    pub expires_at: Option<Timestamp>,
    /// The principal who gave it, if one did.
    pub created_by: Option<PrincipalId>,
    /// When it was given.
    pub created_at: Timestamp,
}

impl From<sql::Binding> for Binding {
    fn from(row: sql::Binding) -> Self {
        Self {
            id: BindingId(row.id),
            principal_id: PrincipalId(row.principal_id),
            role_id: RoleId(row.role_id),
            role_name: row.role_name,
            workspace_id: row.workspace_id.map(WorkspaceId),
            expires_at: row.expires_at,
            created_by: row.created_by.map(PrincipalId),
            created_at: row.created_at,
        }
    }
}

/// Which bindings to list: all of them, if nothing is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct BindingFilter {
    /// Only those of this principal.
    pub principal_id: Option<PrincipalId>,
    /// Only those of this role.
    pub role_id: Option<RoleId>,
}

impl Roles {
    /// Gives a role to a principal, in a workspace or in the whole tenant. It replaces the same binding when that has
    /// expired.
    ///
    /// Fails with [`Error::AlreadyExists`] when the principal has the role there, with [`Error::InvalidInput`] for the
    /// role of another workspace and for a time that is over, and with [`Error::NotFound`] for a principal, role or
    /// workspace that is not there.
    pub async fn bind(&self, new: NewBinding, by: &Actor) -> Result<Binding> {
        const OPERATION: &str = "bind a role";
        let now = self.0.shared.now();
        let invalid = |field, reason| {
            let input = InvalidInput::new(field, reason);
            Error::InvalidInput { operation: OPERATION, input }
        };
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(invalid("expires_at", "expected a time to come"));
        }
        let tenant = self.0.tenant.as_uuid();
        let (principal, role_id) = (new.principal_id.as_uuid(), new.role_id.as_uuid());
        let workspace = new.workspace_id.map(|id| id.0);
        let tx = self.0.begin(OPERATION).await?;
        let role = sql::get_role().bind(&tx, tenant, role_id).opt().await;
        let (tx, role) = settle(OPERATION, tx, role).await?;
        let Some(role) = role else {
            return Err(tx
                .refuse(Error::not_found(OPERATION, format!("role {}", new.role_id)))
                .await);
        };
        // The database refuses it too; this names the field.
        if role.workspace_id.is_some() && role.workspace_id != workspace {
            let reason = "the role belongs to another workspace; bind it in its own, or bind the role of the tenant \
                          with the same name";
            return Err(tx.refuse(invalid("workspace_id", reason)).await);
        }
        let expired = sql::delete_expired_binding()
            .bind(&tx, tenant, principal, role_id, &workspace, &now)
            .all()
            .await;
        let (tx, _) = settle(OPERATION, tx, expired).await?;
        let id = BindingId(self.0.shared.next_id());
        let created_by = by.principal_id().map(|id| id.0);
        let row = sql::insert_binding()
            .bind(
                &tx,
                tenant,
                id.as_uuid(),
                principal,
                role_id,
                &workspace,
                &new.expires_at,
                &created_by,
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let binding = Binding {
            id,
            principal_id: new.principal_id,
            role_id: new.role_id,
            role_name: role.name,
            workspace_id: new.workspace_id,
            expires_at: row.expires_at,
            created_by: row.created_by.map(PrincipalId),
            created_at: row.created_at,
        };
        tx.audit_and_commit(&bound("role.bound", &binding, by)).await?;
        Ok(binding)
    }

    /// Takes a role away. Fails with [`Error::NotFound`] when there is no such binding.
    pub async fn unbind(&self, id: BindingId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "unbind a role";
        let (tenant, tx) = (self.0.tenant.as_uuid(), self.0.begin(OPERATION).await?);
        let binding = sql::get_binding().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, binding) = settle(OPERATION, tx, binding).await?;
        // Somebody else may be faster.
        let deleted = sql::delete_binding().bind(&tx, tenant, id.as_uuid()).await;
        let (tx, deleted) = settle(OPERATION, tx, deleted).await?;
        let Some(binding) = binding.filter(|_| deleted == 1) else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("binding {id}"))).await);
        };
        tx.audit_and_commit(&bound("role.unbound", &binding.into(), by)).await?;
        Ok(())
    }

    /// Who has which role, and where; the expired ones as well. In order of creation.
    pub async fn bindings(&self, filter: &BindingFilter) -> Result<Vec<Binding>> {
        let flight = self.0.flight("list bindings").await?;
        let rows = sql::list_bindings()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &filter.principal_id.map(|id| id.0),
                &filter.role_id.map(|id| id.0),
            )
            .all()
            .await;
        Ok(flight.land(rows).await?.into_iter().map(Binding::from).collect())
    }
}

fn bound(action: &str, binding: &Binding, by: &Actor) -> agentflow_core::audit::Event {
    event(action, binding.role_id, binding.workspace_id, by)
        .with_detail("binding_id", binding.id.to_string())
        .with_detail("principal_id", binding.principal_id.to_string())
        .with_detail("role_name", binding.role_name.as_str())
        .with_detail("expires_at", binding.expires_at.map(|at| at.to_string()))
}
