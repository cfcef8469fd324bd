//! Providers in turn: which one gives a secret, what becomes of one that cannot be asked, and who is told.

mod at_once;

use std::{sync::Arc, time::Duration};

use agentflow::{
    Error,
    core::clock::ManualClock,
    secrets::{
        Alerts, Capabilities, ChainLink, ChainProvider, SecretAlert, SecretAlertKind, SecretName,
        SecretValue, SecretsProvider, VersionSelector,
    },
};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::{sync::mpsc, time::timeout};

use super::stub::{Fault, Stub, Told};

pub(super) const START: &str = "2026-01-01T00:00:00Z";

/// A chain whose clock stands still, and whoever is told.
pub(super) struct Stage {
    pub(super) chain: ChainProvider,
    clock: Arc<ManualClock>,
    told: mpsc::UnboundedReceiver<SecretAlert>,
}

impl Stage {
    /// What was said is good for an hour.
    pub(super) fn new(links: &[&Arc<Stub>]) -> Self {
        let primary = |link: &&Arc<Stub>| ChainLink::primary(Arc::clone(*link) as _);
        Self::of(links.iter().map(primary).collect())
    }

    /// Where the last one is a fallback.
    pub(super) fn with_fallback(links: &[&Arc<Stub>], fallback: &Arc<Stub>) -> Self {
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

    pub(super) fn pass(&self, minutes: i64) {
        use agentflow::core::clock::Clock;
        self.clock.set(self.clock.now() + SignedDuration::from_mins(minutes));
    }

    pub(super) async fn get(&self, key: &str) -> Result<SecretValue, Error> {
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

pub(super) fn name(text: &str) -> SecretName {
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
