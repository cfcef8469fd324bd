// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertApprovalRequestParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub requested_by: Option<uuid::Uuid>,
    pub risk_tier: T1,
    pub approval_subject: T2,
    pub payload: T3,
    pub required_approvers: i32,
    pub on_expiry: T4,
    pub expires_after_ms: Option<i64>,
}
#[derive(Clone, Copy, Debug)]
pub struct GetApprovalRequestParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListApprovalRequestsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub run_id: Option<uuid::Uuid>,
    pub status: Option<T1>,
    pub after_id: Option<uuid::Uuid>,
    pub after_created_at: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListApprovalDecisionsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub request_ids: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct LockApprovalRunParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetApproverParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
> {
    pub builtin_roles: T2,
    pub permission: T3,
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertApprovalDecisionParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub approval_request_id: uuid::Uuid,
    pub decided_by: uuid::Uuid,
    pub decision: T1,
    pub reason: Option<T2>,
    pub payload: Option<T3>,
    pub payload_changes: Option<T4>,
}
#[derive(Clone, Copy, Debug)]
pub struct WakeRunParams {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RefuseRunParams<T1: crate::StringSql> {
    pub error_message: T1,
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetRequestOfRunParams {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ExpireApprovalRequestParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct MarkNotifiedParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalRequest {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub step_name: Option<String>,
    pub workflow_name: String,
    pub requested_by: Option<uuid::Uuid>,
    pub risk_tier: String,
    pub approval_subject: String,
    pub approval_context: String,
    pub payload: String,
    pub required_approvers: i32,
    pub status: String,
    pub on_expiry: String,
    pub expires_at: Option<jiff::Timestamp>,
    pub notified_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
    pub approvals: i64,
}
pub struct ApprovalRequestBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub step_name: Option<&'a str>,
    pub workflow_name: &'a str,
    pub requested_by: Option<uuid::Uuid>,
    pub risk_tier: &'a str,
    pub approval_subject: &'a str,
    pub approval_context: &'a str,
    pub payload: &'a str,
    pub required_approvers: i32,
    pub status: &'a str,
    pub on_expiry: &'a str,
    pub expires_at: Option<jiff::Timestamp>,
    pub notified_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
    pub approvals: i64,
}
impl<'a> From<ApprovalRequestBorrowed<'a>> for ApprovalRequest {
    fn from(
        ApprovalRequestBorrowed {
            id,
            workspace_id,
            run_id,
            step_id,
            step_name,
            workflow_name,
            requested_by,
            risk_tier,
            approval_subject,
            approval_context,
            payload,
            required_approvers,
            status,
            on_expiry,
            expires_at,
            notified_at,
            finished_at,
            created_at,
            approvals,
        }: ApprovalRequestBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            run_id,
            step_id,
            step_name: step_name.map(|v| v.into()),
            workflow_name: workflow_name.into(),
            requested_by,
            risk_tier: risk_tier.into(),
            approval_subject: approval_subject.into(),
            approval_context: approval_context.into(),
            payload: payload.into(),
            required_approvers,
            status: status.into(),
            on_expiry: on_expiry.into(),
            expires_at,
            notified_at,
            finished_at,
            created_at,
            approvals,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalDecision {
    pub id: uuid::Uuid,
    pub approval_request_id: uuid::Uuid,
    pub decided_by: uuid::Uuid,
    pub display_name: String,
    pub decision: String,
    pub reason: Option<String>,
    pub payload: Option<String>,
    pub payload_changes: Option<String>,
    pub decided_at: jiff::Timestamp,
}
pub struct ApprovalDecisionBorrowed<'a> {
    pub id: uuid::Uuid,
    pub approval_request_id: uuid::Uuid,
    pub decided_by: uuid::Uuid,
    pub display_name: &'a str,
    pub decision: &'a str,
    pub reason: Option<&'a str>,
    pub payload: Option<&'a str>,
    pub payload_changes: Option<&'a str>,
    pub decided_at: jiff::Timestamp,
}
impl<'a> From<ApprovalDecisionBorrowed<'a>> for ApprovalDecision {
    fn from(
        ApprovalDecisionBorrowed {
            id,
            approval_request_id,
            decided_by,
            display_name,
            decision,
            reason,
            payload,
            payload_changes,
            decided_at,
        }: ApprovalDecisionBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            approval_request_id,
            decided_by,
            display_name: display_name.into(),
            decision: decision.into(),
            reason: reason.map(|v| v.into()),
            payload: payload.map(|v| v.into()),
            payload_changes: payload_changes.map(|v| v.into()),
            decided_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LockApprovalRun {
    pub id: uuid::Uuid,
    pub status: String,
}
pub struct LockApprovalRunBorrowed<'a> {
    pub id: uuid::Uuid,
    pub status: &'a str,
}
impl<'a> From<LockApprovalRunBorrowed<'a>> for LockApprovalRun {
    fn from(LockApprovalRunBorrowed { id, status }: LockApprovalRunBorrowed<'a>) -> Self {
        Self { id, status: status.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetApprover {
    pub r#type: String,
    pub is_active: bool,
    pub approval_tiers: String,
    pub roles: Vec<String>,
    pub holds_permission: bool,
}
pub struct GetApproverBorrowed<'a> {
    pub r#type: &'a str,
    pub is_active: bool,
    pub approval_tiers: &'a str,
    pub roles: crate::ArrayIterator<'a, &'a str>,
    pub holds_permission: bool,
}
impl<'a> From<GetApproverBorrowed<'a>> for GetApprover {
    fn from(
        GetApproverBorrowed {
            r#type,
            is_active,
            approval_tiers,
            roles,
            holds_permission,
        }: GetApproverBorrowed<'a>,
    ) -> Self {
        Self {
            r#type: r#type.into(),
            is_active,
            approval_tiers: approval_tiers.into(),
            roles: roles.map(|v| v.into()).collect(),
            holds_permission,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetRequestOfRun {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub step_name: Option<String>,
    pub sequence: Option<i32>,
    pub workflow_name: String,
    pub requested_by: Option<uuid::Uuid>,
    pub risk_tier: String,
    pub approval_subject: String,
    pub payload: String,
    pub required_approvers: i32,
    pub status: String,
    pub on_expiry: String,
    pub expires_at: Option<jiff::Timestamp>,
    pub notified_at: Option<jiff::Timestamp>,
    pub is_past: bool,
    pub age_ms: i64,
    pub approved_by: Vec<uuid::Uuid>,
}
pub struct GetRequestOfRunBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub step_name: Option<&'a str>,
    pub sequence: Option<i32>,
    pub workflow_name: &'a str,
    pub requested_by: Option<uuid::Uuid>,
    pub risk_tier: &'a str,
    pub approval_subject: &'a str,
    pub payload: &'a str,
    pub required_approvers: i32,
    pub status: &'a str,
    pub on_expiry: &'a str,
    pub expires_at: Option<jiff::Timestamp>,
    pub notified_at: Option<jiff::Timestamp>,
    pub is_past: bool,
    pub age_ms: i64,
    pub approved_by: crate::ArrayIterator<'a, uuid::Uuid>,
}
impl<'a> From<GetRequestOfRunBorrowed<'a>> for GetRequestOfRun {
    fn from(
        GetRequestOfRunBorrowed {
            id,
            workspace_id,
            step_id,
            step_name,
            sequence,
            workflow_name,
            requested_by,
            risk_tier,
            approval_subject,
            payload,
            required_approvers,
            status,
            on_expiry,
            expires_at,
            notified_at,
            is_past,
            age_ms,
            approved_by,
        }: GetRequestOfRunBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            step_id,
            step_name: step_name.map(|v| v.into()),
            sequence,
            workflow_name: workflow_name.into(),
            requested_by,
            risk_tier: risk_tier.into(),
            approval_subject: approval_subject.into(),
            payload: payload.into(),
            required_approvers,
            status: status.into(),
            on_expiry: on_expiry.into(),
            expires_at,
            notified_at,
            is_past,
            age_ms,
            approved_by: approved_by.map(|v| v).collect(),
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct OptionjiffTimestampQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<jiff::Timestamp>, tokio_postgres::Error>,
    mapper: fn(Option<jiff::Timestamp>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> OptionjiffTimestampQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(Option<jiff::Timestamp>) -> R,
    ) -> OptionjiffTimestampQuery<'c, 'a, 's, C, R, N> {
        OptionjiffTimestampQuery {
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
pub struct ApprovalRequestQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ApprovalRequestBorrowed, tokio_postgres::Error>,
    mapper: fn(ApprovalRequestBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ApprovalRequestQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ApprovalRequestBorrowed) -> R,
    ) -> ApprovalRequestQuery<'c, 'a, 's, C, R, N> {
        ApprovalRequestQuery {
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
pub struct ApprovalDecisionQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ApprovalDecisionBorrowed, tokio_postgres::Error>,
    mapper: fn(ApprovalDecisionBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ApprovalDecisionQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ApprovalDecisionBorrowed) -> R,
    ) -> ApprovalDecisionQuery<'c, 'a, 's, C, R, N> {
        ApprovalDecisionQuery {
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
pub struct LockApprovalRunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockApprovalRunBorrowed, tokio_postgres::Error>,
    mapper: fn(LockApprovalRunBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockApprovalRunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(LockApprovalRunBorrowed) -> R,
    ) -> LockApprovalRunQuery<'c, 'a, 's, C, R, N> {
        LockApprovalRunQuery {
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
pub struct GetApproverQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetApproverBorrowed, tokio_postgres::Error>,
    mapper: fn(GetApproverBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetApproverQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetApproverBorrowed) -> R,
    ) -> GetApproverQuery<'c, 'a, 's, C, R, N> {
        GetApproverQuery {
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
pub struct GetRequestOfRunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetRequestOfRunBorrowed, tokio_postgres::Error>,
    mapper: fn(GetRequestOfRunBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetRequestOfRunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetRequestOfRunBorrowed) -> R,
    ) -> GetRequestOfRunQuery<'c, 'a, 's, C, R, N> {
        GetRequestOfRunQuery {
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
pub struct InsertApprovalRequestStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_approval_request() -> InsertApprovalRequestStmt {
    InsertApprovalRequestStmt(
        "INSERT INTO public.approval_requests ( tenant_id, id, workspace_id, run_id, step_id, requested_by, risk_tier, approval_subject, approval_context, payload, required_approvers, on_expiry, expires_at ) SELECT $1, $2, $3, $4, $5::uuid, $6::uuid, $7::text::public.risk_tier, $8, $9, $9, $10, CASE WHEN asked.expires_at <= asked.run_ends_at OR asked.run_ends_at IS NULL THEN $11 ELSE 'reject' END, least(asked.expires_at, asked.run_ends_at) FROM ( SELECT clock_timestamp() + $12::bigint * interval '1 millisecond' AS expires_at, r.started_at + r.time_limit_ms * interval '1 millisecond' AS run_ends_at FROM public.runs AS r WHERE r.tenant_id = $1 AND r.id = $4 ) AS asked RETURNING expires_at",
        None,
    )
}
impl InsertApprovalRequestStmt {
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
        T3: crate::JsonSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        run_id: &'a uuid::Uuid,
        step_id: &'a Option<uuid::Uuid>,
        requested_by: &'a Option<uuid::Uuid>,
        risk_tier: &'a T1,
        approval_subject: &'a T2,
        payload: &'a T3,
        required_approvers: &'a i32,
        on_expiry: &'a T4,
        expires_after_ms: &'a Option<i64>,
    ) -> OptionjiffTimestampQuery<'c, 'a, 's, C, Option<jiff::Timestamp>, 12> {
        OptionjiffTimestampQuery {
            client,
            params: [
                tenant_id,
                id,
                workspace_id,
                run_id,
                step_id,
                requested_by,
                risk_tier,
                approval_subject,
                payload,
                required_approvers,
                on_expiry,
                expires_after_ms,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
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
    T3: crate::JsonSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertApprovalRequestParams<T1, T2, T3, T4>,
        OptionjiffTimestampQuery<'c, 'a, 's, C, Option<jiff::Timestamp>, 12>,
        C,
    > for InsertApprovalRequestStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertApprovalRequestParams<T1, T2, T3, T4>,
    ) -> OptionjiffTimestampQuery<'c, 'a, 's, C, Option<jiff::Timestamp>, 12> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.run_id,
            &params.step_id,
            &params.requested_by,
            &params.risk_tier,
            &params.approval_subject,
            &params.payload,
            &params.required_approvers,
            &params.on_expiry,
            &params.expires_after_ms,
        )
    }
}
pub struct GetApprovalRequestStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_approval_request() -> GetApprovalRequestStmt {
    GetApprovalRequestStmt(
        "SELECT a.id, a.workspace_id, a.run_id, a.step_id, s.step_name, w.name AS workflow_name, a.requested_by, a.risk_tier::text, a.approval_subject, a.approval_context::text, a.payload::text, a.required_approvers, a.status::text, a.on_expiry, a.expires_at, a.notified_at, a.finished_at, a.created_at, a.approvals::bigint AS approvals FROM public.approval_requests AS a JOIN public.runs AS r ON r.tenant_id = a.tenant_id AND r.id = a.run_id JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id LEFT JOIN public.steps AS s ON s.tenant_id = a.tenant_id AND s.id = a.step_id WHERE a.tenant_id = $1 AND a.id = $2",
        None,
    )
}
impl GetApprovalRequestStmt {
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
    ) -> ApprovalRequestQuery<'c, 'a, 's, C, ApprovalRequest, 2> {
        ApprovalRequestQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ApprovalRequestBorrowed, tokio_postgres::Error> {
                Ok(ApprovalRequestBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    run_id: row.try_get(2)?,
                    step_id: row.try_get(3)?,
                    step_name: row.try_get(4)?,
                    workflow_name: row.try_get(5)?,
                    requested_by: row.try_get(6)?,
                    risk_tier: row.try_get(7)?,
                    approval_subject: row.try_get(8)?,
                    approval_context: row.try_get(9)?,
                    payload: row.try_get(10)?,
                    required_approvers: row.try_get(11)?,
                    status: row.try_get(12)?,
                    on_expiry: row.try_get(13)?,
                    expires_at: row.try_get(14)?,
                    notified_at: row.try_get(15)?,
                    finished_at: row.try_get(16)?,
                    created_at: row.try_get(17)?,
                    approvals: row.try_get(18)?,
                })
            },
            mapper: |it| ApprovalRequest::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetApprovalRequestParams,
        ApprovalRequestQuery<'c, 'a, 's, C, ApprovalRequest, 2>,
        C,
    > for GetApprovalRequestStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetApprovalRequestParams,
    ) -> ApprovalRequestQuery<'c, 'a, 's, C, ApprovalRequest, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListApprovalRequestsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_approval_requests() -> ListApprovalRequestsStmt {
    ListApprovalRequestsStmt(
        "SELECT a.id, a.workspace_id, a.run_id, a.step_id, s.step_name, w.name AS workflow_name, a.requested_by, a.risk_tier::text, a.approval_subject, a.approval_context::text, a.payload::text, a.required_approvers, a.status::text, a.on_expiry, a.expires_at, a.notified_at, a.finished_at, a.created_at, a.approvals::bigint AS approvals FROM public.approval_requests AS a JOIN public.runs AS r ON r.tenant_id = a.tenant_id AND r.id = a.run_id JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id LEFT JOIN public.steps AS s ON s.tenant_id = a.tenant_id AND s.id = a.step_id WHERE a.tenant_id = $1 AND ($2::uuid IS NULL OR a.workspace_id = $2) AND ($3::uuid IS NULL OR a.run_id = $3) AND ($4::text IS NULL OR a.status = $4::public.approval_status) AND ($5::uuid IS NULL OR (a.created_at, a.id) < ($6::timestamptz, $5)) ORDER BY a.created_at DESC, a.id DESC LIMIT $7",
        None,
    )
}
impl ListApprovalRequestsStmt {
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
        workspace_id: &'a Option<uuid::Uuid>,
        run_id: &'a Option<uuid::Uuid>,
        status: &'a Option<T1>,
        after_id: &'a Option<uuid::Uuid>,
        after_created_at: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> ApprovalRequestQuery<'c, 'a, 's, C, ApprovalRequest, 7> {
        ApprovalRequestQuery {
            client,
            params: [
                tenant_id,
                workspace_id,
                run_id,
                status,
                after_id,
                after_created_at,
                page_size,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ApprovalRequestBorrowed, tokio_postgres::Error> {
                Ok(ApprovalRequestBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    run_id: row.try_get(2)?,
                    step_id: row.try_get(3)?,
                    step_name: row.try_get(4)?,
                    workflow_name: row.try_get(5)?,
                    requested_by: row.try_get(6)?,
                    risk_tier: row.try_get(7)?,
                    approval_subject: row.try_get(8)?,
                    approval_context: row.try_get(9)?,
                    payload: row.try_get(10)?,
                    required_approvers: row.try_get(11)?,
                    status: row.try_get(12)?,
                    on_expiry: row.try_get(13)?,
                    expires_at: row.try_get(14)?,
                    notified_at: row.try_get(15)?,
                    finished_at: row.try_get(16)?,
                    created_at: row.try_get(17)?,
                    approvals: row.try_get(18)?,
                })
            },
            mapper: |it| ApprovalRequest::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListApprovalRequestsParams<T1>,
        ApprovalRequestQuery<'c, 'a, 's, C, ApprovalRequest, 7>,
        C,
    > for ListApprovalRequestsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListApprovalRequestsParams<T1>,
    ) -> ApprovalRequestQuery<'c, 'a, 's, C, ApprovalRequest, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.workspace_id,
            &params.run_id,
            &params.status,
            &params.after_id,
            &params.after_created_at,
            &params.page_size,
        )
    }
}
pub struct ListApprovalDecisionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_approval_decisions() -> ListApprovalDecisionsStmt {
    ListApprovalDecisionsStmt(
        "SELECT d.id, d.approval_request_id, d.decided_by, p.display_name, d.decision, d.reason, d.payload::text, d.payload_changes::text, d.decided_at FROM public.approval_decisions AS d JOIN public.principals AS p ON p.tenant_id = d.tenant_id AND p.id = d.decided_by WHERE d.tenant_id = $1 AND d.approval_request_id = ANY ($2::uuid[]) ORDER BY d.decided_at, d.id",
        None,
    )
}
impl ListApprovalDecisionsStmt {
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
        request_ids: &'a T1,
    ) -> ApprovalDecisionQuery<'c, 'a, 's, C, ApprovalDecision, 2> {
        ApprovalDecisionQuery {
            client,
            params: [tenant_id, request_ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ApprovalDecisionBorrowed, tokio_postgres::Error> {
                Ok(ApprovalDecisionBorrowed {
                    id: row.try_get(0)?,
                    approval_request_id: row.try_get(1)?,
                    decided_by: row.try_get(2)?,
                    display_name: row.try_get(3)?,
                    decision: row.try_get(4)?,
                    reason: row.try_get(5)?,
                    payload: row.try_get(6)?,
                    payload_changes: row.try_get(7)?,
                    decided_at: row.try_get(8)?,
                })
            },
            mapper: |it| ApprovalDecision::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListApprovalDecisionsParams<T1>,
        ApprovalDecisionQuery<'c, 'a, 's, C, ApprovalDecision, 2>,
        C,
    > for ListApprovalDecisionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListApprovalDecisionsParams<T1>,
    ) -> ApprovalDecisionQuery<'c, 'a, 's, C, ApprovalDecision, 2> {
        self.bind(client, &params.tenant_id, &params.request_ids)
    }
}
pub struct LockApprovalRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_approval_run() -> LockApprovalRunStmt {
    LockApprovalRunStmt(
        "SELECT r.id, r.status::text FROM public.runs AS r JOIN public.approval_requests AS a ON a.tenant_id = r.tenant_id AND a.run_id = r.id WHERE a.tenant_id = $1 AND a.id = $2 FOR NO KEY UPDATE OF r",
        None,
    )
}
impl LockApprovalRunStmt {
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
    ) -> LockApprovalRunQuery<'c, 'a, 's, C, LockApprovalRun, 2> {
        LockApprovalRunQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<LockApprovalRunBorrowed, tokio_postgres::Error> {
                Ok(LockApprovalRunBorrowed {
                    id: row.try_get(0)?,
                    status: row.try_get(1)?,
                })
            },
            mapper: |it| LockApprovalRun::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockApprovalRunParams,
        LockApprovalRunQuery<'c, 'a, 's, C, LockApprovalRun, 2>,
        C,
    > for LockApprovalRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockApprovalRunParams,
    ) -> LockApprovalRunQuery<'c, 'a, 's, C, LockApprovalRun, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetApproverStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_approver() -> GetApproverStmt {
    GetApproverStmt(
        "WITH held AS ( SELECT r.name, CASE WHEN r.is_builtin THEN r.name = ANY ($1::text[]) ELSE $2 = ANY (r.permissions) END AS allows FROM public.rbac_bindings AS b JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id WHERE b.tenant_id = $3 AND b.principal_id = $4 AND (b.workspace_id IS NULL OR b.workspace_id = $5) AND (b.expires_at IS NULL OR b.expires_at > $6) ) SELECT p.type, p.is_active, coalesce(c.approval_tiers, '{}')::text AS approval_tiers, ARRAY(SELECT DISTINCT held.name FROM held ORDER BY held.name) AS roles, EXISTS (SELECT FROM held WHERE held.allows) AS holds_permission FROM public.principals AS p LEFT JOIN public.workspace_configs AS c ON c.tenant_id = $3 AND c.workspace_id = $5 WHERE p.tenant_id = $3 AND p.id = $4",
        None,
    )
}
impl GetApproverStmt {
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
    >(
        &'s self,
        client: &'c C,
        builtin_roles: &'a T2,
        permission: &'a T3,
        tenant_id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
    ) -> GetApproverQuery<'c, 'a, 's, C, GetApprover, 6> {
        GetApproverQuery {
            client,
            params: [builtin_roles, permission, tenant_id, principal_id, workspace_id, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetApproverBorrowed, tokio_postgres::Error> {
                    Ok(GetApproverBorrowed {
                        r#type: row.try_get(0)?,
                        is_active: row.try_get(1)?,
                        approval_tiers: row.try_get(2)?,
                        roles: row.try_get(3)?,
                        holds_permission: row.try_get(4)?,
                    })
                },
            mapper: |it| GetApprover::from(it),
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
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetApproverParams<T1, T2, T3>,
        GetApproverQuery<'c, 'a, 's, C, GetApprover, 6>,
        C,
    > for GetApproverStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetApproverParams<T1, T2, T3>,
    ) -> GetApproverQuery<'c, 'a, 's, C, GetApprover, 6> {
        self.bind(
            client,
            &params.builtin_roles,
            &params.permission,
            &params.tenant_id,
            &params.principal_id,
            &params.workspace_id,
            &params.now,
        )
    }
}
pub struct InsertApprovalDecisionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_approval_decision() -> InsertApprovalDecisionStmt {
    InsertApprovalDecisionStmt(
        "INSERT INTO public.approval_decisions ( tenant_id, id, approval_request_id, decided_by, decision, reason, payload, payload_changes ) VALUES ( $1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb ) RETURNING decided_at",
        None,
    )
}
impl InsertApprovalDecisionStmt {
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
        T3: crate::JsonSql,
        T4: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        approval_request_id: &'a uuid::Uuid,
        decided_by: &'a uuid::Uuid,
        decision: &'a T1,
        reason: &'a Option<T2>,
        payload: &'a Option<T3>,
        payload_changes: &'a Option<T4>,
    ) -> JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 8> {
        JiffTimestampQuery {
            client,
            params: [
                tenant_id,
                id,
                approval_request_id,
                decided_by,
                decision,
                reason,
                payload,
                payload_changes,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
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
    T3: crate::JsonSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertApprovalDecisionParams<T1, T2, T3, T4>,
        JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 8>,
        C,
    > for InsertApprovalDecisionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertApprovalDecisionParams<T1, T2, T3, T4>,
    ) -> JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 8> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.approval_request_id,
            &params.decided_by,
            &params.decision,
            &params.reason,
            &params.payload,
            &params.payload_changes,
        )
    }
}
pub struct WakeRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn wake_run() -> WakeRunStmt {
    WakeRunStmt(
        "UPDATE public.runs SET due_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2 AND status = 'waiting_approval'",
        None,
    )
}
impl WakeRunStmt {
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
        run_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, run_id]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        WakeRunParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for WakeRunStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a WakeRunParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.run_id))
    }
}
pub struct RefuseRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn refuse_run() -> RefuseRunStmt {
    RefuseRunStmt(
        "WITH refused AS ( UPDATE public.runs SET status = 'failed_terminal', due_at = NULL, finished_at = clock_timestamp(), error_message = $1 WHERE tenant_id = $2 AND id = $3 AND status = 'waiting_approval' RETURNING id ), steps AS ( UPDATE public.steps AS s SET status        = CASE WHEN s.status = 'waiting_approval' THEN 'failed_terminal' ELSE 'canceled' END::public.step_status, finished_at   = clock_timestamp(), error_message = CASE WHEN s.status = 'waiting_approval' THEN $1 ELSE s.error_message END FROM refused WHERE s.tenant_id = $2 AND s.run_id = refused.id AND s.status IN ('ready', 'waiting_approval') ) SELECT id FROM refused",
        None,
    )
}
impl RefuseRunStmt {
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
        error_message: &'a T1,
        tenant_id: &'a uuid::Uuid,
        run_id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        UuidUuidQuery {
            client,
            params: [error_message, tenant_id, run_id],
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
        RefuseRunParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3>,
        C,
    > for RefuseRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RefuseRunParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        self.bind(client, &params.error_message, &params.tenant_id, &params.run_id)
    }
}
pub struct GetRequestOfRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_request_of_run() -> GetRequestOfRunStmt {
    GetRequestOfRunStmt(
        "SELECT a.id, a.workspace_id, a.step_id, s.step_name, s.sequence, w.name AS workflow_name, a.requested_by, a.risk_tier::text, a.approval_subject, a.payload::text, a.required_approvers, a.status::text, a.on_expiry, a.expires_at, a.notified_at, coalesce(a.expires_at <= clock_timestamp(), false) AS is_past, (1000 * extract(epoch FROM clock_timestamp() - a.created_at))::bigint AS age_ms, ARRAY( SELECT d.decided_by FROM public.approval_decisions AS d WHERE d.tenant_id = a.tenant_id AND d.approval_request_id = a.id AND d.decision = 'approved' ORDER BY d.decided_at, d.id ) AS approved_by FROM public.approval_requests AS a JOIN public.runs AS r ON r.tenant_id = a.tenant_id AND r.id = a.run_id JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id LEFT JOIN public.steps AS s ON s.tenant_id = a.tenant_id AND s.id = a.step_id WHERE a.tenant_id = $1 AND a.run_id = $2 ORDER BY a.created_at DESC, a.id DESC LIMIT 1",
        None,
    )
}
impl GetRequestOfRunStmt {
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
        run_id: &'a uuid::Uuid,
    ) -> GetRequestOfRunQuery<'c, 'a, 's, C, GetRequestOfRun, 2> {
        GetRequestOfRunQuery {
            client,
            params: [tenant_id, run_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetRequestOfRunBorrowed, tokio_postgres::Error> {
                Ok(GetRequestOfRunBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    step_id: row.try_get(2)?,
                    step_name: row.try_get(3)?,
                    sequence: row.try_get(4)?,
                    workflow_name: row.try_get(5)?,
                    requested_by: row.try_get(6)?,
                    risk_tier: row.try_get(7)?,
                    approval_subject: row.try_get(8)?,
                    payload: row.try_get(9)?,
                    required_approvers: row.try_get(10)?,
                    status: row.try_get(11)?,
                    on_expiry: row.try_get(12)?,
                    expires_at: row.try_get(13)?,
                    notified_at: row.try_get(14)?,
                    is_past: row.try_get(15)?,
                    age_ms: row.try_get(16)?,
                    approved_by: row.try_get(17)?,
                })
            },
            mapper: |it| GetRequestOfRun::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetRequestOfRunParams,
        GetRequestOfRunQuery<'c, 'a, 's, C, GetRequestOfRun, 2>,
        C,
    > for GetRequestOfRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRequestOfRunParams,
    ) -> GetRequestOfRunQuery<'c, 'a, 's, C, GetRequestOfRun, 2> {
        self.bind(client, &params.tenant_id, &params.run_id)
    }
}
pub struct ExpireApprovalRequestStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn expire_approval_request() -> ExpireApprovalRequestStmt {
    ExpireApprovalRequestStmt(
        "UPDATE public.approval_requests SET status = 'expired', finished_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2 AND status = 'requested' AND expires_at <= clock_timestamp() RETURNING id",
        None,
    )
}
impl ExpireApprovalRequestStmt {
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
        ExpireApprovalRequestParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for ExpireApprovalRequestStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ExpireApprovalRequestParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct MarkNotifiedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn mark_notified() -> MarkNotifiedStmt {
    MarkNotifiedStmt(
        "UPDATE public.approval_requests SET notified_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2 AND notified_at IS NULL",
        None,
    )
}
impl MarkNotifiedStmt {
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
        MarkNotifiedParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for MarkNotifiedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a MarkNotifiedParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
