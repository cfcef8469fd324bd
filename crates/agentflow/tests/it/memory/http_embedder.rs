//! Embedders that ask a service, against a small one on this machine.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use agentflow::{
    EmbeddingSettings, Error,
    memory::{Embedder, HttpEmbedder, HttpEmbedderOptions, embedder_from},
    webhook::Patience,
};
use secrecy::SecretString;
use serde_json::{Value, json};

const KEY: &str = "sk-planted-7f3a9";

#[derive(Clone)]
struct Request {
    line: String,
    authorization: Option<String>,
    body: Value,
}

/// What is answered: a status with a body; no answer at all; or vectors for what was sent.
#[derive(Clone)]
enum Answer {
    Status(u16, &'static str),
    Json(Value),
    Silence,
    Good,
}

struct Service {
    url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Service {
    /// Answers one request after the other, and then well.
    fn answering(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1/", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut unanswered = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                let answer = answers.get(number).cloned().unwrap_or(Answer::Good);
                let (status, body) = match answer {
                    Answer::Silence => {
                        unanswered.push(stream);
                        continue;
                    }
                    Answer::Status(status, body) => (status, body.to_owned()),
                    Answer::Json(body) => (200, body.to_string()),
                    Answer::Good => (200, good(&request.body).to_string()),
                };
                log.lock().unwrap().push(request);
                let head = format!(
                    "HTTP/1.1 {status} Status\r\nlocation: http://127.0.0.1:1/\r\nretry-after: 0\r\nconnection: close\r\n"
                );
                let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
            }
        });
        Self { url, seen }
    }

    fn options(&self) -> HttpEmbedderOptions {
        let patience = Patience {
            attempts: 3,
            first_delay: Duration::from_millis(1),
            timeout: Duration::from_secs(30),
        };
        HttpEmbedderOptions { patience, ..HttpEmbedderOptions::new(&self.url, "nomic", 3) }
    }

    fn embedder(&self) -> HttpEmbedder {
        let api_key = Some(SecretString::from(KEY));
        HttpEmbedder::new(HttpEmbedderOptions { api_key, ..self.options() }).unwrap()
    }

    fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// The length of each text, and two more numbers; the last text comes first.
fn good(body: &Value) -> Value {
    let texts = body["input"].as_array().unwrap();
    let item = |(index, text): (usize, &Value)| {
        let length = text.as_str().unwrap().len();
        json!({ "object": "embedding", "index": index, "embedding": [length, 1, 0.5] })
    };
    let mut data: Vec<_> = texts.iter().enumerate().map(item).collect();
    data.reverse();
    json!({ "object": "list", "data": data, "model": "nomic", "usage": { "total_tokens": 1 } })
}

fn read(stream: &std::net::TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap();
    Some(Request { line: line.trim_end().to_owned(), authorization, body })
}

#[tokio::test]
async fn texts_are_sent_in_batches_and_their_vectors_come_in_their_order() {
    let service = Service::answering(Vec::new());
    let options = HttpEmbedderOptions { batch_size: 2, ..service.options() };
    let embedder = HttpEmbedder::new(options).unwrap();
    let vectors = embedder.embed(&["a", "four", "nine letters"]).await.unwrap();
    assert_eq!(vectors, [[1.0, 1.0, 0.5], [4.0, 1.0, 0.5], [12.0, 1.0, 0.5]]);
    let seen = service.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].line, "POST /v1/embeddings HTTP/1.1");
    let body = json!({ "model": "nomic", "input": ["a", "four"], "encoding_format": "float" });
    assert_eq!((&seen[0].body, &seen[0].authorization), (&body, &None));
    assert!(embedder.embed(&[]).await.unwrap().is_empty());
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn settings_say_where_with_what_key_and_how_many_dimensions() {
    let service = Service::answering(Vec::new());
    let mut settings = EmbeddingSettings {
        base_url: Some(service.url.clone()),
        api_key: Some(KEY.into()),
        model: "text-embedding-3-small".to_owned(),
        dimensions: 3,
        ..Default::default()
    };
    embedder_from(&settings).unwrap().embed(&["a"]).await.unwrap();
    settings.model = "nomic".to_owned();
    embedder_from(&settings).unwrap().embed(&["a"]).await.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0].authorization.as_deref(), Some("Bearer sk-planted-7f3a9"));
    assert_eq!(
        (&seen[0].body["dimensions"], &seen[1].body["dimensions"]),
        (&json!(3), &Value::Null)
    );
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_not_for_ever() {
    let busy = |status| Answer::Status(status, "{}");
    for status in [408, 425, 429, 500, 503] {
        let service = Service::answering(vec![busy(status), busy(status)]);
        assert_eq!(service.embedder().embed(&["a"]).await.unwrap().len(), 1, "{status}");
        assert_eq!(service.seen().len(), 3);
    }
    let service = Service::answering(vec![busy(503), busy(429), busy(502)]);
    let error = service.embedder().embed(&["a"]).await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("502"), "{error}");
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn silence_is_waited_for_so_long_and_nobody_there_is_told() {
    let service = Service::answering(vec![Answer::Silence, Answer::Silence]);
    let mut options = service.options();
    options.patience =
        Patience { attempts: 2, timeout: Duration::from_millis(50), ..options.patience };
    let error = HttpEmbedder::new(options.clone()).unwrap().embed(&["a"]).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    options.base_url = format!("http://{free}/v1");
    // Nobody there is not waited for as long as somebody who is busy: with 40 attempts the last delay would be of years.
    let first_delay = Duration::from_millis(1);
    options.patience = Patience { attempts: 40, first_delay, ..options.patience };
    let error = HttpEmbedder::new(options).unwrap().embed(&["a"]).await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains(&free.to_string()), "{error:?}");
}

#[tokio::test]
async fn refusals_are_told_at_once_without_the_key() {
    let said = r#"{"error": {"message": "too long,\nfor sk-planted-7f3a9", "type": "x"}}"#;
    for (status, kind) in [
        (400, "InvalidInput"),
        (401, "Denied"),
        (403, "Denied"),
        (404, "NotFound"),
        (413, "InvalidInput"),
        (422, "InvalidInput"),
        (302, "Unsupported"),
        (418, "Unsupported"),
    ] {
        let service = Service::answering(vec![Answer::Status(status, said)]);
        let embedder = service.embedder();
        let error = embedder.embed(&["a"]).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(kind), "{status}: {error:?}");
        let shown = format!("{error} {error:?} {embedder:?}");
        assert!(!shown.contains("planted") && shown.contains(&status.to_string()), "{shown}");
        assert_eq!(error.to_string().contains("too long, for ***"), kind != "Denied", "{error}");
        let names_settings = error.to_string().contains("EMBEDDING_BASE_URL and EMBEDDING_MODEL");
        assert_eq!(names_settings, status == 404, "{error}");
        assert_eq!(service.seen().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_answer_is_told() {
    let item = |index: usize, embedding: Value| json!({ "index": index, "embedding": embedding });
    let data = |items: Vec<Value>| Answer::Json(json!({ "data": items }));
    let full = || json!([1, 2, 3]);
    for (answer, word) in [
        (Answer::Status(200, "<html>"), "it is not JSON"),
        (Answer::Json(json!({ "data": 1 })), "not of embeddings"),
        (data(vec![]), "fewer"),
        (data(vec![item(0, full())]), "fewer"),
        (data(vec![item(0, full()), item(0, full())]), "two vectors with the index 0"),
        (
            data(vec![item(0, full()), item(2, full())]),
            "2 texts were sent, and it has a vector with the index 2",
        ),
        (data(vec![item(0, full()), item(1, json!([1, 2]))]), "EMBEDDING_DIMENSIONS"),
        (data(vec![item(0, full()), item(1, json!([1, 2, null]))]), "not of embeddings"),
    ] {
        let service = Service::answering(vec![answer]);
        let error = service.embedder().embed(&["a", "b"]).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(service.seen().len(), 1);
    }
}
