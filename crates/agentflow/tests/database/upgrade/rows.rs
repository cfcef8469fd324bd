//! All rows there are, told apart by a hash of what their columns were at first.

use std::collections::BTreeMap;

use tokio_postgres::Client;

/// By table, its columns in SQL and how often there is a row with which hash.
pub struct Rows(BTreeMap<String, (String, Hashes)>);

type Hashes = BTreeMap<String, i64>;

impl Rows {
    /// The rows of every table, with all columns that it has now.
    pub async fn read(client: &Client) -> Self {
        let sql = "SELECT c.relname::text, string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum)
                   FROM pg_class AS c
                   JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                   GROUP BY c.relname";
        let tables = client.query(sql, &[]).await.unwrap();
        Self::hashed(client, tables.iter().map(|row| (row.get(0), row.get(1)))).await
    }

    /// The same tables and columns, as they are by now.
    pub async fn read_again(&self, client: &Client) -> Self {
        let tables = self.0.iter().map(|(table, (columns, _))| (table.clone(), columns.clone()));
        Self::hashed(client, tables).await
    }

    async fn hashed(client: &Client, tables: impl Iterator<Item = (String, String)>) -> Self {
        let mut all = BTreeMap::new();
        for (table, columns) in tables {
            let sql =
                format!("SELECT md5(ROW({columns})::text), count(*) FROM {table} AS t GROUP BY 1");
            let rows = client.query(&sql, &[]).await;
            let rows = rows.unwrap_or_else(|error| panic!("{table}: {error:?}"));
            let hashes = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            all.insert(table, (columns, hashes));
        }
        Self(all)
    }

    /// What is not as it was: rows that are gone or changed, and new ones but in the tables `seeded`.
    pub fn difference(&self, other: &Self, seeded: &[&str]) -> Vec<String> {
        let missing = |from: &Hashes, of: &Hashes| -> i64 {
            from.iter().map(|(hash, count)| (count - of.get(hash).unwrap_or(&0)).max(0)).sum()
        };
        let mut all = Vec::new();
        for (table, (_, before)) in &self.0 {
            let (_, after) = &other.0[table];
            let (gone, new) = (missing(before, after), missing(after, before));
            if gone > 0 || (new > 0 && !seeded.contains(&table.as_str())) {
                all.push(format!("{table}: {gone} rows are gone or changed, {new} are new"));
            }
        }
        all
    }

    pub fn len(&self) -> usize {
        self.0
            .values()
            .map(|(_, hashes)| hashes.values().sum::<i64>())
            .sum::<i64>()
            .try_into()
            .unwrap()
    }

    /// A table without rows would keep them whatever happens.
    pub fn assert_every_table_has_some(&self, version: i64) {
        for (table, (_, hashes)) in &self.0 {
            assert!(!hashes.is_empty(), "{table} of version {version} was not filled");
        }
    }
}

/// Whether the table exists by now.
pub async fn is_there(client: &Client, table: &str) -> bool {
    client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]).await.unwrap().get(0)
}

/// Tables of tenants that exist by now.
pub async fn tables_of_tenants(client: &Client) -> Vec<String> {
    let sql = "SELECT c.relname::text FROM pg_class AS c
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                 AND c.relname NOT IN ('isolation_canaries', 'tenant_tombstones', 'tenant_log', 'run_queues')
               ORDER BY 1";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}
