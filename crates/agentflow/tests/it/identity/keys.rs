mod owners;

use agentflow::{
    ApiKey, Error, KeyEnvironment, NewWorkspace, PrincipalKind,
    audit::Actor,
    core::random::Generator,
    identity::{Credential, NewKey, Origin},
};
use jiff::SignedDuration;
use proptest::{
    prelude::*,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use super::clocked::Clocked;
use crate::support::World;

const REFUSED: &str = "api_key.authentication_refused";

fn ann() -> Actor {
    Actor::user("ann")
}

fn nowhere() -> Origin {
    Origin::default()
}

fn is_unauthenticated<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unauthenticated { .. }))
}

#[tokio::test]
async fn a_key_authenticates_its_principal_and_only_its_hash_is_stored() {
    let at = Clocked::new().await;
    let deployer = at.service("deployer").await;
    let issued = at.tenant.keys().create(NewKey::named("CI", deployer), &ann()).await.unwrap();
    assert!(issued.key.expose().starts_with(&issued.row.prefix));

    let who = at.tenant.keys().authenticate(issued.key.expose(), &nowhere()).await.unwrap();
    assert_eq!((who.principal_id, who.kind), (deployer, PrincipalKind::Service));
    assert_eq!(who.actor(), Actor::service(deployer.to_string()));
    let expected = Credential::ApiKey { id: issued.row.id, scopes: None, workspace_id: None };
    assert_eq!(who.credential, expected);

    let (tenant, again) = at.store.authenticate_key(issued.key.expose(), &nowhere()).await.unwrap();
    assert_eq!((tenant.id(), again), (at.tenant.id(), who));

    let superuser = at.world.superuser().await;
    let row =
        superuser.query_one("SELECT key_hash, api_keys::text FROM api_keys", &[]).await.unwrap();
    assert_eq!(row.get::<_, Vec<u8>>(0), issued.key.hash().as_bytes());
    let secret = &issued.key.expose()[issued.row.prefix.len()..];
    assert!(!row.get::<_, String>(1).contains(secret));
}

#[tokio::test]
async fn a_refused_key_is_refused_alike_whatever_the_reason_and_the_audit_tells_why() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let mut new = NewKey::named("short", service);
    new.expires_at = Some(at.now() + SignedDuration::from_hours(1));
    let short = keys.create(new, &ann()).await.unwrap().key;
    let revoked = keys.create(NewKey::named("revoked", service), &ann()).await.unwrap();
    keys.revoke(revoked.row.id, &ann()).await.unwrap();
    let live = keys.create(NewKey::named("live", service), &ann()).await.unwrap().key;
    let forged = forge(&at, &live).await;
    let unknown =
        ApiKey::generate(at.tenant.id(), &KeyEnvironment::default(), &Generator::from_os());
    let other = at.world.tenant("Other").await;

    at.pass(SignedDuration::from_hours(1));
    let cases = [
        (short.expose(), "expired"),
        (revoked.key.expose(), "revoked"),
        (forged.expose(), "wrong_secret"),
        (unknown.expose(), "unknown"),
    ];
    let mut messages = Vec::new();
    for (key, reason) in cases {
        let error = keys.authenticate(key, &nowhere()).await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{reason}: {error:?}");
        messages.push(error.to_string());
        assert_eq!(at.newest(REFUSED).await["reason"], reason);
    }

    let foreign = at.store.tenant(other.id()).keys().authenticate(live.expose(), &nowhere()).await;
    messages.push(foreign.unwrap_err().to_string());
    assert_eq!(super::clocked::newest(&other, REFUSED).await["reason"], "foreign_tenant");

    at.tenant.principals().deactivate(service, &ann()).await.unwrap();
    messages.push(keys.authenticate(live.expose(), &nowhere()).await.unwrap_err().to_string());
    assert_eq!(at.newest(REFUSED).await["reason"], "inactive");

    let admin = at.world.store.admin();
    admin.tenants().suspend(at.tenant.id(), &ann()).await.unwrap();
    messages.push(keys.authenticate(live.expose(), &nowhere()).await.unwrap_err().to_string());
    let foreign = ApiKey::generate(other.id(), &KeyEnvironment::default(), &Generator::from_os());
    messages.push(keys.authenticate(foreign.expose(), &nowhere()).await.unwrap_err().to_string());
    admin.tenants().resume(at.tenant.id(), &ann()).await.unwrap();
    assert_eq!(at.newest(REFUSED).await["reason"], "tenant_suspended");
    assert_eq!(at.count(REFUSED).await, 7);

    let gone = ApiKey::generate(
        agentflow::TenantId(uuid::Uuid::from_u128(7)),
        &KeyEnvironment::default(),
        &Generator::from_os(),
    );
    let error = at.store.authenticate_key(gone.expose(), &nowhere()).await.unwrap_err();
    messages.push(error.to_string());

    messages.dedup();
    assert_eq!(messages, ["failed to authenticate an API key: the credential is not accepted"]);
}

/// A key with the id of `key` and another secret.
async fn forge(at: &Clocked, key: &ApiKey) -> ApiKey {
    let forged = ApiKey::generate(at.tenant.id(), key.environment(), &Generator::from_os());
    let superuser = at.world.superuser().await;
    let sql = "UPDATE api_keys SET key_id = $1 WHERE key_id = $2";
    superuser.execute(sql, &[&forged.key_id(), &key.key_id()]).await.unwrap();
    let found = at.tenant.keys().find_by_prefix(&forged.prefix()).await.unwrap();
    assert!(found.is_some());
    // The row has the forged id for as long as the forged key is tried; the real one is put back by a second row.
    let sql = "INSERT INTO api_keys (tenant_id, principal_id, name, key_id, key_hash)
               SELECT tenant_id, principal_id, 'again', $1, key_hash FROM api_keys WHERE key_id = $2";
    superuser.execute(sql, &[&key.key_id(), &forged.key_id()]).await.unwrap();
    forged
}

#[tokio::test]
async fn the_first_use_is_recorded_and_later_ones_are_noted_once_a_minute() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let issued = keys.create(NewKey::named("k", service), &ann()).await.unwrap();
    let origin = Origin {
        client_ip: Some("192.0.2.7".parse().unwrap()),
        user_agent: Some("curl/8".to_owned()),
    };
    let used = async || {
        keys.authenticate(issued.key.expose(), &origin).await.unwrap();
        keys.get(issued.row.id).await.unwrap().unwrap().last_used_at.unwrap()
    };
    let start = at.now();
    assert_eq!(used().await, start);
    at.pass(SignedDuration::from_secs(59));
    assert_eq!(used().await, start);
    at.pass(SignedDuration::from_secs(1));
    assert_eq!(used().await, at.now());
    assert_eq!(at.count("api_key.first_used").await, 1);
    let sql = "SELECT record FROM audit_entries WHERE action = 'api_key.first_used'";
    let record: String = at.world.superuser().await.query_one(sql, &[]).await.unwrap().get(0);
    assert!(record.contains("192.0.2.7") && record.contains("curl/8"), "{record}");
}

#[tokio::test]
async fn the_first_use_is_recorded_once_when_many_come_at_the_same_time() {
    let at = Clocked::new().await;
    let service = at.service("worker").await;
    let issued = at.tenant.keys().create(NewKey::named("k", service), &ann()).await.unwrap();
    let uses = (0..16).map(|_| async {
        at.tenant.keys().authenticate(issued.key.expose(), &nowhere()).await.unwrap();
    });
    futures::future::join_all(uses).await;
    assert_eq!(at.count("api_key.first_used").await, 1);
}

#[tokio::test]
async fn rotation_leaves_two_keys_until_the_overlap_is_over() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let workspace = at.tenant.workspaces().create(NewWorkspace::named("W"), &ann()).await.unwrap();
    let mut new = NewKey::named("k", service);
    new.workspace_id = Some(workspace.id);
    new.scopes = Some(vec!["run:start".parse().unwrap()]);
    new.expires_at = Some(at.now() + SignedDuration::from_hours(30 * 24));
    let old = keys.create(new, &ann()).await.unwrap();

    at.pass(SignedDuration::from_hours(24));
    let overlap = SignedDuration::from_hours(2);
    let new = keys.rotate(old.row.id, overlap, &ann()).await.unwrap();
    assert_eq!(new.row.scopes, old.row.scopes);
    assert_eq!((new.row.workspace_id, new.row.name.as_str()), (Some(workspace.id), "k"));
    assert_eq!(new.row.expires_at, Some(at.now() + SignedDuration::from_hours(30 * 24)));
    let retired = keys.get(old.row.id).await.unwrap().unwrap();
    assert_eq!(
        (retired.rotated_to, retired.expires_at),
        (Some(new.row.id), Some(at.now() + overlap))
    );

    for key in [&old.key, &new.key] {
        keys.authenticate(key.expose(), &nowhere()).await.unwrap();
    }
    let again = keys.rotate(old.row.id, overlap, &ann()).await;
    assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    at.pass(overlap);
    assert!(is_unauthenticated(&keys.authenticate(old.key.expose(), &nowhere()).await));
    keys.authenticate(new.key.expose(), &nowhere()).await.unwrap();
    assert_eq!(at.newest("api_key.rotated").await["rotated_to"], new.row.id.to_string());
}

#[tokio::test]
async fn there_are_never_more_than_two_keys_of_one_line() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let overlap = SignedDuration::from_hours(1);
    let first = keys.create(NewKey::named("k", service), &ann()).await.unwrap();
    let second = keys.rotate(first.row.id, overlap, &ann()).await.unwrap();
    let error = keys.rotate(second.row.id, overlap, &ann()).await.unwrap_err();
    assert!(error.to_string().contains(&first.row.id.to_string()), "{error}");
    // When the older one is revoked, or its time is over, it goes on.
    keys.revoke(first.row.id, &ann()).await.unwrap();
    let third = keys.rotate(second.row.id, overlap, &ann()).await.unwrap();
    at.pass(overlap);
    keys.rotate(third.row.id, overlap, &ann()).await.unwrap();
}

#[tokio::test]
async fn two_rotations_at_once_give_one_new_key() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let old = keys.create(NewKey::named("k", service), &ann()).await.unwrap();
    let by = ann();
    let rotate = || keys.rotate(old.row.id, SignedDuration::ZERO, &by);
    let (a, b) = tokio::join!(rotate(), rotate());
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
    assert_eq!(keys.list(Some(service), None, 10).await.unwrap().len(), 2);
    assert!(is_unauthenticated(&keys.authenticate(old.key.expose(), &nowhere()).await));
}

#[tokio::test]
async fn a_rotation_never_makes_the_old_key_live_longer() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let mut new = NewKey::named("k", service);
    new.expires_at = Some(at.now() + SignedDuration::from_mins(1));
    let old = keys.create(new, &ann()).await.unwrap();
    keys.rotate(old.row.id, SignedDuration::from_hours(1), &ann()).await.unwrap();
    assert_eq!(keys.get(old.row.id).await.unwrap().unwrap().expires_at, old.row.expires_at);
    for overlap in [SignedDuration::from_secs(-1), SignedDuration::from_hours(91 * 24)] {
        let error = keys.rotate(old.row.id, overlap, &ann()).await.unwrap_err();
        assert!(matches!(&error, Error::InvalidInput { input, .. } if input.field == "overlap"));
    }
}

#[tokio::test]
async fn a_key_is_revoked_by_its_id_by_the_shown_prefix_and_by_a_part_of_it() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let create = async || keys.create(NewKey::named("k", service), &ann()).await.unwrap();
    let (a, b, c, d) = (create().await, create().await, create().await, create().await);
    keys.revoke(a.row.id, &ann()).await.unwrap();
    keys.revoke_by_prefix(&b.row.prefix, &ann()).await.unwrap();
    keys.revoke_by_prefix(&c.key.key_id()[..8], &ann()).await.unwrap();
    keys.revoke_by_prefix(d.key.expose(), &ann()).await.unwrap();
    for issued in [&a, &b, &c, &d] {
        assert!(keys.get(issued.row.id).await.unwrap().unwrap().revoked_at.is_some());
    }
    // Twice is once.
    keys.revoke(a.row.id, &ann()).await.unwrap();
    assert_eq!(at.count("api_key.revoked").await, 4);

    for (prefix, is_right) in [
        ("af_live_zzzzzzzz", (|e| matches!(e, Error::NotFound { .. })) as fn(&Error) -> bool),
        ("af_", |e| matches!(e, Error::InvalidInput { .. })),
        ("", |e| matches!(e, Error::InvalidInput { .. })),
        ("af_live_%%%%", |e| matches!(e, Error::InvalidInput { .. })),
        ("af_test_éééé", |e| matches!(e, Error::InvalidInput { .. })),
    ] {
        let error = keys.revoke_by_prefix(prefix, &ann()).await.unwrap_err();
        assert!(is_right(&error), "{prefix}: {error:?}");
    }
}

#[tokio::test]
async fn a_prefix_that_several_keys_share_is_a_conflict() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    for name in ["a", "b"] {
        keys.create(NewKey::named(name, service), &ann()).await.unwrap();
    }
    let superuser = at.world.superuser().await;
    superuser
        .execute("UPDATE api_keys SET key_id = 'same' || substr(key_id, 5)", &[])
        .await
        .unwrap();
    let error = keys.revoke_by_prefix("same", &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
}

#[tokio::test]
async fn a_key_is_only_for_what_the_tenant_has() {
    let at = Clocked::new().await;
    let keys = at.tenant.keys();
    let service = at.service("worker").await;
    let other = at.world.tenant("Other").await;
    let theirs = other.workspaces().create(NewWorkspace::named("W"), &ann()).await.unwrap();

    let mut new = NewKey::named("k", service);
    new.workspace_id = Some(theirs.id);
    let error = keys.create(new.clone(), &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "the workspace"), "{error:?}");

    new = NewKey::named("k", agentflow::PrincipalId(uuid::Uuid::from_u128(1)));
    let error = keys.create(new, &ann()).await.unwrap_err();
    assert!(
        matches!(&error, Error::NotFound { what, .. } if what.starts_with("principal")),
        "{error:?}"
    );

    new = NewKey::named("k", service);
    new.scopes = Some(vec!["run:fly".parse().unwrap()]);
    let error = keys.create(new, &ann()).await.unwrap_err();
    assert!(error.to_string().contains("run:fly"), "{error}");

    new = NewKey::named("k", service);
    new.expires_at = Some(at.now());
    assert!(matches!(keys.create(new, &ann()).await, Err(Error::InvalidInput { .. })));
    assert!(keys.list(None, None, 10).await.unwrap().is_empty());

    let ours = keys.create(NewKey::named("k", service), &ann()).await.unwrap();
    assert_eq!(other.keys().get(ours.row.id).await.unwrap(), None);
    assert!(other.keys().list(None, None, 10).await.unwrap().is_empty());
    assert!(matches!(other.keys().revoke(ours.row.id, &ann()).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn ten_thousand_malformed_keys_and_tokens_are_refused_without_a_connection() {
    // Nothing listens there: whoever asks the database fails with something else.
    let config = agentflow::Config::from_url("postgres://nobody@127.0.0.1:1/none").unwrap();
    let tenant =
        agentflow::Store::connect(config).unwrap().tenant(agentflow::TenantId(uuid::Uuid::nil()));
    let key = ApiKey::generate(tenant.id(), &KeyEnvironment::default(), &Generator::seeded(1));
    let token = agentflow::SessionToken::generate(tenant.id(), &Generator::seeded(1));
    let whole = [key.expose().to_owned(), token.expose().to_owned()];
    let damaged =
        (prop::sample::select(whole.to_vec()), any::<prop::sample::Index>(), any::<char>(), 0..3)
            .prop_map(|(mut text, at, to, how)| {
                let at = at.index(text.len());
                match how {
                    0 => text.truncate(at),
                    1 => text.insert(at, to),
                    _ => text.replace_range(at..=at, &to.to_string()),
                }
                text
            });
    let texts = prop_oneof![
        damaged,
        ".{0,200}",
        "af_[a-z]{1,4}_[0-9A-Za-z]{70,74}",
        "afs_[0-9A-Za-z]{66,70}"
    ];
    let mut runner = TestRunner::deterministic();
    for _ in 0..10_000 {
        let text = texts.new_tree(&mut runner).unwrap().current();
        if whole.contains(&text) {
            continue;
        }
        let as_key = tenant.keys().authenticate(&text, &nowhere()).await.unwrap_err();
        let as_token = tenant.sessions().authenticate(&text, None, &nowhere()).await.unwrap_err();
        for (error, field) in [(as_key, "key"), (as_token, "token")] {
            let is_clear =
                matches!(&error, Error::InvalidInput { input, .. } if input.field == field);
            assert!(is_clear, "{text:?}: {error:?}");
            assert!(text.len() < 5 || !error.to_string().contains(&text), "{error}");
        }
    }
}

#[tokio::test]
async fn well_formed_keys_that_nobody_has_are_refused_one_after_the_other() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    for seed in 0..50 {
        let key =
            ApiKey::generate(tenant.id(), &KeyEnvironment::default(), &Generator::seeded(seed));
        assert!(is_unauthenticated(&tenant.keys().authenticate(key.expose(), &nowhere()).await));
    }
}
