//! What posts to the webhooks of teams are signed with.

use agentflow::{
    Error, TeamId,
    audit::{AuditConfigChange, LogLevel},
    core::hash::Sha256,
    identity::{NewTeam, NewUser, TeamChange},
    secrets::{Replacing, SecretKind},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use super::stage::{Server, Stage, ann, new_tenant, secret};

const ONE: &str = "whsec_cGxhbnRlZC1vbmUtMDEyMzQ1Njc4OWFiY2RlZg==";
const TWO: &str = "planted-two";

async fn team(stage: &Stage, url: Option<&str>) -> TeamId {
    let owner = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let owner = stage.tenant.users().create(owner, &ann()).await.unwrap().id;
    let new = NewTeam { webhook_url: url.map(str::to_owned), ..NewTeam::named("Crew", owner) };
    stage.tenant.teams().create(new, &ann()).await.unwrap().id
}

/// HMAC as RFC 2104 defines it, from the hash alone.
fn hmac(key: &[u8], text: &str) -> String {
    assert!(key.len() <= 64);
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(pad, key)| *pad ^= key);
        block
    };
    let inner = Sha256::of(&[&pad(0x36), text.as_bytes()]);
    format!("v1,{}", Sha256::of(&[&pad(0x5c), inner.as_bytes()]).to_base64())
}

fn bytes_of(secret: &str) -> Vec<u8> {
    match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).unwrap(),
        None => secret.as_bytes().to_vec(),
    }
}

/// Posts to the webhook of the team, and returns the signatures that came with it and those that these secrets give.
async fn signatures(
    stage: &Stage,
    server: &Server,
    team: TeamId,
    secrets: &[&str],
) -> (Vec<String>, Vec<String>) {
    let webhook = stage.tenant.teams().webhook(team).await.unwrap().unwrap();
    webhook.post("msg_1", "application/json", "{}").await.unwrap();
    let request = server.seen().pop().unwrap();
    let came = request.headers.get("webhook-signature").map(String::as_str).unwrap_or_default();
    let text = format!("msg_1.{}.{{}}", request.headers["webhook-timestamp"]);
    let expected = secrets.iter().map(|secret| hmac(&bytes_of(secret), &text)).collect();
    (came.split_whitespace().map(str::to_owned).collect(), expected)
}

#[tokio::test]
async fn posts_are_signed_with_the_secret_and_while_it_is_rotated_with_both() {
    let stage = Stage::new().await;
    let teams = stage.tenant.teams();
    let server = Server::answering(200);
    let id = team(&stage, Some(&server.url)).await;
    let expect = async |secrets: &[&str]| {
        let (came, expected) = signatures(&stage, &server, id, secrets).await;
        assert_eq!(came, expected, "{secrets:?}");
    };
    expect(&[]).await;
    let set = teams.set_webhook_secret(id, &secret(ONE), &ann()).await.unwrap();
    assert_eq!((set.is_set, set.kms_key_id.as_deref()), (true, Some("shared/1")));
    assert_eq!(stage.newest().await.action.as_deref(), Some("team.webhook_secret_set"));
    expect(&[ONE]).await;

    let how = Replacing { grace: SignedDuration::from_hours(48), reason: Some("leaked".into()) };
    let (rotated, value) =
        teams.rotate_webhook_secret(id, Some(secret(TWO)), &how, &ann()).await.unwrap();
    assert_eq!(value.expose_secret(), TWO);
    assert_eq!(rotated.previous_expires_at, Some(stage.now() + SignedDuration::from_hours(48)));
    assert_eq!(stage.newest().await.action.as_deref(), Some("team.webhook_secret_rotated"));
    expect(&[TWO, ONE]).await;
    stage.pass(SignedDuration::from_hours(48));
    expect(&[TWO]).await;
    assert_eq!(teams.prune_webhook_secrets(&ann()).await.unwrap(), 1);
    assert_eq!(teams.prune_webhook_secrets(&ann()).await.unwrap(), 0);
    assert_eq!(teams.webhook_secret(id).await.unwrap().previous_kms_key_id, None);

    let removed = teams.remove_webhook_secret(id, &ann()).await.unwrap();
    assert!(!removed.is_set);
    expect(&[]).await;
    let seq = stage.newest().await.seq;
    teams.remove_webhook_secret(id, &ann()).await.unwrap();
    assert_eq!(stage.newest().await.seq, seq);
    let reasons: Vec<_> =
        stage.rotations(id.0).await.into_iter().map(|it| it.rotation_reason).collect();
    assert_eq!(reasons.len(), 3);
    assert!(["rotated", "leaked", "revoked"].iter().all(|it| reasons.iter().any(|r| r == it)));
    assert_eq!(stage.rotations(id.0).await[0].secret_type, SecretKind::WebhookSecret);
    for entry in stage.entries().await {
        assert!(!entry.record.contains("planted") && !entry.record.contains("whsec_"));
    }
}

#[tokio::test]
async fn without_one_of_their_own_a_random_secret_is_made_and_told_once() {
    let stage = Stage::new().await;
    let teams = stage.tenant.teams();
    let server = Server::answering(200);
    let id = team(&stage, Some(&server.url)).await;
    let how = Replacing::default();
    let (_, first) = teams.rotate_webhook_secret(id, None, &how, &ann()).await.unwrap();
    let (_, second) = teams.rotate_webhook_secret(id, None, &how, &ann()).await.unwrap();
    let (first, second) = (first.expose_secret(), second.expose_secret());
    assert!(first.starts_with("whsec_") && first != second);
    assert_eq!(bytes_of(first).len(), 32);
    let (came, expected) = signatures(&stage, &server, id, &[second, first]).await;
    assert_eq!(came, expected);
}

#[tokio::test]
async fn what_cannot_be_a_secret_or_is_of_no_team_is_refused() {
    let stage = Stage::new().await;
    let teams = stage.tenant.teams();
    let id = team(&stage, None).await;
    assert!(teams.webhook(id).await.unwrap().is_none());
    for wrong in ["", "whsec_", "whsec_&planted&", &"planted".repeat(200)] {
        let error = teams.set_webhook_secret(id, &secret(wrong), &ann()).await.unwrap_err();
        let is_right =
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "webhook_secret");
        assert!(is_right, "{error:?}");
        assert!(!error.to_string().contains("planted"), "{error}");
    }
    teams.set_webhook_secret(id, &secret(ONE), &ann()).await.unwrap();
    let other = new_tenant(&stage.store, "Other").await.teams();
    for error in [
        other.webhook_secret(id).await.unwrap_err(),
        other.set_webhook_secret(id, &secret(ONE), &ann()).await.unwrap_err(),
        other.remove_webhook_secret(id, &ann()).await.unwrap_err(),
        other.webhook(id).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    // Changing the team leaves its secret alone.
    let change = TeamChange { name: Some("Night".into()), ..TeamChange::default() };
    teams.update(id, change, &ann()).await.unwrap();
    assert!(teams.webhook_secret(id).await.unwrap().is_set);
}

#[tokio::test]
async fn a_secret_that_was_moved_to_another_team_is_an_error() {
    let stage = Stage::new().await;
    let teams = stage.tenant.teams();
    let id = team(&stage, Some("http://127.0.0.1:1/")).await;
    teams.set_webhook_secret(id, &secret(ONE), &ann()).await.unwrap();
    let superuser = stage.superuser().await;
    let moved = "UPDATE teams SET previous_webhook_secret = webhook_secret,
                 previous_webhook_secret_expires_at = '2027-01-01'";
    superuser.batch_execute(moved).await.unwrap();
    let error = teams.webhook(id).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn an_opened_secret_is_recorded_where_everything_is_and_never_told_in_a_reason() {
    let stage = Stage::new().await;
    let teams = stage.tenant.teams();
    let id = team(&stage, Some("http://127.0.0.1:1/")).await;
    let verbose = AuditConfigChange { log_level: Some(LogLevel::Verbose), ..Default::default() };
    stage.tenant.audit().configure(verbose, &ann()).await.unwrap();
    let seq = stage.newest().await.seq;
    teams.webhook(id).await.unwrap();
    assert_eq!(stage.newest().await.seq, seq, "there is none to open");
    teams.set_webhook_secret(id, &secret(ONE), &ann()).await.unwrap();
    teams.webhook(id).await.unwrap();
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("team.webhook_secret_opened"));
    assert_eq!(entry.resource_id, Some(id.to_string()));
    for told in [ONE, TWO] {
        let how = Replacing { reason: Some(format!("{told} leaked")), ..Replacing::default() };
        let error = teams.rotate_webhook_secret(id, Some(secret(TWO)), &how, &ann()).await;
        let error = error.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "reason"),
            "{error:?}"
        );
    }
}
