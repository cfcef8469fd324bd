//! Roles belong to the whole server, and so to no backup of a database. What refers to them needs their names.

use tokio_postgres::Client;

use super::OPERATION;
use crate::{
    Error, Result,
    sql::{Server, failed},
};

/// Roles that were made, and how to get rid of them again.
#[derive(Debug, Default)]
pub(crate) struct MadeRoles {
    pub(crate) names: Vec<String>,
    removals: Vec<String>,
}

impl MadeRoles {
    /// Removes them again. One that something depends on by now stays.
    pub(crate) async fn undo(self, client: &Client) {
        for removal in self.removals {
            let _ = client.batch_execute(&removal).await;
        }
    }
}

/// Makes the roles that are missing, without the right to log in.
pub(crate) async fn make_missing_roles(
    client: &Client,
    server: &Server,
    wanted: &[String],
) -> Result<MadeRoles> {
    let rows = client.query(include_str!("../../queries/missing_roles.sql"), &[&wanted]).await;
    let rows = rows.map_err(failed(OPERATION))?;
    if !rows.is_empty() && !server.creates_roles {
        let names: Vec<&str> = rows.iter().map(|row| row.get("name")).collect();
        let reason = format!(
            "the server has no role {}, and {} may not create roles; create them, connect as a role with CREATEROLE, or leave \
             out who owns what and who may do what",
            names.join(", "),
            server.role
        );
        return Err(Error::Denied { operation: OPERATION, reason });
    }
    let mut made = MadeRoles::default();
    for row in rows {
        match client.batch_execute(row.get("make")).await {
            Ok(()) => {
                made.names.push(row.get("name"));
                made.removals.push(row.get("remove"));
            }
            // Somebody else made it in between.
            Err(error)
                if error.code() == Some(&tokio_postgres::error::SqlState::DUPLICATE_OBJECT) => {}
            Err(error) => {
                made.undo(client).await;
                return Err(failed(OPERATION)(error));
            }
        }
    }
    Ok(made)
}
