// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct ActOnMemoriesParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub actor: T1,
    pub reason: Option<T2>,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct GetMemoryParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetMemoriesParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
}
#[derive(Debug)]
pub struct ListMemoriesParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub statuses: T2,
    pub now: jiff::Timestamp,
    pub agent: Option<uuid::Uuid>,
    pub user: Option<uuid::Uuid>,
    pub types: Option<T4>,
    pub tiers: Option<T6>,
    pub min_importance: Option<i32>,
    pub from: Option<jiff::Timestamp>,
    pub until: Option<jiff::Timestamp>,
    pub metadata: Option<T7>,
    pub path: Option<T8>,
    pub tags: Option<T10>,
    pub after: Option<uuid::Uuid>,
    pub limit: i64,
}
#[derive(Debug)]
pub struct CountMemoriesParams<
    T1: crate::StringSql,
    T2: crate::ArraySql<Item = T1>,
    T3: crate::StringSql,
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
> {
    pub tenant_id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub statuses: T2,
    pub now: jiff::Timestamp,
    pub agent: Option<uuid::Uuid>,
    pub user: Option<uuid::Uuid>,
    pub types: Option<T4>,
    pub tiers: Option<T6>,
    pub min_importance: Option<i32>,
    pub from: Option<jiff::Timestamp>,
    pub until: Option<jiff::Timestamp>,
    pub metadata: Option<T7>,
    pub path: Option<T8>,
    pub tags: Option<T10>,
}
#[derive(Clone, Copy, Debug)]
pub struct GetMemoryEmbeddingParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ClaimMemoryEmbeddingParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub model: T1,
    pub dimensions: i32,
}
#[derive(Debug)]
pub struct InsertMemoriesParams<
    T1: crate::ArraySql<Item = f32>,
    T2: crate::StringSql,
    T3: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub vectors: T1,
    pub dimensions: i32,
    pub model: Option<T2>,
    pub now: jiff::Timestamp,
    pub rows: T3,
}
#[derive(Debug)]
pub struct FindSameMemoriesParams<T1: crate::StringSql> {
    pub rows: T1,
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ExpireNamedMemoriesParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertMemoryTagsParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub rows: T1,
}
#[derive(Debug)]
pub struct DeleteMemoryTagsParams<T1: crate::StringSql, T2: crate::ArraySql<Item = T1>> {
    pub tenant_id: uuid::Uuid,
    pub memory_id: uuid::Uuid,
    pub tags: T2,
}
#[derive(Debug)]
pub struct LockMemoriesParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
}
#[derive(Debug)]
pub struct LockMemoryAndContradictedParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
}
#[derive(Debug)]
pub struct UpdateMemoryParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = f32>,
    T4: crate::StringSql,
    T5: crate::JsonSql,
    T6: crate::ArraySql<Item = uuid::Uuid>,
> {
    pub content: T1,
    pub subject: Option<T2>,
    pub version: i32,
    pub is_embedded: bool,
    pub embedding: Option<T3>,
    pub model: Option<T4>,
    pub importance: i32,
    pub confidence: f64,
    pub metadata: T5,
    pub related_to: T6,
    pub expires_at: Option<jiff::Timestamp>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct SetMemoryPinnedParams {
    pub is_pinned: bool,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DisputeMemoriesParams {
    pub one: uuid::Uuid,
    pub other: uuid::Uuid,
    pub tenant_id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ReleaseMemoriesParams<
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = uuid::Uuid>,
> {
    pub from: T1,
    pub tenant_id: uuid::Uuid,
    pub ids: T2,
}
#[derive(Clone, Copy, Debug)]
pub struct SupersedeMemoryParams {
    pub superseded_by: Option<uuid::Uuid>,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct NameSuccessorParams {
    pub superseded_by: uuid::Uuid,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ArchiveMemoryParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct RestoreMemoryParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteMemoryParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Clone, Copy, Debug)]
pub struct ListMemoryLogsParams {
    pub tenant_id: uuid::Uuid,
    pub memory_id: uuid::Uuid,
    pub after: i64,
    pub limit: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct ReconstructMemoryParams {
    pub memory_id: uuid::Uuid,
    pub at: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ExpireMemoriesParams {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub limit: i64,
}
#[derive(Clone, Copy, Debug)]
pub struct MoveMemoriesBetweenTiersParams {
    pub now: jiff::Timestamp,
    pub tenant_id: uuid::Uuid,
    pub after: Option<uuid::Uuid>,
    pub limit: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ActOnMemories {
    pub held: bool,
    pub actor: String,
    pub reason: String,
    pub now: String,
}
pub struct ActOnMemoriesBorrowed<'a> {
    pub held: bool,
    pub actor: &'a str,
    pub reason: &'a str,
    pub now: &'a str,
}
impl<'a> From<ActOnMemoriesBorrowed<'a>> for ActOnMemories {
    fn from(ActOnMemoriesBorrowed { held, actor, reason, now }: ActOnMemoriesBorrowed<'a>) -> Self {
        Self { held, actor: actor.into(), reason: reason.into(), now: now.into() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: String,
    pub entry_key: Option<String>,
    pub content: String,
    pub subject: Option<String>,
    pub embedding_model: Option<String>,
    pub embedding_dimensions: Option<i32>,
    pub importance: i32,
    pub confidence: f64,
    pub is_pinned: bool,
    pub source_type: String,
    pub source_conversation_id: Option<uuid::Uuid>,
    pub source_message_ids: Vec<uuid::Uuid>,
    pub extraction_model: Option<String>,
    pub version: i32,
    pub superseded_by: Option<uuid::Uuid>,
    pub contradicts: Vec<uuid::Uuid>,
    pub related_to: Vec<uuid::Uuid>,
    pub metadata: String,
    pub tier: String,
    pub status: String,
    pub tags: Vec<String>,
    pub access_count: i64,
    pub last_accessed_at: jiff::Timestamp,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub expires_at: Option<jiff::Timestamp>,
}
pub struct MemoryBorrowed<'a> {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: &'a str,
    pub entry_key: Option<&'a str>,
    pub content: &'a str,
    pub subject: Option<&'a str>,
    pub embedding_model: Option<&'a str>,
    pub embedding_dimensions: Option<i32>,
    pub importance: i32,
    pub confidence: f64,
    pub is_pinned: bool,
    pub source_type: &'a str,
    pub source_conversation_id: Option<uuid::Uuid>,
    pub source_message_ids: crate::ArrayIterator<'a, uuid::Uuid>,
    pub extraction_model: Option<&'a str>,
    pub version: i32,
    pub superseded_by: Option<uuid::Uuid>,
    pub contradicts: crate::ArrayIterator<'a, uuid::Uuid>,
    pub related_to: crate::ArrayIterator<'a, uuid::Uuid>,
    pub metadata: &'a str,
    pub tier: &'a str,
    pub status: &'a str,
    pub tags: crate::ArrayIterator<'a, &'a str>,
    pub access_count: i64,
    pub last_accessed_at: jiff::Timestamp,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub expires_at: Option<jiff::Timestamp>,
}
impl<'a> From<MemoryBorrowed<'a>> for Memory {
    fn from(
        MemoryBorrowed {
            id,
            team_id,
            agent_id,
            user_id,
            memory_type,
            entry_key,
            content,
            subject,
            embedding_model,
            embedding_dimensions,
            importance,
            confidence,
            is_pinned,
            source_type,
            source_conversation_id,
            source_message_ids,
            extraction_model,
            version,
            superseded_by,
            contradicts,
            related_to,
            metadata,
            tier,
            status,
            tags,
            access_count,
            last_accessed_at,
            created_at,
            updated_at,
            expires_at,
        }: MemoryBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            team_id,
            agent_id,
            user_id,
            memory_type: memory_type.into(),
            entry_key: entry_key.map(|v| v.into()),
            content: content.into(),
            subject: subject.map(|v| v.into()),
            embedding_model: embedding_model.map(|v| v.into()),
            embedding_dimensions,
            importance,
            confidence,
            is_pinned,
            source_type: source_type.into(),
            source_conversation_id,
            source_message_ids: source_message_ids.map(|v| v).collect(),
            extraction_model: extraction_model.map(|v| v.into()),
            version,
            superseded_by,
            contradicts: contradicts.map(|v| v).collect(),
            related_to: related_to.map(|v| v).collect(),
            metadata: metadata.into(),
            tier: tier.into(),
            status: status.into(),
            tags: tags.map(|v| v.into()).collect(),
            access_count,
            last_accessed_at,
            created_at,
            updated_at,
            expires_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetMemoryEmbedding {
    pub embedding: Option<Vec<f32>>,
    pub embedding_model: Option<String>,
}
pub struct GetMemoryEmbeddingBorrowed<'a> {
    pub embedding: Option<crate::ArrayIterator<'a, f32>>,
    pub embedding_model: Option<&'a str>,
}
impl<'a> From<GetMemoryEmbeddingBorrowed<'a>> for GetMemoryEmbedding {
    fn from(
        GetMemoryEmbeddingBorrowed { embedding, embedding_model }: GetMemoryEmbeddingBorrowed<'a>,
    ) -> Self {
        Self {
            embedding: embedding.map(|v| v.map(|v| v).collect()),
            embedding_model: embedding_model.map(|v| v.into()),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetMemorySettings {
    pub embedding_model: Option<String>,
    pub embedding_dimensions: Option<i32>,
    pub promoted_at: Option<jiff::Timestamp>,
    pub index_kind: Option<String>,
    pub index_options: String,
    pub indexed_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct GetMemorySettingsBorrowed<'a> {
    pub embedding_model: Option<&'a str>,
    pub embedding_dimensions: Option<i32>,
    pub promoted_at: Option<jiff::Timestamp>,
    pub index_kind: Option<&'a str>,
    pub index_options: &'a str,
    pub indexed_at: Option<jiff::Timestamp>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<GetMemorySettingsBorrowed<'a>> for GetMemorySettings {
    fn from(
        GetMemorySettingsBorrowed {
            embedding_model,
            embedding_dimensions,
            promoted_at,
            index_kind,
            index_options,
            indexed_at,
            created_at,
            updated_at,
        }: GetMemorySettingsBorrowed<'a>,
    ) -> Self {
        Self {
            embedding_model: embedding_model.map(|v| v.into()),
            embedding_dimensions,
            promoted_at,
            index_kind: index_kind.map(|v| v.into()),
            index_options: index_options.into(),
            indexed_at,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct HoldMemoryEmbedding {
    pub embedding_model: Option<String>,
    pub embedding_dimensions: Option<i32>,
}
pub struct HoldMemoryEmbeddingBorrowed<'a> {
    pub embedding_model: Option<&'a str>,
    pub embedding_dimensions: Option<i32>,
}
impl<'a> From<HoldMemoryEmbeddingBorrowed<'a>> for HoldMemoryEmbedding {
    fn from(
        HoldMemoryEmbeddingBorrowed {
            embedding_model,
            embedding_dimensions,
        }: HoldMemoryEmbeddingBorrowed<'a>,
    ) -> Self {
        Self { embedding_model: embedding_model.map(|v| v.into()), embedding_dimensions }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct FindSameMemories {
    pub place: i32,
    pub id: uuid::Uuid,
    pub is_over: bool,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ExpireNamedMemories {
    pub id: uuid::Uuid,
    pub contradicts: Vec<uuid::Uuid>,
}
pub struct ExpireNamedMemoriesBorrowed<'a> {
    pub id: uuid::Uuid,
    pub contradicts: crate::ArrayIterator<'a, uuid::Uuid>,
}
impl<'a> From<ExpireNamedMemoriesBorrowed<'a>> for ExpireNamedMemories {
    fn from(
        ExpireNamedMemoriesBorrowed { id, contradicts }: ExpireNamedMemoriesBorrowed<'a>,
    ) -> Self {
        Self { id, contradicts: contradicts.map(|v| v).collect() }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListMemoryLogs {
    pub seq: i64,
    pub action: String,
    pub old_content: Option<String>,
    pub new_content: Option<String>,
    pub old_importance: Option<i32>,
    pub new_importance: Option<i32>,
    pub old_tier: Option<String>,
    pub new_tier: Option<String>,
    pub old_status: Option<String>,
    pub new_status: Option<String>,
    pub old_values: String,
    pub new_values: String,
    pub embedding_changed: bool,
    pub changed_by: String,
    pub reason: Option<String>,
    pub conversation_id: Option<uuid::Uuid>,
    pub related_memory_ids: Vec<uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
pub struct ListMemoryLogsBorrowed<'a> {
    pub seq: i64,
    pub action: &'a str,
    pub old_content: Option<&'a str>,
    pub new_content: Option<&'a str>,
    pub old_importance: Option<i32>,
    pub new_importance: Option<i32>,
    pub old_tier: Option<&'a str>,
    pub new_tier: Option<&'a str>,
    pub old_status: Option<&'a str>,
    pub new_status: Option<&'a str>,
    pub old_values: &'a str,
    pub new_values: &'a str,
    pub embedding_changed: bool,
    pub changed_by: &'a str,
    pub reason: Option<&'a str>,
    pub conversation_id: Option<uuid::Uuid>,
    pub related_memory_ids: crate::ArrayIterator<'a, uuid::Uuid>,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<ListMemoryLogsBorrowed<'a>> for ListMemoryLogs {
    fn from(
        ListMemoryLogsBorrowed {
            seq,
            action,
            old_content,
            new_content,
            old_importance,
            new_importance,
            old_tier,
            new_tier,
            old_status,
            new_status,
            old_values,
            new_values,
            embedding_changed,
            changed_by,
            reason,
            conversation_id,
            related_memory_ids,
            created_at,
        }: ListMemoryLogsBorrowed<'a>,
    ) -> Self {
        Self {
            seq,
            action: action.into(),
            old_content: old_content.map(|v| v.into()),
            new_content: new_content.map(|v| v.into()),
            old_importance,
            new_importance,
            old_tier: old_tier.map(|v| v.into()),
            new_tier: new_tier.map(|v| v.into()),
            old_status: old_status.map(|v| v.into()),
            new_status: new_status.map(|v| v.into()),
            old_values: old_values.into(),
            new_values: new_values.into(),
            embedding_changed,
            changed_by: changed_by.into(),
            reason: reason.map(|v| v.into()),
            conversation_id,
            related_memory_ids: related_memory_ids.map(|v| v).collect(),
            created_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReconstructMemory {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: String,
    pub entry_key: Option<String>,
    pub content: String,
    pub subject: Option<String>,
    pub embedding: Option<Vec<f32>>,
    pub embedding_model: Option<String>,
    pub embedding_dimensions: Option<i32>,
    pub importance: i32,
    pub confidence: f64,
    pub is_pinned: bool,
    pub source_type: String,
    pub source_conversation_id: Option<uuid::Uuid>,
    pub source_message_ids: Vec<uuid::Uuid>,
    pub extraction_model: Option<String>,
    pub version: i32,
    pub superseded_by: Option<uuid::Uuid>,
    pub contradicts: Vec<uuid::Uuid>,
    pub related_to: Vec<uuid::Uuid>,
    pub metadata: String,
    pub tier: String,
    pub status: String,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub expires_at: Option<jiff::Timestamp>,
    pub tags: Vec<String>,
    pub seq: i64,
    pub as_of: jiff::Timestamp,
    pub deleted_at: Option<jiff::Timestamp>,
}
pub struct ReconstructMemoryBorrowed<'a> {
    pub id: uuid::Uuid,
    pub team_id: uuid::Uuid,
    pub agent_id: Option<uuid::Uuid>,
    pub user_id: Option<uuid::Uuid>,
    pub memory_type: &'a str,
    pub entry_key: Option<&'a str>,
    pub content: &'a str,
    pub subject: Option<&'a str>,
    pub embedding: Option<crate::ArrayIterator<'a, f32>>,
    pub embedding_model: Option<&'a str>,
    pub embedding_dimensions: Option<i32>,
    pub importance: i32,
    pub confidence: f64,
    pub is_pinned: bool,
    pub source_type: &'a str,
    pub source_conversation_id: Option<uuid::Uuid>,
    pub source_message_ids: crate::ArrayIterator<'a, uuid::Uuid>,
    pub extraction_model: Option<&'a str>,
    pub version: i32,
    pub superseded_by: Option<uuid::Uuid>,
    pub contradicts: crate::ArrayIterator<'a, uuid::Uuid>,
    pub related_to: crate::ArrayIterator<'a, uuid::Uuid>,
    pub metadata: &'a str,
    pub tier: &'a str,
    pub status: &'a str,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub expires_at: Option<jiff::Timestamp>,
    pub tags: crate::ArrayIterator<'a, &'a str>,
    pub seq: i64,
    pub as_of: jiff::Timestamp,
    pub deleted_at: Option<jiff::Timestamp>,
}
impl<'a> From<ReconstructMemoryBorrowed<'a>> for ReconstructMemory {
    fn from(
        ReconstructMemoryBorrowed {
            id,
            team_id,
            agent_id,
            user_id,
            memory_type,
            entry_key,
            content,
            subject,
            embedding,
            embedding_model,
            embedding_dimensions,
            importance,
            confidence,
            is_pinned,
            source_type,
            source_conversation_id,
            source_message_ids,
            extraction_model,
            version,
            superseded_by,
            contradicts,
            related_to,
            metadata,
            tier,
            status,
            created_at,
            updated_at,
            expires_at,
            tags,
            seq,
            as_of,
            deleted_at,
        }: ReconstructMemoryBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            team_id,
            agent_id,
            user_id,
            memory_type: memory_type.into(),
            entry_key: entry_key.map(|v| v.into()),
            content: content.into(),
            subject: subject.map(|v| v.into()),
            embedding: embedding.map(|v| v.map(|v| v).collect()),
            embedding_model: embedding_model.map(|v| v.into()),
            embedding_dimensions,
            importance,
            confidence,
            is_pinned,
            source_type: source_type.into(),
            source_conversation_id,
            source_message_ids: source_message_ids.map(|v| v).collect(),
            extraction_model: extraction_model.map(|v| v.into()),
            version,
            superseded_by,
            contradicts: contradicts.map(|v| v).collect(),
            related_to: related_to.map(|v| v).collect(),
            metadata: metadata.into(),
            tier: tier.into(),
            status: status.into(),
            created_at,
            updated_at,
            expires_at,
            tags: tags.map(|v| v.into()).collect(),
            seq,
            as_of,
            deleted_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ExpireMemories {
    pub id: uuid::Uuid,
    pub contradicts: Vec<uuid::Uuid>,
}
pub struct ExpireMemoriesBorrowed<'a> {
    pub id: uuid::Uuid,
    pub contradicts: crate::ArrayIterator<'a, uuid::Uuid>,
}
impl<'a> From<ExpireMemoriesBorrowed<'a>> for ExpireMemories {
    fn from(ExpireMemoriesBorrowed { id, contradicts }: ExpireMemoriesBorrowed<'a>) -> Self {
        Self { id, contradicts: contradicts.map(|v| v).collect() }
    }
}
#[derive(Debug, Clone, PartialEq, Copy)]
pub struct MoveMemoriesBetweenTiers {
    pub id: uuid::Uuid,
    pub is_nearer: bool,
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ActOnMemoriesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ActOnMemoriesBorrowed, tokio_postgres::Error>,
    mapper: fn(ActOnMemoriesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ActOnMemoriesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ActOnMemoriesBorrowed) -> R,
    ) -> ActOnMemoriesQuery<'c, 'a, 's, C, R, N> {
        ActOnMemoriesQuery {
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
pub struct MemoryQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<MemoryBorrowed, tokio_postgres::Error>,
    mapper: fn(MemoryBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> MemoryQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(MemoryBorrowed) -> R) -> MemoryQuery<'c, 'a, 's, C, R, N> {
        MemoryQuery {
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
pub struct GetMemoryEmbeddingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<GetMemoryEmbeddingBorrowed, tokio_postgres::Error>,
    mapper: fn(GetMemoryEmbeddingBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetMemoryEmbeddingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetMemoryEmbeddingBorrowed) -> R,
    ) -> GetMemoryEmbeddingQuery<'c, 'a, 's, C, R, N> {
        GetMemoryEmbeddingQuery {
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
pub struct GetMemorySettingsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetMemorySettingsBorrowed, tokio_postgres::Error>,
    mapper: fn(GetMemorySettingsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetMemorySettingsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetMemorySettingsBorrowed) -> R,
    ) -> GetMemorySettingsQuery<'c, 'a, 's, C, R, N> {
        GetMemorySettingsQuery {
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
pub struct HoldMemoryEmbeddingQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<HoldMemoryEmbeddingBorrowed, tokio_postgres::Error>,
    mapper: fn(HoldMemoryEmbeddingBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> HoldMemoryEmbeddingQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(HoldMemoryEmbeddingBorrowed) -> R,
    ) -> HoldMemoryEmbeddingQuery<'c, 'a, 's, C, R, N> {
        HoldMemoryEmbeddingQuery {
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
pub struct FindSameMemoriesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<FindSameMemories, tokio_postgres::Error>,
    mapper: fn(FindSameMemories) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> FindSameMemoriesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(FindSameMemories) -> R,
    ) -> FindSameMemoriesQuery<'c, 'a, 's, C, R, N> {
        FindSameMemoriesQuery {
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
pub struct ExpireNamedMemoriesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor:
        fn(&tokio_postgres::Row) -> Result<ExpireNamedMemoriesBorrowed, tokio_postgres::Error>,
    mapper: fn(ExpireNamedMemoriesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ExpireNamedMemoriesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ExpireNamedMemoriesBorrowed) -> R,
    ) -> ExpireNamedMemoriesQuery<'c, 'a, 's, C, R, N> {
        ExpireNamedMemoriesQuery {
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
pub struct ListMemoryLogsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListMemoryLogsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListMemoryLogsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListMemoryLogsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListMemoryLogsBorrowed) -> R,
    ) -> ListMemoryLogsQuery<'c, 'a, 's, C, R, N> {
        ListMemoryLogsQuery {
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
pub struct ReconstructMemoryQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ReconstructMemoryBorrowed, tokio_postgres::Error>,
    mapper: fn(ReconstructMemoryBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ReconstructMemoryQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ReconstructMemoryBorrowed) -> R,
    ) -> ReconstructMemoryQuery<'c, 'a, 's, C, R, N> {
        ReconstructMemoryQuery {
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
pub struct ExpireMemoriesQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ExpireMemoriesBorrowed, tokio_postgres::Error>,
    mapper: fn(ExpireMemoriesBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ExpireMemoriesQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ExpireMemoriesBorrowed) -> R,
    ) -> ExpireMemoriesQuery<'c, 'a, 's, C, R, N> {
        ExpireMemoriesQuery {
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
pub struct MoveMemoriesBetweenTiersQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<MoveMemoriesBetweenTiers, tokio_postgres::Error>,
    mapper: fn(MoveMemoriesBetweenTiers) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> MoveMemoriesBetweenTiersQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(MoveMemoriesBetweenTiers) -> R,
    ) -> MoveMemoriesBetweenTiersQuery<'c, 'a, 's, C, R, N> {
        MoveMemoriesBetweenTiersQuery {
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
pub struct ActOnMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn act_on_memories() -> ActOnMemoriesStmt {
    ActOnMemoriesStmt(
        "SELECT public.hold_memories() AS held, set_config('app.actor', $1, true) AS actor, set_config('app.reason', coalesce($2::text, ''), true) AS reason, set_config('app.now', to_jsonb($3::timestamptz) #>> '{}', true) AS now",
        None,
    )
}
impl ActOnMemoriesStmt {
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
        actor: &'a T1,
        reason: &'a Option<T2>,
        now: &'a jiff::Timestamp,
    ) -> ActOnMemoriesQuery<'c, 'a, 's, C, ActOnMemories, 3> {
        ActOnMemoriesQuery {
            client,
            params: [actor, reason, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ActOnMemoriesBorrowed, tokio_postgres::Error> {
                    Ok(ActOnMemoriesBorrowed {
                        held: row.try_get(0)?,
                        actor: row.try_get(1)?,
                        reason: row.try_get(2)?,
                        now: row.try_get(3)?,
                    })
                },
            mapper: |it| ActOnMemories::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ActOnMemoriesParams<T1, T2>,
        ActOnMemoriesQuery<'c, 'a, 's, C, ActOnMemories, 3>,
        C,
    > for ActOnMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ActOnMemoriesParams<T1, T2>,
    ) -> ActOnMemoriesQuery<'c, 'a, 's, C, ActOnMemories, 3> {
        self.bind(client, &params.actor, &params.reason, &params.now)
    }
}
pub struct GetMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_memory() -> GetMemoryStmt {
    GetMemoryStmt(
        "SELECT m.id, m.team_id, m.agent_id, m.user_id, m.memory_type::text, m.entry_key, m.content, m.subject, m.embedding_model, m.embedding_dimensions, m.importance, m.confidence, m.is_pinned, m.source_type::text, m.source_conversation_id, m.source_message_ids, m.extraction_model, m.version, m.superseded_by, m.contradicts, m.related_to, m.metadata::text, m.tier::text, m.status::text, ARRAY(SELECT t.tag FROM public.memory_tags AS t WHERE t.tenant_id = m.tenant_id AND t.memory_id = m.id ORDER BY t.tag) AS tags, coalesce(a.access_count, 0) AS access_count, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at, m.created_at, m.updated_at, m.expires_at FROM public.memories AS m LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id WHERE m.tenant_id = $1 AND m.id = $2",
        None,
    )
}
impl GetMemoryStmt {
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
    ) -> MemoryQuery<'c, 'a, 's, C, Memory, 2> {
        MemoryQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MemoryBorrowed, tokio_postgres::Error> {
                    Ok(MemoryBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        memory_type: row.try_get(4)?,
                        entry_key: row.try_get(5)?,
                        content: row.try_get(6)?,
                        subject: row.try_get(7)?,
                        embedding_model: row.try_get(8)?,
                        embedding_dimensions: row.try_get(9)?,
                        importance: row.try_get(10)?,
                        confidence: row.try_get(11)?,
                        is_pinned: row.try_get(12)?,
                        source_type: row.try_get(13)?,
                        source_conversation_id: row.try_get(14)?,
                        source_message_ids: row.try_get(15)?,
                        extraction_model: row.try_get(16)?,
                        version: row.try_get(17)?,
                        superseded_by: row.try_get(18)?,
                        contradicts: row.try_get(19)?,
                        related_to: row.try_get(20)?,
                        metadata: row.try_get(21)?,
                        tier: row.try_get(22)?,
                        status: row.try_get(23)?,
                        tags: row.try_get(24)?,
                        access_count: row.try_get(25)?,
                        last_accessed_at: row.try_get(26)?,
                        created_at: row.try_get(27)?,
                        updated_at: row.try_get(28)?,
                        expires_at: row.try_get(29)?,
                    })
                },
            mapper: |it| Memory::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetMemoryParams,
        MemoryQuery<'c, 'a, 's, C, Memory, 2>,
        C,
    > for GetMemoryStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetMemoryParams,
    ) -> MemoryQuery<'c, 'a, 's, C, Memory, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_memories() -> GetMemoriesStmt {
    GetMemoriesStmt(
        "SELECT m.id, m.team_id, m.agent_id, m.user_id, m.memory_type::text, m.entry_key, m.content, m.subject, m.embedding_model, m.embedding_dimensions, m.importance, m.confidence, m.is_pinned, m.source_type::text, m.source_conversation_id, m.source_message_ids, m.extraction_model, m.version, m.superseded_by, m.contradicts, m.related_to, m.metadata::text, m.tier::text, m.status::text, ARRAY(SELECT t.tag FROM public.memory_tags AS t WHERE t.tenant_id = m.tenant_id AND t.memory_id = m.id ORDER BY t.tag) AS tags, coalesce(a.access_count, 0) AS access_count, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at, m.created_at, m.updated_at, m.expires_at FROM public.memories AS m LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id WHERE m.tenant_id = $1 AND m.id = ANY ($2::uuid[])",
        None,
    )
}
impl GetMemoriesStmt {
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
    ) -> MemoryQuery<'c, 'a, 's, C, Memory, 2> {
        MemoryQuery {
            client,
            params: [tenant_id, ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MemoryBorrowed, tokio_postgres::Error> {
                    Ok(MemoryBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        memory_type: row.try_get(4)?,
                        entry_key: row.try_get(5)?,
                        content: row.try_get(6)?,
                        subject: row.try_get(7)?,
                        embedding_model: row.try_get(8)?,
                        embedding_dimensions: row.try_get(9)?,
                        importance: row.try_get(10)?,
                        confidence: row.try_get(11)?,
                        is_pinned: row.try_get(12)?,
                        source_type: row.try_get(13)?,
                        source_conversation_id: row.try_get(14)?,
                        source_message_ids: row.try_get(15)?,
                        extraction_model: row.try_get(16)?,
                        version: row.try_get(17)?,
                        superseded_by: row.try_get(18)?,
                        contradicts: row.try_get(19)?,
                        related_to: row.try_get(20)?,
                        metadata: row.try_get(21)?,
                        tier: row.try_get(22)?,
                        status: row.try_get(23)?,
                        tags: row.try_get(24)?,
                        access_count: row.try_get(25)?,
                        last_accessed_at: row.try_get(26)?,
                        created_at: row.try_get(27)?,
                        updated_at: row.try_get(28)?,
                        expires_at: row.try_get(29)?,
                    })
                },
            mapper: |it| Memory::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetMemoriesParams<T1>,
        MemoryQuery<'c, 'a, 's, C, Memory, 2>,
        C,
    > for GetMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetMemoriesParams<T1>,
    ) -> MemoryQuery<'c, 'a, 's, C, Memory, 2> {
        self.bind(client, &params.tenant_id, &params.ids)
    }
}
pub struct ListMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_memories() -> ListMemoriesStmt {
    ListMemoriesStmt(
        "SELECT m.id, m.team_id, m.agent_id, m.user_id, m.memory_type::text, m.entry_key, m.content, m.subject, m.embedding_model, m.embedding_dimensions, m.importance, m.confidence, m.is_pinned, m.source_type::text, m.source_conversation_id, m.source_message_ids, m.extraction_model, m.version, m.superseded_by, m.contradicts, m.related_to, m.metadata::text, m.tier::text, m.status::text, ARRAY(SELECT t.tag FROM public.memory_tags AS t WHERE t.tenant_id = m.tenant_id AND t.memory_id = m.id ORDER BY t.tag) AS tags, coalesce(a.access_count, 0) AS access_count, coalesce(a.last_accessed_at, m.created_at) AS last_accessed_at, m.created_at, m.updated_at, m.expires_at FROM ( SELECT m.id FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.status = ANY ($3::text[]::public.memory_status[]) AND (m.status NOT IN ('active', 'disputed') OR m.expires_at IS NULL OR m.expires_at > $4) AND public.memory_is_visible('active', NULL, m.memory_type, m.agent_id, $5::uuid, $4) AND public.memory_matches( m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, $6::uuid, $7::text[], $8::text[], $9::integer, $10::timestamptz, $11::timestamptz, $12::jsonb, $13::text::jsonpath ) AND ($14::text[] IS NULL OR m.id IN ( SELECT t.memory_id FROM public.memory_tags AS t WHERE t.tenant_id = $1 AND t.tag = ANY ($14::text[]) GROUP BY t.memory_id HAVING count(*) = cardinality($14::text[]) )) AND m.id > (SELECT coalesce($15::uuid, '00000000-0000-0000-0000-000000000000')) ORDER BY m.id LIMIT $16 ) AS page CROSS JOIN LATERAL ( SELECT m.* FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id = page.id OFFSET 0 ) AS m LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id ORDER BY m.id",
        None,
    )
}
impl ListMemoriesStmt {
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
        T4: crate::ArraySql<Item = T3>,
        T5: crate::StringSql,
        T6: crate::ArraySql<Item = T5>,
        T7: crate::JsonSql,
        T8: crate::StringSql,
        T9: crate::StringSql,
        T10: crate::ArraySql<Item = T9>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        statuses: &'a T2,
        now: &'a jiff::Timestamp,
        agent: &'a Option<uuid::Uuid>,
        user: &'a Option<uuid::Uuid>,
        types: &'a Option<T4>,
        tiers: &'a Option<T6>,
        min_importance: &'a Option<i32>,
        from: &'a Option<jiff::Timestamp>,
        until: &'a Option<jiff::Timestamp>,
        metadata: &'a Option<T7>,
        path: &'a Option<T8>,
        tags: &'a Option<T10>,
        after: &'a Option<uuid::Uuid>,
        limit: &'a i64,
    ) -> MemoryQuery<'c, 'a, 's, C, Memory, 16> {
        MemoryQuery {
            client,
            params: [
                tenant_id,
                team_id,
                statuses,
                now,
                agent,
                user,
                types,
                tiers,
                min_importance,
                from,
                until,
                metadata,
                path,
                tags,
                after,
                limit,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<MemoryBorrowed, tokio_postgres::Error> {
                    Ok(MemoryBorrowed {
                        id: row.try_get(0)?,
                        team_id: row.try_get(1)?,
                        agent_id: row.try_get(2)?,
                        user_id: row.try_get(3)?,
                        memory_type: row.try_get(4)?,
                        entry_key: row.try_get(5)?,
                        content: row.try_get(6)?,
                        subject: row.try_get(7)?,
                        embedding_model: row.try_get(8)?,
                        embedding_dimensions: row.try_get(9)?,
                        importance: row.try_get(10)?,
                        confidence: row.try_get(11)?,
                        is_pinned: row.try_get(12)?,
                        source_type: row.try_get(13)?,
                        source_conversation_id: row.try_get(14)?,
                        source_message_ids: row.try_get(15)?,
                        extraction_model: row.try_get(16)?,
                        version: row.try_get(17)?,
                        superseded_by: row.try_get(18)?,
                        contradicts: row.try_get(19)?,
                        related_to: row.try_get(20)?,
                        metadata: row.try_get(21)?,
                        tier: row.try_get(22)?,
                        status: row.try_get(23)?,
                        tags: row.try_get(24)?,
                        access_count: row.try_get(25)?,
                        last_accessed_at: row.try_get(26)?,
                        created_at: row.try_get(27)?,
                        updated_at: row.try_get(28)?,
                        expires_at: row.try_get(29)?,
                    })
                },
            mapper: |it| Memory::from(it),
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
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMemoriesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>,
        MemoryQuery<'c, 'a, 's, C, Memory, 16>,
        C,
    > for ListMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMemoriesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>,
    ) -> MemoryQuery<'c, 'a, 's, C, Memory, 16> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.statuses,
            &params.now,
            &params.agent,
            &params.user,
            &params.types,
            &params.tiers,
            &params.min_importance,
            &params.from,
            &params.until,
            &params.metadata,
            &params.path,
            &params.tags,
            &params.after,
            &params.limit,
        )
    }
}
pub struct CountMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn count_memories() -> CountMemoriesStmt {
    CountMemoriesStmt(
        "SELECT count(*) FROM public.memories AS m WHERE m.tenant_id = $1 AND m.team_id = $2 AND m.status::text = ANY ($3::text[]) AND (m.status NOT IN ('active', 'disputed') OR m.expires_at IS NULL OR m.expires_at > $4) AND public.memory_is_visible('active', NULL, m.memory_type, m.agent_id, $5::uuid, $4) AND public.memory_matches( m.user_id, m.memory_type, m.tier, m.importance, m.created_at, m.metadata, $6::uuid, $7::text[], $8::text[], $9::integer, $10::timestamptz, $11::timestamptz, $12::jsonb, $13::text::jsonpath ) AND ($14::text[] IS NULL OR m.id IN ( SELECT t.memory_id FROM public.memory_tags AS t WHERE t.tenant_id = $1 AND t.tag = ANY ($14::text[]) GROUP BY t.memory_id HAVING count(*) = cardinality($14::text[]) ))",
        None,
    )
}
impl CountMemoriesStmt {
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
        T4: crate::ArraySql<Item = T3>,
        T5: crate::StringSql,
        T6: crate::ArraySql<Item = T5>,
        T7: crate::JsonSql,
        T8: crate::StringSql,
        T9: crate::StringSql,
        T10: crate::ArraySql<Item = T9>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        team_id: &'a uuid::Uuid,
        statuses: &'a T2,
        now: &'a jiff::Timestamp,
        agent: &'a Option<uuid::Uuid>,
        user: &'a Option<uuid::Uuid>,
        types: &'a Option<T4>,
        tiers: &'a Option<T6>,
        min_importance: &'a Option<i32>,
        from: &'a Option<jiff::Timestamp>,
        until: &'a Option<jiff::Timestamp>,
        metadata: &'a Option<T7>,
        path: &'a Option<T8>,
        tags: &'a Option<T10>,
    ) -> I64Query<'c, 'a, 's, C, i64, 14> {
        I64Query {
            client,
            params: [
                tenant_id,
                team_id,
                statuses,
                now,
                agent,
                user,
                types,
                tiers,
                min_importance,
                from,
                until,
                metadata,
                path,
                tags,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
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
    T4: crate::ArraySql<Item = T3>,
    T5: crate::StringSql,
    T6: crate::ArraySql<Item = T5>,
    T7: crate::JsonSql,
    T8: crate::StringSql,
    T9: crate::StringSql,
    T10: crate::ArraySql<Item = T9>,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        CountMemoriesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>,
        I64Query<'c, 'a, 's, C, i64, 14>,
        C,
    > for CountMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a CountMemoriesParams<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>,
    ) -> I64Query<'c, 'a, 's, C, i64, 14> {
        self.bind(
            client,
            &params.tenant_id,
            &params.team_id,
            &params.statuses,
            &params.now,
            &params.agent,
            &params.user,
            &params.types,
            &params.tiers,
            &params.min_importance,
            &params.from,
            &params.until,
            &params.metadata,
            &params.path,
            &params.tags,
        )
    }
}
pub struct GetMemoryEmbeddingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_memory_embedding() -> GetMemoryEmbeddingStmt {
    GetMemoryEmbeddingStmt(
        "SELECT m.embedding::real[] AS embedding, m.embedding_model FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id = $2",
        None,
    )
}
impl GetMemoryEmbeddingStmt {
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
    ) -> GetMemoryEmbeddingQuery<'c, 'a, 's, C, GetMemoryEmbedding, 2> {
        GetMemoryEmbeddingQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetMemoryEmbeddingBorrowed, tokio_postgres::Error> {
                Ok(GetMemoryEmbeddingBorrowed {
                    embedding: row.try_get(0)?,
                    embedding_model: row.try_get(1)?,
                })
            },
            mapper: |it| GetMemoryEmbedding::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetMemoryEmbeddingParams,
        GetMemoryEmbeddingQuery<'c, 'a, 's, C, GetMemoryEmbedding, 2>,
        C,
    > for GetMemoryEmbeddingStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetMemoryEmbeddingParams,
    ) -> GetMemoryEmbeddingQuery<'c, 'a, 's, C, GetMemoryEmbedding, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetMemorySettingsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_memory_settings() -> GetMemorySettingsStmt {
    GetMemorySettingsStmt(
        "SELECT s.embedding_model, s.embedding_dimensions, s.promoted_at, s.index_kind, s.index_options::text, s.indexed_at, s.created_at, s.updated_at FROM public.memory_settings AS s WHERE s.tenant_id = $1",
        None,
    )
}
impl GetMemorySettingsStmt {
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
    ) -> GetMemorySettingsQuery<'c, 'a, 's, C, GetMemorySettings, 1> {
        GetMemorySettingsQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetMemorySettingsBorrowed, tokio_postgres::Error> {
                Ok(GetMemorySettingsBorrowed {
                    embedding_model: row.try_get(0)?,
                    embedding_dimensions: row.try_get(1)?,
                    promoted_at: row.try_get(2)?,
                    index_kind: row.try_get(3)?,
                    index_options: row.try_get(4)?,
                    indexed_at: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    updated_at: row.try_get(7)?,
                })
            },
            mapper: |it| GetMemorySettings::from(it),
        }
    }
}
pub struct HoldMemoryEmbeddingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn hold_memory_embedding() -> HoldMemoryEmbeddingStmt {
    HoldMemoryEmbeddingStmt(
        "SELECT s.embedding_model, s.embedding_dimensions FROM public.memory_settings AS s WHERE s.tenant_id = $1 AND s.embedding_model IS NOT NULL FOR SHARE",
        None,
    )
}
impl HoldMemoryEmbeddingStmt {
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
    ) -> HoldMemoryEmbeddingQuery<'c, 'a, 's, C, HoldMemoryEmbedding, 1> {
        HoldMemoryEmbeddingQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<HoldMemoryEmbeddingBorrowed, tokio_postgres::Error> {
                Ok(HoldMemoryEmbeddingBorrowed {
                    embedding_model: row.try_get(0)?,
                    embedding_dimensions: row.try_get(1)?,
                })
            },
            mapper: |it| HoldMemoryEmbedding::from(it),
        }
    }
}
pub struct ClaimMemoryEmbeddingStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn claim_memory_embedding() -> ClaimMemoryEmbeddingStmt {
    ClaimMemoryEmbeddingStmt(
        "INSERT INTO public.memory_settings AS s (tenant_id, embedding_model, embedding_dimensions) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE SET embedding_model = excluded.embedding_model, embedding_dimensions = excluded.embedding_dimensions WHERE s.embedding_model IS NULL",
        None,
    )
}
impl ClaimMemoryEmbeddingStmt {
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
        model: &'a T1,
        dimensions: &'a i32,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, model, dimensions],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        ClaimMemoryEmbeddingParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ClaimMemoryEmbeddingStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ClaimMemoryEmbeddingParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.model, &params.dimensions))
    }
}
pub struct InsertMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_memories() -> InsertMemoriesStmt {
    InsertMemoriesStmt(
        "INSERT INTO public.memories AS m ( tenant_id, id, team_id, agent_id, user_id, memory_type, content, subject, embedding, embedding_model, importance, confidence, is_pinned, source_type, source_conversation_id, source_message_ids, extraction_model, version, related_to, metadata, created_at, updated_at, expires_at ) SELECT $1, r.id, r.team_id, r.agent_id, r.user_id, r.memory_type::public.memory_type_enum, r.content, r.subject, ($2::real[])[r.vector * $3::integer + 1:(r.vector + 1) * $3::integer]::public.vector, CASE WHEN r.vector IS NOT NULL THEN $4::text END, r.importance, r.confidence, r.is_pinned, r.source_type::public.memory_source, r.source_conversation_id, r.source_message_ids, r.extraction_model, r.version, r.related_to, r.metadata, $5, $5, r.expires_at FROM json_to_recordset($6::text::json) AS r ( place integer, id uuid, team_id uuid, agent_id uuid, user_id uuid, memory_type text, content text, subject text, vector integer, importance integer, confidence double precision, is_pinned boolean, source_type text, source_conversation_id uuid, source_message_ids uuid[], extraction_model text, version integer, related_to uuid[], metadata jsonb, expires_at timestamptz ) ORDER BY public.memory_fingerprint(NULL, r.content), r.place ON CONFLICT (tenant_id, fingerprint, team_id, memory_type, agent_id, user_id) WHERE status IN ('active', 'disputed') DO NOTHING RETURNING m.id",
        None,
    )
}
impl InsertMemoriesStmt {
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
        T1: crate::ArraySql<Item = f32>,
        T2: crate::StringSql,
        T3: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        vectors: &'a T1,
        dimensions: &'a i32,
        model: &'a Option<T2>,
        now: &'a jiff::Timestamp,
        rows: &'a T3,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 6> {
        UuidUuidQuery {
            client,
            params: [tenant_id, vectors, dimensions, model, now, rows],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::ArraySql<Item = f32>,
    T2: crate::StringSql,
    T3: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertMemoriesParams<T1, T2, T3>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 6>,
        C,
    > for InsertMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertMemoriesParams<T1, T2, T3>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.vectors,
            &params.dimensions,
            &params.model,
            &params.now,
            &params.rows,
        )
    }
}
pub struct FindSameMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn find_same_memories() -> FindSameMemoriesStmt {
    FindSameMemoriesStmt(
        "WITH wanted AS MATERIALIZED ( SELECT r.place, r.team_id, r.agent_id, r.user_id, r.memory_type::public.memory_type_enum AS memory_type, public.memory_fingerprint(r.entry_key, r.content) AS fingerprint FROM json_to_recordset($1::text::json) AS r ( place integer, team_id uuid, agent_id uuid, user_id uuid, memory_type text, entry_key text, content text ) ) SELECT w.place, m.id, coalesce(m.expires_at <= $2, false) AS is_over FROM wanted AS w CROSS JOIN LATERAL ( SELECT m.id, m.expires_at FROM public.memories AS m WHERE m.tenant_id = $3 AND m.fingerprint = w.fingerprint AND m.team_id IS NOT DISTINCT FROM w.team_id AND m.memory_type IS NOT DISTINCT FROM w.memory_type AND m.agent_id IS NOT DISTINCT FROM w.agent_id AND m.user_id IS NOT DISTINCT FROM w.user_id AND m.status IN ('active', 'disputed') OFFSET 0 ) AS m",
        None,
    )
}
impl FindSameMemoriesStmt {
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
        rows: &'a T1,
        now: &'a jiff::Timestamp,
        tenant_id: &'a uuid::Uuid,
    ) -> FindSameMemoriesQuery<'c, 'a, 's, C, FindSameMemories, 3> {
        FindSameMemoriesQuery {
            client,
            params: [rows, now, tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<FindSameMemories, tokio_postgres::Error> {
                    Ok(FindSameMemories {
                        place: row.try_get(0)?,
                        id: row.try_get(1)?,
                        is_over: row.try_get(2)?,
                    })
                },
            mapper: |it| FindSameMemories::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        FindSameMemoriesParams<T1>,
        FindSameMemoriesQuery<'c, 'a, 's, C, FindSameMemories, 3>,
        C,
    > for FindSameMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a FindSameMemoriesParams<T1>,
    ) -> FindSameMemoriesQuery<'c, 'a, 's, C, FindSameMemories, 3> {
        self.bind(client, &params.rows, &params.now, &params.tenant_id)
    }
}
pub struct ExpireNamedMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn expire_named_memories() -> ExpireNamedMemoriesStmt {
    ExpireNamedMemoriesStmt(
        "UPDATE public.memories AS m SET status = 'archived', contradicts = '{}' FROM public.memories AS before WHERE before.tenant_id = $1 AND before.id = ANY ($2::uuid[]) AND m.tenant_id = before.tenant_id AND m.id = before.id AND m.status IN ('active', 'disputed') AND m.expires_at <= $3 RETURNING m.id, before.contradicts",
        None,
    )
}
impl ExpireNamedMemoriesStmt {
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
        now: &'a jiff::Timestamp,
    ) -> ExpireNamedMemoriesQuery<'c, 'a, 's, C, ExpireNamedMemories, 3> {
        ExpireNamedMemoriesQuery {
            client,
            params: [tenant_id, ids, now],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ExpireNamedMemoriesBorrowed, tokio_postgres::Error> {
                Ok(ExpireNamedMemoriesBorrowed {
                    id: row.try_get(0)?,
                    contradicts: row.try_get(1)?,
                })
            },
            mapper: |it| ExpireNamedMemories::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ExpireNamedMemoriesParams<T1>,
        ExpireNamedMemoriesQuery<'c, 'a, 's, C, ExpireNamedMemories, 3>,
        C,
    > for ExpireNamedMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ExpireNamedMemoriesParams<T1>,
    ) -> ExpireNamedMemoriesQuery<'c, 'a, 's, C, ExpireNamedMemories, 3> {
        self.bind(client, &params.tenant_id, &params.ids, &params.now)
    }
}
pub struct InsertMemoryTagsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_memory_tags() -> InsertMemoryTagsStmt {
    InsertMemoryTagsStmt(
        "INSERT INTO public.memory_tags (tenant_id, memory_id, tag, created_at) SELECT $1, r.memory_id, tag.tag, $2 FROM json_to_recordset($3::text::json) AS r (memory_id uuid, tags text[]) CROSS JOIN LATERAL unnest(r.tags) AS tag (tag) ORDER BY r.memory_id, tag.tag ON CONFLICT (tenant_id, memory_id, tag) DO NOTHING",
        None,
    )
}
impl InsertMemoryTagsStmt {
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
        now: &'a jiff::Timestamp,
        rows: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, now, rows])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertMemoryTagsParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertMemoryTagsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertMemoryTagsParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.now, &params.rows))
    }
}
pub struct DeleteMemoryTagsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_memory_tags() -> DeleteMemoryTagsStmt {
    DeleteMemoryTagsStmt(
        "DELETE FROM public.memory_tags AS t WHERE t.tenant_id = $1 AND t.memory_id = $2 AND t.tag = ANY ($3::text[])",
        None,
    )
}
impl DeleteMemoryTagsStmt {
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
        T2: crate::ArraySql<Item = T1>,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        memory_id: &'a uuid::Uuid,
        tags: &'a T2,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, memory_id, tags],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::StringSql, T2: crate::ArraySql<Item = T1>>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeleteMemoryTagsParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteMemoryTagsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteMemoryTagsParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.memory_id, &params.tags))
    }
}
pub struct LockMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_memories() -> LockMemoriesStmt {
    LockMemoriesStmt(
        "SELECT m.id FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id = ANY ($2::uuid[]) ORDER BY m.id FOR NO KEY UPDATE",
        None,
    )
}
impl LockMemoriesStmt {
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
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [tenant_id, ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockMemoriesParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockMemoriesParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.ids)
    }
}
pub struct LockMemoryAndContradictedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_memory_and_contradicted() -> LockMemoryAndContradictedStmt {
    LockMemoryAndContradictedStmt(
        "SELECT m.id FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id = ANY ($2::uuid[] || ARRAY( SELECT unnest(one.contradicts) FROM public.memories AS one WHERE one.tenant_id = $1 AND one.id = ANY ($2::uuid[]) )) ORDER BY m.id FOR UPDATE",
        None,
    )
}
impl LockMemoryAndContradictedStmt {
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
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [tenant_id, ids],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockMemoryAndContradictedParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for LockMemoryAndContradictedStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockMemoryAndContradictedParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.ids)
    }
}
pub struct UpdateMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_memory() -> UpdateMemoryStmt {
    UpdateMemoryStmt(
        "UPDATE public.memories AS m SET content         = $1, subject         = $2, version         = $3, embedding       = CASE WHEN $4 THEN $5::real[]::public.vector ELSE m.embedding END, embedding_model = CASE WHEN $4 THEN $6::text ELSE m.embedding_model END, importance      = $7, confidence      = $8, metadata        = $9, related_to      = $10, expires_at      = $11 WHERE m.tenant_id = $12 AND m.id = $13",
        None,
    )
}
impl UpdateMemoryStmt {
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
        T3: crate::ArraySql<Item = f32>,
        T4: crate::StringSql,
        T5: crate::JsonSql,
        T6: crate::ArraySql<Item = uuid::Uuid>,
    >(
        &'s self,
        client: &'c C,
        content: &'a T1,
        subject: &'a Option<T2>,
        version: &'a i32,
        is_embedded: &'a bool,
        embedding: &'a Option<T3>,
        model: &'a Option<T4>,
        importance: &'a i32,
        confidence: &'a f64,
        metadata: &'a T5,
        related_to: &'a T6,
        expires_at: &'a Option<jiff::Timestamp>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                content,
                subject,
                version,
                is_embedded,
                embedding,
                model,
                importance,
                confidence,
                metadata,
                related_to,
                expires_at,
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
    T3: crate::ArraySql<Item = f32>,
    T4: crate::StringSql,
    T5: crate::JsonSql,
    T6: crate::ArraySql<Item = uuid::Uuid>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        UpdateMemoryParams<T1, T2, T3, T4, T5, T6>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for UpdateMemoryStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a UpdateMemoryParams<T1, T2, T3, T4, T5, T6>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.content,
            &params.subject,
            &params.version,
            &params.is_embedded,
            &params.embedding,
            &params.model,
            &params.importance,
            &params.confidence,
            &params.metadata,
            &params.related_to,
            &params.expires_at,
            &params.tenant_id,
            &params.id,
        ))
    }
}
pub struct SetMemoryPinnedStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn set_memory_pinned() -> SetMemoryPinnedStmt {
    SetMemoryPinnedStmt(
        "UPDATE public.memories AS m SET is_pinned = $1 WHERE m.tenant_id = $2 AND m.id = $3",
        None,
    )
}
impl SetMemoryPinnedStmt {
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
        is_pinned: &'a bool,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[is_pinned, tenant_id, id])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SetMemoryPinnedParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SetMemoryPinnedStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SetMemoryPinnedParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.is_pinned, &params.tenant_id, &params.id))
    }
}
pub struct DisputeMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn dispute_memories() -> DisputeMemoriesStmt {
    DisputeMemoriesStmt(
        "UPDATE public.memories AS m SET status      = 'disputed', contradicts = array_append(m.contradicts, CASE m.id WHEN $1::uuid THEN $2::uuid ELSE $1::uuid END) WHERE m.tenant_id = $3 AND m.id IN ($1::uuid, $2::uuid)",
        None,
    )
}
impl DisputeMemoriesStmt {
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
        one: &'a uuid::Uuid,
        other: &'a uuid::Uuid,
        tenant_id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[one, other, tenant_id])
            .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DisputeMemoriesParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DisputeMemoriesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DisputeMemoriesParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.one, &params.other, &params.tenant_id))
    }
}
pub struct ReleaseMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn release_memories() -> ReleaseMemoriesStmt {
    ReleaseMemoriesStmt(
        "UPDATE public.memories AS m SET contradicts = ARRAY(SELECT id FROM unnest(m.contradicts) WITH ORDINALITY AS it (id, place) WHERE id <> ALL ($1::uuid[]) ORDER BY place), status      = CASE WHEN m.status = 'disputed' AND m.contradicts <@ $1::uuid[] THEN 'active' ELSE m.status END WHERE m.tenant_id = $2 AND m.id = ANY ($3::uuid[]) AND m.contradicts && $1::uuid[]",
        None,
    )
}
impl ReleaseMemoriesStmt {
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
        T2: crate::ArraySql<Item = uuid::Uuid>,
    >(
        &'s self,
        client: &'c C,
        from: &'a T1,
        tenant_id: &'a uuid::Uuid,
        ids: &'a T2,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[from, tenant_id, ids])
            .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::ArraySql<Item = uuid::Uuid>,
    T2: crate::ArraySql<Item = uuid::Uuid>,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        ReleaseMemoriesParams<T1, T2>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ReleaseMemoriesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ReleaseMemoriesParams<T1, T2>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.from, &params.tenant_id, &params.ids))
    }
}
pub struct SupersedeMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn supersede_memory() -> SupersedeMemoryStmt {
    SupersedeMemoryStmt(
        "UPDATE public.memories AS m SET status = 'superseded', tier = 'cold', contradicts = '{}', superseded_by = $1 WHERE m.tenant_id = $2 AND m.id = $3",
        None,
    )
}
impl SupersedeMemoryStmt {
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
        superseded_by: &'a Option<uuid::Uuid>,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[superseded_by, tenant_id, id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        SupersedeMemoryParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for SupersedeMemoryStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a SupersedeMemoryParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.superseded_by, &params.tenant_id, &params.id))
    }
}
pub struct NameSuccessorStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn name_successor() -> NameSuccessorStmt {
    NameSuccessorStmt(
        "UPDATE public.memories AS m SET superseded_by = $1 WHERE m.tenant_id = $2 AND m.id = $3",
        None,
    )
}
impl NameSuccessorStmt {
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
        superseded_by: &'a uuid::Uuid,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[superseded_by, tenant_id, id],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        NameSuccessorParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for NameSuccessorStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a NameSuccessorParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.superseded_by, &params.tenant_id, &params.id))
    }
}
pub struct ArchiveMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn archive_memory() -> ArchiveMemoryStmt {
    ArchiveMemoryStmt(
        "UPDATE public.memories AS m SET status = 'archived', contradicts = '{}' WHERE m.tenant_id = $1 AND m.id = $2",
        None,
    )
}
impl ArchiveMemoryStmt {
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
        ArchiveMemoryParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for ArchiveMemoryStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a ArchiveMemoryParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct RestoreMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn restore_memory() -> RestoreMemoryStmt {
    RestoreMemoryStmt(
        "UPDATE public.memories AS m SET status        = 'active', superseded_by = NULL, tier          = CASE WHEN m.status = 'superseded' THEN 'warm' ELSE m.tier END, expires_at    = CASE WHEN m.expires_at > $1 THEN m.expires_at END WHERE m.tenant_id = $2 AND m.id = $3",
        None,
    )
}
impl RestoreMemoryStmt {
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
        RestoreMemoryParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for RestoreMemoryStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a RestoreMemoryParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.now, &params.tenant_id, &params.id))
    }
}
pub struct DeleteMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_memory() -> DeleteMemoryStmt {
    DeleteMemoryStmt("DELETE FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id = $2", None)
}
impl DeleteMemoryStmt {
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
        DeleteMemoryParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeleteMemoryStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeleteMemoryParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id))
    }
}
pub struct ListMemoryLogsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_memory_logs() -> ListMemoryLogsStmt {
    ListMemoryLogsStmt(
        "SELECT l.seq, l.action, l.old_content, l.new_content, l.old_importance, l.new_importance, l.old_tier::text, l.new_tier::text, l.old_status::text, l.new_status::text, l.old_values::text, l.new_values::text, l.embedding_changed, l.changed_by, l.reason, l.conversation_id, l.related_memory_ids, l.created_at FROM public.memory_logs AS l WHERE l.tenant_id = $1 AND l.memory_id = $2 AND l.seq > $3 ORDER BY l.seq LIMIT $4",
        None,
    )
}
impl ListMemoryLogsStmt {
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
        memory_id: &'a uuid::Uuid,
        after: &'a i64,
        limit: &'a i64,
    ) -> ListMemoryLogsQuery<'c, 'a, 's, C, ListMemoryLogs, 4> {
        ListMemoryLogsQuery {
            client,
            params: [tenant_id, memory_id, after, limit],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ListMemoryLogsBorrowed, tokio_postgres::Error> {
                Ok(ListMemoryLogsBorrowed {
                    seq: row.try_get(0)?,
                    action: row.try_get(1)?,
                    old_content: row.try_get(2)?,
                    new_content: row.try_get(3)?,
                    old_importance: row.try_get(4)?,
                    new_importance: row.try_get(5)?,
                    old_tier: row.try_get(6)?,
                    new_tier: row.try_get(7)?,
                    old_status: row.try_get(8)?,
                    new_status: row.try_get(9)?,
                    old_values: row.try_get(10)?,
                    new_values: row.try_get(11)?,
                    embedding_changed: row.try_get(12)?,
                    changed_by: row.try_get(13)?,
                    reason: row.try_get(14)?,
                    conversation_id: row.try_get(15)?,
                    related_memory_ids: row.try_get(16)?,
                    created_at: row.try_get(17)?,
                })
            },
            mapper: |it| ListMemoryLogs::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListMemoryLogsParams,
        ListMemoryLogsQuery<'c, 'a, 's, C, ListMemoryLogs, 4>,
        C,
    > for ListMemoryLogsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListMemoryLogsParams,
    ) -> ListMemoryLogsQuery<'c, 'a, 's, C, ListMemoryLogs, 4> {
        self.bind(client, &params.tenant_id, &params.memory_id, &params.after, &params.limit)
    }
}
pub struct ReconstructMemoryStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn reconstruct_memory() -> ReconstructMemoryStmt {
    ReconstructMemoryStmt(
        "SELECT (r.memory).id, (r.memory).team_id, (r.memory).agent_id, (r.memory).user_id, (r.memory).memory_type::text, (r.memory).entry_key, (r.memory).content, (r.memory).subject, (r.memory).embedding::real[] AS embedding, (r.memory).embedding_model, (r.memory).embedding_dimensions, (r.memory).importance, (r.memory).confidence, (r.memory).is_pinned, (r.memory).source_type::text, (r.memory).source_conversation_id, (r.memory).source_message_ids, (r.memory).extraction_model, (r.memory).version, (r.memory).superseded_by, (r.memory).contradicts, (r.memory).related_to, (r.memory).metadata::text, (r.memory).tier::text, (r.memory).status::text, (r.memory).created_at, (r.memory).updated_at, (r.memory).expires_at, r.tags, r.seq, r.as_of, r.deleted_at FROM public.reconstruct_memory_at($1, $2) AS r",
        None,
    )
}
impl ReconstructMemoryStmt {
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
        memory_id: &'a uuid::Uuid,
        at: &'a jiff::Timestamp,
    ) -> ReconstructMemoryQuery<'c, 'a, 's, C, ReconstructMemory, 2> {
        ReconstructMemoryQuery {
            client,
            params: [memory_id, at],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ReconstructMemoryBorrowed, tokio_postgres::Error> {
                Ok(ReconstructMemoryBorrowed {
                    id: row.try_get(0)?,
                    team_id: row.try_get(1)?,
                    agent_id: row.try_get(2)?,
                    user_id: row.try_get(3)?,
                    memory_type: row.try_get(4)?,
                    entry_key: row.try_get(5)?,
                    content: row.try_get(6)?,
                    subject: row.try_get(7)?,
                    embedding: row.try_get(8)?,
                    embedding_model: row.try_get(9)?,
                    embedding_dimensions: row.try_get(10)?,
                    importance: row.try_get(11)?,
                    confidence: row.try_get(12)?,
                    is_pinned: row.try_get(13)?,
                    source_type: row.try_get(14)?,
                    source_conversation_id: row.try_get(15)?,
                    source_message_ids: row.try_get(16)?,
                    extraction_model: row.try_get(17)?,
                    version: row.try_get(18)?,
                    superseded_by: row.try_get(19)?,
                    contradicts: row.try_get(20)?,
                    related_to: row.try_get(21)?,
                    metadata: row.try_get(22)?,
                    tier: row.try_get(23)?,
                    status: row.try_get(24)?,
                    created_at: row.try_get(25)?,
                    updated_at: row.try_get(26)?,
                    expires_at: row.try_get(27)?,
                    tags: row.try_get(28)?,
                    seq: row.try_get(29)?,
                    as_of: row.try_get(30)?,
                    deleted_at: row.try_get(31)?,
                })
            },
            mapper: |it| ReconstructMemory::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ReconstructMemoryParams,
        ReconstructMemoryQuery<'c, 'a, 's, C, ReconstructMemory, 2>,
        C,
    > for ReconstructMemoryStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ReconstructMemoryParams,
    ) -> ReconstructMemoryQuery<'c, 'a, 's, C, ReconstructMemory, 2> {
        self.bind(client, &params.memory_id, &params.at)
    }
}
pub struct ExpireMemoriesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn expire_memories() -> ExpireMemoriesStmt {
    ExpireMemoriesStmt(
        "WITH over AS MATERIALIZED ( SELECT m.id, m.contradicts FROM public.memories AS m WHERE m.tenant_id = $1 AND m.status IN ('active', 'disputed') AND m.expires_at <= $2 ORDER BY m.id LIMIT $3 ), held AS MATERIALIZED ( SELECT m.id, m.status, m.expires_at, m.contradicts FROM public.memories AS m WHERE m.tenant_id = $1 AND m.id IN (SELECT over.id FROM over UNION SELECT unnest(over.contradicts) FROM over) ORDER BY m.id FOR NO KEY UPDATE SKIP LOCKED ), going AS MATERIALIZED ( SELECT held.id, held.contradicts FROM held JOIN over ON over.id = held.id WHERE held.status IN ('active', 'disputed') AND held.expires_at <= $2 AND NOT EXISTS ( SELECT FROM public.memories AS other WHERE other.tenant_id = $1 AND other.id = ANY (held.contradicts) AND other.id NOT IN (SELECT locked.id FROM held AS locked) ) ) UPDATE public.memories AS m SET status = 'archived', contradicts = '{}' FROM going WHERE m.tenant_id = $1 AND m.id = going.id RETURNING m.id, going.contradicts",
        None,
    )
}
impl ExpireMemoriesStmt {
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
        limit: &'a i64,
    ) -> ExpireMemoriesQuery<'c, 'a, 's, C, ExpireMemories, 3> {
        ExpireMemoriesQuery {
            client,
            params: [tenant_id, now, limit],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<ExpireMemoriesBorrowed, tokio_postgres::Error> {
                Ok(ExpireMemoriesBorrowed {
                    id: row.try_get(0)?,
                    contradicts: row.try_get(1)?,
                })
            },
            mapper: |it| ExpireMemories::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ExpireMemoriesParams,
        ExpireMemoriesQuery<'c, 'a, 's, C, ExpireMemories, 3>,
        C,
    > for ExpireMemoriesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ExpireMemoriesParams,
    ) -> ExpireMemoriesQuery<'c, 'a, 's, C, ExpireMemories, 3> {
        self.bind(client, &params.tenant_id, &params.now, &params.limit)
    }
}
pub struct MoveMemoriesBetweenTiersStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn move_memories_between_tiers() -> MoveMemoriesBetweenTiersStmt {
    MoveMemoriesBetweenTiersStmt(
        "WITH moving AS MATERIALIZED ( SELECT m.id, m.tier, t.tier AS target FROM public.memories AS m LEFT JOIN public.memory_accesses AS a ON a.tenant_id = m.tenant_id AND a.memory_id = m.id CROSS JOIN LATERAL ( SELECT public.memory_tier_at( m.tier, m.status, m.memory_type, m.importance, m.is_pinned, a.access_count, a.recent_count, a.recent_since, a.last_accessed_at, m.created_at, $1 ) AS tier ) AS t WHERE m.tenant_id = $2 AND m.status IN ('active', 'disputed') AND t.tier <> m.tier AND ($3::uuid IS NULL OR m.id > $3::uuid) ORDER BY m.id LIMIT $4 FOR NO KEY UPDATE OF m SKIP LOCKED ) UPDATE public.memories AS m SET tier = moving.target FROM moving WHERE m.tenant_id = $2 AND m.id = moving.id RETURNING m.id, m.tier < moving.tier AS is_nearer",
        None,
    )
}
impl MoveMemoriesBetweenTiersStmt {
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
        after: &'a Option<uuid::Uuid>,
        limit: &'a i64,
    ) -> MoveMemoriesBetweenTiersQuery<'c, 'a, 's, C, MoveMemoriesBetweenTiers, 4> {
        MoveMemoriesBetweenTiersQuery {
            client,
            params: [now, tenant_id, after, limit],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<MoveMemoriesBetweenTiers, tokio_postgres::Error> {
                Ok(MoveMemoriesBetweenTiers {
                    id: row.try_get(0)?,
                    is_nearer: row.try_get(1)?,
                })
            },
            mapper: |it| MoveMemoriesBetweenTiers::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        MoveMemoriesBetweenTiersParams,
        MoveMemoriesBetweenTiersQuery<'c, 'a, 's, C, MoveMemoriesBetweenTiers, 4>,
        C,
    > for MoveMemoriesBetweenTiersStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a MoveMemoriesBetweenTiersParams,
    ) -> MoveMemoriesBetweenTiersQuery<'c, 'a, 's, C, MoveMemoriesBetweenTiers, 4> {
        self.bind(client, &params.now, &params.tenant_id, &params.after, &params.limit)
    }
}
