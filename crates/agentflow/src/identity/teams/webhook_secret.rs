use agentflow_core::{InvalidInput, audit::Actor, ids::TeamId, sealed::Place, secret::SecretKind};
use agentflow_sql::queries::teams as sql;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use secrecy::{SecretString, zeroize::Zeroizing};
use serde::Serialize;

use super::{Teams, event};
use crate::{
    error::{Error, Result},
    secrets::{
        Replacing,
        rotation_log::{NewRotation, REVOKED, log_rotation},
        sealing,
    },
    settle::settle,
    webhook::{Webhook, read_secret},
};

/// How often it is begun anew when others change the secret meanwhile.
const ATTEMPTS: usize = 5;
/// The longest text that is taken for a secret, in bytes.
const LONGEST: usize = 1_024;

/// What is known about the secret that posts to the webhook of a team are signed with. Never the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookSecret {
    /// The team.
    pub team_id: TeamId,
    /// Whether there is one.
    pub is_set: bool,
    /// The key of the key ring that it is wrapped with: `shared/3`.
    pub kms_key_id: Option<String>,
    /// The key of the key ring that the one before is wrapped with, as long as that is kept.
    pub previous_kms_key_id: Option<String>,
    /// Until when posts are signed with the one before as well.
    pub previous_expires_at: Option<Timestamp>,
}

impl From<&sql::GetTeamWebhookSecret> for WebhookSecret {
    fn from(row: &sql::GetTeamWebhookSecret) -> Self {
        Self {
            team_id: TeamId(row.id),
            is_set: row.webhook_secret.is_some(),
            kms_key_id: row.kms_key_id.clone(),
            previous_kms_key_id: row.previous_kms_key_id.clone(),
            previous_expires_at: row.previous_webhook_secret_expires_at,
        }
    }
}

/// What becomes of a secret.
struct Change<'a> {
    operation: &'static str,
    /// The new one, sealed; none any more if absent.
    sealed: Option<Vec<u8>>,
    how: &'a Replacing,
    reason: &'a str,
    action: &'static str,
}

impl Teams {
    /// What is known about the secret of a team's webhook. Fails with [`Error::NotFound`] when there is no such team.
    pub async fn webhook_secret(&self, id: TeamId) -> Result<WebhookSecret> {
        Ok((&self.stored_secret("get the webhook secret of a team", id).await?).into())
    }

    /// Has posts to the webhook of a team signed with this secret from now on, and with no other: `whsec_` and base64, or any other
    /// text of at most 1,024 bytes, whose bytes are used.
    pub async fn set_webhook_secret(
        &self,
        id: TeamId,
        secret: &SecretString,
        by: &Actor,
    ) -> Result<WebhookSecret> {
        const OPERATION: &str = "set the webhook secret of a team";
        let how = Replacing::at_once();
        let sealed = Some(self.seal_secret(OPERATION, id, secret).await?);
        let (reason, action) = (how.reason(), "team.webhook_secret_set");
        self.change(id, Change { operation: OPERATION, sealed, how: &how, reason, action }, by)
            .await
    }

    /// Replaces the secret of a team's webhook: with this one, or with a new random one, which is returned, for the receiver has
    /// to know it. Until the time of grace is over, posts are signed with both.
    pub async fn rotate_webhook_secret(
        &self,
        id: TeamId,
        secret: Option<SecretString>,
        how: &Replacing,
        by: &Actor,
    ) -> Result<(WebhookSecret, SecretString)> {
        const OPERATION: &str = "rotate the webhook secret of a team";
        how.check(OPERATION)?;
        let secret = secret.unwrap_or_else(|| self.random_secret());
        sealing::check_reason(OPERATION, how.reason(), &secret)?;
        let sealed = Some(self.seal_secret(OPERATION, id, &secret).await?);
        let (reason, action) = (how.reason(), "team.webhook_secret_rotated");
        let change = Change { operation: OPERATION, sealed, how, reason, action };
        Ok((self.change(id, change, by).await?, secret))
    }

    /// Has posts to the webhook of a team not signed any more. What is not there is not removed, which is no error.
    pub async fn remove_webhook_secret(&self, id: TeamId, by: &Actor) -> Result<WebhookSecret> {
        const OPERATION: &str = "remove the webhook secret of a team";
        let stored = self.stored_secret(OPERATION, id).await?;
        if stored.webhook_secret.is_none() {
            return Ok((&stored).into());
        }
        let how = Replacing::at_once();
        let (reason, action) = (REVOKED, "team.webhook_secret_removed");
        let change = Change { operation: OPERATION, sealed: None, how: &how, reason, action };
        self.change(id, change, by).await
    }

    /// The webhook of a team, which signs with its secret, and while it is rotated with the one before as well. `None` for a team
    /// without a webhook.
    ///
    /// The secret stays within what is returned. That it was opened is recorded for a tenant whose audit is
    /// [`Verbose`](crate::audit::LogLevel::Verbose), as other things are that happen with each call.
    pub async fn webhook(&self, id: TeamId) -> Result<Option<Webhook>> {
        const OPERATION: &str = "open the webhook of a team";
        let stored = self.stored_secret(OPERATION, id).await?;
        let Some(url) = &stored.webhook_url else { return Ok(None) };
        let secret = match &stored.webhook_secret {
            Some(sealed) => {
                Some(sealing::open(OPERATION, &self.0, &self.secret_place(id), sealed).await?)
            }
            None => None,
        };
        if secret.is_some() && self.0.policy(OPERATION).await?.is_verbose() {
            let opened = event("team.webhook_secret_opened", id, &Actor::system());
            self.0.record(&opened).await?;
        }
        let webhook = Webhook::new(url, secret)?;
        let until = stored.previous_webhook_secret_expires_at;
        match &stored.previous_webhook_secret {
            Some(sealed) if until.is_some_and(|until| self.0.shared.now() < until) => {
                let place = self.previous_secret_place(id);
                let previous = sealing::open(OPERATION, &self.0, &place, sealed).await?;
                webhook.with_previous_secret(&previous).map(Some)
            }
            _ => Ok(Some(webhook)),
        }
    }

    /// Removes the secrets before the latest rotation whose time is over, and says how many there were. Nothing is signed with them
    /// any more in any case; this takes them out of the database.
    pub async fn prune_webhook_secrets(&self, by: &Actor) -> Result<u64> {
        const OPERATION: &str = "prune the webhook secrets of teams";
        let tx = self.0.begin(OPERATION).await?;
        let pruned = sql::prune_team_webhook_secrets()
            .bind(&tx, self.0.tenant.as_uuid(), &self.0.shared.now())
            .all()
            .await;
        let (tx, pruned) = settle(OPERATION, tx, pruned).await?;
        if pruned.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        tx.audit_and_commit(&crate::secrets::pruned("webhook_secret", pruned.len(), by)).await?;
        Ok(pruned.len() as u64)
    }

    async fn change(&self, id: TeamId, change: Change<'_>, by: &Actor) -> Result<WebhookSecret> {
        let operation = change.operation;
        for _ in 0..ATTEMPTS {
            // Nothing is held while the key ring, which may be far away, is asked.
            let old = self.stored_secret(operation, id).await?;
            let previous = match (&old.webhook_secret, change.how.until(self.0.shared.now())) {
                (Some(sealed), Some(until)) => {
                    let (from, to) = (self.secret_place(id), self.previous_secret_place(id));
                    let before = sealing::open(operation, &self.0, &from, sealed).await?;
                    sealing::check_reason(operation, change.reason, &before)?;
                    Some((sealing::seal(operation, &self.0, &to, &before).await?, until))
                }
                _ => None,
            };
            if self.store_secret(id, &change, &old, previous, by).await? {
                return Ok((&self.stored_secret(operation, id).await?).into());
            }
        }
        let reason = "it was changed by others meanwhile, several times; try again".to_owned();
        Err(Error::Conflict { operation, reason })
    }

    /// False if there is another secret by now.
    async fn store_secret(
        &self,
        id: TeamId,
        change: &Change<'_>,
        old: &sql::GetTeamWebhookSecret,
        previous: Option<(Vec<u8>, Timestamp)>,
        by: &Actor,
    ) -> Result<bool> {
        let operation = change.operation;
        let (previous, until) = previous.unzip();
        let tx = self.0.begin(operation).await?;
        let set = sql::set_team_webhook_secret()
            .bind(
                &tx,
                &change.sealed,
                &previous,
                &until,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &old.webhook_secret,
            )
            .opt()
            .await;
        let (tx, set) = settle(operation, tx, set).await?;
        let Some(set) = set else {
            tx.rollback().await?;
            return Ok(false);
        };
        let rotation = NewRotation {
            kind: SecretKind::WebhookSecret,
            secret: id.0,
            old_key: old.kms_key_id.as_deref(),
            new_key: set.kms_key_id.as_deref(),
            reason: change.reason,
        };
        let tx = log_rotation(operation, &self.0, tx, &rotation, by).await?;
        let event = event(change.action, id, by)
            .with_detail("reason", change.reason)
            .with_detail("previous_expires_at", until.map(|at| at.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(true)
    }

    async fn stored_secret(
        &self,
        operation: &'static str,
        id: TeamId,
    ) -> Result<sql::GetTeamWebhookSecret> {
        let flight = self.0.flight(operation).await?;
        let row = sql::get_team_webhook_secret()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let missing = || Error::not_found(operation, format!("team {id}"));
        flight.land_found(row, missing).await
    }

    async fn seal_secret(
        &self,
        operation: &'static str,
        id: TeamId,
        secret: &SecretString,
    ) -> Result<Vec<u8>> {
        use secrecy::ExposeSecret;

        sealing::check_secret(operation, "webhook_secret", secret)?;
        let is_too_long = secret.expose_secret().len() > LONGEST;
        if is_too_long || read_secret(secret).is_err() {
            let reason = "expected whsec_ and base64, or another text of at most 1024 bytes";
            let input = InvalidInput::new("webhook_secret", reason);
            return Err(Error::InvalidInput { operation, input });
        }
        sealing::seal(operation, &self.0, &self.secret_place(id), secret).await
    }

    /// In the form of Standard Webhooks: `whsec_` and the base64 of 32 random bytes.
    fn random_secret(&self) -> SecretString {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        self.0.shared.entropy.fill(bytes.as_mut());
        // With room for all of it, so that no half of it stays behind when it grows.
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str("whsec_");
        STANDARD.encode_string(bytes.as_slice(), &mut text);
        SecretString::from(text.as_str())
    }

    fn secret_place(&self, id: TeamId) -> Place {
        Place { table: "teams", column: "webhook_secret", tenant: self.0.tenant, row: id.0 }
    }

    fn previous_secret_place(&self, id: TeamId) -> Place {
        Place { column: "previous_webhook_secret", ..self.secret_place(id) }
    }
}
