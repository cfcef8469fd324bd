//! Looking at a database.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_postgres::{Client, IsolationLevel, Transaction, error::SqlState, types::Type};

use crate::{
    Error, Finding, Needs, Options, Report, Result, Rule, Skipped,
    rules::{find, rules},
};

/// Looks at a database, rule by rule.
#[derive(Debug, Clone)]
pub struct Doctor {
    options: Options,
    rules: Vec<&'static Rule>,
}

/// What a rule may depend on.
struct Server {
    version: String,
    major: i32,
    has_app_role: bool,
    extensions: Vec<String>,
    lacks_tenants: bool,
    elsewhere: Vec<String>,
}

impl Doctor {
    /// One that looks at everything.
    pub fn new(options: Options) -> Self {
        Self { options, rules: rules().collect() }
    }

    /// Looks at these rules only, named by id or by name. None means none.
    pub fn with_rules<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let found: Result<Vec<_>> = names
            .into_iter()
            .map(|name| find(name).ok_or_else(|| Error::NoRule { id: name.to_owned() }))
            .collect();
        let mut found = found?;
        found.sort_by_key(|rule| rule.id);
        found.dedup();
        self.rules = found;
        Ok(self)
    }

    /// Looks, in one read-only transaction and one snapshot. A rule that does not fit the server, that takes longer than
    /// [`Options::timeout`] or is canceled, that the role of the connection may not ask, or that meets what is dropped meanwhile, is
    /// skipped with the reason.
    pub async fn examine(&self, client: &mut Client) -> Result<Report> {
        const OPERATION: &str = "look at the database";
        let fail = || Error::database(OPERATION);
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(fail())?;
        transaction.batch_execute(include_str!("../queries/_session.sql")).await.map_err(fail())?;
        let parameter = self.options.parameter();
        let server = Server::ask(&transaction, &parameter).await?;
        if server.lacks_tenants && self.rules.iter().any(|rule| rule.looks_at_tables()) {
            return Err(Error::NoTenantColumn {
                column: self.options.tenant_column.clone(),
                schemas: self.options.schemas.clone(),
                elsewhere: server.elsewhere,
            });
        }
        transaction.batch_execute("SAVEPOINT rule").await.map_err(fail())?;
        let mut report = Report {
            server_version: server.version.clone(),
            findings: Vec::new(),
            rules_run: Vec::new(),
            skipped: Vec::new(),
        };
        for &rule in &self.rules {
            self.apply(rule, &server, &transaction, &parameter, &mut report).await?;
        }
        transaction.rollback().await.map_err(fail())?;
        Ok(report)
    }

    async fn apply(
        &self,
        rule: &'static Rule,
        server: &Server,
        transaction: &Transaction<'_>,
        parameter: &Value,
        report: &mut Report,
    ) -> Result<()> {
        let Some(statement) = rule.statement() else { return Ok(()) };
        let mut skip = |why: String| {
            report.skipped.push(Skipped { rule: rule.id, name: rule.name, why });
        };
        if let Some(why) = self.misfit(rule, server) {
            skip(why);
            return Ok(());
        }
        tracing::debug!(rule = rule.id, "look");
        let fail = || Error::database(format!("look at rule {}", rule.id));
        let limit = format!("SET LOCAL statement_timeout = {}", self.options.timeout_millis());
        transaction.batch_execute(&limit).await.map_err(fail())?;
        let begun = Instant::now();
        // All in one message: what is prepared first has to be closed, and the timeout may end that, too.
        let answer = transaction.query_typed(&statement, &[(parameter, Type::JSONB)]).await;
        let took = begun.elapsed();
        lift_timeout(transaction).await.map_err(fail())?;
        match answer {
            Ok(rows) => {
                for row in rows {
                    report.findings.push(Finding {
                        rule: rule.id,
                        name: rule.name,
                        level: rule.level,
                        object: row.try_get("object").map_err(fail())?,
                        detail: row.try_get("detail").map_err(fail())?,
                    });
                }
                report.rules_run.push(rule.id);
                Ok(())
            }
            Err(error) => {
                skip(self.excuse(&error, took).ok_or(error).map_err(fail())?);
                Ok(())
            }
        }
    }

    fn misfit(&self, rule: &Rule, server: &Server) -> Option<String> {
        match rule.needs {
            Needs::AppRole if !server.has_app_role => {
                Some(format!("there is no role {}", self.options.app_role))
            }
            Needs::Extension(name) if !server.extensions.iter().any(|it| it == name) => {
                Some(format!("the extension {name} is not installed"))
            }
            Needs::Major(major) if server.major < major => {
                Some(format!("it needs PostgreSQL {major}, and this is {}", server.version))
            }
            _ => None,
        }
    }

    /// Why a query may fail without being to blame.
    fn excuse(&self, error: &tokio_postgres::Error, took: Duration) -> Option<String> {
        let timeout = self.options.timeout;
        let db = error.as_db_error()?;
        match *db.code() {
            // The server has one code for both, and its words are in its own language.
            SqlState::QUERY_CANCELED if !timeout.is_zero() && took >= timeout => {
                Some(format!("it took longer than {} ms", self.options.timeout_millis()))
            }
            SqlState::QUERY_CANCELED | SqlState::INSUFFICIENT_PRIVILEGE => {
                Some(db.message().to_owned())
            }
            // The catalog is older in the snapshot than where the server looks names up: something was dropped in between.
            SqlState::INTERNAL_ERROR => {
                Some(format!("the catalog changed meanwhile, or is damaged: {}", db.message()))
            }
            _ => None,
        }
    }
}

/// Puts back what was in force before the rule, the timeout with it. Until then the timeout is that of this statement, too, and ends it
/// when it is very short.
async fn lift_timeout(transaction: &Transaction<'_>) -> Result<(), tokio_postgres::Error> {
    const TRIES: usize = 1_000;
    for _ in 1..TRIES {
        match transaction.batch_execute("ROLLBACK TO SAVEPOINT rule").await {
            Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => {}
            done => return done,
        }
    }
    transaction.batch_execute("ROLLBACK TO SAVEPOINT rule").await
}

impl Server {
    async fn ask(transaction: &Transaction<'_>, parameter: &Value) -> Result<Self> {
        let fail = || Error::database("ask the server what it is");
        let row = transaction
            .query_one(include_str!("../queries/_server.sql"), &[parameter])
            .await
            .map_err(fail())?;
        let missing: Option<String> = row.try_get("missing_schema").map_err(fail())?;
        if let Some(name) = missing {
            return Err(Error::NoSchema { name });
        }
        Ok(Self {
            version: row.try_get("version").map_err(fail())?,
            major: row.try_get("major").map_err(fail())?,
            has_app_role: row.try_get("has_app_role").map_err(fail())?,
            extensions: row.try_get("extensions").map_err(fail())?,
            lacks_tenants: row.try_get("lacks_tenants").map_err(fail())?,
            elsewhere: row.try_get("elsewhere").map_err(fail())?,
        })
    }
}
