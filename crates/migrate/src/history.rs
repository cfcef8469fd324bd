//! The history table: which migrations this database has seen.

use crate::error::Error;
use crate::source::{Migration, Version};
use jiff::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Name of the history table as configured: `table` or `schema.table`.
pub(crate) struct TableName {
    schema: Option<String>,
    table: String,
}

impl TableName {
    pub(crate) fn parse(name: &str) -> Result<TableName, Error> {
        let refuse = || Error::TableName { name: name.to_owned() };
        let part = |part: &str| {
            // The server cuts longer names off, and then two tables might be one.
            let usable = !part.is_empty() && part.len() <= 63 && !part.contains(['"', '\0', '.']);
            usable.then(|| part.to_owned()).ok_or_else(refuse)
        };
        match name.split_once('.') {
            Some((schema, table)) => {
                Ok(TableName { schema: Some(part(schema)?), table: part(table)? })
            }
            None => Ok(TableName { schema: None, table: part(name)? }),
        }
    }
}

/// One row of the history.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) version: Version,
    pub(crate) name: String,
    pub(crate) checksum: String,
    pub(crate) applied_at: Timestamp,
    pub(crate) duration_ms: i64,
    pub(crate) applied_by: String,
    pub(crate) dirty: bool,
}

/// The history table in its schema. Scripts may change the search path, so every query names both.
pub(crate) struct History {
    /// Quoted, for the queries.
    table: String,
    present: bool,
}

/// Quotes an identifier.
fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

impl History {
    /// Finds the table, or the place where it would be.
    pub(crate) async fn find(client: &Client, name: &TableName) -> Result<History, Error> {
        let row = client
            .query_typed_one(
                include_str!("../queries/resolve_table.sql"),
                &[(&name.schema, Type::TEXT), (&name.table, Type::TEXT)],
            )
            .await
            .map_err(Error::database("looking for the history table"))?;
        let schema: Option<String> = row.get("schema_name");
        let schema = schema.ok_or(Error::NoSchema)?;
        let table = format!("{}.{}", quote(&schema), quote(&name.table));
        Ok(History { table, present: row.get("present") })
    }

    /// What tells this history from every other one of the database.
    pub(crate) fn identity(&self) -> &str {
        &self.table
    }

    /// Creates the table if it is not there. `CREATE TABLE IF NOT EXISTS` alone would ask for the
    /// right to create even then.
    pub(crate) async fn create(&mut self, client: &Client) -> Result<(), Error> {
        if !self.present {
            let sql = self.sql(include_str!("../queries/create_history.sql"));
            client
                .batch_execute(&sql)
                .await
                .map_err(Error::database("creating the history table"))?;
            self.present = true;
        }
        Ok(())
    }

    /// Every row by version; none if there is no table.
    pub(crate) async fn load(&self, client: &Client) -> Result<Vec<Record>, Error> {
        if !self.present {
            return Ok(Vec::new());
        }
        let sql = self.sql(include_str!("../queries/load_history.sql"));
        let rows = client
            .query_typed(&sql, &[])
            .await
            .map_err(Error::database("reading the history table"))?;
        let record = |row: &tokio_postgres::Row| {
            Ok(Record {
                version: row.try_get("version")?,
                name: row.try_get("name")?,
                checksum: row.try_get("checksum")?,
                applied_at: row.try_get("applied_at")?,
                duration_ms: row.try_get("duration_ms")?,
                applied_by: row.try_get("applied_by")?,
                dirty: row.try_get("dirty")?,
            })
        };
        let records: Result<_, tokio_postgres::Error> = rows.iter().map(record).collect();
        // A table of this name with other columns belongs to another tool.
        records.map_err(Error::database("reading a history table that this engine did not make"))
    }

    pub(crate) async fn record_applied(
        &self,
        client: &Client,
        migration: &Migration,
        duration_ms: i64,
        dirty: bool,
    ) -> Result<(), tokio_postgres::Error> {
        let sql = self.sql(include_str!("../queries/record_applied.sql"));
        client
            .execute_typed(
                &sql,
                &[
                    (&migration.version, Type::INT8),
                    (&migration.name, Type::TEXT),
                    (&migration.up.checksum(), Type::TEXT),
                    (&duration_ms, Type::INT8),
                    (&dirty, Type::BOOL),
                ],
            )
            .await?;
        Ok(())
    }

    pub(crate) async fn record_finished(
        &self,
        client: &Client,
        migration: &Migration,
        duration_ms: i64,
    ) -> Result<(), tokio_postgres::Error> {
        let sql = self.sql(include_str!("../queries/record_finished.sql"));
        client
            .execute_typed(
                &sql,
                &[
                    (&migration.version, Type::INT8),
                    (&migration.name, Type::TEXT),
                    (&migration.up.checksum(), Type::TEXT),
                    (&duration_ms, Type::INT8),
                ],
            )
            .await?;
        Ok(())
    }

    pub(crate) async fn record_dirty(
        &self,
        client: &Client,
        version: Version,
    ) -> Result<(), tokio_postgres::Error> {
        let sql = self.sql(include_str!("../queries/record_dirty.sql"));
        client.execute_typed(&sql, &[(&version, Type::INT8)]).await?;
        Ok(())
    }

    pub(crate) async fn record_reverted(
        &self,
        client: &Client,
        version: Version,
    ) -> Result<(), tokio_postgres::Error> {
        let sql = self.sql(include_str!("../queries/record_reverted.sql"));
        client.execute_typed(&sql, &[(&version, Type::INT8)]).await?;
        Ok(())
    }

    /// Makes the history exactly these migrations, all clean; returns the versions that were
    /// forgotten.
    pub(crate) async fn replace(
        &self,
        client: &mut Client,
        migrations: &[Migration],
    ) -> Result<Vec<Version>, tokio_postgres::Error> {
        let versions: Vec<Version> = migrations.iter().map(|migration| migration.version).collect();
        let transaction = client.transaction().await?;
        let remove = self.sql(include_str!("../queries/force_remove.sql"));
        let removed = transaction.query_typed(&remove, &[(&versions, Type::INT8_ARRAY)]).await?;
        let record = self.sql(include_str!("../queries/force_record.sql"));
        for migration in migrations {
            transaction
                .execute_typed(
                    &record,
                    &[
                        (&migration.version, Type::INT8),
                        (&migration.name, Type::TEXT),
                        (&migration.up.checksum(), Type::TEXT),
                    ],
                )
                .await?;
        }
        transaction.commit().await?;
        let mut removed: Vec<Version> = removed.iter().map(|row| row.get("version")).collect();
        removed.sort_unstable();
        Ok(removed)
    }

    fn sql(&self, template: &str) -> String {
        template.replace("{table}", &self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_name_has_one_or_two_plain_parts() {
        assert!(TableName::parse("schema_migrations").is_ok_and(|it| it.schema.is_none()));
        let name = TableName::parse("app.Done").map(|it| (it.schema, it.table)).ok();
        assert_eq!(name, Some((Some("app".to_owned()), "Done".to_owned())));
        for bad in ["", ".", "a.", ".b", "a.b.c", "\"a\"", &"x".repeat(64)] {
            assert!(TableName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn identifiers_are_quoted() {
        assert_eq!(quote("a; DROP TABLE b"), "\"a; DROP TABLE b\"");
        assert_eq!(quote("a\"b"), "\"a\"\"b\"");
    }
}
