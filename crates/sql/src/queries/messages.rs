// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertMessagesParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
    T6: crate::StringSql,
    T7: crate::ArraySql<Item = T6>,
    T8: crate::StringSql,
    T9: crate::ArraySql<Item = T8>,
    T10: crate::StringSql,
    T11: crate::ArraySql<Item = T10>,
    T12: crate::StringSql,
    T13: crate::ArraySql<Item = T12>,
    T14: crate::StringSql,
    T15: crate::ArraySql<Item = T14>,
    T16: crate::StringSql,
    T17: crate::ArraySql<Item = T16>,
    T18: crate::StringSql,
    T19: crate::ArraySql<Item = T18>,
    T20: crate::ArraySql<Item = jiff::Timestamp>,
    T21: crate::StringSql,
    T22: crate::ArraySql<Item = T21>,
> {
    pub tenant_id: uuid::Uuid,
    pub conversation_id: Option<uuid::Uuid>,
    pub ids: T1,
    pub agent_ids: T3,
    pub trace_ids: T5,
    pub span_ids: T7,
    pub from_agents: T9,
    pub to_agents: T11,
    pub types: T13,
    pub payloads: T15,
    pub metadatas: T17,
    pub costs: T19,
    pub tss: T20,
    pub envelope_hashes: T22,
}
#[derive(Clone, Copy, Debug)]
pub struct GetMessageParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct LockMessageParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct RestoreMessageParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
> {
    pub trace_id: T1,
    pub span_id: T2,
    pub from_agent: T3,
    pub to_agent: T4,
    pub r#type: T5,
    pub payload: T6,
    pub metadata: T7,
    pub cost: T8,
    pub ts: jiff::Timestamp,
    pub envelope_hash: T9,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ListMessagesOfConversationParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub conversation_id: uuid::Uuid,
    pub from_ts: T1,
    pub from_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListMessagesOfTraceParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub trace_id: T1,
    pub from_ts: T2,
    pub from_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct ListMessagesBetweenParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub until: Option<jiff::Timestamp>,
    pub from_ts: T1,
    pub from_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ScanMessagesParams {
    pub tenant_id: uuid::Uuid,
    pub from_id: uuid::Uuid,
    pub page_size: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct EstimateMessagesParams {
    pub tenant_id: uuid::Uuid,
    pub at_most: i64,
}
#[derive(Debug)]
pub struct SetFeedbackParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub feedback_rating: Option<T1>,
    pub feedback_comment: Option<T2>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct GetRawMessageParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: uuid::Uuid,
    pub conversation_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub from_agent: Option<String>,
    pub to_agent: Option<String>,
    pub r#type: Option<String>,
    pub payload: Option<String>,
    pub metadata: Option<String>,
    pub cost: Option<String>,
    pub ts_bytes: Option<Vec<u8>>,
    pub envelope_hash: Option<String>,
    pub feedback_rating: Option<String>,
    pub feedback_comment: Option<String>,
    pub created_bytes: Option<Vec<u8>>,
}
pub struct MessageBorrowed<'a> {
    pub id: uuid::Uuid,
    pub conversation_id: Option<uuid::Uuid>,
    pub agent_id: Option<uuid::Uuid>,
    pub trace_id: Option<&'a str>,
    pub span_id: Option<&'a str>,
    pub from_agent: Option<&'a str>,
    pub to_agent: Option<&'a str>,
    pub r#type: Option<&'a str>,
    pub payload: Option<&'a str>,
    pub metadata: Option<&'a str>,
    pub cost: Option<&'a str>,
    pub ts_bytes: Option<&'a [u8]>,
    pub envelope_hash: Option<&'a str>,
    pub feedback_rating: Option<&'a str>,
    pub feedback_comment: Option<&'a str>,
    pub created_bytes: Option<&'a [u8]>,
}
impl<'a> From<MessageBorrowed<'a>> for Message {
    fn from(
        MessageBorrowed {
            id,
            conversation_id,
            agent_id,
            trace_id,
            span_id,
            from_agent,
            to_agent,
            r#type,
            payload,
            metadata,
            cost,
            ts_bytes,
            envelope_hash,
            feedback_rating,
            feedback_comment,
            created_bytes,
        }: MessageBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            conversation_id,
            agent_id,
            trace_id: trace_id.map(|v| v.into()),
            span_id: span_id.map(|v| v.into()),
            from_agent: from_agent.map(|v| v.into()),
            to_agent: to_agent.map(|v| v.into()),
            r#type: r#type.map(|v| v.into()),
            payload: payload.map(|v| v.into()),
            metadata: metadata.map(|v| v.into()),
            cost: cost.map(|v| v.into()),
            ts_bytes: ts_bytes.map(|v| v.into()),
            envelope_hash: envelope_hash.map(|v| v.into()),
            feedback_rating: feedback_rating.map(|v| v.into()),
            feedback_comment: feedback_comment.map(|v| v.into()),
            created_bytes: created_bytes.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ScanMessages {
    pub id: uuid::Uuid,
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub from_agent: Option<String>,
    pub to_agent: Option<String>,
    pub r#type: Option<String>,
    pub payload: Option<String>,
    pub metadata: Option<String>,
    pub cost: Option<String>,
    pub ts_bytes: Option<Vec<u8>>,
    pub envelope_hash: Option<String>,
}
pub struct ScanMessagesBorrowed<'a> {
    pub id: uuid::Uuid,
    pub trace_id: Option<&'a str>,
    pub span_id: Option<&'a str>,
    pub from_agent: Option<&'a str>,
    pub to_agent: Option<&'a str>,
    pub r#type: Option<&'a str>,
    pub payload: Option<&'a str>,
    pub metadata: Option<&'a str>,
    pub cost: Option<&'a str>,
    pub ts_bytes: Option<&'a [u8]>,
    pub envelope_hash: Option<&'a str>,
}
impl<'a> From<ScanMessagesBorrowed<'a>> for ScanMessages {
    fn from(
        ScanMessagesBorrowed {
            id,
            trace_id,
            span_id,
            from_agent,
            to_agent,
            r#type,
            payload,
            metadata,
            cost,
            ts_bytes,
            envelope_hash,
        }: ScanMessagesBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            trace_id: trace_id.map(|v| v.into()),
            span_id: span_id.map(|v| v.into()),
            from_agent: from_agent.map(|v| v.into()),
            to_agent: to_agent.map(|v| v.into()),
            r#type: r#type.map(|v| v.into()),
            payload: payload.map(|v| v.into()),
            metadata: metadata.map(|v| v.into()),
            cost: cost.map(|v| v.into()),
            ts_bytes: ts_bytes.map(|v| v.into()),
            envelope_hash: envelope_hash.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetRawMessage {
    pub id: uuid::Uuid,
    pub conversation_id: Option<String>,
    pub agent_id: Option<String>,
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub from_agent: Option<String>,
    pub to_agent: Option<String>,
    pub r#type: Option<String>,
    pub payload: Option<String>,
    pub metadata: Option<String>,
    pub cost: Option<String>,
    pub sent: Option<String>,
    pub envelope_hash: Option<String>,
    pub feedback_rating: Option<String>,
    pub feedback_comment: Option<String>,
    pub stored: Option<String>,
}
pub struct GetRawMessageBorrowed<'a> {
    pub id: uuid::Uuid,
    pub conversation_id: Option<&'a str>,
    pub agent_id: Option<&'a str>,
    pub trace_id: Option<&'a str>,
    pub span_id: Option<&'a str>,
    pub from_agent: Option<&'a str>,
    pub to_agent: Option<&'a str>,
    pub r#type: Option<&'a str>,
    pub payload: Option<&'a str>,
    pub metadata: Option<&'a str>,
    pub cost: Option<&'a str>,
    pub sent: Option<&'a str>,
    pub envelope_hash: Option<&'a str>,
    pub feedback_rating: Option<&'a str>,
    pub feedback_comment: Option<&'a str>,
    pub stored: Option<&'a str>,
}
impl<'a> From<GetRawMessageBorrowed<'a>> for GetRawMessage {
    fn from(
        GetRawMessageBorrowed {
            id,
            conversation_id,
            agent_id,
            trace_id,
            span_id,
            from_agent,
            to_agent,
            r#type,
            payload,
            metadata,
            cost,
            sent,
            envelope_hash,
            feedback_rating,
            feedback_comment,
            stored,
        }: GetRawMessageBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            conversation_id: conversation_id.map(|v| v.into()),
            agent_id: agent_id.map(|v| v.into()),
            trace_id: trace_id.map(|v| v.into()),
            span_id: span_id.map(|v| v.into()),
            from_agent: from_agent.map(|v| v.into()),
            to_agent: to_agent.map(|v| v.into()),
            r#type: r#type.map(|v| v.into()),
            payload: payload.map(|v| v.into()),
            metadata: metadata.map(|v| v.into()),
            cost: cost.map(|v| v.into()),
            sent: sent.map(|v| v.into()),
            envelope_hash: envelope_hash.map(|v| v.into()),
            feedback_rating: feedback_rating.map(|v| v.into()),
            feedback_comment: feedback_comment.map(|v| v.into()),
            stored: stored.map(|v| v.into()),
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct MessageQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<MessageBorrowed, tokio_postgres::Error>,
    mapper: fn(MessageBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> MessageQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(MessageBorrowed) -> R) -> MessageQuery<'c, 'a, 's, C, R, N> {
        MessageQuery {
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
pub struct ScanMessagesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ScanMessagesBorrowed, tokio_postgres::Error>,
    mapper: fn(ScanMessagesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ScanMessagesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ScanMessagesBorrowed) -> R,
    ) -> ScanMessagesQuery<'c, 'a, 's, C, R, N> {
        ScanMessagesQuery {
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
pub struct I64Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<i64, tokio_postgres::Error>,
    mapper: fn(i64) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> I64Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(i64) -> R) -> I64Query<'c, 'a, 's, C, R, N> {
        I64Query {
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
pub struct GetRawMessageQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetRawMessageBorrowed, tokio_postgres::Error>,
    mapper: fn(GetRawMessageBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetRawMessageQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetRawMessageBorrowed) -> R,
    ) -> GetRawMessageQuery<'c, 'a, 's, C, R, N> {
        GetRawMessageQuery {
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
pub struct InsertMessagesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_messages() -> InsertMessagesStmt {
    InsertMessagesStmt(
        "INSERT INTO public.messages ( tenant_id, id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload, metadata, cost, ts, envelope_hash ) SELECT $1, m.id, $2, NULLIF(m.agent_id, '')::uuid, NULLIF(m.trace_id, ''), NULLIF(m.span_id, ''), m.from_agent, m.to_agent, m.type, m.payload::jsonb, m.metadata::jsonb, m.cost::jsonb, m.ts, m.envelope_hash FROM unnest( $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::text[] ) AS m ( id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload, metadata, cost, ts, envelope_hash )",
        None,
    )
}
impl InsertMessagesStmt {
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
        T1: crate::ArraySql<Item = uuid::Uuid>,
        T2: crate::StringSql,
        T3: crate::ArraySql<Item = T2>,
        T4: crate::StringSql,
        T5: crate::ArraySql<Item = T4>,
        T6: crate::StringSql,
        T7: crate::ArraySql<Item = T6>,
        T8: crate::StringSql,
        T9: crate::ArraySql<Item = T8>,
        T10: crate::StringSql,
        T11: crate::ArraySql<Item = T10>,
        T12: crate::StringSql,
        T13: crate::ArraySql<Item = T12>,
        T14: crate::StringSql,
        T15: crate::ArraySql<Item = T14>,
        T16: crate::StringSql,
        T17: crate::ArraySql<Item = T16>,
        T18: crate::StringSql,
        T19: crate::ArraySql<Item = T18>,
        T20: crate::ArraySql<Item = jiff::Timestamp>,
        T21: crate::StringSql,
        T22: crate::ArraySql<Item = T21>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        conversation_id: &'a Option<uuid::Uuid>,
        ids: &'a T1,
        agent_ids: &'a T3,
        trace_ids: &'a T5,
        span_ids: &'a T7,
        from_agents: &'a T9,
        to_agents: &'a T11,
        types: &'a T13,
        payloads: &'a T15,
        metadatas: &'a T17,
        costs: &'a T19,
        tss: &'a T20,
        envelope_hashes: &'a T22,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                tenant_id,
                conversation_id,
                ids,
                agent_ids,
                trace_ids,
                span_ids,
                from_agents,
                to_agents,
                types,
                payloads,
                metadatas,
                costs,
                tss,
                envelope_hashes,
            ],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
    T4: crate::StringSql,
    T5: crate::ArraySql<Item = T4>,
    T6: crate::StringSql,
    T7: crate::ArraySql<Item = T6>,
    T8: crate::StringSql,
    T9: crate::ArraySql<Item = T8>,
    T10: crate::StringSql,
    T11: crate::ArraySql<Item = T10>,
    T12: crate::StringSql,
    T13: crate::ArraySql<Item = T12>,
    T14: crate::StringSql,
    T15: crate::ArraySql<Item = T14>,
    T16: crate::StringSql,
    T17: crate::ArraySql<Item = T16>,
    T18: crate::StringSql,
    T19: crate::ArraySql<Item = T18>,
    T20: crate::ArraySql<Item = jiff::Timestamp>,
    T21: crate::StringSql,
    T22: crate::ArraySql<Item = T21>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertMessagesParams<
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
            T20,
            T21,
            T22,
        >,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertMessagesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertMessagesParams<
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
            T20,
            T21,
            T22,
        >,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.conversation_id,
            &params.ids,
            &params.agent_ids,
            &params.trace_ids,
            &params.span_ids,
            &params.from_agents,
            &params.to_agents,
            &params.types,
            &params.payloads,
            &params.metadatas,
            &params.costs,
            &params.tss,
            &params.envelope_hashes,
        ))
    }
}
pub struct GetMessageStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_message() -> GetMessageStmt {
    GetMessageStmt(
        "SELECT id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating, feedback_comment, timestamptz_send(created_at) AS created_bytes FROM public.messages WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetMessageStmt {
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
    ) -> MessageQuery<'c, 'a, 's, C, Message, 2> {
        MessageQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MessageBorrowed, tokio_postgres::Error> {
                    Ok(MessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        ts_bytes: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        created_bytes: row.try_get(15)?,
                    })
                },
            mapper: |it| Message::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetMessageParams,
        MessageQuery<'c, 'a, 's, C, Message, 2>,
        C,
    > for GetMessageStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetMessageParams,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct LockMessageStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_message() -> LockMessageStmt {
    LockMessageStmt(
        "SELECT id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating, feedback_comment, timestamptz_send(created_at) AS created_bytes FROM public.messages WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        None,
    )
}
impl LockMessageStmt {
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
    ) -> MessageQuery<'c, 'a, 's, C, Message, 2> {
        MessageQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MessageBorrowed, tokio_postgres::Error> {
                    Ok(MessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        ts_bytes: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        created_bytes: row.try_get(15)?,
                    })
                },
            mapper: |it| Message::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockMessageParams,
        MessageQuery<'c, 'a, 's, C, Message, 2>,
        C,
    > for LockMessageStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockMessageParams,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct RestoreMessageStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn restore_message() -> RestoreMessageStmt {
    RestoreMessageStmt(
        "UPDATE public.messages SET trace_id      = NULLIF($1, ''), span_id       = NULLIF($2, ''), from_agent    = $3, to_agent      = $4, type          = $5, payload       = $6::text::jsonb, metadata      = $7::text::jsonb, cost          = $8::text::jsonb, ts            = $9, envelope_hash = $10 WHERE tenant_id = $11 AND id = $12",
        None,
    )
}
impl RestoreMessageStmt {
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
        T4: crate::StringSql,
        T5: crate::StringSql,
        T6: crate::StringSql,
        T7: crate::StringSql,
        T8: crate::StringSql,
        T9: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        trace_id: &'a T1,
        span_id: &'a T2,
        from_agent: &'a T3,
        to_agent: &'a T4,
        r#type: &'a T5,
        payload: &'a T6,
        metadata: &'a T7,
        cost: &'a T8,
        ts: &'a jiff::Timestamp,
        envelope_hash: &'a T9,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                trace_id,
                span_id,
                from_agent,
                to_agent,
                r#type,
                payload,
                metadata,
                cost,
                ts,
                envelope_hash,
                tenant_id,
                id,
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
    T4: crate::StringSql,
    T5: crate::StringSql,
    T6: crate::StringSql,
    T7: crate::StringSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        RestoreMessageParams<T1, T2, T3, T4, T5, T6, T7, T8, T9>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RestoreMessageStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RestoreMessageParams<T1, T2, T3, T4, T5, T6, T7, T8, T9>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.trace_id,
            &params.span_id,
            &params.from_agent,
            &params.to_agent,
            &params.r#type,
            &params.payload,
            &params.metadata,
            &params.cost,
            &params.ts,
            &params.envelope_hash,
            &params.tenant_id,
            &params.id,
        ))
    }
}
pub struct ListMessagesOfConversationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_messages_of_conversation() -> ListMessagesOfConversationStmt {
    ListMessagesOfConversationStmt(
        "SELECT id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating, feedback_comment, timestamptz_send(created_at) AS created_bytes FROM public.messages WHERE tenant_id = $1 AND conversation_id = $2 AND (ts, id) >= ($3::text::timestamptz, $4::uuid) ORDER BY ts, id LIMIT $5",
        None,
    )
}
impl ListMessagesOfConversationStmt {
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
        conversation_id: &'a uuid::Uuid,
        from_ts: &'a T1,
        from_id: &'a uuid::Uuid,
        page_size: &'a i64,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 5> {
        MessageQuery {
            client,
            params: [tenant_id, conversation_id, from_ts, from_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MessageBorrowed, tokio_postgres::Error> {
                    Ok(MessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        ts_bytes: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        created_bytes: row.try_get(15)?,
                    })
                },
            mapper: |it| Message::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMessagesOfConversationParams<T1>,
        MessageQuery<'c, 'a, 's, C, Message, 5>,
        C,
    > for ListMessagesOfConversationStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMessagesOfConversationParams<T1>,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.conversation_id,
            &params.from_ts,
            &params.from_id,
            &params.page_size,
        )
    }
}
pub struct ListMessagesOfTraceStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_messages_of_trace() -> ListMessagesOfTraceStmt {
    ListMessagesOfTraceStmt(
        "SELECT id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating, feedback_comment, timestamptz_send(created_at) AS created_bytes FROM public.messages WHERE tenant_id = $1 AND trace_id = $2 AND (ts, id) >= ($3::text::timestamptz, $4::uuid) ORDER BY ts, id LIMIT $5",
        None,
    )
}
impl ListMessagesOfTraceStmt {
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
        trace_id: &'a T1,
        from_ts: &'a T2,
        from_id: &'a uuid::Uuid,
        page_size: &'a i64,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 5> {
        MessageQuery {
            client,
            params: [tenant_id, trace_id, from_ts, from_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MessageBorrowed, tokio_postgres::Error> {
                    Ok(MessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        ts_bytes: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        created_bytes: row.try_get(15)?,
                    })
                },
            mapper: |it| Message::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMessagesOfTraceParams<T1, T2>,
        MessageQuery<'c, 'a, 's, C, Message, 5>,
        C,
    > for ListMessagesOfTraceStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMessagesOfTraceParams<T1, T2>,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.trace_id,
            &params.from_ts,
            &params.from_id,
            &params.page_size,
        )
    }
}
pub struct ListMessagesBetweenStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_messages_between() -> ListMessagesBetweenStmt {
    ListMessagesBetweenStmt(
        "SELECT id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating, feedback_comment, timestamptz_send(created_at) AS created_bytes FROM public.messages WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR ts < $2::timestamptz) AND (ts, id) >= ($3::text::timestamptz, $4::uuid) ORDER BY ts, id LIMIT $5",
        None,
    )
}
impl ListMessagesBetweenStmt {
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
        until: &'a Option<jiff::Timestamp>,
        from_ts: &'a T1,
        from_id: &'a uuid::Uuid,
        page_size: &'a i64,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 5> {
        MessageQuery {
            client,
            params: [tenant_id, until, from_ts, from_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MessageBorrowed, tokio_postgres::Error> {
                    Ok(MessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        ts_bytes: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        created_bytes: row.try_get(15)?,
                    })
                },
            mapper: |it| Message::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMessagesBetweenParams<T1>,
        MessageQuery<'c, 'a, 's, C, Message, 5>,
        C,
    > for ListMessagesBetweenStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMessagesBetweenParams<T1>,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.until,
            &params.from_ts,
            &params.from_id,
            &params.page_size,
        )
    }
}
pub struct ScanMessagesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn scan_messages() -> ScanMessagesStmt {
    ScanMessagesStmt(
        "SELECT id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash FROM public.messages WHERE tenant_id = $1 AND id >= $2 ORDER BY id LIMIT $3",
        None,
    )
}
impl ScanMessagesStmt {
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
        from_id: &'a uuid::Uuid,
        page_size: &'a i64,
    ) -> ScanMessagesQuery<'c, 'a, 's, C, ScanMessages, 3> {
        ScanMessagesQuery {
            client,
            params: [tenant_id, from_id, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ScanMessagesBorrowed, tokio_postgres::Error> {
                    Ok(ScanMessagesBorrowed {
                        id: row.try_get(0)?,
                        trace_id: row.try_get(1)?,
                        span_id: row.try_get(2)?,
                        from_agent: row.try_get(3)?,
                        to_agent: row.try_get(4)?,
                        r#type: row.try_get(5)?,
                        payload: row.try_get(6)?,
                        metadata: row.try_get(7)?,
                        cost: row.try_get(8)?,
                        ts_bytes: row.try_get(9)?,
                        envelope_hash: row.try_get(10)?,
                    })
                },
            mapper: |it| ScanMessages::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ScanMessagesParams,
        ScanMessagesQuery<'c, 'a, 's, C, ScanMessages, 3>,
        C,
    > for ScanMessagesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ScanMessagesParams,
    ) -> ScanMessagesQuery<'c, 'a, 's, C, ScanMessages, 3> {
        self.bind(client, &params.tenant_id, &params.from_id, &params.page_size)
    }
}
pub struct EstimateMessagesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn estimate_messages() -> EstimateMessagesStmt {
    EstimateMessagesStmt(
        "SELECT count(*) AS messages FROM (SELECT FROM public.messages WHERE tenant_id = $1 LIMIT $2) AS counted",
        None,
    )
}
impl EstimateMessagesStmt {
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
        at_most: &'a i64,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        I64Query {
            client,
            params: [tenant_id, at_most],
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
        EstimateMessagesParams,
        I64Query<'c, 'a, 's, C, i64, 2>,
        C,
    > for EstimateMessagesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a EstimateMessagesParams,
    ) -> I64Query<'c, 'a, 's, C, i64, 2> {
        self.bind(client, &params.tenant_id, &params.at_most)
    }
}
pub struct SetFeedbackStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_feedback() -> SetFeedbackStmt {
    SetFeedbackStmt(
        "UPDATE public.messages SET feedback_rating = $1, feedback_comment = $2 WHERE tenant_id = $3 AND id = $4 AND conversation_id IS NOT NULL RETURNING id, conversation_id, agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, timestamptz_send(ts) AS ts_bytes, envelope_hash, feedback_rating, feedback_comment, timestamptz_send(created_at) AS created_bytes",
        None,
    )
}
impl SetFeedbackStmt {
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
        feedback_rating: &'a Option<T1>,
        feedback_comment: &'a Option<T2>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 4> {
        MessageQuery {
            client,
            params: [feedback_rating, feedback_comment, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MessageBorrowed, tokio_postgres::Error> {
                    Ok(MessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        ts_bytes: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        created_bytes: row.try_get(15)?,
                    })
                },
            mapper: |it| Message::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        SetFeedbackParams<T1, T2>,
        MessageQuery<'c, 'a, 's, C, Message, 4>,
        C,
    > for SetFeedbackStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a SetFeedbackParams<T1, T2>,
    ) -> MessageQuery<'c, 'a, 's, C, Message, 4> {
        self.bind(
            client,
            &params.feedback_rating,
            &params.feedback_comment,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct GetRawMessageStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_raw_message() -> GetRawMessageStmt {
    GetRawMessageStmt(
        "SELECT id, conversation_id::text AS conversation_id, agent_id::text AS agent_id, trace_id, span_id, from_agent, to_agent, type, payload::text AS payload, metadata::text AS metadata, cost::text AS cost, ts::text AS sent, envelope_hash, feedback_rating, feedback_comment, created_at::text AS stored FROM public.messages WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetRawMessageStmt {
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
    ) -> GetRawMessageQuery<'c, 'a, 's, C, GetRawMessage, 2> {
        GetRawMessageQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetRawMessageBorrowed, tokio_postgres::Error> {
                    Ok(GetRawMessageBorrowed {
                        id: row.try_get(0)?,
                        conversation_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        trace_id: row.try_get(3)?,
                        span_id: row.try_get(4)?,
                        from_agent: row.try_get(5)?,
                        to_agent: row.try_get(6)?,
                        r#type: row.try_get(7)?,
                        payload: row.try_get(8)?,
                        metadata: row.try_get(9)?,
                        cost: row.try_get(10)?,
                        sent: row.try_get(11)?,
                        envelope_hash: row.try_get(12)?,
                        feedback_rating: row.try_get(13)?,
                        feedback_comment: row.try_get(14)?,
                        stored: row.try_get(15)?,
                    })
                },
            mapper: |it| GetRawMessage::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetRawMessageParams,
        GetRawMessageQuery<'c, 'a, 's, C, GetRawMessage, 2>,
        C,
    > for GetRawMessageStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRawMessageParams,
    ) -> GetRawMessageQuery<'c, 'a, 's, C, GetRawMessage, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
