//! Changes of a secret that are under way at once.

use std::sync::Arc;

use agentflow::secrets::{
    Capabilities, ChainLink, SecretName, SecretValue, SecretsProvider, VersionSelector, Written,
};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::{Stage, name};
use crate::secrets::stub::{Fault, Stub};

/// A provider whose first change answers after its second.
#[tokio::test]
async fn of_two_that_set_a_secret_at_once_the_one_that_is_stored_is_remembered() {
    let slow =
        Arc::new(Slow { stub: Stub::new("slow", &[]), hold: tokio::sync::Semaphore::new(0) });
    let stage = Stage::of(vec![ChainLink::primary(Arc::clone(&slow) as _)]);
    let a = name("a");
    let first = stage.chain.set(&a, "first".into());
    let second = stage.chain.set(&a, "second".into());
    let release = async {
        tokio::task::yield_now().await;
        slow.hold.add_permits(1);
    };
    // In this order each is polled; the first stores, and is held up before it says so.
    let (first, second, ()) = tokio::join!(first, second, release);
    first.unwrap();
    second.unwrap();
    let stored = slow.stub.value("a").unwrap();
    slow.stub.fail(Fault::Unavailable);
    assert_eq!(stage.value("a").await, stored);
}

/// Stores at once; the answer to `first` waits.
#[derive(Debug)]
struct Slow {
    stub: Arc<Stub>,
    hold: tokio::sync::Semaphore,
}

impl SecretsProvider for Slow {
    fn name(&self) -> String {
        self.stub.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.stub.capabilities()
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, agentflow::Result<SecretValue>> {
        self.stub.get(key, version)
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, agentflow::Result<Written>> {
        Box::pin(async move {
            let is_first = value.expose_secret() == "first";
            let written = self.stub.set(key, value).await;
            if is_first {
                self.hold.acquire().await.unwrap().forget();
            }
            written
        })
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, agentflow::Result<()>> {
        self.stub.delete(key)
    }

    fn list(&self) -> BoxFuture<'_, agentflow::Result<Vec<SecretName>>> {
        self.stub.list()
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, agentflow::Result<Written>> {
        self.stub.rotate(key)
    }

    fn check(&self) -> BoxFuture<'_, agentflow::Result<()>> {
        self.stub.check()
    }
}
