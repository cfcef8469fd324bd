use agentflow::{
    Email, Error, PrincipalId, TeamRole, Tenant,
    audit::Actor,
    identity::{NewTeam, NewUser, User},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Map, json};
use tokio_postgres::Client;

use super::{ann, email, newest, open_session, somebody_waits, user};
use crate::support::World;

#[tokio::test]
async fn a_user_is_created_and_found_without_regard_to_case() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let users = tenant.users();
    let new = NewUser {
        metadata: Map::from_iter([("shirt".to_owned(), json!("M"))]),
        ..NewUser::new(email("Ann.Lee@Example.com"), "Ann Lee")
    };
    let created = users.create(new, &ann()).await.unwrap();
    assert_eq!(created.email.as_str(), "Ann.Lee@Example.com");
    assert_eq!((created.display_name.as_str(), created.is_active), ("Ann Lee", true));
    assert_eq!((created.password_changed_at, created.oidc.as_ref()), (None, None));
    assert_eq!(created.metadata, json!({ "shirt": "M" }));
    assert_eq!(created.actor(), Actor::user(created.id.to_string()));
    assert_eq!(users.get(created.id).await.unwrap().as_ref(), Some(&created));
    let found = users.find_by_email(&email("ann.lee@EXAMPLE.COM")).await.unwrap();
    assert_eq!(found.as_ref(), Some(&created));
    assert_eq!(users.find_by_email(&email("ann.le@example.com")).await.unwrap(), None);

    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.created"));
    assert_eq!(entry.resource_id, Some(created.id.to_string()));
    let details = json!({
        "email": "Ann.Lee@Example.com", "display_name": "Ann Lee", "has_password": false, "has_oidc": false
    });
    assert_eq!(entry.details, Some(details));
    let shown = serde_json::to_value(&created).unwrap();
    assert_eq!(shown["id"], json!(created.id.to_string()));
    assert_eq!(shown["email"], json!("Ann.Lee@Example.com"));
}

#[tokio::test]
async fn an_address_is_unique_within_the_tenant_in_any_case() {
    let world = World::new().await;
    let (own, other) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let ours = user(&own, "ann@example.com").await;
    let theirs = user(&other, "ann@example.com").await;
    let bob = user(&own, "bob@example.com").await;
    let last = newest(&own).await.seq;
    let again = NewUser::new(email("ANN@example.com"), "Another");
    let created = own.users().create(again, &ann()).await.unwrap_err();
    let changed =
        own.users().set_email(bob.id, &email("Ann@Example.com"), &ann()).await.unwrap_err();
    for error in [created, changed] {
        assert!(
            matches!(&error, Error::AlreadyExists { what, .. } if what == "email"),
            "{error:?}"
        );
    }
    // The principal of a refused user is gone with it.
    assert_eq!(own.principals().list(None, None, 10).await.unwrap().len(), 2);
    assert_eq!(newest(&own).await.seq, last);

    let found = own.users().find_by_email(&email("ann@example.com")).await.unwrap();
    assert_eq!(found.map(|user| user.id), Some(ours.id));
    assert_eq!(own.users().get(theirs.id).await.unwrap(), None);
    assert_eq!(other.users().list(None, 10).await.unwrap(), [theirs]);
}

#[tokio::test]
async fn users_are_listed_by_page() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let mut all = Vec::new();
    for number in 0..5 {
        all.push(user(&tenant, &format!("u{number}@example.com")).await);
    }
    all.sort_by_key(|user| user.id);
    let users = tenant.users();
    let first = users.list(None, 2).await.unwrap();
    let second = users.list(Some(first[1].id), 2).await.unwrap();
    let third = users.list(Some(second[1].id), 2).await.unwrap();
    assert_eq!((first.len(), second.len(), third.len()), (2, 2, 1));
    assert_eq!([first, second, third].concat(), all);
    assert_eq!(users.list(None, 0).await.unwrap(), []);
    assert_eq!(users.list(Some(all[4].id), 2).await.unwrap(), []);
}

#[tokio::test]
async fn a_changed_address_is_recorded_and_an_unchanged_one_is_not() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let users = tenant.users();
    let before = user(&tenant, "ann@example.com").await;
    let after = users.set_email(before.id, &email("Ann@Example.com"), &ann()).await.unwrap();
    assert_eq!(after.email.as_str(), "Ann@Example.com");
    assert!(after.updated_at > before.updated_at && after.created_at == before.created_at);
    assert_eq!(users.get(before.id).await.unwrap().as_ref(), Some(&after));
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.email_changed"));
    assert_eq!(entry.details, Some(json!({ "from": "ann@example.com", "to": "Ann@Example.com" })));
    let again = users.set_email(before.id, &email("Ann@Example.com"), &ann()).await.unwrap();
    assert_eq!((again, newest(&tenant).await.seq), (after, entry.seq));
    let nobody: PrincipalId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let error = users.set_email(nobody, &email("a@example.com"), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

/// Whether the database takes the address; nothing is kept.
async fn is_stored(superuser: &Client, tenant: &Tenant, id: PrincipalId, text: &str) -> bool {
    let insert = "INSERT INTO users (tenant_id, id, email) VALUES ($1, $2, $3)";
    match superuser.execute(insert, &[&tenant.id().0, &id.0, &text]).await {
        Ok(_) => {
            superuser.execute("DELETE FROM users WHERE id = $1", &[&id.0]).await.unwrap();
            true
        }
        Err(error) => {
            let constraint = error.as_db_error().and_then(|db| db.constraint());
            assert_eq!(constraint, Some("users_email_format"), "{text:?}: {error:?}");
            false
        }
    }
}

/// What keeps the rules about as often as it breaks them.
fn nearly_addresses() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        9 => "[a-cA-C0-9.!~?-]{1,3}",
        1 => "[a-c.@ \t\n\u{7f}\u{80}äſK]{0,3}",
    ];
    let rarely_absent = |sign: &'static str| prop_oneof![9 => Just(sign), 1 => Just("")];
    (part.clone(), rarely_absent("@"), part.clone(), rarely_absent("."), part)
        .prop_map(|(local, at, host, dot, end)| format!("{local}{at}{host}{dot}{end}"))
}

#[tokio::test]
async fn the_library_and_the_database_agree_on_addresses() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let superuser = world.superuser().await;
    let id = PrincipalId("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    let insert =
        "INSERT INTO principals (tenant_id, id, type, display_name) VALUES ($1, $2, 'human', 'x')";
    superuser.execute(insert, &[&tenant.id().0, &id.0]).await.unwrap();

    let of_length = |length: usize| format!("{}@b.c", "a".repeat(length - 4));
    let wide = format!("{}@b.c", "ä".repeat(125));
    let mut texts: Vec<String> =
        ["a@b.c\n", "a@b.c\r", "a\u{7f}@b.c", "a@b.\u{e4}", "~@!.~", "@@b.c", "a@b..c"]
            .map(str::to_owned)
            .into();
    texts.extend([of_length(254), of_length(255), wide]);
    let mut runner = TestRunner::deterministic();
    let nearly = nearly_addresses();
    texts.extend((0..3000).map(|_| nearly.new_tree(&mut runner).unwrap().current()));

    let mut accepted = 0;
    for text in &texts {
        let is_accepted = text.parse::<Email>().is_ok();
        assert_eq!(is_stored(&superuser, &tenant, id, text).await, is_accepted, "{text:?}");
        accepted += usize::from(is_accepted);
    }
    assert!((100..texts.len() - 100).contains(&accepted), "{accepted} of {} accepted", texts.len());
}

const NEW_TEAM: &str = "INSERT INTO teams (tenant_id, id, name, slug, owner_id) VALUES ($1, gen_random_uuid(), 'T', 'team', $2)";
const NEW_MEMBER: &str = "INSERT INTO team_memberships (tenant_id, user_id, team_id, role) \
                          SELECT tenant_id, $2, id, 'owner' FROM teams WHERE tenant_id = $1";

#[tokio::test]
async fn the_last_owner_of_a_team_is_not_deleted_and_another_one_inherits_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let (owner, heir) =
        (user(&tenant, "a@example.com").await, user(&tenant, "b@example.com").await);
    tenant.execute(NEW_TEAM, &[&tenant.id().0, &owner.id.0]).await.unwrap();
    let last = newest(&tenant).await.seq;
    let error = tenant.users().delete(owner.id, &ann()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Conflict { reason, .. } if reason.contains("last owner")),
        "{error:?}"
    );
    assert_eq!(tenant.users().get(owner.id).await.unwrap().as_ref(), Some(&owner));
    assert_eq!(newest(&tenant).await.seq, last);

    tenant.execute(NEW_MEMBER, &[&tenant.id().0, &heir.id.0]).await.unwrap();
    // A team of somebody else is left, and passes to nobody.
    let other = NewTeam::named("Other", heir.id);
    let other = tenant.teams().create(other, &ann()).await.unwrap();
    tenant.teams().add_member(other.id, owner.id, TeamRole::Owner, &ann()).await.unwrap();
    tenant.users().delete(owner.id, &ann()).await.unwrap();
    let rows = tenant.query("SELECT id, owner_id FROM teams WHERE slug = 'team'", &[]).await;
    let team: uuid::Uuid = rows.as_ref().unwrap()[0].get(0);
    assert_eq!(rows.unwrap()[0].get::<_, uuid::Uuid>(1), heir.id.0);
    let mut left = [team.to_string(), other.id.to_string()];
    left.sort();
    let details = json!({
        "email": "a@example.com",
        "teams_left": left,
        "new_owners": { team.to_string(): heir.id.to_string() },
    });
    assert_eq!(newest(&tenant).await.details, Some(details));
}

/// The team is not there yet when the deletion begins, and there before it ends.
#[tokio::test]
async fn a_team_that_is_founded_meanwhile_keeps_its_owner() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let owner = user(&tenant, "a@example.com").await;
    let (founder, watcher) = (world.superuser().await, world.superuser().await);
    founder.batch_execute("BEGIN").await.unwrap();
    founder.execute(NEW_TEAM, &[&tenant.id().0, &owner.id.0]).await.unwrap();
    let late = tokio::spawn({
        let (users, id) = (tenant.users(), owner.id);
        async move { users.delete(id, &ann()).await }
    });
    somebody_waits(&watcher).await;
    founder.batch_execute("COMMIT").await.unwrap();
    let error = late.await.unwrap().unwrap_err();
    assert!(
        matches!(&error, Error::Conflict { reason, .. } if reason.contains("last owner")),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_owners_of_teams_go_with_their_tenant() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let owner = user(&tenant, "a@example.com").await;
    tenant.execute(NEW_TEAM, &[&tenant.id().0, &owner.id.0]).await.unwrap();
    world.store.admin().tenants().delete(tenant.id(), &ann()).await.unwrap();
    let superuser = world.superuser().await;
    assert_eq!(traces(&superuser, &owner).await, [0, 0, 0, 0]);
}

/// How many rows of each table somebody has.
const TRACES: &str = "SELECT (SELECT count(*) FROM users WHERE id = $1),
    (SELECT count(*) FROM principals WHERE id = $1),
    (SELECT count(*) FROM sessions WHERE principal_id = $1),
    (SELECT count(*) FROM rbac_bindings WHERE principal_id = $1)";

async fn traces(superuser: &Client, of: &User) -> [i64; 4] {
    let row = superuser.query_one(TRACES, &[&of.id.0]).await.unwrap();
    [0, 1, 2, 3].map(|column| row.get(column))
}

#[tokio::test]
async fn a_deleted_user_leaves_nothing_behind_but_history() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let superuser = world.superuser().await;
    let (gone, stays) =
        (user(&tenant, "a@example.com").await, user(&tenant, "b@example.com").await);
    for user in [&gone, &stays] {
        open_session(&tenant, user.id).await;
        let bind = "INSERT INTO rbac_bindings (tenant_id, id, principal_id, role_id)
            SELECT tenant_id, gen_random_uuid(), $1, id FROM rbac_roles WHERE name = 'auditor' AND workspace_id IS NULL";
        tenant.execute(bind, &[&user.id.0]).await.unwrap();
    }
    assert_eq!(traces(&superuser, &gone).await, [1, 1, 1, 1]);
    tenant.users().delete(gone.id, &ann()).await.unwrap();
    assert_eq!(traces(&superuser, &gone).await, [0, 0, 0, 0]);
    assert_eq!(traces(&superuser, &stays).await, [1, 1, 1, 1]);
    let entry = newest(&tenant).await;
    assert_eq!(entry.action.as_deref(), Some("user.deleted"));
    assert_eq!(entry.resource_id, Some(gone.id.to_string()));
    let again = tenant.users().delete(gone.id, &ann()).await.unwrap_err();
    let expected = format!("user {}", gone.id);
    assert!(matches!(&again, Error::NotFound { what, .. } if *what == expected), "{again:?}");
    // The address is free again.
    assert_ne!(user(&tenant, "a@example.com").await.id, gone.id);
}
