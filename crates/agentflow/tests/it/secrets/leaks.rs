//! Secrets that the test knows are looked for in everything that was printed and stored.

use std::{os::unix::fs::PermissionsExt, sync::Arc};

use agentflow::{
    Config, Error, Tenant, TenantId,
    audit::Actor,
    core::{clock::SystemClock, random::Generator},
    identity::{NewTeam, NewUser},
    secrets::{
        AccessRules, Caller, FileOptions, FileProvider, NewConnector, NewProviderKey,
        ProviderKeyFilter, Replacing, Secrets, StoreLog, VersionSelector,
        key_ring::LocalKeyProvider,
    },
};
use secrecy::SecretString;

use super::stage::{Stage, ann, new_tenant, secret};
use crate::printed::{Printed, assert_absent, stored};

const LATEST: VersionSelector = VersionSelector::Latest;
const NAMED: &str = "planted-named-8d01-value";
const NAMED_2: &str = "planted-other-77fe-value";
const MISPLACED: &str = "planted/misplaced-3b9c-name";
const PROVIDER: &str = "sk-planted-provider-5c20-one";
const PROVIDER_2: &str = "sk-planted-changed-91ab-two";
const CONNECTOR: &str = "planted-connector-e6d4-password";
const WEBHOOK: &str = "planted-webhook-2f83-secret";

async fn by_name(stage: &Stage, printed: &mut Printed) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.json");
    let provider = FileProvider::create(&path, FileOptions::default()).unwrap();
    printed.value(&provider);
    let provider = Arc::new(provider);
    let log = Arc::new(StoreLog::new(stage.store.clone()));
    let secrets = Secrets::new(provider, AccessRules::allow_all(), log.clone());
    let caller = Caller::of(stage.tenant.id(), Actor::service("billing"));
    let access = secrets.for_caller(caller.clone());
    access.set("smtp", secret(NAMED)).await.unwrap();
    printed.value(&access.get("smtp", LATEST).await.unwrap());
    printed.value(&access);
    printed.error(access.get(MISPLACED, LATEST).await);
    printed.error(access.set(MISPLACED, secret(NAMED)).await);
    let refused = Secrets::new(secrets.provider().clone(), AccessRules::deny_all(), log);
    printed.error(refused.for_caller(caller).get("smtp", LATEST).await);
    // Broken in the middle of a value, and then with a value where a name should be.
    for broken in [
        format!("{{\"smtp\": \"{NAMED_2}"),
        format!("{{\"{NAMED_2}!\": \"x\"}}"),
        format!("{{\"smtp\": [\"{NAMED_2}\"]}}"),
        format!("{{\"smtp\": \"x\" \"{NAMED_2}\"}}"),
    ] {
        std::fs::write(&path, broken).unwrap();
        printed.error(FileProvider::open(&path, FileOptions::default()));
        printed.error(access.set("smtp", secret(NAMED_2)).await);
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    printed.error(FileProvider::open(&path, FileOptions::default()));
}

async fn of_tenants(stage: &Stage, other: &Tenant, printed: &mut Printed) {
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let new = NewProviderKey { services: vec![bot], ..stage.openai("main", PROVIDER) };
    printed.value(&new);
    let key = keys.add(new.clone(), &ann()).await.unwrap();
    printed.error(keys.add(new, &ann()).await);
    printed.error(keys.add(stage.openai(PROVIDER, PROVIDER), &ann()).await);
    printed.value(&keys.unseal(key.id, bot).await.unwrap());
    printed.value(&keys.rotate(key.id, &secret(PROVIDER_2), &Replacing::default(), &ann()).await);
    printed.value(&keys.unseal(key.id, bot).await.unwrap());
    printed.error(other.provider_keys().unseal(key.id, bot).await);

    let connector = NewConnector {
        workspace_id: stage.workspace,
        connector_type: "imap".to_owned(),
        connector_version: "1".to_owned(),
        display_name: "Mail".to_owned(),
        config: SecretString::from(format!("{{\"password\": \"{CONNECTOR}\"}}")),
        services: vec![bot],
    };
    printed.value(&connector);
    let connectors = stage.tenant.connectors();
    let broken = NewConnector { config: secret(CONNECTOR), ..connector.clone() };
    printed.error(connectors.install(broken, &ann()).await);
    let installed = connectors.install(connector, &ann()).await.unwrap();
    printed.value(&connectors.unseal(installed.id, bot).await.unwrap());

    let owner = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let owner = stage.tenant.users().create(owner, &ann()).await.unwrap().id;
    let teams = stage.tenant.teams();
    let team = NewTeam {
        webhook_url: Some("http://127.0.0.1:9/".to_owned()),
        ..NewTeam::named("Crew", owner)
    };
    let team = teams.create(team, &ann()).await.unwrap().id;
    printed.value(&teams.set_webhook_secret(team, &secret(WEBHOOK), &ann()).await);
    printed.value(&teams.webhook(team).await.unwrap());
}

/// The wrong ring, and a value that was damaged.
async fn that_do_not_open(stage: &Stage, printed: &mut Printed) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("another.json");
    let ring =
        LocalKeyProvider::create(&path, Arc::new(SystemClock), Arc::new(Generator::from_os()));
    let ring = ring.unwrap();
    printed.value(&ring);
    let config: Config =
        crate::support::config(&stage.world.database).with_key_provider(Arc::new(ring));
    printed.value(&config);
    let elsewhere = agentflow::Store::connect(config).unwrap().tenant(stage.tenant.id());
    let key = stage
        .tenant
        .provider_keys()
        .list(&ProviderKeyFilter::default(), None, 1)
        .await
        .unwrap()
        .remove(0);
    printed.error(elsewhere.provider_keys().unseal(key.id, key.services[0]).await);
    let damage = "UPDATE provider_keys SET encrypted_key = set_byte(encrypted_key, octet_length(encrypted_key) - 1, \
                  get_byte(encrypted_key, octet_length(encrypted_key) - 1) # 1)";
    stage.superuser().await.execute(damage, &[]).await.unwrap();
    let damaged = stage.tenant.provider_keys().unseal(key.id, key.services[0]).await;
    assert!(matches!(damaged, Err(Error::Corrupt { .. })), "{damaged:?}");
    printed.error(damaged);
}

#[tokio::test]
async fn no_secret_is_printed_or_stored() {
    let (mut printed, _guard) = Printed::catching();
    let stage = Stage::new().await;
    let other: Tenant = new_tenant(&stage.store, "Other").await;
    assert_ne!(other.id(), TenantId::from(uuid::Uuid::nil()));
    by_name(&stage, &mut printed).await;
    of_tenants(&stage, &other, &mut printed).await;
    that_do_not_open(&stage, &mut printed).await;

    let (printed, stored) = (printed.text(), stored(&stage.superuser().await).await);
    assert!(stored.contains("provider_key.unsealed") && stored.contains("secret.read"), "{stored}");
    for secret in [NAMED, NAMED_2, MISPLACED, PROVIDER, PROVIDER_2, CONNECTOR, WEBHOOK] {
        assert_absent(secret, "printed", &printed);
        assert_absent(secret, "stored", &stored);
    }
}
