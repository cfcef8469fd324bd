//! Whatever does not answer, in every way.

use std::time::{Duration, Instant};

use agentflow_services::{Name, Report, Settings, Status};
use tokio::net::{TcpSocket, TcpStream};

use crate::{
    servers::BlackHole,
    support::{look_at, report, settings, variables},
};

const THREE: [Name; 3] = [Name::Postgres, Name::Redis, Name::Qdrant];

/// All three at the same address.
fn all_at(host: &str, port: u16) -> Settings {
    settings(&variables([
        ("DATABASE_URL", &format!("postgres://app:hunter2@{host}:{port}/agentflow")),
        ("REDIS_URL", &format!("redis://:hunter2@{host}:{port}")),
        ("QDRANT_URL", &format!("http://{host}:{port}")),
        ("QDRANT_API_KEY", "hunter2"),
    ]))
}

fn assert_all_say(report: &Report, message: &str, hint: &str) {
    for name in THREE {
        let service = &report.services[&name];
        assert_eq!(service.status, Status::Unavailable, "{service:?}");
        assert!(service.message.contains(message), "{name}: {service:?}");
        assert!(service.hint.as_deref().unwrap().contains(hint), "{name}: {service:?}");
    }
    let text = format!("{report:?}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_connections_and_says_nothing_is_told_as_that_in_time() {
    let hole = BlackHole::start().await;
    let found = report(&all_at("127.0.0.1", hole.port)).await;
    assert_all_say(&found, "says nothing within 2 s", "ss -ltnp");
    assert_all_say(&found, "says nothing within", "`--timeout` allows more");
    for name in THREE {
        let hint = found.services[&name].hint.as_deref().unwrap();
        let (_, start) = hint.split_once("start it anew:\n").unwrap();
        assert!(start.contains(&format!("docker compose up --wait {name}")), "{hint}");
    }
}

/// What takes no time limit of ours into account is cut off by it all the same.
#[tokio::test(flavor = "multi_thread")]
async fn patience_is_as_long_as_asked_for() {
    let hole = BlackHole::start().await;
    let mut settings = all_at("127.0.0.1", hole.port);
    settings.timeout = Duration::from_millis(200);
    settings.retries = 0;
    let begun = Instant::now();
    let found = report(&settings).await;
    // Half a second more to see whether PostgreSQL takes connections at all, and three to look for programs.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_all_say(&found, "says nothing within 0.2 s", "ss -ltnp");
    assert!(!found.services[&Name::Redis].message.contains("tried"), "{found:?}");
    settings.timeout = Duration::from_secs(8);
    settings.retries = 20;
    report(&settings).await;
}

/// A listener whose queue is full drops what comes, as a firewall does.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_drops_packets_is_told_as_that_in_time() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    let is_full = loop {
        let connect = TcpStream::connect(address);
        match tokio::time::timeout(Duration::from_millis(500), connect).await {
            Ok(Ok(stream)) => held.push(stream),
            Ok(Err(_)) => break false,
            Err(_) => break true,
        }
        if held.len() > 64 {
            break false;
        }
    };
    if !is_full {
        crate::servers::skip_optional("this kernel drops nothing on a full queue");
        return;
    }
    let found = report(&all_at("127.0.0.1", address.port())).await;
    assert_all_say(&found, "does not answer within", "firewall");
    // The same where the URL has a shorter limit of its own.
    let url = format!("postgres://app@{address}/x?connect_timeout=1");
    let mut short = settings(&variables([("DATABASE_URL", &url)]));
    short.retries = 0;
    let service = look_at(Name::Postgres, &short).await;
    assert!(service.message.contains("does not answer within"), "{service:?}");
    assert!(service.hint.as_deref().unwrap().contains("firewall"), "{service:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_knows_is_told_as_that() {
    let found = report(&all_at("no-such-host.invalid", 5432)).await;
    for name in THREE {
        let service = &found.services[&name];
        assert_eq!(service.status, Status::Unavailable);
        // A resolver that cannot be reached says nothing, which is as true.
        let said = ["name of the host is not known", "does not answer", "says nothing"];
        assert!(said.iter().any(|it| service.message.contains(it)), "{name}: {service:?}");
    }
}
