use std::collections::HashMap;

use agentflow_core::{
    InvalidInput, InvalidInputs,
    agent::RetrievalWeights,
    ids::{ConversationId, MemoryId},
    memory::{
        Embedding, MemoryStatus, Parcel, PromptEntry, Ranking, SearchMode, Section,
        estimated_tokens, pack,
    },
};
use agentflow_sql::{client::Params, queries::memory_search as sql};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Found, Memories, Memory, MemoryFilter, Unembedded,
    candidates::{Candidate, Candidates, candidate},
    request::{EFFORT, check_query, check_weights},
    search::Question,
};
use crate::error::{Error, Result};

/// How many are found by the query.
const BY_MEANING: u16 = 50;
/// How near is what the query is about, as a part of how near the nearest is, and at least.
const NEAR_OF_NEAREST: f64 = 0.5;
const LEAST_NEAR: f64 = 0.25;

/// What to call to mind for a turn of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct RecallRequest {
    /// Among which, and whose eyes.
    pub filter: MemoryFilter,
    /// What is being talked about, 1 to 10,000 characters; without it, what was used lately and what matters comes to mind.
    pub query: Option<String>,
    /// The conversation that is going on.
    pub conversation: Option<ConversationId>,
    /// How much each signal of the score counts; if absent, as the agent of the filter is set up, or else by default.
    pub weights: Option<RetrievalWeights>,
    /// How many tokens they may take, 1 to 1,000,000; if absent, as the agent of the filter is set up, or else 2,000.
    pub budget: Option<u32>,
    /// Whether what comes to mind counts as read.
    pub touch: bool,
}

impl RecallRequest {
    /// What fits a query.
    pub fn new(filter: MemoryFilter, query: impl Into<String>) -> Self {
        Self {
            filter,
            query: Some(query.into()),
            conversation: None,
            weights: None,
            budget: None,
            touch: true,
        }
    }

    fn validate(&self, operation: &'static str) -> Result<()> {
        self.filter.validate(operation)?;
        let mut faults = Vec::new();
        if !self.filter.statuses.is_empty() {
            let reason = "only active and disputed memories come to mind";
            faults.push(InvalidInput::new("statuses", reason));
        }
        faults.extend(self.query.as_deref().and_then(|query| check_query(query).err()));
        faults.extend(self.weights.iter().flat_map(check_weights));
        if let Some(budget) = self.budget
            && !(1..=1_000_000).contains(&budget)
        {
            let reason = format!("expected 1 to 1000000 tokens, not {budget}");
            faults.push(InvalidInput::new("budget", reason));
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::InvalidInputs { operation, inputs: InvalidInputs(faults) })
    }
}

/// A memory that goes into the prompt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Packed {
    /// The memory, and why it came to mind.
    pub found: Found,
    /// What it is to whoever reads the prompt.
    pub section: Section,
    /// The texts that contradict it, of those that the same eyes may see, if it is disputed.
    pub contradicted_by: Vec<String>,
    /// The tokens that it takes.
    pub tokens: u64,
}

/// What came to mind, and fits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recalled {
    /// What fits, by sections, and in each what the query is about first, and the best first.
    pub packed: Vec<Packed>,
    /// The tokens of what fits.
    pub tokens: u64,
    /// The tokens that there were.
    pub budget: u32,
    /// How many came to mind for which there was no room.
    pub left_out: usize,
    /// What whoever chose the budget, or pinned so much, should know.
    pub warnings: Vec<String>,
    /// Why nothing was looked for by its meaning, though there is a query.
    pub unembedded: Option<Unembedded>,
}

impl Recalled {
    /// The lines for a prompt: each memory under its tag, `[FACT] …`. Empty if nothing came to mind.
    pub fn to_prompt(&self) -> String {
        self.packed.iter().map(Packed::to_lines).collect()
    }
}

impl Packed {
    fn new(found: Found, contradicted_by: Vec<String>) -> Self {
        let section = Section::of(found.memory.memory_type, found.memory.subject.as_deref());
        let mut packed = Self { found, section, contradicted_by, tokens: 0 };
        packed.tokens = estimated_tokens(&packed.to_lines());
        packed
    }

    fn to_lines(&self) -> String {
        let memory = &self.found.memory;
        let entry = PromptEntry {
            section: self.section,
            status: memory.status,
            created_at: memory.created_at,
            content: &memory.content,
            contradicted_by: &self.contradicted_by,
        };
        entry.to_lines()
    }
}

impl Memories {
    /// Calls to mind what an agent should know for a turn of a conversation, and packs it into a prompt: what fits the query (50),
    /// what was used lately (30), what matters (30 pinned or of importance 7 and more; what says who the agent is, and what is
    /// pinned, always, up to 200), what is from the conversation (20), and what hits are linked with (20). It is scored as a
    /// [search](Memories::search) scores, and packed as [`pack`] says, what the query is about before the rest: what has a word of
    /// it, or is at least half as near to it as the nearest, and with a similarity of 0.25 or more. What is packed counts as read, unless the request says
    /// otherwise.
    ///
    /// Fails like [`search`](Memories::search).
    pub async fn recall(&self, request: RecallRequest) -> Result<Recalled> {
        const OPERATION: &str = "recall memories";
        request.validate(OPERATION)?;
        let context = self.search_context(OPERATION, &request.filter).await?;
        let as_of = self.handle.shared.now();
        let (mut embedding, mut unembedded) = (None, None);
        if let Some(query) = &request.query {
            let embedded = self.embed_query(OPERATION, query, false, &context).await?;
            (embedding, unembedded) = (embedded.embedding, embedded.left_out);
        }
        let mode = if embedding.is_some() { SearchMode::Hybrid } else { SearchMode::Text };
        let candidates =
            self.come_to_mind(OPERATION, &request, mode, embedding.as_ref(), as_of).await?;
        let weights = request.weights.unwrap_or(context.config.retrieval_weights);
        let ranked = candidates.ranked(mode, Ranking::Score, &weights, request.conversation, as_of);
        let ids: Vec<_> = ranked.iter().map(|it| it.id.0).collect();
        let mut memories = self.by_ids(OPERATION, &ids).await?;
        let mut found: Vec<_> =
            ranked.iter().filter_map(|it| Some(it.found(memories.remove(&it.id)?))).collect();
        asked_first(&mut found);
        let contradicting = self.contradicting(OPERATION, &request.filter, &found, as_of).await?;
        let budget = request.budget.unwrap_or(context.config.token_budget);
        let mut recalled = packed(found, &contradicting, budget);
        recalled.unembedded = unembedded;
        if request.touch {
            let ids: Vec<_> = recalled.packed.iter().map(|it| it.found.memory.id).collect();
            self.touch(&ids).await?;
        }
        Ok(recalled)
    }

    async fn come_to_mind(
        &self,
        operation: &'static str,
        request: &RecallRequest,
        mode: SearchMode,
        embedding: Option<&Embedding>,
        as_of: Timestamp,
    ) -> Result<Candidates> {
        let question = Question {
            filter: &request.filter,
            query: request.query.as_deref(),
            embedding,
            pool: BY_MEANING,
            effort: EFFORT,
            as_of,
        };
        let mut candidates = Candidates::default();
        if request.query.is_some() {
            let found = self.search_candidates(operation, question).await?;
            candidates = Candidates::of_query(mode, found);
            candidates.keep_best(usize::from(BY_MEANING));
        }
        if let Some(linked) = candidates.linked() {
            let neighbors = self.related_candidates(operation, question, &linked).await?;
            candidates.add_neighbors(neighbors);
        }
        candidates.add(self.unasked(operation, request, as_of).await?);
        Ok(candidates)
    }

    async fn unasked(
        &self,
        operation: &'static str,
        request: &RecallRequest,
        as_of: Timestamp,
    ) -> Result<Vec<Candidate>> {
        let filter = &request.filter;
        let values = filter.values();
        let flight = self.handle.flight(operation).await?;
        let params = sql::RecallCandidatesParams {
            tenant_id: self.handle.tenant.0,
            team_id: filter.team.0,
            agent_id: values.agent,
            user_id: values.user,
            types: values.types,
            tiers: values.tiers,
            tags: values.tags,
            min_importance: values.min_importance,
            created_from: filter.created_from,
            created_until: filter.created_until,
            metadata: values.metadata,
            path: values.path,
            now: as_of,
            conversation_id: request.conversation.map(|id| id.0),
        };
        let rows = sql::recall_candidates().params(&flight, &params).map(candidate).all().await;
        let rows = flight.land(rows).await;
        rows.map_err(|error| filter.explain(error))?.into_iter().collect()
    }

    /// What contradicts those that are disputed.
    async fn contradicting(
        &self,
        operation: &'static str,
        filter: &MemoryFilter,
        found: &[Found],
        as_of: Timestamp,
    ) -> Result<HashMap<MemoryId, String>> {
        let disputed = found.iter().map(|it| &it.memory).filter(|it| is_disputed(it));
        let ids: Vec<_> = disputed.flat_map(|it| &it.contradicts).map(|id| id.0).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let flight = self.handle.flight(operation).await?;
        let rows = sql::contradicting_texts()
            .bind(
                &flight,
                self.handle.tenant.as_uuid(),
                filter.team.as_uuid(),
                &ids,
                &filter.agent.map(|id| id.0),
                &as_of,
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        Ok(rows.into_iter().map(|row| (MemoryId(row.id), row.content)).collect())
    }
}

fn is_disputed(memory: &Memory) -> bool {
    memory.status == MemoryStatus::Disputed
}

/// What the query is about before what only comes to mind: of that, whatever is new or matters has a higher score than what is
/// disputed.
fn asked_first(found: &mut [Found]) {
    let nearest = found.iter().filter_map(|it| it.signals.similarity).fold(0.0, f64::max);
    let near = f64::max(nearest * NEAR_OF_NEAREST, LEAST_NEAR);
    found.sort_by_key(|it| {
        let signals = &it.signals;
        let is_asked = signals.text_rank.is_some()
            || signals.similarity.is_some_and(|similarity| similarity >= near);
        !is_asked
    });
}

/// What fits of what was found, the best first.
fn packed(found: Vec<Found>, contradicting: &HashMap<MemoryId, String>, budget: u32) -> Recalled {
    let entries: Vec<_> = found
        .into_iter()
        .map(|found| {
            let memory = &found.memory;
            let others = memory.contradicts.iter().filter(|_| is_disputed(memory));
            let texts = others.filter_map(|id| contradicting.get(id).cloned()).collect();
            Packed::new(found, texts)
        })
        .collect();
    let parcels: Vec<_> = entries
        .iter()
        .map(|it| Parcel {
            memory_type: it.found.memory.memory_type,
            is_pinned: it.found.memory.is_pinned,
            tokens: it.tokens,
        })
        .collect();
    let packing = pack(&parcels, u64::from(budget));
    let mut entries: Vec<_> = entries.into_iter().map(Some).collect();
    let mut packed: Vec<_> =
        packing.kept.iter().filter_map(|index| entries[*index].take()).collect();
    let place = |section| Section::ALL.iter().position(|it| *it == section);
    packed.sort_by_key(|it| place(it.section));
    Recalled {
        packed,
        tokens: packing.tokens,
        budget,
        left_out: packing.left_out.len(),
        warnings: packing.warnings,
        unembedded: None,
    }
}
