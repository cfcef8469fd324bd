//! A tenant in a store that has a key ring, and whose clock stands still until a test moves it.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use agentflow::{
    NewTenant, NewWorkspace, PrincipalId, Store, Tenant, WorkspaceId,
    audit::{Actor, AuditEntry, AuditFilter},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
    identity::NewService,
    secrets::{
        NewProviderKey, ProviderKey, Rotation,
        key_ring::{KeyProvider, LocalKeyProvider},
    },
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{World, config};

/// What looks like a key of OpenAI.
pub const OPENAI: &str = "sk-planted-0123456789abcdef-one";
/// Another one.
pub const OPENAI_2: &str = "sk-planted-0123456789abcdef-two";

pub fn ann() -> Actor {
    Actor::user("ann")
}

pub fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

pub struct Stage {
    pub world: World,
    pub store: Store,
    pub tenant: Tenant,
    pub workspace: WorkspaceId,
    pub clock: Arc<ManualClock>,
    /// Where the key ring is.
    _folder: TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        let world = World::new().await;
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let entropy = Arc::new(Generator::from_os());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key-ring.json");
        let keys = LocalKeyProvider::create(path, clock.clone(), entropy.clone()).unwrap();
        let provider: Arc<dyn KeyProvider> = Arc::new(keys);
        let config = config(&world.database).with_key_provider(provider);
        let ids = Arc::new(RandomIds::from_os());
        let store = Store::with_sources(config, clock.clone(), ids, entropy).unwrap();
        store.admin().key_ring().init(&ann()).await.unwrap();
        let tenant = new_tenant(&store, "Acme").await;
        let workspace = new_workspace(&tenant).await;
        Self { world, store, tenant, workspace, clock, _folder: folder }
    }

    pub fn now(&self) -> Timestamp {
        use agentflow::core::clock::Clock;

        self.clock.now()
    }

    pub fn pass(&self, duration: SignedDuration) {
        self.clock.set(self.now() + duration);
    }

    pub async fn service(&self, name: &str) -> PrincipalId {
        let services = self.tenant.services();
        services.create(NewService::named(name), &Actor::system()).await.unwrap().id
    }

    pub fn openai(&self, name: &str, value: &str) -> NewProviderKey {
        NewProviderKey::new(self.workspace, "openai", name, secret(value))
    }

    pub async fn key(&self, name: &str, services: &[PrincipalId]) -> ProviderKey {
        let new = NewProviderKey { services: services.to_vec(), ..self.openai(name, OPENAI) };
        self.tenant.provider_keys().add(new, &ann()).await.unwrap()
    }

    /// The actions in the chain, oldest first.
    pub async fn actions(&self) -> Vec<String> {
        let entries = self.entries().await;
        entries.into_iter().rev().filter_map(|entry| entry.action).collect()
    }

    pub async fn entries(&self) -> Vec<AuditEntry> {
        self.tenant.audit().list(&AuditFilter::default(), 1000).await.unwrap()
    }

    pub async fn newest(&self) -> AuditEntry {
        self.tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
    }

    pub async fn rotations(&self, of: Uuid) -> Vec<Rotation> {
        self.tenant.secret_rotations().list(Some(of), None, 100).await.unwrap()
    }

    pub async fn superuser(&self) -> Client {
        self.world.superuser().await
    }
}

pub async fn new_tenant(store: &Store, name: &str) -> Tenant {
    let row = store.admin().tenants().create(NewTenant::named(name), &ann()).await.unwrap();
    store.tenant(row.id)
}

pub async fn new_workspace(tenant: &Tenant) -> WorkspaceId {
    tenant.workspaces().create(NewWorkspace::named("Finance"), &ann()).await.unwrap().id
}

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method and the path with its query.
    pub line: String,
    pub headers: BTreeMap<String, String>,
}

/// Answers each request with this status, and keeps what came in.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                log.lock().unwrap().push(request);
                let answer = format!(
                    "HTTP/1.1 {status} Status\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\
                     content-length: 6\r\n\r\nbroken"
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// A request with its body, which is left aside.
fn read(stream: &std::net::TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let line = line.rsplit_once(' ').map(|(line, _)| line.to_owned())?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    std::io::Read::read_exact(&mut reader, &mut vec![0; length]).ok()?;
    Some(Request { line, headers })
}
