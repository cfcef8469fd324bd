//! The tenant that an archive is imported into.

use agentflow_core::{
    InvalidInput,
    archive::{ArchiveManifest, SourceTenant},
    ids::TenantId,
    tenancy::{Region, Slug, TenantStatus},
};
use agentflow_sql::queries::{archive as sql, tenancy::insert_tenant};
use serde_json::{Map, Value};

use super::{IMPORT, ImportArchive};
use crate::{
    admin::AdminTx,
    error::{Error, Result},
    input::check_name,
    store::Shared,
};

#[derive(Debug)]
pub(super) enum Target {
    New(NewTarget),
    Existing(ExistingTarget),
}

#[derive(Debug)]
pub(super) struct ExistingTarget {
    id: TenantId,
    tier: String,
    settings: Map<String, Value>,
    metadata: Map<String, Value>,
}

#[derive(Debug)]
pub(super) struct NewTarget {
    id: TenantId,
    name: String,
    slug: Slug,
    tier: String,
    region: Region,
    settings: Value,
    metadata: Value,
}

impl Target {
    pub(super) fn choose(
        shared: &Shared,
        manifest: &ArchiveManifest,
        options: &ImportArchive,
    ) -> Result<Self> {
        if options.suspended && options.resume {
            let reason = "a tenant is either suspended at first or active at once";
            let input = InvalidInput::new("resume", reason);
            return Err(Error::InvalidInput { operation: IMPORT, input });
        }
        let source = &manifest.source;
        if let Some(id) = options.into {
            return Ok(Self::Existing(ExistingTarget::new(id, source)));
        }
        let name = options.name.clone().unwrap_or_else(|| source.name.clone());
        check_name(IMPORT, "name", &name)?;
        Ok(Self::New(NewTarget {
            id: TenantId(shared.next_id()),
            name,
            slug: options.slug.clone().unwrap_or_else(|| source.slug.clone()),
            tier: source.tier.as_str().to_owned(),
            region: options.region.unwrap_or(source.region),
            settings: Value::Object(source.settings.clone()),
            metadata: Value::Object(source.metadata.clone()),
        }))
    }

    pub(super) fn id(&self) -> TenantId {
        match self {
            Self::New(new) => new.id,
            Self::Existing(existing) => existing.id,
        }
    }

    /// Makes the tenant, or sees to it that it has nothing and that nobody gives it anything; and enters it. Returns what of a tenant
    /// that was there is replaced.
    pub(super) async fn enter(&self, tx: &AdminTx) -> Result<Vec<&'static str>> {
        let failed = |error| Error::from_postgres(IMPORT, error);
        // Before anything is held that a promotion may wait for.
        sql::hold_imports().bind(tx.client()).one().await.map_err(failed)?;
        let mut replaced = Vec::new();
        if let Self::New(new) = self {
            new.make(tx).await?;
        }
        tx.enter(self.id()).await?;
        if let Self::Existing(existing) = self {
            replaced = existing.replace(tx).await?;
            refuse_occupied(tx, existing.id).await?;
        }
        sql::hold_memories().bind(tx.client()).one().await.map_err(failed)?;
        Ok(replaced)
    }
}

impl ExistingTarget {
    fn new(id: TenantId, source: &SourceTenant) -> Self {
        let (settings, metadata) = (source.settings.clone(), source.metadata.clone());
        Self { id, tier: source.tier.as_str().to_owned(), settings, metadata }
    }

    async fn replace(&self, tx: &AdminTx) -> Result<Vec<&'static str>> {
        let Self { id, tier, settings, metadata } = self;
        let failed = |error| Error::from_postgres(IMPORT, error);
        let held = sql::hold_tenant().bind(tx.client(), id.as_uuid()).opt().await;
        let held = held.map_err(failed)?;
        let held = held.ok_or_else(|| Error::not_found(IMPORT, format!("tenant {id}")))?;
        let settings = Value::Object(settings.clone());
        let metadata = Value::Object(metadata.clone());
        let changed = [
            ("tier", held.tier != *tier),
            ("settings", held.settings != settings),
            ("metadata", held.metadata != metadata),
        ];
        sql::replace_tenant()
            .bind(tx.client(), tier, &settings, &metadata, id.as_uuid())
            .await
            .map_err(failed)?;
        Ok(changed.into_iter().filter(|it| it.1).map(|it| it.0).collect())
    }
}

/// Whether the tenant may be worked with: it is what it was, unless somebody wants it otherwise.
pub(super) async fn set_status(
    tx: &AdminTx,
    tenant: TenantId,
    source: &SourceTenant,
    options: &ImportArchive,
) -> Result<()> {
    let failed = |error| Error::from_postgres(IMPORT, error);
    if options.resume {
        sql::resume_imported().bind(tx.client(), tenant.as_uuid()).await.map_err(failed)?;
    } else if options.suspended || source.status == TenantStatus::Suspended {
        let at = source.suspended_at.filter(|_| source.status == TenantStatus::Suspended);
        let suspended = sql::suspend_imported().bind(tx.client(), &at, tenant.as_uuid()).await;
        suspended.map_err(failed)?;
    }
    Ok(())
}

impl NewTarget {
    async fn make(&self, tx: &AdminTx) -> Result<()> {
        let Self { id, name, slug, tier, region, settings, metadata } = self;
        let (slug, region) = (slug.as_str(), region.as_str());
        let made = insert_tenant()
            .bind(tx.client(), id.as_uuid(), name, &slug, tier, &region, settings, metadata)
            .one()
            .await;
        made.map(drop).map_err(|error| Error::from_postgres(IMPORT, error))
    }
}

async fn refuse_occupied(tx: &AdminTx, tenant: TenantId) -> Result<()> {
    let tables = sql::list_occupied().bind(tx.client(), tenant.as_uuid()).all().await;
    let tables = tables.map_err(|error| Error::from_postgres(IMPORT, error))?;
    if tables.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "tenant {tenant} has rows already, in {}; import into a tenant that has none, or into a new one",
        tables.join(", ")
    );
    Err(Error::Conflict { operation: IMPORT, reason })
}
