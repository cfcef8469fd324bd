//! The oldest PostgreSQL that is supported.

use agentflow::{
    Admin, Config, NewTenant, NewWorkspace, Store, TeamRole, Tenant,
    audit::{Actor, AuditFilter, Event, Resource, Verdict, VerifyOptions},
    identity::{NewBinding, NewKey, NewRole, NewService, NewSession, NewTeam, NewUser, Origin},
    migrate::{Options, Target},
};
use agentflow_postgres::{Ephemeral, EphemeralOptions};

use crate::{
    servers::{postgres_15, skip},
    support::{connect, migrations_to, newest},
};

#[tokio::test]
async fn everything_works_on_postgresql_15() {
    let Some(installation) = postgres_15() else { return skip("PostgreSQL 15") };
    let start = move || Ephemeral::start(&installation, &EphemeralOptions::default()).unwrap();
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let url = server.url("postgres");

    let mut client = connect(&url).await;
    let version: &str =
        &client.query_one("SHOW server_version", &[]).await.unwrap().get::<_, String>(0);
    assert!(version.starts_with("15."), "{version}");
    let migrator = Admin::migrator(Options::default()).unwrap();
    let target = newest(&client).await;
    let all = migrations_to(target).len();
    let up = migrator.up(&mut client, target).await.unwrap();
    assert_eq!(up.applied.len(), all);
    let down = migrator.down(&mut client, Target::All).await.unwrap();
    assert_eq!((down.applied.len(), down.version), (all, None));
    migrator.up(&mut client, target).await.unwrap();
    assert!(migrator.verify(&client).await.unwrap().is_empty());

    let config = Config::from_url(&format!("{url}?sslmode=disable")).unwrap();
    let store = Store::connect(config).unwrap();
    store.check().await.unwrap();
    use_it(&store).await;
    tokio::task::spawn_blocking(move || server.stop().unwrap()).await.unwrap();
}

async fn use_it(store: &Store) {
    let ann = Actor::user("ann");
    let admin = store.admin();
    let row = admin.tenants().create(NewTenant::named("Acme"), &ann).await.unwrap();
    let tenant = store.tenant(row.id);
    tenant.workspaces().create(NewWorkspace::named("Billing"), &ann).await.unwrap();
    assert_eq!(tenant.workspaces().list().await.unwrap().len(), 1);

    use_identity(&tenant).await;

    let event = Event::new("agent.started", Resource::new("agent", "a1"), ann.clone());
    tenant.audit().append(&event).await.unwrap();
    tenant.audit().append_many(&[event.clone(), event.clone()]).await.unwrap();
    let tx = tenant.begin().await.unwrap();
    tx.execute("UPDATE workspaces SET description = $1", &[&"new"]).await.unwrap();
    tx.audit_and_commit(&event).await.unwrap();
    let length = tenant.audit().head().await.unwrap().seq;
    let listed = tenant.audit().list(&AuditFilter::default(), 100).await.unwrap();
    assert_eq!(listed.len(), usize::try_from(length).unwrap());

    let options = VerifyOptions { deep: true, jobs: 2, ..VerifyOptions::default() };
    let report = admin.verify_audit(&options, &|_| ()).await.unwrap();
    assert_eq!((report.status, report.total_records), (Verdict::Success, length));
    admin.tenants().delete(row.id, &ann).await.unwrap();
}

async fn use_identity(tenant: &Tenant) {
    let ann = Actor::user("ann");
    let [one, other] = ["one@example.com", "other@example.com"].map(|email| email.parse().unwrap());
    let one = tenant.users().create(NewUser::new(one, "One"), &ann).await.unwrap().id;
    let other = tenant.users().create(NewUser::new(other, "Other"), &ann).await.unwrap().id;
    let teams = tenant.teams();
    let team = teams.create(NewTeam::named("Team", one), &ann).await.unwrap().id;
    teams.remove_member(team, one, &ann).await.unwrap_err();
    teams.add_member(team, other, TeamRole::Owner, &ann).await.unwrap();
    tenant.users().delete(one, &ann).await.unwrap();
    assert_eq!(teams.get(team).await.unwrap().unwrap().owner_id, other);

    let (roles, start) = (tenant.roles(), "run:start".parse().unwrap());
    let new = NewRole { permissions: vec![start], ..NewRole::named("runner") };
    let runner = roles.create(new, &ann).await.unwrap();
    let operator = roles.find("operator", None).await.unwrap().unwrap();
    for (role, name) in [(runner, "run:start"), (operator, "run:read")] {
        let permission = name.parse().unwrap();
        assert!(!tenant.access(other).authorize(&permission, None).await.unwrap().allowed);
        let (role_id, principal_id) = (role.id, other);
        let new = NewBinding { principal_id, role_id, workspace_id: None, expires_at: None };
        roles.bind(new.clone(), &ann).await.unwrap();
        roles.bind(new, &ann).await.unwrap_err();
        assert!(tenant.access(other).authorize(&permission, None).await.unwrap().allowed);
    }

    let origin = Origin::default();
    let bot = tenant.services().create(NewService::named("bot"), &ann).await.unwrap().id;
    let issued = tenant.keys().create(NewKey::named("key", bot), &ann).await.unwrap();
    let who = tenant.keys().authenticate(issued.key.expose(), &origin).await.unwrap();
    assert_eq!(who.principal_id, bot);
    let issued = tenant.sessions().open(NewSession::of(other), &origin, &ann).await.unwrap();
    let who = tenant.sessions().authenticate(issued.token.expose(), None, &origin).await.unwrap();
    assert_eq!(who.principal_id, other);
}
