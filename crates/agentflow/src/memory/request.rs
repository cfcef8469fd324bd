use agentflow_core::{
    InvalidInput, InvalidInputs,
    agent::RetrievalWeights,
    hash::Sha256,
    ids::ConversationId,
    memory::{Embedding, Ranking, SearchMode},
};

use super::{MemoryFilter, SearchCursor};
use crate::error::{Error, Result};

/// How thoroughly an index is searched, unless somebody says otherwise.
pub(super) const EFFORT: u16 = 400;
/// The most characters of a query.
const LONGEST_QUERY: usize = 10_000;

/// What to look for among memories.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// Among which, and whose eyes.
    pub filter: MemoryFilter,
    /// What is asked, 1 to 10,000 characters. It is looked for by its words, and by its meaning if there is an
    /// [`Embedder`](super::Embedder). May be absent if there is an `embedding`.
    pub query: Option<String>,
    /// The embedding of what is asked, in place of that of the `query`.
    pub embedding: Option<Embedding>,
    /// By what they are looked for.
    pub mode: SearchMode,
    /// By what they are put in order.
    pub ranking: Ranking,
    /// How much each signal of the score counts, each 0 to 1; if absent, as the agent of the filter is set up, or else by default.
    pub weights: Option<RetrievalWeights>,
    /// The conversation that is going on: what was taken from it scores higher.
    pub conversation: Option<ConversationId>,
    /// How many, 1 to 100.
    pub limit: u16,
    /// How many candidates of each kind, by vector and by text, are scored, 1 to 1,000; if absent, four times the limit, at least
    /// 200. All pages together hold no more than the candidates.
    pub pool: Option<u16>,
    /// How thoroughly an index of vectors is searched, 1 to 1,000: so many candidates of an HNSW index, a tenth as many lists of
    /// an IVFFlat index. 400 by default. Without an index all vectors are compared.
    pub effort: u16,
    /// Where the last page of the same search ended. The limit may be another one.
    pub after: Option<SearchCursor>,
    /// Whether what is found counts as read.
    pub touch: bool,
}

impl SearchRequest {
    /// The 20 best for what is asked, by vectors and texts, scored by all signals.
    pub fn new(filter: MemoryFilter, query: impl Into<String>) -> Self {
        Self { query: Some(query.into()), ..Self::blank(filter) }
    }

    /// The 20 best near a vector, scored by all signals.
    pub fn near(filter: MemoryFilter, embedding: Embedding) -> Self {
        Self { embedding: Some(embedding), mode: SearchMode::Vector, ..Self::blank(filter) }
    }

    fn blank(filter: MemoryFilter) -> Self {
        Self {
            filter,
            query: None,
            embedding: None,
            mode: SearchMode::Hybrid,
            ranking: Ranking::Score,
            weights: None,
            conversation: None,
            limit: 20,
            pool: None,
            effort: EFFORT,
            after: None,
            touch: true,
        }
    }

    pub(super) fn validate(&self, operation: &'static str) -> Result<()> {
        self.filter.validate(operation)?;
        let mut faults = Vec::new();
        if !self.filter.statuses.is_empty() {
            let reason = "a search finds active and disputed memories; list the others";
            faults.push(InvalidInput::new("statuses", reason));
        }
        match (&self.query, &self.embedding) {
            (Some(query), _) => faults.extend(check_query(query).err()),
            (None, None) => {
                faults.push(InvalidInput::new("query", "expected a query or an embedding"));
            }
            (None, Some(_)) if self.mode == SearchMode::Text => {
                faults.push(InvalidInput::new("query", "a search by text needs one"));
            }
            (None, Some(_)) => {}
        }
        faults.extend(self.weights.iter().flat_map(check_weights));
        if self.after.is_some_and(|cursor| {
            cursor.request != self.digest() || self.pool.is_some_and(|pool| pool != cursor.pool)
        }) {
            faults.push(InvalidInput::new("after", "is of another search"));
        }
        for (field, value, most) in [
            ("limit", Some(self.limit), 100),
            ("pool", self.pool, 1000),
            ("effort", Some(self.effort), 1000),
        ] {
            if let Some(value) = value
                && !(1..=most).contains(&value)
            {
                let reason = format!("expected 1 to {most}, not {value}");
                faults.push(InvalidInput::new(field, reason));
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::InvalidInputs { operation, inputs: InvalidInputs(faults) })
    }

    /// What tells this search from others, whichever page is asked for.
    pub(super) fn digest(&self) -> [u8; 8] {
        let values = self.filter.values();
        let metadata = self.filter.metadata.as_ref();
        let metadata = metadata.and_then(|it| serde_json::to_string(it).ok());
        let (mut types, mut tiers) = (values.types, values.tiers);
        for list in types.iter_mut().chain(&mut tiers) {
            list.sort_unstable();
        }
        let filter = (
            (self.filter.team, values.agent, values.user, types, tiers, values.tags),
            (values.min_importance, self.filter.created_from, self.filter.created_until),
            (metadata, values.path),
        );
        // As they are written in code: strings in quotes, so that no two searches have the same text.
        let text = format!(
            "{filter:?} {:?} {:?} {} {} {:?} {:?}",
            self.query, self.embedding, self.mode, self.ranking, self.weights, self.conversation
        );
        let digest = Sha256::of(&[text.as_bytes()]);
        let mut first = [0; 8];
        first.copy_from_slice(&digest.as_bytes()[..8]);
        first
    }

    /// How many candidates of each kind.
    pub(super) fn candidates(&self) -> u16 {
        let asked = self.after.map(|cursor| cursor.pool).or(self.pool);
        asked.unwrap_or_else(|| (self.limit * 4).max(200))
    }
}

pub(super) fn check_query(query: &str) -> Result<(), InvalidInput> {
    let length = query.chars().count();
    if query.trim().is_empty() || length > LONGEST_QUERY || query.contains('\0') {
        let reason = "expected 1 to 10000 characters, not only blanks";
        return Err(InvalidInput::new("query", reason));
    }
    Ok(())
}

pub(super) fn check_weights(weights: &RetrievalWeights) -> Vec<InvalidInput> {
    let weights = [
        ("weights.semantic", weights.semantic),
        ("weights.recency", weights.recency),
        ("weights.importance", weights.importance),
        ("weights.continuity", weights.continuity),
        ("weights.relationship", weights.relationship),
    ];
    let wrong = weights.into_iter().filter(|(_, weight)| !(0.0..=1.0).contains(weight));
    wrong
        .map(|(field, weight)| InvalidInput::new(field, format!("expected 0 to 1, not {weight}")))
        .collect()
}
