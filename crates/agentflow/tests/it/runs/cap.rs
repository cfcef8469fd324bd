//! How many runs a workspace may start in a minute.

use std::{sync::Arc, time::Duration};

use agentflow::{
    Error, Store,
    core::{
        clock::{Clock, ManualClock},
        ids::RandomIds,
        random::Generator,
    },
    runs::{NewRun, StartRun},
};
use futures::future::join_all;
use serde_json::json;

use super::support::{Place, ann, cap, recorded};
use crate::support::{World, config};

struct Clocked {
    place: Place,
    clock: Arc<ManualClock>,
    _world: World,
}

impl Clocked {
    /// At 37.5 seconds of a minute, with this cap.
    async fn new(writes: i32) -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:37.5Z".parse().unwrap()));
        let store = Store::with_sources(
            config(&world.database),
            clock.clone(),
            Arc::new(RandomIds::from_os()),
            Arc::new(Generator::from_os()),
        );
        let tenant = store.unwrap().tenant(world.new_tenant("Acme").await.id);
        let place = Place::new(&tenant, 1).await;
        cap(&tenant, place.workspace, writes).await;
        Self { place, clock, _world: world }
    }

    async fn start(&self) -> Result<(), Error> {
        let start = self.place.wants(json!({}));
        self.place.tenant.runs().start(start, &ann()).await.map(drop)
    }

    async fn start_many(&self, count: usize) -> Result<(), Error> {
        let batch = self.place.batch(vec![NewRun::default(); count]);
        self.place.tenant.runs().start_many(batch, &ann()).await.map(drop)
    }
}

#[track_caller]
fn is_limited(result: Result<(), Error>) {
    let error = result.unwrap_err();
    let Error::Limited { retry_after, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*retry_after, Duration::from_millis(22_500));
    assert!(error.to_string().ends_with("try again in 23 s"), "{error}");
}

#[tokio::test]
async fn what_is_over_the_cap_is_refused_until_the_next_minute() {
    let clocked = Clocked::new(3).await;
    clocked.start_many(2).await.unwrap();
    // Two more would be one too many, and neither is started.
    is_limited(clocked.start_many(2).await);
    clocked.start().await.unwrap();
    is_limited(clocked.start().await);
    let tenant = &clocked.place.tenant;
    assert_eq!(recorded(tenant, "run.created").await, 3);
    // What was refused left no decision behind.
    assert_eq!(tenant.policies().decisions(None, None, 9).await.unwrap().len(), 3);

    clocked.clock.set("2026-01-01T00:01:00Z".parse().unwrap());
    clocked.start_many(3).await.unwrap();
    assert!(matches!(clocked.start().await, Err(Error::Limited { .. })));
    assert_eq!(clocked.clock.now(), "2026-01-01T00:01:00Z".parse().unwrap());
}

#[tokio::test]
async fn clocks_on_two_sides_of_a_minute_count_together() {
    let clocked = Clocked::new(4).await;
    for _ in 0..2 {
        clocked.clock.set("2026-01-01T00:01:00Z".parse().unwrap());
        clocked.start().await.unwrap();
        clocked.clock.set("2026-01-01T00:00:37.5Z".parse().unwrap());
        clocked.start().await.unwrap();
    }
    is_limited(clocked.start().await);
    // A clock that was an hour ahead does not keep the others out for an hour.
    clocked.clock.set("2026-01-01T01:00:00Z".parse().unwrap());
    clocked.start_many(4).await.unwrap();
    clocked.clock.set("2026-01-01T00:00:37.5Z".parse().unwrap());
    clocked.start_many(4).await.unwrap();
}

#[tokio::test]
async fn many_at_once_start_as_many_as_the_cap_allows() {
    let clocked = Clocked::new(10).await;
    let results = join_all((0..40).map(|_| clocked.start())).await;
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 10);
    results.into_iter().filter(Result::is_err).for_each(is_limited);
    assert_eq!(recorded(&clocked.place.tenant, "run.created").await, 10);
}

#[tokio::test]
async fn what_no_waiting_helps_says_so() {
    let clocked = Clocked::new(5).await;
    let error = clocked.start_many(6).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    assert!(error.to_string().contains("6 are more than the workspace may start"), "{error}");
    let place = &clocked.place;
    cap(&place.tenant, place.workspace, 0).await;
    let error = clocked.start().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    assert!(error.to_string().contains("write_cap_per_minute"), "{error}");
}

#[tokio::test]
async fn a_repeated_request_and_a_run_that_was_refused_count_nothing() {
    let clocked = Clocked::new(2).await;
    let place = &clocked.place;
    let keyed = StartRun { idempotency_key: Some("k".to_owned()), ..place.wants(json!({})) };
    for _ in 0..5 {
        place.tenant.runs().start(keyed.clone(), &ann()).await.unwrap();
    }
    let other = StartRun { input: json!([]), ..place.wants(json!({})) };
    place.tenant.runs().start(other, &ann()).await.unwrap_err();
    clocked.start().await.unwrap();
    is_limited(clocked.start().await);
}

#[tokio::test]
async fn each_workspace_has_a_cap_of_its_own() {
    let clocked = Clocked::new(1).await;
    clocked.start().await.unwrap();
    is_limited(clocked.start().await);
    let tenant = &clocked.place.tenant;
    let new = agentflow::NewWorkspace::named("Support");
    let support = tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let steps = super::support::steps_of(1);
    let version = super::support::publish(tenant, support, "Refunds", &steps).await;
    let there = Place { workspace: support, version, ..clocked.place.clone() };
    // Without settings of its own: a thousand.
    tenant.runs().start_many(there.batch(vec![NewRun::default(); 1000]), &ann()).await.unwrap();
    let error = tenant.runs().start(there.wants(json!({})), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }), "{error:?}");
}
