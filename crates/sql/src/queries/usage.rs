// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct TakeChangedHoursParams {
    pub tenant_id: uuid::Uuid,
    pub before: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ForgetSummariesParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = uuid::Uuid>,
    T3: crate::ArraySql<Item = jiff::Timestamp>,
    T4: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub unit: T1,
    pub workspaces: T2,
    pub hours: T3,
    pub period: T4,
}
#[derive(Debug)]
pub struct SumUpHoursParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = jiff::Timestamp>,
> {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub workspaces: T1,
    pub hours: T2,
}
#[derive(Debug)]
pub struct SumUpSummariesParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = uuid::Uuid>,
    T4: crate::ArraySql<Item = jiff::Timestamp>,
    T5: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub period: T1,
    pub now: jiff::Timestamp,
    pub unit: T2,
    pub workspaces: T3,
    pub hours: T4,
    pub of_period: T5,
}
#[derive(Debug)]
pub struct ReportSummariesParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub total: bool,
    pub from: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub period: T1,
    pub to: jiff::Timestamp,
    pub workspace_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub model: Option<T2>,
    pub tool: Option<T3>,
    pub metric_type: Option<T4>,
    pub metric_name: Option<T5>,
    pub by_workspace: bool,
    pub by_agent: bool,
    pub by_model: bool,
    pub by_tool: bool,
    pub by_metric: bool,
    pub most: i64,
}
#[derive(Debug)]
pub struct ReportEventsParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub total: bool,
    pub from: jiff::Timestamp,
    pub unit: T1,
    pub by_user: bool,
    pub by_workflow: bool,
    pub by_run: bool,
    pub tenant_id: uuid::Uuid,
    pub to: jiff::Timestamp,
    pub workspace_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub model: Option<T2>,
    pub tool: Option<T3>,
    pub metric_type: Option<T4>,
    pub metric_name: Option<T5>,
    pub by_workspace: bool,
    pub by_agent: bool,
    pub by_model: bool,
    pub by_tool: bool,
    pub by_metric: bool,
    pub most: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListHoursParams {
    pub tenant_id: uuid::Uuid,
    pub from: jiff::Timestamp,
    pub to: jiff::Timestamp,
    pub workspace_id: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct RerateEventsParams {
    pub tenant_id: uuid::Uuid,
    pub from: jiff::Timestamp,
    pub to: jiff::Timestamp,
    pub workspace_id: Option<uuid::Uuid>,
    pub dry_run: bool,
}
#[derive(Debug)]
pub struct ForgetKeysParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub after_key: Option<T1>,
    pub after_workspace: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedHours {
    pub hours: i64,
    pub workspaces: Vec<uuid::Uuid>,
    pub starts: Vec<jiff::Timestamp>,
}
pub struct ChangedHoursBorrowed<'a> {
    pub hours: i64,
    pub workspaces: crate::ArrayIterator<'a, uuid::Uuid>,
    pub starts: crate::ArrayIterator<'a, jiff::Timestamp>,
}
impl<'a> From<ChangedHoursBorrowed<'a>> for ChangedHours {
    fn from(ChangedHoursBorrowed { hours, workspaces, starts }: ChangedHoursBorrowed<'a>) -> Self {
        Self {
            hours,
            workspaces: workspaces.map(|v| v).collect(),
            starts: starts.map(|v| v).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct UsageRow {
    pub window_start: jiff::Timestamp,
    pub workspace_id: Option<uuid::Uuid>,
    pub workspace_name: Option<String>,
    pub agent_id: Option<uuid::Uuid>,
    pub agent_name: Option<String>,
    pub principal_id: Option<uuid::Uuid>,
    pub principal_name: Option<String>,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_name: Option<String>,
    pub run_id: Option<uuid::Uuid>,
    pub model: Option<String>,
    pub tool: Option<String>,
    pub metric_type: Option<String>,
    pub metric_name: Option<String>,
    pub events: i64,
    pub unpriced_events: i64,
    pub tokens: String,
    pub input_tokens: String,
    pub output_tokens: String,
    pub connector_calls: String,
    pub api_calls: String,
    pub storage_bytes: String,
    pub compute_minutes: String,
    pub cost_in_cents: String,
}
pub struct UsageRowBorrowed<'a> {
    pub window_start: jiff::Timestamp,
    pub workspace_id: Option<uuid::Uuid>,
    pub workspace_name: Option<&'a str>,
    pub agent_id: Option<uuid::Uuid>,
    pub agent_name: Option<&'a str>,
    pub principal_id: Option<uuid::Uuid>,
    pub principal_name: Option<&'a str>,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_name: Option<&'a str>,
    pub run_id: Option<uuid::Uuid>,
    pub model: Option<&'a str>,
    pub tool: Option<&'a str>,
    pub metric_type: Option<&'a str>,
    pub metric_name: Option<&'a str>,
    pub events: i64,
    pub unpriced_events: i64,
    pub tokens: &'a str,
    pub input_tokens: &'a str,
    pub output_tokens: &'a str,
    pub connector_calls: &'a str,
    pub api_calls: &'a str,
    pub storage_bytes: &'a str,
    pub compute_minutes: &'a str,
    pub cost_in_cents: &'a str,
}
impl<'a> From<UsageRowBorrowed<'a>> for UsageRow {
    fn from(
        UsageRowBorrowed {
            window_start,
            workspace_id,
            workspace_name,
            agent_id,
            agent_name,
            principal_id,
            principal_name,
            workflow_id,
            workflow_name,
            run_id,
            model,
            tool,
            metric_type,
            metric_name,
            events,
            unpriced_events,
            tokens,
            input_tokens,
            output_tokens,
            connector_calls,
            api_calls,
            storage_bytes,
            compute_minutes,
            cost_in_cents,
        }: UsageRowBorrowed<'a>,
    ) -> Self {
        Self {
            window_start,
            workspace_id,
            workspace_name: workspace_name.map(|v| v.into()),
            agent_id,
            agent_name: agent_name.map(|v| v.into()),
            principal_id,
            principal_name: principal_name.map(|v| v.into()),
            workflow_id,
            workflow_name: workflow_name.map(|v| v.into()),
            run_id,
            model: model.map(|v| v.into()),
            tool: tool.map(|v| v.into()),
            metric_type: metric_type.map(|v| v.into()),
            metric_name: metric_name.map(|v| v.into()),
            events,
            unpriced_events,
            tokens: tokens.into(),
            input_tokens: input_tokens.into(),
            output_tokens: output_tokens.into(),
            connector_calls: connector_calls.into(),
            api_calls: api_calls.into(),
            storage_bytes: storage_bytes.into(),
            compute_minutes: compute_minutes.into(),
            cost_in_cents: cost_in_cents.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ListHours {
    pub hour: jiff::Timestamp,
    pub events: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Rerated {
    pub events: i64,
    pub changed: i64,
    pub before_cents: String,
    pub after_cents: String,
    pub unpriced: i64,
    pub too_costly: i64,
    pub too_costly_at: Option<jiff::Timestamp>,
    pub too_costly_key: Option<String>,
}
pub struct ReratedBorrowed<'a> {
    pub events: i64,
    pub changed: i64,
    pub before_cents: &'a str,
    pub after_cents: &'a str,
    pub unpriced: i64,
    pub too_costly: i64,
    pub too_costly_at: Option<jiff::Timestamp>,
    pub too_costly_key: Option<&'a str>,
}
impl<'a> From<ReratedBorrowed<'a>> for Rerated {
    fn from(
        ReratedBorrowed {
            events,
            changed,
            before_cents,
            after_cents,
            unpriced,
            too_costly,
            too_costly_at,
            too_costly_key,
        }: ReratedBorrowed<'a>,
    ) -> Self {
        Self {
            events,
            changed,
            before_cents: before_cents.into(),
            after_cents: after_cents.into(),
            unpriced,
            too_costly,
            too_costly_at,
            too_costly_key: too_costly_key.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListMonths {
    pub name: String,
    pub month: jiff::Timestamp,
    pub bytes: i64,
    pub is_retained: bool,
}
pub struct ListMonthsBorrowed<'a> {
    pub name: &'a str,
    pub month: jiff::Timestamp,
    pub bytes: i64,
    pub is_retained: bool,
}
impl<'a> From<ListMonthsBorrowed<'a>> for ListMonths {
    fn from(
        ListMonthsBorrowed { name, month, bytes, is_retained }: ListMonthsBorrowed<'a>,
    ) -> Self {
        Self { name: name.into(), month, bytes, is_retained }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ForgetKeys {
    pub workspace_id: uuid::Uuid,
    pub event_key: String,
    pub forgotten: i64,
}
pub struct ForgetKeysBorrowed<'a> {
    pub workspace_id: uuid::Uuid,
    pub event_key: &'a str,
    pub forgotten: i64,
}
impl<'a> From<ForgetKeysBorrowed<'a>> for ForgetKeys {
    fn from(
        ForgetKeysBorrowed { workspace_id, event_key, forgotten }: ForgetKeysBorrowed<'a>,
    ) -> Self {
        Self { workspace_id, event_key: event_key.into(), forgotten }
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
pub struct ChangedHoursQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ChangedHoursBorrowed, tokio_postgres::Error>,
    mapper: fn(ChangedHoursBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ChangedHoursQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ChangedHoursBorrowed) -> R,
    ) -> ChangedHoursQuery<'c, 'a, 's, C, R, N> {
        ChangedHoursQuery {
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
pub struct UsageRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<UsageRowBorrowed, tokio_postgres::Error>,
    mapper: fn(UsageRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> UsageRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(UsageRowBorrowed) -> R) -> UsageRowQuery<'c, 'a, 's, C, R, N> {
        UsageRowQuery {
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
pub struct ListHoursQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListHours, tokio_postgres::Error>,
    mapper: fn(ListHours) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListHoursQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ListHours) -> R) -> ListHoursQuery<'c, 'a, 's, C, R, N> {
        ListHoursQuery {
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
pub struct ReratedQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReratedBorrowed, tokio_postgres::Error>,
    mapper: fn(ReratedBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReratedQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ReratedBorrowed) -> R) -> ReratedQuery<'c, 'a, 's, C, R, N> {
        ReratedQuery {
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
pub struct ListMonthsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListMonthsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListMonthsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListMonthsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListMonthsBorrowed) -> R,
    ) -> ListMonthsQuery<'c, 'a, 's, C, R, N> {
        ListMonthsQuery {
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
pub struct ForgetKeysQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ForgetKeysBorrowed, tokio_postgres::Error>,
    mapper: fn(ForgetKeysBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ForgetKeysQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ForgetKeysBorrowed) -> R,
    ) -> ForgetKeysQuery<'c, 'a, 's, C, R, N> {
        ForgetKeysQuery {
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
pub struct LockUsageSummariesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_usage_summaries() -> LockUsageSummariesStmt {
    LockUsageSummariesStmt(
        "SELECT pg_advisory_xact_lock(hashtextextended('agentflow usage summaries ' || $1::uuid::text, 0))::text",
        None,
    )
}
impl LockUsageSummariesStmt {
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
pub struct HoldMonthsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_months() -> HoldMonthsStmt {
    HoldMonthsStmt("LOCK TABLE ONLY public.metering_events IN ACCESS SHARE MODE", None)
}
impl HoldMonthsStmt {
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
pub struct TakeChangedHoursStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn take_changed_hours() -> TakeChangedHoursStmt {
    TakeChangedHoursStmt(
        "WITH page AS MATERIALIZED ( SELECT workspace_id, hour FROM public.usage_changes WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR hour < $2) GROUP BY workspace_id, hour ORDER BY workspace_id, hour LIMIT $3 ), taken AS ( DELETE FROM public.usage_changes WHERE tenant_id = $1 AND id = ANY ( ARRAY( SELECT marked.id FROM page CROSS JOIN LATERAL ( SELECT c.id FROM public.usage_changes AS c WHERE c.tenant_id = $1 AND c.workspace_id = page.workspace_id AND c.hour = page.hour OFFSET 0 ) AS marked ) ) ) SELECT count(*) AS hours, coalesce(array_agg(workspace_id ORDER BY workspace_id, hour) FILTER (WHERE is_there), '{}') AS workspaces, coalesce(array_agg(hour ORDER BY workspace_id, hour) FILTER (WHERE is_there), '{}') AS starts FROM ( SELECT workspace_id, hour, EXISTS ( SELECT FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = 'metering_events_' || to_char(hour AT TIME ZONE 'UTC', 'YYYY_MM') ) AS is_there FROM page ) AS changed",
        None,
    )
}
impl TakeChangedHoursStmt {
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
        before: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> ChangedHoursQuery<'c, 'a, 's, C, ChangedHours, 3> {
        ChangedHoursQuery {
            client,
            params: [tenant_id, before, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ChangedHoursBorrowed, tokio_postgres::Error> {
                    Ok(ChangedHoursBorrowed {
                        hours: row.try_get(0)?,
                        workspaces: row.try_get(1)?,
                        starts: row.try_get(2)?,
                    })
                },
            mapper: |it| ChangedHours::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        TakeChangedHoursParams,
        ChangedHoursQuery<'c, 'a, 's, C, ChangedHours, 3>,
        C,
    > for TakeChangedHoursStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a TakeChangedHoursParams,
    ) -> ChangedHoursQuery<'c, 'a, 's, C, ChangedHours, 3> {
        self.bind(client, &params.tenant_id, &params.before, &params.page_size)
    }
}
pub struct CountChangedHoursStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_changed_hours() -> CountChangedHoursStmt {
    CountChangedHoursStmt(
        "SELECT count(*) FROM (SELECT DISTINCT workspace_id, hour FROM public.usage_changes WHERE tenant_id = $1) AS changed",
        None,
    )
}
impl CountChangedHoursStmt {
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
pub struct ForgetSummariesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn forget_summaries() -> ForgetSummariesStmt {
    ForgetSummariesStmt(
        "DELETE FROM public.usage_summaries WHERE tenant_id = $1 AND id = ANY ( ARRAY( SELECT old.id FROM ( SELECT DISTINCT workspace_id, date_trunc($2::text, hour, 'UTC') AS period_start FROM unnest($3::uuid[], $4::timestamptz[]) AS hours (workspace_id, hour) ) AS changed CROSS JOIN LATERAL ( SELECT s.id FROM public.usage_summaries AS s WHERE s.tenant_id = $1 AND s.workspace_id = changed.workspace_id AND s.period = $5 AND s.period_start = changed.period_start OFFSET 0 ) AS old ) )",
        None,
    )
}
impl ForgetSummariesStmt {
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
        T2: crate::ArraySql<Item = uuid::Uuid>,
        T3: crate::ArraySql<Item = jiff::Timestamp>,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        unit: &'a T1,
        workspaces: &'a T2,
        hours: &'a T3,
        period: &'a T4,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, unit, workspaces, hours, period],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = uuid::Uuid>,
    T3: crate::ArraySql<Item = jiff::Timestamp>,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        ForgetSummariesParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ForgetSummariesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ForgetSummariesParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.unit,
            &params.workspaces,
            &params.hours,
            &params.period,
        ))
    }
}
pub struct SumUpHoursStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn sum_up_hours() -> SumUpHoursStmt {
    SumUpHoursStmt(
        "INSERT INTO public.usage_summaries ( tenant_id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, agent_id, model, tool, events, unpriced_events, quantity, total_cost_in_cents, last_at, created_at ) SELECT $1, changed.workspace_id, 'hourly', changed.hour, changed.hour + interval '1 hour', sums.metric_type, sums.metric_name, sums.unit, sums.agent_id, sums.model, sums.tool, sums.events, sums.unpriced_events, coalesce(sums.last_quantity, sums.quantity), sums.cost_in_cents, sums.last_at, $2 FROM unnest($3::uuid[], $4::timestamptz[]) AS changed (workspace_id, hour) CROSS JOIN LATERAL ( SELECT e.metric_type, e.metric_name, e.unit, e.agent_id, e.model, e.tool, count(*) AS events, count(*) FILTER (WHERE e.cost_source = 'unpriced' AND e.unit <> 'bytes') AS unpriced_events, sum(e.quantity) AS quantity, (array_agg(e.quantity ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE e.unit = 'bytes'))[1] AS last_quantity, sum(e.cost_in_cents) AS cost_in_cents, max(e.occurred_at) AS last_at FROM public.metering_events AS e WHERE e.tenant_id = $1 AND e.workspace_id = changed.workspace_id AND e.occurred_at >= changed.hour AND e.occurred_at < changed.hour + interval '1 hour' GROUP BY e.metric_type, e.metric_name, e.unit, e.agent_id, e.model, e.tool ) AS sums",
        None,
    )
}
impl SumUpHoursStmt {
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
        T2: crate::ArraySql<Item = jiff::Timestamp>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
        workspaces: &'a T1,
        hours: &'a T2,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, now, workspaces, hours],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = jiff::Timestamp>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SumUpHoursParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SumUpHoursStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SumUpHoursParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.now,
            &params.workspaces,
            &params.hours,
        ))
    }
}
pub struct SumUpSummariesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn sum_up_summaries() -> SumUpSummariesStmt {
    SumUpSummariesStmt(
        "INSERT INTO public.usage_summaries ( tenant_id, workspace_id, period, period_start, period_end, metric_type, metric_name, unit, agent_id, model, tool, events, unpriced_events, quantity, total_cost_in_cents, last_at, created_at ) SELECT $1, changed.workspace_id, $2, changed.period_start, changed.period_end, sums.metric_type, sums.metric_name, sums.unit, sums.agent_id, sums.model, sums.tool, sums.events, sums.unpriced_events, coalesce(sums.last_quantity, sums.quantity), sums.cost_in_cents, sums.last_at, $3 FROM ( SELECT DISTINCT workspace_id, date_trunc($4::text, hour, 'UTC') AS period_start, (date_trunc($4::text, hour, 'UTC') AT TIME ZONE 'UTC' + ('1 ' || $4::text)::interval) AT TIME ZONE 'UTC' AS period_end FROM unnest($5::uuid[], $6::timestamptz[]) AS hours (workspace_id, hour) ) AS changed CROSS JOIN LATERAL ( SELECT s.metric_type, s.metric_name, s.unit, s.agent_id, s.model, s.tool, sum(s.events) AS events, sum(s.unpriced_events) AS unpriced_events, sum(s.quantity) AS quantity, (array_agg(s.quantity ORDER BY s.last_at DESC) FILTER (WHERE s.unit = 'bytes'))[1] AS last_quantity, sum(s.total_cost_in_cents) AS cost_in_cents, max(s.last_at) AS last_at FROM public.usage_summaries AS s WHERE s.tenant_id = $1 AND s.workspace_id = changed.workspace_id AND s.period = $7 AND s.period_start >= changed.period_start AND s.period_start < changed.period_end GROUP BY s.metric_type, s.metric_name, s.unit, s.agent_id, s.model, s.tool ) AS sums",
        None,
    )
}
impl SumUpSummariesStmt {
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
        T4: crate::ArraySql<Item = jiff::Timestamp>,
        T5: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        period: &'a T1,
        now: &'a jiff::Timestamp,
        unit: &'a T2,
        workspaces: &'a T3,
        hours: &'a T4,
        of_period: &'a T5,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, period, now, unit, workspaces, hours, of_period],
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
    T4: crate::ArraySql<Item = jiff::Timestamp>,
    T5: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SumUpSummariesParams<T1, T2, T3, T4, T5>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SumUpSummariesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SumUpSummariesParams<T1, T2, T3, T4, T5>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.period,
            &params.now,
            &params.unit,
            &params.workspaces,
            &params.hours,
            &params.of_period,
        ))
    }
}
pub struct ReportSummariesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn report_summaries() -> ReportSummariesStmt {
    ReportSummariesStmt(
        "WITH found AS ( SELECT CASE WHEN $1 THEN $2::timestamptz ELSE s.period_start END AS window_start, s.workspace_id, s.agent_id, s.model, s.tool, s.metric_type, s.metric_name, s.unit, sum(s.events)::bigint AS events, sum(s.unpriced_events)::bigint AS unpriced_events, CASE s.unit WHEN 'bytes' THEN (array_agg(s.quantity ORDER BY s.last_at DESC))[1] ELSE sum(s.quantity) END AS quantity, sum(s.total_cost_in_cents) AS cost_in_cents FROM public.usage_summaries AS s WHERE s.tenant_id = $3 AND s.period = $4 AND s.period_start >= $2 AND s.period_start < $5 AND ($6::uuid IS NULL OR s.workspace_id = $6) AND ($7::uuid IS NULL OR s.agent_id = $7) AND ($8::text IS NULL OR s.model = $8) AND ($9::text IS NULL OR s.tool = $9) AND ($10::text IS NULL OR s.metric_type = $10) AND ($11::text IS NULL OR s.metric_name = $11) GROUP BY CASE WHEN $1 THEN $2::timestamptz ELSE s.period_start END, s.workspace_id, s.agent_id, s.model, s.tool, s.metric_type, s.metric_name, s.unit ), grouped AS ( SELECT window_start, CASE WHEN $12 THEN workspace_id END AS workspace_id, CASE WHEN $13 THEN agent_id END AS agent_id, CASE WHEN $14 THEN model END AS model, CASE WHEN $15 THEN tool END AS tool, CASE WHEN $16 THEN metric_type END AS metric_type, CASE WHEN $16 THEN metric_name END AS metric_name, sum(events)::bigint AS events, sum(unpriced_events)::bigint AS unpriced_events, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens'), 0) AS tokens, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%input_tokens'), 0) AS input_tokens, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%output_tokens'), 0) AS output_tokens, coalesce(sum(quantity) FILTER (WHERE metric_type = 'connector_calls'), 0) AS connector_calls, coalesce(sum(quantity) FILTER (WHERE metric_type = 'api_calls'), 0) AS api_calls, coalesce(sum(quantity) FILTER (WHERE metric_type = 'storage_bytes'), 0) AS storage_bytes, coalesce(sum(quantity) FILTER (WHERE metric_type = 'compute_minutes'), 0) AS compute_minutes, sum(cost_in_cents) AS cost_in_cents FROM found GROUP BY 1, 2, 3, 4, 5, 6, 7 ) SELECT g.window_start, g.workspace_id, w.name AS workspace_name, g.agent_id, a.name AS agent_name, NULL::uuid AS principal_id, NULL::text AS principal_name, NULL::uuid AS workflow_id, NULL::text AS workflow_name, NULL::uuid AS run_id, g.model, g.tool, g.metric_type, g.metric_name, g.events, g.unpriced_events, g.tokens::text, g.input_tokens::text, g.output_tokens::text, g.connector_calls::text, g.api_calls::text, g.storage_bytes::text, g.compute_minutes::text, g.cost_in_cents::text FROM grouped AS g LEFT JOIN public.workspaces AS w ON w.tenant_id = $3 AND w.id = g.workspace_id LEFT JOIN public.agents AS a ON a.tenant_id = $3 AND a.id = g.agent_id ORDER BY g.window_start, w.name, g.workspace_id, a.name, g.agent_id, g.model, g.tool, g.metric_type, g.metric_name LIMIT $17",
        None,
    )
}
impl ReportSummariesStmt {
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
        total: &'a bool,
        from: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        period: &'a T1,
        to: &'a jiff::Timestamp,
        workspace_id: &'a Option<uuid::Uuid>,
        agent_id: &'a Option<uuid::Uuid>,
        model: &'a Option<T2>,
        tool: &'a Option<T3>,
        metric_type: &'a Option<T4>,
        metric_name: &'a Option<T5>,
        by_workspace: &'a bool,
        by_agent: &'a bool,
        by_model: &'a bool,
        by_tool: &'a bool,
        by_metric: &'a bool,
        most: &'a i64,
    ) -> UsageRowQuery<'c, 'a, 's, C, UsageRow, 17> {
        UsageRowQuery {
            client,
            params: [
                total,
                from,
                tenant_id,
                period,
                to,
                workspace_id,
                agent_id,
                model,
                tool,
                metric_type,
                metric_name,
                by_workspace,
                by_agent,
                by_model,
                by_tool,
                by_metric,
                most,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<UsageRowBorrowed, tokio_postgres::Error> {
                    Ok(UsageRowBorrowed {
                        window_start: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        workspace_name: row.try_get(2)?,
                        agent_id: row.try_get(3)?,
                        agent_name: row.try_get(4)?,
                        principal_id: row.try_get(5)?,
                        principal_name: row.try_get(6)?,
                        workflow_id: row.try_get(7)?,
                        workflow_name: row.try_get(8)?,
                        run_id: row.try_get(9)?,
                        model: row.try_get(10)?,
                        tool: row.try_get(11)?,
                        metric_type: row.try_get(12)?,
                        metric_name: row.try_get(13)?,
                        events: row.try_get(14)?,
                        unpriced_events: row.try_get(15)?,
                        tokens: row.try_get(16)?,
                        input_tokens: row.try_get(17)?,
                        output_tokens: row.try_get(18)?,
                        connector_calls: row.try_get(19)?,
                        api_calls: row.try_get(20)?,
                        storage_bytes: row.try_get(21)?,
                        compute_minutes: row.try_get(22)?,
                        cost_in_cents: row.try_get(23)?,
                    })
                },
            mapper: |it| UsageRow::from(it),
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
        ReportSummariesParams<T1, T2, T3, T4, T5>,
        UsageRowQuery<'c, 'a, 's, C, UsageRow, 17>,
        C,
    > for ReportSummariesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReportSummariesParams<T1, T2, T3, T4, T5>,
    ) -> UsageRowQuery<'c, 'a, 's, C, UsageRow, 17> {
        self.bind(
            client,
            &params.total,
            &params.from,
            &params.tenant_id,
            &params.period,
            &params.to,
            &params.workspace_id,
            &params.agent_id,
            &params.model,
            &params.tool,
            &params.metric_type,
            &params.metric_name,
            &params.by_workspace,
            &params.by_agent,
            &params.by_model,
            &params.by_tool,
            &params.by_metric,
            &params.most,
        )
    }
}
pub struct ReportEventsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn report_events() -> ReportEventsStmt {
    ReportEventsStmt(
        "WITH found AS ( SELECT CASE WHEN $1 THEN $2::timestamptz ELSE date_trunc($3::text, e.occurred_at, 'UTC') END AS window_start, e.workspace_id, e.agent_id, e.model, e.tool, e.metric_type, e.metric_name, e.unit, CASE WHEN $4 THEN e.principal_id END AS principal_id, CASE WHEN $5 THEN e.workflow_id END AS workflow_id, CASE WHEN $6 THEN e.run_id END AS run_id, count(*) AS events, count(*) FILTER (WHERE e.cost_source = 'unpriced' AND e.unit <> 'bytes') AS unpriced_events, CASE e.unit WHEN 'bytes' THEN (array_agg(e.quantity ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE e.unit = 'bytes'))[1] ELSE sum(e.quantity) END AS quantity, sum(e.cost_in_cents) AS cost_in_cents FROM public.metering_events AS e WHERE e.tenant_id = $7 AND e.occurred_at >= $2 AND e.occurred_at < $8 AND ($9::uuid IS NULL OR e.workspace_id = $9) AND ($10::uuid IS NULL OR e.agent_id = $10) AND ($11::text IS NULL OR e.model = $11) AND ($12::text IS NULL OR e.tool = $12) AND ($13::text IS NULL OR e.metric_type = $13) AND ($14::text IS NULL OR e.metric_name = $14) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ), grouped AS ( SELECT window_start, principal_id, workflow_id, run_id, CASE WHEN $15 THEN workspace_id END AS workspace_id, CASE WHEN $16 THEN agent_id END AS agent_id, CASE WHEN $17 THEN model END AS model, CASE WHEN $18 THEN tool END AS tool, CASE WHEN $19 THEN metric_type END AS metric_type, CASE WHEN $19 THEN metric_name END AS metric_name, sum(events)::bigint AS events, sum(unpriced_events)::bigint AS unpriced_events, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens'), 0) AS tokens, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%input_tokens'), 0) AS input_tokens, coalesce(sum(quantity) FILTER (WHERE metric_type = 'llm_tokens' AND metric_name LIKE '%output_tokens'), 0) AS output_tokens, coalesce(sum(quantity) FILTER (WHERE metric_type = 'connector_calls'), 0) AS connector_calls, coalesce(sum(quantity) FILTER (WHERE metric_type = 'api_calls'), 0) AS api_calls, coalesce(sum(quantity) FILTER (WHERE metric_type = 'storage_bytes'), 0) AS storage_bytes, coalesce(sum(quantity) FILTER (WHERE metric_type = 'compute_minutes'), 0) AS compute_minutes, sum(cost_in_cents) AS cost_in_cents FROM found GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ) SELECT g.window_start, g.workspace_id, w.name AS workspace_name, g.agent_id, a.name AS agent_name, g.principal_id, p.display_name AS principal_name, g.workflow_id, f.name AS workflow_name, g.run_id, g.model, g.tool, g.metric_type, g.metric_name, g.events, g.unpriced_events, g.tokens::text, g.input_tokens::text, g.output_tokens::text, g.connector_calls::text, g.api_calls::text, g.storage_bytes::text, g.compute_minutes::text, g.cost_in_cents::text FROM grouped AS g LEFT JOIN public.workspaces AS w ON w.tenant_id = $7 AND w.id = g.workspace_id LEFT JOIN public.agents AS a ON a.tenant_id = $7 AND a.id = g.agent_id LEFT JOIN public.principals AS p ON p.tenant_id = $7 AND p.id = g.principal_id LEFT JOIN public.workflows AS f ON f.tenant_id = $7 AND f.id = g.workflow_id ORDER BY g.window_start, w.name, g.workspace_id, a.name, g.agent_id, p.display_name, g.principal_id, f.name, g.workflow_id, g.run_id, g.model, g.tool, g.metric_type, g.metric_name LIMIT $20",
        None,
    )
}
impl ReportEventsStmt {
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
        total: &'a bool,
        from: &'a jiff::Timestamp,
        unit: &'a T1,
        by_user: &'a bool,
        by_workflow: &'a bool,
        by_run: &'a bool,
        tenant_id: &'a uuid::Uuid,
        to: &'a jiff::Timestamp,
        workspace_id: &'a Option<uuid::Uuid>,
        agent_id: &'a Option<uuid::Uuid>,
        model: &'a Option<T2>,
        tool: &'a Option<T3>,
        metric_type: &'a Option<T4>,
        metric_name: &'a Option<T5>,
        by_workspace: &'a bool,
        by_agent: &'a bool,
        by_model: &'a bool,
        by_tool: &'a bool,
        by_metric: &'a bool,
        most: &'a i64,
    ) -> UsageRowQuery<'c, 'a, 's, C, UsageRow, 20> {
        UsageRowQuery {
            client,
            params: [
                total,
                from,
                unit,
                by_user,
                by_workflow,
                by_run,
                tenant_id,
                to,
                workspace_id,
                agent_id,
                model,
                tool,
                metric_type,
                metric_name,
                by_workspace,
                by_agent,
                by_model,
                by_tool,
                by_metric,
                most,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<UsageRowBorrowed, tokio_postgres::Error> {
                    Ok(UsageRowBorrowed {
                        window_start: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        workspace_name: row.try_get(2)?,
                        agent_id: row.try_get(3)?,
                        agent_name: row.try_get(4)?,
                        principal_id: row.try_get(5)?,
                        principal_name: row.try_get(6)?,
                        workflow_id: row.try_get(7)?,
                        workflow_name: row.try_get(8)?,
                        run_id: row.try_get(9)?,
                        model: row.try_get(10)?,
                        tool: row.try_get(11)?,
                        metric_type: row.try_get(12)?,
                        metric_name: row.try_get(13)?,
                        events: row.try_get(14)?,
                        unpriced_events: row.try_get(15)?,
                        tokens: row.try_get(16)?,
                        input_tokens: row.try_get(17)?,
                        output_tokens: row.try_get(18)?,
                        connector_calls: row.try_get(19)?,
                        api_calls: row.try_get(20)?,
                        storage_bytes: row.try_get(21)?,
                        compute_minutes: row.try_get(22)?,
                        cost_in_cents: row.try_get(23)?,
                    })
                },
            mapper: |it| UsageRow::from(it),
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
        ReportEventsParams<T1, T2, T3, T4, T5>,
        UsageRowQuery<'c, 'a, 's, C, UsageRow, 20>,
        C,
    > for ReportEventsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReportEventsParams<T1, T2, T3, T4, T5>,
    ) -> UsageRowQuery<'c, 'a, 's, C, UsageRow, 20> {
        self.bind(
            client,
            &params.total,
            &params.from,
            &params.unit,
            &params.by_user,
            &params.by_workflow,
            &params.by_run,
            &params.tenant_id,
            &params.to,
            &params.workspace_id,
            &params.agent_id,
            &params.model,
            &params.tool,
            &params.metric_type,
            &params.metric_name,
            &params.by_workspace,
            &params.by_agent,
            &params.by_model,
            &params.by_tool,
            &params.by_metric,
            &params.most,
        )
    }
}
pub struct LockRatingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_rating() -> LockRatingStmt {
    LockRatingStmt(
        "SELECT pg_advisory_xact_lock(hashtextextended('agentflow usage rating ' || $1::uuid::text, 0))::text",
        None,
    )
}
impl LockRatingStmt {
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
pub struct ListHoursStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_hours() -> ListHoursStmt {
    ListHoursStmt(
        "SELECT period_start AS hour, sum(events)::bigint AS events FROM public.usage_summaries WHERE tenant_id = $1 AND period = 'hourly' AND period_start >= $2 AND period_start < $3 AND ($4::uuid IS NULL OR workspace_id = $4) GROUP BY period_start ORDER BY period_start",
        None,
    )
}
impl ListHoursStmt {
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
        from: &'a jiff::Timestamp,
        to: &'a jiff::Timestamp,
        workspace_id: &'a Option<uuid::Uuid>,
    ) -> ListHoursQuery<'c, 'a, 's, C, ListHours, 4> {
        ListHoursQuery {
            client,
            params: [tenant_id, from, to, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ListHours, tokio_postgres::Error> {
                Ok(ListHours { hour: row.try_get(0)?, events: row.try_get(1)? })
            },
            mapper: |it| ListHours::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListHoursParams,
        ListHoursQuery<'c, 'a, 's, C, ListHours, 4>,
        C,
    > for ListHoursStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListHoursParams,
    ) -> ListHoursQuery<'c, 'a, 's, C, ListHours, 4> {
        self.bind(client, &params.tenant_id, &params.from, &params.to, &params.workspace_id)
    }
}
pub struct RerateEventsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rerate_events() -> RerateEventsStmt {
    RerateEventsStmt(
        "WITH books AS MATERIALIZED ( SELECT b.version, b.effective_from, lead(b.effective_from, 1, 'infinity') OVER (ORDER BY b.effective_from, b.version) AS effective_to FROM public.price_books AS b WHERE b.tenant_id = $1 ), due AS MATERIALIZED ( SELECT e.workspace_id, e.occurred_at, e.id, e.event_key, e.metric_type, e.metric_name, e.model, e.tool, e.quantity, e.cost_in_cents, e.cost_source, e.price_version, books.version FROM public.metering_events AS e LEFT JOIN books ON e.occurred_at >= books.effective_from AND e.occurred_at < books.effective_to WHERE e.tenant_id = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3 AND ($4::uuid IS NULL OR e.workspace_id = $4) AND e.cost_source <> 'given' AND e.unit <> 'bytes' ), rates AS MATERIALIZED ( SELECT asked.*, price.cents, price.per_quantity FROM (SELECT DISTINCT version, metric_type, metric_name, model, tool FROM due WHERE version IS NOT NULL) AS asked CROSS JOIN LATERAL public.price_of( $1, asked.version, asked.metric_type, asked.metric_name, asked.model, asked.tool ) AS price ), rated AS MATERIALIZED ( SELECT due.*, coalesce(public.cost_at_price(due.quantity, rates.cents, rates.per_quantity), 0) AS new_cost, CASE WHEN rates.cents IS NULL THEN 'unpriced' ELSE 'priced' END AS new_source FROM due LEFT JOIN rates ON rates.version = due.version AND rates.metric_type = due.metric_type AND rates.metric_name = due.metric_name AND rates.model IS NOT DISTINCT FROM due.model AND rates.tool IS NOT DISTINCT FROM due.tool ), changed AS MATERIALIZED ( SELECT * FROM rated WHERE new_cost < 1e14 AND (cost_in_cents, cost_source, price_version) IS DISTINCT FROM (new_cost, new_source, version) ), too_costly AS MATERIALIZED ( SELECT occurred_at, event_key FROM rated WHERE new_cost >= 1e14 ORDER BY occurred_at, event_key LIMIT 1 ), updated AS ( UPDATE public.metering_events AS e SET cost_in_cents = changed.new_cost, cost_source = changed.new_source, price_version = changed.version FROM changed WHERE NOT $5 AND e.tenant_id = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3 AND e.workspace_id = changed.workspace_id AND e.occurred_at = changed.occurred_at AND e.id = changed.id ), marked AS ( INSERT INTO public.usage_changes (tenant_id, workspace_id, hour) SELECT DISTINCT $1::uuid, workspace_id, date_trunc('hour', occurred_at, 'UTC') FROM changed WHERE NOT $5 ) SELECT count(*) AS events, (SELECT count(*) FROM changed) AS changed, coalesce(sum(cost_in_cents), 0)::text AS before_cents, coalesce(sum(CASE WHEN new_cost < 1e14 THEN new_cost ELSE cost_in_cents END), 0)::text AS after_cents, count(*) FILTER (WHERE new_source = 'unpriced') AS unpriced, count(*) FILTER (WHERE new_cost >= 1e14) AS too_costly, (SELECT occurred_at FROM too_costly) AS too_costly_at, (SELECT event_key FROM too_costly) AS too_costly_key FROM rated",
        None,
    )
}
impl RerateEventsStmt {
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
        from: &'a jiff::Timestamp,
        to: &'a jiff::Timestamp,
        workspace_id: &'a Option<uuid::Uuid>,
        dry_run: &'a bool,
    ) -> ReratedQuery<'c, 'a, 's, C, Rerated, 5> {
        ReratedQuery {
            client,
            params: [tenant_id, from, to, workspace_id, dry_run],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ReratedBorrowed, tokio_postgres::Error> {
                    Ok(ReratedBorrowed {
                        events: row.try_get(0)?,
                        changed: row.try_get(1)?,
                        before_cents: row.try_get(2)?,
                        after_cents: row.try_get(3)?,
                        unpriced: row.try_get(4)?,
                        too_costly: row.try_get(5)?,
                        too_costly_at: row.try_get(6)?,
                        too_costly_key: row.try_get(7)?,
                    })
                },
            mapper: |it| Rerated::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RerateEventsParams,
        ReratedQuery<'c, 'a, 's, C, Rerated, 5>,
        C,
    > for RerateEventsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RerateEventsParams,
    ) -> ReratedQuery<'c, 'a, 's, C, Rerated, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.from,
            &params.to,
            &params.workspace_id,
            &params.dry_run,
        )
    }
}
pub struct ListMonthsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_months() -> ListMonthsStmt {
    ListMonthsStmt("SELECT name, month, bytes, is_retained FROM public.metering_months()", None)
}
impl ListMonthsStmt {
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
    ) -> ListMonthsQuery<'c, 'a, 's, C, ListMonths, 0> {
        ListMonthsQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListMonthsBorrowed, tokio_postgres::Error> {
                    Ok(ListMonthsBorrowed {
                        name: row.try_get(0)?,
                        month: row.try_get(1)?,
                        bytes: row.try_get(2)?,
                        is_retained: row.try_get(3)?,
                    })
                },
            mapper: |it| ListMonths::from(it),
        }
    }
}
pub struct RetainFromStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn retain_from() -> RetainFromStmt {
    RetainFromStmt("SELECT public.retain_metering_from($1)::text", None)
}
impl RetainFromStmt {
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
pub struct FreezeMonthStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn freeze_month() -> FreezeMonthStmt {
    FreezeMonthStmt("SELECT public.freeze_metering_month($1)::text", None)
}
impl FreezeMonthStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct DropMonthStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn drop_month() -> DropMonthStmt {
    DropMonthStmt("SELECT public.drop_metering_month($1)::text", None)
}
impl DropMonthStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct WaitBrieflyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn wait_briefly() -> WaitBrieflyStmt {
    WaitBrieflyStmt("SELECT set_config('lock_timeout', $1::text, true)", None)
}
impl WaitBrieflyStmt {
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
        time: &'a T1,
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [time],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct ForgetKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn forget_keys() -> ForgetKeysStmt {
    ForgetKeysStmt(
        "WITH page AS MATERIALIZED ( SELECT workspace_id, event_key, occurred_at FROM public.metering_event_keys WHERE tenant_id = $1 AND ($2::text IS NULL OR (workspace_id, event_key) > ($3::uuid, $2)) ORDER BY workspace_id, event_key LIMIT $4 ), forgotten AS ( DELETE FROM public.metering_event_keys AS k USING page WHERE k.tenant_id = $1 AND k.workspace_id = page.workspace_id AND k.event_key = page.event_key AND page.occurred_at < public.metering_retained_from() RETURNING k.event_key ) SELECT workspace_id, event_key, (SELECT count(*) FROM forgotten) AS forgotten FROM page ORDER BY workspace_id DESC, event_key DESC LIMIT 1",
        None,
    )
}
impl ForgetKeysStmt {
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
        after_key: &'a Option<T1>,
        after_workspace: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> ForgetKeysQuery<'c, 'a, 's, C, ForgetKeys, 4> {
        ForgetKeysQuery {
            client,
            params: [tenant_id, after_key, after_workspace, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ForgetKeysBorrowed, tokio_postgres::Error> {
                    Ok(ForgetKeysBorrowed {
                        workspace_id: row.try_get(0)?,
                        event_key: row.try_get(1)?,
                        forgotten: row.try_get(2)?,
                    })
                },
            mapper: |it| ForgetKeys::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ForgetKeysParams<T1>,
        ForgetKeysQuery<'c, 'a, 's, C, ForgetKeys, 4>,
        C,
    > for ForgetKeysStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ForgetKeysParams<T1>,
    ) -> ForgetKeysQuery<'c, 'a, 's, C, ForgetKeys, 4> {
        self.bind(
            client,
            &params.tenant_id,
            &params.after_key,
            &params.after_workspace,
            &params.page_size,
        )
    }
}
