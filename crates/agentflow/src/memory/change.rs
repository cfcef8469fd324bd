use agentflow_core::{
    audit::Actor,
    ids::MemoryId,
    memory::{Embedding, MemoryChange, MemoryStatus, check_reason},
};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;
use tokio_postgres::types::Json;

use super::{
    Memories, Memory,
    again::again,
    expire::making_place,
    rows::{event, failed, ids_of, not_found, to_micros},
    settings::embed_all,
    write::in_the_way,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

const UPDATE: &str = "change a memory";
const TRIES: usize = 8;

/// The vector of another content, if there is an embedder.
struct NewVector {
    content: String,
    embedding: Option<Embedding>,
}

impl Memories {
    /// Changes what is named of a memory, and leaves the rest, whether it holds or not. Another content is another version
    /// of it, and embedded anew: without an embedder it is found by its text only from then on.
    ///
    /// The audit entry names the fields that are different now, and not what is in them. Where nothing is, nothing is
    /// written. Fails with [`Error::InvalidInputs`], which names every bad field; with [`Error::NotFound`] when the memory
    /// is not there; with [`Error::AlreadyExists`] when another memory that holds says the same; and as
    /// [`add`](Memories::add) does for what is embedded.
    pub async fn update(
        &self,
        id: MemoryId,
        change: MemoryChange,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<Memory> {
        change.validate(self.handle.shared.now()).map_err(Error::all_invalid(UPDATE))?;
        check_reason(reason).map_err(Error::all_invalid(UPDATE))?;
        for _ in 0..TRIES {
            let vector = self.embed_change(id, &change).await?;
            let updated = again(|| self.try_update(id, &change, vector.as_ref(), reason, by));
            if let Some(memory) = updated.await? {
                return Ok(memory);
            }
        }
        Err(in_the_way(UPDATE))
    }

    async fn embed_change(&self, id: MemoryId, change: &MemoryChange) -> Result<Option<NewVector>> {
        let Some(content) = &change.content else { return Ok(None) };
        let before = self.get(id).await?.ok_or_else(|| not_found(UPDATE, id))?;
        if before.content == *content {
            return Ok(None);
        }
        let embedding = self.embed_one(UPDATE, content).await?;
        Ok(Some(NewVector { content: content.clone(), embedding }))
    }

    /// The vector of a content that is to be written.
    pub(super) async fn embed_one(
        &self,
        operation: &'static str,
        content: &str,
    ) -> Result<Option<Embedding>> {
        let Some(embedder) = &self.embedder else { return Ok(None) };
        self.check_model(operation, embedder.model(), embedder.dimensions() as usize).await?;
        Ok(embed_all(operation, &**embedder, &[content]).await?.pop().flatten())
    }

    /// None if the content became another meanwhile, and has to be embedded.
    async fn try_update(
        &self,
        id: MemoryId,
        change: &MemoryChange,
        vector: Option<&NewVector>,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<Option<Memory>> {
        let (tx, now) = self.act(UPDATE, reason, by).await?;
        let (tx, before) = self.lock_one(tx, UPDATE, id).await?;
        let after = changed(&before, change);
        let fields = changed_fields(&before, &after);
        if fields.is_empty() {
            tx.rollback().await?;
            return Ok(Some(before));
        }
        let is_embedded = after.content != before.content;
        if is_embedded && vector.is_none_or(|it| it.content != after.content) {
            tx.rollback().await?;
            return Ok(None);
        }
        let embedding = vector.filter(|_| is_embedded).and_then(|it| it.embedding.as_ref());
        let written = self.write_change(&tx, &after, is_embedded, embedding, now).await;
        let (tx, expired) = settle_with(tx, written).await?;
        let read = self.read(&tx, UPDATE, id).await;
        let (tx, memory) = settle_with(tx, read).await?;
        let event = event("memory.updated", id, by).with_detail("changed", fields);
        tx.audit_and_commit(&making_place(event, expired)).await?;
        Ok(Some(memory))
    }

    async fn write_change(
        &self,
        tx: &TenantTx,
        after: &Memory,
        is_embedded: bool,
        embedding: Option<&Embedding>,
        now: Timestamp,
    ) -> Result<u64> {
        if let Some(embedding) = embedding {
            self.claim_model(tx, UPDATE, embedding.model(), embedding.dimensions()).await?;
        }
        let holds = matches!(after.status, MemoryStatus::Active | MemoryStatus::Disputed);
        let expired =
            if is_embedded && holds { self.make_place(tx, UPDATE, after, now).await?.1 } else { 0 };
        let updated = sql::update_memory()
            .bind(
                tx,
                &after.content.as_str(),
                &after.subject.as_deref(),
                &i32::try_from(after.version).unwrap_or(i32::MAX),
                &is_embedded,
                &embedding.map(Embedding::vector),
                &embedding.map(Embedding::model),
                &i32::from(after.importance),
                &after.confidence,
                &Json(&after.metadata),
                &ids_of(&after.related_to),
                &after.expires_at,
                self.handle.tenant.as_uuid(),
                after.id.as_uuid(),
            )
            .await;
        updated.map(|_| expired).map_err(|error| match failed(UPDATE, error) {
            // Nothing else of it is unique.
            Error::AlreadyExists { operation, .. } => {
                Error::AlreadyExists { operation, what: "content in its scope".to_owned() }
            }
            error => error,
        })
    }

    /// Keeps a memory in mind always, or no longer. Where it is so already, nothing is written. Fails with
    /// [`Error::NotFound`] when it is not there.
    pub async fn set_pinned(&self, id: MemoryId, is_pinned: bool, by: &Actor) -> Result<Memory> {
        again(|| self.set_pinned_once(id, is_pinned, by)).await
    }

    async fn set_pinned_once(&self, id: MemoryId, is_pinned: bool, by: &Actor) -> Result<Memory> {
        const OPERATION: &str = "pin a memory";
        let (tx, _) = self.act(OPERATION, None, by).await?;
        let (tx, before) = self.lock_one(tx, OPERATION, id).await?;
        if before.is_pinned == is_pinned {
            tx.rollback().await?;
            return Ok(before);
        }
        let tenant = self.handle.tenant.as_uuid();
        let pinned = sql::set_memory_pinned().bind(&tx, &is_pinned, tenant, id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, pinned).await?;
        let action = if is_pinned { "memory.pinned" } else { "memory.unpinned" };
        self.finish(tx, OPERATION, id, event(action, id, by)).await
    }

    /// A memory that nobody else changes before the end of the transaction.
    pub(super) async fn lock_one(
        &self,
        tx: TenantTx,
        operation: &'static str,
        id: MemoryId,
    ) -> Result<(TenantTx, Memory)> {
        let tenant = self.handle.tenant.as_uuid();
        let locked = sql::lock_memories().bind(&tx, tenant, &[id.0].as_slice()).all().await;
        let (tx, _) = settle(operation, tx, locked).await?;
        let read = self.read(&tx, operation, id).await;
        settle_with(tx, read).await
    }

    /// Reads what a memory is now, records what happened, and commits.
    pub(super) async fn finish(
        &self,
        tx: TenantTx,
        operation: &'static str,
        id: MemoryId,
        event: agentflow_core::audit::Event,
    ) -> Result<Memory> {
        let read = self.read(&tx, operation, id).await;
        let (tx, memory) = settle_with(tx, read).await?;
        tx.audit_and_commit(&event).await?;
        Ok(memory)
    }
}

fn changed(before: &Memory, change: &MemoryChange) -> Memory {
    let mut after = before.clone();
    if let Some(content) = &change.content
        && *content != before.content
    {
        after.content.clone_from(content);
        after.version += 1;
    }
    if let Some(subject) = &change.subject {
        after.subject.clone_from(subject);
    }
    if let Some(expires_at) = change.expires_at {
        after.expires_at = expires_at.map(to_micros);
    }
    after.importance = change.importance.unwrap_or(before.importance);
    after.confidence = change.confidence.unwrap_or(before.confidence);
    if let Some(metadata) = &change.metadata {
        after.metadata.clone_from(metadata);
    }
    if let Some(related_to) = &change.related_to {
        after.related_to.clone_from(related_to);
    }
    after
}

fn changed_fields(before: &Memory, after: &Memory) -> Vec<&'static str> {
    #[expect(clippy::float_cmp, reason = "it is the same number unless somebody changed it")]
    let is_as_sure = before.confidence == after.confidence;
    let fields = [
        ("content", before.content != after.content),
        ("subject", before.subject != after.subject),
        ("importance", before.importance != after.importance),
        ("confidence", !is_as_sure),
        ("metadata", before.metadata != after.metadata),
        ("related_to", before.related_to != after.related_to),
        ("expires_at", before.expires_at != after.expires_at),
    ];
    fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(field, _)| field).collect()
}
