//! A read in the scope of a tenant, against the same read without any scope, and against sqlx doing the same.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

mod support;

use agentflow::{NewWorkspace, Tenant, audit::Actor};
use sqlx::{Connection as _, Executor as _};
use support::{Samples, flag, header, line, proxy, ratio, seconds};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

/// What `Workspaces::get` reads.
const READ: &str = "SELECT tenant_id, id, name, description, region::text, region_locked, data_persistence_mode, metadata,
                           created_at, updated_at
                    FROM workspaces WHERE tenant_id = $1 AND id = $2";

/// The three ways to the same row.
struct Readers {
    tenant: Tenant,
    workspace: Uuid,
    bare: Client,
    statement: Statement,
    sqlx: sqlx::PgConnection,
}

impl Readers {
    async fn open(url: &str, tenant: Uuid, workspace: Uuid) -> Self {
        let bare = support::connect(url).await;
        let statement = bare.prepare(READ).await.unwrap();
        let sqlx = sqlx::PgConnection::connect(url).await.unwrap();
        Self { tenant: support::store(url).tenant(tenant.into()), workspace, bare, statement, sqlx }
    }

    async fn scoped(&self) {
        assert!(self.tenant.workspaces().get(self.workspace.into()).await.unwrap().is_some());
    }

    /// As superuser, for whom there is no row-level security.
    async fn bare(&self) {
        let rows = self.bare.query(&self.statement, &[&self.tenant.id().0, &self.workspace]).await;
        assert_eq!(rows.unwrap().len(), 1);
    }

    async fn sqlx(&mut self) {
        let mut tx = self.sqlx.begin().await.unwrap();
        tx.execute("SET LOCAL ROLE af_app").await.unwrap();
        let enter = sqlx::query("SELECT enter_tenant($1)").bind(self.tenant.id().0);
        enter.execute(&mut *tx).await.unwrap();
        let read = sqlx::query(READ).bind(self.tenant.id().0).bind(self.workspace);
        assert_eq!(read.fetch_all(&mut *tx).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
    }
}

/// Rounds in turn, so that all three meet the same weather.
async fn measure(title: &str, mut readers: Readers, rounds: u32, reads: u32, at_most: f64) {
    let [mut scoped, mut bare, mut sqlx] = [(); 3].map(|()| Samples::default());
    let micros = 1e6 / f64::from(reads);
    for round in 0..=rounds {
        let times = [
            seconds(async {
                for _ in 0..reads {
                    readers.scoped().await;
                }
            })
            .await,
            seconds(async {
                for _ in 0..reads {
                    readers.bare().await;
                }
            })
            .await,
            seconds(async {
                for _ in 0..reads {
                    readers.sqlx().await;
                }
            })
            .await,
        ];
        // The first round prepares and warms up.
        if round > 0 {
            scoped.add(times[0] * micros);
            bare.add(times[1] * micros);
            sqlx.add(times[2] * micros);
        }
    }
    header(title);
    line("scoped read", &scoped, "µs");
    line("same read, prepared, no scope, no row-level security", &bare, "µs");
    line("sqlx: begin, role, enter, read, commit", &sqlx, "µs");
    ratio("scoped / no scope", &scoped, &bare, at_most);
    ratio("scoped / sqlx", &scoped, &sqlx, 0.4);
}

fn main() {
    // One thread for all three: handing work from thread to thread costs more here than the reads themselves.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = support::server();
    let url = server.url("postgres");
    let far = url.replace(
        &format!(":{}/", server.port()),
        &format!(":{}/", proxy::delaying(server.port(), support::half_a_millisecond())),
    );
    assert_ne!(url, far, "the port stands in the URL");
    runtime.block_on(async {
        support::migrate(&url).await;
        let store = support::store(&url);
        let (rounds, reads) = if flag("quick") { (5, 100) } else { (25, 400) };
        let mut existing = 0;
        for size in [100, 10_000] {
            let tenant = support::new_tenant(&store, &format!("Tenant {size}")).await;
            let workspace = tenant.workspaces().create(NewWorkspace::named("Own"), &Actor::system()).await;
            let rows = "INSERT INTO workspaces (tenant_id, id, name, region, metadata)
                        SELECT $1, gen_random_uuid(), 'w' || n, 'us-east-1', '{}' FROM generate_series(1, $2::integer) AS n";
            let client = support::connect(&url).await;
            client.execute(rows, &[&tenant.id().0, &size]).await.unwrap();
            client.batch_execute("VACUUM ANALYZE workspaces").await.unwrap();
            existing += size;
            let (tenant, workspace) = (tenant.id().0, workspace.unwrap().id.0);
            let readers = Readers::open(&url, tenant, workspace).await;
            measure(&format!("loopback, {existing} rows"), readers, rounds, reads, 1.35).await;
            let readers = Readers::open(&far, tenant, workspace).await;
            let title = format!("behind a delay of 0.5 ms each way, {existing} rows");
            measure(&title, readers, rounds, reads / 10, 1.4).await;
        }
        support::print_load();
    });
    server.stop().unwrap();
}
