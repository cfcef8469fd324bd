//! Servers of these tests: a real Redis, what stands for Qdrant, and those that do not answer as they should.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::support::free_port;

/// Says that a test did nothing. Where everything must be there, it fails instead.
pub(crate) fn skip(what: &str) {
    if let Err(reason) = told_as_missing(what, std::env::var("CI").ok().as_deref()) {
        panic!("{reason}");
    }
}

fn told_as_missing(what: &str, ci: Option<&str>) -> Result<(), String> {
    if ci == Some("true") {
        return Err(format!("{what} is not installed, and CI=true wants every test"));
    }
    skip_optional(&format!("{what} is not installed"));
    Ok(())
}

#[test]
fn a_missing_program_is_told_and_in_ci_it_is_an_error() {
    assert!(find_program("af-no-such-program").is_none());
    assert_eq!(told_as_missing("af-no-such-program", None), Ok(()));
    assert_eq!(told_as_missing("af-no-such-program", Some("")), Ok(()));
    assert!(told_as_missing("af-no-such-program", Some("true")).is_err());
}

/// Says that a test did nothing, for what even CI need not have.
pub(crate) fn skip_optional(why: &str) {
    // Not by println!, which is shown for failed tests only.
    let mut shown = std::io::stdout();
    writeln!(shown, "skipped: {why}").unwrap();
}

pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.chain([Path::new("/usr/bin").join(name)]).find(|it| it.is_file())
}

/// A Redis of this test alone.
pub(crate) struct Redis {
    process: Child,
    pub(crate) port: u16,
    _folder: Arc<TempDir>,
}

impl Redis {
    /// Starts one; `None`, and a line that says so, where there is no Redis.
    pub(crate) async fn start(options: &[&str]) -> Option<Self> {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::start_in(&folder, options).await
    }

    /// The same, with the data in a folder.
    pub(crate) async fn start_in(folder: &Arc<TempDir>, options: &[&str]) -> Option<Self> {
        let Some(program) = find_program("redis-server") else {
            skip("redis-server");
            return None;
        };
        // Another process may take the port in between.
        for _ in 0..5 {
            let port = free_port();
            let mut command = Command::new(&program);
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
            command.args(["--dir", folder.path().to_str().unwrap(), "--save", ""]).args(options);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let process = command.spawn().unwrap();
            let mut redis = Self { process, port, _folder: Arc::clone(folder) };
            if redis.is_listening().await {
                return Some(redis);
            }
        }
        panic!("Redis does not start with {options:?}")
    }

    async fn is_listening(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        while self.process.try_wait().unwrap().is_none() {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return true;
            }
            assert!(Instant::now() < deadline, "Redis does not listen");
            poll.tick().await;
        }
        false
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What was asked: the page, and the API key that came with it.
pub(crate) type Asked = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// A small HTTP server in the place of a service.
pub(crate) struct Http {
    pub(crate) port: u16,
    pub(crate) asked: Asked,
    server: JoinHandle<()>,
}

/// Status and body for a page and a key.
pub(crate) type Answers = fn(page: &str, key: Option<&str>) -> (u16, &'static str);

/// The key that [`qdrant`] knows.
pub(crate) const KEY: &str = "hunter2-of-qdrant";

/// As the documents of Qdrant have it, with an API key set: root and probes are for everybody.
pub(crate) fn qdrant(page: &str, key: Option<&str>) -> (u16, &'static str) {
    match (page, key) {
        ("/", _) => {
            (200, r#"{"title":"qdrant - vector search engine","version":"1.15.4","commit":"x"}"#)
        }
        ("/readyz", _) => (200, "all shards are ready"),
        ("/collections", Some(KEY)) => (200, r#"{"result":{"collections":[]},"status":"ok"}"#),
        ("/collections", None) => (401, "Must provide an API key or an Authorization bearer token"),
        ("/collections", Some(_)) => (401, "Invalid API key or JWT"),
        _ => (404, ""),
    }
}

impl Http {
    pub(crate) async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Asked::default();
        let seen = Arc::clone(&asked);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, answers, Arc::clone(&seen)));
            }
        });
        Self { port, asked, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// One request a connection.
async fn answer(mut stream: TcpStream, answers: Answers, asked: Asked) {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|it| it == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(length @ 1..) => head.extend_from_slice(&buffer[..length]),
            _ => return,
        }
        // As such servers do with what is no HTTP.
        if !head.starts_with(b"GET ") {
            let _ = stream.write_all(b"HTTP/1.1 400 X\r\nConnection: close\r\n\r\n").await;
            return;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let page = head.split(' ').nth(1).unwrap_or("?");
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("api-key").then(|| value.trim().to_owned())
    });
    let (status, body) = answers(page, key.as_deref());
    asked.lock().unwrap().push((page.to_owned(), key));
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\nLocation: /x\r\n\r\n{body}"
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

/// Takes connections, and says nothing.
pub(crate) struct BlackHole {
    pub(crate) port: u16,
    server: JoinHandle<()>,
}

impl BlackHole {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
        Self { port, server }
    }
}

impl Drop for BlackHole {
    fn drop(&mut self) {
        self.server.abort();
    }
}
