// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct CountWritesParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub writes: i32,
    pub cap: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct GetRunWorkspaceParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertRunsParams<T1: crate::StringSql, T2: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub trigger_type: T1,
    pub triggered_by: Option<uuid::Uuid>,
    pub time_limit_ms: Option<i64>,
    pub runs: T2,
}
#[derive(Debug)]
pub struct InsertStepsParams<T1: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub steps: T1,
}
#[derive(Debug)]
pub struct ListRunsByKeysParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub keys: T2,
}
#[derive(Debug)]
pub struct ListRunsByIdsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub ids: T1,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetRunParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListRunsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub workflow_id: Option<uuid::Uuid>,
    pub status: Option<T1>,
    pub after_id: Option<uuid::Uuid>,
    pub after_created_at: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ListStepsParams {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListToolCallsParams {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ClaimRunsParams<T1: crate::StringSql, T2: crate::ArraySql<Item = uuid::Uuid>> {
    pub worker: T1,
    pub limit: i32,
    pub lease_ms: i64,
    pub tenants: Option<T2>,
}
#[derive(Debug)]
pub struct BeginStepsParams<T1: crate::ArraySql<Item = uuid::Uuid>, T2: crate::ArraySql<Item = i64>>
{
    pub run_ids: T1,
    pub fencings: T2,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListOutputsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub run_ids: T1,
}
#[derive(Debug)]
pub struct FinishStepsParams<T1: crate::JsonSql> {
    pub items: T1,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListUsersOfRunsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub run_ids: T1,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListRecordedStepsParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::ArraySql<Item = i32>,
> {
    pub step_ids: T1,
    pub fencings: T2,
    pub statuses: T4,
    pub next_sequences: T5,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct HoldStepParams {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub fencing: i64,
    pub step_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ResumeRunParams {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub fencing: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct RestRunParams {
    pub rest_ms: Option<i64>,
    pub expires_at: Option<jiff::Timestamp>,
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub fencing: i64,
}
#[derive(Debug)]
pub struct RenewLeasesParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
> {
    pub run_ids: T1,
    pub fencings: T2,
    pub tenant_id: uuid::Uuid,
    pub lease_ms: i64,
}
#[derive(Debug)]
pub struct ReleaseRunsParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
> {
    pub run_ids: T1,
    pub fencings: T2,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct FailRunParams<T1: crate::StringSql> {
    pub error_message: T1,
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub fencing: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LockRunParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct CancelRunParams<T1: crate::StringSql> {
    pub reason: T1,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct CountOldRunsParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteOldRunsParams {
    pub batch: i64,
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct ForgetOldInputsParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub batch: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetRunWorkspace {
    pub data_persistence_mode: String,
    pub write_cap_per_minute: i32,
    pub approval_tiers: String,
}
pub struct GetRunWorkspaceBorrowed<'a> {
    pub data_persistence_mode: &'a str,
    pub write_cap_per_minute: i32,
    pub approval_tiers: &'a str,
}
impl<'a> From<GetRunWorkspaceBorrowed<'a>> for GetRunWorkspace {
    fn from(
        GetRunWorkspaceBorrowed {
            data_persistence_mode,
            write_cap_per_minute,
            approval_tiers,
        }: GetRunWorkspaceBorrowed<'a>,
    ) -> Self {
        Self {
            data_persistence_mode: data_persistence_mode.into(),
            write_cap_per_minute,
            approval_tiers: approval_tiers.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct InsertRuns {
    pub id: uuid::Uuid,
    pub created_at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub workflow_name: String,
    pub version: String,
    pub trigger_type: String,
    pub trigger_ref: Option<String>,
    pub triggered_by: Option<uuid::Uuid>,
    pub status: String,
    pub due_at: Option<jiff::Timestamp>,
    pub worker: Option<String>,
    pub fencing: i64,
    pub time_limit_ms: Option<i64>,
    pub started_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub input: Option<String>,
    pub input_metadata: String,
    pub output: Option<String>,
    pub output_metadata: String,
    pub error_message: Option<String>,
    pub idempotency_key: Option<String>,
    pub request_digest: Vec<u8>,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct RunBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub workflow_name: &'a str,
    pub version: &'a str,
    pub trigger_type: &'a str,
    pub trigger_ref: Option<&'a str>,
    pub triggered_by: Option<uuid::Uuid>,
    pub status: &'a str,
    pub due_at: Option<jiff::Timestamp>,
    pub worker: Option<&'a str>,
    pub fencing: i64,
    pub time_limit_ms: Option<i64>,
    pub started_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub input: Option<&'a str>,
    pub input_metadata: &'a str,
    pub output: Option<&'a str>,
    pub output_metadata: &'a str,
    pub error_message: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
    pub request_digest: &'a [u8],
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<RunBorrowed<'a>> for Run {
    fn from(
        RunBorrowed {
            id,
            workspace_id,
            workflow_id,
            workflow_version_id,
            workflow_name,
            version,
            trigger_type,
            trigger_ref,
            triggered_by,
            status,
            due_at,
            worker,
            fencing,
            time_limit_ms,
            started_at,
            finished_at,
            input,
            input_metadata,
            output,
            output_metadata,
            error_message,
            idempotency_key,
            request_digest,
            metadata,
            created_at,
            updated_at,
        }: RunBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            workflow_id,
            workflow_version_id,
            workflow_name: workflow_name.into(),
            version: version.into(),
            trigger_type: trigger_type.into(),
            trigger_ref: trigger_ref.map(|v| v.into()),
            triggered_by,
            status: status.into(),
            due_at,
            worker: worker.map(|v| v.into()),
            fencing,
            time_limit_ms,
            started_at,
            finished_at,
            input: input.map(|v| v.into()),
            input_metadata: input_metadata.into(),
            output: output.map(|v| v.into()),
            output_metadata: output_metadata.into(),
            error_message: error_message.map(|v| v.into()),
            idempotency_key: idempotency_key.map(|v| v.into()),
            request_digest: request_digest.into(),
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_name: String,
    pub step_type: String,
    pub sequence: i32,
    pub status: String,
    pub retry_count: i32,
    pub interruptions: i32,
    pub started_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub output: Option<String>,
    pub input_metadata: String,
    pub output_metadata: String,
    pub error_message: Option<String>,
    pub metadata: String,
}
pub struct StepBorrowed<'a> {
    pub id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_name: &'a str,
    pub step_type: &'a str,
    pub sequence: i32,
    pub status: &'a str,
    pub retry_count: i32,
    pub interruptions: i32,
    pub started_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub output: Option<&'a str>,
    pub input_metadata: &'a str,
    pub output_metadata: &'a str,
    pub error_message: Option<&'a str>,
    pub metadata: &'a str,
}
impl<'a> From<StepBorrowed<'a>> for Step {
    fn from(
        StepBorrowed {
            id,
            run_id,
            step_name,
            step_type,
            sequence,
            status,
            retry_count,
            interruptions,
            started_at,
            finished_at,
            output,
            input_metadata,
            output_metadata,
            error_message,
            metadata,
        }: StepBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            run_id,
            step_name: step_name.into(),
            step_type: step_type.into(),
            sequence,
            status: status.into(),
            retry_count,
            interruptions,
            started_at,
            finished_at,
            output: output.map(|v| v.into()),
            input_metadata: input_metadata.into(),
            output_metadata: output_metadata.into(),
            error_message: error_message.map(|v| v.into()),
            metadata: metadata.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    pub id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_id: uuid::Uuid,
    pub attempt: i32,
    pub ordinal: i32,
    pub tool_type: String,
    pub tool_name: String,
    pub input_data: Option<String>,
    pub input_metadata: String,
    pub output_data: Option<String>,
    pub output_metadata: String,
    pub error_message: Option<String>,
    pub usage_metadata: String,
    pub cost_in_cents: Option<String>,
    pub started_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
}
pub struct ToolCallBorrowed<'a> {
    pub id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub step_id: uuid::Uuid,
    pub attempt: i32,
    pub ordinal: i32,
    pub tool_type: &'a str,
    pub tool_name: &'a str,
    pub input_data: Option<&'a str>,
    pub input_metadata: &'a str,
    pub output_data: Option<&'a str>,
    pub output_metadata: &'a str,
    pub error_message: Option<&'a str>,
    pub usage_metadata: &'a str,
    pub cost_in_cents: Option<&'a str>,
    pub started_at: Option<jiff::Timestamp>,
    pub finished_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<ToolCallBorrowed<'a>> for ToolCall {
    fn from(
        ToolCallBorrowed {
            id,
            run_id,
            step_id,
            attempt,
            ordinal,
            tool_type,
            tool_name,
            input_data,
            input_metadata,
            output_data,
            output_metadata,
            error_message,
            usage_metadata,
            cost_in_cents,
            started_at,
            finished_at,
            created_at,
        }: ToolCallBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            run_id,
            step_id,
            attempt,
            ordinal,
            tool_type: tool_type.into(),
            tool_name: tool_name.into(),
            input_data: input_data.map(|v| v.into()),
            input_metadata: input_metadata.into(),
            output_data: output_data.map(|v| v.into()),
            output_metadata: output_metadata.into(),
            error_message: error_message.map(|v| v.into()),
            usage_metadata: usage_metadata.into(),
            cost_in_cents: cost_in_cents.map(|v| v.into()),
            started_at,
            finished_at,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRuns {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub fencing: i64,
    pub was: String,
}
pub struct ClaimRunsBorrowed<'a> {
    pub tenant_id: uuid::Uuid,
    pub run_id: uuid::Uuid,
    pub fencing: i64,
    pub was: &'a str,
}
impl<'a> From<ClaimRunsBorrowed<'a>> for ClaimRuns {
    fn from(ClaimRunsBorrowed { tenant_id, run_id, fencing, was }: ClaimRunsBorrowed<'a>) -> Self {
        Self { tenant_id, run_id, fencing, was: was.into() }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct MeasureDueRuns {
    pub tenants: i64,
    pub runs: i64,
    pub longest_ms: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedRun {
    pub run_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub time_limit_ms: Option<i64>,
    pub time_left_ms: Option<i64>,
    pub triggered_by: Option<uuid::Uuid>,
    pub started_at: jiff::Timestamp,
    pub trigger_type: String,
    pub input: Option<String>,
    pub input_metadata: String,
    pub run_metadata: String,
    pub data_persistence_mode: String,
    pub step_id: uuid::Uuid,
    pub step_name: String,
    pub sequence: i32,
    pub retry_count: i32,
    pub interruptions: i32,
}
pub struct ClaimedRunBorrowed<'a> {
    pub run_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub time_limit_ms: Option<i64>,
    pub time_left_ms: Option<i64>,
    pub triggered_by: Option<uuid::Uuid>,
    pub started_at: jiff::Timestamp,
    pub trigger_type: &'a str,
    pub input: Option<&'a str>,
    pub input_metadata: &'a str,
    pub run_metadata: &'a str,
    pub data_persistence_mode: &'a str,
    pub step_id: uuid::Uuid,
    pub step_name: &'a str,
    pub sequence: i32,
    pub retry_count: i32,
    pub interruptions: i32,
}
impl<'a> From<ClaimedRunBorrowed<'a>> for ClaimedRun {
    fn from(
        ClaimedRunBorrowed {
            run_id,
            workspace_id,
            workflow_version_id,
            time_limit_ms,
            time_left_ms,
            triggered_by,
            started_at,
            trigger_type,
            input,
            input_metadata,
            run_metadata,
            data_persistence_mode,
            step_id,
            step_name,
            sequence,
            retry_count,
            interruptions,
        }: ClaimedRunBorrowed<'a>,
    ) -> Self {
        Self {
            run_id,
            workspace_id,
            workflow_version_id,
            time_limit_ms,
            time_left_ms,
            triggered_by,
            started_at,
            trigger_type: trigger_type.into(),
            input: input.map(|v| v.into()),
            input_metadata: input_metadata.into(),
            run_metadata: run_metadata.into(),
            data_persistence_mode: data_persistence_mode.into(),
            step_id,
            step_name: step_name.into(),
            sequence,
            retry_count,
            interruptions,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListOutputs {
    pub run_id: uuid::Uuid,
    pub step_name: String,
    pub sequence: i32,
    pub output: Option<String>,
    pub output_metadata: String,
}
pub struct ListOutputsBorrowed<'a> {
    pub run_id: uuid::Uuid,
    pub step_name: &'a str,
    pub sequence: i32,
    pub output: Option<&'a str>,
    pub output_metadata: &'a str,
}
impl<'a> From<ListOutputsBorrowed<'a>> for ListOutputs {
    fn from(
        ListOutputsBorrowed {
            run_id,
            step_name,
            sequence,
            output,
            output_metadata,
        }: ListOutputsBorrowed<'a>,
    ) -> Self {
        Self {
            run_id,
            step_name: step_name.into(),
            sequence,
            output: output.map(|v| v.into()),
            output_metadata: output_metadata.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FinishSteps {
    pub run_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub next_step_id: Option<uuid::Uuid>,
    pub worker: Option<String>,
}
pub struct FinishStepsBorrowed<'a> {
    pub run_id: uuid::Uuid,
    pub step_id: Option<uuid::Uuid>,
    pub next_step_id: Option<uuid::Uuid>,
    pub worker: Option<&'a str>,
}
impl<'a> From<FinishStepsBorrowed<'a>> for FinishSteps {
    fn from(
        FinishStepsBorrowed { run_id, step_id, next_step_id, worker }: FinishStepsBorrowed<'a>,
    ) -> Self {
        Self { run_id, step_id, next_step_id, worker: worker.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ListUsersOfRuns {
    pub id: uuid::Uuid,
    pub triggered_by: Option<uuid::Uuid>,
    pub workflow_id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ListRecordedSteps {
    pub step_id: uuid::Uuid,
    pub next_step_id: Option<uuid::Uuid>,
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ResumeRun {
    pub id: uuid::Uuid,
    pub gate_id: Option<uuid::Uuid>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct FailRun {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub worker: Option<String>,
}
pub struct FailRunBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub worker: Option<&'a str>,
}
impl<'a> From<FailRunBorrowed<'a>> for FailRun {
    fn from(FailRunBorrowed { id, workspace_id, worker }: FailRunBorrowed<'a>) -> Self {
        Self { id, workspace_id, worker: worker.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LockRun {
    pub status: String,
    pub fencing: i64,
    pub workspace_id: uuid::Uuid,
}
pub struct LockRunBorrowed<'a> {
    pub status: &'a str,
    pub fencing: i64,
    pub workspace_id: uuid::Uuid,
}
impl<'a> From<LockRunBorrowed<'a>> for LockRun {
    fn from(LockRunBorrowed { status, fencing, workspace_id }: LockRunBorrowed<'a>) -> Self {
        Self { status: status.into(), fencing, workspace_id }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
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
pub struct GetRunWorkspaceQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetRunWorkspaceBorrowed, tokio_postgres::Error>,
    mapper: fn(GetRunWorkspaceBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetRunWorkspaceQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetRunWorkspaceBorrowed) -> R,
    ) -> GetRunWorkspaceQuery<'c, 'a, 's, C, R, N> {
        GetRunWorkspaceQuery {
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
pub struct InsertRunsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<InsertRuns, tokio_postgres::Error>,
    mapper: fn(InsertRuns) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> InsertRunsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(InsertRuns) -> R) -> InsertRunsQuery<'c, 'a, 's, C, R, N> {
        InsertRunsQuery {
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
pub struct RunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<RunBorrowed, tokio_postgres::Error>,
    mapper: fn(RunBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> RunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(RunBorrowed) -> R) -> RunQuery<'c, 'a, 's, C, R, N> {
        RunQuery {
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
pub struct StepQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<StepBorrowed, tokio_postgres::Error>,
    mapper: fn(StepBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> StepQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(StepBorrowed) -> R) -> StepQuery<'c, 'a, 's, C, R, N> {
        StepQuery {
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
pub struct ToolCallQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ToolCallBorrowed, tokio_postgres::Error>,
    mapper: fn(ToolCallBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ToolCallQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ToolCallBorrowed) -> R) -> ToolCallQuery<'c, 'a, 's, C, R, N> {
        ToolCallQuery {
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
pub struct ClaimRunsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ClaimRunsBorrowed, tokio_postgres::Error>,
    mapper: fn(ClaimRunsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ClaimRunsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ClaimRunsBorrowed) -> R) -> ClaimRunsQuery<'c, 'a, 's, C, R, N> {
        ClaimRunsQuery {
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
pub struct MeasureDueRunsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<MeasureDueRuns, tokio_postgres::Error>,
    mapper: fn(MeasureDueRuns) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> MeasureDueRunsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(MeasureDueRuns) -> R,
    ) -> MeasureDueRunsQuery<'c, 'a, 's, C, R, N> {
        MeasureDueRunsQuery {
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
pub struct ClaimedRunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ClaimedRunBorrowed, tokio_postgres::Error>,
    mapper: fn(ClaimedRunBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ClaimedRunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ClaimedRunBorrowed) -> R,
    ) -> ClaimedRunQuery<'c, 'a, 's, C, R, N> {
        ClaimedRunQuery {
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
pub struct ListOutputsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListOutputsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListOutputsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListOutputsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListOutputsBorrowed) -> R,
    ) -> ListOutputsQuery<'c, 'a, 's, C, R, N> {
        ListOutputsQuery {
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
pub struct FinishStepsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<FinishStepsBorrowed, tokio_postgres::Error>,
    mapper: fn(FinishStepsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FinishStepsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FinishStepsBorrowed) -> R,
    ) -> FinishStepsQuery<'c, 'a, 's, C, R, N> {
        FinishStepsQuery {
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
pub struct ListUsersOfRunsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListUsersOfRuns, tokio_postgres::Error>,
    mapper: fn(ListUsersOfRuns) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListUsersOfRunsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListUsersOfRuns) -> R,
    ) -> ListUsersOfRunsQuery<'c, 'a, 's, C, R, N> {
        ListUsersOfRunsQuery {
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
pub struct ListRecordedStepsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListRecordedSteps, tokio_postgres::Error>,
    mapper: fn(ListRecordedSteps) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListRecordedStepsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListRecordedSteps) -> R,
    ) -> ListRecordedStepsQuery<'c, 'a, 's, C, R, N> {
        ListRecordedStepsQuery {
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
pub struct ResumeRunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ResumeRun, tokio_postgres::Error>,
    mapper: fn(ResumeRun) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ResumeRunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ResumeRun) -> R) -> ResumeRunQuery<'c, 'a, 's, C, R, N> {
        ResumeRunQuery {
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
pub struct FailRunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<FailRunBorrowed, tokio_postgres::Error>,
    mapper: fn(FailRunBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FailRunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(FailRunBorrowed) -> R) -> FailRunQuery<'c, 'a, 's, C, R, N> {
        FailRunQuery {
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
pub struct LockRunQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockRunBorrowed, tokio_postgres::Error>,
    mapper: fn(LockRunBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockRunQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(LockRunBorrowed) -> R) -> LockRunQuery<'c, 'a, 's, C, R, N> {
        LockRunQuery {
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
pub struct CountWritesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_writes() -> CountWritesStmt {
    CountWritesStmt(
        "INSERT INTO public.workspace_writes AS w (tenant_id, id, workspace_id, minute, writes) SELECT $1, $2, $3, date_trunc('minute', $4::timestamptz, 'UTC'), $5::integer WHERE $5 <= $6::integer ON CONFLICT ON CONSTRAINT workspace_writes_workspace_key DO UPDATE SET minute = CASE WHEN w.minute = excluded.minute + interval '1 minute' THEN w.minute ELSE excluded.minute END, writes = excluded.writes + CASE WHEN w.minute IN (excluded.minute, excluded.minute + interval '1 minute') THEN w.writes ELSE 0 END WHERE excluded.writes + CASE WHEN w.minute IN (excluded.minute, excluded.minute + interval '1 minute') THEN w.writes ELSE 0 END <= $6 RETURNING w.writes",
        None,
    )
}
impl CountWritesStmt {
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
        workspace_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
        writes: &'a i32,
        cap: &'a i32,
    ) -> I32Query<'c, 'a, 's, C, i32, 6> {
        I32Query {
            client,
            params: [tenant_id, id, workspace_id, now, writes, cap],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, CountWritesParams, I32Query<'c, 'a, 's, C, i32, 6>, C>
    for CountWritesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountWritesParams,
    ) -> I32Query<'c, 'a, 's, C, i32, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.now,
            &params.writes,
            &params.cap,
        )
    }
}
pub struct GetRunWorkspaceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_run_workspace() -> GetRunWorkspaceStmt {
    GetRunWorkspaceStmt(
        "SELECT w.data_persistence_mode, coalesce(c.write_cap_per_minute, 1000) AS write_cap_per_minute, coalesce(c.approval_tiers, '{}')::text AS approval_tiers FROM public.workspaces AS w LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id WHERE w.tenant_id = $1 AND w.id = $2",
        None,
    )
}
impl GetRunWorkspaceStmt {
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
        workspace_id: &'a uuid::Uuid,
    ) -> GetRunWorkspaceQuery<'c, 'a, 's, C, GetRunWorkspace, 2> {
        GetRunWorkspaceQuery {
            client,
            params: [tenant_id, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetRunWorkspaceBorrowed, tokio_postgres::Error> {
                Ok(GetRunWorkspaceBorrowed {
                    data_persistence_mode: row.try_get(0)?,
                    write_cap_per_minute: row.try_get(1)?,
                    approval_tiers: row.try_get(2)?,
                })
            },
            mapper: |it| GetRunWorkspace::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetRunWorkspaceParams,
        GetRunWorkspaceQuery<'c, 'a, 's, C, GetRunWorkspace, 2>,
        C,
    > for GetRunWorkspaceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRunWorkspaceParams,
    ) -> GetRunWorkspaceQuery<'c, 'a, 's, C, GetRunWorkspace, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct InsertRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_runs() -> InsertRunsStmt {
    InsertRunsStmt(
        "INSERT INTO public.runs ( tenant_id, id, workspace_id, workflow_version_id, trigger_type, trigger_ref, triggered_by, status, due_at, time_limit_ms, input, input_metadata, idempotency_key, request_digest, metadata ) SELECT $1, new.id, $2, $3, $4, new.trigger_ref, $5::uuid, new.status, now(), $6::bigint, new.input, new.input_metadata, new.idempotency_key, decode(new.request_digest, 'hex'), new.metadata FROM jsonb_to_recordset($7::jsonb) AS new ( id uuid, idempotency_key text, request_digest text, input jsonb, input_metadata jsonb, status public.run_status, metadata jsonb, trigger_ref text ) ON CONFLICT (tenant_id, workspace_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id, created_at",
        None,
    )
}
impl InsertRunsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::JsonSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        workflow_version_id: &'a uuid::Uuid,
        trigger_type: &'a T1,
        triggered_by: &'a Option<uuid::Uuid>,
        time_limit_ms: &'a Option<i64>,
        runs: &'a T2,
    ) -> InsertRunsQuery<'c, 'a, 's, C, InsertRuns, 7> {
        InsertRunsQuery {
            client,
            params: [
                tenant_id,
                workspace_id,
                workflow_version_id,
                trigger_type,
                triggered_by,
                time_limit_ms,
                runs,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<InsertRuns, tokio_postgres::Error> {
                Ok(InsertRuns { id: row.try_get(0)?, created_at: row.try_get(1)? })
            },
            mapper: |it| InsertRuns::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertRunsParams<T1, T2>,
        InsertRunsQuery<'c, 'a, 's, C, InsertRuns, 7>,
        C,
    > for InsertRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertRunsParams<T1, T2>,
    ) -> InsertRunsQuery<'c, 'a, 's, C, InsertRuns, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.workspace_id,
            &params.workflow_version_id,
            &params.trigger_type,
            &params.triggered_by,
            &params.time_limit_ms,
            &params.runs,
        )
    }
}
pub struct InsertStepsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_steps() -> InsertStepsStmt {
    InsertStepsStmt(
        "INSERT INTO public.steps (tenant_id, id, workspace_id, run_id, step_name, step_type, sequence, input_metadata) SELECT $1, new.id, $2, new.run_id, new.step_name, new.step_type, new.sequence, new.input_metadata FROM jsonb_to_recordset($3::jsonb) AS new ( id uuid, run_id uuid, step_name text, step_type text, sequence integer, input_metadata jsonb )",
        None,
    )
}
impl InsertStepsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        steps: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, workspace_id, steps],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::JsonSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertStepsParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertStepsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertStepsParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.workspace_id, &params.steps))
    }
}
pub struct ListRunsByKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_runs_by_keys() -> ListRunsByKeysStmt {
    ListRunsByKeysStmt(
        "SELECT r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref, r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, r.input::text, r.input_metadata::text, r.output::text, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest, r.metadata::text, r.created_at, r.updated_at FROM public.runs AS r JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id WHERE r.tenant_id = $1 AND r.workspace_id = $2 AND r.idempotency_key = ANY ($3::text[])",
        None,
    )
}
impl ListRunsByKeysStmt {
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
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        keys: &'a T2,
    ) -> RunQuery<'c, 'a, 's, C, Run, 3> {
        RunQuery {
            client,
            params: [tenant_id, workspace_id, keys],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RunBorrowed, tokio_postgres::Error> {
                Ok(RunBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_id: row.try_get(2)?,
                    workflow_version_id: row.try_get(3)?,
                    workflow_name: row.try_get(4)?,
                    version: row.try_get(5)?,
                    trigger_type: row.try_get(6)?,
                    trigger_ref: row.try_get(7)?,
                    triggered_by: row.try_get(8)?,
                    status: row.try_get(9)?,
                    due_at: row.try_get(10)?,
                    worker: row.try_get(11)?,
                    fencing: row.try_get(12)?,
                    time_limit_ms: row.try_get(13)?,
                    started_at: row.try_get(14)?,
                    finished_at: row.try_get(15)?,
                    input: row.try_get(16)?,
                    input_metadata: row.try_get(17)?,
                    output: row.try_get(18)?,
                    output_metadata: row.try_get(19)?,
                    error_message: row.try_get(20)?,
                    idempotency_key: row.try_get(21)?,
                    request_digest: row.try_get(22)?,
                    metadata: row.try_get(23)?,
                    created_at: row.try_get(24)?,
                    updated_at: row.try_get(25)?,
                })
            },
            mapper: |it| Run::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::ArraySql<Item = T1>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListRunsByKeysParams<T1, T2>,
        RunQuery<'c, 'a, 's, C, Run, 3>,
        C,
    > for ListRunsByKeysStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRunsByKeysParams<T1, T2>,
    ) -> RunQuery<'c, 'a, 's, C, Run, 3> {
        self.bind(client, &params.tenant_id, &params.workspace_id, &params.keys)
    }
}
pub struct ListRunsByIdsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_runs_by_ids() -> ListRunsByIdsStmt {
    ListRunsByIdsStmt(
        "SELECT r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref, r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, r.input::text, r.input_metadata::text, r.output::text, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest, r.metadata::text, r.created_at, r.updated_at FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) AS named CROSS JOIN LATERAL (SELECT r.* FROM public.runs AS r WHERE r.tenant_id = $2 AND r.id = named.id OFFSET 0) AS r JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id WHERE v.tenant_id = $2 AND w.tenant_id = $2",
        None,
    )
}
impl ListRunsByIdsStmt {
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
        tenant_id: &'a uuid::Uuid,
    ) -> RunQuery<'c, 'a, 's, C, Run, 2> {
        RunQuery {
            client,
            params: [ids, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RunBorrowed, tokio_postgres::Error> {
                Ok(RunBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_id: row.try_get(2)?,
                    workflow_version_id: row.try_get(3)?,
                    workflow_name: row.try_get(4)?,
                    version: row.try_get(5)?,
                    trigger_type: row.try_get(6)?,
                    trigger_ref: row.try_get(7)?,
                    triggered_by: row.try_get(8)?,
                    status: row.try_get(9)?,
                    due_at: row.try_get(10)?,
                    worker: row.try_get(11)?,
                    fencing: row.try_get(12)?,
                    time_limit_ms: row.try_get(13)?,
                    started_at: row.try_get(14)?,
                    finished_at: row.try_get(15)?,
                    input: row.try_get(16)?,
                    input_metadata: row.try_get(17)?,
                    output: row.try_get(18)?,
                    output_metadata: row.try_get(19)?,
                    error_message: row.try_get(20)?,
                    idempotency_key: row.try_get(21)?,
                    request_digest: row.try_get(22)?,
                    metadata: row.try_get(23)?,
                    created_at: row.try_get(24)?,
                    updated_at: row.try_get(25)?,
                })
            },
            mapper: |it| Run::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListRunsByIdsParams<T1>,
        RunQuery<'c, 'a, 's, C, Run, 2>,
        C,
    > for ListRunsByIdsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRunsByIdsParams<T1>,
    ) -> RunQuery<'c, 'a, 's, C, Run, 2> {
        self.bind(client, &params.ids, &params.tenant_id)
    }
}
pub struct GetRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_run() -> GetRunStmt {
    GetRunStmt(
        "SELECT r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref, r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, r.input::text, r.input_metadata::text, r.output::text, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest, r.metadata::text, r.created_at, r.updated_at FROM public.runs AS r JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id WHERE r.tenant_id = $1 AND r.id = $2",
        None,
    )
}
impl GetRunStmt {
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
    ) -> RunQuery<'c, 'a, 's, C, Run, 2> {
        RunQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RunBorrowed, tokio_postgres::Error> {
                Ok(RunBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_id: row.try_get(2)?,
                    workflow_version_id: row.try_get(3)?,
                    workflow_name: row.try_get(4)?,
                    version: row.try_get(5)?,
                    trigger_type: row.try_get(6)?,
                    trigger_ref: row.try_get(7)?,
                    triggered_by: row.try_get(8)?,
                    status: row.try_get(9)?,
                    due_at: row.try_get(10)?,
                    worker: row.try_get(11)?,
                    fencing: row.try_get(12)?,
                    time_limit_ms: row.try_get(13)?,
                    started_at: row.try_get(14)?,
                    finished_at: row.try_get(15)?,
                    input: row.try_get(16)?,
                    input_metadata: row.try_get(17)?,
                    output: row.try_get(18)?,
                    output_metadata: row.try_get(19)?,
                    error_message: row.try_get(20)?,
                    idempotency_key: row.try_get(21)?,
                    request_digest: row.try_get(22)?,
                    metadata: row.try_get(23)?,
                    created_at: row.try_get(24)?,
                    updated_at: row.try_get(25)?,
                })
            },
            mapper: |it| Run::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetRunParams, RunQuery<'c, 'a, 's, C, Run, 2>, C>
    for GetRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRunParams,
    ) -> RunQuery<'c, 'a, 's, C, Run, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_runs() -> ListRunsStmt {
    ListRunsStmt(
        "SELECT r.id, r.workspace_id, v.workflow_id, r.workflow_version_id, w.name AS workflow_name, v.version, r.trigger_type, r.trigger_ref, r.triggered_by, r.status::text, r.due_at, r.worker, r.fencing, r.time_limit_ms, r.started_at, r.finished_at, NULL::text AS input, r.input_metadata::text, NULL::text AS output, r.output_metadata::text, r.error_message, r.idempotency_key, r.request_digest, r.metadata::text, r.created_at, r.updated_at FROM public.runs AS r JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id JOIN public.workflows AS w ON w.tenant_id = v.tenant_id AND w.id = v.workflow_id WHERE r.tenant_id = $1 AND ($2::uuid IS NULL OR r.workspace_id = $2) AND ($3::uuid IS NULL OR v.workflow_id = $3) AND ($4::text IS NULL OR r.status = $4::public.run_status) AND ($5::uuid IS NULL OR (r.created_at, r.id) < ($6::timestamptz, $5)) ORDER BY r.created_at DESC, r.id DESC LIMIT $7",
        None,
    )
}
impl ListRunsStmt {
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
        workflow_id: &'a Option<uuid::Uuid>,
        status: &'a Option<T1>,
        after_id: &'a Option<uuid::Uuid>,
        after_created_at: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> RunQuery<'c, 'a, 's, C, Run, 7> {
        RunQuery {
            client,
            params: [
                tenant_id,
                workspace_id,
                workflow_id,
                status,
                after_id,
                after_created_at,
                page_size,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RunBorrowed, tokio_postgres::Error> {
                Ok(RunBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_id: row.try_get(2)?,
                    workflow_version_id: row.try_get(3)?,
                    workflow_name: row.try_get(4)?,
                    version: row.try_get(5)?,
                    trigger_type: row.try_get(6)?,
                    trigger_ref: row.try_get(7)?,
                    triggered_by: row.try_get(8)?,
                    status: row.try_get(9)?,
                    due_at: row.try_get(10)?,
                    worker: row.try_get(11)?,
                    fencing: row.try_get(12)?,
                    time_limit_ms: row.try_get(13)?,
                    started_at: row.try_get(14)?,
                    finished_at: row.try_get(15)?,
                    input: row.try_get(16)?,
                    input_metadata: row.try_get(17)?,
                    output: row.try_get(18)?,
                    output_metadata: row.try_get(19)?,
                    error_message: row.try_get(20)?,
                    idempotency_key: row.try_get(21)?,
                    request_digest: row.try_get(22)?,
                    metadata: row.try_get(23)?,
                    created_at: row.try_get(24)?,
                    updated_at: row.try_get(25)?,
                })
            },
            mapper: |it| Run::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListRunsParams<T1>,
        RunQuery<'c, 'a, 's, C, Run, 7>,
        C,
    > for ListRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRunsParams<T1>,
    ) -> RunQuery<'c, 'a, 's, C, Run, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.workspace_id,
            &params.workflow_id,
            &params.status,
            &params.after_id,
            &params.after_created_at,
            &params.page_size,
        )
    }
}
pub struct ListStepsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_steps() -> ListStepsStmt {
    ListStepsStmt(
        "SELECT id, run_id, step_name, step_type, sequence, status::text, retry_count, interruptions, started_at, finished_at, output::text, input_metadata::text, output_metadata::text, error_message, metadata::text FROM public.steps WHERE tenant_id = $1 AND run_id = $2 ORDER BY sequence",
        None,
    )
}
impl ListStepsStmt {
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
    ) -> StepQuery<'c, 'a, 's, C, Step, 2> {
        StepQuery {
            client,
            params: [tenant_id, run_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<StepBorrowed, tokio_postgres::Error> {
                Ok(StepBorrowed {
                    id: row.try_get(0)?,
                    run_id: row.try_get(1)?,
                    step_name: row.try_get(2)?,
                    step_type: row.try_get(3)?,
                    sequence: row.try_get(4)?,
                    status: row.try_get(5)?,
                    retry_count: row.try_get(6)?,
                    interruptions: row.try_get(7)?,
                    started_at: row.try_get(8)?,
                    finished_at: row.try_get(9)?,
                    output: row.try_get(10)?,
                    input_metadata: row.try_get(11)?,
                    output_metadata: row.try_get(12)?,
                    error_message: row.try_get(13)?,
                    metadata: row.try_get(14)?,
                })
            },
            mapper: |it| Step::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListStepsParams, StepQuery<'c, 'a, 's, C, Step, 2>, C>
    for ListStepsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListStepsParams,
    ) -> StepQuery<'c, 'a, 's, C, Step, 2> {
        self.bind(client, &params.tenant_id, &params.run_id)
    }
}
pub struct ListToolCallsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tool_calls() -> ListToolCallsStmt {
    ListToolCallsStmt(
        "SELECT id, run_id, step_id, attempt, ordinal, tool_type, tool_name, input_data::text, input_metadata::text, output_data::text, output_metadata::text, error_message, usage_metadata::text, cost_in_cents::text, started_at, finished_at, created_at FROM public.tool_calls WHERE tenant_id = $1 AND run_id = $2 ORDER BY created_at, step_id, attempt, ordinal",
        None,
    )
}
impl ListToolCallsStmt {
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
    ) -> ToolCallQuery<'c, 'a, 's, C, ToolCall, 2> {
        ToolCallQuery {
            client,
            params: [tenant_id, run_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ToolCallBorrowed, tokio_postgres::Error> {
                    Ok(ToolCallBorrowed {
                        id: row.try_get(0)?,
                        run_id: row.try_get(1)?,
                        step_id: row.try_get(2)?,
                        attempt: row.try_get(3)?,
                        ordinal: row.try_get(4)?,
                        tool_type: row.try_get(5)?,
                        tool_name: row.try_get(6)?,
                        input_data: row.try_get(7)?,
                        input_metadata: row.try_get(8)?,
                        output_data: row.try_get(9)?,
                        output_metadata: row.try_get(10)?,
                        error_message: row.try_get(11)?,
                        usage_metadata: row.try_get(12)?,
                        cost_in_cents: row.try_get(13)?,
                        started_at: row.try_get(14)?,
                        finished_at: row.try_get(15)?,
                        created_at: row.try_get(16)?,
                    })
                },
            mapper: |it| ToolCall::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListToolCallsParams,
        ToolCallQuery<'c, 'a, 's, C, ToolCall, 2>,
        C,
    > for ListToolCallsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListToolCallsParams,
    ) -> ToolCallQuery<'c, 'a, 's, C, ToolCall, 2> {
        self.bind(client, &params.tenant_id, &params.run_id)
    }
}
pub struct ClaimRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn claim_runs() -> ClaimRunsStmt {
    ClaimRunsStmt(
        "SELECT tenant_id, run_id, fencing, was::text FROM public.claim_runs($1, $2, $3, $4)",
        None,
    )
}
impl ClaimRunsStmt {
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
        T2: crate::ArraySql<Item = uuid::Uuid>,
    >(
        &'s self,
        client: &'c C,
        worker: &'a T1,
        limit: &'a i32,
        lease_ms: &'a i64,
        tenants: &'a Option<T2>,
    ) -> ClaimRunsQuery<'c, 'a, 's, C, ClaimRuns, 4> {
        ClaimRunsQuery {
            client,
            params: [worker, limit, lease_ms, tenants],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ClaimRunsBorrowed, tokio_postgres::Error> {
                    Ok(ClaimRunsBorrowed {
                        tenant_id: row.try_get(0)?,
                        run_id: row.try_get(1)?,
                        fencing: row.try_get(2)?,
                        was: row.try_get(3)?,
                    })
                },
            mapper: |it| ClaimRuns::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ClaimRunsParams<T1, T2>,
        ClaimRunsQuery<'c, 'a, 's, C, ClaimRuns, 4>,
        C,
    > for ClaimRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ClaimRunsParams<T1, T2>,
    ) -> ClaimRunsQuery<'c, 'a, 's, C, ClaimRuns, 4> {
        self.bind(client, &params.worker, &params.limit, &params.lease_ms, &params.tenants)
    }
}
pub struct MeasureDueRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn measure_due_runs() -> MeasureDueRunsStmt {
    MeasureDueRunsStmt("SELECT tenants, runs, longest_ms FROM public.measure_due_runs()", None)
}
impl MeasureDueRunsStmt {
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
    ) -> MeasureDueRunsQuery<'c, 'a, 's, C, MeasureDueRuns, 0> {
        MeasureDueRunsQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MeasureDueRuns, tokio_postgres::Error> {
                    Ok(MeasureDueRuns {
                        tenants: row.try_get(0)?,
                        runs: row.try_get(1)?,
                        longest_ms: row.try_get(2)?,
                    })
                },
            mapper: |it| MeasureDueRuns::from(it),
        }
    }
}
pub struct BeginStepsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn begin_steps() -> BeginStepsStmt {
    BeginStepsStmt(
        "WITH held AS ( SELECT held.* FROM ( SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS claim (run_id, fencing) ORDER BY run_id ) AS claim CROSS JOIN LATERAL ( SELECT r.id, r.fencing, r.workspace_id, r.workflow_version_id, r.time_limit_ms, r.triggered_by, r.started_at, r.input, r.input_metadata, r.trigger_type, r.metadata FROM public.runs AS r WHERE r.tenant_id = $3 AND r.id = claim.run_id AND r.fencing = claim.fencing AND r.status = 'running' FOR NO KEY UPDATE ) AS held ) UPDATE public.steps AS s SET status        = 'running', fencing       = held.fencing, interruptions = s.interruptions + CASE WHEN s.status = 'running' AND s.fencing < held.fencing THEN 1 ELSE 0 END, started_at    = coalesce(s.started_at, clock_timestamp()) FROM held JOIN public.workspaces AS w ON w.tenant_id = $3 AND w.id = held.workspace_id CROSS JOIN LATERAL ( SELECT n.id FROM public.steps AS n WHERE n.tenant_id = $3 AND n.run_id = held.id AND n.status IN ('ready', 'running') ORDER BY n.sequence LIMIT 1 ) AS next WHERE s.tenant_id = $3 AND s.id = next.id RETURNING held.id AS run_id, held.workspace_id, held.workflow_version_id, held.time_limit_ms, held.time_limit_ms - (extract(epoch FROM clock_timestamp() - held.started_at) * 1000)::bigint AS time_left_ms, held.triggered_by, held.started_at, held.trigger_type, held.input::text, held.input_metadata::text, held.metadata::text AS run_metadata, w.data_persistence_mode, s.id AS step_id, s.step_name, s.sequence, s.retry_count, s.interruptions",
        None,
    )
}
impl BeginStepsStmt {
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
        T2: crate::ArraySql<Item = i64>,
    >(
        &'s self,
        client: &'c C,
        run_ids: &'a T1,
        fencings: &'a T2,
        tenant_id: &'a uuid::Uuid,
    ) -> ClaimedRunQuery<'c, 'a, 's, C, ClaimedRun, 3> {
        ClaimedRunQuery {
            client,
            params: [run_ids, fencings, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ClaimedRunBorrowed, tokio_postgres::Error> {
                    Ok(ClaimedRunBorrowed {
                        run_id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        workflow_version_id: row.try_get(2)?,
                        time_limit_ms: row.try_get(3)?,
                        time_left_ms: row.try_get(4)?,
                        triggered_by: row.try_get(5)?,
                        started_at: row.try_get(6)?,
                        trigger_type: row.try_get(7)?,
                        input: row.try_get(8)?,
                        input_metadata: row.try_get(9)?,
                        run_metadata: row.try_get(10)?,
                        data_persistence_mode: row.try_get(11)?,
                        step_id: row.try_get(12)?,
                        step_name: row.try_get(13)?,
                        sequence: row.try_get(14)?,
                        retry_count: row.try_get(15)?,
                        interruptions: row.try_get(16)?,
                    })
                },
            mapper: |it| ClaimedRun::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        BeginStepsParams<T1, T2>,
        ClaimedRunQuery<'c, 'a, 's, C, ClaimedRun, 3>,
        C,
    > for BeginStepsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a BeginStepsParams<T1, T2>,
    ) -> ClaimedRunQuery<'c, 'a, 's, C, ClaimedRun, 3> {
        self.bind(client, &params.run_ids, &params.fencings, &params.tenant_id)
    }
}
pub struct ListOutputsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_outputs() -> ListOutputsStmt {
    ListOutputsStmt(
        "SELECT run_id, step_name, sequence, output::text, output_metadata::text FROM public.steps WHERE tenant_id = $1 AND run_id = ANY ($2::uuid[]) AND status = 'succeeded' ORDER BY run_id, sequence",
        None,
    )
}
impl ListOutputsStmt {
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
        run_ids: &'a T1,
    ) -> ListOutputsQuery<'c, 'a, 's, C, ListOutputs, 2> {
        ListOutputsQuery {
            client,
            params: [tenant_id, run_ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListOutputsBorrowed, tokio_postgres::Error> {
                    Ok(ListOutputsBorrowed {
                        run_id: row.try_get(0)?,
                        step_name: row.try_get(1)?,
                        sequence: row.try_get(2)?,
                        output: row.try_get(3)?,
                        output_metadata: row.try_get(4)?,
                    })
                },
            mapper: |it| ListOutputs::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListOutputsParams<T1>,
        ListOutputsQuery<'c, 'a, 's, C, ListOutputs, 2>,
        C,
    > for ListOutputsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListOutputsParams<T1>,
    ) -> ListOutputsQuery<'c, 'a, 's, C, ListOutputs, 2> {
        self.bind(client, &params.tenant_id, &params.run_ids)
    }
}
pub struct FinishStepsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn finish_steps() -> FinishStepsStmt {
    FinishStepsStmt(
        "WITH held AS MATERIALIZED ( SELECT item.*, run.worker FROM ( SELECT * FROM jsonb_to_recordset($1::jsonb) AS item ( run_id uuid, fencing bigint, step_id uuid, sequence integer, status public.step_status, output jsonb, output_metadata jsonb, error_message text, run_status public.run_status, run_output jsonb, run_output_metadata jsonb, run_error text, retry_in_ms bigint, next_sequence integer, skips boolean, attempt integer, tool_calls jsonb ) ORDER BY item.run_id ) AS item CROSS JOIN LATERAL ( SELECT r.worker FROM public.runs AS r WHERE r.tenant_id = $2 AND r.id = item.run_id AND r.fencing = item.fencing AND r.status = 'running' FOR NO KEY UPDATE ) AS run ), finished AS ( UPDATE public.steps AS s SET status          = held.status, finished_at     = CASE WHEN held.status <> 'failed_retryable' THEN clock_timestamp() END, output          = held.output, output_metadata = coalesce(held.output_metadata, '{}'), error_message   = held.error_message, retry_count     = s.retry_count + CASE WHEN held.status = 'failed_retryable' THEN 1 ELSE 0 END FROM held WHERE s.tenant_id = $2 AND s.run_id = ANY (ARRAY(SELECT named.run_id FROM held AS named)) AND s.id = held.step_id AND s.run_id = held.run_id AND s.status = 'running' AND s.fencing = held.fencing RETURNING held.* ), skipped AS ( UPDATE public.steps AS s SET status = 'canceled', finished_at = clock_timestamp() FROM finished WHERE finished.skips AND s.tenant_id = $2 AND s.run_id = finished.run_id AND s.status = 'ready' AND s.sequence > finished.sequence AND (finished.next_sequence IS NULL OR s.sequence < finished.next_sequence) ), begun AS ( UPDATE public.steps AS s SET status = 'running', fencing = finished.fencing, started_at = clock_timestamp() FROM finished WHERE s.tenant_id = $2 AND s.run_id = finished.run_id AND s.sequence = finished.next_sequence AND s.status = 'ready' RETURNING s.id, s.run_id ), moved AS ( UPDATE public.runs AS r SET status          = finished.run_status, due_at          = CASE WHEN finished.run_status = 'failed_retryable' THEN clock_timestamp() + finished.retry_in_ms * interval '1 millisecond' END, finished_at     = CASE WHEN finished.run_status <> 'failed_retryable' THEN clock_timestamp() END, output          = finished.run_output, output_metadata = coalesce(finished.run_output_metadata, '{}'), error_message   = finished.run_error FROM finished WHERE r.tenant_id = $2 AND r.id = finished.run_id AND finished.run_status <> 'running' ), logged AS ( INSERT INTO public.tool_calls ( tenant_id, id, run_id, step_id, attempt, ordinal, tool_type, tool_name, input_data, input_metadata, output_data, output_metadata, error_message, usage_metadata, cost_in_cents, started_at, finished_at ) SELECT $2, call.id, finished.run_id, finished.step_id, finished.attempt, call.ordinal, call.tool_type, call.tool_name, call.input_data, call.input_metadata, call.output_data, call.output_metadata, call.error_message, call.usage_metadata, call.cost_in_cents, call.started_at, call.finished_at FROM finished CROSS JOIN LATERAL jsonb_to_recordset(finished.tool_calls) AS call ( id uuid, ordinal integer, tool_type text, tool_name text, input_data jsonb, input_metadata jsonb, output_data jsonb, output_metadata jsonb, error_message text, usage_metadata jsonb, cost_in_cents numeric, started_at timestamptz, finished_at timestamptz ) ) SELECT run_id, step_id, NULL::uuid AS next_step_id, worker FROM finished UNION ALL SELECT run_id, NULL, id, NULL FROM begun",
        None,
    )
}
impl FinishStepsStmt {
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
        items: &'a T1,
        tenant_id: &'a uuid::Uuid,
    ) -> FinishStepsQuery<'c, 'a, 's, C, FinishSteps, 2> {
        FinishStepsQuery {
            client,
            params: [items, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<FinishStepsBorrowed, tokio_postgres::Error> {
                    Ok(FinishStepsBorrowed {
                        run_id: row.try_get(0)?,
                        step_id: row.try_get(1)?,
                        next_step_id: row.try_get(2)?,
                        worker: row.try_get(3)?,
                    })
                },
            mapper: |it| FinishSteps::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FinishStepsParams<T1>,
        FinishStepsQuery<'c, 'a, 's, C, FinishSteps, 2>,
        C,
    > for FinishStepsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FinishStepsParams<T1>,
    ) -> FinishStepsQuery<'c, 'a, 's, C, FinishSteps, 2> {
        self.bind(client, &params.items, &params.tenant_id)
    }
}
pub struct ListUsersOfRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_users_of_runs() -> ListUsersOfRunsStmt {
    ListUsersOfRunsStmt(
        "SELECT r.id, r.triggered_by, v.workflow_id FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) AS named CROSS JOIN LATERAL ( SELECT r.* FROM public.runs AS r WHERE r.tenant_id = $2 AND r.id = named.id OFFSET 0 ) AS r JOIN public.workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id WHERE v.tenant_id = $2",
        None,
    )
}
impl ListUsersOfRunsStmt {
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
        run_ids: &'a T1,
        tenant_id: &'a uuid::Uuid,
    ) -> ListUsersOfRunsQuery<'c, 'a, 's, C, ListUsersOfRuns, 2> {
        ListUsersOfRunsQuery {
            client,
            params: [run_ids, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListUsersOfRuns, tokio_postgres::Error> {
                    Ok(ListUsersOfRuns {
                        id: row.try_get(0)?,
                        triggered_by: row.try_get(1)?,
                        workflow_id: row.try_get(2)?,
                    })
                },
            mapper: |it| ListUsersOfRuns::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListUsersOfRunsParams<T1>,
        ListUsersOfRunsQuery<'c, 'a, 's, C, ListUsersOfRuns, 2>,
        C,
    > for ListUsersOfRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListUsersOfRunsParams<T1>,
    ) -> ListUsersOfRunsQuery<'c, 'a, 's, C, ListUsersOfRuns, 2> {
        self.bind(client, &params.run_ids, &params.tenant_id)
    }
}
pub struct ListRecordedStepsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_recorded_steps() -> ListRecordedStepsStmt {
    ListRecordedStepsStmt(
        "SELECT s.id AS step_id, next.id AS next_step_id FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::integer[]) AS told (step_id, fencing, status, next_sequence) JOIN public.steps AS s ON s.tenant_id = $5 AND s.id = told.step_id AND s.fencing = told.fencing AND s.status = told.status::public.step_status LEFT JOIN public.steps AS next ON next.tenant_id = $5 AND next.run_id = s.run_id AND next.sequence = told.next_sequence AND next.fencing = told.fencing AND next.status = 'running'",
        None,
    )
}
impl ListRecordedStepsStmt {
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
        T2: crate::ArraySql<Item = i64>,
        T3: crate::StringSql,
        T4: crate::ArraySql<Item = T3>,
        T5: crate::ArraySql<Item = i32>,
    >(
        &'s self,
        client: &'c C,
        step_ids: &'a T1,
        fencings: &'a T2,
        statuses: &'a T4,
        next_sequences: &'a T5,
        tenant_id: &'a uuid::Uuid,
    ) -> ListRecordedStepsQuery<'c, 'a, 's, C, ListRecordedSteps, 5> {
        ListRecordedStepsQuery {
            client,
            params: [step_ids, fencings, statuses, next_sequences, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListRecordedSteps, tokio_postgres::Error> {
                    Ok(ListRecordedSteps {
                        step_id: row.try_get(0)?,
                        next_step_id: row.try_get(1)?,
                    })
                },
            mapper: |it| ListRecordedSteps::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::ArraySql<Item = i32>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListRecordedStepsParams<T1, T2, T3, T4, T5>,
        ListRecordedStepsQuery<'c, 'a, 's, C, ListRecordedSteps, 5>,
        C,
    > for ListRecordedStepsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRecordedStepsParams<T1, T2, T3, T4, T5>,
    ) -> ListRecordedStepsQuery<'c, 'a, 's, C, ListRecordedSteps, 5> {
        self.bind(
            client,
            &params.step_ids,
            &params.fencings,
            &params.statuses,
            &params.next_sequences,
            &params.tenant_id,
        )
    }
}
pub struct HoldStepStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_step() -> HoldStepStmt {
    HoldStepStmt(
        "WITH held AS ( UPDATE public.runs SET status = 'waiting_approval', due_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2 AND fencing = $3 AND status = 'running' RETURNING id ) UPDATE public.steps AS s SET status = 'waiting_approval' FROM held WHERE s.tenant_id = $1 AND s.run_id = held.id AND s.id = $4 AND s.status = 'running' RETURNING s.id",
        None,
    )
}
impl HoldStepStmt {
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
        fencing: &'a i64,
        step_id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4> {
        UuidUuidQuery {
            client,
            params: [tenant_id, run_id, fencing, step_id],
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
        HoldStepParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4>,
        C,
    > for HoldStepStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a HoldStepParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4> {
        self.bind(client, &params.tenant_id, &params.run_id, &params.fencing, &params.step_id)
    }
}
pub struct ResumeRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn resume_run() -> ResumeRunStmt {
    ResumeRunStmt(
        "WITH resumed AS ( UPDATE public.runs SET status = 'running', started_at = coalesce(started_at, clock_timestamp()) WHERE tenant_id = $1 AND id = $2 AND fencing = $3 AND status = 'waiting_approval' RETURNING id, fencing ), gate AS ( UPDATE public.steps AS s SET status = 'running', fencing = resumed.fencing FROM resumed WHERE s.tenant_id = $1 AND s.run_id = resumed.id AND s.status = 'waiting_approval' RETURNING s.id ) SELECT resumed.id, gate.id AS gate_id FROM resumed LEFT JOIN gate ON true",
        None,
    )
}
impl ResumeRunStmt {
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
        fencing: &'a i64,
    ) -> ResumeRunQuery<'c, 'a, 's, C, ResumeRun, 3> {
        ResumeRunQuery {
            client,
            params: [tenant_id, run_id, fencing],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ResumeRun, tokio_postgres::Error> {
                Ok(ResumeRun { id: row.try_get(0)?, gate_id: row.try_get(1)? })
            },
            mapper: |it| ResumeRun::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ResumeRunParams,
        ResumeRunQuery<'c, 'a, 's, C, ResumeRun, 3>,
        C,
    > for ResumeRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ResumeRunParams,
    ) -> ResumeRunQuery<'c, 'a, 's, C, ResumeRun, 3> {
        self.bind(client, &params.tenant_id, &params.run_id, &params.fencing)
    }
}
pub struct RestRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rest_run() -> RestRunStmt {
    RestRunStmt(
        "UPDATE public.runs SET due_at = least(clock_timestamp() + $1::bigint * interval '1 millisecond', $2::timestamptz) WHERE tenant_id = $3 AND id = $4 AND fencing = $5 AND status = 'waiting_approval' RETURNING id",
        None,
    )
}
impl RestRunStmt {
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
        rest_ms: &'a Option<i64>,
        expires_at: &'a Option<jiff::Timestamp>,
        tenant_id: &'a uuid::Uuid,
        run_id: &'a uuid::Uuid,
        fencing: &'a i64,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 5> {
        UuidUuidQuery {
            client,
            params: [rest_ms, expires_at, tenant_id, run_id, fencing],
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
        RestRunParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 5>,
        C,
    > for RestRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RestRunParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 5> {
        self.bind(
            client,
            &params.rest_ms,
            &params.expires_at,
            &params.tenant_id,
            &params.run_id,
            &params.fencing,
        )
    }
}
pub struct RenewLeasesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn renew_leases() -> RenewLeasesStmt {
    RenewLeasesStmt(
        "WITH held AS ( SELECT held.id FROM ( SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS claim (run_id, fencing) ORDER BY run_id ) AS claim CROSS JOIN LATERAL ( SELECT r.id FROM public.runs AS r WHERE r.tenant_id = $3 AND r.id = claim.run_id AND r.fencing = claim.fencing AND r.status = 'running' FOR NO KEY UPDATE ) AS held ) UPDATE public.runs AS r SET due_at = clock_timestamp() + $4::bigint * interval '1 millisecond' FROM held WHERE r.tenant_id = $3 AND r.id = held.id RETURNING r.id",
        None,
    )
}
impl RenewLeasesStmt {
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
        T2: crate::ArraySql<Item = i64>,
    >(
        &'s self,
        client: &'c C,
        run_ids: &'a T1,
        fencings: &'a T2,
        tenant_id: &'a uuid::Uuid,
        lease_ms: &'a i64,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4> {
        UuidUuidQuery {
            client,
            params: [run_ids, fencings, tenant_id, lease_ms],
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
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RenewLeasesParams<T1, T2>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4>,
        C,
    > for RenewLeasesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RenewLeasesParams<T1, T2>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4> {
        self.bind(client, &params.run_ids, &params.fencings, &params.tenant_id, &params.lease_ms)
    }
}
pub struct ReleaseRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn release_runs() -> ReleaseRunsStmt {
    ReleaseRunsStmt(
        "WITH held AS MATERIALIZED ( SELECT held.* FROM ( SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS claim (run_id, fencing) ORDER BY run_id ) AS claim CROSS JOIN LATERAL ( SELECT r.id, r.fencing FROM public.runs AS r WHERE r.tenant_id = $3 AND r.id = claim.run_id AND r.fencing = claim.fencing AND r.status IN ('running', 'waiting_approval') FOR NO KEY UPDATE ) AS held ), steps AS ( UPDATE public.steps AS s SET fencing = held.fencing + 1 FROM held WHERE s.tenant_id = $3 AND s.run_id = held.id AND s.status = 'running' AND s.fencing = held.fencing ) UPDATE public.runs AS r SET due_at = clock_timestamp() FROM held WHERE r.tenant_id = $3 AND r.id = held.id RETURNING r.id",
        None,
    )
}
impl ReleaseRunsStmt {
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
        T2: crate::ArraySql<Item = i64>,
    >(
        &'s self,
        client: &'c C,
        run_ids: &'a T1,
        fencings: &'a T2,
        tenant_id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        UuidUuidQuery {
            client,
            params: [run_ids, fencings, tenant_id],
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
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = i64>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReleaseRunsParams<T1, T2>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3>,
        C,
    > for ReleaseRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReleaseRunsParams<T1, T2>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        self.bind(client, &params.run_ids, &params.fencings, &params.tenant_id)
    }
}
pub struct FailRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn fail_run() -> FailRunStmt {
    FailRunStmt(
        "WITH failed AS ( UPDATE public.runs SET status = 'failed_terminal', due_at = NULL, finished_at = clock_timestamp(), error_message = $1 WHERE tenant_id = $2 AND id = $3 AND fencing = $4 AND status IN ('running', 'waiting_approval') RETURNING id, workspace_id, worker ), steps AS ( UPDATE public.steps AS s SET status        = CASE WHEN s.status IN ('running', 'waiting_approval') THEN 'failed_terminal' ELSE 'canceled' END::public.step_status, finished_at   = clock_timestamp(), error_message = CASE WHEN s.status IN ('running', 'waiting_approval') THEN $1 ELSE s.error_message END FROM failed WHERE s.tenant_id = $2 AND s.run_id = failed.id AND s.status IN ('ready', 'running', 'waiting_approval', 'failed_retryable') ), requests AS ( UPDATE public.approval_requests AS a SET status = 'canceled', finished_at = clock_timestamp() FROM failed WHERE a.tenant_id = $2 AND a.run_id = failed.id AND a.status = 'requested' ) SELECT id, workspace_id, worker FROM failed",
        None,
    )
}
impl FailRunStmt {
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
        fencing: &'a i64,
    ) -> FailRunQuery<'c, 'a, 's, C, FailRun, 4> {
        FailRunQuery {
            client,
            params: [error_message, tenant_id, run_id, fencing],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<FailRunBorrowed, tokio_postgres::Error> {
                    Ok(FailRunBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        worker: row.try_get(2)?,
                    })
                },
            mapper: |it| FailRun::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FailRunParams<T1>,
        FailRunQuery<'c, 'a, 's, C, FailRun, 4>,
        C,
    > for FailRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FailRunParams<T1>,
    ) -> FailRunQuery<'c, 'a, 's, C, FailRun, 4> {
        self.bind(client, &params.error_message, &params.tenant_id, &params.run_id, &params.fencing)
    }
}
pub struct LockRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_run() -> LockRunStmt {
    LockRunStmt(
        "SELECT status::text, fencing, workspace_id FROM public.runs WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockRunStmt {
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
    ) -> LockRunQuery<'c, 'a, 's, C, LockRun, 2> {
        LockRunQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<LockRunBorrowed, tokio_postgres::Error> {
                    Ok(LockRunBorrowed {
                        status: row.try_get(0)?,
                        fencing: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                    })
                },
            mapper: |it| LockRun::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockRunParams,
        LockRunQuery<'c, 'a, 's, C, LockRun, 2>,
        C,
    > for LockRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockRunParams,
    ) -> LockRunQuery<'c, 'a, 's, C, LockRun, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct CancelRunStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn cancel_run() -> CancelRunStmt {
    CancelRunStmt(
        "WITH canceled AS ( UPDATE public.runs SET status = 'canceled', due_at = NULL, finished_at = clock_timestamp(), error_message = $1 WHERE tenant_id = $2 AND id = $3 AND status IN ('queued', 'running', 'waiting_approval', 'failed_retryable') RETURNING id ), steps AS ( UPDATE public.steps AS s SET status = 'canceled', finished_at = clock_timestamp() FROM canceled WHERE s.tenant_id = $2 AND s.run_id = canceled.id AND s.status IN ('ready', 'running', 'waiting_approval', 'failed_retryable') ), requests AS ( UPDATE public.approval_requests AS a SET status = 'canceled', finished_at = clock_timestamp() FROM canceled WHERE a.tenant_id = $2 AND a.run_id = canceled.id AND a.status = 'requested' ) SELECT id FROM canceled",
        None,
    )
}
impl CancelRunStmt {
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
        reason: &'a T1,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        UuidUuidQuery {
            client,
            params: [reason, tenant_id, id],
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
        CancelRunParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3>,
        C,
    > for CancelRunStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CancelRunParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        self.bind(client, &params.reason, &params.tenant_id, &params.id)
    }
}
pub struct CountOldRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_old_runs() -> CountOldRunsStmt {
    CountOldRunsStmt(
        "SELECT count(*) FROM public.workspaces AS w LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id JOIN public.runs AS r ON r.tenant_id = w.tenant_id AND r.workspace_id = w.id AND r.finished_at < now() - coalesce(c.retention_days, 90) * interval '1 day' WHERE w.tenant_id = $1 AND ($2::uuid IS NULL OR w.id = $2)",
        None,
    )
}
impl CountOldRunsStmt {
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
        workspace_id: &'a Option<uuid::Uuid>,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [tenant_id, workspace_id],
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
        CountOldRunsParams,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for CountOldRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountOldRunsParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct DeleteOldRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_old_runs() -> DeleteOldRunsStmt {
    DeleteOldRunsStmt(
        "WITH old AS ( SELECT oldest.id FROM public.workspaces AS w LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id CROSS JOIN LATERAL ( SELECT r.id FROM public.runs AS r WHERE r.tenant_id = w.tenant_id AND r.workspace_id = w.id AND r.finished_at < now() - coalesce(c.retention_days, 90) * interval '1 day' ORDER BY r.finished_at LIMIT $1 FOR UPDATE SKIP LOCKED ) AS oldest WHERE w.tenant_id = $2 AND ($3::uuid IS NULL OR w.id = $3) LIMIT $1 ), forgotten AS ( UPDATE public.policy_decisions AS d SET input = NULL FROM old WHERE d.tenant_id = $2 AND d.run_id = old.id AND d.input IS NOT NULL ) DELETE FROM public.runs AS r USING old WHERE r.tenant_id = $2 AND r.id = old.id RETURNING r.id",
        None,
    )
}
impl DeleteOldRunsStmt {
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
        batch: &'a i64,
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a Option<uuid::Uuid>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        UuidUuidQuery {
            client,
            params: [batch, tenant_id, workspace_id],
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
        DeleteOldRunsParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3>,
        C,
    > for DeleteOldRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteOldRunsParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        self.bind(client, &params.batch, &params.tenant_id, &params.workspace_id)
    }
}
pub struct ForgetOldInputsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn forget_old_inputs() -> ForgetOldInputsStmt {
    ForgetOldInputsStmt(
        "WITH old AS ( SELECT d.id FROM public.workspaces AS w LEFT JOIN public.workspace_configs AS c ON c.tenant_id = w.tenant_id AND c.workspace_id = w.id JOIN public.policy_decisions AS d ON d.tenant_id = w.tenant_id AND d.workspace_id = w.id AND d.created_at < now() - coalesce(c.retention_days, 90) * interval '1 day' WHERE w.tenant_id = $1 AND ($2::uuid IS NULL OR w.id = $2) AND d.run_id IS NULL AND d.input IS NOT NULL LIMIT $3 FOR NO KEY UPDATE OF d SKIP LOCKED ) UPDATE public.policy_decisions AS d SET input = NULL FROM old WHERE d.tenant_id = $1 AND d.id = old.id RETURNING d.id",
        None,
    )
}
impl ForgetOldInputsStmt {
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
        workspace_id: &'a Option<uuid::Uuid>,
        batch: &'a i64,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        UuidUuidQuery {
            client,
            params: [tenant_id, workspace_id, batch],
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
        ForgetOldInputsParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3>,
        C,
    > for ForgetOldInputsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ForgetOldInputsParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 3> {
        self.bind(client, &params.tenant_id, &params.workspace_id, &params.batch)
    }
}
