//! Keys for providers, connectors and webhook secrets: everything that is sealed for a tenant.

use std::sync::Arc;

use agentflow::{
    NewWorkspace, PrincipalId, Store, WorkspaceId,
    audit::Actor,
    core::{ids::RandomIds, random::Generator},
    identity::{NewService, NewTeam, NewUser},
    secrets::{
        CheckedKey, KeyChecker, NewConnector, NewProviderKey, Outcome, Replacing, ValidateOptions,
        key_ring::LocalKeyProvider,
    },
};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use secrecy::SecretString;
use tempfile::TempDir;

use super::Book;
use crate::support::config;

const LATER: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug)]
struct Passing;

impl KeyChecker for Passing {
    fn check<'a>(&'a self, _: CheckedKey<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async { Outcome::pass() })
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// A book in a store with a key ring, a workspace and a service.
pub(super) async fn open() -> (Book, TempDir, WorkspaceId, PrincipalId) {
    let mut book = Book::open().await;
    let folder = tempfile::tempdir().unwrap();
    let entropy = Arc::new(Generator::from_os());
    let path = folder.path().join("keys.json");
    let keys = LocalKeyProvider::create(path, book.clock.clone(), entropy.clone()).unwrap();
    let config = config(&book.world.database).with_key_provider(Arc::new(keys));
    let ids = Arc::new(RandomIds::from_os());
    book.store = Store::with_sources(config, book.clock.clone(), ids, entropy).unwrap();
    book.store.admin().key_ring().init(&book.by).await.unwrap();
    book.tenant = book.store.tenant(book.tenant.id());
    let new = NewWorkspace::named("Finance");
    let workspace = book.tenant.workspaces().create(new, &book.by).await.unwrap().id;
    let bot = NewService::named("bot");
    let service = book.tenant.services().create(bot, &book.by).await.unwrap().id;
    book.news().await;
    (book, folder, workspace, service)
}

pub(super) async fn provider_keys() {
    let (mut book, _folder, workspace, bot) = open().await;
    let by = book.by.clone();
    let service = Actor::service(bot.to_string());
    let keys = book.tenant.provider_keys();
    let kind = "provider_key";
    let value = secret("sk-0123456789abcdefghijkl");
    let new = NewProviderKey::new(workspace, "openai", "main", value.clone());
    let id = keys.add(new, &by).await.unwrap().id;
    book.saw("secrets/provider_keys/add.rs add", "provider_key.added", kind).await;
    keys.activate(id, &by).await.unwrap();
    book.saw("secrets/provider_keys/activate.rs activate", "provider_key.activated", kind).await;
    for function in ["unseal", "unseal_active"] {
        let file = format!("secrets/provider_keys/unseal.rs {function}");
        let open = async || match function {
            "unseal" => keys.unseal(id, bot).await,
            _ => keys.unseal_active(workspace, "openai", bot).await,
        };
        open().await.unwrap_err();
        book.saw_by(&file, "provider_key.unseal_denied", kind, &service).await;
        keys.grant(id, bot, &by).await.unwrap();
        book.saw("secrets/provider_keys/grants.rs grant", "provider_key.granted", kind).await;
        open().await.unwrap();
        book.saw_by(&file, "provider_key.unsealed", kind, &service).await;
        keys.ungrant(id, bot, &by).await.unwrap();
        book.saw("secrets/provider_keys/grants.rs ungrant", "provider_key.ungranted", kind).await;
    }
    let checker: Arc<dyn KeyChecker> = Arc::new(Passing);
    keys.validate(id, &checker, ValidateOptions::default(), &by).await.unwrap();
    let validate = "secrets/provider_keys/validate.rs validate";
    let entries = ["provider_key.opened_for_check", "provider_key.validated"];
    book.saw_all(validate, &entries.map(|action| (action, kind, &by))).await;
    keys.rotate(id, &value, &Replacing::default(), &by).await.unwrap();
    book.saw("secrets/provider_keys/rotate.rs rotate", "provider_key.rotated", kind).await;
    book.pass(LATER);
    keys.prune(&by).await.unwrap();
    book.saw("secrets/provider_keys/activate.rs prune", "provider_key.pruned", kind).await;
    keys.revoke(id, &by).await.unwrap();
    book.saw("secrets/provider_keys/activate.rs revoke", "provider_key.revoked", kind).await;
}

pub(super) async fn connectors() {
    let (mut book, _folder, workspace_id, bot) = open().await;
    let by = book.by.clone();
    let service = Actor::service(bot.to_string());
    let connectors = book.tenant.connectors();
    let kind = "connector";
    let new = NewConnector {
        workspace_id,
        connector_type: "github".into(),
        connector_version: "1".into(),
        display_name: "Code".into(),
        config: secret("{}"),
        services: vec![],
    };
    let id = connectors.install(new, &by).await.unwrap().id;
    book.saw("secrets/connectors/install.rs install", "connector.installed", kind).await;
    connectors.unseal(id, bot).await.unwrap_err();
    let unseal = "secrets/connectors/unseal.rs unseal";
    book.saw_by(unseal, "connector.unseal_denied", kind, &service).await;
    connectors.grant(id, bot, &by).await.unwrap();
    book.saw("secrets/connectors/grants.rs grant", "connector.granted", kind).await;
    connectors.unseal(id, bot).await.unwrap();
    book.saw_by(unseal, "connector.unsealed", kind, &service).await;
    connectors.ungrant(id, bot, &by).await.unwrap();
    book.saw("secrets/connectors/grants.rs ungrant", "connector.ungranted", kind).await;
    connectors.disable(id, &by).await.unwrap();
    book.saw("secrets/connectors/connectors.rs disable", "connector.disabled", kind).await;
    connectors.enable(id, &by).await.unwrap();
    book.saw("secrets/connectors/connectors.rs enable", "connector.enabled", kind).await;
    connectors.set_validation(id, Ok(()), &by).await.unwrap();
    let function = "secrets/connectors/connectors.rs set_validation";
    book.saw(function, "connector.validated", kind).await;
    connectors.rotate(id, &secret("{}"), &Replacing::default(), &by).await.unwrap();
    book.saw("secrets/connectors/rotate.rs rotate", "connector.rotated", kind).await;
    book.pass(LATER);
    connectors.prune(&by).await.unwrap();
    book.saw("secrets/connectors/connectors.rs prune", "connector.pruned", kind).await;
    connectors.remove(id, &by).await.unwrap();
    book.saw("secrets/connectors/connectors.rs remove", "connector.removed", kind).await;
}

pub(super) async fn webhook_secrets() {
    let (mut book, _folder, _, _) = open().await;
    let by = book.by.clone();
    let owner = NewUser::new("bob@example.com".parse().unwrap(), "Bob");
    let owner = book.tenant.users().create(owner, &by).await.unwrap().id;
    let teams = book.tenant.teams();
    let id = teams.create(NewTeam::named("Crew", owner), &by).await.unwrap().id;
    book.news().await;
    let file = |function: &str| format!("identity/teams/webhook_secret.rs {function}");
    teams.set_webhook_secret(id, &secret("one"), &by).await.unwrap();
    book.saw(&file("set_webhook_secret"), "team.webhook_secret_set", "team").await;
    teams.rotate_webhook_secret(id, None, &Replacing::default(), &by).await.unwrap();
    book.saw(&file("rotate_webhook_secret"), "team.webhook_secret_rotated", "team").await;
    book.pass(LATER);
    teams.prune_webhook_secrets(&by).await.unwrap();
    book.saw(&file("prune_webhook_secrets"), "webhook_secret.pruned", "webhook_secret").await;
    teams.remove_webhook_secret(id, &by).await.unwrap();
    book.saw(&file("remove_webhook_secret"), "team.webhook_secret_removed", "team").await;
}
