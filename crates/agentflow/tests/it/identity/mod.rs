//! Who acts, and what they may do.

use std::time::{Duration, Instant};

use agentflow::{
    Email, PrincipalId, SessionId, Tenant,
    audit::{Actor, AuditEntry, AuditFilter},
    identity::{NewSession, NewUser, Origin, User},
};
use tokio_postgres::Client;

mod authorize;
mod clocked;
mod keys;
mod limits;
mod modes;
mod passwords;
mod principals;
mod roles;
mod secrets;
mod services;
mod sessions;
mod suspended;
mod table;
mod teams;
mod undone;
mod users;

fn ann() -> Actor {
    Actor::user("ann")
}

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

/// A person without a password.
async fn user(tenant: &Tenant, address: &str) -> User {
    tenant.users().create(NewUser::new(email(address), "Somebody"), &ann()).await.unwrap()
}

async fn open_session(tenant: &Tenant, of: PrincipalId) -> SessionId {
    let sessions = tenant.sessions();
    sessions.open(NewSession::of(of), &Origin::default(), &ann()).await.unwrap().row.id
}

/// The chain of a tenant, the newest entry first.
async fn entries(tenant: &Tenant) -> Vec<AuditEntry> {
    tenant.audit().list(&AuditFilter::default(), 1000).await.unwrap()
}

/// The newest entry of the chain.
async fn newest(tenant: &Tenant) -> AuditEntry {
    tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
}

/// Waits until a statement stands behind a lock on a row of somebody else's transaction.
async fn somebody_waits(superuser: &Client) {
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)";
    let started = Instant::now();
    while !superuser.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody waits");
        tokio::task::yield_now().await;
    }
}
