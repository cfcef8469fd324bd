// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertTenantParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::JsonSql,
    T6: crate::JsonSql,
> {
    pub id: uuid::Uuid,
    pub name: T1,
    pub slug: T2,
    pub tier: T3,
    pub region: T4,
    pub settings: T5,
    pub metadata: T6,
}
#[derive(Clone, Copy, Debug)]
pub struct ListTenantsParams {
    pub after_created_at: Option<jiff::Timestamp>,
    pub after_id: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct DeleteTenantParams<T1: crate::StringSql> {
    pub id: uuid::Uuid,
    pub deleted_by: T1,
}
#[derive(Debug)]
pub struct InsertWorkspaceParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::JsonSql,
> {
    pub id: uuid::Uuid,
    pub name: T1,
    pub description: Option<T2>,
    pub region: Option<T3>,
    pub region_locked: bool,
    pub data_persistence_mode: T4,
    pub metadata: T5,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetWorkspaceParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteWorkspaceParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertEnvironmentParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: T1,
    pub tier: T2,
    pub description: Option<T3>,
    pub metadata: T4,
}
#[derive(Clone, Copy, Debug)]
pub struct ListEnvironmentsParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetWorkspaceConfigParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct PutWorkspaceConfigParams<T1: crate::JsonSql, T2: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub retention_days: i32,
    pub write_cap_per_minute: i32,
    pub approval_tiers: T1,
    pub custom_settings: T2,
}
#[derive(Clone, Copy, Debug)]
pub struct InsertDefaultWorkspaceConfigParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockWorkspaceConfigParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct AdjustWorkspaceConfigParams<T1: crate::JsonSql, T2: crate::JsonSql> {
    pub retention_days: Option<i32>,
    pub write_cap_per_minute: Option<i32>,
    pub approval_tiers: Option<T1>,
    pub custom_settings: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    pub id: uuid::Uuid,
    pub name: String,
    pub slug: String,
    pub tier: String,
    pub region: String,
    pub status: String,
    pub suspended_at: Option<jiff::Timestamp>,
    pub settings: String,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct TenantBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub slug: &'a str,
    pub tier: &'a str,
    pub region: &'a str,
    pub status: &'a str,
    pub suspended_at: Option<jiff::Timestamp>,
    pub settings: &'a str,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<TenantBorrowed<'a>> for Tenant {
    fn from(
        TenantBorrowed {
            id,
            name,
            slug,
            tier,
            region,
            status,
            suspended_at,
            settings,
            metadata,
            created_at,
            updated_at,
        }: TenantBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            slug: slug.into(),
            tier: tier.into(),
            region: region.into(),
            status: status.into(),
            suspended_at,
            settings: settings.into(),
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetTombstone {
    pub id: uuid::Uuid,
    pub tenant_id: uuid::Uuid,
    pub slug: String,
    pub name: String,
    pub last_seq: i64,
    pub last_hash: Vec<u8>,
    pub row_counts: String,
    pub deleted_by: String,
    pub deleted_at: jiff::Timestamp,
}
pub struct GetTombstoneBorrowed<'a> {
    pub id: uuid::Uuid,
    pub tenant_id: uuid::Uuid,
    pub slug: &'a str,
    pub name: &'a str,
    pub last_seq: i64,
    pub last_hash: &'a [u8],
    pub row_counts: &'a str,
    pub deleted_by: &'a str,
    pub deleted_at: jiff::Timestamp,
}
impl<'a> From<GetTombstoneBorrowed<'a>> for GetTombstone {
    fn from(
        GetTombstoneBorrowed {
            id,
            tenant_id,
            slug,
            name,
            last_seq,
            last_hash,
            row_counts,
            deleted_by,
            deleted_at,
        }: GetTombstoneBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            tenant_id,
            slug: slug.into(),
            name: name.into(),
            last_seq,
            last_hash: last_hash.into(),
            row_counts: row_counts.into(),
            deleted_by: deleted_by.into(),
            deleted_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: String,
    pub description: Option<String>,
    pub region: String,
    pub region_locked: bool,
    pub data_persistence_mode: String,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct WorkspaceBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub region: &'a str,
    pub region_locked: bool,
    pub data_persistence_mode: &'a str,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<WorkspaceBorrowed<'a>> for Workspace {
    fn from(
        WorkspaceBorrowed {
            tenant_id,
            id,
            name,
            description,
            region,
            region_locked,
            data_persistence_mode,
            metadata,
            created_at,
            updated_at,
        }: WorkspaceBorrowed<'a>,
    ) -> Self {
        Self {
            tenant_id,
            id,
            name: name.into(),
            description: description.map(|v| v.into()),
            region: region.into(),
            region_locked,
            data_persistence_mode: data_persistence_mode.into(),
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: String,
    pub tier: String,
    pub description: Option<String>,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct EnvironmentBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: &'a str,
    pub tier: &'a str,
    pub description: Option<&'a str>,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<EnvironmentBorrowed<'a>> for Environment {
    fn from(
        EnvironmentBorrowed {
            tenant_id,
            id,
            workspace_id,
            name,
            tier,
            description,
            metadata,
            created_at,
            updated_at,
        }: EnvironmentBorrowed<'a>,
    ) -> Self {
        Self {
            tenant_id,
            id,
            workspace_id,
            name: name.into(),
            tier: tier.into(),
            description: description.map(|v| v.into()),
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct WorkspaceConfig {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub retention_days: i32,
    pub write_cap_per_minute: i32,
    pub approval_tiers: String,
    pub custom_settings: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct WorkspaceConfigBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub retention_days: i32,
    pub write_cap_per_minute: i32,
    pub approval_tiers: &'a str,
    pub custom_settings: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<WorkspaceConfigBorrowed<'a>> for WorkspaceConfig {
    fn from(
        WorkspaceConfigBorrowed {
            tenant_id,
            id,
            workspace_id,
            retention_days,
            write_cap_per_minute,
            approval_tiers,
            custom_settings,
            created_at,
            updated_at,
        }: WorkspaceConfigBorrowed<'a>,
    ) -> Self {
        Self {
            tenant_id,
            id,
            workspace_id,
            retention_days,
            write_cap_per_minute,
            approval_tiers: approval_tiers.into(),
            custom_settings: custom_settings.into(),
            created_at,
            updated_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct TenantQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<TenantBorrowed, tokio_postgres::Error>,
    mapper: fn(TenantBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> TenantQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(TenantBorrowed) -> R) -> TenantQuery<'c, 'a, 's, C, R, N> {
        TenantQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct UuidUuidQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<uuid::Uuid, tokio_postgres::Error>,
    mapper: fn(uuid::Uuid) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> UuidUuidQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(uuid::Uuid) -> R) -> UuidUuidQuery<'c, 'a, 's, C, R, N> {
        UuidUuidQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct GetTombstoneQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetTombstoneBorrowed, tokio_postgres::Error>,
    mapper: fn(GetTombstoneBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetTombstoneQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetTombstoneBorrowed) -> R,
    ) -> GetTombstoneQuery<'c, 'a, 's, C, R, N> {
        GetTombstoneQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct StringQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<&str, tokio_postgres::Error>,
    mapper: fn(&str) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> StringQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(&str) -> R) -> StringQuery<'c, 'a, 's, C, R, N> {
        StringQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct WorkspaceQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<WorkspaceBorrowed, tokio_postgres::Error>,
    mapper: fn(WorkspaceBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> WorkspaceQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(WorkspaceBorrowed) -> R) -> WorkspaceQuery<'c, 'a, 's, C, R, N> {
        WorkspaceQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct EnvironmentQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<EnvironmentBorrowed, tokio_postgres::Error>,
    mapper: fn(EnvironmentBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> EnvironmentQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(EnvironmentBorrowed) -> R,
    ) -> EnvironmentQuery<'c, 'a, 's, C, R, N> {
        EnvironmentQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct WorkspaceConfigQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<WorkspaceConfigBorrowed, tokio_postgres::Error>,
    mapper: fn(WorkspaceConfigBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> WorkspaceConfigQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(WorkspaceConfigBorrowed) -> R,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, R, N> {
        WorkspaceConfigQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct InsertTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_tenant() -> InsertTenantStmt {
    InsertTenantStmt(
        "INSERT INTO public.tenants (id, name, slug, tier, region, settings, metadata) VALUES ($1, $2, $3::text, $4, $5::text, $6, $7) RETURNING id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at, updated_at",
        None,
    )
}
impl InsertTenantStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::JsonSql,
        T6: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
        name: &'a T1,
        slug: &'a T2,
        tier: &'a T3,
        region: &'a T4,
        settings: &'a T5,
        metadata: &'a T6,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 7> {
        TenantQuery {
            client,
            params: [id, name, slug, tier, region, settings, metadata],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<TenantBorrowed, tokio_postgres::Error> {
                    Ok(TenantBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        tier: row.try_get(3)?,
                        region: row.try_get(4)?,
                        status: row.try_get(5)?,
                        suspended_at: row.try_get(6)?,
                        settings: row.try_get(7)?,
                        metadata: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Tenant::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::JsonSql,
    T6: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertTenantParams<T1, T2, T3, T4, T5, T6>,
        TenantQuery<'c, 'a, 's, C, Tenant, 7>,
        C,
    > for InsertTenantStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertTenantParams<T1, T2, T3, T4, T5, T6>,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 7> {
        self.bind(
            client,
            &params.id,
            &params.name,
            &params.slug,
            &params.tier,
            &params.region,
            &params.settings,
            &params.metadata,
        )
    }
}
pub struct GetTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tenant() -> GetTenantStmt {
    GetTenantStmt(
        "SELECT id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at, updated_at FROM public.tenants WHERE id = $1",
        None,
    )
}
impl GetTenantStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 1> {
        TenantQuery {
            client,
            params: [id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<TenantBorrowed, tokio_postgres::Error> {
                    Ok(TenantBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        tier: row.try_get(3)?,
                        region: row.try_get(4)?,
                        status: row.try_get(5)?,
                        suspended_at: row.try_get(6)?,
                        settings: row.try_get(7)?,
                        metadata: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Tenant::from(it),
        }
    }
}
pub struct GetTenantBySlugStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tenant_by_slug() -> GetTenantBySlugStmt {
    GetTenantBySlugStmt(
        "SELECT id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at, updated_at FROM public.tenants WHERE slug = $1::text",
        None,
    )
}
impl GetTenantBySlugStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        slug: &'a T1,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 1> {
        TenantQuery {
            client,
            params: [slug],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<TenantBorrowed, tokio_postgres::Error> {
                    Ok(TenantBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        tier: row.try_get(3)?,
                        region: row.try_get(4)?,
                        status: row.try_get(5)?,
                        suspended_at: row.try_get(6)?,
                        settings: row.try_get(7)?,
                        metadata: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Tenant::from(it),
        }
    }
}
pub struct ListTenantsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tenants() -> ListTenantsStmt {
    ListTenantsStmt(
        "SELECT id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at, updated_at FROM public.tenants WHERE $1::timestamptz IS NULL OR (created_at, id) > ($1::timestamptz, $2::uuid) ORDER BY created_at, id LIMIT $3",
        None,
    )
}
impl ListTenantsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        after_created_at: &'a Option<jiff::Timestamp>,
        after_id: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 3> {
        TenantQuery {
            client,
            params: [after_created_at, after_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<TenantBorrowed, tokio_postgres::Error> {
                    Ok(TenantBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        tier: row.try_get(3)?,
                        region: row.try_get(4)?,
                        status: row.try_get(5)?,
                        suspended_at: row.try_get(6)?,
                        settings: row.try_get(7)?,
                        metadata: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Tenant::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListTenantsParams,
        TenantQuery<'c, 'a, 's, C, Tenant, 3>,
        C,
    > for ListTenantsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListTenantsParams,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 3> {
        self.bind(client, &params.after_created_at, &params.after_id, &params.page_size)
    }
}
pub struct SuspendTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn suspend_tenant() -> SuspendTenantStmt {
    SuspendTenantStmt(
        "UPDATE public.tenants SET status = 'suspended', suspended_at = now() WHERE id = $1 AND status = 'active' RETURNING id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at, updated_at",
        None,
    )
}
impl SuspendTenantStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 1> {
        TenantQuery {
            client,
            params: [id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<TenantBorrowed, tokio_postgres::Error> {
                    Ok(TenantBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        tier: row.try_get(3)?,
                        region: row.try_get(4)?,
                        status: row.try_get(5)?,
                        suspended_at: row.try_get(6)?,
                        settings: row.try_get(7)?,
                        metadata: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Tenant::from(it),
        }
    }
}
pub struct ResumeTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn resume_tenant() -> ResumeTenantStmt {
    ResumeTenantStmt(
        "UPDATE public.tenants SET status = 'active', suspended_at = NULL WHERE id = $1 AND status = 'suspended' RETURNING id, name, slug::text, tier, region::text, status, suspended_at, settings::text, metadata::text, created_at, updated_at",
        None,
    )
}
impl ResumeTenantStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
    ) -> TenantQuery<'c, 'a, 's, C, Tenant, 1> {
        TenantQuery {
            client,
            params: [id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<TenantBorrowed, tokio_postgres::Error> {
                    Ok(TenantBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        tier: row.try_get(3)?,
                        region: row.try_get(4)?,
                        status: row.try_get(5)?,
                        suspended_at: row.try_get(6)?,
                        settings: row.try_get(7)?,
                        metadata: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Tenant::from(it),
        }
    }
}
pub struct DeleteTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_tenant() -> DeleteTenantStmt {
    DeleteTenantStmt("SELECT public.tenant_delete($1, $2) AS tombstone_id", None)
}
impl DeleteTenantStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
        deleted_by: &'a T1,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [id, deleted_by],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeleteTenantParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for DeleteTenantStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteTenantParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.id, &params.deleted_by)
    }
}
pub struct GetTombstoneStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tombstone() -> GetTombstoneStmt {
    GetTombstoneStmt(
        "SELECT id, tenant_id, slug, name, last_seq, last_hash, row_counts::text, deleted_by, deleted_at FROM public.tenant_tombstones WHERE tenant_id = $1",
        None,
    )
}
impl GetTombstoneStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
    ) -> GetTombstoneQuery<'c, 'a, 's, C, GetTombstone, 1> {
        GetTombstoneQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetTombstoneBorrowed, tokio_postgres::Error> {
                    Ok(GetTombstoneBorrowed {
                        id: row.try_get(0)?,
                        tenant_id: row.try_get(1)?,
                        slug: row.try_get(2)?,
                        name: row.try_get(3)?,
                        last_seq: row.try_get(4)?,
                        last_hash: row.try_get(5)?,
                        row_counts: row.try_get(6)?,
                        deleted_by: row.try_get(7)?,
                        deleted_at: row.try_get(8)?,
                    })
                },
            mapper: |it| GetTombstone::from(it),
        }
    }
}
pub struct NameTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn name_tenant() -> NameTenantStmt {
    NameTenantStmt("SELECT set_config('app.tenant_id', $1::uuid::text, true) AS tenant_id", None)
}
impl NameTenantStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct InsertWorkspaceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_workspace() -> InsertWorkspaceStmt {
    InsertWorkspaceStmt(
        "INSERT INTO public.workspaces (tenant_id, id, name, description, region, region_locked, data_persistence_mode, metadata) SELECT t.id, $1, $2, $3, coalesce($4::text, t.region::text), $5, $6, $7 FROM public.tenants AS t WHERE t.id = $8 RETURNING tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata::text, created_at, updated_at",
        None,
    )
}
impl InsertWorkspaceStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        id: &'a uuid::Uuid,
        name: &'a T1,
        description: &'a Option<T2>,
        region: &'a Option<T3>,
        region_locked: &'a bool,
        data_persistence_mode: &'a T4,
        metadata: &'a T5,
        tenant_id: &'a uuid::Uuid,
    ) -> WorkspaceQuery<'c, 'a, 's, C, Workspace, 8> {
        WorkspaceQuery {
            client,
            params: [
                id,
                name,
                description,
                region,
                region_locked,
                data_persistence_mode,
                metadata,
                tenant_id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<WorkspaceBorrowed, tokio_postgres::Error> {
                    Ok(WorkspaceBorrowed {
                        tenant_id: row.try_get(0)?,
                        id: row.try_get(1)?,
                        name: row.try_get(2)?,
                        description: row.try_get(3)?,
                        region: row.try_get(4)?,
                        region_locked: row.try_get(5)?,
                        data_persistence_mode: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Workspace::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertWorkspaceParams<T1, T2, T3, T4, T5>,
        WorkspaceQuery<'c, 'a, 's, C, Workspace, 8>,
        C,
    > for InsertWorkspaceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertWorkspaceParams<T1, T2, T3, T4, T5>,
    ) -> WorkspaceQuery<'c, 'a, 's, C, Workspace, 8> {
        self.bind(
            client,
            &params.id,
            &params.name,
            &params.description,
            &params.region,
            &params.region_locked,
            &params.data_persistence_mode,
            &params.metadata,
            &params.tenant_id,
        )
    }
}
pub struct GetWorkspaceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_workspace() -> GetWorkspaceStmt {
    GetWorkspaceStmt(
        "SELECT tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata::text, created_at, updated_at FROM public.workspaces WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetWorkspaceStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> WorkspaceQuery<'c, 'a, 's, C, Workspace, 2> {
        WorkspaceQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<WorkspaceBorrowed, tokio_postgres::Error> {
                    Ok(WorkspaceBorrowed {
                        tenant_id: row.try_get(0)?,
                        id: row.try_get(1)?,
                        name: row.try_get(2)?,
                        description: row.try_get(3)?,
                        region: row.try_get(4)?,
                        region_locked: row.try_get(5)?,
                        data_persistence_mode: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Workspace::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetWorkspaceParams,
        WorkspaceQuery<'c, 'a, 's, C, Workspace, 2>,
        C,
    > for GetWorkspaceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetWorkspaceParams,
    ) -> WorkspaceQuery<'c, 'a, 's, C, Workspace, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListWorkspacesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_workspaces() -> ListWorkspacesStmt {
    ListWorkspacesStmt(
        "SELECT tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata::text, created_at, updated_at FROM public.workspaces WHERE tenant_id = $1 ORDER BY created_at, id",
        None,
    )
}
impl ListWorkspacesStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
    ) -> WorkspaceQuery<'c, 'a, 's, C, Workspace, 1> {
        WorkspaceQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<WorkspaceBorrowed, tokio_postgres::Error> {
                    Ok(WorkspaceBorrowed {
                        tenant_id: row.try_get(0)?,
                        id: row.try_get(1)?,
                        name: row.try_get(2)?,
                        description: row.try_get(3)?,
                        region: row.try_get(4)?,
                        region_locked: row.try_get(5)?,
                        data_persistence_mode: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Workspace::from(it),
        }
    }
}
pub struct DeleteWorkspaceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_workspace() -> DeleteWorkspaceStmt {
    DeleteWorkspaceStmt("DELETE FROM public.workspaces WHERE tenant_id = $1 AND id = $2", None)
}
impl DeleteWorkspaceStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteWorkspaceParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteWorkspaceStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteWorkspaceParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct InsertEnvironmentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_environment() -> InsertEnvironmentStmt {
    InsertEnvironmentStmt(
        "INSERT INTO public.environments (tenant_id, id, workspace_id, name, tier, description, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING tenant_id, id, workspace_id, name, tier, description, metadata::text, created_at, updated_at",
        None,
    )
}
impl InsertEnvironmentStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        name: &'a T1,
        tier: &'a T2,
        description: &'a Option<T3>,
        metadata: &'a T4,
    ) -> EnvironmentQuery<'c, 'a, 's, C, Environment, 7> {
        EnvironmentQuery {
            client,
            params: [tenant_id, id, workspace_id, name, tier, description, metadata],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<EnvironmentBorrowed, tokio_postgres::Error> {
                    Ok(EnvironmentBorrowed {
                        tenant_id: row.try_get(0)?,
                        id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        tier: row.try_get(4)?,
                        description: row.try_get(5)?,
                        metadata: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                        updated_at: row.try_get(8)?,
                    })
                },
            mapper: |it| Environment::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertEnvironmentParams<T1, T2, T3, T4>,
        EnvironmentQuery<'c, 'a, 's, C, Environment, 7>,
        C,
    > for InsertEnvironmentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertEnvironmentParams<T1, T2, T3, T4>,
    ) -> EnvironmentQuery<'c, 'a, 's, C, Environment, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.name,
            &params.tier,
            &params.description,
            &params.metadata,
        )
    }
}
pub struct ListEnvironmentsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_environments() -> ListEnvironmentsStmt {
    ListEnvironmentsStmt(
        "SELECT tenant_id, id, workspace_id, name, tier, description, metadata::text, created_at, updated_at FROM public.environments WHERE tenant_id = $1 AND workspace_id = $2 ORDER BY created_at, id",
        None,
    )
}
impl ListEnvironmentsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
    ) -> EnvironmentQuery<'c, 'a, 's, C, Environment, 2> {
        EnvironmentQuery {
            client,
            params: [tenant_id, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<EnvironmentBorrowed, tokio_postgres::Error> {
                    Ok(EnvironmentBorrowed {
                        tenant_id: row.try_get(0)?,
                        id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        tier: row.try_get(4)?,
                        description: row.try_get(5)?,
                        metadata: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                        updated_at: row.try_get(8)?,
                    })
                },
            mapper: |it| Environment::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListEnvironmentsParams,
        EnvironmentQuery<'c, 'a, 's, C, Environment, 2>,
        C,
    > for ListEnvironmentsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListEnvironmentsParams,
    ) -> EnvironmentQuery<'c, 'a, 's, C, Environment, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct GetWorkspaceConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_workspace_config() -> GetWorkspaceConfigStmt {
    GetWorkspaceConfigStmt(
        "SELECT tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text, created_at, updated_at FROM public.workspace_configs WHERE tenant_id = $1 AND workspace_id = $2",
        None,
    )
}
impl GetWorkspaceConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 2> {
        WorkspaceConfigQuery {
            client,
            params: [tenant_id, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<WorkspaceConfigBorrowed, tokio_postgres::Error> {
                Ok(WorkspaceConfigBorrowed {
                    tenant_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    workspace_id: row.try_get(2)?,
                    retention_days: row.try_get(3)?,
                    write_cap_per_minute: row.try_get(4)?,
                    approval_tiers: row.try_get(5)?,
                    custom_settings: row.try_get(6)?,
                    created_at: row.try_get(7)?,
                    updated_at: row.try_get(8)?,
                })
            },
            mapper: |it| WorkspaceConfig::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetWorkspaceConfigParams,
        WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 2>,
        C,
    > for GetWorkspaceConfigStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetWorkspaceConfigParams,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct PutWorkspaceConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn put_workspace_config() -> PutWorkspaceConfigStmt {
    PutWorkspaceConfigStmt(
        "INSERT INTO public.workspace_configs ( tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers, custom_settings ) VALUES ( $1, $2, $3, $4, $5, $6, $7 ) ON CONFLICT ON CONSTRAINT workspace_configs_workspace_key DO UPDATE SET retention_days       = excluded.retention_days, write_cap_per_minute = excluded.write_cap_per_minute, approval_tiers       = excluded.approval_tiers, custom_settings      = excluded.custom_settings RETURNING tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text, created_at, updated_at",
        None,
    )
}
impl PutWorkspaceConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql, T2: crate::JsonSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        retention_days: &'a i32,
        write_cap_per_minute: &'a i32,
        approval_tiers: &'a T1,
        custom_settings: &'a T2,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 7> {
        WorkspaceConfigQuery {
            client,
            params: [
                tenant_id,
                id,
                workspace_id,
                retention_days,
                write_cap_per_minute,
                approval_tiers,
                custom_settings,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<WorkspaceConfigBorrowed, tokio_postgres::Error> {
                Ok(WorkspaceConfigBorrowed {
                    tenant_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    workspace_id: row.try_get(2)?,
                    retention_days: row.try_get(3)?,
                    write_cap_per_minute: row.try_get(4)?,
                    approval_tiers: row.try_get(5)?,
                    custom_settings: row.try_get(6)?,
                    created_at: row.try_get(7)?,
                    updated_at: row.try_get(8)?,
                })
            },
            mapper: |it| WorkspaceConfig::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql, T2: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        PutWorkspaceConfigParams<T1, T2>,
        WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 7>,
        C,
    > for PutWorkspaceConfigStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PutWorkspaceConfigParams<T1, T2>,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.retention_days,
            &params.write_cap_per_minute,
            &params.approval_tiers,
            &params.custom_settings,
        )
    }
}
pub struct InsertDefaultWorkspaceConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_default_workspace_config() -> InsertDefaultWorkspaceConfigStmt {
    InsertDefaultWorkspaceConfigStmt(
        "INSERT INTO public.workspace_configs (tenant_id, id, workspace_id) VALUES ($1, $2, $3) ON CONFLICT ON CONSTRAINT workspace_configs_workspace_key DO NOTHING",
        None,
    )
}
impl InsertDefaultWorkspaceConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, id, workspace_id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertDefaultWorkspaceConfigParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertDefaultWorkspaceConfigStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertDefaultWorkspaceConfigParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id, &params.workspace_id))
    }
}
pub struct LockWorkspaceConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_workspace_config() -> LockWorkspaceConfigStmt {
    LockWorkspaceConfigStmt(
        "SELECT tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text, created_at, updated_at FROM public.workspace_configs WHERE tenant_id = $1 AND workspace_id = $2 FOR UPDATE",
        None,
    )
}
impl LockWorkspaceConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 2> {
        WorkspaceConfigQuery {
            client,
            params: [tenant_id, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<WorkspaceConfigBorrowed, tokio_postgres::Error> {
                Ok(WorkspaceConfigBorrowed {
                    tenant_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    workspace_id: row.try_get(2)?,
                    retention_days: row.try_get(3)?,
                    write_cap_per_minute: row.try_get(4)?,
                    approval_tiers: row.try_get(5)?,
                    custom_settings: row.try_get(6)?,
                    created_at: row.try_get(7)?,
                    updated_at: row.try_get(8)?,
                })
            },
            mapper: |it| WorkspaceConfig::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockWorkspaceConfigParams,
        WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 2>,
        C,
    > for LockWorkspaceConfigStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockWorkspaceConfigParams,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct AdjustWorkspaceConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn adjust_workspace_config() -> AdjustWorkspaceConfigStmt {
    AdjustWorkspaceConfigStmt(
        "UPDATE public.workspace_configs SET retention_days       = coalesce($1, retention_days), write_cap_per_minute = coalesce($2, write_cap_per_minute), approval_tiers       = coalesce($3, approval_tiers), custom_settings      = coalesce($4, custom_settings) WHERE tenant_id = $5 AND workspace_id = $6 RETURNING tenant_id, id, workspace_id, retention_days, write_cap_per_minute, approval_tiers::text, custom_settings::text, created_at, updated_at",
        None,
    )
}
impl AdjustWorkspaceConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql, T2: crate::JsonSql>(
        &'s self,
        client: &'c C,
        retention_days: &'a Option<i32>,
        write_cap_per_minute: &'a Option<i32>,
        approval_tiers: &'a Option<T1>,
        custom_settings: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 6> {
        WorkspaceConfigQuery {
            client,
            params: [
                retention_days,
                write_cap_per_minute,
                approval_tiers,
                custom_settings,
                tenant_id,
                workspace_id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<WorkspaceConfigBorrowed, tokio_postgres::Error> {
                Ok(WorkspaceConfigBorrowed {
                    tenant_id: row.try_get(0)?,
                    id: row.try_get(1)?,
                    workspace_id: row.try_get(2)?,
                    retention_days: row.try_get(3)?,
                    write_cap_per_minute: row.try_get(4)?,
                    approval_tiers: row.try_get(5)?,
                    custom_settings: row.try_get(6)?,
                    created_at: row.try_get(7)?,
                    updated_at: row.try_get(8)?,
                })
            },
            mapper: |it| WorkspaceConfig::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql, T2: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        AdjustWorkspaceConfigParams<T1, T2>,
        WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 6>,
        C,
    > for AdjustWorkspaceConfigStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a AdjustWorkspaceConfigParams<T1, T2>,
    ) -> WorkspaceConfigQuery<'c, 'a, 's, C, WorkspaceConfig, 6> {
        self.bind(
            client,
            &params.retention_days,
            &params.write_cap_per_minute,
            &params.approval_tiers,
            &params.custom_settings,
            &params.tenant_id,
            &params.workspace_id,
        )
    }
}
