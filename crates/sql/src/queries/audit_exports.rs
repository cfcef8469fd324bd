// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct GetLastCheckpointParams {
    pub tenant_id: uuid::Uuid,
    pub at_most: Option<i64>,
}
#[derive(Debug)]
pub struct CountExportedAuditsParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub first_seq: i64,
    pub last_seq: i64,
    pub action: Option<T1>,
    pub actor_id: Option<T2>,
    pub resource_type: Option<T3>,
    pub resource_id: Option<T4>,
    pub status: Option<T5>,
    pub since: Option<jiff::Timestamp>,
    pub until: Option<jiff::Timestamp>,
}
#[derive(Debug)]
pub struct ReadExportBlocksParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub first_seq: i64,
    pub last_seq: i64,
    pub action: Option<T1>,
    pub actor_id: Option<T2>,
    pub resource_type: Option<T3>,
    pub resource_id: Option<T4>,
    pub status: Option<T5>,
    pub since: Option<jiff::Timestamp>,
    pub until: Option<jiff::Timestamp>,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ReadAuditHashesParams {
    pub first_seq: i64,
    pub last_seq: i64,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct FirstKeptAuditParams {
    pub tenant_id: uuid::Uuid,
    pub after_seq: i64,
    pub before: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct NextPruneEndParams {
    pub tenant_id: uuid::Uuid,
    pub after_seq: i64,
    pub reach: i64,
    pub last_seq: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct PruneAuditsParams {
    pub tenant_id: uuid::Uuid,
    pub seq: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct SignedRange {
    pub seq: i64,
    pub head_hash: Vec<u8>,
    pub root_hash: Vec<u8>,
    pub compact_range: Vec<u8>,
    pub note: String,
}
pub struct SignedRangeBorrowed<'a> {
    pub seq: i64,
    pub head_hash: &'a [u8],
    pub root_hash: &'a [u8],
    pub compact_range: &'a [u8],
    pub note: &'a str,
}
impl<'a> From<SignedRangeBorrowed<'a>> for SignedRange {
    fn from(
        SignedRangeBorrowed { seq, head_hash, root_hash, compact_range, note }: SignedRangeBorrowed<
            'a,
        >,
    ) -> Self {
        Self {
            seq,
            head_hash: head_hash.into(),
            root_hash: root_hash.into(),
            compact_range: compact_range.into(),
            note: note.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct CountExportedAudits {
    pub entries: i64,
    pub first_seq: Option<i64>,
    pub last_seq: Option<i64>,
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct SignedRangeQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SignedRangeBorrowed, tokio_postgres::Error>,
    mapper: fn(SignedRangeBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SignedRangeQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SignedRangeBorrowed) -> R,
    ) -> SignedRangeQuery<'c, 'a, 's, C, R, N> {
        SignedRangeQuery {
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
pub struct CountExportedAuditsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<CountExportedAudits, tokio_postgres::Error>,
    mapper: fn(CountExportedAudits) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> CountExportedAuditsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(CountExportedAudits) -> R,
    ) -> CountExportedAuditsQuery<'c, 'a, 's, C, R, N> {
        CountExportedAuditsQuery {
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
pub struct GetLastCheckpointStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_last_checkpoint() -> GetLastCheckpointStmt {
    GetLastCheckpointStmt(
        "SELECT seq, head_hash, root_hash, compact_range, note FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq <= coalesce($2, 9223372036854775807) ORDER BY seq DESC LIMIT 1",
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
        at_most: &'a Option<i64>,
    ) -> SignedRangeQuery<'c, 'a, 's, C, SignedRange, 2> {
        SignedRangeQuery {
            client,
            params: [tenant_id, at_most],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SignedRangeBorrowed, tokio_postgres::Error> {
                    Ok(SignedRangeBorrowed {
                        seq: row.try_get(0)?,
                        head_hash: row.try_get(1)?,
                        root_hash: row.try_get(2)?,
                        compact_range: row.try_get(3)?,
                        note: row.try_get(4)?,
                    })
                },
            mapper: |it| SignedRange::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetLastCheckpointParams,
        SignedRangeQuery<'c, 'a, 's, C, SignedRange, 2>,
        C,
    > for GetLastCheckpointStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetLastCheckpointParams,
    ) -> SignedRangeQuery<'c, 'a, 's, C, SignedRange, 2> {
        self.bind(client, &params.tenant_id, &params.at_most)
    }
}
pub struct CountExportedAuditsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_exported_audits() -> CountExportedAuditsStmt {
    CountExportedAuditsStmt(
        "SELECT count(*) AS entries, min(seq) AS first_seq, max(seq) AS last_seq FROM public.audits WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 AND ($4::text        IS NULL OR (entry).action = $4) AND ($5::text      IS NULL OR (entry).actor_id = $5) AND ($6::text IS NULL OR (entry).resource_type = $6) AND ($7::text   IS NULL OR (entry).resource_id = $7) AND ($8::text        IS NULL OR (entry).status = $8) AND ($9::timestamptz  IS NULL OR (entry).occurred_at >= $9) AND ($10::timestamptz  IS NULL OR (entry).occurred_at < $10)",
        None,
    )
}
impl CountExportedAuditsStmt {
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
        first_seq: &'a i64,
        last_seq: &'a i64,
        action: &'a Option<T1>,
        actor_id: &'a Option<T2>,
        resource_type: &'a Option<T3>,
        resource_id: &'a Option<T4>,
        status: &'a Option<T5>,
        since: &'a Option<jiff::Timestamp>,
        until: &'a Option<jiff::Timestamp>,
    ) -> CountExportedAuditsQuery<'c, 'a, 's, C, CountExportedAudits, 10> {
        CountExportedAuditsQuery {
            client,
            params: [
                tenant_id,
                first_seq,
                last_seq,
                action,
                actor_id,
                resource_type,
                resource_id,
                status,
                since,
                until,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<CountExportedAudits, tokio_postgres::Error> {
                    Ok(CountExportedAudits {
                        entries: row.try_get(0)?,
                        first_seq: row.try_get(1)?,
                        last_seq: row.try_get(2)?,
                    })
                },
            mapper: |it| CountExportedAudits::from(it),
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
        CountExportedAuditsParams<T1, T2, T3, T4, T5>,
        CountExportedAuditsQuery<'c, 'a, 's, C, CountExportedAudits, 10>,
        C,
    > for CountExportedAuditsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountExportedAuditsParams<T1, T2, T3, T4, T5>,
    ) -> CountExportedAuditsQuery<'c, 'a, 's, C, CountExportedAudits, 10> {
        self.bind(
            client,
            &params.tenant_id,
            &params.first_seq,
            &params.last_seq,
            &params.action,
            &params.actor_id,
            &params.resource_type,
            &params.resource_id,
            &params.status,
            &params.since,
            &params.until,
        )
    }
}
pub struct ReadExportBlocksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_export_blocks() -> ReadExportBlocksStmt {
    ReadExportBlocksStmt(
        "SELECT block.links FROM generate_series($1::bigint, $2::bigint, 64) AS start (seq) CROSS JOIN LATERAL ( SELECT string_agg( int8send(a.seq) || a.hash || CASE WHEN ($3::text        IS NULL OR (a.entry).action = $3) AND ($4::text      IS NULL OR (a.entry).actor_id = $4) AND ($5::text IS NULL OR (a.entry).resource_type = $5) AND ($6::text   IS NULL OR (a.entry).resource_id = $6) AND ($7::text        IS NULL OR (a.entry).status = $7) AND ($8::timestamptz  IS NULL OR (a.entry).occurred_at >= $8) AND ($9::timestamptz  IS NULL OR (a.entry).occurred_at < $9) THEN '\\x01'::bytea || a.prev_hash || int4send(octet_length(a.record)) || convert_to(a.record, 'UTF8'::name) ELSE '\\x00'::bytea END, '' ORDER BY a.seq ) FILTER ( WHERE octet_length(a.prev_hash) = 32 AND octet_length(a.hash) = 32 AND octet_length(a.record) <= 1048576 ) AS links FROM public.audits AS a WHERE a.tenant_id = $10 AND a.seq BETWEEN start.seq AND least(start.seq + 63, $2) ) AS block",
        None,
    )
}
impl ReadExportBlocksStmt {
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
        first_seq: &'a i64,
        last_seq: &'a i64,
        action: &'a Option<T1>,
        actor_id: &'a Option<T2>,
        resource_type: &'a Option<T3>,
        resource_id: &'a Option<T4>,
        status: &'a Option<T5>,
        since: &'a Option<jiff::Timestamp>,
        until: &'a Option<jiff::Timestamp>,
        tenant_id: &'a uuid::Uuid,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 10> {
        OptionVecu8Query {
            client,
            params: [
                first_seq,
                last_seq,
                action,
                actor_id,
                resource_type,
                resource_id,
                status,
                since,
                until,
                tenant_id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.map(|v| v.into()),
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
        ReadExportBlocksParams<T1, T2, T3, T4, T5>,
        OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 10>,
        C,
    > for ReadExportBlocksStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadExportBlocksParams<T1, T2, T3, T4, T5>,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 10> {
        self.bind(
            client,
            &params.first_seq,
            &params.last_seq,
            &params.action,
            &params.actor_id,
            &params.resource_type,
            &params.resource_id,
            &params.status,
            &params.since,
            &params.until,
            &params.tenant_id,
        )
    }
}
pub struct ReadAuditHashesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn read_audit_hashes() -> ReadAuditHashesStmt {
    ReadAuditHashesStmt(
        "SELECT block.hashes FROM generate_series($1::bigint, $2::bigint, 1024) AS start (seq) CROSS JOIN LATERAL ( SELECT string_agg(a.hash, '' ORDER BY a.seq) FILTER (WHERE octet_length(a.hash) = 32) AS hashes FROM public.audits AS a WHERE a.tenant_id = $3 AND a.seq BETWEEN start.seq AND least(start.seq + 1023, $2) ) AS block",
        None,
    )
}
impl ReadAuditHashesStmt {
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
        ReadAuditHashesParams,
        OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 3>,
        C,
    > for ReadAuditHashesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReadAuditHashesParams,
    ) -> OptionVecu8Query<'c, 'a, 's, C, Option<Vec<u8>>, 3> {
        self.bind(client, &params.first_seq, &params.last_seq, &params.tenant_id)
    }
}
pub struct FirstKeptAuditStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn first_kept_audit() -> FirstKeptAuditStmt {
    FirstKeptAuditStmt(
        "SELECT seq FROM public.audits WHERE tenant_id = $1 AND seq > $2 AND ((entry).occurred_at < $3) IS NOT TRUE ORDER BY seq LIMIT 1",
        None,
    )
}
impl FirstKeptAuditStmt {
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
        after_seq: &'a i64,
        before: &'a jiff::Timestamp,
    ) -> I64Query<'c, 'a, 's, C, i64, 3> {
        I64Query {
            client,
            params: [tenant_id, after_seq, before],
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
        FirstKeptAuditParams,
        I64Query<'c, 'a, 's, C, i64, 3>,
        C,
    > for FirstKeptAuditStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FirstKeptAuditParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 3> {
        self.bind(client, &params.tenant_id, &params.after_seq, &params.before)
    }
}
pub struct NextPruneEndStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn next_prune_end() -> NextPruneEndStmt {
    NextPruneEndStmt(
        "SELECT coalesce( ( SELECT max(seq) FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq > $2 AND seq <= least($2 + $3, $4) ), ( SELECT min(seq) FROM public.audit_checkpoints WHERE tenant_id = $1 AND seq > $2 AND seq <= $4 ) ) AS seq",
        None,
    )
}
impl NextPruneEndStmt {
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
        after_seq: &'a i64,
        reach: &'a i64,
        last_seq: &'a i64,
    ) -> Optioni64Query<'c, 'a, 's, C, Option<i64>, 4> {
        Optioni64Query {
            client,
            params: [tenant_id, after_seq, reach, last_seq],
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
        NextPruneEndParams,
        Optioni64Query<'c, 'a, 's, C, Option<i64>, 4>,
        C,
    > for NextPruneEndStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a NextPruneEndParams,
    ) -> Optioni64Query<'c, 'a, 's, C, Option<i64>, 4> {
        self.bind(client, &params.tenant_id, &params.after_seq, &params.reach, &params.last_seq)
    }
}
pub struct PruneAuditsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn prune_audits() -> PruneAuditsStmt {
    PruneAuditsStmt("SELECT public.audit_prune($1, $2) AS removed", None)
}
impl PruneAuditsStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [tenant_id, seq],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, PruneAuditsParams, I64Query<'c, 'a, 's, C, i64, 2>, C>
    for PruneAuditsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PruneAuditsParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.tenant_id, &params.seq)
    }
}
