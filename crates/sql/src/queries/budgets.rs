// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertBudgetParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::ArraySql<Item = i16>,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: T1,
    pub workspace_id: Option<uuid::Uuid>,
    pub principal_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub workflow_id: Option<uuid::Uuid>,
    pub model: Option<T2>,
    pub enforcement: T3,
    pub period: T4,
    pub time_zone: T5,
    pub limit_tokens: Option<i64>,
    pub limit_calls: Option<i64>,
    pub limit_cost_in_cents: Option<T6>,
    pub thresholds: T7,
    pub carry_over_percent: i16,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct UpdateBudgetParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = i16>,
> {
    pub workspace_id: Option<uuid::Uuid>,
    pub principal_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub workflow_id: Option<uuid::Uuid>,
    pub model: Option<T1>,
    pub enforcement: T2,
    pub limit_tokens: Option<i64>,
    pub limit_calls: Option<i64>,
    pub limit_cost_in_cents: Option<T3>,
    pub thresholds: T4,
    pub carry_over_percent: i16,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct LockBudgetParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct LockBudgetToDeleteParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockCurrentPeriodParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LimitCurrentPeriodParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetBudgetParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetBudgetByNameParams<T1: crate::StringSql> {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Debug)]
pub struct ListBudgetsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub after: Option<T1>,
    pub page_size: i64,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct ListMatchingBudgetsParams<T1: crate::JsonSql> {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub subjects: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteBudgetParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertBudgetIncreaseParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub budget_id: uuid::Uuid,
    pub tokens: i64,
    pub calls: i64,
    pub cost_in_cents: T1,
    pub starts_at: jiff::Timestamp,
    pub ends_at: jiff::Timestamp,
    pub reason: T2,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ListBudgetIncreasesParams {
    pub tenant_id: uuid::Uuid,
    pub budget_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockBudgetIncreaseParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct EndBudgetIncreaseParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteBudgetIncreaseParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListBudgetAlertsParams {
    pub tenant_id: uuid::Uuid,
    pub budget_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct BudgetApplyParams<T1: crate::JsonSql, T2: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub subjects: T1,
    pub operations: T2,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteEndedReservationsParams {
    pub tenant_id: uuid::Uuid,
    pub before: jiff::Timestamp,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteOldPeriodsParams {
    pub before: jiff::Timestamp,
    pub page_size: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    pub id: uuid::Uuid,
    pub name: String,
    pub workspace_id: Option<uuid::Uuid>,
    pub principal_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub workflow_id: Option<uuid::Uuid>,
    pub model: Option<String>,
    pub enforcement: String,
    pub period: String,
    pub time_zone: String,
    pub limit_tokens: Option<i64>,
    pub limit_calls: Option<i64>,
    pub limit_cost_in_cents: Option<String>,
    pub thresholds: Vec<i16>,
    pub carry_over_percent: i16,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub period_start: jiff::Timestamp,
    pub period_end: Option<jiff::Timestamp>,
    pub tokens: String,
    pub calls: String,
    pub cost_in_cents: String,
}
pub struct BudgetBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub workspace_id: Option<uuid::Uuid>,
    pub principal_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub workflow_id: Option<uuid::Uuid>,
    pub model: Option<&'a str>,
    pub enforcement: &'a str,
    pub period: &'a str,
    pub time_zone: &'a str,
    pub limit_tokens: Option<i64>,
    pub limit_calls: Option<i64>,
    pub limit_cost_in_cents: Option<&'a str>,
    pub thresholds: crate::ArrayIterator<'a, i16>,
    pub carry_over_percent: i16,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub period_start: jiff::Timestamp,
    pub period_end: Option<jiff::Timestamp>,
    pub tokens: &'a str,
    pub calls: &'a str,
    pub cost_in_cents: &'a str,
}
impl<'a> From<BudgetBorrowed<'a>> for Budget {
    fn from(
        BudgetBorrowed {
            id,
            name,
            workspace_id,
            principal_id,
            agent_id,
            workflow_id,
            model,
            enforcement,
            period,
            time_zone,
            limit_tokens,
            limit_calls,
            limit_cost_in_cents,
            thresholds,
            carry_over_percent,
            created_at,
            updated_at,
            period_start,
            period_end,
            tokens,
            calls,
            cost_in_cents,
        }: BudgetBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            workspace_id,
            principal_id,
            agent_id,
            workflow_id,
            model: model.map(|v| v.into()),
            enforcement: enforcement.into(),
            period: period.into(),
            time_zone: time_zone.into(),
            limit_tokens,
            limit_calls,
            limit_cost_in_cents: limit_cost_in_cents.map(|v| v.into()),
            thresholds: thresholds.map(|v| v).collect(),
            carry_over_percent,
            created_at,
            updated_at,
            period_start,
            period_end,
            tokens: tokens.into(),
            calls: calls.into(),
            cost_in_cents: cost_in_cents.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Increase {
    pub id: uuid::Uuid,
    pub budget_id: uuid::Uuid,
    pub tokens: i64,
    pub calls: i64,
    pub cost_in_cents: String,
    pub starts_at: jiff::Timestamp,
    pub ends_at: jiff::Timestamp,
    pub reason: String,
    pub created_at: jiff::Timestamp,
}
pub struct IncreaseBorrowed<'a> {
    pub id: uuid::Uuid,
    pub budget_id: uuid::Uuid,
    pub tokens: i64,
    pub calls: i64,
    pub cost_in_cents: &'a str,
    pub starts_at: jiff::Timestamp,
    pub ends_at: jiff::Timestamp,
    pub reason: &'a str,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<IncreaseBorrowed<'a>> for Increase {
    fn from(
        IncreaseBorrowed {
            id,
            budget_id,
            tokens,
            calls,
            cost_in_cents,
            starts_at,
            ends_at,
            reason,
            created_at,
        }: IncreaseBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            budget_id,
            tokens,
            calls,
            cost_in_cents: cost_in_cents.into(),
            starts_at,
            ends_at,
            reason: reason.into(),
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListBudgetAlerts {
    pub budget_id: uuid::Uuid,
    pub name: String,
    pub enforcement: String,
    pub period: String,
    pub time_zone: String,
    pub period_start: jiff::Timestamp,
    pub period_end: Option<jiff::Timestamp>,
    pub measure: String,
    pub percent: i16,
    pub spent: String,
    pub allowed: String,
}
pub struct ListBudgetAlertsBorrowed<'a> {
    pub budget_id: uuid::Uuid,
    pub name: &'a str,
    pub enforcement: &'a str,
    pub period: &'a str,
    pub time_zone: &'a str,
    pub period_start: jiff::Timestamp,
    pub period_end: Option<jiff::Timestamp>,
    pub measure: &'a str,
    pub percent: i16,
    pub spent: &'a str,
    pub allowed: &'a str,
}
impl<'a> From<ListBudgetAlertsBorrowed<'a>> for ListBudgetAlerts {
    fn from(
        ListBudgetAlertsBorrowed {
            budget_id,
            name,
            enforcement,
            period,
            time_zone,
            period_start,
            period_end,
            measure,
            percent,
            spent,
            allowed,
        }: ListBudgetAlertsBorrowed<'a>,
    ) -> Self {
        Self {
            budget_id,
            name: name.into(),
            enforcement: enforcement.into(),
            period: period.into(),
            time_zone: time_zone.into(),
            period_start,
            period_end,
            measure: measure.into(),
            percent,
            spent: spent.into(),
            allowed: allowed.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetApply {
    pub ordinal: Option<i32>,
    pub outcome: String,
    pub budgets: Option<i32>,
    pub detail: Option<String>,
}
pub struct BudgetApplyBorrowed<'a> {
    pub ordinal: Option<i32>,
    pub outcome: &'a str,
    pub budgets: Option<i32>,
    pub detail: Option<&'a str>,
}
impl<'a> From<BudgetApplyBorrowed<'a>> for BudgetApply {
    fn from(
        BudgetApplyBorrowed { ordinal, outcome, budgets, detail }: BudgetApplyBorrowed<'a>,
    ) -> Self {
        Self { ordinal, outcome: outcome.into(), budgets, detail: detail.map(|v| v.into()) }
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
pub struct BudgetQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<BudgetBorrowed, tokio_postgres::Error>,
    mapper: fn(BudgetBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> BudgetQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(BudgetBorrowed) -> R) -> BudgetQuery<'c, 'a, 's, C, R, N> {
        BudgetQuery {
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
pub struct IncreaseQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<IncreaseBorrowed, tokio_postgres::Error>,
    mapper: fn(IncreaseBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> IncreaseQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(IncreaseBorrowed) -> R) -> IncreaseQuery<'c, 'a, 's, C, R, N> {
        IncreaseQuery {
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
pub struct ListBudgetAlertsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListBudgetAlertsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListBudgetAlertsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListBudgetAlertsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListBudgetAlertsBorrowed) -> R,
    ) -> ListBudgetAlertsQuery<'c, 'a, 's, C, R, N> {
        ListBudgetAlertsQuery {
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
pub struct BudgetApplyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<BudgetApplyBorrowed, tokio_postgres::Error>,
    mapper: fn(BudgetApplyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> BudgetApplyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(BudgetApplyBorrowed) -> R,
    ) -> BudgetApplyQuery<'c, 'a, 's, C, R, N> {
        BudgetApplyQuery {
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
pub struct FindTimeZoneStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn find_time_zone() -> FindTimeZoneStmt {
    FindTimeZoneStmt(
        "SELECT z.name FROM pg_catalog.pg_timezone_names AS z WHERE lower(z.name) = lower($1)",
        None,
    )
}
impl FindTimeZoneStmt {
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
pub struct ListTimeZonesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_time_zones() -> ListTimeZonesStmt {
    ListTimeZonesStmt("SELECT z.name FROM pg_catalog.pg_timezone_names AS z ORDER BY z.name", None)
}
impl ListTimeZonesStmt {
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
pub struct InsertBudgetStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_budget() -> InsertBudgetStmt {
    InsertBudgetStmt(
        "INSERT INTO public.budgets ( tenant_id, id, name, workspace_id, principal_id, agent_id, workflow_id, model, enforcement, period, time_zone, limit_tokens, limit_calls, limit_cost_in_cents, thresholds, carry_over_percent, created_at, updated_at ) VALUES ( $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::numeric, $15, $16, $17, $17 )",
        None,
    )
}
impl InsertBudgetStmt {
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
        T3: crate::StringSql,
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::StringSql,
        T7: crate::ArraySql<Item = i16>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        name: &'a T1,
        workspace_id: &'a Option<uuid::Uuid>,
        principal_id: &'a Option<uuid::Uuid>,
        agent_id: &'a Option<uuid::Uuid>,
        workflow_id: &'a Option<uuid::Uuid>,
        model: &'a Option<T2>,
        enforcement: &'a T3,
        period: &'a T4,
        time_zone: &'a T5,
        limit_tokens: &'a Option<i64>,
        limit_calls: &'a Option<i64>,
        limit_cost_in_cents: &'a Option<T6>,
        thresholds: &'a T7,
        carry_over_percent: &'a i16,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                tenant_id,
                id,
                name,
                workspace_id,
                principal_id,
                agent_id,
                workflow_id,
                model,
                enforcement,
                period,
                time_zone,
                limit_tokens,
                limit_calls,
                limit_cost_in_cents,
                thresholds,
                carry_over_percent,
                now,
            ],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::ArraySql<Item = i16>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertBudgetParams<T1, T2, T3, T4, T5, T6, T7>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertBudgetStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertBudgetParams<T1, T2, T3, T4, T5, T6, T7>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.name,
            &params.workspace_id,
            &params.principal_id,
            &params.agent_id,
            &params.workflow_id,
            &params.model,
            &params.enforcement,
            &params.period,
            &params.time_zone,
            &params.limit_tokens,
            &params.limit_calls,
            &params.limit_cost_in_cents,
            &params.thresholds,
            &params.carry_over_percent,
            &params.now,
        ))
    }
}
pub struct UpdateBudgetStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_budget() -> UpdateBudgetStmt {
    UpdateBudgetStmt(
        "UPDATE public.budgets AS b SET workspace_id        = $1, principal_id        = $2, agent_id            = $3, workflow_id         = $4, model               = $5, enforcement         = $6, limit_tokens        = $7, limit_calls         = $8, limit_cost_in_cents = $9::text::numeric, thresholds          = $10, carry_over_percent  = $11, updated_at          = greatest(b.created_at, $12) WHERE b.tenant_id = $13 AND b.id = $14",
        None,
    )
}
impl UpdateBudgetStmt {
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
        T3: crate::StringSql,
        T4: crate::ArraySql<Item = i16>,
    >(
        &'s self,
        client: &'c C,
        workspace_id: &'a Option<uuid::Uuid>,
        principal_id: &'a Option<uuid::Uuid>,
        agent_id: &'a Option<uuid::Uuid>,
        workflow_id: &'a Option<uuid::Uuid>,
        model: &'a Option<T1>,
        enforcement: &'a T2,
        limit_tokens: &'a Option<i64>,
        limit_calls: &'a Option<i64>,
        limit_cost_in_cents: &'a Option<T3>,
        thresholds: &'a T4,
        carry_over_percent: &'a i16,
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                workspace_id,
                principal_id,
                agent_id,
                workflow_id,
                model,
                enforcement,
                limit_tokens,
                limit_calls,
                limit_cost_in_cents,
                thresholds,
                carry_over_percent,
                now,
                tenant_id,
                id,
            ],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = i16>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateBudgetParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for UpdateBudgetStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateBudgetParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.workspace_id,
            &params.principal_id,
            &params.agent_id,
            &params.workflow_id,
            &params.model,
            &params.enforcement,
            &params.limit_tokens,
            &params.limit_calls,
            &params.limit_cost_in_cents,
            &params.thresholds,
            &params.carry_over_percent,
            &params.now,
            &params.tenant_id,
            &params.id,
        ))
    }
}
pub struct LockBudgetStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_budget() -> LockBudgetStmt {
    LockBudgetStmt(
        "SELECT b.id FROM public.budgets AS b WHERE b.tenant_id = $1 AND b.name = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockBudgetStmt {
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
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [tenant_id, name],
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
        LockBudgetParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockBudgetStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockBudgetParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.name)
    }
}
pub struct LockBudgetToDeleteStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_budget_to_delete() -> LockBudgetToDeleteStmt {
    LockBudgetToDeleteStmt(
        "SELECT b.id FROM public.budgets AS b WHERE b.tenant_id = $1 AND b.id = $2 FOR UPDATE",
        None,
    )
}
impl LockBudgetToDeleteStmt {
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
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [tenant_id, id],
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
        LockBudgetToDeleteParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockBudgetToDeleteStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockBudgetToDeleteParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockCurrentPeriodStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_current_period() -> LockCurrentPeriodStmt {
    LockCurrentPeriodStmt(
        "SELECT public.lock_budget_periods( b.tenant_id, ARRAY[b.id], ARRAY[w.period_start], ARRAY[w.period_end], NULL, NULL, $1 )::text FROM public.budgets AS b CROSS JOIN LATERAL public.budget_window(b.period, b.time_zone, $1) AS w WHERE b.tenant_id = $2 AND b.id = $3",
        None,
    )
}
impl LockCurrentPeriodStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> StringQuery<'c, 'a, 's, C, String, 3> {
        StringQuery {
            client,
            params: [now, tenant_id, id],
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
        LockCurrentPeriodParams,
        StringQuery<'c, 'a, 's, C, String, 3>,
        C,
    > for LockCurrentPeriodStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockCurrentPeriodParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 3> {
        self.bind(client, &params.now, &params.tenant_id, &params.id)
    }
}
pub struct LimitCurrentPeriodStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn limit_current_period() -> LimitCurrentPeriodStmt {
    LimitCurrentPeriodStmt(
        "UPDATE public.budget_periods AS p SET limit_tokens        = b.limit_tokens, limit_calls         = b.limit_calls, limit_cost_in_cents = b.limit_cost_in_cents FROM public.budgets AS b CROSS JOIN LATERAL public.budget_window(b.period, b.time_zone, $1) AS w WHERE b.tenant_id = $2 AND b.id = $3 AND p.tenant_id = b.tenant_id AND p.budget_id = b.id AND p.period_start = w.period_start",
        None,
    )
}
impl LimitCurrentPeriodStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[now, tenant_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        LimitCurrentPeriodParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for LimitCurrentPeriodStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a LimitCurrentPeriodParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.id))
    }
}
pub struct GetBudgetStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_budget() -> GetBudgetStmt {
    GetBudgetStmt(
        "SELECT b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone, b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at, s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text FROM public.budgets AS b CROSS JOIN LATERAL public.budget_state(b, $1) AS s WHERE b.tenant_id = $2 AND b.id = $3",
        None,
    )
}
impl GetBudgetStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 3> {
        BudgetQuery {
            client,
            params: [now, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BudgetBorrowed, tokio_postgres::Error> {
                    Ok(BudgetBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        principal_id: row.try_get(3)?,
                        agent_id: row.try_get(4)?,
                        workflow_id: row.try_get(5)?,
                        model: row.try_get(6)?,
                        enforcement: row.try_get(7)?,
                        period: row.try_get(8)?,
                        time_zone: row.try_get(9)?,
                        limit_tokens: row.try_get(10)?,
                        limit_calls: row.try_get(11)?,
                        limit_cost_in_cents: row.try_get(12)?,
                        thresholds: row.try_get(13)?,
                        carry_over_percent: row.try_get(14)?,
                        created_at: row.try_get(15)?,
                        updated_at: row.try_get(16)?,
                        period_start: row.try_get(17)?,
                        period_end: row.try_get(18)?,
                        tokens: row.try_get(19)?,
                        calls: row.try_get(20)?,
                        cost_in_cents: row.try_get(21)?,
                    })
                },
            mapper: |it| Budget::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetBudgetParams,
        BudgetQuery<'c, 'a, 's, C, Budget, 3>,
        C,
    > for GetBudgetStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetBudgetParams,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 3> {
        self.bind(client, &params.now, &params.tenant_id, &params.id)
    }
}
pub struct GetBudgetByNameStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_budget_by_name() -> GetBudgetByNameStmt {
    GetBudgetByNameStmt(
        "SELECT b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone, b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at, s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text FROM public.budgets AS b CROSS JOIN LATERAL public.budget_state(b, $1) AS s WHERE b.tenant_id = $2 AND b.name = $3",
        None,
    )
}
impl GetBudgetByNameStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        name: &'a T1,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 3> {
        BudgetQuery {
            client,
            params: [now, tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BudgetBorrowed, tokio_postgres::Error> {
                    Ok(BudgetBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        principal_id: row.try_get(3)?,
                        agent_id: row.try_get(4)?,
                        workflow_id: row.try_get(5)?,
                        model: row.try_get(6)?,
                        enforcement: row.try_get(7)?,
                        period: row.try_get(8)?,
                        time_zone: row.try_get(9)?,
                        limit_tokens: row.try_get(10)?,
                        limit_calls: row.try_get(11)?,
                        limit_cost_in_cents: row.try_get(12)?,
                        thresholds: row.try_get(13)?,
                        carry_over_percent: row.try_get(14)?,
                        created_at: row.try_get(15)?,
                        updated_at: row.try_get(16)?,
                        period_start: row.try_get(17)?,
                        period_end: row.try_get(18)?,
                        tokens: row.try_get(19)?,
                        calls: row.try_get(20)?,
                        cost_in_cents: row.try_get(21)?,
                    })
                },
            mapper: |it| Budget::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetBudgetByNameParams<T1>,
        BudgetQuery<'c, 'a, 's, C, Budget, 3>,
        C,
    > for GetBudgetByNameStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetBudgetByNameParams<T1>,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 3> {
        self.bind(client, &params.now, &params.tenant_id, &params.name)
    }
}
pub struct ListBudgetsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_budgets() -> ListBudgetsStmt {
    ListBudgetsStmt(
        "SELECT b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone, b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at, s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text FROM ( SELECT * FROM public.budgets WHERE tenant_id = $1 AND ($2::text IS NULL OR name > $2) ORDER BY name LIMIT $3 ) AS it JOIN public.budgets AS b ON b.tenant_id = it.tenant_id AND b.id = it.id CROSS JOIN LATERAL public.budget_state(b, $4) AS s ORDER BY b.name",
        None,
    )
}
impl ListBudgetsStmt {
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
        after: &'a Option<T1>,
        page_size: &'a i64,
        now: &'a jiff::Timestamp,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 4> {
        BudgetQuery {
            client,
            params: [tenant_id, after, page_size, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BudgetBorrowed, tokio_postgres::Error> {
                    Ok(BudgetBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        principal_id: row.try_get(3)?,
                        agent_id: row.try_get(4)?,
                        workflow_id: row.try_get(5)?,
                        model: row.try_get(6)?,
                        enforcement: row.try_get(7)?,
                        period: row.try_get(8)?,
                        time_zone: row.try_get(9)?,
                        limit_tokens: row.try_get(10)?,
                        limit_calls: row.try_get(11)?,
                        limit_cost_in_cents: row.try_get(12)?,
                        thresholds: row.try_get(13)?,
                        carry_over_percent: row.try_get(14)?,
                        created_at: row.try_get(15)?,
                        updated_at: row.try_get(16)?,
                        period_start: row.try_get(17)?,
                        period_end: row.try_get(18)?,
                        tokens: row.try_get(19)?,
                        calls: row.try_get(20)?,
                        cost_in_cents: row.try_get(21)?,
                    })
                },
            mapper: |it| Budget::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListBudgetsParams<T1>,
        BudgetQuery<'c, 'a, 's, C, Budget, 4>,
        C,
    > for ListBudgetsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListBudgetsParams<T1>,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 4> {
        self.bind(client, &params.tenant_id, &params.after, &params.page_size, &params.now)
    }
}
pub struct ListMatchingBudgetsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_matching_budgets() -> ListMatchingBudgetsStmt {
    ListMatchingBudgetsStmt(
        "SELECT b.id, b.name, b.workspace_id, b.principal_id, b.agent_id, b.workflow_id, b.model, b.enforcement, b.period, b.time_zone, b.limit_tokens, b.limit_calls, b.limit_cost_in_cents::text, b.thresholds, b.carry_over_percent, b.created_at, b.updated_at, s.period_start, s.period_end, s.tokens::text, s.calls::text, s.cost_in_cents::text FROM public.budgets AS b CROSS JOIN LATERAL public.budget_state(b, $1) AS s WHERE b.tenant_id = $2 AND b.id = ANY (ARRAY(SELECT m.budget_id FROM public.matching_budgets($2, $3::jsonb) AS m)) ORDER BY b.name",
        None,
    )
}
impl ListMatchingBudgetsStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        subjects: &'a T1,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 3> {
        BudgetQuery {
            client,
            params: [now, tenant_id, subjects],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BudgetBorrowed, tokio_postgres::Error> {
                    Ok(BudgetBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        principal_id: row.try_get(3)?,
                        agent_id: row.try_get(4)?,
                        workflow_id: row.try_get(5)?,
                        model: row.try_get(6)?,
                        enforcement: row.try_get(7)?,
                        period: row.try_get(8)?,
                        time_zone: row.try_get(9)?,
                        limit_tokens: row.try_get(10)?,
                        limit_calls: row.try_get(11)?,
                        limit_cost_in_cents: row.try_get(12)?,
                        thresholds: row.try_get(13)?,
                        carry_over_percent: row.try_get(14)?,
                        created_at: row.try_get(15)?,
                        updated_at: row.try_get(16)?,
                        period_start: row.try_get(17)?,
                        period_end: row.try_get(18)?,
                        tokens: row.try_get(19)?,
                        calls: row.try_get(20)?,
                        cost_in_cents: row.try_get(21)?,
                    })
                },
            mapper: |it| Budget::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMatchingBudgetsParams<T1>,
        BudgetQuery<'c, 'a, 's, C, Budget, 3>,
        C,
    > for ListMatchingBudgetsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMatchingBudgetsParams<T1>,
    ) -> BudgetQuery<'c, 'a, 's, C, Budget, 3> {
        self.bind(client, &params.now, &params.tenant_id, &params.subjects)
    }
}
pub struct DeleteBudgetStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_budget() -> DeleteBudgetStmt {
    DeleteBudgetStmt(
        "DELETE FROM public.budgets AS b WHERE b.tenant_id = $1 AND b.id = $2 RETURNING b.name",
        None,
    )
}
impl DeleteBudgetStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        StringQuery {
            client,
            params: [tenant_id, id],
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
        DeleteBudgetParams,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for DeleteBudgetStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteBudgetParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct InsertBudgetIncreaseStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_budget_increase() -> InsertBudgetIncreaseStmt {
    InsertBudgetIncreaseStmt(
        "INSERT INTO public.budget_increases (tenant_id, id, budget_id, tokens, calls, cost_in_cents, starts_at, ends_at, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6::text::numeric, $7, $8, $9, $10)",
        None,
    )
}
impl InsertBudgetIncreaseStmt {
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
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        budget_id: &'a uuid::Uuid,
        tokens: &'a i64,
        calls: &'a i64,
        cost_in_cents: &'a T1,
        starts_at: &'a jiff::Timestamp,
        ends_at: &'a jiff::Timestamp,
        reason: &'a T2,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                tenant_id,
                id,
                budget_id,
                tokens,
                calls,
                cost_in_cents,
                starts_at,
                ends_at,
                reason,
                now,
            ],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertBudgetIncreaseParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertBudgetIncreaseStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertBudgetIncreaseParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.budget_id,
            &params.tokens,
            &params.calls,
            &params.cost_in_cents,
            &params.starts_at,
            &params.ends_at,
            &params.reason,
            &params.now,
        ))
    }
}
pub struct ListBudgetIncreasesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_budget_increases() -> ListBudgetIncreasesStmt {
    ListBudgetIncreasesStmt(
        "SELECT i.id, i.budget_id, i.tokens, i.calls, i.cost_in_cents::text, i.starts_at, i.ends_at, i.reason, i.created_at FROM public.budget_increases AS i WHERE i.tenant_id = $1 AND i.budget_id = $2 ORDER BY i.starts_at, i.id",
        None,
    )
}
impl ListBudgetIncreasesStmt {
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
        budget_id: &'a uuid::Uuid,
    ) -> IncreaseQuery<'c, 'a, 's, C, Increase, 2> {
        IncreaseQuery {
            client,
            params: [tenant_id, budget_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<IncreaseBorrowed, tokio_postgres::Error> {
                    Ok(IncreaseBorrowed {
                        id: row.try_get(0)?,
                        budget_id: row.try_get(1)?,
                        tokens: row.try_get(2)?,
                        calls: row.try_get(3)?,
                        cost_in_cents: row.try_get(4)?,
                        starts_at: row.try_get(5)?,
                        ends_at: row.try_get(6)?,
                        reason: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                    })
                },
            mapper: |it| Increase::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListBudgetIncreasesParams,
        IncreaseQuery<'c, 'a, 's, C, Increase, 2>,
        C,
    > for ListBudgetIncreasesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListBudgetIncreasesParams,
    ) -> IncreaseQuery<'c, 'a, 's, C, Increase, 2> {
        self.bind(client, &params.tenant_id, &params.budget_id)
    }
}
pub struct LockBudgetIncreaseStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_budget_increase() -> LockBudgetIncreaseStmt {
    LockBudgetIncreaseStmt(
        "SELECT i.id, i.budget_id, i.tokens, i.calls, i.cost_in_cents::text, i.starts_at, i.ends_at, i.reason, i.created_at FROM public.budget_increases AS i WHERE i.tenant_id = $1 AND i.id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockBudgetIncreaseStmt {
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
    ) -> IncreaseQuery<'c, 'a, 's, C, Increase, 2> {
        IncreaseQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<IncreaseBorrowed, tokio_postgres::Error> {
                    Ok(IncreaseBorrowed {
                        id: row.try_get(0)?,
                        budget_id: row.try_get(1)?,
                        tokens: row.try_get(2)?,
                        calls: row.try_get(3)?,
                        cost_in_cents: row.try_get(4)?,
                        starts_at: row.try_get(5)?,
                        ends_at: row.try_get(6)?,
                        reason: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                    })
                },
            mapper: |it| Increase::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockBudgetIncreaseParams,
        IncreaseQuery<'c, 'a, 's, C, Increase, 2>,
        C,
    > for LockBudgetIncreaseStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockBudgetIncreaseParams,
    ) -> IncreaseQuery<'c, 'a, 's, C, Increase, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct EndBudgetIncreaseStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn end_budget_increase() -> EndBudgetIncreaseStmt {
    EndBudgetIncreaseStmt(
        "UPDATE public.budget_increases AS i SET ends_at = $1 WHERE i.tenant_id = $2 AND i.id = $3",
        None,
    )
}
impl EndBudgetIncreaseStmt {
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
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[now, tenant_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        EndBudgetIncreaseParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for EndBudgetIncreaseStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a EndBudgetIncreaseParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.id))
    }
}
pub struct DeleteBudgetIncreaseStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_budget_increase() -> DeleteBudgetIncreaseStmt {
    DeleteBudgetIncreaseStmt(
        "DELETE FROM public.budget_increases AS i WHERE i.tenant_id = $1 AND i.id = $2",
        None,
    )
}
impl DeleteBudgetIncreaseStmt {
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
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteBudgetIncreaseParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteBudgetIncreaseStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteBudgetIncreaseParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct ListBudgetAlertsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_budget_alerts() -> ListBudgetAlertsStmt {
    ListBudgetAlertsStmt(
        "SELECT a.budget_id, b.name, b.enforcement, b.period, b.time_zone, a.period_start, p.period_end, a.measure, a.percent, a.spent::text, a.allowed::text FROM public.budget_alerts AS a JOIN public.budgets AS b ON b.tenant_id = a.tenant_id AND b.id = a.budget_id JOIN public.budget_periods AS p ON p.tenant_id = a.tenant_id AND p.budget_id = a.budget_id AND p.period_start = a.period_start WHERE a.tenant_id = $1 AND a.budget_id = $2 ORDER BY a.period_start DESC, a.measure, a.percent LIMIT $3",
        None,
    )
}
impl ListBudgetAlertsStmt {
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
        budget_id: &'a uuid::Uuid,
        page_size: &'a i64,
    ) -> ListBudgetAlertsQuery<'c, 'a, 's, C, ListBudgetAlerts, 3> {
        ListBudgetAlertsQuery {
            client,
            params: [tenant_id, budget_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListBudgetAlertsBorrowed, tokio_postgres::Error> {
                Ok(ListBudgetAlertsBorrowed {
                    budget_id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    enforcement: row.try_get(2)?,
                    period: row.try_get(3)?,
                    time_zone: row.try_get(4)?,
                    period_start: row.try_get(5)?,
                    period_end: row.try_get(6)?,
                    measure: row.try_get(7)?,
                    percent: row.try_get(8)?,
                    spent: row.try_get(9)?,
                    allowed: row.try_get(10)?,
                })
            },
            mapper: |it| ListBudgetAlerts::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListBudgetAlertsParams,
        ListBudgetAlertsQuery<'c, 'a, 's, C, ListBudgetAlerts, 3>,
        C,
    > for ListBudgetAlertsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListBudgetAlertsParams,
    ) -> ListBudgetAlertsQuery<'c, 'a, 's, C, ListBudgetAlerts, 3> {
        self.bind(client, &params.tenant_id, &params.budget_id, &params.page_size)
    }
}
pub struct BudgetApplyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn budget_apply() -> BudgetApplyStmt {
    BudgetApplyStmt(
        "SELECT it.ordinal, it.outcome, it.budgets, it.detail::text FROM public.budget_apply($1, $2::jsonb, $3::jsonb, $4) AS it",
        None,
    )
}
impl BudgetApplyStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql, T2: crate::JsonSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        subjects: &'a T1,
        operations: &'a T2,
        now: &'a jiff::Timestamp,
    ) -> BudgetApplyQuery<'c, 'a, 's, C, BudgetApply, 4> {
        BudgetApplyQuery {
            client,
            params: [tenant_id, subjects, operations, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BudgetApplyBorrowed, tokio_postgres::Error> {
                    Ok(BudgetApplyBorrowed {
                        ordinal: row.try_get(0)?,
                        outcome: row.try_get(1)?,
                        budgets: row.try_get(2)?,
                        detail: row.try_get(3)?,
                    })
                },
            mapper: |it| BudgetApply::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql, T2: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        BudgetApplyParams<T1, T2>,
        BudgetApplyQuery<'c, 'a, 's, C, BudgetApply, 4>,
        C,
    > for BudgetApplyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a BudgetApplyParams<T1, T2>,
    ) -> BudgetApplyQuery<'c, 'a, 's, C, BudgetApply, 4> {
        self.bind(client, &params.tenant_id, &params.subjects, &params.operations, &params.now)
    }
}
pub struct DeleteEndedReservationsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_ended_reservations() -> DeleteEndedReservationsStmt {
    DeleteEndedReservationsStmt(
        "DELETE FROM public.budget_reservations AS r WHERE r.tenant_id = $1 AND r.id = ANY (ARRAY( SELECT ended.id FROM public.budget_reservations AS ended WHERE ended.tenant_id = $1 AND ended.ended_at < $2 ORDER BY ended.ended_at LIMIT $3 FOR UPDATE SKIP LOCKED ))",
        None,
    )
}
impl DeleteEndedReservationsStmt {
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
        before: &'a jiff::Timestamp,
        page_size: &'a i64,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, before, page_size],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteEndedReservationsParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteEndedReservationsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteEndedReservationsParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.before, &params.page_size))
    }
}
pub struct DeleteOldPeriodsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_old_periods() -> DeleteOldPeriodsStmt {
    DeleteOldPeriodsStmt("SELECT public.prune_budget_periods($1, $2)", None)
}
impl DeleteOldPeriodsStmt {
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
        before: &'a jiff::Timestamp,
        page_size: &'a i64,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [before, page_size],
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
        DeleteOldPeriodsParams,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for DeleteOldPeriodsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteOldPeriodsParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.before, &params.page_size)
    }
}
