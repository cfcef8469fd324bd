// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct AppendAuditsParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
    pub records: T3,
}
#[derive(Debug)]
pub struct ListAuditsParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub before_seq: Option<i64>,
    pub action: Option<T1>,
    pub actor_id: Option<T2>,
    pub resource_type: Option<T3>,
    pub resource_id: Option<T4>,
    pub status: Option<T5>,
    pub since: Option<jiff::Timestamp>,
    pub until: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListAuditedTenantsParams {
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadAuditBlocksParams {
    pub first_seq: i64,
    pub last_seq: i64,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetAuditHashParams {
    pub tenant_id: uuid::Uuid,
    pub seq: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadAuditLinksParams {
    pub tenant_id: uuid::Uuid,
    pub first_seq: i64,
    pub last_seq: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct FirstForgedFieldsParams {
    pub tenant_id: uuid::Uuid,
    pub first_seq: i64,
    pub last_seq: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadCheckpointsParams {
    pub tenant_id: uuid::Uuid,
    pub first_seq: i64,
    pub last_seq: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadLastCheckpointsParams {
    pub tenant_id: uuid::Uuid,
    pub last_seq: i64,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ReadCheckpointRootsParams<T1: crate::ArraySql<Item = i64>> {
    pub tenant_id: uuid::Uuid,
    pub sizes: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct CompareWithTenantLogParams {
    pub tenant_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadTenantLogParams {
    pub after: i64,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadTenantLogCheckpointsParams {
    pub after: i64,
    pub last: i64,
}
#[derive(Debug)]
pub struct NotifyParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub channel: T1,
    pub payload: T2,
}
#[derive(Debug, Clone, PartialEq)]
pub struct AppendAudits {
    pub first_seq: i64,
    pub last_seq: i64,
    pub head_hash: Vec<u8>,
}
pub struct AppendAuditsBorrowed<'a> {
    pub first_seq: i64,
    pub last_seq: i64,
    pub head_hash: &'a [u8],
}
impl<'a> From<AppendAuditsBorrowed<'a>> for AppendAudits {
    fn from(
        AppendAuditsBorrowed { first_seq, last_seq, head_hash }: AppendAuditsBorrowed<'a>,
    ) -> Self {
        Self { first_seq, last_seq, head_hash: head_hash.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub seq: i64,
    pub id: uuid::Uuid,
    pub occurred_at: Option<jiff::Timestamp>,
    pub action: Option<String>,
    pub actor_type: Option<String>,
    pub actor_id: Option<String>,
    pub resource_type: Option<String>,
    pub resource_id: Option<String>,
    pub status: Option<String>,
    pub source: Option<String>,
    pub workspace_id: Option<uuid::Uuid>,
    pub details: Option<serde_json::Value>,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
    pub record: String,
}
pub struct AuditEntryBorrowed<'a> {
    pub seq: i64,
    pub id: uuid::Uuid,
    pub occurred_at: Option<jiff::Timestamp>,
    pub action: Option<&'a str>,
    pub actor_type: Option<&'a str>,
    pub actor_id: Option<&'a str>,
    pub resource_type: Option<&'a str>,
    pub resource_id: Option<&'a str>,
    pub status: Option<&'a str>,
    pub source: Option<&'a str>,
    pub workspace_id: Option<uuid::Uuid>,
    pub details: Option<serde_json::Value>,
    pub prev_hash: &'a [u8],
    pub hash: &'a [u8],
    pub record: &'a str,
}
impl<'a> From<AuditEntryBorrowed<'a>> for AuditEntry {
    fn from(
        AuditEntryBorrowed {
            seq,
            id,
            occurred_at,
            action,
            actor_type,
            actor_id,
            resource_type,
            resource_id,
            status,
            source,
            workspace_id,
            details,
            prev_hash,
            hash,
            record,
        }: AuditEntryBorrowed<'a>,
    ) -> Self {
        Self {
            seq,
            id,
            occurred_at,
            action: action.map(|v| v.into()),
            actor_type: actor_type.map(|v| v.into()),
            actor_id: actor_id.map(|v| v.into()),
            resource_type: resource_type.map(|v| v.into()),
            resource_id: resource_id.map(|v| v.into()),
            status: status.map(|v| v.into()),
            source: source.map(|v| v.into()),
            workspace_id,
            details: details.map(|v| v),
            prev_hash: prev_hash.into(),
            hash: hash.into(),
            record: record.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetAuditHead {
    pub seq: Option<i64>,
    pub hash: Option<Vec<u8>>,
    pub pruned_seq: Option<i64>,
    pub pruned_hash: Option<Vec<u8>>,
}
pub struct GetAuditHeadBorrowed<'a> {
    pub seq: Option<i64>,
    pub hash: Option<&'a [u8]>,
    pub pruned_seq: Option<i64>,
    pub pruned_hash: Option<&'a [u8]>,
}
impl<'a> From<GetAuditHeadBorrowed<'a>> for GetAuditHead {
    fn from(
        GetAuditHeadBorrowed { seq, hash, pruned_seq, pruned_hash }: GetAuditHeadBorrowed<'a>,
    ) -> Self {
        Self {
            seq,
            hash: hash.map(|v| v.into()),
            pruned_seq,
            pruned_hash: pruned_hash.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListAuditedTenants {
    pub tenant_id: uuid::Uuid,
    pub slug: Option<String>,
}
pub struct ListAuditedTenantsBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub slug: Option<&'a str>,
}
impl<'a> From<ListAuditedTenantsBorrowed<'a>> for ListAuditedTenants {
    fn from(
        ListAuditedTenantsBorrowed { tenant_id, slug }: ListAuditedTenantsBorrowed<'a>,
    ) -> Self {
        Self { tenant_id, slug: slug.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct GetAuditExtent {
    pub first_seq: Option<i64>,
    pub last_seq: Option<i64>,
    pub last_checkpoint: Option<i64>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadAuditLinks {
    pub seq: i64,
    pub prev_hash: Option<Vec<u8>>,
    pub hash: Option<Vec<u8>>,
    pub record: Option<String>,
    pub is_too_long: bool,
}
pub struct ReadAuditLinksBorrowed<'a> {
    pub seq: i64,
    pub prev_hash: Option<&'a [u8]>,
    pub hash: Option<&'a [u8]>,
    pub record: Option<&'a str>,
    pub is_too_long: bool,
}
impl<'a> From<ReadAuditLinksBorrowed<'a>> for ReadAuditLinks {
    fn from(
        ReadAuditLinksBorrowed {
            seq,
            prev_hash,
            hash,
            record,
            is_too_long,
        }: ReadAuditLinksBorrowed<'a>,
    ) -> Self {
        Self {
            seq,
            prev_hash: prev_hash.map(|v| v.into()),
            hash: hash.map(|v| v.into()),
            record: record.map(|v| v.into()),
            is_too_long,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointRow {
    pub seq: i64,
    pub head_hash: Option<Vec<u8>>,
    pub root_hash: Option<Vec<u8>>,
    pub compact_range: Option<Vec<u8>>,
    pub note: Option<String>,
}
pub struct CheckpointRowBorrowed<'a> {
    pub seq: i64,
    pub head_hash: Option<&'a [u8]>,
    pub root_hash: Option<&'a [u8]>,
    pub compact_range: Option<&'a [u8]>,
    pub note: Option<&'a str>,
}
impl<'a> From<CheckpointRowBorrowed<'a>> for CheckpointRow {
    fn from(
        CheckpointRowBorrowed {
            seq,
            head_hash,
            root_hash,
            compact_range,
            note,
        }: CheckpointRowBorrowed<'a>,
    ) -> Self {
        Self {
            seq,
            head_hash: head_hash.map(|v| v.into()),
            root_hash: root_hash.map(|v| v.into()),
            compact_range: compact_range.map(|v| v.into()),
            note: note.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadCheckpointRoots {
    pub seq: i64,
    pub root_hash: Option<Vec<u8>>,
}
pub struct ReadCheckpointRootsBorrowed<'a> {
    pub seq: i64,
    pub root_hash: Option<&'a [u8]>,
}
impl<'a> From<ReadCheckpointRootsBorrowed<'a>> for ReadCheckpointRoots {
    fn from(
        ReadCheckpointRootsBorrowed { seq, root_hash }: ReadCheckpointRootsBorrowed<'a>,
    ) -> Self {
        Self { seq, root_hash: root_hash.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CompareWithTenantLog {
    pub seq: Option<i64>,
    pub record: Option<String>,
}
pub struct CompareWithTenantLogBorrowed<'a> {
    pub seq: Option<i64>,
    pub record: Option<&'a str>,
}
impl<'a> From<CompareWithTenantLogBorrowed<'a>> for CompareWithTenantLog {
    fn from(
        CompareWithTenantLogBorrowed { seq, record }: CompareWithTenantLogBorrowed<'a>,
    ) -> Self {
        Self { seq, record: record.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTenantLog {
    pub position: i64,
    pub tenant_id: Option<uuid::Uuid>,
    pub record: Option<String>,
}
pub struct ReadTenantLogBorrowed<'a> {
    pub position: i64,
    pub tenant_id: Option<uuid::Uuid>,
    pub record: Option<&'a str>,
}
impl<'a> From<ReadTenantLogBorrowed<'a>> for ReadTenantLog {
    fn from(
        ReadTenantLogBorrowed { position, tenant_id, record }: ReadTenantLogBorrowed<'a>,
    ) -> Self {
        Self { position, tenant_id, record: record.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTenantLogCheckpoints {
    pub size: i64,
    pub root_hash: Option<Vec<u8>>,
    pub compact_range: Option<Vec<u8>>,
    pub note: Option<String>,
}
pub struct ReadTenantLogCheckpointsBorrowed<'a> {
    pub size: i64,
    pub root_hash: Option<&'a [u8]>,
    pub compact_range: Option<&'a [u8]>,
    pub note: Option<&'a str>,
}
impl<'a> From<ReadTenantLogCheckpointsBorrowed<'a>> for ReadTenantLogCheckpoints {
    fn from(
        ReadTenantLogCheckpointsBorrowed {
            size,
            root_hash,
            compact_range,
            note,
        }: ReadTenantLogCheckpointsBorrowed<'a>,
    ) -> Self {
        Self {
            size,
            root_hash: root_hash.map(|v| v.into()),
            compact_range: compact_range.map(|v| v.into()),
            note: note.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTombstones {
    pub tenant_id: uuid::Uuid,
    pub last_seq: Option<i64>,
    pub last_hash: Option<Vec<u8>>,
}
pub struct ReadTombstonesBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub last_seq: Option<i64>,
    pub last_hash: Option<&'a [u8]>,
}
impl<'a> From<ReadTombstonesBorrowed<'a>> for ReadTombstones {
    fn from(
        ReadTombstonesBorrowed { tenant_id, last_seq, last_hash }: ReadTombstonesBorrowed<'a>,
    ) -> Self {
        Self { tenant_id, last_seq, last_hash: last_hash.map(|v| v.into()) }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct AppendAuditsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<AppendAuditsBorrowed, tokio_postgres::Error>,
    mapper: fn(AppendAuditsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AppendAuditsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(AppendAuditsBorrowed) -> R,
    ) -> AppendAuditsQuery<'c, 'a, 's, C, R, N> {
        AppendAuditsQuery {
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
pub struct AuditEntryQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<AuditEntryBorrowed, tokio_postgres::Error>,
    mapper: fn(AuditEntryBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AuditEntryQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(AuditEntryBorrowed) -> R,
    ) -> AuditEntryQuery<'c, 'a, 's, C, R, N> {
        AuditEntryQuery {
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
pub struct GetAuditHeadQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetAuditHeadBorrowed, tokio_postgres::Error>,
    mapper: fn(GetAuditHeadBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetAuditHeadQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetAuditHeadBorrowed) -> R,
    ) -> GetAuditHeadQuery<'c, 'a, 's, C, R, N> {
        GetAuditHeadQuery {
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
pub struct ListAuditedTenantsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ListAuditedTenantsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListAuditedTenantsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListAuditedTenantsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListAuditedTenantsBorrowed) -> R,
    ) -> ListAuditedTenantsQuery<'c, 'a, 's, C, R, N> {
        ListAuditedTenantsQuery {
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
pub struct BoolQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<bool, tokio_postgres::Error>,
    mapper: fn(bool) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> BoolQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(bool) -> R) -> BoolQuery<'c, 'a, 's, C, R, N> {
        BoolQuery {
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
pub struct GetAuditExtentQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetAuditExtent, tokio_postgres::Error>,
    mapper: fn(GetAuditExtent) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetAuditExtentQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetAuditExtent) -> R,
    ) -> GetAuditExtentQuery<'c, 'a, 's, C, R, N> {
        GetAuditExtentQuery {
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
pub struct OptionVecu8Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<&[u8]>, tokio_postgres::Error>,
    mapper: fn(Option<&[u8]>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> OptionVecu8Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(Option<&[u8]>) -> R) -> OptionVecu8Query<'c, 'a, 's, C, R, N> {
        OptionVecu8Query {
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
pub struct ReadAuditLinksQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReadAuditLinksBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadAuditLinksBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadAuditLinksQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadAuditLinksBorrowed) -> R,
    ) -> ReadAuditLinksQuery<'c, 'a, 's, C, R, N> {
        ReadAuditLinksQuery {
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
pub struct Optioni64Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<i64>, tokio_postgres::Error>,
    mapper: fn(Option<i64>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> Optioni64Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(Option<i64>) -> R) -> Optioni64Query<'c, 'a, 's, C, R, N> {
        Optioni64Query {
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
pub struct CheckpointRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<CheckpointRowBorrowed, tokio_postgres::Error>,
    mapper: fn(CheckpointRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> CheckpointRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(CheckpointRowBorrowed) -> R,
    ) -> CheckpointRowQuery<'c, 'a, 's, C, R, N> {
        CheckpointRowQuery {
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
pub struct ReadCheckpointRootsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ReadCheckpointRootsBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadCheckpointRootsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadCheckpointRootsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadCheckpointRootsBorrowed) -> R,
    ) -> ReadCheckpointRootsQuery<'c, 'a, 's, C, R, N> {
        ReadCheckpointRootsQuery {
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
pub struct CompareWithTenantLogQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<CompareWithTenantLogBorrowed, tokio_postgres::Error>,
    mapper: fn(CompareWithTenantLogBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> CompareWithTenantLogQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(CompareWithTenantLogBorrowed) -> R,
    ) -> CompareWithTenantLogQuery<'c, 'a, 's, C, R, N> {
        CompareWithTenantLogQuery {
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
pub struct ReadTenantLogQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReadTenantLogBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadTenantLogBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadTenantLogQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadTenantLogBorrowed) -> R,
    ) -> ReadTenantLogQuery<'c, 'a, 's, C, R, N> {
        ReadTenantLogQuery {
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
pub struct ReadTenantLogCheckpointsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ReadTenantLogCheckpointsBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadTenantLogCheckpointsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadTenantLogCheckpointsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadTenantLogCheckpointsBorrowed) -> R,
    ) -> ReadTenantLogCheckpointsQuery<'c, 'a, 's, C, R, N> {
        ReadTenantLogCheckpointsQuery {
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
pub struct ReadTombstonesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReadTombstonesBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadTombstonesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadTombstonesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadTombstonesBorrowed) -> R,
    ) -> ReadTombstonesQuery<'c, 'a, 's, C, R, N> {
        ReadTombstonesQuery {
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
pub struct AppendAuditsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn append_audits() -> AppendAuditsStmt {
    AppendAuditsStmt(
        "SELECT first_seq, last_seq, head_hash FROM public.audit_append($1, $2, $3)",
        None,
    )
}
impl AppendAuditsStmt {
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
        T1: crate::ArraySql<Item = uuid::Uuid>,
        T2: crate::StringSql,
        T3: crate::ArraySql<Item = T2>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        ids: &'a T1,
        records: &'a T3,
    ) -> AppendAuditsQuery<'c, 'a, 's, C, AppendAudits, 3> {
        AppendAuditsQuery {
            client,
            params: [tenant_id, ids, records],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<AppendAuditsBorrowed, tokio_postgres::Error> {
                    Ok(AppendAuditsBorrowed {
                        first_seq: row.try_get(0)?,
                        last_seq: row.try_get(1)?,
                        head_hash: row.try_get(2)?,
                    })
                },
            mapper: |it| AppendAudits::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        AppendAuditsParams<T1, T2, T3>,
        AppendAuditsQuery<'c, 'a, 's, C, AppendAudits, 3>,
        C,
    > for AppendAuditsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a AppendAuditsParams<T1, T2, T3>,
    ) -> AppendAuditsQuery<'c, 'a, 's, C, AppendAudits, 3> {
        self.bind(client, &params.tenant_id, &params.ids, &params.records)
    }
}
pub struct ListAuditsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_audits() -> ListAuditsStmt {
    ListAuditsStmt(
        "SELECT seq, id, occurred_at, action, actor_type, actor_id, resource_type, resource_id, status, source, workspace_id, details, prev_hash, hash, record FROM public.audit_entries WHERE tenant_id = $1 AND seq < coalesce($2, 9223372036854775807) AND ($3::text        IS NULL OR action = $3) AND ($4::text      IS NULL OR actor_id = $4) AND ($5::text IS NULL OR resource_type = $5) AND ($6::text   IS NULL OR resource_id = $6) AND ($7::text        IS NULL OR status = $7) AND ($8::timestamptz  IS NULL OR occurred_at >= $8) AND ($9::timestamptz  IS NULL OR occurred_at < $9) ORDER BY seq DESC LIMIT $10",
        None,
    )
}
impl ListAuditsStmt {
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
        T5: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        before_seq: &'a Option<i64>,
        action: &'a Option<T1>,
        actor_id: &'a Option<T2>,
        resource_type: &'a Option<T3>,
        resource_id: &'a Option<T4>,
        status: &'a Option<T5>,
        since: &'a Option<jiff::Timestamp>,
        until: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> AuditEntryQuery<'c, 'a, 's, C, AuditEntry, 10> {
        AuditEntryQuery {
            client,
            params: [
                tenant_id,
                before_seq,
                action,
                actor_id,
                resource_type,
                resource_id,
                status,
                since,
                until,
                page_size,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<AuditEntryBorrowed, tokio_postgres::Error> {
                    Ok(AuditEntryBorrowed {
                        seq: row.try_get(0)?,
                        id: row.try_get(1)?,
                        occurred_at: row.try_get(2)?,
                        action: row.try_get(3)?,
                        actor_type: row.try_get(4)?,
                        actor_id: row.try_get(5)?,
                        resource_type: row.try_get(6)?,
                        resource_id: row.try_get(7)?,
                        status: row.try_get(8)?,
                        source: row.try_get(9)?,
                        workspace_id: row.try_get(10)?,
                        details: row.try_get(11)?,
                        prev_hash: row.try_get(12)?,
                        hash: row.try_get(13)?,
                        record: row.try_get(14)?,
                    })
                },
            mapper: |it| AuditEntry::from(it),
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
    T5: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListAuditsParams<T1, T2, T3, T4, T5>,
        AuditEntryQuery<'c, 'a, 's, C, AuditEntry, 10>,
        C,
    > for ListAuditsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListAuditsParams<T1, T2, T3, T4, T5>,
    ) -> AuditEntryQuery<'c, 'a, 's, C, AuditEntry, 10> {
        self.bind(
            client,
            &params.tenant_id,
            &params.before_seq,
            &params.action,
            &params.actor_id,
            &params.resource_type,
            &params.resource_id,
            &params.status,
            &params.since,
            &params.until,
            &params.page_size,
        )
    }
}
pub struct GetAuditHeadStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_audit_head() -> GetAuditHeadStmt {
    GetAuditHeadStmt(
        "SELECT seq, CASE WHEN octet_length(hash) = 32 THEN hash END AS hash, pruned_seq, CASE WHEN octet_length(pruned_hash) = 32 THEN pruned_hash END AS pruned_hash FROM public.audit_heads WHERE tenant_id = $1 LIMIT 2",
        None,
    )
}
impl GetAuditHeadStmt {
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
    ) -> GetAuditHeadQuery<'c, 'a, 's, C, GetAuditHead, 1> {
        GetAuditHeadQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetAuditHeadBorrowed, tokio_postgres::Error> {
                    Ok(GetAuditHeadBorrowed {
                        seq: row.try_get(0)?,
                        hash: row.try_get(1)?,
                        pruned_seq: row.try_get(2)?,
                        pruned_hash: row.try_get(3)?,
                    })
                },
            mapper: |it| GetAuditHead::from(it),
        }
    }
}
pub struct ListAuditedTenantsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_audited_tenants() -> ListAuditedTenantsStmt {
    ListAuditedTenantsStmt(
        "WITH RECURSIVE chained AS ( ( SELECT tenant_id FROM public.audits WHERE $1::uuid IS NULL OR tenant_id > $1 ORDER BY tenant_id LIMIT 1 ) UNION ALL SELECT (SELECT a.tenant_id FROM public.audits AS a WHERE a.tenant_id > chained.tenant_id ORDER BY a.tenant_id LIMIT 1) FROM chained WHERE chained.tenant_id IS NOT NULL ) SELECT tenant_id, t.slug::text FROM ( SELECT id AS tenant_id FROM public.tenants UNION SELECT tenant_id FROM public.audit_heads UNION (SELECT tenant_id FROM chained WHERE tenant_id IS NOT NULL LIMIT $2) ) AS known LEFT JOIN public.tenants AS t ON t.id = tenant_id WHERE $1::uuid IS NULL OR tenant_id > $1 ORDER BY tenant_id LIMIT $2",
        None,
    )
}
impl ListAuditedTenantsStmt {
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
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> ListAuditedTenantsQuery<'c, 'a, 's, C, ListAuditedTenants, 2> {
        ListAuditedTenantsQuery {
            client,
            params: [after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListAuditedTenantsBorrowed, tokio_postgres::Error> {
                Ok(ListAuditedTenantsBorrowed {
                    tenant_id: row.try_get(0)?,
                    slug: row.try_get(1)?,
                })
            },
            mapper: |it| ListAuditedTenants::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListAuditedTenantsParams,
        ListAuditedTenantsQuery<'c, 'a, 's, C, ListAuditedTenants, 2>,
        C,
    > for ListAuditedTenantsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListAuditedTenantsParams,
    ) -> ListAuditedTenantsQuery<'c, 'a, 's, C, ListAuditedTenants, 2> {
        self.bind(client, &params.after, &params.page_size)
    }
}
pub struct ListVerificationFaultsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_verification_faults() -> ListVerificationFaultsStmt {
    ListVerificationFaultsStmt(
        "SELECT 'public.' || expected.name || ' is not a table' AS fault FROM unnest( '{tenants, tenant_tombstones, audits, audit_heads, audit_checkpoints, tenant_log, tenant_log_checkpoints}'::text[] ) AS expected (name) WHERE NOT EXISTS ( SELECT FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = expected.name AND c.relkind IN ('r', 'p') ) UNION ALL SELECT 'audits has rows without a tenant or without a number' FROM (SELECT) AS once WHERE EXISTS ( SELECT FROM pg_attribute AS a WHERE a.attrelid = to_regclass('public.audits') AND a.attname IN ('tenant_id', 'seq') AND NOT a.attnotnull ) AND EXISTS (SELECT FROM public.audits WHERE tenant_id IS NULL OR seq IS NULL)",
        None,
    )
}
impl ListVerificationFaultsStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 0> {
        StringQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct HidesTenantsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hides_tenants() -> HidesTenantsStmt {
    HidesTenantsStmt("SELECT row_security_active('public.tenants') AS hidden", None)
}
impl HidesTenantsStmt {
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
    ) -> BoolQuery<'c, 'a, 's, C, bool, 0> {
        BoolQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct ExportSnapshotStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn export_snapshot() -> ExportSnapshotStmt {
    ExportSnapshotStmt("SELECT pg_export_snapshot() AS snapshot", None)
}
impl ExportSnapshotStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 0> {
        StringQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct GetAuditExtentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_audit_extent() -> GetAuditExtentStmt {
    GetAuditExtentStmt(
        "SELECT (SELECT seq FROM public.audits WHERE tenant_id = $1 ORDER BY seq LIMIT 1)      AS first_seq, (SELECT seq FROM public.audits WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1) AS last_seq, ( SELECT seq FROM public.audit_checkpoints WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1 ) AS last_checkpoint",
        None,
    )
}
impl GetAuditExtentStmt {
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
    ) -> GetAuditExtentQuery<'c, 'a, 's, C, GetAuditExtent, 1> {
        GetAuditExtentQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetAuditExtent, tokio_postgres::Error> {
                    Ok(GetAuditExtent {
                        first_seq: row.try_get(0)?,
                        last_seq: row.try_get(1)?,
                        last_checkpoint: row.try_get(2)?,
                    })
                },
            mapper: |it| GetAuditExtent::from(it),
        }
    }
}
pub struct ReadAuditBlocksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_audit_blocks() -> ReadAuditBlocksStmt {
    ReadAuditBlocksStmt(
        "SELECT block.links FROM generate_series($1::bigint, $2::bigint, 64) AS start (seq) CROSS JOIN LATERAL ( SELECT string_agg( int8send(a.seq) || a.hash || int4send(octet_length(a.record)) || a.prev_hash || convert_to(a.record, 'UTF8'::name), '' ) FILTER ( WHERE octet_length(a.prev_hash) = 32 AND octet_length(a.hash) = 32 AND octet_length(a.record) <= 1048576 ) AS links FROM ( SELECT seq, prev_hash, hash, record FROM public.audits WHERE tenant_id = $3 AND seq BETWEEN start.seq AND least(start.seq + 63, $2) ORDER BY seq ) AS a ) AS block",
        None,
    )
}
impl ReadAuditBlocksStmt {
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
        first_seq: &'a i64,
        last_seq: &'a i64,
        tenant_id: &'a uuid::Uuid,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 3> {
        OptionVecu8Query {
            client,
            params: [first_seq, last_seq, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.map(|v| v.into()),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadAuditBlocksParams,
        OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 3>,
        C,
    > for ReadAuditBlocksStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadAuditBlocksParams,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 3> {
        self.bind(client, &params.first_seq, &params.last_seq, &params.tenant_id)
    }
}
pub struct GetAuditHashStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_audit_hash() -> GetAuditHashStmt {
    GetAuditHashStmt(
        "SELECT CASE WHEN octet_length(hash) = 32 THEN hash END AS hash FROM public.audits WHERE tenant_id = $1 AND seq = $2 LIMIT 1",
        None,
    )
}
impl GetAuditHashStmt {
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
        seq: &'a i64,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 2> {
        OptionVecu8Query {
            client,
            params: [tenant_id, seq],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.map(|v| v.into()),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetAuditHashParams,
        OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 2>,
        C,
    > for GetAuditHashStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetAuditHashParams,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 2> {
        self.bind(client, &params.tenant_id, &params.seq)
    }
}
pub struct ReadAuditLinksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_audit_links() -> ReadAuditLinksStmt {
    ReadAuditLinksStmt(
        "SELECT seq, CASE WHEN octet_length(prev_hash) = 32 THEN prev_hash END    AS prev_hash, CASE WHEN octet_length(hash) = 32 THEN hash END              AS hash, CASE WHEN octet_length(record) <= 1048576 THEN record END    AS record, coalesce(octet_length(record) > 1048576, false)              AS is_too_long FROM public.audits WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq",
        None,
    )
}
impl ReadAuditLinksStmt {
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
        first_seq: &'a i64,
        last_seq: &'a i64,
    ) -> ReadAuditLinksQuery<'c, 'a, 's, C, ReadAuditLinks, 3> {
        ReadAuditLinksQuery {
            client,
            params: [tenant_id, first_seq, last_seq],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ReadAuditLinksBorrowed, tokio_postgres::Error> {
                Ok(ReadAuditLinksBorrowed {
                    seq: row.try_get(0)?,
                    prev_hash: row.try_get(1)?,
                    hash: row.try_get(2)?,
                    record: row.try_get(3)?,
                    is_too_long: row.try_get(4)?,
                })
            },
            mapper: |it| ReadAuditLinks::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadAuditLinksParams,
        ReadAuditLinksQuery<'c, 'a, 's, C, ReadAuditLinks, 3>,
        C,
    > for ReadAuditLinksStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadAuditLinksParams,
    ) -> ReadAuditLinksQuery<'c, 'a, 's, C, ReadAuditLinks, 3> {
        self.bind(client, &params.tenant_id, &params.first_seq, &params.last_seq)
    }
}
pub struct FirstForgedFieldsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn first_forged_fields() -> FirstForgedFieldsStmt {
    FirstForgedFieldsStmt(
        "SELECT min(seq) AS seq FROM public.audits WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 AND NOT public.audit_fields_hold(id, entry, record)",
        None,
    )
}
impl FirstForgedFieldsStmt {
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
        first_seq: &'a i64,
        last_seq: &'a i64,
    ) -> Optioni64Query<'c, 'a, 's, C, Option<i64>, 3> {
        Optioni64Query {
            client,
            params: [tenant_id, first_seq, last_seq],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FirstForgedFieldsParams,
        Optioni64Query<'c, 'a, 's, C, Option<i64>, 3>,
        C,
    > for FirstForgedFieldsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FirstForgedFieldsParams,
    ) -> Optioni64Query<'c, 'a, 's, C, Option<i64>, 3> {
        self.bind(client, &params.tenant_id, &params.first_seq, &params.last_seq)
    }
}
pub struct ReadCheckpointsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_checkpoints() -> ReadCheckpointsStmt {
    ReadCheckpointsStmt(
        "SELECT seq, CASE WHEN octet_length(head_hash) = 32 THEN head_hash END            AS head_hash, CASE WHEN octet_length(root_hash) = 32 THEN root_hash END            AS root_hash, CASE WHEN octet_length(compact_range) <= 2048 THEN compact_range END AS compact_range, CASE WHEN octet_length(note) <= 1000000 THEN note END                AS note FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq",
        None,
    )
}
impl ReadCheckpointsStmt {
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
        first_seq: &'a i64,
        last_seq: &'a i64,
    ) -> CheckpointRowQuery<'c, 'a, 's, C, CheckpointRow, 3> {
        CheckpointRowQuery {
            client,
            params: [tenant_id, first_seq, last_seq],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CheckpointRowBorrowed, tokio_postgres::Error> {
                    Ok(CheckpointRowBorrowed {
                        seq: row.try_get(0)?,
                        head_hash: row.try_get(1)?,
                        root_hash: row.try_get(2)?,
                        compact_range: row.try_get(3)?,
                        note: row.try_get(4)?,
                    })
                },
            mapper: |it| CheckpointRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadCheckpointsParams,
        CheckpointRowQuery<'c, 'a, 's, C, CheckpointRow, 3>,
        C,
    > for ReadCheckpointsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadCheckpointsParams,
    ) -> CheckpointRowQuery<'c, 'a, 's, C, CheckpointRow, 3> {
        self.bind(client, &params.tenant_id, &params.first_seq, &params.last_seq)
    }
}
pub struct ReadLastCheckpointsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_last_checkpoints() -> ReadLastCheckpointsStmt {
    ReadLastCheckpointsStmt(
        "SELECT seq, CASE WHEN octet_length(head_hash) = 32 THEN head_hash END            AS head_hash, CASE WHEN octet_length(root_hash) = 32 THEN root_hash END            AS root_hash, CASE WHEN octet_length(compact_range) <= 2048 THEN compact_range END AS compact_range, CASE WHEN octet_length(note) <= 1000000 THEN note END                AS note FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT $3",
        None,
    )
}
impl ReadLastCheckpointsStmt {
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
        last_seq: &'a i64,
        page_size: &'a i64,
    ) -> CheckpointRowQuery<'c, 'a, 's, C, CheckpointRow, 3> {
        CheckpointRowQuery {
            client,
            params: [tenant_id, last_seq, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CheckpointRowBorrowed, tokio_postgres::Error> {
                    Ok(CheckpointRowBorrowed {
                        seq: row.try_get(0)?,
                        head_hash: row.try_get(1)?,
                        root_hash: row.try_get(2)?,
                        compact_range: row.try_get(3)?,
                        note: row.try_get(4)?,
                    })
                },
            mapper: |it| CheckpointRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadLastCheckpointsParams,
        CheckpointRowQuery<'c, 'a, 's, C, CheckpointRow, 3>,
        C,
    > for ReadLastCheckpointsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadLastCheckpointsParams,
    ) -> CheckpointRowQuery<'c, 'a, 's, C, CheckpointRow, 3> {
        self.bind(client, &params.tenant_id, &params.last_seq, &params.page_size)
    }
}
pub struct ReadCheckpointRootsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_checkpoint_roots() -> ReadCheckpointRootsStmt {
    ReadCheckpointRootsStmt(
        "SELECT seq, CASE WHEN octet_length(root_hash) = 32 THEN root_hash END AS root_hash FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq = ANY ($2)",
        None,
    )
}
impl ReadCheckpointRootsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = i64>>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        sizes: &'a T1,
    ) -> ReadCheckpointRootsQuery<'c, 'a, 's, C, ReadCheckpointRoots, 2> {
        ReadCheckpointRootsQuery {
            client,
            params: [tenant_id, sizes],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ReadCheckpointRootsBorrowed, tokio_postgres::Error> {
                Ok(ReadCheckpointRootsBorrowed {
                    seq: row.try_get(0)?,
                    root_hash: row.try_get(1)?,
                })
            },
            mapper: |it| ReadCheckpointRoots::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = i64>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadCheckpointRootsParams<T1>,
        ReadCheckpointRootsQuery<'c, 'a, 's, C, ReadCheckpointRoots, 2>,
        C,
    > for ReadCheckpointRootsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadCheckpointRootsParams<T1>,
    ) -> ReadCheckpointRootsQuery<'c, 'a, 's, C, ReadCheckpointRoots, 2> {
        self.bind(client, &params.tenant_id, &params.sizes)
    }
}
pub struct ReadsTenantLogStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn reads_tenant_log() -> ReadsTenantLogStmt {
    ReadsTenantLogStmt(
        "SELECT has_table_privilege('public.tenant_log', 'SELECT') AND NOT row_security_active('public.tenant_log') AS allowed",
        None,
    )
}
impl ReadsTenantLogStmt {
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
    ) -> BoolQuery<'c, 'a, 's, C, bool, 0> {
        BoolQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct CompareWithTenantLogStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn compare_with_tenant_log() -> CompareWithTenantLogStmt {
    CompareWithTenantLogStmt(
        "SELECT c.seq, CASE WHEN octet_length(l.record) <= 1000 THEN l.record END AS record FROM ( SELECT seq, format( '{\"head_hash\":\"%s\",\"kind\":\"checkpoint\",\"root_hash\":\"%s\",\"size\":%s,\"tenant_id\":\"%s\"}', encode(head_hash, 'hex'), encode(root_hash, 'hex'), seq, tenant_id ) AS record FROM public.audit_checkpoints WHERE tenant_id = $1 ) AS c FULL JOIN ( SELECT position, record FROM public.tenant_log WHERE tenant_id = $1 ) AS l ON l.record = c.record WHERE c.record IS NULL OR l.record IS NULL ORDER BY l.position, c.seq LIMIT $2",
        None,
    )
}
impl CompareWithTenantLogStmt {
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
        page_size: &'a i64,
    ) -> CompareWithTenantLogQuery<'c, 'a, 's, C, CompareWithTenantLog, 2> {
        CompareWithTenantLogQuery {
            client,
            params: [tenant_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<CompareWithTenantLogBorrowed, tokio_postgres::Error> {
                Ok(CompareWithTenantLogBorrowed {
                    seq: row.try_get(0)?,
                    record: row.try_get(1)?,
                })
            },
            mapper: |it| CompareWithTenantLog::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        CompareWithTenantLogParams,
        CompareWithTenantLogQuery<'c, 'a, 's, C, CompareWithTenantLog, 2>,
        C,
    > for CompareWithTenantLogStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CompareWithTenantLogParams,
    ) -> CompareWithTenantLogQuery<'c, 'a, 's, C, CompareWithTenantLog, 2> {
        self.bind(client, &params.tenant_id, &params.page_size)
    }
}
pub struct ReadTenantLogStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_tenant_log() -> ReadTenantLogStmt {
    ReadTenantLogStmt(
        "SELECT position, tenant_id, CASE WHEN octet_length(record) <= 1000 THEN record END AS record FROM public.tenant_log WHERE position > $1 ORDER BY position LIMIT $2",
        None,
    )
}
impl ReadTenantLogStmt {
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
        after: &'a i64,
        page_size: &'a i64,
    ) -> ReadTenantLogQuery<'c, 'a, 's, C, ReadTenantLog, 2> {
        ReadTenantLogQuery {
            client,
            params: [after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ReadTenantLogBorrowed, tokio_postgres::Error> {
                    Ok(ReadTenantLogBorrowed {
                        position: row.try_get(0)?,
                        tenant_id: row.try_get(1)?,
                        record: row.try_get(2)?,
                    })
                },
            mapper: |it| ReadTenantLog::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadTenantLogParams,
        ReadTenantLogQuery<'c, 'a, 's, C, ReadTenantLog, 2>,
        C,
    > for ReadTenantLogStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadTenantLogParams,
    ) -> ReadTenantLogQuery<'c, 'a, 's, C, ReadTenantLog, 2> {
        self.bind(client, &params.after, &params.page_size)
    }
}
pub struct ReadTenantLogCheckpointsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_tenant_log_checkpoints() -> ReadTenantLogCheckpointsStmt {
    ReadTenantLogCheckpointsStmt(
        "SELECT size, CASE WHEN octet_length(root_hash) = 32 THEN root_hash END            AS root_hash, CASE WHEN octet_length(compact_range) <= 2048 THEN compact_range END AS compact_range, CASE WHEN octet_length(note) <= 1000000 THEN note END                AS note FROM public.tenant_log_checkpoints WHERE size > $1 AND size <= $2 ORDER BY size",
        None,
    )
}
impl ReadTenantLogCheckpointsStmt {
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
        after: &'a i64,
        last: &'a i64,
    ) -> ReadTenantLogCheckpointsQuery<'c, 'a, 's, C, ReadTenantLogCheckpoints, 2> {
        ReadTenantLogCheckpointsQuery {
            client,
            params: [after, last],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ReadTenantLogCheckpointsBorrowed, tokio_postgres::Error> {
                Ok(ReadTenantLogCheckpointsBorrowed {
                    size: row.try_get(0)?,
                    root_hash: row.try_get(1)?,
                    compact_range: row.try_get(2)?,
                    note: row.try_get(3)?,
                })
            },
            mapper: |it| ReadTenantLogCheckpoints::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadTenantLogCheckpointsParams,
        ReadTenantLogCheckpointsQuery<'c, 'a, 's, C, ReadTenantLogCheckpoints, 2>,
        C,
    > for ReadTenantLogCheckpointsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadTenantLogCheckpointsParams,
    ) -> ReadTenantLogCheckpointsQuery<'c, 'a, 's, C, ReadTenantLogCheckpoints, 2> {
        self.bind(client, &params.after, &params.last)
    }
}
pub struct ReadTombstonesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_tombstones() -> ReadTombstonesStmt {
    ReadTombstonesStmt(
        "SELECT tenant_id, last_seq, CASE WHEN octet_length(last_hash) = 32 THEN last_hash END AS last_hash FROM public.tenant_tombstones WHERE tenant_id = ANY ($1)",
        None,
    )
}
impl ReadTombstonesStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>(
        &'s self,
        client: &'c C,
        tenants: &'a T1,
    ) -> ReadTombstonesQuery<'c, 'a, 's, C, ReadTombstones, 1> {
        ReadTombstonesQuery {
            client,
            params: [tenants],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ReadTombstonesBorrowed, tokio_postgres::Error> {
                Ok(ReadTombstonesBorrowed {
                    tenant_id: row.try_get(0)?,
                    last_seq: row.try_get(1)?,
                    last_hash: row.try_get(2)?,
                })
            },
            mapper: |it| ReadTombstones::from(it),
        }
    }
}
pub struct NotifyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn notify() -> NotifyStmt {
    NotifyStmt("SELECT pg_notify($1, $2)::text AS sent", None)
}
impl NotifyStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        channel: &'a T1,
        payload: &'a T2,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        StringQuery {
            client,
            params: [channel, payload],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        NotifyParams<T1, T2>,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for NotifyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a NotifyParams<T1, T2>,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.channel, &params.payload)
    }
}
