//! The way in: a store, and the handles it gives out.

use std::{fmt, sync::Arc};

use agentflow_core::{
    audit::{Event, Record},
    clock::{Clock, SystemClock},
    identity::{ApiKey, SessionToken},
    ids::{AuditId, IdSource, PrincipalId, RandomIds, TenantId},
    random::{Entropy, Generator},
};
use tokio::sync::OnceCell;
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::{
    admin::Admin,
    agents::{Agents, Tools},
    approvals::Approvals,
    audit::{self, Appenders, Audit, Policies, Policy},
    config::Config,
    conversations::{Conversations, Messages},
    error::{Error, Result},
    identity::{
        Access, Authenticated, Keys, Origin, PasswordHasher, PermissionCatalog, Principals, Roles,
        Services, Sessions, Teams, Users,
    },
    policies::{self, CompiledPolicies},
    pool::{Connection, Pool},
    rules::{DerivedFields, Engine, Engines, RuleSchemas, Rules},
    runs::{Queue, Runs, Waker, WorkerBuilder},
    scope::{Flight, StatementCache, TenantTx, refuse_control},
    startup,
    tenancy::Workspaces,
    workflows::{Plans, Workflows},
};

/// What every handle of a store shares.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) statements: Arc<StatementCache>,
    pub(crate) appenders: Appenders,
    pub(crate) policies: Policies,
    pub(crate) compiled_policies: CompiledPolicies,
    pub(crate) hasher: PasswordHasher,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) permissions: PermissionCatalog,
    pub(crate) clock: Arc<dyn Clock>,
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

    pub(crate) async fn flight(&self, tenant: TenantId) -> Result<Flight> {
        Ok(Flight::new(self.checked_connection().await?, Arc::clone(&self.statements), tenant))
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
    /// For one statement that reads.
    pub(crate) async fn flight(&self) -> Result<Flight> {
        self.shared.flight(self.tenant).await
    }

    /// Appends an event to the chain of the tenant, together with others that are under way.
    pub(crate) async fn record(&self, event: &Event) -> Result<()> {
        let record = self.shared.record(&*self.policy(audit::APPEND).await?, event)?;
        self.shared.appenders.append(&self.shared, self.tenant, record).await.map(drop)
    }

    /// What the tenant wants recorded. Nobody may ask who holds a connection.
    pub(crate) async fn policy(&self, operation: &'static str) -> Result<Arc<Policy>> {
        self.shared.policy(operation, self.tenant).await
    }

    /// For a change and its audit entry.
    pub(crate) async fn begin(&self) -> Result<TenantTx> {
        let connection = self.shared.checked_connection().await?;
        TenantTx::begin(connection, Arc::clone(&self.shared), self.tenant).await
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
    #[expect(clippy::needless_pass_by_value, reason = "a store takes its configuration")]
    pub fn with_sources(
        config: Config,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let pool = Pool::new(&config)?;
        let statements = Arc::new(StatementCache::new(config.statements, pool.clone()));
        let appenders = Appenders::default();
        let hasher = PasswordHasher::new(&config, Arc::clone(&entropy));
        Ok(Self {
            shared: Arc::new(Shared {
                pool,
                statements,
                appenders,
                policies: Policies::default(),
                compiled_policies: CompiledPolicies::default(),
                hasher,
                entropy,
                permissions: PermissionCatalog::default(),
                clock,
                waker: Waker::default(),
                ids,
                checked: OnceCell::new(),
            }),
        })
    }

    /// The handle of one tenant. Nothing is asked of the database: an unknown or suspended tenant is refused when the
    /// handle is used.
    pub fn tenant(&self, id: TenantId) -> Tenant {
        Tenant { shared: Arc::clone(&self.shared), id }
    }

    /// Who presents this API key, and the tenant that the key names; see [`Keys::authenticate`]. For a service that
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

    /// Who presents this token of a session, and the tenant that the token names; see [`Sessions::authenticate`].
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

    /// Checks that the server can be reached and that tenants are isolated. Every first call for a tenant does the
    /// same; this is for a service that wants to know when it starts.
    pub async fn check(&self) -> Result<()> {
        self.shared.checked_connection().await.map(drop)
    }

    /// Connections open now, and how many of them are idle.
    pub fn pool_usage(&self) -> (usize, usize) {
        self.shared.pool.usage()
    }

    /// Closes the idle connections, and the others as they are given back.
    pub fn close(&self) {
        self.shared.pool.close();
    }
}

/// One tenant: everything done through it is done in its scope, and sees and touches nothing else.
#[derive(Clone)]
pub struct Tenant {
    shared: Arc<Shared>,
    id: TenantId,
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Tenant {
    /// The id.
    pub fn id(&self) -> TenantId {
        self.id
    }

    /// The tenant's workspaces.
    pub fn workspaces(&self) -> Workspaces {
        Workspaces::new(Arc::clone(&self.shared), self.id)
    }

    fn handle(&self) -> Handle {
        Handle { shared: Arc::clone(&self.shared), tenant: self.id }
    }

    /// Everybody who can act in the tenant.
    pub fn principals(&self) -> Principals {
        Principals::new(self.handle())
    }

    /// The people of the tenant.
    pub fn users(&self) -> Users {
        Users::new(self.handle())
    }

    /// The services of the tenant.
    pub fn services(&self) -> Services {
        Services::new(self.handle())
    }

    /// The teams of the tenant.
    pub fn teams(&self) -> Teams {
        Teams::new(self.handle())
    }

    /// The agents of the tenant.
    pub fn agents(&self) -> Agents {
        Agents::new(self.handle())
    }

    /// The tools that the agents of the tenant may call.
    pub fn tools(&self) -> Tools {
        Tools::new(self.handle())
    }

    /// The rules of the tenant.
    pub fn rules(&self) -> Rules {
        Rules::new(self.handle())
    }

    /// What the facts are that the rules of the tenant are about.
    pub fn rule_schemas(&self) -> RuleSchemas {
        RuleSchemas::new(self.handle())
    }

    /// The derived fields, which the rules of the tenant read like facts.
    pub fn derived_fields(&self) -> DerivedFields {
        DerivedFields::new(self.handle())
    }

    /// The workflows of the tenant, and their versions.
    pub fn workflows(&self) -> Workflows {
        Workflows::new(self.handle())
    }

    /// The policies of the tenant, where they are in force, and what they decided.
    pub fn policies(&self) -> policies::Policies {
        policies::Policies::new(self.handle())
    }

    /// How versions of the tenant's workflows are to be carried out.
    pub fn plans(&self) -> Plans {
        Plans::new(self.handle())
    }

    /// The runs of the tenant's workflows.
    pub fn runs(&self) -> Runs {
        Runs::new(self.handle())
    }

    /// What people are asked to approve before runs go on.
    pub fn approvals(&self) -> Approvals {
        Approvals::new(self.handle())
    }

    /// The roles of the tenant and its workspaces, and who has them.
    pub fn roles(&self) -> Roles {
        Roles::new(self.handle())
    }

    /// The conversations of the tenant.
    pub fn conversations(&self) -> Conversations {
        Conversations::new(self.handle())
    }

    /// The messages of the tenant.
    pub fn messages(&self) -> Messages {
        Messages::new(self.handle())
    }

    /// The API keys of the tenant.
    pub fn keys(&self) -> Keys {
        Keys::new(self.handle())
    }

    /// The sessions of the tenant.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.handle())
    }

    /// What a principal may do, for the length of one request: answers are kept, and a denial is recorded once.
    pub fn access(&self, principal: PrincipalId) -> Access {
        Access::new(self.handle(), principal, None)
    }

    /// The same for somebody whose credential was accepted, within the limits of the credential.
    pub fn access_of(&self, who: &Authenticated) -> Access {
        Access::new(self.handle(), who.principal_id, Some(who.credential.clone()))
    }

    /// The tenant's audit chain.
    pub fn audit(&self) -> Audit {
        Audit::new(Arc::clone(&self.shared), self.id)
    }

    /// An engine with the rules of the tenant, loaded now, and refreshed by the caller alone. For many tenants, and for changes
    /// by others, see [`Store::rule_engines`].
    pub async fn rule_engine(&self) -> Result<Engine<Rules>> {
        Engine::load_with_clock(self.rules(), Arc::clone(&self.shared.clock)).await
    }

    /// Begins a transaction of several statements.
    pub async fn begin(&self) -> Result<TenantTx> {
        let connection = self.shared.checked_connection().await?;
        TenantTx::begin(connection, Arc::clone(&self.shared), self.id).await
    }

    async fn own_sql_flight(&self) -> Result<Flight> {
        let connection = self.shared.checked_connection().await?;
        Ok(Flight::for_caller(connection, Arc::clone(&self.shared.statements), self.id))
    }

    /// Runs one query of yours in the scope of the tenant, in one round trip. The text is `'static` because it is kept
    /// prepared: text made at run time would fill that memory without end.
    pub async fn query(
        &self,
        sql: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>> {
        use agentflow_sql::client::GenericClient;

        refuse_control("run a query", sql)?;
        let flight = self.own_sql_flight().await?;
        let rows = async {
            let statement = flight.prepare(sql).await?;
            flight.query(&statement, params).await
        };
        let rows = rows.await;
        flight.land("run a query", rows).await
    }

    /// Runs one statement of yours in the scope of the tenant, in one round trip, and returns how many rows it touched.
    pub async fn execute(&self, sql: &'static str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        use agentflow_sql::client::GenericClient;

        refuse_control("run a statement", sql)?;
        let flight = self.own_sql_flight().await?;
        let count = async {
            let statement = flight.prepare(sql).await?;
            flight.execute(&statement, params).await
        };
        let count = count.await;
        flight.land("run a statement", count).await
    }
}
