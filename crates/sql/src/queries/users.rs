// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertUserParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::JsonSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub display_name: T1,
    pub oidc_issuer: Option<T2>,
    pub oidc_sub: Option<T3>,
    pub metadata: T4,
    pub email: T5,
    pub password_hash: Option<T6>,
    pub password_changed_at: Option<jiff::Timestamp>,
}
#[derive(Clone, Copy, Debug)]
pub struct GetUserParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetUserByEmailParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub email: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListUsersParams {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct LockUserParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockUserToDeleteParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetUserEmailParams<T1: crate::StringSql> {
    pub email: T1,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetLoginByEmailParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub email: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct GetLoginParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ConfirmLoginParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub seen_changed_at: jiff::Timestamp,
}
#[derive(Debug)]
pub struct SetPasswordParams<T1: crate::StringSql> {
    pub password_hash: T1,
    pub password_changed_at: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub seen_changed_at: Option<jiff::Timestamp>,
}
#[derive(Debug)]
pub struct RehashPasswordParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub new_hash: T1,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub old_hash: T2,
}
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: uuid::Uuid,
    pub email: String,
    pub display_name: String,
    pub oidc_issuer: Option<String>,
    pub oidc_sub: Option<String>,
    pub is_active: bool,
    pub password_changed_at: Option<jiff::Timestamp>,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct UserBorrowed<'a> {
    pub id: uuid::Uuid,
    pub email: &'a str,
    pub display_name: &'a str,
    pub oidc_issuer: Option<&'a str>,
    pub oidc_sub: Option<&'a str>,
    pub is_active: bool,
    pub password_changed_at: Option<jiff::Timestamp>,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<UserBorrowed<'a>> for User {
    fn from(
        UserBorrowed {
            id,
            email,
            display_name,
            oidc_issuer,
            oidc_sub,
            is_active,
            password_changed_at,
            metadata,
            created_at,
            updated_at,
        }: UserBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            email: email.into(),
            display_name: display_name.into(),
            oidc_issuer: oidc_issuer.map(|v| v.into()),
            oidc_sub: oidc_sub.map(|v| v.into()),
            is_active,
            password_changed_at,
            metadata: metadata.into(),
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    pub id: uuid::Uuid,
    pub password_hash: Option<String>,
    pub password_changed_at: Option<jiff::Timestamp>,
    pub is_active: bool,
}
pub struct LoginBorrowed<'a> {
    pub id: uuid::Uuid,
    pub password_hash: Option<&'a str>,
    pub password_changed_at: Option<jiff::Timestamp>,
    pub is_active: bool,
}
impl<'a> From<LoginBorrowed<'a>> for Login {
    fn from(
        LoginBorrowed { id, password_hash, password_changed_at, is_active }: LoginBorrowed<'a>,
    ) -> Self {
        Self { id, password_hash: password_hash.map(|v| v.into()), password_changed_at, is_active }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct UserQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<UserBorrowed, tokio_postgres::Error>,
    mapper: fn(UserBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> UserQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(UserBorrowed) -> R) -> UserQuery<'c, 'a, 's, C, R, N> {
        UserQuery {
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
pub struct LoginQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LoginBorrowed, tokio_postgres::Error>,
    mapper: fn(LoginBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LoginQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(LoginBorrowed) -> R) -> LoginQuery<'c, 'a, 's, C, R, N> {
        LoginQuery {
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
pub struct InsertUserStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_user() -> InsertUserStmt {
    InsertUserStmt(
        "WITH principal AS ( INSERT INTO public.principals (tenant_id, id, type, display_name, oidc_issuer, oidc_sub, metadata) VALUES ($1, $2, 'human', $3, $4, $5, $6) RETURNING id, display_name, oidc_issuer, oidc_sub, is_active, metadata::text ), profile AS ( INSERT INTO public.users (tenant_id, id, email, password_hash, password_changed_at) VALUES ($1, $2, $7, $8, $9) RETURNING id, email, password_changed_at, created_at, updated_at ) SELECT id, email, display_name, oidc_issuer, oidc_sub, is_active, password_changed_at, metadata, created_at, updated_at FROM principal JOIN profile USING (id)",
        None,
    )
}
impl InsertUserStmt {
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
        T5: crate::StringSql,
        T6: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        display_name: &'a T1,
        oidc_issuer: &'a Option<T2>,
        oidc_sub: &'a Option<T3>,
        metadata: &'a T4,
        email: &'a T5,
        password_hash: &'a Option<T6>,
        password_changed_at: &'a Option<jiff::Timestamp>,
    ) -> UserQuery<'c, 'a, 's, C, User, 9> {
        UserQuery {
            client,
            params: [
                tenant_id,
                id,
                display_name,
                oidc_issuer,
                oidc_sub,
                metadata,
                email,
                password_hash,
                password_changed_at,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
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
    T5: crate::StringSql,
    T6: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertUserParams<T1, T2, T3, T4, T5, T6>,
        UserQuery<'c, 'a, 's, C, User, 9>,
        C,
    > for InsertUserStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertUserParams<T1, T2, T3, T4, T5, T6>,
    ) -> UserQuery<'c, 'a, 's, C, User, 9> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.display_name,
            &params.oidc_issuer,
            &params.oidc_sub,
            &params.metadata,
            &params.email,
            &params.password_hash,
            &params.password_changed_at,
        )
    }
}
pub struct GetUserStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_user() -> GetUserStmt {
    GetUserStmt(
        "SELECT u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text, u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND u.id = $2",
        None,
    )
}
impl GetUserStmt {
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
    ) -> UserQuery<'c, 'a, 's, C, User, 2> {
        UserQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetUserParams, UserQuery<'c, 'a, 's, C, User, 2>, C>
    for GetUserStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetUserParams,
    ) -> UserQuery<'c, 'a, 's, C, User, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetUserByEmailStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_user_by_email() -> GetUserByEmailStmt {
    GetUserByEmailStmt(
        "SELECT u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text, u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND u.email_key = lower($2 COLLATE \"C\")",
        None,
    )
}
impl GetUserByEmailStmt {
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
    ) -> UserQuery<'c, 'a, 's, C, User, 2> {
        UserQuery {
            client,
            params: [tenant_id, email],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetUserByEmailParams<T1>,
        UserQuery<'c, 'a, 's, C, User, 2>,
        C,
    > for GetUserByEmailStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetUserByEmailParams<T1>,
    ) -> UserQuery<'c, 'a, 's, C, User, 2> {
        self.bind(client, &params.tenant_id, &params.email)
    }
}
pub struct ListUsersStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_users() -> ListUsersStmt {
    ListUsersStmt(
        "SELECT u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text, u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND ($2::uuid IS NULL OR u.id > $2) ORDER BY u.id LIMIT $3",
        None,
    )
}
impl ListUsersStmt {
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
        page_size: &'a i64,
    ) -> UserQuery<'c, 'a, 's, C, User, 3> {
        UserQuery {
            client,
            params: [tenant_id, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListUsersParams, UserQuery<'c, 'a, 's, C, User, 3>, C>
    for ListUsersStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListUsersParams,
    ) -> UserQuery<'c, 'a, 's, C, User, 3> {
        self.bind(client, &params.tenant_id, &params.after, &params.page_size)
    }
}
pub struct LockUserStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_user() -> LockUserStmt {
    LockUserStmt(
        "SELECT u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text, u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND u.id = $2 FOR NO KEY UPDATE OF u",
        None,
    )
}
impl LockUserStmt {
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
    ) -> UserQuery<'c, 'a, 's, C, User, 2> {
        UserQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, LockUserParams, UserQuery<'c, 'a, 's, C, User, 2>, C>
    for LockUserStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockUserParams,
    ) -> UserQuery<'c, 'a, 's, C, User, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockUserToDeleteStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_user_to_delete() -> LockUserToDeleteStmt {
    LockUserToDeleteStmt(
        "SELECT email FROM public.users WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        None,
    )
}
impl LockUserToDeleteStmt {
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
        LockUserToDeleteParams,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for LockUserToDeleteStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockUserToDeleteParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct SetUserEmailStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_user_email() -> SetUserEmailStmt {
    SetUserEmailStmt(
        "UPDATE public.users AS u SET email = $1 FROM public.principals AS p WHERE u.tenant_id = $2 AND u.id = $3 AND p.tenant_id = u.tenant_id AND p.id = u.id RETURNING u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text, u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at",
        None,
    )
}
impl SetUserEmailStmt {
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
        email: &'a T1,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> UserQuery<'c, 'a, 's, C, User, 3> {
        UserQuery {
            client,
            params: [email, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetUserEmailParams<T1>,
        UserQuery<'c, 'a, 's, C, User, 3>,
        C,
    > for SetUserEmailStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetUserEmailParams<T1>,
    ) -> UserQuery<'c, 'a, 's, C, User, 3> {
        self.bind(client, &params.email, &params.tenant_id, &params.id)
    }
}
pub struct GetLoginByEmailStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_login_by_email() -> GetLoginByEmailStmt {
    GetLoginByEmailStmt(
        "SELECT u.id, u.password_hash, u.password_changed_at, p.is_active FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND u.email_key = lower($2 COLLATE \"C\")",
        None,
    )
}
impl GetLoginByEmailStmt {
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
    ) -> LoginQuery<'c, 'a, 's, C, Login, 2> {
        LoginQuery {
            client,
            params: [tenant_id, email],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<LoginBorrowed, tokio_postgres::Error> {
                Ok(LoginBorrowed {
                    id: row.try_get(0)?,
                    password_hash: row.try_get(1)?,
                    password_changed_at: row.try_get(2)?,
                    is_active: row.try_get(3)?,
                })
            },
            mapper: |it| Login::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetLoginByEmailParams<T1>,
        LoginQuery<'c, 'a, 's, C, Login, 2>,
        C,
    > for GetLoginByEmailStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetLoginByEmailParams<T1>,
    ) -> LoginQuery<'c, 'a, 's, C, Login, 2> {
        self.bind(client, &params.tenant_id, &params.email)
    }
}
pub struct GetLoginStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_login() -> GetLoginStmt {
    GetLoginStmt(
        "SELECT u.id, u.password_hash, u.password_changed_at, p.is_active FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND u.id = $2",
        None,
    )
}
impl GetLoginStmt {
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
    ) -> LoginQuery<'c, 'a, 's, C, Login, 2> {
        LoginQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<LoginBorrowed, tokio_postgres::Error> {
                Ok(LoginBorrowed {
                    id: row.try_get(0)?,
                    password_hash: row.try_get(1)?,
                    password_changed_at: row.try_get(2)?,
                    is_active: row.try_get(3)?,
                })
            },
            mapper: |it| Login::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetLoginParams,
        LoginQuery<'c, 'a, 's, C, Login, 2>,
        C,
    > for GetLoginStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetLoginParams,
    ) -> LoginQuery<'c, 'a, 's, C, Login, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ConfirmLoginStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn confirm_login() -> ConfirmLoginStmt {
    ConfirmLoginStmt(
        "SELECT u.id, u.email, p.display_name, p.oidc_issuer, p.oidc_sub, p.is_active, u.password_changed_at, p.metadata::text, u.created_at, greatest(u.updated_at, p.updated_at) AS updated_at FROM public.users AS u JOIN public.principals AS p ON p.tenant_id = u.tenant_id AND p.id = u.id WHERE u.tenant_id = $1 AND u.id = $2 AND u.password_changed_at = $3",
        None,
    )
}
impl ConfirmLoginStmt {
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
        seen_changed_at: &'a jiff::Timestamp,
    ) -> UserQuery<'c, 'a, 's, C, User, 3> {
        UserQuery {
            client,
            params: [tenant_id, id, seen_changed_at],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<UserBorrowed, tokio_postgres::Error> {
                Ok(UserBorrowed {
                    id: row.try_get(0)?,
                    email: row.try_get(1)?,
                    display_name: row.try_get(2)?,
                    oidc_issuer: row.try_get(3)?,
                    oidc_sub: row.try_get(4)?,
                    is_active: row.try_get(5)?,
                    password_changed_at: row.try_get(6)?,
                    metadata: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| User::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ConfirmLoginParams,
        UserQuery<'c, 'a, 's, C, User, 3>,
        C,
    > for ConfirmLoginStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ConfirmLoginParams,
    ) -> UserQuery<'c, 'a, 's, C, User, 3> {
        self.bind(client, &params.tenant_id, &params.id, &params.seen_changed_at)
    }
}
pub struct SetPasswordStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_password() -> SetPasswordStmt {
    SetPasswordStmt(
        "UPDATE public.users SET password_hash = $1, password_changed_at = $2 WHERE tenant_id = $3 AND id = $4 AND ($5::timestamptz IS NULL OR password_changed_at = $5)",
        None,
    )
}
impl SetPasswordStmt {
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
        password_hash: &'a T1,
        password_changed_at: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        seen_changed_at: &'a Option<jiff::Timestamp>,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[password_hash, password_changed_at, tenant_id, id, seen_changed_at],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetPasswordParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SetPasswordStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetPasswordParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.password_hash,
            &params.password_changed_at,
            &params.tenant_id,
            &params.id,
            &params.seen_changed_at,
        ))
    }
}
pub struct RehashPasswordStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn rehash_password() -> RehashPasswordStmt {
    RehashPasswordStmt(
        "UPDATE public.users SET password_hash = $1 WHERE tenant_id = $2 AND id = $3 AND password_hash = $4",
        None,
    )
}
impl RehashPasswordStmt {
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
        new_hash: &'a T1,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        old_hash: &'a T2,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[new_hash, tenant_id, id, old_hash],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RehashPasswordParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RehashPasswordStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RehashPasswordParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.new_hash,
            &params.tenant_id,
            &params.id,
            &params.old_hash,
        ))
    }
}
