// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct ListUncoveredTenantsParams {
    pub after: Option<uuid::Uuid>,
    pub page_size: i32,
}
#[derive(Debug)]
pub struct GetMostUncoveredParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub left_out: T1,
    pub enough: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct GetCheckpointParams {
    pub tenant_id: uuid::Uuid,
    pub seq: i64,
}
#[derive(Debug)]
pub struct InsertCheckpointParams<
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::BytesSql,
    T4: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub seq: i64,
    pub head_hash: T1,
    pub root_hash: T2,
    pub compact_range: T3,
    pub note: T4,
}
#[derive(Debug)]
pub struct AppendTenantLogParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub record: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListTenantLogParams {
    pub after: i64,
    pub until: i64,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct InsertTenantLogCheckpointParams<
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::StringSql,
> {
    pub size: i64,
    pub root_hash: T1,
    pub compact_range: T2,
    pub note: T3,
}
#[derive(Debug)]
pub struct AddSinkParams<T1: crate::StringSql> {
    pub name: T1,
    pub known_at: jiff::Timestamp,
}
#[derive(Debug)]
pub struct UpsertPublishedParams<T1: crate::StringSql> {
    pub name: T1,
    pub published: i64,
    pub published_at: jiff::Timestamp,
}
#[derive(Debug)]
pub struct RewindPublishedParams<T1: crate::StringSql> {
    pub published: i64,
    pub name: T1,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadInOrder {
    pub seqscan: String,
    pub bitmapscan: String,
    pub sort: String,
    pub jit: String,
}
pub struct ReadInOrderBorrowed<'a> {
    pub seqscan: &'a str,
    pub bitmapscan: &'a str,
    pub sort: &'a str,
    pub jit: &'a str,
}
impl<'a> From<ReadInOrderBorrowed<'a>> for ReadInOrder {
    fn from(
        ReadInOrderBorrowed { seqscan, bitmapscan, sort, jit }: ReadInOrderBorrowed<'a>,
    ) -> Self {
        Self {
            seqscan: seqscan.into(),
            bitmapscan: bitmapscan.into(),
            sort: sort.into(),
            jit: jit.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct GetAuditLag {
    pub entries: i64,
    pub tenants: i64,
    pub since: Option<jiff::Timestamp>,
    pub measured_at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct HoldAuditHead {
    pub seq: Option<i64>,
    pub hash: Option<Vec<u8>>,
    pub pruned_seq: Option<i64>,
    pub pruned_hash: Option<Vec<u8>>,
}
pub struct HoldAuditHeadBorrowed<'a> {
    pub seq: Option<i64>,
    pub hash: Option<&'a [u8]>,
    pub pruned_seq: Option<i64>,
    pub pruned_hash: Option<&'a [u8]>,
}
impl<'a> From<HoldAuditHeadBorrowed<'a>> for HoldAuditHead {
    fn from(
        HoldAuditHeadBorrowed { seq, hash, pruned_seq, pruned_hash }: HoldAuditHeadBorrowed<'a>,
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
pub struct LastCheckpoint {
    pub seq: i64,
    pub head_hash: Option<Vec<u8>>,
    pub root_hash: Option<Vec<u8>>,
    pub compact_range: Option<Vec<u8>>,
    pub note: Option<String>,
}
pub struct LastCheckpointBorrowed<'a> {
    pub seq: i64,
    pub head_hash: Option<&'a [u8]>,
    pub root_hash: Option<&'a [u8]>,
    pub compact_range: Option<&'a [u8]>,
    pub note: Option<&'a str>,
}
impl<'a> From<LastCheckpointBorrowed<'a>> for LastCheckpoint {
    fn from(
        LastCheckpointBorrowed {
            seq,
            head_hash,
            root_hash,
            compact_range,
            note,
        }: LastCheckpointBorrowed<'a>,
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
pub struct ListUnloggedTombstones {
    pub tenant_id: uuid::Uuid,
    pub last_seq: i64,
    pub last_hash: Vec<u8>,
}
pub struct ListUnloggedTombstonesBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub last_seq: i64,
    pub last_hash: &'a [u8],
}
impl<'a> From<ListUnloggedTombstonesBorrowed<'a>> for ListUnloggedTombstones {
    fn from(
        ListUnloggedTombstonesBorrowed {
            tenant_id,
            last_seq,
            last_hash,
        }: ListUnloggedTombstonesBorrowed<'a>,
    ) -> Self {
        Self { tenant_id, last_seq, last_hash: last_hash.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetTenantLogCheckpoint {
    pub size: i64,
    pub root_hash: Option<Vec<u8>>,
    pub compact_range: Option<Vec<u8>>,
    pub note: Option<String>,
}
pub struct GetTenantLogCheckpointBorrowed<'a> {
    pub size: i64,
    pub root_hash: Option<&'a [u8]>,
    pub compact_range: Option<&'a [u8]>,
    pub note: Option<&'a str>,
}
impl<'a> From<GetTenantLogCheckpointBorrowed<'a>> for GetTenantLogCheckpoint {
    fn from(
        GetTenantLogCheckpointBorrowed {
            size,
            root_hash,
            compact_range,
            note,
        }: GetTenantLogCheckpointBorrowed<'a>,
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
pub struct GetTenantLogCheckpointAt {
    pub root_hash: Option<Vec<u8>>,
    pub note: Option<String>,
}
pub struct GetTenantLogCheckpointAtBorrowed<'a> {
    pub root_hash: Option<&'a [u8]>,
    pub note: Option<&'a str>,
}
impl<'a> From<GetTenantLogCheckpointAtBorrowed<'a>> for GetTenantLogCheckpointAt {
    fn from(
        GetTenantLogCheckpointAtBorrowed { root_hash, note }: GetTenantLogCheckpointAtBorrowed<'a>,
    ) -> Self {
        Self { root_hash: root_hash.map(|v| v.into()), note: note.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListTenantLog {
    pub position: i64,
    pub record: Option<String>,
}
pub struct ListTenantLogBorrowed<'a> {
    pub position: i64,
    pub record: Option<&'a str>,
}
impl<'a> From<ListTenantLogBorrowed<'a>> for ListTenantLog {
    fn from(ListTenantLogBorrowed { position, record }: ListTenantLogBorrowed<'a>) -> Self {
        Self { position, record: record.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListSinks {
    pub name: String,
    pub published: i64,
    pub published_at: jiff::Timestamp,
}
pub struct ListSinksBorrowed<'a> {
    pub name: &'a str,
    pub published: i64,
    pub published_at: jiff::Timestamp,
}
impl<'a> From<ListSinksBorrowed<'a>> for ListSinks {
    fn from(ListSinksBorrowed { name, published, published_at }: ListSinksBorrowed<'a>) -> Self {
        Self { name: name.into(), published, published_at }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ReadInOrderQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReadInOrderBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadInOrderBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadInOrderQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadInOrderBorrowed) -> R,
    ) -> ReadInOrderQuery<'c, 'a, 's, C, R, N> {
        ReadInOrderQuery {
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
pub struct I64Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<i64, tokio_postgres::Error>,
    mapper: fn(i64) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> I64Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(i64) -> R) -> I64Query<'c, 'a, 's, C, R, N> {
        I64Query {
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
pub struct GetAuditLagQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetAuditLag, tokio_postgres::Error>,
    mapper: fn(GetAuditLag) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetAuditLagQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(GetAuditLag) -> R) -> GetAuditLagQuery<'c, 'a, 's, C, R, N> {
        GetAuditLagQuery {
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
pub struct HoldAuditHeadQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<HoldAuditHeadBorrowed, tokio_postgres::Error>,
    mapper: fn(HoldAuditHeadBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> HoldAuditHeadQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(HoldAuditHeadBorrowed) -> R,
    ) -> HoldAuditHeadQuery<'c, 'a, 's, C, R, N> {
        HoldAuditHeadQuery {
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
pub struct LastCheckpointQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LastCheckpointBorrowed, tokio_postgres::Error>,
    mapper: fn(LastCheckpointBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LastCheckpointQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(LastCheckpointBorrowed) -> R,
    ) -> LastCheckpointQuery<'c, 'a, 's, C, R, N> {
        LastCheckpointQuery {
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
pub struct ListUnloggedTombstonesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ListUnloggedTombstonesBorrowed, tokio_postgres::Error>,
    mapper: fn(ListUnloggedTombstonesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListUnloggedTombstonesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListUnloggedTombstonesBorrowed) -> R,
    ) -> ListUnloggedTombstonesQuery<'c, 'a, 's, C, R, N> {
        ListUnloggedTombstonesQuery {
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
pub struct GetTenantLogCheckpointQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<GetTenantLogCheckpointBorrowed, tokio_postgres::Error>,
    mapper: fn(GetTenantLogCheckpointBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetTenantLogCheckpointQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetTenantLogCheckpointBorrowed) -> R,
    ) -> GetTenantLogCheckpointQuery<'c, 'a, 's, C, R, N> {
        GetTenantLogCheckpointQuery {
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
pub struct GetTenantLogCheckpointAtQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<GetTenantLogCheckpointAtBorrowed, tokio_postgres::Error>,
    mapper: fn(GetTenantLogCheckpointAtBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetTenantLogCheckpointAtQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetTenantLogCheckpointAtBorrowed) -> R,
    ) -> GetTenantLogCheckpointAtQuery<'c, 'a, 's, C, R, N> {
        GetTenantLogCheckpointAtQuery {
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
pub struct ListTenantLogQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListTenantLogBorrowed, tokio_postgres::Error>,
    mapper: fn(ListTenantLogBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListTenantLogQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListTenantLogBorrowed) -> R,
    ) -> ListTenantLogQuery<'c, 'a, 's, C, R, N> {
        ListTenantLogQuery {
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
pub struct ListSinksQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListSinksBorrowed, tokio_postgres::Error>,
    mapper: fn(ListSinksBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListSinksQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ListSinksBorrowed) -> R) -> ListSinksQuery<'c, 'a, 's, C, R, N> {
        ListSinksQuery {
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
pub struct LockTenantLogStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_tenant_log() -> LockTenantLogStmt {
    LockTenantLogStmt("LOCK TABLE public.tenant_log IN SHARE ROW EXCLUSIVE MODE", None)
}
impl LockTenantLogStmt {
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
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[]).await
    }
}
pub struct ReadInOrderStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_in_order() -> ReadInOrderStmt {
    ReadInOrderStmt(
        "SELECT set_config('enable_seqscan', 'off', true)   AS seqscan, set_config('enable_bitmapscan', 'off', true) AS bitmapscan, set_config('enable_sort', 'off', true)      AS sort, set_config('jit', 'off', true)              AS jit",
        None,
    )
}
impl ReadInOrderStmt {
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
    ) -> ReadInOrderQuery<'c, 'a, 's, C, ReadInOrder, 0> {
        ReadInOrderQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ReadInOrderBorrowed, tokio_postgres::Error> {
                    Ok(ReadInOrderBorrowed {
                        seqscan: row.try_get(0)?,
                        bitmapscan: row.try_get(1)?,
                        sort: row.try_get(2)?,
                        jit: row.try_get(3)?,
                    })
                },
            mapper: |it| ReadInOrder::from(it),
        }
    }
}
pub struct ListUncoveredTenantsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_uncovered_tenants() -> ListUncoveredTenantsStmt {
    ListUncoveredTenantsStmt(
        "SELECT tenant_id FROM public.audit_uncovered(NULL, $1, $2::integer)",
        None,
    )
}
impl ListUncoveredTenantsStmt {
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
        page_size: &'a i32,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [after, page_size],
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
        ListUncoveredTenantsParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for ListUncoveredTenantsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListUncoveredTenantsParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.after, &params.page_size)
    }
}
pub struct GetMostUncoveredStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_most_uncovered() -> GetMostUncoveredStmt {
    GetMostUncoveredStmt("SELECT public.audit_most_uncovered($1::uuid[], $2) AS entries", None)
}
impl GetMostUncoveredStmt {
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
        left_out: &'a T1,
        enough: &'a i64,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [left_out, enough],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetMostUncoveredParams<T1>,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for GetMostUncoveredStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetMostUncoveredParams<T1>,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.left_out, &params.enough)
    }
}
pub struct GetAuditLagStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_audit_lag() -> GetAuditLagStmt {
    GetAuditLagStmt(
        "SELECT least(coalesce(sum(u.seq - u.covered_seq), 0), 9223372036854775807)::bigint AS entries, count(*)                                                                   AS tenants, min(u.covered_at)                                                          AS since, now()                                                                      AS measured_at FROM public.audit_uncovered((SELECT min(s.published) FROM public.audit_sinks AS s), NULL, 2147483647) AS u",
        None,
    )
}
impl GetAuditLagStmt {
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
    ) -> GetAuditLagQuery<'c, 'a, 's, C, GetAuditLag, 0> {
        GetAuditLagQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<GetAuditLag, tokio_postgres::Error> {
                Ok(GetAuditLag {
                    entries: row.try_get(0)?,
                    tenants: row.try_get(1)?,
                    since: row.try_get(2)?,
                    measured_at: row.try_get(3)?,
                })
            },
            mapper: |it| GetAuditLag::from(it),
        }
    }
}
pub struct HoldAuditHeadStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_audit_head() -> HoldAuditHeadStmt {
    HoldAuditHeadStmt(
        "SELECT seq, hash, pruned_seq, pruned_hash FROM public.audit_heads WHERE tenant_id = $1 LIMIT 1 FOR KEY SHARE",
        None,
    )
}
impl HoldAuditHeadStmt {
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
    ) -> HoldAuditHeadQuery<'c, 'a, 's, C, HoldAuditHead, 1> {
        HoldAuditHeadQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<HoldAuditHeadBorrowed, tokio_postgres::Error> {
                    Ok(HoldAuditHeadBorrowed {
                        seq: row.try_get(0)?,
                        hash: row.try_get(1)?,
                        pruned_seq: row.try_get(2)?,
                        pruned_hash: row.try_get(3)?,
                    })
                },
            mapper: |it| HoldAuditHead::from(it),
        }
    }
}
pub struct GetLastCheckpointStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_last_checkpoint() -> GetLastCheckpointStmt {
    GetLastCheckpointStmt(
        "SELECT seq, head_hash, root_hash, compact_range, note FROM public.audit_checkpoints WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1",
        None,
    )
}
impl GetLastCheckpointStmt {
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
    ) -> LastCheckpointQuery<'c, 'a, 's, C, LastCheckpoint, 1> {
        LastCheckpointQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<LastCheckpointBorrowed, tokio_postgres::Error> {
                Ok(LastCheckpointBorrowed {
                    seq: row.try_get(0)?,
                    head_hash: row.try_get(1)?,
                    root_hash: row.try_get(2)?,
                    compact_range: row.try_get(3)?,
                    note: row.try_get(4)?,
                })
            },
            mapper: |it| LastCheckpoint::from(it),
        }
    }
}
pub struct GetCheckpointStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_checkpoint() -> GetCheckpointStmt {
    GetCheckpointStmt(
        "SELECT seq, head_hash, root_hash, compact_range, note FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq = $2 LIMIT 1",
        None,
    )
}
impl GetCheckpointStmt {
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
    ) -> LastCheckpointQuery<'c, 'a, 's, C, LastCheckpoint, 2> {
        LastCheckpointQuery {
            client,
            params: [tenant_id, seq],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<LastCheckpointBorrowed, tokio_postgres::Error> {
                Ok(LastCheckpointBorrowed {
                    seq: row.try_get(0)?,
                    head_hash: row.try_get(1)?,
                    root_hash: row.try_get(2)?,
                    compact_range: row.try_get(3)?,
                    note: row.try_get(4)?,
                })
            },
            mapper: |it| LastCheckpoint::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetCheckpointParams,
        LastCheckpointQuery<'c, 'a, 's, C, LastCheckpoint, 2>,
        C,
    > for GetCheckpointStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetCheckpointParams,
    ) -> LastCheckpointQuery<'c, 'a, 's, C, LastCheckpoint, 2> {
        self.bind(client, &params.tenant_id, &params.seq)
    }
}
pub struct InsertCheckpointStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_checkpoint() -> InsertCheckpointStmt {
    InsertCheckpointStmt(
        "INSERT INTO public.audit_checkpoints (tenant_id, seq, head_hash, root_hash, compact_range, note) VALUES ($1, $2, $3, $4, $5, $6)",
        None,
    )
}
impl InsertCheckpointStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::BytesSql,
        T2: crate::BytesSql,
        T3: crate::BytesSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        seq: &'a i64,
        head_hash: &'a T1,
        root_hash: &'a T2,
        compact_range: &'a T3,
        note: &'a T4,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, seq, head_hash, root_hash, compact_range, note],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::BytesSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertCheckpointParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertCheckpointStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertCheckpointParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.seq,
            &params.head_hash,
            &params.root_hash,
            &params.compact_range,
            &params.note,
        ))
    }
}
pub struct AppendTenantLogStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn append_tenant_log() -> AppendTenantLogStmt {
    AppendTenantLogStmt(
        "INSERT INTO public.tenant_log (position, tenant_id, record) SELECT coalesce(max(position), 0) + 1, $1, $2 FROM public.tenant_log RETURNING position",
        None,
    )
}
impl AppendTenantLogStmt {
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
        tenant_id: &'a uuid::Uuid,
        record: &'a T1,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [tenant_id, record],
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
        AppendTenantLogParams<T1>,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for AppendTenantLogStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a AppendTenantLogParams<T1>,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.tenant_id, &params.record)
    }
}
pub struct ListUnloggedTombstonesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_unlogged_tombstones() -> ListUnloggedTombstonesStmt {
    ListUnloggedTombstonesStmt(
        "SELECT t.tenant_id, t.last_seq, t.last_hash FROM public.tenant_tombstones AS t LEFT JOIN LATERAL ( SELECT l.record FROM public.tenant_log AS l WHERE l.tenant_id = t.tenant_id ORDER BY l.position DESC LIMIT 1 ) AS last ON true WHERE last.record::jsonb ->> 'kind' IS DISTINCT FROM 'deleted' ORDER BY t.deleted_at, t.tenant_id LIMIT $1",
        None,
    )
}
impl ListUnloggedTombstonesStmt {
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
        page_size: &'a i64,
    ) -> ListUnloggedTombstonesQuery<'c, 'a, 's, C, ListUnloggedTombstones, 1> {
        ListUnloggedTombstonesQuery {
            client,
            params: [page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListUnloggedTombstonesBorrowed, tokio_postgres::Error> {
                Ok(ListUnloggedTombstonesBorrowed {
                    tenant_id: row.try_get(0)?,
                    last_seq: row.try_get(1)?,
                    last_hash: row.try_get(2)?,
                })
            },
            mapper: |it| ListUnloggedTombstones::from(it),
        }
    }
}
pub struct GetTenantLogCheckpointStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tenant_log_checkpoint() -> GetTenantLogCheckpointStmt {
    GetTenantLogCheckpointStmt(
        "SELECT size, root_hash, compact_range, note FROM public.tenant_log_checkpoints ORDER BY size DESC LIMIT 1",
        None,
    )
}
impl GetTenantLogCheckpointStmt {
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
    ) -> GetTenantLogCheckpointQuery<'c, 'a, 's, C, GetTenantLogCheckpoint, 0> {
        GetTenantLogCheckpointQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetTenantLogCheckpointBorrowed, tokio_postgres::Error> {
                Ok(GetTenantLogCheckpointBorrowed {
                    size: row.try_get(0)?,
                    root_hash: row.try_get(1)?,
                    compact_range: row.try_get(2)?,
                    note: row.try_get(3)?,
                })
            },
            mapper: |it| GetTenantLogCheckpoint::from(it),
        }
    }
}
pub struct GetTenantLogCheckpointAtStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tenant_log_checkpoint_at() -> GetTenantLogCheckpointAtStmt {
    GetTenantLogCheckpointAtStmt(
        "SELECT root_hash, note FROM public.tenant_log_checkpoints WHERE size = $1",
        None,
    )
}
impl GetTenantLogCheckpointAtStmt {
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
        size: &'a i64,
    ) -> GetTenantLogCheckpointAtQuery<'c, 'a, 's, C, GetTenantLogCheckpointAt, 1> {
        GetTenantLogCheckpointAtQuery {
            client,
            params: [size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetTenantLogCheckpointAtBorrowed, tokio_postgres::Error> {
                Ok(GetTenantLogCheckpointAtBorrowed {
                    root_hash: row.try_get(0)?,
                    note: row.try_get(1)?,
                })
            },
            mapper: |it| GetTenantLogCheckpointAt::from(it),
        }
    }
}
pub struct GetTenantLogEndStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tenant_log_end() -> GetTenantLogEndStmt {
    GetTenantLogEndStmt(
        "SELECT coalesce(max(position), 0) AS position FROM public.tenant_log",
        None,
    )
}
impl GetTenantLogEndStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 0> {
        I64Query {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct GetTenantLogGapStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tenant_log_gap() -> GetTenantLogGapStmt {
    GetTenantLogGapStmt(
        "SELECT min(numbered.expected)::bigint AS expected FROM ( SELECT position, $1::bigint::numeric + row_number() OVER (ORDER BY position) AS expected FROM public.tenant_log WHERE position > $1 ) AS numbered WHERE numbered.position <> numbered.expected",
        None,
    )
}
impl GetTenantLogGapStmt {
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
    ) -> Optioni64Query<'c, 'a, 's, C, Option<i64>, 1> {
        Optioni64Query {
            client,
            params: [after],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct ListTenantLogStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tenant_log() -> ListTenantLogStmt {
    ListTenantLogStmt(
        "SELECT position, record FROM public.tenant_log WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3",
        None,
    )
}
impl ListTenantLogStmt {
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
        until: &'a i64,
        page_size: &'a i64,
    ) -> ListTenantLogQuery<'c, 'a, 's, C, ListTenantLog, 3> {
        ListTenantLogQuery {
            client,
            params: [after, until, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListTenantLogBorrowed, tokio_postgres::Error> {
                    Ok(ListTenantLogBorrowed { position: row.try_get(0)?, record: row.try_get(1)? })
                },
            mapper: |it| ListTenantLog::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListTenantLogParams,
        ListTenantLogQuery<'c, 'a, 's, C, ListTenantLog, 3>,
        C,
    > for ListTenantLogStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListTenantLogParams,
    ) -> ListTenantLogQuery<'c, 'a, 's, C, ListTenantLog, 3> {
        self.bind(client, &params.after, &params.until, &params.page_size)
    }
}
pub struct InsertTenantLogCheckpointStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_tenant_log_checkpoint() -> InsertTenantLogCheckpointStmt {
    InsertTenantLogCheckpointStmt(
        "INSERT INTO public.tenant_log_checkpoints (size, root_hash, compact_range, note) VALUES ($1, $2, $3, $4)",
        None,
    )
}
impl InsertTenantLogCheckpointStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::BytesSql,
        T2: crate::BytesSql,
        T3: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        size: &'a i64,
        root_hash: &'a T1,
        compact_range: &'a T2,
        note: &'a T3,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[size, root_hash, compact_range, note],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertTenantLogCheckpointParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertTenantLogCheckpointStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertTenantLogCheckpointParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.size,
            &params.root_hash,
            &params.compact_range,
            &params.note,
        ))
    }
}
pub struct GetPublishedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_published() -> GetPublishedStmt {
    GetPublishedStmt("SELECT published FROM public.audit_sinks WHERE name = $1", None)
}
impl GetPublishedStmt {
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
        name: &'a T1,
    ) -> I64Query<'c, 'a, 's, C, i64, 1> {
        I64Query {
            client,
            params: [name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct GetMostPublishedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_most_published() -> GetMostPublishedStmt {
    GetMostPublishedStmt(
        "SELECT coalesce(max(published), 0) AS published FROM public.audit_sinks",
        None,
    )
}
impl GetMostPublishedStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 0> {
        I64Query {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct AddSinkStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn add_sink() -> AddSinkStmt {
    AddSinkStmt(
        "INSERT INTO public.audit_sinks (name, published, published_at) VALUES ($1, 0, $2) ON CONFLICT (name) DO NOTHING",
        None,
    )
}
impl AddSinkStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        name: &'a T1,
        known_at: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[name, known_at]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        AddSinkParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for AddSinkStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a AddSinkParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.name, &params.known_at))
    }
}
pub struct UpsertPublishedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn upsert_published() -> UpsertPublishedStmt {
    UpsertPublishedStmt(
        "INSERT INTO public.audit_sinks (name, published, published_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET published = greatest(audit_sinks.published, excluded.published), published_at = excluded.published_at",
        None,
    )
}
impl UpsertPublishedStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        name: &'a T1,
        published: &'a i64,
        published_at: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[name, published, published_at],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpsertPublishedParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for UpsertPublishedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpsertPublishedParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.name, &params.published, &params.published_at))
    }
}
pub struct RewindPublishedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rewind_published() -> RewindPublishedStmt {
    RewindPublishedStmt("UPDATE public.audit_sinks SET published = $1 WHERE name = $2", None)
}
impl RewindPublishedStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        published: &'a i64,
        name: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[published, name]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RewindPublishedParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RewindPublishedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RewindPublishedParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.published, &params.name))
    }
}
pub struct ListSinksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_sinks() -> ListSinksStmt {
    ListSinksStmt(
        "SELECT name, published, published_at FROM public.audit_sinks ORDER BY name",
        None,
    )
}
impl ListSinksStmt {
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
    ) -> ListSinksQuery<'c, 'a, 's, C, ListSinks, 0> {
        ListSinksQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListSinksBorrowed, tokio_postgres::Error> {
                    Ok(ListSinksBorrowed {
                        name: row.try_get(0)?,
                        published: row.try_get(1)?,
                        published_at: row.try_get(2)?,
                    })
                },
            mapper: |it| ListSinks::from(it),
        }
    }
}
pub struct DeleteSinkStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_sink() -> DeleteSinkStmt {
    DeleteSinkStmt("DELETE FROM public.audit_sinks WHERE name = $1", None)
}
impl DeleteSinkStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        name: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[name]).await
    }
}
