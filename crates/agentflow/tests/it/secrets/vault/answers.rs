//! What is made of answers that are no secret.

use std::time::Duration;

use agentflow::{
    Error,
    secrets::{
        SecretsProvider, VaultOptions,
        VersionSelector::{Latest, Pinned},
    },
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{assert_silent, connect, exchange, name, recorded::Recorded, settings, version};

const PATH: &str = "secret/data/app/stripe_key";

/// What reading a secret gives when the server answers so.
async fn get_answered(status: u16, body: Value) -> Error {
    let server = Recorded::with_root(json!([exchange("GET", PATH, "root-token", status, body)]));
    let server = server.await;
    let error =
        connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
    server.finish();
    assert_silent(&error);
    error
}

#[tokio::test]
async fn only_the_server_itself_can_say_that_there_is_no_such_secret() {
    let metadata = |deletion_time: &str, destroyed: bool| json!({"data": {"data": null, "metadata": {"version": 3, "deletion_time": deletion_time, "destroyed": destroyed}}});
    let absent =
        [json!({"errors": []}), metadata("2026-01-01T00:00:00Z", false), metadata("", true)];
    for body in absent {
        let error = get_answered(404, body.clone()).await;
        assert!(matches!(error, Error::NotFound { .. }), "{body}: {error}");
    }
    let others = [
        json!("<html><h1>404 planted</h1></html>"),
        json!(""),
        json!({}),
        json!({"errors": null}),
        json!({"errors": ["planted"]}),
        json!({"message": "no Route matched with those values"}),
        metadata("", false),
    ];
    for body in others {
        let error = get_answered(404, body.clone()).await;
        assert!(error.is_unavailable(), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_that_is_not_expected_is_unavailable_for_who_reads() {
    for status in [400, 402, 405, 408, 410, 421, 425, 429, 431, 451] {
        for body in [json!({"errors": ["planted"]}), json!("<html>planted</html>")] {
            let error = get_answered(status, body).await;
            assert!(error.is_unavailable(), "{status}: {error}");
        }
    }
    let error = get_answered(401, json!({"errors": ["planted"]})).await;
    assert!(matches!(error, Error::Denied { .. }), "{error}");
}

#[tokio::test]
async fn a_change_that_the_server_does_not_accept_is_a_conflict() {
    let read = exchange("GET", PATH, "root-token", 404, json!({"errors": []}));
    for (body, is_conflict) in
        [(json!({"errors": ["planted"]}), true), (json!("<html>planted</html>"), false)]
    {
        let mut set = exchange("POST", PATH, "root-token", 413, body);
        set["request"]["body"] = json!({"data": {"value": "planted"}, "options": {"cas": 0}});
        let server = Recorded::with_root(json!([read, set])).await;
        let provider = connect(settings(&server.address));
        let set = provider.set(&name("stripe_key"), SecretString::from("planted")).await;
        let error = set.unwrap_err();
        assert_eq!(matches!(error, Error::Conflict { .. }), is_conflict, "{error}");
        assert_eq!(error.is_unavailable(), !is_conflict, "{error}");
        assert_silent(&error);
        server.finish();
    }
}

#[tokio::test]
async fn an_empty_value_is_none_and_one_with_a_nul_is_corrupt() {
    let error = get_answered(200, version(1, &json!({"value": ""}))).await;
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "secret `stripe_key`"));
    let error = get_answered(200, version(1, &json!({"value": "planted\u{0}"}))).await;
    assert!(matches!(&error, Error::Corrupt { reason, .. } if reason.contains("NUL")), "{error}");

    let empty = exchange(
        "GET",
        &format!("{PATH}?version=1"),
        "root-token",
        200,
        version(1, &json!({"value": ""})),
    );
    let server = Recorded::with_root(json!([empty])).await;
    let provider = connect(settings(&server.address));
    let error = provider.get(&name("stripe_key"), Pinned(1)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    server.finish();
}

#[tokio::test]
async fn a_server_that_cannot_serve_now_is_unavailable_and_says_why() {
    let cases = [
        (503, "Vault is sealed", "unseal it"),
        (500, "internal error: planted", "cannot serve this now"),
        (502, "", "cannot serve this now"),
        (472, "", "cannot serve this now"),
        (473, "", "cannot serve this now"),
        (412, "required index state not present", "cannot serve this now"),
        (429, "request path \"planted\": rate limit quota exceeded", "quota"),
        (307, "", "active server"),
        (
            404,
            "no handler for route \"secret/data/planted\". route entry not found.",
            "check the mount",
        ),
    ];
    for (status, complaint, words) in cases {
        let path = "secret/data/app/stripe_key";
        let mut refusal =
            exchange("GET", path, "root-token", status, json!({"errors": [complaint]}));
        // Whoever follows it asks for something that was not recorded.
        refusal["response"]["location"] = json!("/v1/elsewhere");
        let server = Recorded::with_root(json!([refusal])).await;
        let error =
            connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains(words), "{status}: {error}");
        assert_silent(&error);
        server.finish();
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_nothing_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let timeout = Duration::from_millis(100);
    let silent = connect(VaultOptions { timeout, ..settings(&address) });
    let error = silent.check().await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("within 100ms"), "{error}");
    drop(listener);
    let error = connect(settings(&address)).check().await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn answers_that_make_no_sense_are_corrupt_and_not_repeated() {
    let cases = [
        (json!({"data": {"value": "planted"}}), "version 2"),
        (json!("planted"), "version 2"),
        (version(1, &json!({"password": "planted"})), "no text field `value`"),
        (version(1, &json!({"value": {"planted": "planted"}})), "no text field `value`"),
        (version(1, &json!({"value": 17})), "no text field `value`"),
    ];
    for (body, words) in cases {
        let answer = exchange("GET", "secret/data/app/stripe_key", "root-token", 200, body);
        let server = Recorded::with_root(json!([answer])).await;
        let error =
            connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
        assert!(
            matches!(&error, Error::Corrupt { reason, .. } if reason.contains(words)),
            "{error}"
        );
        assert_silent(&error);
        server.finish();
    }
}
