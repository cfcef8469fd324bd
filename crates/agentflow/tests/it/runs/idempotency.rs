//! A key makes a request one that can be repeated.

use agentflow::{
    Error,
    runs::{NewRun, RunFilter, StartRun, TriggerType},
};
use futures::future::join_all;
use serde_json::json;

use super::support::{Place, ann, cap, publish, recorded, steps_of};
use crate::support::World;

fn keyed(place: &Place, key: &str) -> StartRun {
    StartRun { idempotency_key: Some(key.to_owned()), ..place.wants(json!({ "n": 1 })) }
}

#[tokio::test]
async fn the_same_key_200_times_at_once_gives_one_run() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 3).await;
    // Not even the cap is in the way of those who only repeat.
    cap(&tenant, place.workspace, 1).await;
    let starts = (0..200).map(|_| {
        let (tenant, start) = (tenant.clone(), keyed(&place, "once"));
        tokio::spawn(async move { tenant.runs().start(start, &ann()).await.unwrap() })
    });
    let started = join_all(starts).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(started.iter().filter(|it| it.is_new).count(), 1);
    let first = &started[0];
    assert!(started.iter().all(|it| it.run == first.run && it.decision == first.decision));
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 9).await.unwrap().len(), 1);
    assert_eq!(tenant.policies().decisions(None, None, 9).await.unwrap().len(), 1);
    assert_eq!(recorded(&tenant, "run.created").await, 1);
    let steps = "SELECT count(*) FROM steps";
    assert_eq!(tenant.query(steps, &[]).await.unwrap()[0].get::<_, i64>(0), 3);
}

#[tokio::test]
async fn a_repeated_request_gives_the_run_whatever_became_of_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let first = tenant.runs().start(keyed(&place, "k"), &ann()).await.unwrap();
    let canceled = tenant.runs().cancel(first.run.id, "not needed", &ann()).await.unwrap();
    // The same in another form, wanted by somebody else, with other metadata.
    let input = serde_json::from_str("{ \"n\": 1.0 }").unwrap();
    let principal_id = place.person("Bob").await;
    let again = StartRun { input, principal_id, ..keyed(&place, "k") };
    let again = tenant.runs().start(again, &ann()).await.unwrap();
    assert_eq!((again.is_new, again.run), (false, canceled));
    assert_eq!(again.decision, first.decision);
}

#[tokio::test]
async fn a_key_is_not_for_another_request() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let first = tenant.runs().start(keyed(&place, "k"), &ann()).await.unwrap().run;
    let elsewhere = place.another("Other", &steps_of(1)).await;
    for other in [
        StartRun { input: json!({ "n": 2 }), ..keyed(&place, "k") },
        StartRun { trigger_type: TriggerType::Webhook, ..keyed(&place, "k") },
        StartRun { trigger_ref: Some("x".to_owned()), ..keyed(&place, "k") },
        keyed(&elsewhere, "k"),
    ] {
        let error = tenant.runs().start(other, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert!(error.to_string().contains("the idempotency key `k` was used"), "{error}");
    }
    // Keys are free in every workspace.
    let new = agentflow::NewWorkspace::named("Support");
    let support = tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let version = publish(&tenant, support, "Refunds", &steps_of(1)).await;
    let there = Place { workspace: support, version, ..place.clone() };
    let other = tenant.runs().start(keyed(&there, "k"), &ann()).await.unwrap();
    assert!(other.is_new && other.run.id != first.id);
}

#[tokio::test]
async fn a_batch_starts_what_is_new_in_it() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let of = |n: u32, key: &str| NewRun::with(json!({ "n": n })).keyed(key);
    let start = async |runs| tenant.runs().start_many(place.batch(runs), &ann()).await;
    let first = start(vec![of(1, "a"), of(2, "b")]).await.unwrap();
    let unkeyed = NewRun::with(json!({ "n": 9 }));
    let second =
        start(vec![of(3, "c"), of(1, "a"), unkeyed, of(3, "c"), of(2, "b")]).await.unwrap();
    let is_new: Vec<_> = second.iter().map(|it| it.is_new).collect();
    assert_eq!(is_new, [true, false, true, false, false]);
    assert_eq!(second[1].run, first[0].run);
    assert_eq!(second[1].decision, first[0].decision);
    assert_eq!(second[4].run, first[1].run);
    assert_eq!(second[3].run, second[0].run);
    assert_eq!(second[2].run.input.value, Some(json!({ "n": 9 })));
    assert_eq!(recorded(&tenant, "run.created").await, 4);

    for bad in [vec![of(4, "d"), of(5, "d")], vec![of(4, "d"), of(7, "a")]] {
        let error = start(bad).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    }
    assert_eq!(recorded(&tenant, "run.created").await, 4);
}

#[tokio::test]
async fn batches_with_the_same_keys_at_once_start_each_once() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let starts = (0..20).map(|turn| {
        let mut runs: Vec<_> =
            (0..10).map(|n| NewRun::with(json!({ "n": n })).keyed(format!("k{n}"))).collect();
        runs.rotate_left(turn % 10);
        let (tenant, batch) = (tenant.clone(), place.batch(runs));
        tokio::spawn(async move { tenant.runs().start_many(batch, &ann()).await.unwrap() })
    });
    let started: Vec<_> = join_all(starts).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!((started.len(), started.iter().filter(|it| it.is_new).count()), (200, 10));
    assert_eq!(tenant.runs().list(RunFilter::default(), None, 99).await.unwrap().len(), 10);
}
