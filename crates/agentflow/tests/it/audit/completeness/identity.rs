//! People, teams, services, roles and credentials.

use agentflow::{
    PrincipalId, TeamRole, Tenant,
    audit::Actor,
    identity::{
        NewBinding, NewKey, NewRole, NewService, NewSession, NewTeam, NewUser, OidcSubject, Origin,
        TeamChange,
    },
};
use jiff::SignedDuration;
use secrecy::SecretString;

use super::Book;

const OLD: &str = "correct horse battery";
const NEW: &str = "staple correct horse";

fn anonymous() -> Actor {
    Actor::user("anonymous")
}

async fn bot(tenant: &Tenant, by: &Actor) -> PrincipalId {
    tenant.services().create(NewService::named("bot"), by).await.unwrap().id
}

pub(super) async fn people_and_teams() {
    let mut book = Book::open().await;
    let (by, origin) = (book.by.clone(), Origin::default());
    let (users, teams) = (book.tenant.users(), book.tenant.teams());
    let principals = book.tenant.principals();
    let ann = users.create(NewUser::new("ann@example.com".parse().unwrap(), "Ann"), &by).await;
    let ann = ann.unwrap();
    book.saw("identity/users.rs create", "user.created", "user").await;
    let bea = users.create(NewUser::new("bea@example.com".parse().unwrap(), "Bea"), &by).await;
    let bea = bea.unwrap().id;
    book.saw("identity/users.rs create", "user.created", "user").await;
    users.set_email(bea, &"bee@example.com".parse().unwrap(), &by).await.unwrap();
    book.saw("identity/users.rs set_email", "user.email_changed", "user").await;

    let [old, new] = [OLD, NEW].map(SecretString::from);
    users.set_password(ann.id, &old, &by).await.unwrap();
    book.saw("identity/users/login.rs set_password", "user.password_changed", "user").await;
    users.change_password(ann.id, &old, &new, &origin, &by).await.unwrap();
    book.saw("identity/users/login.rs change_password", "user.password_changed", "user").await;
    users.change_password(ann.id, &old, &new, &origin, &by).await.unwrap_err();
    let (function, refused) = ("identity/users/login.rs", "user.password_change_refused");
    let function = format!("{function} change_password");
    book.saw_by(&function, refused, "user", &anonymous()).await;
    let function = "identity/users/login.rs authenticate";
    users.authenticate("ann@example.com", &new, &origin).await.unwrap();
    book.saw_by(function, "user.authenticated", "user", &ann.actor()).await;
    users.authenticate("ann@example.com", &old, &origin).await.unwrap_err();
    book.saw_by(function, "user.authentication_refused", "user", &anonymous()).await;

    let team = teams.create(NewTeam::named("Crew", ann.id), &by).await.unwrap().id;
    book.saw("identity/teams.rs create", "team.created", "team").await;
    let change = TeamChange { name: Some("Support".into()), ..TeamChange::default() };
    teams.update(team, change, &by).await.unwrap();
    book.saw("identity/teams.rs update", "team.updated", "team").await;
    teams.add_member(team, bea, TeamRole::Member, &by).await.unwrap();
    book.saw("identity/members.rs add_member", "team.member_added", "team").await;
    teams.set_role(team, bea, TeamRole::Owner, &by).await.unwrap();
    book.saw("identity/members.rs set_role", "team.member_role_changed", "team").await;
    teams.transfer(team, bea, &by).await.unwrap();
    book.saw("identity/teams.rs transfer", "team.transferred", "team").await;
    teams.remove_member(team, ann.id, &by).await.unwrap();
    book.saw("identity/members.rs remove_member", "team.member_removed", "team").await;
    teams.delete(team, &by).await.unwrap();
    book.saw("identity/teams.rs delete", "team.deleted", "team").await;

    principals.rename(bea, "Beatrice", &by).await.unwrap();
    book.saw("identity/principals.rs rename", "user.renamed", "user").await;
    let oidc = OidcSubject { issuer: "https://id.example.com".into(), subject: "bea".into() };
    principals.link_oidc(bea, Some(&oidc), &by).await.unwrap();
    book.saw("identity/principals.rs link_oidc", "principal.oidc_linked", "user").await;
    principals.deactivate(bea, &by).await.unwrap();
    book.saw("identity/principals.rs deactivate", "user.deactivated", "user").await;
    principals.activate(bea, &by).await.unwrap();
    book.saw("identity/principals.rs activate", "user.activated", "user").await;
    users.delete(bea, &by).await.unwrap();
    book.saw("identity/users.rs delete", "user.deleted", "user").await;
}

pub(super) async fn roles_and_services() {
    let mut book = Book::open().await;
    let (by, roles) = (book.by.clone(), book.tenant.roles());
    let service = bot(&book.tenant, &by).await;
    book.saw("identity/services.rs create", "service.created", "service").await;
    let role = roles.create(NewRole::named("starter"), &by).await.unwrap().id;
    book.saw("identity/roles.rs create", "role.created", "role").await;
    let permission = "run:start".parse().unwrap();
    let permissions = std::slice::from_ref(&permission);
    roles.grant(role, permissions, &by).await.unwrap();
    book.saw("identity/roles.rs grant", "role.permissions_granted", "role").await;

    // Denied and allowed.
    let asks = Actor::service(service.to_string());
    let access = book.tenant.access(service);
    assert!(!access.authorize(&permission, None).await.unwrap().allowed);
    let (authorize, require) = ("identity/access.rs authorize", "identity/access.rs require");
    book.saw_by(authorize, "access.denied", "permission", &asks).await;
    book.tenant.access(service).require(&permission, None).await.unwrap_err();
    book.saw_by(require, "access.denied", "permission", &asks).await;
    let new =
        NewBinding { principal_id: service, role_id: role, workspace_id: None, expires_at: None };
    let binding = roles.bind(new, &by).await.unwrap().id;
    book.saw("identity/bindings.rs bind", "role.bound", "role").await;
    book.tenant.access(service).require(&permission, None).await.unwrap();
    book.saw_by(require, "access.allowed", "permission", &asks).await;

    roles.unbind(binding, &by).await.unwrap();
    book.saw("identity/bindings.rs unbind", "role.unbound", "role").await;
    roles.withdraw(role, permissions, &by).await.unwrap();
    book.saw("identity/roles.rs withdraw", "role.permissions_withdrawn", "role").await;
    roles.delete(role, &by).await.unwrap();
    book.saw("identity/roles.rs delete", "role.deleted", "role").await;
    book.tenant.services().delete(service, &by).await.unwrap();
    book.saw("identity/services.rs delete", "service.deleted", "service").await;
}

pub(super) async fn credentials() {
    let mut book = Book::open().await;
    let (by, keys) = (book.by.clone(), book.tenant.keys());
    let service = bot(&book.tenant, &by).await;
    book.news().await;
    let (origin, acts) = (Origin::default(), Actor::service(service.to_string()));
    let first = keys.create(NewKey::named("first", service), &by).await.unwrap();
    book.saw("identity/keys.rs create", "api_key.created", "api_key").await;
    keys.authenticate(first.key.expose(), &origin).await.unwrap();
    let (used, accepted) = ("api_key.first_used", "api_key.authenticated");
    let function = "identity/keys/login.rs authenticate";
    book.saw_all(function, &[(used, "api_key", &acts), (accepted, "api_key", &acts)]).await;
    book.store.authenticate_key(first.key.expose(), &origin).await.unwrap();
    book.saw_by("store.rs authenticate_key", accepted, "api_key", &acts).await;
    let second = keys.rotate(first.row.id, SignedDuration::from_hours(1), &by).await.unwrap();
    book.saw("identity/keys.rs rotate", "api_key.rotated", "api_key").await;
    keys.revoke(first.row.id, &by).await.unwrap();
    book.saw("identity/keys.rs revoke", "api_key.revoked", "api_key").await;
    keys.revoke_by_prefix(&second.row.prefix, &by).await.unwrap();
    book.saw("identity/keys.rs revoke_by_prefix", "api_key.revoked", "api_key").await;
    keys.authenticate(second.key.expose(), &origin).await.unwrap_err();
    let refused = "api_key.authentication_refused";
    book.saw_by(function, refused, "api_key", &anonymous()).await;

    let sessions = book.tenant.sessions();
    let new = NewSession { jwt_sub: Some("bot".into()), ..NewSession::of(service) };
    let opened = sessions.open(new, &origin, &by).await.unwrap();
    book.saw("identity/sessions.rs open", "session.opened", "session").await;
    let accepted = "session.authenticated";
    let token = opened.token.expose();
    sessions.authenticate(token, Some("bot"), &origin).await.unwrap();
    let function = "identity/sessions/login.rs authenticate";
    book.saw_by(function, accepted, "session", &acts).await;
    book.store.authenticate_session(token, Some("bot"), &origin).await.unwrap();
    book.saw_by("store.rs authenticate_session", accepted, "session", &acts).await;
    sessions.check(opened.row.id, "bot", &origin).await.unwrap();
    book.saw_by("identity/sessions/login.rs check", accepted, "session", &acts).await;
    sessions.check(opened.row.id, "somebody else", &origin).await.unwrap_err();
    let refused = "session.authentication_refused";
    book.saw_by("identity/sessions/login.rs check", refused, "session", &anonymous()).await;
    sessions.revoke(opened.row.id, &by).await.unwrap();
    book.saw("identity/sessions.rs revoke", "session.revoked", "session").await;
    sessions.open(NewSession::of(service), &origin, &by).await.unwrap();
    book.saw("identity/sessions.rs open", "session.opened", "session").await;
    assert_eq!(sessions.revoke_all(service, &by).await.unwrap(), 1);
    book.saw("identity/sessions.rs revoke_all", "session.all_revoked", "principal").await;
    book.pass(SignedDuration::from_hours(1));
    assert_eq!(sessions.remove_ended(book.now(), &by).await.unwrap(), 2);
    book.saw("identity/sessions.rs remove_ended", "session.removed", "session").await;
}
