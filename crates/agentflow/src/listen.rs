//! Hearing what the database tells, over a connection of its own.

use std::{fmt, time::Duration};

use agentflow_core::random::Entropy;
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender},
        watch,
    },
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_postgres::{Client, Notification, SimpleQueryMessage};

use crate::{
    error::{Error, Result},
    store::Shared,
};

/// What is listened for.
pub(crate) struct Channel<T> {
    /// What the database calls it.
    pub(crate) name: &'static str,
    /// What failed when listening does.
    pub(crate) operation: &'static str,
    /// What is found by polling while nothing is heard, in the plural.
    pub(crate) subject: &'static str,
    /// Reads what was told; none for what nobody here understands.
    pub(crate) read: fn(&str) -> Option<T>,
}

/// What the server needs for an answer at most; it is given up after that.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pauses before another attempt double from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Which process of which server answers: the same for as long as a connection is one to a server itself.
const WHO_ANSWERS: &str = "SELECT pg_backend_pid() || ' ' || pg_postmaster_start_time()";

/// How engines of rules hear of changes that others make, and workers of runs that are due.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Listening {
    /// Not at all: what would listen is not running.
    #[default]
    Off,
    /// The database tells at once.
    On,
    /// There is no connection that it could tell over, and another attempt is due. Until then everything is found by polling.
    Lost(Error),
    /// Everything is found by polling alone: a pooler in transaction mode is in between, which passes nothing on, or listening
    /// was not wanted.
    Polling,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::On => f.write_str("listening"),
            Self::Lost(error) => write!(f, "polling until the connection is back: {error}"),
            Self::Polling => f.write_str("polling"),
        }
    }
}

/// What a listener tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard<T> {
    /// From here on everything is told. What happened before may not have been.
    Began,
    /// This was told.
    Changed(T),
}

/// How an attempt to listen ended.
enum Ended {
    /// It is no use to try again.
    Pooled,
    Lost(Error),
}

/// Listens for as long as it is polled, and connects again when the connection is lost.
pub(crate) async fn listen<T>(
    shared: &Shared,
    channel: &Channel<T>,
    check: Duration,
    tell: UnboundedSender<Heard<T>>,
    state: &watch::Sender<Listening>,
) {
    let mut failures = 0;
    loop {
        let ended = listen_once(shared, channel, check, &tell, state).await;
        match ended {
            Ended::Pooled => {
                tracing::info!(
                    "a pooler in transaction mode is in between, so {} are found by polling",
                    channel.subject
                );
                state.send_replace(Listening::Polling);
                return std::future::pending().await;
            }
            Ended::Lost(error) => {
                tracing::warn!(%error, "{} are found by polling for now", channel.subject);
                let before = state.send_replace(Listening::Lost(error));
                if matches!(before, Listening::On) {
                    failures = 0;
                }
            }
        }
        sleep(pause(failures, &*shared.entropy)).await;
        failures += 1;
    }
}

/// A connection over which the server tells of changes.
struct Subscription {
    client: Client,
    notifications: UnboundedReceiver<Notification>,
    /// Who answers at its other end.
    server: Option<String>,
}

impl Subscription {
    /// None where it would hear nothing.
    async fn open<T>(shared: &Shared, channel: &Channel<T>) -> Result<Option<Self>> {
        let operation = channel.operation;
        let (client, notifications) = shared.pool.connect_and_hear().await?;
        let server = who_answers(operation, &client).await?;
        let second = shared.pool.connect().await?;
        // Two connections that are open at once have two processes, but for a pooler that lends one to both.
        let is_pooled = who_answers(operation, &second).await? == server;
        if is_pooled {
            return Ok(None);
        }
        let listening = client.batch_execute(&format!("LISTEN {}", channel.name)).await;
        listening.map_err(|error| Error::from_postgres(operation, error))?;
        Ok(Some(Self { client, notifications, server }))
    }
}

async fn listen_once<T>(
    shared: &Shared,
    channel: &Channel<T>,
    check: Duration,
    tell: &UnboundedSender<Heard<T>>,
    state: &watch::Sender<Listening>,
) -> Ended {
    let operation = channel.operation;
    let Subscription { client, mut notifications, server } =
        match in_time(operation, Subscription::open(shared, channel)).await {
            Ok(Some(subscription)) => subscription,
            Ok(None) => return Ended::Pooled,
            Err(error) => return Ended::Lost(error),
        };
    state.send_replace(Listening::On);
    // Nobody is left to tell when this fails, and then nobody polls this either.
    let _ = tell.send(Heard::Began);
    let mut checks = interval(check);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            heard = notifications.recv() => match heard {
                Some(heard) if heard.channel() == channel.name => {
                    if let Some(told) = (channel.read)(heard.payload()) {
                        let _ = tell.send(Heard::Changed(told));
                    }
                }
                Some(_) => {}
                None => return Ended::Lost(lost(operation, "the connection to PostgreSQL was lost".to_owned())),
            },
            // A connection that died without a word looks like one on which nothing happens.
            _ = checks.tick() => match in_time(operation, who_answers(operation, &client)).await {
                Ok(answered) if answered == server => {}
                // Too busy a pooler to be found out before.
                Ok(_) => return Ended::Pooled,
                Err(error) => return Ended::Lost(error),
            },
        }
    }
}

async fn who_answers(operation: &'static str, client: &Client) -> Result<Option<String>> {
    // Without preparing anything, which not every pooler keeps.
    let answers = client.simple_query(WHO_ANSWERS).await;
    let answers = answers.map_err(|error| Error::from_postgres(operation, error))?;
    Ok(answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}

async fn in_time<T>(operation: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| {
        Err(lost(
            operation,
            format!("PostgreSQL did not answer for {} seconds", PATIENCE.as_secs()),
        ))
    })
}

fn lost(operation: &'static str, reason: String) -> Error {
    Error::Unavailable { operation, reason, source: None }
}

/// Between half and the whole of a time that doubles, so that those who lost their connections together do not come back
/// together.
fn pause(failures: u32, entropy: &dyn Entropy) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE);
    let mut random = [0_u8; 2];
    entropy.fill(&mut random);
    let half = whole / 2;
    half + half.mul_f64(f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use agentflow_core::random::Generator;

    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_differ() {
        let entropy = Generator::seeded(1);
        for (failures, whole) in [(0, 200), (1, 400), (3, 1_600), (8, 30_000), (u32::MAX, 30_000)] {
            let whole = Duration::from_millis(whole);
            let taken: Vec<_> = (0..50).map(|_| pause(failures, &entropy)).collect();
            assert!(taken.iter().all(|it| (whole / 2..=whole).contains(it)), "{taken:?}");
            let (low, high) = (taken.iter().min().unwrap(), taken.iter().max().unwrap());
            assert!(high.saturating_sub(*low) > whole / 4, "{low:?} to {high:?}");
        }
    }
}
