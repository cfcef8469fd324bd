//! compose.yaml: what it promises, and that it starts.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use agentflow_services::{Name, Status};
use serde_json::Value;

use crate::{
    servers::skip_optional,
    support::{free_port, report, settings, variables},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn compose() -> Value {
    let text = std::fs::read_to_string(root().join("compose.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn services(compose: &Value) -> BTreeMap<&str, &Value> {
    compose["services"].as_object().unwrap().iter().map(|(name, it)| (name.as_str(), it)).collect()
}

/// A version that names one build, and no `latest`, `8` or `alpine`.
fn is_pinned(image: &str) -> bool {
    let Some((_, tag)) = image.rsplit_once(':') else { return false };
    let number = tag.trim_start_matches('v').split(['-', '_']).next().unwrap_or_default();
    let parts: Vec<_> = number.split('.').collect();
    parts.len() >= 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
}

#[test]
fn every_service_is_pinned_watched_and_open_to_this_machine_only() {
    let compose = compose();
    let services = services(&compose);
    for name in ["postgres", "redis", "qdrant"] {
        assert!(services.contains_key(name), "{name} is missing");
        let volume = services[name]["volumes"][0].as_str().unwrap();
        let (volume, _) = volume.split_once(':').unwrap();
        assert!(compose["volumes"].get(volume).is_some(), "{volume} is no volume");
    }
    for (name, service) in services {
        let image = service["image"].as_str().unwrap();
        assert!(is_pinned(image), "{name}: {image} may become another program tomorrow");
        let health = &service["healthcheck"];
        for field in ["test", "interval", "timeout", "retries"] {
            assert!(!health[field].is_null(), "{name} has a health check without {field}");
        }
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        for port in service["ports"].as_array().unwrap() {
            let port = port.as_str().unwrap();
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port} is open to others");
        }
    }
}

/// What Compose starts with these profiles: what has none, and what has one of them.
fn started<'c>(services: &BTreeMap<&'c str, &Value>, profiles: &[&str]) -> Vec<&'c str> {
    let is_on = |service: &Value| match service["profiles"].as_array() {
        None => true,
        Some(own) => own.iter().any(|it| profiles.contains(&it.as_str().unwrap())),
    };
    services.iter().filter(|(_, service)| is_on(service)).map(|(name, _)| *name).collect()
}

/// Profiles, and what they start.
const PROFILES: [(&[&str], &[&str]); 5] = [
    (&[], &["postgres"]),
    (&["cache"], &["postgres", "redis"]),
    (&["vectors"], &["postgres", "qdrant"]),
    (&["cache", "vectors"], &["postgres", "qdrant", "redis"]),
    (&["all"], &["postgres", "qdrant", "redis"]),
];

#[test]
fn a_profile_starts_what_it_names_and_postgres_starts_always() {
    let compose = compose();
    let services = services(&compose);
    for (profiles, expected) in PROFILES {
        assert_eq!(started(&services, profiles), expected, "{profiles:?}");
    }
    let guide = std::fs::read_to_string(root().join("docs/services.md")).unwrap();
    for service in services.values() {
        for profile in service["profiles"].as_array().into_iter().flatten() {
            let known =
                PROFILES.iter().any(|(names, _)| names.contains(&profile.as_str().unwrap()));
            assert!(known, "{profile} is not tested");
            assert!(guide.contains(&format!("--profile {}", profile.as_str().unwrap())));
        }
    }
}

/// The same, as Compose itself sees it. That takes no Docker that runs.
#[test]
fn compose_agrees_about_profiles() {
    let services = |profiles: &[&str]| {
        let mut docker = Command::new("docker");
        docker.arg("compose").args(profiles.iter().flat_map(|it| ["--profile", it]));
        docker.args(["config", "--services"]).current_dir(root()).env("COMPOSE_PROFILES", "");
        docker.output()
    };
    let version = Command::new("docker").args(["compose", "version"]).output();
    if !version.is_ok_and(|output| output.status.success()) {
        skip_optional("the plugin `docker compose` is not installed");
        return;
    }
    for (profiles, expected) in PROFILES {
        let output = services(profiles).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut names: Vec<_> = text.lines().collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{profiles:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn images_that_are_not_pinned_are_noticed() {
    for image in ["redis", "redis:latest", "redis:8", "redis:8.2-alpine", "pgvector/pgvector:pg18"]
    {
        assert!(!is_pinned(image), "{image}");
    }
    for image in ["redis:8.2.1-alpine", "qdrant/qdrant:v1.15.4", "pgvector/pgvector:0.8.1-pg18"] {
        assert!(is_pinned(image), "{image}");
    }
}

/// With a project, ports and volumes of its own, which are gone afterwards.
struct Project(Vec<(&'static str, String)>);

impl Project {
    fn run(&self, arguments: &[&str]) -> bool {
        let mut docker = Command::new("docker");
        docker.args(["compose", "--project-name", "agentflow-test"]).args(arguments);
        docker.current_dir(root()).envs(self.0.iter().map(|(name, value)| (name, value)));
        docker.status().unwrap().success()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // Without their profiles, Redis and Qdrant would stay.
        self.run(&["--profile", "all", "down", "--volumes"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_compose_starts_is_healthy_and_available() {
    let info = Command::new("docker").args(["compose", "ls"]).output();
    if !info.is_ok_and(|output| output.status.success()) {
        skip_optional("there is no Docker that runs, so compose.yaml is not started");
        return;
    }
    let ports = ["POSTGRES_PORT", "REDIS_PORT", "QDRANT_PORT", "QDRANT_GRPC_PORT"];
    let ports: Vec<_> = ports.into_iter().map(|name| (name, free_port().to_string())).collect();
    let project = Project(ports.clone());
    // One by one and without profiles, as `af validate` advises.
    for name in ["postgres", "redis", "qdrant"] {
        assert!(project.run(&["up", "--wait", name]), "{name} does not start");
    }
    let mut all = variables([]);
    let port = &ports[0].1;
    let url = format!("postgres://agentflow:agentflow-dev@127.0.0.1:{port}/agentflow");
    all.insert("DATABASE_URL", url);
    all.extend(ports.iter().cloned());
    let found = report(&settings(&all)).await;
    for name in [Name::Postgres, Name::Redis, Name::Qdrant] {
        let service = &found.services[&name];
        assert_eq!(service.status, Status::Available, "{service:?}");
        assert!(service.version.is_some(), "{service:?}");
    }
}
