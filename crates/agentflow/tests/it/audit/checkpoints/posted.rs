//! Checkpoints posted to a webhook: a real server on this machine, and the signature checked without our own code.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use agentflow::{
    Error,
    audit::{
        CheckpointSink, WebhookSink,
        webhook::{Patience, Webhook},
    },
    core::{audit::SignedCheckpoint, clock::ManualClock, hash::Sha256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;

use super::{key, origin, trusted};
use crate::{audit::event, support::World};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[derive(Debug, Clone)]
struct Request {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Answers one request after the other, each on a connection of its own, with these statuses; then with 200. A status of 0
/// is no answer.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks/secret?a=b", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut unanswered = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                log.lock().unwrap().push(request);
                match statuses.get(number).copied().unwrap_or(200) {
                    0 => unanswered.push(stream),
                    status => {
                        let location = "location: http://127.0.0.1:1/\r\n";
                        let answer = format!(
                            "HTTP/1.1 {status} Status\r\n{location}connection: close\r\ncontent-length: 0\r\n\r\n"
                        );
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                }
            }
        });
        Self { url, seen }
    }

    fn webhook(&self) -> Webhook {
        let patience = Patience {
            attempts: 3,
            first_delay: Duration::from_millis(1),
            timeout: Duration::from_secs(30),
        };
        Webhook::new(&self.url, Some(SecretString::from(SECRET))).unwrap().with_patience(patience)
    }

    fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn read(stream: &std::net::TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    Some(Request {
        line: line.trim_end().to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}

/// HMAC as RFC 2104 defines it, from the hash alone.
fn hmac(key: &[u8], text: &str) -> Sha256 {
    assert!(key.len() <= 64);
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(pad, key)| *pad ^= key);
        block
    };
    let inner = Sha256::of(&[&pad(0x36), text.as_bytes()]);
    Sha256::of(&[&pad(0x5c), inner.as_bytes()])
}

fn assert_signed(request: &Request) {
    let header = |name: &str| request.headers[name].as_str();
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let text = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), request.body);
    let expected = format!("v1,{}", hmac(&key, &text).to_base64());
    assert_eq!(header("webhook-signature"), expected);
}

#[test]
fn the_hmac_of_this_test_is_the_one_of_rfc_4231() {
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(hmac(b"Jefe", "what do ya want for nothing?").to_string(), expected);
}

#[tokio::test]
async fn checkpoints_are_posted_as_notes_with_signed_headers() {
    let (server, world) = (Server::answering(&[]), World::new().await);
    let acme = world.tenant("Acme").await;
    acme.audit().append(&event(1)).await.unwrap();
    let sink: Arc<dyn CheckpointSink> = Arc::new(WebhookSink::new(server.webhook()));
    let admin = world.store.admin();
    let report = admin.take_checkpoints(&key(), &[Arc::clone(&sink)], None).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for request in &seen {
        assert_eq!(request.line, "POST /hooks/secret?a=b HTTP/1.1");
        assert_eq!(request.headers["content-type"], "text/plain; charset=utf-8");
        assert_signed(request);
        let note = SignedCheckpoint::read(&request.body).unwrap();
        note.verify(&trusted()).unwrap();
    }
    let first = SignedCheckpoint::read(&seen[0].body).unwrap();
    assert_eq!((&first.checkpoint().origin, first.checkpoint().size), (&origin(acme.id()), 2));
    assert_ne!(seen[0].headers["webhook-id"], seen[1].headers["webhook-id"]);
    // The path of a webhook is often all that protects it.
    assert!(!format!("{report:?} {sink:?} {}", sink.name()).contains("secret"));
    let stored = admin.audit_sinks().await.unwrap();
    assert_eq!(stored[0].name, sink.name());
}

#[tokio::test]
async fn what_a_server_cannot_take_now_is_posted_again_under_the_same_id() {
    for status in [503, 500, 429, 408] {
        let statuses = match status {
            503 => &[503, 503][..],
            500 => &[500, 500],
            429 => &[429, 429],
            _ => &[408, 408],
        };
        let server = Server::answering(statuses);
        server.webhook().post("m1", "text/plain", "body").await.unwrap();
        let seen = server.seen();
        assert_eq!(seen.len(), 3, "{status}");
        assert!(seen.iter().all(|request| request.headers["webhook-id"] == "m1"));
        seen.iter().for_each(assert_signed);
    }
}

#[tokio::test]
async fn there_is_an_end_to_patience() {
    let server = Server::answering(&[503, 503, 503, 503]);
    let error = server.webhook().post("m1", "text/plain", "body").await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("503"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn what_a_server_refuses_is_not_posted_again() {
    for statuses in [&[400][..], &[404], &[410], &[302]] {
        let server = Server::answering(statuses);
        let error = server.webhook().post("m1", "text/plain", "body").await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert!(error.to_string().contains(&statuses[0].to_string()), "{error}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_waited_for() {
    let server = Server::answering(&[0, 0, 0]);
    let patience = Patience {
        attempts: 2,
        first_delay: Duration::from_millis(1),
        timeout: Duration::from_millis(50),
    };
    let error =
        server.webhook().with_patience(patience).post("m1", "text/plain", "x").await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_told_without_the_path() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let patience = Patience { attempts: 1, ..Patience::default() };
    let webhook =
        Webhook::new(&format!("http://{free}/secret"), None).unwrap().with_patience(patience);
    let error = webhook.post("m1", "text/plain", "x").await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed_and_the_time_is_that_of_the_clock() {
    let server = Server::answering(&[]);
    let clock = ManualClock::at("2026-01-02T03:04:05Z".parse().unwrap());
    let webhook = Webhook::new(&server.url, None).unwrap().with_clock(Arc::new(clock));
    webhook.post("m1", "application/json", "{}").await.unwrap();
    let seen = server.seen();
    assert!(!seen[0].headers.contains_key("webhook-signature"));
    assert_eq!(seen[0].headers["webhook-timestamp"], "1767323045");
    assert_eq!(seen[0].headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_webhook_that_was_down_is_given_the_rest_in_the_next_round() {
    let (server, world) = (Server::answering(&[400]), World::new().await);
    world.tenant("Acme").await;
    let sinks: Vec<Arc<dyn CheckpointSink>> = vec![Arc::new(WebhookSink::new(server.webhook()))];
    let admin = world.store.admin();
    let report = admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
    assert_eq!((report.checkpoints, report.is_complete()), (1, false));
    let report = admin.take_checkpoints(&key(), &sinks, None).await.unwrap();
    assert_eq!((report.checkpoints, report.sinks[0].published), (0, 2));
}
