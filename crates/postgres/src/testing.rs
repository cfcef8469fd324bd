//! Databases for tests: each test gets its own, cloned from a template that is made once.
//!
//! The server is a throw-away one per test process, or the one that `AF_TEST_DATABASE_URL` names.
//!
//! ```no_run
//! # async fn example() {
//! use agentflow_postgres::testing::TestServer;
//!
//! let server = TestServer::shared().await;
//! let database = server
//!     .database_from("schema 1", async |url: String| {
//!         // Run the migrations on `url` here.
//!     })
//!     .await;
//! // Connect to `database.url()`; the database goes away when `database` is dropped.
//! # }
//! ```
//!
//! These helpers panic, with the full text of the error: a test cannot do anything about it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;
use tokio_postgres::Client;

use crate::{Ephemeral, EphemeralOptions, Error, Installation, admin, cluster};

mod needs;
mod template;
mod url;

pub use needs::lacks_pgvector;
#[doc(hidden)]
pub use needs::{is_older_than, test_of};

/// Names a server to use instead of starting one.
const URL_SETTING: &str = "AF_TEST_DATABASE_URL";
/// How long the end of a test waits until its database is gone from a server that stays.
const DROP_PATIENCE: Duration = Duration::from_secs(10);

/// What all tests of this process share.
static SHARED: OnceLock<TestServer> = OnceLock::new();

/// The server for the tests of this process.
pub struct TestServer {
    admin_url: String,
    major: u16,
    has_pgvector: bool,
    /// Seconds since 1970 by the server's clock when this process came, and when that was here.
    epoch: (i64, Instant),
    /// The name of the template of each key, made by whoever asks first.
    templates: Mutex<HashMap<String, Arc<OnceCell<String>>>>,
    drops: Drops,
    /// Held for the life of the process; `None` when the server is not ours.
    _own: Option<Ephemeral>,
}

impl TestServer {
    /// The server that all tests of this process share; the first call starts it.
    ///
    /// # Panics
    ///
    /// When there is no PostgreSQL, with what was tried and what to do.
    #[expect(clippy::panic, reason = "a helper for tests, which end here with the whole reason")]
    pub async fn shared() -> &'static Self {
        if let Some(server) = SHARED.get() {
            return server;
        }
        // On a thread of its own: starting blocks, and must end even if this test is cancelled.
        match tokio::task::spawn_blocking(Self::shared_here).await {
            Ok(server) => server,
            Err(error) => panic!("the test server did not start: {error}"),
        }
    }

    /// The same; blocks while it starts.
    #[expect(clippy::panic, reason = "a helper for tests, which end here with the whole reason")]
    fn shared_here() -> &'static Self {
        SHARED.get_or_init(|| {
            Self::start()
                .unwrap_or_else(|error| panic!("no PostgreSQL for the tests: {}", error.chain()))
        })
    }

    /// The major version of its PostgreSQL.
    pub fn major(&self) -> u16 {
        self.major
    }

    /// Whether it can be given pgvector, without which there are no memories and nothing that comes after them.
    pub fn has_pgvector(&self) -> bool {
        self.has_pgvector
    }

    /// The superuser's connection URL.
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// A new database with nothing in it.
    pub async fn empty_database(&self) -> TestDatabase {
        self.clone_of("template0").await
    }

    /// A new database that starts as a copy of what `fill` makes of an empty one.
    ///
    /// `fill` gets the URL of the template and runs once per `key` on this server, however many
    /// tests ask at the same time; on a server that stays, once for all processes. So the key must
    /// change with what `fill` does: use a hash of the migrations.
    pub async fn database_from<F, Fut>(&self, key: &str, fill: F) -> TestDatabase
    where
        F: FnOnce(String) -> Fut,
        Fut: Future<Output = ()>,
    {
        let cell = {
            let mut templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(templates.entry(key.to_owned()).or_default())
        };
        let make = || async {
            or_panic(template::make(&self.admin_url, key, fill).await, "make the test template")
        };
        let template = cell.get_or_init(make).await;
        self.clone_of(template).await
    }

    fn start() -> Result<Self, Error> {
        let named = std::env::var(URL_SETTING).ok().filter(|url| !url.is_empty());
        let (admin_url, own) = if let Some(url) = named {
            (url, None)
        } else {
            let installation = Installation::find_or_provision(&mut |step| eprintln!("{step}"))?;
            let server = Ephemeral::start(&installation, &EphemeralOptions::default())?;
            (server.url("postgres"), Some(server))
        };
        let stays = own.is_none();
        let prepare = async move |client: &Client| {
            if stays {
                template::sweep(client).await?;
            }
            let has_pgvector = needs::has_pgvector(client).await?;
            Ok((template::epoch(client).await?, needs::major(client).await?, has_pgvector))
        };
        let (epoch, major, has_pgvector) =
            admin::blocking(&admin_url, "prepare the test server", prepare)?;
        Ok(Self {
            drops: Drops::new(admin_url.clone(), stays),
            admin_url,
            major,
            has_pgvector,
            epoch: (epoch, Instant::now()),
            templates: Mutex::default(),
            _own: own,
        })
    }

    async fn clone_of(&self, template: &str) -> TestDatabase {
        let unique = or_panic(cluster::random_hex::<6>(), "name a test database");
        let name = template::database_name(self.now(), &unique);
        // Copying files beats replaying the log of the copy several times over.
        let statement = format!(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY",
            admin::quoted(&name),
            admin::quoted(template),
        );
        let client = connect(&self.admin_url).await;
        or_panic(client.batch_execute(&statement).await, "clone the test template");
        TestDatabase {
            url: url::with_database(&self.admin_url, &name),
            name,
            drops: self.drops.clone(),
        }
    }

    fn now(&self) -> i64 {
        self.epoch.0 + i64::try_from(self.epoch.1.elapsed().as_secs()).unwrap_or_default()
    }
}

/// A database that belongs to one test and goes away with this value.
pub struct TestDatabase {
    url: String,
    name: String,
    drops: Drops,
}

impl TestDatabase {
    /// The connection URL for the superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The connection URL for another user.
    pub fn url_as(&self, user: &str, password: &str) -> String {
        url::with_user(&self.url, user, password)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.drops.request(&self.name);
    }
}

/// Drops databases on a thread of its own, since `Drop` cannot wait for async work.
#[derive(Clone)]
struct Drops {
    requests: Sender<(String, Sender<()>)>,
    wait: bool,
}

impl Drops {
    /// `wait`: the server outlives us, so that a request not carried out would leave a database.
    fn new(admin_url: String, wait: bool) -> Self {
        let (requests, queue) = channel::<(String, Sender<()>)>();
        std::thread::spawn(move || {
            for (name, done) in queue {
                let action = "drop a test database";
                let result = admin::blocking(&admin_url, action, async move |client| {
                    let name = admin::quoted(&name);
                    client
                        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                        .await
                });
                if let Err(error) = result {
                    tracing::warn!(error = error.chain(), "a test database was left behind");
                }
                let _ = done.send(());
            }
        });
        Self { requests, wait }
    }

    fn request(&self, name: &str) {
        let (done, finished) = channel();
        if self.requests.send((name.to_owned(), done)).is_ok() && self.wait {
            let _ = finished.recv_timeout(DROP_PATIENCE);
        }
    }
}

async fn connect(url: &str) -> Client {
    or_panic(admin::connect(url).await, "connect to the test server")
}

#[expect(clippy::panic, reason = "a helper for tests, which end here with the whole reason")]
fn or_panic<T, E: std::error::Error>(result: Result<T, E>, action: &str) -> T {
    result.unwrap_or_else(|error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        panic!("failed to {action}: {error}{cause}")
    })
}
