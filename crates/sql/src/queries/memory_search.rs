// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct SearchContextParams {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct SearchCandidatesParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::ArraySql<Item = f32>,
    T10: crate::StringSql,
    T11: crate::StringSql,
> {
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub types: Option<T2>,
    pub tiers: Option<T4>,
    pub tags: Option<T6>,
    pub min_importance: Option<i32>,
    pub created_from: Option<jiff::Timestamp>,
    pub created_until: Option<jiff::Timestamp>,
    pub metadata: Option<T7>,
    pub path: Option<T8>,
    pub now: jiff::Timestamp,
    pub embedding: Option<T9>,
    pub model: Option<T10>,
    pub query: Option<T11>,
    pub pool: i32,
    pub effort: i32,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RelatedCandidatesParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = uuid::Uuid>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
    T11: crate::ArraySql<Item = uuid::Uuid>,
> {
    pub tenant_id: uuid::Uuid,
    pub linked: T1,
    pub team_id: uuid::Uuid,
    pub hits: T2,
    pub agent_id: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
    pub user_id: Option<uuid::Uuid>,
    pub types: Option<T4>,
    pub tiers: Option<T6>,
    pub min_importance: Option<i32>,
    pub created_from: Option<jiff::Timestamp>,
    pub created_until: Option<jiff::Timestamp>,
    pub metadata: Option<T7>,
    pub path: Option<T8>,
    pub tags: Option<T10>,
    pub known: T11,
}
#[derive(Debug)]
pub struct RecallCandidatesParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::JsonSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::ArraySql<Item = T7>,
> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
    pub user_id: Option<uuid::Uuid>,
    pub types: Option<T2>,
    pub tiers: Option<T4>,
    pub min_importance: Option<i32>,
    pub created_from: Option<jiff::Timestamp>,
    pub created_until: Option<jiff::Timestamp>,
    pub metadata: Option<T5>,
    pub path: Option<T6>,
    pub tags: Option<T8>,
    pub conversation_id: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct ContradictingTextsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub ids: T1,
    pub agent_id: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct TouchMemoriesParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub ids: T1,
    pub at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct SearchContext {
    pub has_team: bool,
    pub embedding_model: Option<String>,
    pub embedding_dimensions: Option<i32>,
    pub memory_config: Option<String>,
}
pub struct SearchContextBorrowed<'a> {
    pub has_team: bool,
    pub embedding_model: Option<&'a str>,
    pub embedding_dimensions: Option<i32>,
    pub memory_config: Option<&'a str>,
}
impl<'a> From<SearchContextBorrowed<'a>> for SearchContext {
    fn from(
        SearchContextBorrowed {
            has_team,
            embedding_model,
            embedding_dimensions,
            memory_config,
        }: SearchContextBorrowed<'a>,
    ) -> Self {
        Self {
            has_team,
            embedding_model: embedding_model.map(|v| v.into()),
            embedding_dimensions,
            memory_config: memory_config.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: uuid::Uuid,
    pub similarity: Option<f64>,
    pub text_score: Option<f64>,
    pub memory_type: String,
    pub importance: i32,
    pub is_pinned: bool,
    pub status: String,
    pub source_conversation_id: Option<uuid::Uuid>,
    pub last_accessed_at: jiff::Timestamp,
    pub related_to: Vec<uuid::Uuid>,
    pub contradicts: Vec<uuid::Uuid>,
}
pub struct CandidateBorrowed<'a> {
    pub id: uuid::Uuid,
    pub similarity: Option<f64>,
    pub text_score: Option<f64>,
    pub memory_type: &'a str,
    pub importance: i32,
    pub is_pinned: bool,
    pub status: &'a str,
    pub source_conversation_id: Option<uuid::Uuid>,
    pub last_accessed_at: jiff::Timestamp,
    pub related_to: crate::ArrayIterator<'a, uuid::Uuid>,
    pub contradicts: crate::ArrayIterator<'a, uuid::Uuid>,
}
impl<'a> From<CandidateBorrowed<'a>> for Candidate {
    fn from(
        CandidateBorrowed {
            id,
            similarity,
            text_score,
            memory_type,
            importance,
            is_pinned,
            status,
            source_conversation_id,
            last_accessed_at,
            related_to,
            contradicts,
        }: CandidateBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            similarity,
            text_score,
            memory_type: memory_type.into(),
            importance,
            is_pinned,
            status: status.into(),
            source_conversation_id,
            last_accessed_at,
            related_to: related_to.map(|v| v).collect(),
            contradicts: contradicts.map(|v| v).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ContradictingTexts {
    pub id: uuid::Uuid,
    pub content: String,
}
pub struct ContradictingTextsBorrowed<'a> {
    pub id: uuid::Uuid,
    pub content: &'a str,
}
impl<'a> From<ContradictingTextsBorrowed<'a>> for ContradictingTexts {
    fn from(ContradictingTextsBorrowed { id, content }: ContradictingTextsBorrowed<'a>) -> Self {
        Self { id, content: content.into() }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct SearchContextQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SearchContextBorrowed, tokio_postgres::Error>,
    mapper: fn(SearchContextBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SearchContextQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SearchContextBorrowed) -> R,
    ) -> SearchContextQuery<'c, 'a, 's, C, R, N> {
        SearchContextQuery {
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
pub struct CandidateQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<CandidateBorrowed, tokio_postgres::Error>,
    mapper: fn(CandidateBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> CandidateQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(CandidateBorrowed) -> R) -> CandidateQuery<'c, 'a, 's, C, R, N> {
        CandidateQuery {
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
pub struct ContradictingTextsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ContradictingTextsBorrowed, tokio_postgres::Error>,
    mapper: fn(ContradictingTextsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ContradictingTextsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ContradictingTextsBorrowed) -> R,
    ) -> ContradictingTextsQuery<'c, 'a, 's, C, R, N> {
        ContradictingTextsQuery {
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
pub struct SearchContextStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn search_context() -> SearchContextStmt {
    SearchContextStmt(
        "SELECT EXISTS (SELECT FROM public.teams AS t WHERE t.tenant_id = $1 AND t.id = $2) AS has_team, s.embedding_model, s.embedding_dimensions, ( SELECT a.memory_config::text FROM public.agents AS a WHERE a.tenant_id = $1 AND a.team_id = $2 AND a.id = $3 ) AS memory_config FROM (VALUES (true)) AS one (row) LEFT JOIN public.memory_settings AS s ON s.tenant_id = $1",
        None,
    )
}
impl SearchContextStmt {
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
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
    ) -> SearchContextQuery<'c, 'a, 's, C, SearchContext, 3> {
        SearchContextQuery {
            client,
            params: [tenant_id, team_id, agent_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SearchContextBorrowed, tokio_postgres::Error> {
                    Ok(SearchContextBorrowed {
                        has_team: row.try_get(0)?,
                        embedding_model: row.try_get(1)?,
                        embedding_dimensions: row.try_get(2)?,
                        memory_config: row.try_get(3)?,
                    })
                },
            mapper: |it| SearchContext::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SearchContextParams,
        SearchContextQuery<'c, 'a, 's, C, SearchContext, 3>,
        C,
    > for SearchContextStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SearchContextParams,
    ) -> SearchContextQuery<'c, 'a, 's, C, SearchContext, 3> {
        self.bind(client, &params.tenant_id, &params.team_id, &params.agent_id)
    }
}
pub struct SearchCandidatesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn search_candidates() -> SearchCandidatesStmt {
    SearchCandidatesStmt(
        "SELECT f.id, f.similarity, f.text_score, m.memory_type::text, m.importance, m.is_pinned, m.status::text, m.source_conversation_id, m.last_accessed_at, m.related_to, m.contradicts FROM public.search_memories( $1, $2, $3, $4::text[], $5::text[], $6::text[], $7::integer, $8::timestamptz, $9::timestamptz, $10::jsonb, $11::text::jsonpath, $12::timestamptz, $13::real[]::public.vector, $14::text, public.memory_terms($15::text), $16::integer, $17::integer ) AS f CROSS JOIN LATERAL ( SELECT m.memory_type, m.importance, m.is_pinned, m.status, m.source_conversation_id, m.related_to, m.contradicts, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at FROM public.memories AS m LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id WHERE m.tenant_id = $18 AND m.id = f.id OFFSET 0 ) AS m",
        None,
    )
}
impl SearchCandidatesStmt {
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
        T2: crate::ArraySql<Item = T1>,
        T3: crate::StringSql,
        T4: crate::ArraySql<Item = T3>,
        T5: crate::StringSql,
        T6: crate::ArraySql<Item = T5>,
        T7: crate::JsonSql,
        T8: crate::StringSql,
        T9: crate::ArraySql<Item = f32>,
        T10: crate::StringSql,
        T11: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        types: &'a Option<T2>,
        tiers: &'a Option<T4>,
        tags: &'a Option<T6>,
        min_importance: &'a Option<i32>,
        created_from: &'a Option<jiff::Timestamp>,
        created_until: &'a Option<jiff::Timestamp>,
        metadata: &'a Option<T7>,
        path: &'a Option<T8>,
        now: &'a jiff::Timestamp,
        embedding: &'a Option<T9>,
        model: &'a Option<T10>,
        query: &'a Option<T11>,
        pool: &'a i32,
        effort: &'a i32,
        tenant_id: &'a uuid::Uuid,
    ) -> CandidateQuery<'c, 'a, 's, C, Candidate, 18> {
        CandidateQuery {
            client,
            params: [
                team_id,
                agent_id,
                user_id,
                types,
                tiers,
                tags,
                min_importance,
                created_from,
                created_until,
                metadata,
                path,
                now,
                embedding,
                model,
                query,
                pool,
                effort,
                tenant_id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CandidateBorrowed, tokio_postgres::Error> {
                    Ok(CandidateBorrowed {
                        id: row.try_get(0)?,
                        similarity: row.try_get(1)?,
                        text_score: row.try_get(2)?,
                        memory_type: row.try_get(3)?,
                        importance: row.try_get(4)?,
                        is_pinned: row.try_get(5)?,
                        status: row.try_get(6)?,
                        source_conversation_id: row.try_get(7)?,
                        last_accessed_at: row.try_get(8)?,
                        related_to: row.try_get(9)?,
                        contradicts: row.try_get(10)?,
                    })
                },
            mapper: |it| Candidate::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::ArraySql<Item = f32>,
    T10: crate::StringSql,
    T11: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SearchCandidatesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>,
        CandidateQuery<'c, 'a, 's, C, Candidate, 18>,
        C,
    > for SearchCandidatesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SearchCandidatesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>,
    ) -> CandidateQuery<'c, 'a, 's, C, Candidate, 18> {
        self.bind(
            client,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.types,
            &params.tiers,
            &params.tags,
            &params.min_importance,
            &params.created_from,
            &params.created_until,
            &params.metadata,
            &params.path,
            &params.now,
            &params.embedding,
            &params.model,
            &params.query,
            &params.pool,
            &params.effort,
            &params.tenant_id,
        )
    }
}
pub struct RelatedCandidatesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn related_candidates() -> RelatedCandidatesStmt {
    RelatedCandidatesStmt(
        "WITH linked AS MATERIALIZED ( SELECT m.id FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id = ANY ($2::uuid[]) UNION SELECT m.id FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $3 AND m.status IN ('active', 'disputed') AND m.related_to <> '{}' AND m.related_to && $4::uuid[] ) SELECT m.id, NULL::double precision AS similarity, NULL::double precision AS text_score, m.memory_type::text, m.importance, m.is_pinned, m.status::text, m.source_conversation_id, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at, m.related_to, m.contradicts FROM linked AS l JOIN public.memories AS m ON m.id = l.id LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id WHERE m.tenant_id = $1 AND m.team_id = $3 AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, $5, $6::timestamptz) AND public.memory_matches( m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, $7, $8::text[], $9::text[], $10::integer, $11::timestamptz, $12::timestamptz, $13::jsonb, $14::text::jsonpath ) AND ($15::text[] IS NULL OR m.id IN ( SELECT t.memory_id FROM public.memory_tags AS t WHERE t.tenant_id = $1 AND t.tag = ANY ($15::text[]) GROUP BY t.memory_id HAVING count(*) = cardinality($15::text[]) )) AND NOT m.id = ANY ($16::uuid[]) ORDER BY m.id LIMIT 1000",
        None,
    )
}
impl RelatedCandidatesStmt {
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
        T2: crate::ArraySql<Item = uuid::Uuid>,
        T3: crate::StringSql,
        T4: crate::ArraySql<Item = T3>,
        T5: crate::StringSql,
        T6: crate::ArraySql<Item = T5>,
        T7: crate::JsonSql,
        T8: crate::StringSql,
        T9: crate::StringSql,
        T10: crate::ArraySql<Item = T9>,
        T11: crate::ArraySql<Item = uuid::Uuid>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        linked: &'a T1,
        team_id: &'a uuid::Uuid,
        hits: &'a T2,
        agent_id: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
        user_id: &'a Option<uuid::Uuid>,
        types: &'a Option<T4>,
        tiers: &'a Option<T6>,
        min_importance: &'a Option<i32>,
        created_from: &'a Option<jiff::Timestamp>,
        created_until: &'a Option<jiff::Timestamp>,
        metadata: &'a Option<T7>,
        path: &'a Option<T8>,
        tags: &'a Option<T10>,
        known: &'a T11,
    ) -> CandidateQuery<'c, 'a, 's, C, Candidate, 16> {
        CandidateQuery {
            client,
            params: [
                tenant_id,
                linked,
                team_id,
                hits,
                agent_id,
                now,
                user_id,
                types,
                tiers,
                min_importance,
                created_from,
                created_until,
                metadata,
                path,
                tags,
                known,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CandidateBorrowed, tokio_postgres::Error> {
                    Ok(CandidateBorrowed {
                        id: row.try_get(0)?,
                        similarity: row.try_get(1)?,
                        text_score: row.try_get(2)?,
                        memory_type: row.try_get(3)?,
                        importance: row.try_get(4)?,
                        is_pinned: row.try_get(5)?,
                        status: row.try_get(6)?,
                        source_conversation_id: row.try_get(7)?,
                        last_accessed_at: row.try_get(8)?,
                        related_to: row.try_get(9)?,
                        contradicts: row.try_get(10)?,
                    })
                },
            mapper: |it| Candidate::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = uuid::Uuid>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
    T11: crate::ArraySql<Item = uuid::Uuid>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RelatedCandidatesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>,
        CandidateQuery<'c, 'a, 's, C, Candidate, 16>,
        C,
    > for RelatedCandidatesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RelatedCandidatesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>,
    ) -> CandidateQuery<'c, 'a, 's, C, Candidate, 16> {
        self.bind(
            client,
            &params.tenant_id,
            &params.linked,
            &params.team_id,
            &params.hits,
            &params.agent_id,
            &params.now,
            &params.user_id,
            &params.types,
            &params.tiers,
            &params.min_importance,
            &params.created_from,
            &params.created_until,
            &params.metadata,
            &params.path,
            &params.tags,
            &params.known,
        )
    }
}
pub struct RecallCandidatesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn recall_candidates() -> RecallCandidatesStmt {
    RecallCandidatesStmt(
        "WITH visible AS NOT MATERIALIZED ( SELECT m.tenant_id, m.id, m.memory_type, m.importance, m.is_pinned, m.source_conversation_id, m.created_at FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, $3, $4::timestamptz) AND public.memory_matches( m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, $5, $6::text[], $7::text[], $8::integer, $9::timestamptz, $10::timestamptz, $11::jsonb, $12::text::jsonpath ) AND ($13::text[] IS NULL OR m.id IN ( SELECT t.memory_id FROM public.memory_tags AS t WHERE t.tenant_id = $1 AND t.tag = ANY ($13::text[]) GROUP BY t.memory_id HAVING count(*) = cardinality($13::text[]) )) ), recent AS ( SELECT r.id FROM ( ( SELECT v.id, a.last_accessed_at AS used_at FROM public.memory_accesses AS a JOIN visible AS v ON v.id = a.memory_id WHERE a.tenant_id = $1 AND a.team_id = $2 ORDER BY a.last_accessed_at DESC, v.id LIMIT 30 ) UNION ALL ( SELECT v.id, v.created_at FROM visible AS v ORDER BY v.created_at DESC, v.id LIMIT 30 ) ) AS r GROUP BY r.id ORDER BY max(r.used_at) DESC, r.id LIMIT 30 ), important AS ( SELECT v.id FROM visible AS v WHERE v.is_pinned OR v.importance >= 7 ORDER BY v.importance DESC, v.created_at DESC, v.id LIMIT 30 ), always AS ( SELECT v.id FROM visible AS v WHERE v.memory_type = 'identity' OR v.is_pinned ORDER BY v.created_at, v.id LIMIT 200 ), continuing AS ( SELECT v.id FROM visible AS v WHERE v.source_conversation_id = $14::uuid ORDER BY v.created_at DESC, v.id LIMIT 20 ) SELECT m.id, NULL::double precision AS similarity, NULL::double precision AS text_score, m.memory_type::text, m.importance, m.is_pinned, m.status::text, m.source_conversation_id, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at, m.related_to, m.contradicts FROM ( SELECT id FROM recent UNION SELECT id FROM important UNION SELECT id FROM always UNION SELECT id FROM continuing ) AS l JOIN public.memories AS m ON m.tenant_id = $1 AND m.id = l.id LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id ORDER BY m.id",
        None,
    )
}
impl RecallCandidatesStmt {
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
        T2: crate::ArraySql<Item = T1>,
        T3: crate::StringSql,
        T4: crate::ArraySql<Item = T3>,
        T5: crate::JsonSql,
        T6: crate::StringSql,
        T7: crate::StringSql,
        T8: crate::ArraySql<Item = T7>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
        user_id: &'a Option<uuid::Uuid>,
        types: &'a Option<T2>,
        tiers: &'a Option<T4>,
        min_importance: &'a Option<i32>,
        created_from: &'a Option<jiff::Timestamp>,
        created_until: &'a Option<jiff::Timestamp>,
        metadata: &'a Option<T5>,
        path: &'a Option<T6>,
        tags: &'a Option<T8>,
        conversation_id: &'a Option<uuid::Uuid>,
    ) -> CandidateQuery<'c, 'a, 's, C, Candidate, 14> {
        CandidateQuery {
            client,
            params: [
                tenant_id,
                team_id,
                agent_id,
                now,
                user_id,
                types,
                tiers,
                min_importance,
                created_from,
                created_until,
                metadata,
                path,
                tags,
                conversation_id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CandidateBorrowed, tokio_postgres::Error> {
                    Ok(CandidateBorrowed {
                        id: row.try_get(0)?,
                        similarity: row.try_get(1)?,
                        text_score: row.try_get(2)?,
                        memory_type: row.try_get(3)?,
                        importance: row.try_get(4)?,
                        is_pinned: row.try_get(5)?,
                        status: row.try_get(6)?,
                        source_conversation_id: row.try_get(7)?,
                        last_accessed_at: row.try_get(8)?,
                        related_to: row.try_get(9)?,
                        contradicts: row.try_get(10)?,
                    })
                },
            mapper: |it| Candidate::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::JsonSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::ArraySql<Item = T7>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RecallCandidatesParams<T1, T2, T3, T4, T5, T6, T7, T8>,
        CandidateQuery<'c, 'a, 's, C, Candidate, 14>,
        C,
    > for RecallCandidatesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RecallCandidatesParams<T1, T2, T3, T4, T5, T6, T7, T8>,
    ) -> CandidateQuery<'c, 'a, 's, C, Candidate, 14> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.now,
            &params.user_id,
            &params.types,
            &params.tiers,
            &params.min_importance,
            &params.created_from,
            &params.created_until,
            &params.metadata,
            &params.path,
            &params.tags,
            &params.conversation_id,
        )
    }
}
pub struct ContradictingTextsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn contradicting_texts() -> ContradictingTextsStmt {
    ContradictingTextsStmt(
        "SELECT m.id, m.content FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.id = ANY ($3::uuid[]) AND public.memory_is_visible(m.status, m.expires_at, m.memory_type, m.agent_id, $4, $5::timestamptz)",
        None,
    )
}
impl ContradictingTextsStmt {
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
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        ids: &'a T1,
        agent_id: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
    ) -> ContradictingTextsQuery<'c, 'a, 's, C, ContradictingTexts, 5> {
        ContradictingTextsQuery {
            client,
            params: [tenant_id, team_id, ids, agent_id, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ContradictingTextsBorrowed, tokio_postgres::Error> {
                Ok(ContradictingTextsBorrowed {
                    id: row.try_get(0)?,
                    content: row.try_get(1)?,
                })
            },
            mapper: |it| ContradictingTexts::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ContradictingTextsParams<T1>,
        ContradictingTextsQuery<'c, 'a, 's, C, ContradictingTexts, 5>,
        C,
    > for ContradictingTextsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ContradictingTextsParams<T1>,
    ) -> ContradictingTextsQuery<'c, 'a, 's, C, ContradictingTexts, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.ids,
            &params.agent_id,
            &params.now,
        )
    }
}
pub struct TouchMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn touch_memories() -> TouchMemoriesStmt {
    TouchMemoriesStmt("SELECT public.update_memory_access($1::uuid[], $2::timestamptz)", None)
}
impl TouchMemoriesStmt {
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
        ids: &'a T1,
        at: &'a jiff::Timestamp,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [ids, at],
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
        TouchMemoriesParams<T1>,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for TouchMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a TouchMemoriesParams<T1>,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.ids, &params.at)
    }
}
