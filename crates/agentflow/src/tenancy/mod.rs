//! Tenants and what they divide their work into.

mod environments;
mod tenants;
mod workspaces;

pub use environments::{Environment, Environments, NewEnvironment};
pub use tenants::{NewTenant, TenantRow, Tenants, Tombstone};
pub use workspaces::{NewWorkspace, Workspace, WorkspaceConfig, WorkspaceSettings, Workspaces};

use agentflow_core::InvalidInput;

use crate::error::Error;

/// A name people gave: 1 to 255 characters.
fn check_name(operation: &'static str, name: &str) -> Result<(), Error> {
    if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
        let input = InvalidInput::new("name", "expected 1 to 255 characters, not only blanks");
        return Err(Error::InvalidInput { operation, input });
    }
    Ok(())
}

/// Reads a word that the database holds and this program should know.
fn known<T: std::str::FromStr>(
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
    word: &str,
) -> Result<T, Error> {
    word.parse().map_err(|_| Error::Inconsistent { table, column, row: row.to_string() })
}
