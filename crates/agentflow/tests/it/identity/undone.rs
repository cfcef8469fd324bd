//! A change that the database refuses does not cost its connection.

use agentflow::{
    Error, PrincipalId, Tenant,
    core::identity::TeamRole,
    identity::{
        NewBinding, NewKey, NewRole, NewService, NewSession, NewTeam, NewUser, OidcSubject, Origin,
    },
};
use jiff::SignedDuration;

use super::{ann, email, user};
use crate::support::World;

async fn backend(tenant: &Tenant) -> i32 {
    tenant.query("SELECT pg_backend_pid()", &[]).await.unwrap()[0].get(0)
}

#[tokio::test]
async fn a_refused_change_gives_its_connection_back() {
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    let by = ann();
    let person = user(&tenant, "ann@example.com").await;
    let bot = tenant.services().create(NewService::named("bot"), &by).await.unwrap();
    let team = tenant.teams().create(NewTeam::named("Team", person.id), &by).await.unwrap();
    let role = tenant.roles().create(NewRole::named("role"), &by).await.unwrap();
    let bind =
        NewBinding { principal_id: bot.id, role_id: role.id, workspace_id: None, expires_at: None };
    tenant.roles().bind(bind.clone(), &by).await.unwrap();
    let nobody = PrincipalId(uuid::Uuid::from_u128(1));
    let oidc = OidcSubject { issuer: "https://id".to_owned(), subject: "1".to_owned() };
    tenant.principals().link_oidc(bot.id, Some(&oidc), &by).await.unwrap();
    let elsewhere = NewKey {
        workspace_id: Some(agentflow::WorkspaceId(uuid::Uuid::from_u128(1))),
        ..NewKey::named("k", bot.id)
    };
    let key = tenant.keys().create(NewKey::named("k", bot.id), &by).await.unwrap();
    tenant.keys().rotate(key.row.id, SignedDuration::from_hours(1), &by).await.unwrap();
    let second = user(&tenant, "bob@example.com").await;

    let before = backend(&tenant).await;
    let mut told = Vec::new();
    let mut refused = async |error: Error| {
        assert_eq!(backend(&tenant).await, before, "{error:?}");
        told.push(error.to_string());
    };
    let (users, services, teams) = (tenant.users(), tenant.services(), tenant.teams());
    let (roles, keys, sessions) = (tenant.roles(), tenant.keys(), tenant.sessions());
    refused(users.create(NewUser::new(email("ann@example.com"), "A"), &by).await.unwrap_err())
        .await;
    refused(users.set_email(second.id, &email("ann@example.com"), &by).await.unwrap_err()).await;
    refused(users.delete(person.id, &by).await.unwrap_err()).await;
    refused(services.create(NewService::named("bot"), &by).await.unwrap_err()).await;
    refused(tenant.principals().link_oidc(second.id, Some(&oidc), &by).await.unwrap_err()).await;
    refused(teams.create(NewTeam::named("Team", person.id), &by).await.unwrap_err()).await;
    refused(teams.create(NewTeam::named("Other", nobody), &by).await.unwrap_err()).await;
    refused(teams.transfer(team.id, nobody, &by).await.unwrap_err()).await;
    refused(teams.add_member(team.id, person.id, TeamRole::Viewer, &by).await.unwrap_err()).await;
    refused(teams.set_role(team.id, person.id, TeamRole::Viewer, &by).await.unwrap_err()).await;
    refused(teams.remove_member(team.id, person.id, &by).await.unwrap_err()).await;
    refused(roles.create(NewRole::named("role"), &by).await.unwrap_err()).await;
    refused(roles.bind(bind, &by).await.unwrap_err()).await;
    refused(keys.create(elsewhere, &by).await.unwrap_err()).await;
    refused(keys.create(NewKey::named("k", person.id), &by).await.unwrap_err()).await;
    refused(keys.rotate(key.row.id, SignedDuration::ZERO, &by).await.unwrap_err()).await;
    let opened = sessions.open(NewSession::of(nobody), &Origin::default(), &by).await;
    refused(opened.unwrap_err()).await;

    for words in
        ["the same team and user", "the same principal, role and place", "the same OpenID subject"]
    {
        assert!(told.iter().any(|error| error.contains(words)), "{words} is not in {told:#?}");
    }
}
