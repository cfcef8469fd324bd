//! `af validate`, as a user meets it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::Sandbox;

/// A Redis of this test alone, which ends with it.
pub(crate) struct Redis(Child);

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// None, and a line that says so, where there is no Redis; with `CI=true` that is an error.
pub(crate) fn redis(port: u16, folder: &Path, options: &[&str]) -> Option<Redis> {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
    command.arg("--dir").arg(folder).args(options);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(process) = command.spawn() else {
        println!("skipped: redis-server is not installed");
        let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!in_ci, "redis-server is not installed, and CI=true wants every test");
        return None;
    };
    let mut redis = Redis(process);
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(redis.0.try_wait().unwrap().is_none(), "Redis does not start");
        assert!(Instant::now() < deadline, "Redis does not listen");
        std::thread::yield_now();
    }
    Some(redis)
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What answers as Qdrant does, and is ready or not.
pub(crate) struct Vectors {
    pub(crate) url: String,
    pub(crate) is_ready: Arc<AtomicBool>,
}

impl Vectors {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let is_ready = Arc::new(AtomicBool::new(true));
        let state = Arc::clone(&is_ready);
        // Ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, state.load(Ordering::SeqCst));
            }
        });
        Self { url, is_ready }
    }
}

/// A connection without a request is one that looks whether there is anything.
fn answer(mut stream: TcpStream, is_ready: bool) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(request)) = lines.next() else { return };
    let mut head = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let knows_key = head.any(|line| line == "api-key: hunter2");
    let (status, body) = match request.split(' ').nth(1) {
        Some("/") => (200, r#"{"title":"qdrant - vector search engine","version":"1.15.4"}"#),
        Some("/readyz") if is_ready => (200, "all shards are ready"),
        Some("/readyz") => (503, "some shards are not ready"),
        Some("/collections") if knows_key => (200, r#"{"result":{"collections":[]}}"#),
        _ => (401, "Must provide an API key or an Authorization bearer token"),
    };
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(text.as_bytes());
}

/// Redis and Qdrant are where nothing is, whatever runs on this machine.
fn sandbox_alone() -> Sandbox {
    let sandbox = Sandbox::migrated();
    let (redis, qdrant) = (free_port(), free_port());
    sandbox.write(".env", format!("REDIS_PORT={redis}\nQDRANT_PORT={qdrant}\n"));
    sandbox
}

#[test]
fn the_report_has_the_form_that_programs_rely_on() {
    let sandbox = sandbox_alone();
    let (report, code) = sandbox.json(&["validate"]);
    assert_eq!(code, 0, "{report}");
    let keys: Vec<_> = report.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["environment", "errors", "services", "timestamp", "tools", "version", "warnings"]
    );
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["errors"], json!([]));
    assert!(report["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    for field in ["platform", "architecture", "container"] {
        assert!(report["environment"][field].is_string(), "{report}");
    }
    for tool in ["docker", "docker compose", "psql", "pg_dump", "redis-cli", "python3"] {
        let version = report["tools"].get(tool).unwrap();
        assert!(version.is_null() || version.is_string(), "{tool}: {version}");
    }
    let services = report["services"].as_object().unwrap();
    let names =
        ["clock", "disk", "migrations", "pgvector", "postgres", "qdrant", "redis", "secrets"];
    assert_eq!(services.keys().collect::<Vec<_>>(), names);
    for (name, service) in services {
        let status = service["status"].as_str().unwrap();
        assert!(["available", "unavailable", "unknown"].contains(&status), "{name}: {service}");
        assert!(service["latency_ms"].is_null() || service["latency_ms"].is_number());
        assert_eq!(service["hint"].is_null(), status == "available", "{name}: {service}");
        assert!(!service["message"].as_str().unwrap().is_empty(), "{name}: {service}");
    }
    assert_eq!(services["postgres"]["status"], "available");
    assert_eq!(services["redis"]["status"], "unavailable");
    let warnings = report["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|it| it.as_str().unwrap().starts_with("redis is unavailable")));
}

#[test]
fn without_a_database_it_exits_3_and_says_how_to_get_one() {
    let sandbox = Sandbox::bare();
    let port = free_port();
    sandbox.write(".env", format!("POSTGRES_PORT={port}\n"));
    let (report, code) = sandbox.json(&["validate", "--only", "postgres,clock"]);
    assert_eq!(code, 3, "{report}");
    let services = &report["services"];
    assert_eq!(services["postgres"]["status"], "unavailable");
    assert!(services["postgres"]["hint"].as_str().unwrap().contains("`af up`"), "{report}");
    assert_eq!(services["clock"]["status"], "unknown");
    assert_eq!(report["errors"].as_array().unwrap().len(), 1, "{report}");
}

#[test]
fn people_read_what_is_down_why_and_how_to_start_it() {
    let sandbox = sandbox_alone();
    let told = sandbox.told(&["validate"], "");
    assert_eq!(told.code, 0, "{told:?}");
    for text in [
        "✓  postgres",
        "✗  redis",
        "nothing listens there",
        "redis: what to do\n  `docker compose up --wait redis`",
        "everything that is required is available",
    ] {
        assert!(told.stdout.contains(text), "{text}: {told:?}");
    }
    let told = sandbox.told(&["validate", "--require", "redis"], "");
    assert_eq!(told.code, 3, "{told:?}");
    assert!(told.stdout.contains("✗ redis is unavailable"), "{told:?}");
    assert!(!told.stdout.contains("everything that is"), "{told:?}");

    let url = format!("postgres://app:hunter2@127.0.0.1:{}/x", free_port());
    sandbox
        .write(".env", format!("PGHOST=127.0.0.1\nPGPASSWORD=hunter2\nPGPORT={}\n", free_port()));
    for database in [vec!["--database-url", &url], vec![]] {
        let only = ["validate", "--only", "postgres,migrations"];
        let mut af = sandbox.af_without_database(&[&only[..], &database].concat());
        let output = af.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(text.contains("–  migrations"), "{text}");
        assert!(text.contains("✗ postgres is unavailable: 127.0.0.1:"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn only_what_is_named_or_required_is_looked_at() {
    let sandbox = sandbox_alone();
    let names = |arguments: &[&str]| {
        let (report, code) = sandbox.json(&[&["validate"], arguments].concat());
        let names: Vec<String> = report["services"].as_object().unwrap().keys().cloned().collect();
        (names.join(" "), code)
    };
    assert_eq!(names(&["--only", "redis"]), ("redis".to_owned(), 0));
    assert_eq!(names(&["--only", "disk", "--require", "redis"]), ("disk redis".to_owned(), 3));
    assert_eq!(
        names(&["--only", "disk", "--require", "postgres"]),
        ("disk postgres".to_owned(), 0)
    );
}

#[test]
fn mistakes_are_named() {
    let sandbox = sandbox_alone();
    let told = sandbox.told(&["validate", "--require", "reddis"], "");
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.stderr.contains("'redis'") && told.stderr.contains("pgvector"), "{told:?}");
    for time in ["99ms", "9s", "soon"] {
        let told = sandbox.told(&["validate", "--timeout", time], "");
        assert_eq!(told.code, 2, "{told:?}");
    }
    for (name, value) in [("REDIS_URL", "http://:hunter2@cache.example"), ("QDRANT_URL", "hunter2")]
    {
        sandbox.write(".env", format!("{name}={value}\n"));
        let told = sandbox.told(&["validate"], "");
        assert_eq!(told.code, 2, "{told:?}");
        assert!(told.stderr.contains(name) && !told.contains("hunter2"), "{told:?}");
    }
}

#[test]
fn a_redis_with_password_and_tls_is_available_and_its_password_is_nowhere() {
    let sandbox = sandbox_alone();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    sandbox.write("cert.pem", made.cert.pem());
    sandbox.write("key.pem", made.signing_key.serialize_pem());
    let (cert, key) = (sandbox.path().join("cert.pem"), sandbox.path().join("key.pem"));
    let (port, tls_port) = (free_port(), free_port());
    let options = [
        "--requirepass",
        "hunter2",
        "--tls-port",
        &tls_port.to_string(),
        "--tls-cert-file",
        cert.to_str().unwrap(),
        "--tls-key-file",
        key.to_str().unwrap(),
        "--tls-ca-cert-file",
        cert.to_str().unwrap(),
        "--tls-auth-clients",
        "no",
    ];
    let Some(_redis) = redis(port, sandbox.path(), &options) else { return };
    let look = |url: String| -> (Value, String) {
        let mut af = sandbox.af(&["validate", "--only", "redis", "-vv", "--output", "json"]);
        let output = af.env("REDIS_URL", url).env("SSL_CERT_FILE", &cert).output().unwrap();
        let logged = String::from_utf8(output.stderr).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("hunter2") && !logged.contains("hunter2"), "{text} {logged}");
        let report: Value = serde_json::from_str(&text).unwrap();
        (report["services"]["redis"].clone(), logged)
    };
    let (found, _) = look(format!("rediss://:hunter2@localhost:{tls_port}"));
    assert_eq!(found["status"], "available", "{found}");
    assert!(found["latency_ms"].as_f64().unwrap() > 0.0, "{found}");
    let (found, _) = look(format!("redis://:hunter2@localhost:{port}"));
    assert_eq!(found["status"], "available", "{found}");
    // The certificate is for another name.
    let (found, _) = look(format!("rediss://:hunter2@127.0.0.1:{tls_port}"));
    assert!(found["message"].as_str().unwrap().contains("TLS failed"), "{found}");
    let (found, logged) = look(format!("redis://:hunter2-wrong@localhost:{port}"));
    assert!(found["message"].as_str().unwrap().contains("WRONGPASS"), "{found}");
    assert!(logged.contains("a check failed"), "{logged}");
}

/// Reading the roots never ends, and the command does.
#[cfg(unix)]
#[test]
fn roots_that_cannot_be_read_to_their_end_do_not_hold_it_up() {
    let sandbox = Sandbox::bare();
    let pipe = sandbox.path().join("roots.pem");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Takes connections, and is waited for no longer than the roots.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("rediss://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let only = ["validate", "--only", "redis", "--timeout", "200ms", "--retries", "0"];
    let mut validate = sandbox.af_without_database(&[&only[..], &["--output", "json"]].concat());
    validate.env("REDIS_URL", url).env("SSL_CERT_FILE", &pipe);
    let (report, code) = crate::support::json(&mut validate);
    let redis = &report["services"]["redis"];
    assert_eq!((redis["status"].as_str(), code), (Some("unavailable"), 0), "{report}");
    let message = redis["message"].as_str().unwrap();
    assert!(message.contains("SSL_CERT_FILE names a pipe, socket or device"), "{report}");
}

#[cfg(unix)]
#[test]
fn files_of_tls_that_never_end_hold_up_no_command() {
    let sandbox = Sandbox::bare();
    let pipe = sandbox.path().join("pipe.pem");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let url = |mode: &str| format!("postgres://app@127.0.0.1:{}/x?sslmode={mode}", free_port());
    for (mode, name, said) in [
        ("verify-ca", "PGSSLROOTCERT", "sslrootcert"),
        ("verify-full", "SSL_CERT_FILE", "SSL_CERT_FILE"),
    ] {
        let af = |arguments: &[&str]| {
            let mut af = sandbox.af_without_database(arguments);
            af.args(["--output", "json"]).env("DATABASE_URL", url(mode)).env(name, &pipe);
            af.timeout(Duration::from_secs(30));
            crate::support::json(&mut af)
        };
        let (told, code) = af(&["migrate", "status"]);
        assert_eq!(code, 2, "{told}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(said) && message.contains("a plain file was"), "{told}");
        let (report, code) = af(&["validate", "--only", "postgres"]);
        let postgres = &report["services"]["postgres"];
        assert_eq!((postgres["status"].as_str(), code), (Some("unavailable"), 3), "{report}");
        let message = postgres["message"].as_str().unwrap();
        assert!(message.contains(said) && message.contains("a plain file was"), "{report}");
    }
}
