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
        let profiles = &services[name]["profiles"];
        assert!(profiles.is_null(), "`docker compose up` does not start {name}: {profiles}");
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
        if !["postgres", "redis", "qdrant"].contains(&name) {
            assert!(service["profiles"].is_array(), "{name} starts though nobody asked for it");
        }
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
        self.run(&["down", "--volumes"]);
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
    assert!(project.run(&["up", "--wait", "postgres", "redis", "qdrant"]), "it does not start");
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
