//! Logging in, renewing, and what is done about refusals.

use std::time::Duration;

use agentflow::{
    Error,
    secrets::{SecretsProvider, VaultProvider, VersionSelector::Latest},
};
use futures::future::join_all;
use serde_json::json;

use super::{
    assert_silent, clock, connect, exchange, granted, login, name, pass, read,
    recorded::{Recorded, root_looks_at_itself},
    role, settings, shown,
};

#[tokio::test]
async fn the_token_of_a_role_is_renewed_and_replaced_at_the_end_of_its_life() {
    let renew = |token: &str, lease: u64| {
        exchange("POST", "auth/token/renew-self", token, 200, granted(token, lease, true))
    };
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        read("planted-token-1"),
        read("planted-token-1"),
        renew("planted-token-1", 3600),
        read("planted-token-1"),
        // What is left, instead of another hour.
        renew("planted-token-1", 1200),
        login("planted-token-2", 3600, true),
        read("planted-token-2"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2399);
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 1);
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2400);
    provider.get(&key, Latest).await.unwrap();
    server.finish();
}

#[tokio::test]
async fn a_renewal_that_fails_does_no_harm_while_the_token_is_good() {
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        read("planted-token-1"),
        exchange("POST", "auth/token/renew-self", "planted-token-1", 503, json!({"errors": []})),
        read("planted-token-1"),
        read("planted-token-1"),
        exchange("POST", "auth/token/renew-self", "planted-token-1", 403, json!({"errors": []})),
        login("planted-token-2", 3600, true),
        read("planted-token-2"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2400);
    provider.get(&key, Latest).await.unwrap();
    // Not tried again at once.
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 5);
    provider.get(&key, Latest).await.unwrap();
    server.finish();
}

#[tokio::test]
async fn a_token_is_renewed_while_nobody_calls() {
    let server = Recorded::start(json!([
        login("planted-token-1", 1, true),
        read("planted-token-1"),
        exchange(
            "POST",
            "auth/token/renew-self",
            "planted-token-1",
            200,
            granted("planted-token-1", 3600, true)
        ),
    ]))
    .await;
    let provider = connect(role(&server.address));
    provider.get(&name("stripe_key"), Latest).await.unwrap();
    server.wait_for_all().await;
    server.finish();
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_by_a_login() {
    let path = "secret/data/app/stripe_key";
    let refused = json!({"errors": ["permission denied"]});
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        read("planted-token-1"),
        exchange("GET", path, "planted-token-1", 403, refused.clone()),
        exchange("GET", "auth/token/lookup-self", "planted-token-1", 403, refused),
        login("planted-token-2", 3600, true),
        read("planted-token-2"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 10);
    assert_eq!(shown(&provider.get(&key, Latest).await.unwrap()), "planted");
    server.finish();
}

#[tokio::test]
async fn what_policies_do_not_allow_is_denied_without_another_login() {
    let path = "secret/data/app/stripe_key";
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        exchange("GET", path, "planted-token-1", 403, json!({"errors": ["permission denied"]})),
        exchange(
            "GET",
            "auth/token/lookup-self",
            "planted-token-1",
            200,
            json!({"data": {"ttl": 1}})
        ),
    ]))
    .await;
    let provider = connect(role(&server.address));
    let error = provider.get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("policies")),
        "{error}"
    );
    assert_silent(&error);
    server.finish();
}

#[tokio::test]
async fn credentials_that_are_not_accepted_are_denied_and_say_what_to_do() {
    let mut login = login("", 0, false);
    login["response"] = json!({"status": 400, "body": {"errors": ["invalid role or secret ID"]}});
    let server = Recorded::start(json!([login])).await;
    let error = connect(role(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("the role")),
        "{error}"
    );
    assert_silent(&error);
    server.finish();

    let refused = |path: &str| exchange("GET", path, "root-token", 403, json!({"errors": ["bad"]}));
    let server = Recorded::start(json!([
        refused("auth/token/lookup-self"),
        refused("secret/data/app/stripe_key"),
        refused("auth/token/lookup-self"),
    ]))
    .await;
    let error =
        connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("set a new one")),
        "{error}"
    );
    assert_silent(&error);
    server.finish();
}

#[tokio::test]
async fn a_login_that_fails_is_not_tried_by_each_who_waits_for_it() {
    let mut failed = root_looks_at_itself();
    failed["response"] =
        json!({"status": 503, "body": {"errors": ["Vault is sealed"]}, "held": true});
    let server = Recorded::start(json!([failed, root_looks_at_itself(), read("root-token")])).await;
    let clock = clock();
    let provider = VaultProvider::connect(settings(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    let all = join_all((0..100).map(|_| provider.get(&key, Latest)));
    let (answers, ()) = tokio::join!(all, async {
        server.wait_for(2).await;
        server.release();
    });
    for answer in answers {
        let error = answer.unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("unseal it"), "{error}");
    }
    // Still known a moment later, and tried again after that.
    pass(&clock, 2);
    assert!(provider.get(&key, Latest).await.unwrap_err().is_unavailable());
    pass(&clock, 1);
    assert_eq!(shown(&provider.get(&key, Latest).await.unwrap()), "planted");
    server.finish();
}

#[tokio::test]
async fn nobody_waits_for_a_renewal_while_the_token_is_good() {
    let mut renew = exchange(
        "POST",
        "auth/token/renew-self",
        "planted-token",
        200,
        granted("planted-token", 3600, true),
    );
    renew["response"]["held"] = json!(true);
    let server = Recorded::start(json!([
        login("planted-token", 3600, true),
        read("planted-token"),
        renew,
        read("planted-token"),
        read("planted-token"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2400);
    let first = provider.get(&key, Latest);
    let others = async {
        // The first one renews, and gets no answer.
        server.wait_for(2).await;
        let waited = tokio::time::timeout(Duration::from_secs(10), provider.get(&key, Latest));
        assert_eq!(shown(&waited.await.unwrap().unwrap()), "planted");
        server.release();
    };
    let (first, ()) = tokio::join!(first, others);
    assert_eq!(shown(&first.unwrap()), "planted");
    server.finish();
}

#[tokio::test]
async fn a_login_that_something_in_between_refuses_is_unavailable() {
    let mut login = login("", 0, false);
    login["response"] = json!({"status": 400, "body": "<html>Bad Request</html>"});
    let server = Recorded::start(json!([login])).await;
    let error = connect(role(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    server.finish();
}
