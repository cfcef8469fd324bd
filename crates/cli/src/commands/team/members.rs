use agentflow::{
    TeamId, TeamRole, Tenant,
    identity::{Membership, Team, User},
};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::{
    context::Context,
    error::{Error, Result},
    named,
    output::table,
};

/// How many people are looked up at once.
const AT_ONCE: usize = 4;

/// Somebody and a team.
#[derive(Debug, clap::Args)]
pub(super) struct Member {
    /// The team, by slug or id
    team: String,
    /// The user, by e-mail or id
    user: String,
}

impl Member {
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<(Team, User)> {
        let team = named::team(tenant, &self.team).await?;
        Ok((team, named::user(tenant, &self.user).await?))
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    #[command(flatten)]
    who: Member,
    /// What they are in the team: owner, admin, member or viewer
    #[arg(long, default_value = "member")]
    role: TeamRole,
}

#[derive(Debug, clap::Args)]
pub(super) struct SetRole {
    #[command(flatten)]
    who: Member,
    /// What they are in the team: owner, admin, member or viewer
    role: TeamRole,
}

pub(super) async fn add(args: &Add, context: &Context, tenant: &Tenant) -> Result<()> {
    let (team, user) = args.who.find(tenant).await?;
    let by = context.actor_in(tenant).await?;
    let added = tenant.teams().add_member(team.id, user.id, args.role, &by).await?;
    context.output.show(&added, |it| format!("{} is now {} of {}.", user.email, it.role, team.slug))
}

pub(super) async fn set_role(args: &SetRole, context: &Context, tenant: &Tenant) -> Result<()> {
    let (team, user) = args.who.find(tenant).await?;
    let by = context.actor_in(tenant).await?;
    let changed = tenant.teams().set_role(team.id, user.id, args.role, &by).await?;
    let told = |it: &Membership| format!("{} is now {} of {}.", user.email, it.role, team.slug);
    context.output.show(&changed, told)
}

pub(super) async fn remove(who: &Member, context: &Context, tenant: &Tenant) -> Result<()> {
    let (team, user) = who.find(tenant).await?;
    let Some(membership) = tenant.teams().member(team.id, user.id).await? else {
        let message = format!("{} is not in the team `{}`", user.email, team.slug);
        let hint = format!("`af team show {}` shows who is", team.slug);
        return Err(Error::found("not_found", message).with_hint(hint));
    };
    tenant.teams().remove_member(team.id, user.id, &context.actor_in(tenant).await?).await?;
    context.output.show(&membership, |_| format!("{} is no longer in {}.", user.email, team.slug))
}

/// A member, and who that is.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    #[serde(flatten)]
    membership: Membership,
    email: Option<String>,
    display_name: Option<String>,
}

/// Who is in a team.
pub(super) async fn of(tenant: &Tenant, team: TeamId) -> Result<Vec<Listed>> {
    let memberships = tenant.teams().members(team).await?;
    let users = tenant.users();
    let listed = memberships.into_iter().map(async |membership| {
        let user = users.get(membership.user_id).await?;
        let (email, display_name) =
            user.map(|user| (user.email.to_string(), user.display_name)).unzip();
        Ok(Listed { membership, email, display_name })
    });
    stream::iter(listed).buffered(AT_ONCE).try_collect().await
}

pub(super) fn list(members: &[Listed]) -> String {
    let rows = members.iter().map(|member| {
        vec![
            member.email.clone().unwrap_or_default(),
            member.display_name.clone().unwrap_or_default(),
            member.membership.role.to_string(),
            format!("{:.0}", member.membership.created_at),
            member.membership.user_id.to_string(),
        ]
    });
    table(&["E-MAIL", "NAME", "ROLE", "SINCE", "ID"], rows)
}
