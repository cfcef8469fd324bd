// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct PlanArchiveParams {
    pub tenant_id: uuid::Uuid,
    pub leave_out_sealed: bool,
}
#[derive(Clone, Copy, Debug)]
pub struct SuspendImportedParams {
    pub suspended_at: Option<jiff::Timestamp>,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ReplaceTenantParams<T1: crate::StringSql, T2: crate::JsonSql, T3: crate::JsonSql> {
    pub tier: T1,
    pub settings: T2,
    pub metadata: T3,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetSealStatementParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub table_name: T1,
    pub column_name: T2,
}
#[derive(Debug)]
pub struct InsertImportedChainParams<T1: crate::BytesSql, T2: crate::BytesSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub source_tenant_id: uuid::Uuid,
    pub size: i64,
    pub head_hash: T1,
    pub bundle_sha256: T2,
    pub bytes: i64,
    pub imported_at: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertImportedChainPartParams<T1: crate::BytesSql> {
    pub tenant_id: uuid::Uuid,
    pub chain_id: uuid::Uuid,
    pub part: i32,
    pub content: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct GetImportedChainParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadImportedChainPartParams {
    pub tenant_id: uuid::Uuid,
    pub chain_id: uuid::Uuid,
    pub part: i32,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListUnfit {
    pub table_name: String,
    pub reason: String,
}
pub struct ListUnfitBorrowed<'a> {
    pub table_name: &'a str,
    pub reason: &'a str,
}
impl<'a> From<ListUnfitBorrowed<'a>> for ListUnfit {
    fn from(ListUnfitBorrowed { table_name, reason }: ListUnfitBorrowed<'a>) -> Self {
        Self { table_name: table_name.into(), reason: reason.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ArchivePlan {
    pub table_name: String,
    pub class: String,
    pub columns: Vec<String>,
    pub sealed: Vec<String>,
    pub copy_out: String,
    pub stage: String,
    pub copy_in: String,
    pub inspect: Option<String>,
    pub clear: Option<String>,
    pub load: String,
}
pub struct ArchivePlanBorrowed<'a> {
    pub table_name: &'a str,
    pub class: &'a str,
    pub columns: crate::ArrayIterator<'a, &'a str>,
    pub sealed: crate::ArrayIterator<'a, &'a str>,
    pub copy_out: &'a str,
    pub stage: &'a str,
    pub copy_in: &'a str,
    pub inspect: Option<&'a str>,
    pub clear: Option<&'a str>,
    pub load: &'a str,
}
impl<'a> From<ArchivePlanBorrowed<'a>> for ArchivePlan {
    fn from(
        ArchivePlanBorrowed {
            table_name,
            class,
            columns,
            sealed,
            copy_out,
            stage,
            copy_in,
            inspect,
            clear,
            load,
        }: ArchivePlanBorrowed<'a>,
    ) -> Self {
        Self {
            table_name: table_name.into(),
            class: class.into(),
            columns: columns.map(|v| v.into()).collect(),
            sealed: sealed.map(|v| v.into()).collect(),
            copy_out: copy_out.into(),
            stage: stage.into(),
            copy_in: copy_in.into(),
            inspect: inspect.map(|v| v.into()),
            clear: clear.map(|v| v.into()),
            load: load.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSealedValues {
    pub table_name: String,
    pub column_name: String,
    pub id: uuid::Uuid,
    pub value: Vec<u8>,
}
pub struct ReadSealedValuesBorrowed<'a> {
    pub table_name: &'a str,
    pub column_name: &'a str,
    pub id: uuid::Uuid,
    pub value: &'a [u8],
}
impl<'a> From<ReadSealedValuesBorrowed<'a>> for ReadSealedValues {
    fn from(
        ReadSealedValuesBorrowed { table_name, column_name, id, value }: ReadSealedValuesBorrowed<
            'a,
        >,
    ) -> Self {
        Self {
            table_name: table_name.into(),
            column_name: column_name.into(),
            id,
            value: value.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct HoldTenant {
    pub tier: String,
    pub settings: String,
    pub metadata: String,
}
pub struct HoldTenantBorrowed<'a> {
    pub tier: &'a str,
    pub settings: &'a str,
    pub metadata: &'a str,
}
impl<'a> From<HoldTenantBorrowed<'a>> for HoldTenant {
    fn from(HoldTenantBorrowed { tier, settings, metadata }: HoldTenantBorrowed<'a>) -> Self {
        Self { tier: tier.into(), settings: settings.into(), metadata: metadata.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListChecks {
    pub table_name: String,
    pub constraint_name: String,
    pub kind: String,
    pub statement: String,
}
pub struct ListChecksBorrowed<'a> {
    pub table_name: &'a str,
    pub constraint_name: &'a str,
    pub kind: &'a str,
    pub statement: &'a str,
}
impl<'a> From<ListChecksBorrowed<'a>> for ListChecks {
    fn from(
        ListChecksBorrowed { table_name, constraint_name, kind, statement }: ListChecksBorrowed<'a>,
    ) -> Self {
        Self {
            table_name: table_name.into(),
            constraint_name: constraint_name.into(),
            kind: kind.into(),
            statement: statement.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedChain {
    pub id: uuid::Uuid,
    pub source_tenant_id: uuid::Uuid,
    pub size: i64,
    pub head_hash: Vec<u8>,
    pub bundle_sha256: Vec<u8>,
    pub bytes: i64,
    pub imported_at: jiff::Timestamp,
}
pub struct ImportedChainBorrowed<'a> {
    pub id: uuid::Uuid,
    pub source_tenant_id: uuid::Uuid,
    pub size: i64,
    pub head_hash: &'a [u8],
    pub bundle_sha256: &'a [u8],
    pub bytes: i64,
    pub imported_at: jiff::Timestamp,
}
impl<'a> From<ImportedChainBorrowed<'a>> for ImportedChain {
    fn from(
        ImportedChainBorrowed {
            id,
            source_tenant_id,
            size,
            head_hash,
            bundle_sha256,
            bytes,
            imported_at,
        }: ImportedChainBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            source_tenant_id,
            size,
            head_hash: head_hash.into(),
            bundle_sha256: bundle_sha256.into(),
            bytes,
            imported_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
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
pub struct ListUnfitQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListUnfitBorrowed, tokio_postgres::Error>,
    mapper: fn(ListUnfitBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListUnfitQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ListUnfitBorrowed) -> R) -> ListUnfitQuery<'c, 'a, 's, C, R, N> {
        ListUnfitQuery {
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
pub struct ArchivePlanQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ArchivePlanBorrowed, tokio_postgres::Error>,
    mapper: fn(ArchivePlanBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ArchivePlanQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ArchivePlanBorrowed) -> R,
    ) -> ArchivePlanQuery<'c, 'a, 's, C, R, N> {
        ArchivePlanQuery {
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
pub struct JiffTimestampQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<jiff::Timestamp, tokio_postgres::Error>,
    mapper: fn(jiff::Timestamp) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> JiffTimestampQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(jiff::Timestamp) -> R,
    ) -> JiffTimestampQuery<'c, 'a, 's, C, R, N> {
        JiffTimestampQuery {
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
pub struct ReadSealedValuesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReadSealedValuesBorrowed, tokio_postgres::Error>,
    mapper: fn(ReadSealedValuesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReadSealedValuesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReadSealedValuesBorrowed) -> R,
    ) -> ReadSealedValuesQuery<'c, 'a, 's, C, R, N> {
        ReadSealedValuesQuery {
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
pub struct HoldTenantQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<HoldTenantBorrowed, tokio_postgres::Error>,
    mapper: fn(HoldTenantBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> HoldTenantQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(HoldTenantBorrowed) -> R,
    ) -> HoldTenantQuery<'c, 'a, 's, C, R, N> {
        HoldTenantQuery {
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
pub struct OptionStringQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<&str>, tokio_postgres::Error>,
    mapper: fn(Option<&str>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> OptionStringQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(Option<&str>) -> R) -> OptionStringQuery<'c, 'a, 's, C, R, N> {
        OptionStringQuery {
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
pub struct ListChecksQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListChecksBorrowed, tokio_postgres::Error>,
    mapper: fn(ListChecksBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListChecksQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListChecksBorrowed) -> R,
    ) -> ListChecksQuery<'c, 'a, 's, C, R, N> {
        ListChecksQuery {
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
pub struct ImportedChainQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ImportedChainBorrowed, tokio_postgres::Error>,
    mapper: fn(ImportedChainBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ImportedChainQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ImportedChainBorrowed) -> R,
    ) -> ImportedChainQuery<'c, 'a, 's, C, R, N> {
        ImportedChainQuery {
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
pub struct Vecu8Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<&[u8], tokio_postgres::Error>,
    mapper: fn(&[u8]) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> Vecu8Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(&[u8]) -> R) -> Vecu8Query<'c, 'a, 's, C, R, N> {
        Vecu8Query {
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
pub struct ListUnclassifiedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_unclassified() -> ListUnclassifiedStmt {
    ListUnclassifiedStmt("SELECT name FROM public.archive_unclassified() AS name", None)
}
impl ListUnclassifiedStmt {
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
pub struct ListUnfitStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_unfit() -> ListUnfitStmt {
    ListUnfitStmt("SELECT table_name, reason FROM public.archive_unfit()", None)
}
impl ListUnfitStmt {
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
    ) -> ListUnfitQuery<'c, 'a, 's, C, ListUnfit, 0> {
        ListUnfitQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListUnfitBorrowed, tokio_postgres::Error> {
                    Ok(ListUnfitBorrowed { table_name: row.try_get(0)?, reason: row.try_get(1)? })
                },
            mapper: |it| ListUnfit::from(it),
        }
    }
}
pub struct PlanArchiveStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn plan_archive() -> PlanArchiveStmt {
    PlanArchiveStmt(
        "SELECT table_name, class, columns, sealed, copy_out, stage, copy_in, inspect, clear, load FROM public.archive_plan($1, $2)",
        None,
    )
}
impl PlanArchiveStmt {
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
        leave_out_sealed: &'a bool,
    ) -> ArchivePlanQuery<'c, 'a, 's, C, ArchivePlan, 2> {
        ArchivePlanQuery {
            client,
            params: [tenant_id, leave_out_sealed],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ArchivePlanBorrowed, tokio_postgres::Error> {
                    Ok(ArchivePlanBorrowed {
                        table_name: row.try_get(0)?,
                        class: row.try_get(1)?,
                        columns: row.try_get(2)?,
                        sealed: row.try_get(3)?,
                        copy_out: row.try_get(4)?,
                        stage: row.try_get(5)?,
                        copy_in: row.try_get(6)?,
                        inspect: row.try_get(7)?,
                        clear: row.try_get(8)?,
                        load: row.try_get(9)?,
                    })
                },
            mapper: |it| ArchivePlan::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        PlanArchiveParams,
        ArchivePlanQuery<'c, 'a, 's, C, ArchivePlan, 2>,
        C,
    > for PlanArchiveStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PlanArchiveParams,
    ) -> ArchivePlanQuery<'c, 'a, 's, C, ArchivePlan, 2> {
        self.bind(client, &params.tenant_id, &params.leave_out_sealed)
    }
}
pub struct GetMigrationVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_migration_version() -> GetMigrationVersionStmt {
    GetMigrationVersionStmt(
        "SELECT coalesce(max(version), 0)::bigint AS version FROM public.schema_migrations",
        None,
    )
}
impl GetMigrationVersionStmt {
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
pub struct FixSettingsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn fix_settings() -> FixSettingsStmt {
    FixSettingsStmt(
        "SELECT count(set_config(s.name, v.value, true)) AS settings FROM ( VALUES ('datestyle',                           'ISO, YMD'), ('timezone',                            'UTC'), ('intervalstyle',                       'postgres'), ('extra_float_digits',                  '1'), ('bytea_output',                        'hex'), ('xmlbinary',                           'base64'), ('lc_monetary',                         'C'), ('lc_numeric',                          'C'), ('statement_timeout',                   '0'), ('transaction_timeout',                 '0'), ('idle_in_transaction_session_timeout', '0'), ('enable_seqscan',                      'on'), ('enable_bitmapscan',                   'on'), ('enable_sort',                         'on'), ('jit',                                 'off') ) AS v (name, value) JOIN pg_settings AS s ON lower(s.name) = v.name",
        None,
    )
}
impl FixSettingsStmt {
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
pub struct GetLastRecordedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_last_recorded() -> GetLastRecordedStmt {
    GetLastRecordedStmt(
        "SELECT coalesce( ( SELECT (a.entry).occurred_at FROM public.audits AS a WHERE a.tenant_id = h.tenant_id AND a.seq = h.seq ), h.updated_at ) AS recorded_at FROM public.audit_heads AS h WHERE h.tenant_id = $1",
        None,
    )
}
impl GetLastRecordedStmt {
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
    ) -> JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 1> {
        JiffTimestampQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct CountSealedValuesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_sealed_values() -> CountSealedValuesStmt {
    CountSealedValuesStmt(
        "SELECT (SELECT count(encrypted_key) + count(previous_encrypted_key) FROM public.provider_keys WHERE tenant_id = $1) + ( SELECT count(encrypted_config) + count(previous_encrypted_config) FROM public.connector_installations WHERE tenant_id = $1 ) + (SELECT count(webhook_secret) + count(previous_webhook_secret) FROM public.teams WHERE tenant_id = $1) AS count",
        None,
    )
}
impl CountSealedValuesStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 1> {
        I64Query {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct ReadSealedValuesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_sealed_values() -> ReadSealedValuesStmt {
    ReadSealedValuesStmt(
        "SELECT sealed.table_name, sealed.column_name, sealed.id, sealed.value FROM ( SELECT 'provider_keys' AS table_name, 'encrypted_key' AS column_name, id, encrypted_key AS value FROM public.provider_keys WHERE tenant_id = $1 UNION ALL SELECT 'provider_keys', 'previous_encrypted_key', id, previous_encrypted_key FROM public.provider_keys WHERE tenant_id = $1 UNION ALL SELECT 'connector_installations', 'encrypted_config', id, encrypted_config FROM public.connector_installations WHERE tenant_id = $1 UNION ALL SELECT 'connector_installations', 'previous_encrypted_config', id, previous_encrypted_config FROM public.connector_installations WHERE tenant_id = $1 UNION ALL SELECT 'teams', 'webhook_secret', id, webhook_secret FROM public.teams WHERE tenant_id = $1 UNION ALL SELECT 'teams', 'previous_webhook_secret', id, previous_webhook_secret FROM public.teams WHERE tenant_id = $1 ) AS sealed WHERE sealed.value IS NOT NULL ORDER BY sealed.table_name COLLATE \"C\", sealed.column_name COLLATE \"C\", sealed.id",
        None,
    )
}
impl ReadSealedValuesStmt {
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
    ) -> ReadSealedValuesQuery<'c, 'a, 's, C, ReadSealedValues, 1> {
        ReadSealedValuesQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ReadSealedValuesBorrowed, tokio_postgres::Error> {
                Ok(ReadSealedValuesBorrowed {
                    table_name: row.try_get(0)?,
                    column_name: row.try_get(1)?,
                    id: row.try_get(2)?,
                    value: row.try_get(3)?,
                })
            },
            mapper: |it| ReadSealedValues::from(it),
        }
    }
}
pub struct HoldImportsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_imports() -> HoldImportsStmt {
    HoldImportsStmt("SELECT public.archive_hold_imports() AS held", None)
}
impl HoldImportsStmt {
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
pub struct HoldTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_tenant() -> HoldTenantStmt {
    HoldTenantStmt(
        "SELECT tier, settings::text AS settings, metadata::text AS metadata FROM public.tenants WHERE id = $1 FOR UPDATE",
        None,
    )
}
impl HoldTenantStmt {
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
    ) -> HoldTenantQuery<'c, 'a, 's, C, HoldTenant, 1> {
        HoldTenantQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<HoldTenantBorrowed, tokio_postgres::Error> {
                    Ok(HoldTenantBorrowed {
                        tier: row.try_get(0)?,
                        settings: row.try_get(1)?,
                        metadata: row.try_get(2)?,
                    })
                },
            mapper: |it| HoldTenant::from(it),
        }
    }
}
pub struct HoldMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_memories() -> HoldMemoriesStmt {
    HoldMemoriesStmt("SELECT public.hold_memories() AS held", None)
}
impl HoldMemoriesStmt {
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
pub struct ListOccupiedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_occupied() -> ListOccupiedStmt {
    ListOccupiedStmt("SELECT name FROM public.archive_occupied($1) AS name", None)
}
impl ListOccupiedStmt {
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
pub struct SuspendImportedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn suspend_imported() -> SuspendImportedStmt {
    SuspendImportedStmt(
        "UPDATE public.tenants SET status = 'suspended', suspended_at = coalesce($1, now()) WHERE id = $2 AND status <> 'suspended'",
        None,
    )
}
impl SuspendImportedStmt {
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
        suspended_at: &'a Option<jiff::Timestamp>,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[suspended_at, tenant_id])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SuspendImportedParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SuspendImportedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SuspendImportedParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.suspended_at, &params.tenant_id))
    }
}
pub struct ResumeImportedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn resume_imported() -> ResumeImportedStmt {
    ResumeImportedStmt(
        "UPDATE public.tenants SET status = 'active', suspended_at = NULL WHERE id = $1 AND status = 'suspended'",
        None,
    )
}
impl ResumeImportedStmt {
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
pub struct ReplaceTenantStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn replace_tenant() -> ReplaceTenantStmt {
    ReplaceTenantStmt(
        "UPDATE public.tenants SET tier = $1, settings = $2, metadata = $3 WHERE id = $4",
        None,
    )
}
impl ReplaceTenantStmt {
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
        T2: crate::JsonSql,
        T3: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tier: &'a T1,
        settings: &'a T2,
        metadata: &'a T3,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tier, settings, metadata, tenant_id],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        ReplaceTenantParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ReplaceTenantStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ReplaceTenantParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tier,
            &params.settings,
            &params.metadata,
            &params.tenant_id,
        ))
    }
}
pub struct GetSealStatementStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_seal_statement() -> GetSealStatementStmt {
    GetSealStatementStmt("SELECT public.archive_seal_statement($1, $2) AS statement", None)
}
impl GetSealStatementStmt {
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
        table_name: &'a T1,
        column_name: &'a T2,
    ) -> OptionStringQuery<'c, 'a, 's, C, Option<String>, 2> {
        OptionStringQuery {
            client,
            params: [table_name, column_name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.map(|v| v.into()),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSealStatementParams<T1, T2>,
        OptionStringQuery<'c, 'a, 's, C, Option<String>, 2>,
        C,
    > for GetSealStatementStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSealStatementParams<T1, T2>,
    ) -> OptionStringQuery<'c, 'a, 's, C, Option<String>, 2> {
        self.bind(client, &params.table_name, &params.column_name)
    }
}
pub struct ListChecksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_checks() -> ListChecksStmt {
    ListChecksStmt(
        "SELECT table_name, constraint_name, kind, statement FROM public.archive_checks($1)",
        None,
    )
}
impl ListChecksStmt {
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
    ) -> ListChecksQuery<'c, 'a, 's, C, ListChecks, 1> {
        ListChecksQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListChecksBorrowed, tokio_postgres::Error> {
                    Ok(ListChecksBorrowed {
                        table_name: row.try_get(0)?,
                        constraint_name: row.try_get(1)?,
                        kind: row.try_get(2)?,
                        statement: row.try_get(3)?,
                    })
                },
            mapper: |it| ListChecks::from(it),
        }
    }
}
pub struct FinishImportStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn finish_import() -> FinishImportStmt {
    FinishImportStmt("SELECT true AS done FROM public.archive_finish($1)", None)
}
impl FinishImportStmt {
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
    ) -> BoolQuery<'c, 'a, 's, C, bool, 1> {
        BoolQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct AdvanceSequencesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn advance_sequences() -> AdvanceSequencesStmt {
    AdvanceSequencesStmt("SELECT true AS done FROM public.archive_advance_sequences($1)", None)
}
impl AdvanceSequencesStmt {
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
    ) -> BoolQuery<'c, 'a, 's, C, bool, 1> {
        BoolQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct DropMonthStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn drop_month() -> DropMonthStmt {
    DropMonthStmt("SELECT public.archive_drop_month($1) AS dropped", None)
}
impl DropMonthStmt {
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
        at: &'a jiff::Timestamp,
    ) -> BoolQuery<'c, 'a, 's, C, bool, 1> {
        BoolQuery {
            client,
            params: [at],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct CountApiKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_api_keys() -> CountApiKeysStmt {
    CountApiKeysStmt(
        "SELECT count(*) AS count FROM public.api_keys WHERE tenant_id = $1 AND revoked_at IS NULL",
        None,
    )
}
impl CountApiKeysStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 1> {
        I64Query {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct InsertImportedChainStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_imported_chain() -> InsertImportedChainStmt {
    InsertImportedChainStmt(
        "INSERT INTO public.imported_chains ( tenant_id, id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        None,
    )
}
impl InsertImportedChainStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql, T2: crate::BytesSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        source_tenant_id: &'a uuid::Uuid,
        size: &'a i64,
        head_hash: &'a T1,
        bundle_sha256: &'a T2,
        bytes: &'a i64,
        imported_at: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::BytesSql, T2: crate::BytesSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertImportedChainParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertImportedChainStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertImportedChainParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.source_tenant_id,
            &params.size,
            &params.head_hash,
            &params.bundle_sha256,
            &params.bytes,
            &params.imported_at,
        ))
    }
}
pub struct InsertImportedChainPartStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_imported_chain_part() -> InsertImportedChainPartStmt {
    InsertImportedChainPartStmt(
        "INSERT INTO public.imported_chain_parts (tenant_id, chain_id, part, content) VALUES ($1, $2, $3, $4)",
        None,
    )
}
impl InsertImportedChainPartStmt {
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
        chain_id: &'a uuid::Uuid,
        part: &'a i32,
        content: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, chain_id, part, content],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::BytesSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertImportedChainPartParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertImportedChainPartStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertImportedChainPartParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.chain_id,
            &params.part,
            &params.content,
        ))
    }
}
pub struct ListImportedChainsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_imported_chains() -> ListImportedChainsStmt {
    ListImportedChainsStmt(
        "SELECT id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at FROM public.imported_chains WHERE tenant_id = $1 ORDER BY imported_at, id",
        None,
    )
}
impl ListImportedChainsStmt {
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
    ) -> ImportedChainQuery<'c, 'a, 's, C, ImportedChain, 1> {
        ImportedChainQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ImportedChainBorrowed, tokio_postgres::Error> {
                    Ok(ImportedChainBorrowed {
                        id: row.try_get(0)?,
                        source_tenant_id: row.try_get(1)?,
                        size: row.try_get(2)?,
                        head_hash: row.try_get(3)?,
                        bundle_sha256: row.try_get(4)?,
                        bytes: row.try_get(5)?,
                        imported_at: row.try_get(6)?,
                    })
                },
            mapper: |it| ImportedChain::from(it),
        }
    }
}
pub struct GetImportedChainStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_imported_chain() -> GetImportedChainStmt {
    GetImportedChainStmt(
        "SELECT id, source_tenant_id, size, head_hash, bundle_sha256, bytes, imported_at FROM public.imported_chains WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetImportedChainStmt {
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
    ) -> ImportedChainQuery<'c, 'a, 's, C, ImportedChain, 2> {
        ImportedChainQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ImportedChainBorrowed, tokio_postgres::Error> {
                    Ok(ImportedChainBorrowed {
                        id: row.try_get(0)?,
                        source_tenant_id: row.try_get(1)?,
                        size: row.try_get(2)?,
                        head_hash: row.try_get(3)?,
                        bundle_sha256: row.try_get(4)?,
                        bytes: row.try_get(5)?,
                        imported_at: row.try_get(6)?,
                    })
                },
            mapper: |it| ImportedChain::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetImportedChainParams,
        ImportedChainQuery<'c, 'a, 's, C, ImportedChain, 2>,
        C,
    > for GetImportedChainStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetImportedChainParams,
    ) -> ImportedChainQuery<'c, 'a, 's, C, ImportedChain, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ReadImportedChainPartStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_imported_chain_part() -> ReadImportedChainPartStmt {
    ReadImportedChainPartStmt(
        "SELECT content FROM public.imported_chain_parts WHERE tenant_id = $1 AND chain_id = $2 AND part = $3",
        None,
    )
}
impl ReadImportedChainPartStmt {
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
        chain_id: &'a uuid::Uuid,
        part: &'a i32,
    ) -> Vecu8Query<'c, 'a, 's, C, Vec<u8>, 3> {
        Vecu8Query {
            client,
            params: [tenant_id, chain_id, part],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReadImportedChainPartParams,
        Vecu8Query<'c, 'a, 's, C, Vec<u8>, 3>,
        C,
    > for ReadImportedChainPartStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadImportedChainPartParams,
    ) -> Vecu8Query<'c, 'a, 's, C, Vec<u8>, 3> {
        self.bind(client, &params.tenant_id, &params.chain_id, &params.part)
    }
}
