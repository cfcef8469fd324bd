use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::{PrincipalId, ProviderKeyId, WorkspaceId},
    secret::{CheckResult, ValidationStatus, ValidationTest},
};
use agentflow_sql::queries::provider_keys as sql;
use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{ProviderKey, ProviderKeys, sealed::Goes, validate::details};
use crate::{
    error::{Error, Result},
    input::{check_json, check_name},
    scope::TenantTx,
    secrets::{check, sealing, services::share_service},
    settle::settle,
};

/// A key to be added.
#[derive(Debug, Clone)]
pub struct NewProviderKey {
    /// The workspace it is of.
    pub workspace_id: WorkspaceId,
    /// What it is for: `openai`, `azure_openai`, `anthropic`, `cohere`, or another word of lower-case letters, digits and `_`.
    pub provider_type: String,
    /// What it is called, unique among those of the workspace for the provider that were not revoked.
    pub name: String,
    /// What is no secret: `base_url`, `api_version`, and whatever else the service needs. The key is sealed together with them: it
    /// does not open once they were changed in the database.
    pub settings: Map<String, Value>,
    /// The key: at most 65,536 bytes.
    pub value: SecretString,
    /// The services that may open it.
    pub services: Vec<PrincipalId>,
}

impl NewProviderKey {
    /// A key without settings that nobody may open yet.
    pub fn new(
        workspace: WorkspaceId,
        provider_type: impl Into<String>,
        name: impl Into<String>,
        value: SecretString,
    ) -> Self {
        Self {
            workspace_id: workspace,
            provider_type: provider_type.into(),
            name: name.into(),
            settings: Map::new(),
            value,
            services: Vec::new(),
        }
    }

    fn check(&self, operation: &'static str) -> Result<()> {
        check_provider_type(&self.provider_type).map_err(Error::invalid(operation))?;
        check_name(operation, "name", &self.name)?;
        check_json(operation, "settings", &self.settings)?;
        sealing::check_secret(operation, "value", &self.value)?;
        check::check_settings(&self.settings).map_err(Error::invalid(operation))?;
        let goes = Goes { provider_type: &self.provider_type, settings: &self.settings };
        check_apart(operation, &self.name, goes, &self.value)
    }
}

/// That a key is not in what is known to everybody about it.
pub(super) fn check_apart(
    operation: &'static str,
    name: &str,
    goes: Goes<'_>,
    value: &SecretString,
) -> Result<()> {
    let settings = Value::Object(goes.settings.clone());
    let is_apart = !sealing::spills(name, value)
        && !sealing::spills(goes.provider_type, value)
        && !sealing::spills_in(&settings, value);
    if is_apart {
        return Ok(());
    }
    let reason = "the key itself is in its name, type or settings, which are no secret";
    Err(Error::invalid(operation)(InvalidInput::new("value", reason)))
}

pub(super) fn check_provider_type(text: &str) -> Result<(), InvalidInput> {
    let is_word = text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
    if is_word {
        return Ok(());
    }
    let reason = "expected a lower-case word of letters, digits and `_`, at most 63 characters: openai, azure_openai, anthropic, cohere";
    Err(InvalidInput::new("provider_type", reason))
}

impl ProviderKeys {
    /// Adds a key, which is not active yet. It is looked at, and when it does not look like a key of its provider it is stored
    /// as `invalid` all the same, for providers change what their keys look like.
    ///
    /// Fails with [`Error::AlreadyExists`] when a key that was not revoked has the name, with [`Error::NotFound`] when the workspace or a service is not
    /// this tenant's, with [`Error::InvalidInput`] for a person among the services, and with [`Error::Conflict`] for an inactive one.
    pub async fn add(&self, new: NewProviderKey, by: &Actor) -> Result<ProviderKey> {
        const OPERATION: &str = "add a provider key";
        new.check(OPERATION)?;
        let id = ProviderKeyId(self.0.shared.next_id());
        let goes = Goes { provider_type: &new.provider_type, settings: &new.settings };
        let sealed = self.seal_key(OPERATION, &self.place(id), goes, &new.value).await?;
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let inserted = sql::insert_provider_key()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                new.workspace_id.as_uuid(),
                &new.provider_type,
                &new.name,
                &Value::Object(new.settings),
                &sealed,
                &by.principal_id().map(|id| id.0),
                &now,
            )
            .await;
        let (mut tx, _) = settle(OPERATION, tx, inserted).await?;
        for service in &new.services {
            tx = share_service(OPERATION, &self.0, tx, *service).await?;
            tx = self.insert_grant(OPERATION, tx, id, *service).await?.0;
        }
        let tx = self.look_at(OPERATION, tx, id, &new.provider_type, &new.value, &sealed).await?;
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let services: Vec<_> = key.services.iter().map(ToString::to_string).collect();
        let event = key
            .event("provider_key.added", by)
            .with_detail("services", services)
            .with_detail("validation_status", key.validation_status.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(key)
    }

    /// Whether a value looks like a key of its provider, stored as a check of it.
    pub(super) async fn look_at(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ProviderKeyId,
        provider_type: &str,
        value: &SecretString,
        sealed: &[u8],
    ) -> Result<TenantTx> {
        let fault = check::syntax(provider_type, value).err();
        let result = if fault.is_some() { CheckResult::Fail } else { CheckResult::Pass };
        let inserted = sql::insert_validation_result()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                id.as_uuid(),
                &ValidationTest::Syntax.as_str(),
                &result.as_str(),
                &details(sealed, fault),
                &self.0.shared.now(),
            )
            .await;
        let (tx, _) = settle(operation, tx, inserted).await?;
        if fault.is_none() {
            return Ok(tx);
        }
        self.judge(operation, tx, id.0, ValidationStatus::Invalid, fault).await
    }

    /// Sets what is known about the value that is stored.
    pub(super) async fn judge(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: Uuid,
        status: ValidationStatus,
        fault: Option<&str>,
    ) -> Result<TenantTx> {
        let now = self.0.shared.now();
        let set = sql::set_provider_key_validation()
            .bind(&tx, &status.as_str(), &fault, &now, self.0.tenant.as_uuid(), &id)
            .await;
        Ok(settle(operation, tx, set).await?.0)
    }
}
