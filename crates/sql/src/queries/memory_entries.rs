// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct FindMemoryEntryParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T1,
    pub key: T2,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct LockMemoryEntryParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T1,
    pub key: T2,
}
#[derive(Debug)]
pub struct SaveMemoryEntryParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
    T5: crate::ArraySql<Item = f32>,
    T6: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T1,
    pub key: T2,
    pub content: T3,
    pub metadata: T4,
    pub embedding: Option<T5>,
    pub embedding_model: Option<T6>,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct DeleteMemoryEntryParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T1,
    pub key: T2,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct ListMemoryEntriesParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T1,
    pub key: Option<T2>,
    pub prefix: Option<T3>,
    pub now: jiff::Timestamp,
    pub filter: T4,
    pub limit: Option<i64>,
}
#[derive(Debug)]
pub struct SearchMemoryEntriesParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = f32>,
    T3: crate::StringSql,
    T4: crate::StringSql,
> {
    pub embedding_model: Option<T1>,
    pub embedding: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T3,
    pub now: jiff::Timestamp,
    pub min_similarity: f64,
    pub pool: i64,
    pub query: T4,
}
#[derive(Debug)]
pub struct CountMemoryEntriesParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: T1,
    pub now: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryEntry {
    pub id: uuid::Uuid,
    pub entry_key: String,
    pub content: String,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct MemoryEntryBorrowed<'a> {
    pub id: uuid::Uuid,
    pub entry_key: &'a str,
    pub content: &'a str,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<MemoryEntryBorrowed<'a>> for MemoryEntry {
    fn from(
        MemoryEntryBorrowed {
            id,
            entry_key,
            content,
            metadata,
            created_at,
            updated_at,
        }: MemoryEntryBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            entry_key: entry_key.into(),
            content: content.into(),
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LockMemoryEntry {
    pub id: uuid::Uuid,
    pub content: String,
    pub metadata: String,
    pub is_over: bool,
}
pub struct LockMemoryEntryBorrowed<'a> {
    pub id: uuid::Uuid,
    pub content: &'a str,
    pub metadata: &'a str,
    pub is_over: bool,
}
impl<'a> From<LockMemoryEntryBorrowed<'a>> for LockMemoryEntry {
    fn from(
        LockMemoryEntryBorrowed { id, content, metadata, is_over }: LockMemoryEntryBorrowed<'a>,
    ) -> Self {
        Self { id, content: content.into(), metadata: metadata.into(), is_over }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListMemoryEntries {
    pub total: i64,
    pub id: Option<uuid::Uuid>,
    pub entry_key: Option<String>,
    pub content: Option<String>,
    pub metadata: Option<String>,
    pub created_at: Option<jiff::Timestamp>,
    pub updated_at: Option<jiff::Timestamp>,
}
pub struct ListMemoryEntriesBorrowed<'a> {
    pub total: i64,
    pub id: Option<uuid::Uuid>,
    pub entry_key: Option<&'a str>,
    pub content: Option<&'a str>,
    pub metadata: Option<&'a str>,
    pub created_at: Option<jiff::Timestamp>,
    pub updated_at: Option<jiff::Timestamp>,
}
impl<'a> From<ListMemoryEntriesBorrowed<'a>> for ListMemoryEntries {
    fn from(
        ListMemoryEntriesBorrowed {
            total,
            id,
            entry_key,
            content,
            metadata,
            created_at,
            updated_at,
        }: ListMemoryEntriesBorrowed<'a>,
    ) -> Self {
        Self {
            total,
            id,
            entry_key: entry_key.map(|v| v.into()),
            content: content.map(|v| v.into()),
            metadata: metadata.map(|v| v.into()),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMemoryEntry {
    pub id: uuid::Uuid,
    pub entry_key: String,
    pub content: String,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub similarity: Option<f64>,
    pub text_score: Option<f64>,
}
pub struct FoundMemoryEntryBorrowed<'a> {
    pub id: uuid::Uuid,
    pub entry_key: &'a str,
    pub content: &'a str,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub similarity: Option<f64>,
    pub text_score: Option<f64>,
}
impl<'a> From<FoundMemoryEntryBorrowed<'a>> for FoundMemoryEntry {
    fn from(
        FoundMemoryEntryBorrowed {
            id,
            entry_key,
            content,
            metadata,
            created_at,
            updated_at,
            similarity,
            text_score,
        }: FoundMemoryEntryBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            entry_key: entry_key.into(),
            content: content.into(),
            metadata: metadata.into(),
            created_at,
            updated_at,
            similarity,
            text_score,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct MemoryEntryQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<MemoryEntryBorrowed, tokio_postgres::Error>,
    mapper: fn(MemoryEntryBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> MemoryEntryQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(MemoryEntryBorrowed) -> R,
    ) -> MemoryEntryQuery<'c, 'a, 's, C, R, N> {
        MemoryEntryQuery {
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
pub struct LockMemoryEntryQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockMemoryEntryBorrowed, tokio_postgres::Error>,
    mapper: fn(LockMemoryEntryBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockMemoryEntryQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(LockMemoryEntryBorrowed) -> R,
    ) -> LockMemoryEntryQuery<'c, 'a, 's, C, R, N> {
        LockMemoryEntryQuery {
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
pub struct ListMemoryEntriesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListMemoryEntriesBorrowed, tokio_postgres::Error>,
    mapper: fn(ListMemoryEntriesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListMemoryEntriesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListMemoryEntriesBorrowed) -> R,
    ) -> ListMemoryEntriesQuery<'c, 'a, 's, C, R, N> {
        ListMemoryEntriesQuery {
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
pub struct FoundMemoryEntryQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<FoundMemoryEntryBorrowed, tokio_postgres::Error>,
    mapper: fn(FoundMemoryEntryBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FoundMemoryEntryQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FoundMemoryEntryBorrowed) -> R,
    ) -> FoundMemoryEntryQuery<'c, 'a, 's, C, R, N> {
        FoundMemoryEntryQuery {
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
pub struct FindMemoryEntryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn find_memory_entry() -> FindMemoryEntryStmt {
    FindMemoryEntryStmt(
        "SELECT m.id, m.entry_key, m.content, m.metadata::text, m.created_at, m.updated_at FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.agent_id IS NOT DISTINCT FROM $3::uuid AND m.user_id IS NOT DISTINCT FROM $4::uuid AND m.memory_type = $5::text::public.memory_type_enum AND m.fingerprint = public.memory_fingerprint($6, '') AND m.entry_key = $6 AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > $7)",
        None,
    )
}
impl FindMemoryEntryStmt {
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
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T1,
        key: &'a T2,
        now: &'a jiff::Timestamp,
    ) -> MemoryEntryQuery<'c, 'a, 's, C, MemoryEntry, 7> {
        MemoryEntryQuery {
            client,
            params: [tenant_id, team_id, agent_id, user_id, memory_type, key, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MemoryEntryBorrowed, tokio_postgres::Error> {
                    Ok(MemoryEntryBorrowed {
                        id: row.try_get(0)?,
                        entry_key: row.try_get(1)?,
                        content: row.try_get(2)?,
                        metadata: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| MemoryEntry::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindMemoryEntryParams<T1, T2>,
        MemoryEntryQuery<'c, 'a, 's, C, MemoryEntry, 7>,
        C,
    > for FindMemoryEntryStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindMemoryEntryParams<T1, T2>,
    ) -> MemoryEntryQuery<'c, 'a, 's, C, MemoryEntry, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.key,
            &params.now,
        )
    }
}
pub struct LockMemoryEntryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_memory_entry() -> LockMemoryEntryStmt {
    LockMemoryEntryStmt(
        "SELECT m.id, m.content, m.metadata::text, coalesce(m.expires_at <= $1, false) AS is_over FROM public.memories AS m WHERE m.tenant_id = $2 AND m.team_id = $3 AND m.agent_id IS NOT DISTINCT FROM $4::uuid AND m.user_id IS NOT DISTINCT FROM $5::uuid AND m.memory_type = $6::text::public.memory_type_enum AND m.fingerprint = public.memory_fingerprint($7, '') AND m.entry_key = $7 AND m.status IN ('active', 'disputed') FOR NO KEY UPDATE",
        None,
    )
}
impl LockMemoryEntryStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T1,
        key: &'a T2,
    ) -> LockMemoryEntryQuery<'c, 'a, 's, C, LockMemoryEntry, 7> {
        LockMemoryEntryQuery {
            client,
            params: [now, tenant_id, team_id, agent_id, user_id, memory_type, key],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<LockMemoryEntryBorrowed, tokio_postgres::Error> {
                Ok(LockMemoryEntryBorrowed {
                    id: row.try_get(0)?,
                    content: row.try_get(1)?,
                    metadata: row.try_get(2)?,
                    is_over: row.try_get(3)?,
                })
            },
            mapper: |it| LockMemoryEntry::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockMemoryEntryParams<T1, T2>,
        LockMemoryEntryQuery<'c, 'a, 's, C, LockMemoryEntry, 7>,
        C,
    > for LockMemoryEntryStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockMemoryEntryParams<T1, T2>,
    ) -> LockMemoryEntryQuery<'c, 'a, 's, C, LockMemoryEntry, 7> {
        self.bind(
            client,
            &params.now,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.key,
        )
    }
}
pub struct SaveMemoryEntryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn save_memory_entry() -> SaveMemoryEntryStmt {
    SaveMemoryEntryStmt(
        "INSERT INTO public.memories AS m ( tenant_id, id, team_id, agent_id, user_id, memory_type, entry_key, content, metadata, source_type, embedding, embedding_model, created_at, updated_at ) VALUES ( $1, $2, $3, $4, $5, $6::text::public.memory_type_enum, $7, $8, $9, 'explicit', $10::real[]::public.vector, $11, $12, $12 ) ON CONFLICT (tenant_id, team_id, memory_type, agent_id, user_id, fingerprint) WHERE status IN ('active', 'disputed') DO UPDATE SET content         = excluded.content, metadata        = excluded.metadata, version         = m.version + (m.content <> excluded.content)::integer, embedding       = CASE WHEN m.content = excluded.content AND excluded.embedding IS NULL THEN m.embedding ELSE excluded.embedding END, embedding_model = CASE WHEN m.content = excluded.content AND excluded.embedding IS NULL THEN m.embedding_model ELSE excluded.embedding_model END WHERE (m.content, m.metadata) IS DISTINCT FROM (excluded.content, excluded.metadata) AND (m.expires_at IS NULL OR m.expires_at > $12) RETURNING m.id, m.entry_key, m.content, m.metadata::text, m.created_at, m.updated_at",
        None,
    )
}
impl SaveMemoryEntryStmt {
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
        T5: crate::ArraySql<Item = f32>,
        T6: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T1,
        key: &'a T2,
        content: &'a T3,
        metadata: &'a T4,
        embedding: &'a Option<T5>,
        embedding_model: &'a Option<T6>,
        now: &'a jiff::Timestamp,
    ) -> MemoryEntryQuery<'c, 'a, 's, C, MemoryEntry, 12> {
        MemoryEntryQuery {
            client,
            params: [
                tenant_id,
                id,
                team_id,
                agent_id,
                user_id,
                memory_type,
                key,
                content,
                metadata,
                embedding,
                embedding_model,
                now,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MemoryEntryBorrowed, tokio_postgres::Error> {
                    Ok(MemoryEntryBorrowed {
                        id: row.try_get(0)?,
                        entry_key: row.try_get(1)?,
                        content: row.try_get(2)?,
                        metadata: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| MemoryEntry::from(it),
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
    T5: crate::ArraySql<Item = f32>,
    T6: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SaveMemoryEntryParams<T1, T2, T3, T4, T5, T6>,
        MemoryEntryQuery<'c, 'a, 's, C, MemoryEntry, 12>,
        C,
    > for SaveMemoryEntryStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SaveMemoryEntryParams<T1, T2, T3, T4, T5, T6>,
    ) -> MemoryEntryQuery<'c, 'a, 's, C, MemoryEntry, 12> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.key,
            &params.content,
            &params.metadata,
            &params.embedding,
            &params.embedding_model,
            &params.now,
        )
    }
}
pub struct DeleteMemoryEntryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_memory_entry() -> DeleteMemoryEntryStmt {
    DeleteMemoryEntryStmt(
        "DELETE FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.agent_id IS NOT DISTINCT FROM $3::uuid AND m.user_id IS NOT DISTINCT FROM $4::uuid AND m.memory_type = $5::text::public.memory_type_enum AND m.fingerprint = public.memory_fingerprint($6, '') AND m.entry_key = $6 AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > $7) RETURNING m.id",
        None,
    )
}
impl DeleteMemoryEntryStmt {
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
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T1,
        key: &'a T2,
        now: &'a jiff::Timestamp,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 7> {
        UuidUuidQuery {
            client,
            params: [tenant_id, team_id, agent_id, user_id, memory_type, key, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeleteMemoryEntryParams<T1, T2>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 7>,
        C,
    > for DeleteMemoryEntryStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteMemoryEntryParams<T1, T2>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.key,
            &params.now,
        )
    }
}
pub struct ListMemoryEntriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_memory_entries() -> ListMemoryEntriesStmt {
    ListMemoryEntriesStmt(
        "WITH entries AS ( SELECT m.id, m.entry_key, m.content, m.metadata, m.created_at, m.updated_at FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.agent_id IS NOT DISTINCT FROM $3::uuid AND m.user_id IS NOT DISTINCT FROM $4::uuid AND m.memory_type = $5::text::public.memory_type_enum AND m.entry_key IS NOT NULL AND ($6::text IS NULL OR (m.entry_key = $6 AND m.fingerprint = public.memory_fingerprint($6, ''))) AND ($6::text IS NOT NULL OR $7::text IS NULL OR starts_with(m.entry_key, $7)) AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > $8) AND NOT EXISTS ( SELECT FROM jsonb_each($9::jsonb) AS wanted WHERE m.metadata -> wanted.key IS DISTINCT FROM wanted.value ) ), page AS ( SELECT * FROM entries AS e ORDER BY e.entry_key COLLATE \"C\" LIMIT $10::bigint ) SELECT (SELECT count(*) FROM entries) AS total, p.id, p.entry_key, p.content, p.metadata::text, p.created_at, p.updated_at FROM (SELECT) AS always LEFT JOIN page AS p ON true ORDER BY p.entry_key COLLATE \"C\"",
        None,
    )
}
impl ListMemoryEntriesStmt {
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
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T1,
        key: &'a Option<T2>,
        prefix: &'a Option<T3>,
        now: &'a jiff::Timestamp,
        filter: &'a T4,
        limit: &'a Option<i64>,
    ) -> ListMemoryEntriesQuery<'c, 'a, 's, C, ListMemoryEntries, 10> {
        ListMemoryEntriesQuery {
            client,
            params: [
                tenant_id,
                team_id,
                agent_id,
                user_id,
                memory_type,
                key,
                prefix,
                now,
                filter,
                limit,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListMemoryEntriesBorrowed, tokio_postgres::Error> {
                Ok(ListMemoryEntriesBorrowed {
                    total: row.try_get(0)?,
                    id: row.try_get(1)?,
                    entry_key: row.try_get(2)?,
                    content: row.try_get(3)?,
                    metadata: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                    updated_at: row.try_get(6)?,
                })
            },
            mapper: |it| ListMemoryEntries::from(it),
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
        ListMemoryEntriesParams<T1, T2, T3, T4>,
        ListMemoryEntriesQuery<'c, 'a, 's, C, ListMemoryEntries, 10>,
        C,
    > for ListMemoryEntriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMemoryEntriesParams<T1, T2, T3, T4>,
    ) -> ListMemoryEntriesQuery<'c, 'a, 's, C, ListMemoryEntries, 10> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.key,
            &params.prefix,
            &params.now,
            &params.filter,
            &params.limit,
        )
    }
}
pub struct SearchMemoryEntriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn search_memory_entries() -> SearchMemoryEntriesStmt {
    SearchMemoryEntriesStmt(
        "WITH entries AS MATERIALIZED ( SELECT m.id, m.words, CASE WHEN m.embedding_model = $1::text AND m.embedding_dimensions = cardinality($2::real[]) THEN 1 - (m.embedding OPERATOR(public.<=>) $2::real[]::public.vector) END AS similarity FROM public.memories AS m WHERE m.tenant_id = $3 AND m.team_id = $4 AND m.agent_id IS NOT DISTINCT FROM $5::uuid AND m.user_id IS NOT DISTINCT FROM $6::uuid AND m.memory_type = $7::text::public.memory_type_enum AND m.entry_key IS NOT NULL AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > $8) ), near AS ( SELECT e.id, e.similarity FROM entries AS e WHERE e.similarity >= $9 ORDER BY e.similarity DESC, e.id LIMIT $10 ), terms_of AS ( SELECT e.id, term.value AS term FROM entries AS e, unnest(public.memory_terms($11)) AS term (value) WHERE e.words @@ public.memory_text_query(ARRAY[term.value]) ), weights AS ( SELECT t.term, ln(1 + ((SELECT count(*) FROM entries) - count(*) + 0.5) / (count(*) + 0.5)) AS weight FROM terms_of AS t GROUP BY t.term ), texts AS ( SELECT t.id, sum(w.weight)::double precision AS score FROM terms_of AS t JOIN weights AS w ON w.term = t.term GROUP BY t.id ORDER BY score DESC, t.id LIMIT $10 ) SELECT m.id, m.entry_key, m.content, m.metadata::text, m.created_at, m.updated_at, found.similarity, found.text_score FROM ( SELECT coalesce(near.id, texts.id) AS id, near.similarity, texts.score AS text_score FROM near FULL JOIN texts ON texts.id = near.id OFFSET 0 ) AS found CROSS JOIN LATERAL ( SELECT m.* FROM public.memories AS m WHERE m.tenant_id = $3 AND m.id = found.id OFFSET 0 ) AS m ORDER BY m.entry_key COLLATE \"C\"",
        None,
    )
}
impl SearchMemoryEntriesStmt {
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
        T2: crate::ArraySql<Item = f32>,
        T3: crate::StringSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        embedding_model: &'a Option<T1>,
        embedding: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T3,
        now: &'a jiff::Timestamp,
        min_similarity: &'a f64,
        pool: &'a i64,
        query: &'a T4,
    ) -> FoundMemoryEntryQuery<'c, 'a, 's, C, FoundMemoryEntry, 11> {
        FoundMemoryEntryQuery {
            client,
            params: [
                embedding_model,
                embedding,
                tenant_id,
                team_id,
                agent_id,
                user_id,
                memory_type,
                now,
                min_similarity,
                pool,
                query,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<FoundMemoryEntryBorrowed, tokio_postgres::Error> {
                Ok(FoundMemoryEntryBorrowed {
                    id: row.try_get(0)?,
                    entry_key: row.try_get(1)?,
                    content: row.try_get(2)?,
                    metadata: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                    similarity: row.try_get(6)?,
                    text_score: row.try_get(7)?,
                })
            },
            mapper: |it| FoundMemoryEntry::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = f32>,
    T3: crate::StringSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SearchMemoryEntriesParams<T1, T2, T3, T4>,
        FoundMemoryEntryQuery<'c, 'a, 's, C, FoundMemoryEntry, 11>,
        C,
    > for SearchMemoryEntriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SearchMemoryEntriesParams<T1, T2, T3, T4>,
    ) -> FoundMemoryEntryQuery<'c, 'a, 's, C, FoundMemoryEntry, 11> {
        self.bind(
            client,
            &params.embedding_model,
            &params.embedding,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.now,
            &params.min_similarity,
            &params.pool,
            &params.query,
        )
    }
}
pub struct CountMemoryEntriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_memory_entries() -> CountMemoryEntriesStmt {
    CountMemoryEntriesStmt(
        "SELECT count(*) FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.agent_id IS NOT DISTINCT FROM $3::uuid AND m.user_id IS NOT DISTINCT FROM $4::uuid AND m.memory_type = $5::text::public.memory_type_enum AND m.entry_key IS NOT NULL AND m.status IN ('active', 'disputed') AND (m.expires_at IS NULL OR m.expires_at > $6)",
        None,
    )
}
impl CountMemoryEntriesStmt {
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
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        memory_type: &'a T1,
        now: &'a jiff::Timestamp,
    ) -> I64Query<'c, 'a, 's, C, i64, 6> {
        I64Query {
            client,
            params: [tenant_id, team_id, agent_id, user_id, memory_type, now],
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
        CountMemoryEntriesParams<T1>,
        I64Query<'c, 'a, 's, C, i64, 6>,
        C,
    > for CountMemoryEntriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountMemoryEntriesParams<T1>,
    ) -> I64Query<'c, 'a, 's, C, i64, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.memory_type,
            &params.now,
        )
    }
}
