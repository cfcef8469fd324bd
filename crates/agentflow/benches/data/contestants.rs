//! Those who are written in Rust.

use agentflow::Tenant;
use sqlx::{Connection as _, Executor as _};
use uuid::Uuid;

use super::{NEAREST, VERBS};

/// Statements of the caller, as a program of ours sends them.
pub(super) struct Ours(pub(super) Tenant);

impl Ours {
    pub(super) async fn run(&mut self, verb: usize, ids: &[Uuid]) {
        let (tenant, sql) = (self.0.id().0, VERBS[verb].1);
        for id in ids {
            let text = id.to_string();
            match verb {
                0 | 2 => assert_eq!(self.0.execute(sql, &[&tenant, id, &text]).await.unwrap(), 1),
                1 => assert_eq!(self.0.query(sql, &[&tenant, id]).await.unwrap().len(), 1),
                _ => assert_eq!(self.0.execute(sql, &[&tenant, id]).await.unwrap(), 1),
            }
        }
    }

    pub(super) async fn search(&mut self, query: &[f32]) {
        let found = self.0.query(NEAREST, &[&self.0.id().0, &query]).await.unwrap();
        assert_eq!(found.len(), 10);
    }
}

/// The same by hand: begin, role, tenant, statement, commit.
pub(super) struct Sqlx {
    connection: sqlx::PgConnection,
    tenant: Uuid,
}

impl Sqlx {
    pub(super) async fn open(url: &str, tenant: Uuid) -> Self {
        Self { connection: sqlx::PgConnection::connect(url).await.unwrap(), tenant }
    }

    pub(super) async fn run(&mut self, verb: usize, ids: &[Uuid]) {
        for id in ids {
            let mut tx = enter(&mut self.connection, self.tenant).await;
            let query = sqlx::query(VERBS[verb].1).bind(self.tenant).bind(id);
            let count = match verb {
                1 => query.fetch_all(&mut *tx).await.unwrap().len() as u64,
                3 => query.execute(&mut *tx).await.unwrap().rows_affected(),
                _ => query.bind(id.to_string()).execute(&mut *tx).await.unwrap().rows_affected(),
            };
            assert_eq!(count, 1);
            tx.commit().await.unwrap();
        }
    }

    pub(super) async fn search(&mut self, query: &[f32]) {
        let mut tx = enter(&mut self.connection, self.tenant).await;
        let search = sqlx::query(NEAREST).bind(self.tenant).bind(query);
        assert_eq!(search.fetch_all(&mut *tx).await.unwrap().len(), 10);
        tx.commit().await.unwrap();
    }
}

async fn enter(
    connection: &mut sqlx::PgConnection,
    tenant: Uuid,
) -> sqlx::Transaction<'_, sqlx::Postgres> {
    let mut tx = connection.begin().await.unwrap();
    tx.execute("SET LOCAL ROLE af_app").await.unwrap();
    let enter = sqlx::query("SELECT enter_tenant($1)").bind(tenant);
    enter.execute(&mut *tx).await.unwrap();
    tx
}
