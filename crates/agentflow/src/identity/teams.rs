mod webhook;
mod webhook_secret;

use std::collections::HashSet;

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::{PrincipalId, TeamId},
    tenancy::Slug,
};
use agentflow_sql::queries::teams as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

pub use webhook_secret::WebhookSecret;

use crate::{
    error::{Error, Result},
    input::{check_json, check_name, stored_json},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

const DEFAULT_RETENTION_DAYS: i32 = 90;
const MAX_SKILLS: usize = 100;

/// A team to be.
#[derive(Debug, Clone)]
pub struct NewTeam {
    /// The name.
    pub name: String,
    /// The short name, unique within the tenant; made from the name if absent.
    pub slug: Option<Slug>,
    /// The user who answers for it, who becomes a member in the role of owner.
    pub owner: PrincipalId,
    /// Settings, read by the platform.
    pub settings: Map<String, Value>,
    /// Skills that every agent of the team has, in order: at most 100, of 1 to 100 characters each, none twice.
    pub shared_skill_names: Vec<String>,
    /// Where events are sent to: an `http` or `https` URL without a user name or password, at most 2048 characters.
    pub webhook_url: Option<String>,
    /// Days that closed conversations are kept; 90 by default.
    pub conversation_retention_days: i32,
}

impl NewTeam {
    /// A team with nothing optional set.
    pub fn named(name: impl Into<String>, owner: PrincipalId) -> Self {
        Self {
            name: name.into(),
            slug: None,
            owner,
            settings: Map::new(),
            shared_skill_names: Vec::new(),
            webhook_url: None,
            conversation_retention_days: DEFAULT_RETENTION_DAYS,
        }
    }
}

/// A team as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Team {
    /// The id.
    pub id: TeamId,
    /// The name.
    pub name: String,
    /// The short name, unique within the tenant.
    pub slug: String,
    /// The accountable owner: always a member in the role of owner.
    pub owner_id: PrincipalId,
    /// Settings, read by the platform.
    pub settings: Value,
    /// Skills that every agent of the team has, in order.
    pub shared_skill_names: Vec<String>,
    /// Where events are sent to.
    pub webhook_url: Option<String>,
    /// Days that closed conversations are kept.
    pub conversation_retention_days: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::Team> for Team {
    type Error = Error;

    fn try_from(row: sql::Team) -> Result<Self> {
        Ok(Self {
            id: TeamId(row.id),
            name: row.name,
            slug: row.slug,
            owner_id: PrincipalId(row.owner_id),
            settings: stored_json("teams", "settings", row.id, &row.settings)?,
            shared_skill_names: row.shared_skill_names,
            webhook_url: row.webhook_url,
            conversation_retention_days: row.conversation_retention_days,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What to change of a team; what is absent stays as it is. The owner is changed by [`Teams::transfer`].
#[derive(Debug, Clone, Default)]
pub struct TeamChange {
    /// The name.
    pub name: Option<String>,
    /// The short name.
    pub slug: Option<Slug>,
    /// Settings, all of them.
    pub settings: Option<Map<String, Value>>,
    /// Skills that every agent of the team has, all of them.
    pub shared_skill_names: Option<Vec<String>>,
    /// Where events are sent to; `Some(None)` for nowhere.
    pub webhook_url: Option<Option<String>>,
    /// Days that closed conversations are kept.
    pub conversation_retention_days: Option<i32>,
}

impl TeamChange {
    fn check(&self, operation: &'static str) -> Result<()> {
        if let Some(name) = &self.name {
            check_name(operation, "name", name)?;
        }
        if let Some(settings) = &self.settings {
            check_json(operation, "settings", settings)?;
        }
        check_settings(
            self.shared_skill_names.as_deref().unwrap_or_default(),
            self.webhook_url.as_ref().and_then(Option::as_deref),
            self.conversation_retention_days.unwrap_or(DEFAULT_RETENTION_DAYS),
        )
        .map_err(Error::invalid(operation))
    }

    /// Makes the change, and returns the names of the fields that are different now.
    fn apply(self, team: &mut Team) -> Vec<&'static str> {
        let mut changed = Vec::new();
        let mut set = |field, is_different| {
            if is_different {
                changed.push(field);
            }
        };
        set("name", replace(&mut team.name, self.name));
        set("slug", replace(&mut team.slug, self.slug.map(String::from)));
        set("settings", replace(&mut team.settings, self.settings.map(Value::Object)));
        set("shared_skill_names", replace(&mut team.shared_skill_names, self.shared_skill_names));
        set("webhook_url", replace(&mut team.webhook_url, self.webhook_url));
        set(
            "conversation_retention_days",
            replace(&mut team.conversation_retention_days, self.conversation_retention_days),
        );
        changed
    }
}

/// Whether there is a new value and it is another one.
fn replace<T: PartialEq>(value: &mut T, new: Option<T>) -> bool {
    match new {
        Some(new) if new != *value => {
            *value = new;
            true
        }
        _ => false,
    }
}

fn check_settings(
    skills: &[String],
    webhook_url: Option<&str>,
    retention_days: i32,
) -> Result<(), InvalidInput> {
    if skills.len() > MAX_SKILLS {
        return Err(InvalidInput::new("shared_skill_names", "expected at most 100 skills"));
    }
    let mut seen = HashSet::new();
    for (index, skill) in skills.iter().enumerate() {
        let field = format!("shared_skill_names[{index}]");
        if skill.trim().is_empty() || skill.chars().count() > 100 || skill.contains('\0') {
            let reason = "expected 1 to 100 characters, not only blanks";
            return Err(InvalidInput::new(field, reason));
        }
        if !seen.insert(skill) {
            return Err(InvalidInput::new(field, format!("`{skill}` is there already")));
        }
    }
    if let Some(url) = webhook_url {
        webhook::check(url).map_err(|reason| InvalidInput::new("webhook_url", reason))?;
    }
    if retention_days < 1 {
        return Err(InvalidInput::new("conversation_retention_days", "expected 1 or more"));
    }
    Ok(())
}

/// The teams of a tenant and their members. Every change is recorded in the tenant's audit chain, in the same
/// transaction; what changes nothing is not recorded.
///
/// A team always has an owner: the last one cannot leave, become less or be deleted, which fails with
/// [`Error::Conflict`]. When the accountable one does, the owner who is a member for longest takes over.
#[derive(Debug, Clone)]
pub struct Teams(pub(super) Handle);

impl Teams {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Creates a team. Its owner becomes a member in the role of owner.
    ///
    /// Fails with [`Error::AlreadyExists`] when the slug is taken, with [`Error::NotFound`] when the owner is no user of
    /// the tenant, and with [`Error::InvalidInput`] when no slug can be made from the name.
    pub async fn create(&self, new: NewTeam, by: &Actor) -> Result<Team> {
        const OPERATION: &str = "create a team";
        check_name(OPERATION, "name", &new.name)?;
        check_json(OPERATION, "settings", &new.settings)?;
        check_settings(
            &new.shared_skill_names,
            new.webhook_url.as_deref(),
            new.conversation_retention_days,
        )
        .map_err(Error::invalid(OPERATION))?;
        let slug = match new.slug {
            Some(slug) => slug,
            None => Slug::from_name(&new.name).map_err(Error::invalid(OPERATION))?,
        };
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::insert_team()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                &new.name,
                &slug.as_str(),
                new.owner.as_uuid(),
                &Value::Object(new.settings),
                &new.shared_skill_names,
                &new.webhook_url,
                &new.conversation_retention_days,
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, team) = settle_with(tx, Team::try_from(row)).await?;
        let event = event("team.created", team.id, by)
            .with_detail("name", team.name.as_str())
            .with_detail("slug", team.slug.as_str())
            .with_detail("owner_id", team.owner_id.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(team)
    }

    /// The team with this id.
    pub async fn get(&self, id: TeamId) -> Result<Option<Team>> {
        let flight = self.0.flight("get a team").await?;
        let row = sql::get_team().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(Team::try_from).transpose()
    }

    /// The team with this id or short name.
    pub async fn find(&self, id_or_slug: &str) -> Result<Option<Team>> {
        if let Ok(id) = id_or_slug.parse()
            && let Some(team) = self.get(id).await?
        {
            return Ok(Some(team));
        }
        let Ok(slug) = id_or_slug.parse::<Slug>() else { return Ok(None) };
        let flight = self.0.flight("find a team").await?;
        let row = sql::get_team_by_slug()
            .bind(&flight, self.0.tenant.as_uuid(), &slug.as_str())
            .opt()
            .await;
        flight.land(row).await?.map(Team::try_from).transpose()
    }

    /// A page of teams in order of their ids, which is the order of creation, after the last one of the page before.
    pub async fn list(&self, after: Option<TeamId>, limit: u16) -> Result<Vec<Team>> {
        let flight = self.0.flight("list teams").await?;
        let rows = sql::list_teams()
            .bind(&flight, self.0.tenant.as_uuid(), &after.map(|id| id.0), &i64::from(limit))
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(Team::try_from).collect()
    }

    /// Changes a team. The audit entry names the fields that are different now; URLs and settings are not repeated in
    /// it, because they may hold what should not be kept for ever.
    pub async fn update(&self, id: TeamId, change: TeamChange, by: &Actor) -> Result<Team> {
        const OPERATION: &str = "change a team";
        change.check(OPERATION)?;
        let tx = self.0.begin(OPERATION).await?;
        let (tx, mut team) = self.lock(OPERATION, tx, id).await?;
        let changed = change.apply(&mut team);
        if changed.is_empty() {
            tx.rollback().await?;
            return Ok(team);
        }
        let row = sql::update_team()
            .bind(
                &tx,
                &team.name,
                &team.slug,
                &team.settings,
                &team.shared_skill_names,
                &team.webhook_url,
                &team.conversation_retention_days,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let (tx, team) = settle_with(tx, Team::try_from(row)).await?;
        let mut event = event("team.updated", id, by);
        for field in &changed {
            event = match *field {
                "name" => event.with_detail("name", team.name.as_str()),
                "slug" => event.with_detail("slug", team.slug.as_str()),
                "shared_skill_names" => {
                    event.with_detail("shared_skill_names", team.shared_skill_names.clone())
                }
                "conversation_retention_days" => {
                    let days = team.conversation_retention_days;
                    event.with_detail("conversation_retention_days", days)
                }
                _ => event,
            };
        }
        tx.audit_and_commit(&event.with_detail("changed", changed)).await?;
        Ok(team)
    }

    /// Makes another user accountable, who becomes a member in the role of owner. The one before stays an owner.
    pub async fn transfer(&self, id: TeamId, to: PrincipalId, by: &Actor) -> Result<Team> {
        const OPERATION: &str = "transfer a team";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        if before.owner_id == to {
            tx.rollback().await?;
            return Ok(before);
        }
        let row = sql::transfer_team()
            .bind(&tx, to.as_uuid(), self.0.tenant.as_uuid(), id.as_uuid())
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let event = event("team.transferred", id, by)
            .with_detail("from", before.owner_id.to_string())
            .with_detail("to", to.to_string());
        tx.audit_and_commit(&event).await?;
        row.try_into()
    }

    /// Deletes a team with its memberships. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: TeamId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a team";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, team) = self.lock(OPERATION, tx, id).await?;
        let deleted = sql::delete_team().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        let event = event("team.deleted", id, by)
            .with_detail("name", team.name)
            .with_detail("slug", team.slug);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// The team, and nobody else changes it or its members before the end of the transaction.
    pub(super) async fn lock(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: TeamId,
    ) -> Result<(TenantTx, Team)> {
        let row = sql::lock_team().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        if let Some(row) = row {
            return settle_with(tx, row.try_into()).await;
        }
        Err(tx.refuse(Error::not_found(operation, format!("team {id}"))).await)
    }
}

pub(super) fn event(action: &str, team: TeamId, by: &Actor) -> Event {
    Event::new(action, Resource::new("team", team), by.clone())
}
