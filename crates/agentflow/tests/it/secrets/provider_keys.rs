//! Keys for providers of models: added, checked, activated, replaced, opened, revoked.

mod apart;
mod checks;
mod opening;

use agentflow::{
    Error, Permission, PrincipalId, ProviderKeyId,
    identity::{NewKey, NewUser},
    secrets::{
        CheckResult, NewProviderKey, ProviderKeyFilter, Replacing, SecretKind, ValidationStatus,
        ValidationTest,
    },
};
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::stage::{OPENAI, OPENAI_2, Stage, ann, new_tenant, new_workspace, secret};

#[tokio::test]
async fn a_key_is_added_inactive_and_sealed_found_and_listed() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let mut new = NewProviderKey { services: vec![bot], ..stage.openai("main", OPENAI) };
    new.settings.insert("base_url".into(), json!("https://eu.api.openai.com/v1"));
    let added = keys.add(new, &ann()).await.unwrap();
    assert_eq!((added.provider_type.as_str(), added.name.as_str()), ("openai", "main"));
    assert_eq!(added.settings["base_url"], "https://eu.api.openai.com/v1");
    assert_eq!((added.is_active, added.validation_status), (false, ValidationStatus::Pending));
    assert_eq!((added.kms_key_id.as_deref(), &added.services), (Some("shared/1"), &vec![bot]));
    assert_eq!(added.created_at, stage.now());

    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.added"));
    assert_eq!(entry.resource_id, Some(added.id.to_string()));
    assert_eq!(entry.workspace_id, Some(stage.workspace));
    let details = json!({
        "provider_type": "openai", "name": "main", "services": [bot.to_string()], "validation_status": "pending"
    });
    assert_eq!(entry.details, Some(details));

    let checks = keys.checks(added.id, 10).await.unwrap();
    assert_eq!(checks.len(), 1);
    assert_eq!(
        (checks[0].validation_test, checks[0].result),
        (ValidationTest::Syntax, CheckResult::Pass)
    );
    assert_eq!(keys.get(added.id).await.unwrap().as_ref(), Some(&added));
    // The order of ids is that of their milliseconds.
    stage.pass(SignedDuration::from_millis(1));
    let second = keys.add(stage.openai("second", OPENAI_2), &ann()).await.unwrap();
    let all = ProviderKeyFilter::default();
    assert_eq!(keys.list(&all, None, 1).await.unwrap(), std::slice::from_ref(&added));
    assert_eq!(keys.list(&all, Some(added.id), 9).await.unwrap(), std::slice::from_ref(&second));
    for (filter, expected) in [
        (ProviderKeyFilter { name: Some("second".into()), ..all.clone() }, 1),
        (ProviderKeyFilter { provider_type: Some("openai".into()), ..all.clone() }, 2),
        (ProviderKeyFilter { provider_type: Some("cohere".into()), ..all.clone() }, 0),
        (ProviderKeyFilter { workspace: Some(stage.workspace), ..all.clone() }, 2),
        (ProviderKeyFilter { workspace: Some(Uuid::nil().into()), ..all.clone() }, 0),
    ] {
        assert_eq!(keys.list(&filter, None, 9).await.unwrap().len(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn what_does_not_look_like_a_key_is_stored_as_invalid() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let added = keys.add(stage.openai("odd", "no-key-of-openai-at-all"), &ann()).await.unwrap();
    assert_eq!(added.validation_status, ValidationStatus::Invalid);
    assert!(added.validation_error.as_deref().unwrap().starts_with("expected sk-"));
    assert_eq!(added.validation_timestamp, Some(stage.now()));
    let checks = keys.checks(added.id, 10).await.unwrap();
    assert_eq!(
        (checks[0].validation_test, checks[0].result),
        (ValidationTest::Syntax, CheckResult::Fail)
    );
    // It can be used all the same.
    assert!(keys.activate(added.id, &ann()).await.unwrap().is_active);
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_without_being_repeated() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let good = || stage.openai("main", OPENAI);
    let person = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let person = stage.tenant.users().create(person, &ann()).await.unwrap().id;
    let idle = stage.service("idle").await;
    stage.tenant.principals().deactivate(idle, &ann()).await.unwrap();
    let settings = |value| serde_json::Map::from_iter([("base_url".to_owned(), value)]);
    for (new, field) in [
        (NewProviderKey { provider_type: "OpenAI".into(), ..good() }, "provider_type"),
        (NewProviderKey { provider_type: String::new(), ..good() }, "provider_type"),
        (NewProviderKey { name: " ".into(), ..good() }, "name"),
        (NewProviderKey { value: secret(""), ..good() }, "value"),
        (NewProviderKey { value: secret("sk-\0planted"), ..good() }, "value"),
        (NewProviderKey { value: secret(&"x".repeat(65_537)), ..good() }, "value"),
        (NewProviderKey { settings: settings(json!(7)), ..good() }, "settings.base_url"),
        (NewProviderKey { settings: settings(json!("ftp://x")), ..good() }, "settings.base_url"),
        (
            NewProviderKey { settings: settings(json!("https://a:b@x")), ..good() },
            "settings.base_url",
        ),
        (NewProviderKey { settings: settings(json!(OPENAI)), ..good() }, "settings.base_url"),
        (NewProviderKey { name: format!("key {OPENAI}"), ..good() }, "value"),
        (NewProviderKey { services: vec![person], ..good() }, "principal_id"),
    ] {
        let error = keys.add(new, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
            "{error:?}"
        );
        assert!(!error.to_string().contains("planted"), "{error}");
    }
    let unknown = PrincipalId(Uuid::from_u128(1));
    let error =
        keys.add(NewProviderKey { services: vec![unknown], ..good() }, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let error =
        keys.add(NewProviderKey { services: vec![idle], ..good() }, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    let nowhere = NewProviderKey { workspace_id: Uuid::from_u128(1).into(), ..good() };
    let error = keys.add(nowhere, &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "the workspace"), "{error:?}");
    let none = keys.list(&ProviderKeyFilter::default(), None, 9).await.unwrap();
    assert!(none.is_empty(), "{none:?}");

    keys.add(good(), &ann()).await.unwrap();
    let error = keys.add(good(), &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "name"), "{error:?}");
}

#[tokio::test]
async fn without_a_key_ring_nothing_is_stored_and_told_what_to_do() {
    let stage = Stage::new().await;
    let tenant = stage.world.store.tenant(stage.tenant.id());
    let error = tenant.provider_keys().add(stage.openai("main", OPENAI), &ann()).await.unwrap_err();
    assert!(error.to_string().contains("AF_KEY_RING"), "{error}");
    let none = tenant.provider_keys().list(&ProviderKeyFilter::default(), None, 9).await.unwrap();
    assert!(none.is_empty(), "{none:?}");
}

#[tokio::test]
async fn one_key_is_active_for_a_workspace_and_a_provider() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let (a, b) = (stage.key("a", &[]).await, stage.key("b", &[]).await);
    let mut other = stage.openai("c", "0123456789".repeat(4).as_str());
    other.provider_type = "cohere".into();
    let other = keys.add(other, &ann()).await.unwrap();
    let active = async |id| keys.get(id).await.unwrap().unwrap().is_active;
    assert!(keys.activate(other.id, &ann()).await.unwrap().is_active);
    assert!(keys.activate(a.id, &ann()).await.unwrap().is_active);
    assert!(keys.activate(b.id, &ann()).await.unwrap().is_active);
    assert_eq!(
        [active(a.id).await, active(b.id).await, active(other.id).await],
        [false, true, true]
    );
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.activated"));
    assert_eq!(entry.details.unwrap()["replaces"], a.id.to_string());
    // Twice is once.
    keys.activate(b.id, &ann()).await.unwrap();
    assert_eq!(stage.newest().await.seq, entry.seq);
}

#[tokio::test]
async fn of_keys_that_are_activated_at_once_one_is_active_in_the_end() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        ids.push(stage.key(name, &[]).await.id);
    }
    for _ in 0..3 {
        let by = ann();
        let all = ids.iter().map(|id| keys.activate(*id, &by));
        for done in futures::future::join_all(all).await {
            done.unwrap();
        }
        let rows = keys.list(&ProviderKeyFilter::default(), None, 9).await.unwrap();
        assert_eq!(rows.iter().filter(|it| it.is_active).count(), 1);
    }
}

#[tokio::test]
async fn a_rotated_key_is_given_out_with_the_one_before_until_the_grace_is_over() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    let how = Replacing { reason: Some("it was in a log".into()), ..Replacing::default() };
    let rotated = keys.rotate(key.id, &secret(OPENAI_2), &how, &ann()).await.unwrap();
    assert_eq!(rotated.previous_expires_at, Some(stage.now() + SignedDuration::from_hours(24)));
    assert_eq!(rotated.previous_kms_key_id.as_deref(), Some("shared/1"));
    assert_eq!(rotated.rotated_at, Some(stage.now()));
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.rotated"));
    assert_eq!(entry.details.unwrap()["reason"], "it was in a log");
    let rotations = stage.rotations(key.id.0).await;
    assert_eq!(rotations.len(), 1);
    assert_eq!(rotations[0].secret_type, SecretKind::ProviderKey);
    assert_eq!(rotations[0].rotation_reason, "it was in a log");
    assert_eq!(rotations[0].old_kms_key_id.as_deref(), Some("shared/1"));
    assert_eq!(rotations[0].new_kms_key_id.as_deref(), Some("shared/1"));

    let opened = keys.unseal(key.id, bot).await.unwrap();
    assert_eq!(opened.value.expose_secret(), OPENAI_2);
    assert_eq!(opened.previous.unwrap().expose_secret(), OPENAI);
    // Nothing to remove yet.
    assert_eq!(keys.prune(&ann()).await.unwrap(), 0);
    stage.pass(SignedDuration::from_hours(24));
    let opened = keys.unseal(key.id, bot).await.unwrap();
    assert_eq!(opened.value.expose_secret(), OPENAI_2);
    assert!(opened.previous.is_none());
    assert_eq!(keys.prune(&ann()).await.unwrap(), 1);
    assert_eq!(stage.newest().await.action.as_deref(), Some("provider_key.pruned"));
    assert_eq!(keys.prune(&ann()).await.unwrap(), 0);
    let pruned = keys.get(key.id).await.unwrap().unwrap();
    assert_eq!((pruned.previous_kms_key_id, pruned.previous_expires_at), (None, None));
}

#[tokio::test]
async fn a_rotation_without_grace_leaves_nothing_of_the_one_before() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    keys.rotate(key.id, &secret(OPENAI_2), &Replacing::default(), &ann()).await.unwrap();
    let rotated =
        keys.rotate(key.id, &secret(OPENAI), &Replacing::at_once(), &ann()).await.unwrap();
    assert_eq!((rotated.previous_kms_key_id, rotated.previous_expires_at), (None, None));
    let opened = keys.unseal(key.id, bot).await.unwrap();
    assert_eq!((opened.value.expose_secret(), opened.previous.is_none()), (OPENAI, true));
}

#[tokio::test]
async fn rotations_at_once_all_happen_and_the_last_one_counts() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    let values: Vec<_> =
        (0..3).map(|n| secret(&format!("sk-planted-0123456789abcdef-{n}"))).collect();
    let (how, by) = (Replacing::default(), ann());
    let all = values.iter().map(|value| keys.rotate(key.id, value, &how, &by));
    for done in futures::future::join_all(all).await {
        done.unwrap();
    }
    let opened = keys.unseal(key.id, bot).await.unwrap();
    let found = |it: &str| values.iter().position(|value| value.expose_secret() == it);
    let last = found(opened.value.expose_secret()).unwrap();
    let previous = found(opened.previous.unwrap().expose_secret()).unwrap();
    assert_ne!(last, previous);
    assert_eq!(stage.rotations(key.id.0).await.len(), 3);
}

#[tokio::test]
async fn a_rotation_is_refused_where_it_makes_no_sense() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let how = |hours| Replacing { grace: SignedDuration::from_hours(hours), reason: None };
    let reason = |text: &str| Replacing { reason: Some(text.into()), ..Replacing::default() };
    for (value, how, field) in [
        (OPENAI_2, how(-1), "grace"),
        (OPENAI_2, how(7 * 24 + 1), "grace"),
        (OPENAI_2, reason(" "), "reason"),
        (OPENAI_2, reason(&"x".repeat(256)), "reason"),
        ("", how(1), "value"),
    ] {
        let error = keys.rotate(key.id, &secret(value), &how, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
            "{error:?}"
        );
    }
    let nobody = ProviderKeyId(Uuid::from_u128(1));
    let error = keys.rotate(nobody, &secret(OPENAI_2), &how(1), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    keys.revoke(key.id, &ann()).await.unwrap();
    let error = keys.rotate(key.id, &secret(OPENAI_2), &how(1), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
}

#[tokio::test]
async fn a_revoked_key_is_wiped_with_the_one_before_and_never_comes_back() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    keys.activate(key.id, &ann()).await.unwrap();
    keys.rotate(key.id, &secret(OPENAI_2), &Replacing::default(), &ann()).await.unwrap();
    stage.pass(SignedDuration::from_secs(1));
    let revoked = keys.revoke(key.id, &ann()).await.unwrap();
    assert_eq!((revoked.is_active, revoked.revoked_at), (false, Some(stage.now())));
    assert_eq!((revoked.kms_key_id, revoked.previous_kms_key_id), (None, None));
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.revoked"));
    assert_eq!(entry.details.unwrap()["was_active"], true);
    assert_eq!(stage.rotations(key.id.0).await[0].rotation_reason, "revoked");
    let superuser = stage.superuser().await;
    let left = "SELECT count(*) FROM provider_keys WHERE encrypted_key IS NOT NULL OR previous_encrypted_key IS NOT NULL";
    assert_eq!(superuser.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
    // Twice is once.
    keys.revoke(key.id, &ann()).await.unwrap();
    assert_eq!(stage.newest().await.seq, entry.seq);
    let error = keys.activate(key.id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
}

#[tokio::test]
async fn keys_of_another_tenant_are_not_there() {
    let stage = Stage::new().await;
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    let other = new_tenant(&stage.store, "Other").await;
    let keys = other.provider_keys();
    assert_eq!(keys.get(key.id).await.unwrap(), None);
    assert!(keys.list(&ProviderKeyFilter::default(), None, 9).await.unwrap().is_empty());
    assert!(keys.checks(key.id, 9).await.unwrap().is_empty());
    let value = secret(OPENAI_2);
    let how = Replacing::default();
    for error in [
        keys.activate(key.id, &ann()).await.unwrap_err(),
        keys.revoke(key.id, &ann()).await.unwrap_err(),
        keys.rotate(key.id, &value, &how, &ann()).await.unwrap_err(),
        keys.grant(key.id, bot, &ann()).await.unwrap_err(),
        keys.ungrant(key.id, bot, &ann()).await.unwrap_err(),
        keys.unseal(key.id, bot).await.unwrap_err(),
        keys.unseal_active(stage.workspace, "openai", bot).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    // Neither can a key be put into a workspace of theirs, nor be granted to a service of theirs.
    let error = keys.add(stage.openai("main", OPENAI), &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "the workspace"), "{error:?}");
    let workspace_id = new_workspace(&other).await;
    let theirs =
        NewProviderKey { workspace_id, services: vec![bot], ..stage.openai("main", OPENAI) };
    let error = keys.add(theirs, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert!(other.secret_rotations().list(None, None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_rotation_of_an_api_key_is_in_the_log_as_well() {
    let stage = Stage::new().await;
    let bot = stage.service("bot").await;
    let keys = stage.tenant.keys();
    let mut new = NewKey::named("k", bot);
    new.scopes = Some(vec!["run:read".parse::<Permission>().unwrap()]);
    let old = keys.create(new, &ann()).await.unwrap();
    keys.rotate(old.row.id, SignedDuration::ZERO, &ann()).await.unwrap();
    let rotations = stage.rotations(old.row.id.0).await;
    assert_eq!(rotations.len(), 1);
    assert_eq!(rotations[0].secret_type, SecretKind::ApiKey);
    assert_eq!(rotations[0].rotation_reason, "rotated");
    assert_eq!((&rotations[0].old_kms_key_id, &rotations[0].new_kms_key_id), (&None, &None));
    // A page ends where it is told to, and the next one begins there.
    let all = stage.tenant.secret_rotations().list(None, None, 9).await.unwrap();
    let after = Some((&all[0]).into());
    assert!(stage.tenant.secret_rotations().list(None, after, 9).await.unwrap().is_empty());
}
