// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertPolicyParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::BytesSql,
    T5: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: T1,
    pub version: T2,
    pub policy_rego: T3,
    pub policy_digest: T4,
    pub description: T5,
    pub created_by: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct GetPolicyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetPolicyByVersionParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
    pub version: T2,
}
#[derive(Debug)]
pub struct ListPoliciesParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: Option<T1>,
}
#[derive(Clone, Copy, Debug)]
pub struct LockPolicyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeletePolicyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct InsertPolicyBindingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub policy_id: uuid::Uuid,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_version_id: Option<uuid::Uuid>,
    pub priority: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct UpdatePolicyBindingParams {
    pub priority: i32,
    pub is_active: bool,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetPolicyBindingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListPolicyBindingsParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct DeletePolicyBindingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct PoliciesInForceParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_id: uuid::Uuid,
    pub workflow_version_id: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct InsertPolicyDecisionsParams<T1: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub decisions: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct GetPolicyDecisionParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListPolicyDecisionsParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub after_id: Option<uuid::Uuid>,
    pub after_created_at: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListDecisionsOfRunsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub run_ids: T1,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub id: uuid::Uuid,
    pub name: String,
    pub version: String,
    pub policy_rego: String,
    pub policy_digest: Vec<u8>,
    pub description: String,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
pub struct PolicyBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub version: &'a str,
    pub policy_rego: &'a str,
    pub policy_digest: &'a [u8],
    pub description: &'a str,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<PolicyBorrowed<'a>> for Policy {
    fn from(
        PolicyBorrowed {
            id,
            name,
            version,
            policy_rego,
            policy_digest,
            description,
            created_by,
            created_at,
        }: PolicyBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            version: version.into(),
            policy_rego: policy_rego.into(),
            policy_digest: policy_digest.into(),
            description: description.into(),
            created_by,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListPolicies {
    pub id: uuid::Uuid,
    pub name: String,
    pub version: String,
    pub policy_digest: Vec<u8>,
    pub description: String,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
pub struct ListPoliciesBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub version: &'a str,
    pub policy_digest: &'a [u8],
    pub description: &'a str,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<ListPoliciesBorrowed<'a>> for ListPolicies {
    fn from(
        ListPoliciesBorrowed {
            id,
            name,
            version,
            policy_digest,
            description,
            created_by,
            created_at,
        }: ListPoliciesBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            version: version.into(),
            policy_digest: policy_digest.into(),
            description: description.into(),
            created_by,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DeletePolicy {
    pub name: String,
    pub version: String,
}
pub struct DeletePolicyBorrowed<'a> {
    pub name: &'a str,
    pub version: &'a str,
}
impl<'a> From<DeletePolicyBorrowed<'a>> for DeletePolicy {
    fn from(DeletePolicyBorrowed { name, version }: DeletePolicyBorrowed<'a>) -> Self {
        Self { name: name.into(), version: version.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyBinding {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub policy_id: uuid::Uuid,
    pub policy_name: String,
    pub policy_version: String,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_version_id: Option<uuid::Uuid>,
    pub priority: i32,
    pub is_active: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct PolicyBindingBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub policy_id: uuid::Uuid,
    pub policy_name: &'a str,
    pub policy_version: &'a str,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_version_id: Option<uuid::Uuid>,
    pub priority: i32,
    pub is_active: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<PolicyBindingBorrowed<'a>> for PolicyBinding {
    fn from(
        PolicyBindingBorrowed {
            id,
            workspace_id,
            policy_id,
            policy_name,
            policy_version,
            workflow_id,
            workflow_version_id,
            priority,
            is_active,
            created_at,
            updated_at,
        }: PolicyBindingBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            policy_id,
            policy_name: policy_name.into(),
            policy_version: policy_version.into(),
            workflow_id,
            workflow_version_id,
            priority,
            is_active,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PoliciesInForce {
    pub id: uuid::Uuid,
    pub name: String,
    pub version: String,
    pub policy_rego: String,
    pub policy_digest: Vec<u8>,
    pub binding_id: uuid::Uuid,
    pub priority: i32,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_version_id: Option<uuid::Uuid>,
}
pub struct PoliciesInForceBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub version: &'a str,
    pub policy_rego: &'a str,
    pub policy_digest: &'a [u8],
    pub binding_id: uuid::Uuid,
    pub priority: i32,
    pub workflow_id: Option<uuid::Uuid>,
    pub workflow_version_id: Option<uuid::Uuid>,
}
impl<'a> From<PoliciesInForceBorrowed<'a>> for PoliciesInForce {
    fn from(
        PoliciesInForceBorrowed {
            id,
            name,
            version,
            policy_rego,
            policy_digest,
            binding_id,
            priority,
            workflow_id,
            workflow_version_id,
        }: PoliciesInForceBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            version: version.into(),
            policy_rego: policy_rego.into(),
            policy_digest: policy_digest.into(),
            binding_id,
            priority,
            workflow_id,
            workflow_version_id,
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct InsertPolicyDecisions {
    pub id: uuid::Uuid,
    pub created_at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDecision {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_version_id: Option<uuid::Uuid>,
    pub run_id: Option<uuid::Uuid>,
    pub effect: String,
    pub reasons: String,
    pub policies: String,
    pub context: String,
    pub input: Option<String>,
    pub input_digest: Vec<u8>,
    pub engine: String,
    pub created_at: jiff::Timestamp,
}
pub struct PolicyDecisionBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub workflow_version_id: Option<uuid::Uuid>,
    pub run_id: Option<uuid::Uuid>,
    pub effect: &'a str,
    pub reasons: &'a str,
    pub policies: &'a str,
    pub context: &'a str,
    pub input: Option<&'a str>,
    pub input_digest: &'a [u8],
    pub engine: &'a str,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<PolicyDecisionBorrowed<'a>> for PolicyDecision {
    fn from(
        PolicyDecisionBorrowed {
            id,
            workspace_id,
            workflow_version_id,
            run_id,
            effect,
            reasons,
            policies,
            context,
            input,
            input_digest,
            engine,
            created_at,
        }: PolicyDecisionBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            workflow_version_id,
            run_id,
            effect: effect.into(),
            reasons: reasons.into(),
            policies: policies.into(),
            context: context.into(),
            input: input.map(|v| v.into()),
            input_digest: input_digest.into(),
            engine: engine.into(),
            created_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct PolicyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PolicyBorrowed, tokio_postgres::Error>,
    mapper: fn(PolicyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PolicyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(PolicyBorrowed) -> R) -> PolicyQuery<'c, 'a, 's, C, R, N> {
        PolicyQuery {
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
pub struct ListPoliciesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListPoliciesBorrowed, tokio_postgres::Error>,
    mapper: fn(ListPoliciesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListPoliciesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListPoliciesBorrowed) -> R,
    ) -> ListPoliciesQuery<'c, 'a, 's, C, R, N> {
        ListPoliciesQuery {
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
pub struct DeletePolicyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<DeletePolicyBorrowed, tokio_postgres::Error>,
    mapper: fn(DeletePolicyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> DeletePolicyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(DeletePolicyBorrowed) -> R,
    ) -> DeletePolicyQuery<'c, 'a, 's, C, R, N> {
        DeletePolicyQuery {
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
pub struct PolicyBindingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PolicyBindingBorrowed, tokio_postgres::Error>,
    mapper: fn(PolicyBindingBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PolicyBindingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(PolicyBindingBorrowed) -> R,
    ) -> PolicyBindingQuery<'c, 'a, 's, C, R, N> {
        PolicyBindingQuery {
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
pub struct PoliciesInForceQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PoliciesInForceBorrowed, tokio_postgres::Error>,
    mapper: fn(PoliciesInForceBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PoliciesInForceQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(PoliciesInForceBorrowed) -> R,
    ) -> PoliciesInForceQuery<'c, 'a, 's, C, R, N> {
        PoliciesInForceQuery {
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
pub struct InsertPolicyDecisionsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<InsertPolicyDecisions, tokio_postgres::Error>,
    mapper: fn(InsertPolicyDecisions) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> InsertPolicyDecisionsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(InsertPolicyDecisions) -> R,
    ) -> InsertPolicyDecisionsQuery<'c, 'a, 's, C, R, N> {
        InsertPolicyDecisionsQuery {
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
pub struct PolicyDecisionQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PolicyDecisionBorrowed, tokio_postgres::Error>,
    mapper: fn(PolicyDecisionBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PolicyDecisionQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(PolicyDecisionBorrowed) -> R,
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, R, N> {
        PolicyDecisionQuery {
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
pub struct InsertPolicyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_policy() -> InsertPolicyStmt {
    InsertPolicyStmt(
        "INSERT INTO public.policies (tenant_id, id, name, version, policy_rego, policy_digest, description, created_by) VALUES ( $1, $2, $3, $4, $5, $6, $7, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $8) ) RETURNING id, name, version, policy_rego, policy_digest, description, created_by, created_at",
        None,
    )
}
impl InsertPolicyStmt {
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
        T4: crate::BytesSql,
        T5: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        name: &'a T1,
        version: &'a T2,
        policy_rego: &'a T3,
        policy_digest: &'a T4,
        description: &'a T5,
        created_by: &'a Option<uuid::Uuid>,
    ) -> PolicyQuery<'c, 'a, 's, C, Policy, 8> {
        PolicyQuery {
            client,
            params: [
                tenant_id,
                id,
                name,
                version,
                policy_rego,
                policy_digest,
                description,
                created_by,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PolicyBorrowed, tokio_postgres::Error> {
                    Ok(PolicyBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        version: row.try_get(2)?,
                        policy_rego: row.try_get(3)?,
                        policy_digest: row.try_get(4)?,
                        description: row.try_get(5)?,
                        created_by: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                    })
                },
            mapper: |it| Policy::from(it),
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
    T4: crate::BytesSql,
    T5: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertPolicyParams<T1, T2, T3, T4, T5>,
        PolicyQuery<'c, 'a, 's, C, Policy, 8>,
        C,
    > for InsertPolicyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertPolicyParams<T1, T2, T3, T4, T5>,
    ) -> PolicyQuery<'c, 'a, 's, C, Policy, 8> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.name,
            &params.version,
            &params.policy_rego,
            &params.policy_digest,
            &params.description,
            &params.created_by,
        )
    }
}
pub struct GetPolicyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_policy() -> GetPolicyStmt {
    GetPolicyStmt(
        "SELECT id, name, version, policy_rego, policy_digest, description, created_by, created_at FROM public.policies WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetPolicyStmt {
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
    ) -> PolicyQuery<'c, 'a, 's, C, Policy, 2> {
        PolicyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PolicyBorrowed, tokio_postgres::Error> {
                    Ok(PolicyBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        version: row.try_get(2)?,
                        policy_rego: row.try_get(3)?,
                        policy_digest: row.try_get(4)?,
                        description: row.try_get(5)?,
                        created_by: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                    })
                },
            mapper: |it| Policy::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPolicyParams,
        PolicyQuery<'c, 'a, 's, C, Policy, 2>,
        C,
    > for GetPolicyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPolicyParams,
    ) -> PolicyQuery<'c, 'a, 's, C, Policy, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetPolicyByVersionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_policy_by_version() -> GetPolicyByVersionStmt {
    GetPolicyByVersionStmt(
        "SELECT id, name, version, policy_rego, policy_digest, description, created_by, created_at FROM public.policies WHERE tenant_id = $1 AND name = $2 AND version = $3",
        None,
    )
}
impl GetPolicyByVersionStmt {
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
        name: &'a T1,
        version: &'a T2,
    ) -> PolicyQuery<'c, 'a, 's, C, Policy, 3> {
        PolicyQuery {
            client,
            params: [tenant_id, name, version],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PolicyBorrowed, tokio_postgres::Error> {
                    Ok(PolicyBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        version: row.try_get(2)?,
                        policy_rego: row.try_get(3)?,
                        policy_digest: row.try_get(4)?,
                        description: row.try_get(5)?,
                        created_by: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                    })
                },
            mapper: |it| Policy::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPolicyByVersionParams<T1, T2>,
        PolicyQuery<'c, 'a, 's, C, Policy, 3>,
        C,
    > for GetPolicyByVersionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPolicyByVersionParams<T1, T2>,
    ) -> PolicyQuery<'c, 'a, 's, C, Policy, 3> {
        self.bind(client, &params.tenant_id, &params.name, &params.version)
    }
}
pub struct ListPoliciesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_policies() -> ListPoliciesStmt {
    ListPoliciesStmt(
        "SELECT id, name, version, policy_digest, description, created_by, created_at FROM public.policies WHERE tenant_id = $1 AND ($2::text IS NULL OR name = $2) ORDER BY name, created_at, id",
        None,
    )
}
impl ListPoliciesStmt {
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
        name: &'a Option<T1>,
    ) -> ListPoliciesQuery<'c, 'a, 's, C, ListPolicies, 2> {
        ListPoliciesQuery {
            client,
            params: [tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListPoliciesBorrowed, tokio_postgres::Error> {
                    Ok(ListPoliciesBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        version: row.try_get(2)?,
                        policy_digest: row.try_get(3)?,
                        description: row.try_get(4)?,
                        created_by: row.try_get(5)?,
                        created_at: row.try_get(6)?,
                    })
                },
            mapper: |it| ListPolicies::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListPoliciesParams<T1>,
        ListPoliciesQuery<'c, 'a, 's, C, ListPolicies, 2>,
        C,
    > for ListPoliciesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPoliciesParams<T1>,
    ) -> ListPoliciesQuery<'c, 'a, 's, C, ListPolicies, 2> {
        self.bind(client, &params.tenant_id, &params.name)
    }
}
pub struct LockPolicyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_policy() -> LockPolicyStmt {
    LockPolicyStmt(
        "SELECT id FROM public.policies WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        None,
    )
}
impl LockPolicyStmt {
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
        LockPolicyParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockPolicyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockPolicyParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct DeletePolicyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_policy() -> DeletePolicyStmt {
    DeletePolicyStmt(
        "DELETE FROM public.policies WHERE tenant_id = $1 AND id = $2 RETURNING name, version",
        None,
    )
}
impl DeletePolicyStmt {
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
    ) -> DeletePolicyQuery<'c, 'a, 's, C, DeletePolicy, 2> {
        DeletePolicyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<DeletePolicyBorrowed, tokio_postgres::Error> {
                    Ok(DeletePolicyBorrowed { name: row.try_get(0)?, version: row.try_get(1)? })
                },
            mapper: |it| DeletePolicy::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeletePolicyParams,
        DeletePolicyQuery<'c, 'a, 's, C, DeletePolicy, 2>,
        C,
    > for DeletePolicyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeletePolicyParams,
    ) -> DeletePolicyQuery<'c, 'a, 's, C, DeletePolicy, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct InsertPolicyBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_policy_binding() -> InsertPolicyBindingStmt {
    InsertPolicyBindingStmt(
        "INSERT INTO public.policy_bindings ( tenant_id, id, workspace_id, policy_id, workflow_id, workflow_version_id, priority, is_active ) VALUES ($1, $2, $3, $4, $5, $6, $7, true) RETURNING id",
        None,
    )
}
impl InsertPolicyBindingStmt {
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
        policy_id: &'a uuid::Uuid,
        workflow_id: &'a Option<uuid::Uuid>,
        workflow_version_id: &'a Option<uuid::Uuid>,
        priority: &'a i32,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 7> {
        UuidUuidQuery {
            client,
            params: [
                tenant_id,
                id,
                workspace_id,
                policy_id,
                workflow_id,
                workflow_version_id,
                priority,
            ],
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
        InsertPolicyBindingParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 7>,
        C,
    > for InsertPolicyBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertPolicyBindingParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.policy_id,
            &params.workflow_id,
            &params.workflow_version_id,
            &params.priority,
        )
    }
}
pub struct UpdatePolicyBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_policy_binding() -> UpdatePolicyBindingStmt {
    UpdatePolicyBindingStmt(
        "UPDATE public.policy_bindings SET priority = $1, is_active = $2 WHERE tenant_id = $3 AND id = $4 RETURNING id",
        None,
    )
}
impl UpdatePolicyBindingStmt {
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
        priority: &'a i32,
        is_active: &'a bool,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4> {
        UuidUuidQuery {
            client,
            params: [priority, is_active, tenant_id, id],
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
        UpdatePolicyBindingParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4>,
        C,
    > for UpdatePolicyBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdatePolicyBindingParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 4> {
        self.bind(client, &params.priority, &params.is_active, &params.tenant_id, &params.id)
    }
}
pub struct GetPolicyBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_policy_binding() -> GetPolicyBindingStmt {
    GetPolicyBindingStmt(
        "SELECT b.id, b.workspace_id, b.policy_id, p.name AS policy_name, p.version AS policy_version, b.workflow_id, b.workflow_version_id, b.priority, b.is_active, b.created_at, b.updated_at FROM public.policy_bindings AS b JOIN public.policies AS p ON p.tenant_id = b.tenant_id AND p.id = b.policy_id WHERE b.tenant_id = $1 AND b.id = $2",
        None,
    )
}
impl GetPolicyBindingStmt {
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
    ) -> PolicyBindingQuery<'c, 'a, 's, C, PolicyBinding, 2> {
        PolicyBindingQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PolicyBindingBorrowed, tokio_postgres::Error> {
                    Ok(PolicyBindingBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        policy_id: row.try_get(2)?,
                        policy_name: row.try_get(3)?,
                        policy_version: row.try_get(4)?,
                        workflow_id: row.try_get(5)?,
                        workflow_version_id: row.try_get(6)?,
                        priority: row.try_get(7)?,
                        is_active: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| PolicyBinding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPolicyBindingParams,
        PolicyBindingQuery<'c, 'a, 's, C, PolicyBinding, 2>,
        C,
    > for GetPolicyBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPolicyBindingParams,
    ) -> PolicyBindingQuery<'c, 'a, 's, C, PolicyBinding, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListPolicyBindingsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_policy_bindings() -> ListPolicyBindingsStmt {
    ListPolicyBindingsStmt(
        "SELECT b.id, b.workspace_id, b.policy_id, p.name AS policy_name, p.version AS policy_version, b.workflow_id, b.workflow_version_id, b.priority, b.is_active, b.created_at, b.updated_at FROM public.policy_bindings AS b JOIN public.policies AS p ON p.tenant_id = b.tenant_id AND p.id = b.policy_id WHERE b.tenant_id = $1 AND ($2::uuid IS NULL OR b.workspace_id = $2) ORDER BY b.workspace_id, b.workflow_version_id, b.workflow_id, b.priority, b.id",
        None,
    )
}
impl ListPolicyBindingsStmt {
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
    ) -> PolicyBindingQuery<'c, 'a, 's, C, PolicyBinding, 2> {
        PolicyBindingQuery {
            client,
            params: [tenant_id, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PolicyBindingBorrowed, tokio_postgres::Error> {
                    Ok(PolicyBindingBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        policy_id: row.try_get(2)?,
                        policy_name: row.try_get(3)?,
                        policy_version: row.try_get(4)?,
                        workflow_id: row.try_get(5)?,
                        workflow_version_id: row.try_get(6)?,
                        priority: row.try_get(7)?,
                        is_active: row.try_get(8)?,
                        created_at: row.try_get(9)?,
                        updated_at: row.try_get(10)?,
                    })
                },
            mapper: |it| PolicyBinding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListPolicyBindingsParams,
        PolicyBindingQuery<'c, 'a, 's, C, PolicyBinding, 2>,
        C,
    > for ListPolicyBindingsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPolicyBindingsParams,
    ) -> PolicyBindingQuery<'c, 'a, 's, C, PolicyBinding, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct DeletePolicyBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_policy_binding() -> DeletePolicyBindingStmt {
    DeletePolicyBindingStmt(
        "DELETE FROM public.policy_bindings WHERE tenant_id = $1 AND id = $2 RETURNING policy_id",
        None,
    )
}
impl DeletePolicyBindingStmt {
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
        DeletePolicyBindingParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for DeletePolicyBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeletePolicyBindingParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct PoliciesInForceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn policies_in_force() -> PoliciesInForceStmt {
    PoliciesInForceStmt(
        "SELECT p.id, p.name, p.version, p.policy_rego, p.policy_digest, b.id AS binding_id, b.priority, b.workflow_id, b.workflow_version_id FROM public.policy_bindings AS b JOIN public.policies AS p ON p.tenant_id = b.tenant_id AND p.id = b.policy_id WHERE b.tenant_id = $1 AND b.workspace_id = $2 AND b.is_active AND (b.workflow_id IS NULL OR b.workflow_id = $3) AND (b.workflow_version_id IS NULL OR b.workflow_version_id = $4) ORDER BY b.workflow_version_id IS NULL, b.workflow_id IS NULL, b.priority, b.id",
        None,
    )
}
impl PoliciesInForceStmt {
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
        workflow_id: &'a uuid::Uuid,
        workflow_version_id: &'a Option<uuid::Uuid>,
    ) -> PoliciesInForceQuery<'c, 'a, 's, C, PoliciesInForce, 4> {
        PoliciesInForceQuery {
            client,
            params: [tenant_id, workspace_id, workflow_id, workflow_version_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<PoliciesInForceBorrowed, tokio_postgres::Error> {
                Ok(PoliciesInForceBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    version: row.try_get(2)?,
                    policy_rego: row.try_get(3)?,
                    policy_digest: row.try_get(4)?,
                    binding_id: row.try_get(5)?,
                    priority: row.try_get(6)?,
                    workflow_id: row.try_get(7)?,
                    workflow_version_id: row.try_get(8)?,
                })
            },
            mapper: |it| PoliciesInForce::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        PoliciesInForceParams,
        PoliciesInForceQuery<'c, 'a, 's, C, PoliciesInForce, 4>,
        C,
    > for PoliciesInForceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PoliciesInForceParams,
    ) -> PoliciesInForceQuery<'c, 'a, 's, C, PoliciesInForce, 4> {
        self.bind(
            client,
            &params.tenant_id,
            &params.workspace_id,
            &params.workflow_id,
            &params.workflow_version_id,
        )
    }
}
pub struct InsertPolicyDecisionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_policy_decisions() -> InsertPolicyDecisionsStmt {
    InsertPolicyDecisionsStmt(
        "INSERT INTO public.policy_decisions ( tenant_id, id, workspace_id, workflow_version_id, run_id, effect, reasons, policies, context, input, input_digest, engine ) SELECT $1, new.id, $2, new.workflow_version_id, new.run_id, new.effect, new.reasons, new.policies, new.context, new.input, decode(new.input_digest, 'hex'), new.engine FROM jsonb_to_recordset($3::jsonb) AS new ( id uuid, workflow_version_id uuid, run_id uuid, effect public.policy_effect, reasons jsonb, policies jsonb, context jsonb, input jsonb, input_digest text, engine text ) RETURNING id, created_at",
        None,
    )
}
impl InsertPolicyDecisionsStmt {
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
        tenant_id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        decisions: &'a T1,
    ) -> InsertPolicyDecisionsQuery<'c, 'a, 's, C, InsertPolicyDecisions, 3> {
        InsertPolicyDecisionsQuery {
            client,
            params: [tenant_id, workspace_id, decisions],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<InsertPolicyDecisions, tokio_postgres::Error> {
                    Ok(InsertPolicyDecisions { id: row.try_get(0)?, created_at: row.try_get(1)? })
                },
            mapper: |it| InsertPolicyDecisions::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertPolicyDecisionsParams<T1>,
        InsertPolicyDecisionsQuery<'c, 'a, 's, C, InsertPolicyDecisions, 3>,
        C,
    > for InsertPolicyDecisionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertPolicyDecisionsParams<T1>,
    ) -> InsertPolicyDecisionsQuery<'c, 'a, 's, C, InsertPolicyDecisions, 3> {
        self.bind(client, &params.tenant_id, &params.workspace_id, &params.decisions)
    }
}
pub struct GetPolicyDecisionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_policy_decision() -> GetPolicyDecisionStmt {
    GetPolicyDecisionStmt(
        "SELECT id, workspace_id, workflow_version_id, run_id, effect::text, reasons::text, policies::text, context::text, input::text, input_digest, engine, created_at FROM public.policy_decisions WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetPolicyDecisionStmt {
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
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 2> {
        PolicyDecisionQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<PolicyDecisionBorrowed, tokio_postgres::Error> {
                Ok(PolicyDecisionBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_version_id: row.try_get(2)?,
                    run_id: row.try_get(3)?,
                    effect: row.try_get(4)?,
                    reasons: row.try_get(5)?,
                    policies: row.try_get(6)?,
                    context: row.try_get(7)?,
                    input: row.try_get(8)?,
                    input_digest: row.try_get(9)?,
                    engine: row.try_get(10)?,
                    created_at: row.try_get(11)?,
                })
            },
            mapper: |it| PolicyDecision::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPolicyDecisionParams,
        PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 2>,
        C,
    > for GetPolicyDecisionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPolicyDecisionParams,
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListPolicyDecisionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_policy_decisions() -> ListPolicyDecisionsStmt {
    ListPolicyDecisionsStmt(
        "SELECT id, workspace_id, workflow_version_id, run_id, effect::text, reasons::text, policies::text, context::text, input::text, input_digest, engine, created_at FROM public.policy_decisions WHERE tenant_id = $1 AND ($2::uuid IS NULL OR workspace_id = $2) AND ($3::uuid IS NULL OR (created_at, id) < ($4::timestamptz, $3)) ORDER BY created_at DESC, id DESC LIMIT $5",
        None,
    )
}
impl ListPolicyDecisionsStmt {
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
        after_id: &'a Option<uuid::Uuid>,
        after_created_at: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 5> {
        PolicyDecisionQuery {
            client,
            params: [tenant_id, workspace_id, after_id, after_created_at, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<PolicyDecisionBorrowed, tokio_postgres::Error> {
                Ok(PolicyDecisionBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_version_id: row.try_get(2)?,
                    run_id: row.try_get(3)?,
                    effect: row.try_get(4)?,
                    reasons: row.try_get(5)?,
                    policies: row.try_get(6)?,
                    context: row.try_get(7)?,
                    input: row.try_get(8)?,
                    input_digest: row.try_get(9)?,
                    engine: row.try_get(10)?,
                    created_at: row.try_get(11)?,
                })
            },
            mapper: |it| PolicyDecision::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListPolicyDecisionsParams,
        PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 5>,
        C,
    > for ListPolicyDecisionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPolicyDecisionsParams,
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.workspace_id,
            &params.after_id,
            &params.after_created_at,
            &params.page_size,
        )
    }
}
pub struct ListDecisionsOfRunsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_decisions_of_runs() -> ListDecisionsOfRunsStmt {
    ListDecisionsOfRunsStmt(
        "SELECT id, workspace_id, workflow_version_id, run_id, effect::text, reasons::text, policies::text, context::text, input::text, input_digest, engine, created_at FROM public.policy_decisions WHERE tenant_id = $1 AND run_id = ANY ($2::uuid[]) ORDER BY created_at, id",
        None,
    )
}
impl ListDecisionsOfRunsStmt {
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
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 2> {
        PolicyDecisionQuery {
            client,
            params: [tenant_id, run_ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<PolicyDecisionBorrowed, tokio_postgres::Error> {
                Ok(PolicyDecisionBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    workflow_version_id: row.try_get(2)?,
                    run_id: row.try_get(3)?,
                    effect: row.try_get(4)?,
                    reasons: row.try_get(5)?,
                    policies: row.try_get(6)?,
                    context: row.try_get(7)?,
                    input: row.try_get(8)?,
                    input_digest: row.try_get(9)?,
                    engine: row.try_get(10)?,
                    created_at: row.try_get(11)?,
                })
            },
            mapper: |it| PolicyDecision::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListDecisionsOfRunsParams<T1>,
        PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 2>,
        C,
    > for ListDecisionsOfRunsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListDecisionsOfRunsParams<T1>,
    ) -> PolicyDecisionQuery<'c, 'a, 's, C, PolicyDecision, 2> {
        self.bind(client, &params.tenant_id, &params.run_ids)
    }
}
