use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    identity::{Email, PrincipalKind},
    ids::PrincipalId,
};
use agentflow_sql::queries::{principals as sql, sessions};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::services::is_service_name;
use crate::{
    error::{Error, Result},
    input::{check_name, known, stored_json},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// Who somebody is to an OpenID provider. A subject means something within its issuer only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OidcSubject {
    /// The provider, its `iss` claim: 1 to 2048 bytes.
    pub issuer: String,
    /// The person or program there, the `sub` claim: 1 to 255 bytes.
    pub subject: String,
}

impl OidcSubject {
    /// What can be stored, and found again: an index over more bytes than these would refuse it later.
    pub(super) fn check(&self) -> Result<(), InvalidInput> {
        for (field, value, most) in
            [("oidc_issuer", &self.issuer, 2048), ("oidc_sub", &self.subject, 255)]
        {
            if value.is_empty() || value.len() > most || value.contains('\0') {
                let reason = format!("expected 1 to {most} bytes, none of them zero");
                return Err(InvalidInput::new(field, reason));
            }
        }
        Ok(())
    }

    pub(super) fn of_row(issuer: Option<String>, subject: Option<String>) -> Option<Self> {
        issuer.zip(subject).map(|(issuer, subject)| Self { issuer, subject })
    }
}

/// Somebody who can act, as stored: a person or a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Principal {
    /// The id. A person has the same one as a [`User`](super::User).
    pub id: PrincipalId,
    /// A person or a service.
    #[serde(rename = "type")]
    pub kind: PrincipalKind,
    /// The name for people.
    pub display_name: String,
    /// The unique name of a service; a person has none.
    pub service_name: Option<String>,
    /// Who this is to an OpenID provider, if it is known there.
    pub oidc: Option<OidcSubject>,
    /// Whether any credential of the principal is accepted.
    pub is_active: bool,
    /// Facts kept for the operator.
    pub metadata: Value,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Principal {
    /// Who it is to the audit chain, and to everything that changes something.
    pub fn actor(&self) -> Actor {
        Actor::principal(self.kind, self.id)
    }

    /// What it is called in the audit chain.
    const fn resource_kind(&self) -> &'static str {
        match self.kind {
            PrincipalKind::Human => "user",
            PrincipalKind::Service => "service",
        }
    }

    fn event(&self, action: &str, by: &Actor) -> Event {
        Event::new(action, Resource::new(self.resource_kind(), self.id), by.clone())
    }
}

impl TryFrom<sql::Principal> for Principal {
    type Error = Error;

    fn try_from(row: sql::Principal) -> Result<Self> {
        Ok(Self {
            id: PrincipalId(row.id),
            kind: known("principals", "type", row.id, &row.r#type)?,
            display_name: row.display_name,
            service_name: row.service_name,
            oidc: OidcSubject::of_row(row.oidc_issuer, row.oidc_sub),
            is_active: row.is_active,
            metadata: stored_json("principals", "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Everybody who can act in a tenant, and what people and services have in common. Every change is recorded in the
/// tenant's audit chain, in the same transaction; what changes nothing is not.
#[derive(Debug, Clone)]
pub struct Principals(Handle);

impl Principals {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The principal with this id.
    pub async fn get(&self, id: PrincipalId) -> Result<Option<Principal>> {
        let flight = self.0.flight("get a principal").await?;
        let row =
            sql::get_principal().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(Principal::try_from).transpose()
    }

    /// Whom an OpenID provider means. The same subject of another provider is somebody else.
    pub async fn find_by_oidc(&self, oidc: &OidcSubject) -> Result<Option<Principal>> {
        if oidc.check().is_err() {
            return Ok(None);
        }
        let flight = self.0.flight("find a principal by its OpenID subject").await?;
        let row = sql::get_principal_by_oidc()
            .bind(&flight, self.0.tenant.as_uuid(), &oidc.subject.as_str(), &oidc.issuer.as_str())
            .opt()
            .await;
        let row = flight.land(row).await?;
        row.map(Principal::try_from).transpose()
    }

    /// Whom people mean: an id, the e-mail address of a user, or the name of a service. Nothing else names anybody.
    pub async fn find(&self, name: &str) -> Result<Option<Principal>> {
        if let Ok(id) = name.parse() {
            return self.get(id).await;
        }
        let tenant = self.0.tenant.as_uuid();
        let row = if let Ok(email) = name.parse::<Email>() {
            let flight = self.0.flight("find a user").await?;
            let row =
                sql::get_principal_by_email().bind(&flight, tenant, &email.as_str()).opt().await;
            flight.land(row).await?
        } else if is_service_name(name) {
            let flight = self.0.flight("find a service").await?;
            let row = sql::get_principal_by_service_name().bind(&flight, tenant, &name).opt().await;
            flight.land(row).await?
        } else {
            None
        };
        row.map(Principal::try_from).transpose()
    }

    /// A page of at most `limit` principals in order of their ids, which is the order of creation: all, or one kind,
    /// behind `after`.
    pub async fn list(
        &self,
        kind: Option<PrincipalKind>,
        after: Option<PrincipalId>,
        limit: u16,
    ) -> Result<Vec<Principal>> {
        let flight = self.0.flight("list principals").await?;
        let rows = sql::list_principals()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|id| id.0),
                &kind.map(PrincipalKind::as_str),
                &i64::from(limit),
            )
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(Principal::try_from).collect()
    }

    /// Lets a principal act again. Its sessions stay ended.
    pub async fn activate(&self, id: PrincipalId, by: &Actor) -> Result<Principal> {
        const OPERATION: &str = "activate a principal";
        let (tx, principal) = self.lock(OPERATION, id).await?;
        if principal.is_active {
            tx.rollback().await?;
            return Ok(principal);
        }
        let activated = self.set_active(OPERATION, &tx, id, true).await;
        let (tx, principal) = settle_with(tx, activated).await?;
        let action = format!("{}.activated", principal.resource_kind());
        tx.audit_and_commit(&principal.event(&action, by)).await?;
        Ok(principal)
    }

    /// Ends what a principal can do: none of its credentials is accepted, nothing is allowed to it, and its open
    /// sessions are revoked for good.
    pub async fn deactivate(&self, id: PrincipalId, by: &Actor) -> Result<Principal> {
        const OPERATION: &str = "deactivate a principal";
        let (tx, principal) = self.lock(OPERATION, id).await?;
        if !principal.is_active {
            tx.rollback().await?;
            return Ok(principal);
        }
        let deactivated = self.set_active(OPERATION, &tx, id, false).await;
        let (tx, principal) = settle_with(tx, deactivated).await?;
        let revoked = revoke_sessions(OPERATION, &self.0, &tx, id).await;
        let (tx, revoked) = settle_with(tx, revoked).await?;
        let action = format!("{}.deactivated", principal.resource_kind());
        let event = principal.event(&action, by).with_detail("sessions_revoked", revoked);
        tx.audit_and_commit(&event).await?;
        Ok(principal)
    }

    /// Changes the name for people.
    pub async fn rename(
        &self,
        id: PrincipalId,
        display_name: &str,
        by: &Actor,
    ) -> Result<Principal> {
        const OPERATION: &str = "rename a principal";
        check_name(OPERATION, "display_name", display_name)?;
        let (tx, principal) = self.lock(OPERATION, id).await?;
        if principal.display_name == display_name {
            tx.rollback().await?;
            return Ok(principal);
        }
        let row = sql::rename_principal()
            .bind(&tx, &display_name, self.0.tenant.as_uuid(), id.as_uuid())
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let renamed = Principal::try_from(row)?;
        let action = format!("{}.renamed", renamed.resource_kind());
        let event = renamed
            .event(&action, by)
            .with_detail("from", principal.display_name)
            .with_detail("to", display_name);
        tx.audit_and_commit(&event).await?;
        Ok(renamed)
    }

    /// Says who a principal is to an OpenID provider, or with `None` that it is nobody there any more. Fails with
    /// [`Error::AlreadyExists`] when another principal is that already.
    pub async fn link_oidc(
        &self,
        id: PrincipalId,
        oidc: Option<&OidcSubject>,
        by: &Actor,
    ) -> Result<Principal> {
        const OPERATION: &str = "link a principal to an OpenID subject";
        oidc.map_or(Ok(()), OidcSubject::check).map_err(Error::invalid(OPERATION))?;
        let (tx, principal) = self.lock(OPERATION, id).await?;
        if principal.oidc.as_ref() == oidc {
            tx.rollback().await?;
            return Ok(principal);
        }
        let row = sql::link_oidc()
            .bind(
                &tx,
                &oidc.map(|it| it.issuer.as_str()),
                &oidc.map(|it| it.subject.as_str()),
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let linked = Principal::try_from(row)?;
        let (action, told) = match oidc {
            Some(oidc) => ("principal.oidc_linked", Some(oidc)),
            None => ("principal.oidc_unlinked", principal.oidc.as_ref()),
        };
        let event = linked
            .event(action, by)
            .with_detail("issuer", told.map(|it| it.issuer.as_str()))
            .with_detail("subject", told.map(|it| it.subject.as_str()));
        tx.audit_and_commit(&event).await?;
        Ok(linked)
    }

    /// The principal as it is until the transaction ends, so that two changes at once come one after the other.
    async fn lock(
        &self,
        operation: &'static str,
        id: PrincipalId,
    ) -> Result<(TenantTx, Principal)> {
        let tx = self.0.begin(operation).await?;
        let row =
            sql::lock_principal().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let Some(row) = row else {
            return Err(tx.refuse(Error::not_found(operation, format!("principal {id}"))).await);
        };
        Ok((tx, Principal::try_from(row)?))
    }

    async fn set_active(
        &self,
        operation: &'static str,
        tx: &TenantTx,
        id: PrincipalId,
        is_active: bool,
    ) -> Result<Principal> {
        let row = sql::set_principal_active()
            .bind(tx, &is_active, self.0.tenant.as_uuid(), id.as_uuid())
            .one()
            .await;
        row.map_err(|error| Error::from_postgres(operation, error))?.try_into()
    }
}

/// What is to get a credential: it stays active until the transaction ends, so that no deactivation slips in between.
/// Fails with [`Error::NotFound`] when it is not there, and with [`Error::Conflict`] when it is inactive.
pub(super) async fn share_active(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    id: PrincipalId,
) -> Result<(TenantTx, PrincipalKind)> {
    let row = sql::share_principal().bind(&tx, handle.tenant.as_uuid(), id.as_uuid()).opt().await;
    let (tx, row) = settle(operation, tx, row).await?;
    let kind = match row {
        Some(row) if row.is_active => known("principals", "type", id, &row.r#type),
        Some(_) => {
            let reason = "the principal is inactive".to_owned();
            Err(Error::Conflict { operation, reason })
        }
        None => Err(Error::not_found(operation, format!("principal {id}"))),
    };
    settle_with(tx, kind).await
}

/// Ends every open session of somebody, and says how many there were.
pub(super) async fn revoke_sessions(
    operation: &'static str,
    handle: &Handle,
    tx: &TenantTx,
    id: PrincipalId,
) -> Result<u64> {
    let now = handle.shared.now();
    let revoked =
        sessions::revoke_sessions_of().bind(tx, &now, handle.tenant.as_uuid(), id.as_uuid()).await;
    revoked.map_err(|error| Error::from_postgres(operation, error))
}
