//! Tampering is told once a run, on every channel.

use std::{
    io::{Read, Write},
    sync::{Arc, Mutex},
};

use agentflow::audit::{Alert, AlertChannel, webhook::Webhook};
use futures::StreamExt;
use tokio_postgres::{AsyncMessage, NoTls};
use tracing::instrument::WithSubscriber;

use super::Stage;

/// What was written to a log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Answers one request with `200 OK`, and returns its body.
fn receiver() -> (String, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let answered = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut chunk) = (Vec::new(), [0; 4_096]);
        loop {
            let text = String::from_utf8_lossy(&request).into_owned();
            let lower = text.to_ascii_lowercase();
            if let Some((head, _)) = lower.split_once("\r\n\r\n") {
                let length = head.split_once("content-length: ").unwrap().1;
                let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
                if text.len() >= head.len() + 4 + length {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                    return text[head.len() + 4..].to_owned();
                }
            }
            let read = stream.read(&mut chunk).unwrap();
            assert!(read > 0, "the request ended early");
            request.extend_from_slice(&chunk[..read]);
        }
    });
    (url, answered)
}

#[tokio::test]
async fn tampering_is_told_once_on_each_channel() {
    let stage = Stage::new().await;
    let admin = stage.victim.world.store.admin();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let calm = admin.verify_audit(&stage.pinned(), &|_| ()).await;
    assert_eq!(Alert::of(&calm, now), None, "nothing to tell");
    stage.victim.forge("UPDATE audits SET record = '{}' WHERE seq = 2").await;
    let result = admin.verify_audit(&stage.pinned(), &|_| ()).await;
    let alert = Alert::of(&result, now).unwrap();
    assert_eq!((alert.tampered_tenants, alert.tenants.len()), (2, 2), "both in one alert");

    let (listener, mut connection) =
        tokio_postgres::connect(stage.victim.world.database.url(), NoTls).await.unwrap();
    let mut messages = Box::pin(futures::stream::poll_fn(move |cx| connection.poll_message(cx)));
    let mut notified = Vec::new();
    {
        let listen = listener.batch_execute("LISTEN \"Audit Alarm\"");
        let mut listen = std::pin::pin!(listen);
        while futures::future::poll_immediate(&mut listen).await.is_none() {
            tokio::select! {
                message = messages.next() => drop(message),
                () = tokio::task::yield_now() => (),
            }
        }
    }
    let (url, answered) = receiver();
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let channels = [
        AlertChannel::Log,
        AlertChannel::Notify("Audit Alarm".to_owned()),
        AlertChannel::Webhook(Arc::new(Webhook::new(&url, None).unwrap())),
    ];
    let failed = admin.send_alert(&alert, &channels).with_subscriber(subscriber).await;
    assert!(failed.is_empty(), "{failed:?}");

    // Whatever was sent before this is there before its answer.
    let fence = listener.batch_execute("SELECT 1");
    let mut fence = std::pin::pin!(fence);
    while futures::future::poll_immediate(&mut fence).await.is_none() {
        tokio::select! {
            message = messages.next() => {
                if let Some(Ok(AsyncMessage::Notification(notification))) = message {
                    notified.push(notification.payload().to_owned());
                }
            }
            () = tokio::task::yield_now() => (),
        }
    }
    let json = alert.to_json().unwrap();
    assert!(json.contains(r#""first_tampered_seq":2"#), "{json}");
    assert_eq!(notified, std::slice::from_ref(&json));
    assert_eq!(answered.join().unwrap(), json);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("the audit was tampered with").count(), 1, "{log}");
    assert!(log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn a_channel_that_fails_is_named_and_stops_no_other() {
    let stage = Stage::new().await;
    stage.victim.forge("UPDATE audits SET record = '{}' WHERE seq = 2").await;
    let admin = stage.victim.world.store.admin();
    let result = admin.verify_audit(&stage.pinned(), &|_| ()).await;
    let alert = Alert::of(&result, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let (url, answered) = receiver();
    let channels = [
        AlertChannel::Notify("x".repeat(64)),
        AlertChannel::Webhook(Arc::new(Webhook::new(&url, None).unwrap())),
    ];
    let failed = admin.send_alert(&alert, &channels).await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].channel.starts_with("notify:xxx"), "{failed:?}");
    assert_eq!(answered.join().unwrap(), alert.to_json().unwrap());
}
