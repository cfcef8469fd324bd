//! Other programs in the place of a service.

use std::sync::atomic::Ordering;

use agentflow_services::{Name, Service, Status};

use crate::{
    support::{look_at, settings, variables},
    talker::{Script, Talker},
};

async fn found(name: Name, port: u16) -> Service {
    let mut settings = settings(&variables([
        ("DATABASE_URL", &format!("postgres://app:hunter2@127.0.0.1:{port}/x")),
        ("REDIS_URL", &format!("redis://:hunter2@127.0.0.1:{port}")),
        ("QDRANT_URL", &format!("http://127.0.0.1:{port}")),
        ("QDRANT_API_KEY", "hunter2"),
    ]));
    settings.retries = 0;
    let service = look_at(name, &settings).await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(!format!("{service:?}").contains("hunter2"), "{service:?}");
    service
}

const LINES: &[u8] = &[b'y'; 64 * 1024];

/// What the system itself holds of a connection is some mebibytes. More than that would be in the memory of ours.
#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_not_read_to_its_end() {
    for (name, says) in [
        (Name::Postgres, b"y\n".as_slice()),
        (Name::Postgres, b"HTTP/1.1 200 OK\r\n\r\n"),
        (Name::Redis, b"$500000000\r\n"),
        (Name::Redis, b"+"),
        (Name::Qdrant, b"HTTP/1.1 200 OK\r\nX: "),
        (Name::Qdrant, b"HTTP/1.1 200 OK\r\n\r\n"),
    ] {
        let endless = Talker::start(Script { after: b"", says, on_and_on: LINES }).await;
        let service = found(name, endless.port).await;
        assert!(service.message.contains("what answers there"), "{name}: {service:?}");
        assert!(service.hint.unwrap().contains("another program answers"), "{name}");
        let taken = endless.taken.load(Ordering::SeqCst);
        assert!(taken < 32 * 1024 * 1024, "{name} {}: {taken}", says.escape_ascii());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_begins_to_answer_is_not_called_silent() {
    // To this it answers, and to nothing else.
    const WANTS_TLS: [u8; 4] = 80_877_103_u32.to_be_bytes();
    let no_tls = Script { after: &WANTS_TLS, says: b"N", on_and_on: b"" };
    for (name, script) in [
        (Name::Postgres, no_tls),
        (Name::Redis, Script::answers(b"+")),
        (Name::Qdrant, Script::answers(b"HTTP/1.1 200 OK\r\nX: y")),
        (Name::Qdrant, Script::answers(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")),
    ] {
        let slow = Talker::start(script).await;
        let service = found(name, slow.port).await;
        let told = service.message.contains("began to answer, and was not done within 2 s");
        assert!(told, "{name} {script:?}: {service:?}");
        assert!(service.hint.unwrap().contains("`--timeout` allows more"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_is_instead_of_a_postgresql_is_told() {
    for (after, says, kind) in [
        (b"".as_slice(), b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(), "it speaks HTTP"),
        // One that waits for the end of a line.
        (b"\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", "it speaks HTTP"),
        (b"", b"-ERR unknown command\r\n", "it speaks like Redis"),
        (b"", b"SSH-2.0-OpenSSH_9.2\r\n", "it is a server of SSH"),
    ] {
        let other = Talker::start(Script { after, says, on_and_on: b"" }).await;
        let service = found(Name::Postgres, other.port).await;
        let told = format!("what answers there is no PostgreSQL: {kind}");
        assert!(service.message.contains(&told), "{service:?}");
        assert!(service.hint.unwrap().contains("POSTGRES_PORT"), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_is_instead_of_a_redis_is_told_without_its_words() {
    for (says, message) in [
        (
            b"HTTP/1.1 400 hunter2\r\n\r\n".as_slice(),
            "what answers there is no Redis: it speaks HTTP",
        ),
        (b"-hunter2 is what you sent\r\n", "no Redis"),
        (b"-CLUSTERDOWN hunter2\r\n", "refuses what it was asked (CLUSTERDOWN)"),
        (b"-ERR unknown command 'AUTH', beginning with: hunter2\r\n", "(ERR)"),
        (b"-ERR wrong number of arguments for 'auth' command\r\n", "Redis before version 6"),
    ] {
        let other = Talker::start(Script::answers(says)).await;
        let service = found(Name::Redis, other.port).await;
        assert!(service.message.contains(message), "{}: {service:?}", says.escape_ascii());
    }
}
