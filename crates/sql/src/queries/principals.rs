// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertServiceParams<T1: crate::StringSql, T2: crate::StringSql, T3: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub display_name: T1,
    pub service_name: T2,
    pub metadata: T3,
}
#[derive(Clone, Copy, Debug)]
pub struct GetPrincipalParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetPrincipalByServiceNameParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub service_name: T1,
}
#[derive(Debug)]
pub struct GetPrincipalByOidcParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub oidc_sub: T1,
    pub oidc_issuer: T2,
}
#[derive(Debug)]
pub struct GetPrincipalByEmailParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub email: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct LockPrincipalParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct SharePrincipalParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListPrincipalsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub r#type: Option<T1>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct SetPrincipalActiveParams {
    pub is_active: bool,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RenamePrincipalParams<T1: crate::StringSql> {
    pub display_name: T1,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct LinkOidcParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub oidc_issuer: Option<T1>,
    pub oidc_sub: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct DeletePrincipalParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub r#type: T1,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    pub id: uuid::Uuid,
    pub r#type: String,
    pub display_name: String,
    pub service_name: Option<String>,
    pub oidc_issuer: Option<String>,
    pub oidc_sub: Option<String>,
    pub is_active: bool,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct PrincipalBorrowed<'a> {
    pub id: uuid::Uuid,
    pub r#type: &'a str,
    pub display_name: &'a str,
    pub service_name: Option<&'a str>,
    pub oidc_issuer: Option<&'a str>,
    pub oidc_sub: Option<&'a str>,
    pub is_active: bool,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<PrincipalBorrowed<'a>> for Principal {
    fn from(
        PrincipalBorrowed {
            id,
            r#type,
            display_name,
            service_name,
            oidc_issuer,
            oidc_sub,
            is_active,
            metadata,
            created_at,
            updated_at,
        }: PrincipalBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            r#type: r#type.into(),
            display_name: display_name.into(),
            service_name: service_name.map(|v| v.into()),
            oidc_issuer: oidc_issuer.map(|v| v.into()),
            oidc_sub: oidc_sub.map(|v| v.into()),
            is_active,
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SharePrincipal {
    pub r#type: String,
    pub is_active: bool,
}
pub struct SharePrincipalBorrowed<'a> {
    pub r#type: &'a str,
    pub is_active: bool,
}
impl<'a> From<SharePrincipalBorrowed<'a>> for SharePrincipal {
    fn from(SharePrincipalBorrowed { r#type, is_active }: SharePrincipalBorrowed<'a>) -> Self {
        Self { r#type: r#type.into(), is_active }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct PrincipalQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PrincipalBorrowed, tokio_postgres::Error>,
    mapper: fn(PrincipalBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PrincipalQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(PrincipalBorrowed) -> R) -> PrincipalQuery<'c, 'a, 's, C, R, N> {
        PrincipalQuery {
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
pub struct SharePrincipalQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SharePrincipalBorrowed, tokio_postgres::Error>,
    mapper: fn(SharePrincipalBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SharePrincipalQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SharePrincipalBorrowed) -> R,
    ) -> SharePrincipalQuery<'c, 'a, 's, C, R, N> {
        SharePrincipalQuery {
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
pub struct InsertServiceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_service() -> InsertServiceStmt {
    InsertServiceStmt(
        "INSERT INTO public.principals (tenant_id, id, type, display_name, service_name, metadata) VALUES ($1, $2, 'service', $3, $4, $5) RETURNING id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at",
        None,
    )
}
impl InsertServiceStmt {
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
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        display_name: &'a T1,
        service_name: &'a T2,
        metadata: &'a T3,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 5> {
        PrincipalQuery {
            client,
            params: [tenant_id, id, display_name, service_name, metadata],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql, T3: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertServiceParams<T1, T2, T3>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 5>,
        C,
    > for InsertServiceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertServiceParams<T1, T2, T3>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.display_name,
            &params.service_name,
            &params.metadata,
        )
    }
}
pub struct GetPrincipalStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_principal() -> GetPrincipalStmt {
    GetPrincipalStmt(
        "SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at FROM public.principals WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetPrincipalStmt {
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
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        PrincipalQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPrincipalParams,
        PrincipalQuery<'c, 'a, 's, C, Principal, 2>,
        C,
    > for GetPrincipalStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPrincipalParams,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetPrincipalByServiceNameStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_principal_by_service_name() -> GetPrincipalByServiceNameStmt {
    GetPrincipalByServiceNameStmt(
        "SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at FROM public.principals WHERE tenant_id = $1 AND service_name = $2",
        None,
    )
}
impl GetPrincipalByServiceNameStmt {
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
        service_name: &'a T1,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        PrincipalQuery {
            client,
            params: [tenant_id, service_name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPrincipalByServiceNameParams<T1>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 2>,
        C,
    > for GetPrincipalByServiceNameStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPrincipalByServiceNameParams<T1>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        self.bind(client, &params.tenant_id, &params.service_name)
    }
}
pub struct GetPrincipalByOidcStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_principal_by_oidc() -> GetPrincipalByOidcStmt {
    GetPrincipalByOidcStmt(
        "SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at FROM public.principals WHERE tenant_id = $1 AND oidc_sub = $2 AND oidc_issuer = $3",
        None,
    )
}
impl GetPrincipalByOidcStmt {
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
        oidc_sub: &'a T1,
        oidc_issuer: &'a T2,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 3> {
        PrincipalQuery {
            client,
            params: [tenant_id, oidc_sub, oidc_issuer],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPrincipalByOidcParams<T1, T2>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 3>,
        C,
    > for GetPrincipalByOidcStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPrincipalByOidcParams<T1, T2>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 3> {
        self.bind(client, &params.tenant_id, &params.oidc_sub, &params.oidc_issuer)
    }
}
pub struct GetPrincipalByEmailStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_principal_by_email() -> GetPrincipalByEmailStmt {
    GetPrincipalByEmailStmt(
        "SELECT p.id, p.type, p.display_name, p.service_name, p.oidc_issuer, p.oidc_sub, p.is_active, p.metadata::text, p.created_at, p.updated_at FROM public.principals AS p JOIN public.users AS u ON u.tenant_id = p.tenant_id AND u.id = p.id WHERE p.tenant_id = $1 AND u.tenant_id = $1 AND u.email_key = lower($2 COLLATE \"C\")",
        None,
    )
}
impl GetPrincipalByEmailStmt {
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
        email: &'a T1,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        PrincipalQuery {
            client,
            params: [tenant_id, email],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetPrincipalByEmailParams<T1>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 2>,
        C,
    > for GetPrincipalByEmailStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetPrincipalByEmailParams<T1>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        self.bind(client, &params.tenant_id, &params.email)
    }
}
pub struct LockPrincipalStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_principal() -> LockPrincipalStmt {
    LockPrincipalStmt(
        "SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at FROM public.principals WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockPrincipalStmt {
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
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        PrincipalQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockPrincipalParams,
        PrincipalQuery<'c, 'a, 's, C, Principal, 2>,
        C,
    > for LockPrincipalStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockPrincipalParams,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct SharePrincipalStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn share_principal() -> SharePrincipalStmt {
    SharePrincipalStmt(
        "SELECT type, is_active FROM public.principals WHERE tenant_id = $1 AND id = $2 FOR SHARE",
        None,
    )
}
impl SharePrincipalStmt {
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
    ) -> SharePrincipalQuery<'c, 'a, 's, C, SharePrincipal, 2> {
        SharePrincipalQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<SharePrincipalBorrowed, tokio_postgres::Error> {
                Ok(SharePrincipalBorrowed {
                    r#type: row.try_get(0)?,
                    is_active: row.try_get(1)?,
                })
            },
            mapper: |it| SharePrincipal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SharePrincipalParams,
        SharePrincipalQuery<'c, 'a, 's, C, SharePrincipal, 2>,
        C,
    > for SharePrincipalStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SharePrincipalParams,
    ) -> SharePrincipalQuery<'c, 'a, 's, C, SharePrincipal, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListPrincipalsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_principals() -> ListPrincipalsStmt {
    ListPrincipalsStmt(
        "SELECT id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at FROM public.principals WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) AND ($3::text IS NULL OR type = $3) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListPrincipalsStmt {
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
        after: &'a Option<uuid::Uuid>,
        r#type: &'a Option<T1>,
        page_size: &'a i64,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 4> {
        PrincipalQuery {
            client,
            params: [tenant_id, after, r#type, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListPrincipalsParams<T1>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 4>,
        C,
    > for ListPrincipalsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPrincipalsParams<T1>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 4> {
        self.bind(client, &params.tenant_id, &params.after, &params.r#type, &params.page_size)
    }
}
pub struct SetPrincipalActiveStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_principal_active() -> SetPrincipalActiveStmt {
    SetPrincipalActiveStmt(
        "UPDATE public.principals SET is_active = $1 WHERE tenant_id = $2 AND id = $3 RETURNING id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at",
        None,
    )
}
impl SetPrincipalActiveStmt {
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
        is_active: &'a bool,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 3> {
        PrincipalQuery {
            client,
            params: [is_active, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetPrincipalActiveParams,
        PrincipalQuery<'c, 'a, 's, C, Principal, 3>,
        C,
    > for SetPrincipalActiveStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetPrincipalActiveParams,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 3> {
        self.bind(client, &params.is_active, &params.tenant_id, &params.id)
    }
}
pub struct RenamePrincipalStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rename_principal() -> RenamePrincipalStmt {
    RenamePrincipalStmt(
        "UPDATE public.principals SET display_name = $1 WHERE tenant_id = $2 AND id = $3 RETURNING id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at",
        None,
    )
}
impl RenamePrincipalStmt {
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
        display_name: &'a T1,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 3> {
        PrincipalQuery {
            client,
            params: [display_name, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        RenamePrincipalParams<T1>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 3>,
        C,
    > for RenamePrincipalStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a RenamePrincipalParams<T1>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 3> {
        self.bind(client, &params.display_name, &params.tenant_id, &params.id)
    }
}
pub struct LinkOidcStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn link_oidc() -> LinkOidcStmt {
    LinkOidcStmt(
        "UPDATE public.principals SET oidc_issuer = $1, oidc_sub = $2 WHERE tenant_id = $3 AND id = $4 RETURNING id, type, display_name, service_name, oidc_issuer, oidc_sub, is_active, metadata::text, created_at, updated_at",
        None,
    )
}
impl LinkOidcStmt {
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
        oidc_issuer: &'a Option<T1>,
        oidc_sub: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 4> {
        PrincipalQuery {
            client,
            params: [oidc_issuer, oidc_sub, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PrincipalBorrowed, tokio_postgres::Error> {
                    Ok(PrincipalBorrowed {
                        id: row.try_get(0)?,
                        r#type: row.try_get(1)?,
                        display_name: row.try_get(2)?,
                        service_name: row.try_get(3)?,
                        oidc_issuer: row.try_get(4)?,
                        oidc_sub: row.try_get(5)?,
                        is_active: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                        updated_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Principal::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LinkOidcParams<T1, T2>,
        PrincipalQuery<'c, 'a, 's, C, Principal, 4>,
        C,
    > for LinkOidcStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LinkOidcParams<T1, T2>,
    ) -> PrincipalQuery<'c, 'a, 's, C, Principal, 4> {
        self.bind(client, &params.oidc_issuer, &params.oidc_sub, &params.tenant_id, &params.id)
    }
}
pub struct DeletePrincipalStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_principal() -> DeletePrincipalStmt {
    DeletePrincipalStmt(
        "DELETE FROM public.principals WHERE tenant_id = $1 AND id = $2 AND type = $3",
        None,
    )
}
impl DeletePrincipalStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        r#type: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, id, r#type])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeletePrincipalParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeletePrincipalStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeletePrincipalParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id, &params.r#type))
    }
}
