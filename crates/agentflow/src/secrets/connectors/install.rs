use std::collections::BTreeMap;

use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::{ConnectorId, PrincipalId, WorkspaceId},
};
use agentflow_sql::queries::connectors as sql;
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use super::{Connector, Connectors, apart::spills};
use crate::{
    error::{Error, Result},
    input::check_name,
    secrets::{sealing, services::share_service},
    settle::settle,
};

/// A connector to be installed.
#[derive(Debug, Clone)]
pub struct NewConnector {
    /// The workspace it is of.
    pub workspace_id: WorkspaceId,
    /// What it connects to: a lower-case word of letters, digits and `_`, at most 63 characters.
    pub connector_type: String,
    /// The version of the connector: 1 to 100 characters.
    pub connector_version: String,
    /// What it is called, unique within the workspace.
    pub display_name: String,
    /// Its credentials: the text of a JSON object, at most 65,536 bytes.
    pub config: SecretString,
    /// The services that may open them.
    pub services: Vec<PrincipalId>,
}

impl NewConnector {
    fn check(&self, operation: &'static str) -> Result<()> {
        let invalid = |field: &str, reason: &str| {
            Err(Error::InvalidInput { operation, input: InvalidInput::new(field, reason) })
        };
        let kind = &self.connector_type;
        let is_word = kind.len() <= 63
            && kind.starts_with(|c: char| c.is_ascii_lowercase())
            && kind.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
        if !is_word {
            let reason =
                "expected a lower-case word of letters, digits and `_`, at most 63 characters";
            return invalid("connector_type", reason);
        }
        let version = &self.connector_version;
        if version.trim().is_empty() || version.chars().count() > 100 || version.contains('\0') {
            return invalid("connector_version", "expected 1 to 100 characters, not only blanks");
        }
        check_name(operation, "display_name", &self.display_name)?;
        check_config(operation, &self.config)?;
        // What is only a word says what is connected to, and stands in many credentials as such.
        let kind = if kind.bytes().any(|it| it.is_ascii_digit()) { kind } else { "" };
        if spills(&self.config, &[&self.display_name, version, kind]) {
            let reason =
                "a part of the credentials is in the name, type or version, which are no secret";
            return invalid("config", reason);
        }
        Ok(())
    }
}

/// Refuses a reason, which is stored and recorded, that holds a part of the credentials.
pub(super) fn check_reason(
    operation: &'static str,
    reason: &str,
    config: &SecretString,
) -> Result<()> {
    if !spills(config, &[reason]) {
        return Ok(());
    }
    let reason = "a part of the credentials is in it, and it is no secret";
    Err(Error::InvalidInput { operation, input: InvalidInput::new("reason", reason) })
}

/// Credentials, without repeating any part of them.
pub(super) fn check_config(operation: &'static str, config: &SecretString) -> Result<()> {
    sealing::check_secret(operation, "config", config)?;
    let object = serde_json::from_str::<BTreeMap<String, &RawValue>>(config.expose_secret());
    object.map(drop).map_err(|error| {
        let reason = match error.classify() {
            serde_json::error::Category::Data => "expected a JSON object".to_owned(),
            _ => format!("expected JSON; line {}, column {}", error.line(), error.column()),
        };
        Error::invalid(operation)(InvalidInput::new("config", reason))
    })
}

impl Connectors {
    /// Installs a connector, which is enabled at once.
    ///
    /// Fails with [`Error::AlreadyExists`] when the name is taken, with [`Error::NotFound`] when the workspace or a service is not
    /// this tenant's, with [`Error::InvalidInput`] for a person among the services, and with [`Error::Conflict`] for an inactive one.
    pub async fn install(&self, new: NewConnector, by: &Actor) -> Result<Connector> {
        const OPERATION: &str = "install a connector";
        new.check(OPERATION)?;
        let id = ConnectorId(self.0.shared.next_id());
        let sealed = sealing::seal(OPERATION, &self.0, &self.place(id), &new.config).await?;
        let tx = self.0.begin(OPERATION).await?;
        let inserted = sql::insert_connector()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                new.workspace_id.as_uuid(),
                &new.connector_type,
                &new.connector_version,
                &new.display_name,
                &sealed,
                &by.principal_id().map(|id| id.0),
                &self.0.shared.now(),
            )
            .await;
        let (mut tx, _) = settle(OPERATION, tx, inserted).await?;
        for service in &new.services {
            tx = share_service(OPERATION, &self.0, tx, *service).await?;
            tx = self.insert_grant(OPERATION, tx, id, *service).await?;
        }
        let (tx, connector) = self.reread(OPERATION, tx, id).await?;
        let services: Vec<_> = connector.services.iter().map(ToString::to_string).collect();
        let event = connector
            .event("connector.installed", by)
            .with_detail("connector_version", connector.connector_version.as_str())
            .with_detail("services", services);
        tx.audit_and_commit(&event).await?;
        Ok(connector)
    }
}
