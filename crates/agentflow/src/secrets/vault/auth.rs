use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use vaultrs::api::{
    auth::approle::requests::LoginWithApproleRequest,
    token::requests::{LookupTokenSelfRequest, RenewTokenSelfRequest},
};

use super::{
    client::{Answer, Client, Inner},
    settings::VaultAuth,
    text::Text,
};
use crate::error::{Error, Result};

const LOG_IN: &str = "log in to Vault";
const RENEW: &str = "renew the token of Vault";
/// How long a renewal that failed is not tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// How often a role logs in at most because its token was refused: where it is refused again and again, each login would
/// leave a token behind.
const LOGIN_PAUSE: Duration = Duration::from_secs(10);
/// How long the task that renews sleeps at most: a later login may have a shorter lease.
const NAP: Duration = Duration::from_secs(60);
const SHORTEST_NAP: Duration = Duration::from_millis(100);

/// A login.
pub(super) struct Session {
    token: SecretString,
    /// Tells it from earlier ones.
    number: u64,
    since: Timestamp,
    /// `None` for a token that does not expire, or of which nothing can be known.
    lease: Option<Lease>,
}

#[derive(Clone, Copy)]
struct Lease {
    expires: Timestamp,
    /// Two thirds of it over.
    renew_at: Timestamp,
    renewable: bool,
}

impl Lease {
    /// `None` for one that never ends.
    fn new(now: Timestamp, seconds: u64, renewable: bool) -> Option<Self> {
        let length = Duration::from_secs(seconds);
        let renew_at = later(now, length * 2 / 3);
        (seconds > 0).then(|| Self { expires: later(now, length), renew_at, renewable })
    }
}

/// What a login and a renewal answer.
#[derive(Deserialize)]
struct LoggedIn {
    auth: Option<Granted>,
}

#[derive(Deserialize)]
struct Granted {
    client_token: Text,
    lease_duration: u64,
    renewable: bool,
}

/// What is known about a token.
#[derive(Deserialize)]
struct LookedUp {
    data: Token,
}

#[derive(Deserialize)]
struct Token {
    ttl: u64,
    #[serde(default)]
    renewable: bool,
}

impl Client {
    /// The token to use now, and the number of its login. Logs in, or renews, if it is time to.
    pub(super) async fn session(&self, operation: &'static str) -> Result<(SecretString, u64)> {
        let mut slot = self.0.session.lock().await;
        let now = self.0.clock.now();
        let lease = slot.as_ref().and_then(|it| it.lease);
        let has_ended = slot.is_none() || lease.is_some_and(|it| it.expires <= now);
        if !has_ended && lease.is_some_and(|it| it.renew_at <= now) {
            self.0.prolong(&mut slot).await;
        }
        if has_ended {
            let number = slot.as_ref().map_or(1, |it| it.number + 1);
            *slot = Some(self.0.log_in(operation, number).await?);
            self.keep();
        }
        let session = slot.as_ref().ok_or(Error::Unauthenticated { operation })?;
        Ok((session.token.clone(), session.number))
    }

    /// What to do about a 403 with the token of this login: another token, if that may help.
    pub(super) async fn after_refusal(
        &self,
        operation: &'static str,
        number: u64,
    ) -> Result<Option<SecretString>> {
        let mut slot = self.0.session.lock().await;
        let Some(session) = slot.as_ref() else { return Ok(None) };
        if session.number != number {
            return Ok(Some(session.token.clone()));
        }
        let answer = self.0.look_up(operation, &session.token).await?;
        if answer.status != StatusCode::FORBIDDEN {
            return Ok(None);
        }
        if matches!(self.0.auth, VaultAuth::Token(_)) {
            let reason = format!(
                "{} does not accept the token: it has expired or was revoked, or its policies allow nothing; set a new one",
                self.origin()
            );
            return Err(Error::Denied { operation, reason });
        }
        if self.0.clock.now() < later(session.since, LOGIN_PAUSE) {
            return Ok(None);
        }
        let session = self.0.log_in(operation, number + 1).await?;
        let token = session.token.clone();
        *slot = Some(session);
        drop(slot);
        self.keep();
        Ok(Some(token))
    }

    /// Starts the task that renews the token while nobody calls; without it, a token that is used once a day would expire.
    fn keep(&self) {
        let mut keeper = self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if keeper.as_ref().is_some_and(|it| !it.is_finished()) {
            return;
        }
        let weak = Arc::downgrade(&self.0);
        let task = tokio::spawn(async move {
            loop {
                let Some(inner) = weak.upgrade() else { return };
                let Some(wait) = inner.until_renewal().await else { return };
                drop(inner);
                tokio::time::sleep(wait.clamp(SHORTEST_NAP, NAP)).await;
                let Some(inner) = weak.upgrade() else { return };
                if let Err(error) = Self(inner).session(RENEW).await {
                    tracing::warn!(%error, "the token of Vault could not be replaced");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        });
        *keeper = Some(task.abort_handle());
    }
}

impl Inner {
    async fn log_in(&self, operation: &'static str, number: u64) -> Result<Session> {
        let (token, lease) = match &self.auth {
            VaultAuth::Token(token) => {
                let answer = self.look_up(operation, token).await?;
                // A token may be good for something without being allowed to ask about itself.
                let lease = if answer.status == StatusCode::FORBIDDEN {
                    None
                } else {
                    let token = answer.accepted(operation)?.read::<LookedUp>(operation)?.data;
                    Lease::new(self.clock.now(), token.ttl, token.renewable)
                };
                (token.clone(), lease)
            }
            VaultAuth::AppRole { role_id, secret_id, mount } => {
                let granted = self.use_role(role_id, secret_id, mount).await?;
                let now = self.clock.now();
                let lease = Lease::new(now, granted.lease_duration, granted.renewable);
                (granted.client_token.0, lease)
            }
        };
        Ok(Session { token, number, since: self.clock.now(), lease })
    }

    async fn use_role(&self, role: &str, secret_id: &SecretString, mount: &str) -> Result<Granted> {
        let request = LoginWithApproleRequest::builder()
            .mount(mount)
            .role_id(role)
            .secret_id(secret_id.expose_secret())
            .build();
        let request = super::request(LOG_IN, request)?;
        let answer = self.send(LOG_IN, &request, None).await?;
        // 400 as well, whatever is wrong with the two.
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN) {
            let reason = format!(
                "{} does not accept the role with this secret id; it may have expired, or be used up",
                answer.place()
            );
            return Err(Error::Denied { operation: LOG_IN, reason });
        }
        granted(LOG_IN, &answer.accepted(LOG_IN)?)
    }

    /// Renews the token, or replaces it. As long as it is good, failing to is no error.
    async fn prolong(&self, slot: &mut Option<Session>) {
        let Some(session) = slot else { return };
        let Some(lease) = session.lease else { return };
        let renewed = if lease.renewable {
            self.renew(&session.token, lease).await
        } else if matches!(self.auth, VaultAuth::AppRole { .. }) {
            Ok(None)
        } else {
            // It ends when it ends.
            session.lease = Some(Lease { renew_at: lease.expires, ..lease });
            return;
        };
        let outcome = match renewed {
            Ok(Some(lease)) => {
                session.lease = Some(lease);
                return;
            }
            Ok(None) | Err(Error::Denied { .. })
                if matches!(self.auth, VaultAuth::AppRole { .. }) =>
            {
                self.log_in(RENEW, session.number + 1).await
            }
            Ok(None) => return,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(next) => *slot = Some(next),
            Err(error) => {
                tracing::warn!(%error, expires = %lease.expires, "the token of Vault is not renewed");
                let renew_at = later(self.clock.now(), PAUSE).min(lease.expires);
                session.lease = Some(Lease { renew_at, ..lease });
            }
        }
    }

    /// `None` when it is good for nothing more: the token does not last longer than before.
    async fn renew(&self, token: &SecretString, before: Lease) -> Result<Option<Lease>> {
        let request = super::request(RENEW, RenewTokenSelfRequest::builder().build())?;
        let answer = self.send(RENEW, &request, Some(token)).await?;
        if answer.status == StatusCode::BAD_REQUEST {
            return Ok(self.at_its_end(before));
        }
        let granted = granted(RENEW, &answer.accepted(RENEW)?)?;
        let lease = Lease::new(self.clock.now(), granted.lease_duration, granted.renewable);
        Ok(match lease {
            // At its longest life, a renewal answers what is left.
            Some(lease) if lease.expires <= before.expires => self.at_its_end(before),
            lease => lease,
        })
    }

    /// A token that is at the end of its longest life: a role logs in again, a token is used until it ends.
    fn at_its_end(&self, lease: Lease) -> Option<Lease> {
        matches!(self.auth, VaultAuth::Token(_)).then_some(Lease {
            renew_at: lease.expires,
            renewable: false,
            ..lease
        })
    }

    async fn look_up(&self, operation: &'static str, token: &SecretString) -> Result<Answer> {
        let request = super::request(operation, LookupTokenSelfRequest::builder().build())?;
        self.send(operation, &request, Some(token)).await
    }

    /// How long until the token should be renewed. `None` for one that cannot be.
    async fn until_renewal(&self) -> Option<Duration> {
        let lease = self.session.lock().await.as_ref()?.lease?;
        if !lease.renewable && matches!(self.auth, VaultAuth::Token(_)) {
            return None;
        }
        let wait = self.clock.now().duration_until(lease.renew_at);
        Some(Duration::try_from(wait).unwrap_or_default())
    }
}

fn granted(operation: &'static str, answer: &Answer) -> Result<Granted> {
    answer.read::<LoggedIn>(operation)?.auth.ok_or_else(|| Error::Corrupt {
        operation,
        what: format!("the answer of {}", answer.place()),
        reason: "it holds no token".to_owned(),
    })
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
