// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertRoleParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub name: T1,
    pub description: T2,
}
#[derive(Clone, Copy, Debug)]
pub struct LockRoleParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GrantPermissionsParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>> {
    pub tenant_id: uuid::Uuid,
    pub role_id: uuid::Uuid,
    pub permissions: T2,
}
#[derive(Debug)]
pub struct WithdrawPermissionsParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>> {
    pub tenant_id: uuid::Uuid,
    pub role_id: uuid::Uuid,
    pub permissions: T2,
}
#[derive(Clone, Copy, Debug)]
pub struct GetRoleParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListRolesParams {
    pub tenant_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct FindRoleParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
    pub workspace_id: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteRoleParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct InsertBindingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub role_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub expires_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteExpiredBindingParams {
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub role_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GetBindingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListBindingsParams {
    pub tenant_id: uuid::Uuid,
    pub principal_id: Option<uuid::Uuid>,
    pub role_id: Option<uuid::Uuid>,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteBindingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct AuthorizeParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub now: jiff::Timestamp,
    pub builtin_roles: T2,
    pub permission: T3,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListPermissions {
    pub resource: String,
    pub action: String,
    pub name: String,
    pub description: String,
    pub builtin_roles: Vec<String>,
}
pub struct ListPermissionsBorrowed<'a> {
    pub resource: &'a str,
    pub action: &'a str,
    pub name: &'a str,
    pub description: &'a str,
    pub builtin_roles: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<ListPermissionsBorrowed<'a>> for ListPermissions {
    fn from(
        ListPermissionsBorrowed {
            resource,
            action,
            name,
            description,
            builtin_roles,
        }: ListPermissionsBorrowed<'a>,
    ) -> Self {
        Self {
            resource: resource.into(),
            action: action.into(),
            name: name.into(),
            description: description.into(),
            builtin_roles: builtin_roles.map(|v| v.into()).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LockRole {
    pub workspace_id: Option<uuid::Uuid>,
    pub name: String,
    pub is_builtin: bool,
}
pub struct LockRoleBorrowed<'a> {
    pub workspace_id: Option<uuid::Uuid>,
    pub name: &'a str,
    pub is_builtin: bool,
}
impl<'a> From<LockRoleBorrowed<'a>> for LockRole {
    fn from(LockRoleBorrowed { workspace_id, name, is_builtin }: LockRoleBorrowed<'a>) -> Self {
        Self { workspace_id, name: name.into(), is_builtin }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub name: String,
    pub description: String,
    pub is_builtin: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub permissions: Vec<String>,
}
pub struct RoleBorrowed<'a> {
    pub id: uuid::Uuid,
    pub workspace_id: Option<uuid::Uuid>,
    pub name: &'a str,
    pub description: &'a str,
    pub is_builtin: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub permissions: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<RoleBorrowed<'a>> for Role {
    fn from(
        RoleBorrowed {
            id,
            workspace_id,
            name,
            description,
            is_builtin,
            created_at,
            updated_at,
            permissions,
        }: RoleBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            workspace_id,
            name: name.into(),
            description: description.into(),
            is_builtin,
            created_at,
            updated_at,
            permissions: permissions.map(|v| v.into()).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct InsertBinding {
    pub expires_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub role_id: uuid::Uuid,
    pub role_name: String,
    pub workspace_id: Option<uuid::Uuid>,
    pub expires_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
pub struct BindingBorrowed<'a> {
    pub id: uuid::Uuid,
    pub principal_id: uuid::Uuid,
    pub role_id: uuid::Uuid,
    pub role_name: &'a str,
    pub workspace_id: Option<uuid::Uuid>,
    pub expires_at: Option<jiff::Timestamp>,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<BindingBorrowed<'a>> for Binding {
    fn from(
        BindingBorrowed {
            id,
            principal_id,
            role_id,
            role_name,
            workspace_id,
            expires_at,
            created_by,
            created_at,
        }: BindingBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            principal_id,
            role_id,
            role_name: role_name.into(),
            workspace_id,
            expires_at,
            created_by,
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Authorize {
    pub r#type: String,
    pub is_active: bool,
    pub binding_id: Option<uuid::Uuid>,
    pub binding_workspace_id: Option<uuid::Uuid>,
    pub role_id: Option<uuid::Uuid>,
    pub role_name: Option<String>,
}
pub struct AuthorizeBorrowed<'a> {
    pub r#type: &'a str,
    pub is_active: bool,
    pub binding_id: Option<uuid::Uuid>,
    pub binding_workspace_id: Option<uuid::Uuid>,
    pub role_id: Option<uuid::Uuid>,
    pub role_name: Option<&'a str>,
}
impl<'a> From<AuthorizeBorrowed<'a>> for Authorize {
    fn from(
        AuthorizeBorrowed {
            r#type,
            is_active,
            binding_id,
            binding_workspace_id,
            role_id,
            role_name,
        }: AuthorizeBorrowed<'a>,
    ) -> Self {
        Self {
            r#type: r#type.into(),
            is_active,
            binding_id,
            binding_workspace_id,
            role_id,
            role_name: role_name.map(|v| v.into()),
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ListPermissionsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListPermissionsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListPermissionsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListPermissionsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListPermissionsBorrowed) -> R,
    ) -> ListPermissionsQuery<'c, 'a, 's, C, R, N> {
        ListPermissionsQuery {
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
pub struct LockRoleQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockRoleBorrowed, tokio_postgres::Error>,
    mapper: fn(LockRoleBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockRoleQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(LockRoleBorrowed) -> R) -> LockRoleQuery<'c, 'a, 's, C, R, N> {
        LockRoleQuery {
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
pub struct RoleQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<RoleBorrowed, tokio_postgres::Error>,
    mapper: fn(RoleBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> RoleQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(RoleBorrowed) -> R) -> RoleQuery<'c, 'a, 's, C, R, N> {
        RoleQuery {
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
pub struct InsertBindingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<InsertBinding, tokio_postgres::Error>,
    mapper: fn(InsertBinding) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> InsertBindingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(InsertBinding) -> R) -> InsertBindingQuery<'c, 'a, 's, C, R, N> {
        InsertBindingQuery {
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
pub struct BindingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<BindingBorrowed, tokio_postgres::Error>,
    mapper: fn(BindingBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> BindingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(BindingBorrowed) -> R) -> BindingQuery<'c, 'a, 's, C, R, N> {
        BindingQuery {
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
pub struct AuthorizeQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<AuthorizeBorrowed, tokio_postgres::Error>,
    mapper: fn(AuthorizeBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AuthorizeQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(AuthorizeBorrowed) -> R) -> AuthorizeQuery<'c, 'a, 's, C, R, N> {
        AuthorizeQuery {
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
pub struct ListPermissionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_permissions() -> ListPermissionsStmt {
    ListPermissionsStmt(
        "SELECT resource, action, name, description, builtin_roles FROM public.permissions ORDER BY resource, action",
        None,
    )
}
impl ListPermissionsStmt {
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
    ) -> ListPermissionsQuery<'c, 'a, 's, C, ListPermissions, 0> {
        ListPermissionsQuery {
            client,
            params: [],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListPermissionsBorrowed, tokio_postgres::Error> {
                Ok(ListPermissionsBorrowed {
                    resource: row.try_get(0)?,
                    action: row.try_get(1)?,
                    name: row.try_get(2)?,
                    description: row.try_get(3)?,
                    builtin_roles: row.try_get(4)?,
                })
            },
            mapper: |it| ListPermissions::from(it),
        }
    }
}
pub struct ListUnknownPermissionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_unknown_permissions() -> ListUnknownPermissionsStmt {
    ListUnknownPermissionsStmt(
        "SELECT given.name FROM unnest($1::text[]) AS given (name) WHERE NOT EXISTS (SELECT FROM public.permissions AS p WHERE p.name = given.name)",
        None,
    )
}
impl ListUnknownPermissionsStmt {
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
        names: &'a T2,
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [names],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct InsertRoleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_role() -> InsertRoleStmt {
    InsertRoleStmt(
        "INSERT INTO public.rbac_roles (tenant_id, id, workspace_id, name, description) VALUES ($1, $2, $3, $4, $5)",
        None,
    )
}
impl InsertRoleStmt {
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
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        workspace_id: &'a Option<uuid::Uuid>,
        name: &'a T1,
        description: &'a T2,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, id, workspace_id, name, description],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertRoleParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertRoleStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertRoleParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.workspace_id,
            &params.name,
            &params.description,
        ))
    }
}
pub struct LockRoleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_role() -> LockRoleStmt {
    LockRoleStmt(
        "SELECT workspace_id, name, is_builtin FROM public.rbac_roles WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockRoleStmt {
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
    ) -> LockRoleQuery<'c, 'a, 's, C, LockRole, 2> {
        LockRoleQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<LockRoleBorrowed, tokio_postgres::Error> {
                    Ok(LockRoleBorrowed {
                        workspace_id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        is_builtin: row.try_get(2)?,
                    })
                },
            mapper: |it| LockRole::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockRoleParams,
        LockRoleQuery<'c, 'a, 's, C, LockRole, 2>,
        C,
    > for LockRoleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockRoleParams,
    ) -> LockRoleQuery<'c, 'a, 's, C, LockRole, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GrantPermissionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn grant_permissions() -> GrantPermissionsStmt {
    GrantPermissionsStmt(
        "INSERT INTO public.role_permissions (tenant_id, role_id, permission) SELECT $1, $2, given.name FROM unnest($3::text[]) AS given (name) ON CONFLICT DO NOTHING RETURNING permission",
        None,
    )
}
impl GrantPermissionsStmt {
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
        role_id: &'a uuid::Uuid,
        permissions: &'a T2,
    ) -> StringQuery<'c, 'a, 's, C, String, 3> {
        StringQuery {
            client,
            params: [tenant_id, role_id, permissions],
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
        GrantPermissionsParams<T1, T2>,
        StringQuery<'c, 'a, 's, C, String, 3>,
        C,
    > for GrantPermissionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GrantPermissionsParams<T1, T2>,
    ) -> StringQuery<'c, 'a, 's, C, String, 3> {
        self.bind(client, &params.tenant_id, &params.role_id, &params.permissions)
    }
}
pub struct WithdrawPermissionsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn withdraw_permissions() -> WithdrawPermissionsStmt {
    WithdrawPermissionsStmt(
        "DELETE FROM public.role_permissions WHERE tenant_id = $1 AND role_id = $2 AND permission = ANY ($3::text[]) RETURNING permission",
        None,
    )
}
impl WithdrawPermissionsStmt {
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
        role_id: &'a uuid::Uuid,
        permissions: &'a T2,
    ) -> StringQuery<'c, 'a, 's, C, String, 3> {
        StringQuery {
            client,
            params: [tenant_id, role_id, permissions],
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
        WithdrawPermissionsParams<T1, T2>,
        StringQuery<'c, 'a, 's, C, String, 3>,
        C,
    > for WithdrawPermissionsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a WithdrawPermissionsParams<T1, T2>,
    ) -> StringQuery<'c, 'a, 's, C, String, 3> {
        self.bind(client, &params.tenant_id, &params.role_id, &params.permissions)
    }
}
pub struct GetRoleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_role() -> GetRoleStmt {
    GetRoleStmt(
        "SELECT r.id, r.workspace_id, r.name, r.description, r.is_builtin, r.created_at, r.updated_at, CASE WHEN r.is_builtin THEN ARRAY(SELECT p.name FROM public.permissions AS p WHERE r.name = ANY (p.builtin_roles) ORDER BY p.name) ELSE r.permissions END AS permissions FROM public.rbac_roles AS r WHERE r.tenant_id = $1 AND r.id = $2",
        None,
    )
}
impl GetRoleStmt {
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
    ) -> RoleQuery<'c, 'a, 's, C, Role, 2> {
        RoleQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RoleBorrowed, tokio_postgres::Error> {
                Ok(RoleBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    description: row.try_get(3)?,
                    is_builtin: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                    updated_at: row.try_get(6)?,
                    permissions: row.try_get(7)?,
                })
            },
            mapper: |it| Role::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetRoleParams, RoleQuery<'c, 'a, 's, C, Role, 2>, C>
    for GetRoleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRoleParams,
    ) -> RoleQuery<'c, 'a, 's, C, Role, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListRolesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_roles() -> ListRolesStmt {
    ListRolesStmt(
        "SELECT r.id, r.workspace_id, r.name, r.description, r.is_builtin, r.created_at, r.updated_at, CASE WHEN r.is_builtin THEN ARRAY(SELECT p.name FROM public.permissions AS p WHERE r.name = ANY (p.builtin_roles) ORDER BY p.name) ELSE r.permissions END AS permissions FROM public.rbac_roles AS r WHERE r.tenant_id = $1 AND (r.workspace_id IS NULL OR r.workspace_id = $2) ORDER BY r.workspace_id NULLS LAST, r.is_builtin DESC, r.name",
        None,
    )
}
impl ListRolesStmt {
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
    ) -> RoleQuery<'c, 'a, 's, C, Role, 2> {
        RoleQuery {
            client,
            params: [tenant_id, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RoleBorrowed, tokio_postgres::Error> {
                Ok(RoleBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    description: row.try_get(3)?,
                    is_builtin: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                    updated_at: row.try_get(6)?,
                    permissions: row.try_get(7)?,
                })
            },
            mapper: |it| Role::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListRolesParams, RoleQuery<'c, 'a, 's, C, Role, 2>, C>
    for ListRolesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRolesParams,
    ) -> RoleQuery<'c, 'a, 's, C, Role, 2> {
        self.bind(client, &params.tenant_id, &params.workspace_id)
    }
}
pub struct FindRoleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn find_role() -> FindRoleStmt {
    FindRoleStmt(
        "SELECT r.id, r.workspace_id, r.name, r.description, r.is_builtin, r.created_at, r.updated_at, CASE WHEN r.is_builtin THEN ARRAY(SELECT p.name FROM public.permissions AS p WHERE r.name = ANY (p.builtin_roles) ORDER BY p.name) ELSE r.permissions END AS permissions FROM public.rbac_roles AS r WHERE r.tenant_id = $1 AND r.name = $2 AND (r.workspace_id IS NULL OR r.workspace_id = $3) ORDER BY r.workspace_id NULLS LAST LIMIT 1",
        None,
    )
}
impl FindRoleStmt {
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
        name: &'a T1,
        workspace_id: &'a Option<uuid::Uuid>,
    ) -> RoleQuery<'c, 'a, 's, C, Role, 3> {
        RoleQuery {
            client,
            params: [tenant_id, name, workspace_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RoleBorrowed, tokio_postgres::Error> {
                Ok(RoleBorrowed {
                    id: row.try_get(0)?,
                    workspace_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    description: row.try_get(3)?,
                    is_builtin: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                    updated_at: row.try_get(6)?,
                    permissions: row.try_get(7)?,
                })
            },
            mapper: |it| Role::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindRoleParams<T1>,
        RoleQuery<'c, 'a, 's, C, Role, 3>,
        C,
    > for FindRoleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindRoleParams<T1>,
    ) -> RoleQuery<'c, 'a, 's, C, Role, 3> {
        self.bind(client, &params.tenant_id, &params.name, &params.workspace_id)
    }
}
pub struct DeleteRoleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_role() -> DeleteRoleStmt {
    DeleteRoleStmt("DELETE FROM public.rbac_roles WHERE tenant_id = $1 AND id = $2", None)
}
impl DeleteRoleStmt {
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
        DeleteRoleParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteRoleStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteRoleParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct InsertBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_binding() -> InsertBindingStmt {
    InsertBindingStmt(
        "INSERT INTO public.rbac_bindings (tenant_id, id, principal_id, role_id, workspace_id, expires_at, created_by) VALUES ( $1, $2, $3, $4, $5, $6, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $7) ) RETURNING expires_at, created_by, created_at",
        None,
    )
}
impl InsertBindingStmt {
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
        principal_id: &'a uuid::Uuid,
        role_id: &'a uuid::Uuid,
        workspace_id: &'a Option<uuid::Uuid>,
        expires_at: &'a Option<jiff::Timestamp>,
        created_by: &'a Option<uuid::Uuid>,
    ) -> InsertBindingQuery<'c, 'a, 's, C, InsertBinding, 7> {
        InsertBindingQuery {
            client,
            params: [tenant_id, id, principal_id, role_id, workspace_id, expires_at, created_by],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<InsertBinding, tokio_postgres::Error> {
                Ok(InsertBinding {
                    expires_at: row.try_get(0)?,
                    created_by: row.try_get(1)?,
                    created_at: row.try_get(2)?,
                })
            },
            mapper: |it| InsertBinding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertBindingParams,
        InsertBindingQuery<'c, 'a, 's, C, InsertBinding, 7>,
        C,
    > for InsertBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertBindingParams,
    ) -> InsertBindingQuery<'c, 'a, 's, C, InsertBinding, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.principal_id,
            &params.role_id,
            &params.workspace_id,
            &params.expires_at,
            &params.created_by,
        )
    }
}
pub struct DeleteExpiredBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_expired_binding() -> DeleteExpiredBindingStmt {
    DeleteExpiredBindingStmt(
        "DELETE FROM public.rbac_bindings WHERE tenant_id = $1 AND principal_id = $2 AND role_id = $3 AND workspace_id IS NOT DISTINCT FROM $4 AND expires_at <= $5 RETURNING id",
        None,
    )
}
impl DeleteExpiredBindingStmt {
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
        role_id: &'a uuid::Uuid,
        workspace_id: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 5> {
        UuidUuidQuery {
            client,
            params: [tenant_id, principal_id, role_id, workspace_id, now],
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
        DeleteExpiredBindingParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 5>,
        C,
    > for DeleteExpiredBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteExpiredBindingParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.principal_id,
            &params.role_id,
            &params.workspace_id,
            &params.now,
        )
    }
}
pub struct GetBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_binding() -> GetBindingStmt {
    GetBindingStmt(
        "SELECT b.id, b.principal_id, b.role_id, r.name AS role_name, b.workspace_id, b.expires_at, b.created_by, b.created_at FROM public.rbac_bindings AS b JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id WHERE b.tenant_id = $1 AND b.id = $2",
        None,
    )
}
impl GetBindingStmt {
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
    ) -> BindingQuery<'c, 'a, 's, C, Binding, 2> {
        BindingQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BindingBorrowed, tokio_postgres::Error> {
                    Ok(BindingBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        role_id: row.try_get(2)?,
                        role_name: row.try_get(3)?,
                        workspace_id: row.try_get(4)?,
                        expires_at: row.try_get(5)?,
                        created_by: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                    })
                },
            mapper: |it| Binding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetBindingParams,
        BindingQuery<'c, 'a, 's, C, Binding, 2>,
        C,
    > for GetBindingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetBindingParams,
    ) -> BindingQuery<'c, 'a, 's, C, Binding, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ListBindingsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_bindings() -> ListBindingsStmt {
    ListBindingsStmt(
        "SELECT b.id, b.principal_id, b.role_id, r.name AS role_name, b.workspace_id, b.expires_at, b.created_by, b.created_at FROM public.rbac_bindings AS b JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id WHERE b.tenant_id = $1 AND ($2::uuid IS NULL OR b.principal_id = $2) AND ($3::uuid IS NULL OR b.role_id = $3) ORDER BY b.created_at, b.id",
        None,
    )
}
impl ListBindingsStmt {
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
        role_id: &'a Option<uuid::Uuid>,
    ) -> BindingQuery<'c, 'a, 's, C, Binding, 3> {
        BindingQuery {
            client,
            params: [tenant_id, principal_id, role_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<BindingBorrowed, tokio_postgres::Error> {
                    Ok(BindingBorrowed {
                        id: row.try_get(0)?,
                        principal_id: row.try_get(1)?,
                        role_id: row.try_get(2)?,
                        role_name: row.try_get(3)?,
                        workspace_id: row.try_get(4)?,
                        expires_at: row.try_get(5)?,
                        created_by: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                    })
                },
            mapper: |it| Binding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListBindingsParams,
        BindingQuery<'c, 'a, 's, C, Binding, 3>,
        C,
    > for ListBindingsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListBindingsParams,
    ) -> BindingQuery<'c, 'a, 's, C, Binding, 3> {
        self.bind(client, &params.tenant_id, &params.principal_id, &params.role_id)
    }
}
pub struct DeleteBindingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_binding() -> DeleteBindingStmt {
    DeleteBindingStmt("DELETE FROM public.rbac_bindings WHERE tenant_id = $1 AND id = $2", None)
}
impl DeleteBindingStmt {
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
        DeleteBindingParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteBindingStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteBindingParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct AuthorizeStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn authorize() -> AuthorizeStmt {
    AuthorizeStmt(
        "SELECT principal.type, principal.is_active, b.id AS binding_id, b.workspace_id AS binding_workspace_id, r.id AS role_id, r.name AS role_name FROM public.principals AS principal LEFT JOIN ( public.rbac_bindings AS b JOIN public.rbac_roles AS r ON r.tenant_id = b.tenant_id AND r.id = b.role_id ) ON b.tenant_id = $1 AND r.tenant_id = $1 AND b.principal_id = $2 AND (b.workspace_id IS NULL OR b.workspace_id = $3) AND (b.expires_at IS NULL OR b.expires_at > $4) AND CASE WHEN r.is_builtin THEN r.name = ANY ($5::text[]) ELSE $6 = ANY (r.permissions) END WHERE principal.tenant_id = $1 AND principal.id = $2",
        None,
    )
}
impl AuthorizeStmt {
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
        tenant_id: &'a uuid::Uuid,
        principal_id: &'a uuid::Uuid,
        workspace_id: &'a Option<uuid::Uuid>,
        now: &'a jiff::Timestamp,
        builtin_roles: &'a T2,
        permission: &'a T3,
    ) -> AuthorizeQuery<'c, 'a, 's, C, Authorize, 6> {
        AuthorizeQuery {
            client,
            params: [tenant_id, principal_id, workspace_id, now, builtin_roles, permission],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<AuthorizeBorrowed, tokio_postgres::Error> {
                    Ok(AuthorizeBorrowed {
                        r#type: row.try_get(0)?,
                        is_active: row.try_get(1)?,
                        binding_id: row.try_get(2)?,
                        binding_workspace_id: row.try_get(3)?,
                        role_id: row.try_get(4)?,
                        role_name: row.try_get(5)?,
                    })
                },
            mapper: |it| Authorize::from(it),
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
        AuthorizeParams<T1, T2, T3>,
        AuthorizeQuery<'c, 'a, 's, C, Authorize, 6>,
        C,
    > for AuthorizeStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a AuthorizeParams<T1, T2, T3>,
    ) -> AuthorizeQuery<'c, 'a, 's, C, Authorize, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.principal_id,
            &params.workspace_id,
            &params.now,
            &params.builtin_roles,
            &params.permission,
        )
    }
}
