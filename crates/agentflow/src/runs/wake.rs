//! Telling workers that runs are due, so that they need not ask often.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_postgres::Client;

use super::Queue;
use crate::{
    error::{Error, Result},
    listen::Channel,
    pool::Pool,
};

const OPERATION: &str = "wake workers";

/// What workers listen for.
pub(super) const DUE: Channel<()> = Channel {
    name: "agentflow_runs",
    operation: "listen for runs that are due",
    subject: "runs that are due",
    read: |_| Some(()),
};

/// Without a payload, so that the server folds repetitions.
const NOTIFY: &str = "NOTIFY agentflow_runs";

/// The shortest time between two notices: committing one takes a lock of the whole server.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the connection stays open after the last one.
const IDLE: Duration = Duration::from_secs(10);

/// What the server needs for an answer at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells workers, of this process and of others, that runs are due: over a connection of its own, and once for whatever came
/// in a short time. Whoever hears nothing polls, so that nothing depends on it.
#[derive(Clone, Default)]
pub(crate) struct Waker(Arc<State>);

#[derive(Default)]
struct State {
    task: Mutex<Task>,
    wanted: Notify,
}

#[derive(Default)]
struct Task {
    is_running: bool,
    /// Whether it has something to tell.
    is_wanted: bool,
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waker(..)")
    }
}

impl Waker {
    /// Has workers told soon. To be called once what is due is committed. Never waits, and never fails.
    pub(crate) fn wake(&self, pool: &Pool) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.0.begins() {
            return self.0.wanted.notify_one();
        }
        let running = Running { state: Arc::clone(&self.0), has_ended: false };
        let pool = pool.clone();
        runtime.spawn(async move { running.tell(&pool).await });
    }
}

impl State {
    fn task(&self) -> MutexGuard<'_, Task> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that there is something to tell, and whether a task is to begin for that.
    fn begins(&self) -> bool {
        let mut task = self.task();
        task.is_wanted = true;
        !std::mem::replace(&mut task.is_running, true)
    }

    /// Whether there is nothing to tell. What is wanted from here on finds no task, and begins one.
    fn ends(&self) -> bool {
        let mut task = self.task();
        task.is_running = task.is_wanted;
        !task.is_running
    }
}

/// Tells workers now, over a connection for this alone.
pub(super) async fn wake_now(pool: &Pool) -> Result<()> {
    let told = async {
        let client = pool.connect().await?;
        notify(&client).await
    };
    timeout(PATIENCE, told).await.unwrap_or_else(|_| Err(no_answer()))
}

/// The task that tells; another can begin when it ends, however it does.
struct Running {
    state: Arc<State>,
    has_ended: bool,
}

impl Running {
    async fn tell(mut self, pool: &Pool) {
        let mut client = None;
        loop {
            let is_wanted = std::mem::take(&mut self.state.task().is_wanted);
            if !is_wanted {
                if timeout(IDLE, self.state.wanted.notified()).await.is_err() && self.state.ends() {
                    self.has_ended = true;
                    return;
                }
                continue;
            }
            client = match told(client, pool).await {
                Ok(client) => Some(client),
                Err(error) => {
                    tracing::debug!(%error, "workers were not told that runs are due; they find it by polling");
                    None
                }
            };
            sleep(PAUSE).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Together with the runtime that it was on, or on a panic.
        if !self.has_ended {
            self.state.task().is_running = false;
        }
    }
}

async fn told(client: Option<Client>, pool: &Pool) -> Result<Client> {
    let told = async {
        let client = match client.filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => pool.connect().await?,
        };
        notify(&client).await?;
        Ok(client)
    };
    timeout(PATIENCE, told).await.unwrap_or_else(|_| Err(no_answer()))
}

async fn notify(client: &Client) -> Result<()> {
    // Without preparing anything, which not every pooler keeps.
    let done = client.batch_execute(NOTIFY).await;
    done.map_err(|error| Error::from_postgres(OPERATION, error))
}

fn no_answer() -> Error {
    let reason = format!("PostgreSQL did not answer for {} seconds", PATIENCE.as_secs());
    Error::Unavailable { operation: OPERATION, reason, source: None }
}

impl Queue {
    /// Tells workers now that runs are due, and returns when they were told. Whatever makes runs due does so by itself, but a little
    /// later: this is for programs that end before.
    pub async fn wake(&self) -> Result<()> {
        wake_now(&self.0.pool).await
    }
}
