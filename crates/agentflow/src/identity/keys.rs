mod login;
mod scopes;

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    identity::{ApiKey, KeyEnvironment, Permission, PrincipalKind},
    ids::{ApiKeyId, PrincipalId, WorkspaceId},
    secret::SecretKind,
};
use agentflow_sql::queries::keys as sql;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{later, principals::share_active, roles::refuse_unknown};
use crate::{
    error::{Error, Result},
    input::{check_name, known},
    observe,
    scope::TenantTx,
    secrets::rotation_log::{NewRotation, ROTATED, log_rotation},
    settle::settle,
    store::Handle,
};

/// The longest that two keys may overlap.
const MAX_OVERLAP: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The fewest characters of a key id to look for: fewer hit another key by chance.
const MIN_PREFIX: usize = 4;

/// An API key to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The service that acts with it.
    pub principal_id: PrincipalId,
    /// What it is for, for people. Need not be unique.
    pub name: String,
    /// The word behind `af_`.
    pub environment: KeyEnvironment,
    /// The only workspace it is good for.
    pub workspace_id: Option<WorkspaceId>,
    /// The only permissions it carries, of those its principal has: at most 100; what is named twice counts once.
    pub scopes: Option<Vec<Permission>>,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
}

impl NewKey {
    /// A `live` key for all that the service may do, without end.
    pub fn named(name: impl Into<String>, service: PrincipalId) -> Self {
        Self {
            principal_id: service,
            name: name.into(),
            environment: KeyEnvironment::default(),
            workspace_id: None,
            scopes: None,
            expires_at: None,
        }
    }
}

/// An API key as it is stored: without the key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiKeyRow {
    /// The id.
    pub id: ApiKeyId,
    /// Who acts with it.
    pub principal_id: PrincipalId,
    /// The only workspace it is good for.
    pub workspace_id: Option<WorkspaceId>,
    /// What it is for.
    pub name: String,
    /// How the key begins: enough to recognize it, and to revoke it.
    pub prefix: String,
    /// The only permissions it carries.
    pub scopes: Option<Vec<Permission>>,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
    /// When another key was issued to replace it.
    pub rotated_at: Option<Timestamp>,
    /// The key that replaces it.
    pub rotated_to: Option<ApiKeyId>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The principal who created it, if one did.
    pub created_by: Option<PrincipalId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
}

impl ApiKeyRow {
    /// Whether it is neither revoked nor expired at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl TryFrom<sql::ApiKey> for ApiKeyRow {
    type Error = Error;

    fn try_from(row: sql::ApiKey) -> Result<Self> {
        Ok(Self {
            id: ApiKeyId(row.id),
            principal_id: PrincipalId(row.principal_id),
            workspace_id: row.workspace_id.map(WorkspaceId),
            name: row.name,
            prefix: format!("af_{}_{}", row.environment, row.key_id),
            scopes: scopes(row.id, row.scopes)?,
            expires_at: row.expires_at,
            rotated_at: row.rotated_at,
            rotated_to: row.rotated_to.map(ApiKeyId),
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            created_by: row.created_by.map(PrincipalId),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn scopes(row: uuid::Uuid, scopes: Option<Vec<String>>) -> Result<Option<Vec<Permission>>> {
    let read = |scope: String| known("api_keys", "scopes", row, &scope);
    scopes.map(|scopes| scopes.into_iter().map(read).collect()).transpose()
}

/// A key that was just issued. The key itself cannot be had again.
#[derive(Debug)]
pub struct IssuedKey {
    /// What is stored of it.
    pub row: ApiKeyRow,
    /// The key.
    pub key: ApiKey,
}

/// The API keys of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction.
#[derive(Debug, Clone)]
pub struct Keys(Handle);

impl Keys {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Issues a key for a service.
    ///
    /// People have no keys: whoever may issue one could otherwise act as anybody. Fails with [`Error::InvalidInput`] for
    /// a person, a scope that is no permission, and an end that is past; with [`Error::NotFound`] when the principal or
    /// the workspace is not this tenant's, and with [`Error::Conflict`] when the service is inactive.
    pub async fn create(&self, mut new: NewKey, by: &Actor) -> Result<IssuedKey> {
        const OPERATION: &str = "create an API key";
        check_name(OPERATION, "name", &new.name)?;
        let now = self.0.shared.now();
        if new.expires_at.is_some_and(|end| end <= now) {
            let input = InvalidInput::new("expires_at", "expected a time in the future");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        if let Some(scopes) = &mut new.scopes {
            scopes::check(scopes).map_err(Error::invalid(OPERATION))?;
        }
        let tx = self.0.begin(OPERATION).await?;
        let tx = refuse_unknown(OPERATION, tx, new.scopes.as_deref().unwrap_or_default()).await?;
        let (tx, issued) = self.issue(OPERATION, tx, &new, now, by).await?;
        let event = event("api_key.created", &issued.row, by)
            .with_detail("scopes", serde_json::to_value(&issued.row.scopes).unwrap_or_default())
            .with_detail("expires_at", issued.row.expires_at.map(|end| end.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(issued)
    }

    async fn issue(
        &self,
        operation: &'static str,
        tx: TenantTx,
        new: &NewKey,
        now: Timestamp,
        by: &Actor,
    ) -> Result<(TenantTx, IssuedKey)> {
        let (tx, kind) = share_active(operation, &self.0, tx, new.principal_id).await?;
        if kind != PrincipalKind::Service {
            let reason = "a key belongs to a service, and this is a person; create a service with the roles it needs, \
                          or open a session";
            let input = InvalidInput::new("principal_id", reason);
            return Err(tx.refuse(Error::InvalidInput { operation, input }).await);
        }
        let shared = &self.0.shared;
        let key = ApiKey::generate(self.0.tenant, &new.environment, &*shared.entropy);
        let scopes: Option<Vec<_>> =
            new.scopes.as_ref().map(|scopes| scopes.iter().map(Permission::as_str).collect());
        let row = sql::insert_api_key()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &shared.next_id(),
                new.principal_id.as_uuid(),
                &new.workspace_id.map(|id| id.0),
                &new.name.as_str(),
                &new.environment.as_str(),
                &key.key_id(),
                &key.hash().as_bytes(),
                &scopes,
                &new.expires_at,
                &by.principal_id().map(|id| id.0),
                &now,
            )
            .one()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        Ok((tx, IssuedKey { row: row.try_into()?, key }))
    }

    /// The key with this id.
    pub async fn get(&self, id: ApiKeyId) -> Result<Option<ApiKeyRow>> {
        let flight = self.0.flight("get an API key").await?;
        let row =
            sql::get_api_key().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(ApiKeyRow::try_from).transpose()
    }

    /// The one key that begins like this: with a prefix as it is shown, a shorter one of at least four characters of
    /// the key id, or a whole key. Fails with [`Error::Conflict`] when several do.
    pub async fn find_by_prefix(&self, prefix: &str) -> Result<Option<ApiKeyRow>> {
        const OPERATION: &str = "find an API key";
        let (environment, start) = split_prefix(prefix).map_err(Error::invalid(OPERATION))?;
        let flight = self.0.flight(OPERATION).await?;
        let rows = sql::list_api_keys_by_prefix()
            .bind(&flight, self.0.tenant.as_uuid(), &start, &environment)
            .all()
            .await;
        let mut rows = flight.land(rows).await?;
        if rows.len() > 1 {
            let reason = "several keys begin like this; give more of it".to_owned();
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        rows.pop().map(ApiKeyRow::try_from).transpose()
    }

    /// A page of keys in order of their ids, after the one that ended the page before.
    pub async fn list(
        &self,
        principal: Option<PrincipalId>,
        after: Option<ApiKeyId>,
        limit: u16,
    ) -> Result<Vec<ApiKeyRow>> {
        let flight = self.0.flight("list API keys").await?;
        let rows = sql::list_api_keys()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|id| id.0),
                &principal.map(|id| id.0),
                &i64::from(limit),
            )
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(ApiKeyRow::try_from).collect()
    }

    /// Issues a key that replaces this one: for the same principal, with the same name and limits, and to live as long.
    /// Both work until `overlap` is over, or the old one ends of itself.
    ///
    /// Fails with [`Error::Conflict`] when the key is revoked, expired or rotated already, when its service is inactive,
    /// and while the key that it replaces still works: there are never more than two. Revoke the older one to go on at
    /// once.
    pub async fn rotate(
        &self,
        id: ApiKeyId,
        overlap: SignedDuration,
        by: &Actor,
    ) -> Result<IssuedKey> {
        const OPERATION: &str = "rotate an API key";
        if overlap.is_negative() || overlap > MAX_OVERLAP {
            let input = InvalidInput::new("overlap", "expected 0 to 90 days");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::lock_api_key().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("API key {id}"))).await);
        };
        let new = successor(&row, now)?;
        let old = ApiKeyRow::try_from(row)?;
        if !old.is_live(now) || old.rotated_at.is_some() {
            let state =
                if old.rotated_at.is_some() { "rotated already" } else { "no longer in use" };
            let reason = format!("the key is {state}");
            return Err(tx.refuse(Error::Conflict { operation: OPERATION, reason }).await);
        }
        let older = sql::get_overlapping_api_key()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid(), &now)
            .opt()
            .await;
        let (tx, older) = settle(OPERATION, tx, older).await?;
        if let Some(older) = older {
            let reason =
                format!("key {}, which it replaces, still works; revoke that one first", older.id);
            return Err(tx.refuse(Error::Conflict { operation: OPERATION, reason }).await);
        }
        let (tx, issued) = self.issue(OPERATION, tx, &new, now, by).await?;
        let retired = sql::retire_api_key()
            .bind(
                &tx,
                &now,
                issued.row.id.as_uuid(),
                &later(now, overlap),
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let (tx, retired) = settle(OPERATION, tx, retired).await?;
        let rotation = NewRotation {
            kind: SecretKind::ApiKey,
            secret: id.0,
            old_key: None,
            new_key: None,
            reason: ROTATED,
        };
        let tx = log_rotation(OPERATION, &self.0, tx, &rotation, by).await?;
        let event = event("api_key.rotated", &old, by)
            .with_detail("rotated_to", issued.row.id.to_string())
            .with_detail("new_prefix", issued.row.prefix.as_str())
            .with_detail("expires_at", retired.expires_at.map(|end| end.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(issued)
    }

    /// Revokes a key, at once. Revoking twice changes nothing.
    pub async fn revoke(&self, id: ApiKeyId, by: &Actor) -> Result<ApiKeyRow> {
        const OPERATION: &str = "revoke an API key";
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::revoke_api_key()
            .bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else {
            tx.rollback().await?;
            let row = self.get(id).await?;
            let missing = || Error::not_found(OPERATION, format!("API key {id}"));
            return row.ok_or_else(|| observe::refused(missing()));
        };
        let row = ApiKeyRow::try_from(row)?;
        tx.audit_and_commit(&event("api_key.revoked", &row, by)).await?;
        Ok(row)
    }

    /// Revokes the one key that begins like this; see [`find_by_prefix`](Keys::find_by_prefix).
    pub async fn revoke_by_prefix(&self, prefix: &str, by: &Actor) -> Result<ApiKeyRow> {
        let Some(found) = self.find_by_prefix(prefix).await? else {
            return Err(Error::not_found("revoke an API key", "a key that begins like this"));
        };
        self.revoke(found.id, by).await
    }
}

/// What replaces a key. It lives as long as the key was meant to.
fn successor(old: &sql::ApiKey, now: Timestamp) -> Result<NewKey> {
    Ok(NewKey {
        principal_id: PrincipalId(old.principal_id),
        name: old.name.clone(),
        environment: known("api_keys", "environment", old.id, &old.environment)?,
        workspace_id: old.workspace_id.map(WorkspaceId),
        scopes: scopes(old.id, old.scopes.clone())?,
        expires_at: old.expires_at.map(|end| later(now, end.duration_since(old.created_at))),
    })
}

/// Environment and beginning of the key id; the whole key id of a whole key.
fn split_prefix(text: &str) -> Result<(Option<&str>, &str), InvalidInput> {
    let (environment, rest) = match text.strip_prefix("af_").and_then(|rest| rest.split_once('_')) {
        Some((environment, rest)) => (Some(environment), rest),
        None => (None, text),
    };
    let start = rest.get(..rest.len().min(12)).unwrap_or_default();
    if start.len() < MIN_PREFIX || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let reason =
            "expected the beginning of a key as it is shown, af_live_ and at least 4 characters";
        return Err(InvalidInput::new("prefix", reason));
    }
    Ok((environment, start))
}

fn event(action: &str, key: &ApiKeyRow, by: &Actor) -> Event {
    let mut event = Event::new(action, Resource::new("api_key", key.id), by.clone())
        .with_detail("name", key.name.as_str())
        .with_detail("prefix", key.prefix.as_str())
        .with_detail("principal_id", key.principal_id.to_string());
    event.workspace_id = key.workspace_id.map(|id| id.0);
    event
}
