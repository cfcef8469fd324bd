use agentflow_core::{
    InvalidInput,
    ids::{MemoryId, TeamId},
    memory::{Embedding, MemoryStatus},
};

use super::{
    Memories, Memory, MemoryFilter,
    search::{Question, check_fits},
};
use crate::error::{Error, Result};

/// The most candidates that are asked for at once; what lies between them and the threshold is asked for in larger pieces.
const FIRST_POOL: u16 = 200;
const LARGEST_POOL: u16 = 20_000;

impl Memories {
    /// The active memories of a team whose embeddings are near a vector: those with at least this similarity, −1 to 1, the nearest
    /// first, and equally near ones in the order of their ids, with their similarities. `limit` is 1 to 1,000. They do not count
    /// as read.
    ///
    /// Fails with [`Error::InvalidInput`], with [`Error::NotFound`] when the team is not there, and with [`Error::Conflict`] when
    /// the vector is of another model than the memories.
    pub async fn find_similar(
        &self,
        team: TeamId,
        embedding: &Embedding,
        threshold: f64,
        limit: u16,
    ) -> Result<Vec<(Memory, f64)>> {
        const OPERATION: &str = "find similar memories";
        if !(-1.0..=1.0).contains(&threshold) {
            let input =
                InvalidInput::new("threshold", format!("expected −1 to 1, not {threshold}"));
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        if !(1..=1000).contains(&limit) {
            let input = InvalidInput::new("limit", format!("expected 1 to 1000, not {limit}"));
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        let filter = MemoryFilter::of_team(team);
        let context = self.search_context(OPERATION, &filter).await?;
        check_fits(OPERATION, &context, embedding.model(), embedding.dimensions())?;
        let similar = self.similar_ids(OPERATION, &filter, embedding, threshold, limit).await?;
        let ids: Vec<_> = similar.iter().map(|(id, _)| id.0).collect();
        let mut memories = self.by_ids(OPERATION, &ids).await?;
        let found =
            similar.into_iter().filter_map(|(id, near)| Some((memories.remove(&id)?, near)));
        Ok(found.collect())
    }

    /// The search finds disputed ones too, which may stand before active ones: then it is asked for more.
    async fn similar_ids(
        &self,
        operation: &'static str,
        filter: &MemoryFilter,
        embedding: &Embedding,
        threshold: f64,
        limit: u16,
    ) -> Result<Vec<(MemoryId, f64)>> {
        let mut pool = FIRST_POOL.max(limit);
        loop {
            let question = Question {
                filter,
                query: None,
                embedding: Some(embedding),
                pool,
                effort: 1000,
                as_of: self.handle.shared.now(),
            };
            let found = self.search_candidates(operation, question).await?;
            let count = found.len();
            let near = |similarity: Option<f64>| similarity.filter(|it| *it >= threshold);
            let all_near = found.iter().all(|it| near(it.similarity).is_some());
            let mut similar: Vec<_> = found
                .into_iter()
                .filter(|it| it.status == MemoryStatus::Active)
                .filter_map(|it| near(it.similarity).map(|similarity| (it.id, similarity)))
                .collect();
            let complete = count < usize::from(pool)
                || !all_near
                || similar.len() >= usize::from(limit)
                || pool >= LARGEST_POOL;
            if complete {
                similar.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                similar.truncate(usize::from(limit));
                return Ok(similar);
            }
            pool = pool.saturating_mul(10).min(LARGEST_POOL);
        }
    }
}
