use agentflow_core::{
    audit::{Event, Resource},
    ids::{ConnectorId, PrincipalId, WorkspaceId},
    sealed::Place,
};
use agentflow_sql::queries::connectors as sql;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{
    Connectors,
    connectors::{missing, too_busy},
    rows::event,
};
use crate::{
    error::{Error, Result},
    secrets::{
        sealing,
        services::{Opener, asker, share_opener},
    },
    settle::{settle, settle_with},
};

const OPERATION: &str = "open the credentials of a connector";
/// How often it is begun anew when others change the connector meanwhile.
const ATTEMPTS: usize = 5;

/// Opened credentials of a connector.
#[derive(Debug, Clone)]
pub struct ConnectorSecret {
    /// The id of the connector.
    pub id: ConnectorId,
    /// What it connects to.
    pub connector_type: String,
    /// The version of the connector.
    pub connector_version: String,
    /// The credentials: the text of a JSON object.
    pub config: SecretString,
    /// Those before, as long as the time of grace is not over.
    pub previous: Option<SecretString>,
}

/// A connector whose credentials somebody wants to open.
#[derive(Debug)]
struct Candidate {
    id: ConnectorId,
    workspace_id: WorkspaceId,
    connector_type: String,
    connector_version: String,
    sealed: Vec<u8>,
    previous: Option<(Vec<u8>, Timestamp)>,
    is_enabled: bool,
    opener: Opener,
}

impl Candidate {
    fn read(row: sql::ConnectorToOpen, by: PrincipalId) -> Result<Self> {
        Ok(Self {
            id: ConnectorId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            connector_type: row.connector_type,
            connector_version: row.connector_version,
            sealed: row.encrypted_config,
            previous: row.previous_encrypted_config.zip(row.previous_expires_at),
            is_enabled: row.is_enabled,
            opener: Opener::read(by, row.r#type.as_deref(), row.is_active, row.is_granted)?,
        })
    }

    /// Why nobody gets them.
    fn refusal(&self) -> Option<&'static str> {
        let disabled = (!self.is_enabled).then_some("the connector is disabled");
        self.opener.refusal().or(disabled)
    }

    fn event(&self, action: &str) -> Event {
        event(action, self.id, self.workspace_id, &self.opener.actor())
            .with_detail("connector_type", self.connector_type.as_str())
    }
}

impl Connectors {
    /// Opens the credentials of a connector for the service that needs them. The opening is recorded before they are given out.
    ///
    /// Fails with [`Error::Denied`] for everybody but an active service that the connector is granted to, and while it is disabled,
    /// and with [`Error::NotFound`] when there is no such connector, which is recorded with the reason; and with [`Error::Corrupt`]
    /// when they do not open.
    pub async fn unseal(&self, id: ConnectorId, by: PrincipalId) -> Result<ConnectorSecret> {
        for _ in 0..ATTEMPTS {
            // Nothing is held while the key ring, which may be far away, is asked.
            let candidate = self.look_up(id, by).await?;
            if let Some(reason) = candidate.refusal() {
                return Err(self.deny(&candidate, reason).await);
            }
            let secret = match self.open_candidate(&candidate).await {
                Ok(secret) => secret,
                Err(error) => return Err(self.record_failure(&candidate, error).await),
            };
            if self.record_opening(&candidate).await? {
                return Ok(secret);
            }
        }
        Err(too_busy(OPERATION))
    }

    async fn look_up(&self, id: ConnectorId, by: PrincipalId) -> Result<Candidate> {
        let flight = self.0.flight(OPERATION).await?;
        let row = sql::get_connector_to_open()
            .bind(&flight, self.0.tenant.as_uuid(), by.as_uuid(), id.as_uuid())
            .opt()
            .await;
        match flight.land(row).await? {
            Some(row) => Candidate::read(row, by),
            None => Err(self.deny_missing(id, by).await),
        }
    }

    async fn open_candidate(&self, candidate: &Candidate) -> Result<ConnectorSecret> {
        let open = async |place: Place, sealed: &[u8]| {
            sealing::open(OPERATION, &self.0, &place, sealed).await
        };
        let now = self.0.shared.now();
        let config = open(self.place(candidate.id), &candidate.sealed).await?;
        let previous = match &candidate.previous {
            Some((sealed, until)) if now < *until => {
                Some(open(self.previous_place(candidate.id), sealed).await?)
            }
            _ => None,
        };
        Ok(ConnectorSecret {
            id: candidate.id,
            connector_type: candidate.connector_type.clone(),
            connector_version: candidate.connector_version.clone(),
            config,
            previous,
        })
    }

    /// Records that the credentials are given out, if that is still right: what was opened is what is stored, and still may be opened.
    async fn record_opening(&self, candidate: &Candidate) -> Result<bool> {
        let by = candidate.opener.id;
        let tx = self.0.begin(OPERATION).await?;
        let tx = share_opener(OPERATION, &self.0, tx, by).await?;
        let row = sql::share_connector_to_open()
            .bind(&tx, self.0.tenant.as_uuid(), by.as_uuid(), candidate.id.as_uuid())
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let current = row.map(|row| Candidate::read(row, by)).transpose();
        let (tx, current) = settle_with(tx, current).await?;
        let is_same =
            current.is_some_and(|it| it.refusal().is_none() && it.sealed == candidate.sealed);
        if !is_same {
            tx.rollback().await?;
            return Ok(false);
        }
        tx.audit_and_commit(&candidate.event("connector.unsealed")).await?;
        Ok(true)
    }

    /// Nobody is refused unseen: when it cannot be recorded, that is the error.
    async fn deny(&self, candidate: &Candidate, reason: &str) -> Error {
        let event = candidate.event("connector.unseal_denied").failed();
        if let Err(error) = self.0.record(&event.with_detail("reason", reason)).await {
            return error;
        }
        let reason = format!("{reason} (connector {})", candidate.id);
        Error::Denied { operation: OPERATION, reason }
    }

    /// Who asks for what is not there may be guessing at what others have.
    async fn deny_missing(&self, id: ConnectorId, by: PrincipalId) -> Error {
        let actor = match asker(OPERATION, &self.0, by).await {
            Ok(actor) => actor,
            Err(error) => return error,
        };
        let event = Event::new("connector.unseal_denied", Resource::new("connector", id), actor);
        let event = event.failed().with_detail("reason", "no such connector");
        self.0.record(&event).await.err().unwrap_or_else(|| missing(OPERATION, id))
    }

    async fn record_failure(&self, candidate: &Candidate, error: Error) -> Error {
        let event = candidate.event("connector.unseal_failed").failed();
        let recorded = self.0.record(&event.with_detail("reason", error.to_string())).await;
        recorded.err().unwrap_or(error)
    }
}
