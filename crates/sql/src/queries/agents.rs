// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertAgentParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::JsonSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
    T11: crate::StringSql,
    T12: crate::ArraySql<Item = T11>,
    T13: crate::StringSql,
    T14: crate::ArraySql<Item = T13>,
    T15: crate::JsonSql,
    T16: crate::JsonSql,
    T17: crate::JsonSql,
    T18: crate::JsonSql,
    T19: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub name: T1,
    pub slug: T2,
    pub tagline: T3,
    pub avatar_emoji: T4,
    pub r#type: T5,
    pub role: Option<T6>,
    pub status: T7,
    pub personality: T8,
    pub shared_skill_names: T10,
    pub custom_skill_names: T12,
    pub disabled_skill_names: T14,
    pub model_config_json: T15,
    pub memory_config: T16,
    pub boundaries: T17,
    pub config: T18,
    pub policies: T19,
    pub created_by: Option<uuid::Uuid>,
}
#[derive(Debug)]
pub struct UpdateAgentParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::JsonSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
    T11: crate::StringSql,
    T12: crate::ArraySql<Item = T11>,
    T13: crate::StringSql,
    T14: crate::ArraySql<Item = T13>,
    T15: crate::JsonSql,
    T16: crate::JsonSql,
    T17: crate::JsonSql,
    T18: crate::JsonSql,
    T19: crate::JsonSql,
> {
    pub name: T1,
    pub slug: T2,
    pub tagline: T3,
    pub avatar_emoji: T4,
    pub r#type: T5,
    pub role: Option<T6>,
    pub status: T7,
    pub personality: T8,
    pub shared_skill_names: T10,
    pub custom_skill_names: T12,
    pub disabled_skill_names: T14,
    pub model_config_json: T15,
    pub memory_config: T16,
    pub boundaries: T17,
    pub config: T18,
    pub policies: T19,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SetAgentStatusParams<T1: crate::StringSql> {
    pub status: T1,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetAgentParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockAgentParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetAgentBySlugParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub slug: T1,
}
#[derive(Debug)]
pub struct ListAgentsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub team_id: Option<uuid::Uuid>,
    pub status: Option<T1>,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteAgentParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetAgentSkillsParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertToolParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
    T5: crate::JsonSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: T1,
    pub description: T2,
    pub schema: T3,
    pub permissions: T4,
    pub cost_model: T5,
}
#[derive(Debug)]
pub struct UpdateToolParams<
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
> {
    pub description: T1,
    pub schema: T2,
    pub permissions: T3,
    pub cost_model: T4,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetToolParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetToolByNameParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListToolsParams {
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteToolParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub name: String,
    pub slug: String,
    pub tagline: String,
    pub avatar_emoji: String,
    pub r#type: String,
    pub role: Option<String>,
    pub status: String,
    pub personality: String,
    pub shared_skill_names: Vec<String>,
    pub custom_skill_names: Vec<String>,
    pub disabled_skill_names: Vec<String>,
    pub model_config_json: String,
    pub memory_config: String,
    pub boundaries: String,
    pub config: String,
    pub policies: String,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct AgentBorrowed<'a> {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub name: &'a str,
    pub slug: &'a str,
    pub tagline: &'a str,
    pub avatar_emoji: &'a str,
    pub r#type: &'a str,
    pub role: Option<&'a str>,
    pub status: &'a str,
    pub personality: &'a str,
    pub shared_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub custom_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub disabled_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub model_config_json: &'a str,
    pub memory_config: &'a str,
    pub boundaries: &'a str,
    pub config: &'a str,
    pub policies: &'a str,
    pub created_by: Option<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<AgentBorrowed<'a>> for Agent {
    fn from(
        AgentBorrowed {
            id,
            team_id,
            name,
            slug,
            tagline,
            avatar_emoji,
            r#type,
            role,
            status,
            personality,
            shared_skill_names,
            custom_skill_names,
            disabled_skill_names,
            model_config_json,
            memory_config,
            boundaries,
            config,
            policies,
            created_by,
            created_at,
            updated_at,
        }: AgentBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            team_id,
            name: name.into(),
            slug: slug.into(),
            tagline: tagline.into(),
            avatar_emoji: avatar_emoji.into(),
            r#type: r#type.into(),
            role: role.map(|v| v.into()),
            status: status.into(),
            personality: personality.into(),
            shared_skill_names: shared_skill_names.map(|v| v.into()).collect(),
            custom_skill_names: custom_skill_names.map(|v| v.into()).collect(),
            disabled_skill_names: disabled_skill_names.map(|v| v.into()).collect(),
            model_config_json: model_config_json.into(),
            memory_config: memory_config.into(),
            boundaries: boundaries.into(),
            config: config.into(),
            policies: policies.into(),
            created_by,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAgent {
    pub team_id: uuid::Uuid,
    pub name: String,
    pub slug: String,
}
pub struct DeleteAgentBorrowed<'a> {
    pub team_id: uuid::Uuid,
    pub name: &'a str,
    pub slug: &'a str,
}
impl<'a> From<DeleteAgentBorrowed<'a>> for DeleteAgent {
    fn from(DeleteAgentBorrowed { team_id, name, slug }: DeleteAgentBorrowed<'a>) -> Self {
        Self { team_id, name: name.into(), slug: slug.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct AgentSkills {
    pub team_shared_skill_names: Vec<String>,
    pub shared_skill_names: Vec<String>,
    pub custom_skill_names: Vec<String>,
    pub disabled_skill_names: Vec<String>,
}
pub struct AgentSkillsBorrowed<'a> {
    pub team_shared_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub shared_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub custom_skill_names: crate::ArrayIterator<'a, &'a str>,
    pub disabled_skill_names: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<AgentSkillsBorrowed<'a>> for AgentSkills {
    fn from(
        AgentSkillsBorrowed {
            team_shared_skill_names,
            shared_skill_names,
            custom_skill_names,
            disabled_skill_names,
        }: AgentSkillsBorrowed<'a>,
    ) -> Self {
        Self {
            team_shared_skill_names: team_shared_skill_names.map(|v| v.into()).collect(),
            shared_skill_names: shared_skill_names.map(|v| v.into()).collect(),
            custom_skill_names: custom_skill_names.map(|v| v.into()).collect(),
            disabled_skill_names: disabled_skill_names.map(|v| v.into()).collect(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    pub id: uuid::Uuid,
    pub name: String,
    pub description: String,
    pub schema: String,
    pub permissions: String,
    pub cost_model: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct ToolBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub description: &'a str,
    pub schema: &'a str,
    pub permissions: &'a str,
    pub cost_model: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<ToolBorrowed<'a>> for Tool {
    fn from(
        ToolBorrowed {
            id,
            name,
            description,
            schema,
            permissions,
            cost_model,
            created_at,
            updated_at,
        }: ToolBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            description: description.into(),
            schema: schema.into(),
            permissions: permissions.into(),
            cost_model: cost_model.into(),
            created_at,
            updated_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct AgentQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<AgentBorrowed, tokio_postgres::Error>,
    mapper: fn(AgentBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AgentQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(AgentBorrowed) -> R) -> AgentQuery<'c, 'a, 's, C, R, N> {
        AgentQuery {
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
pub struct DeleteAgentQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<DeleteAgentBorrowed, tokio_postgres::Error>,
    mapper: fn(DeleteAgentBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> DeleteAgentQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(DeleteAgentBorrowed) -> R,
    ) -> DeleteAgentQuery<'c, 'a, 's, C, R, N> {
        DeleteAgentQuery {
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
pub struct AgentSkillsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<AgentSkillsBorrowed, tokio_postgres::Error>,
    mapper: fn(AgentSkillsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AgentSkillsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(AgentSkillsBorrowed) -> R,
    ) -> AgentSkillsQuery<'c, 'a, 's, C, R, N> {
        AgentSkillsQuery {
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
pub struct ToolQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ToolBorrowed, tokio_postgres::Error>,
    mapper: fn(ToolBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ToolQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(ToolBorrowed) -> R) -> ToolQuery<'c, 'a, 's, C, R, N> {
        ToolQuery {
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
pub struct InsertAgentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_agent() -> InsertAgentStmt {
    InsertAgentStmt(
        "INSERT INTO public.agents ( tenant_id, id, team_id, name, slug, tagline, avatar_emoji, type, role, status, personality, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json, memory_config, boundaries, config, policies, created_by ) VALUES ( $1, $2, $3, $4, $5::text, $6, $7, $8, $9, $10::text::public.agent_status, $11, $12, $13, $14, $15, $16, $17, $18, $19, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $20) ) RETURNING id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at",
        None,
    )
}
impl InsertAgentStmt {
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
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::StringSql,
        T7: crate::StringSql,
        T8: crate::JsonSql,
        T9: crate::StringSql,
        T10: crate::ArraySql<Item = T9>,
        T11: crate::StringSql,
        T12: crate::ArraySql<Item = T11>,
        T13: crate::StringSql,
        T14: crate::ArraySql<Item = T13>,
        T15: crate::JsonSql,
        T16: crate::JsonSql,
        T17: crate::JsonSql,
        T18: crate::JsonSql,
        T19: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        name: &'a T1,
        slug: &'a T2,
        tagline: &'a T3,
        avatar_emoji: &'a T4,
        r#type: &'a T5,
        role: &'a Option<T6>,
        status: &'a T7,
        personality: &'a T8,
        shared_skill_names: &'a T10,
        custom_skill_names: &'a T12,
        disabled_skill_names: &'a T14,
        model_config_json: &'a T15,
        memory_config: &'a T16,
        boundaries: &'a T17,
        config: &'a T18,
        policies: &'a T19,
        created_by: &'a Option<uuid::Uuid>,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 20> {
        AgentQuery {
            client,
            params: [
                tenant_id,
                id,
                team_id,
                name,
                slug,
                tagline,
                avatar_emoji,
                r#type,
                role,
                status,
                personality,
                shared_skill_names,
                custom_skill_names,
                disabled_skill_names,
                model_config_json,
                memory_config,
                boundaries,
                config,
                policies,
                created_by,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
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
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::JsonSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
    T11: crate::StringSql,
    T12: crate::ArraySql<Item = T11>,
    T13: crate::StringSql,
    T14: crate::ArraySql<Item = T13>,
    T15: crate::JsonSql,
    T16: crate::JsonSql,
    T17: crate::JsonSql,
    T18: crate::JsonSql,
    T19: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertAgentParams<
            T1,
            T2,
            T3,
            T4,
            T5,
            T6,
            T7,
            T8,
            T9,
            T10,
            T11,
            T12,
            T13,
            T14,
            T15,
            T16,
            T17,
            T18,
            T19,
        >,
        AgentQuery<'c, 'a, 's, C, Agent, 20>,
        C,
    > for InsertAgentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertAgentParams<
            T1,
            T2,
            T3,
            T4,
            T5,
            T6,
            T7,
            T8,
            T9,
            T10,
            T11,
            T12,
            T13,
            T14,
            T15,
            T16,
            T17,
            T18,
            T19,
        >,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 20> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.team_id,
            &params.name,
            &params.slug,
            &params.tagline,
            &params.avatar_emoji,
            &params.r#type,
            &params.role,
            &params.status,
            &params.personality,
            &params.shared_skill_names,
            &params.custom_skill_names,
            &params.disabled_skill_names,
            &params.model_config_json,
            &params.memory_config,
            &params.boundaries,
            &params.config,
            &params.policies,
            &params.created_by,
        )
    }
}
pub struct UpdateAgentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_agent() -> UpdateAgentStmt {
    UpdateAgentStmt(
        "UPDATE public.agents SET name                 = $1, slug                 = $2::text, tagline              = $3, avatar_emoji         = $4, type                 = $5, role                 = $6, status               = $7::text::public.agent_status, personality          = $8, shared_skill_names   = $9, custom_skill_names   = $10, disabled_skill_names = $11, model_config_json    = $12, memory_config        = $13, boundaries           = $14, config               = $15, policies             = $16 WHERE tenant_id = $17 AND id = $18 RETURNING id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at",
        None,
    )
}
impl UpdateAgentStmt {
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
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::StringSql,
        T7: crate::StringSql,
        T8: crate::JsonSql,
        T9: crate::StringSql,
        T10: crate::ArraySql<Item = T9>,
        T11: crate::StringSql,
        T12: crate::ArraySql<Item = T11>,
        T13: crate::StringSql,
        T14: crate::ArraySql<Item = T13>,
        T15: crate::JsonSql,
        T16: crate::JsonSql,
        T17: crate::JsonSql,
        T18: crate::JsonSql,
        T19: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        name: &'a T1,
        slug: &'a T2,
        tagline: &'a T3,
        avatar_emoji: &'a T4,
        r#type: &'a T5,
        role: &'a Option<T6>,
        status: &'a T7,
        personality: &'a T8,
        shared_skill_names: &'a T10,
        custom_skill_names: &'a T12,
        disabled_skill_names: &'a T14,
        model_config_json: &'a T15,
        memory_config: &'a T16,
        boundaries: &'a T17,
        config: &'a T18,
        policies: &'a T19,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 18> {
        AgentQuery {
            client,
            params: [
                name,
                slug,
                tagline,
                avatar_emoji,
                r#type,
                role,
                status,
                personality,
                shared_skill_names,
                custom_skill_names,
                disabled_skill_names,
                model_config_json,
                memory_config,
                boundaries,
                config,
                policies,
                tenant_id,
                id,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
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
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::JsonSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
    T11: crate::StringSql,
    T12: crate::ArraySql<Item = T11>,
    T13: crate::StringSql,
    T14: crate::ArraySql<Item = T13>,
    T15: crate::JsonSql,
    T16: crate::JsonSql,
    T17: crate::JsonSql,
    T18: crate::JsonSql,
    T19: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdateAgentParams<
            T1,
            T2,
            T3,
            T4,
            T5,
            T6,
            T7,
            T8,
            T9,
            T10,
            T11,
            T12,
            T13,
            T14,
            T15,
            T16,
            T17,
            T18,
            T19,
        >,
        AgentQuery<'c, 'a, 's, C, Agent, 18>,
        C,
    > for UpdateAgentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdateAgentParams<
            T1,
            T2,
            T3,
            T4,
            T5,
            T6,
            T7,
            T8,
            T9,
            T10,
            T11,
            T12,
            T13,
            T14,
            T15,
            T16,
            T17,
            T18,
            T19,
        >,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 18> {
        self.bind(
            client,
            &params.name,
            &params.slug,
            &params.tagline,
            &params.avatar_emoji,
            &params.r#type,
            &params.role,
            &params.status,
            &params.personality,
            &params.shared_skill_names,
            &params.custom_skill_names,
            &params.disabled_skill_names,
            &params.model_config_json,
            &params.memory_config,
            &params.boundaries,
            &params.config,
            &params.policies,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct SetAgentStatusStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_agent_status() -> SetAgentStatusStmt {
    SetAgentStatusStmt(
        "UPDATE public.agents SET status = $1::text::public.agent_status WHERE tenant_id = $2 AND id = $3 RETURNING id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at",
        None,
    )
}
impl SetAgentStatusStmt {
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
        status: &'a T1,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 3> {
        AgentQuery {
            client,
            params: [status, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetAgentStatusParams<T1>,
        AgentQuery<'c, 'a, 's, C, Agent, 3>,
        C,
    > for SetAgentStatusStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetAgentStatusParams<T1>,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 3> {
        self.bind(client, &params.status, &params.tenant_id, &params.id)
    }
}
pub struct GetAgentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_agent() -> GetAgentStmt {
    GetAgentStmt(
        "SELECT id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at FROM public.agents WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetAgentStmt {
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
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 2> {
        AgentQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetAgentParams,
        AgentQuery<'c, 'a, 's, C, Agent, 2>,
        C,
    > for GetAgentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetAgentParams,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockAgentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_agent() -> LockAgentStmt {
    LockAgentStmt(
        "SELECT id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at FROM public.agents WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockAgentStmt {
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
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 2> {
        AgentQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockAgentParams,
        AgentQuery<'c, 'a, 's, C, Agent, 2>,
        C,
    > for LockAgentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockAgentParams,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetAgentBySlugStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_agent_by_slug() -> GetAgentBySlugStmt {
    GetAgentBySlugStmt(
        "SELECT id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at FROM public.agents WHERE tenant_id = $1 AND team_id = $2 AND slug = $3::text",
        None,
    )
}
impl GetAgentBySlugStmt {
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
        team_id: &'a uuid::Uuid,
        slug: &'a T1,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 3> {
        AgentQuery {
            client,
            params: [tenant_id, team_id, slug],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetAgentBySlugParams<T1>,
        AgentQuery<'c, 'a, 's, C, Agent, 3>,
        C,
    > for GetAgentBySlugStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetAgentBySlugParams<T1>,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 3> {
        self.bind(client, &params.tenant_id, &params.team_id, &params.slug)
    }
}
pub struct ListAgentsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_agents() -> ListAgentsStmt {
    ListAgentsStmt(
        "SELECT id, team_id, name, slug::text, tagline, avatar_emoji, type, role, status::text, personality::text, shared_skill_names, custom_skill_names, disabled_skill_names, model_config_json::text, memory_config::text, boundaries::text, config::text, policies::text, created_by, created_at, updated_at FROM public.agents WHERE tenant_id = $1 AND ($2::uuid IS NULL OR team_id = $2) AND CASE WHEN $3::text IS NULL THEN status <> 'archived' ELSE status = $3::text::public.agent_status END AND ($4::uuid IS NULL OR id > $4) ORDER BY id LIMIT $5",
        None,
    )
}
impl ListAgentsStmt {
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
        team_id: &'a Option<uuid::Uuid>,
        status: &'a Option<T1>,
        after: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 5> {
        AgentQuery {
            client,
            params: [tenant_id, team_id, status, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<AgentBorrowed, tokio_postgres::Error> {
                Ok(AgentBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    name: row.try_get(2)?,
                    slug: row.try_get(3)?,
                    tagline: row.try_get(4)?,
                    avatar_emoji: row.try_get(5)?,
                    r#type: row.try_get(6)?,
                    role: row.try_get(7)?,
                    status: row.try_get(8)?,
                    personality: row.try_get(9)?,
                    shared_skill_names: row.try_get(10)?,
                    custom_skill_names: row.try_get(11)?,
                    disabled_skill_names: row.try_get(12)?,
                    model_config_json: row.try_get(13)?,
                    memory_config: row.try_get(14)?,
                    boundaries: row.try_get(15)?,
                    config: row.try_get(16)?,
                    policies: row.try_get(17)?,
                    created_by: row.try_get(18)?,
                    created_at: row.try_get(19)?,
                    updated_at: row.try_get(20)?,
                })
            },
            mapper: |it| Agent::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListAgentsParams<T1>,
        AgentQuery<'c, 'a, 's, C, Agent, 5>,
        C,
    > for ListAgentsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListAgentsParams<T1>,
    ) -> AgentQuery<'c, 'a, 's, C, Agent, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.status,
            &params.after,
            &params.page_size,
        )
    }
}
pub struct DeleteAgentStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_agent() -> DeleteAgentStmt {
    DeleteAgentStmt(
        "DELETE FROM public.agents WHERE tenant_id = $1 AND id = $2 RETURNING team_id, name, slug::text",
        None,
    )
}
impl DeleteAgentStmt {
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
    ) -> DeleteAgentQuery<'c, 'a, 's, C, DeleteAgent, 2> {
        DeleteAgentQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<DeleteAgentBorrowed, tokio_postgres::Error> {
                    Ok(DeleteAgentBorrowed {
                        team_id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        slug: row.try_get(2)?,
                    })
                },
            mapper: |it| DeleteAgent::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeleteAgentParams,
        DeleteAgentQuery<'c, 'a, 's, C, DeleteAgent, 2>,
        C,
    > for DeleteAgentStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteAgentParams,
    ) -> DeleteAgentQuery<'c, 'a, 's, C, DeleteAgent, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetAgentSkillsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_agent_skills() -> GetAgentSkillsStmt {
    GetAgentSkillsStmt(
        "SELECT t.shared_skill_names AS team_shared_skill_names, a.shared_skill_names, a.custom_skill_names, a.disabled_skill_names FROM public.agents AS a JOIN public.teams AS t ON t.tenant_id = a.tenant_id AND t.id = a.team_id WHERE a.tenant_id = $1 AND a.id = $2",
        None,
    )
}
impl GetAgentSkillsStmt {
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
    ) -> AgentSkillsQuery<'c, 'a, 's, C, AgentSkills, 2> {
        AgentSkillsQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<AgentSkillsBorrowed, tokio_postgres::Error> {
                    Ok(AgentSkillsBorrowed {
                        team_shared_skill_names: row.try_get(0)?,
                        shared_skill_names: row.try_get(1)?,
                        custom_skill_names: row.try_get(2)?,
                        disabled_skill_names: row.try_get(3)?,
                    })
                },
            mapper: |it| AgentSkills::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetAgentSkillsParams,
        AgentSkillsQuery<'c, 'a, 's, C, AgentSkills, 2>,
        C,
    > for GetAgentSkillsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetAgentSkillsParams,
    ) -> AgentSkillsQuery<'c, 'a, 's, C, AgentSkills, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct InsertToolStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_tool() -> InsertToolStmt {
    InsertToolStmt(
        "INSERT INTO public.tools (tenant_id, id, name, description, schema, permissions, cost_model) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT ON CONSTRAINT tools_name_key DO UPDATE SET description = excluded.description WHERE false RETURNING id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at",
        None,
    )
}
impl InsertToolStmt {
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
        T4: crate::JsonSql,
        T5: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        name: &'a T1,
        description: &'a T2,
        schema: &'a T3,
        permissions: &'a T4,
        cost_model: &'a T5,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 7> {
        ToolQuery {
            client,
            params: [tenant_id, id, name, description, schema, permissions, cost_model],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ToolBorrowed, tokio_postgres::Error> {
                Ok(ToolBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    description: row.try_get(2)?,
                    schema: row.try_get(3)?,
                    permissions: row.try_get(4)?,
                    cost_model: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Tool::from(it),
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
    T4: crate::JsonSql,
    T5: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertToolParams<T1, T2, T3, T4, T5>,
        ToolQuery<'c, 'a, 's, C, Tool, 7>,
        C,
    > for InsertToolStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertToolParams<T1, T2, T3, T4, T5>,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 7> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.name,
            &params.description,
            &params.schema,
            &params.permissions,
            &params.cost_model,
        )
    }
}
pub struct UpdateToolStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_tool() -> UpdateToolStmt {
    UpdateToolStmt(
        "UPDATE public.tools SET description = $1, schema      = $2, permissions = $3, cost_model  = $4 WHERE tenant_id = $5 AND id = $6 RETURNING id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at",
        None,
    )
}
impl UpdateToolStmt {
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
        T2: crate::JsonSql,
        T3: crate::JsonSql,
        T4: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        description: &'a T1,
        schema: &'a T2,
        permissions: &'a T3,
        cost_model: &'a T4,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 6> {
        ToolQuery {
            client,
            params: [description, schema, permissions, cost_model, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ToolBorrowed, tokio_postgres::Error> {
                Ok(ToolBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    description: row.try_get(2)?,
                    schema: row.try_get(3)?,
                    permissions: row.try_get(4)?,
                    cost_model: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Tool::from(it),
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::JsonSql,
    T4: crate::JsonSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdateToolParams<T1, T2, T3, T4>,
        ToolQuery<'c, 'a, 's, C, Tool, 6>,
        C,
    > for UpdateToolStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdateToolParams<T1, T2, T3, T4>,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 6> {
        self.bind(
            client,
            &params.description,
            &params.schema,
            &params.permissions,
            &params.cost_model,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct GetToolStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tool() -> GetToolStmt {
    GetToolStmt(
        "SELECT id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at FROM public.tools WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetToolStmt {
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
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 2> {
        ToolQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ToolBorrowed, tokio_postgres::Error> {
                Ok(ToolBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    description: row.try_get(2)?,
                    schema: row.try_get(3)?,
                    permissions: row.try_get(4)?,
                    cost_model: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Tool::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetToolParams, ToolQuery<'c, 'a, 's, C, Tool, 2>, C>
    for GetToolStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetToolParams,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetToolByNameStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_tool_by_name() -> GetToolByNameStmt {
    GetToolByNameStmt(
        "SELECT id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at FROM public.tools WHERE tenant_id = $1 AND name = $2",
        None,
    )
}
impl GetToolByNameStmt {
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
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 2> {
        ToolQuery {
            client,
            params: [tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ToolBorrowed, tokio_postgres::Error> {
                Ok(ToolBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    description: row.try_get(2)?,
                    schema: row.try_get(3)?,
                    permissions: row.try_get(4)?,
                    cost_model: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Tool::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetToolByNameParams<T1>,
        ToolQuery<'c, 'a, 's, C, Tool, 2>,
        C,
    > for GetToolByNameStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetToolByNameParams<T1>,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 2> {
        self.bind(client, &params.tenant_id, &params.name)
    }
}
pub struct ListToolsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_tools() -> ListToolsStmt {
    ListToolsStmt(
        "SELECT id, name, description, schema::text, permissions::text, cost_model::text, created_at, updated_at FROM public.tools WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
        None,
    )
}
impl ListToolsStmt {
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
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 3> {
        ToolQuery {
            client,
            params: [tenant_id, after, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<ToolBorrowed, tokio_postgres::Error> {
                Ok(ToolBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    description: row.try_get(2)?,
                    schema: row.try_get(3)?,
                    permissions: row.try_get(4)?,
                    cost_model: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| Tool::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListToolsParams, ToolQuery<'c, 'a, 's, C, Tool, 3>, C>
    for ListToolsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListToolsParams,
    ) -> ToolQuery<'c, 'a, 's, C, Tool, 3> {
        self.bind(client, &params.tenant_id, &params.after, &params.page_size)
    }
}
pub struct DeleteToolStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_tool() -> DeleteToolStmt {
    DeleteToolStmt("DELETE FROM public.tools WHERE tenant_id = $1 AND id = $2 RETURNING name", None)
}
impl DeleteToolStmt {
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
        DeleteToolParams,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for DeleteToolStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteToolParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
