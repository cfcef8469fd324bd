//! `--metrics` of commands that go on, `af metrics`, and logs for machines.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::Sandbox;

/// A command that goes on and serves metrics; it ends with this.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut command = sandbox.command(&[arguments, &["--metrics", "0"]].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let address = lines
            .find_map(|line| {
                let rest = line.strip_prefix("Metrics are at http://")?;
                rest.strip_suffix("/metrics.").map(str::to_owned)
            })
            .unwrap();
        // Nobody may make it wait by not reading on.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// The status and the body of an answer.
    fn ask(&self, method: &str, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    /// Connections over which nothing is said.
    fn idle(&self, count: usize) -> Vec<TcpStream> {
        let connect = |_| {
            let stream = TcpStream::connect(&self.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
            stream
        };
        (0..count).map(connect).collect()
    }

    fn page(&self) -> String {
        let (status, page) = self.ask("GET", "/metrics");
        assert_eq!(status, 200);
        page
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of a metric with these labels.
fn value(page: &str, metric: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{metric} is not in {page}")).parse().unwrap()
}

#[test]
fn a_worker_shows_its_metrics_to_prometheus() {
    let sandbox = Sandbox::of_acme();
    let serving = Serving::start(&sandbox, &["run", "work", "--exec", "true"]);
    assert_eq!(serving.ask("GET", "/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(serving.ask("GET", "/readyz"), (200, "ok\n".to_owned()));
    assert_eq!(serving.ask("GET", "/").0, 404);
    assert_eq!(serving.ask("POST", "/metrics").0, 405);

    // The first reading is itself an operation, which the second one shows.
    serving.page();
    let page = serving.page();
    assert!(page.contains("# TYPE af_operation_duration_seconds histogram"), "{page}");
    let measured = "af_operation_duration_seconds_count{operation=\"measure the queue of runs\",outcome=\"ok\"}";
    assert!(value(&page, measured) >= 2.0, "{page}");
    let within = "af_operation_duration_seconds_bucket{operation=\"measure the queue of runs\",outcome=\"ok\",le=\"+Inf\"}";
    assert!(value(&page, within) >= 2.0, "{page}");
    for (metric, expected) in
        [("af_database_up", 1.0), ("af_runs_due", 0.0), ("af_pool_connections_limit", 15.0)]
    {
        assert!((value(&page, metric) - expected).abs() < 0.1, "{metric} in {page}");
    }
    assert!(page.contains("af_build_info{version="), "{page}");
}

#[test]
fn a_process_without_its_database_is_alive_and_not_ready() {
    let sandbox = Sandbox::migrated();
    let serving = Serving::start(&sandbox, &["run", "work", "--exec", "true"]);
    assert_eq!(serving.ask("GET", "/readyz").0, 200);
    // As if the server had gone: nobody gets in any more, and who is in is thrown out.
    let name = sandbox.url().rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let admin = sandbox.url().replace(&format!("/{name}"), "/postgres");
    crate::support::run_sql(
        &admin,
        &format!(
            "ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ),
    );
    let (status, told) = serving.ask("GET", "/readyz");
    assert_eq!((status, told.as_str()), (503, "the database does not answer\n"));
    assert_eq!(serving.ask("GET", "/healthz").0, 200);
    let page = serving.page();
    assert!(value(&page, "af_database_up") < 0.1, "{page}");
    assert!(value(&page, "af_errors_total{kind=\"unavailable\"}") >= 1.0, "{page}");
    crate::support::run_sql(&admin, &format!("ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS true"));
}

#[test]
fn those_who_say_nothing_do_not_keep_others_from_asking_whether_it_lives() {
    let sandbox = Sandbox::migrated();
    let serving = Serving::start(&sandbox, &["run", "work", "--exec", "true"]);
    let mut idle = serving.idle(16);
    let began = Instant::now();
    assert_eq!(serving.ask("GET", "/healthz").0, 200);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // They are not waited for for long.
    for stream in &mut idle {
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    }
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[test]
fn whoever_is_one_too_many_is_told_so_at_once_and_the_others_are_served() {
    let sandbox = Sandbox::migrated();
    let serving = Serving::start(&sandbox, &["run", "work", "--exec", "true"]);
    let mut idle = serving.idle(64);
    let mut last = serving.idle(1);
    let mut told = String::new();
    last[0].read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 503 "), "{told}");
    // Whoever asks is served, though all are there.
    write!(idle[0], "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut told = String::new();
    idle[0].read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 200 "), "{told}");
    for stream in &mut idle {
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    }
    assert_eq!(serving.ask("GET", "/healthz").0, 200);
}

#[test]
fn what_is_no_address_is_refused_and_one_that_is_taken_is_told() {
    let sandbox = Sandbox::migrated();
    let work = ["run", "work", "--exec", "true", "--until-idle", "--metrics"];
    assert_eq!(sandbox.failed(&[&work[..], &["localhost"]].concat()), ("usage".to_owned(), 2));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (told, code) = sandbox.json(&[&work[..], &[address.as_str()]].concat());
    assert_eq!(code, 4, "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains(&address), "{told}");
    let told = sandbox.told(&[&work[..], &[address.as_str()]].concat(), "");
    assert!(told.stderr.contains(&address) && !told.contains("takes runs"), "{told:?}");
    // The variable counts for commands that go on, and for no other.
    sandbox.af(&["tenant", "list"]).env("AF_METRICS", &address).assert().success();
    sandbox.af(&work[..5]).env("AF_METRICS", "").assert().success();
}

#[test]
fn what_waits_is_printed_for_prometheus_and_as_json() {
    let sandbox = Sandbox::of_acme();
    let page = sandbox.text(&["metrics"]);
    assert!(value(&page, "af_runs_due").abs() < 0.1, "{page}");
    // The tenant itself made one.
    assert!(value(&page, "af_audit_unpublished_entries") >= 1.0, "{page}");
    assert!(page.contains("# HELP af_audit_lag_seconds"), "{page}");
    let waiting = sandbox.made(&["metrics"]);
    assert_eq!(waiting["runs"]["due"], 0, "{waiting}");
    assert!(waiting["audit"]["unpublished_entries"].as_u64().unwrap() >= 1, "{waiting}");
}

#[test]
fn the_log_can_be_one_object_a_line() {
    let sandbox = Sandbox::of_acme();
    let output = sandbox
        .af(&["workspace", "list"])
        .envs([("AF_LOG", "agentflow::operation=debug"), ("AF_LOG_FORMAT", "json")])
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let listed = lines.iter().find(|it| it["span"]["operation"] == "list workspaces");
    let listed = listed.unwrap_or_else(|| panic!("{log}"));
    assert_eq!(listed["span"]["outcome"], "ok", "{listed}");
    assert_eq!(listed["target"], "agentflow::operation", "{listed}");

    for (name, value) in [
        ("AF_LOG_FORMAT", "xml"),
        ("AF_LOG", "=,="),
        ("AF_LOG", "agentflow=loud"),
        ("AF_LOG", "[a"),
    ] {
        let refused = sandbox.af(&["workspace", "list"]).env(name, value).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{value}: {said}");
        assert!(said.contains(&format!("invalid setting {name}: expected")), "{said}");
    }
    for unset in ["", " "] {
        let listed = sandbox.af(&["workspace", "list"]).env("AF_LOG", unset).output().unwrap();
        assert!(listed.status.success(), "{listed:?}");
    }
}

/// What a command wrote to stderr, where each line has to be an object.
fn objects(output: &std::process::Output) -> Vec<Value> {
    let log = std::str::from_utf8(&output.stderr).unwrap();
    let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{log}"));
    log.lines().map(object).collect()
}

#[test]
fn with_a_log_for_machines_all_that_is_said_is_one_object_a_line() {
    let sandbox = Sandbox::of_acme();
    let said = |arguments: &[&str]| {
        objects(&sandbox.af(arguments).env("AF_LOG_FORMAT", "json").output().unwrap())
    };
    let work = ["run", "work", "--exec", "true", "--until-idle", "-v", "--metrics", "0"];
    let lines = said(&work);
    let told = |text: &str| {
        lines.iter().any(|it| it["message"].as_str().is_some_and(|it| it.contains(text)))
    };
    assert!(told("Metrics are at") && told("takes runs of tenant acme"), "{lines:?}");
    for line in &lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        assert!(line["target"].is_string(), "{line}");
    }

    let failed = said(&["tenant", "show", "none"]);
    assert_eq!((failed.len(), &failed[0]["kind"]), (1, &Value::from("not_found")), "{failed:?}");
    assert_eq!(failed[0]["level"], "ERROR", "{failed:?}");
    assert_eq!(said(&["workspace", "sow"])[0]["kind"], "usage");
    // What is asked for on stdout stays what it is.
    let listed = sandbox.af(&["workspace", "list"]).env("AF_LOG_FORMAT", "json").output().unwrap();
    assert!(listed.status.success() && objects(&listed).is_empty(), "{listed:?}");
    let help = sandbox.af(&["--help"]).env("AF_LOG_FORMAT", "json").output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("Usage"), "{help:?}");
}

#[test]
fn only_commands_that_go_on_or_are_asked_to_tell_of_slow_operations() {
    let sandbox = Sandbox::of_acme();
    let slow = "SELECT pg_sleep(1.1)";
    let trigger = format!(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM ({slow}); RETURN NEW; END $$;
         CREATE TRIGGER dawdle BEFORE INSERT ON workspaces FOR EACH ROW EXECUTE FUNCTION dawdle()"
    );
    sandbox.sql(&trigger);
    let quiet = sandbox.told(&["workspace", "create", "One"], "");
    assert!(quiet.code == 0 && !quiet.contains("agentflow::slow"), "{quiet:?}");
    let asked = sandbox.af(&["workspace", "create", "Two"]).env("AF_SLOW_MS", "1000").output();
    let log = String::from_utf8(asked.unwrap().stderr).unwrap();
    assert!(log.contains("a slow operation") && log.contains("create a workspace"), "{log}");
    assert!(!log.contains("Two"), "{log}");
}

/// Built with the feature alone: `cargo test -p af --features otel --test it metrics`.
#[cfg(feature = "otel")]
#[test]
fn spans_and_metrics_are_sent_to_a_collector() {
    let sandbox = Sandbox::of_acme();
    let collector = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = collector.local_addr().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in collector.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(size) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = size.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .unwrap();
            let path = head.split(' ').nth(1).unwrap().to_owned();
            if tell.send((path, String::from_utf8_lossy(&body).into_owned())).is_err() {
                return;
            }
        }
    });
    sandbox
        .af(&["workspace", "create", "Confidential-4711"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"))
        .assert()
        .success();
    let sent: Vec<_> = told.try_iter().collect();
    let of = |path: &str| -> String {
        sent.iter().filter(|it| it.0 == path).map(|it| it.1.as_str()).collect()
    };
    let (spans, metrics) = (of("/v1/traces"), of("/v1/metrics"));
    assert!(spans.contains("create a workspace") && spans.contains("outcome"), "{sent:?}");
    assert!(metrics.contains("af_operation_duration_seconds"), "{sent:?}");
    assert!(!spans.contains("4711") && !metrics.contains("4711"), "{sent:?}");
}
