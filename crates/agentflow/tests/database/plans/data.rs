//! The rows that statements are planned for.

use std::collections::BTreeSet;

use agentflow::{Admin, migrate::Target};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use tokio_postgres::Client;

use super::reading::{Keys, Reading};
use crate::{
    filler::{self, Size},
    support,
};

/// One tenant has half of all rows, as it may be: a plan that is made for what a tenant has on average must do for it as well.
const SIZE: Size = Size { tenants: 61, rows: 100, most: 6_000, lonely: 10_000 };

/// Tables of all tenants that grow without end.
const GLOBAL: &str = "
    INSERT INTO tenant_tombstones (tenant_id, slug, name, last_seq, last_hash, row_counts, deleted_by)
    SELECT md5('gone ' || k)::uuid, 'gone-' || k, 'Gone', 1, sha256(''), '{}', 'ann' FROM generate_series(1, 10000) AS k;
    INSERT INTO tenant_log (position, tenant_id, record)
    SELECT k, md5('tenant ' || 1 + k % 60)::uuid, 'record ' || k FROM generate_series(1, 10000) AS k;
    INSERT INTO tenant_log_checkpoints (size, root_hash, compact_range, note)
    SELECT k, sha256(''), convert_to(repeat('x', 32 * bit_count(k::bigint::bit(64))::integer), 'UTF8'), 'note'
    FROM generate_series(1, 10000) AS k;
    INSERT INTO run_queues (tenant_id, next_at)
    SELECT md5('tenant ' || k)::uuid, CASE WHEN k % 20 = 0 THEN now() ELSE 'infinity' END FROM generate_series(1, 10000) AS k";

/// A database with many rows, which are made once for all tests.
pub async fn filled() -> TestDatabase {
    let made_by = [
        include_str!("data.rs"),
        include_str!("../filler.rs"),
        include_str!("../../it/isolation/planters.rs"),
    ];
    let files = agentflow::migrations::FILES.iter().map(|(_, sql)| *sql).chain(made_by);
    let key: Vec<_> = files.map(agentflow::migrate::checksum).collect();
    TestServer::shared()
        .await
        .database_from(&key.concat(), |url| async move {
            let mut client = support::connect(&url).await;
            let migrator = Admin::migrator(agentflow::migrate::Options::default()).unwrap();
            migrator.up(&mut client, Target::All).await.unwrap();
            fill(&client).await;
        })
        .await
}

async fn fill(client: &Client) {
    filler::fill(client, &tables(client).await, &SIZE).await;
    let replica = "SET session_replication_role = replica";
    let origin = "SET session_replication_role = origin";
    for sql in [replica, GLOBAL, origin, "VACUUM ANALYZE"] {
        client.batch_execute(sql).await.unwrap();
    }
}

pub struct Data {
    /// Tables with many rows.
    large: BTreeSet<String>,
    /// Of those, tables with at most one row of a tenant.
    lonely: BTreeSet<String>,
    /// Indexes, whoever they belong to.
    pub keys: Keys,
}

impl Data {
    pub async fn of(client: &Client) -> Self {
        let large = "SELECT relname::text FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                       AND reltuples >= 10000";
        let lonely = "SELECT c.relname::text FROM pg_class AS c JOIN pg_index AS i ON i.indrelid = c.oid
                      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
                      WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indkey::text = a.attnum::text";
        let keys = "SELECT c.relname::text,
                           pg_get_indexdef(c.oid, CASE pg_get_indexdef(c.oid, 1, true) WHEN 'tenant_id' THEN 2 ELSE 1 END, true)
                    FROM pg_class AS c
                    JOIN pg_index AS i ON i.indexrelid = c.oid
                    WHERE c.relnamespace = 'public'::regnamespace";
        let keys = client.query(keys, &[]).await.unwrap();
        Self {
            large: names(client, large).await,
            lonely: names(client, lonely).await,
            keys: keys.iter().map(|row| (row.get(0), row.get(1))).collect(),
        }
    }

    /// Whether so much is read that it needs a reason.
    pub fn matters(&self, reading: &Reading) -> bool {
        match reading {
            Reading::Table(table) => self.large.contains(table),
            Reading::Tenant(table) => self.large.contains(table) && !self.lonely.contains(table),
        }
    }
}

/// Tables of tenants that have few rows, so that nothing that is read of them would matter.
pub async fn small(client: &Client, data: &Data) -> Vec<String> {
    tables(client).await.into_iter().filter(|table| !data.large.contains(table)).collect()
}

async fn names(client: &Client, sql: &str) -> BTreeSet<String> {
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// Tables of tenants with a row in each.
async fn tables(client: &Client) -> Vec<String> {
    let sql = "SELECT c.relname::text FROM pg_class AS c
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                 AND c.relname NOT IN ('isolation_canaries', 'tenant_tombstones', 'tenant_log', 'run_queues')";
    names(client, sql).await.into_iter().collect()
}
