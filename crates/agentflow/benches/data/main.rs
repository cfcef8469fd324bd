//! Rows made, read, changed and deleted in the scope of a tenant, vectors searched, and migrations applied: ours beside sqlx, and with
//! `--python PROGRAM` beside SQLAlchemy with asyncpg and Alembic, all on one server in one run. `cargo xtask bench peers` does that.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    clippy::cast_precision_loss,
    reason = "a benchmark, not an interface"
)]

mod contestants;
mod python;
#[path = "../support/mod.rs"]
mod support;

use std::{path::PathBuf, time::Instant};

use contestants::{Ours, Sqlx};
use support::{Samples, flag, header, line, ratio};
use tokio_postgres::Client;
use uuid::Uuid;

/// What everybody does, each in a transaction of its own with the role of programs and the tenant entered.
const VERBS: [(&str, &str); 4] = [
    (
        "insert",
        "INSERT INTO workspaces (tenant_id, id, name, region, metadata) VALUES ($1, $2, $3, 'us-east-1', '{}')",
    ),
    (
        "read by key",
        "SELECT id, name, description, created_at FROM workspaces WHERE tenant_id = $1 AND id = $2",
    ),
    ("update", "UPDATE workspaces SET description = $3 WHERE tenant_id = $1 AND id = $2"),
    ("delete", "DELETE FROM workspaces WHERE tenant_id = $1 AND id = $2"),
];

/// The verb among them that writes nothing.
const READ: usize = 1;

/// The ten nearest of all memories of the tenant.
const NEAREST: &str = "SELECT id FROM memories WHERE tenant_id = $1 ORDER BY embedding <=> $2::real[]::vector LIMIT 10";
const DIMENSIONS: usize = 1536;

/// What one contestant took for each verb, in microseconds a row, and for a search, in milliseconds.
#[derive(Default)]
struct Times {
    verbs: [Samples; 4],
    search: Samples,
}

fn main() {
    // One thread, as in the other contestants.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = support::server();
    let url = server.url("postgres");
    let program = argument("--python").map(PathBuf::from);
    runtime.block_on(async {
        support::migrate(&url).await;
        let store = support::store(&url);
        let client = support::connect(&url).await;
        let (rounds, rows) = if flag("quick") { (3, 200) } else { (15, 500) };
        for memories in if flag("quick") { vec![1_000] } else { vec![1_000, 10_000] } {
            let tenant = support::new_tenant(&store, &format!("Tenant {memories}")).await;
            fill(&client, tenant.id().0, memories).await;
            let mut ours = Ours(tenant.clone());
            let mut sqlx = Sqlx::open(&url, tenant.id().0).await;
            let mut python =
                program.as_deref().map(|it| python::Python::start(it, &url, tenant.id().0));
            let [mut own, mut rust, mut other] = [(); 3].map(|()| Times::default());
            // In turn, so that all meet the same weather. The first round prepares and warms up.
            for round in 0..=rounds {
                let ids: Vec<Uuid> = (0..rows).map(|_| Uuid::from_u128(rand::random())).collect();
                let query: Vec<f32> =
                    (0..DIMENSIONS).map(|_| rand::random::<f32>() - 0.5).collect();
                for verb in 0..VERBS.len() {
                    let each = 1e6 / f64::from(rows);
                    let began = Instant::now();
                    ours.run(verb, &ids).await;
                    let first = began.elapsed().as_secs_f64() * each;
                    // Each has keys of its own: what one deleted another does not find.
                    let theirs: Vec<Uuid> =
                        ids.iter().map(|id| Uuid::from_u128(!id.as_u128())).collect();
                    let began = Instant::now();
                    sqlx.run(verb, &theirs).await;
                    let second = began.elapsed().as_secs_f64() * each;
                    let third = python.as_mut().map(|it| it.run(verb, rows) * each);
                    if round > 0 {
                        own.verbs[verb].add(first);
                        rust.verbs[verb].add(second);
                        if let Some(third) = third {
                            other.verbs[verb].add(third);
                        }
                    }
                }
                let began = Instant::now();
                ours.search(&query).await;
                let first = began.elapsed().as_secs_f64() * 1e3;
                let began = Instant::now();
                sqlx.search(&query).await;
                let second = began.elapsed().as_secs_f64() * 1e3;
                let third = python.as_mut().map(|it| it.search() * 1e3);
                if round > 0 {
                    own.search.add(first);
                    rust.search.add(second);
                    if let Some(third) = third {
                        other.search.add(third);
                    }
                }
            }
            tell(memories, &own, &rust, program.as_ref().map(|_| &other));
        }
        migrations(&server.url("contest"), &client, program.as_deref()).await;
        support::print_load();
    });
    server.stop().unwrap();
}

fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

fn tell(memories: i32, ours: &Times, sqlx: &Times, python: Option<&Times>) {
    header(&format!("one row a transaction, in the scope of a tenant with {memories} memories"));
    for (verb, (name, _)) in VERBS.iter().enumerate() {
        line(&format!("{name}: AgentFlow"), &ours.verbs[verb], "µs");
        line(&format!("{name}: sqlx"), &sqlx.verbs[verb], "µs");
        if let Some(python) = python {
            line(&format!("{name}: SQLAlchemy, asyncpg"), &python.verbs[verb], "µs");
        }
    }
    // What is written waits for the disk, the same for all.
    let [own, theirs] = [&ours.verbs[READ], &sqlx.verbs[READ]];
    ratio("read by key: AgentFlow / sqlx", own, theirs, 0.4);
    if let Some(python) = python {
        ratio("read by key: AgentFlow / SQLAlchemy", own, &python.verbs[READ], 0.1);
    }
    header(&format!("the ten nearest of {memories} vectors of {DIMENSIONS} dimensions, exactly"));
    line("AgentFlow", &ours.search, "ms");
    line("sqlx", &sqlx.search, "ms");
    if let Some(python) = python {
        line("SQLAlchemy, asyncpg, pgvector", &python.search, "ms");
    }
}

/// So many memories with vectors of chance, by the server itself.
async fn fill(client: &Client, tenant: Uuid, count: i32) {
    let fill = format!(
        "SET session_replication_role = replica;
         INSERT INTO memory_settings (tenant_id, embedding_model, embedding_dimensions) VALUES ('{tenant}', 'bench', {DIMENSIONS});
         INSERT INTO memories (tenant_id, team_id, memory_type, content, embedding, embedding_model)
         SELECT '{tenant}', '{tenant}', 'semantic', 'memory ' || n,
             (SELECT array_agg(random() - 0.5 + 0 * (n + x)) FROM generate_series(1, {DIMENSIONS}) AS x)::real[]::vector, 'bench'
         FROM generate_series(1, {count}) AS n;
         SET session_replication_role = origin"
    );
    client.batch_execute(&fill).await.unwrap();
    client.batch_execute("VACUUM (ANALYZE) memories").await.unwrap();
}

/// The same scripts, applied from nothing; roles are there after the first time, for both.
async fn migrations(url: &str, client: &Client, program: Option<&std::path::Path>) {
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let rounds = if flag("quick") { 2 } else { 7 };
    for _ in 0..rounds {
        for who in 0..2 {
            client.batch_execute("DROP DATABASE IF EXISTS contest").await.unwrap();
            client.batch_execute("CREATE DATABASE contest").await.unwrap();
            let began = Instant::now();
            match (who, program) {
                (0, _) => {
                    support::migrate(url).await;
                    ours.add(began.elapsed().as_secs_f64() * 1e3);
                }
                (_, Some(program)) => theirs.add(python::migrate(program, url) * 1e3),
                (_, None) => {}
            }
        }
    }
    header(&format!("{} migrations from nothing", agentflow::migrations::FILES.len() / 2));
    line("AgentFlow", &ours, "ms");
    if program.is_some() {
        line("Alembic, without its start", &theirs, "ms");
    }
}
