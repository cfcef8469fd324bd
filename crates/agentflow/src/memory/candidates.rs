use std::collections::{HashMap, HashSet};

use agentflow_core::{
    agent::RetrievalWeights,
    ids::{ConversationId, MemoryId},
    memory::{
        Fused, Hit, MemoryStatus, MemoryType, Ranking, Score, Scored, SearchMode, fuse,
        relationships, score,
    },
};
use agentflow_sql::queries::memory_search as sql;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Explained, Found, Memory};
use crate::{
    error::{Error, Result},
    input::known,
};

pub(super) const MEMORIES: &str = "memories";

/// How many of the best hits bring in what they are linked with.
const WITH_NEIGHBORS: usize = 10;
/// How many come in with them.
const MOST_NEIGHBORS: usize = 20;

/// What is looked at of a memory before it is known whether it is on the page.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) id: MemoryId,
    pub(super) similarity: Option<f64>,
    pub(super) text_score: Option<f64>,
    pub(super) memory_type: MemoryType,
    pub(super) importance: u8,
    pub(super) is_pinned: bool,
    pub(super) status: MemoryStatus,
    pub(super) conversation: Option<ConversationId>,
    pub(super) last_accessed_at: Timestamp,
    pub(super) related_to: Vec<MemoryId>,
}

/// A candidate as it is stored.
pub(super) fn candidate(row: sql::CandidateBorrowed<'_>) -> Result<Candidate> {
    let id = row.id;
    let importance = u8::try_from(row.importance).map_err(|_| Error::Inconsistent {
        table: MEMORIES,
        column: "importance",
        row: id.to_string(),
    })?;
    Ok(Candidate {
        id: MemoryId(id),
        similarity: row.similarity,
        text_score: row.text_score,
        memory_type: known(MEMORIES, "memory_type", id, row.memory_type)?,
        importance,
        is_pinned: row.is_pinned,
        status: known(MEMORIES, "status", id, row.status)?,
        conversation: row.source_conversation_id.map(ConversationId),
        last_accessed_at: row.last_accessed_at,
        related_to: row.related_to.map(MemoryId).collect(),
    })
}

/// The candidates of a search, each once.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    all: HashMap<MemoryId, Candidate>,
    fused: HashMap<MemoryId, Fused<MemoryId>>,
    /// The hits, the best first.
    hits: Vec<MemoryId>,
}

/// What the best hits are linked with, for asking for it.
#[derive(Debug)]
pub(super) struct Linked {
    /// What they name.
    pub(super) named: Vec<Uuid>,
    /// The hits, which others may name.
    pub(super) hits: Vec<Uuid>,
    /// What is there already.
    pub(super) known: Vec<Uuid>,
}

impl Candidates {
    /// What the query found.
    pub(super) fn of_query(mode: SearchMode, found: Vec<Candidate>) -> Self {
        let hits: Vec<_> = found
            .iter()
            .map(|it| Hit { id: it.id, similarity: it.similarity, text_score: it.text_score })
            .collect();
        let fused = fuse(mode, &hits);
        let hits = fused.iter().map(|it| it.id).collect();
        let fused: HashMap<_, _> = fused.into_iter().map(|it| (it.id, it)).collect();
        let all = found.into_iter().filter(|it| fused.contains_key(&it.id));
        Self { all: all.map(|it| (it.id, it)).collect(), fused, hits }
    }

    /// Forgets all but the best hits.
    pub(super) fn keep_best(&mut self, count: usize) {
        for id in self.hits.drain(self.hits.len().min(count)..) {
            self.all.remove(&id);
            self.fused.remove(&id);
        }
    }

    /// What comes in without having been found.
    pub(super) fn add(&mut self, others: impl IntoIterator<Item = Candidate>) {
        for other in others {
            self.all.entry(other.id).or_insert(other);
        }
    }

    /// What to ask for of the neighbors of the best hits; none if there are no hits.
    pub(super) fn linked(&self) -> Option<Linked> {
        let best = &self.hits[..self.hits.len().min(WITH_NEIGHBORS)];
        if best.is_empty() {
            return None;
        }
        let named: HashSet<_> =
            best.iter().filter_map(|id| self.all.get(id)).flat_map(|it| &it.related_to).collect();
        let named = named.into_iter().filter(|id| !self.all.contains_key(id)).map(|id| id.0);
        Some(Linked {
            named: named.collect(),
            hits: best.iter().map(|id| id.0).collect(),
            known: self.all.keys().map(|id| id.0).collect(),
        })
    }

    /// The neighbors that come in: those whose hits fit best, and of these the first by their ids.
    pub(super) fn add_neighbors(&mut self, neighbors: Vec<Candidate>) {
        let best = &self.hits[..self.hits.len().min(WITH_NEIGHBORS)];
        let of_best: HashMap<_, _> = best
            .iter()
            .filter_map(|id| self.fused.get(id))
            .map(|it| (it.id, it.relevance))
            .collect();
        let near = relationships(&of_best, links(&neighbors, self.all.values()));
        let mut neighbors = neighbors;
        neighbors.retain(|it| near.contains_key(&it.id));
        neighbors.sort_by(|a, b| near[&b.id].total_cmp(&near[&a.id]).then(a.id.cmp(&b.id)));
        neighbors.truncate(MOST_NEIGHBORS);
        self.add(neighbors);
    }

    /// All, scored, in order.
    pub(super) fn ranked(
        &self,
        mode: SearchMode,
        ranking: Ranking,
        weights: &RetrievalWeights,
        conversation: Option<ConversationId>,
        as_of: Timestamp,
    ) -> Vec<Ranked> {
        let relevance: HashMap<_, _> =
            self.fused.iter().map(|(id, it)| (*id, it.relevance)).collect();
        let related = relationships(&relevance, links(self.all.values(), []));
        let mut ranked: Vec<_> = self
            .all
            .values()
            .map(|it| {
                let fused = self.fused.get(&it.id).copied();
                let relevance = fused.map_or(0.0, |it| it.relevance);
                let semantic = match mode {
                    SearchMode::Vector => fused.and_then(|it| it.similarity).unwrap_or(0.0),
                    SearchMode::Hybrid | SearchMode::Text => relevance,
                };
                let scored = Scored {
                    semantic,
                    memory_type: it.memory_type,
                    status: it.status,
                    importance: it.importance,
                    is_pinned: it.is_pinned,
                    last_accessed_at: it.last_accessed_at,
                    continues: conversation.is_some() && it.conversation == conversation,
                    relationship: related.get(&it.id).copied().unwrap_or(0.0),
                };
                let score = score(&scored, weights, as_of);
                let by = match ranking {
                    Ranking::Score => score.score,
                    Ranking::Relevance => relevance,
                };
                Ranked { id: it.id, by, fused, score }
            })
            .collect();
        ranked.sort_by(|a, b| b.by.total_cmp(&a.by).then(a.id.cmp(&b.id)));
        ranked
    }
}

fn links<'a>(
    some: impl IntoIterator<Item = &'a Candidate>,
    others: impl IntoIterator<Item = &'a Candidate>,
) -> impl Iterator<Item = (MemoryId, MemoryId)> {
    let all = some.into_iter().chain(others);
    all.flat_map(|it| it.related_to.iter().map(move |other| (it.id, *other)))
}

/// A candidate in its place.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    pub(super) id: MemoryId,
    /// What it is put in order by.
    pub(super) by: f64,
    fused: Option<Fused<MemoryId>>,
    score: Score,
}

impl Ranked {
    /// Whether it comes behind this place.
    pub(super) fn is_behind(&self, by: f64, id: MemoryId) -> bool {
        self.by.total_cmp(&by).reverse().then(self.id.cmp(&id)).is_gt()
    }

    pub(super) fn found(&self, memory: Memory) -> Found {
        let Score { score, semantic, recency, importance, continuity, relationship, adjusted } =
            self.score.clone();
        Found {
            memory,
            score,
            signals: Explained {
                similarity: self.fused.and_then(|it| it.similarity),
                vector_rank: self.fused.and_then(|it| it.vector_rank),
                text_rank: self.fused.and_then(|it| it.text_rank),
                text_score: self.fused.and_then(|it| it.text_score),
                relevance: self.fused.map_or(0.0, |it| it.relevance),
                semantic,
                recency,
                importance,
                continuity,
                relationship,
                adjusted,
            },
        }
    }
}
