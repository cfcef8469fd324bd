mod login;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    identity::{Email, PrincipalKind},
    ids::PrincipalId,
};
use agentflow_sql::queries::{principals, teams, users as sql};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};

use super::OidcSubject;
use crate::{
    error::{Error, Result},
    input::{check_json, check_name, known, stored_json},
    scope::TenantTx,
    settle::settle,
    store::Handle,
};

/// A person to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The e-mail address, unique among the users of the tenant without regard to case.
    pub email: Email,
    /// The name for people.
    pub display_name: String,
    /// The password: at least 8 characters, at most 72 bytes. People who come from an OpenID provider have none.
    pub password: Option<SecretString>,
    /// Who this is to an OpenID provider, if it is known there.
    pub oidc: Option<OidcSubject>,
    /// Facts kept for the operator.
    pub metadata: Map<String, Value>,
}

impl NewUser {
    /// A person with an address and a name, who cannot log in yet.
    pub fn new(email: Email, display_name: impl Into<String>) -> Self {
        Self {
            email,
            display_name: display_name.into(),
            password: None,
            oidc: None,
            metadata: Map::new(),
        }
    }

    /// Gives the person a password.
    #[must_use]
    pub fn with_password(mut self, password: SecretString) -> Self {
        self.password = Some(password);
        self
    }

    /// Says who the person is to an OpenID provider.
    #[must_use]
    pub fn with_oidc(mut self, oidc: OidcSubject) -> Self {
        self.oidc = Some(oidc);
        self
    }
}

/// A person as stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct User {
    /// The id, which is the one of the principal.
    pub id: PrincipalId,
    /// The e-mail address as it was written.
    pub email: Email,
    /// The name for people.
    pub display_name: String,
    /// Who this is to an OpenID provider, if it is known there.
    pub oidc: Option<OidcSubject>,
    /// Whether any credential of the person is accepted.
    pub is_active: bool,
    /// When the password was last set; absent for people who have none.
    pub password_changed_at: Option<Timestamp>,
    /// Facts kept for the operator.
    pub metadata: Value,
    /// When the person was added.
    pub created_at: Timestamp,
    /// When anything of this was last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// Who it is to the audit chain, and to everything that changes something.
    pub fn actor(&self) -> Actor {
        Actor::principal(PrincipalKind::Human, self.id)
    }
}

impl TryFrom<sql::User> for User {
    type Error = Error;

    fn try_from(row: sql::User) -> Result<Self> {
        Ok(Self {
            id: PrincipalId(row.id),
            email: known("users", "email", row.id, &row.email)?,
            display_name: row.display_name,
            oidc: OidcSubject::of_row(row.oidc_issuer, row.oidc_sub),
            is_active: row.is_active,
            password_changed_at: row.password_changed_at,
            metadata: stored_json("principals", "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The people of a tenant, and their passwords. Every change is recorded in the tenant's audit chain, in the same
/// transaction; what changes nothing is not. What people have in common with services is changed by
/// [`Principals`](super::Principals).
#[derive(Debug, Clone)]
pub struct Users(Handle);

impl Users {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Adds a person, who is active from the start. Fails with [`Error::AlreadyExists`] when the address, or the OpenID
    /// subject, is somebody else's in this tenant.
    pub async fn create(&self, new: NewUser, by: &Actor) -> Result<User> {
        const OPERATION: &str = "create a user";
        check_name(OPERATION, "display_name", &new.display_name)?;
        let oidc = new.oidc.as_ref();
        oidc.map_or(Ok(()), OidcSubject::check).map_err(Error::invalid(OPERATION))?;
        check_json(OPERATION, "metadata", &new.metadata)?;
        // Before a connection is taken: this takes its time.
        let hash = match &new.password {
            Some(password) => Some(self.0.shared.hasher.hash(OPERATION, password).await?),
            None => None,
        };
        let id = PrincipalId(self.0.shared.next_id());
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::insert_user()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &new.display_name.as_str(),
                &oidc.map(|it| it.issuer.as_str()),
                &oidc.map(|it| it.subject.as_str()),
                &Value::Object(new.metadata),
                &new.email.as_str(),
                &hash.as_deref(),
                &hash.is_some().then(|| self.0.shared.now()),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let user = User::try_from(row)?;
        let event = event("user.created", id, by)
            .with_detail("email", user.email.as_str())
            .with_detail("display_name", user.display_name.as_str())
            .with_detail("has_password", hash.is_some())
            .with_detail("has_oidc", user.oidc.is_some());
        tx.audit_and_commit(&event).await?;
        Ok(user)
    }

    /// The person with this id.
    pub async fn get(&self, id: PrincipalId) -> Result<Option<User>> {
        let flight = self.0.flight("get a user").await?;
        let row = sql::get_user().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(User::try_from).transpose()
    }

    /// The person with this address, without regard to case.
    pub async fn find_by_email(&self, email: &Email) -> Result<Option<User>> {
        let flight = self.0.flight("find a user").await?;
        let row = sql::get_user_by_email()
            .bind(&flight, self.0.tenant.as_uuid(), &email.as_str())
            .opt()
            .await;
        flight.land(row).await?.map(User::try_from).transpose()
    }

    /// A page of at most `limit` people in order of their ids, which is the order of creation, behind `after`.
    pub async fn list(&self, after: Option<PrincipalId>, limit: u16) -> Result<Vec<User>> {
        let flight = self.0.flight("list users").await?;
        let rows = sql::list_users()
            .bind(&flight, self.0.tenant.as_uuid(), &after.map(|id| id.0), &i64::from(limit))
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(User::try_from).collect()
    }

    /// Changes the e-mail address; another case is a change as well. Fails with [`Error::AlreadyExists`] when it is
    /// somebody else's.
    pub async fn set_email(&self, id: PrincipalId, email: &Email, by: &Actor) -> Result<User> {
        const OPERATION: &str = "change the address of a user";
        let (tx, user) = self.lock(OPERATION, id).await?;
        if user.email == *email {
            tx.rollback().await?;
            return Ok(user);
        }
        let row = sql::set_user_email()
            .bind(&tx, &email.as_str(), self.0.tenant.as_uuid(), id.as_uuid())
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let changed = User::try_from(row)?;
        let event = event("user.email_changed", id, by)
            .with_detail("from", user.email.as_str())
            .with_detail("to", email.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(changed)
    }

    /// Deletes a person with everything that is theirs: memberships, bindings, keys and sessions. Teams they answered
    /// for pass to the longest-standing other owner; the last owner of a team cannot be deleted, which is
    /// [`Error::Conflict`]. The audit entry names the teams that were left, and the new owners of those that passed.
    pub async fn delete(&self, id: PrincipalId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a user";
        let (tenant, kind) = (self.0.tenant.as_uuid(), PrincipalKind::Human.as_str());
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::lock_user_to_delete().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, email) = settle(OPERATION, tx, row).await?;
        let Some(email) = email else {
            return Err(tx.refuse(absent(OPERATION, id)).await);
        };
        let left = teams::lock_teams_of_user().bind(&tx, tenant, id.as_uuid()).all().await;
        let (tx, left) = settle(OPERATION, tx, left).await?;
        let deleted = principals::delete_principal().bind(&tx, tenant, id.as_uuid(), &kind).await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        let owned: Vec<_> =
            left.iter().filter(|team| team.owner_id == id.0).map(|team| team.id).collect();
        let passed = teams::list_team_owners().bind(&tx, tenant, &owned).all().await;
        let (tx, passed) = settle(OPERATION, tx, passed).await?;
        let passed: Map<_, _> = passed
            .into_iter()
            .map(|team| (team.id.to_string(), team.owner_id.to_string().into()))
            .collect();
        let left: Vec<_> = left.iter().map(|team| team.id.to_string()).collect();
        let event = event("user.deleted", id, by)
            .with_detail("email", email)
            .with_detail("teams_left", left)
            .with_detail("new_owners", passed);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// The person as they are until the transaction ends, so that two changes at once come one after the other.
    async fn lock(&self, operation: &'static str, id: PrincipalId) -> Result<(TenantTx, User)> {
        let tx = self.0.begin(operation).await?;
        let row = sql::lock_user().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let Some(row) = row else {
            return Err(tx.refuse(absent(operation, id)).await);
        };
        Ok((tx, User::try_from(row)?))
    }
}

fn absent(operation: &'static str, id: PrincipalId) -> Error {
    Error::not_found(operation, format!("user {id}"))
}

fn event(action: &str, id: PrincipalId, by: &Actor) -> Event {
    Event::new(action, Resource::new("user", id), by.clone())
}
