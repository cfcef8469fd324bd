// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertConnectorParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::BytesSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub connector_type: T1,
    pub connector_version: T2,
    pub display_name: T3,
    pub encrypted_config: T4,
    pub installed_by: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GetConnectorParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListConnectorsParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub workspace_id: Option<uuid::Uuid>,
    pub connector_type: Option<T1>,
    pub display_name: Option<T2>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LockConnectorParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetSealedConnectorParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RotateConnectorParams<T1: crate::BytesSql, T2: crate::BytesSql, T3: crate::BytesSql> {
    pub encrypted_config: T1,
    pub previous_encrypted_config: Option<T2>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub seen: T3,
}
#[derive(Clone, Copy, Debug)]
pub struct SetConnectorEnabledParams {
    pub is_enabled: bool,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetConnectorValidationParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub validation_status: T1,
    pub validation_error: Option<T2>,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteConnectorParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct PruneConnectorsParams {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GrantConnectorParams {
    pub tenant_id: uuid::Uuid,
    pub connector_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct UngrantConnectorParams {
    pub tenant_id: uuid::Uuid,
    pub connector_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetConnectorToOpenParams {
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ShareConnectorToOpenParams {
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub connector_type: String,
    pub connector_version: String,
    pub display_name: String,
    pub kms_key_id: Option<String>,
    pub previous_kms_key_id: Option<String>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub is_enabled: bool,
    pub validation_status: String,
    pub validation_error: Option<String>,
    pub validation_timestamp: Option<jiff::Timestamp>,
    pub installed_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub rotated_at: Option<jiff::Timestamp>,
    pub services: Vec<uuid::Uuid>,
}
pub struct ConnectorBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub connector_type: &'a str,
    pub connector_version: &'a str,
    pub display_name: &'a str,
    pub kms_key_id: Option<&'a str>,
    pub previous_kms_key_id: Option<&'a str>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub is_enabled: bool,
    pub validation_status: &'a str,
    pub validation_error: Option<&'a str>,
    pub validation_timestamp: Option<jiff::Timestamp>,
    pub installed_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub rotated_at: Option<jiff::Timestamp>,
    pub services: crate::ArrayIterator<'a, uuid::Uuid>,
}
impl<'a> From<ConnectorBorrowed<'a>> for Connector {
    fn from(
        ConnectorBorrowed {
            id,
            workspace_id,
            connector_type,
            connector_version,
            display_name,
            kms_key_id,
            previous_kms_key_id,
            previous_expires_at,
            is_enabled,
            validation_status,
            validation_error,
            validation_timestamp,
            installed_by,
            created_at,
            updated_at,
            rotated_at,
            services,
        }: ConnectorBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            connector_type: connector_type.into(),
            connector_version: connector_version.into(),
            display_name: display_name.into(),
            kms_key_id: kms_key_id.map(|v| v.into()),
            previous_kms_key_id: previous_kms_key_id.map(|v| v.into()),
            previous_expires_at,
            is_enabled,
            validation_status: validation_status.into(),
            validation_error: validation_error.map(|v| v.into()),
            validation_timestamp,
            installed_by,
            created_at,
            updated_at,
            rotated_at,
            services: services.map(|v| v).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetSealedConnector {
    pub id: uuid::Uuid,
    pub encrypted_config: Vec<u8>,
}
pub struct GetSealedConnectorBorrowed<'a> {
    pub id: uuid::Uuid,
    pub encrypted_config: &'a [u8],
}
impl<'a> From<GetSealedConnectorBorrowed<'a>> for GetSealedConnector {
    fn from(
        GetSealedConnectorBorrowed { id, encrypted_config }: GetSealedConnectorBorrowed<'a>,
    ) -> Self {
        Self { id, encrypted_config: encrypted_config.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectorToOpen {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub connector_type: String,
    pub connector_version: String,
    pub display_name: String,
    pub encrypted_config: Vec<u8>,
    pub previous_encrypted_config: Option<Vec<u8>>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub is_enabled: bool,
    pub r#type: Option<String>,
    pub is_active: Option<bool>,
    pub is_granted: bool,
}
pub struct ConnectorToOpenBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: uuid::Uuid,
    pub connector_type: &'a str,
    pub connector_version: &'a str,
    pub display_name: &'a str,
    pub encrypted_config: &'a [u8],
    pub previous_encrypted_config: Option<&'a [u8]>,
    pub previous_expires_at: Option<jiff::Timestamp>,
    pub is_enabled: bool,
    pub r#type: Option<&'a str>,
    pub is_active: Option<bool>,
    pub is_granted: bool,
}
impl<'a> From<ConnectorToOpenBorrowed<'a>> for ConnectorToOpen {
    fn from(
        ConnectorToOpenBorrowed {
            id,
            workspace_id,
            connector_type,
            connector_version,
            display_name,
            encrypted_config,
            previous_encrypted_config,
            previous_expires_at,
            is_enabled,
            r#type,
            is_active,
            is_granted,
        }: ConnectorToOpenBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            connector_type: connector_type.into(),
            connector_version: connector_version.into(),
            display_name: display_name.into(),
            encrypted_config: encrypted_config.into(),
            previous_encrypted_config: previous_encrypted_config.map(|v| v.into()),
            previous_expires_at,
            is_enabled,
            r#type: r#type.map(|v| v.into()),
            is_active,
            is_granted,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ConnectorQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ConnectorBorrowed, tokio_postgres::Error>,
    mapper: fn(ConnectorBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ConnectorQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ConnectorBorrowed) -> R) -> ConnectorQuery<'c, 'a, 's, C, R, N> {
        ConnectorQuery {
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
pub struct GetSealedConnectorQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<GetSealedConnectorBorrowed, tokio_postgres::Error>,
    mapper: fn(GetSealedConnectorBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetSealedConnectorQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetSealedConnectorBorrowed) -> R,
    ) -> GetSealedConnectorQuery<'c, 'a, 's, C, R, N> {
        GetSealedConnectorQuery {
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
pub struct ConnectorToOpenQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ConnectorToOpenBorrowed, tokio_postgres::Error>,
    mapper: fn(ConnectorToOpenBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ConnectorToOpenQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ConnectorToOpenBorrowed) -> R,
    ) -> ConnectorToOpenQuery<'c, 'a, 's, C, R, N> {
        ConnectorToOpenQuery {
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
pub struct InsertConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_connector() -> InsertConnectorStmt {
    InsertConnectorStmt(
        "INSERT INTO public.connector_installations ( tenant_id, id, workspace_id, connector_type, connector_version, display_name, encrypted_config, installed_by, created_at ) VALUES ( $1, $2, $3, $4, $5, $6, $7, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $8), $9 )",
        None,
    )
}
impl InsertConnectorStmt {
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
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a uuid::Uuid,
        connector_type: &'a T1,
        connector_version: &'a T2,
        display_name: &'a T3,
        encrypted_config: &'a T4,
        installed_by: &'a Option<uuid::Uuid>,
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
                connector_type,
                connector_version,
                display_name,
                encrypted_config,
                installed_by,
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
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertConnectorParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertConnectorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertConnectorParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.connector_type,
            &params.connector_version,
            &params.display_name,
            &params.encrypted_config,
            &params.installed_by,
            &params.now,
        ))
    }
}
pub struct GetConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_connector() -> GetConnectorStmt {
    GetConnectorStmt(
        "SELECT c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.kms_key_id, c.previous_kms_key_id, c.previous_expires_at, c.is_enabled, c.validation_status, c.validation_error, c.validation_timestamp, c.installed_by, c.created_at, c.updated_at, c.rotated_at, ARRAY( SELECT s.principal_id FROM public.connector_services AS s WHERE s.tenant_id = $1 AND s.connector_installation_id = c.id ORDER BY s.principal_id ) AS services FROM public.connector_installations AS c WHERE c.tenant_id = $1 AND c.id = $2",
        None,
    )
}
impl GetConnectorStmt {
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
    ) -> ConnectorQuery<'c, 'a, 's, C, Connector, 2> {
        ConnectorQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConnectorBorrowed, tokio_postgres::Error> {
                    Ok(ConnectorBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        connector_type: row.try_get(2)?,
                        connector_version: row.try_get(3)?,
                        display_name: row.try_get(4)?,
                        kms_key_id: row.try_get(5)?,
                        previous_kms_key_id: row.try_get(6)?,
                        previous_expires_at: row.try_get(7)?,
                        is_enabled: row.try_get(8)?,
                        validation_status: row.try_get(9)?,
                        validation_error: row.try_get(10)?,
                        validation_timestamp: row.try_get(11)?,
                        installed_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                        rotated_at: row.try_get(15)?,
                        services: row.try_get(16)?,
                    })
                },
            mapper: |it| Connector::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetConnectorParams,
        ConnectorQuery<'c, 'a, 's, C, Connector, 2>,
        C,
    > for GetConnectorStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetConnectorParams,
    ) -> ConnectorQuery<'c, 'a, 's, C, Connector, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListConnectorsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_connectors() -> ListConnectorsStmt {
    ListConnectorsStmt(
        "SELECT c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.kms_key_id, c.previous_kms_key_id, c.previous_expires_at, c.is_enabled, c.validation_status, c.validation_error, c.validation_timestamp, c.installed_by, c.created_at, c.updated_at, c.rotated_at, ARRAY( SELECT s.principal_id FROM public.connector_services AS s WHERE s.tenant_id = $1 AND s.connector_installation_id = c.id ORDER BY s.principal_id ) AS services FROM public.connector_installations AS c WHERE c.tenant_id = $1 AND ($2::uuid IS NULL OR c.id > $2) AND ($3::uuid IS NULL OR c.workspace_id = $3) AND ($4::text IS NULL OR c.connector_type = $4) AND ($5::text IS NULL OR c.display_name = $5) ORDER BY c.id LIMIT $6",
        None,
    )
}
impl ListConnectorsStmt {
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
        connector_type: &'a Option<T1>,
        display_name: &'a Option<T2>,
        page_size: &'a i64,
    ) -> ConnectorQuery<'c, 'a, 's, C, Connector, 6> {
        ConnectorQuery {
            client,
            params: [tenant_id, after, workspace_id, connector_type, display_name, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConnectorBorrowed, tokio_postgres::Error> {
                    Ok(ConnectorBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        connector_type: row.try_get(2)?,
                        connector_version: row.try_get(3)?,
                        display_name: row.try_get(4)?,
                        kms_key_id: row.try_get(5)?,
                        previous_kms_key_id: row.try_get(6)?,
                        previous_expires_at: row.try_get(7)?,
                        is_enabled: row.try_get(8)?,
                        validation_status: row.try_get(9)?,
                        validation_error: row.try_get(10)?,
                        validation_timestamp: row.try_get(11)?,
                        installed_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                        rotated_at: row.try_get(15)?,
                        services: row.try_get(16)?,
                    })
                },
            mapper: |it| Connector::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListConnectorsParams<T1, T2>,
        ConnectorQuery<'c, 'a, 's, C, Connector, 6>,
        C,
    > for ListConnectorsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListConnectorsParams<T1, T2>,
    ) -> ConnectorQuery<'c, 'a, 's, C, Connector, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.after,
            &params.workspace_id,
            &params.connector_type,
            &params.display_name,
            &params.page_size,
        )
    }
}
pub struct LockConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_connector() -> LockConnectorStmt {
    LockConnectorStmt(
        "SELECT c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.kms_key_id, c.previous_kms_key_id, c.previous_expires_at, c.is_enabled, c.validation_status, c.validation_error, c.validation_timestamp, c.installed_by, c.created_at, c.updated_at, c.rotated_at, ARRAY( SELECT s.principal_id FROM public.connector_services AS s WHERE s.tenant_id = $1 AND s.connector_installation_id = c.id ORDER BY s.principal_id ) AS services FROM public.connector_installations AS c WHERE c.tenant_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c",
        None,
    )
}
impl LockConnectorStmt {
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
    ) -> ConnectorQuery<'c, 'a, 's, C, Connector, 2> {
        ConnectorQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConnectorBorrowed, tokio_postgres::Error> {
                    Ok(ConnectorBorrowed {
                        id: row.try_get(0)?,
                        workspace_id: row.try_get(1)?,
                        connector_type: row.try_get(2)?,
                        connector_version: row.try_get(3)?,
                        display_name: row.try_get(4)?,
                        kms_key_id: row.try_get(5)?,
                        previous_kms_key_id: row.try_get(6)?,
                        previous_expires_at: row.try_get(7)?,
                        is_enabled: row.try_get(8)?,
                        validation_status: row.try_get(9)?,
                        validation_error: row.try_get(10)?,
                        validation_timestamp: row.try_get(11)?,
                        installed_by: row.try_get(12)?,
                        created_at: row.try_get(13)?,
                        updated_at: row.try_get(14)?,
                        rotated_at: row.try_get(15)?,
                        services: row.try_get(16)?,
                    })
                },
            mapper: |it| Connector::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockConnectorParams,
        ConnectorQuery<'c, 'a, 's, C, Connector, 2>,
        C,
    > for LockConnectorStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockConnectorParams,
    ) -> ConnectorQuery<'c, 'a, 's, C, Connector, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetSealedConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_sealed_connector() -> GetSealedConnectorStmt {
    GetSealedConnectorStmt(
        "SELECT c.id, c.encrypted_config FROM public.connector_installations AS c WHERE c.tenant_id = $1 AND c.id = $2",
        None,
    )
}
impl GetSealedConnectorStmt {
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
    ) -> GetSealedConnectorQuery<'c, 'a, 's, C, GetSealedConnector, 2> {
        GetSealedConnectorQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetSealedConnectorBorrowed, tokio_postgres::Error> {
                Ok(GetSealedConnectorBorrowed {
                    id: row.try_get(0)?,
                    encrypted_config: row.try_get(1)?,
                })
            },
            mapper: |it| GetSealedConnector::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSealedConnectorParams,
        GetSealedConnectorQuery<'c, 'a, 's, C, GetSealedConnector, 2>,
        C,
    > for GetSealedConnectorStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSealedConnectorParams,
    ) -> GetSealedConnectorQuery<'c, 'a, 's, C, GetSealedConnector, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct RotateConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rotate_connector() -> RotateConnectorStmt {
    RotateConnectorStmt(
        "UPDATE public.connector_installations SET encrypted_config          = $1, previous_encrypted_config = $2, previous_expires_at       = $3, validation_status         = 'pending', validation_error          = NULL, validation_timestamp      = NULL, rotated_at                = $4 WHERE tenant_id = $5 AND id = $6 AND encrypted_config = $7",
        None,
    )
}
impl RotateConnectorStmt {
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
        encrypted_config: &'a T1,
        previous_encrypted_config: &'a Option<T2>,
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
            &[
                encrypted_config,
                previous_encrypted_config,
                previous_expires_at,
                now,
                tenant_id,
                id,
                seen,
            ],
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
        RotateConnectorParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RotateConnectorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RotateConnectorParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.encrypted_config,
            &params.previous_encrypted_config,
            &params.previous_expires_at,
            &params.now,
            &params.tenant_id,
            &params.id,
            &params.seen,
        ))
    }
}
pub struct SetConnectorEnabledStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_connector_enabled() -> SetConnectorEnabledStmt {
    SetConnectorEnabledStmt(
        "UPDATE public.connector_installations SET is_enabled = $1 WHERE tenant_id = $2 AND id = $3",
        None,
    )
}
impl SetConnectorEnabledStmt {
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
        is_enabled: &'a bool,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[is_enabled, tenant_id, id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetConnectorEnabledParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SetConnectorEnabledStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetConnectorEnabledParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.is_enabled, &params.tenant_id, &params.id))
    }
}
pub struct SetConnectorValidationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_connector_validation() -> SetConnectorValidationStmt {
    SetConnectorValidationStmt(
        "UPDATE public.connector_installations SET validation_status = $1, validation_error = $2, validation_timestamp = $3 WHERE tenant_id = $4 AND id = $5",
        None,
    )
}
impl SetConnectorValidationStmt {
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
        SetConnectorValidationParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SetConnectorValidationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetConnectorValidationParams<T1, T2>,
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
pub struct DeleteConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_connector() -> DeleteConnectorStmt {
    DeleteConnectorStmt(
        "DELETE FROM public.connector_installations WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl DeleteConnectorStmt {
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
        DeleteConnectorParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteConnectorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteConnectorParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct PruneConnectorsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn prune_connectors() -> PruneConnectorsStmt {
    PruneConnectorsStmt(
        "UPDATE public.connector_installations SET previous_encrypted_config = NULL, previous_expires_at = NULL WHERE tenant_id = $1 AND previous_expires_at <= $2 RETURNING id",
        None,
    )
}
impl PruneConnectorsStmt {
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
        PruneConnectorsParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for PruneConnectorsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PruneConnectorsParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.now)
    }
}
pub struct GrantConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn grant_connector() -> GrantConnectorStmt {
    GrantConnectorStmt(
        "INSERT INTO public.connector_services (tenant_id, connector_installation_id, principal_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        None,
    )
}
impl GrantConnectorStmt {
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
        connector_id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, connector_id, principal_id, now],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        GrantConnectorParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for GrantConnectorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a GrantConnectorParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.connector_id,
            &params.principal_id,
            &params.now,
        ))
    }
}
pub struct UngrantConnectorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn ungrant_connector() -> UngrantConnectorStmt {
    UngrantConnectorStmt(
        "DELETE FROM public.connector_services WHERE tenant_id = $1 AND connector_installation_id = $2 AND principal_id = $3",
        None,
    )
}
impl UngrantConnectorStmt {
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
        connector_id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, connector_id, principal_id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UngrantConnectorParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for UngrantConnectorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UngrantConnectorParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.connector_id, &params.principal_id))
    }
}
pub struct GetConnectorToOpenStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_connector_to_open() -> GetConnectorToOpenStmt {
    GetConnectorToOpenStmt(
        "SELECT c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.encrypted_config, c.previous_encrypted_config, c.previous_expires_at, c.is_enabled, p.type, p.is_active, s.principal_id IS NOT NULL AS is_granted FROM public.connector_installations AS c LEFT JOIN public.principals AS p ON p.tenant_id = $1 AND p.id = $2 LEFT JOIN public.connector_services AS s ON s.tenant_id = $1 AND s.connector_installation_id = c.id AND s.principal_id = $2 WHERE c.tenant_id = $1 AND c.id = $3",
        None,
    )
}
impl GetConnectorToOpenStmt {
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
        principal_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> ConnectorToOpenQuery<'c, 'a, 's, C, ConnectorToOpen, 3> {
        ConnectorToOpenQuery {
            client,
            params: [tenant_id, principal_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ConnectorToOpenBorrowed, tokio_postgres::Error> {
                Ok(ConnectorToOpenBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    connector_type: row.try_get(2)?,
                    connector_version: row.try_get(3)?,
                    display_name: row.try_get(4)?,
                    encrypted_config: row.try_get(5)?,
                    previous_encrypted_config: row.try_get(6)?,
                    previous_expires_at: row.try_get(7)?,
                    is_enabled: row.try_get(8)?,
                    r#type: row.try_get(9)?,
                    is_active: row.try_get(10)?,
                    is_granted: row.try_get(11)?,
                })
            },
            mapper: |it| ConnectorToOpen::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetConnectorToOpenParams,
        ConnectorToOpenQuery<'c, 'a, 's, C, ConnectorToOpen, 3>,
        C,
    > for GetConnectorToOpenStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetConnectorToOpenParams,
    ) -> ConnectorToOpenQuery<'c, 'a, 's, C, ConnectorToOpen, 3> {
        self.bind(client, &params.tenant_id, &params.principal_id, &params.id)
    }
}
pub struct ShareConnectorToOpenStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn share_connector_to_open() -> ShareConnectorToOpenStmt {
    ShareConnectorToOpenStmt(
        "SELECT c.id, c.workspace_id, c.connector_type, c.connector_version, c.display_name, c.encrypted_config, c.previous_encrypted_config, c.previous_expires_at, c.is_enabled, p.type, p.is_active, s.principal_id IS NOT NULL AS is_granted FROM public.connector_installations AS c LEFT JOIN public.principals AS p ON p.tenant_id = $1 AND p.id = $2 LEFT JOIN public.connector_services AS s ON s.tenant_id = $1 AND s.connector_installation_id = c.id AND s.principal_id = $2 WHERE c.tenant_id = $1 AND c.id = $3 FOR SHARE OF c",
        None,
    )
}
impl ShareConnectorToOpenStmt {
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
        principal_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> ConnectorToOpenQuery<'c, 'a, 's, C, ConnectorToOpen, 3> {
        ConnectorToOpenQuery {
            client,
            params: [tenant_id, principal_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ConnectorToOpenBorrowed, tokio_postgres::Error> {
                Ok(ConnectorToOpenBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    connector_type: row.try_get(2)?,
                    connector_version: row.try_get(3)?,
                    display_name: row.try_get(4)?,
                    encrypted_config: row.try_get(5)?,
                    previous_encrypted_config: row.try_get(6)?,
                    previous_expires_at: row.try_get(7)?,
                    is_enabled: row.try_get(8)?,
                    r#type: row.try_get(9)?,
                    is_active: row.try_get(10)?,
                    is_granted: row.try_get(11)?,
                })
            },
            mapper: |it| ConnectorToOpen::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ShareConnectorToOpenParams,
        ConnectorToOpenQuery<'c, 'a, 's, C, ConnectorToOpen, 3>,
        C,
    > for ShareConnectorToOpenStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ShareConnectorToOpenParams,
    ) -> ConnectorToOpenQuery<'c, 'a, 's, C, ConnectorToOpen, 3> {
        self.bind(client, &params.tenant_id, &params.principal_id, &params.id)
    }
}
