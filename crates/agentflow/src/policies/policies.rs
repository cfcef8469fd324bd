use agentflow_core::{
    InvalidInput, InvalidInputs,
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::{PolicyId, PrincipalId},
    rules::Problems,
    workflow::SemVer,
};
use agentflow_sql::queries::policies as sql;
use jiff::Timestamp;
use serde::Serialize;

use super::rows;
use crate::{
    error::{Error, Result},
    input::check_name,
    settle::{settle, settle_with},
    store::Handle,
};

/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 10_000;

/// A version of a policy to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPolicy {
    /// The name, which all its versions share: 1 to 255 characters.
    pub name: String,
    /// Which version it is.
    pub version: SemVer,
    /// The text, in Rego.
    pub rego: String,
    /// What it is for.
    pub description: String,
}

/// A version of a policy without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicySummary {
    /// The id of this version.
    pub id: PolicyId,
    /// The name, which all its versions share.
    pub name: String,
    /// Which version it is.
    pub version: SemVer,
    /// SHA-256 of the text, as it was published.
    pub digest: Sha256,
    /// What it is for.
    pub description: String,
    /// Who published it, if that is still known.
    pub created_by: Option<PrincipalId>,
    /// When.
    pub created_at: Timestamp,
}

/// A version of a policy. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyVersion {
    /// Everything but the text.
    #[serde(flatten)]
    pub summary: PolicySummary,
    /// The text, in Rego.
    pub rego: String,
}

/// The policies of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction; what changes nothing
/// is not recorded.
#[derive(Debug, Clone)]
pub struct Policies(pub(super) Handle);

impl Policies {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Publishes a version of a policy. It is in force nowhere until it is bound. The same text once more changes nothing.
    ///
    /// Fails with [`Error::InvalidInputs`], which names everything that is wrong with the text by its line and column, and with
    /// [`Error::Conflict`] when the version is published with another text, for versions never change.
    pub async fn publish(&self, new: NewPolicy, by: &Actor) -> Result<PolicyVersion> {
        const OPERATION: &str = "publish a policy";
        check_name(OPERATION, "name", &new.name)?;
        if new.description.chars().count() > MAX_DESCRIPTION || new.description.contains('\0') {
            let reason = format!("expected at most {MAX_DESCRIPTION} characters");
            return Err(Error::invalid(OPERATION)(InvalidInput::new("description", reason)));
        }
        self.compiled(OPERATION, "rego", &new.name, &new.rego).await?;
        let digest = Sha256::of(&[new.rego.as_bytes()]);
        let version = new.version.to_string();
        let tenant = self.0.tenant.as_uuid();
        let tx = self.0.begin(OPERATION).await?;
        let before = sql::get_policy_by_version()
            .bind(&tx, tenant, &new.name, &version)
            .map(rows::policy)
            .opt()
            .await;
        let (tx, before) = settle(OPERATION, tx, before).await?;
        if let Some(before) = before {
            let same = before.and_then(|before| again(OPERATION, before, &new, digest));
            let (tx, same) = settle_with(tx, same).await?;
            tx.rollback().await?;
            return Ok(same);
        }
        let created_by = by.principal_id().map(|id| id.0);
        let row = sql::insert_policy()
            .bind(
                &tx,
                tenant,
                &self.0.shared.next_id(),
                &new.name,
                &version,
                &new.rego,
                &digest.as_bytes(),
                &new.description,
                &created_by,
            )
            .map(rows::policy)
            .one()
            .await;
        let (tx, row) = match settle(OPERATION, tx, row).await {
            // Somebody published it since it was looked for.
            Err(error @ Error::AlreadyExists { .. }) => {
                let before = self.find(&new.name, &new.version).await?;
                return again(OPERATION, before.ok_or(error)?, &new, digest);
            }
            settled => settled?,
        };
        let (tx, policy) = settle_with(tx, row).await?;
        let event = event("policy.published", policy.summary.id, by)
            .with_detail("name", new.name)
            .with_detail("version", version)
            .with_detail("digest", digest.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(policy)
    }

    /// The version with this id.
    pub async fn get(&self, id: PolicyId) -> Result<Option<PolicyVersion>> {
        let flight = self.0.flight("get a policy").await?;
        let row = sql::get_policy()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::policy)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// The version of the policy that is called so.
    pub async fn find(&self, name: &str, version: &SemVer) -> Result<Option<PolicyVersion>> {
        // No text with this character is stored, and PostgreSQL refuses to be asked for one.
        if name.contains('\0') {
            return Ok(None);
        }
        let flight = self.0.flight("find a policy").await?;
        let row = sql::get_policy_by_version()
            .bind(&flight, self.0.tenant.as_uuid(), &name, &version.to_string())
            .map(rows::policy)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// Every version of one policy, or of all of them: by name, then as semantic versioning orders them.
    pub async fn list(&self, name: Option<&str>) -> Result<Vec<PolicySummary>> {
        if name.is_some_and(|name| name.contains('\0')) {
            return Ok(Vec::new());
        }
        let flight = self.0.flight("list policies").await?;
        let rows = sql::list_policies()
            .bind(&flight, self.0.tenant.as_uuid(), &name)
            .map(rows::summary)
            .all()
            .await;
        let policies: Result<Vec<_>> = flight.land(rows).await?.into_iter().collect();
        let mut policies = policies?;
        policies.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(policies)
    }

    /// Deletes a version of a policy. Decisions that it took part in can no longer be replayed in full.
    ///
    /// Fails with [`Error::Conflict`] while it is bound, active or not, and with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: PolicyId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a policy";
        let tenant = self.0.tenant.as_uuid();
        let tx = self.0.begin(OPERATION).await?;
        let locked = sql::lock_policy().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let bound =
            sql::list_policy_bindings().bind(&tx, tenant, &None).map(rows::binding).all().await;
        let (tx, bound) = settle(OPERATION, tx, bound).await?;
        let places = bound.iter().filter(|binding| binding.policy_id == id).count();
        if places > 0 {
            let reason = format!("it is bound in {places} place(s); unbind it first");
            return Err(tx.refuse(Error::Conflict { operation: OPERATION, reason }).await);
        }
        let row = sql::delete_policy().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("policy {id}"))).await);
        };
        let event = event("policy.deleted", id, by)
            .with_detail("name", row.name)
            .with_detail("version", row.version);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }
}

fn again(
    operation: &'static str,
    before: PolicyVersion,
    new: &NewPolicy,
    digest: Sha256,
) -> Result<PolicyVersion> {
    if before.rego == new.rego && before.summary.digest == digest {
        return Ok(before);
    }
    let reason = format!(
        "{} {} is published with another text, and versions never change; publish another version",
        new.name, new.version
    );
    Err(Error::Conflict { operation, reason })
}

fn event(action: &str, policy: PolicyId, by: &Actor) -> Event {
    Event::new(action, Resource::new("policy", policy), by.clone())
}

/// The problems of a text as those of a field.
pub(super) fn as_inputs(field: &str, problems: &Problems) -> InvalidInputs {
    InvalidInputs(problems.0.iter().map(|problem| InvalidInput::new(field, problem)).collect())
}
