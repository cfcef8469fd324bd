use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::SecretString;

use super::{
    auth::{LOG_IN, RENEW},
    client::{Client, Inner},
    settings::VaultAuth,
};
use crate::error::{Error, Result};

/// How long a renewal that failed is not tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// How long a login that failed is the answer for everybody who needs one: a server that does not answer would else be waited for by one
/// caller after the other.
const FAILED: Duration = Duration::from_secs(3);
/// How often a role logs in at most because its token was refused: where it is refused again and again, each login would
/// leave a token behind.
const LOGIN_PAUSE: Duration = Duration::from_secs(10);
/// How long the task that renews sleeps at most: a later login may have a shorter lease.
const NAP: Duration = Duration::from_secs(60);
const SHORTEST_NAP: Duration = Duration::from_millis(100);

/// The login that is good now.
#[derive(Default)]
pub(super) struct Sessions {
    state: Mutex<State>,
    /// Held by who logs in or renews, so that only one does.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    failed: Option<Failed>,
}

/// A login that failed.
struct Failed {
    at: Timestamp,
    error: Error,
}

/// A login.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) token: SecretString,
    /// Tells it from earlier ones.
    pub(super) number: u64,
    pub(super) since: Timestamp,
    /// `None` for a token that does not expire, or of which nothing can be known.
    pub(super) lease: Option<Lease>,
}

#[derive(Clone, Copy)]
pub(super) struct Lease {
    pub(super) expires: Timestamp,
    /// Two thirds of it over.
    pub(super) renew_at: Timestamp,
    pub(super) renewable: bool,
}

impl Lease {
    /// `None` for one that never ends.
    pub(super) fn new(now: Timestamp, seconds: u64, renewable: bool) -> Option<Self> {
        let length = Duration::from_secs(seconds);
        let renew_at = later(now, length * 2 / 3);
        (seconds > 0).then(|| Self { expires: later(now, length), renew_at, renewable })
    }
}

impl Sessions {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Option<Session> {
        self.state().session.clone()
    }

    fn keep(&self, session: Session) {
        *self.state() = State { session: Some(session), failed: None };
    }

    /// The number of the login after this one.
    fn next_number(&self) -> u64 {
        self.state().session.as_ref().map_or(1, |it| it.number + 1)
    }

    /// The session, if it is good; the error of a login that failed just now.
    fn good(&self, now: Timestamp) -> Result<Option<Session>> {
        let state = self.state();
        let has_ended = |it: &Session| it.lease.is_some_and(|it| it.expires <= now);
        if let Some(session) = state.session.as_ref().filter(|it| !has_ended(it)) {
            return Ok(Some(session.clone()));
        }
        match &state.failed {
            Some(failed) if failed.is_fresh(now) => Err(again(&failed.error)),
            _ => Ok(None),
        }
    }

    fn has_failed(&self, now: Timestamp) -> Result<()> {
        match &self.state().failed {
            Some(failed) if failed.is_fresh(now) => Err(again(&failed.error)),
            _ => Ok(()),
        }
    }
}

impl Failed {
    /// One of a clock that was set back is not.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.at <= now && now < later(self.at, FAILED)
    }
}

impl Client {
    /// The token to use now, and the number of its login. Logs in, or renews, if it is time to. A renewal keeps nobody else from the
    /// token that is still good.
    pub(super) async fn session(&self, operation: &'static str) -> Result<(SecretString, u64)> {
        let sessions = &self.0.sessions;
        let session = match sessions.good(self.0.clock.now())? {
            Some(session) if self.0.is_due(&session) => match sessions.turn.try_lock() {
                Ok(_turn) => self.0.prolong(session).await,
                Err(_) => session,
            },
            Some(session) => session,
            None => self.log_in_once(operation).await?,
        };
        Ok((session.token, session.number))
    }

    /// One of all who wait here logs in; what comes of it is for all of them.
    async fn log_in_once(&self, operation: &'static str) -> Result<Session> {
        let sessions = &self.0.sessions;
        let _turn = sessions.turn.lock().await;
        if let Some(session) = sessions.good(self.0.clock.now())? {
            return Ok(session);
        }
        self.log_in_now(operation).await
    }

    /// To be called by who has the turn.
    async fn log_in_now(&self, operation: &'static str) -> Result<Session> {
        let sessions = &self.0.sessions;
        match self.0.log_in(operation, sessions.next_number()).await {
            Ok(session) => {
                sessions.keep(session.clone());
                self.keep();
                Ok(session)
            }
            Err(error) => {
                let at = self.0.clock.now();
                sessions.state().failed = Some(Failed { at, error: again(&error) });
                Err(error)
            }
        }
    }

    /// What to do about a 403 with the token of this login: another token, if that may help.
    pub(super) async fn after_refusal(
        &self,
        operation: &'static str,
        number: u64,
    ) -> Result<Option<SecretString>> {
        let sessions = &self.0.sessions;
        let newer = |session: &Session| session.number != number;
        let Some(session) = sessions.current() else { return Ok(None) };
        if newer(&session) {
            return Ok(Some(session.token));
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
        let _turn = sessions.turn.lock().await;
        if let Some(session) = sessions.current().filter(newer) {
            return Ok(Some(session.token));
        }
        let now = self.0.clock.now();
        if now < later(session.since, LOGIN_PAUSE) {
            return Ok(None);
        }
        sessions.has_failed(now)?;
        self.log_in_now(operation).await.map(|it| Some(it.token))
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
                let Some(wait) = inner.until_renewal() else { return };
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
    fn is_due(&self, session: &Session) -> bool {
        session.lease.is_some_and(|it| it.renew_at <= self.clock.now())
    }

    /// Renews the token, or replaces it, and gives what to use now. As long as it is good, failing to is no error. To be called by who has
    /// the turn.
    async fn prolong(&self, seen: Session) -> Session {
        // Another may have done it meanwhile.
        let session = self.sessions.current().unwrap_or(seen);
        let Some(lease) = session.lease.filter(|_| self.is_due(&session)) else { return session };
        let next = match self.renewed(&session, lease).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, expires = %lease.expires, "the token of Vault is not renewed");
                let renew_at = later(self.clock.now(), PAUSE).min(lease.expires);
                Session { lease: Some(Lease { renew_at, ..lease }), ..session }
            }
        };
        self.sessions.keep(next.clone());
        next
    }

    async fn renewed(&self, session: &Session, lease: Lease) -> Result<Session> {
        let with = |lease| Session { lease: Some(lease), ..session.clone() };
        let is_role = matches!(self.auth, VaultAuth::AppRole { .. });
        let renewed = if lease.renewable {
            self.renew(&session.token, lease).await
        } else if is_role {
            Ok(None)
        } else {
            // It ends when it ends.
            return Ok(with(Lease { renew_at: lease.expires, ..lease }));
        };
        match renewed {
            Ok(Some(lease)) => Ok(with(lease)),
            Ok(None) | Err(Error::Denied { .. }) if is_role => {
                self.log_in(RENEW, session.number + 1).await
            }
            // It does not end any more.
            Ok(None) => Ok(Session { lease: None, ..session.clone() }),
            Err(error) => Err(error),
        }
    }

    /// How long until the token should be renewed. `None` for one that cannot be.
    fn until_renewal(&self) -> Option<Duration> {
        let lease = self.sessions.current()?.lease?;
        if !lease.renewable && matches!(self.auth, VaultAuth::Token(_)) {
            return None;
        }
        let wait = self.clock.now().duration_until(lease.renew_at);
        Some(Duration::try_from(wait).unwrap_or_default())
    }
}

/// The same error, for another who waited for it.
fn again(error: &Error) -> Error {
    match error {
        Error::Denied { operation, reason } => Error::Denied { operation, reason: reason.clone() },
        Error::Corrupt { operation, what, reason } => {
            Error::Corrupt { operation, what: what.clone(), reason: reason.clone() }
        }
        Error::Unsupported { operation, reason } => {
            Error::Unsupported { operation, reason: reason.clone() }
        }
        Error::Unavailable { operation, reason, .. } => {
            Error::Unavailable { operation, reason: reason.clone(), source: None }
        }
        other => Error::Unavailable { operation: LOG_IN, reason: other.to_string(), source: None },
    }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
