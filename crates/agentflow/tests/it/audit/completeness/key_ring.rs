//! The key ring, where it concerns one tenant.

use agentflow::secrets::{NewProviderKey, key_ring::RewrapOptions};
use secrecy::SecretString;

use super::provider_keys;

pub(super) async fn key_ring() {
    let (mut book, _folder, workspace, _) = provider_keys::open().await;
    let (by, tenant) = (book.by.clone(), book.tenant.id());
    let value = SecretString::from("sk-0123456789abcdefghijkl");
    let new = NewProviderKey::new(workspace, "openai", "main", value);
    book.tenant.provider_keys().add(new, &by).await.unwrap();
    book.news().await;

    let (admin, kind) = (book.store.admin(), "key_ring");
    let ring = admin.key_ring();
    ring.create_tenant_key(tenant, &by).await.unwrap();
    let function = "secrets/key_ring/erase.rs create_tenant_key";
    let both = ["key_ring.tenant_key_requested", "key_ring.tenant_key_created"];
    book.saw_all(function, &both.map(|it| (it, kind, &by))).await;
    ring.rewrap(RewrapOptions::default(), &by, &|_| {}).await.unwrap();
    book.saw("secrets/key_ring/rewrap.rs rewrap", "key_ring.rewrapped", kind).await;
    ring.erase(tenant, &by).await.unwrap();
    let both = ["key_ring.erase_requested", "key_ring.tenant_erased"];
    book.saw_all("secrets/key_ring/erase.rs erase", &both.map(|it| (it, kind, &by))).await;
}
