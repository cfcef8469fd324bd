//! The way in: a store, and the handles it gives out.

use std::{fmt, sync::Arc};

use agentflow_core::{
    audit::{Event, Record},
    clock::{Clock, SystemClock},
    identity::{ApiKey, SessionToken},
    ids::{AuditId, IdSource, RandomIds, TenantId},
    random::{Entropy, Generator},
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{
    admin::Admin,
    audit::{self, Appends, Policies, Policy},
    budgets::Reserving,
    config::{Config, MemoryStoreSettings},
    error::{Error, Result},
    group::Groups,
    identity::{Authenticated, Origin, PasswordHasher, PermissionCatalog},
    memory::MemoryStoreBuilder,
    metering::Months,
    observe,
    policies::CompiledPolicies,
    pool::{Connection, Pool},
    rules::Engines,
    runs::{Queue, Waker, WorkerBuilder},
    scope::{Flight, StatementCache, TenantTx},
    secrets::key_ring::KeyRingSource,
    startup,
    tenant::Tenant,
};

/// What every handle of a store shares.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) statements: Arc<StatementCache>,
    pub(crate) appenders: Groups<Appends>,
    pub(crate) reserving: Groups<Reserving>,
    pub(crate) policies: Policies,
    pub(crate) compiled_policies: CompiledPolicies,
    pub(crate) hasher: PasswordHasher,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) permissions: PermissionCatalog,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) key_ring: KeyRingSource,
    /// The months that there is room for, as far as they are known here.
    pub(crate) months: Months,
    memory: MemoryStoreSettings,
    waker: Waker,
    ids: Arc<dyn IdSource>,
    /// Set once isolation was seen to hold.
    checked: OnceCell<()>,
}

impl Shared {
    pub(crate) fn next_id(&self) -> Uuid {
        self.ids.next_id(self.clock.now())
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Has workers told that runs are due. To be called once that is committed. Never waits.
    pub(crate) fn wake_workers(&self) {
        self.waker.wake(&self.pool);
    }

    /// Writes an event down, with an id and a time: as much of it as the tenant wants recorded.
    pub(crate) fn record(&self, policy: &Policy, event: &Event) -> Result<Record> {
        let now = self.clock.now();
        Record::new(&policy.apply(event), AuditId(self.ids.next_id(now)), now)
            .map_err(Error::invalid("append to the audit chain"))
    }

    /// A connection, after isolation was seen to hold.
    pub(crate) async fn checked_connection(&self) -> Result<Connection> {
        // Boxed, because it is large and happens once.
        let check = || Box::pin(startup::check(&self.pool, &self.statements));
        self.checked.get_or_try_init(check).await?;
        self.pool.get().await
    }

    pub(crate) async fn flight(&self, operation: &'static str, tenant: TenantId) -> Result<Flight> {
        let connection = self.checked_connection().await?;
        Ok(Flight::new(operation, connection, Arc::clone(&self.statements), tenant))
    }
}

/// What a handle over one domain of a tenant holds.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tenant: TenantId,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Handle {
    /// For one statement that reads. The operation is what it is called where it fails, and where it is told how long it took.
    pub(crate) async fn flight(&self, operation: &'static str) -> Result<Flight> {
        self.shared.flight(operation, self.tenant).await
    }

    /// Appends an event to the chain of the tenant, together with others that are under way.
    pub(crate) async fn record(&self, event: &Event) -> Result<()> {
        let record = self.shared.record(&*self.policy(audit::APPEND).await?, event)?;
        self.shared.appenders.call(&self.shared, self.tenant, record).await.map(drop)
    }

    /// What the tenant wants recorded. Nobody may ask who holds a connection.
    pub(crate) async fn policy(&self, operation: &'static str) -> Result<Arc<Policy>> {
        self.shared.policy(operation, self.tenant).await
    }

    /// For a change and its audit entry. The operation is what it is called where it is told how long it took.
    pub(crate) async fn begin(&self, operation: &'static str) -> Result<TenantTx> {
        let connection = self.shared.checked_connection().await?;
        TenantTx::begin(operation, connection, Arc::clone(&self.shared), self.tenant).await
    }
}

/// The data layer of a platform. Cheap to clone; connects when it is first used.
///
/// ```no_run
/// # async fn example() -> Result<(), agentflow::Error> {
/// use agentflow::{Config, NewTenant, Store, audit::Actor};
///
/// let store = Store::connect(Config::from_env()?)?;
/// let tenant = store.admin().tenants().create(NewTenant::named("Acme"), &Actor::system()).await?;
/// let workspaces = store.tenant(tenant.id).workspaces().list().await?;
/// assert!(workspaces.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("pool", &self.shared.pool).finish_non_exhaustive()
    }
}

impl Store {
    /// A store for the configured database. Nothing connects yet; the first call for a tenant does, and checks that
    /// tenants are isolated before it goes on. Fails without a database ([`Error::NotConfigured`]) and on TLS files
    /// that cannot be read.
    pub fn connect(config: Config) -> Result<Self> {
        Self::with_sources(
            config,
            Arc::new(SystemClock),
            Arc::new(RandomIds::from_os()),
            Arc::new(Generator::from_os()),
        )
    }

    /// A store with its own clock, ids and randomness. For tests and replays: who can foresee `entropy` can foresee the
    /// keys and tokens it issues.
    pub fn with_sources(
        config: Config,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let pool = Pool::new(&config, Arc::clone(&entropy))?;
        let statements = Arc::new(StatementCache::new(config.statements, pool.clone()));
        let hasher = PasswordHasher::new(&config, Arc::clone(&entropy));
        Ok(Self {
            shared: Arc::new(Shared {
                pool,
                statements,
                appenders: Groups::default(),
                reserving: Groups::default(),
                policies: Policies::default(),
                compiled_policies: CompiledPolicies::default(),
                hasher,
                entropy,
                permissions: PermissionCatalog::default(),
                clock,
                key_ring: KeyRingSource::new(&config),
                months: Months::default(),
                memory: config.memory,
                waker: Waker::default(),
                ids,
                checked: OnceCell::new(),
            }),
        })
    }

    /// The handle of one tenant. Nothing is asked of the database: an unknown or suspended tenant is refused when the
    /// handle is used.
    pub fn tenant(&self, id: TenantId) -> Tenant {
        Tenant::new(Arc::clone(&self.shared), id)
    }

    /// Who presents this API key, and the tenant that the key names; see [`Keys::authenticate`](crate::identity::Keys::authenticate). For a service that
    /// learns from the credential which tenant a call is for. A tenant that is not there has no chain to record it in,
    /// so that refusal is recorded nowhere.
    pub async fn authenticate_key(
        &self,
        text: &str,
        origin: &Origin,
    ) -> Result<(Tenant, Authenticated)> {
        let key = ApiKey::parse(text).map_err(Error::invalid("authenticate an API key"))?;
        let tenant = self.tenant(key.tenant());
        let who = tenant.keys().authenticate(text, origin).await?;
        Ok((tenant, who))
    }

    /// Who presents this token of a session, and the tenant that the token names; see [`Sessions::authenticate`](crate::identity::Sessions::authenticate).
    pub async fn authenticate_session(
        &self,
        token: &str,
        jwt_sub: Option<&str>,
        origin: &Origin,
    ) -> Result<(Tenant, Authenticated)> {
        let parsed =
            SessionToken::parse(token).map_err(Error::invalid("authenticate a session"))?;
        let tenant = self.tenant(parsed.tenant());
        let who = tenant.sessions().authenticate(token, jwt_sub, origin).await?;
        Ok((tenant, who))
    }

    /// What concerns no tenant, or all of them. Works as the role of the connection string, which must own the schema.
    pub fn admin(&self) -> Admin {
        Admin::new(Arc::clone(&self.shared))
    }

    /// Engines for the rules of many tenants: a new set of them, to be made once and cloned.
    pub fn rule_engines(&self) -> Engines {
        Engines::new(Arc::clone(&self.shared))
    }

    /// The runs of all tenants that are due, for a worker of one's own.
    pub fn run_queue(&self) -> Queue {
        Queue::new(Arc::clone(&self.shared))
    }

    /// A worker that claims runs of all tenants and does their steps. Its name says who did it in what is recorded.
    pub fn run_worker(&self, name: impl Into<String>) -> WorkerBuilder {
        WorkerBuilder::new(self.clone(), name.into())
    }

    /// A store of entries for agents, as the settings say it: by default in this database.
    pub fn memory_store(&self) -> MemoryStoreBuilder {
        let (clock, ids) = (Arc::clone(&self.shared.clock), Arc::clone(&self.shared.ids));
        MemoryStoreBuilder::over(self.clone(), self.shared.memory.clone(), clock, ids)
    }

    /// Checks that the server can be reached and that tenants are isolated. Every first call for a tenant does the
    /// same; this is for a service that wants to know when it starts.
    pub async fn check(&self) -> Result<()> {
        self.shared.checked_connection().await.map(drop)
    }

    /// Connections open now, and how many of them are idle.
    pub fn pool_usage(&self) -> (usize, usize) {
        self.shared.pool.usage()
    }

    /// Sets the gauges of the pool, for whoever collects metrics.
    pub fn gauge_pool(&self) {
        observe::gauge_pool(self.shared.pool.usage(), self.shared.pool.limit());
    }

    /// Closes the idle connections, and the others as they are given back.
    pub fn close(&self) {
        self.shared.pool.close();
    }
}
