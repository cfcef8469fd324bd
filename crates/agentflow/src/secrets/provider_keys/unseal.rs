use agentflow_core::{
    audit::{Event, Resource},
    ids::{PrincipalId, ProviderKeyId, WorkspaceId},
    sealed::Place,
};
use agentflow_sql::queries::provider_keys as sql;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    ProviderKeys,
    add::check_provider_type,
    keys::too_busy,
    rows::{TABLE, event},
    sealed::Goes,
};
use crate::{
    error::{Error, Result},
    input::stored_json,
    scope::TenantTx,
    secrets::{
        MASK,
        services::{Opener, asker, share_opener},
    },
    settle::{settle, settle_with},
};

const OPERATION: &str = "open a provider key";
/// How often it is begun anew when others change the key meanwhile.
const ATTEMPTS: usize = 5;
/// How exactly the last use is known.
const USE_RECORDED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// An opened key.
#[derive(Debug, Clone)]
pub struct ProviderSecret {
    /// The id of the key.
    pub id: ProviderKeyId,
    /// What it is for.
    pub provider_type: String,
    /// What is no secret about it.
    pub settings: Map<String, Value>,
    /// The key.
    pub value: SecretString,
    /// The one before, as long as the time of grace is not over: for a provider that does not know the new one yet.
    pub previous: Option<SecretString>,
}

/// Which key.
#[derive(Debug, Clone, Copy)]
enum Which<'a> {
    Id(ProviderKeyId),
    Active(WorkspaceId, &'a str),
}

/// A key that somebody wants to open.
#[derive(Debug)]
struct Candidate {
    id: ProviderKeyId,
    workspace_id: WorkspaceId,
    provider_type: String,
    settings: Map<String, Value>,
    sealed: Option<Vec<u8>>,
    previous: Option<(Vec<u8>, Timestamp)>,
    opener: Opener,
}

impl Candidate {
    fn read(row: sql::ProviderKeyToOpen, by: PrincipalId) -> Result<Self> {
        Ok(Self {
            id: ProviderKeyId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            provider_type: row.provider_type,
            settings: stored_json(TABLE, "settings", row.id, &row.settings)?,
            sealed: row.encrypted_key,
            previous: row.previous_encrypted_key.zip(row.previous_expires_at),
            opener: Opener::read(by, row.r#type.as_deref(), row.is_active, row.is_granted)?,
        })
    }

    /// What is sealed of it, or why nobody gets it.
    fn judge(&self) -> Result<&[u8], &'static str> {
        if let Some(reason) = self.opener.refusal() {
            return Err(reason);
        }
        self.sealed.as_deref().ok_or("the key was revoked")
    }
}

impl ProviderKeys {
    /// Opens a key, active or not, for the service that needs it. The opening is recorded before the key is given out.
    ///
    /// Fails with [`Error::Denied`] for everybody but an active service that the key is granted to, and for a key that was revoked,
    /// and with [`Error::NotFound`] when there is no such key, which is recorded with the reason; and with [`Error::Corrupt`] when it
    /// does not open, or when its settings or its type were changed in the database.
    pub async fn unseal(&self, id: ProviderKeyId, by: PrincipalId) -> Result<ProviderSecret> {
        self.open(Which::Id(id), by).await
    }

    /// The same for the key that a workspace uses for a provider.
    pub async fn unseal_active(
        &self,
        workspace: WorkspaceId,
        provider_type: &str,
        by: PrincipalId,
    ) -> Result<ProviderSecret> {
        self.open(Which::Active(workspace, provider_type), by).await
    }

    async fn open(&self, which: Which<'_>, by: PrincipalId) -> Result<ProviderSecret> {
        for _ in 0..ATTEMPTS {
            // Nothing is held while the key ring, which may be far away, is asked.
            let candidate = self.look_up(which, by).await?;
            let sealed = match candidate.judge() {
                Ok(sealed) => sealed,
                Err(reason) => return Err(self.deny(&candidate, reason).await),
            };
            let now = self.0.shared.now();
            let secret = match self.open_candidate(&candidate, sealed, now).await {
                Ok(secret) => secret,
                Err(error) => return Err(self.record_failure(&candidate, error).await),
            };
            if self.record_opening(&candidate, which, now).await? {
                return Ok(secret);
            }
        }
        Err(too_busy(OPERATION))
    }

    async fn look_up(&self, which: Which<'_>, by: PrincipalId) -> Result<Candidate> {
        let (id, workspace, provider_type) = which.parts();
        let flight = self.0.flight(OPERATION).await?;
        let row = sql::get_provider_key_to_open()
            .bind(&flight, self.0.tenant.as_uuid(), by.as_uuid(), &id, &workspace, &provider_type)
            .opt()
            .await;
        match flight.land(row).await? {
            Some(row) => Candidate::read(row, by),
            None => Err(self.deny_missing(which, by).await),
        }
    }

    async fn open_candidate(
        &self,
        candidate: &Candidate,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<ProviderSecret> {
        let goes = Goes { provider_type: &candidate.provider_type, settings: &candidate.settings };
        let open = async |place: Place, sealed: &[u8]| {
            self.open_key(OPERATION, &place, goes, sealed).await
        };
        let value = open(self.place(candidate.id), sealed).await?;
        let previous = match &candidate.previous {
            Some((sealed, until)) if now < *until => {
                Some(open(self.previous_place(candidate.id), sealed).await?)
            }
            _ => None,
        };
        Ok(ProviderSecret {
            id: candidate.id,
            provider_type: candidate.provider_type.clone(),
            settings: candidate.settings.clone(),
            value,
            previous,
        })
    }

    /// Records that the key is given out, if that is still right: what was opened is what is stored, and still may be opened.
    async fn record_opening(
        &self,
        candidate: &Candidate,
        which: Which<'_>,
        now: Timestamp,
    ) -> Result<bool> {
        let tx = self.0.begin(OPERATION).await?;
        let tx = share_opener(OPERATION, &self.0, tx, candidate.opener.id).await?;
        // Before the row is shared, since who shares it must not want it for itself.
        let since = now.checked_sub(USE_RECORDED_EVERY).unwrap_or(Timestamp::MIN);
        let touched = sql::touch_provider_key()
            .bind(&tx, &now, self.0.tenant.as_uuid(), candidate.id.as_uuid(), &since)
            .await;
        let (tx, _) = settle(OPERATION, tx, touched).await?;
        let (tx, current) = self.share(tx, which, candidate.opener.id).await?;
        let is_same = current.is_some_and(|it| {
            it.id == candidate.id && it.judge().is_ok() && it.sealed == candidate.sealed
        });
        if !is_same {
            tx.rollback().await?;
            return Ok(false);
        }
        let event = candidate_event("provider_key.unsealed", candidate);
        tx.audit_and_commit(&event).await?;
        Ok(true)
    }

    async fn share(
        &self,
        tx: TenantTx,
        which: Which<'_>,
        by: PrincipalId,
    ) -> Result<(TenantTx, Option<Candidate>)> {
        let (id, workspace, provider_type) = which.parts();
        let row = sql::share_provider_key_to_open()
            .bind(&tx, self.0.tenant.as_uuid(), by.as_uuid(), &id, &workspace, &provider_type)
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        settle_with(tx, row.map(|row| Candidate::read(row, by)).transpose()).await
    }

    /// Nobody is refused unseen: when it cannot be recorded, that is the error.
    async fn deny(&self, candidate: &Candidate, reason: &str) -> Error {
        let event = candidate_event("provider_key.unseal_denied", candidate).failed();
        if let Err(error) = self.0.record(&event.with_detail("reason", reason)).await {
            return error;
        }
        Error::Denied { operation: OPERATION, reason: format!("{reason} (key {})", candidate.id) }
    }

    /// Who asks for what is not there may be guessing at what others have.
    async fn deny_missing(&self, which: Which<'_>, by: PrincipalId) -> Error {
        let actor = match asker(OPERATION, &self.0, by).await {
            Ok(actor) => actor,
            Err(error) => return error,
        };
        let resource = match which {
            Which::Id(id) => Resource::new("provider_key", id),
            Which::Active(..) => Resource::kind("provider_key"),
        };
        let mut event = Event::new("provider_key.unseal_denied", resource, actor).failed();
        if let Which::Active(workspace, provider_type) = which {
            // It may be anything.
            let is_word = check_provider_type(provider_type).is_ok();
            event = event
                .with_detail("workspace_id", workspace.to_string())
                .with_detail("provider_type", if is_word { provider_type } else { MASK });
        }
        let recorded = self.0.record(&event.with_detail("reason", "no such key")).await;
        recorded.err().unwrap_or_else(|| which.missing())
    }

    async fn record_failure(&self, candidate: &Candidate, error: Error) -> Error {
        let event = candidate_event("provider_key.unseal_failed", candidate).failed();
        let recorded = self.0.record(&event.with_detail("reason", error.to_string())).await;
        recorded.err().unwrap_or(error)
    }
}

fn candidate_event(action: &str, candidate: &Candidate) -> Event {
    event(action, candidate.id, candidate.workspace_id, &candidate.opener.actor())
        .with_detail("provider_type", candidate.provider_type.as_str())
}

type Parts<'a> = (Option<uuid::Uuid>, Option<uuid::Uuid>, Option<&'a str>);

impl<'a> Which<'a> {
    fn parts(self) -> Parts<'a> {
        match self {
            Self::Id(id) => (Some(id.0), None, None),
            Self::Active(workspace, provider_type) => {
                (None, Some(workspace.0), Some(provider_type))
            }
        }
    }

    fn missing(self) -> Error {
        let what = match self {
            Self::Id(id) => format!("provider key {id}"),
            Self::Active(workspace, provider_type) => {
                format!("an active key for {provider_type} of workspace {workspace}")
            }
        };
        Error::NotFound { operation: OPERATION, what }
    }
}
