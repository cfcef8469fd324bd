// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertKeyRingVersionParams<
    T1: crate::StringSql,
    T2: crate::BytesSql,
    T3: crate::StringSql,
> {
    pub version: i32,
    pub ring: T1,
    pub canary: T2,
    pub created_by: T3,
    pub created_at: jiff::Timestamp,
}
#[derive(Debug)]
pub struct RetireKeyRingVersionParams<T1: crate::StringSql> {
    pub retired_at: jiff::Timestamp,
    pub retired_by: T1,
    pub version: i32,
}
#[derive(Debug)]
pub struct InsertTenantKeyVersionParams<T1: crate::BytesSql> {
    pub tenant_id: uuid::Uuid,
    pub version: i32,
    pub canary: T1,
    pub created_at: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct EraseTenantKeyVersionsParams {
    pub erased_at: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListTenantIdsParams {
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListProviderKeysParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub current: T1,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListConnectorsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub current: T1,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListTeamsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub current: T1,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct RewrapProviderKeyParams<
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::BytesSql,
    T4: crate::BytesSql,
> {
    pub value: Option<T1>,
    pub previous: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub old_value: Option<T3>,
    pub old_previous: Option<T4>,
}
#[derive(Debug)]
pub struct RewrapConnectorParams<
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::BytesSql,
    T4: crate::BytesSql,
> {
    pub value: Option<T1>,
    pub previous: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub old_value: Option<T3>,
    pub old_previous: Option<T4>,
}
#[derive(Debug)]
pub struct RewrapTeamParams<
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::BytesSql,
    T4: crate::BytesSql,
> {
    pub value: Option<T1>,
    pub previous: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub old_value: Option<T3>,
    pub old_previous: Option<T4>,
}
#[derive(Debug)]
pub struct LogRewrappedParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = uuid::Uuid>,
    T4: crate::ArraySql<Item = uuid::Uuid>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
> {
    pub tenant_id: uuid::Uuid,
    pub secret_type: T1,
    pub new_key: T2,
    pub ids: T3,
    pub secret_ids: T4,
    pub old_keys: T6,
}
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRingVersion {
    pub version: i32,
    pub ring: String,
    pub canary: Vec<u8>,
    pub created_by: String,
    pub created_at: jiff::Timestamp,
    pub retired_by: Option<String>,
    pub retired_at: Option<jiff::Timestamp>,
}
pub struct KeyRingVersionBorrowed<'a> {
    pub version: i32,
    pub ring: &'a str,
    pub canary: &'a [u8],
    pub created_by: &'a str,
    pub created_at: jiff::Timestamp,
    pub retired_by: Option<&'a str>,
    pub retired_at: Option<jiff::Timestamp>,
}
impl<'a> From<KeyRingVersionBorrowed<'a>> for KeyRingVersion {
    fn from(
        KeyRingVersionBorrowed {
            version,
            ring,
            canary,
            created_by,
            created_at,
            retired_by,
            retired_at,
        }: KeyRingVersionBorrowed<'a>,
    ) -> Self {
        Self {
            version,
            ring: ring.into(),
            canary: canary.into(),
            created_by: created_by.into(),
            created_at,
            retired_by: retired_by.map(|v| v.into()),
            retired_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct TenantKeyVersion {
    pub version: i32,
    pub canary: Vec<u8>,
    pub created_at: jiff::Timestamp,
    pub erased_at: Option<jiff::Timestamp>,
}
pub struct TenantKeyVersionBorrowed<'a> {
    pub version: i32,
    pub canary: &'a [u8],
    pub created_at: jiff::Timestamp,
    pub erased_at: Option<jiff::Timestamp>,
}
impl<'a> From<TenantKeyVersionBorrowed<'a>> for TenantKeyVersion {
    fn from(
        TenantKeyVersionBorrowed {
            version,
            canary,
            created_at,
            erased_at,
        }: TenantKeyVersionBorrowed<'a>,
    ) -> Self {
        Self { version, canary: canary.into(), created_at, erased_at }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CountSealed {
    pub table_name: String,
    pub key_id: String,
    pub count: i64,
}
pub struct CountSealedBorrowed<'a> {
    pub table_name: &'a str,
    pub key_id: &'a str,
    pub count: i64,
}
impl<'a> From<CountSealedBorrowed<'a>> for CountSealed {
    fn from(CountSealedBorrowed { table_name, key_id, count }: CountSealedBorrowed<'a>) -> Self {
        Self { table_name: table_name.into(), key_id: key_id.into(), count }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SealedRow {
    pub id: uuid::Uuid,
    pub value: Option<Vec<u8>>,
    pub previous: Option<Vec<u8>>,
}
pub struct SealedRowBorrowed<'a> {
    pub id: uuid::Uuid,
    pub value: Option<&'a [u8]>,
    pub previous: Option<&'a [u8]>,
}
impl<'a> From<SealedRowBorrowed<'a>> for SealedRow {
    fn from(SealedRowBorrowed { id, value, previous }: SealedRowBorrowed<'a>) -> Self {
        Self { id, value: value.map(|v| v.into()), previous: previous.map(|v| v.into()) }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct KeyRingVersionQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<KeyRingVersionBorrowed, tokio_postgres::Error>,
    mapper: fn(KeyRingVersionBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> KeyRingVersionQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(KeyRingVersionBorrowed) -> R,
    ) -> KeyRingVersionQuery<'c, 'a, 's, C, R, N> {
        KeyRingVersionQuery {
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
pub struct TenantKeyVersionQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<TenantKeyVersionBorrowed, tokio_postgres::Error>,
    mapper: fn(TenantKeyVersionBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> TenantKeyVersionQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(TenantKeyVersionBorrowed) -> R,
    ) -> TenantKeyVersionQuery<'c, 'a, 's, C, R, N> {
        TenantKeyVersionQuery {
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
pub struct CountSealedQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<CountSealedBorrowed, tokio_postgres::Error>,
    mapper: fn(CountSealedBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> CountSealedQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(CountSealedBorrowed) -> R,
    ) -> CountSealedQuery<'c, 'a, 's, C, R, N> {
        CountSealedQuery {
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
pub struct SealedRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SealedRowBorrowed, tokio_postgres::Error>,
    mapper: fn(SealedRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SealedRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(SealedRowBorrowed) -> R) -> SealedRowQuery<'c, 'a, 's, C, R, N> {
        SealedRowQuery {
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
pub struct ListKeyRingVersionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_key_ring_versions() -> ListKeyRingVersionsStmt {
    ListKeyRingVersionsStmt(
        "SELECT version, ring, canary, created_by, created_at, retired_by, retired_at FROM public.key_ring_versions ORDER BY version",
        None,
    )
}
impl ListKeyRingVersionsStmt {
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
    ) -> KeyRingVersionQuery<'c, 'a, 's, C, KeyRingVersion, 0> {
        KeyRingVersionQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<KeyRingVersionBorrowed, tokio_postgres::Error> {
                Ok(KeyRingVersionBorrowed {
                    version: row.try_get(0)?,
                    ring: row.try_get(1)?,
                    canary: row.try_get(2)?,
                    created_by: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    retired_by: row.try_get(5)?,
                    retired_at: row.try_get(6)?,
                })
            },
            mapper: |it| KeyRingVersion::from(it),
        }
    }
}
pub struct LockKeyRingVersionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_key_ring_versions() -> LockKeyRingVersionsStmt {
    LockKeyRingVersionsStmt("LOCK TABLE public.key_ring_versions IN SHARE ROW EXCLUSIVE MODE", None)
}
impl LockKeyRingVersionsStmt {
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
pub struct InsertKeyRingVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_key_ring_version() -> InsertKeyRingVersionStmt {
    InsertKeyRingVersionStmt(
        "INSERT INTO public.key_ring_versions (version, ring, canary, created_by, created_at) VALUES ($1, $2, $3, $4, $5)",
        None,
    )
}
impl InsertKeyRingVersionStmt {
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
        T1: crate::StringSql,
        T2: crate::BytesSql,
        T3: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        version: &'a i32,
        ring: &'a T1,
        canary: &'a T2,
        created_by: &'a T3,
        created_at: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[version, ring, canary, created_by, created_at],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::BytesSql,
    T3: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertKeyRingVersionParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertKeyRingVersionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertKeyRingVersionParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.version,
            &params.ring,
            &params.canary,
            &params.created_by,
            &params.created_at,
        ))
    }
}
pub struct RetireKeyRingVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn retire_key_ring_version() -> RetireKeyRingVersionStmt {
    RetireKeyRingVersionStmt(
        "UPDATE public.key_ring_versions SET retired_at = $1, retired_by = $2 WHERE version = $3 AND retired_at IS NULL",
        None,
    )
}
impl RetireKeyRingVersionStmt {
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
        retired_at: &'a jiff::Timestamp,
        retired_by: &'a T1,
        version: &'a i32,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[retired_at, retired_by, version],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RetireKeyRingVersionParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RetireKeyRingVersionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RetireKeyRingVersionParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.retired_at, &params.retired_by, &params.version))
    }
}
pub struct ListTenantKeyVersionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tenant_key_versions() -> ListTenantKeyVersionsStmt {
    ListTenantKeyVersionsStmt(
        "SELECT version, canary, created_at, erased_at FROM public.tenant_key_versions WHERE tenant_id = $1 ORDER BY version",
        None,
    )
}
impl ListTenantKeyVersionsStmt {
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
    ) -> TenantKeyVersionQuery<'c, 'a, 's, C, TenantKeyVersion, 1> {
        TenantKeyVersionQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<TenantKeyVersionBorrowed, tokio_postgres::Error> {
                Ok(TenantKeyVersionBorrowed {
                    version: row.try_get(0)?,
                    canary: row.try_get(1)?,
                    created_at: row.try_get(2)?,
                    erased_at: row.try_get(3)?,
                })
            },
            mapper: |it| TenantKeyVersion::from(it),
        }
    }
}
pub struct InsertTenantKeyVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_tenant_key_version() -> InsertTenantKeyVersionStmt {
    InsertTenantKeyVersionStmt(
        "INSERT INTO public.tenant_key_versions (tenant_id, version, canary, created_at) VALUES ($1, $2, $3, $4)",
        None,
    )
}
impl InsertTenantKeyVersionStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        version: &'a i32,
        canary: &'a T1,
        created_at: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, version, canary, created_at],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::BytesSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertTenantKeyVersionParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertTenantKeyVersionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertTenantKeyVersionParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.version,
            &params.canary,
            &params.created_at,
        ))
    }
}
pub struct LockSealingOfTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_sealing_of_tenant() -> LockSealingOfTenantStmt {
    LockSealingOfTenantStmt("SELECT FROM public.tenants WHERE id = $1 FOR UPDATE", None)
}
impl LockSealingOfTenantStmt {
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
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id]).await
    }
}
pub struct EraseTenantKeyVersionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn erase_tenant_key_versions() -> EraseTenantKeyVersionsStmt {
    EraseTenantKeyVersionsStmt(
        "UPDATE public.tenant_key_versions SET erased_at = $1 WHERE tenant_id = $2 AND erased_at IS NULL",
        None,
    )
}
impl EraseTenantKeyVersionsStmt {
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
        erased_at: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[erased_at, tenant_id])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        EraseTenantKeyVersionsParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for EraseTenantKeyVersionsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a EraseTenantKeyVersionsParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.erased_at, &params.tenant_id))
    }
}
pub struct ListTenantIdsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tenant_ids() -> ListTenantIdsStmt {
    ListTenantIdsStmt(
        "SELECT id FROM public.tenants WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT $2",
        None,
    )
}
impl ListTenantIdsStmt {
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
        ListTenantIdsParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for ListTenantIdsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListTenantIdsParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.after, &params.page_size)
    }
}
pub struct CountSealedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_sealed() -> CountSealedStmt {
    CountSealedStmt(
        "SELECT sealed.table_name, sealed.key_id, count(*) AS count FROM ( SELECT 'provider_keys' AS table_name, kms_key_id AS key_id FROM public.provider_keys WHERE tenant_id = $1 UNION ALL SELECT 'provider_keys', previous_kms_key_id FROM public.provider_keys WHERE tenant_id = $1 UNION ALL SELECT 'connector_installations', kms_key_id FROM public.connector_installations WHERE tenant_id = $1 UNION ALL SELECT 'connector_installations', previous_kms_key_id FROM public.connector_installations WHERE tenant_id = $1 UNION ALL SELECT 'teams', public.sealed_key_id(webhook_secret) FROM public.teams WHERE tenant_id = $1 UNION ALL SELECT 'teams', public.sealed_key_id(previous_webhook_secret) FROM public.teams WHERE tenant_id = $1 ) AS sealed WHERE sealed.key_id IS NOT NULL GROUP BY sealed.table_name, sealed.key_id ORDER BY sealed.table_name, sealed.key_id",
        None,
    )
}
impl CountSealedStmt {
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
    ) -> CountSealedQuery<'c, 'a, 's, C, CountSealed, 1> {
        CountSealedQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CountSealedBorrowed, tokio_postgres::Error> {
                    Ok(CountSealedBorrowed {
                        table_name: row.try_get(0)?,
                        key_id: row.try_get(1)?,
                        count: row.try_get(2)?,
                    })
                },
            mapper: |it| CountSealed::from(it),
        }
    }
}
pub struct ListProviderKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_provider_keys() -> ListProviderKeysStmt {
    ListProviderKeysStmt(
        "SELECT id, encrypted_key AS value, previous_encrypted_key AS previous FROM public.provider_keys WHERE tenant_id = $1 AND ($2 = '' OR kms_key_id <> $2 OR previous_kms_key_id <> $2) AND ($3::uuid IS NULL OR id > $3::uuid) AND (encrypted_key IS NOT NULL OR previous_encrypted_key IS NOT NULL) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListProviderKeysStmt {
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
        current: &'a T1,
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> SealedRowQuery<'c, 'a, 's, C, SealedRow, 4> {
        SealedRowQuery {
            client,
            params: [tenant_id, current, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SealedRowBorrowed, tokio_postgres::Error> {
                    Ok(SealedRowBorrowed {
                        id: row.try_get(0)?,
                        value: row.try_get(1)?,
                        previous: row.try_get(2)?,
                    })
                },
            mapper: |it| SealedRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListProviderKeysParams<T1>,
        SealedRowQuery<'c, 'a, 's, C, SealedRow, 4>,
        C,
    > for ListProviderKeysStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListProviderKeysParams<T1>,
    ) -> SealedRowQuery<'c, 'a, 's, C, SealedRow, 4> {
        self.bind(client, &params.tenant_id, &params.current, &params.after, &params.page_size)
    }
}
pub struct ListConnectorsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_connectors() -> ListConnectorsStmt {
    ListConnectorsStmt(
        "SELECT id, encrypted_config AS value, previous_encrypted_config AS previous FROM public.connector_installations WHERE tenant_id = $1 AND ($2 = '' OR kms_key_id <> $2 OR previous_kms_key_id <> $2) AND ($3::uuid IS NULL OR id > $3::uuid) AND (encrypted_config IS NOT NULL OR previous_encrypted_config IS NOT NULL) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListConnectorsStmt {
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
        current: &'a T1,
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> SealedRowQuery<'c, 'a, 's, C, SealedRow, 4> {
        SealedRowQuery {
            client,
            params: [tenant_id, current, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SealedRowBorrowed, tokio_postgres::Error> {
                    Ok(SealedRowBorrowed {
                        id: row.try_get(0)?,
                        value: row.try_get(1)?,
                        previous: row.try_get(2)?,
                    })
                },
            mapper: |it| SealedRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListConnectorsParams<T1>,
        SealedRowQuery<'c, 'a, 's, C, SealedRow, 4>,
        C,
    > for ListConnectorsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListConnectorsParams<T1>,
    ) -> SealedRowQuery<'c, 'a, 's, C, SealedRow, 4> {
        self.bind(client, &params.tenant_id, &params.current, &params.after, &params.page_size)
    }
}
pub struct ListTeamsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_teams() -> ListTeamsStmt {
    ListTeamsStmt(
        "SELECT id, webhook_secret AS value, previous_webhook_secret AS previous FROM public.teams WHERE tenant_id = $1 AND ($2 = '' OR public.sealed_key_id(webhook_secret) <> $2 OR public.sealed_key_id(previous_webhook_secret) <> $2) AND ($3::uuid IS NULL OR id > $3::uuid) AND (webhook_secret IS NOT NULL OR previous_webhook_secret IS NOT NULL) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListTeamsStmt {
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
        current: &'a T1,
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> SealedRowQuery<'c, 'a, 's, C, SealedRow, 4> {
        SealedRowQuery {
            client,
            params: [tenant_id, current, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SealedRowBorrowed, tokio_postgres::Error> {
                    Ok(SealedRowBorrowed {
                        id: row.try_get(0)?,
                        value: row.try_get(1)?,
                        previous: row.try_get(2)?,
                    })
                },
            mapper: |it| SealedRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListTeamsParams<T1>,
        SealedRowQuery<'c, 'a, 's, C, SealedRow, 4>,
        C,
    > for ListTeamsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListTeamsParams<T1>,
    ) -> SealedRowQuery<'c, 'a, 's, C, SealedRow, 4> {
        self.bind(client, &params.tenant_id, &params.current, &params.after, &params.page_size)
    }
}
pub struct RewrapProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rewrap_provider_key() -> RewrapProviderKeyStmt {
    RewrapProviderKeyStmt(
        "UPDATE public.provider_keys SET encrypted_key = $1, previous_encrypted_key = $2 WHERE tenant_id = $3 AND id = $4 AND encrypted_key IS NOT DISTINCT FROM $5 AND previous_encrypted_key IS NOT DISTINCT FROM $6",
        None,
    )
}
impl RewrapProviderKeyStmt {
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
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        value: &'a Option<T1>,
        previous: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        old_value: &'a Option<T3>,
        old_previous: &'a Option<T4>,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[value, previous, tenant_id, id, old_value, old_previous],
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
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RewrapProviderKeyParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RewrapProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RewrapProviderKeyParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.value,
            &params.previous,
            &params.tenant_id,
            &params.id,
            &params.old_value,
            &params.old_previous,
        ))
    }
}
pub struct RewrapConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rewrap_connector() -> RewrapConnectorStmt {
    RewrapConnectorStmt(
        "UPDATE public.connector_installations SET encrypted_config = $1, previous_encrypted_config = $2 WHERE tenant_id = $3 AND id = $4 AND encrypted_config IS NOT DISTINCT FROM $5 AND previous_encrypted_config IS NOT DISTINCT FROM $6",
        None,
    )
}
impl RewrapConnectorStmt {
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
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        value: &'a Option<T1>,
        previous: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        old_value: &'a Option<T3>,
        old_previous: &'a Option<T4>,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[value, previous, tenant_id, id, old_value, old_previous],
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
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RewrapConnectorParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RewrapConnectorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RewrapConnectorParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.value,
            &params.previous,
            &params.tenant_id,
            &params.id,
            &params.old_value,
            &params.old_previous,
        ))
    }
}
pub struct RewrapTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rewrap_team() -> RewrapTeamStmt {
    RewrapTeamStmt(
        "UPDATE public.teams SET webhook_secret = $1, previous_webhook_secret = $2 WHERE tenant_id = $3 AND id = $4 AND webhook_secret IS NOT DISTINCT FROM $5 AND previous_webhook_secret IS NOT DISTINCT FROM $6",
        None,
    )
}
impl RewrapTeamStmt {
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
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        value: &'a Option<T1>,
        previous: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        old_value: &'a Option<T3>,
        old_previous: &'a Option<T4>,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[value, previous, tenant_id, id, old_value, old_previous],
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
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RewrapTeamParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RewrapTeamStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RewrapTeamParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.value,
            &params.previous,
            &params.tenant_id,
            &params.id,
            &params.old_value,
            &params.old_previous,
        ))
    }
}
pub struct LogRewrappedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn log_rewrapped() -> LogRewrappedStmt {
    LogRewrappedStmt(
        "INSERT INTO public.secret_rotation_log ( tenant_id, id, secret_type, secret_id, old_kms_key_id, new_kms_key_id, rotation_reason ) SELECT $1, rewrapped.id, $2, rewrapped.secret_id, rewrapped.old_key, $3, 'rewrapped' FROM unnest($4::uuid[], $5::uuid[], $6::text[]) AS rewrapped (id, secret_id, old_key)",
        None,
    )
}
impl LogRewrappedStmt {
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
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::ArraySql<Item = uuid::Uuid>,
        T4: crate::ArraySql<Item = uuid::Uuid>,
        T5: crate::StringSql,
        T6: crate::ArraySql<Item = T5>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        secret_type: &'a T1,
        new_key: &'a T2,
        ids: &'a T3,
        secret_ids: &'a T4,
        old_keys: &'a T6,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, secret_type, new_key, ids, secret_ids, old_keys],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = uuid::Uuid>,
    T4: crate::ArraySql<Item = uuid::Uuid>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        LogRewrappedParams<T1, T2, T3, T4, T5, T6>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for LogRewrappedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a LogRewrappedParams<T1, T2, T3, T4, T5, T6>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.secret_type,
            &params.new_key,
            &params.ids,
            &params.secret_ids,
            &params.old_keys,
        ))
    }
}
