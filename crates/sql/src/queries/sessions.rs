// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertSessionParams<
    T1: crate::BytesSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub token_hash: T1,
    pub jwt_sub: Option<T2>,
    pub client_ip: Option<T3>,
    pub user_agent: Option<T4>,
    pub issued_at: jiff::Timestamp,
    pub expires_at: jiff::Timestamp,
    pub idle_timeout_seconds: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct GetSessionParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListSessionsParams {
    pub tenant_id: uuid::Uuid,
    pub principal_id: Option<uuid::Uuid>,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct GetSessionLoginByTokenParams<T1: crate::BytesSql> {
    pub tenant_id: uuid::Uuid,
    pub token_hash: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct GetSessionLoginParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct TouchSessionParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RevokeSessionParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RevokeSessionsOfParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteEndedSessionsParams {
    pub tenant_id: uuid::Uuid,
    pub before: jiff::Timestamp,
    pub batch: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub jwt_sub: Option<String>,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    pub issued_at: jiff::Timestamp,
    pub expires_at: jiff::Timestamp,
    pub idle_timeout_seconds: i32,
    pub last_seen_at: jiff::Timestamp,
    pub revoked_at: Option<jiff::Timestamp>,
}
pub struct SessionBorrowed<'a> {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub jwt_sub: Option<&'a str>,
    pub client_ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub issued_at: jiff::Timestamp,
    pub expires_at: jiff::Timestamp,
    pub idle_timeout_seconds: i32,
    pub last_seen_at: jiff::Timestamp,
    pub revoked_at: Option<jiff::Timestamp>,
}
impl<'a> From<SessionBorrowed<'a>> for Session {
    fn from(
        SessionBorrowed {
            id,
            principal_id,
            jwt_sub,
            client_ip,
            user_agent,
            issued_at,
            expires_at,
            idle_timeout_seconds,
            last_seen_at,
            revoked_at,
        }: SessionBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            principal_id,
            jwt_sub: jwt_sub.map(|v| v.into()),
            client_ip: client_ip.map(|v| v.into()),
            user_agent: user_agent.map(|v| v.into()),
            issued_at,
            expires_at,
            idle_timeout_seconds,
            last_seen_at,
            revoked_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SessionLogin {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub token_hash: Vec<u8>,
    pub jwt_sub: Option<String>,
    pub expires_at: jiff::Timestamp,
    pub idle_timeout_seconds: i32,
    pub last_seen_at: jiff::Timestamp,
    pub revoked_at: Option<jiff::Timestamp>,
    pub r#type: String,
    pub is_active: bool,
}
pub struct SessionLoginBorrowed<'a> {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub token_hash: &'a [u8],
    pub jwt_sub: Option<&'a str>,
    pub expires_at: jiff::Timestamp,
    pub idle_timeout_seconds: i32,
    pub last_seen_at: jiff::Timestamp,
    pub revoked_at: Option<jiff::Timestamp>,
    pub r#type: &'a str,
    pub is_active: bool,
}
impl<'a> From<SessionLoginBorrowed<'a>> for SessionLogin {
    fn from(
        SessionLoginBorrowed {
            id,
            principal_id,
            token_hash,
            jwt_sub,
            expires_at,
            idle_timeout_seconds,
            last_seen_at,
            revoked_at,
            r#type,
            is_active,
        }: SessionLoginBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            principal_id,
            token_hash: token_hash.into(),
            jwt_sub: jwt_sub.map(|v| v.into()),
            expires_at,
            idle_timeout_seconds,
            last_seen_at,
            revoked_at,
            r#type: r#type.into(),
            is_active,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct SessionQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SessionBorrowed, tokio_postgres::Error>,
    mapper: fn(SessionBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SessionQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(SessionBorrowed) -> R) -> SessionQuery<'c, 'a, 's, C, R, N> {
        SessionQuery {
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
pub struct SessionLoginQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SessionLoginBorrowed, tokio_postgres::Error>,
    mapper: fn(SessionLoginBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SessionLoginQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SessionLoginBorrowed) -> R,
    ) -> SessionLoginQuery<'c, 'a, 's, C, R, N> {
        SessionLoginQuery {
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
pub struct InsertSessionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_session() -> InsertSessionStmt {
    InsertSessionStmt(
        "INSERT INTO public.sessions ( tenant_id, id, principal_id, token_hash, jwt_sub, client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds, last_seen_at ) VALUES ( $1, $2, $3, $4, $5, $6::text::inet, $7, $8, $9, $10, $8 ) RETURNING id, principal_id, jwt_sub, host(client_ip) AS client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds, last_seen_at, revoked_at",
        None,
    )
}
impl InsertSessionStmt {
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
        T1: crate::BytesSql,
        T2: crate::StringSql,
        T3: crate::StringSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
        token_hash: &'a T1,
        jwt_sub: &'a Option<T2>,
        client_ip: &'a Option<T3>,
        user_agent: &'a Option<T4>,
        issued_at: &'a jiff::Timestamp,
        expires_at: &'a jiff::Timestamp,
        idle_timeout_seconds: &'a i32,
    ) -> SessionQuery<'c, 'a, 's, C, Session, 10> {
        SessionQuery {
            client,
            params: [
                tenant_id,
                id,
                principal_id,
                token_hash,
                jwt_sub,
                client_ip,
                user_agent,
                issued_at,
                expires_at,
                idle_timeout_seconds,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SessionBorrowed, tokio_postgres::Error> {
                    Ok(SessionBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        jwt_sub: row.try_get(2)?,
                        client_ip: row.try_get(3)?,
                        user_agent: row.try_get(4)?,
                        issued_at: row.try_get(5)?,
                        expires_at: row.try_get(6)?,
                        idle_timeout_seconds: row.try_get(7)?,
                        last_seen_at: row.try_get(8)?,
                        revoked_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Session::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::BytesSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertSessionParams<T1, T2, T3, T4>,
        SessionQuery<'c, 'a, 's, C, Session, 10>,
        C,
    > for InsertSessionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertSessionParams<T1, T2, T3, T4>,
    ) -> SessionQuery<'c, 'a, 's, C, Session, 10> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.principal_id,
            &params.token_hash,
            &params.jwt_sub,
            &params.client_ip,
            &params.user_agent,
            &params.issued_at,
            &params.expires_at,
            &params.idle_timeout_seconds,
        )
    }
}
pub struct GetSessionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_session() -> GetSessionStmt {
    GetSessionStmt(
        "SELECT id, principal_id, jwt_sub, host(client_ip) AS client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds, last_seen_at, revoked_at FROM public.sessions WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetSessionStmt {
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
    ) -> SessionQuery<'c, 'a, 's, C, Session, 2> {
        SessionQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SessionBorrowed, tokio_postgres::Error> {
                    Ok(SessionBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        jwt_sub: row.try_get(2)?,
                        client_ip: row.try_get(3)?,
                        user_agent: row.try_get(4)?,
                        issued_at: row.try_get(5)?,
                        expires_at: row.try_get(6)?,
                        idle_timeout_seconds: row.try_get(7)?,
                        last_seen_at: row.try_get(8)?,
                        revoked_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Session::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSessionParams,
        SessionQuery<'c, 'a, 's, C, Session, 2>,
        C,
    > for GetSessionStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSessionParams,
    ) -> SessionQuery<'c, 'a, 's, C, Session, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListSessionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_sessions() -> ListSessionsStmt {
    ListSessionsStmt(
        "SELECT id, principal_id, jwt_sub, host(client_ip) AS client_ip, user_agent, issued_at, expires_at, idle_timeout_seconds, last_seen_at, revoked_at FROM public.sessions WHERE tenant_id = $1 AND ($2::uuid IS NULL OR principal_id = $2) AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        None,
    )
}
impl ListSessionsStmt {
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
        principal_id: &'a Option<uuid::Uuid>,
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> SessionQuery<'c, 'a, 's, C, Session, 4> {
        SessionQuery {
            client,
            params: [tenant_id, principal_id, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SessionBorrowed, tokio_postgres::Error> {
                    Ok(SessionBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        jwt_sub: row.try_get(2)?,
                        client_ip: row.try_get(3)?,
                        user_agent: row.try_get(4)?,
                        issued_at: row.try_get(5)?,
                        expires_at: row.try_get(6)?,
                        idle_timeout_seconds: row.try_get(7)?,
                        last_seen_at: row.try_get(8)?,
                        revoked_at: row.try_get(9)?,
                    })
                },
            mapper: |it| Session::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListSessionsParams,
        SessionQuery<'c, 'a, 's, C, Session, 4>,
        C,
    > for ListSessionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListSessionsParams,
    ) -> SessionQuery<'c, 'a, 's, C, Session, 4> {
        self.bind(client, &params.tenant_id, &params.principal_id, &params.after, &params.page_size)
    }
}
pub struct GetSessionLoginByTokenStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_session_login_by_token() -> GetSessionLoginByTokenStmt {
    GetSessionLoginByTokenStmt(
        "SELECT s.id, s.principal_id, s.token_hash, s.jwt_sub, s.expires_at, s.idle_timeout_seconds, s.last_seen_at, s.revoked_at, p.type, p.is_active FROM public.sessions AS s JOIN public.principals AS p ON p.tenant_id = s.tenant_id AND p.id = s.principal_id WHERE s.tenant_id = $1 AND p.tenant_id = $1 AND s.token_hash = $2",
        None,
    )
}
impl GetSessionLoginByTokenStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        token_hash: &'a T1,
    ) -> SessionLoginQuery<'c, 'a, 's, C, SessionLogin, 2> {
        SessionLoginQuery {
            client,
            params: [tenant_id, token_hash],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SessionLoginBorrowed, tokio_postgres::Error> {
                    Ok(SessionLoginBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        token_hash: row.try_get(2)?,
                        jwt_sub: row.try_get(3)?,
                        expires_at: row.try_get(4)?,
                        idle_timeout_seconds: row.try_get(5)?,
                        last_seen_at: row.try_get(6)?,
                        revoked_at: row.try_get(7)?,
                        r#type: row.try_get(8)?,
                        is_active: row.try_get(9)?,
                    })
                },
            mapper: |it| SessionLogin::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSessionLoginByTokenParams<T1>,
        SessionLoginQuery<'c, 'a, 's, C, SessionLogin, 2>,
        C,
    > for GetSessionLoginByTokenStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSessionLoginByTokenParams<T1>,
    ) -> SessionLoginQuery<'c, 'a, 's, C, SessionLogin, 2> {
        self.bind(client, &params.tenant_id, &params.token_hash)
    }
}
pub struct GetSessionLoginStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_session_login() -> GetSessionLoginStmt {
    GetSessionLoginStmt(
        "SELECT s.id, s.principal_id, s.token_hash, s.jwt_sub, s.expires_at, s.idle_timeout_seconds, s.last_seen_at, s.revoked_at, p.type, p.is_active FROM public.sessions AS s JOIN public.principals AS p ON p.tenant_id = s.tenant_id AND p.id = s.principal_id WHERE s.tenant_id = $1 AND p.tenant_id = $1 AND s.id = $2",
        None,
    )
}
impl GetSessionLoginStmt {
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
    ) -> SessionLoginQuery<'c, 'a, 's, C, SessionLogin, 2> {
        SessionLoginQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SessionLoginBorrowed, tokio_postgres::Error> {
                    Ok(SessionLoginBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        token_hash: row.try_get(2)?,
                        jwt_sub: row.try_get(3)?,
                        expires_at: row.try_get(4)?,
                        idle_timeout_seconds: row.try_get(5)?,
                        last_seen_at: row.try_get(6)?,
                        revoked_at: row.try_get(7)?,
                        r#type: row.try_get(8)?,
                        is_active: row.try_get(9)?,
                    })
                },
            mapper: |it| SessionLogin::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSessionLoginParams,
        SessionLoginQuery<'c, 'a, 's, C, SessionLogin, 2>,
        C,
    > for GetSessionLoginStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSessionLoginParams,
    ) -> SessionLoginQuery<'c, 'a, 's, C, SessionLogin, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct TouchSessionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn touch_session() -> TouchSessionStmt {
    TouchSessionStmt(
        "UPDATE public.sessions SET last_seen_at = greatest(last_seen_at, $1) WHERE tenant_id = $2 AND id = $3 AND revoked_at IS NULL AND expires_at > $1 AND last_seen_at + make_interval(secs => idle_timeout_seconds) > $1",
        None,
    )
}
impl TouchSessionStmt {
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
        TouchSessionParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for TouchSessionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a TouchSessionParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.id))
    }
}
pub struct RevokeSessionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn revoke_session() -> RevokeSessionStmt {
    RevokeSessionStmt(
        "UPDATE public.sessions SET revoked_at = $1 WHERE tenant_id = $2 AND id = $3 AND revoked_at IS NULL",
        None,
    )
}
impl RevokeSessionStmt {
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
        RevokeSessionParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RevokeSessionStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RevokeSessionParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.id))
    }
}
pub struct RevokeSessionsOfStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn revoke_sessions_of() -> RevokeSessionsOfStmt {
    RevokeSessionsOfStmt(
        "UPDATE public.sessions SET revoked_at = $1 WHERE tenant_id = $2 AND principal_id = $3 AND revoked_at IS NULL AND expires_at > $1 AND last_seen_at + make_interval(secs => idle_timeout_seconds) > $1",
        None,
    )
}
impl RevokeSessionsOfStmt {
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
        principal_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[now, tenant_id, principal_id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RevokeSessionsOfParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RevokeSessionsOfStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RevokeSessionsOfParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.principal_id))
    }
}
pub struct DeleteEndedSessionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_ended_sessions() -> DeleteEndedSessionsStmt {
    DeleteEndedSessionsStmt(
        "DELETE FROM public.sessions WHERE tenant_id = $1 AND id IN ( SELECT s.id FROM public.sessions AS s WHERE s.tenant_id = $1 AND least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_timeout_seconds), s.revoked_at) < $2 ORDER BY s.expires_at LIMIT $3 )",
        None,
    )
}
impl DeleteEndedSessionsStmt {
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
        batch: &'a i64,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, before, batch])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteEndedSessionsParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteEndedSessionsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteEndedSessionsParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.before, &params.batch))
    }
}
