//! What is said of a real Redis.

use std::{sync::Arc, time::Duration};

use agentflow_services::{Name, Service, Status};
use redis::aio::MultiplexedConnection;

use crate::{
    servers::{Http, Redis, qdrant},
    support::{look_at, settings, variables},
    talker::{Script, Talker},
};

async fn found(url: &str, password: &str) -> Service {
    let mut settings = settings(&variables([("REDIS_URL", url), ("REDIS_PASSWORD", password)]));
    settings.retries = 0;
    look_at(Name::Redis, &settings).await
}

fn assert_down(service: &Service, message: &str, hint: &str) {
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.message.contains(message), "{service:?}");
    assert!(service.hint.as_deref().unwrap().contains(hint), "{service:?}");
    assert!(!format!("{service:?}").contains("hunter2"), "{service:?}");
}

/// Redis may still hold the connection by which it was seen to listen.
async fn connect(redis: &Redis) -> MultiplexedConnection {
    let client = redis::Client::open(redis.url()).unwrap();
    let mut poll = tokio::time::interval(Duration::from_millis(5));
    loop {
        if let Ok(connection) = client.get_multiplexed_async_connection().await {
            return connection;
        }
        poll.tick().await;
    }
}

#[tokio::test]
async fn one_without_a_password_is_available() {
    let Some(redis) = Redis::start(&[]).await else { return };
    let service = found(&redis.url(), "").await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    let version = service.version.as_deref().unwrap();
    assert!(version.starts_with(|it: char| it.is_ascii_digit()), "{version}");
    assert_eq!(service.message, format!("Redis {version} at 127.0.0.1:{}", redis.port));
    assert!(service.warnings.is_empty(), "{service:?}");

    // A password that nobody asks for may be that of another Redis.
    let service = found(&redis.url(), "hunter2").await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert!(service.warnings[0].contains("asks for none"), "{service:?}");
    // That of compose.yaml is only a guess.
    let port = redis.port.to_string();
    let service = look_at(Name::Redis, &settings(&variables([("REDIS_PORT", &port)]))).await;
    assert_eq!((service.status, service.warnings.len()), (Status::Available, 0), "{service:?}");
}

#[tokio::test]
async fn a_password_that_is_missing_or_wrong_is_told() {
    let Some(redis) = Redis::start(&["--requirepass", "hunter2"]).await else { return };
    let service = found(&redis.url(), "hunter2").await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert!(service.warnings.is_empty(), "{service:?}");
    let missing = found(&redis.url(), "").await;
    assert_down(&missing, "asks for a password, and none was given", "redis://:PASSWORD@HOST");
    let wrong = found(&format!("redis://:hunter2-wrong@127.0.0.1:{}", redis.port), "").await;
    assert_down(&wrong, "refuses the password (WRONGPASS)", "REDIS_PASSWORD");
    let other = found(&format!("redis://nobody:hunter2@127.0.0.1:{}", redis.port), "").await;
    assert_down(&other, "refuses the password (WRONGPASS)", "REDIS_PASSWORD");
}

#[tokio::test]
async fn a_user_who_may_do_little_is_served_if_it_may_ping() {
    let Some(redis) = Redis::start(&[]).await else { return };
    let mut connection = connect(&redis).await;
    for (user, may) in [("ann", "+ping"), ("bob", "+get")] {
        let mut acl = redis::cmd("ACL");
        acl.arg("SETUSER").arg(user).arg("on").arg(">hunter2").arg(may);
        let _: () = acl.query_async(&mut connection).await.unwrap();
    }
    let url = |user: &str| format!("redis://{user}:hunter2@127.0.0.1:{}", redis.port);
    let service = found(&url("ann"), "").await;
    assert_eq!((service.status, &service.version), (Status::Available, &None), "{service:?}");
    assert_down(&found(&url("bob"), "").await, "NOPERM", "REDIS_URL");
    let service = found(&format!("{}/1", url("ann")), "").await;
    assert_down(&service, "SELECT database 1 (NOPERM)", "REDIS_URL");
}

#[tokio::test]
async fn the_database_that_is_named_has_to_be_there() {
    let Some(redis) = Redis::start(&[]).await else { return };
    let service = found(&format!("{}/15", redis.url()), "").await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    let service = found(&format!("{}/99", redis.url()), "").await;
    assert_down(&service, "has no database 99", "at the end of REDIS_URL");
}

#[tokio::test]
async fn one_that_answers_ping_and_does_not_tell_its_version_is_available() {
    let script = Script { after: b"PING\r\n", says: b"+PONG\r\n", on_and_on: b"" };
    let server = Talker::start(script).await;
    let service = found(&format!("redis://127.0.0.1:{}", server.port), "").await;
    assert_eq!((service.status, &service.version), (Status::Available, &None), "{service:?}");
}

#[tokio::test]
async fn one_that_is_still_reading_its_data_is_told_as_that() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let options = ["--enable-debug-command", "local"];
    let Some(first) = Redis::start_in(&folder, &options).await else { return };
    let mut connection = connect(&first).await;
    let mut debug = redis::cmd("DEBUG");
    let _: () = debug.arg("POPULATE").arg(50_000).query_async(&mut connection).await.unwrap();
    let _: () = redis::cmd("SAVE").query_async(&mut connection).await.unwrap();
    drop(first);
    // A fifth of a millisecond for each of them, and it answers others in between.
    let slow = ["--key-load-delay", "200", "--loading-process-events-interval-bytes", "1024"];
    let Some(second) = Redis::start_in(&folder, &slow).await else { return };
    let service = found(&second.url(), "").await;
    assert_down(&service, "reading its data into memory (LOADING)", "wait a little");
}

#[tokio::test]
async fn one_that_takes_no_more_connections_is_told_as_that() {
    let Some(redis) = Redis::start(&["--maxclients", "1"]).await else { return };
    let _held = connect(&redis).await;
    let service = found(&redis.url(), "").await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.message.contains("takes no more connections (maxclients)"), "{service:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_file_will_do() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let path = folder.path().join("redis.sock");
    let options = ["--unixsocket", path.to_str().unwrap()];
    let Some(redis) = Redis::start_in(&folder, &options).await else { return };
    // It listens on its port first.
    while tokio::net::UnixStream::connect(&path).await.is_err() {
        tokio::task::yield_now().await;
    }
    let url = format!("unix://{}", path.display());
    let service = found(&url, "").await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    drop(redis);
    std::fs::remove_file(&path).ok();
    assert_down(&found(&url, "").await, "nothing listens there", "docker compose up --wait redis");
}

#[tokio::test]
async fn tls_that_one_of_the_two_does_not_speak_is_told_as_that() {
    let Some(plain) = Redis::start(&[]).await else { return };
    let service = found(&plain.url().replace("redis://", "rediss://"), "").await;
    assert_down(&service, "TLS", "rediss:// is for a server with TLS");

    let folder = Arc::new(tempfile::tempdir().unwrap());
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let port = crate::support::free_port().to_string();
    let options = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        cert.to_str().unwrap(),
        "--tls-key-file",
        key.to_str().unwrap(),
        "--tls-ca-cert-file",
        cert.to_str().unwrap(),
        "--tls-auth-clients",
        "no",
    ];
    let Some(secure) = Redis::start_in(&folder, &options).await else { return };
    let service = found(&format!("rediss://127.0.0.1:{port}"), "").await;
    assert_down(&service, "TLS failed: invalid peer certificate", "SSL_CERT_FILE");
    let service = found(&format!("redis://127.0.0.1:{port}"), "").await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    drop(secure);
}

#[tokio::test]
async fn what_is_no_redis_is_told_as_that() {
    let server = Http::start(qdrant).await;
    let service = found(&format!("redis://127.0.0.1:{}", server.port), "").await;
    assert_down(&service, "no Redis", "REDIS_PORT");
}
