//! Who gets to see a key.

use agentflow::{
    Error, PrincipalId,
    audit::EventStatus,
    identity::NewUser,
    secrets::{ProviderKeyFilter, Replacing},
};
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::super::stage::{OPENAI, OPENAI_2, Stage, ann, secret};

#[tokio::test]
async fn a_service_opens_what_is_granted_to_it_and_that_is_recorded() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[]).await;
    keys.grant(key.id, bot, &ann()).await.unwrap();
    let opened = keys.unseal(key.id, bot).await.unwrap();
    assert_eq!((opened.id, opened.provider_type.as_str()), (key.id, "openai"));
    assert_eq!(opened.value.expose_secret(), OPENAI);
    assert!(!format!("{opened:?}").contains("planted"));
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.unsealed"));
    assert_eq!(entry.actor_type.as_deref(), Some("service"));
    assert_eq!(entry.actor_id, Some(bot.to_string()));
    assert!(!entry.record.contains("planted"));
    assert_eq!(stage.actions().await.iter().filter(|it| *it == "provider_key.unsealed").count(), 1);
}

#[tokio::test]
async fn everybody_else_is_refused_with_the_reason_in_the_chain() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let person = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let person = stage.tenant.users().create(person, &ann()).await.unwrap().id;
    let (granted, other) = (stage.service("granted").await, stage.service("other").await);
    let key = stage.key("main", &[granted]).await;
    let superuser = stage.superuser().await;
    // Not even a row that was put there by hand helps a person.
    let sneak = "INSERT INTO provider_key_services (tenant_id, provider_key_id, principal_id) VALUES ($1, $2, $3)";
    let ids = [stage.tenant.id().0, key.id.0, person.0];
    superuser.execute(sneak, &[&ids[0], &ids[1], &ids[2]]).await.unwrap();
    let refused = async |by: PrincipalId, reason: &str| {
        let error = keys.unseal(key.id, by).await.unwrap_err();
        assert!(
            matches!(&error, Error::Denied { reason: told, .. } if told.contains(reason)),
            "{error:?}"
        );
        let entry = stage.newest().await;
        assert_eq!(entry.action.as_deref(), Some("provider_key.unseal_denied"));
        assert_eq!(entry.status.as_deref(), Some(EventStatus::Failure.as_str()));
        assert_eq!(entry.actor_id, Some(by.to_string()));
        assert_eq!(entry.details.unwrap()["reason"], reason);
    };
    refused(person, "only services open secrets, and this is a person").await;
    refused(other, "it is not granted to the service").await;
    refused(PrincipalId(Uuid::from_u128(7)), "there is no such principal in the tenant").await;
    keys.ungrant(key.id, granted, &ann()).await.unwrap();
    refused(granted, "it is not granted to the service").await;
    keys.grant(key.id, granted, &ann()).await.unwrap();
    keys.unseal(key.id, granted).await.unwrap();
    stage.tenant.principals().deactivate(granted, &ann()).await.unwrap();
    refused(granted, "the service is inactive").await;
    stage.tenant.principals().activate(granted, &ann()).await.unwrap();
    keys.revoke(key.id, &ann()).await.unwrap();
    refused(granted, "the key was revoked").await;
}

#[tokio::test]
async fn what_a_workspace_uses_for_a_provider_is_opened_without_knowing_which_key_it_is() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let (a, b) = (stage.key("a", &[bot]).await, stage.key("b", &[bot]).await);
    keys.rotate(b.id, &secret(OPENAI_2), &Replacing::at_once(), &ann()).await.unwrap();
    let open = || keys.unseal_active(stage.workspace, "openai", bot);
    let error = open().await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    keys.activate(a.id, &ann()).await.unwrap();
    assert_eq!(open().await.unwrap().value.expose_secret(), OPENAI);
    keys.activate(b.id, &ann()).await.unwrap();
    assert_eq!(open().await.unwrap().value.expose_secret(), OPENAI_2);
    keys.ungrant(b.id, bot, &ann()).await.unwrap();
    let error = open().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    let elsewhere = keys.unseal_active(Uuid::nil().into(), "openai", bot).await.unwrap_err();
    assert!(matches!(elsewhere, Error::NotFound { .. }), "{elsewhere:?}");
}

#[tokio::test]
async fn the_last_use_is_known_to_the_minute() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    let last = async || keys.get(key.id).await.unwrap().unwrap().last_used_at;
    assert_eq!(last().await, None);
    let begin = stage.now();
    for (seconds, expected) in [(0, 0), (59, 0), (60, 60), (100, 60), (130, 130)] {
        stage.clock.set(begin + SignedDuration::from_secs(seconds));
        keys.unseal(key.id, bot).await.unwrap();
        assert_eq!(last().await, Some(begin + SignedDuration::from_secs(expected)), "{seconds}");
    }
}

#[tokio::test]
async fn services_that_open_at_once_all_get_the_key() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    let all = (0..8).map(|_| keys.unseal(key.id, bot));
    for opened in futures::future::join_all(all).await {
        assert_eq!(opened.unwrap().value.expose_secret(), OPENAI);
    }
    let count = stage.actions().await.iter().filter(|it| *it == "provider_key.unsealed").count();
    assert_eq!(count, 8);
}

/// Whoever got a key is in the chain before the entry that took it away from them.
#[tokio::test]
async fn nobody_gets_a_key_once_its_revocation_is_recorded() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    for round in 0..5 {
        let key = stage.key(&format!("k{round}"), &[bot]).await;
        let by = ann();
        let (opened, revoked) = tokio::join!(keys.unseal(key.id, bot), keys.revoke(key.id, &by));
        revoked.unwrap();
        let entries = stage.entries().await;
        let of_it = entries.iter().filter(|it| it.resource_id == Some(key.id.to_string()));
        let actions: Vec<_> = of_it.rev().filter_map(|it| it.action.as_deref()).collect();
        match opened {
            Ok(_) => assert_eq!(actions[1..], ["provider_key.unsealed", "provider_key.revoked"]),
            Err(error) => {
                assert!(matches!(error, Error::Denied { .. }), "{error:?}");
                assert!(!actions.contains(&"provider_key.unsealed"), "{actions:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_value_that_was_moved_or_damaged_is_an_error_and_never_given_out() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let (a, b) = (stage.key("a", &[bot]).await, stage.key("b", &[bot]).await);
    let superuser = stage.superuser().await;
    let swap = "UPDATE provider_keys SET encrypted_key = (SELECT encrypted_key FROM provider_keys WHERE id = $2) WHERE id = $1";
    superuser.execute(swap, &[&a.id.0, &b.id.0]).await.unwrap();
    let error = keys.unseal(a.id, bot).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains("provider_keys.encrypted_key"), "{error}");
    assert_eq!(stage.newest().await.action.as_deref(), Some("provider_key.unseal_failed"));
    assert_eq!(keys.unseal(b.id, bot).await.unwrap().value.expose_secret(), OPENAI);
    // What does not open is not replaced unseen either: nobody knows which settings it was sealed with.
    for how in [Replacing::default(), Replacing::at_once()] {
        let error = keys.rotate(a.id, &secret(OPENAI_2), &how, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    }
    keys.revoke(a.id, &ann()).await.unwrap();
    let again = stage.key("a", &[bot]).await;
    assert_eq!(keys.unseal(again.id, bot).await.unwrap().value.expose_secret(), OPENAI);
}

#[tokio::test]
async fn granting_twice_and_withdrawing_what_is_not_granted_change_nothing() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[]).await;
    let granted = keys.grant(key.id, bot, &ann()).await.unwrap();
    assert_eq!(granted.services, [bot]);
    let seq = stage.newest().await.seq;
    assert_eq!(keys.grant(key.id, bot, &ann()).await.unwrap(), granted);
    assert_eq!(stage.newest().await.seq, seq);
    assert!(keys.ungrant(key.id, bot, &ann()).await.unwrap().services.is_empty());
    assert_eq!(stage.newest().await.action.as_deref(), Some("provider_key.ungranted"));
    let seq = stage.newest().await.seq;
    keys.ungrant(key.id, bot, &ann()).await.unwrap();
    assert_eq!(stage.newest().await.seq, seq);
    // A service that goes takes its grants with it.
    keys.grant(key.id, bot, &ann()).await.unwrap();
    stage.tenant.services().delete(bot, &ann()).await.unwrap();
    let rows = keys.list(&ProviderKeyFilter::default(), None, 9).await.unwrap();
    assert!(rows[0].services.is_empty());
}
