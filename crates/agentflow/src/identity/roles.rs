mod unknown;

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    identity::Permission,
    ids::{RoleId, WorkspaceId},
};
use agentflow_sql::queries::roles as sql;
use jiff::Timestamp;
use serde::Serialize;

pub(super) use unknown::refuse_unknown;
pub(super) use unknown::say_unknown;

use crate::{
    error::{Error, Result},
    input::known,
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

const MAX_DESCRIPTION: usize = 1_000;

/// Something that can be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionInfo {
    /// The name, as roles and API keys hold it.
    pub name: Permission,
    /// What it allows.
    pub description: String,
    /// The built-in roles that hold it.
    pub builtin_roles: Vec<String>,
}

impl TryFrom<sql::ListPermissions> for PermissionInfo {
    type Error = Error;

    fn try_from(row: sql::ListPermissions) -> Result<Self> {
        Ok(Self {
            name: known("permissions", "name", &row.name, &row.name)?,
            description: row.description,
            builtin_roles: row.builtin_roles,
        })
    }
}

/// A custom role to be.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// The name, unique within its workspace, or among the roles of the tenant: a lower-case letter, then up to 99
    /// lower-case letters, digits, `_` and `-`.
    pub name: String,
    /// What it is for, in at most 1,000 characters.
    pub description: String,
    /// The only workspace it can be bound in; any of them, and the whole tenant, if absent.
    pub workspace_id: Option<WorkspaceId>,
    /// What it holds.
    pub permissions: Vec<Permission>,
}

impl NewRole {
    /// A role of the tenant that holds nothing yet.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            workspace_id: None,
            permissions: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), InvalidInput> {
        if !is_role_name(&self.name) {
            let reason = "expected a lower-case letter, then up to 99 lower-case letters, digits, `_` and `-`";
            return Err(InvalidInput::new("name", reason));
        }
        if self.description.contains('\0') {
            return Err(InvalidInput::new("description", "the character U+0000 cannot be stored"));
        }
        if self.description.chars().count() > MAX_DESCRIPTION {
            return Err(InvalidInput::new("description", "expected at most 1,000 characters"));
        }
        Ok(())
    }
}

fn is_role_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

/// A set of permissions, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Role {
    /// The id.
    pub id: RoleId,
    /// The only workspace it can be bound in; any of them, and the whole tenant, if absent.
    pub workspace_id: Option<WorkspaceId>,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is one of the five that every tenant and every workspace has, which cannot be changed.
    pub is_builtin: bool,
    /// What it holds, in order of names.
    pub permissions: Vec<Permission>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::Role> for Role {
    type Error = Error;

    fn try_from(row: sql::Role) -> Result<Self> {
        let permission = |name: &String| known("role_permissions", "permission", row.id, name);
        Ok(Self {
            id: RoleId(row.id),
            workspace_id: row.workspace_id.map(WorkspaceId),
            is_builtin: row.is_builtin,
            permissions: row.permissions.iter().map(permission).collect::<Result<_>>()?,
            name: row.name,
            description: row.description,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The roles of a tenant and its workspaces, and who has them. Every change is recorded in the tenant's audit chain, in
/// the same transaction; what changes nothing is not recorded.
///
/// The tenant itself and each of its workspaces have five built-in roles, which cannot be changed:
/// `workspace_admin`, `operator`, `approver`, `auditor` and `integration_admin`.
#[derive(Debug, Clone)]
pub struct Roles(pub(super) Handle);

impl Roles {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Everything that can be allowed, in order of names. The same for all tenants.
    pub async fn permissions(&self) -> Result<Vec<PermissionInfo>> {
        let flight = self.0.flight("list permissions").await?;
        let rows = sql::list_permissions().bind(&flight).all().await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(PermissionInfo::try_from).collect()
    }

    /// Creates a custom role.
    ///
    /// Fails with [`Error::AlreadyExists`] when its workspace, or the tenant, has one of the same name, and with
    /// [`Error::InvalidInput`] for a permission that there is not.
    pub async fn create(&self, new: NewRole, by: &Actor) -> Result<Role> {
        const OPERATION: &str = "create a role";
        new.check().map_err(Error::invalid(OPERATION))?;
        let (tenant, id) = (self.0.tenant.as_uuid(), RoleId(self.0.shared.next_id()));
        let workspace = new.workspace_id.map(|id| id.0);
        let tx = self.0.begin(OPERATION).await?;
        let tx = refuse_unknown(OPERATION, tx, &new.permissions).await?;
        let inserted = sql::insert_role()
            .bind(&tx, tenant, id.as_uuid(), &workspace, &new.name, &new.description)
            .await;
        let (tx, _) = settle(OPERATION, tx, inserted).await?;
        let granted = sql::grant_permissions()
            .bind(&tx, tenant, id.as_uuid(), &names(&new.permissions))
            .all()
            .await;
        let (tx, _) = settle(OPERATION, tx, granted).await?;
        let role = self.role_in(OPERATION, &tx, id).await;
        let (tx, role) = settle_with(tx, role).await?;
        let event = event("role.created", id, role.workspace_id, by)
            .with_detail("name", role.name.as_str())
            .with_detail("permissions", names(&role.permissions));
        tx.audit_and_commit(&event).await?;
        Ok(role)
    }

    /// The role with this id.
    pub async fn get(&self, id: RoleId) -> Result<Option<Role>> {
        let flight = self.0.flight("get a role").await?;
        let row = sql::get_role().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(Role::try_from).transpose()
    }

    /// The role of this name that can be bound in the workspace: its own, else the tenant's. Without a workspace, the
    /// tenant's.
    pub async fn find(&self, name: &str, workspace: Option<WorkspaceId>) -> Result<Option<Role>> {
        if !is_role_name(name) {
            return Ok(None);
        }
        let flight = self.0.flight("find a role").await?;
        let row = sql::find_role()
            .bind(&flight, self.0.tenant.as_uuid(), &name, &workspace.map(|id| id.0))
            .opt()
            .await;
        flight.land(row).await?.map(Role::try_from).transpose()
    }

    /// The roles that can be bound in the workspace: its own, then the tenant's. Without a workspace, the tenant's.
    pub async fn list(&self, workspace: Option<WorkspaceId>) -> Result<Vec<Role>> {
        let flight = self.0.flight("list roles").await?;
        let rows = sql::list_roles()
            .bind(&flight, self.0.tenant.as_uuid(), &workspace.map(|id| id.0))
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(Role::try_from).collect()
    }

    /// Adds permissions to a custom role; those it holds already change nothing.
    ///
    /// Fails with [`Error::InvalidInput`] for a permission that there is not, and with [`Error::Conflict`] for a built-in
    /// role.
    pub async fn grant(&self, id: RoleId, permissions: &[Permission], by: &Actor) -> Result<Role> {
        const OPERATION: &str = "grant permissions to a role";
        let (tx, role) = self.lock_custom(OPERATION, id).await?;
        let tx = refuse_unknown(OPERATION, tx, permissions).await?;
        let granted = sql::grant_permissions()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid(), &names(permissions))
            .all()
            .await;
        let (tx, granted) = settle(OPERATION, tx, granted).await?;
        self.end_change(OPERATION, "role.permissions_granted", tx, (id, role), granted, by).await
    }

    /// Takes permissions away from a custom role; those it does not hold change nothing. Fails like
    /// [`grant`](Roles::grant).
    pub async fn withdraw(
        &self,
        id: RoleId,
        permissions: &[Permission],
        by: &Actor,
    ) -> Result<Role> {
        const OPERATION: &str = "withdraw permissions from a role";
        let (tx, role) = self.lock_custom(OPERATION, id).await?;
        let tx = refuse_unknown(OPERATION, tx, permissions).await?;
        let withdrawn = sql::withdraw_permissions()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid(), &names(permissions))
            .all()
            .await;
        let (tx, withdrawn) = settle(OPERATION, tx, withdrawn).await?;
        self.end_change(OPERATION, "role.permissions_withdrawn", tx, (id, role), withdrawn, by)
            .await
    }

    /// Deletes a custom role, which takes it away from everybody who has it. Fails with [`Error::NotFound`] when it is
    /// not there, and with [`Error::Conflict`] for a built-in role.
    pub async fn delete(&self, id: RoleId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a role";
        let (tx, role) = self.lock_custom(OPERATION, id).await?;
        let deleted = sql::delete_role().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        let event = event("role.deleted", id, role.workspace_id.map(WorkspaceId), by)
            .with_detail("name", role.name);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// A transaction that holds the role, which is there and not built in.
    async fn lock_custom(
        &self,
        operation: &'static str,
        id: RoleId,
    ) -> Result<(TenantTx, sql::LockRole)> {
        let tx = self.0.begin(operation).await?;
        let row = sql::lock_role().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let error = match row {
            Some(row) if !row.is_builtin => return Ok((tx, row)),
            Some(row) => Error::Conflict {
                operation,
                reason: format!("the built-in role {} cannot be changed or deleted", row.name),
            },
            None => Error::not_found(operation, format!("role {id}")),
        };
        Err(tx.refuse(error).await)
    }

    async fn end_change(
        &self,
        operation: &'static str,
        action: &str,
        tx: TenantTx,
        (id, before): (RoleId, sql::LockRole),
        mut changed: Vec<String>,
        by: &Actor,
    ) -> Result<Role> {
        if changed.is_empty() {
            let role = self.role_in(operation, &tx, id).await;
            let (tx, role) = settle_with(tx, role).await?;
            tx.rollback().await?;
            return Ok(role);
        }
        let role = self.role_in(operation, &tx, id).await;
        let (tx, role) = settle_with(tx, role).await?;
        changed.sort_unstable();
        let event = event(action, id, role.workspace_id, by)
            .with_detail("name", before.name)
            .with_detail("permissions", changed);
        tx.audit_and_commit(&event).await?;
        Ok(role)
    }

    async fn role_in(&self, operation: &'static str, tx: &TenantTx, id: RoleId) -> Result<Role> {
        sql::get_role()
            .bind(tx, self.0.tenant.as_uuid(), id.as_uuid())
            .one()
            .await
            .map_err(|error| Error::from_postgres(operation, error))?
            .try_into()
    }
}

/// An event about a role, in the workspace it belongs to.
pub(super) fn event(
    action: &str,
    role: RoleId,
    workspace: Option<WorkspaceId>,
    by: &Actor,
) -> Event {
    let mut event = Event::new(action, Resource::new("role", role), by.clone());
    event.workspace_id = workspace.map(|id| id.0);
    event
}

fn names(permissions: &[Permission]) -> Vec<&str> {
    permissions.iter().map(Permission::as_str).collect()
}
