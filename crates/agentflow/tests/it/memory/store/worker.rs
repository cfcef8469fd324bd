use std::sync::Arc;

use agentflow::{
    audit::Actor,
    memory::{EntryQuery, MemoryScope, MemoryStore, NewEntry},
    runs::{CancellationToken, RunStatus, StepContext, StepFailure, StepOutput, StepResult},
};
use serde_json::json;

use super::{Place, Stage};
use crate::{
    runs::support::{self, TOOL},
    support::World,
};

/// What a handler is handed: it does not know which store it is.
#[derive(Clone)]
struct Memory {
    store: Arc<dyn MemoryStore>,
    scope: MemoryScope,
}

async fn remember(context: StepContext) -> StepResult {
    let memory = context.get::<Memory>().unwrap();
    let step = context.step().name.clone();
    let by = Actor::service("worker-1");
    let before = memory
        .store
        .query(&memory.scope, EntryQuery::prefix("plan."))
        .await
        .map_err(StepFailure::retry)?;
    let entry = NewEntry::new(format!("plan.{step}"), json!({ "after": before.total }));
    memory
        .store
        .save(&memory.scope, entry.with_metadata("step", step), &by)
        .await
        .map_err(StepFailure::retry)?;
    Ok(StepOutput::default())
}

async fn a_plan_remembers(world: World, store: Arc<dyn MemoryStore>, place: Place) {
    let tenant = world.store.tenant(place.scope.tenant);
    let runs = support::Place::new(&tenant, 3).await;
    let run = runs.start().await;
    let memory = Memory { store, scope: place.scope };
    let worker = world.store.run_worker("worker-1").provide(memory.clone());
    let worker = worker.on_tool(TOOL, remember).until_idle(true).build();
    worker.run(CancellationToken::new()).await.unwrap();
    assert_eq!(runs.now(&run).await.status, RunStatus::Succeeded);

    let page = memory.store.query(&place.scope, EntryQuery::prefix("plan.")).await.unwrap();
    let told: Vec<_> = page.entries.iter().map(|it| (it.key.as_str(), &it.data)).collect();
    let expected = [json!({ "after": 0 }), json!({ "after": 1 }), json!({ "after": 2 })];
    assert_eq!(
        told,
        [
            ("plan.step-1", &expected[0]),
            ("plan.step-2", &expected[1]),
            ("plan.step-3", &expected[2])
        ]
    );
    let second = EntryQuery::default().with("step", "step-2");
    assert_eq!(memory.store.query(&place.scope, second).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_plan_remembers_what_it_did_in_memory() {
    let world = World::new().await;
    let place = Place::of(&world.tenant("Acme").await, "here").await;
    a_plan_remembers(world, Stage::in_memory().store, place).await;
}

#[tokio::test]
async fn a_plan_remembers_what_it_did_in_postgres() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let place = Place::of(&world.tenant("Acme").await, "here").await;
    let store = world.store.memory_store().build().unwrap();
    a_plan_remembers(world, store, place).await;
}
