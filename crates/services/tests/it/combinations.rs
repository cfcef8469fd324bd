//! PostgreSQL, Redis and Qdrant, each up or down.

use agentflow_services::{Name, Report, Status};

use crate::{
    servers::{Http, KEY, Redis, qdrant},
    support::{free_port, migrated, report, settings, variables},
};

const THREE: [Name; 3] = [Name::Postgres, Name::Redis, Name::Qdrant];

/// Which, why, and how to start it.
fn assert_told(report: &Report, name: Name, is_up: bool, case: &str) {
    let service = &report.services[&name];
    if is_up {
        assert_eq!(service.status, Status::Available, "{case}: {service:?}");
        assert!(service.latency_ms.is_some_and(|it| it > 0.0), "{case}: {service:?}");
        assert!(service.version.is_some() && service.hint.is_none(), "{case}: {service:?}");
        return;
    }
    assert_eq!(service.status, Status::Unavailable, "{case}: {service:?}");
    assert_eq!(service.latency_ms, None, "{case}");
    assert!(service.message.contains("nothing listens there"), "{case}: {service:?}");
    let hint = service.hint.as_deref().unwrap();
    assert!(hint.contains(&format!("docker compose up --wait {name}")), "{case}: {hint}");
    if name == Name::Postgres {
        assert!(hint.contains("`af up`"), "{case}: {hint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_down_it_is_told_which_why_and_how_to_start_it() {
    agentflow_postgres::needs_pgvector!();
    let Some(redis) = Redis::start(&["--requirepass", "hunter2"]).await else { return };
    let database = migrated().await;
    let vectors = Http::start(qdrant).await;
    for (case, up) in [
        ("all are up", [true, true, true]),
        ("Qdrant is down", [true, true, false]),
        ("Redis is down", [true, false, true]),
        ("Redis and Qdrant are down", [true, false, false]),
        ("PostgreSQL is down", [false, true, true]),
        ("PostgreSQL and Qdrant are down", [false, true, false]),
        ("PostgreSQL and Redis are down", [false, false, true]),
        ("all are down", [false, false, false]),
    ] {
        let port = |is_up: bool, port: u16| if is_up { port } else { free_port() };
        let url = if up[0] {
            database.url().to_owned()
        } else {
            format!("postgres://app:hunter2@127.0.0.1:{}/agentflow", free_port())
        };
        let mut settings = settings(&variables([
            ("DATABASE_URL", &url),
            ("REDIS_URL", &format!("redis://:hunter2@127.0.0.1:{}", port(up[1], redis.port))),
            ("QDRANT_URL", &format!("http://127.0.0.1:{}", port(up[2], vectors.port))),
            ("QDRANT_API_KEY", KEY),
        ]));
        let found = report(&settings).await;
        for (name, is_up) in THREE.into_iter().zip(up) {
            assert_told(&found, name, is_up, case);
        }
        // What only the database can tell is not called down with it.
        let expected = if up[0] { Status::Available } else { Status::Unknown };
        for name in [Name::Migrations, Name::Clock] {
            assert_eq!(found.services[&name].status, expected, "{case}: {found:?}");
        }
        assert_eq!(found.is_good(), up[0], "{case}: {:?}", found.errors);
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains("hunter2"), "{case}: {text}");

        settings.required = THREE.into();
        let found = report(&settings).await;
        let down = up.iter().filter(|is_up| !**is_up).count();
        assert_eq!(found.errors.len(), down, "{case}: {:?}", found.errors);
        for (name, is_up) in THREE.into_iter().zip(up) {
            let told = found.errors.iter().any(|it| it.starts_with(name.as_str()));
            assert_eq!(told, !is_up, "{case}: {:?}", found.errors);
        }
    }
}
