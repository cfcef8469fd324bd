// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertProviderKeyParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::BytesSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub provider_type: T1,
    pub name: T2,
    pub settings: T3,
    pub encrypted_key: T4,
    pub created_by: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GetProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListProviderKeysParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub workspace_id: Option<uuid::Uuid>,
    pub provider_type: Option<T1>,
    pub name: Option<T2>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LockProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockProviderKeysBesideParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeactivateProviderKeysBesideParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ActivateProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RevokeProviderKeyParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetSealedProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RotateProviderKeyParams<T1: crate::BytesSql, T2: crate::BytesSql, T3: crate::BytesSql> {
    pub encrypted_key: T1,
    pub previous_encrypted_key: Option<T2>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub seen: T3,
}
#[derive(Clone, Copy, Debug)]
pub struct PruneProviderKeysParams {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GrantProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub provider_key_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct UngrantProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub provider_key_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetProviderKeyToOpenParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub id: Option<uuid::Uuid>,
    pub workspace_id: Option<uuid::Uuid>,
    pub provider_type: Option<T1>,
}
#[derive(Debug)]
pub struct ShareProviderKeyToOpenParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub id: Option<uuid::Uuid>,
    pub workspace_id: Option<uuid::Uuid>,
    pub provider_type: Option<T1>,
}
#[derive(Clone, Copy, Debug)]
pub struct TouchProviderKeyParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub unless_since: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct LockWorkspaceOfProviderKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListRecentChecksParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub since: jiff::Timestamp,
    pub most: i64,
}
#[derive(Debug)]
pub struct InsertValidationResultParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub provider_key_id: uuid::Uuid,
    pub validation_test: T1,
    pub result: T2,
    pub result_details: T3,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct FinishValidationResultParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
> {
    pub validation_test: T1,
    pub result: T2,
    pub result_details: T3,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetProviderKeyValidationParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub validation_status: T1,
    pub validation_error: Option<T2>,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct PruneValidationResultsParams {
    pub tenant_id: uuid::Uuid,
    pub oldest: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GetLastCheckParams {
    pub tenant_id: uuid::Uuid,
    pub provider_key_id: uuid::Uuid,
    pub since: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ListValidationResultsParams {
    pub tenant_id: uuid::Uuid,
    pub provider_key_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderKey {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub provider_type: String,
    pub name: String,
    pub settings: String,
    pub kms_key_id: Option<String>,
    pub previous_kms_key_id: Option<String>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub is_active: bool,
    pub validation_status: String,
    pub validation_error: Option<String>,
    pub validation_timestamp: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub rotated_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub services: Vec<uuid::Uuid>,
}
pub struct ProviderKeyBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub provider_type: &'a str,
    pub name: &'a str,
    pub settings: &'a str,
    pub kms_key_id: Option<&'a str>,
    pub previous_kms_key_id: Option<&'a str>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub is_active: bool,
    pub validation_status: &'a str,
    pub validation_error: Option<&'a str>,
    pub validation_timestamp: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub rotated_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub services: crate::ArrayIterator<'a, uuid::Uuid>,
}
impl<'a> From<ProviderKeyBorrowed<'a>> for ProviderKey {
    fn from(
        ProviderKeyBorrowed {
            id,
            workspace_id,
            provider_type,
            name,
            settings,
            kms_key_id,
            previous_kms_key_id,
            previous_expires_at,
            is_active,
            validation_status,
            validation_error,
            validation_timestamp,
            last_used_at,
            created_by,
            created_at,
            updated_at,
            rotated_at,
            revoked_at,
            services,
        }: ProviderKeyBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            provider_type: provider_type.into(),
            name: name.into(),
            settings: settings.into(),
            kms_key_id: kms_key_id.map(|v| v.into()),
            previous_kms_key_id: previous_kms_key_id.map(|v| v.into()),
            previous_expires_at,
            is_active,
            validation_status: validation_status.into(),
            validation_error: validation_error.map(|v| v.into()),
            validation_timestamp,
            last_used_at,
            created_by,
            created_at,
            updated_at,
            rotated_at,
            revoked_at,
            services: services.map(|v| v).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetSealedProviderKey {
    pub id: uuid::Uuid,
    pub encrypted_key: Option<Vec<u8>>,
    pub previous_encrypted_key: Option<Vec<u8>>,
    pub previous_expires_at: Option<jiff::Timestamp>,
}
pub struct GetSealedProviderKeyBorrowed<'a> {
    pub id: uuid::Uuid,
    pub encrypted_key: Option<&'a [u8]>,
    pub previous_encrypted_key: Option<&'a [u8]>,
    pub previous_expires_at: Option<jiff::Timestamp>,
}
impl<'a> From<GetSealedProviderKeyBorrowed<'a>> for GetSealedProviderKey {
    fn from(
        GetSealedProviderKeyBorrowed {
            id,
            encrypted_key,
            previous_encrypted_key,
            previous_expires_at,
        }: GetSealedProviderKeyBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            encrypted_key: encrypted_key.map(|v| v.into()),
            previous_encrypted_key: previous_encrypted_key.map(|v| v.into()),
            previous_expires_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderKeyToOpen {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub provider_type: String,
    pub name: String,
    pub settings: String,
    pub encrypted_key: Option<Vec<u8>>,
    pub previous_encrypted_key: Option<Vec<u8>>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub r#type: Option<String>,
    pub is_active: Option<bool>,
    pub is_granted: bool,
}
pub struct ProviderKeyToOpenBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub provider_type: &'a str,
    pub name: &'a str,
    pub settings: &'a str,
    pub encrypted_key: Option<&'a [u8]>,
    pub previous_encrypted_key: Option<&'a [u8]>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub r#type: Option<&'a str>,
    pub is_active: Option<bool>,
    pub is_granted: bool,
}
impl<'a> From<ProviderKeyToOpenBorrowed<'a>> for ProviderKeyToOpen {
    fn from(
        ProviderKeyToOpenBorrowed {
            id,
            workspace_id,
            provider_type,
            name,
            settings,
            encrypted_key,
            previous_encrypted_key,
            previous_expires_at,
            revoked_at,
            r#type,
            is_active,
            is_granted,
        }: ProviderKeyToOpenBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            provider_type: provider_type.into(),
            name: name.into(),
            settings: settings.into(),
            encrypted_key: encrypted_key.map(|v| v.into()),
            previous_encrypted_key: previous_encrypted_key.map(|v| v.into()),
            previous_expires_at,
            revoked_at,
            r#type: r#type.map(|v| v.into()),
            is_active,
            is_granted,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetLastCheck {
    pub id: uuid::Uuid,
    pub result: String,
    pub result_details: String,
    pub validated_at: jiff::Timestamp,
}
pub struct GetLastCheckBorrowed<'a> {
    pub id: uuid::Uuid,
    pub result: &'a str,
    pub result_details: &'a str,
    pub validated_at: jiff::Timestamp,
}
impl<'a> From<GetLastCheckBorrowed<'a>> for GetLastCheck {
    fn from(
        GetLastCheckBorrowed { id, result, result_details, validated_at }: GetLastCheckBorrowed<'a>,
    ) -> Self {
        Self { id, result: result.into(), result_details: result_details.into(), validated_at }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListValidationResults {
    pub id: uuid::Uuid,
    pub validation_test: String,
    pub result: String,
    pub result_details: String,
    pub validated_at: jiff::Timestamp,
}
pub struct ListValidationResultsBorrowed<'a> {
    pub id: uuid::Uuid,
    pub validation_test: &'a str,
    pub result: &'a str,
    pub result_details: &'a str,
    pub validated_at: jiff::Timestamp,
}
impl<'a> From<ListValidationResultsBorrowed<'a>> for ListValidationResults {
    fn from(
        ListValidationResultsBorrowed {
            id,
            validation_test,
            result,
            result_details,
            validated_at,
        }: ListValidationResultsBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            validation_test: validation_test.into(),
            result: result.into(),
            result_details: result_details.into(),
            validated_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ProviderKeyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ProviderKeyBorrowed, tokio_postgres::Error>,
    mapper: fn(ProviderKeyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ProviderKeyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ProviderKeyBorrowed) -> R,
    ) -> ProviderKeyQuery<'c, 'a, 's, C, R, N> {
        ProviderKeyQuery {
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
pub struct GetSealedProviderKeyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<GetSealedProviderKeyBorrowed, tokio_postgres::Error>,
    mapper: fn(GetSealedProviderKeyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetSealedProviderKeyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetSealedProviderKeyBorrowed) -> R,
    ) -> GetSealedProviderKeyQuery<'c, 'a, 's, C, R, N> {
        GetSealedProviderKeyQuery {
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
pub struct ProviderKeyToOpenQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ProviderKeyToOpenBorrowed, tokio_postgres::Error>,
    mapper: fn(ProviderKeyToOpenBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ProviderKeyToOpenQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ProviderKeyToOpenBorrowed) -> R,
    ) -> ProviderKeyToOpenQuery<'c, 'a, 's, C, R, N> {
        ProviderKeyToOpenQuery {
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
pub struct GetLastCheckQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetLastCheckBorrowed, tokio_postgres::Error>,
    mapper: fn(GetLastCheckBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetLastCheckQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetLastCheckBorrowed) -> R,
    ) -> GetLastCheckQuery<'c, 'a, 's, C, R, N> {
        GetLastCheckQuery {
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
pub struct ListValidationResultsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ListValidationResultsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListValidationResultsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListValidationResultsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListValidationResultsBorrowed) -> R,
    ) -> ListValidationResultsQuery<'c, 'a, 's, C, R, N> {
        ListValidationResultsQuery {
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
pub struct InsertProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_provider_key() -> InsertProviderKeyStmt {
    InsertProviderKeyStmt(
        "INSERT INTO public.provider_keys ( tenant_id, id, workspace_id, provider_type, name, settings, encrypted_key, created_by, created_at ) VALUES ( $1, $2, $3, $4, $5, $6, $7, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $8), $9 )",
        None,
    )
}
impl InsertProviderKeyStmt {
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
        T3: crate::JsonSql,
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        provider_type: &'a T1,
        name: &'a T2,
        settings: &'a T3,
        encrypted_key: &'a T4,
        created_by: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                tenant_id,
                id,
                workspace_id,
                provider_type,
                name,
                settings,
                encrypted_key,
                created_by,
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
    T3: crate::JsonSql,
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertProviderKeyParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertProviderKeyParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.provider_type,
            &params.name,
            &params.settings,
            &params.encrypted_key,
            &params.created_by,
            &params.now,
        ))
    }
}
pub struct GetProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_provider_key() -> GetProviderKeyStmt {
    GetProviderKeyStmt(
        "SELECT k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.kms_key_id, k.previous_kms_key_id, k.previous_expires_at, k.is_active, k.validation_status, k.validation_error, k.validation_timestamp, k.last_used_at, k.created_by, k.created_at, k.updated_at, k.rotated_at, k.revoked_at, ARRAY( SELECT s.principal_id FROM public.provider_key_services AS s WHERE s.tenant_id = $1 AND s.provider_key_id = k.id ORDER BY s.principal_id ) AS services FROM public.provider_keys AS k WHERE k.tenant_id = $1 AND k.id = $2",
        None,
    )
}
impl GetProviderKeyStmt {
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
    ) -> ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 2> {
        ProviderKeyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ProviderKeyBorrowed, tokio_postgres::Error> {
                    Ok(ProviderKeyBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        provider_type: row.try_get(2)?,
                        name: row.try_get(3)?,
                        settings: row.try_get(4)?,
                        kms_key_id: row.try_get(5)?,
                        previous_kms_key_id: row.try_get(6)?,
                        previous_expires_at: row.try_get(7)?,
                        is_active: row.try_get(8)?,
                        validation_status: row.try_get(9)?,
                        validation_error: row.try_get(10)?,
                        validation_timestamp: row.try_get(11)?,
                        last_used_at: row.try_get(12)?,
                        created_by: row.try_get(13)?,
                        created_at: row.try_get(14)?,
                        updated_at: row.try_get(15)?,
                        rotated_at: row.try_get(16)?,
                        revoked_at: row.try_get(17)?,
                        services: row.try_get(18)?,
                    })
                },
            mapper: |it| ProviderKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetProviderKeyParams,
        ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 2>,
        C,
    > for GetProviderKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetProviderKeyParams,
    ) -> ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListProviderKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_provider_keys() -> ListProviderKeysStmt {
    ListProviderKeysStmt(
        "SELECT k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.kms_key_id, k.previous_kms_key_id, k.previous_expires_at, k.is_active, k.validation_status, k.validation_error, k.validation_timestamp, k.last_used_at, k.created_by, k.created_at, k.updated_at, k.rotated_at, k.revoked_at, ARRAY( SELECT s.principal_id FROM public.provider_key_services AS s WHERE s.tenant_id = $1 AND s.provider_key_id = k.id ORDER BY s.principal_id ) AS services FROM public.provider_keys AS k WHERE k.tenant_id = $1 AND ($2::uuid IS NULL OR k.id > $2) AND ($3::uuid IS NULL OR k.workspace_id = $3) AND ($4::text IS NULL OR k.provider_type = $4) AND ($5::text IS NULL OR k.name = $5) ORDER BY k.id LIMIT $6",
        None,
    )
}
impl ListProviderKeysStmt {
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
        after: &'a Option<uuid::Uuid>,
        workspace_id: &'a Option<uuid::Uuid>,
        provider_type: &'a Option<T1>,
        name: &'a Option<T2>,
        page_size: &'a i64,
    ) -> ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 6> {
        ProviderKeyQuery {
            client,
            params: [tenant_id, after, workspace_id, provider_type, name, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ProviderKeyBorrowed, tokio_postgres::Error> {
                    Ok(ProviderKeyBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        provider_type: row.try_get(2)?,
                        name: row.try_get(3)?,
                        settings: row.try_get(4)?,
                        kms_key_id: row.try_get(5)?,
                        previous_kms_key_id: row.try_get(6)?,
                        previous_expires_at: row.try_get(7)?,
                        is_active: row.try_get(8)?,
                        validation_status: row.try_get(9)?,
                        validation_error: row.try_get(10)?,
                        validation_timestamp: row.try_get(11)?,
                        last_used_at: row.try_get(12)?,
                        created_by: row.try_get(13)?,
                        created_at: row.try_get(14)?,
                        updated_at: row.try_get(15)?,
                        rotated_at: row.try_get(16)?,
                        revoked_at: row.try_get(17)?,
                        services: row.try_get(18)?,
                    })
                },
            mapper: |it| ProviderKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListProviderKeysParams<T1, T2>,
        ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 6>,
        C,
    > for ListProviderKeysStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListProviderKeysParams<T1, T2>,
    ) -> ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.after,
            &params.workspace_id,
            &params.provider_type,
            &params.name,
            &params.page_size,
        )
    }
}
pub struct LockProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_provider_key() -> LockProviderKeyStmt {
    LockProviderKeyStmt(
        "SELECT k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.kms_key_id, k.previous_kms_key_id, k.previous_expires_at, k.is_active, k.validation_status, k.validation_error, k.validation_timestamp, k.last_used_at, k.created_by, k.created_at, k.updated_at, k.rotated_at, k.revoked_at, ARRAY( SELECT s.principal_id FROM public.provider_key_services AS s WHERE s.tenant_id = $1 AND s.provider_key_id = k.id ORDER BY s.principal_id ) AS services FROM public.provider_keys AS k WHERE k.tenant_id = $1 AND k.id = $2 FOR NO KEY UPDATE OF k",
        None,
    )
}
impl LockProviderKeyStmt {
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
    ) -> ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 2> {
        ProviderKeyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ProviderKeyBorrowed, tokio_postgres::Error> {
                    Ok(ProviderKeyBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        provider_type: row.try_get(2)?,
                        name: row.try_get(3)?,
                        settings: row.try_get(4)?,
                        kms_key_id: row.try_get(5)?,
                        previous_kms_key_id: row.try_get(6)?,
                        previous_expires_at: row.try_get(7)?,
                        is_active: row.try_get(8)?,
                        validation_status: row.try_get(9)?,
                        validation_error: row.try_get(10)?,
                        validation_timestamp: row.try_get(11)?,
                        last_used_at: row.try_get(12)?,
                        created_by: row.try_get(13)?,
                        created_at: row.try_get(14)?,
                        updated_at: row.try_get(15)?,
                        rotated_at: row.try_get(16)?,
                        revoked_at: row.try_get(17)?,
                        services: row.try_get(18)?,
                    })
                },
            mapper: |it| ProviderKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockProviderKeyParams,
        ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 2>,
        C,
    > for LockProviderKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockProviderKeyParams,
    ) -> ProviderKeyQuery<'c, 'a, 's, C, ProviderKey, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockProviderKeysBesideStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_provider_keys_beside() -> LockProviderKeysBesideStmt {
    LockProviderKeysBesideStmt(
        "SELECT k.id FROM public.provider_keys AS k JOIN public.provider_keys AS of ON of.tenant_id = k.tenant_id AND of.workspace_id = k.workspace_id AND of.provider_type = k.provider_type WHERE k.tenant_id = $1 AND of.tenant_id = $1 AND of.id = $2 ORDER BY k.id FOR NO KEY UPDATE OF k",
        None,
    )
}
impl LockProviderKeysBesideStmt {
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
        LockProviderKeysBesideParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockProviderKeysBesideStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockProviderKeysBesideParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct DeactivateProviderKeysBesideStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn deactivate_provider_keys_beside() -> DeactivateProviderKeysBesideStmt {
    DeactivateProviderKeysBesideStmt(
        "UPDATE public.provider_keys AS k SET is_active = false FROM public.provider_keys AS of WHERE k.tenant_id = $1 AND of.tenant_id = $1 AND of.id = $2 AND k.workspace_id = of.workspace_id AND k.provider_type = of.provider_type AND k.is_active AND k.id <> of.id RETURNING k.id",
        None,
    )
}
impl DeactivateProviderKeysBesideStmt {
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
        DeactivateProviderKeysBesideParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for DeactivateProviderKeysBesideStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeactivateProviderKeysBesideParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ActivateProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn activate_provider_key() -> ActivateProviderKeyStmt {
    ActivateProviderKeyStmt(
        "UPDATE public.provider_keys SET is_active = true WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
        None,
    )
}
impl ActivateProviderKeyStmt {
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
        ActivateProviderKeyParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ActivateProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ActivateProviderKeyParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct RevokeProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn revoke_provider_key() -> RevokeProviderKeyStmt {
    RevokeProviderKeyStmt(
        "UPDATE public.provider_keys SET encrypted_key          = NULL, previous_encrypted_key = NULL, previous_expires_at    = NULL, is_active              = false, revoked_at             = $1 WHERE tenant_id = $2 AND id = $3",
        None,
    )
}
impl RevokeProviderKeyStmt {
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
        RevokeProviderKeyParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RevokeProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RevokeProviderKeyParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.id))
    }
}
pub struct GetSealedProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_sealed_provider_key() -> GetSealedProviderKeyStmt {
    GetSealedProviderKeyStmt(
        "SELECT k.id, k.encrypted_key, k.previous_encrypted_key, k.previous_expires_at FROM public.provider_keys AS k WHERE k.tenant_id = $1 AND k.id = $2",
        None,
    )
}
impl GetSealedProviderKeyStmt {
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
    ) -> GetSealedProviderKeyQuery<'c, 'a, 's, C, GetSealedProviderKey, 2> {
        GetSealedProviderKeyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetSealedProviderKeyBorrowed, tokio_postgres::Error> {
                Ok(GetSealedProviderKeyBorrowed {
                    id: row.try_get(0)?,
                    encrypted_key: row.try_get(1)?,
                    previous_encrypted_key: row.try_get(2)?,
                    previous_expires_at: row.try_get(3)?,
                })
            },
            mapper: |it| GetSealedProviderKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSealedProviderKeyParams,
        GetSealedProviderKeyQuery<'c, 'a, 's, C, GetSealedProviderKey, 2>,
        C,
    > for GetSealedProviderKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSealedProviderKeyParams,
    ) -> GetSealedProviderKeyQuery<'c, 'a, 's, C, GetSealedProviderKey, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct RotateProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rotate_provider_key() -> RotateProviderKeyStmt {
    RotateProviderKeyStmt(
        "UPDATE public.provider_keys SET encrypted_key          = $1, previous_encrypted_key = $2, previous_expires_at    = $3, validation_status      = 'pending', validation_error       = NULL, validation_timestamp   = NULL, rotated_at             = $4 WHERE tenant_id = $5 AND id = $6 AND encrypted_key = $7",
        None,
    )
}
impl RotateProviderKeyStmt {
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
        T1: crate::BytesSql,
        T2: crate::BytesSql,
        T3: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        encrypted_key: &'a T1,
        previous_encrypted_key: &'a Option<T2>,
        previous_expires_at: &'a Option<jiff::Timestamp>,
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        seen: &'a T3,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[encrypted_key, previous_encrypted_key, previous_expires_at, now, tenant_id, id, seen],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::BytesSql,
    T2: crate::BytesSql,
    T3: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RotateProviderKeyParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RotateProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RotateProviderKeyParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.encrypted_key,
            &params.previous_encrypted_key,
            &params.previous_expires_at,
            &params.now,
            &params.tenant_id,
            &params.id,
            &params.seen,
        ))
    }
}
pub struct PruneProviderKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn prune_provider_keys() -> PruneProviderKeysStmt {
    PruneProviderKeysStmt(
        "UPDATE public.provider_keys SET previous_encrypted_key = NULL, previous_expires_at = NULL WHERE tenant_id = $1 AND previous_expires_at <= $2 RETURNING id",
        None,
    )
}
impl PruneProviderKeysStmt {
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
        now: &'a jiff::Timestamp,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [tenant_id, now],
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
        PruneProviderKeysParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for PruneProviderKeysStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PruneProviderKeysParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.now)
    }
}
pub struct GrantProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn grant_provider_key() -> GrantProviderKeyStmt {
    GrantProviderKeyStmt(
        "INSERT INTO public.provider_key_services (tenant_id, provider_key_id, principal_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        None,
    )
}
impl GrantProviderKeyStmt {
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
        provider_key_id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, provider_key_id, principal_id, now],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        GrantProviderKeyParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for GrantProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a GrantProviderKeyParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.provider_key_id,
            &params.principal_id,
            &params.now,
        ))
    }
}
pub struct UngrantProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn ungrant_provider_key() -> UngrantProviderKeyStmt {
    UngrantProviderKeyStmt(
        "DELETE FROM public.provider_key_services WHERE tenant_id = $1 AND provider_key_id = $2 AND principal_id = $3",
        None,
    )
}
impl UngrantProviderKeyStmt {
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
        provider_key_id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, provider_key_id, principal_id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UngrantProviderKeyParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for UngrantProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UngrantProviderKeyParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.provider_key_id,
            &params.principal_id,
        ))
    }
}
pub struct GetProviderKeyToOpenStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_provider_key_to_open() -> GetProviderKeyToOpenStmt {
    GetProviderKeyToOpenStmt(
        "SELECT k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.encrypted_key, k.previous_encrypted_key, k.previous_expires_at, k.revoked_at, p.type, p.is_active, s.principal_id IS NOT NULL AS is_granted FROM public.provider_keys AS k LEFT JOIN public.principals AS p ON p.tenant_id = $1 AND p.id = $2 LEFT JOIN public.provider_key_services AS s ON s.tenant_id = $1 AND s.provider_key_id = k.id AND s.principal_id = $2 WHERE k.tenant_id = $1 AND ( k.id = $3::uuid OR ($3 IS NULL AND k.is_active AND k.workspace_id = $4::uuid AND k.provider_type = $5::text) )",
        None,
    )
}
impl GetProviderKeyToOpenStmt {
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
        principal_id: &'a uuid::Uuid,
        id: &'a Option<uuid::Uuid>,
        workspace_id: &'a Option<uuid::Uuid>,
        provider_type: &'a Option<T1>,
    ) -> ProviderKeyToOpenQuery<'c, 'a, 's, C, ProviderKeyToOpen, 5> {
        ProviderKeyToOpenQuery {
            client,
            params: [tenant_id, principal_id, id, workspace_id, provider_type],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ProviderKeyToOpenBorrowed, tokio_postgres::Error> {
                Ok(ProviderKeyToOpenBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    provider_type: row.try_get(2)?,
                    name: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    encrypted_key: row.try_get(5)?,
                    previous_encrypted_key: row.try_get(6)?,
                    previous_expires_at: row.try_get(7)?,
                    revoked_at: row.try_get(8)?,
                    r#type: row.try_get(9)?,
                    is_active: row.try_get(10)?,
                    is_granted: row.try_get(11)?,
                })
            },
            mapper: |it| ProviderKeyToOpen::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetProviderKeyToOpenParams<T1>,
        ProviderKeyToOpenQuery<'c, 'a, 's, C, ProviderKeyToOpen, 5>,
        C,
    > for GetProviderKeyToOpenStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetProviderKeyToOpenParams<T1>,
    ) -> ProviderKeyToOpenQuery<'c, 'a, 's, C, ProviderKeyToOpen, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.principal_id,
            &params.id,
            &params.workspace_id,
            &params.provider_type,
        )
    }
}
pub struct ShareProviderKeyToOpenStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn share_provider_key_to_open() -> ShareProviderKeyToOpenStmt {
    ShareProviderKeyToOpenStmt(
        "SELECT k.id, k.workspace_id, k.provider_type, k.name, k.settings::text, k.encrypted_key, k.previous_encrypted_key, k.previous_expires_at, k.revoked_at, p.type, p.is_active, s.principal_id IS NOT NULL AS is_granted FROM public.provider_keys AS k LEFT JOIN public.principals AS p ON p.tenant_id = $1 AND p.id = $2 LEFT JOIN public.provider_key_services AS s ON s.tenant_id = $1 AND s.provider_key_id = k.id AND s.principal_id = $2 WHERE k.tenant_id = $1 AND ( k.id = $3::uuid OR ($3 IS NULL AND k.is_active AND k.workspace_id = $4::uuid AND k.provider_type = $5::text) ) FOR SHARE OF k",
        None,
    )
}
impl ShareProviderKeyToOpenStmt {
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
        principal_id: &'a uuid::Uuid,
        id: &'a Option<uuid::Uuid>,
        workspace_id: &'a Option<uuid::Uuid>,
        provider_type: &'a Option<T1>,
    ) -> ProviderKeyToOpenQuery<'c, 'a, 's, C, ProviderKeyToOpen, 5> {
        ProviderKeyToOpenQuery {
            client,
            params: [tenant_id, principal_id, id, workspace_id, provider_type],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ProviderKeyToOpenBorrowed, tokio_postgres::Error> {
                Ok(ProviderKeyToOpenBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    provider_type: row.try_get(2)?,
                    name: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    encrypted_key: row.try_get(5)?,
                    previous_encrypted_key: row.try_get(6)?,
                    previous_expires_at: row.try_get(7)?,
                    revoked_at: row.try_get(8)?,
                    r#type: row.try_get(9)?,
                    is_active: row.try_get(10)?,
                    is_granted: row.try_get(11)?,
                })
            },
            mapper: |it| ProviderKeyToOpen::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ShareProviderKeyToOpenParams<T1>,
        ProviderKeyToOpenQuery<'c, 'a, 's, C, ProviderKeyToOpen, 5>,
        C,
    > for ShareProviderKeyToOpenStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ShareProviderKeyToOpenParams<T1>,
    ) -> ProviderKeyToOpenQuery<'c, 'a, 's, C, ProviderKeyToOpen, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.principal_id,
            &params.id,
            &params.workspace_id,
            &params.provider_type,
        )
    }
}
pub struct TouchProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn touch_provider_key() -> TouchProviderKeyStmt {
    TouchProviderKeyStmt(
        "UPDATE public.provider_keys SET last_used_at = $1 WHERE tenant_id = $2 AND id = $3 AND (last_used_at IS NULL OR last_used_at <= $4)",
        None,
    )
}
impl TouchProviderKeyStmt {
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
        unless_since: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[now, tenant_id, id, unless_since],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        TouchProviderKeyParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for TouchProviderKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a TouchProviderKeyParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.now,
            &params.tenant_id,
            &params.id,
            &params.unless_since,
        ))
    }
}
pub struct LockWorkspaceOfProviderKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_workspace_of_provider_key() -> LockWorkspaceOfProviderKeyStmt {
    LockWorkspaceOfProviderKeyStmt(
        "SELECT w.id FROM public.workspaces AS w JOIN public.provider_keys AS k ON k.tenant_id = w.tenant_id AND k.workspace_id = w.id WHERE w.tenant_id = $1 AND k.tenant_id = $1 AND k.id = $2 FOR NO KEY UPDATE OF w",
        None,
    )
}
impl LockWorkspaceOfProviderKeyStmt {
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
        LockWorkspaceOfProviderKeyParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockWorkspaceOfProviderKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockWorkspaceOfProviderKeyParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListRecentChecksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_recent_checks() -> ListRecentChecksStmt {
    ListRecentChecksStmt(
        "SELECT r.validated_at FROM public.key_validation_results AS r JOIN public.provider_keys AS k ON k.tenant_id = r.tenant_id AND k.id = r.provider_key_id WHERE r.tenant_id = $1 AND k.tenant_id = $1 AND k.workspace_id = $2 AND r.validation_test IN ('call_test', 'quota_check') AND r.validated_at > $3 ORDER BY r.validated_at DESC LIMIT $4",
        None,
    )
}
impl ListRecentChecksStmt {
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
        since: &'a jiff::Timestamp,
        most: &'a i64,
    ) -> JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 4> {
        JiffTimestampQuery {
            client,
            params: [tenant_id, workspace_id, since, most],
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
        ListRecentChecksParams,
        JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 4>,
        C,
    > for ListRecentChecksStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRecentChecksParams,
    ) -> JiffTimestampQuery<'c, 'a, 's, C, jiff::Timestamp, 4> {
        self.bind(client, &params.tenant_id, &params.workspace_id, &params.since, &params.most)
    }
}
pub struct InsertValidationResultStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_validation_result() -> InsertValidationResultStmt {
    InsertValidationResultStmt(
        "INSERT INTO public.key_validation_results (tenant_id, id, provider_key_id, validation_test, result, result_details, validated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        None,
    )
}
impl InsertValidationResultStmt {
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
        T3: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        provider_key_id: &'a uuid::Uuid,
        validation_test: &'a T1,
        result: &'a T2,
        result_details: &'a T3,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, id, provider_key_id, validation_test, result, result_details, now],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertValidationResultParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertValidationResultStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertValidationResultParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.provider_key_id,
            &params.validation_test,
            &params.result,
            &params.result_details,
            &params.now,
        ))
    }
}
pub struct FinishValidationResultStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn finish_validation_result() -> FinishValidationResultStmt {
    FinishValidationResultStmt(
        "UPDATE public.key_validation_results SET validation_test = $1, result = $2, result_details = $3, validated_at = $4 WHERE tenant_id = $5 AND id = $6",
        None,
    )
}
impl FinishValidationResultStmt {
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
        T3: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        validation_test: &'a T1,
        result: &'a T2,
        result_details: &'a T3,
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[validation_test, result, result_details, now, tenant_id, id],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        FinishValidationResultParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for FinishValidationResultStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a FinishValidationResultParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.validation_test,
            &params.result,
            &params.result_details,
            &params.now,
            &params.tenant_id,
            &params.id,
        ))
    }
}
pub struct SetProviderKeyValidationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_provider_key_validation() -> SetProviderKeyValidationStmt {
    SetProviderKeyValidationStmt(
        "UPDATE public.provider_keys SET validation_status = $1, validation_error = $2, validation_timestamp = $3 WHERE tenant_id = $4 AND id = $5",
        None,
    )
}
impl SetProviderKeyValidationStmt {
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
        validation_status: &'a T1,
        validation_error: &'a Option<T2>,
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[validation_status, validation_error, now, tenant_id, id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetProviderKeyValidationParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SetProviderKeyValidationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetProviderKeyValidationParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.validation_status,
            &params.validation_error,
            &params.now,
            &params.tenant_id,
            &params.id,
        ))
    }
}
pub struct PruneValidationResultsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn prune_validation_results() -> PruneValidationResultsStmt {
    PruneValidationResultsStmt(
        "DELETE FROM public.key_validation_results AS r WHERE r.tenant_id = $1 AND r.validated_at < $2 AND EXISTS ( SELECT FROM public.key_validation_results AS newer WHERE newer.tenant_id = $1 AND newer.provider_key_id = r.provider_key_id AND newer.validation_test = r.validation_test AND (newer.validated_at, newer.id) > (r.validated_at, r.id) )",
        None,
    )
}
impl PruneValidationResultsStmt {
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
        oldest: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, oldest]).await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        PruneValidationResultsParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for PruneValidationResultsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a PruneValidationResultsParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.oldest))
    }
}
pub struct GetLastCheckStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_last_check() -> GetLastCheckStmt {
    GetLastCheckStmt(
        "SELECT r.id, r.result, r.result_details::text, r.validated_at FROM public.key_validation_results AS r WHERE r.tenant_id = $1 AND r.provider_key_id = $2 AND r.validation_test = 'call_test' AND r.result IN ('pass', 'fail') AND r.validated_at > $3 ORDER BY r.validated_at DESC, r.id DESC LIMIT 1",
        None,
    )
}
impl GetLastCheckStmt {
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
        provider_key_id: &'a uuid::Uuid,
        since: &'a jiff::Timestamp,
    ) -> GetLastCheckQuery<'c, 'a, 's, C, GetLastCheck, 3> {
        GetLastCheckQuery {
            client,
            params: [tenant_id, provider_key_id, since],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetLastCheckBorrowed, tokio_postgres::Error> {
                    Ok(GetLastCheckBorrowed {
                        id: row.try_get(0)?,
                        result: row.try_get(1)?,
                        result_details: row.try_get(2)?,
                        validated_at: row.try_get(3)?,
                    })
                },
            mapper: |it| GetLastCheck::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetLastCheckParams,
        GetLastCheckQuery<'c, 'a, 's, C, GetLastCheck, 3>,
        C,
    > for GetLastCheckStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetLastCheckParams,
    ) -> GetLastCheckQuery<'c, 'a, 's, C, GetLastCheck, 3> {
        self.bind(client, &params.tenant_id, &params.provider_key_id, &params.since)
    }
}
pub struct ListValidationResultsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_validation_results() -> ListValidationResultsStmt {
    ListValidationResultsStmt(
        "SELECT r.id, r.validation_test, r.result, r.result_details::text, r.validated_at FROM public.key_validation_results AS r WHERE r.tenant_id = $1 AND r.provider_key_id = $2 ORDER BY r.validated_at DESC, r.id DESC LIMIT $3",
        None,
    )
}
impl ListValidationResultsStmt {
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
        provider_key_id: &'a uuid::Uuid,
        page_size: &'a i64,
    ) -> ListValidationResultsQuery<'c, 'a, 's, C, ListValidationResults, 3> {
        ListValidationResultsQuery {
            client,
            params: [tenant_id, provider_key_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListValidationResultsBorrowed, tokio_postgres::Error> {
                Ok(ListValidationResultsBorrowed {
                    id: row.try_get(0)?,
                    validation_test: row.try_get(1)?,
                    result: row.try_get(2)?,
                    result_details: row.try_get(3)?,
                    validated_at: row.try_get(4)?,
                })
            },
            mapper: |it| ListValidationResults::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListValidationResultsParams,
        ListValidationResultsQuery<'c, 'a, 's, C, ListValidationResults, 3>,
        C,
    > for ListValidationResultsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListValidationResultsParams,
    ) -> ListValidationResultsQuery<'c, 'a, 's, C, ListValidationResults, 3> {
        self.bind(client, &params.tenant_id, &params.provider_key_id, &params.page_size)
    }
}
