//! Making the database that a backup is restored to, and dressing it like the one that was.

use agentflow::core::backup::{BackupId, DatabaseProperties};
use tokio_postgres::{Client, error::SqlState, types::ToSql};

use super::OPERATION;
use crate::{
    Error, Result, sql,
    sql::{Server, failed},
};

/// What the comment on a database begins with that is not there to stay.
const MARK: &str = "agentflow: being restored from backup ";
const END: &str = "; may be dropped";

/// What marks a database that is being made of this backup, to take the place of this one.
pub(super) fn mark(id: &BackupId, target: &str) -> String {
    format!("{MARK}{id} to {target}{END}")
}

/// Whether this comment marks a database that was to take the place of this one.
pub(super) fn is_for(comment: Option<&str>, target: &str) -> bool {
    let marked = comment.and_then(|it| it.strip_prefix(MARK)?.strip_suffix(END));
    // There is no blank in the id of a backup.
    marked.and_then(|marked| marked.split_once(" to ")).is_some_and(|(_, whose)| whose == target)
}

/// The same database, sorted as the C library does in this locale.
pub(crate) fn with_locale(properties: &DatabaseProperties, locale: &str) -> DatabaseProperties {
    DatabaseProperties {
        locale_provider: "libc".to_owned(),
        collate: locale.to_owned(),
        ctype: locale.to_owned(),
        locale: None,
        icu_rules: None,
        ..properties.clone()
    }
}

/// What the properties say of the locale, for people.
pub(crate) fn locale_of(properties: &DatabaseProperties) -> &str {
    properties.locale.as_deref().unwrap_or(&properties.collate)
}

/// Makes an empty database. Fails if its locale is not known to this server.
pub(crate) async fn make(
    client: &Client,
    name: &str,
    properties: &DatabaseProperties,
    mark: &str,
) -> Result<()> {
    let query = include_str!("../../queries/create_database.sql");
    let values: [&(dyn ToSql + Sync); 8] = [
        &name,
        &properties.encoding,
        &properties.locale_provider,
        &properties.collate,
        &properties.ctype,
        &properties.locale,
        &mark,
        &properties.icu_rules,
    ];
    let row = client.query_one(query, &values).await.map_err(failed(OPERATION))?;
    // One right behind the other: the server reads both at once, and so marks it even if we are gone by then.
    let (made, marked) = futures::join!(
        client.batch_execute(row.get("make")),
        client.batch_execute(row.get("mark"))
    );
    made.map_err(|error| refused(error, properties))?;
    marked.map_err(failed(OPERATION))?;
    client.batch_execute(row.get("unlimit")).await.map_err(failed(OPERATION))
}

/// Whether a database could not be made because of its locale.
pub(crate) fn is_unknown_locale(error: &Error) -> bool {
    matches!(error, Error::Conflict { reason, .. } if reason.starts_with(UNKNOWN_LOCALE))
}

const UNKNOWN_LOCALE: &str = "the server does not know the locale ";

fn refused(error: tokio_postgres::Error, properties: &DatabaseProperties) -> Error {
    let about_locale = [
        SqlState::WRONG_OBJECT_TYPE,
        SqlState::INVALID_PARAMETER_VALUE,
        SqlState::FEATURE_NOT_SUPPORTED,
        SqlState::INVALID_OBJECT_DEFINITION,
    ];
    match error.as_db_error() {
        Some(db) if about_locale.contains(db.code()) => {
            let reason = format!(
                "{UNKNOWN_LOCALE}{} ({}) of the database: {}; install it, or name one that the server knows (--locale C, for example)",
                locale_of(properties),
                properties.locale_provider,
                db.message()
            );
            Error::Conflict { operation: OPERATION, reason }
        }
        _ => failed(OPERATION)(error),
    }
}

/// Fails if something would be put into a tablespace that is not there.
pub(super) async fn require_tablespaces(client: &Client, wanted: &[String]) -> Result<()> {
    let query = include_str!("../../queries/missing_tablespaces.sql");
    let rows = client.query(query, &[&wanted]).await.map_err(failed(OPERATION))?;
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    let reason = format!(
        "the server has no tablespace {}; create it, or put everything into the default one (--no-tablespaces)",
        names.join(", ")
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}

/// Fails if an extension is needed that this server does not have, or that this role may not create.
pub(crate) async fn require_extensions(
    client: &Client,
    server: &Server,
    wanted: &[String],
) -> Result<()> {
    let rows = client.query(include_str!("../../queries/missing_extensions.sql"), &[&wanted]).await;
    let rows = rows.map_err(failed(OPERATION))?;
    let names = |keep: &dyn Fn(&tokio_postgres::Row) -> bool| -> Vec<String> {
        rows.iter().filter(|row| keep(row)).map(|row| row.get("name")).collect()
    };
    let absent = names(&|row| !row.get::<_, bool>("is_available"));
    if !absent.is_empty() {
        let reason = format!(
            "the server does not have the extension {}, which the backup needs; install it (for vector: the package \
             postgresql-{}-pgvector of Debian and Ubuntu)",
            absent.join(", "),
            server.major
        );
        return Err(Error::Conflict { operation: OPERATION, reason });
    }
    let refused = names(&|row| !server.is_superuser && !row.get::<_, bool>("is_trusted"));
    if !refused.is_empty() {
        let reason = format!(
            "only a superuser may create the extension {}, and {} is none; connect as a superuser",
            refused.join(", "),
            server.role
        );
        return Err(Error::Denied { operation: OPERATION, reason });
    }
    Ok(())
}

/// Gives a database its owner, its settings and its rights; without roles those that concern everybody.
pub(super) async fn dress(
    client: &Client,
    name: &str,
    properties: &DatabaseProperties,
    with_roles: bool,
) -> Result<()> {
    let relimit = include_str!("../../queries/relimit.sql");
    sql::run_made(OPERATION, client, relimit, &[&name]).await?;
    let limit = include_str!("../../queries/dress_limit.sql");
    sql::run_made(OPERATION, client, limit, &[&name, &properties.connection_limit, &""]).await?;
    let concerns = |role: Option<&str>| with_roles || role.is_none();
    for setting in properties.settings.iter().filter(|it| concerns(it.role.as_deref())) {
        let values: [&(dyn ToSql + Sync); 4] =
            [&name, &setting.role, &setting.name, &setting.value];
        let set = include_str!("../../queries/dress_setting.sql");
        sql::run_made(OPERATION, client, set, &values).await?;
    }
    if let Some(grants) = &properties.grants {
        // A database that nobody but some may connect to must not be open to all, whoever owns it.
        let revoke = include_str!("../../queries/dress_revoke.sql");
        sql::run_made(OPERATION, client, revoke, &[&name, &with_roles]).await?;
        for grant in grants.iter().filter(|it| concerns(it.role.as_deref())) {
            let values: [&(dyn ToSql + Sync); 4] =
                [&name, &grant.role, &grant.privilege, &grant.grantable];
            let grant = include_str!("../../queries/dress_grant.sql");
            sql::run_made(OPERATION, client, grant, &values).await?;
        }
    }
    if with_roles {
        let owner = include_str!("../../queries/dress_owner.sql");
        sql::run_made(OPERATION, client, owner, &[&name, &properties.owner]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_names_one_target_and_no_other_whatever_it_is_called() {
        let id = "20261122T080000Z-7f3a9c21".parse().unwrap();
        for target in ["af", "a to b", "b; may be dropped", "", " "] {
            let mark = mark(&id, target);
            for other in ["af", "a", "b", "a to b", "to b", "b; may be dropped", "", " "] {
                assert_eq!(is_for(Some(&mark), other), other == target, "{mark}");
            }
        }
        assert!(!is_for(None, "af") && !is_for(Some("mine"), "af"));
    }
}
