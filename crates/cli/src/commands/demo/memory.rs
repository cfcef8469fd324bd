use std::sync::Arc;

use agentflow::{
    Email, Store, TeamId, TenantRow,
    audit::Actor,
    identity::{NewTeam, NewUser},
    memory::{
        LocalEmbedder, Memories, MemoryChange, MemoryFilter, MemoryId, MemoryType, NewMemory,
        Ranking, SearchPage, SearchRequest,
    },
};
use futures::future::try_join_all;

use super::{story::Told, tenants::Pair};
use crate::{
    error::{Error, Result},
    output::thousands,
};

const DIMENSIONS: u32 = 256;
/// Memories of the one tenant.
const OWN: usize = 200;
/// Memories of the other, all of them about what the one asks.
const FOREIGN: usize = 2_000;
const AT_ONCE: usize = 64;
const ORDER: &str = "7F-4431-K";
const QUESTION: &str = "which cup does the customer drink her tea from";
const BEFORE: &str = "The customer drinks tea";
const AFTER: &str = "The customer drinks coffee";
const REASON: &str = "she said so on the phone";

/// A team of the first tenant, and what it remembers.
pub(super) struct Remembered {
    memories: Memories,
    drink: MemoryId,
}

/// Has many callers remember the same, finds an id among the rest, and puts a crowd of the other tenant around a question.
pub(super) async fn remember(store: &Store, pair: &Pair) -> Result<Told<Remembered>> {
    let (memories, team) = team(store, &pair.victim).await?;
    let (foreign, foreign_team) = self::team(store, &pair.intruder).await?;
    let by = Actor::user("demo");
    let new = |text: String| NewMemory::new(team, MemoryType::Semantic, text);
    let mut own: Vec<_> = (0..OWN).map(|number| new(plain(number))).collect();
    own.push(new(format!("Order {ORDER} was sent back, because the cup was broken")));
    memories.add_many(own, &by).await?;
    let same =
        try_join_all((0..AT_ONCE).map(|_| memories.add(new(BEFORE.to_owned()), &by))).await?;
    let created = same.iter().filter(|added| added.created).count();
    let drink = same.first().map(|added| added.memory.id).ok_or(Error::Interrupted)?;

    let order = best(&memories, team, ORDER).await?;
    let is_found = order.found.first().is_some_and(|it| it.memory.content.contains(ORDER));
    let before = best(&memories, team, QUESTION).await?;
    let crowd = (0..FOREIGN).map(|number| {
        NewMemory::new(foreign_team, MemoryType::Semantic, format!("{QUESTION} {number}"))
    });
    foreign.add_many(crowd.collect(), &by).await?;
    let after = best(&memories, team, QUESTION).await?;
    let is_same = !before.found.is_empty() && ranked(&before) == ranked(&after);

    let holds = created == 1 && is_found && is_same;
    let did = format!(
        "Had {AT_ONCE} callers remember the same at once, and {} put {} memories around a question of {}.",
        pair.intruder.slug,
        thousands(FOREIGN),
        pair.victim.slug
    );
    let proved = if holds {
        format!(
            "It is one memory; order {ORDER} is found among {OWN} others; and the crowd changed neither what the \
             question finds nor its scores."
        )
    } else {
        format!(
            "But created: {created}; the order was found: {is_found}; the same was found: {is_same}."
        )
    };
    Ok(Told { value: Remembered { memories, drink }, did, proved, holds })
}

/// Changes a memory, deletes it, and asks what it was.
pub(super) async fn history(remembered: &Remembered) -> Result<Told<()>> {
    let Remembered { memories, drink } = remembered;
    let ann = Actor::user("ann");
    let change = MemoryChange { content: Some(AFTER.to_owned()), ..MemoryChange::default() };
    memories.update(*drink, change, Some(REASON), &ann).await?;
    memories.delete(*drink, Some("she left"), &ann).await?;
    let entries = memories.history(*drink, None, 10).await?;
    let made_at = entries.first().map(|entry| entry.at).ok_or(Error::Interrupted)?;
    let then = memories.at(*drink, made_at).await?;
    let is_known = then.is_some_and(|then| then.memory.content == BEFORE);
    let is_told = entries.iter().any(|entry| {
        entry.changed_by == ann.to_string()
            && entry.reason.as_deref() == Some(REASON)
            && entry.old_content.as_deref() == Some(BEFORE)
            && entry.new_content.as_deref() == Some(AFTER)
    });
    let holds = is_known && is_told && memories.get(*drink).await?.is_none();
    let did = "Changed a memory, and deleted it.".to_owned();
    let proved = if holds {
        format!("Its history has what it said before and after, who changed it and why: {REASON}.")
    } else {
        format!("But what it was is known: {is_known}; who changed it, and why: {is_told}.")
    };
    Ok(Told { value: (), did, proved, holds })
}

/// A team of a tenant, and memories that need no service to be embedded.
async fn team(store: &Store, tenant: &TenantRow) -> Result<(Memories, TeamId)> {
    let by = Actor::user("demo");
    let tenant = store.tenant(tenant.id);
    let email: Email = "ann@example.com".parse().map_err(agentflow_error)?;
    let owner = tenant.users().create(NewUser::new(email, "Ann"), &by).await?;
    let team = tenant.teams().create(NewTeam::named("Support", owner.id), &by).await?;
    let embedder = Arc::new(LocalEmbedder::new(DIMENSIONS)?);
    Ok((tenant.memories().with_embedder(embedder), team.id))
}

fn agentflow_error(error: impl std::fmt::Display) -> Error {
    Error::usage(error.to_string())
}

/// What best fits a query, and nothing but that: time makes no difference.
async fn best(memories: &Memories, team: TeamId, query: &str) -> Result<SearchPage> {
    let mut request = SearchRequest::new(MemoryFilter::of_team(team), query);
    request.ranking = Ranking::Relevance;
    request.limit = 10;
    Ok(memories.search(request).await?)
}

/// What was found, in its order, and how well it fits.
fn ranked(page: &SearchPage) -> Vec<(MemoryId, u64)> {
    page.found.iter().map(|it| (it.memory.id, it.signals.relevance.to_bits())).collect()
}

/// Something that an agent of a shop might remember.
fn plain(number: usize) -> String {
    let things = ["cup", "plate", "lamp", "chair", "carpet"];
    let ends = ["was sent on time", "came late", "was paid twice", "is out of stock"];
    let (thing, end) = (things[number % things.len()], ends[number % ends.len()]);
    format!("Order {number:04}-{}: the {thing} {end}", number * 7919 % 9973)
}
