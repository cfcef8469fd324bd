// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertTeamParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
    T6: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: T1,
    pub slug: T2,
    pub owner_id: uuid::Uuid,
    pub settings: T3,
    pub shared_skill_names: T5,
    pub webhook_url: Option<T6>,
    pub conversation_retention_days: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct GetTeamParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockTeamParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockTeamsOfUserParams {
    pub tenant_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListTeamOwnersParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
}
#[derive(Debug)]
pub struct GetTeamBySlugParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub slug: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListTeamsParams {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct UpdateTeamParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
    T6: crate::StringSql,
> {
    pub name: T1,
    pub slug: T2,
    pub settings: T3,
    pub shared_skill_names: T5,
    pub webhook_url: Option<T6>,
    pub conversation_retention_days: i32,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct TransferTeamParams {
    pub owner_id: uuid::Uuid,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteTeamParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertMembershipParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub user_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub role: T1,
}
#[derive(Debug)]
pub struct SetMembershipRoleParams<T1: crate::StringSql> {
    pub role: T1,
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteMembershipParams {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetMembershipParams {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListMembersParams {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListMembershipsOfUserParams {
    pub tenant_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetTeamWebhookSecretParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetTeamWebhookSecretParams<T1: crate::BytesSql, T2: crate::BytesSql, T3: crate::BytesSql>
{
    pub webhook_secret: Option<T1>,
    pub previous_webhook_secret: Option<T2>,
    pub previous_webhook_secret_expires_at: Option<jiff::Timestamp>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub seen: Option<T3>,
}
#[derive(Clone, Copy, Debug)]
pub struct PruneTeamWebhookSecretsParams {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    pub id: uuid::Uuid,
    pub name: String,
    pub slug: String,
    pub owner_id: uuid::Uuid,
    pub settings: String,
    pub shared_skill_names: Vec<String>,
    pub webhook_url: Option<String>,
    pub conversation_retention_days: i32,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct TeamBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub slug: &'a str,
    pub owner_id: uuid::Uuid,
    pub settings: &'a str,
    pub shared_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub webhook_url: Option<&'a str>,
    pub conversation_retention_days: i32,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<TeamBorrowed<'a>> for Team {
    fn from(
        TeamBorrowed {
            id,
            name,
            slug,
            owner_id,
            settings,
            shared_skill_names,
            webhook_url,
            conversation_retention_days,
            created_at,
            updated_at,
        }: TeamBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            slug: slug.into(),
            owner_id,
            settings: settings.into(),
            shared_skill_names: shared_skill_names.map(|v| v.into()).collect(),
            webhook_url: webhook_url.map(|v| v.into()),
            conversation_retention_days,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct LockTeamsOfUser {
    pub id: uuid::Uuid,
    pub owner_id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct ListTeamOwners {
    pub id: uuid::Uuid,
    pub owner_id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    pub id: uuid::Uuid,
    pub user_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub role: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct MembershipBorrowed<'a> {
    pub id: uuid::Uuid,
    pub user_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub role: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<MembershipBorrowed<'a>> for Membership {
    fn from(
        MembershipBorrowed {
            id,
            user_id,
            team_id,
            role,
            created_at,
            updated_at,
        }: MembershipBorrowed<'a>,
    ) -> Self {
        Self { id, user_id, team_id, role: role.into(), created_at, updated_at }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetTeamWebhookSecret {
    pub id: uuid::Uuid,
    pub webhook_url: Option<String>,
    pub webhook_secret: Option<Vec<u8>>,
    pub previous_webhook_secret: Option<Vec<u8>>,
    pub previous_webhook_secret_expires_at: Option<jiff::Timestamp>,
    pub kms_key_id: Option<String>,
    pub previous_kms_key_id: Option<String>,
}
pub struct GetTeamWebhookSecretBorrowed<'a> {
    pub id: uuid::Uuid,
    pub webhook_url: Option<&'a str>,
    pub webhook_secret: Option<&'a [u8]>,
    pub previous_webhook_secret: Option<&'a [u8]>,
    pub previous_webhook_secret_expires_at: Option<jiff::Timestamp>,
    pub kms_key_id: Option<&'a str>,
    pub previous_kms_key_id: Option<&'a str>,
}
impl<'a> From<GetTeamWebhookSecretBorrowed<'a>> for GetTeamWebhookSecret {
    fn from(
        GetTeamWebhookSecretBorrowed {
            id,
            webhook_url,
            webhook_secret,
            previous_webhook_secret,
            previous_webhook_secret_expires_at,
            kms_key_id,
            previous_kms_key_id,
        }: GetTeamWebhookSecretBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            webhook_url: webhook_url.map(|v| v.into()),
            webhook_secret: webhook_secret.map(|v| v.into()),
            previous_webhook_secret: previous_webhook_secret.map(|v| v.into()),
            previous_webhook_secret_expires_at,
            kms_key_id: kms_key_id.map(|v| v.into()),
            previous_kms_key_id: previous_kms_key_id.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SetTeamWebhookSecret {
    pub id: uuid::Uuid,
    pub kms_key_id: Option<String>,
}
pub struct SetTeamWebhookSecretBorrowed<'a> {
    pub id: uuid::Uuid,
    pub kms_key_id: Option<&'a str>,
}
impl<'a> From<SetTeamWebhookSecretBorrowed<'a>> for SetTeamWebhookSecret {
    fn from(
        SetTeamWebhookSecretBorrowed { id, kms_key_id }: SetTeamWebhookSecretBorrowed<'a>,
    ) -> Self {
        Self { id, kms_key_id: kms_key_id.map(|v| v.into()) }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct TeamQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<TeamBorrowed, tokio_postgres::Error>,
    mapper: fn(TeamBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> TeamQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(TeamBorrowed) -> R) -> TeamQuery<'c, 'a, 's, C, R, N> {
        TeamQuery {
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
pub struct LockTeamsOfUserQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<LockTeamsOfUser, tokio_postgres::Error>,
    mapper: fn(LockTeamsOfUser) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> LockTeamsOfUserQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(LockTeamsOfUser) -> R,
    ) -> LockTeamsOfUserQuery<'c, 'a, 's, C, R, N> {
        LockTeamsOfUserQuery {
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
pub struct ListTeamOwnersQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListTeamOwners, tokio_postgres::Error>,
    mapper: fn(ListTeamOwners) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListTeamOwnersQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListTeamOwners) -> R,
    ) -> ListTeamOwnersQuery<'c, 'a, 's, C, R, N> {
        ListTeamOwnersQuery {
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
pub struct MembershipQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<MembershipBorrowed, tokio_postgres::Error>,
    mapper: fn(MembershipBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> MembershipQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(MembershipBorrowed) -> R,
    ) -> MembershipQuery<'c, 'a, 's, C, R, N> {
        MembershipQuery {
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
pub struct GetTeamWebhookSecretQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<GetTeamWebhookSecretBorrowed, tokio_postgres::Error>,
    mapper: fn(GetTeamWebhookSecretBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetTeamWebhookSecretQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetTeamWebhookSecretBorrowed) -> R,
    ) -> GetTeamWebhookSecretQuery<'c, 'a, 's, C, R, N> {
        GetTeamWebhookSecretQuery {
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
pub struct SetTeamWebhookSecretQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<SetTeamWebhookSecretBorrowed, tokio_postgres::Error>,
    mapper: fn(SetTeamWebhookSecretBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SetTeamWebhookSecretQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SetTeamWebhookSecretBorrowed) -> R,
    ) -> SetTeamWebhookSecretQuery<'c, 'a, 's, C, R, N> {
        SetTeamWebhookSecretQuery {
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
pub struct InsertTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_team() -> InsertTeamStmt {
    InsertTeamStmt(
        "INSERT INTO public.teams ( tenant_id, id, name, slug, owner_id, settings, shared_skill_names, webhook_url, conversation_retention_days ) VALUES ( $1, $2, $3, $4::text, $5, $6, $7, $8, $9 ) RETURNING id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at",
        None,
    )
}
impl InsertTeamStmt {
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
        T4: crate::StringSql,
        T5: crate::ArraySql<Item = T4>,
        T6: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        name: &'a T1,
        slug: &'a T2,
        owner_id: &'a uuid::Uuid,
        settings: &'a T3,
        shared_skill_names: &'a T5,
        webhook_url: &'a Option<T6>,
        conversation_retention_days: &'a i32,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 9> {
        TeamQuery {
            client,
            params: [
                tenant_id,
                id,
                name,
                slug,
                owner_id,
                settings,
                shared_skill_names,
                webhook_url,
                conversation_retention_days,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
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
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
    T6: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertTeamParams<T1, T2, T3, T4, T5, T6>,
        TeamQuery<'c, 'a, 's, C, Team, 9>,
        C,
    > for InsertTeamStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertTeamParams<T1, T2, T3, T4, T5, T6>,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 9> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.name,
            &params.slug,
            &params.owner_id,
            &params.settings,
            &params.shared_skill_names,
            &params.webhook_url,
            &params.conversation_retention_days,
        )
    }
}
pub struct GetTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_team() -> GetTeamStmt {
    GetTeamStmt(
        "SELECT id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at FROM public.teams WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetTeamStmt {
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
    ) -> TeamQuery<'c, 'a, 's, C, Team, 2> {
        TeamQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetTeamParams, TeamQuery<'c, 'a, 's, C, Team, 2>, C>
    for GetTeamStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetTeamParams,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_team() -> LockTeamStmt {
    LockTeamStmt(
        "SELECT id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at FROM public.teams WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockTeamStmt {
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
    ) -> TeamQuery<'c, 'a, 's, C, Team, 2> {
        TeamQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, LockTeamParams, TeamQuery<'c, 'a, 's, C, Team, 2>, C>
    for LockTeamStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockTeamParams,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockTeamsOfUserStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_teams_of_user() -> LockTeamsOfUserStmt {
    LockTeamsOfUserStmt(
        "SELECT id, owner_id FROM public.teams WHERE tenant_id = $1 AND id IN ( SELECT m.team_id FROM public.team_memberships AS m WHERE m.tenant_id = $1 AND m.user_id = $2 ) ORDER BY id FOR NO KEY UPDATE",
        None,
    )
}
impl LockTeamsOfUserStmt {
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
        user_id: &'a uuid::Uuid,
    ) -> LockTeamsOfUserQuery<'c, 'a, 's, C, LockTeamsOfUser, 2> {
        LockTeamsOfUserQuery {
            client,
            params: [tenant_id, user_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<LockTeamsOfUser, tokio_postgres::Error> {
                    Ok(LockTeamsOfUser { id: row.try_get(0)?, owner_id: row.try_get(1)? })
                },
            mapper: |it| LockTeamsOfUser::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockTeamsOfUserParams,
        LockTeamsOfUserQuery<'c, 'a, 's, C, LockTeamsOfUser, 2>,
        C,
    > for LockTeamsOfUserStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockTeamsOfUserParams,
    ) -> LockTeamsOfUserQuery<'c, 'a, 's, C, LockTeamsOfUser, 2> {
        self.bind(client, &params.tenant_id, &params.user_id)
    }
}
pub struct ListTeamOwnersStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_team_owners() -> ListTeamOwnersStmt {
    ListTeamOwnersStmt(
        "SELECT id, owner_id FROM public.teams WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id",
        None,
    )
}
impl ListTeamOwnersStmt {
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
        ids: &'a T1,
    ) -> ListTeamOwnersQuery<'c, 'a, 's, C, ListTeamOwners, 2> {
        ListTeamOwnersQuery {
            client,
            params: [tenant_id, ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListTeamOwners, tokio_postgres::Error> {
                    Ok(ListTeamOwners { id: row.try_get(0)?, owner_id: row.try_get(1)? })
                },
            mapper: |it| ListTeamOwners::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListTeamOwnersParams<T1>,
        ListTeamOwnersQuery<'c, 'a, 's, C, ListTeamOwners, 2>,
        C,
    > for ListTeamOwnersStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListTeamOwnersParams<T1>,
    ) -> ListTeamOwnersQuery<'c, 'a, 's, C, ListTeamOwners, 2> {
        self.bind(client, &params.tenant_id, &params.ids)
    }
}
pub struct GetTeamBySlugStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_team_by_slug() -> GetTeamBySlugStmt {
    GetTeamBySlugStmt(
        "SELECT id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at FROM public.teams WHERE tenant_id = $1 AND slug = $2::text",
        None,
    )
}
impl GetTeamBySlugStmt {
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
        slug: &'a T1,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 2> {
        TeamQuery {
            client,
            params: [tenant_id, slug],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetTeamBySlugParams<T1>,
        TeamQuery<'c, 'a, 's, C, Team, 2>,
        C,
    > for GetTeamBySlugStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetTeamBySlugParams<T1>,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 2> {
        self.bind(client, &params.tenant_id, &params.slug)
    }
}
pub struct ListTeamsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_teams() -> ListTeamsStmt {
    ListTeamsStmt(
        "SELECT id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at FROM public.teams WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
        None,
    )
}
impl ListTeamsStmt {
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
    ) -> TeamQuery<'c, 'a, 's, C, Team, 3> {
        TeamQuery {
            client,
            params: [tenant_id, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListTeamsParams, TeamQuery<'c, 'a, 's, C, Team, 3>, C>
    for ListTeamsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListTeamsParams,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 3> {
        self.bind(client, &params.tenant_id, &params.after, &params.page_size)
    }
}
pub struct UpdateTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_team() -> UpdateTeamStmt {
    UpdateTeamStmt(
        "UPDATE public.teams SET name                        = $1, slug                        = $2::text, settings                    = $3, shared_skill_names          = $4, webhook_url                 = $5, conversation_retention_days = $6 WHERE tenant_id = $7 AND id = $8 RETURNING id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at",
        None,
    )
}
impl UpdateTeamStmt {
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
        T4: crate::StringSql,
        T5: crate::ArraySql<Item = T4>,
        T6: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        name: &'a T1,
        slug: &'a T2,
        settings: &'a T3,
        shared_skill_names: &'a T5,
        webhook_url: &'a Option<T6>,
        conversation_retention_days: &'a i32,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 8> {
        TeamQuery {
            client,
            params: [
                name,
                slug,
                settings,
                shared_skill_names,
                webhook_url,
                conversation_retention_days,
                tenant_id,
                id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
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
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
    T6: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdateTeamParams<T1, T2, T3, T4, T5, T6>,
        TeamQuery<'c, 'a, 's, C, Team, 8>,
        C,
    > for UpdateTeamStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdateTeamParams<T1, T2, T3, T4, T5, T6>,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 8> {
        self.bind(
            client,
            &params.name,
            &params.slug,
            &params.settings,
            &params.shared_skill_names,
            &params.webhook_url,
            &params.conversation_retention_days,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct TransferTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn transfer_team() -> TransferTeamStmt {
    TransferTeamStmt(
        "UPDATE public.teams SET owner_id = $1 WHERE tenant_id = $2 AND id = $3 RETURNING id, name, slug::text, owner_id, settings::text, shared_skill_names, webhook_url, conversation_retention_days, created_at, updated_at",
        None,
    )
}
impl TransferTeamStmt {
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
        owner_id: &'a uuid::Uuid,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 3> {
        TeamQuery {
            client,
            params: [owner_id, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<TeamBorrowed, tokio_postgres::Error> {
                Ok(TeamBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    slug: row.try_get(2)?,
                    owner_id: row.try_get(3)?,
                    settings: row.try_get(4)?,
                    shared_skill_names: row.try_get(5)?,
                    webhook_url: row.try_get(6)?,
                    conversation_retention_days: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                    updated_at: row.try_get(9)?,
                })
            },
            mapper: |it| Team::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        TransferTeamParams,
        TeamQuery<'c, 'a, 's, C, Team, 3>,
        C,
    > for TransferTeamStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a TransferTeamParams,
    ) -> TeamQuery<'c, 'a, 's, C, Team, 3> {
        self.bind(client, &params.owner_id, &params.tenant_id, &params.id)
    }
}
pub struct DeleteTeamStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_team() -> DeleteTeamStmt {
    DeleteTeamStmt("DELETE FROM public.teams WHERE tenant_id = $1 AND id = $2", None)
}
impl DeleteTeamStmt {
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
        DeleteTeamParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteTeamStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteTeamParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct InsertMembershipStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_membership() -> InsertMembershipStmt {
    InsertMembershipStmt(
        "INSERT INTO public.team_memberships (tenant_id, id, user_id, team_id, role) VALUES ($1, $2, $3, $4, $5::text::public.user_role) RETURNING id, user_id, team_id, role::text, created_at, updated_at",
        None,
    )
}
impl InsertMembershipStmt {
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
        id: &'a uuid::Uuid,
        user_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        role: &'a T1,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 5> {
        MembershipQuery {
            client,
            params: [tenant_id, id, user_id, team_id, role],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MembershipBorrowed, tokio_postgres::Error> {
                    Ok(MembershipBorrowed {
                        id: row.try_get(0)?,
                        user_id: row.try_get(1)?,
                        team_id: row.try_get(2)?,
                        role: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| Membership::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertMembershipParams<T1>,
        MembershipQuery<'c, 'a, 's, C, Membership, 5>,
        C,
    > for InsertMembershipStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertMembershipParams<T1>,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.user_id,
            &params.team_id,
            &params.role,
        )
    }
}
pub struct SetMembershipRoleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_membership_role() -> SetMembershipRoleStmt {
    SetMembershipRoleStmt(
        "UPDATE public.team_memberships SET role = $1::text::public.user_role WHERE tenant_id = $2 AND team_id = $3 AND user_id = $4 RETURNING id, user_id, team_id, role::text, created_at, updated_at",
        None,
    )
}
impl SetMembershipRoleStmt {
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
        role: &'a T1,
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        user_id: &'a uuid::Uuid,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 4> {
        MembershipQuery {
            client,
            params: [role, tenant_id, team_id, user_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MembershipBorrowed, tokio_postgres::Error> {
                    Ok(MembershipBorrowed {
                        id: row.try_get(0)?,
                        user_id: row.try_get(1)?,
                        team_id: row.try_get(2)?,
                        role: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| Membership::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetMembershipRoleParams<T1>,
        MembershipQuery<'c, 'a, 's, C, Membership, 4>,
        C,
    > for SetMembershipRoleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetMembershipRoleParams<T1>,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 4> {
        self.bind(client, &params.role, &params.tenant_id, &params.team_id, &params.user_id)
    }
}
pub struct DeleteMembershipStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_membership() -> DeleteMembershipStmt {
    DeleteMembershipStmt(
        "DELETE FROM public.team_memberships WHERE tenant_id = $1 AND team_id = $2 AND user_id = $3",
        None,
    )
}
impl DeleteMembershipStmt {
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
        team_id: &'a uuid::Uuid,
        user_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, team_id, user_id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteMembershipParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteMembershipStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteMembershipParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.team_id, &params.user_id))
    }
}
pub struct GetMembershipStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_membership() -> GetMembershipStmt {
    GetMembershipStmt(
        "SELECT id, user_id, team_id, role::text, created_at, updated_at FROM public.team_memberships WHERE tenant_id = $1 AND team_id = $2 AND user_id = $3",
        None,
    )
}
impl GetMembershipStmt {
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
        team_id: &'a uuid::Uuid,
        user_id: &'a uuid::Uuid,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 3> {
        MembershipQuery {
            client,
            params: [tenant_id, team_id, user_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MembershipBorrowed, tokio_postgres::Error> {
                    Ok(MembershipBorrowed {
                        id: row.try_get(0)?,
                        user_id: row.try_get(1)?,
                        team_id: row.try_get(2)?,
                        role: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| Membership::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetMembershipParams,
        MembershipQuery<'c, 'a, 's, C, Membership, 3>,
        C,
    > for GetMembershipStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetMembershipParams,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 3> {
        self.bind(client, &params.tenant_id, &params.team_id, &params.user_id)
    }
}
pub struct ListMembersStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_members() -> ListMembersStmt {
    ListMembersStmt(
        "SELECT id, user_id, team_id, role::text, created_at, updated_at FROM public.team_memberships WHERE tenant_id = $1 AND team_id = $2 ORDER BY public.team_memberships.role, created_at, id",
        None,
    )
}
impl ListMembersStmt {
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
        team_id: &'a uuid::Uuid,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 2> {
        MembershipQuery {
            client,
            params: [tenant_id, team_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MembershipBorrowed, tokio_postgres::Error> {
                    Ok(MembershipBorrowed {
                        id: row.try_get(0)?,
                        user_id: row.try_get(1)?,
                        team_id: row.try_get(2)?,
                        role: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| Membership::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMembersParams,
        MembershipQuery<'c, 'a, 's, C, Membership, 2>,
        C,
    > for ListMembersStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMembersParams,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 2> {
        self.bind(client, &params.tenant_id, &params.team_id)
    }
}
pub struct ListMembershipsOfUserStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_memberships_of_user() -> ListMembershipsOfUserStmt {
    ListMembershipsOfUserStmt(
        "SELECT id, user_id, team_id, role::text, created_at, updated_at FROM public.team_memberships WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at, id",
        None,
    )
}
impl ListMembershipsOfUserStmt {
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
        user_id: &'a uuid::Uuid,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 2> {
        MembershipQuery {
            client,
            params: [tenant_id, user_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MembershipBorrowed, tokio_postgres::Error> {
                    Ok(MembershipBorrowed {
                        id: row.try_get(0)?,
                        user_id: row.try_get(1)?,
                        team_id: row.try_get(2)?,
                        role: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                        updated_at: row.try_get(5)?,
                    })
                },
            mapper: |it| Membership::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMembershipsOfUserParams,
        MembershipQuery<'c, 'a, 's, C, Membership, 2>,
        C,
    > for ListMembershipsOfUserStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMembershipsOfUserParams,
    ) -> MembershipQuery<'c, 'a, 's, C, Membership, 2> {
        self.bind(client, &params.tenant_id, &params.user_id)
    }
}
pub struct GetTeamWebhookSecretStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_team_webhook_secret() -> GetTeamWebhookSecretStmt {
    GetTeamWebhookSecretStmt(
        "SELECT t.id, t.webhook_url, t.webhook_secret, t.previous_webhook_secret, t.previous_webhook_secret_expires_at, public.sealed_key_id(t.webhook_secret) AS kms_key_id, public.sealed_key_id(t.previous_webhook_secret) AS previous_kms_key_id FROM public.teams AS t WHERE t.tenant_id = $1 AND t.id = $2",
        None,
    )
}
impl GetTeamWebhookSecretStmt {
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
    ) -> GetTeamWebhookSecretQuery<'c, 'a, 's, C, GetTeamWebhookSecret, 2> {
        GetTeamWebhookSecretQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetTeamWebhookSecretBorrowed, tokio_postgres::Error> {
                Ok(GetTeamWebhookSecretBorrowed {
                    id: row.try_get(0)?,
                    webhook_url: row.try_get(1)?,
                    webhook_secret: row.try_get(2)?,
                    previous_webhook_secret: row.try_get(3)?,
                    previous_webhook_secret_expires_at: row.try_get(4)?,
                    kms_key_id: row.try_get(5)?,
                    previous_kms_key_id: row.try_get(6)?,
                })
            },
            mapper: |it| GetTeamWebhookSecret::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetTeamWebhookSecretParams,
        GetTeamWebhookSecretQuery<'c, 'a, 's, C, GetTeamWebhookSecret, 2>,
        C,
    > for GetTeamWebhookSecretStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetTeamWebhookSecretParams,
    ) -> GetTeamWebhookSecretQuery<'c, 'a, 's, C, GetTeamWebhookSecret, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct SetTeamWebhookSecretStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_team_webhook_secret() -> SetTeamWebhookSecretStmt {
    SetTeamWebhookSecretStmt(
        "UPDATE public.teams SET webhook_secret                     = $1, previous_webhook_secret            = $2, previous_webhook_secret_expires_at = $3 WHERE tenant_id = $4 AND id = $5 AND webhook_secret IS NOT DISTINCT FROM $6 RETURNING id, public.sealed_key_id(webhook_secret) AS kms_key_id",
        None,
    )
}
impl SetTeamWebhookSecretStmt {
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
        T2: crate::BytesSql,
        T3: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        webhook_secret: &'a Option<T1>,
        previous_webhook_secret: &'a Option<T2>,
        previous_webhook_secret_expires_at: &'a Option<jiff::Timestamp>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        seen: &'a Option<T3>,
    ) -> SetTeamWebhookSecretQuery<'c, 'a, 's, C, SetTeamWebhookSecret, 6> {
        SetTeamWebhookSecretQuery {
            client,
            params: [
                webhook_secret,
                previous_webhook_secret,
                previous_webhook_secret_expires_at,
                tenant_id,
                id,
                seen,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<SetTeamWebhookSecretBorrowed, tokio_postgres::Error> {
                Ok(SetTeamWebhookSecretBorrowed {
                    id: row.try_get(0)?,
                    kms_key_id: row.try_get(1)?,
                })
            },
            mapper: |it| SetTeamWebhookSecret::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::BytesSql, T2: crate::BytesSql, T3: crate::BytesSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetTeamWebhookSecretParams<T1, T2, T3>,
        SetTeamWebhookSecretQuery<'c, 'a, 's, C, SetTeamWebhookSecret, 6>,
        C,
    > for SetTeamWebhookSecretStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetTeamWebhookSecretParams<T1, T2, T3>,
    ) -> SetTeamWebhookSecretQuery<'c, 'a, 's, C, SetTeamWebhookSecret, 6> {
        self.bind(
            client,
            &params.webhook_secret,
            &params.previous_webhook_secret,
            &params.previous_webhook_secret_expires_at,
            &params.tenant_id,
            &params.id,
            &params.seen,
        )
    }
}
pub struct PruneTeamWebhookSecretsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn prune_team_webhook_secrets() -> PruneTeamWebhookSecretsStmt {
    PruneTeamWebhookSecretsStmt(
        "UPDATE public.teams SET previous_webhook_secret = NULL, previous_webhook_secret_expires_at = NULL WHERE tenant_id = $1 AND previous_webhook_secret_expires_at <= $2 RETURNING id",
        None,
    )
}
impl PruneTeamWebhookSecretsStmt {
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
        PruneTeamWebhookSecretsParams,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for PruneTeamWebhookSecretsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PruneTeamWebhookSecretsParams,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.now)
    }
}
