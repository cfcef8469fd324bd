//! Secrets: providers, the guard before them, the key ring, sealed values.

mod age;
mod alerts;
mod chain;
mod chain_model;
mod connectors;
mod env;
mod file;
mod guard;
mod key_ring;
mod keys_in_use;
mod leaks;
mod outdated;
mod provider_keys;
mod reload;
mod rewrap;
pub(crate) mod sealed;
mod stage;
mod stub;
mod transit;
mod unfinished;
mod vault;
mod webhooks;

use agentflow::secrets::{SecretName, SecretsProvider, VersionSelector};
use secrecy::ExposeSecret;

fn key(name: &str) -> SecretName {
    name.parse().unwrap()
}

/// The value of a secret that is there.
async fn get(provider: &dyn SecretsProvider, name: &str) -> String {
    let value = provider.get(&key(name), VersionSelector::Latest).await.unwrap();
    value.value.expose_secret().to_owned()
}

async fn names(provider: &dyn SecretsProvider) -> Vec<String> {
    let names = provider.list().await.unwrap();
    names.into_iter().map(String::from).collect()
}
