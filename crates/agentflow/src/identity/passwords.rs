use std::{fmt, sync::Arc, time::Duration};

use agentflow_core::{InvalidInput, random::Entropy};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    config::Config,
    error::{Error, Result},
};

/// bcrypt reads no more than this; cutting off in silence has let people in with half a password. (The functions of the
/// library that refuse for themselves refuse 72 bytes as well, which are fine.)
const MAX_BYTES: usize = 72;
/// NIST SP 800-63B-4, 3.1.1.2: at least eight characters.
const MIN_CHARACTERS: usize = 8;
/// How long a password waits for room to be hashed: a wave of logins must not pile up without end.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Hashes passwords with bcrypt, on threads of their own and only so many at once.
#[derive(Clone)]
pub(crate) struct PasswordHasher {
    cost: u32,
    jobs: Arc<Semaphore>,
    entropy: Arc<dyn Entropy>,
    rounds: Rounds,
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// What a comparison found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Whether it is the password.
    pub(crate) is_equal: bool,
    /// Whether the stored hash was made at a lower cost than is asked for now.
    pub(crate) is_outdated: bool,
}

impl PasswordHasher {
    pub(crate) fn new(config: &Config, entropy: Arc<dyn Entropy>) -> Self {
        let settings = config.passwords;
        let jobs = Arc::new(Semaphore::new(settings.jobs));
        Self { cost: settings.cost, jobs, entropy, rounds: Rounds::default() }
    }

    /// Refuses what cannot be a password, without computing anything.
    pub(crate) fn check(operation: &'static str, password: &SecretString) -> Result<()> {
        check(password.expose_secret()).map_err(Error::invalid(operation))
    }

    /// The hash of a new password. One that is too short or too long is refused before anything is computed.
    pub(crate) async fn hash(
        &self,
        operation: &'static str,
        password: &SecretString,
    ) -> Result<String> {
        Self::check(operation, password)?;
        let mut salt = [0_u8; 16];
        self.entropy.fill(&mut salt);
        let (password, cost) = (password.clone(), self.cost);
        self.run(operation, move || {
            bcrypt::hash_with_salt(password.expose_secret(), cost, salt)
                .map(|parts| parts.to_string())
                .map_err(|error| broken(operation, &error))
        })
        .await
    }

    /// Compares a password with a stored hash. Without one it takes as long and never matches, so that nobody learns
    /// from the time whether there is such a user. (Stored hashes of a higher cost than today's do take longer.)
    pub(crate) async fn compare(
        &self,
        operation: &'static str,
        password: &SecretString,
        hash: Option<String>,
    ) -> Result<Comparison> {
        // What cannot be anybody's password is compared all the same.
        let is_possible = check(password.expose_secret()).is_ok() && hash.is_some();
        let (password, cost, rounds) = (password.clone(), self.cost, self.rounds.clone());
        let hash = hash.unwrap_or_else(|| hash_of_nobody(cost));
        self.run(operation, move || {
            let compare = |hash: &str| {
                rounds.add(cost_of(hash));
                bcrypt::verify(password.expose_secret(), hash).map_err(|e| broken(operation, &e))
            };
            let is_equal = compare(&hash)? && is_possible;
            // Each step of the cost doubles the time, so one comparison at each step that is missing adds up to the
            // rest. For the right password too: it may be refused for another reason.
            for lower in cost_of(&hash)..cost {
                compare(&hash_of_nobody(lower))?;
            }
            Ok(Comparison { is_equal, is_outdated: cost_of(&hash) < cost })
        })
        .await
    }

    /// How many rounds comparisons have taken so far.
    #[cfg(test)]
    pub(crate) fn rounds(&self) -> u64 {
        self.rounds.count.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Runs a job when there is room for it, within half a minute. The room is given back when the job ends, not when its caller goes away.
    async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let unavailable = |reason: &str| Error::Unavailable {
            operation,
            reason: reason.to_owned(),
            source: None,
        };
        let stopped = || unavailable("the runtime shuts down");
        let busy = || {
            unavailable(
                "too many passwords wait to be hashed; raise AF_PASSWORD_JOBS, or put a rate limit in front",
            )
        };
        let jobs = Arc::clone(&self.jobs);
        let room = timeout(LONGEST_WAIT, jobs.acquire_owned()).await.map_err(|_| busy())?;
        let room = room.map_err(|_| stopped())?;
        let result = tokio::task::spawn_blocking(move || {
            let _room = room;
            job()
        });
        result.await.map_err(|_| stopped())?
    }
}

/// What may be a password here.
fn check(password: &str) -> Result<(), InvalidInput> {
    let refuse = |reason: &str| Err(InvalidInput::new("password", reason));
    if password.chars().count() < MIN_CHARACTERS {
        return refuse("expected at least 8 characters");
    }
    if password.len() > MAX_BYTES {
        return refuse("expected at most 72 bytes, which is all that bcrypt reads");
    }
    if password.contains('\0') {
        return refuse("the character U+0000 ends a password for bcrypt");
    }
    Ok(())
}

/// A well-formed hash that no password is known for.
fn hash_of_nobody(cost: u32) -> String {
    format!("$2b${cost:02}$abcdefghijklmnopqrstuu{}", ".".repeat(31))
}

/// What it costs to compare with a hash, whose third field it is.
fn cost_of(hash: &str) -> u32 {
    hash.get(4..6).and_then(|cost| cost.parse().ok()).unwrap_or(u32::MAX)
}

/// How many rounds of bcrypt comparisons took: their time, in a form that tests can rely on.
#[derive(Clone, Default)]
struct Rounds {
    #[cfg(test)]
    count: Arc<std::sync::atomic::AtomicU64>,
}

impl Rounds {
    #[cfg(test)]
    fn add(&self, cost: u32) {
        self.count.fetch_add(1 << cost, std::sync::atomic::Ordering::Relaxed);
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests count")]
    fn add(&self, _cost: u32) {}
}

/// The stored hash is none, which its CHECK does not let in.
fn broken(operation: &'static str, error: &bcrypt::BcryptError) -> Error {
    Error::Conflict { operation, reason: format!("the stored password cannot be read: {error}") }
}

#[cfg(test)]
mod tests;
