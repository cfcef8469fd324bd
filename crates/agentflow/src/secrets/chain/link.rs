use std::sync::Arc;

use crate::secrets::SecretsProvider;

/// When a provider of a chain is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainRole {
    /// When all before it say that they do not have the secret.
    Primary,
    /// Also when one before it cannot be asked, or what it has cannot be read: its value may be another than that one's, and is good enough.
    Fallback,
}

/// A provider of a [`ChainProvider`](super::ChainProvider).
#[derive(Debug, Clone)]
pub struct ChainLink {
    /// The provider.
    pub provider: Arc<dyn SecretsProvider>,
    /// When it is asked.
    pub role: ChainRole,
}

impl ChainLink {
    /// One that is asked when all before it do not have the secret.
    pub fn primary(provider: Arc<dyn SecretsProvider>) -> Self {
        Self { provider, role: ChainRole::Primary }
    }

    /// One that is asked also when one before it cannot be.
    pub fn fallback(provider: Arc<dyn SecretsProvider>) -> Self {
        Self { provider, role: ChainRole::Fallback }
    }
}
