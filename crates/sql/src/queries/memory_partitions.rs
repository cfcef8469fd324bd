// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct PromoteMemoriesParams {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct VectorIndexStatementParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
    pub dimensions: i32,
    pub kind: T2,
    pub options: T3,
}
#[derive(Debug)]
pub struct WordIndexStatementParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Debug)]
pub struct RecordMemoryIndexParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub kind: T1,
    pub options: T2,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetEmbeddingParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub model: T1,
    pub dimensions: i32,
}
#[derive(Debug)]
pub struct CountToEmbedParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub everything: bool,
    pub model: T1,
    pub dimensions: i32,
}
#[derive(Debug)]
pub struct ListToEmbedParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub everything: bool,
    pub model: T1,
    pub dimensions: i32,
    pub limit: i64,
}
#[derive(Debug)]
pub struct EmbedMemoriesParams<
    T1: crate::ArraySql<Item = f32>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = uuid::Uuid>,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
> {
    pub vectors: T1,
    pub dimensions: i32,
    pub model: T2,
    pub ids: T3,
    pub digests: T5,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ClearEmbeddingsParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
> {
    pub ids: T1,
    pub digests: T3,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetMemoryStorage {
    pub embedding_model: Option<String>,
    pub embedding_dimensions: Option<i32>,
    pub promoted_at: Option<jiff::Timestamp>,
}
pub struct GetMemoryStorageBorrowed<'a> {
    pub embedding_model: Option<&'a str>,
    pub embedding_dimensions: Option<i32>,
    pub promoted_at: Option<jiff::Timestamp>,
}
impl<'a> From<GetMemoryStorageBorrowed<'a>> for GetMemoryStorage {
    fn from(
        GetMemoryStorageBorrowed {
            embedding_model,
            embedding_dimensions,
            promoted_at,
        }: GetMemoryStorageBorrowed<'a>,
    ) -> Self {
        Self {
            embedding_model: embedding_model.map(|v| v.into()),
            embedding_dimensions,
            promoted_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListMemoryPartitions {
    pub name: String,
    pub estimated_rows: i64,
    pub bytes: i64,
    pub method: Option<String>,
}
pub struct ListMemoryPartitionsBorrowed<'a> {
    pub name: &'a str,
    pub estimated_rows: i64,
    pub bytes: i64,
    pub method: Option<&'a str>,
}
impl<'a> From<ListMemoryPartitionsBorrowed<'a>> for ListMemoryPartitions {
    fn from(
        ListMemoryPartitionsBorrowed {
            name,
            estimated_rows,
            bytes,
            method,
        }: ListMemoryPartitionsBorrowed<'a>,
    ) -> Self {
        Self { name: name.into(), estimated_rows, bytes, method: method.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PrepareToIndex {
    pub no_moves: String,
    pub is_alone: bool,
    pub statement_timeout: String,
    pub check_interval: String,
}
pub struct PrepareToIndexBorrowed<'a> {
    pub no_moves: &'a str,
    pub is_alone: bool,
    pub statement_timeout: &'a str,
    pub check_interval: &'a str,
}
impl<'a> From<PrepareToIndexBorrowed<'a>> for PrepareToIndex {
    fn from(
        PrepareToIndexBorrowed {
            no_moves,
            is_alone,
            statement_timeout,
            check_interval,
        }: PrepareToIndexBorrowed<'a>,
    ) -> Self {
        Self {
            no_moves: no_moves.into(),
            is_alone,
            statement_timeout: statement_timeout.into(),
            check_interval: check_interval.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListMemoryIndexes {
    pub name: String,
    pub method: String,
    pub is_valid: bool,
    pub bytes: i64,
    pub drop_statement: String,
}
pub struct ListMemoryIndexesBorrowed<'a> {
    pub name: &'a str,
    pub method: &'a str,
    pub is_valid: bool,
    pub bytes: i64,
    pub drop_statement: &'a str,
}
impl<'a> From<ListMemoryIndexesBorrowed<'a>> for ListMemoryIndexes {
    fn from(
        ListMemoryIndexesBorrowed {
            name,
            method,
            is_valid,
            bytes,
            drop_statement,
        }: ListMemoryIndexesBorrowed<'a>,
    ) -> Self {
        Self {
            name: name.into(),
            method: method.into(),
            is_valid,
            bytes,
            drop_statement: drop_statement.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct IndexProgress {
    pub phase: String,
    pub done: i64,
    pub total: i64,
}
pub struct IndexProgressBorrowed<'a> {
    pub phase: &'a str,
    pub done: i64,
    pub total: i64,
}
impl<'a> From<IndexProgressBorrowed<'a>> for IndexProgress {
    fn from(IndexProgressBorrowed { phase, done, total }: IndexProgressBorrowed<'a>) -> Self {
        Self { phase: phase.into(), done, total }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SetEmbedding {
    pub written: i64,
    pub old_model: Option<String>,
    pub old_dimensions: Option<i32>,
}
pub struct SetEmbeddingBorrowed<'a> {
    pub written: i64,
    pub old_model: Option<&'a str>,
    pub old_dimensions: Option<i32>,
}
impl<'a> From<SetEmbeddingBorrowed<'a>> for SetEmbedding {
    fn from(
        SetEmbeddingBorrowed { written, old_model, old_dimensions }: SetEmbeddingBorrowed<'a>,
    ) -> Self {
        Self { written, old_model: old_model.map(|v| v.into()), old_dimensions }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListToEmbed {
    pub id: uuid::Uuid,
    pub content: String,
    pub digest: String,
}
pub struct ListToEmbedBorrowed<'a> {
    pub id: uuid::Uuid,
    pub content: &'a str,
    pub digest: &'a str,
}
impl<'a> From<ListToEmbedBorrowed<'a>> for ListToEmbed {
    fn from(ListToEmbedBorrowed { id, content, digest }: ListToEmbedBorrowed<'a>) -> Self {
        Self { id, content: content.into(), digest: digest.into() }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct GetMemoryStorageQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetMemoryStorageBorrowed, tokio_postgres::Error>,
    mapper: fn(GetMemoryStorageBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetMemoryStorageQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetMemoryStorageBorrowed) -> R,
    ) -> GetMemoryStorageQuery<'c, 'a, 's, C, R, N> {
        GetMemoryStorageQuery {
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
pub struct ListMemoryPartitionsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ListMemoryPartitionsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListMemoryPartitionsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListMemoryPartitionsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListMemoryPartitionsBorrowed) -> R,
    ) -> ListMemoryPartitionsQuery<'c, 'a, 's, C, R, N> {
        ListMemoryPartitionsQuery {
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
pub struct PrepareToIndexQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PrepareToIndexBorrowed, tokio_postgres::Error>,
    mapper: fn(PrepareToIndexBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PrepareToIndexQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(PrepareToIndexBorrowed) -> R,
    ) -> PrepareToIndexQuery<'c, 'a, 's, C, R, N> {
        PrepareToIndexQuery {
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
pub struct ListMemoryIndexesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListMemoryIndexesBorrowed, tokio_postgres::Error>,
    mapper: fn(ListMemoryIndexesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListMemoryIndexesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListMemoryIndexesBorrowed) -> R,
    ) -> ListMemoryIndexesQuery<'c, 'a, 's, C, R, N> {
        ListMemoryIndexesQuery {
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
pub struct IndexProgressQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<IndexProgressBorrowed, tokio_postgres::Error>,
    mapper: fn(IndexProgressBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> IndexProgressQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(IndexProgressBorrowed) -> R,
    ) -> IndexProgressQuery<'c, 'a, 's, C, R, N> {
        IndexProgressQuery {
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
pub struct I32Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<i32, tokio_postgres::Error>,
    mapper: fn(i32) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> I32Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(i32) -> R) -> I32Query<'c, 'a, 's, C, R, N> {
        I32Query {
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
pub struct SetEmbeddingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SetEmbeddingBorrowed, tokio_postgres::Error>,
    mapper: fn(SetEmbeddingBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SetEmbeddingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SetEmbeddingBorrowed) -> R,
    ) -> SetEmbeddingQuery<'c, 'a, 's, C, R, N> {
        SetEmbeddingQuery {
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
pub struct ListToEmbedQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListToEmbedBorrowed, tokio_postgres::Error>,
    mapper: fn(ListToEmbedBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListToEmbedQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListToEmbedBorrowed) -> R,
    ) -> ListToEmbedQuery<'c, 'a, 's, C, R, N> {
        ListToEmbedQuery {
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
pub struct GetMemoryStorageStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_memory_storage() -> GetMemoryStorageStmt {
    GetMemoryStorageStmt(
        "SELECT s.embedding_model, s.embedding_dimensions, s.promoted_at FROM public.memory_settings AS s WHERE s.tenant_id = $1",
        None,
    )
}
impl GetMemoryStorageStmt {
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
    ) -> GetMemoryStorageQuery<'c, 'a, 's, C, GetMemoryStorage, 1> {
        GetMemoryStorageQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetMemoryStorageBorrowed, tokio_postgres::Error> {
                Ok(GetMemoryStorageBorrowed {
                    embedding_model: row.try_get(0)?,
                    embedding_dimensions: row.try_get(1)?,
                    promoted_at: row.try_get(2)?,
                })
            },
            mapper: |it| GetMemoryStorage::from(it),
        }
    }
}
pub struct WaitForLocksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn wait_for_locks() -> WaitForLocksStmt {
    WaitForLocksStmt("SELECT set_config('lock_timeout', $1, true)", None)
}
impl WaitForLocksStmt {
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
        timeout: &'a T1,
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [timeout],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct PromoteMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn promote_memories() -> PromoteMemoriesStmt {
    PromoteMemoriesStmt("SELECT public.promote_memories($1, $2)", None)
}
impl PromoteMemoriesStmt {
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
        now: &'a jiff::Timestamp,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [tenant_id, now],
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
        PromoteMemoriesParams,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for PromoteMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PromoteMemoriesParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.tenant_id, &params.now)
    }
}
pub struct DropMemoryPartitionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn drop_memory_partition() -> DropMemoryPartitionStmt {
    DropMemoryPartitionStmt("SELECT public.drop_memory_partition($1)", None)
}
impl DropMemoryPartitionStmt {
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
pub struct OwnsMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn owns_memories() -> OwnsMemoriesStmt {
    OwnsMemoriesStmt(
        "SELECT pg_has_role(c.relowner, 'USAGE') AS owns FROM pg_class AS c WHERE c.oid = 'public.memories'::regclass",
        None,
    )
}
impl OwnsMemoriesStmt {
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
pub struct ListMemoryPartitionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_memory_partitions() -> ListMemoryPartitionsStmt {
    ListMemoryPartitionsStmt(
        "SELECT p.relname::text AS name, greatest(p.reltuples, 0)::bigint AS estimated_rows, pg_total_relation_size(p.oid) AS bytes, ( SELECT a.amname::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam WHERE i.indrelid = p.oid AND i.indisvalid AND a.amname IN ('hnsw', 'ivfflat') ORDER BY c.relname LIMIT 1 ) AS method FROM pg_inherits AS h JOIN pg_class AS p ON p.oid = h.inhrelid WHERE h.inhparent = 'public.memories'::regclass AND p.relname <> 'memories_shared' ORDER BY p.relname",
        None,
    )
}
impl ListMemoryPartitionsStmt {
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
    ) -> ListMemoryPartitionsQuery<'c, 'a, 's, C, ListMemoryPartitions, 0> {
        ListMemoryPartitionsQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListMemoryPartitionsBorrowed, tokio_postgres::Error> {
                Ok(ListMemoryPartitionsBorrowed {
                    name: row.try_get(0)?,
                    estimated_rows: row.try_get(1)?,
                    bytes: row.try_get(2)?,
                    method: row.try_get(3)?,
                })
            },
            mapper: |it| ListMemoryPartitions::from(it),
        }
    }
}
pub struct PgvectorVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn pgvector_version() -> PgvectorVersionStmt {
    PgvectorVersionStmt(
        "SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vector'",
        None,
    )
}
impl PgvectorVersionStmt {
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
pub struct PrepareToIndexStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn prepare_to_index() -> PrepareToIndexStmt {
    PrepareToIndexStmt(
        "SELECT pg_advisory_lock_shared(hashtextextended('agentflow partitions of memories', 0))::text AS no_moves, pg_try_advisory_lock(hashtextextended('agentflow indexes of memories ' || $1::uuid, 0)) AS is_alone, set_config('statement_timeout', '0', false) AS statement_timeout, set_config('client_connection_check_interval', '1s', false) AS check_interval",
        None,
    )
}
impl PrepareToIndexStmt {
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
    ) -> PrepareToIndexQuery<'c, 'a, 's, C, PrepareToIndex, 1> {
        PrepareToIndexQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<PrepareToIndexBorrowed, tokio_postgres::Error> {
                Ok(PrepareToIndexBorrowed {
                    no_moves: row.try_get(0)?,
                    is_alone: row.try_get(1)?,
                    statement_timeout: row.try_get(2)?,
                    check_interval: row.try_get(3)?,
                })
            },
            mapper: |it| PrepareToIndex::from(it),
        }
    }
}
pub struct GiveIndexMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn give_index_memory() -> GiveIndexMemoryStmt {
    GiveIndexMemoryStmt("SELECT set_config('maintenance_work_mem', $1, false)", None)
}
impl GiveIndexMemoryStmt {
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
        memory: &'a T1,
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [memory],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct CountAllMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_all_memories() -> CountAllMemoriesStmt {
    CountAllMemoriesStmt("SELECT count(*) FROM public.memories AS m WHERE m.tenant_id = $1", None)
}
impl CountAllMemoriesStmt {
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
pub struct ListMemoryIndexesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_memory_indexes() -> ListMemoryIndexesStmt {
    ListMemoryIndexesStmt(
        "SELECT i.name, i.method, i.is_valid, i.bytes, i.drop_statement FROM public.memory_indexes($1) AS i",
        None,
    )
}
impl ListMemoryIndexesStmt {
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
    ) -> ListMemoryIndexesQuery<'c, 'a, 's, C, ListMemoryIndexes, 1> {
        ListMemoryIndexesQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListMemoryIndexesBorrowed, tokio_postgres::Error> {
                Ok(ListMemoryIndexesBorrowed {
                    name: row.try_get(0)?,
                    method: row.try_get(1)?,
                    is_valid: row.try_get(2)?,
                    bytes: row.try_get(3)?,
                    drop_statement: row.try_get(4)?,
                })
            },
            mapper: |it| ListMemoryIndexes::from(it),
        }
    }
}
pub struct VectorIndexStatementStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn vector_index_statement() -> VectorIndexStatementStmt {
    VectorIndexStatementStmt(
        "SELECT public.memory_vector_index_statement($1, $2, $3, $4, $5::text::jsonb)",
        None,
    )
}
impl VectorIndexStatementStmt {
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
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        name: &'a T1,
        dimensions: &'a i32,
        kind: &'a T2,
        options: &'a T3,
    ) -> StringQuery<'c, 'a, 's, C, String, 5> {
        StringQuery {
            client,
            params: [tenant_id, name, dimensions, kind, options],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql, T3: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        VectorIndexStatementParams<T1, T2, T3>,
        StringQuery<'c, 'a, 's, C, String, 5>,
        C,
    > for VectorIndexStatementStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a VectorIndexStatementParams<T1, T2, T3>,
    ) -> StringQuery<'c, 'a, 's, C, String, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.name,
            &params.dimensions,
            &params.kind,
            &params.options,
        )
    }
}
pub struct WordIndexStatementStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn word_index_statement() -> WordIndexStatementStmt {
    WordIndexStatementStmt("SELECT public.memory_word_index_statement($1, $2)", None)
}
impl WordIndexStatementStmt {
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
        name: &'a T1,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        StringQuery {
            client,
            params: [tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        WordIndexStatementParams<T1>,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for WordIndexStatementStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a WordIndexStatementParams<T1>,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.name)
    }
}
pub struct AnalyzeStatementStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn analyze_statement() -> AnalyzeStatementStmt {
    AnalyzeStatementStmt("SELECT format('ANALYZE public.%I', public.memory_partition($1))", None)
}
impl AnalyzeStatementStmt {
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
pub struct IndexProgressStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn index_progress() -> IndexProgressStmt {
    IndexProgressStmt(
        "SELECT p.phase, p.tuples_done AS done, p.tuples_total AS total FROM pg_stat_progress_create_index AS p WHERE p.pid = $1",
        None,
    )
}
impl IndexProgressStmt {
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
        pid: &'a i32,
    ) -> IndexProgressQuery<'c, 'a, 's, C, IndexProgress, 1> {
        IndexProgressQuery {
            client,
            params: [pid],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<IndexProgressBorrowed, tokio_postgres::Error> {
                    Ok(IndexProgressBorrowed {
                        phase: row.try_get(0)?,
                        done: row.try_get(1)?,
                        total: row.try_get(2)?,
                    })
                },
            mapper: |it| IndexProgress::from(it),
        }
    }
}
pub struct BackendPidStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn backend_pid() -> BackendPidStmt {
    BackendPidStmt("SELECT pg_backend_pid()", None)
}
impl BackendPidStmt {
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
    ) -> I32Query<'c, 'a, 's, C, i32, 0> {
        I32Query {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct RecordMemoryIndexStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn record_memory_index() -> RecordMemoryIndexStmt {
    RecordMemoryIndexStmt(
        "UPDATE public.memory_settings SET index_kind = $1, index_options = $2::text::jsonb, indexed_at = $3 WHERE tenant_id = $4",
        None,
    )
}
impl RecordMemoryIndexStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        kind: &'a T1,
        options: &'a T2,
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[kind, options, now, tenant_id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RecordMemoryIndexParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RecordMemoryIndexStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RecordMemoryIndexParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.kind, &params.options, &params.now, &params.tenant_id))
    }
}
pub struct SetEmbeddingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_embedding() -> SetEmbeddingStmt {
    SetEmbeddingStmt(
        "WITH old AS MATERIALIZED ( SELECT s.embedding_model, s.embedding_dimensions FROM public.memory_settings AS s WHERE s.tenant_id = $1 ), written AS ( INSERT INTO public.memory_settings AS s (tenant_id, embedding_model, embedding_dimensions) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE SET embedding_model = excluded.embedding_model, embedding_dimensions = excluded.embedding_dimensions WHERE (s.embedding_model, s.embedding_dimensions) IS DISTINCT FROM (excluded.embedding_model, excluded.embedding_dimensions) RETURNING 1 ) SELECT (SELECT count(*) FROM written) AS written, (SELECT old.embedding_model FROM old) AS old_model, (SELECT old.embedding_dimensions FROM old) AS old_dimensions",
        None,
    )
}
impl SetEmbeddingStmt {
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
        model: &'a T1,
        dimensions: &'a i32,
    ) -> SetEmbeddingQuery<'c, 'a, 's, C, SetEmbedding, 3> {
        SetEmbeddingQuery {
            client,
            params: [tenant_id, model, dimensions],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SetEmbeddingBorrowed, tokio_postgres::Error> {
                    Ok(SetEmbeddingBorrowed {
                        written: row.try_get(0)?,
                        old_model: row.try_get(1)?,
                        old_dimensions: row.try_get(2)?,
                    })
                },
            mapper: |it| SetEmbedding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetEmbeddingParams<T1>,
        SetEmbeddingQuery<'c, 'a, 's, C, SetEmbedding, 3>,
        C,
    > for SetEmbeddingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetEmbeddingParams<T1>,
    ) -> SetEmbeddingQuery<'c, 'a, 's, C, SetEmbedding, 3> {
        self.bind(client, &params.tenant_id, &params.model, &params.dimensions)
    }
}
pub struct CountToEmbedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_to_embed() -> CountToEmbedStmt {
    CountToEmbedStmt(
        "SELECT count(*) FROM public.memories AS m WHERE m.tenant_id = $1 AND ($2 OR (m.embedding_model, m.embedding_dimensions) IS DISTINCT FROM ($3::text, $4::integer))",
        None,
    )
}
impl CountToEmbedStmt {
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
        everything: &'a bool,
        model: &'a T1,
        dimensions: &'a i32,
    ) -> I64Query<'c, 'a, 's, C, i64, 4> {
        I64Query {
            client,
            params: [tenant_id, everything, model, dimensions],
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
        CountToEmbedParams<T1>,
        I64Query<'c, 'a, 's, C, i64, 4>,
        C,
    > for CountToEmbedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountToEmbedParams<T1>,
    ) -> I64Query<'c, 'a, 's, C, i64, 4> {
        self.bind(client, &params.tenant_id, &params.everything, &params.model, &params.dimensions)
    }
}
pub struct ListToEmbedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_to_embed() -> ListToEmbedStmt {
    ListToEmbedStmt(
        "SELECT m.id, m.content, encode(sha256(convert_to(m.content, 'UTF8')), 'hex') AS digest FROM public.memories AS m WHERE m.tenant_id = $1 AND ($2::uuid IS NULL OR m.id > $2) AND ($3 OR (m.embedding_model, m.embedding_dimensions) IS DISTINCT FROM ($4::text, $5::integer)) ORDER BY m.id LIMIT $6",
        None,
    )
}
impl ListToEmbedStmt {
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
        after: &'a Option<uuid::Uuid>,
        everything: &'a bool,
        model: &'a T1,
        dimensions: &'a i32,
        limit: &'a i64,
    ) -> ListToEmbedQuery<'c, 'a, 's, C, ListToEmbed, 6> {
        ListToEmbedQuery {
            client,
            params: [tenant_id, after, everything, model, dimensions, limit],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListToEmbedBorrowed, tokio_postgres::Error> {
                    Ok(ListToEmbedBorrowed {
                        id: row.try_get(0)?,
                        content: row.try_get(1)?,
                        digest: row.try_get(2)?,
                    })
                },
            mapper: |it| ListToEmbed::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListToEmbedParams<T1>,
        ListToEmbedQuery<'c, 'a, 's, C, ListToEmbed, 6>,
        C,
    > for ListToEmbedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListToEmbedParams<T1>,
    ) -> ListToEmbedQuery<'c, 'a, 's, C, ListToEmbed, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.after,
            &params.everything,
            &params.model,
            &params.dimensions,
            &params.limit,
        )
    }
}
pub struct EmbedMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn embed_memories() -> EmbedMemoriesStmt {
    EmbedMemoriesStmt(
        "UPDATE public.memories AS m SET embedding = ($1::real[])[(e.number - 1) * $2::integer + 1 : e.number * $2]::vector, embedding_model = $3 FROM unnest($4::uuid[], $5::text[]) WITH ORDINALITY AS e (id, digest, number) WHERE m.tenant_id = $6 AND m.id = e.id AND encode(sha256(convert_to(m.content, 'UTF8')), 'hex') = e.digest",
        None,
    )
}
impl EmbedMemoriesStmt {
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
        T1: crate::ArraySql<Item = f32>,
        T2: crate::StringSql,
        T3: crate::ArraySql<Item = uuid::Uuid>,
        T4: crate::StringSql,
        T5: crate::ArraySql<Item = T4>,
    >(
        &'s self,
        client: &'c C,
        vectors: &'a T1,
        dimensions: &'a i32,
        model: &'a T2,
        ids: &'a T3,
        digests: &'a T5,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[vectors, dimensions, model, ids, digests, tenant_id],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::ArraySql<Item = f32>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = uuid::Uuid>,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        EmbedMemoriesParams<T1, T2, T3, T4, T5>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for EmbedMemoriesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a EmbedMemoriesParams<T1, T2, T3, T4, T5>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.vectors,
            &params.dimensions,
            &params.model,
            &params.ids,
            &params.digests,
            &params.tenant_id,
        ))
    }
}
pub struct ClearEmbeddingsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn clear_embeddings() -> ClearEmbeddingsStmt {
    ClearEmbeddingsStmt(
        "UPDATE public.memories AS m SET embedding = NULL, embedding_model = NULL FROM unnest($1::uuid[], $2::text[]) AS e (id, digest) WHERE m.tenant_id = $3 AND m.id = e.id AND m.embedding IS NOT NULL AND encode(sha256(convert_to(m.content, 'UTF8')), 'hex') = e.digest",
        None,
    )
}
impl ClearEmbeddingsStmt {
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
        T1: crate::ArraySql<Item = uuid::Uuid>,
        T2: crate::StringSql,
        T3: crate::ArraySql<Item = T2>,
    >(
        &'s self,
        client: &'c C,
        ids: &'a T1,
        digests: &'a T3,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[ids, digests, tenant_id])
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        ClearEmbeddingsParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ClearEmbeddingsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ClearEmbeddingsParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.ids, &params.digests, &params.tenant_id))
    }
}
