// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct KnownFingerprintsParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
> {
    pub workspace_ids: T1,
    pub keys: T3,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RecordEventsParams<T1: crate::JsonSql> {
    pub events: T1,
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct KnownFingerprints {
    pub ordinal: i64,
    pub fingerprint: Option<Vec<u8>>,
}
pub struct KnownFingerprintsBorrowed<'a> {
    pub ordinal: i64,
    pub fingerprint: Option<&'a [u8]>,
}
impl<'a> From<KnownFingerprintsBorrowed<'a>> for KnownFingerprints {
    fn from(
        KnownFingerprintsBorrowed { ordinal, fingerprint }: KnownFingerprintsBorrowed<'a>,
    ) -> Self {
        Self { ordinal, fingerprint: fingerprint.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct RecordEvents {
    pub ordinal: Option<i32>,
    pub missing: Option<String>,
    pub alerts: Option<String>,
}
pub struct RecordEventsBorrowed<'a> {
    pub ordinal: Option<i32>,
    pub missing: Option<&'a str>,
    pub alerts: Option<&'a str>,
}
impl<'a> From<RecordEventsBorrowed<'a>> for RecordEvents {
    fn from(RecordEventsBorrowed { ordinal, missing, alerts }: RecordEventsBorrowed<'a>) -> Self {
        Self { ordinal, missing: missing.map(|v| v.into()), alerts: alerts.map(|v| v.into()) }
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
pub struct KnownFingerprintsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<KnownFingerprintsBorrowed, tokio_postgres::Error>,
    mapper: fn(KnownFingerprintsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> KnownFingerprintsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(KnownFingerprintsBorrowed) -> R,
    ) -> KnownFingerprintsQuery<'c, 'a, 's, C, R, N> {
        KnownFingerprintsQuery {
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
pub struct RecordEventsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<RecordEventsBorrowed, tokio_postgres::Error>,
    mapper: fn(RecordEventsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> RecordEventsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(RecordEventsBorrowed) -> R,
    ) -> RecordEventsQuery<'c, 'a, 's, C, R, N> {
        RecordEventsQuery {
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
pub struct CreateMonthStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn create_month() -> CreateMonthStmt {
    CreateMonthStmt("SELECT public.create_metering_month($1)::text", None)
}
impl CreateMonthStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [at],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct RetainedFromStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn retained_from() -> RetainedFromStmt {
    RetainedFromStmt("SELECT public.metering_retained_from()", None)
}
impl RetainedFromStmt {
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
    ) -> JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 0> {
        JiffTimestampQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct KnownFingerprintsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn known_fingerprints() -> KnownFingerprintsStmt {
    KnownFingerprintsStmt(
        "SELECT asked.ordinal, known.fingerprint FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS asked (workspace_id, event_key, ordinal) LEFT JOIN public.metering_event_keys AS known ON known.tenant_id = $3 AND known.workspace_id = asked.workspace_id AND known.event_key = asked.event_key ORDER BY asked.ordinal",
        None,
    )
}
impl KnownFingerprintsStmt {
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
        workspace_ids: &'a T1,
        keys: &'a T3,
        tenant_id: &'a uuid::Uuid,
    ) -> KnownFingerprintsQuery<'c, 'a, 's, C, KnownFingerprints, 3> {
        KnownFingerprintsQuery {
            client,
            params: [workspace_ids, keys, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<KnownFingerprintsBorrowed, tokio_postgres::Error> {
                Ok(KnownFingerprintsBorrowed {
                    ordinal: row.try_get(0)?,
                    fingerprint: row.try_get(1)?,
                })
            },
            mapper: |it| KnownFingerprints::from(it),
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
        KnownFingerprintsParams<T1, T2, T3>,
        KnownFingerprintsQuery<'c, 'a, 's, C, KnownFingerprints, 3>,
        C,
    > for KnownFingerprintsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a KnownFingerprintsParams<T1, T2, T3>,
    ) -> KnownFingerprintsQuery<'c, 'a, 's, C, KnownFingerprints, 3> {
        self.bind(client, &params.workspace_ids, &params.keys, &params.tenant_id)
    }
}
pub struct RecordEventsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn record_events() -> RecordEventsStmt {
    RecordEventsStmt(
        "WITH given AS MATERIALIZED ( SELECT * FROM jsonb_to_recordset($1::jsonb) AS item ( ordinal integer, workspace_id uuid, occurred_at timestamptz, id uuid, event_key text, fingerprint text, metric_type text, metric_name text, unit text, quantity numeric, cost_in_cents numeric, agent_id uuid, principal_id uuid, workflow_id uuid, run_id uuid, tool_call_id uuid, message_id uuid, reservation_id uuid, model text, tool text, metadata jsonb ) ), absent AS MATERIALIZED ( SELECT 'workspace_id' AS field, named.id FROM (SELECT DISTINCT workspace_id AS id FROM given) AS named WHERE NOT EXISTS (SELECT FROM public.workspaces AS w WHERE w.tenant_id = $2 AND w.id = named.id OFFSET 0) UNION ALL SELECT 'agent_id', named.id FROM (SELECT DISTINCT agent_id AS id FROM given WHERE agent_id IS NOT NULL) AS named WHERE NOT EXISTS (SELECT FROM public.agents AS a WHERE a.tenant_id = $2 AND a.id = named.id OFFSET 0) UNION ALL SELECT 'principal_id', named.id FROM (SELECT DISTINCT principal_id AS id FROM given WHERE principal_id IS NOT NULL) AS named WHERE NOT EXISTS (SELECT FROM public.principals AS p WHERE p.tenant_id = $2 AND p.id = named.id OFFSET 0) UNION ALL SELECT 'workflow_id', named.id FROM (SELECT DISTINCT workflow_id AS id FROM given WHERE workflow_id IS NOT NULL) AS named WHERE NOT EXISTS (SELECT FROM public.workflows AS w WHERE w.tenant_id = $2 AND w.id = named.id OFFSET 0) UNION ALL SELECT 'reservation_id', named.id FROM (SELECT DISTINCT reservation_id AS id FROM given WHERE reservation_id IS NOT NULL) AS named WHERE NOT EXISTS (SELECT FROM public.budget_reservations AS r WHERE r.tenant_id = $2 AND r.id = named.id OFFSET 0) ), books AS MATERIALIZED ( SELECT b.version, b.effective_from, lead(b.effective_from, 1, 'infinity') OVER (ORDER BY b.effective_from, b.version) AS effective_to FROM public.price_books AS b WHERE b.tenant_id = $2 ), dated AS MATERIALIZED ( SELECT given.*, books.version FROM given LEFT JOIN books ON given.occurred_at >= books.effective_from AND given.occurred_at < books.effective_to ), rates AS MATERIALIZED ( SELECT asked.*, price.cents, price.per_quantity FROM ( SELECT DISTINCT version, metric_type, metric_name, coalesce(model, '') AS model, coalesce(tool, '') AS tool FROM dated WHERE cost_in_cents IS NULL AND version IS NOT NULL ) AS asked CROSS JOIN LATERAL public.price_of( $2, asked.version, asked.metric_type, asked.metric_name, nullif(asked.model, ''), nullif(asked.tool, '') ) AS price ), rated AS MATERIALIZED ( SELECT dated.*, coalesce(dated.cost_in_cents, public.cost_at_price(dated.quantity, rates.cents, rates.per_quantity), 0) AS cost, CASE WHEN dated.cost_in_cents IS NOT NULL THEN 'given' WHEN rates.cents IS NOT NULL THEN 'priced' ELSE 'unpriced' END AS cost_source FROM dated LEFT JOIN rates ON dated.cost_in_cents IS NULL AND rates.version = dated.version AND rates.metric_type = dated.metric_type AND rates.metric_name = dated.metric_name AND rates.model = coalesce(dated.model, '') AND rates.tool = coalesce(dated.tool, '') ), refused AS MATERIALIZED ( SELECT rated.ordinal, coalesce( ( SELECT absent.field FROM absent WHERE absent.id = CASE absent.field WHEN 'workspace_id' THEN rated.workspace_id WHEN 'agent_id' THEN rated.agent_id WHEN 'principal_id' THEN rated.principal_id WHEN 'workflow_id' THEN rated.workflow_id ELSE rated.reservation_id END LIMIT 1 ), CASE WHEN rated.occurred_at < retention.retained_from THEN 'occurred_at' WHEN rated.cost >= 1e14 THEN 'cost_in_cents' END ) AS missing FROM rated CROSS JOIN (SELECT public.metering_retained_from() AS retained_from) AS retention ), keyed AS ( INSERT INTO public.metering_event_keys (tenant_id, workspace_id, event_key, fingerprint, occurred_at) SELECT $2, rated.workspace_id, rated.event_key, decode(rated.fingerprint, 'hex'), rated.occurred_at FROM rated JOIN refused USING (ordinal) WHERE refused.missing IS NULL ORDER BY rated.workspace_id, rated.event_key ON CONFLICT DO NOTHING RETURNING workspace_id, event_key ), recorded AS ( INSERT INTO public.metering_events ( tenant_id, workspace_id, occurred_at, id, event_key, metric_type, metric_name, unit, quantity, cost_in_cents, cost_source, price_version, agent_id, principal_id, workflow_id, run_id, tool_call_id, message_id, reservation_id, model, tool, metadata ) SELECT $2, rated.workspace_id, rated.occurred_at, rated.id, rated.event_key, rated.metric_type, rated.metric_name, rated.unit, rated.quantity, rated.cost, rated.cost_source, CASE WHEN rated.cost_in_cents IS NULL THEN rated.version END, rated.agent_id, rated.principal_id, rated.workflow_id, rated.run_id, rated.tool_call_id, rated.message_id, rated.reservation_id, rated.model, rated.tool, coalesce(rated.metadata, '{}') FROM rated JOIN keyed USING (workspace_id, event_key) ORDER BY rated.workspace_id, rated.occurred_at RETURNING workspace_id, occurred_at, metric_type, quantity, cost_in_cents, principal_id, agent_id, workflow_id, model, reservation_id ), changed AS ( INSERT INTO public.usage_changes (tenant_id, workspace_id, hour) SELECT DISTINCT $2::uuid, workspace_id, date_trunc('hour', occurred_at, 'UTC') FROM recorded ), charges AS MATERIALIZED ( SELECT jsonb_agg(to_jsonb(charge)) AS list FROM ( SELECT workspace_id, principal_id, agent_id, workflow_id, model, reservation_id, date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00') AS at, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens'), 0)::bigint AS tokens, coalesce(sum(quantity) FILTER (WHERE metric_type IN ('connector_calls', 'api_calls')), 0)::bigint AS calls, sum(cost_in_cents)::text AS cost_in_cents FROM recorded WHERE EXISTS (SELECT FROM public.budgets AS b WHERE b.tenant_id = $2) GROUP BY workspace_id, principal_id, agent_id, workflow_id, model, reservation_id, date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00') ) AS charge ) SELECT rated.ordinal, refused.missing, NULL AS alerts FROM rated JOIN refused USING (ordinal) LEFT JOIN keyed USING (workspace_id, event_key) WHERE keyed.event_key IS NULL UNION ALL SELECT NULL, NULL, CASE WHEN charges.list IS NOT NULL THEN public.budget_charge($2, charges.list, $3)::text END FROM charges",
        None,
    )
}
impl RecordEventsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>(
        &'s self,
        client: &'c C,
        events: &'a T1,
        tenant_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
    ) -> RecordEventsQuery<'c, 'a, 's, C, RecordEvents, 3> {
        RecordEventsQuery {
            client,
            params: [events, tenant_id, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<RecordEventsBorrowed, tokio_postgres::Error> {
                    Ok(RecordEventsBorrowed {
                        ordinal: row.try_get(0)?,
                        missing: row.try_get(1)?,
                        alerts: row.try_get(2)?,
                    })
                },
            mapper: |it| RecordEvents::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RecordEventsParams<T1>,
        RecordEventsQuery<'c, 'a, 's, C, RecordEvents, 3>,
        C,
    > for RecordEventsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RecordEventsParams<T1>,
    ) -> RecordEventsQuery<'c, 'a, 's, C, RecordEvents, 3> {
        self.bind(client, &params.events, &params.tenant_id, &params.now)
    }
}
