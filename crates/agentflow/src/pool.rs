//! Connections: kept, lent, and thrown away when their state is not known.

use std::{
    fmt,
    ops::Deref,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use agentflow_core::random::Entropy;
use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, RecyclingMethod, Runtime,
};
use futures::{StreamExt, poll, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_postgres::{AsyncMessage, NoTls, Notification};

use crate::{
    config::Config,
    connect::Connector,
    error::{Error, Result},
    observe,
};

/// Older connections are replaced, so that a failover or a changed DNS name is noticed.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

#[derive(Clone)]
pub(crate) struct Pool {
    connections: deadpool_postgres::Pool,
    connector: Connector,
    kept: usize,
    slow_after: Option<Duration>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("status", &self.connections.status()).finish_non_exhaustive()
    }
}

impl Pool {
    /// Makes the pool. Nothing connects yet.
    pub(crate) fn new(config: &Config, entropy: Arc<dyn Entropy>) -> Result<Self> {
        let conninfo = config.conninfo()?;
        let connector = Connector::new(conninfo, entropy)?;
        // Lent connections are either clean or thrown away, so there is nothing to reset.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(conninfo.driver.clone(), connector.clone(), recycling);
        let connections = deadpool_postgres::Pool::builder(manager)
            .max_size(config.pool_size + config.pool_overflow)
            .wait_timeout(Some(config.acquire_timeout))
            .runtime(Runtime::Tokio1)
            .pre_recycle(Hook::sync_fn(|_, metrics| {
                if metrics.age() > MAX_AGE { Err(HookError::message("too old")) } else { Ok(()) }
            }))
            .build()
            .map_err(|error| Error::Unavailable {
                operation: "build the connection pool",
                reason: error.to_string(),
                source: None,
            })?;
        Ok(Self { connections, connector, kept: config.pool_size, slow_after: config.slow_after })
    }

    /// Borrows a connection, opening one if none is free and the limit allows it.
    pub(crate) async fn get(&self) -> Result<Connection> {
        let mut get = pin!(self.connections.get());
        // Where one is idle, nobody waits, and nobody needs to look at a clock.
        let got = match poll!(&mut get) {
            Poll::Ready(got) => {
                observe::waited_for_connection(Duration::ZERO);
                got
            }
            Poll::Pending => {
                let _waiting = Waiting(Instant::now());
                get.await
            }
        };
        let object = got.map_err(Error::from_pool).inspect_err(|it| observe::failed(it.kind()))?;
        Ok(Connection {
            object: Some(object),
            clean: AtomicBool::new(true),
            kept: self.kept,
            slow_after: self.slow_after,
        })
    }

    /// Opens a connection of its own, outside the pool.
    pub(crate) async fn connect(&self) -> Result<tokio_postgres::Client> {
        self.connect_raw().await.map_err(Error::from_connect)
    }

    /// The same, with the error of the driver.
    pub(crate) async fn connect_raw(
        &self,
    ) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
        Ok(self.connector.open().await?.0)
    }

    /// Opens a connection of its own that passes on what others notify it of. What is received ends with the connection.
    pub(crate) async fn connect_and_hear(
        &self,
    ) -> Result<(tokio_postgres::Client, UnboundedReceiver<Notification>)> {
        let (tell, heard) = unbounded_channel();
        let client = if let Some(tls) = self.connector.tls() {
            let opened = self.connector.open_with(tls).await;
            let (client, connection) = opened.map_err(Error::from_connect)?;
            tokio::spawn(pass_on(connection, tell));
            client
        } else {
            let opened = self.connector.open_with(&NoTls).await;
            let (client, connection) = opened.map_err(Error::from_connect)?;
            tokio::spawn(pass_on(connection, tell));
            client
        };
        Ok((client, heard))
    }

    /// Connections open now, and how many of them are idle.
    pub(crate) fn usage(&self) -> (usize, usize) {
        let status = self.connections.status();
        (status.size, status.available)
    }

    /// How many connections may be open at once.
    pub(crate) fn limit(&self) -> usize {
        self.connections.status().max_size
    }

    pub(crate) fn close(&self) {
        self.connections.close();
    }
}

/// Somebody who waits for a connection since then. Whoever stops waiting has waited, too.
struct Waiting(Instant);

impl Drop for Waiting {
    fn drop(&mut self) {
        observe::waited_for_connection(self.0.elapsed());
    }
}

/// Moves a connection on until it ends, and passes on its notifications.
async fn pass_on<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    tell: UnboundedSender<Notification>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut messages = stream::poll_fn(|context| connection.poll_message(context));
    while let Some(Ok(message)) = messages.next().await {
        if let AsyncMessage::Notification(notification) = message {
            // Whoever stopped to receive is about to drop the client, too.
            let _ = tell.send(notification);
        }
    }
}

/// A borrowed connection. It goes back to the pool only when it is known to be outside any transaction.
///
/// A future can be dropped at any point, and whatever it had begun then stays open on the server; the next borrower
/// would be inside somebody else's tenant. So a connection in use counts as dirty, and a dirty one is closed.
pub(crate) struct Connection {
    /// Some until drop.
    object: Option<Object>,
    clean: AtomicBool,
    kept: usize,
    slow_after: Option<Duration>,
}

impl Connection {
    /// From here on the connection may be inside a transaction.
    pub(crate) fn take_off(&self) {
        self.clean.store(false, Ordering::Relaxed);
    }

    /// How long an operation on it may take before that is told.
    pub(crate) fn slow_after(&self) -> Option<Duration> {
        self.slow_after
    }

    /// From here on the connection is outside any transaction again.
    pub(crate) fn touch_down(&self) {
        self.clean.store(true, Ordering::Relaxed);
    }
}

impl Deref for Connection {
    type Target = ClientWrapper;

    #[expect(clippy::expect_used, reason = "the object is taken by drop and by nothing else")]
    fn deref(&self) -> &Self::Target {
        self.object.as_ref().expect("a connection in use has its object")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        let dirty = !*self.clean.get_mut();
        let in_excess =
            Object::pool(&object).is_some_and(|pool| pool.status().available >= self.kept);
        if dirty || in_excess {
            // Closing the session rolls back whatever it had open.
            drop(Object::take(object));
        }
    }
}
