//! A file of secrets that goes bad under a running process: what it held stays in use for a while, and somebody is told.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use agentflow::{
    Error, Result,
    core::clock::{Clock, ManualClock},
    secrets::{
        AlertSink, Alerts, FileOptions, FileProvider, SecretAlert, SecretAlertKind,
        SecretsProvider, VersionSelector,
    },
};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::{sync::mpsc, time::timeout};

#[cfg(unix)]
use super::file::set_mode;
use super::{
    file::{Folder, write_private},
    key, names,
    reload::{SEEN_WITHIN, Watched, json},
};

/// Those who are told, for a test.
#[derive(Debug)]
struct Told(mpsc::UnboundedSender<SecretAlert>);

impl AlertSink for Told {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>> {
        self.0.send(alert.clone()).unwrap();
        Box::pin(async { Ok(()) })
    }
}

/// A provider whose file goes bad, whose clock stands still, and what was told of it.
struct Failing {
    _folder: Folder,
    path: PathBuf,
    clock: Arc<ManualClock>,
    watched: Watched,
    told: mpsc::UnboundedReceiver<SecretAlert>,
}

impl Failing {
    fn open() -> Self {
        let (folder, path) = Folder::with("secrets.json", &json("p@ss!"));
        let clock = Arc::new(ManualClock::at("2026-05-01T12:00:00Z".parse().unwrap()));
        let (tell, told) = mpsc::unbounded_channel();
        let options = FileOptions {
            clock: clock.clone(),
            alerts: Alerts::new(vec![Arc::new(Told(tell))]),
            ..FileOptions::default()
        };
        let watched = Watched::with(&path, options);
        Self { _folder: folder, path, clock, watched, told }
    }

    async fn next_alert(&mut self) -> SecretAlert {
        let alert =
            timeout(SEEN_WITHIN, self.told.recv()).await.expect("an alert is told").unwrap();
        assert_eq!(alert.provider, self.watched.file.name());
        assert!(!alert.to_json().contains("p@ss!"), "{alert:?}");
        alert
    }

    async fn value(&self) -> Result<(String, Option<Timestamp>)> {
        let value = self.watched.file.get(&key("a"), VersionSelector::Latest).await?;
        Ok((value.value.expose_secret().to_owned(), value.stale_since))
    }

    fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now() + time);
    }

    /// The file is bad now, which is told once; what it held stays in use for an hour, and no longer.
    async fn keeps_what_it_had(&mut self, kind: SecretAlertKind, reason: &str) {
        let alert = self.next_alert().await;
        let since = self.clock.now();
        assert_eq!((alert.kind, alert.since), (kind, since));
        assert!(alert.reason.contains(reason), "{alert:?}");
        self.pass(SignedDuration::from_hours(1));
        self.watched.file.check().await.unwrap_err();
        assert_eq!(self.value().await.unwrap(), ("p@ss!".to_owned(), Some(since)));
        assert_eq!(names(&self.watched.file).await, ["a"]);
        // What it did not have, it may have now.
        let other = self.watched.file.get(&key("b"), VersionSelector::Latest).await.unwrap_err();
        assert!(!matches!(other, Error::NotFound { .. }), "{other}");

        self.pass(SignedDuration::from_secs(1));
        for error in [self.value().await.unwrap_err(), self.watched.file.list().await.unwrap_err()]
        {
            assert!(error.to_string().contains("too old to be used"), "{error}");
            assert!(!format!("{error}{error:?}").contains("p@ss!"));
            match kind {
                SecretAlertKind::Unavailable => assert!(error.is_unavailable(), "{error}"),
                _ => assert!(
                    matches!(error, Error::Corrupt { .. } | Error::Denied { .. }),
                    "{error}"
                ),
            }
        }
        assert!(self.told.is_empty());
        assert!(!self.watched.changes.has_changed().unwrap());
    }

    /// The file is good again, which is told once.
    async fn is_good_again(&mut self) {
        assert_eq!(self.next_alert().await.kind, SecretAlertKind::Recovered);
        self.watched.file.check().await.unwrap();
        assert_eq!(self.value().await.unwrap(), ("p@ss!".to_owned(), None));
        assert!(self.told.is_empty());
        // It was too old to be given, and is given again.
        assert!(self.watched.changes.has_changed().unwrap());
        self.watched.changes.mark_unchanged();
    }
}

#[tokio::test]
async fn a_file_that_breaks_keeps_what_it_held_for_a_while() {
    for (broken, reason) in [
        ("{\"a\": \"p@ss!\", \"b\": 5}", "the value of b is a number"),
        ("{\"a\": \"p@ss!", "ends too early"),
        ("", "it is empty"),
    ] {
        let mut failing = Failing::open();
        write_private(&failing.path, broken.as_bytes());
        failing.keeps_what_it_had(SecretAlertKind::Corrupt, reason).await;
        write_private(&failing.path, json("p@ss!").as_bytes());
        failing.is_good_again().await;
    }
}

#[tokio::test]
async fn a_file_that_is_gone_keeps_what_it_held_for_a_while() {
    let mut failing = Failing::open();
    let away = failing.path.with_extension("away");
    for _ in 0..2 {
        fs::rename(&failing.path, &away).unwrap();
        failing.keeps_what_it_had(SecretAlertKind::Unavailable, "no such file").await;
        fs::rename(&away, &failing.path).unwrap();
        failing.is_good_again().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_read_now_keeps_what_it_held_for_a_while() {
    let mut failing = Failing::open();
    set_mode(&failing.path, 0o640);
    failing.keeps_what_it_had(SecretAlertKind::Corrupt, "its mode is 0640").await;
    set_mode(&failing.path, 0o600);
    failing.is_good_again().await;
}

#[tokio::test]
async fn a_file_that_breaks_in_another_way_is_bad_since_the_first() {
    let mut failing = Failing::open();
    let since = failing.clock.now();
    write_private(&failing.path, b"{");
    failing.next_alert().await;
    failing.pass(SignedDuration::from_mins(50));
    fs::remove_file(&failing.path).unwrap();
    let alert = failing.next_alert().await;
    assert_eq!((alert.kind, alert.since), (SecretAlertKind::Unavailable, since));
    assert_eq!(failing.value().await.unwrap().1, Some(since));
    failing.pass(SignedDuration::from_mins(11));
    assert!(failing.value().await.unwrap_err().is_unavailable());
}

/// Its watcher is gone, or stuck on a disk that does not answer: nobody looks.
#[tokio::test]
async fn what_nobody_looks_at_any_more_is_stale_from_then_and_then_an_error() {
    let (_folder, path) = Folder::with("secrets.json", &json("p@ss!"));
    let clock = Arc::new(ManualClock::at("2026-05-01T12:00:00Z".parse().unwrap()));
    let (tell, mut told) = mpsc::unbounded_channel();
    let options = FileOptions {
        clock: clock.clone(),
        // Late after 3 of them and 5 s.
        poll: Duration::from_secs(600),
        alerts: Alerts::new(vec![Arc::new(Told(tell))]),
        ..FileOptions::default()
    };
    let file = FileProvider::open(&path, options).unwrap();
    let looked = clock.now();
    let a = key("a");
    let get = || file.get(&a, VersionSelector::Latest);
    clock.set(looked + SignedDuration::from_secs(1_805));
    assert_eq!(get().await.unwrap().stale_since, None);
    clock.set(looked + SignedDuration::from_secs(1_806));
    assert_eq!(get().await.unwrap().stale_since, Some(looked));
    let alert = timeout(SEEN_WITHIN, told.recv()).await.unwrap().unwrap();
    assert_eq!((alert.kind, alert.since), (SecretAlertKind::Unavailable, looked));
    let other = file.get(&key("b"), VersionSelector::Latest).await.unwrap_err();
    assert!(other.is_unavailable(), "it may be there now: {other}");
    clock.set(looked + SignedDuration::from_hours(1));
    assert_eq!(get().await.unwrap().stale_since, Some(looked));
    clock.set(looked + SignedDuration::from_secs(3_601));
    let error = get().await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("too old"), "{error}");
    // Somebody looks again.
    file.check().await.unwrap();
    assert_eq!(get().await.unwrap().stale_since, None);
    let alert = timeout(SEEN_WITHIN, told.recv()).await.unwrap().unwrap();
    assert_eq!(alert.kind, SecretAlertKind::Recovered);
}
