use agentflow::{
    Error, PasswordSettings, PrincipalId, Store, Tenant,
    audit::{Actor, AuditFilter, EventStatus},
    identity::{NewUser, Origin, User},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_postgres::{Client, error::SqlState};

use super::{ann, email, entries, newest, open_session, somebody_waits, user};
use crate::support::{World, config};

const RIGHT: &str = "correct horse battery";
const WRONG: &str = "incorrect horse battery";

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn origin() -> Origin {
    Origin { client_ip: Some("192.0.2.7".parse().unwrap()), user_agent: Some("curl/8".into()) }
}

/// A store over the same database whose passwords cost so much.
fn store(world: &World, cost: u32) -> Store {
    let settings = PasswordSettings { cost, jobs: 2 };
    Store::connect(config(&world.database).with_passwords(settings).unwrap()).unwrap()
}

async fn user_with_password(tenant: &Tenant, address: &str) -> User {
    let new = NewUser::new(email(address), "Somebody").with_password(secret(RIGHT));
    tenant.users().create(new, &ann()).await.unwrap()
}

async fn log_in(tenant: &Tenant, address: &str, password: &str) -> Result<User, Error> {
    tenant.users().authenticate(address, &secret(password), &origin()).await
}

/// The newest refusal as the audit tells it: the resource and the reason.
async fn refusal(tenant: &Tenant) -> (Option<String>, Value) {
    let entry = newest(tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.authentication_refused"));
    assert_eq!(
        (entry.status.as_deref(), entry.actor_id.as_deref()),
        (Some("failure"), Some("anonymous"))
    );
    assert_eq!(entry.resource_type.as_deref(), Some("user"));
    let record: Value = serde_json::from_str(&entry.record).unwrap();
    assert_eq!(
        (&record["client_ip"], &record["user_agent"]),
        (&json!("192.0.2.7"), &json!("curl/8"))
    );
    (entry.resource_id, entry.details.unwrap()["reason"].clone())
}

/// The stored hash of the only user who has one.
async fn stored_hash(superuser: &Client) -> String {
    let select = "SELECT password_hash FROM users WHERE password_hash IS NOT NULL";
    superuser.query_one(select, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn the_right_password_lets_in_by_an_address_in_any_case_and_is_recorded() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let created = user_with_password(&tenant, "ann@example.com").await;
    assert!(created.password_changed_at.is_some());
    let authenticated = log_in(&tenant, "ANN@example.com", RIGHT).await.unwrap();
    assert_eq!(authenticated, created);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.authenticated"));
    assert_eq!(entry.details, Some(json!({ "method": "password" })));
    assert_eq!(
        (entry.resource_id, entry.actor_id),
        (Some(created.id.to_string()), Some(created.id.to_string()))
    );
    let record: Value = serde_json::from_str(&entry.record).unwrap();
    assert_eq!(
        (&record["client_ip"], &record["user_agent"]),
        (&json!("192.0.2.7"), &json!("curl/8"))
    );
    let superuser = world.superuser().await;
    assert!(stored_hash(&superuser).await.starts_with("$2b$12$"));
}

#[tokio::test]
async fn every_refusal_is_the_same_to_the_caller_and_the_audit_tells_them_apart() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let other = world.tenant("Beta").await;
    let known = user_with_password(&tenant, "ann@example.com").await;
    let without = user(&tenant, "oidc@example.com").await;
    let inactive = user_with_password(&tenant, "gone@example.com").await;
    tenant.principals().deactivate(inactive.id, &ann()).await.unwrap();

    let id = |user: &User| Some(user.id.to_string());
    for (address, password, resource, reason) in [
        // Somebody typed the password into the wrong field.
        (RIGHT, "", None, "unknown"),
        ("a\0@b.c", RIGHT, None, "unknown"),
        ("nobody@example.com", RIGHT, None, "unknown"),
        ("ann@example.com", WRONG, id(&known), "wrong_password"),
        ("ann@example.com", "", id(&known), "wrong_password"),
        ("ann@example.com", &RIGHT.repeat(10), id(&known), "wrong_password"),
        ("oidc@example.com", RIGHT, id(&without), "no_password"),
        ("gone@example.com", RIGHT, id(&inactive), "inactive"),
        ("gone@example.com", WRONG, id(&inactive), "wrong_password"),
    ] {
        let error = log_in(&tenant, address, password).await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { operation: "log in" }), "{error:?}");
        assert_eq!(refusal(&tenant).await, (resource, json!(reason)), "{address} {password}");
    }
    let error = log_in(&other, "ann@example.com", RIGHT).await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated { operation: "log in" }), "{error:?}");
    assert_eq!(refusal(&other).await, (None, json!("unknown")));
}

#[tokio::test]
async fn nobody_is_let_into_a_suspended_tenant_or_one_that_is_not_there() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user_with_password(&tenant, "ann@example.com").await;
    let missing = world.store.tenant("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    let admin = world.store.admin();
    admin.tenants().suspend(tenant.id(), &ann()).await.unwrap();
    for tenant in [&tenant, &missing] {
        for address in ["ann@example.com", RIGHT] {
            let error = log_in(tenant, address, RIGHT).await.unwrap_err();
            assert!(matches!(error, Error::Unauthenticated { operation: "log in" }), "{error:?}");
        }
        let error = change(tenant, person.id, RIGHT, WRONG).await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{error:?}");
    }
    admin.tenants().resume(tenant.id(), &ann()).await.unwrap();
    let refused = AuditFilter { status: Some(EventStatus::Failure), ..AuditFilter::default() };
    let refused = tenant.audit().list(&refused, 10).await.unwrap();
    let resources: Vec<_> = refused.iter().map(|entry| entry.resource_id.clone()).collect();
    assert_eq!(resources, [Some(person.id.to_string()), None, None]);
    for entry in refused {
        assert_eq!(entry.details, Some(json!({ "reason": "tenant_suspended" })));
    }
    log_in(&tenant, "ann@example.com", RIGHT).await.unwrap();
}

#[tokio::test]
async fn a_hash_of_a_lower_cost_is_replaced_when_its_owner_logs_in() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let superuser = world.superuser().await;
    let before = user_with_password(&tenant, "ann@example.com").await;
    let old = stored_hash(&superuser).await;
    let costlier = store(&world, 13).tenant(tenant.id());

    log_in(&costlier, "ann@example.com", WRONG).await.unwrap_err();
    assert_eq!(stored_hash(&superuser).await, old);
    let after = log_in(&costlier, "ann@example.com", RIGHT).await.unwrap();
    let new = stored_hash(&superuser).await;
    assert!(new.starts_with("$2b$13$"), "{new}");
    assert_eq!(after.password_changed_at, before.password_changed_at);
    assert_eq!(
        newest(&tenant).await.details,
        Some(json!({ "method": "password", "rehashed": true }))
    );

    // Once; and a lower cost brings nothing back.
    for tenant in [&costlier, &tenant] {
        log_in(tenant, "ann@example.com", RIGHT).await.unwrap();
        assert_eq!(newest(tenant).await.details, Some(json!({ "method": "password" })));
    }
    assert_eq!(stored_hash(&superuser).await, new);
}

/// Whoever writes it: 12 is the least that is asked for, and 31 the most that bcrypt has.
#[tokio::test]
async fn a_hash_of_a_cost_below_12_is_refused_by_the_database() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    user(&tenant, "ann@example.com").await;
    let superuser = world.superuser().await;
    let hash = |cost: &str| format!("$2b${cost}${}", "a".repeat(53));
    assert_eq!(hash("12").len(), 60);
    let write = "UPDATE users SET password_hash = $1, password_changed_at = now()";
    for cost in ["04", "09", "10", "11", "32"] {
        let error = superuser.execute(write, &[&hash(cost)]).await.expect_err(cost);
        let error = error.as_db_error().unwrap();
        assert_eq!(*error.code(), SqlState::CHECK_VIOLATION, "{cost}: {error:?}");
        assert_eq!(error.constraint(), Some("users_password_hash_format"), "{cost}");
    }
    for cost in ["12", "31"] {
        superuser.execute(write, &[&hash(cost)]).await.expect(cost);
        assert_eq!(stored_hash(&superuser).await, hash(cost));
    }
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one_and_ends_open_sessions() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let users = tenant.users();
    let (person, other) =
        (user(&tenant, "a@example.com").await, user(&tenant, "b@example.com").await);
    open_session(&tenant, other.id).await;
    for sessions in [1, 2, 0] {
        for _ in 0..sessions {
            open_session(&tenant, person.id).await;
        }
        let password = format!("{RIGHT} {sessions}");
        users.set_password(person.id, &secret(&password), &ann()).await.unwrap();
        let entry = newest(&tenant).await;
        assert_eq!(entry.action.as_deref(), Some("user.password_changed"));
        assert_eq!(entry.resource_id, Some(person.id.to_string()));
        let details = json!({ "old_password_checked": false, "sessions_revoked": sessions });
        assert_eq!(entry.details, Some(details));
    }
    log_in(&tenant, "a@example.com", &format!("{RIGHT} 2")).await.unwrap_err();
    let authenticated = log_in(&tenant, "a@example.com", &format!("{RIGHT} 0")).await.unwrap();
    assert!(authenticated.updated_at > person.updated_at);
    for session in tenant.sessions().list(None, None, 10).await.unwrap() {
        assert_eq!(session.revoked_at.is_some(), session.principal_id == person.id);
    }
    let nobody: PrincipalId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let error = users.set_password(nobody, &secret(RIGHT), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

/// Somebody changes their own password.
async fn change(tenant: &Tenant, id: PrincipalId, old: &str, new: &str) -> Result<(), Error> {
    let by = Actor::user(id.to_string());
    tenant.users().change_password(id, &secret(old), &secret(new), &origin(), &by).await
}

#[tokio::test]
async fn whoever_changes_the_password_presents_the_old_one() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user_with_password(&tenant, "a@example.com").await;
    let without = user(&tenant, "b@example.com").await;
    let nobody: PrincipalId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    open_session(&tenant, person.id).await;
    for (id, old, reason) in [
        (person.id, WRONG, "wrong_password"),
        (without.id, RIGHT, "no_password"),
        (nobody, RIGHT, "unknown"),
    ] {
        let error = change(&tenant, id, old, "new password").await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{error:?}");
        let entry = newest(&tenant).await;
        assert_eq!(entry.action.as_deref(), Some("user.password_change_refused"));
        assert_eq!(entry.resource_id, Some(id.to_string()));
        assert_eq!(entry.details, Some(json!({ "reason": reason })));
    }
    // What cannot be a password is told before the old one is looked at.
    let last = newest(&tenant).await.seq;
    for old in [RIGHT, WRONG] {
        let error = change(&tenant, person.id, old, "short").await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "password"),
            "{error:?}"
        );
    }
    assert_eq!(newest(&tenant).await.seq, last);

    change(&tenant, person.id, RIGHT, WRONG).await.unwrap();
    let entry = newest(&tenant).await;
    assert_eq!(entry.details, Some(json!({ "old_password_checked": true, "sessions_revoked": 1 })));
    assert_eq!(entry.actor_id, Some(person.id.to_string()));
    log_in(&tenant, "a@example.com", RIGHT).await.unwrap_err();
    log_in(&tenant, "a@example.com", WRONG).await.unwrap();
}

#[tokio::test]
async fn a_password_of_72_bytes_is_kept_whole_and_a_longer_one_refused() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let users = tenant.users();
    let longest = "é".repeat(36);
    let new = NewUser::new(email("a@example.com"), "A").with_password(secret(&longest));
    let person = users.create(new, &ann()).await.unwrap();
    log_in(&tenant, "a@example.com", &longest).await.unwrap();
    for other in [format!("{longest}x"), "é".repeat(35) + "è", "é".repeat(35)] {
        let error = log_in(&tenant, "a@example.com", &other).await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{error:?}");
    }
    let last = newest(&tenant).await.seq;
    for refused in [format!("{longest}x"), "seven77".to_owned(), "nul\0nul\0nul".to_owned()] {
        let new = NewUser::new(email("b@example.com"), "B").with_password(secret(&refused));
        let created = users.create(new, &ann()).await.unwrap_err();
        let set = users.set_password(person.id, &secret(&refused), &ann()).await.unwrap_err();
        for error in [created, set] {
            assert!(
                matches!(&error, Error::InvalidInput { input, .. } if input.field == "password"),
                "{error:?}"
            );
        }
    }
    assert_eq!(newest(&tenant).await.seq, last);
    assert_eq!(users.find_by_email(&email("b@example.com")).await.unwrap(), None);
}

/// What happens between the comparison and the moment somebody is in counts: the one holds the row that the other waits
/// for.
#[tokio::test]
async fn a_change_during_a_login_wins() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let costlier = store(&world, 13).tenant(tenant.id());
    user_with_password(&tenant, "ann@example.com").await;
    let (superuser, watcher) = (world.superuser().await, world.superuser().await);
    for (change, reason) in [
        ("UPDATE users SET password_changed_at = now()", "wrong_password"),
        ("UPDATE principals SET is_active = false", "inactive"),
    ] {
        superuser.batch_execute("BEGIN; SELECT FROM users FOR UPDATE").await.unwrap();
        let late = tokio::spawn({
            let costlier = costlier.clone();
            async move { log_in(&costlier, "ann@example.com", RIGHT).await }
        });
        somebody_waits(&watcher).await;
        superuser.batch_execute(change).await.unwrap();
        superuser.batch_execute("COMMIT").await.unwrap();
        let error = late.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{error:?}");
        assert_eq!(refusal(&tenant).await.1, json!(reason));
    }
    assert!(stored_hash(&superuser).await.starts_with("$2b$12$"));
}

#[tokio::test]
async fn of_two_changes_of_a_password_at_once_the_second_presents_an_old_one() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let person = user_with_password(&tenant, "ann@example.com").await;
    let (superuser, watcher) = (world.superuser().await, world.superuser().await);
    superuser.batch_execute("BEGIN; SELECT FROM users FOR UPDATE").await.unwrap();
    let late = tokio::spawn({
        let (users, id) = (tenant.users(), person.id);
        async move { users.change_password(id, &secret(RIGHT), &secret(WRONG), &origin(), &ann()).await }
    });
    somebody_waits(&watcher).await;
    superuser.batch_execute("UPDATE users SET password_changed_at = now(); COMMIT").await.unwrap();
    let error = late.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Unauthenticated { .. }), "{error:?}");
    assert_eq!(newest(&tenant).await.details, Some(json!({ "reason": "wrong_password" })));
    log_in(&tenant, "ann@example.com", RIGHT).await.unwrap();
}

#[tokio::test]
async fn no_password_and_no_hash_is_shown_or_written_down() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let users = tenant.users();
    let new = NewUser::new(email("ann@example.com"), "Ann").with_password(secret(RIGHT));
    let mut shown = vec![format!("{new:?}")];
    let person = users.create(new, &Actor::system()).await.unwrap();
    let wrong = log_in(&tenant, "ann@example.com", WRONG).await.unwrap_err();
    let misplaced = log_in(&tenant, RIGHT, WRONG).await.unwrap_err();
    log_in(&tenant, "ann@example.com", RIGHT).await.unwrap();
    let by = person.actor();
    users.change_password(person.id, &secret(RIGHT), &secret(WRONG), &origin(), &by).await.unwrap();
    let too_long = secret(&RIGHT.repeat(10));
    let refused = users.set_password(person.id, &too_long, &by).await.unwrap_err();
    for error in [wrong, misplaced, refused] {
        shown.push(format!("{error} {error:?}"));
    }
    shown.push(format!("{users:?} {person:?} {:?}", world.store));
    shown.push(serde_json::to_string(&person).unwrap());
    shown.extend(entries(&tenant).await.into_iter().map(|entry| entry.record));
    let shown = shown.join("\n");
    for planted in [RIGHT, WRONG, "$2b$", "horse"] {
        assert!(!shown.contains(planted), "{planted} is in {shown}");
    }
    // The search finds what is there.
    assert!(shown.contains("ann@example.com") && shown.contains("wrong_password"));
}
