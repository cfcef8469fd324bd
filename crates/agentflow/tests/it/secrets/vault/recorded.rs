//! A server on loopback that answers from recorded exchanges, and from nothing else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::engine::Engine;

/// How long something may take that the test waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Exchanges: `[{"request": {"method", "path", "token"?, "namespace"?, "body"?}, "response": {"status", "body"?, "location"?}}]`.
///
/// Each is used once; of those that a request fits, the first. A text `$name` in the body of a request fits any text, the same
/// one wherever it occurs, and stands for it in responses. A response with `"held": true` waits for [`Recorded::release`]. What fits nothing is answered with 418, and fails the test.
pub(in crate::secrets) struct Recorded {
    pub(in crate::secrets) address: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    exchanges: Mutex<Vec<Value>>,
    texts: Mutex<HashMap<String, String>>,
    unexpected: Mutex<Vec<String>>,
    left: watch::Sender<usize>,
    released: watch::Sender<bool>,
    /// Answers instead of exchanges.
    engine: Option<Mutex<Engine>>,
}

struct Request {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Value,
}

impl Recorded {
    pub(in crate::secrets) async fn start(exchanges: Value) -> Self {
        Self::begin(exchanges, None).await
    }

    /// A transit engine with this key.
    pub(in crate::secrets) async fn transit(key: &str) -> Self {
        Self::begin(json!([]), Some(Mutex::new(Engine::with_key(key)))).await
    }

    async fn begin(exchanges: Value, engine: Option<Mutex<Engine>>) -> Self {
        let Value::Array(exchanges) = exchanges else { panic!("expected an array of exchanges") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            left: watch::Sender::new(exchanges.len()),
            exchanges: Mutex::new(exchanges),
            texts: Mutex::default(),
            unexpected: Mutex::default(),
            released: watch::Sender::new(false),
            engine,
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state, task }
    }

    /// Exchanges in which the root token looks at itself first.
    pub(in crate::secrets) async fn with_root(exchanges: Value) -> Self {
        let Value::Array(mut all) = exchanges else { panic!("expected an array of exchanges") };
        all.insert(0, root_looks_at_itself());
        Self::start(Value::Array(all)).await
    }

    /// What a text `$name` stood for.
    pub(in crate::secrets) fn text(&self, name: &str) -> String {
        self.state.texts.lock().unwrap().get(name).cloned().expect(name)
    }

    /// Gives the responses that are held.
    pub(in crate::secrets) fn release(&self) {
        self.state.released.send_replace(true);
    }

    /// Waits until so many exchanges are left.
    pub(in crate::secrets) async fn wait_for(&self, left: usize) {
        let mut count = self.state.left.subscribe();
        let waited = tokio::time::timeout(PATIENCE, count.wait_for(|it| *it == left)).await;
        assert!(waited.is_ok(), "left over: {:#?}", self.state.exchanges.lock().unwrap());
    }

    /// Waits until every exchange was used.
    pub(in crate::secrets) async fn wait_for_all(&self) {
        self.wait_for(0).await;
    }

    /// Every exchange was used, and nothing else was asked for.
    pub(in crate::secrets) fn finish(self) {
        self.task.abort();
        let unexpected = self.state.unexpected.lock().unwrap();
        assert!(unexpected.is_empty(), "unexpected: {unexpected:#?}");
        let left = self.state.exchanges.lock().unwrap();
        assert!(left.is_empty(), "left over: {left:#?}");
    }
}

pub(in crate::secrets) fn root_looks_at_itself() -> Value {
    let data = json!({"id": "root-token", "ttl": 0, "renewable": false, "policies": ["root"]});
    json!({
        "request": {"method": "GET", "path": "/v1/auth/token/lookup-self", "token": "root-token"},
        "response": {"status": 200, "body": {"data": data, "auth": null}},
    })
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    while let Some(request) = read(&mut stream).await {
        let response = state.answer(&request);
        if response["held"] == true {
            let _ = state.released.subscribe().wait_for(|it| *it).await;
        }
        let status = response["status"].as_u64().unwrap();
        let body = match &response["body"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        let location = response["location"].as_str().unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {status} Recorded\r\ncontent-type: application/json\r\ncontent-length: {}\r\nlocation: {location}\r\n\r\n",
            body.len()
        );
        if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_ends = loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_ends].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |it| it.parse::<usize>().unwrap());
    while bytes.len() < head_ends + 4 + length {
        stream.read_buf(&mut bytes).await.ok()?;
    }
    let body = serde_json::from_slice(&bytes[head_ends + 4..]).unwrap_or_default();
    Some(Request { method, path, headers, body })
}

impl State {
    fn answer(&self, request: &Request) -> Value {
        if let Some(engine) = &self.engine {
            let answer =
                engine.lock().unwrap().answer(&request.method, &request.path, &request.body);
            return answer.unwrap_or_else(|| self.refuse(request));
        }
        let mut exchanges = self.exchanges.lock().unwrap();
        let mut texts = self.texts.lock().unwrap();
        let fitting = exchanges.iter().enumerate().find_map(|(at, exchange)| {
            fits(&exchange["request"], request, &texts).map(|texts| (at, texts))
        });
        let Some((at, bound)) = fitting else {
            return self.refuse(request);
        };
        *texts = bound;
        let exchange = exchanges.remove(at);
        self.left.send_replace(exchanges.len());
        filled(&exchange["response"], &texts)
    }
}

impl State {
    fn refuse(&self, request: &Request) -> Value {
        let Request { method, path, body, .. } = request;
        let unexpected = format!("{method} {path} {body}");
        // The test may fail before it comes to the end.
        eprintln!("unexpected: {unexpected}");
        self.unexpected.lock().unwrap().push(unexpected);
        json!({"status": 418})
    }
}

/// The texts that are known then, if it fits.
fn fits(
    expected: &Value,
    request: &Request,
    texts: &HashMap<String, String>,
) -> Option<HashMap<String, String>> {
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    let is_same = expected["method"] == *request.method
        && expected["path"] == *request.path
        && expected["token"].as_str() == header("x-vault-token")
        && expected["namespace"].as_str() == header("x-vault-namespace")
        && header("x-vault-request") == Some("true");
    let mut texts = texts.clone();
    (is_same && is_like(&expected["body"], &request.body, &mut texts)).then_some(texts)
}

fn is_like(expected: &Value, actual: &Value, texts: &mut HashMap<String, String>) -> bool {
    match (expected, actual) {
        (Value::String(name), Value::String(text)) if name.starts_with('$') => {
            texts.entry(name[1..].to_owned()).or_insert_with(|| text.clone()) == text
        }
        (Value::Object(expected), Value::Object(actual)) => {
            expected.len() == actual.len()
                && expected.iter().all(|(name, it)| {
                    actual.get(name).is_some_and(|actual| is_like(it, actual, texts))
                })
        }
        _ => expected == actual,
    }
}

fn filled(response: &Value, texts: &HashMap<String, String>) -> Value {
    match response {
        Value::String(name) if name.starts_with('$') => json!(texts[&name[1..]]),
        Value::Object(fields) => {
            fields.iter().map(|(name, it)| (name.clone(), filled(it, texts))).collect()
        }
        Value::Array(items) => items.iter().map(|it| filled(it, texts)).collect(),
        other => other.clone(),
    }
}
