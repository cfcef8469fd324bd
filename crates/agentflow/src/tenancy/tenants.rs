use agentflow_core::{
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::TenantId,
    tenancy::{Region, Slug, TenantStatus, Tier},
};
use agentflow_sql::queries::tenancy as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
    input::{check_json, check_name, known, stored_json},
    observe,
};

/// A tenant to be.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// The name, for people.
    pub name: String,
    /// The short name; made from the name if absent.
    pub slug: Option<Slug>,
    /// The commercial plan.
    pub tier: Tier,
    /// Where its data lives. Never changes.
    pub region: Region,
    /// Settings, read by the platform.
    pub settings: Map<String, Value>,
    /// Facts kept for the operator.
    pub metadata: Map<String, Value>,
}

impl NewTenant {
    /// A tenant on the free tier in `us-east-1`.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            slug: None,
            tier: Tier::default(),
            region: Region::UsEast1,
            settings: Map::new(),
            metadata: Map::new(),
        }
    }

    /// Sets the short name.
    #[must_use]
    pub fn with_slug(mut self, slug: Slug) -> Self {
        self.slug = Some(slug);
        self
    }

    /// Sets the commercial plan.
    #[must_use]
    pub fn with_tier(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }

    /// Sets where its data lives.
    #[must_use]
    pub fn with_region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }
}

/// A tenant as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TenantRow {
    /// The id.
    pub id: TenantId,
    /// The name, for people.
    pub name: String,
    /// The short name.
    pub slug: String,
    /// The commercial plan.
    pub tier: String,
    /// Where its data lives.
    pub region: Region,
    /// Whether it may be worked with.
    pub status: TenantStatus,
    /// Since when it may not.
    pub suspended_at: Option<Timestamp>,
    /// Settings, read by the platform.
    pub settings: Value,
    /// Facts kept for the operator.
    pub metadata: Value,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::Tenant> for TenantRow {
    type Error = Error;

    fn try_from(row: sql::Tenant) -> Result<Self> {
        Ok(Self {
            id: TenantId(row.id),
            region: known("tenants", "region", row.id, &row.region)?,
            status: known("tenants", "status", row.id, &row.status)?,
            name: row.name,
            slug: row.slug,
            tier: row.tier,
            suspended_at: row.suspended_at,
            settings: stored_json("tenants", "settings", row.id, &row.settings)?,
            metadata: stored_json("tenants", "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What remains of a deleted tenant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tombstone {
    /// The id of the tombstone.
    pub id: Uuid,
    /// The tenant that was deleted.
    pub tenant_id: TenantId,
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// How many audit entries it had.
    pub last_seq: i64,
    /// The hash of the last of them.
    pub last_hash: Sha256,
    /// Rows removed, by table.
    pub row_counts: Value,
    /// Who deleted it.
    pub deleted_by: String,
    /// When.
    pub deleted_at: Timestamp,
}

/// Tenants, as the administrator sees them. Every change is recorded in the audit chain of the tenant it concerns.
#[derive(Debug)]
pub struct Tenants<'a>(pub(crate) &'a Admin);

impl Tenants<'_> {
    /// Creates a tenant.
    ///
    /// Fails with [`Error::AlreadyExists`] when the slug is taken, and with [`Error::InvalidInput`] when no slug can be
    /// made from the name.
    pub async fn create(&self, new: NewTenant, by: &Actor) -> Result<TenantRow> {
        const OPERATION: &str = "create a tenant";
        check_name(OPERATION, "name", &new.name)?;
        check_json(OPERATION, "settings", &new.settings)?;
        check_json(OPERATION, "metadata", &new.metadata)?;
        let slug = match new.slug {
            Some(slug) => slug,
            None => Slug::from_name(&new.name).map_err(Error::invalid(OPERATION))?,
        };
        let id = TenantId(self.0.shared.next_id());
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::insert_tenant()
            .bind(
                tx.client(),
                id.as_uuid(),
                &new.name,
                &slug.as_str(),
                &new.tier.as_str(),
                &new.region.as_str(),
                &Value::Object(new.settings),
                &Value::Object(new.metadata),
            )
            .one()
            .await
            .map_err(|error| Error::from_postgres(OPERATION, error))?;
        let tenant = TenantRow::try_from(row)?;
        tx.enter(id).await?;
        let event = event("tenant.created", &tenant, by)
            .with_detail("name", tenant.name.as_str())
            .with_detail("slug", tenant.slug.as_str())
            .with_detail("tier", tenant.tier.as_str())
            .with_detail("region", tenant.region.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(tenant)
    }

    /// A transaction that sees all tenants; fails with [`Error::Denied`] for a role that does not.
    async fn begin_over_all(&self, operation: &'static str) -> Result<AdminTx> {
        let tx = self.0.begin(operation).await?;
        let hidden = agentflow_sql::queries::audit::hides_tenants().bind(tx.client()).one().await;
        if hidden.map_err(|error| Error::from_postgres(operation, error))? {
            return Err(tx.refuse(Error::tenants_hidden(operation)).await);
        }
        Ok(tx)
    }

    /// The tenant with this id.
    pub async fn get(&self, id: TenantId) -> Result<Option<TenantRow>> {
        let tx = self.0.begin("get a tenant").await?;
        let row = sql::get_tenant().bind(tx.client(), id.as_uuid()).opt().await;
        tx.finish("get a tenant", row).await?.map(TenantRow::try_from).transpose()
    }

    /// The tenant with this short name.
    pub async fn find_by_slug(&self, slug: &str) -> Result<Option<TenantRow>> {
        let tx = self.begin_over_all("find a tenant").await?;
        let row = sql::get_tenant_by_slug().bind(tx.client(), &slug).opt().await;
        tx.finish("find a tenant", row).await?.map(TenantRow::try_from).transpose()
    }

    /// The tenant with this id or short name.
    pub async fn find(&self, id_or_slug: &str) -> Result<Option<TenantRow>> {
        match id_or_slug.parse::<TenantId>() {
            Ok(id) => self.get(id).await,
            Err(_) => self.find_by_slug(id_or_slug).await,
        }
    }

    /// Every tenant, page by page, handed to `each`.
    pub async fn for_each(&self, mut each: impl FnMut(TenantRow)) -> Result<()> {
        let mut last: Option<TenantRow> = None;
        loop {
            let page = self.list(last.as_ref(), 500).await?;
            let Some(end) = page.last().cloned() else { return Ok(()) };
            page.into_iter().for_each(&mut each);
            last = Some(end);
        }
    }

    /// A page of tenants in order of creation, after the tenant that ended the page before.
    pub async fn list(&self, after: Option<&TenantRow>, page_size: u16) -> Result<Vec<TenantRow>> {
        let tx = self.begin_over_all("list tenants").await?;
        let (created_at, id) = (after.map(|t| t.created_at), after.map(|t| t.id.0));
        let rows = sql::list_tenants()
            .bind(tx.client(), &created_at, &id, &i64::from(page_size))
            .all()
            .await;
        tx.finish("list tenants", rows).await?.into_iter().map(TenantRow::try_from).collect()
    }

    /// Suspends a tenant: its data stays, and new scopes are refused. Suspending twice changes nothing.
    pub async fn suspend(&self, id: TenantId, by: &Actor) -> Result<TenantRow> {
        const OPERATION: &str = "suspend a tenant";
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::suspend_tenant().bind(tx.client(), id.as_uuid()).opt().await;
        self.switched(OPERATION, "tenant.suspended", tx, row, id, by).await
    }

    /// Resumes a suspended tenant. Resuming an active one changes nothing.
    pub async fn resume(&self, id: TenantId, by: &Actor) -> Result<TenantRow> {
        const OPERATION: &str = "resume a tenant";
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::resume_tenant().bind(tx.client(), id.as_uuid()).opt().await;
        self.switched(OPERATION, "tenant.resumed", tx, row, id, by).await
    }

    async fn switched(
        &self,
        operation: &'static str,
        action: &str,
        tx: AdminTx,
        row: Result<Option<sql::Tenant>, tokio_postgres::Error>,
        id: TenantId,
        by: &Actor,
    ) -> Result<TenantRow> {
        let row = row.map_err(|error| Error::from_postgres(operation, error))?;
        if let Some(row) = row {
            let tenant = TenantRow::try_from(row)?;
            tx.enter(id).await?;
            tx.audit_and_commit(&event(action, &tenant, by)).await?;
            return Ok(tenant);
        }
        tx.finish(operation, Ok(())).await?;
        let missing = || Error::not_found(operation, format!("tenant {id}"));
        self.get(id).await?.ok_or_else(|| observe::refused(missing()))
    }

    /// Deletes a tenant and everything it has. What remains is the tombstone, which holds the end of its audit chain.
    pub async fn delete(&self, id: TenantId, by: &Actor) -> Result<Tombstone> {
        const OPERATION: &str = "delete a tenant";
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::get_tenant().bind(tx.client(), id.as_uuid()).opt().await;
        let row = row.map_err(|error| Error::from_postgres(OPERATION, error))?;
        let Some(row) = row else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("tenant {id}"))).await);
        };
        let tenant = TenantRow::try_from(row)?;
        tx.enter(id).await?;
        tx.audit(&event("tenant.deleted", &tenant, by)).await?;
        let deletion = async {
            sql::delete_tenant().bind(tx.client(), id.as_uuid(), &by.to_string()).one().await?;
            sql::get_tombstone().bind(tx.client(), id.as_uuid()).one().await
        };
        let deleted = deletion.await;
        let row = tx.finish(OPERATION, deleted).await?;
        tombstone(row)
    }

    /// The tombstone of a deleted tenant.
    pub async fn tombstone(&self, id: TenantId) -> Result<Option<Tombstone>> {
        let tx = self.0.begin("get a tombstone").await?;
        let row = sql::get_tombstone().bind(tx.client(), id.as_uuid()).opt().await;
        tx.finish("get a tombstone", row).await?.map(tombstone).transpose()
    }
}

fn event(action: &str, tenant: &TenantRow, by: &Actor) -> Event {
    Event::new(action, Resource::new("tenant", tenant.id), by.clone())
}

fn tombstone(row: sql::GetTombstone) -> Result<Tombstone> {
    let last_hash = Sha256::from_slice(&row.last_hash).ok_or_else(|| Error::Inconsistent {
        table: "tenant_tombstones",
        column: "last_hash",
        row: row.id.to_string(),
    })?;
    Ok(Tombstone {
        id: row.id,
        tenant_id: TenantId(row.tenant_id),
        slug: row.slug,
        name: row.name,
        last_seq: row.last_seq,
        last_hash,
        row_counts: stored_json("tenant_tombstones", "row_counts", row.id, &row.row_counts)?,
        deleted_by: row.deleted_by,
        deleted_at: row.deleted_at,
    })
}
