use std::collections::HashMap;

use agentflow_core::{
    agent::AgentMemoryConfig,
    ids::{AgentId, MemoryId, TeamId},
    memory::{Embedding, Ranking, SearchMode},
};
use agentflow_sql::{
    client::Params,
    queries::{memories::get_memories, memory_search as sql},
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Memories, Memory, MemoryFilter, SearchCursor, SearchPage, SearchRequest, Unembedded,
    candidates::{Candidate, Candidates, Linked, Ranked, candidate},
    settings::fits,
};
use crate::{
    error::{Error, Result},
    input::stored_json,
};

/// What a search must know before it can ask.
pub(super) struct Context {
    /// How the agent whose eyes they are is set up; by default without one.
    pub(super) config: AgentMemoryConfig,
    /// The model and the dimensions of what is embedded; none if nothing ever was.
    pub(super) embedded: Option<(String, u32)>,
}

/// What is asked of the database.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) filter: &'a MemoryFilter,
    pub(super) query: Option<&'a str>,
    pub(super) embedding: Option<&'a Embedding>,
    pub(super) pool: u16,
    pub(super) effort: u16,
    pub(super) as_of: Timestamp,
}

/// The embedding of a query, if it has one.
pub(super) struct Embedded {
    pub(super) embedding: Option<Embedding>,
    pub(super) left_out: Option<Unembedded>,
}

impl Memories {
    /// Looks for memories of a team that are active or disputed and did not expire, by the meaning and the words of a query, and
    /// puts them in order of their scores. What it finds counts as read, unless the request says otherwise.
    ///
    /// A hybrid search without an embedder, or whose embedder cannot be asked, looks for words only and
    /// [says so](SearchPage::unembedded). All pages hold what the candidates of the request hold: the cursor keeps the moment as of
    /// which they are scored, so that pages do not overlap; what is written in between may be missed.
    ///
    /// Fails with [`Error::InvalidInputs`], which names every bad field, with [`Error::NotFound`] when the team, or the agent of
    /// the team, is not there, with [`Error::Conflict`] when the query is embedded by another model than the memories, and, if
    /// only vectors are asked for, like [`Embedder`](super::Embedder).
    pub async fn search(&self, request: SearchRequest) -> Result<SearchPage> {
        const OPERATION: &str = "search memories";
        request.validate(OPERATION)?;
        let context = self.search_context(OPERATION, &request.filter).await?;
        let embedded = self.embedded_query(OPERATION, &request, &context).await?;
        let mode = effective_mode(&request, embedded.embedding.as_ref());
        let as_of = request.after.map_or_else(|| self.handle.shared.now(), |cursor| cursor.as_of);
        let weights = request.weights.unwrap_or(context.config.retrieval_weights);
        let question = Question {
            filter: &request.filter,
            query: request.query.as_deref().filter(|_| mode != SearchMode::Vector),
            embedding: embedded.embedding.as_ref(),
            pool: request.candidates(),
            effort: request.effort,
            as_of,
        };
        let found = self.search_candidates(OPERATION, question).await?;
        let mut candidates = Candidates::of_query(mode, found);
        // Neighbors fit the query no better than anything else does.
        if request.ranking == Ranking::Score
            && let Some(linked) = candidates.linked()
        {
            let neighbors = self.related_candidates(OPERATION, question, &linked).await?;
            candidates.add_neighbors(neighbors);
        }
        let ranked =
            candidates.ranked(mode, request.ranking, &weights, request.conversation, as_of);
        let mut page = self.page(OPERATION, &request, ranked, as_of).await?;
        page.unembedded = embedded.left_out;
        if request.touch {
            self.touch(&page.ids()).await?;
        }
        Ok(page)
    }

    /// Counts one access of each of these memories, now, and returns how many of them there are. Unknown ids are nothing to it.
    /// Neither history nor audit chain have it, and what is in the memory stays as it is.
    pub async fn touch(&self, ids: &[MemoryId]) -> Result<u64> {
        if ids.is_empty() {
            return Ok(0);
        }
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        let now = self.handle.shared.now();
        let flight = self.handle.flight("touch memories").await?;
        let touched = sql::touch_memories().bind(&flight, &ids, &now).one().await;
        let touched = flight.land(touched).await?;
        Ok(u64::try_from(touched).unwrap_or_default())
    }

    /// Fails when the team or the agent is not there.
    pub(super) async fn search_context(
        &self,
        operation: &'static str,
        filter: &MemoryFilter,
    ) -> Result<Context> {
        let (team, agent) = (filter.team, filter.agent);
        let flight = self.handle.flight(operation).await?;
        let row = sql::search_context()
            .bind(&flight, self.handle.tenant.as_uuid(), team.as_uuid(), &agent.map(|id| id.0))
            .one()
            .await;
        let row = flight.land(row).await?;
        if !row.has_team {
            return Err(no_team(operation, team));
        }
        let config = match (agent, row.memory_config) {
            (Some(agent), Some(text)) => stored_json("agents", "memory_config", agent, &text)?,
            (Some(agent), None) => return Err(no_agent(operation, agent, team)),
            (None, _) => AgentMemoryConfig::default(),
        };
        let dimensions = row.embedding_dimensions.and_then(|it| u32::try_from(it).ok());
        Ok(Context { config, embedded: row.embedding_model.zip(dimensions) })
    }

    async fn embedded_query(
        &self,
        operation: &'static str,
        request: &SearchRequest,
        context: &Context,
    ) -> Result<Embedded> {
        if request.mode == SearchMode::Text {
            return Ok(Embedded { embedding: None, left_out: None });
        }
        if let Some(embedding) = &request.embedding {
            check_fits(operation, context, embedding.model(), embedding.vector().len())?;
            return Ok(Embedded { embedding: Some(embedding.clone()), left_out: None });
        }
        let query = request.query.as_deref().unwrap_or_default();
        self.embed_query(operation, query, request.mode == SearchMode::Vector, context).await
    }

    /// With `must`, it is an error if it cannot be embedded.
    pub(super) async fn embed_query(
        &self,
        operation: &'static str,
        query: &str,
        must: bool,
        context: &Context,
    ) -> Result<Embedded> {
        let Some(embedder) = &self.embedder else {
            if must {
                let reason = "a search by vectors needs an embedder or an embedding: give `Memories::with_embedder` one";
                return Err(Error::Unsupported { operation, reason: reason.to_owned() });
            }
            return Ok(Embedded { embedding: None, left_out: Some(Unembedded::NoEmbedder) });
        };
        if context.embedded.is_none() {
            return Ok(Embedded { embedding: None, left_out: Some(Unembedded::NothingEmbedded) });
        }
        check_fits(operation, context, embedder.model(), embedder.dimensions() as usize)?;
        let vector = match embedder.embed(&[query]).await {
            Ok(vectors) => vectors.into_iter().next(),
            Err(error @ Error::Unavailable { .. }) if !must => {
                let left_out = Some(Unembedded::Unavailable { reason: error.to_string() });
                return Ok(Embedded { embedding: None, left_out });
            }
            Err(error) => return Err(error),
        };
        let Some(vector) = vector else {
            let reason = "the embedder gave no vector for the query".to_owned();
            return Err(Error::Unsupported { operation, reason });
        };
        if !must && !Embedding::has_direction(&vector) {
            return Ok(Embedded { embedding: None, left_out: Some(Unembedded::NoDirection) });
        }
        let embedding =
            Embedding::new(embedder.model(), vector).map_err(Error::invalid(operation))?;
        check_fits(operation, context, embedding.model(), embedding.dimensions())?;
        Ok(Embedded { embedding: Some(embedding), left_out: None })
    }

    pub(super) async fn search_candidates(
        &self,
        operation: &'static str,
        question: Question<'_>,
    ) -> Result<Vec<Candidate>> {
        let values = question.filter.values();
        let flight = self.handle.flight(operation).await?;
        let rows = sql::search_candidates()
            .params(
                &flight,
                &sql::SearchCandidatesParams {
                    tenant_id: self.handle.tenant.0,
                    team_id: question.filter.team.0,
                    agent_id: values.agent,
                    user_id: values.user,
                    types: values.types,
                    tiers: values.tiers,
                    tags: values.tags,
                    min_importance: values.min_importance,
                    created_from: question.filter.created_from,
                    created_until: question.filter.created_until,
                    metadata: values.metadata,
                    path: values.path,
                    now: question.as_of,
                    embedding: question.embedding.map(Embedding::vector),
                    model: question.embedding.map(Embedding::model),
                    query: question.query,
                    pool: i32::from(question.pool),
                    effort: i32::from(question.effort),
                },
            )
            .map(candidate)
            .all()
            .await;
        let rows = flight.land(rows).await;
        rows.map_err(|error| question.filter.explain(error))?.into_iter().collect()
    }

    pub(super) async fn related_candidates(
        &self,
        operation: &'static str,
        question: Question<'_>,
        linked: &Linked,
    ) -> Result<Vec<Candidate>> {
        let values = question.filter.values();
        let flight = self.handle.flight(operation).await?;
        let rows = sql::related_candidates()
            .params(
                &flight,
                &sql::RelatedCandidatesParams {
                    tenant_id: self.handle.tenant.0,
                    team_id: question.filter.team.0,
                    agent_id: values.agent,
                    user_id: values.user,
                    types: values.types,
                    tiers: values.tiers,
                    tags: values.tags,
                    min_importance: values.min_importance,
                    created_from: question.filter.created_from,
                    created_until: question.filter.created_until,
                    metadata: values.metadata,
                    path: values.path,
                    now: question.as_of,
                    linked: &linked.named,
                    hits: &linked.hits,
                    known: &linked.known,
                },
            )
            .map(candidate)
            .all()
            .await;
        let rows = flight.land(rows).await;
        rows.map_err(|error| question.filter.explain(error))?.into_iter().collect()
    }

    /// The memories with these ids, as far as they are there still.
    pub(super) async fn by_ids(
        &self,
        operation: &'static str,
        ids: &[Uuid],
    ) -> Result<HashMap<MemoryId, Memory>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let flight = self.handle.flight(operation).await?;
        let rows = get_memories().bind(&flight, self.handle.tenant.as_uuid(), &ids).all().await;
        let rows = flight.land(rows).await?;
        let memories = rows.into_iter().map(Memory::try_from);
        memories.map(|memory| memory.map(|memory| (memory.id, memory))).collect()
    }

    async fn page(
        &self,
        operation: &'static str,
        request: &SearchRequest,
        mut ranked: Vec<Ranked>,
        as_of: Timestamp,
    ) -> Result<SearchPage> {
        let total = ranked.len();
        if let Some(after) = request.after {
            ranked.retain(|it| it.is_behind(after.score, after.id));
        }
        let more = ranked.len() > usize::from(request.limit);
        ranked.truncate(usize::from(request.limit));
        let next = ranked.last().filter(|_| more).map(|last| SearchCursor {
            as_of,
            pool: request.candidates(),
            request: request.digest(),
            score: last.by,
            id: last.id,
        });
        let ids: Vec<_> = ranked.iter().map(|it| it.id.0).collect();
        let mut memories = self.by_ids(operation, &ids).await?;
        // What was deleted in the meantime is not there any more.
        let found = ranked.iter().filter_map(|it| Some(it.found(memories.remove(&it.id)?)));
        Ok(SearchPage { found: found.collect(), total, next, unembedded: None })
    }
}

/// By both is by one of them if there is nothing to ask the other.
fn effective_mode(request: &SearchRequest, embedding: Option<&Embedding>) -> SearchMode {
    match (request.mode, embedding, &request.query) {
        (SearchMode::Hybrid, None, _) => SearchMode::Text,
        (SearchMode::Hybrid, Some(_), None) => SearchMode::Vector,
        (mode, ..) => mode,
    }
}

fn no_team(operation: &'static str, team: TeamId) -> Error {
    Error::not_found(operation, format!("team {team}"))
}

fn no_agent(operation: &'static str, agent: AgentId, team: TeamId) -> Error {
    Error::not_found(operation, format!("agent {agent} of team {team}"))
}

/// What is asked must be embedded as the memories are.
pub(super) fn check_fits(
    operation: &'static str,
    context: &Context,
    model: &str,
    dimensions: usize,
) -> Result<()> {
    match &context.embedded {
        Some((known, size)) => fits(operation, (known, u64::from(*size)), (model, dimensions)),
        None => Ok(()),
    }
}
