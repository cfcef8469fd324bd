//! What is found and decided is the same where the tenant goes.

use std::sync::Arc;

use agentflow::{
    TeamId, Tenant,
    core::rules::RuleSpec,
    identity::{NewTeam, NewUser},
    memory::{IndexSpec, LocalEmbedder, MemoryFilter, MemoryType, NewMemory, SearchRequest},
    rules::OnFailure,
};
use serde_json::json;

use super::{ann, export, import_with, options};
use crate::support::World;

const TOPICS: [&str; 6] =
    ["billing", "a late parcel", "email", "the summer sale", "returns", "a broken lamp"];

/// What is found first depends on the time.
pub const NOW: &str = "2026-11-21T12:00:00Z";

/// Memories that are embedded, and rules.
pub async fn furnish(tenant: &Tenant, memories: usize) -> TeamId {
    let owner = NewUser::new("ann@example.com".parse().unwrap(), "Ann");
    let owner = tenant.users().create(owner, &ann()).await.unwrap().id;
    let team = tenant.teams().create(NewTeam::named("Ops", owner), &ann()).await.unwrap().id;
    let embedded = tenant.memories().with_embedder(Arc::new(LocalEmbedder::new(64).unwrap()));
    for number in 0..memories {
        let topic = TOPICS[number % TOPICS.len()];
        let text = format!(
            "Customer {number} asked about {topic}, and was answered in {} minutes.",
            number * 7 % 50
        );
        embedded.add(NewMemory::new(team, MemoryType::Semantic, text), &ann()).await.unwrap();
    }
    let schema = json!({ "Order": { "total": "float", "items": "int" } });
    tenant.rule_schemas().set(schema, OnFailure::Refuse, &ann()).await.unwrap();
    let rule = RuleSpec::new("large", "Order.total > 100 && Order.items >= 2");
    tenant.rules().add(None, rule, &ann()).await.unwrap();
    team
}

/// What searches find, with their scores; and what the rules say.
pub async fn answers(tenant: &Tenant, team: TeamId) -> Vec<String> {
    let memories = tenant.memories().with_embedder(Arc::new(LocalEmbedder::new(64).unwrap()));
    let mut answers = Vec::new();
    for query in TOPICS {
        let request = SearchRequest {
            touch: false,
            ..SearchRequest::new(MemoryFilter::of_team(team), query)
        };
        let found = memories.search(request).await.unwrap();
        answers.push(format!("{found:?}"));
    }
    let engine = tenant.rule_engine().await.unwrap();
    for (total, items) in [(10.0, 1), (200.0, 2), (200.0, 1)] {
        let facts = json!({ "Order": { "total": total, "items": items } });
        answers.push(format!("{:?}", engine.evaluate_all(&facts).unwrap()));
    }
    answers
}

#[tokio::test]
async fn searches_find_the_same_and_rules_say_the_same_even_of_a_tenant_with_a_partition_of_its_own()
 {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let store = world.at(NOW);
    let tenant = store.tenant(world.new_tenant("Acme").await.id);
    let team = furnish(&tenant, 30).await;
    let before = answers(&tenant, team).await;
    assert!(before[0].contains("billing"), "{}", before[0]);
    let client = world.superuser().await;
    for promoted in [false, true] {
        if promoted {
            let spec = IndexSpec::default();
            world.store.admin().memory().promote(tenant.id(), spec, &ann(), &|_| {}).await.unwrap();
        }
        let (file, _) = export(&world.store, tenant.id()).await;
        let mut options = options();
        options.slug = Some(format!("copy-{promoted}").parse().unwrap());
        let copy = import_with(&world.store, &file, &options).await.unwrap().tenant.id;
        let copied = store.tenant(copy);
        assert_eq!(mapped(&answers(&copied, team).await, &copied, &tenant), before);
        let shared = "SELECT count(*) FROM memories_shared WHERE tenant_id = $1";
        let shared: i64 = client.query_one(shared, &[copy.as_uuid()]).await.unwrap().get(0);
        assert_eq!(shared, 30);
        // It goes on from there.
        let more = copied.memories().with_embedder(Arc::new(LocalEmbedder::new(64).unwrap()));
        more.add(NewMemory::new(team, MemoryType::Semantic, "Something new"), &ann())
            .await
            .unwrap();
    }
}

pub fn mapped(answers: &[String], from: &Tenant, to: &Tenant) -> Vec<String> {
    let (from, to) = (from.id().to_string(), to.id().to_string());
    answers.iter().map(|answer| answer.replace(&from, &to)).collect()
}
