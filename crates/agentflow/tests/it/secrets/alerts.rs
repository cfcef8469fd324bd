//! Who is told of secrets that cannot be had, and what becomes of those who cannot be told.

use std::{sync::Arc, time::Duration};

use agentflow::{
    Error,
    audit::webhook::{Patience, Webhook},
    secrets::{AlertSink, Alerts, NotifyAlerts, SecretAlert, SecretAlertKind, WebhookAlerts},
};
use futures::future::BoxFuture;
use tokio::{sync::mpsc, time::timeout};

use super::{chain::START, stub::Told};
use crate::support::World;

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
