//! What changes between the look-up of a credential and what follows from it.
//!
//! The pool has one connection, which is given to those who wait for it in their order: the one looks up, then somebody
//! else has his turn, then the one goes on.

use std::pin::{Pin, pin};

use agentflow::{
    Error, PasswordSettings, Store, Tenant,
    audit::Actor,
    identity::{NewKey, NewService, NewSession, NewUser, Origin},
};
use futures::{join, poll};
use secrecy::SecretString;

use super::{ann, clocked::newest, email};
use crate::support::{World, config};

const PASSWORD: &str = "correct horse battery";
const SUSPEND: &str = "UPDATE tenants SET suspended_at = now(), status = 'suspended'";
const RESUME: &str = "UPDATE tenants SET suspended_at = NULL, status = 'active'";

/// A tenant behind a pool of one connection.
async fn behind_one_connection(world: &World) -> Tenant {
    let passwords = PasswordSettings { cost: 12, jobs: 1 };
    let config = config(&world.database).with_passwords(passwords).unwrap();
    let store = Store::connect(config.with_pool(1, 0).unwrap()).unwrap();
    store.tenant(world.new_tenant("Acme").await.id)
}

/// Runs `call`, and `change` behind its first use of the connection.
async fn changed_in_between<T>(
    world: &World,
    tenant: &Tenant,
    mut call: Pin<Box<dyn Future<Output = Result<T, Error>> + '_>>,
    change: &str,
) -> Result<T, Error> {
    let superuser = world.superuser().await;
    let holder = tenant.begin().await.unwrap();
    assert!(poll!(&mut call).is_pending());
    let mut next = pin!(async { tenant.begin().await.unwrap() });
    assert!(poll!(&mut next).is_pending());
    holder.rollback().await.unwrap();
    let change = async {
        let turn = next.await;
        superuser.batch_execute(change).await.unwrap();
        turn.rollback().await.unwrap();
    };
    let (answer, ()) = join!(call, change);
    answer
}

fn is_unauthenticated<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Unauthenticated { .. }))
}

async fn resumed(world: &World, tenant: &Tenant, action: &str) -> serde_json::Value {
    world.superuser().await.batch_execute(RESUME).await.unwrap();
    newest(tenant, action).await["reason"].clone()
}

#[tokio::test]
async fn a_password_is_refused_when_the_tenant_is_suspended_while_it_is_compared() {
    let world = World::new().await;
    let tenant = behind_one_connection(&world).await;
    let password = SecretString::from(PASSWORD);
    let new = NewUser::new(email("ann@example.com"), "Ann").with_password(password.clone());
    let person = tenant.users().create(new, &ann()).await.unwrap();
    let (users, origin, by) = (tenant.users(), Origin::default(), person.actor());

    let login = users.authenticate("ann@example.com", &password, &origin);
    let refused = changed_in_between(&world, &tenant, Box::pin(login), SUSPEND).await;
    assert!(is_unauthenticated(&refused), "{refused:?}");
    let reason = resumed(&world, &tenant, "user.authentication_refused").await;
    assert_eq!(reason, "tenant_suspended");

    let changed = users.change_password(person.id, &password, &password, &origin, &by);
    let refused = changed_in_between(&world, &tenant, Box::pin(changed), SUSPEND).await;
    assert!(is_unauthenticated(&refused), "{refused:?}");
    let reason = resumed(&world, &tenant, "user.password_change_refused").await;
    assert_eq!(reason, "tenant_suspended");
}

#[tokio::test]
async fn a_key_is_refused_when_the_tenant_is_suspended_before_its_use_is_noted() {
    let world = World::new().await;
    let tenant = behind_one_connection(&world).await;
    let bot = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap().id;
    let keys = tenant.keys();
    let key = keys.create(NewKey::named("k", bot), &ann()).await.unwrap().key;
    let origin = Origin::default();
    let superuser = world.superuser().await;
    for long_ago in [false, true] {
        if long_ago {
            keys.authenticate(key.expose(), &origin).await.unwrap();
            let used = "UPDATE api_keys SET last_used_at = now() - interval '1 hour'";
            superuser.execute(used, &[]).await.unwrap();
        }
        let used = keys.authenticate(key.expose(), &origin);
        let refused = changed_in_between(&world, &tenant, Box::pin(used), SUSPEND).await;
        assert!(is_unauthenticated(&refused), "{refused:?}");
        let reason = resumed(&world, &tenant, "api_key.authentication_refused").await;
        assert_eq!(reason, "tenant_suspended");
    }
}

/// What the sessions of a tenant are refused for when this happens before their use is noted.
async fn reason_after(change: &str) -> serde_json::Value {
    let world = World::new().await;
    let tenant = behind_one_connection(&world).await;
    let bot = tenant.services().create(NewService::named("bot"), &Actor::system()).await.unwrap();
    let (sessions, origin) = (tenant.sessions(), Origin::default());
    let opened = sessions.open(NewSession::of(bot.id), &origin, &ann()).await.unwrap();
    let ago = "UPDATE sessions SET last_seen_at = now() - interval '10 minutes'";
    world.superuser().await.execute(ago, &[]).await.unwrap();
    let used = sessions.authenticate(opened.token.expose(), None, &origin);
    let refused = changed_in_between(&world, &tenant, Box::pin(used), change).await;
    assert!(is_unauthenticated(&refused), "{change}: {refused:?}");
    resumed(&world, &tenant, "session.authentication_refused").await
}

#[tokio::test]
async fn a_session_is_refused_for_what_happened_before_its_use_was_noted() {
    for (change, reason) in [
        (SUSPEND, "tenant_suspended"),
        ("UPDATE sessions SET revoked_at = now()", "revoked"),
        (
            "UPDATE sessions SET issued_at = now() - interval '1 day', expires_at = now() - interval '1 hour'",
            "expired",
        ),
        ("UPDATE sessions SET last_seen_at = now() - interval '1 hour'", "idle"),
        ("DELETE FROM sessions", "unknown"),
    ] {
        assert_eq!(Box::pin(reason_after(change)).await, reason, "{change}");
    }
}
