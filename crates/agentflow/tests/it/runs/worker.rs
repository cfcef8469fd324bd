//! Workers: what they hand to handlers, and what they make of it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentflow::{
    Config, DataPersistenceMode, Error, Statements, Store,
    rules::Listening,
    runs::{CancellationToken, RunStatus, StepContext, StepOutput, StepStatus, StepType, Worker},
};
use serde_json::{Value, json};
use tokio::sync::{Barrier, Semaphore, mpsc};

use super::{
    support::{Place, TOOL, newest, recorded, steps_of},
    working::{NEVER, Working, call, ended, endless, eventually, heard, nothing, steps, work},
};
use crate::support::World;

const TALK: &str = "
steps:
  - { name: fetch, type: connector_action, tool: bank, with: { account: 7 } }
  - { name: think, type: llm_call, with: { prompt: why } }
  - { name: send, type: connector_action, tool: bank, needs: [think] }
";

#[derive(Debug, PartialEq)]
struct Greeting(&'static str);

#[tokio::test]
async fn steps_are_done_in_their_order_and_each_sees_those_before() {
    let world = World::new().await;
    let place = Place::with(&world.tenant("Acme").await, DataPersistenceMode::Full, TALK).await;
    let run = place.start_with(json!({ "order": 12 })).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let handler = |by: &'static str| {
        let seen = Arc::clone(&seen);
        move |context: StepContext| {
            let seen = Arc::clone(&seen);
            async move {
                let name = context.step().name.clone();
                assert_eq!(context.idempotency_key(), format!("{}/{name}", context.run.id));
                assert_eq!(context.input.value, Some(json!({ "order": 12 })));
                assert_eq!(*context.get::<Greeting>().unwrap(), Greeting("hello"));
                assert_eq!(context.get::<String>(), None);
                let outputs: Vec<_> = context.outputs.keys().cloned().collect();
                seen.lock().unwrap().push(format!(
                    "{by} {name} {:?} {} after {}",
                    context.tool(),
                    Value::Object(context.with().clone()),
                    outputs.join(" ")
                ));
                Ok(StepOutput::new(json!({ "of": name })).with_call(call("x")))
            }
        }
    };
    let builder = world.store.run_worker("worker-1").provide(Greeting("hello"));
    let builder = builder
        .on(StepType::ConnectorAction, handler("any tool"))
        .on(StepType::LlmCall, handler("model"))
        .on_tool(TOOL, handler("bank"));
    let stats = work(builder).await;
    assert_eq!((stats.claimed, stats.steps, stats.succeeded, stats.failed), (1, 3, 1, 0));
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "bank fetch Some(\"bank\") {\"account\":7} after ",
            "model think None {\"prompt\":\"why\"} after fetch",
            "bank send Some(\"bank\") {} after fetch think",
        ]
    );

    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!(timeline.run.status, RunStatus::Succeeded);
    assert_eq!(timeline.run.worker.as_deref(), Some("worker-1"));
    assert_eq!(timeline.run.output.value, Some(json!({ "of": "send" })));
    assert!(timeline.steps.iter().all(|it| it.status == StepStatus::Succeeded));
    assert_eq!(timeline.steps[0].output.value, Some(json!({ "of": "fetch" })));
    let calls: Vec<_> = timeline.tool_calls.iter().map(|it| (it.attempt, it.ordinal)).collect();
    assert_eq!(calls, [(1, 1); 3]);
    let entry = newest(&place.tenant).await;
    assert_eq!(entry.action.as_deref(), Some("run.succeeded"));
    assert_eq!(
        (entry.actor_type.as_deref(), entry.actor_id.as_deref()),
        (Some("service"), Some("worker-1"))
    );
}

#[tokio::test]
async fn without_contents_later_steps_see_what_the_worker_did_and_nothing_is_stored() {
    let world = World::new().await;
    let place = Place::without_contents(&world.tenant("Acme").await, 2).await;
    let run = place.start_with(json!({ "secret": 1 })).await;
    let handler = |context: StepContext| async move {
        assert_eq!(context.input.value, None);
        assert_eq!(context.input.digest.unwrap().bytes, 12);
        let before = context.outputs.get("step-1").and_then(|it| it.value.clone());
        Ok(StepOutput::new(json!({ "before": before })))
    };
    work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    let now = place.now(&run).await;
    assert_eq!((now.status, now.output.value), (RunStatus::Succeeded, None));
    let expected = json!({ "before": { "before": null } }).to_string();
    assert_eq!(now.output.digest.unwrap().bytes, expected.len() as u64);
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_attempt_and_nothing_else() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let runs = place.start_many(4).await;
    let handler = |context: StepContext| {
        let n = context.input.value.as_ref().unwrap()["n"].as_u64().unwrap();
        assert_ne!(n, 1, "before the future");
        async move {
            assert_ne!(n, 2, "inside of it");
            Ok(StepOutput::default())
        }
    };
    let stats = work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    assert_eq!((stats.succeeded, stats.failed), (2, 2));
    for (run, word) in [(&runs[1], "before the future"), (&runs[2], "inside of it")] {
        let error = place.now(run).await.error.unwrap();
        assert!(error.contains("panicked") && error.contains(word), "{error}");
    }
    assert_eq!(place.now(&runs[3]).await.status, RunStatus::Succeeded);
}

#[tokio::test]
async fn a_step_that_takes_too_long_is_dropped_and_fails() {
    let world = World::new().await;
    let definition = "steps:\n  - { name: a, type: llm_call, timeout: 50ms }\n";
    let place =
        Place::with(&world.tenant("Acme").await, DataPersistenceMode::Full, definition).await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    work(world.store.run_worker("w").on(StepType::LlmCall, endless(&tell))).await;
    let error = place.now(&run).await.error.unwrap();
    assert_eq!(error, "step `a` failed: it took longer than 50ms");
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(heard(&mut told).await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, ["began", "dropped", "heard"]);
}

#[tokio::test]
async fn a_run_that_takes_too_long_fails_whatever_its_step_has_left() {
    let world = World::new().await;
    let definition = "timeout: 200ms\nsteps:\n  - { name: a, type: llm_call, retry: { max_attempts: 9 } }\n  - { name: b, type: llm_call }\n";
    let place =
        Place::with(&world.tenant("Acme").await, DataPersistenceMode::Full, definition).await;
    let run = place.start().await;
    let (tell, _told) = mpsc::unbounded_channel();
    work(world.store.run_worker("w").on(StepType::LlmCall, endless(&tell))).await;
    let now = place.now(&run).await;
    assert_eq!(now.status, RunStatus::FailedTerminal);
    assert_eq!(now.error.as_deref(), Some("step `a` failed: the run took longer than 200ms"));
    let canceled = ("b".to_owned(), StepStatus::Canceled);
    assert_eq!(steps(&place, &run).await[1], canceled);
}

#[tokio::test]
async fn a_step_is_not_begun_when_the_time_of_its_run_is_over() {
    let world = World::new().await;
    let definition = format!("timeout: 1h\n{}", steps_of(1));
    let place =
        Place::with(&world.tenant("Acme").await, DataPersistenceMode::Full, &definition).await;
    let run = place.start().await;
    let superuser = world.superuser().await;
    superuser.batch_execute("UPDATE runs SET started_at = now() - interval '2 h'").await.unwrap();
    let handler = |_: StepContext| async { panic!("nobody asked for this") };
    work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    let error = place.now(&run).await.error.unwrap();
    assert_eq!(error, "step `step-1` failed: the run took longer than 1h");
}

#[tokio::test]
async fn the_time_of_a_run_is_that_of_the_database() {
    let world = World::new().await;
    let definition = format!("timeout: 1h\n{}", steps_of(2));
    let place =
        Place::with(&world.tenant("Acme").await, DataPersistenceMode::Full, &definition).await;
    let run = place.start().await;
    // The clock of the worker is far ahead.
    let store = world.at("2100-01-01T00:00:00Z");
    let (tell, mut told) = mpsc::unbounded_channel();
    let handler = move |context: StepContext| {
        tell.send(context.time_limit).unwrap();
        async { Ok(StepOutput::default()) }
    };
    work(store.run_worker("w").on_tool(TOOL, handler)).await;
    assert_eq!(place.now(&run).await.status, RunStatus::Succeeded);
    assert!(heard(&mut told).await.unwrap() <= Duration::from_secs(3600));

    // And what was taken before it was claimed by the next one counts.
    let run = place.start().await;
    let queue = world.store.run_queue();
    let claims = queue.claim(&super::planted::request("one", 1)).await.unwrap();
    let superuser = world.superuser().await;
    let sql = "UPDATE runs SET started_at = now() - interval '10 min' WHERE status = 'running'";
    superuser.batch_execute(sql).await.unwrap();
    let begun = queue.begin(&claims).await.unwrap().remove(0);
    assert_eq!((begun.claim.run_id, begun.time_limit), (run.id, Some(Duration::from_secs(3600))));
    let left = begun.time_left.unwrap();
    assert!(left > Duration::from_secs(2000) && left <= Duration::from_secs(3000), "{left:?}");
}

#[tokio::test]
async fn a_step_without_a_handler_fails_with_words_that_say_so() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let run = place.start().await;
    work(world.store.run_worker("w").on(StepType::LlmCall, nothing)).await;
    let error = place.now(&run).await.error.unwrap();
    assert!(
        error.contains("no handler for steps of type connector_action that call `bank`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_worker_that_listens_hears_of_runs_at_once() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let builder = world.store.run_worker("w").on_tool(TOOL, nothing).poll(NEVER, NEVER);
    let working = Working::start(builder);
    for _ in 0..3 {
        let run = place.start().await;
        assert_eq!(ended(&place, &run).await.status, RunStatus::Succeeded);
    }
    assert_eq!(working.stop().await.succeeded, 3);
}

#[tokio::test]
async fn a_worker_that_polls_finds_runs_as_well() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let often = Duration::from_millis(20);
    let builder = world.store.run_worker("w").on_tool(TOOL, nothing).poll(often, often);
    let working = Working::start(builder.without_listening());
    for _ in 0..3 {
        let run = place.start().await;
        ended(&place, &run).await;
    }
    assert_eq!(working.stop().await.succeeded, 3);
}

#[tokio::test]
async fn a_worker_takes_no_more_runs_than_it_has_slots() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    place.start_many(12).await;
    let go = Arc::new(Semaphore::new(0));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let handler = {
        let (go, now, most) = (Arc::clone(&go), Arc::clone(&now), Arc::clone(&most));
        move |_: StepContext| {
            let (go, now, most) = (Arc::clone(&go), Arc::clone(&now), Arc::clone(&most));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                go.acquire().await.unwrap().forget();
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(StepOutput::default())
            }
        }
    };
    let builder = world.store.run_worker("w").on_tool(TOOL, handler).slots(3).until_idle(true);
    let working = Working::start(builder);
    eventually(async || now.load(Ordering::SeqCst) == 3).await;
    go.add_permits(12);
    assert_eq!(working.ended().await.succeeded, 12);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_of_all_tenants_are_each_done_once_by_workers_side_by_side() {
    let world = World::new().await;
    let mut places = Vec::new();
    for name in ["Acme", "Beta", "Gamma"] {
        let place = Place::new(&world.tenant(name).await, 3).await;
        place.start_many(100).await;
        places.push(place);
    }
    let done = Arc::new(Mutex::new(Vec::new()));
    let handler = {
        let done = Arc::clone(&done);
        move |context: StepContext| {
            done.lock().unwrap().push(context.idempotency_key());
            async { Ok(StepOutput::default().with_call(call("x"))) }
        }
    };
    let workers = ["one", "two", "three"].map(|name| {
        let builder = world.store.run_worker(name).on_tool(TOOL, handler.clone()).slots(20);
        Working::start(builder.until_idle(true))
    });
    let mut succeeded = 0;
    for worker in workers {
        succeeded += worker.ended().await.succeeded;
    }
    assert_eq!(succeeded, 300);
    let mut done = done.lock().unwrap().clone();
    assert_eq!(done.len(), 900);
    done.sort_unstable();
    done.dedup();
    assert_eq!(done.len(), 900);
    for place in &places {
        assert_eq!(recorded(&place.tenant, "run.succeeded").await, 100);
    }
}

#[tokio::test]
async fn a_worker_of_some_tenants_leaves_the_others_alone() {
    let world = World::new().await;
    let acme = Place::new(&world.tenant("Acme").await, 1).await;
    let beta = Place::new(&world.tenant("Beta").await, 1).await;
    let (mine, other) = (acme.start().await, beta.start().await);
    let builder = world.store.run_worker("w").on_tool(TOOL, nothing);
    let stats = work(builder.tenants([acme.tenant.id()])).await;
    assert_eq!(stats.claimed, 1);
    assert_eq!(acme.now(&mine).await.status, RunStatus::Succeeded);
    assert_eq!(beta.now(&other).await.status, RunStatus::Queued);
}

#[tokio::test]
async fn a_worker_that_can_never_claim_says_so() {
    let world = World::new().await;
    let run = |worker: Worker| async move { worker.run(CancellationToken::new()).await };
    let error = run(world.store.run_worker("  ").build()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    let short = world.store.run_worker("w").lease(Duration::from_millis(1));
    let error = run(short.build()).await.unwrap_err();
    assert!(error.to_string().contains("lease"), "{error}");
}

/// The whole runs of a tenant that was suspended stay where they are, and those of others go on.
#[tokio::test]
async fn a_tenant_that_is_suspended_stops_only_its_own_runs() {
    let world = World::new().await;
    let acme = Place::new(&world.tenant("Acme").await, 2).await;
    let beta = Place::new(&world.tenant("Beta").await, 2).await;
    let (stuck, other) = (acme.start().await, beta.start().await);
    let (admin, id) = (world.store.admin(), acme.tenant.id());
    let handler = move |context: StepContext| {
        let admin = admin.clone();
        async move {
            if context.tenant.id() == id {
                admin.tenants().suspend(id, &super::support::ann()).await.unwrap();
            }
            Ok(StepOutput::default())
        }
    };
    let stats = work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    assert_eq!((stats.succeeded, stats.lost), (1, 1), "{stats:?}");
    assert_eq!(beta.now(&other).await.status, RunStatus::Succeeded);
    let admin = world.store.admin();
    admin.tenants().resume(id, &super::support::ann()).await.unwrap();
    assert_eq!(acme.now(&stuck).await.status, RunStatus::Running);
}

/// What the database refuses of one run stops no other.
#[tokio::test]
async fn a_step_that_cannot_be_recorded_fails_and_its_neighbors_do_not() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let superuser = world.superuser().await;
    superuser
        .batch_execute(
            "ALTER TABLE tool_calls ADD CONSTRAINT no_poison CHECK (tool_name <> 'poison')",
        )
        .await
        .unwrap();
    let runs = place.start_many(8).await;
    let all = Arc::new(Barrier::new(8));
    let handler = move |context: StepContext| {
        let all = Arc::clone(&all);
        async move {
            let is_fifth = context.input.value == Some(json!({ "n": 4 }));
            all.wait().await;
            Ok(StepOutput::default().with_call(call(if is_fifth { "poison" } else { "bank" })))
        }
    };
    let stats = work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    assert_eq!((stats.succeeded, stats.failed, stats.lost), (7, 1, 0));
    let now = place.now(&runs[4]).await;
    assert_eq!(now.status, RunStatus::FailedTerminal);
    let error = now.error.unwrap();
    assert!(error.contains("could not be recorded") && error.contains("no_poison"), "{error}");
}

#[tokio::test]
async fn workers_can_be_told_that_something_is_due() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let run = place.start().await;
    let superuser = world.superuser().await;
    superuser.batch_execute("UPDATE runs SET due_at = now() + interval '1 h'").await.unwrap();
    let builder = world.store.run_worker("w").on_tool(TOOL, nothing).poll(NEVER, NEVER);
    let working = Working::start(builder);
    // Once this is done, the worker has claimed whatever was due, and waits.
    let other = place.start().await;
    ended(&place, &other).await;
    superuser.batch_execute("UPDATE runs SET due_at = now() WHERE due_at > now()").await.unwrap();
    assert_eq!(place.now(&run).await.status, RunStatus::Queued);
    world.store.run_queue().wake().await.unwrap();
    assert_eq!(ended(&place, &run).await.status, RunStatus::Succeeded);
    working.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_a_worker_polls() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 3).await;
    let pooler = crate::pooler::Pooler::start(&world.database, "default_pool_size = 3").await;
    let Some(pooler) = pooler else { return };
    let url = format!("{}?sslmode=disable", pooler.url(&world.database));
    let config = Config::from_url(&url).unwrap().with_statements(Statements::Typed);
    let store = Store::connect(config).unwrap();
    let often = Duration::from_millis(20);
    let worker = store.run_worker("w").on_tool(TOOL, nothing).poll(often, often).build();
    let (worker, stop) = (Arc::new(worker), CancellationToken::new());
    let working = {
        let (worker, stop) = (Arc::clone(&worker), stop.clone());
        tokio::spawn(async move { worker.run(stop).await })
    };
    eventually(async || matches!(worker.listening(), Listening::Polling)).await;
    for run in place.start_many(20).await {
        assert_eq!(ended(&place, &run).await.status, RunStatus::Succeeded);
    }
    stop.cancel();
    assert_eq!(working.await.unwrap().unwrap().succeeded, 20);
    assert!(matches!(worker.listening(), Listening::Off));
}
