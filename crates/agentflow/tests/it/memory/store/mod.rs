//! The store of entries: what both implementations do alike, and what each does besides.

use std::sync::Arc;

use agentflow::{
    AgentId, Error, MemoryImplementation, MemoryStoreSettings, PrincipalId, Store, TeamId, Tenant,
    TenantId,
    agents::AgentSpec,
    audit::Actor,
    core::{
        clock::ManualClock,
        ids::{IdSource, RandomIds},
    },
    identity::{NewTeam, NewUser},
    memory::{LocalEmbedder, MemoryScope, MemoryStore, MemoryStoreBuilder},
};
use serde_json::{Map, Value};

use crate::support::World;

mod alike;
mod fallback;
mod in_memory;
mod outage;
mod postgres;
mod random;
mod search;
mod worker;

const START: &str = "2026-01-02T03:04:05Z";

fn ann() -> Actor {
    Actor::user("ann")
}

fn object(json: &Value) -> Map<String, Value> {
    json.as_object().unwrap().clone()
}

/// A place in a tenant that is there.
#[derive(Clone, Copy)]
struct Place {
    scope: MemoryScope,
    agent: AgentId,
    user: PrincipalId,
}

impl Place {
    async fn of(tenant: &Tenant, name: &str) -> Self {
        let email = format!("{name}@example.com").parse().unwrap();
        let user = tenant.users().create(NewUser::new(email, name), &ann()).await.unwrap().id;
        let team = tenant.teams().create(NewTeam::named(name, user), &ann()).await.unwrap().id;
        let spec = AgentSpec::new("Ada", format!("ada-{name}").parse().unwrap());
        let agent = tenant.agents().create(team, spec, &ann()).await.unwrap().id;
        Self { scope: MemoryScope::team(tenant.id(), team), agent, user }
    }

    /// One that nobody knows of.
    fn anywhere() -> Self {
        let ids = RandomIds::from_os();
        let id = || ids.next_id(START.parse().unwrap());
        Self {
            scope: MemoryScope::team(TenantId(id()), TeamId(id())),
            agent: AgentId(id()),
            user: PrincipalId(id()),
        }
    }
}

/// A store, and places to keep entries in: two of a tenant, and one of another.
struct Stage {
    store: Arc<dyn MemoryStore>,
    here: Place,
    beside: Place,
    elsewhere: Place,
    clock: Arc<ManualClock>,
    /// Whose database goes with it.
    _world: Option<World>,
}

impl Stage {
    fn in_memory() -> Self {
        let here = Place::anywhere();
        let mut beside = Place::anywhere();
        beside.scope.tenant = here.scope.tenant;
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        let builder = MemoryStoreBuilder::new(enabled(10_000));
        let store = builder.sources(clock.clone(), Arc::new(RandomIds::seeded(1))).build().unwrap();
        Self { store, here, beside, elsewhere: Place::anywhere(), clock, _world: None }
    }

    async fn postgres() -> Self {
        let world = World::new().await;
        let tenant = world.tenant("Acme").await;
        let here = Place::of(&tenant, "here").await;
        let beside = Place::of(&tenant, "beside").await;
        let elsewhere = Place::of(&world.tenant("Globex").await, "elsewhere").await;
        let store = world.at(START);
        let embedder = Arc::new(LocalEmbedder::new(512).unwrap());
        let store = store.memory_store().embedder(embedder).build().unwrap();
        // Its clock stands still; what changes has the time of the server.
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        Self { store, here, beside, elsewhere, clock, _world: Some(world) }
    }
}

fn enabled(max_entries: u32) -> MemoryStoreSettings {
    MemoryStoreSettings { enabled: true, max_entries, ..MemoryStoreSettings::default() }
}

fn bad_field(error: &Error) -> &str {
    match error {
        Error::InvalidInput { input, .. } => &input.field,
        other => panic!("{other:?}"),
    }
}

/// A test of each implementation.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod in_memory {
            $(#[tokio::test] async fn $name() {
                super::$name(super::Stage::in_memory()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
                agentflow_postgres::needs_pgvector!();
                super::$name(super::Stage::postgres().await).await;
            })*
        }
    };
}
use on_both;

#[tokio::test]
async fn a_program_without_a_database_has_the_store_in_memory_if_it_may() {
    let error = MemoryStoreBuilder::new(MemoryStoreSettings::default()).build().err().unwrap();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
    let expected = "memory store is disabled (experimental feature flag AF_MEMORY_ENABLED=false)";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(MemoryStoreBuilder::new(enabled(1)).build().unwrap().name(), "in_memory");

    let builder =
        MemoryStoreBuilder::new(enabled(1)).implementation(MemoryImplementation::Postgres);
    assert!(matches!(builder.build().err().unwrap(), Error::NotConfigured));
}

#[tokio::test]
async fn a_store_over_a_database_keeps_entries_there_unless_told_otherwise() {
    let url = "postgres://app@127.0.0.1:1/x?sslmode=disable";
    let name = |implementation: Option<MemoryImplementation>| {
        let mut config = agentflow::Config::from_url(url).unwrap();
        config.memory = MemoryStoreSettings { implementation, ..enabled(1) };
        Store::connect(config).unwrap().memory_store().build().unwrap().name().to_owned()
    };
    assert_eq!(name(None), "postgres");
    assert_eq!(name(Some(MemoryImplementation::Postgres)), "postgres");
    assert_eq!(name(Some(MemoryImplementation::InMemory)), "in_memory");
}
