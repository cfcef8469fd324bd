//! The same work by every way to the server: statements by name or with their text, as the owner of the schema or as a
//! role that is a member of af_app and nothing else. What is said to be done must be done.

use std::sync::Arc;

use agentflow::{
    Config, Statements, Store, TeamRole, Tenant,
    audit::Actor,
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
    identity::{NewBinding, NewKey, NewRole, NewService, NewSession, NewTeam, NewUser, Origin},
};
use jiff::{SignedDuration, Timestamp};

use crate::support::World;

fn by() -> Actor {
    Actor::user("ann")
}

/// The URL by which a new role logs in that is only a member of af_app.
async fn member(world: &World) -> String {
    let name = format!("member_{}", world.database.name());
    let sql = format!("CREATE ROLE {name} LOGIN PASSWORD 'member' IN ROLE af_app");
    world.superuser().await.batch_execute(&sql).await.unwrap();
    world.database.url_as(&name, "member")
}

struct Way {
    world: World,
    tenant: Tenant,
    clock: Arc<ManualClock>,
    start: Timestamp,
}

impl Way {
    async fn new(statements: Statements, is_member: bool) -> Self {
        let world = World::new().await;
        let row = world.new_tenant("Acme").await;
        let url = if is_member { member(&world).await } else { world.database.url().to_owned() };
        let config = Config::from_url(&format!("{url}?sslmode=disable")).unwrap();
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let store = Store::with_sources(
            config.with_statements(statements),
            clock.clone(),
            Arc::new(RandomIds::from_os()),
            Arc::new(Generator::from_os()),
        );
        Self { world, tenant: store.unwrap().tenant(row.id), clock, start }
    }

    /// Roles belong to the whole server and stay.
    async fn end(self, is_member: bool) {
        if is_member {
            let sql = format!("DROP ROLE member_{}", self.world.database.name());
            self.world.superuser().await.batch_execute(&sql).await.unwrap();
        }
    }

    /// The first column of the first row, as superuser.
    async fn seen<T: for<'a> tokio_postgres::types::FromSql<'a>>(&self, sql: &str) -> T {
        self.world.superuser().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    async fn teams_change_as_told(&self) {
        let (users, teams) = (self.tenant.users(), self.tenant.teams());
        let mut people = Vec::new();
        for name in ["a", "b"] {
            let email = format!("{name}@acme.test").parse().unwrap();
            people.push(users.create(NewUser::new(email, name), &by()).await.unwrap().id);
        }
        let team = teams.create(NewTeam::named("Support", people[0]), &by()).await.unwrap().id;
        teams.add_member(team, people[1], TeamRole::Member, &by()).await.unwrap();
        teams.remove_member(team, people[1], &by()).await.unwrap();
        assert_eq!(teams.members(team).await.unwrap().len(), 1);
        users.delete(people[1], &by()).await.unwrap();
        assert_eq!(self.seen::<i64>("SELECT count(*) FROM users").await, 1);
        self.tenant.principals().deactivate(people[0], &by()).await.unwrap();
        assert!(!self.seen::<bool>("SELECT is_active FROM principals").await);
        teams.delete(team, &by()).await.unwrap();
        assert_eq!(self.seen::<i64>("SELECT count(*) FROM teams").await, 0);
    }

    async fn roles_change_as_told(&self) {
        let roles = self.tenant.roles();
        let service = NewService::named("worker");
        let worker = self.tenant.services().create(service, &by()).await.unwrap().id;
        let mut new = NewRole::named("starter");
        new.permissions = vec!["run:start".parse().unwrap()];
        let role = roles.create(new, &by()).await.unwrap().id;
        let new = NewBinding {
            principal_id: worker,
            role_id: role,
            workspace_id: None,
            expires_at: None,
        };
        let may = async || {
            let permission = "run:start".parse().unwrap();
            self.tenant.access(worker).authorize(&permission, None).await.unwrap().allowed
        };
        let binding = roles.bind(new, &by()).await.unwrap().id;
        assert!(may().await);
        roles.unbind(binding, &by()).await.unwrap();
        assert!(!may().await);
        roles.delete(role, &by()).await.unwrap();
        assert_eq!(
            self.seen::<i64>("SELECT count(*) FROM rbac_roles WHERE NOT is_builtin").await,
            0
        );
    }

    async fn uses_of_credentials_are_noted(&self) {
        let origin = Origin::default();
        let service = NewService::named("caller");
        let caller = self.tenant.services().create(service, &by()).await.unwrap().id;
        let (keys, sessions) = (self.tenant.keys(), self.tenant.sessions());
        let key = keys.create(NewKey::named("k", caller), &by()).await.unwrap().key;
        let token = sessions.open(NewSession::of(caller), &origin, &by()).await.unwrap().token;
        for minutes in [0, 2, 4] {
            let now = self.start + SignedDuration::from_mins(minutes);
            self.clock.set(now);
            keys.authenticate(key.expose(), &origin).await.unwrap();
            sessions.authenticate(token.expose(), None, &origin).await.unwrap();
            assert_eq!(self.seen::<Timestamp>("SELECT last_used_at FROM api_keys").await, now);
            assert_eq!(self.seen::<Timestamp>("SELECT last_seen_at FROM sessions").await, now);
        }
        assert_eq!(sessions.revoke_all(caller, &by()).await.unwrap(), 1);
        assert!(sessions.authenticate(token.expose(), None, &origin).await.is_err());
    }
}

#[tokio::test]
async fn what_is_said_to_be_done_is_done_by_every_way_to_the_server() {
    for statements in [Statements::Named, Statements::Typed] {
        for is_member in [false, true] {
            let way = Way::new(statements, is_member).await;
            way.teams_change_as_told().await;
            way.roles_change_as_told().await;
            way.uses_of_credentials_are_noted().await;
            way.end(is_member).await;
        }
    }
}
