use agentflow_core::{InvalidInput, identity::Permission};
use agentflow_sql::{client::GenericClient, queries::roles as sql};

use super::names;
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
};

async fn check_known(
    operation: &'static str,
    tx: &TenantTx,
    permissions: &[Permission],
) -> Result<()> {
    let fail = |error| Error::from_postgres(operation, error);
    let names = names(permissions);
    let unknown = sql::list_unknown_permissions().bind(tx, &names).all().await.map_err(fail)?;
    let Some(name) = unknown.first() else { return Ok(()) };
    let input = unknown_permission(tx, name).await.map_err(fail)?;
    Err(Error::InvalidInput { operation, input })
}

/// Fails with [`Error::InvalidInput`] when one of the permissions is none.
pub(in crate::identity) async fn refuse_unknown(
    operation: &'static str,
    tx: TenantTx,
    permissions: &[Permission],
) -> Result<TenantTx> {
    let checked = check_known(operation, &tx, permissions).await;
    settle_with(tx, checked).await.map(|(tx, ())| tx)
}

/// What to say about a permission that there is not: its name, and the one that may be meant.
async fn unknown_permission(
    client: &impl GenericClient,
    name: &str,
) -> Result<InvalidInput, tokio_postgres::Error> {
    let known = sql::list_permissions().bind(client).all().await?;
    Ok(say_unknown(name, &known))
}

/// What to say about it, given all that there are.
pub(in crate::identity) fn say_unknown(name: &str, known: &[sql::ListPermissions]) -> InvalidInput {
    let reason = match closest(name, known.iter().map(|row| row.name.as_str())) {
        Some(meant) => format!("there is no permission `{name}`; did you mean `{meant}`?"),
        None => format!("there is no permission `{name}`"),
    };
    InvalidInput::new("permission", reason)
}

/// The name that differs least, if it differs little.
fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.len() / 3).clamp(1, 4);
    let (distance, meant) = known.map(|candidate| (distance(name, candidate), candidate)).min()?;
    (distance <= limit).then_some(meant)
}

/// Letters to insert, remove or replace, row by row.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_close_and_other_words_are_not() {
        let known = ["run:read", "run:start", "workflow:publish"];
        for (name, meant) in [
            ("run:strat", Some("run:start")),
            ("runs:read", Some("run:read")),
            ("workflow:publsh", Some("workflow:publish")),
            ("budget:spend", None),
            ("", None),
        ] {
            assert_eq!(closest(name, known.into_iter()), meant, "{name}");
        }
        assert_eq!((distance("kitten", "sitting"), distance("", "abc")), (3, 3));
    }
}
