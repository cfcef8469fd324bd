//! One tenant tries to reach another, by every verb there is, on a plain connection: nothing of the library is in
//! between, so whatever stops it is in the database.

use agentflow::{Store, TenantId};
use futures::TryStreamExt;
use tokio_postgres::{Client, Config, Transaction, types::ToSql};
use uuid::Uuid;

use super::{story::Told, tenants::Pair};
use crate::{
    context::Context,
    error::{Error, Result},
};

const SET_PASSWORD: &str = include_str!("../../../queries/demo/set_login_password.sql");
const CREATE_LOGIN: &str = include_str!("../../../queries/demo/create_login.sql");
const DROP_LOGIN: &str = include_str!("../../../queries/demo/drop_login.sql");
const BECOME_APP: &str = include_str!("../../../queries/demo/become_app.sql");
const ENTER: &str = include_str!("../../../queries/demo/enter_tenant.sql");
const LOGIN: &str = "agentflow_demo";

/// SQLSTATEs of a refusal.
const DENIED: &str = "42501";
const FOREIGN_KEY: &str = "23503";
const NOT_WITH_ROW_SECURITY: &str = "0A000";

type PgResult<T> = Result<T, tokio_postgres::Error>;

struct Attempt {
    verb: &'static str,
    sql: &'static str,
    given: Given,
    must: Must,
}

/// What the statement is about.
#[derive(Clone, Copy)]
enum Given {
    Tenant,
    Workspace,
    Both,
    CopyOut,
    CopyIn,
}

#[derive(Clone, Copy)]
enum Must {
    /// See and change no row.
    Miss,
    /// Be refused: inside a tenant, and without one.
    Fail(&'static str, &'static str),
}

enum Outcome {
    Rows(u64),
    Refused(String),
}

macro_rules! attempt {
    ($verb:literal, $file:literal, $given:ident, $must:expr) => {
        Attempt {
            verb: $verb,
            sql: include_str!(concat!("../../../queries/demo/try_", $file, ".sql")),
            given: Given::$given,
            must: $must,
        }
    };
}

const SELECT: Attempt = attempt!("SELECT", "select", Tenant, Must::Miss);

const ATTEMPTS: [Attempt; 11] = [
    SELECT,
    attempt!("SELECT of the audit chain", "select_audits", Tenant, Must::Miss),
    attempt!("INSERT", "insert", Tenant, Must::Fail(DENIED, DENIED)),
    attempt!("UPDATE", "update", Tenant, Must::Miss),
    attempt!("DELETE", "delete", Tenant, Must::Miss),
    attempt!("UPSERT", "upsert", Both, Must::Fail(DENIED, DENIED)),
    attempt!("foreign key", "foreign_key", Workspace, Must::Fail(FOREIGN_KEY, DENIED)),
    attempt!("COPY TO", "copy_to", CopyOut, Must::Miss),
    attempt!(
        "COPY FROM",
        "copy_from",
        CopyIn,
        Must::Fail(NOT_WITH_ROW_SECURITY, NOT_WITH_ROW_SECURITY)
    ),
    attempt!("audit_append", "audit_append", Tenant, Must::Fail(DENIED, DENIED)),
    attempt!("UPDATE of the audit chain", "audit_rewrite", Tenant, Must::Fail(DENIED, DENIED)),
];

pub(super) async fn attempt(
    store: &Store,
    url: &str,
    pair: &Pair,
    context: &Context,
) -> Result<Told<()>> {
    let fail = |error: tokio_postgres::Error| Error::sql("try to reach another tenant", &error);
    let superuser = store.admin().connect().await?;
    let login = log_in(&superuser, url, context).await?;
    let aim = Aim { login, tenant: pair.victim.id, workspace: *pair.workspace.id.as_uuid() };

    // The rows are there for whoever may see them; else the rest would prove nothing.
    let own = aim.run(&SELECT, Some(pair.victim.id)).await?;
    let mut breaches = Vec::new();
    if !matches!(own, Outcome::Rows(1)) {
        breaches.push(format!("{} does not see its own rows", pair.victim.slug));
    }
    let mut refused = 0;
    for (inside, who) in [(Some(pair.intruder.id), pair.intruder.slug.as_str()), (None, "nobody")] {
        for attempt in &ATTEMPTS {
            let outcome = aim.run(attempt, inside).await?;
            refused += usize::from(matches!(outcome, Outcome::Refused(_)));
            if let Some(breach) = breach(attempt, inside.is_some(), &outcome) {
                breaches.push(format!("{} as {who}: {breach}", attempt.verb));
            }
        }
    }
    superuser.batch_execute(DROP_LOGIN).await.map_err(fail)?;
    Ok(told(pair, refused, &breaches))
}

fn told(pair: &Pair, refused: usize, breaches: &[String]) -> Told<()> {
    let tries = ATTEMPTS.len() * 2;
    let did = format!(
        "On a plain connection, as {} and as no tenant, tried {tries} ways to reach {}: SELECT, INSERT, UPDATE, \
         DELETE, UPSERT, foreign key, COPY, audit chain.",
        pair.intruder.slug, pair.victim.slug
    );
    let proved = if breaches.is_empty() {
        format!(
            "0 rows seen, 0 changed: PostgreSQL refused {refused} and showed nothing to the other {}.",
            tries - refused
        )
    } else {
        format!("BREACHED: {}.", breaches.join("; "))
    };
    Told { value: (), did, proved, holds: breaches.is_empty() }
}

/// The way in for an ordinary role, which cannot become a superuser again.
async fn log_in(superuser: &Client, url: &str, context: &Context) -> Result<Store> {
    let fail = |error: tokio_postgres::Error| Error::sql("make a login role", &error);
    let config: Config = url.parse().map_err(fail)?;
    let password = String::from_utf8_lossy(config.get_password().unwrap_or_default()).into_owned();
    superuser.batch_execute(DROP_LOGIN).await.map_err(fail)?;
    superuser.query_one(SET_PASSWORD, &[&password]).await.map_err(fail)?;
    superuser.batch_execute(CREATE_LOGIN).await.map_err(fail)?;
    let server = url.split_once('@').map_or(url, |(_, server)| server);
    context.store_at(&format!("postgres://{LOGIN}:{password}@{server}"))
}

fn breach(attempt: &Attempt, inside: bool, outcome: &Outcome) -> Option<String> {
    match (attempt.must, outcome) {
        (Must::Miss, Outcome::Rows(0)) => None,
        (Must::Fail(within, without), Outcome::Refused(code))
            if code == if inside { within } else { without } =>
        {
            None
        }
        (_, Outcome::Rows(rows)) => Some(format!("{rows} rows")),
        (_, Outcome::Refused(code)) => Some(format!("refused with SQLSTATE {code}")),
    }
}

/// Whose rows the attempts are after, and who makes them.
struct Aim {
    login: Store,
    tenant: TenantId,
    workspace: Uuid,
}

impl Aim {
    /// Makes one attempt on a connection of its own, and lets that go without a commit. (After a refused COPY FROM the
    /// driver could not go on with it anyway.)
    async fn run(&self, attempt: &Attempt, inside: Option<TenantId>) -> Result<Outcome> {
        let mut client = self.login.admin().connect().await?;
        let entered = async {
            let tx = client.transaction().await?;
            tx.batch_execute(BECOME_APP).await?;
            if let Some(tenant) = inside {
                tx.execute(ENTER, &[tenant.as_uuid()]).await?;
            }
            Ok(tx)
        };
        let fail = |error: tokio_postgres::Error| Error::sql("become the runtime role", &error);
        let tx = entered.await.map_err(fail)?;
        match self.rows(&tx, attempt).await {
            Ok(rows) => Ok(Outcome::Rows(rows)),
            Err(error) => match error.code() {
                Some(code) => Ok(Outcome::Refused(code.code().to_owned())),
                None => Err(Error::sql(attempt.verb, &error)),
            },
        }
    }

    /// How many rows of the other tenant were seen or changed.
    async fn rows(&self, tx: &Transaction<'_>, attempt: &Attempt) -> PgResult<u64> {
        let tenant = self.tenant.as_uuid() as &(dyn ToSql + Sync);
        let workspace = &self.workspace as &(dyn ToSql + Sync);
        match attempt.given {
            Given::Tenant => tx.execute(attempt.sql, &[tenant]).await,
            Given::Workspace => tx.execute(attempt.sql, &[workspace]).await,
            Given::Both => tx.execute(attempt.sql, &[tenant, workspace]).await,
            Given::CopyOut => {
                let chunks: Vec<_> = tx.copy_out(attempt.sql).await?.try_collect().await?;
                let text = String::from_utf8_lossy(&chunks.concat()).into_owned();
                let id = self.tenant.to_string();
                Ok(text.lines().map(|line| u64::from(line.contains(&id))).sum())
            }
            Given::CopyIn => {
                let sink = tx.copy_in::<_, &[u8]>(attempt.sql).await?;
                let sink = std::pin::pin!(sink);
                sink.finish().await
            }
        }
    }
}
