//! What a broken `CREATE INDEX CONCURRENTLY` leaves behind.

use crate::lex::{Token, meaning};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// The index that a statement builds concurrently.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConcurrentIndex {
    name: String,
    /// As written, perhaps with a schema.
    table: String,
}

impl ConcurrentIndex {
    /// `None` for any other statement, and for an index without a name, which cannot be found
    /// again.
    pub(crate) fn of(statement: &str) -> Option<ConcurrentIndex> {
        let tokens: Vec<_> = meaning(statement).collect();
        let rest = after(&tokens, "create")?;
        let rest = after(rest, "unique").unwrap_or(rest);
        let rest = after(after(rest, "index")?, "concurrently")?;
        let rest = match after(rest, "if") {
            Some(rest) => after(after(rest, "not")?, "exists")?,
            None => rest,
        };
        let (name, rest) = rest.split_first()?;
        let rest = after(rest, "on")?;
        let rest = after(rest, "only").unwrap_or(rest);
        let dotted = rest.get(1).is_some_and(|token| token.is_symbol("."));
        let table: String =
            rest.iter().take(if dotted { 3 } else { 1 }).map(|it| it.text).collect();
        Some(ConcurrentIndex { name: name.identifier()?, table })
    }

    /// Cleans up after a build that broke off: drops the index if it is INVALID. Returns whether it
    /// is complete, and so must not be built again: the server finishes a build whose client has
    /// died.
    pub(crate) async fn is_complete(&self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        let found = client
            .query_typed_opt(
                include_str!("../queries/find_index.sql"),
                &[(&self.name, Type::TEXT), (&self.table, Type::TEXT)],
            )
            .await?;
        let Some(row) = found else { return Ok(false) };
        if row.try_get("valid")? {
            return Ok(true);
        }
        let index: String = row.try_get("index_name")?;
        tracing::info!(index, "dropping the INVALID index of a broken run");
        // Quoted by the server.
        let sql = include_str!("../queries/drop_index.sql").replace("{index}", &index);
        client.batch_execute(&sql).await?;
        Ok(false)
    }
}

fn after<'t, 'a>(tokens: &'t [Token<'a>], word: &str) -> Option<&'t [Token<'a>]> {
    tokens.split_first().filter(|(token, _)| token.is_word(word)).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::ConcurrentIndex;

    fn of(statement: &str) -> Option<(String, String)> {
        ConcurrentIndex::of(statement).map(|index| (index.name, index.table))
    }

    #[test]
    fn every_form_with_a_name_is_found() {
        let plain = Some(("items_a".to_owned(), "items".to_owned()));
        assert_eq!(of("CREATE INDEX CONCURRENTLY items_a ON items (a)"), plain);
        assert_eq!(
            of("create unique index concurrently if not exists Items_A on only items(a)"),
            plain
        );
        assert_eq!(
            of(r#"CREATE INDEX /* x */ CONCURRENTLY "Items ""A" ON app . "Items" USING btree (a)"#),
            Some(("Items \"A".to_owned(), "app.\"Items\"".to_owned()))
        );
    }

    #[test]
    fn anything_else_is_not() {
        for other in [
            "CREATE INDEX items_a ON items (a)",
            "CREATE INDEX CONCURRENTLY ON items (a)",
            "DROP INDEX CONCURRENTLY items_a",
            "CREATE INDEX CONCURRENTLY",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
