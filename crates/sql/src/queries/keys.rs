// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertApiKeyParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::BytesSql,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub name: T1,
    pub environment: T2,
    pub key_id: T3,
    pub key_hash: T4,
    pub scopes: Option<T6>,
    pub expires_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GetApiKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockApiKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetOverlappingApiKeyParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ListApiKeysParams {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub principal_id: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListApiKeysByPrefixParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub key_id_prefix: T1,
    pub environment: Option<T2>,
}
#[derive(Clone, Copy, Debug)]
pub struct RevokeApiKeyParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RetireApiKeyParams {
    pub now: jiff::Timestamp,
    pub rotated_to: uuid::Uuid,
    pub until: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetApiKeyLoginParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub key_id: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct TouchApiKeyParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub unless_since: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub name: String,
    pub environment: String,
    pub key_id: String,
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<jiff::Timestamp>,
    pub rotated_at: Option<jiff::Timestamp>,
    pub rotated_to: Option<uuid::Uuid>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct ApiKeyBorrowed<'a> {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub name: &'a str,
    pub environment: &'a str,
    pub key_id: &'a str,
    pub scopes: Option<crate::ArrayIterator<'a, &'a str>>,
    pub expires_at: Option<jiff::Timestamp>,
    pub rotated_at: Option<jiff::Timestamp>,
    pub rotated_to: Option<uuid::Uuid>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<ApiKeyBorrowed<'a>> for ApiKey {
    fn from(
        ApiKeyBorrowed {
            id,
            principal_id,
            workspace_id,
            name,
            environment,
            key_id,
            scopes,
            expires_at,
            rotated_at,
            rotated_to,
            revoked_at,
            last_used_at,
            created_by,
            created_at,
            updated_at,
        }: ApiKeyBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            principal_id,
            workspace_id,
            name: name.into(),
            environment: environment.into(),
            key_id: key_id.into(),
            scopes: scopes.map(|v| v.map(|v| v.into()).collect()),
            expires_at,
            rotated_at,
            rotated_to,
            revoked_at,
            last_used_at,
            created_by,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct GetOverlappingApiKey {
    pub id: uuid::Uuid,
    pub expires_at: Option<jiff::Timestamp>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetApiKeyLogin {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub environment: String,
    pub key_hash: Vec<u8>,
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
    pub r#type: String,
    pub is_active: bool,
}
pub struct GetApiKeyLoginBorrowed<'a> {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub environment: &'a str,
    pub key_hash: &'a [u8],
    pub scopes: Option<crate::ArrayIterator<'a, &'a str>>,
    pub expires_at: Option<jiff::Timestamp>,
    pub revoked_at: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
    pub r#type: &'a str,
    pub is_active: bool,
}
impl<'a> From<GetApiKeyLoginBorrowed<'a>> for GetApiKeyLogin {
    fn from(
        GetApiKeyLoginBorrowed {
            id,
            principal_id,
            workspace_id,
            environment,
            key_hash,
            scopes,
            expires_at,
            revoked_at,
            last_used_at,
            r#type,
            is_active,
        }: GetApiKeyLoginBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            principal_id,
            workspace_id,
            environment: environment.into(),
            key_hash: key_hash.into(),
            scopes: scopes.map(|v| v.map(|v| v.into()).collect()),
            expires_at,
            revoked_at,
            last_used_at,
            r#type: r#type.into(),
            is_active,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ApiKeyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ApiKeyBorrowed, tokio_postgres::Error>,
    mapper: fn(ApiKeyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ApiKeyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ApiKeyBorrowed) -> R) -> ApiKeyQuery<'c, 'a, 's, C, R, N> {
        ApiKeyQuery {
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
pub struct GetOverlappingApiKeyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetOverlappingApiKey, tokio_postgres::Error>,
    mapper: fn(GetOverlappingApiKey) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetOverlappingApiKeyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetOverlappingApiKey) -> R,
    ) -> GetOverlappingApiKeyQuery<'c, 'a, 's, C, R, N> {
        GetOverlappingApiKeyQuery {
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
pub struct GetApiKeyLoginQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetApiKeyLoginBorrowed, tokio_postgres::Error>,
    mapper: fn(GetApiKeyLoginBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetApiKeyLoginQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetApiKeyLoginBorrowed) -> R,
    ) -> GetApiKeyLoginQuery<'c, 'a, 's, C, R, N> {
        GetApiKeyLoginQuery {
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
pub struct InsertApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_api_key() -> InsertApiKeyStmt {
    InsertApiKeyStmt(
        "INSERT INTO public.api_keys ( tenant_id, id, principal_id, workspace_id, name, environment, key_id, key_hash, scopes, expires_at, created_by, created_at ) VALUES ( $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $11), $12 ) RETURNING id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at",
        None,
    )
}
impl InsertApiKeyStmt {
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
        T6: crate::ArraySql<Item = T5>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
        workspace_id: &'a Option<uuid::Uuid>,
        name: &'a T1,
        environment: &'a T2,
        key_id: &'a T3,
        key_hash: &'a T4,
        scopes: &'a Option<T6>,
        expires_at: &'a Option<jiff::Timestamp>,
        created_by: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 12> {
        ApiKeyQuery {
            client,
            params: [
                tenant_id,
                id,
                principal_id,
                workspace_id,
                name,
                environment,
                key_id,
                key_hash,
                scopes,
                expires_at,
                created_by,
                now,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
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
    T6: crate::ArraySql<Item = T5>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertApiKeyParams<T1, T2, T3, T4, T5, T6>,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 12>,
        C,
    > for InsertApiKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertApiKeyParams<T1, T2, T3, T4, T5, T6>,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 12> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.principal_id,
            &params.workspace_id,
            &params.name,
            &params.environment,
            &params.key_id,
            &params.key_hash,
            &params.scopes,
            &params.expires_at,
            &params.created_by,
            &params.now,
        )
    }
}
pub struct GetApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_api_key() -> GetApiKeyStmt {
    GetApiKeyStmt(
        "SELECT id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at FROM public.api_keys WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetApiKeyStmt {
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
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 2> {
        ApiKeyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetApiKeyParams,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 2>,
        C,
    > for GetApiKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetApiKeyParams,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_api_key() -> LockApiKeyStmt {
    LockApiKeyStmt(
        "SELECT id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at FROM public.api_keys WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        None,
    )
}
impl LockApiKeyStmt {
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
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 2> {
        ApiKeyQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockApiKeyParams,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 2>,
        C,
    > for LockApiKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockApiKeyParams,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetOverlappingApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_overlapping_api_key() -> GetOverlappingApiKeyStmt {
    GetOverlappingApiKeyStmt(
        "SELECT id, expires_at FROM public.api_keys WHERE tenant_id = $1 AND rotated_to = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)",
        None,
    )
}
impl GetOverlappingApiKeyStmt {
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
        now: &'a jiff::Timestamp,
    ) -> GetOverlappingApiKeyQuery<'c, 'a, 's, C, GetOverlappingApiKey, 3> {
        GetOverlappingApiKeyQuery {
            client,
            params: [tenant_id, id, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetOverlappingApiKey, tokio_postgres::Error> {
                    Ok(GetOverlappingApiKey { id: row.try_get(0)?, expires_at: row.try_get(1)? })
                },
            mapper: |it| GetOverlappingApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetOverlappingApiKeyParams,
        GetOverlappingApiKeyQuery<'c, 'a, 's, C, GetOverlappingApiKey, 3>,
        C,
    > for GetOverlappingApiKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetOverlappingApiKeyParams,
    ) -> GetOverlappingApiKeyQuery<'c, 'a, 's, C, GetOverlappingApiKey, 3> {
        self.bind(client, &params.tenant_id, &params.id, &params.now)
    }
}
pub struct ListApiKeysStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_api_keys() -> ListApiKeysStmt {
    ListApiKeysStmt(
        "SELECT id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at FROM public.api_keys WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) AND ($3::uuid IS NULL OR principal_id = $3) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListApiKeysStmt {
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
        after: &'a Option<uuid::Uuid>,
        principal_id: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 4> {
        ApiKeyQuery {
            client,
            params: [tenant_id, after, principal_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListApiKeysParams,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 4>,
        C,
    > for ListApiKeysStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListApiKeysParams,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 4> {
        self.bind(client, &params.tenant_id, &params.after, &params.principal_id, &params.page_size)
    }
}
pub struct ListApiKeysByPrefixStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_api_keys_by_prefix() -> ListApiKeysByPrefixStmt {
    ListApiKeysByPrefixStmt(
        "SELECT id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at FROM public.api_keys WHERE tenant_id = $1 AND key_id >= $2 AND key_id < $2 || '~' AND ($3::text IS NULL OR environment = $3) ORDER BY key_id LIMIT 2",
        None,
    )
}
impl ListApiKeysByPrefixStmt {
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
        key_id_prefix: &'a T1,
        environment: &'a Option<T2>,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 3> {
        ApiKeyQuery {
            client,
            params: [tenant_id, key_id_prefix, environment],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListApiKeysByPrefixParams<T1, T2>,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 3>,
        C,
    > for ListApiKeysByPrefixStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListApiKeysByPrefixParams<T1, T2>,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 3> {
        self.bind(client, &params.tenant_id, &params.key_id_prefix, &params.environment)
    }
}
pub struct RevokeApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn revoke_api_key() -> RevokeApiKeyStmt {
    RevokeApiKeyStmt(
        "UPDATE public.api_keys SET revoked_at = $1 WHERE tenant_id = $2 AND id = $3 AND revoked_at IS NULL RETURNING id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at",
        None,
    )
}
impl RevokeApiKeyStmt {
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
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 3> {
        ApiKeyQuery {
            client,
            params: [now, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RevokeApiKeyParams,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 3>,
        C,
    > for RevokeApiKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RevokeApiKeyParams,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 3> {
        self.bind(client, &params.now, &params.tenant_id, &params.id)
    }
}
pub struct RetireApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn retire_api_key() -> RetireApiKeyStmt {
    RetireApiKeyStmt(
        "UPDATE public.api_keys SET rotated_at = $1, rotated_to = $2, expires_at = least(expires_at, $3) WHERE tenant_id = $4 AND id = $5 RETURNING id, principal_id, workspace_id, name, environment, key_id, scopes, expires_at, rotated_at, rotated_to, revoked_at, last_used_at, created_by, created_at, updated_at",
        None,
    )
}
impl RetireApiKeyStmt {
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
        rotated_to: &'a uuid::Uuid,
        until: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 5> {
        ApiKeyQuery {
            client,
            params: [now, rotated_to, until, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ApiKeyBorrowed, tokio_postgres::Error> {
                    Ok(ApiKeyBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        workspace_id: row.try_get(2)?,
                        name: row.try_get(3)?,
                        environment: row.try_get(4)?,
                        key_id: row.try_get(5)?,
                        scopes: row.try_get(6)?,
                        expires_at: row.try_get(7)?,
                        rotated_at: row.try_get(8)?,
                        rotated_to: row.try_get(9)?,
                        revoked_at: row.try_get(10)?,
                        last_used_at: row.try_get(11)?,
                        created_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                    })
                },
            mapper: |it| ApiKey::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RetireApiKeyParams,
        ApiKeyQuery<'c, 'a, 's, C, ApiKey, 5>,
        C,
    > for RetireApiKeyStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RetireApiKeyParams,
    ) -> ApiKeyQuery<'c, 'a, 's, C, ApiKey, 5> {
        self.bind(
            client,
            &params.now,
            &params.rotated_to,
            &params.until,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct GetApiKeyLoginStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_api_key_login() -> GetApiKeyLoginStmt {
    GetApiKeyLoginStmt(
        "SELECT k.id, k.principal_id, k.workspace_id, k.environment, k.key_hash, k.scopes, k.expires_at, k.revoked_at, k.last_used_at, p.type, p.is_active FROM public.api_keys AS k JOIN public.principals AS p ON p.tenant_id = k.tenant_id AND p.id = k.principal_id WHERE k.tenant_id = $1 AND p.tenant_id = $1 AND k.key_id = $2",
        None,
    )
}
impl GetApiKeyLoginStmt {
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
        key_id: &'a T1,
    ) -> GetApiKeyLoginQuery<'c, 'a, 's, C, GetApiKeyLogin, 2> {
        GetApiKeyLoginQuery {
            client,
            params: [tenant_id, key_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetApiKeyLoginBorrowed, tokio_postgres::Error> {
                Ok(GetApiKeyLoginBorrowed {
                    id: row.try_get(0)?,
                    principal_id: row.try_get(1)?,
                    workspace_id: row.try_get(2)?,
                    environment: row.try_get(3)?,
                    key_hash: row.try_get(4)?,
                    scopes: row.try_get(5)?,
                    expires_at: row.try_get(6)?,
                    revoked_at: row.try_get(7)?,
                    last_used_at: row.try_get(8)?,
                    r#type: row.try_get(9)?,
                    is_active: row.try_get(10)?,
                })
            },
            mapper: |it| GetApiKeyLogin::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetApiKeyLoginParams<T1>,
        GetApiKeyLoginQuery<'c, 'a, 's, C, GetApiKeyLogin, 2>,
        C,
    > for GetApiKeyLoginStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetApiKeyLoginParams<T1>,
    ) -> GetApiKeyLoginQuery<'c, 'a, 's, C, GetApiKeyLogin, 2> {
        self.bind(client, &params.tenant_id, &params.key_id)
    }
}
pub struct TouchApiKeyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn touch_api_key() -> TouchApiKeyStmt {
    TouchApiKeyStmt(
        "UPDATE public.api_keys SET last_used_at = $1 WHERE tenant_id = $2 AND id = $3 AND (last_used_at IS NULL OR last_used_at <= $4)",
        None,
    )
}
impl TouchApiKeyStmt {
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
        TouchApiKeyParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for TouchApiKeyStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a TouchApiKeyParams,
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
