// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertConversationParams<
    T1: crate::StringSql,
    T2: crate::JsonSql,
    T3: crate::StringSql,
    T4: crate::BytesSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
    pub title: Option<T1>,
    pub metadata: T2,
    pub now: jiff::Timestamp,
    pub import_key: Option<T3>,
    pub import_digest: Option<T4>,
}
#[derive(Clone, Copy, Debug)]
pub struct GetConversationParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetImportParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub import_key: T1,
    pub team_id: uuid::Uuid,
    pub agent_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListConversationsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub team_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub status: Option<T1>,
    pub before_created_at: Option<jiff::Timestamp>,
    pub before_id: Option<uuid::Uuid>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct DescribeConversationParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
> {
    pub title: Option<T1>,
    pub summary: Option<T2>,
    pub metadata: T3,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockConversationParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct CloseConversationParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteConversationParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct IdleConversationsParams {
    pub tenant_id: uuid::Uuid,
    pub unless_since: jiff::Timestamp,
    pub batch: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct CloseIdleConversationsParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub unless_since: jiff::Timestamp,
    pub batch: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteExpiredConversationsParams {
    pub now: jiff::Timestamp,
    pub batch: i64,
    pub tenant_id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ReopenConversationParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct SettleConversationParams<T1: crate::StringSql> {
    pub status: T1,
    pub closed_at: Option<jiff::Timestamp>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RecountConversationParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
    pub title: Option<String>,
    pub status: String,
    pub message_count: i32,
    pub total_input_tokens: i64,
    pub total_output_tokens: i64,
    pub summary: Option<String>,
    pub metadata: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub last_message_at: jiff::Timestamp,
    pub closed_at: Option<jiff::Timestamp>,
    pub import_key: Option<String>,
}
pub struct ConversationBorrowed<'a> {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: uuid::Uuid,
    pub user_id: uuid::Uuid,
    pub title: Option<&'a str>,
    pub status: &'a str,
    pub message_count: i32,
    pub total_input_tokens: i64,
    pub total_output_tokens: i64,
    pub summary: Option<&'a str>,
    pub metadata: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub last_message_at: jiff::Timestamp,
    pub closed_at: Option<jiff::Timestamp>,
    pub import_key: Option<&'a str>,
}
impl<'a> From<ConversationBorrowed<'a>> for Conversation {
    fn from(
        ConversationBorrowed {
            id,
            team_id,
            agent_id,
            user_id,
            title,
            status,
            message_count,
            total_input_tokens,
            total_output_tokens,
            summary,
            metadata,
            created_at,
            updated_at,
            last_message_at,
            closed_at,
            import_key,
        }: ConversationBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            team_id,
            agent_id,
            user_id,
            title: title.map(|v| v.into()),
            status: status.into(),
            message_count,
            total_input_tokens,
            total_output_tokens,
            summary: summary.map(|v| v.into()),
            metadata: metadata.into(),
            created_at,
            updated_at,
            last_message_at,
            closed_at,
            import_key: import_key.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetImport {
    pub id: uuid::Uuid,
    pub import_digest: Option<Vec<u8>>,
}
pub struct GetImportBorrowed<'a> {
    pub id: uuid::Uuid,
    pub import_digest: Option<&'a [u8]>,
}
impl<'a> From<GetImportBorrowed<'a>> for GetImport {
    fn from(GetImportBorrowed { id, import_digest }: GetImportBorrowed<'a>) -> Self {
        Self { id, import_digest: import_digest.map(|v| v.into()) }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct DeleteExpiredConversations {
    pub id: uuid::Uuid,
    pub message_count: i32,
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ConversationQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ConversationBorrowed, tokio_postgres::Error>,
    mapper: fn(ConversationBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ConversationQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ConversationBorrowed) -> R,
    ) -> ConversationQuery<'c, 'a, 's, C, R, N> {
        ConversationQuery {
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
pub struct GetImportQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetImportBorrowed, tokio_postgres::Error>,
    mapper: fn(GetImportBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetImportQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(GetImportBorrowed) -> R) -> GetImportQuery<'c, 'a, 's, C, R, N> {
        GetImportQuery {
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
pub struct DeleteExpiredConversationsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<DeleteExpiredConversations, tokio_postgres::Error>,
    mapper: fn(DeleteExpiredConversations) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> DeleteExpiredConversationsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(DeleteExpiredConversations) -> R,
    ) -> DeleteExpiredConversationsQuery<'c, 'a, 's, C, R, N> {
        DeleteExpiredConversationsQuery {
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
pub struct InsertConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_conversation() -> InsertConversationStmt {
    InsertConversationStmt(
        "INSERT INTO public.conversations ( tenant_id, id, team_id, agent_id, user_id, title, metadata, created_at, last_message_at, import_key, import_digest ) VALUES ( $1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10 ) RETURNING id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens, summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key",
        None,
    )
}
impl InsertConversationStmt {
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
        T3: crate::StringSql,
        T4: crate::BytesSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        agent_id: &'a uuid::Uuid,
        user_id: &'a uuid::Uuid,
        title: &'a Option<T1>,
        metadata: &'a T2,
        now: &'a jiff::Timestamp,
        import_key: &'a Option<T3>,
        import_digest: &'a Option<T4>,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 10> {
        ConversationQuery {
            client,
            params: [
                tenant_id,
                id,
                team_id,
                agent_id,
                user_id,
                title,
                metadata,
                now,
                import_key,
                import_digest,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConversationBorrowed, tokio_postgres::Error> {
                    Ok(ConversationBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        title: row.try_get(4)?,
                        status: row.try_get(5)?,
                        message_count: row.try_get(6)?,
                        total_input_tokens: row.try_get(7)?,
                        total_output_tokens: row.try_get(8)?,
                        summary: row.try_get(9)?,
                        metadata: row.try_get(10)?,
                        created_at: row.try_get(11)?,
                        updated_at: row.try_get(12)?,
                        last_message_at: row.try_get(13)?,
                        closed_at: row.try_get(14)?,
                        import_key: row.try_get(15)?,
                    })
                },
            mapper: |it| Conversation::from(it),
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
    T3: crate::StringSql,
    T4: crate::BytesSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertConversationParams<T1, T2, T3, T4>,
        ConversationQuery<'c, 'a, 's, C, Conversation, 10>,
        C,
    > for InsertConversationStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertConversationParams<T1, T2, T3, T4>,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 10> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.title,
            &params.metadata,
            &params.now,
            &params.import_key,
            &params.import_digest,
        )
    }
}
pub struct GetConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_conversation() -> GetConversationStmt {
    GetConversationStmt(
        "SELECT id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens, summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key FROM public.conversations WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetConversationStmt {
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
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 2> {
        ConversationQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConversationBorrowed, tokio_postgres::Error> {
                    Ok(ConversationBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        title: row.try_get(4)?,
                        status: row.try_get(5)?,
                        message_count: row.try_get(6)?,
                        total_input_tokens: row.try_get(7)?,
                        total_output_tokens: row.try_get(8)?,
                        summary: row.try_get(9)?,
                        metadata: row.try_get(10)?,
                        created_at: row.try_get(11)?,
                        updated_at: row.try_get(12)?,
                        last_message_at: row.try_get(13)?,
                        closed_at: row.try_get(14)?,
                        import_key: row.try_get(15)?,
                    })
                },
            mapper: |it| Conversation::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetConversationParams,
        ConversationQuery<'c, 'a, 's, C, Conversation, 2>,
        C,
    > for GetConversationStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetConversationParams,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetImportStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_import() -> GetImportStmt {
    GetImportStmt(
        "SELECT id, import_digest FROM public.conversations WHERE tenant_id = $1 AND import_key = $2 AND team_id = $3 AND agent_id = $4 AND user_id = $5",
        None,
    )
}
impl GetImportStmt {
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
        import_key: &'a T1,
        team_id: &'a uuid::Uuid,
        agent_id: &'a uuid::Uuid,
        user_id: &'a uuid::Uuid,
    ) -> GetImportQuery<'c, 'a, 's, C, GetImport, 5> {
        GetImportQuery {
            client,
            params: [tenant_id, import_key, team_id, agent_id, user_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetImportBorrowed, tokio_postgres::Error> {
                    Ok(GetImportBorrowed { id: row.try_get(0)?, import_digest: row.try_get(1)? })
                },
            mapper: |it| GetImport::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetImportParams<T1>,
        GetImportQuery<'c, 'a, 's, C, GetImport, 5>,
        C,
    > for GetImportStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetImportParams<T1>,
    ) -> GetImportQuery<'c, 'a, 's, C, GetImport, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.import_key,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
        )
    }
}
pub struct ListConversationsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_conversations() -> ListConversationsStmt {
    ListConversationsStmt(
        "SELECT id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens, summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key FROM public.conversations WHERE tenant_id = $1 AND ($2::uuid IS NULL OR team_id = $2) AND ($3::uuid IS NULL OR agent_id = $3) AND ($4::uuid IS NULL OR user_id = $4) AND ($5::text IS NULL OR status = $5::text::public.conversation_status) AND (created_at, id) < ( coalesce($6::timestamptz, 'infinity'), coalesce($7::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ) ORDER BY created_at DESC, id DESC LIMIT $8",
        None,
    )
}
impl ListConversationsStmt {
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
        agent_id: &'a Option<uuid::Uuid>,
        user_id: &'a Option<uuid::Uuid>,
        status: &'a Option<T1>,
        before_created_at: &'a Option<jiff::Timestamp>,
        before_id: &'a Option<uuid::Uuid>,
        page_size: &'a i64,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 8> {
        ConversationQuery {
            client,
            params: [
                tenant_id,
                team_id,
                agent_id,
                user_id,
                status,
                before_created_at,
                before_id,
                page_size,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConversationBorrowed, tokio_postgres::Error> {
                    Ok(ConversationBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        title: row.try_get(4)?,
                        status: row.try_get(5)?,
                        message_count: row.try_get(6)?,
                        total_input_tokens: row.try_get(7)?,
                        total_output_tokens: row.try_get(8)?,
                        summary: row.try_get(9)?,
                        metadata: row.try_get(10)?,
                        created_at: row.try_get(11)?,
                        updated_at: row.try_get(12)?,
                        last_message_at: row.try_get(13)?,
                        closed_at: row.try_get(14)?,
                        import_key: row.try_get(15)?,
                    })
                },
            mapper: |it| Conversation::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListConversationsParams<T1>,
        ConversationQuery<'c, 'a, 's, C, Conversation, 8>,
        C,
    > for ListConversationsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListConversationsParams<T1>,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 8> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.agent_id,
            &params.user_id,
            &params.status,
            &params.before_created_at,
            &params.before_id,
            &params.page_size,
        )
    }
}
pub struct DescribeConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn describe_conversation() -> DescribeConversationStmt {
    DescribeConversationStmt(
        "UPDATE public.conversations SET title = $1, summary = $2, metadata = $3 WHERE tenant_id = $4 AND id = $5 RETURNING id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens, summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key",
        None,
    )
}
impl DescribeConversationStmt {
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
        title: &'a Option<T1>,
        summary: &'a Option<T2>,
        metadata: &'a T3,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 5> {
        ConversationQuery {
            client,
            params: [title, summary, metadata, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConversationBorrowed, tokio_postgres::Error> {
                    Ok(ConversationBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        title: row.try_get(4)?,
                        status: row.try_get(5)?,
                        message_count: row.try_get(6)?,
                        total_input_tokens: row.try_get(7)?,
                        total_output_tokens: row.try_get(8)?,
                        summary: row.try_get(9)?,
                        metadata: row.try_get(10)?,
                        created_at: row.try_get(11)?,
                        updated_at: row.try_get(12)?,
                        last_message_at: row.try_get(13)?,
                        closed_at: row.try_get(14)?,
                        import_key: row.try_get(15)?,
                    })
                },
            mapper: |it| Conversation::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql, T3: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DescribeConversationParams<T1, T2, T3>,
        ConversationQuery<'c, 'a, 's, C, Conversation, 5>,
        C,
    > for DescribeConversationStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DescribeConversationParams<T1, T2, T3>,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 5> {
        self.bind(
            client,
            &params.title,
            &params.summary,
            &params.metadata,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct LockConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_conversation() -> LockConversationStmt {
    LockConversationStmt(
        "SELECT id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens, summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key FROM public.conversations WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        None,
    )
}
impl LockConversationStmt {
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
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 2> {
        ConversationQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConversationBorrowed, tokio_postgres::Error> {
                    Ok(ConversationBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        title: row.try_get(4)?,
                        status: row.try_get(5)?,
                        message_count: row.try_get(6)?,
                        total_input_tokens: row.try_get(7)?,
                        total_output_tokens: row.try_get(8)?,
                        summary: row.try_get(9)?,
                        metadata: row.try_get(10)?,
                        created_at: row.try_get(11)?,
                        updated_at: row.try_get(12)?,
                        last_message_at: row.try_get(13)?,
                        closed_at: row.try_get(14)?,
                        import_key: row.try_get(15)?,
                    })
                },
            mapper: |it| Conversation::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockConversationParams,
        ConversationQuery<'c, 'a, 's, C, Conversation, 2>,
        C,
    > for LockConversationStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockConversationParams,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct CloseConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn close_conversation() -> CloseConversationStmt {
    CloseConversationStmt(
        "UPDATE public.conversations SET status = 'closed', closed_at = $1 WHERE tenant_id = $2 AND id = $3 AND status <> 'closed' RETURNING id, team_id, agent_id, user_id, title, status::text, message_count, total_input_tokens, total_output_tokens, summary, metadata::text, created_at, updated_at, last_message_at, closed_at, import_key",
        None,
    )
}
impl CloseConversationStmt {
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
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 3> {
        ConversationQuery {
            client,
            params: [now, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ConversationBorrowed, tokio_postgres::Error> {
                    Ok(ConversationBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        title: row.try_get(4)?,
                        status: row.try_get(5)?,
                        message_count: row.try_get(6)?,
                        total_input_tokens: row.try_get(7)?,
                        total_output_tokens: row.try_get(8)?,
                        summary: row.try_get(9)?,
                        metadata: row.try_get(10)?,
                        created_at: row.try_get(11)?,
                        updated_at: row.try_get(12)?,
                        last_message_at: row.try_get(13)?,
                        closed_at: row.try_get(14)?,
                        import_key: row.try_get(15)?,
                    })
                },
            mapper: |it| Conversation::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        CloseConversationParams,
        ConversationQuery<'c, 'a, 's, C, Conversation, 3>,
        C,
    > for CloseConversationStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CloseConversationParams,
    ) -> ConversationQuery<'c, 'a, 's, C, Conversation, 3> {
        self.bind(client, &params.now, &params.tenant_id, &params.id)
    }
}
pub struct DeleteConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_conversation() -> DeleteConversationStmt {
    DeleteConversationStmt(
        "DELETE FROM public.conversations WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl DeleteConversationStmt {
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
        DeleteConversationParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteConversationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteConversationParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct IdleConversationsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn idle_conversations() -> IdleConversationsStmt {
    IdleConversationsStmt(
        "UPDATE public.conversations SET status = 'idle' WHERE tenant_id = $1 AND id IN ( SELECT c.id FROM public.conversations AS c WHERE c.tenant_id = $1 AND c.status = 'active' AND c.last_message_at < $2 ORDER BY c.last_message_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED )",
        None,
    )
}
impl IdleConversationsStmt {
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
        unless_since: &'a jiff::Timestamp,
        batch: &'a i64,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, unless_since, batch],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        IdleConversationsParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for IdleConversationsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a IdleConversationsParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.unless_since, &params.batch))
    }
}
pub struct CloseIdleConversationsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn close_idle_conversations() -> CloseIdleConversationsStmt {
    CloseIdleConversationsStmt(
        "UPDATE public.conversations SET status = 'closed', closed_at = $1 WHERE tenant_id = $2 AND id IN ( SELECT c.id FROM public.conversations AS c WHERE c.tenant_id = $2 AND c.status = 'idle' AND c.last_message_at < $3 ORDER BY c.last_message_at LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED )",
        None,
    )
}
impl CloseIdleConversationsStmt {
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
        unless_since: &'a jiff::Timestamp,
        batch: &'a i64,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[now, tenant_id, unless_since, batch],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        CloseIdleConversationsParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for CloseIdleConversationsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a CloseIdleConversationsParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.now,
            &params.tenant_id,
            &params.unless_since,
            &params.batch,
        ))
    }
}
pub struct DeleteExpiredConversationsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_expired_conversations() -> DeleteExpiredConversationsStmt {
    DeleteExpiredConversationsStmt(
        "WITH expired AS ( SELECT c.id FROM public.teams AS t CROSS JOIN LATERAL ( SELECT c.id FROM public.conversations AS c WHERE c.tenant_id = t.tenant_id AND c.team_id = t.id AND c.status = 'closed' AND c.closed_at < $1::timestamptz - make_interval(days => least(t.conversation_retention_days, 1000000)) ORDER BY c.closed_at LIMIT $2 FOR UPDATE SKIP LOCKED ) AS c WHERE t.tenant_id = $3 LIMIT $2 ) DELETE FROM public.conversations WHERE tenant_id = $3 AND id IN (SELECT id FROM expired) RETURNING id, message_count",
        None,
    )
}
impl DeleteExpiredConversationsStmt {
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
        batch: &'a i64,
        tenant_id: &'a uuid::Uuid,
    ) -> DeleteExpiredConversationsQuery<'c, 'a, 's, C, DeleteExpiredConversations, 3> {
        DeleteExpiredConversationsQuery {
            client,
            params: [now, batch, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<DeleteExpiredConversations, tokio_postgres::Error> {
                Ok(DeleteExpiredConversations {
                    id: row.try_get(0)?,
                    message_count: row.try_get(1)?,
                })
            },
            mapper: |it| DeleteExpiredConversations::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeleteExpiredConversationsParams,
        DeleteExpiredConversationsQuery<'c, 'a, 's, C, DeleteExpiredConversations, 3>,
        C,
    > for DeleteExpiredConversationsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteExpiredConversationsParams,
    ) -> DeleteExpiredConversationsQuery<'c, 'a, 's, C, DeleteExpiredConversations, 3> {
        self.bind(client, &params.now, &params.batch, &params.tenant_id)
    }
}
pub struct ReopenConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn reopen_conversation() -> ReopenConversationStmt {
    ReopenConversationStmt(
        "UPDATE public.conversations SET status = 'active', closed_at = NULL WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl ReopenConversationStmt {
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
        ReopenConversationParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ReopenConversationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ReopenConversationParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct SettleConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn settle_conversation() -> SettleConversationStmt {
    SettleConversationStmt(
        "UPDATE public.conversations SET status = $1::text::public.conversation_status, closed_at = $2 WHERE tenant_id = $3 AND id = $4",
        None,
    )
}
impl SettleConversationStmt {
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
        status: &'a T1,
        closed_at: &'a Option<jiff::Timestamp>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[status, closed_at, tenant_id, id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SettleConversationParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SettleConversationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SettleConversationParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.status,
            &params.closed_at,
            &params.tenant_id,
            &params.id,
        ))
    }
}
pub struct RecountConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn recount_conversation() -> RecountConversationStmt {
    RecountConversationStmt(
        "UPDATE public.conversations AS c SET message_count       = said.turns, total_input_tokens  = least(said.input_tokens, 9223372036854775807), total_output_tokens = least(said.output_tokens, 9223372036854775807) FROM ( SELECT count(*)::integer AS turns, coalesce(sum(t.tokens) FILTER (WHERE t.role <> 'assistant'), 0) AS input_tokens, coalesce(sum(t.tokens) FILTER (WHERE t.role = 'assistant'), 0) AS output_tokens FROM ( SELECT m.payload ->> 'role' AS role, CASE WHEN jsonb_typeof(m.cost -> 'tokens') = 'number' THEN greatest((m.cost ->> 'tokens')::numeric, 0) END AS tokens FROM public.messages AS m WHERE m.tenant_id = $1 AND m.conversation_id = $2 ) AS t ) AS said WHERE c.tenant_id = $1 AND c.id = $2",
        None,
    )
}
impl RecountConversationStmt {
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
        RecountConversationParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RecountConversationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RecountConversationParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
