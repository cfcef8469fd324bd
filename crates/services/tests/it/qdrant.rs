//! What is said of Qdrant, by a server that answers as Qdrant's documents have it, and by Qdrant itself where there is one.

use std::{path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use agentflow_services::{Name, Service, Status};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{
    servers::{Answers, Http, KEY, find_program, qdrant, skip_optional},
    support::{free_port, look_at, settings, variables},
};

async fn found(answers: Answers, key: &str) -> (Service, Http) {
    let server = Http::start(answers).await;
    let mut settings =
        settings(&variables([("QDRANT_URL", &server.url()), ("QDRANT_API_KEY", key)]));
    settings.retries = 0;
    (look_at(Name::Qdrant, &settings).await, server)
}

fn assert_down(service: &Service, message: &str, hint: &str) {
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.message.contains(message), "{service:?}");
    assert!(service.hint.as_deref().unwrap().contains(hint), "{service:?}");
    assert!(!format!("{service:?}").contains("hunter2"), "{service:?}");
}

#[tokio::test]
async fn a_qdrant_that_is_ready_and_takes_the_key_is_available() {
    let (service, server) = found(qdrant, KEY).await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert_eq!(service.version.as_deref(), Some("1.15.4"));
    let asked = server.asked.lock().unwrap();
    let pages: Vec<_> = asked.iter().map(|(page, _)| page.as_str()).collect();
    assert_eq!(pages, ["/", "/readyz", "/collections"]);
    assert!(asked.iter().all(|(_, key)| key.as_deref() == Some(KEY)), "{asked:?}");
}

#[tokio::test]
async fn a_key_that_is_missing_or_wrong_is_told() {
    let (service, _) = found(qdrant, "").await;
    assert_down(&service, "asks for an API key, and none is set (401)", "QDRANT_API_KEY");
    let (service, _) = found(qdrant, "hunter2-wrong").await;
    assert_down(&service, "does not accept the API key (401)", "QDRANT_API_KEY");
    let forbidden: Answers = |page, key| match page {
        "/collections" => (403, "Global access is required"),
        _ => qdrant(page, key),
    };
    let (service, _) = found(forbidden, KEY).await;
    assert_down(&service, "(403)", "QDRANT_API_KEY");
}

#[tokio::test]
async fn one_that_is_not_ready_is_told_as_that() {
    let not_ready: Answers = |page, key| match page {
        "/readyz" => (503, "some shards are not ready"),
        _ => qdrant(page, key),
    };
    let (service, _) = found(not_ready, KEY).await;
    assert_down(&service, "not all of its shards are ready", "docker compose logs qdrant");
}

#[tokio::test]
async fn one_that_gets_ready_meanwhile_is_available() {
    use std::sync::atomic::{AtomicU32, Ordering};

    static ASKED: AtomicU32 = AtomicU32::new(0);
    let late: Answers = |page, key| match page {
        "/readyz" if ASKED.fetch_add(1, Ordering::Relaxed) == 0 => (503, "not yet"),
        _ => qdrant(page, key),
    };
    let server = Http::start(late).await;
    let settings = settings(&variables([("QDRANT_URL", &server.url()), ("QDRANT_API_KEY", KEY)]));
    let service = look_at(Name::Qdrant, &settings).await;
    assert_eq!(service.status, Status::Available, "{service:?}");
}

#[tokio::test]
async fn what_is_no_qdrant_is_told_as_that() {
    for (case, answers) in [
        ("another program", (|_, _| (200, "<html>It works!</html>")) as Answers),
        ("one with a title", |_, _| (200, r#"{"title":"something else","version":"1"}"#)),
        ("one without pages", |_, _| (404, "")),
        ("one that sends us elsewhere", |_, _| (302, "")),
    ] {
        let (service, _) = found(answers, KEY).await;
        assert_down(&service, "Qdrant", "QDRANT_PORT");
        assert!(service.version.is_none(), "{case}: {service:?}");
    }
    let (service, _) = found(|_, _| (502, "bad gateway"), KEY).await;
    assert_down(&service, "a proxy answers", "wait a little");
}

#[tokio::test]
async fn tls_that_is_not_there_is_told_as_that() {
    let server = Http::start(qdrant).await;
    let url = server.url().replace("http://", "https://");
    let mut settings = settings(&variables([("QDRANT_URL", &url), ("QDRANT_API_KEY", KEY)]));
    settings.retries = 0;
    let service = look_at(Name::Qdrant, &settings).await;
    assert_down(&service, "", "https:// is for a server with TLS");
}

/// A certificate that is nobody's but its own.
#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told_as_that() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(acceptor.accept(stream));
        }
    });
    let url = format!("https://127.0.0.1:{port}");
    let settings = settings(&variables([("QDRANT_URL", &url), ("QDRANT_API_KEY", KEY)]));
    let service = look_at(Name::Qdrant, &settings).await;
    server.abort();
    assert_down(&service, "TLS failed: invalid peer certificate", "SSL_CERT_FILE");
    assert!(service.message.contains("authority that this system does not trust"), "{service:?}");
}

/// Qdrant itself: the program that `QDRANT_BIN` names, or the one on the PATH.
#[tokio::test]
async fn a_real_qdrant_is_available_with_its_key_and_not_without() {
    let named = std::env::var_os("QDRANT_BIN").map(PathBuf::from);
    let Some(program) = named.or_else(|| find_program("qdrant")) else {
        skip_optional("Qdrant is not installed (neither QDRANT_BIN nor the PATH leads to it)");
        return;
    };
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut server = tokio::process::Command::new(program);
    server.current_dir(folder.path()).env("QDRANT__SERVICE__HOST", "127.0.0.1");
    server.env("QDRANT__SERVICE__HTTP_PORT", port.to_string());
    server.env("QDRANT__SERVICE__GRPC_PORT", free_port().to_string());
    server.env("QDRANT__SERVICE__API_KEY", KEY).env("QDRANT__TELEMETRY_DISABLED", "true");
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let _server = server.spawn().unwrap();
    let url = format!("http://127.0.0.1:{port}");
    let with_key = settings(&variables([("QDRANT_URL", &url), ("QDRANT_API_KEY", KEY)]));
    let mut poll = tokio::time::interval(Duration::from_millis(50));
    let service = loop {
        let service = look_at(Name::Qdrant, &with_key).await;
        if service.status == Status::Available {
            break service;
        }
        assert!(service.message.contains("nothing listens") || service.message.contains("ready"));
        poll.tick().await;
    };
    assert!(service.version.is_some(), "{service:?}");
    let without = settings(&variables([("QDRANT_URL", &url)]));
    assert_down(&look_at(Name::Qdrant, &without).await, "asks for an API key", "QDRANT_API_KEY");
}
