//! The handle of one tenant, and the handles it gives out.

use std::{fmt, sync::Arc};

use agentflow_core::ids::{PrincipalId, TenantId};
use tokio_postgres::{Row, types::ToSql};

use crate::{
    agents::{Agents, Tools},
    approvals::Approvals,
    archive::ImportedChains,
    audit::Audit,
    budgets::Budgets,
    conversations::{Conversations, Messages},
    error::Result,
    identity::{Access, Authenticated, Keys, Principals, Roles, Services, Sessions, Teams, Users},
    memory::Memories,
    metering::Metering,
    policies,
    rules::{DerivedFields, Engine, RuleSchemas, Rules},
    runs::Runs,
    scope::{Flight, TenantTx, refuse_control},
    secrets::{Connectors, ProviderKeys, RotationLog},
    store::{Handle, Shared},
    tenancy::Workspaces,
    workflows::{Plans, Workflows},
};

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
    pub(crate) fn new(shared: Arc<Shared>, id: TenantId) -> Self {
        Self { shared, id }
    }

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

    /// What the agents of the tenant remember.
    pub fn memories(&self) -> Memories {
        Memories::new(self.handle())
    }

    /// What the tenant uses, and what it costs.
    pub fn metering(&self) -> Metering {
        Metering::new(self.handle())
    }

    /// What may be used in the tenant.
    pub fn budgets(&self) -> Budgets {
        Budgets::new(self.handle())
    }

    /// The API keys of the tenant.
    pub fn keys(&self) -> Keys {
        Keys::new(self.handle())
    }

    /// The keys of the tenant for providers of models.
    pub fn provider_keys(&self) -> ProviderKeys {
        ProviderKeys::new(self.handle())
    }

    /// The connectors of the tenant's workspaces to other systems.
    pub fn connectors(&self) -> Connectors {
        Connectors::new(self.handle())
    }

    /// What became of the secrets of the tenant.
    pub fn secret_rotations(&self) -> RotationLog {
        RotationLog::new(self.handle())
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

    /// The audit chains that the tenant had where it was imported from.
    pub fn imported_chains(&self) -> ImportedChains {
        ImportedChains::new(self.handle())
    }

    /// The tenant's audit chain.
    pub fn audit(&self) -> Audit {
        Audit::new(Arc::clone(&self.shared), self.id)
    }

    /// An engine with the rules of the tenant, loaded now, and refreshed by the caller alone. For many tenants, and for changes
    /// by others, see [`Store::rule_engines`](crate::Store::rule_engines).
    pub async fn rule_engine(&self) -> Result<Engine<Rules>> {
        Engine::load_with_clock(self.rules(), Arc::clone(&self.shared.clock)).await
    }

    /// Begins a transaction of several statements.
    pub async fn begin(&self) -> Result<TenantTx> {
        let connection = self.shared.checked_connection().await?;
        TenantTx::begin("run a transaction", connection, Arc::clone(&self.shared), self.id).await
    }

    async fn own_sql_flight(&self, operation: &'static str) -> Result<Flight> {
        let connection = self.shared.checked_connection().await?;
        Ok(Flight::for_caller(operation, connection, Arc::clone(&self.shared.statements), self.id))
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
        let flight = self.own_sql_flight("run a query").await?;
        let rows = async {
            let statement = flight.prepare(sql).await?;
            flight.query(&statement, params).await
        };
        let rows = rows.await;
        flight.land(rows).await
    }

    /// Runs one statement of yours in the scope of the tenant, in one round trip, and returns how many rows it touched.
    pub async fn execute(&self, sql: &'static str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        use agentflow_sql::client::GenericClient;

        refuse_control("run a statement", sql)?;
        let flight = self.own_sql_flight("run a statement").await?;
        let count = async {
            let statement = flight.prepare(sql).await?;
            flight.execute(&statement, params).await
        };
        let count = count.await;
        flight.land(count).await
    }
}
