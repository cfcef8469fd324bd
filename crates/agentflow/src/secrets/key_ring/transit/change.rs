use agentflow_core::{ids::TenantId, sealed::KeyScope};
use vaultrs::api::transit::{
    KeyType,
    requests::{
        CreateKeyRequest, DeleteKeyRequest, RotateKeyRequest, TrimKeyRequest,
        UpdateKeyConfigurationRequest,
    },
};

use super::key::Transit;
use crate::{
    error::{Error, Result},
    secrets::vault::request,
};

pub(super) const RETIRE: &str = "retire a version of a transit key";
pub(super) const ERASE: &str = "erase the key of a tenant";

impl Transit {
    /// A new version of a key, or the key itself. Returns the version.
    pub(super) async fn advance(&self, operation: &'static str, name: &str) -> Result<u32> {
        let answer = if self.look_again(operation, name).await?.is_some() {
            let endpoint = RotateKeyRequest::builder().mount(&self.mount).name(name).build();
            self.client.call(operation, &request(operation, endpoint)?).await
        } else {
            let endpoint = CreateKeyRequest::builder()
                .mount(&self.mount)
                .name(name)
                .key_type(KeyType::Aes256Gcm96)
                .build();
            self.client.call(operation, &request(operation, endpoint)?).await
        };
        // Whatever came of it, what was known may not be so any more.
        self.forget(name);
        answer?.accepted_change(operation)?;
        let key = self.look_again(operation, name).await?;
        key.and_then(|it| it.latest()).ok_or_else(|| self.missing(operation, name))
    }

    async fn configure(
        &self,
        operation: &'static str,
        endpoint: UpdateKeyConfigurationRequest,
    ) -> Result<()> {
        let name = endpoint.name.clone();
        let answer = self.client.call(operation, &endpoint).await;
        self.forget(&name);
        answer?.accepted_change(operation).map(|_| ())
    }

    pub(super) async fn retire(&self, version: u32) -> Result<()> {
        let key = self.look_again(RETIRE, &self.key).await?;
        let versions = key.map(|it| it.versions()).unwrap_or_default();
        let conflict = |reason| Err(Error::Conflict { operation: RETIRE, reason });
        match versions.as_slice() {
            [] => return Err(self.missing(RETIRE, &self.key)),
            [oldest, ..] if version < *oldest => {
                return Err(Error::not_found(
                    RETIRE,
                    format!("version {version} of the shared key"),
                ));
            }
            [.., latest] if version >= *latest => {
                return conflict(format!(
                    "version {latest} is the newest; rotate the key ring first"
                ));
            }
            [oldest, ..] if version > *oldest => {
                return conflict(format!(
                    "a transit key loses its versions from the oldest on; retire version {oldest} first"
                ));
            }
            _ => {}
        }
        let next = u64::from(version) + 1;
        let endpoint = UpdateKeyConfigurationRequest::builder()
            .mount(&self.mount)
            .name(&self.key)
            .min_decryption_version(next)
            .min_encryption_version(next)
            .build();
        self.configure(RETIRE, request(RETIRE, endpoint)?).await?;
        let endpoint = TrimKeyRequest::builder()
            .mount(&self.mount)
            .name(&self.key)
            .min_available_version(next)
            .build();
        self.client
            .call(RETIRE, &request(RETIRE, endpoint)?)
            .await?
            .accepted_change(RETIRE)
            .map(|_| ())
    }

    /// Can be done again from the beginning, wherever it was interrupted.
    pub(super) async fn erase(&self, tenant: TenantId) -> Result<()> {
        let (name, mark) = (self.name(KeyScope::Tenant, tenant), self.erased_name(tenant));
        let is_here = self.look_again(ERASE, &name).await?.is_some();
        let is_marked = self.look_again(ERASE, &mark).await?.is_some();
        if !is_here && !is_marked {
            return Err(Error::not_found(ERASE, format!("a key of tenant {}", tenant.as_uuid())));
        }
        if !is_marked {
            // Before the key is gone: a tenant without either would get the shared key again.
            self.advance(ERASE, &mark).await?;
        }
        if is_here {
            let endpoint = UpdateKeyConfigurationRequest::builder()
                .mount(&self.mount)
                .name(&name)
                .deletion_allowed(true)
                .build();
            self.configure(ERASE, request(ERASE, endpoint)?).await?;
            let endpoint = DeleteKeyRequest::builder().mount(&self.mount).name(&name).build();
            let answer = self.client.call(ERASE, &request(ERASE, endpoint)?).await;
            self.forget(&name);
            answer?.accepted_change(ERASE)?;
        }
        Ok(())
    }
}
