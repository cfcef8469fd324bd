//! A key for a provider whose settings, or whose checks, cannot be read.

use agentflow::{Error, ProviderKeyId, Tenant, WorkspaceId, secrets::ProviderKeyFilter};
use tokio_postgres::Client;
use uuid::Uuid;

use super::ann;

/// A key with a check, neither of which anybody opens here.
pub async fn provider_key(
    tenant: &Tenant,
    superuser: &Client,
    workspace: WorkspaceId,
) -> ProviderKeyId {
    let id = Uuid::from_u128(8);
    let own = "INSERT INTO tenant_key_versions (tenant_id, version, canary)
               VALUES ($1, 1, decode('0101000000010001' || repeat('00', 29), 'hex'))";
    superuser.execute(own, &[tenant.id().as_uuid()]).await.unwrap();
    let key = "INSERT INTO provider_keys (tenant_id, id, workspace_id, provider_type, name, encrypted_key)
               VALUES ($1, $2, $3, 'openai', 'main', decode('0101000000010001' || repeat('00', 29), 'hex'))";
    superuser.execute(key, &[tenant.id().as_uuid(), &id, &workspace.0]).await.unwrap();
    let check =
        "INSERT INTO key_validation_results (tenant_id, provider_key_id, validation_test, result)
                 VALUES ($1, $2, 'syntax', 'pass')";
    superuser.execute(check, &[tenant.id().as_uuid(), &id]).await.unwrap();
    ProviderKeyId(id)
}

pub async fn errors(tenant: &Tenant, id: ProviderKeyId, table: &str) -> Vec<Error> {
    let keys = tenant.provider_keys();
    if table == "key_validation_results" {
        return vec![keys.checks(id, 10).await.unwrap_err()];
    }
    vec![
        keys.get(id).await.unwrap_err(),
        keys.list(&ProviderKeyFilter::default(), None, 10).await.unwrap_err(),
        keys.activate(id, &ann()).await.unwrap_err(),
        keys.revoke(id, &ann()).await.unwrap_err(),
        keys.unseal(id, id.0.into()).await.unwrap_err(),
    ]
}
