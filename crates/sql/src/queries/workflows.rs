// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertWorkflowParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: T1,
    pub description: T2,
    pub planner_type: T3,
    pub metadata: T4,
    pub created_by: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct UpdateWorkflowParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
> {
    pub name: T1,
    pub description: T2,
    pub planner_type: T3,
    pub metadata: T4,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetWorkflowParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetWorkflowByNameParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListWorkflowsParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LockWorkflowParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockWorkflowToDeleteParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct CountBindingsOfWorkflowParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteWorkflowParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertWorkflowVersionParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::BytesSql,
    T5: crate::JsonSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub version: T1,
    pub definition_yaml: T2,
    pub definition: T3,
    pub definition_digest: T4,
    pub model_pin: T5,
    pub risk_tier: T6,
    pub template_version_constraint: Option<T7>,
    pub published_by: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct SetLatestVersionParams {
    pub version_id: uuid::Uuid,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetWorkflowVersionParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetWorkflowVersionByNumberParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub version: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListWorkflowVersionsParams {
    pub tenant_id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListToolSchemasParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>> {
    pub tenant_id: uuid::Uuid,
    pub names: T2,
}
#[derive(Debug)]
pub struct ListUnknownAgentsParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>> {
    pub slugs: T2,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertPlanParams<
    T1: crate::JsonSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub state: T1,
    pub steps: T2,
    pub assignments: T3,
    pub cost: T4,
}
#[derive(Debug)]
pub struct UpdatePlanParams<
    T1: crate::JsonSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
> {
    pub state: T1,
    pub steps: T2,
    pub assignments: T3,
    pub cost: T4,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetPlanParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListPlansParams {
    pub tenant_id: uuid::Uuid,
    pub workflow_version_id: Option<uuid::Uuid>,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct DeletePlanParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: String,
    pub description: String,
    pub planner_type: String,
    pub latest_version_id: Option<uuid::Uuid>,
    pub latest_version: Option<String>,
    pub metadata: String,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct WorkflowBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub name: &'a str,
    pub description: &'a str,
    pub planner_type: &'a str,
    pub latest_version_id: Option<uuid::Uuid>,
    pub latest_version: Option<&'a str>,
    pub metadata: &'a str,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<WorkflowBorrowed<'a>> for Workflow {
    fn from(
        WorkflowBorrowed {
            id,
            workspace_id,
            name,
            description,
            planner_type,
            latest_version_id,
            latest_version,
            metadata,
            created_by,
            created_at,
            updated_at,
        }: WorkflowBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            name: name.into(),
            description: description.into(),
            planner_type: planner_type.into(),
            latest_version_id,
            latest_version: latest_version.map(|v| v.into()),
            metadata: metadata.into(),
            created_by,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LockWorkflow {
    pub workspace_id: uuid::Uuid,
    pub name: String,
}
pub struct LockWorkflowBorrowed<'a> {
    pub workspace_id: uuid::Uuid,
    pub name: &'a str,
}
impl<'a> From<LockWorkflowBorrowed<'a>> for LockWorkflow {
    fn from(LockWorkflowBorrowed { workspace_id, name }: LockWorkflowBorrowed<'a>) -> Self {
        Self { workspace_id, name: name.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowVersion {
    pub id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub version: String,
    pub definition_yaml: String,
    pub definition: String,
    pub definition_digest: Vec<u8>,
    pub model_pin: String,
    pub risk_tier: String,
    pub template_version_constraint: Option<String>,
    pub is_published: bool,
    pub published_by: Option<uuid::Uuid>,
    pub published_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
}
pub struct WorkflowVersionBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub version: &'a str,
    pub definition_yaml: &'a str,
    pub definition: &'a str,
    pub definition_digest: &'a [u8],
    pub model_pin: &'a str,
    pub risk_tier: &'a str,
    pub template_version_constraint: Option<&'a str>,
    pub is_published: bool,
    pub published_by: Option<uuid::Uuid>,
    pub published_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<WorkflowVersionBorrowed<'a>> for WorkflowVersion {
    fn from(
        WorkflowVersionBorrowed {
            id,
            workflow_id,
            version,
            definition_yaml,
            definition,
            definition_digest,
            model_pin,
            risk_tier,
            template_version_constraint,
            is_published,
            published_by,
            published_at,
            created_at,
        }: WorkflowVersionBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workflow_id,
            version: version.into(),
            definition_yaml: definition_yaml.into(),
            definition: definition.into(),
            definition_digest: definition_digest.into(),
            model_pin: model_pin.into(),
            risk_tier: risk_tier.into(),
            template_version_constraint: template_version_constraint.map(|v| v.into()),
            is_published,
            published_by,
            published_at,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListWorkflowVersions {
    pub id: uuid::Uuid,
    pub version: String,
    pub definition_digest: Vec<u8>,
    pub risk_tier: String,
    pub is_published: bool,
    pub published_by: Option<uuid::Uuid>,
    pub published_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
}
pub struct ListWorkflowVersionsBorrowed<'a> {
    pub id: uuid::Uuid,
    pub version: &'a str,
    pub definition_digest: &'a [u8],
    pub risk_tier: &'a str,
    pub is_published: bool,
    pub published_by: Option<uuid::Uuid>,
    pub published_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<ListWorkflowVersionsBorrowed<'a>> for ListWorkflowVersions {
    fn from(
        ListWorkflowVersionsBorrowed {
            id,
            version,
            definition_digest,
            risk_tier,
            is_published,
            published_by,
            published_at,
            created_at,
        }: ListWorkflowVersionsBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            version: version.into(),
            definition_digest: definition_digest.into(),
            risk_tier: risk_tier.into(),
            is_published,
            published_by,
            published_at,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListToolSchemas {
    pub id: uuid::Uuid,
    pub name: String,
    pub schema: String,
}
pub struct ListToolSchemasBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub schema: &'a str,
}
impl<'a> From<ListToolSchemasBorrowed<'a>> for ListToolSchemas {
    fn from(ListToolSchemasBorrowed { id, name, schema }: ListToolSchemasBorrowed<'a>) -> Self {
        Self { id, name: name.into(), schema: schema.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub state: String,
    pub steps: String,
    pub assignments: String,
    pub cost: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct PlanBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workflow_version_id: uuid::Uuid,
    pub state: &'a str,
    pub steps: &'a str,
    pub assignments: &'a str,
    pub cost: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<PlanBorrowed<'a>> for Plan {
    fn from(
        PlanBorrowed {
            id,
            workflow_version_id,
            state,
            steps,
            assignments,
            cost,
            created_at,
            updated_at,
        }: PlanBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workflow_version_id,
            state: state.into(),
            steps: steps.into(),
            assignments: assignments.into(),
            cost: cost.into(),
            created_at,
            updated_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
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
pub struct WorkflowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<WorkflowBorrowed, tokio_postgres::Error>,
    mapper: fn(WorkflowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> WorkflowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(WorkflowBorrowed) -> R) -> WorkflowQuery<'c, 'a, 's, C, R, N> {
        WorkflowQuery {
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
pub struct LockWorkflowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockWorkflowBorrowed, tokio_postgres::Error>,
    mapper: fn(LockWorkflowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockWorkflowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(LockWorkflowBorrowed) -> R,
    ) -> LockWorkflowQuery<'c, 'a, 's, C, R, N> {
        LockWorkflowQuery {
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
pub struct WorkflowVersionQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<WorkflowVersionBorrowed, tokio_postgres::Error>,
    mapper: fn(WorkflowVersionBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> WorkflowVersionQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(WorkflowVersionBorrowed) -> R,
    ) -> WorkflowVersionQuery<'c, 'a, 's, C, R, N> {
        WorkflowVersionQuery {
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
pub struct ListWorkflowVersionsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ListWorkflowVersionsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListWorkflowVersionsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListWorkflowVersionsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListWorkflowVersionsBorrowed) -> R,
    ) -> ListWorkflowVersionsQuery<'c, 'a, 's, C, R, N> {
        ListWorkflowVersionsQuery {
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
pub struct ListToolSchemasQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListToolSchemasBorrowed, tokio_postgres::Error>,
    mapper: fn(ListToolSchemasBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListToolSchemasQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListToolSchemasBorrowed) -> R,
    ) -> ListToolSchemasQuery<'c, 'a, 's, C, R, N> {
        ListToolSchemasQuery {
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
pub struct PlanQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PlanBorrowed, tokio_postgres::Error>,
    mapper: fn(PlanBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PlanQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(PlanBorrowed) -> R) -> PlanQuery<'c, 'a, 's, C, R, N> {
        PlanQuery {
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
pub struct InsertWorkflowStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_workflow() -> InsertWorkflowStmt {
    InsertWorkflowStmt(
        "INSERT INTO public.workflows (tenant_id, id, workspace_id, name, description, planner_type, metadata, created_by) VALUES ( $1, $2, $3, $4, $5, $6, $7, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $8) ) RETURNING id",
        None,
    )
}
impl InsertWorkflowStmt {
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
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        name: &'a T1,
        description: &'a T2,
        planner_type: &'a T3,
        metadata: &'a T4,
        created_by: &'a Option<uuid::Uuid>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 8> {
        UuidUuidQuery {
            client,
            params: [
                tenant_id,
                id,
                workspace_id,
                name,
                description,
                planner_type,
                metadata,
                created_by,
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
    T3: crate::StringSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertWorkflowParams<T1, T2, T3, T4>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 8>,
        C,
    > for InsertWorkflowStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertWorkflowParams<T1, T2, T3, T4>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 8> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.name,
            &params.description,
            &params.planner_type,
            &params.metadata,
            &params.created_by,
        )
    }
}
pub struct UpdateWorkflowStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_workflow() -> UpdateWorkflowStmt {
    UpdateWorkflowStmt(
        "UPDATE public.workflows SET name = $1, description = $2, planner_type = $3, metadata = $4 WHERE tenant_id = $5 AND id = $6 RETURNING id",
        None,
    )
}
impl UpdateWorkflowStmt {
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
        name: &'a T1,
        description: &'a T2,
        planner_type: &'a T3,
        metadata: &'a T4,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 6> {
        UuidUuidQuery {
            client,
            params: [name, description, planner_type, metadata, tenant_id, id],
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
    T3: crate::StringSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdateWorkflowParams<T1, T2, T3, T4>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 6>,
        C,
    > for UpdateWorkflowStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdateWorkflowParams<T1, T2, T3, T4>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 6> {
        self.bind(
            client,
            &params.name,
            &params.description,
            &params.planner_type,
            &params.metadata,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct GetWorkflowStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_workflow() -> GetWorkflowStmt {
    GetWorkflowStmt(
        "SELECT w.id, w.workspace_id, w.name, w.description, w.planner_type, w.latest_version_id, v.version AS latest_version, w.metadata::text, w.created_by, w.created_at, w.updated_at FROM public.workflows AS w LEFT JOIN public.workflow_versions AS v ON v.tenant_id = w.tenant_id AND v.id = w.latest_version_id WHERE w.tenant_id = $1 AND w.id = $2",
        None,
    )
}
impl GetWorkflowStmt {
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
    ) -> WorkflowQuery<'c, 'a, 's, C, Workflow, 2> {
        WorkflowQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<WorkflowBorrowed, tokio_postgres::Error> {
                    Ok(WorkflowBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        name: row.try_get(2)?,
                        description: row.try_get(3)?,
                        planner_type: row.try_get(4)?,
                        latest_version_id: row.try_get(5)?,
                        latest_version: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_by: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Workflow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetWorkflowParams,
        WorkflowQuery<'c, 'a, 's, C, Workflow, 2>,
        C,
    > for GetWorkflowStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetWorkflowParams,
    ) -> WorkflowQuery<'c, 'a, 's, C, Workflow, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetWorkflowByNameStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_workflow_by_name() -> GetWorkflowByNameStmt {
    GetWorkflowByNameStmt(
        "SELECT w.id, w.workspace_id, w.name, w.description, w.planner_type, w.latest_version_id, v.version AS latest_version, w.metadata::text, w.created_by, w.created_at, w.updated_at FROM public.workflows AS w LEFT JOIN public.workflow_versions AS v ON v.tenant_id = w.tenant_id AND v.id = w.latest_version_id WHERE w.tenant_id = $1 AND w.workspace_id = $2 AND w.name = $3",
        None,
    )
}
impl GetWorkflowByNameStmt {
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
        workspace_id: &'a uuid::Uuid,
        name: &'a T1,
    ) -> WorkflowQuery<'c, 'a, 's, C, Workflow, 3> {
        WorkflowQuery {
            client,
            params: [tenant_id, workspace_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<WorkflowBorrowed, tokio_postgres::Error> {
                    Ok(WorkflowBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        name: row.try_get(2)?,
                        description: row.try_get(3)?,
                        planner_type: row.try_get(4)?,
                        latest_version_id: row.try_get(5)?,
                        latest_version: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_by: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Workflow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetWorkflowByNameParams<T1>,
        WorkflowQuery<'c, 'a, 's, C, Workflow, 3>,
        C,
    > for GetWorkflowByNameStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetWorkflowByNameParams<T1>,
    ) -> WorkflowQuery<'c, 'a, 's, C, Workflow, 3> {
        self.bind(client, &params.tenant_id, &params.workspace_id, &params.name)
    }
}
pub struct ListWorkflowsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_workflows() -> ListWorkflowsStmt {
    ListWorkflowsStmt(
        "SELECT w.id, w.workspace_id, w.name, w.description, w.planner_type, w.latest_version_id, v.version AS latest_version, w.metadata::text, w.created_by, w.created_at, w.updated_at FROM public.workflows AS w LEFT JOIN public.workflow_versions AS v ON v.tenant_id = w.tenant_id AND v.id = w.latest_version_id WHERE w.tenant_id = $1 AND ($2::uuid IS NULL OR w.workspace_id = $2) AND ($3::uuid IS NULL OR w.id > $3) ORDER BY w.id LIMIT $4",
        None,
    )
}
impl ListWorkflowsStmt {
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
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> WorkflowQuery<'c, 'a, 's, C, Workflow, 4> {
        WorkflowQuery {
            client,
            params: [tenant_id, workspace_id, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<WorkflowBorrowed, tokio_postgres::Error> {
                    Ok(WorkflowBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        name: row.try_get(2)?,
                        description: row.try_get(3)?,
                        planner_type: row.try_get(4)?,
                        latest_version_id: row.try_get(5)?,
                        latest_version: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_by: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| Workflow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListWorkflowsParams,
        WorkflowQuery<'c, 'a, 's, C, Workflow, 4>,
        C,
    > for ListWorkflowsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListWorkflowsParams,
    ) -> WorkflowQuery<'c, 'a, 's, C, Workflow, 4> {
        self.bind(client, &params.tenant_id, &params.workspace_id, &params.after, &params.page_size)
    }
}
pub struct LockWorkflowStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_workflow() -> LockWorkflowStmt {
    LockWorkflowStmt(
        "SELECT w.workspace_id, w.name FROM public.workflows AS w WHERE w.tenant_id = $1 AND w.id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockWorkflowStmt {
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
    ) -> LockWorkflowQuery<'c, 'a, 's, C, LockWorkflow, 2> {
        LockWorkflowQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<LockWorkflowBorrowed, tokio_postgres::Error> {
                    Ok(LockWorkflowBorrowed {
                        workspace_id: row.try_get(0)?,
                        name: row.try_get(1)?,
                    })
                },
            mapper: |it| LockWorkflow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockWorkflowParams,
        LockWorkflowQuery<'c, 'a, 's, C, LockWorkflow, 2>,
        C,
    > for LockWorkflowStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockWorkflowParams,
    ) -> LockWorkflowQuery<'c, 'a, 's, C, LockWorkflow, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockWorkflowToDeleteStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_workflow_to_delete() -> LockWorkflowToDeleteStmt {
    LockWorkflowToDeleteStmt(
        "SELECT w.name FROM public.workflows AS w WHERE w.tenant_id = $1 AND w.id = $2 FOR UPDATE",
        None,
    )
}
impl LockWorkflowToDeleteStmt {
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
        LockWorkflowToDeleteParams,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for LockWorkflowToDeleteStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockWorkflowToDeleteParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct CountBindingsOfWorkflowStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_bindings_of_workflow() -> CountBindingsOfWorkflowStmt {
    CountBindingsOfWorkflowStmt(
        "SELECT count(*) FROM public.policy_bindings WHERE tenant_id = $1 AND workflow_id = $2",
        None,
    )
}
impl CountBindingsOfWorkflowStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
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
        CountBindingsOfWorkflowParams,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for CountBindingsOfWorkflowStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountBindingsOfWorkflowParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct DeleteWorkflowStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_workflow() -> DeleteWorkflowStmt {
    DeleteWorkflowStmt(
        "DELETE FROM public.workflows WHERE tenant_id = $1 AND id = $2 RETURNING name",
        None,
    )
}
impl DeleteWorkflowStmt {
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
        DeleteWorkflowParams,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for DeleteWorkflowStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteWorkflowParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct InsertWorkflowVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_workflow_version() -> InsertWorkflowVersionStmt {
    InsertWorkflowVersionStmt(
        "INSERT INTO public.workflow_versions ( tenant_id, id, workflow_id, version, definition_yaml, definition, definition_digest, model_pin, risk_tier, template_version_constraint, is_published, published_by, published_at ) VALUES ( $1, $2, $3, $4, $5, $6, $7, $8, $9::text::public.risk_tier, $10, true, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $11), now() ) RETURNING id",
        None,
    )
}
impl InsertWorkflowVersionStmt {
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
        T4: crate::BytesSql,
        T5: crate::JsonSql,
        T6: crate::StringSql,
        T7: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workflow_id: &'a uuid::Uuid,
        version: &'a T1,
        definition_yaml: &'a T2,
        definition: &'a T3,
        definition_digest: &'a T4,
        model_pin: &'a T5,
        risk_tier: &'a T6,
        template_version_constraint: &'a Option<T7>,
        published_by: &'a Option<uuid::Uuid>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 11> {
        UuidUuidQuery {
            client,
            params: [
                tenant_id,
                id,
                workflow_id,
                version,
                definition_yaml,
                definition,
                definition_digest,
                model_pin,
                risk_tier,
                template_version_constraint,
                published_by,
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
    T4: crate::BytesSql,
    T5: crate::JsonSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertWorkflowVersionParams<T1, T2, T3, T4, T5, T6, T7>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 11>,
        C,
    > for InsertWorkflowVersionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertWorkflowVersionParams<T1, T2, T3, T4, T5, T6, T7>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 11> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workflow_id,
            &params.version,
            &params.definition_yaml,
            &params.definition,
            &params.definition_digest,
            &params.model_pin,
            &params.risk_tier,
            &params.template_version_constraint,
            &params.published_by,
        )
    }
}
pub struct SetLatestVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_latest_version() -> SetLatestVersionStmt {
    SetLatestVersionStmt(
        "UPDATE public.workflows SET latest_version_id = $1 WHERE tenant_id = $2 AND id = $3",
        None,
    )
}
impl SetLatestVersionStmt {
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
        version_id: &'a uuid::Uuid,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[version_id, tenant_id, id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetLatestVersionParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SetLatestVersionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetLatestVersionParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.version_id, &params.tenant_id, &params.id))
    }
}
pub struct GetWorkflowVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_workflow_version() -> GetWorkflowVersionStmt {
    GetWorkflowVersionStmt(
        "SELECT id, workflow_id, version, definition_yaml, definition::text, definition_digest, model_pin::text, risk_tier::text, template_version_constraint, is_published, published_by, published_at, created_at FROM public.workflow_versions WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetWorkflowVersionStmt {
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
    ) -> WorkflowVersionQuery<'c, 'a, 's, C, WorkflowVersion, 2> {
        WorkflowVersionQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<WorkflowVersionBorrowed, tokio_postgres::Error> {
                Ok(WorkflowVersionBorrowed {
                    id: row.try_get(0)?,
                    workflow_id: row.try_get(1)?,
                    version: row.try_get(2)?,
                    definition_yaml: row.try_get(3)?,
                    definition: row.try_get(4)?,
                    definition_digest: row.try_get(5)?,
                    model_pin: row.try_get(6)?,
                    risk_tier: row.try_get(7)?,
                    template_version_constraint: row.try_get(8)?,
                    is_published: row.try_get(9)?,
                    published_by: row.try_get(10)?,
                    published_at: row.try_get(11)?,
                    created_at: row.try_get(12)?,
                })
            },
            mapper: |it| WorkflowVersion::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetWorkflowVersionParams,
        WorkflowVersionQuery<'c, 'a, 's, C, WorkflowVersion, 2>,
        C,
    > for GetWorkflowVersionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetWorkflowVersionParams,
    ) -> WorkflowVersionQuery<'c, 'a, 's, C, WorkflowVersion, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetWorkflowVersionByNumberStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_workflow_version_by_number() -> GetWorkflowVersionByNumberStmt {
    GetWorkflowVersionByNumberStmt(
        "SELECT id, workflow_id, version, definition_yaml, definition::text, definition_digest, model_pin::text, risk_tier::text, template_version_constraint, is_published, published_by, published_at, created_at FROM public.workflow_versions WHERE tenant_id = $1 AND workflow_id = $2 AND version = $3",
        None,
    )
}
impl GetWorkflowVersionByNumberStmt {
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
        workflow_id: &'a uuid::Uuid,
        version: &'a T1,
    ) -> WorkflowVersionQuery<'c, 'a, 's, C, WorkflowVersion, 3> {
        WorkflowVersionQuery {
            client,
            params: [tenant_id, workflow_id, version],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<WorkflowVersionBorrowed, tokio_postgres::Error> {
                Ok(WorkflowVersionBorrowed {
                    id: row.try_get(0)?,
                    workflow_id: row.try_get(1)?,
                    version: row.try_get(2)?,
                    definition_yaml: row.try_get(3)?,
                    definition: row.try_get(4)?,
                    definition_digest: row.try_get(5)?,
                    model_pin: row.try_get(6)?,
                    risk_tier: row.try_get(7)?,
                    template_version_constraint: row.try_get(8)?,
                    is_published: row.try_get(9)?,
                    published_by: row.try_get(10)?,
                    published_at: row.try_get(11)?,
                    created_at: row.try_get(12)?,
                })
            },
            mapper: |it| WorkflowVersion::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetWorkflowVersionByNumberParams<T1>,
        WorkflowVersionQuery<'c, 'a, 's, C, WorkflowVersion, 3>,
        C,
    > for GetWorkflowVersionByNumberStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetWorkflowVersionByNumberParams<T1>,
    ) -> WorkflowVersionQuery<'c, 'a, 's, C, WorkflowVersion, 3> {
        self.bind(client, &params.tenant_id, &params.workflow_id, &params.version)
    }
}
pub struct ListWorkflowVersionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_workflow_versions() -> ListWorkflowVersionsStmt {
    ListWorkflowVersionsStmt(
        "SELECT id, version, definition_digest, risk_tier::text, is_published, published_by, published_at, created_at FROM public.workflow_versions WHERE tenant_id = $1 AND workflow_id = $2 ORDER BY created_at, id",
        None,
    )
}
impl ListWorkflowVersionsStmt {
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
        workflow_id: &'a uuid::Uuid,
    ) -> ListWorkflowVersionsQuery<'c, 'a, 's, C, ListWorkflowVersions, 2> {
        ListWorkflowVersionsQuery {
            client,
            params: [tenant_id, workflow_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListWorkflowVersionsBorrowed, tokio_postgres::Error> {
                Ok(ListWorkflowVersionsBorrowed {
                    id: row.try_get(0)?,
                    version: row.try_get(1)?,
                    definition_digest: row.try_get(2)?,
                    risk_tier: row.try_get(3)?,
                    is_published: row.try_get(4)?,
                    published_by: row.try_get(5)?,
                    published_at: row.try_get(6)?,
                    created_at: row.try_get(7)?,
                })
            },
            mapper: |it| ListWorkflowVersions::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListWorkflowVersionsParams,
        ListWorkflowVersionsQuery<'c, 'a, 's, C, ListWorkflowVersions, 2>,
        C,
    > for ListWorkflowVersionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListWorkflowVersionsParams,
    ) -> ListWorkflowVersionsQuery<'c, 'a, 's, C, ListWorkflowVersions, 2> {
        self.bind(client, &params.tenant_id, &params.workflow_id)
    }
}
pub struct ListToolSchemasStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tool_schemas() -> ListToolSchemasStmt {
    ListToolSchemasStmt(
        "SELECT id, name, schema::text FROM public.tools WHERE tenant_id = $1 AND name = ANY($2::text[]) ORDER BY name",
        None,
    )
}
impl ListToolSchemasStmt {
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
        names: &'a T2,
    ) -> ListToolSchemasQuery<'c, 'a, 's, C, ListToolSchemas, 2> {
        ListToolSchemasQuery {
            client,
            params: [tenant_id, names],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListToolSchemasBorrowed, tokio_postgres::Error> {
                Ok(ListToolSchemasBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    schema: row.try_get(2)?,
                })
            },
            mapper: |it| ListToolSchemas::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::ArraySql<Item = T1>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListToolSchemasParams<T1, T2>,
        ListToolSchemasQuery<'c, 'a, 's, C, ListToolSchemas, 2>,
        C,
    > for ListToolSchemasStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListToolSchemasParams<T1, T2>,
    ) -> ListToolSchemasQuery<'c, 'a, 's, C, ListToolSchemas, 2> {
        self.bind(client, &params.tenant_id, &params.names)
    }
}
pub struct ListUnknownAgentsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_unknown_agents() -> ListUnknownAgentsStmt {
    ListUnknownAgentsStmt(
        "SELECT named.slug::text FROM unnest($1::text[]) AS named (slug) WHERE NOT EXISTS ( SELECT FROM public.agents AS a WHERE a.tenant_id = $2 AND a.slug = named.slug AND a.status <> 'archived' ) ORDER BY named.slug",
        None,
    )
}
impl ListUnknownAgentsStmt {
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
        slugs: &'a T2,
        tenant_id: &'a uuid::Uuid,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        StringQuery {
            client,
            params: [slugs, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::ArraySql<Item = T1>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListUnknownAgentsParams<T1, T2>,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for ListUnknownAgentsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListUnknownAgentsParams<T1, T2>,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.slugs, &params.tenant_id)
    }
}
pub struct InsertPlanStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_plan() -> InsertPlanStmt {
    InsertPlanStmt(
        "INSERT INTO public.plans (tenant_id, id, workflow_version_id, state, steps, assignments, cost) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at",
        None,
    )
}
impl InsertPlanStmt {
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
        T1: crate::JsonSql,
        T2: crate::JsonSql,
        T3: crate::JsonSql,
        T4: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workflow_version_id: &'a uuid::Uuid,
        state: &'a T1,
        steps: &'a T2,
        assignments: &'a T3,
        cost: &'a T4,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 7> {
        PlanQuery {
            client,
            params: [tenant_id, id, workflow_version_id, state, steps, assignments, cost],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<PlanBorrowed, tokio_postgres::Error> {
                Ok(PlanBorrowed {
                    id: row.try_get(0)?,
                    workflow_version_id: row.try_get(1)?,
                    state: row.try_get(2)?,
                    steps: row.try_get(3)?,
                    assignments: row.try_get(4)?,
                    cost: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Plan::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::JsonSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertPlanParams<T1, T2, T3, T4>,
        PlanQuery<'c, 'a, 's, C, Plan, 7>,
        C,
    > for InsertPlanStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertPlanParams<T1, T2, T3, T4>,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workflow_version_id,
            &params.state,
            &params.steps,
            &params.assignments,
            &params.cost,
        )
    }
}
pub struct UpdatePlanStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_plan() -> UpdatePlanStmt {
    UpdatePlanStmt(
        "UPDATE public.plans SET state = $1, steps = $2, assignments = $3, cost = $4 WHERE tenant_id = $5 AND id = $6 RETURNING id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at",
        None,
    )
}
impl UpdatePlanStmt {
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
        T1: crate::JsonSql,
        T2: crate::JsonSql,
        T3: crate::JsonSql,
        T4: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        state: &'a T1,
        steps: &'a T2,
        assignments: &'a T3,
        cost: &'a T4,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 6> {
        PlanQuery {
            client,
            params: [state, steps, assignments, cost, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<PlanBorrowed, tokio_postgres::Error> {
                Ok(PlanBorrowed {
                    id: row.try_get(0)?,
                    workflow_version_id: row.try_get(1)?,
                    state: row.try_get(2)?,
                    steps: row.try_get(3)?,
                    assignments: row.try_get(4)?,
                    cost: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Plan::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::JsonSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdatePlanParams<T1, T2, T3, T4>,
        PlanQuery<'c, 'a, 's, C, Plan, 6>,
        C,
    > for UpdatePlanStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdatePlanParams<T1, T2, T3, T4>,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 6> {
        self.bind(
            client,
            &params.state,
            &params.steps,
            &params.assignments,
            &params.cost,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct GetPlanStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_plan() -> GetPlanStmt {
    GetPlanStmt(
        "SELECT id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at FROM public.plans WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetPlanStmt {
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
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 2> {
        PlanQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<PlanBorrowed, tokio_postgres::Error> {
                Ok(PlanBorrowed {
                    id: row.try_get(0)?,
                    workflow_version_id: row.try_get(1)?,
                    state: row.try_get(2)?,
                    steps: row.try_get(3)?,
                    assignments: row.try_get(4)?,
                    cost: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Plan::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetPlanParams, PlanQuery<'c, 'a, 's, C, Plan, 2>, C>
    for GetPlanStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPlanParams,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListPlansStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_plans() -> ListPlansStmt {
    ListPlansStmt(
        "SELECT id, workflow_version_id, state::text, steps::text, assignments::text, cost::text, created_at, updated_at FROM public.plans WHERE tenant_id = $1 AND ($2::uuid IS NULL OR workflow_version_id = $2) AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListPlansStmt {
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
        workflow_version_id: &'a Option<uuid::Uuid>,
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 4> {
        PlanQuery {
            client,
            params: [tenant_id, workflow_version_id, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<PlanBorrowed, tokio_postgres::Error> {
                Ok(PlanBorrowed {
                    id: row.try_get(0)?,
                    workflow_version_id: row.try_get(1)?,
                    state: row.try_get(2)?,
                    steps: row.try_get(3)?,
                    assignments: row.try_get(4)?,
                    cost: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Plan::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListPlansParams, PlanQuery<'c, 'a, 's, C, Plan, 4>, C>
    for ListPlansStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPlansParams,
    ) -> PlanQuery<'c, 'a, 's, C, Plan, 4> {
        self.bind(
            client,
            &params.tenant_id,
            &params.workflow_version_id,
            &params.after,
            &params.page_size,
        )
    }
}
pub struct DeletePlanStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_plan() -> DeletePlanStmt {
    DeletePlanStmt("DELETE FROM public.plans WHERE tenant_id = $1 AND id = $2 RETURNING id", None)
}
impl DeletePlanStmt {
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
        DeletePlanParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for DeletePlanStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeletePlanParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
