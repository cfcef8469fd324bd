//! Providers in turn: which one gives a secret, what becomes of one that cannot be asked, and who is told.

use std::{sync::Arc, time::Duration};

use agentflow::{
    Error,
    audit::webhook::{Patience, Webhook},
    core::clock::ManualClock,
    secrets::{
        AlertSink, Alerts, Capabilities, ChainLink, ChainProvider, NotifyAlerts, SecretAlert,
        SecretAlertKind, SecretName, SecretValue, SecretsProvider, VersionSelector, WebhookAlerts,
        Written,
    },
};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::mpsc, time::timeout};

use super::stub::{Fault, Stub, Told};
use crate::support::World;

const START: &str = "2026-01-01T00:00:00Z";

/// A chain whose clock stands still, and whoever is told.
struct Stage {
    chain: ChainProvider,
    clock: Arc<ManualClock>,
    told: mpsc::UnboundedReceiver<SecretAlert>,
}

impl Stage {
    /// What was said is good for an hour.
    fn new(links: &[&Arc<Stub>]) -> Self {
        let primary = |link: &&Arc<Stub>| ChainLink::primary(Arc::clone(*link) as _);
        Self::of(links.iter().map(primary).collect())
    }

    /// Where the last one is a fallback.
    fn with_fallback(links: &[&Arc<Stub>], fallback: &Arc<Stub>) -> Self {
        let primary = |link: &&Arc<Stub>| ChainLink::primary(Arc::clone(*link) as _);
        let last = ChainLink::fallback(Arc::clone(fallback) as _);
        Self::of(links.iter().map(primary).chain([last]).collect())
    }

    fn of(links: Vec<ChainLink>) -> Self {
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        let (sink, told) = Told::new();
        let alerts = Alerts::new(vec![sink]);
        let chain = ChainProvider::new(links, Duration::from_secs(3_600), clock.clone(), alerts);
        Self { chain: chain.unwrap(), clock, told }
    }

    fn pass(&self, minutes: i64) {
        use agentflow::core::clock::Clock;
        self.clock.set(self.clock.now() + SignedDuration::from_mins(minutes));
    }

    async fn get(&self, key: &str) -> Result<SecretValue, Error> {
        self.chain.get(&name(key), VersionSelector::Latest).await
    }

    async fn value(&self, key: &str) -> String {
        self.get(key).await.unwrap().value.expose_secret().to_owned()
    }

    async fn names(&self) -> String {
        let names = self.chain.list().await.unwrap();
        names.iter().map(SecretName::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The kinds of the alerts that came, and whom they were about.
    async fn alerts(&mut self, count: usize) -> Vec<(SecretAlertKind, String)> {
        let mut alerts = Vec::new();
        for _ in 0..count {
            let alert = timeout(Duration::from_secs(30), self.told.recv()).await.unwrap().unwrap();
            alerts.push((alert.kind, alert.provider));
        }
        // Whatever else was told would be here by now: they come one after the other, and each of them at once.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(self.told.try_recv().is_err(), "more than {alerts:?}");
        alerts
    }
}

fn name(text: &str) -> SecretName {
    text.parse().unwrap()
}

/// One that keeps what it is told for as long as it lives, as the environment does.
fn fleeting(name: &'static str, secrets: &[(&str, &str)]) -> Arc<Stub> {
    Stub::with(name, Capabilities { writable: true, ..Capabilities::default() }, secrets)
}

#[tokio::test]
async fn the_first_that_has_a_secret_gives_it() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2"), ("b", "3")]));
    let stage = Stage::new(&[&one, &two]);
    let a = stage.get("a").await.unwrap();
    assert_eq!((a.value.expose_secret(), a.provider.as_str()), ("1", "one"));
    assert_eq!((a.version, a.stale_since), (Some(1), None));
    assert_eq!(stage.value("b").await, "3");
    assert_eq!(stage.names().await, "a b");
    let error = stage.get("c").await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert_eq!(error.to_string(), "failed to get a secret: secret c not found");
    one.remove("a");
    assert_eq!(stage.value("a").await, "2", "which is no longer hidden");
    assert_eq!(stage.chain.name(), "chain(one, two)");
    assert_eq!(Stage::new(&[&one]).chain.name(), "one");
}

#[tokio::test]
async fn what_was_said_last_is_given_for_a_while_and_never_the_value_of_a_later_one() {
    for fault in [Fault::Unavailable, Fault::Corrupt] {
        let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2")]));
        let mut stage = Stage::new(&[&one, &two]);
        assert_eq!(stage.value("a").await, "1");
        one.fail(fault);
        stage.pass(20);
        let since = "2026-01-01T00:20:00Z".parse::<Timestamp>().unwrap();
        for _ in 0..3 {
            let got = stage.get("a").await.unwrap();
            assert_eq!((got.value.expose_secret(), got.stale_since), ("1", Some(since)));
            stage.pass(10);
        }
        let kind = match fault {
            Fault::Corrupt => SecretAlertKind::Corrupt,
            _ => SecretAlertKind::Unavailable,
        };
        let one_is = |kind| (kind, "one".to_owned());
        assert_eq!(stage.alerts(2).await, [one_is(kind), one_is(SecretAlertKind::Stale)]);

        // An hour after it was said, to the minute.
        stage.pass(10);
        assert_eq!(stage.value("a").await, "1");
        stage.pass(1);
        let error = stage.get("a").await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. } | Error::Corrupt { .. }), "{error}");
        assert!(stage.alerts(0).await.is_empty(), "which was told");

        one.fail(None);
        one.put("a", "new");
        let fresh = stage.get("a").await.unwrap();
        assert_eq!((fresh.value.expose_secret(), fresh.stale_since), ("new", None));
        assert_eq!(stage.alerts(1).await, [one_is(SecretAlertKind::Recovered)]);
        one.fail(fault);
        stage.pass(60);
        assert_eq!(stage.value("a").await, "new");
        assert_eq!(stage.alerts(2).await.len(), 2, "it is told anew");
    }
}

#[tokio::test]
async fn one_that_cannot_be_asked_is_not_passed_over() {
    for fault in [Fault::Unavailable, Fault::Corrupt] {
        let (one, two) =
            (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2"), ("b", "3")]));
        let mut stage = Stage::new(&[&one, &two]);
        one.fail(fault);
        for key in ["a", "b", "c"] {
            let error = stage.get(key).await.unwrap_err();
            assert!(matches!(error, Error::Unavailable { .. } | Error::Corrupt { .. }), "{error}");
        }
        assert!(two.asked().is_empty());
        assert_eq!(stage.alerts(1).await.len(), 1);
        // What it said that it has not, it may have now.
        one.fail(None);
        assert_eq!(stage.value("b").await, "3");
        one.fail(fault);
        assert!(stage.get("b").await.is_err());
    }
}

#[tokio::test]
async fn a_fallback_is_asked_when_those_before_it_cannot_be_and_that_is_told() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("b", "2")]));
    let last = Stub::new("last", &[("a", "old"), ("b", "old"), ("c", "3")]);
    let mut stage = Stage::with_fallback(&[&one, &two], &last);
    assert_eq!((stage.value("a").await, stage.value("c").await), ("1".to_owned(), "3".to_owned()));
    assert!(stage.alerts(0).await.is_empty());

    one.fail(Fault::Unavailable);
    two.asked();
    let b = stage.get("b").await.unwrap();
    assert_eq!((b.value.expose_secret(), b.provider.as_str()), ("old", "last"));
    assert!(two.asked().is_empty(), "it is no fallback");
    let told = stage.alerts(2).await;
    let expected = [SecretAlertKind::Unavailable, SecretAlertKind::Fallback];
    assert_eq!(told, expected.map(|kind| (kind, "one".to_owned())));
    // What the first one said itself comes before.
    assert_eq!(stage.value("a").await, "1");
    stage.pass(61);
    assert_eq!(stage.value("a").await, "old");
    let missing = stage.get("d").await.unwrap_err();
    assert!(matches!(missing, Error::Unavailable { .. }), "{missing}");
    last.fail(Fault::Corrupt);
    let error = stage.get("d").await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "of the first: {error}");
}

#[tokio::test]
async fn the_first_of_a_chain_is_no_fallback() {
    let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
    for links in [vec![], vec![ChainLink::fallback(Stub::new("one", &[]) as _)]] {
        let chain = ChainProvider::new(links, Duration::ZERO, clock.clone(), Alerts::default());
        assert!(matches!(chain, Err(Error::InvalidSetting(_))));
    }
}

#[tokio::test]
async fn a_value_that_was_stale_when_it_was_first_asked_for_is_remembered() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2")]));
    let stage = Stage::with_fallback(&[&one], &two);
    let since = "2025-12-31T23:30:00Z";
    one.age("a", Some(since));
    assert_eq!(stage.value("a").await, "1");
    one.fail(Fault::Corrupt);
    stage.pass(30);
    let got = stage.get("a").await.unwrap();
    assert_eq!(got.value.expose_secret(), "1");
    assert_eq!(got.stale_since, Some(since.parse().unwrap()));
    // An hour after it was true, not after it was asked for.
    stage.pass(1);
    assert_eq!(stage.value("a").await, "2");
}

/// A provider whose first change answers after its second.
#[tokio::test]
async fn of_two_that_set_a_secret_at_once_the_one_that_is_stored_is_remembered() {
    let slow =
        Arc::new(Slow { stub: Stub::new("slow", &[]), hold: tokio::sync::Semaphore::new(0) });
    let stage = Stage::of(vec![ChainLink::primary(Arc::clone(&slow) as _)]);
    let a = name("a");
    let first = stage.chain.set(&a, "first".into());
    let second = stage.chain.set(&a, "second".into());
    let release = async {
        tokio::task::yield_now().await;
        slow.hold.add_permits(1);
    };
    // In this order each is polled; the first stores, and is held up before it says so.
    let (first, second, ()) = tokio::join!(first, second, release);
    first.unwrap();
    second.unwrap();
    let stored = slow.stub.value("a").unwrap();
    slow.stub.fail(Fault::Unavailable);
    assert_eq!(stage.value("a").await, stored);
}

/// Stores at once; the answer to `first` waits.
#[derive(Debug)]
struct Slow {
    stub: Arc<Stub>,
    hold: tokio::sync::Semaphore,
}

impl SecretsProvider for Slow {
    fn name(&self) -> String {
        self.stub.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.stub.capabilities()
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, agentflow::Result<SecretValue>> {
        self.stub.get(key, version)
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, agentflow::Result<Written>> {
        Box::pin(async move {
            let is_first = value.expose_secret() == "first";
            let written = self.stub.set(key, value).await;
            if is_first {
                self.hold.acquire().await.unwrap().forget();
            }
            written
        })
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, agentflow::Result<()>> {
        self.stub.delete(key)
    }

    fn list(&self) -> BoxFuture<'_, agentflow::Result<Vec<SecretName>>> {
        self.stub.list()
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, agentflow::Result<Written>> {
        self.stub.rotate(key)
    }

    fn check(&self) -> BoxFuture<'_, agentflow::Result<()>> {
        self.stub.check()
    }
}

#[tokio::test]
async fn one_that_denies_ends_it() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2")]));
    let stage = Stage::new(&[&one, &two]);
    assert_eq!(stage.value("a").await, "1");
    one.fail(Fault::Denied);
    two.asked();
    assert!(matches!(stage.get("a").await, Err(Error::Denied { .. })));
    assert!(matches!(stage.chain.list().await, Err(Error::Denied { .. })));
    assert!(two.asked().is_empty());
}

#[tokio::test]
async fn a_list_is_whole_or_was_whole_a_while_ago() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("b", "2")]));
    let stage = Stage::new(&[&one, &two]);
    one.fail(Fault::Unavailable);
    assert!(matches!(stage.chain.list().await, Err(Error::Unavailable { .. })));
    one.fail(None);
    assert_eq!(stage.names().await, "a b");
    one.fail(Fault::Unavailable);
    two.put("c", "3");
    stage.pass(60);
    assert_eq!(stage.names().await, "a b c");
    stage.pass(1);
    assert!(matches!(stage.chain.list().await, Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn a_secret_that_ends_is_not_given_after_its_end() {
    let one = Stub::new("one", &[("a", "1")]);
    one.end("a", "2026-01-01T00:30:00Z");
    let stage = Stage::new(&[&one]);
    assert_eq!(stage.value("a").await, "1");
    one.fail(Fault::Unavailable);
    stage.pass(29);
    assert_eq!(stage.value("a").await, "1");
    stage.pass(1);
    assert!(stage.get("a").await.is_err());
}

#[tokio::test]
async fn a_secret_is_stored_where_it_is_kept_unless_it_would_be_hidden() {
    let (environment, file) = (fleeting("env", &[("a", "1")]), Stub::new("file", &[("b", "2")]));
    let stage = Stage::new(&[&environment, &file]);
    assert!(stage.chain.capabilities().durable && stage.chain.capabilities().rotatable);
    stage.chain.set(&name("b"), "new".into()).await.unwrap();
    assert_eq!((file.value("b").as_deref(), environment.value("b")), (Some("new"), None));
    let error = stage.chain.set(&name("a"), "x".into()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(error.to_string().contains("env has a secret of that name and comes before file"));
    assert_eq!(file.value("a"), None);
    // Nobody knows whether it would be.
    environment.fail(Fault::Unavailable);
    assert!(matches!(
        stage.chain.set(&name("c"), "x".into()).await,
        Err(Error::Unavailable { .. })
    ));

    let alone = Stage::new(&[&fleeting("env", &[])]);
    alone.chain.set(&name("a"), "x".into()).await.unwrap();
    assert_eq!(alone.value("a").await, "x");
    let fixed = Stage::new(&[&Stub::with("fixed", Capabilities::default(), &[])]);
    let error = fixed.chain.set(&name("a"), "x".into()).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}

#[tokio::test]
async fn the_first_that_has_a_secret_is_the_one_it_is_deleted_from_and_rotated_in() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2"), ("b", "3")]));
    let stage = Stage::new(&[&one, &two]);
    let rotated = stage.chain.rotate(&name("b")).await.unwrap();
    assert_eq!((rotated.version, two.value("b").as_deref()), (Some(2), Some("3, rotated")));
    stage.chain.delete(&name("a")).await.unwrap();
    assert_eq!((one.value("a"), stage.value("a").await.as_str()), (None, "2"));
    stage.chain.delete(&name("a")).await.unwrap();
    for done in [
        stage.chain.delete(&name("a")).await.map(drop),
        stage.chain.rotate(&name("a")).await.map(drop),
    ] {
        assert!(matches!(done, Err(Error::NotFound { .. })));
    }
    // The first may have it, so that the second is not the one.
    one.fail(Fault::Unavailable);
    assert!(matches!(stage.chain.delete(&name("b")).await, Err(Error::Unavailable { .. })));
    assert!(two.value("b").is_some());
}

#[tokio::test]
async fn after_a_change_nothing_older_is_given() {
    let (one, two) = (Stub::new("one", &[("a", "1")]), Stub::new("two", &[("a", "2")]));
    let stage = Stage::new(&[&one, &two]);
    assert_eq!(stage.value("a").await, "1");
    stage.chain.set(&name("a"), "new".into()).await.unwrap();
    one.fail(Fault::Unavailable);
    assert_eq!(stage.value("a").await, "new", "as it was told");
    one.fail(None);
    stage.chain.rotate(&name("a")).await.unwrap();
    one.fail(Fault::Unavailable);
    assert!(stage.get("a").await.is_err(), "it is there, and nobody saw what it is");
    one.fail(None);
    stage.chain.delete(&name("a")).await.unwrap();
    one.fail(Fault::Unavailable);
    assert!(stage.get("a").await.is_err(), "nobody knows whether it is there again");
}

#[tokio::test]
async fn a_version_is_asked_of_those_that_keep_versions() {
    let (one, two) = (fleeting("one", &[("a", "1")]), Stub::new("two", &[("a", "2")]));
    let stage = Stage::new(&[&one, &two]);
    let pinned = |version| VersionSelector::Pinned(version);
    let got = stage.chain.get(&name("a"), pinned(1)).await.unwrap();
    assert_eq!(got.value.expose_secret(), "2");
    let error = stage.chain.get(&name("c"), pinned(1)).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");

    let stage = Stage::new(&[&two]);
    assert_eq!(stage.value("a").await, "2");
    two.fail(Fault::Unavailable);
    assert!(stage.chain.get(&name("a"), pinned(1)).await.unwrap().stale_since.is_some());
    assert!(matches!(stage.chain.get(&name("a"), pinned(7)).await, Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn changes_of_any_of_them_are_told() {
    let (one, two) = (Stub::new("one", &[]), Stub::new("two", &[]));
    let stage = Stage::new(&[&one, &fleeting("env", &[]), &two]);
    let mut changes = stage.chain.watch().unwrap();
    for stub in [&one, &two, &one] {
        stub.put("a", "1");
        timeout(Duration::from_secs(30), changes.changed()).await.unwrap().unwrap();
    }
    assert!(Stage::new(&[&fleeting("env", &[])]).chain.watch().is_none());
    drop(stage);
    let ended = async { while changes.changed().await.is_ok() {} };
    timeout(Duration::from_secs(30), ended).await.expect("the tasks end with the chain");
}

#[tokio::test]
async fn all_of_them_are_checked() {
    let (one, two) = (Stub::new("one", &[]), Stub::new("two", &[]));
    let mut stage = Stage::new(&[&one, &two]);
    stage.chain.check().await.unwrap();
    two.fail(Fault::Corrupt);
    assert!(matches!(stage.chain.check().await, Err(Error::Corrupt { .. })));
    assert_eq!(stage.alerts(1).await, [(SecretAlertKind::Corrupt, "two".to_owned())]);
}

#[tokio::test]
async fn alerts_reach_a_webhook_and_a_channel_of_the_database() {
    use futures::StreamExt;
    use tokio_postgres::{AsyncMessage, NoTls};

    let world = World::new().await;
    let (client, mut connection) =
        tokio_postgres::connect(world.database.url(), NoTls).await.unwrap();
    let (pass_on, mut notified) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut messages = futures::stream::poll_fn(move |cx| connection.poll_message(cx));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notification(notification) = message {
                let _ = pass_on.send(notification.payload().to_owned());
            }
        }
    });
    client.batch_execute("LISTEN secret_alarm").await.unwrap();
    let (url, posted) = receiver();
    // A sink that fails is in nobody's way.
    let nowhere = Webhook::new("http://127.0.0.1:1/", None).unwrap();
    let once = Patience { attempts: 1, ..Patience::default() };
    let sinks: Vec<Arc<dyn AlertSink>> = vec![
        Arc::new(WebhookAlerts::new(nowhere.with_patience(once))),
        Arc::new(WebhookAlerts::new(Webhook::new(&url, None).unwrap())),
        Arc::new(NotifyAlerts::new(world.store.clone(), "secret_alarm")),
    ];
    let now = START.parse().unwrap();
    let alerts = Alerts::new(sinks);
    alerts.bad(SecretAlertKind::Unavailable, "file:/s.json", "it is missing", now);
    alerts.bad(SecretAlertKind::Unavailable, "file:/s.json", "it is still missing", now);
    let told = timeout(Duration::from_secs(30), notified.recv()).await.unwrap().unwrap();
    let posted = timeout(Duration::from_secs(30), posted).await.unwrap().unwrap();
    for json in [&told, &posted] {
        let alert: serde_json::Value = serde_json::from_str(json).unwrap();
        let expected = serde_json::json!({
            "type": "secrets.unavailable", "provider": "file:/s.json", "reason": "it is missing", "since": START,
        });
        assert_eq!(alert, expected);
    }
    alerts.good("file:/s.json");
    let told = timeout(Duration::from_secs(30), notified.recv()).await.unwrap().unwrap();
    assert!(told.contains("secrets.recovered"), "{told}");
}

/// Cannot be reached so often, and then is.
#[derive(Debug)]
struct Flaky {
    failures: std::sync::Mutex<u32>,
    fails_with: fn() -> Error,
    told: Arc<Told>,
}

impl Flaky {
    fn new(
        failures: u32,
        fails_with: fn() -> Error,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<SecretAlert>) {
        let (told, hears) = Told::new();
        (Arc::new(Self { failures: failures.into(), fails_with, told }), hears)
    }
}

impl AlertSink for Flaky {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, agentflow::Result<()>> {
        Box::pin(async move {
            {
                let mut failures = self.failures.lock().unwrap();
                if *failures > 0 {
                    *failures -= 1;
                    return Err((self.fails_with)());
                }
            }
            self.told.tell(alert).await
        })
    }
}

fn away() -> Error {
    Error::Unavailable { operation: "tell", reason: "it is away".to_owned(), source: None }
}

fn refuses() -> Error {
    Error::Denied { operation: "tell", reason: "it does not want to".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_reached_is_told_later_and_in_nobodys_way() {
    let now = START.parse().unwrap();
    let ((flaky, mut later), (good, mut at_once)) = (Flaky::new(9, away), Told::new());
    let alerts = Alerts::new(vec![flaky, good]);
    alerts.bad(SecretAlertKind::Unavailable, "one", "it is away", now);
    alerts.good("one");
    assert!(!alerts.flush(Duration::from_secs(3)).await, "one of them was not told");
    assert_eq!(at_once.try_recv().unwrap().kind, SecretAlertKind::Unavailable);
    assert_eq!(at_once.try_recv().unwrap().kind, SecretAlertKind::Recovered);
    assert!(later.try_recv().is_err());
    assert!(alerts.flush(Duration::from_secs(600)).await);
    assert_eq!(later.try_recv().unwrap().kind, SecretAlertKind::Unavailable);
    assert_eq!(later.try_recv().unwrap().kind, SecretAlertKind::Recovered);
}

#[tokio::test(start_paused = true)]
async fn who_refuses_or_is_never_reached_is_given_up() {
    let now = START.parse().unwrap();
    for fails_with in [away as fn() -> Error, refuses] {
        let failures = if fails_with().is_unavailable() { 11 } else { 1 };
        let (flaky, mut hears) = Flaky::new(failures, fails_with);
        let alerts = Alerts::new(vec![flaky]);
        alerts.bad(SecretAlertKind::Unavailable, "one", "it is away", now);
        alerts.good("one");
        assert!(alerts.flush(Duration::from_secs(600)).await);
        assert_eq!(hears.try_recv().unwrap().kind, SecretAlertKind::Recovered);
    }
}

#[test]
fn an_alert_on_a_runtime_that_has_ended_hangs_nobody_and_is_told_on_the_next() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = START.parse().unwrap();
    let (sink, mut told) = Told::new();
    let alerts = Alerts::new(vec![sink]);
    let (done, is_done) = std::sync::mpsc::channel();
    let (ended, other) = (runtime(), alerts.clone());
    std::thread::spawn(move || {
        let handle = ended.handle().clone();
        drop(ended);
        let _entered = handle.enter();
        other.bad(SecretAlertKind::Unavailable, "one", "it is away", now);
        let _ = done.send(());
    });
    is_done.recv_timeout(Duration::from_secs(30)).expect("nobody waits for ever");
    runtime().block_on(async {
        alerts.good("one");
        assert!(alerts.flush(Duration::from_secs(30)).await);
    });
    assert_eq!(told.try_recv().unwrap().kind, SecretAlertKind::Unavailable);
    assert_eq!(told.try_recv().unwrap().kind, SecretAlertKind::Recovered);
}

/// Takes one post, and gives its body.
fn receiver() -> (String, tokio::sync::oneshot::Receiver<String>) {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut part = [0; 4096];
        let body = loop {
            let read = stream.read(&mut part).unwrap();
            request.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&request).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
            });
            if body.len() >= length.unwrap().unwrap() {
                break body.to_owned();
            }
        };
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        let _ = tell.send(body);
    });
    (url, told)
}

/// What happens to a chain of two, of which the first cannot always be asked.
#[derive(Debug, Clone)]
enum Happening {
    Put(u8),
    Remove,
    Fail(Fault),
    Heal,
    Pass(i64),
    Get,
    Set(u8),
    /// The first one gives what it said so many minutes ago.
    Age(i64),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        (0..9_u8).prop_map(Happening::Put),
        Just(Happening::Remove),
        Just(Happening::Fail(Fault::Unavailable)),
        Just(Happening::Fail(Fault::Corrupt)),
        Just(Happening::Heal),
        (0..40_i64).prop_map(Happening::Pass),
        Just(Happening::Get),
        Just(Happening::Get),
        (10..19_u8).prop_map(Happening::Set),
        (0..40_i64).prop_map(Happening::Age),
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn never_a_value_that_nobody_said_last(happenings in happenings(), has_fallback in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (one, two) = (Stub::new("one", &[]), Stub::new("two", &[("a", "later")]));
            let stage = if has_fallback { Stage::with_fallback(&[&one], &two) } else { Stage::new(&[&one, &two]) };
            // What the chain knows of the first one, and since when that is true.
            let (mut known, mut now, mut is_down): (Option<(String, i64)>, _, _) = (None, 0, false);
            // Since when what the first one has is what it said last.
            let mut stale = None;
            let start: Timestamp = START.parse().unwrap();
            for happening in happenings {
                match happening {
                    Happening::Put(value) => {
                        one.put("a", &value.to_string());
                        stale = None;
                    }
                    Happening::Age(minutes) => {
                        stale = one.value("a").map(|_| now - minutes);
                        let since = start + SignedDuration::from_mins(now - minutes);
                        one.age("a", Some(&since.to_string()));
                    }
                    Happening::Remove => {
                        one.remove("a");
                        stale = None;
                    }
                    Happening::Fail(fault) => {
                        one.fail(fault);
                        is_down = true;
                    }
                    Happening::Heal => {
                        one.fail(None);
                        is_down = false;
                    }
                    Happening::Pass(minutes) => {
                        now += minutes;
                        stage.pass(minutes);
                    }
                    Happening::Set(value) => {
                        let value = value.to_string();
                        let set = stage.chain.set(&name("a"), value.clone().into()).await;
                        assert_eq!(set.is_err(), is_down);
                        known = (!is_down).then_some((value, now));
                        if !is_down {
                            stale = None;
                        }
                    }
                    Happening::Get => {
                        let got = stage.get("a").await;
                        let later = has_fallback.then(|| "later".to_owned());
                        let expected = match (is_down, one.value("a")) {
                            (false, Some(value)) => {
                                let said = stale.unwrap_or(now);
                                if known.as_ref().is_none_or(|(_, known)| *known <= said) {
                                    known = Some((value.clone(), said));
                                }
                                Some(value)
                            }
                            (false, None) => {
                                known = None;
                                Some("later".to_owned())
                            }
                            (true, _) => match &known {
                                Some((value, said)) if now - said <= 60 => Some(value.clone()),
                                _ => later,
                            },
                        };
                        let got = got.ok().map(|it| it.value.expose_secret().to_owned());
                        assert_eq!(got, expected);
                    }
                }
            }
        });
    }
}
