//! The chain as a provider itself.

use agentflow_core::secret::SecretName;
use futures::future::BoxFuture;
use secrecy::SecretString;
use tokio::sync::watch;

use super::chain::{ChainProvider, is_bad};
use crate::{
    error::Result,
    secrets::{Capabilities, SecretValue, SecretsProvider, VersionSelector, Written},
};

const DELETE: &str = "delete a secret";
const ROTATE: &str = "rotate a secret";

impl SecretsProvider for ChainProvider {
    /// The only provider's name, or `chain(env, file:PATH)`.
    fn name(&self) -> String {
        let names: Vec<_> = self.links.iter().map(|link| link.provider.name()).collect();
        match names.as_slice() {
            [only] => only.clone(),
            _ => format!("chain({})", names.join(", ")),
        }
    }

    /// What one of them can do.
    fn capabilities(&self) -> Capabilities {
        let all = self.links.iter().map(|link| link.provider.capabilities());
        let mut any = all.fold(Capabilities::default(), |any, it| Capabilities {
            durable: any.durable || (it.durable && it.writable),
            writable: any.writable || it.writable,
            rotatable: any.rotatable || it.rotatable,
            versions: any.versions || it.versions,
            watchable: any.watchable || it.watchable,
        });
        any.watchable &= self.changes.is_some();
        any
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>> {
        Box::pin(self.get_first(key, version))
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>> {
        Box::pin(self.set_in_first(key, value))
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let _changing = self.changing.lock().await;
            let at = self.find(DELETE, key).await?;
            self.change(at, key, self.links[at].provider.delete(key)).await
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
        Box::pin(self.list_all())
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
        Box::pin(async move {
            let _changing = self.changing.lock().await;
            let at = self.find(ROTATE, key).await?;
            self.change(at, key, self.links[at].provider.rotate(key)).await
        })
    }

    fn watch(&self) -> Option<watch::Receiver<u64>> {
        self.changes.as_ref().map(|changes| changes.subscribe())
    }

    /// Asks all of them; the first error is what comes of it.
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            for (at, link) in self.links.iter().enumerate() {
                match link.provider.check().await {
                    Ok(()) => {}
                    Err(error) => {
                        if is_bad(&error) {
                            self.is_down(at, &error);
                        }
                        return Err(error);
                    }
                }
            }
            Ok(())
        })
    }
}
