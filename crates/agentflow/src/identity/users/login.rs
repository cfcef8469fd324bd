//! Passwords: set, changed, compared.

use agentflow_core::{
    audit::{Actor, Resource},
    identity::Email,
    ids::PrincipalId,
};
use agentflow_sql::queries::users as sql;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{
    super::{
        Origin, PasswordHasher,
        principals::revoke_sessions,
        refusal::{Refusal, land_login},
    },
    User, Users, absent, event,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// A password that is presented, to be refused in one way whatever is wrong with it.
struct Attempt<'a> {
    operation: &'static str,
    /// What its refusal is called in the audit chain.
    refused: &'static str,
    /// Whom it is presented for, where that is known. An address that nobody has is not written down: it may be a
    /// password that was typed into the wrong field, or a stranger's.
    resource: Resource,
    origin: &'a Origin,
}

/// Somebody whose password it was when it was looked up.
struct Admitted {
    id: PrincipalId,
    hash: String,
    changed_at: Timestamp,
    is_outdated: bool,
}

impl Users {
    /// Logs somebody in with e-mail address and password.
    ///
    /// Whatever is wrong, the error is [`Error::Unauthenticated`] after about the same time; the reason is in the audit
    /// chain. A success is recorded as well, and replaces a hash that was made at a lower cost than today's.
    pub async fn authenticate(
        &self,
        email: &str,
        password: &SecretString,
        origin: &Origin,
    ) -> Result<User> {
        const OPERATION: &str = "log in";
        // Text that is no address is nobody's, and is asked for all the same.
        let email = email.parse::<Email>().ok();
        let attempt = Attempt {
            operation: OPERATION,
            refused: "user.authentication_refused",
            resource: Resource::kind("user"),
            origin,
        };
        let address = email.as_ref().map_or("", Email::as_str);
        let flight = self.0.flight(OPERATION).await?;
        let login =
            sql::get_login_by_email().bind(&flight, self.0.tenant.as_uuid(), &address).opt().await;
        let found = land_login(flight, login).await?;
        let admitted = self.admit(&attempt, found, password).await?;
        self.let_in(attempt, admitted, password).await
    }

    /// Gives somebody a new password, without asking for the old one. Their open sessions are revoked.
    pub async fn set_password(
        &self,
        id: PrincipalId,
        password: &SecretString,
        by: &Actor,
    ) -> Result<()> {
        const OPERATION: &str = "set a password";
        let hash = self.0.shared.hasher.hash(OPERATION, password).await?;
        let tx = self.0.begin(OPERATION).await?;
        let stored = self.store_hash(OPERATION, &tx, id, &hash, None).await;
        let (tx, is_stored) = settle_with(tx, stored).await?;
        if !is_stored {
            return Err(tx.refuse(absent(OPERATION, id)).await);
        }
        let revoked = revoke_sessions(OPERATION, &self.0, &tx, id).await;
        let (tx, revoked) = settle_with(tx, revoked).await?;
        let event = event("user.password_changed", id, by)
            .with_detail("old_password_checked", false)
            .with_detail("sessions_revoked", revoked);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// Replaces the password of somebody who presents the old one. Their open sessions are revoked.
    ///
    /// Whatever is wrong with the old one, the error is [`Error::Unauthenticated`], as if it had been presented to log
    /// in. A new one that cannot be a password is [`Error::InvalidInput`], before the old one is looked at.
    pub async fn change_password(
        &self,
        id: PrincipalId,
        old: &SecretString,
        new: &SecretString,
        origin: &Origin,
        by: &Actor,
    ) -> Result<()> {
        const OPERATION: &str = "change a password";
        PasswordHasher::check(OPERATION, new)?;
        let attempt = Attempt {
            operation: OPERATION,
            refused: "user.password_change_refused",
            resource: Resource::new("user", id),
            origin,
        };
        let flight = self.0.flight(OPERATION).await?;
        let login =
            sql::get_login().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let found = land_login(flight, login).await?;
        let admitted = self.admit(&attempt, found, old).await?;
        let hash = self.0.shared.hasher.hash(OPERATION, new).await?;
        let tx = self.begin(&attempt, id).await?;
        let stored = self.store_hash(OPERATION, &tx, id, &hash, Some(admitted.changed_at)).await;
        let (tx, is_stored) = settle_with(tx, stored).await?;
        if !is_stored {
            tx.rollback().await?;
            return Err(self.refuse(&attempt, Refusal::WrongPassword).await);
        }
        let revoked = revoke_sessions(OPERATION, &self.0, &tx, id).await;
        let (tx, revoked) = settle_with(tx, revoked).await?;
        let event = event("user.password_changed", id, by)
            .with_detail("old_password_checked", true)
            .with_detail("sessions_revoked", revoked);
        tx.audit_and_commit(&origin.stamp(event)).await?;
        Ok(())
    }

    /// Compares, always and for as long, and only then looks at what was found.
    async fn admit(
        &self,
        attempt: &Attempt<'_>,
        found: Option<sql::Login>,
        password: &SecretString,
    ) -> Result<Admitted> {
        let hash = found.as_ref().and_then(|login| login.password_hash.clone());
        let compared = self.0.shared.hasher.compare(attempt.operation, password, hash).await?;
        let Some(login) = found else {
            return Err(self.refuse(attempt, Refusal::Unknown).await);
        };
        let id = PrincipalId(login.id);
        let why = match (login.password_hash, login.password_changed_at) {
            (Some(hash), Some(changed_at)) if compared.is_equal && login.is_active => {
                let is_outdated = compared.is_outdated;
                return Ok(Admitted { id, hash, changed_at, is_outdated });
            }
            (Some(_), Some(_)) if compared.is_equal => Refusal::Inactive,
            (Some(_), Some(_)) => Refusal::WrongPassword,
            _ => Refusal::NoPassword,
        };
        Err(self.refuse_user(attempt, id, why).await)
    }

    /// Records that somebody is in, unless that has changed while the password was compared.
    async fn let_in(
        &self,
        attempt: Attempt<'_>,
        admitted: Admitted,
        password: &SecretString,
    ) -> Result<User> {
        let Attempt { operation, origin, .. } = attempt;
        let Admitted { id, hash, changed_at, is_outdated } = admitted;
        let new_hash = if is_outdated {
            Some(self.0.shared.hasher.hash(operation, password).await?)
        } else {
            None
        };
        let tenant = self.0.tenant.as_uuid();
        let tx = self.begin(&attempt, id).await?;
        let confirmed = async {
            let rehashed = match new_hash {
                Some(new) => {
                    sql::rehash_password().bind(&tx, &new, tenant, id.as_uuid(), &hash).await?
                }
                None => 0,
            };
            let row = sql::confirm_login().bind(&tx, tenant, id.as_uuid(), &changed_at).opt().await;
            Ok((rehashed > 0, row?))
        };
        let confirmed = confirmed.await;
        let (tx, (is_rehashed, row)) = settle(operation, tx, confirmed).await?;
        let user = row.map(User::try_from).transpose()?;
        let user = match user {
            Some(user) if user.is_active => user,
            other => {
                tx.rollback().await?;
                let why = if other.is_some() { Refusal::Inactive } else { Refusal::WrongPassword };
                return Err(self.refuse_user(&attempt, id, why).await);
            }
        };
        let mut event =
            event("user.authenticated", id, &user.actor()).with_detail("method", "password");
        if is_rehashed {
            event = event.with_detail("rehashed", true);
        }
        tx.audit_and_commit(&origin.stamp(event)).await?;
        Ok(user)
    }

    /// Whether there was somebody to store it for, whose password is still the one of then.
    async fn store_hash(
        &self,
        operation: &'static str,
        tx: &TenantTx,
        id: PrincipalId,
        hash: &str,
        seen_changed_at: Option<Timestamp>,
    ) -> Result<bool> {
        let now = self.0.shared.now();
        let stored = sql::set_password()
            .bind(tx, &hash, &now, self.0.tenant.as_uuid(), id.as_uuid(), &seen_changed_at)
            .await;
        Ok(stored.map_err(|error| Error::from_postgres(operation, error))? > 0)
    }

    /// Begins what the right password leads to.
    async fn begin(&self, attempt: &Attempt<'_>, id: PrincipalId) -> Result<TenantTx> {
        let Attempt { operation, refused, origin, .. } = attempt;
        self.0.begin_login(operation, refused, Resource::new("user", id), origin).await
    }

    async fn refuse(&self, attempt: &Attempt<'_>, why: Refusal) -> Error {
        let Attempt { operation, refused, resource, origin } = attempt;
        self.0.refuse(operation, refused, resource.clone(), why, origin).await
    }

    /// The same for somebody there is, who is recorded by their id.
    async fn refuse_user(&self, attempt: &Attempt<'_>, id: PrincipalId, why: Refusal) -> Error {
        let Attempt { operation, refused, origin, .. } = attempt;
        self.0.refuse(operation, refused, Resource::new("user", id), why, origin).await
    }
}
