use agentflow_core::{
    audit::Actor,
    identity::TeamRole,
    ids::{PrincipalId, TeamId},
};
use agentflow_sql::queries::teams as sql;
use jiff::Timestamp;
use serde::Serialize;

use super::teams::{Team, Teams, event};
use crate::{
    error::{Error, Result},
    input::known,
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// Somebody's place in a team.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Membership {
    /// The team.
    pub team_id: TeamId,
    /// The member.
    pub user_id: PrincipalId,
    /// What the member is in it.
    pub role: TeamRole,
    /// When the user became a member.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::Membership> for Membership {
    type Error = Error;

    fn try_from(row: sql::Membership) -> Result<Self> {
        Ok(Self {
            team_id: TeamId(row.team_id),
            user_id: PrincipalId(row.user_id),
            role: known("team_memberships", "role", row.id, &row.role)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn not_a_member(operation: &'static str, team: TeamId, user: PrincipalId) -> Error {
    Error::not_found(operation, format!("member {user} of team {team}"))
}

impl Teams {
    /// Makes a user a member. Fails with [`Error::AlreadyExists`] for one who is a member already, and with
    /// [`Error::NotFound`] for a service, which cannot be one.
    pub async fn add_member(
        &self,
        team: TeamId,
        user: PrincipalId,
        role: TeamRole,
        by: &Actor,
    ) -> Result<Membership> {
        const OPERATION: &str = "add a member to a team";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, _) = self.lock(OPERATION, tx, team).await?;
        let row = sql::insert_membership()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                user.as_uuid(),
                team.as_uuid(),
                &role.as_str(),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let event = event("team.member_added", team, by)
            .with_detail("user_id", user.to_string())
            .with_detail("role", role.as_str());
        tx.audit_and_commit(&event).await?;
        row.try_into()
    }

    /// Changes what a member is. Fails with [`Error::NotFound`] for somebody who is no member, and with
    /// [`Error::Conflict`] when the last owner would become less.
    pub async fn set_role(
        &self,
        team: TeamId,
        user: PrincipalId,
        role: TeamRole,
        by: &Actor,
    ) -> Result<Membership> {
        const OPERATION: &str = "change the role of a member";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, team).await?;
        let member = self.member_in(OPERATION, &tx, team, user).await;
        let (tx, member) = settle_with(tx, member).await?;
        let Some(member) = member else {
            return Err(tx.refuse(not_a_member(OPERATION, team, user)).await);
        };
        if member.role == role {
            tx.rollback().await?;
            return Ok(member);
        }
        let row = sql::set_membership_role()
            .bind(&tx, &role.as_str(), self.0.tenant.as_uuid(), team.as_uuid(), user.as_uuid())
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let mut event = event("team.member_role_changed", team, by)
            .with_detail("user_id", user.to_string())
            .with_detail("from", member.role.as_str())
            .with_detail("to", role.as_str());
        if let Some(heir) = self.heir(OPERATION, &tx, &before, user).await? {
            event = event.with_detail("owner_id", heir.to_string());
        }
        tx.audit_and_commit(&event).await?;
        row.try_into()
    }

    /// Takes a member out of a team. Fails with [`Error::NotFound`] for somebody who is no member, and with
    /// [`Error::Conflict`] for the last owner.
    pub async fn remove_member(&self, team: TeamId, user: PrincipalId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "remove a member from a team";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, team).await?;
        let removed = sql::delete_membership()
            .bind(&tx, self.0.tenant.as_uuid(), team.as_uuid(), user.as_uuid())
            .await;
        let (tx, removed) = settle(OPERATION, tx, removed).await?;
        if removed == 0 {
            return Err(tx.refuse(not_a_member(OPERATION, team, user)).await);
        }
        let mut event =
            event("team.member_removed", team, by).with_detail("user_id", user.to_string());
        if let Some(heir) = self.heir(OPERATION, &tx, &before, user).await? {
            event = event.with_detail("owner_id", heir.to_string());
        }
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// What a user is in a team, if anything.
    pub async fn member(&self, team: TeamId, user: PrincipalId) -> Result<Option<Membership>> {
        let flight = self.0.flight("get a member of a team").await?;
        let row = sql::get_membership()
            .bind(&flight, self.0.tenant.as_uuid(), team.as_uuid(), user.as_uuid())
            .opt()
            .await;
        flight.land(row).await?.map(Membership::try_from).transpose()
    }

    /// The members of a team, owners first, then admins, members and viewers; each in order of joining. None for a team
    /// that is not there.
    pub async fn members(&self, team: TeamId) -> Result<Vec<Membership>> {
        let flight = self.0.flight("list the members of a team").await?;
        let rows =
            sql::list_members().bind(&flight, self.0.tenant.as_uuid(), team.as_uuid()).all().await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    /// The teams a user is in, in order of joining.
    pub async fn memberships_of(&self, user: PrincipalId) -> Result<Vec<Membership>> {
        let flight = self.0.flight("list the teams of a user").await?;
        let rows = sql::list_memberships_of_user()
            .bind(&flight, self.0.tenant.as_uuid(), user.as_uuid())
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    async fn member_in(
        &self,
        operation: &'static str,
        tx: &TenantTx,
        team: TeamId,
        user: PrincipalId,
    ) -> Result<Option<Membership>> {
        sql::get_membership()
            .bind(tx, self.0.tenant.as_uuid(), team.as_uuid(), user.as_uuid())
            .opt()
            .await
            .map_err(|error| Error::from_postgres(operation, error))?
            .map(Membership::try_from)
            .transpose()
    }

    /// Who became accountable, if `user` was and is no longer.
    async fn heir(
        &self,
        operation: &'static str,
        tx: &TenantTx,
        before: &Team,
        user: PrincipalId,
    ) -> Result<Option<PrincipalId>> {
        if before.owner_id != user {
            return Ok(None);
        }
        let row = sql::get_team()
            .bind(tx, self.0.tenant.as_uuid(), before.id.as_uuid())
            .one()
            .await
            .map_err(|error| Error::from_postgres(operation, error))?;
        Ok(Some(PrincipalId(row.owner_id)).filter(|owner| *owner != user))
    }
}
