//! Every table × SELECT, INSERT, UPDATE, DELETE, UPSERT, foreign-key reference, COPY × no tenant, another tenant, the own
//! tenant, tried out in the runtime role.

use tokio_postgres::{Client, SimpleQueryMessage, error::SqlState};

use super::{planters, tenant_tables};

// The made-up tenants, because one table takes no others.
const VICTIM: &str = "00000000-0000-4000-8000-00000000000a";
const INTRUDER: &str = "00000000-0000-4000-8000-00000000000b";

#[derive(Default)]
pub struct Report {
    /// What went further than it should, or less far.
    pub faults: Vec<String>,
    /// How many things were tried.
    pub cells: usize,
}

/// From where the victim's rows are reached for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scope {
    Nobody,
    Other,
    Own,
}

/// What a statement did.
#[derive(Debug, PartialEq)]
enum Outcome {
    Rows(u64),
    Refused(SqlState),
}

use Outcome::{Refused, Rows};

pub async fn run(client: &Client) -> Report {
    let mut report = Report::default();
    client.batch_execute("SAVEPOINT matrix").await.unwrap();
    let tables = tenant_tables(client).await;
    for tenant in [VICTIM, INTRUDER] {
        planters::plant(client, &tables, tenant).await;
    }
    client.batch_execute("SET LOCAL ROLE af_app").await.unwrap();
    for scope in [Scope::Nobody, Scope::Other, Scope::Own] {
        enter(client, scope).await;
        for table in tables.iter().map(String::as_str).chain(["tenants"]) {
            Cell { client, table, scope }.try_every_verb(&mut report).await;
        }
    }
    client.batch_execute("ROLLBACK TO SAVEPOINT matrix").await.unwrap();
    report
}

async fn enter(client: &Client, scope: Scope) {
    let tenant = match scope {
        Scope::Nobody => "",
        Scope::Other => INTRUDER,
        Scope::Own => VICTIM,
    };
    client.execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant]).await.unwrap();
}

struct Cell<'a> {
    client: &'a Client,
    table: &'a str,
    scope: Scope,
}

impl Cell<'_> {
    async fn try_every_verb(&self, report: &mut Report) {
        let (table, key) = (self.table, self.key());
        let fresh = "30000000-0000-4000-8000-00000000000c";
        let select = format!("SELECT FROM {table} WHERE {key} = '{VICTIM}'");
        self.expect_rows(report, "SELECT", &select).await;
        self.expect_rows(
            report,
            "SELECT",
            &format!("SELECT FROM {table} WHERE {key} <> coalesce(current_tenant(), '{fresh}')"),
        )
        .await;
        self.expect_change(report, "INSERT", &planters::insert(table, VICTIM, fresh)).await;
        self.expect_rows(
            report,
            "UPDATE",
            &format!("UPDATE {table} SET {key} = {key} WHERE {key} = '{VICTIM}'"),
        )
        .await;
        self.expect_rows(
            report,
            "DELETE",
            &format!("DELETE FROM {table} WHERE {key} = '{VICTIM}'"),
        )
        .await;
        let upsert = planters::insert(table, VICTIM, VICTIM);
        let upsert = format!(
            "{upsert} ON CONFLICT ({}) DO UPDATE SET {key} = excluded.{key}",
            self.primary_key().await
        );
        self.expect_change(report, "UPSERT", &upsert).await;
        self.expect_rows(
            report,
            "COPY TO",
            &format!("COPY (SELECT 1 FROM {table} WHERE {key} = '{VICTIM}') TO STDOUT"),
        )
        .await;
        self.expect_refusal(report, "COPY FROM", &format!("COPY {table} FROM STDIN")).await;
        if self.scope == Scope::Other {
            // One's own row must not be handed to the victim, nor point to what is the victim's.
            let give = format!("UPDATE {table} SET {key} = '{VICTIM}' WHERE {key} = '{INTRUDER}'");
            self.expect_change(report, "UPDATE to another tenant", &give).await;
            for column in self.references().await {
                // One row, for several that point to the same thing may be one too many for another rule.
                let point = format!(
                    "UPDATE {table} SET {column} = '{VICTIM}'
                     WHERE ctid = (SELECT max(ctid) FROM {table} WHERE {key} = '{INTRUDER}')"
                );
                self.expect_dangling(report, &column, &point).await;
            }
        }
    }

    fn key(&self) -> &'static str {
        if self.table == "tenants" { "id" } else { "tenant_id" }
    }

    async fn primary_key(&self) -> String {
        let sql = "SELECT string_agg(a.attname, ', ') FROM pg_index i
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                   WHERE i.indrelid = $1::text::regclass AND i.indisprimary";
        self.client.query_one(sql, &[&self.table]).await.unwrap().get(0)
    }

    /// Columns that point to rows of another table of tenants, besides tenant_id. Only ids: a time or a number is as good for
    /// one tenant as for another.
    async fn references(&self) -> Vec<String> {
        let sql = "SELECT a.attname::text FROM pg_constraint k
                   JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
                   WHERE k.conrelid = $1::text::regclass AND k.contype = 'f' AND a.attname <> 'tenant_id'
                     AND a.atttypid = 'uuid'::regtype";
        self.client.query(sql, &[&self.table]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// Rows of the victim may be reached from its own scope only.
    async fn expect_rows(&self, report: &mut Report, verb: &str, sql: &str) {
        let outcome = self.attempt(report, sql).await;
        let is_right = match (&outcome, self.scope) {
            // Rows of one's own may need each other: an agent stays while it has conversations.
            (Refused(state), Scope::Own) if *state == SqlState::FOREIGN_KEY_VIOLATION => {
                verb == "DELETE"
            }
            (Refused(state), _) => {
                *state == SqlState::INSUFFICIENT_PRIVILEGE || *state == SqlState::RESTRICT_VIOLATION
            }
            (Rows(0), _) => self.scope != Scope::Own || sql.contains("<>"),
            (Rows(_), scope) => scope == Scope::Own && !sql.contains("<>"),
        };
        self.note(report, is_right, verb, &outcome);
    }

    /// A row for the victim may be written from its own scope only, and there too only where the role may.
    async fn expect_change(&self, report: &mut Report, verb: &str, sql: &str) {
        let outcome = self.attempt(report, sql).await;
        let is_right = match (&outcome, self.scope) {
            (Refused(state), Scope::Own) => {
                *state == SqlState::INSUFFICIENT_PRIVILEGE || *state == SqlState::UNIQUE_VIOLATION
            }
            (Refused(state), _) => *state == SqlState::INSUFFICIENT_PRIVILEGE,
            (Rows(_), scope) => scope == Scope::Own,
        };
        self.note(report, is_right, verb, &outcome);
    }

    async fn expect_refusal(&self, report: &mut Report, verb: &str, sql: &str) {
        // Where nothing refuses it, the server would wait for rows, and the connection with it.
        let rls = "SELECT relrowsecurity FROM pg_class WHERE oid = $1::text::regclass";
        let is_refusable: bool = self.client.query_one(rls, &[&self.table]).await.unwrap().get(0);
        let outcome = if is_refusable { self.attempt(report, sql).await } else { Rows(0) };
        let is_right = matches!(&outcome, Refused(state)
            if *state == SqlState::FEATURE_NOT_SUPPORTED || *state == SqlState::INSUFFICIENT_PRIVILEGE);
        self.note(report, is_right, verb, &outcome);
    }

    /// Pointing to the victim's row must look exactly as pointing to nothing.
    async fn expect_dangling(&self, report: &mut Report, column: &str, sql: &str) {
        let outcome = self.attempt(report, sql).await;
        let is_right = matches!(&outcome, Refused(state)
            if *state == SqlState::FOREIGN_KEY_VIOLATION || *state == SqlState::INSUFFICIENT_PRIVILEGE);
        self.note(report, is_right, &format!("reference by {column}"), &outcome);
    }

    fn note(&self, report: &mut Report, is_right: bool, verb: &str, outcome: &Outcome) {
        if !is_right {
            report.faults.push(format!("{} × {verb} × {:?}: {outcome:?}", self.table, self.scope));
        }
    }

    /// Runs a statement and undoes it.
    async fn attempt(&self, report: &mut Report, sql: &str) -> Outcome {
        report.cells += 1;
        self.client.batch_execute("SAVEPOINT attempt").await.unwrap();
        let outcome = if sql.starts_with("COPY (") {
            self.copy_out(sql).await
        } else {
            self.client.simple_query(sql).await.map(|messages| {
                messages.iter().fold(0, |rows, message| match message {
                    SimpleQueryMessage::CommandComplete(count) => *count,
                    _ => rows,
                })
            })
        };
        self.client.batch_execute("ROLLBACK TO SAVEPOINT attempt").await.unwrap();
        match outcome {
            Ok(rows) => Rows(rows),
            Err(error) => {
                Refused(error.code().unwrap_or_else(|| panic!("{sql}: {error:?}")).clone())
            }
        }
    }

    async fn copy_out(&self, sql: &str) -> Result<u64, tokio_postgres::Error> {
        use futures::TryStreamExt;

        let chunks: Vec<_> = self.client.copy_out(sql).await?.try_collect().await?;
        Ok(chunks.len() as u64)
    }
}
