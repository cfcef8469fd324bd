//! Connectors and their credentials.

use agentflow::{
    ConnectorId, Error, PrincipalId,
    identity::NewUser,
    secrets::{Connector, ConnectorFilter, NewConnector, Replacing, SecretKind, ValidationStatus},
};
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::stage::{Stage, ann, new_tenant, secret};

const CONFIG: &str = r#"{"token": "planted-one"}"#;
const CONFIG_2: &str = r#"{"token": "planted-two"}"#;

fn github(stage: &Stage, name: &str) -> NewConnector {
    NewConnector {
        workspace_id: stage.workspace,
        connector_type: "github".into(),
        connector_version: "1.2.0".into(),
        display_name: name.into(),
        config: secret(CONFIG),
        services: Vec::new(),
    }
}

async fn install(stage: &Stage, name: &str, services: &[PrincipalId]) -> Connector {
    let new = NewConnector { services: services.to_vec(), ..github(stage, name) };
    stage.tenant.connectors().install(new, &ann()).await.unwrap()
}

#[tokio::test]
async fn a_connector_is_installed_found_and_listed() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let bot = stage.service("bot").await;
    let made = install(&stage, "Code", &[bot]).await;
    assert_eq!(
        (made.connector_type.as_str(), made.connector_version.as_str()),
        ("github", "1.2.0")
    );
    assert_eq!((made.is_enabled, made.validation_status), (true, ValidationStatus::Pending));
    assert_eq!((made.kms_key_id.as_deref(), &made.services), (Some("shared/1"), &vec![bot]));
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("connector.installed"));
    let details = json!({
        "connector_type": "github", "display_name": "Code", "connector_version": "1.2.0", "services": [bot.to_string()]
    });
    assert_eq!(entry.details, Some(details));
    assert_eq!(connectors.get(made.id).await.unwrap().as_ref(), Some(&made));
    // The order of ids is that of their milliseconds.
    stage.pass(SignedDuration::from_millis(1));
    let second = install(&stage, "More", &[]).await;
    let all = ConnectorFilter::default();
    assert_eq!(connectors.list(&all, Some(made.id), 9).await.unwrap(), [second]);
    for (filter, expected) in [
        (ConnectorFilter { display_name: Some("Code".into()), ..all.clone() }, 1),
        (ConnectorFilter { connector_type: Some("slack".into()), ..all.clone() }, 0),
        (ConnectorFilter { workspace: Some(stage.workspace), ..all.clone() }, 2),
    ] {
        assert_eq!(connectors.list(&filter, None, 9).await.unwrap().len(), expected, "{filter:?}");
    }
    let again = connectors.install(github(&stage, "Code"), &ann()).await.unwrap_err();
    assert!(matches!(again, Error::AlreadyExists { .. }), "{again:?}");
}

#[tokio::test]
async fn what_cannot_be_a_connector_is_refused_without_repeating_its_credentials() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let good = || github(&stage, "Code");
    for (new, field) in [
        (NewConnector { connector_type: "GitHub".into(), ..good() }, "connector_type"),
        (NewConnector { connector_version: " ".into(), ..good() }, "connector_version"),
        (NewConnector { display_name: String::new(), ..good() }, "display_name"),
        (NewConnector { config: secret(""), ..good() }, "config"),
        (NewConnector { config: secret("planted"), ..good() }, "config"),
        (NewConnector { config: secret("[\"planted\"]"), ..good() }, "config"),
        (NewConnector { config: secret("{\"planted\": }"), ..good() }, "config"),
    ] {
        let error = connectors.install(new, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == field),
            "{error:?}"
        );
        assert!(!error.to_string().contains("planted"), "{error}");
    }
    let nowhere = NewConnector { workspace_id: Uuid::from_u128(1).into(), ..good() };
    let error = connectors.install(nowhere, &ann()).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == "the workspace"), "{error:?}");
}

#[tokio::test]
async fn credentials_are_opened_by_the_services_they_are_granted_to_while_it_is_enabled() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let person = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let person = stage.tenant.users().create(person, &ann()).await.unwrap().id;
    let (bot, other) = (stage.service("bot").await, stage.service("other").await);
    let made = install(&stage, "Code", &[bot]).await;
    let opened = connectors.unseal(made.id, bot).await.unwrap();
    assert_eq!(opened.config.expose_secret(), CONFIG);
    assert!(!format!("{opened:?}").contains("planted"));
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("connector.unsealed"));
    assert_eq!(entry.actor_id, Some(bot.to_string()));

    let error = connectors.grant(made.id, person, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    let refused = async |by: PrincipalId, reason: &str| {
        let error = connectors.unseal(made.id, by).await.unwrap_err();
        assert!(
            matches!(&error, Error::Denied { reason: it, .. } if it.contains(reason)),
            "{error:?}"
        );
        let entry = stage.newest().await;
        assert_eq!(entry.action.as_deref(), Some("connector.unseal_denied"));
        assert_eq!(entry.details.unwrap()["reason"], reason);
    };
    refused(person, "only services open secrets, and this is a person").await;
    refused(other, "it is not granted to the service").await;
    connectors.disable(made.id, &ann()).await.unwrap();
    assert_eq!(stage.newest().await.action.as_deref(), Some("connector.disabled"));
    refused(bot, "the connector is disabled").await;
    connectors.enable(made.id, &ann()).await.unwrap();
    connectors.unseal(made.id, bot).await.unwrap();
    connectors.ungrant(made.id, bot, &ann()).await.unwrap();
    refused(bot, "it is not granted to the service").await;
}

#[tokio::test]
async fn rotated_credentials_are_given_out_with_those_before_until_the_grace_is_over() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let bot = stage.service("bot").await;
    let made = install(&stage, "Code", &[bot]).await;
    let valid = connectors.set_validation(made.id, Ok(()), &ann()).await.unwrap();
    assert_eq!(valid.validation_status, ValidationStatus::Valid);
    let how =
        Replacing { grace: SignedDuration::from_hours(1), reason: Some("every quarter".into()) };
    let rotated = connectors.rotate(made.id, &secret(CONFIG_2), &how, &ann()).await.unwrap();
    assert_eq!(rotated.validation_status, ValidationStatus::Pending);
    let rotations = stage.rotations(made.id.0).await;
    assert_eq!(rotations[0].secret_type, SecretKind::ConnectorCredential);
    assert_eq!(rotations[0].rotation_reason, "every quarter");
    let opened = connectors.unseal(made.id, bot).await.unwrap();
    assert_eq!(opened.config.expose_secret(), CONFIG_2);
    assert_eq!(opened.previous.unwrap().expose_secret(), CONFIG);
    assert_eq!(connectors.prune(&ann()).await.unwrap(), 0);
    stage.pass(SignedDuration::from_hours(1));
    assert!(connectors.unseal(made.id, bot).await.unwrap().previous.is_none());
    assert_eq!(connectors.prune(&ann()).await.unwrap(), 1);
    assert_eq!(connectors.prune(&ann()).await.unwrap(), 0);
    let error = connectors.rotate(made.id, &secret("[]"), &how, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
}

#[tokio::test]
async fn a_removed_connector_is_gone_and_its_rotations_stay() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let made = install(&stage, "Code", &[]).await;
    let fault = connectors.set_validation(made.id, Err("not taken"), &ann()).await.unwrap();
    assert_eq!(fault.validation_error.as_deref(), Some("not taken"));
    connectors.remove(made.id, &ann()).await.unwrap();
    assert_eq!(stage.newest().await.action.as_deref(), Some("connector.removed"));
    assert_eq!(connectors.get(made.id).await.unwrap(), None);
    assert_eq!(stage.rotations(made.id.0).await[0].rotation_reason, "revoked");
    let error = connectors.remove(made.id, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn connectors_of_another_tenant_are_not_there() {
    let stage = Stage::new().await;
    let bot = stage.service("bot").await;
    let made = install(&stage, "Code", &[bot]).await;
    let other = new_tenant(&stage.store, "Other").await.connectors();
    assert_eq!(other.get(made.id).await.unwrap(), None);
    assert!(other.list(&ConnectorFilter::default(), None, 9).await.unwrap().is_empty());
    let how = Replacing::default();
    for error in [
        other.enable(made.id, &ann()).await.unwrap_err(),
        other.disable(made.id, &ann()).await.unwrap_err(),
        other.rotate(made.id, &secret(CONFIG_2), &how, &ann()).await.unwrap_err(),
        other.set_validation(made.id, Ok(()), &ann()).await.unwrap_err(),
        other.grant(made.id, bot, &ann()).await.unwrap_err(),
        other.ungrant(made.id, bot, &ann()).await.unwrap_err(),
        other.remove(made.id, &ann()).await.unwrap_err(),
        other.unseal(made.id, bot).await.unwrap_err(),
        other.unseal(ConnectorId(Uuid::from_u128(1)), bot).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn credentials_that_were_moved_are_an_error_and_never_given_out() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let bot = stage.service("bot").await;
    let (a, b) = (install(&stage, "A", &[bot]).await, install(&stage, "B", &[bot]).await);
    let superuser = stage.superuser().await;
    let swap = "UPDATE connector_installations SET encrypted_config =
                    (SELECT encrypted_config FROM connector_installations WHERE id = $2) WHERE id = $1";
    superuser.execute(swap, &[&a.id.0, &b.id.0]).await.unwrap();
    let error = connectors.unseal(a.id, bot).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert_eq!(stage.newest().await.action.as_deref(), Some("connector.unseal_failed"));
    assert_eq!(connectors.unseal(b.id, bot).await.unwrap().config.expose_secret(), CONFIG);
}

#[tokio::test]
async fn credentials_are_not_put_where_everybody_reads_them() {
    let stage = Stage::new().await;
    let connectors = stage.tenant.connectors();
    let config =
        secret(r#"{"user": "ann", "driver": "postgresql", "deep": [{"token": "planted\u0031"}]}"#);
    let good = || NewConnector { config: config.clone(), ..github(&stage, "Code of ann") };
    for new in [
        NewConnector { display_name: "of planted1".into(), ..good() },
        NewConnector { connector_version: "planted1".into(), ..good() },
        NewConnector { connector_type: "planted1".into(), ..good() },
    ] {
        let error = connectors.install(new, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "config"),
            "{error:?}"
        );
        assert!(!error.to_string().contains("planted"), "{error}");
    }
    // What is only a word says what is connected to.
    let word = NewConnector { connector_type: "postgresql".into(), ..good() };
    let made = connectors.install(word, &ann()).await.unwrap();
    for (config, told) in [(CONFIG, "planted-one"), (CONFIG, "planted1")] {
        let how = Replacing { reason: Some(format!("{told} leaked")), ..Replacing::default() };
        let error = connectors.rotate(made.id, &secret(config), &how, &ann()).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "reason"),
            "{error:?}"
        );
    }
}
