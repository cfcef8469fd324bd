//! The rules that no query could check: migrations, and whether two made-up tenants see each other.

use agentflow::{
    Store,
    migrate::{Error as MigrateError, ServerError, State},
};
use agentflow_doctor::{Finding, Level, Needs, Report, Rule, Skipped};
use tokio_postgres::Client;

use crate::error::{Error, Result};

const PENDING: Rule = migration(
    "AF801",
    "migration-pending",
    Level::Warning,
    "A migration of this program was not applied",
    "The program may ask for columns that are not there yet.",
    "af migrate up",
);
const UNFINISHED: Rule = migration(
    "AF802",
    "migration-unfinished",
    Level::Error,
    "A migration did not finish",
    "A script that runs outside of a transaction was interrupted: some of what it makes is there, and some is not.",
    "af migrate up finishes it, af migrate down takes it back.",
);
const CHANGED: Rule = migration(
    "AF803",
    "migration-changed",
    Level::Error,
    "A migration is another one than was applied",
    "Nobody knows what this database was made by, and the next migration builds on something else.",
    "Run the program that the database was migrated with. Where only the text differs and the database is right: af migrate force.",
);
const MISSING: Rule = migration(
    "AF804",
    "migration-missing",
    Level::Error,
    "A migration was applied that this program does not have",
    "The database was migrated by another program, or by another branch of this one.",
    "Run the program that has it, or af migrate force.",
);
const OUT_OF_ORDER: Rule = migration(
    "AF805",
    "migration-out-of-order",
    Level::Warning,
    "A migration was passed over by a later one",
    "af migrate up refuses to go on, because the later one may build on it.",
    "Give it a number above the newest that was applied, or af migrate up --allow-out-of-order.",
);
const NEWER: Rule = migration(
    "AF806",
    "migration-newer",
    Level::Info,
    "The database is newer than this program",
    "It was migrated by a later version of the program, whose rules this one does not know.",
    "Use the later version.",
);
const CANARY: Rule = Rule {
    id: "AF901",
    name: "tenants-not-isolated",
    level: Level::Error,
    title: "The check of the start finds that tenants are not isolated",
    why: "Rules look at what is written down. This enters two made-up tenants in turn as the application does, and looks: each must \
          see itself and nothing else, and must fail to write for the other. A program that uses the library refuses to serve \
          for the same reason.",
    fix: "What is found says what to do; usually the other findings say it, too.",
    needs: Needs::Nothing,
    query: None,
};

/// The rules that no query could check, by id.
pub(super) const RULES: [&Rule; 7] =
    [&PENDING, &UNFINISHED, &CHANGED, &MISSING, &OUT_OF_ORDER, &NEWER, &CANARY];

const fn migration(
    id: &'static str,
    name: &'static str,
    level: Level,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule { id, name, level, title, why, fix, needs: Needs::Nothing, query: None }
}

/// Adds what the rules in `wanted` find. In a database that has nothing of AgentFlow they are skipped.
pub(super) async fn examine(
    wanted: &[&'static Rule],
    store: &Store,
    client: &Client,
    report: &mut Report,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let status = agentflow::Admin::migrator(agentflow::migrate::Options::default())?;
    let status = match status.status(client).await {
        Ok(status) => status,
        Err(MigrateError::Database { source, .. }) if is_not_ours(&source) => {
            let why = "the history of migrations is not AgentFlow's, or not for this role to read";
            report.skipped.extend(wanted.iter().map(|rule| skipped(rule, why)));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if status.iter().all(|one| one.state == State::Pending) {
        let why = "no migration of AgentFlow was applied to this database";
        report.skipped.extend(wanted.iter().map(|rule| skipped(rule, why)));
        return Ok(());
    }
    for one in status {
        let (rule, detail) = match one.state {
            State::Applied => continue,
            State::Pending => (&PENDING, "it was not applied"),
            State::OutOfOrder => (&OUT_OF_ORDER, "it was not applied, and a later one was"),
            State::Changed => (&CHANGED, "its script is another one than was applied"),
            State::Dirty => (&UNFINISHED, "its script began and did not finish"),
            State::Missing => (&MISSING, "it was applied, and this program does not have it"),
            _ => (&NEWER, "it was applied, and is newer than this program"),
        };
        if wanted.contains(&rule) {
            let object = format!("migration {:06}_{}", one.version, one.name);
            report.findings.push(finding(rule, object, detail.to_owned()));
        }
    }
    for &rule in wanted {
        if *rule != CANARY {
            report.rules_run.push(rule.id);
        } else if !may_become_app(client).await? {
            let why = "the role of the connection may not become af_app; GRANT af_app TO it to look as the application does";
            report.skipped.push(skipped(&CANARY, why));
        } else if let Some(skipped) = canary(store, report).await? {
            report.skipped.push(skipped);
        } else {
            report.rules_run.push(CANARY.id);
        }
    }
    report.findings.sort_by(|a, b| (a.rule, &a.object).cmp(&(b.rule, &b.object)));
    Ok(())
}

/// Other tools keep their history in a table of the same name, with other columns.
fn is_not_ours(error: &ServerError) -> bool {
    const UNDEFINED_COLUMN: &str = "42703";
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let code = error.sqlstate.as_deref();
    code.is_some_and(|code| [UNDEFINED_COLUMN, INSUFFICIENT_PRIVILEGE].contains(&code))
}

/// Whether the check of the start could work as the application at all; where there is no such role, it says so itself.
async fn may_become_app(client: &Client) -> Result<bool> {
    let row =
        client.query_one(include_str!("../../../queries/doctor/may_become_app.sql"), &[]).await;
    row.and_then(|row| row.try_get("may_become"))
        .map_err(|error| Error::sql("ask whether this role may become af_app", &error))
}

/// Looks as a program does when it starts. Why not, if it cannot.
async fn canary(store: &Store, report: &mut Report) -> Result<Option<Skipped>> {
    match store.check().await {
        Ok(()) => Ok(None),
        Err(agentflow::Error::Unsafe { faults }) => {
            // What it found is the object: whoever accepts one thing is told of the next.
            let told = "the check of the start refuses to serve";
            let found = faults.into_iter().map(|fault| finding(&CANARY, fault, told.to_owned()));
            report.findings.extend(found);
            Ok(None)
        }
        Err(error @ agentflow::Error::SchemaMissing { .. }) => {
            Ok(Some(skipped(&CANARY, &error.to_string())))
        }
        Err(error) => Err(error.into()),
    }
}

fn finding(rule: &Rule, object: String, detail: String) -> Finding {
    Finding { rule: rule.id, name: rule.name, level: rule.level, object, detail }
}

fn skipped(rule: &Rule, why: &str) -> Skipped {
    Skipped { rule: rule.id, name: rule.name, why: why.to_owned() }
}
